//! The neutral that a person points at.

use super::survey::CLIPPED;
use super::{Error, settings};
use crate::photo::{Photo, color};

/// The least encoded level of a place that is picked: below it the noise has more to say than the light.
const DARK: u8 = 30;

/// The share of a window that may be at its brightest.
const CLIPPED_SHARE: f32 = 0.05;

/// The linear colour of the surroundings of a pixel, for [`WhiteBalance::neutral`](super::WhiteBalance::neutral): the
/// mean light of a window of a two-hundredth of the longer side, five pixels at least.
///
/// # Errors
/// [`Error::Outside`], [`Error::Clipped`], [`Error::Dark`], [`Error::Transparent`], and [`Error::NoNeutral`] where the
/// place has a colour that no light gives to grey.
pub fn pick_neutral(photo: &Photo, x: u32, y: u32) -> Result<[f32; 3], Error> {
    let Photo { width, height, ref pixels, .. } = *photo;
    if x >= width || y >= height {
        return Err(Error::Outside { x, y, width, height });
    }
    let radius = (width.max(height) / 400).max(2);
    let (mut sum, mut count, mut clipped) = ([0.0_f64; 3], 0.0_f64, 0.0_f32);
    for row in y.saturating_sub(radius)..=(y + radius).min(height - 1) {
        for column in x.saturating_sub(radius)..=(x + radius).min(width - 1) {
            let at = (row as usize * width as usize + column as usize) * 4;
            // A half transparent pixel has a colour that was worked out, not seen.
            if pixels[at + 3] < 255 {
                continue;
            }
            let levels = [pixels[at], pixels[at + 1], pixels[at + 2]];
            for (sum, level) in sum.iter_mut().zip(levels) {
                *sum += f64::from(color::light(level));
            }
            count += 1.0;
            clipped += f32::from(u8::from(levels.into_iter().any(|level| level >= CLIPPED)));
        }
    }
    if count == 0.0 {
        return Err(Error::Transparent { x, y });
    }
    let share = clipped / count as f32;
    if share > CLIPPED_SHARE {
        return Err(Error::Clipped { x, y, percent: (share * 100.0).round() as u32 });
    }
    let neutral = sum.map(|sum| (sum / count) as f32);
    let level = color::to_level(color::luminance(neutral));
    if level < DARK {
        return Err(Error::Dark { x, y, level, limit: DARK });
    }
    settings::check_neutral(neutral)?;
    Ok(neutral)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn plain(colour: [u8; 4]) -> Photo {
        Photo { width: 20, height: 20, pixels: colour.repeat(400), has_alpha: false, reduced_from: None }
    }

    #[test]
    fn a_pick_is_the_mean_light_around_it() {
        let mut photo = plain([100, 90, 80, 255]);
        photo.pixels[(10 * 20 + 10) * 4] = 200;
        let [red, green, blue] = pick_neutral(&photo, 10, 10).unwrap();
        assert!((red - (24.0 * color::light(100) + color::light(200)) / 25.0).abs() < 1e-6);
        assert!((green - color::light(90)).abs() < 1e-6 && (blue - color::light(80)).abs() < 1e-6);
        assert!(pick_neutral(&photo, 0, 19).is_ok());
    }

    #[test]
    fn a_place_that_tells_nothing_is_refused_and_it_is_said_why() {
        let refused = |colour, x, y| pick_neutral(&plain(colour), x, y).unwrap_err();
        assert_eq!(refused([100; 4], 20, 0), Error::Outside { x: 20, y: 0, width: 20, height: 20 });
        assert_eq!(refused([255, 240, 230, 255], 5, 5), Error::Clipped { x: 5, y: 5, percent: 100 });
        assert_eq!(refused([20, 20, 20, 255], 5, 5), Error::Dark { x: 5, y: 5, level: 20, limit: 30 });
        assert_eq!(refused([0; 4], 5, 5), Error::Transparent { x: 5, y: 5 });
        assert!(matches!(refused([200, 10, 10, 255], 5, 5), Error::NoNeutral { .. }));
        let message = refused([255, 240, 230, 255], 5, 5).to_string();
        assert!(message.contains("overexposed") && message.ends_with("pick a darker grey"), "{message}");
    }
}
