//! How far a correction moved the colours: for the report.

use serde::Serialize;

use super::Error;
use crate::photo::color::{Lab, delta_e_2000};

/// Pixels that are compared, at most: more would not move the figures.
const SAMPLES: usize = 1 << 17;

/// CIEDE2000 between a picture and its correction, over what is opaque. About 1 is just noticeable side by side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Change {
    /// The mean, each pixel by its opacity.
    pub mean: f32,
    /// What 95 % of the pixels stay within.
    pub p95: f32,
    /// The largest.
    pub max: f32,
    /// The pixels that were compared: all that are opaque, or an even share of them where they are more than 131 072.
    pub pixels: usize,
}

impl Change {
    /// Compares straight-alpha RGBA before and after. `matte` says what is the subject, where the picture's own opacity
    /// does not: one value for each pixel.
    ///
    /// # Errors
    /// [`Error::OtherPicture`] where the two, or the matte, differ in size.
    pub fn between(before: &[u8], after: &[u8], matte: Option<&[u8]>) -> Result<Self, Error> {
        Before::of(before, matte)?.change(after)
    }
}

/// What is remembered of a picture that is corrected in place: a megabyte, whatever its size.
pub struct Before {
    bytes: usize,
    /// Index, opacity and colour.
    samples: Vec<(u32, u8, [u8; 3])>,
}

impl Before {
    /// Of straight-alpha RGBA, and of a matte as in [`Change::between`].
    ///
    /// # Errors
    /// [`Error::OtherPicture`] where the matte is of another size.
    pub fn of(pixels: &[u8], matte: Option<&[u8]>) -> Result<Self, Error> {
        let bytes = pixels.len();
        if let Some(matte) = matte
            && matte.len() * 4 != bytes
        {
            return Err(Error::OtherPicture { before: bytes, after: matte.len() * 4 });
        }
        let (pixels, _) = pixels.as_chunks::<4>();
        let opacity = |index: usize| {
            let own = pixels[index][3];
            matte.map_or(own, |matte| (u16::from(own) * u16::from(matte[index]) / 255) as u8)
        };
        let opaque = || (0..pixels.len()).filter(|&index| opacity(index) >= 128);
        let stride = opaque().count().div_ceil(SAMPLES).max(1);
        let samples = opaque().step_by(stride).map(|index| {
            let [red, green, blue, _] = pixels[index];
            (index as u32, opacity(index), [red, green, blue])
        });
        Ok(Self { bytes, samples: samples.collect() })
    }

    /// How far it moved.
    ///
    /// # Errors
    /// [`Error::OtherPicture`] where the picture is of another size.
    pub fn change(&self, after: &[u8]) -> Result<Change, Error> {
        if after.len() != self.bytes {
            return Err(Error::OtherPicture { before: self.bytes, after: after.len() });
        }
        let (after, _) = after.as_chunks::<4>();
        let mut differences = Vec::with_capacity(self.samples.len());
        let (mut sum, mut weights) = (0.0_f64, 0.0_f64);
        let mut last = ([0_u8; 6], 0.0_f32);
        for &(index, opacity, [r1, g1, b1]) in &self.samples {
            let [r2, g2, b2, _] = after[index as usize];
            let pair = [r1, g1, b1, r2, g2, b2];
            // Neighbours are often the same.
            if pair != last.0 {
                let difference = delta_e_2000(Lab::of_levels([r1, g1, b1]), Lab::of_levels([r2, g2, b2]));
                last = (pair, difference);
            }
            sum += f64::from(last.1) * f64::from(opacity);
            weights += f64::from(opacity);
            differences.push(last.1);
        }
        if differences.is_empty() {
            return Ok(Change::default());
        }
        differences.sort_unstable_by(f32::total_cmp);
        let p95 = differences[(differences.len() - 1) * 95 / 100];
        let max = differences[differences.len() - 1];
        Ok(Change { mean: (sum / weights) as f32, p95, max, pixels: differences.len() })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_did_not_change_differs_by_nothing() {
        let picture = [10, 20, 30, 255, 200, 100, 50, 128];
        let change = Change::between(&picture, &picture, None).unwrap();
        assert_eq!(change, Change { mean: 0.0, p95: 0.0, max: 0.0, pixels: 2 });
    }

    #[test]
    fn only_what_is_opaque_counts() {
        let before = [100, 100, 100, 255, 0, 0, 0, 0];
        let after = [120, 100, 100, 255, 255, 255, 255, 0];
        let change = Change::between(&before, &after, None).unwrap();
        let expected = delta_e_2000(Lab::of_levels([100; 3]), Lab::of_levels([120, 100, 100]));
        assert_eq!(change, Change { mean: expected, p95: expected, max: expected, pixels: 1 });
        let nothing = Change::between(&before, &after, Some(&[0, 255])).unwrap();
        assert_eq!(nothing, Change::default());
    }

    #[test]
    fn pictures_of_two_sizes_are_refused() {
        assert!(Change::between(&[0; 8], &[0; 4], None).is_err());
        assert!(Change::between(&[0; 8], &[0; 8], Some(&[0])).is_err());
    }

    #[test]
    fn a_large_picture_is_sampled_evenly() {
        let before: Vec<u8> = [80, 80, 80, 255].repeat(600_000);
        let mut after = before.clone();
        for pixel in after.chunks_exact_mut(4).take(300_000) {
            pixel[0] = 90;
        }
        let change = Change::between(&before, &after, None).unwrap();
        assert!((change.mean * 2.0 - change.max).abs() < 1e-3 && change.p95 == change.max, "{change:?}");
        assert!(change.pixels <= SAMPLES && change.pixels > SAMPLES / 2);
    }
}
