//! Colour: from what the file's samples mean to 8-bit sRGB, a row at a time.
//!
//! The source's meaning is an ICC profile, a few numbers of a PNG, or nothing, which is taken as sRGB. A
//! profile that cannot be used (broken, or of another colour model than the samples) is left aside rather
//! than refused: a photo with slightly wrong colours is worth more to a seller than none.

use std::sync::Arc;

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace, Layout,
    MatrixCoefficients, ToneReprCurve, TransferCharacteristics, Transform8BitExecutor, TransformOptions, XyY,
};

/// The channels of a pixel, in order, 8 bits each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Channels {
    Gray,
    GrayAlpha,
    Rgb,
    Rgba,
    /// Ink: 0 is none, 255 is full.
    Cmyk,
}

impl Channels {
    pub(super) fn count(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::GrayAlpha => 2,
            Self::Rgb => 3,
            Self::Rgba | Self::Cmyk => 4,
        }
    }
}

/// What a file says about its colours.
pub(super) enum Meaning {
    /// Nothing: sRGB, or for inks the plain subtraction of each from white.
    Plain,
    /// An ICC profile.
    Icc(Vec<u8>),
    /// Code points of ITU-T H.273, as in a PNG's cICP chunk.
    CodePoints { primaries: u8, transfer: u8 },
    /// A PNG's gAMA and cHRM chunks: the encoding exponent, and x and y of white, red, green and blue.
    Gamma { encoding: f32, chromaticities: Option<[(f32, f32); 4]> },
}

/// What an ICC profile describes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Space {
    /// sRGB, to within a step.
    Srgb,
    /// Inks.
    Cmyk,
    /// Another space of light.
    Other,
}

/// What an ICC profile describes; none where it cannot be read.
pub(super) fn space_of(icc: &[u8]) -> Option<Space> {
    let profile = ColorProfile::new_from_slice(icc).ok()?;
    match profile.color_space {
        DataColorSpace::Cmyk => Some(Space::Cmyk),
        DataColorSpace::Rgb => {
            let executor = profile
                .create_transform_8bit(
                    Layout::Rgba,
                    &ColorProfile::new_srgb(),
                    Layout::Rgba,
                    TransformOptions::default(),
                )
                .ok()?;
            Some(if is_identity(&executor) { Space::Srgb } else { Space::Other })
        }
        _ => Some(Space::Other),
    }
}

/// Converts rows of a file's samples to sRGB.
pub(super) struct Converter {
    channels: Channels,
    transform: Transform,
    scratch: Vec<u8>,
}

enum Transform {
    None,
    Gray(Box<[[u8; 3]; 256]>),
    Rgb(Arc<Transform8BitExecutor>),
    Cmyk(Arc<Transform8BitExecutor>),
}

impl Converter {
    pub(super) fn new(channels: Channels, meaning: &Meaning) -> Self {
        Self {
            channels,
            transform: Transform::new(channels, meaning).unwrap_or(Transform::None),
            scratch: Vec::new(),
        }
    }

    /// `samples`: a row of pixels in the file's channels; `rgba`: the same pixels in straight sRGB.
    pub(super) fn row(&mut self, samples: &[u8], rgba: &mut [u8]) {
        debug_assert_eq!(samples.len() / self.channels.count(), rgba.len() / 4);
        if let (Transform::Cmyk(executor), Channels::Cmyk) = (&self.transform, self.channels) {
            if executor.transform(samples, rgba).is_ok() {
                opaque(rgba);
            } else {
                widen(self.channels, samples, rgba);
            }
            return;
        }
        widen(self.channels, samples, rgba);
        self.rgba_row(rgba);
    }

    /// The same for a row that is widened to RGBA already.
    pub(super) fn rgba_row(&mut self, rgba: &mut [u8]) {
        match &self.transform {
            Transform::None | Transform::Cmyk(_) => {}
            Transform::Gray(table) => {
                for pixel in rgba.as_chunks_mut::<4>().0 {
                    let [red, green, blue] = table[usize::from(pixel[0])];
                    *pixel = [red, green, blue, pixel[3]];
                }
            }
            Transform::Rgb(executor) => {
                self.scratch.clear();
                self.scratch.extend_from_slice(rgba);
                // The lengths agree by construction, and nothing else can be refused here.
                let _ = executor.transform(&self.scratch, rgba);
            }
        }
    }

    /// The same for a whole picture of 4 bytes a pixel, in place: `[R, G, B, A]`, or inks.
    pub(super) fn picture(&mut self, pixels: &mut [u8], width: u32) {
        if matches!(self.transform, Transform::None) && self.channels != Channels::Cmyk {
            return;
        }
        let mut row = Vec::new();
        for pixels in pixels.chunks_exact_mut(width as usize * 4) {
            if self.channels == Channels::Cmyk {
                row.clear();
                row.extend_from_slice(pixels);
                self.row(&row, pixels);
            } else {
                self.rgba_row(pixels);
            }
        }
    }
}

impl Transform {
    /// None where the meaning is sRGB, cannot be read, or does not fit the channels.
    fn new(channels: Channels, meaning: &Meaning) -> Option<Self> {
        let profile = match meaning {
            Meaning::Plain => return None,
            Meaning::Icc(bytes) => ColorProfile::new_from_slice(bytes).ok()?,
            Meaning::CodePoints { primaries, transfer } => from_code_points(*primaries, *transfer)?,
            Meaning::Gamma { encoding, chromaticities } => from_gamma(*encoding, *chromaticities)?,
        };
        let srgb = ColorProfile::new_srgb();
        let to_srgb = |from: Layout, to: Layout| {
            profile.create_transform_8bit(from, &srgb, to, TransformOptions::default()).ok()
        };
        match (profile.color_space, channels) {
            (DataColorSpace::Gray, Channels::Gray | Channels::GrayAlpha) => {
                let ramp: [u8; 256] = std::array::from_fn(|level| level as u8);
                let mut table = Box::new([[0; 3]; 256]);
                to_srgb(Layout::Gray, Layout::Rgb)?.transform(&ramp, table.as_flattened_mut()).ok()?;
                let same =
                    table.iter().zip(&ramp).all(|(to, &from)| to.iter().all(|to| to.abs_diff(from) <= 1));
                (!same).then_some(Self::Gray(table))
            }
            // Many a program tags a grey photo with the profile of its RGB working space.
            (DataColorSpace::Rgb, Channels::Gray | Channels::GrayAlpha | Channels::Rgb | Channels::Rgba) => {
                let executor = to_srgb(Layout::Rgba, Layout::Rgba)?;
                (!is_identity(&executor)).then_some(Self::Rgb(executor))
            }
            (DataColorSpace::Cmyk, Channels::Cmyk) => Some(Self::Cmyk(to_srgb(Layout::Rgba, Layout::Rgba)?)),
            _ => None,
        }
    }
}

/// Whether a transform moves nothing by more than one step over a grid of the whole cube. Most photos carry
/// some maker's sRGB profile, and converting that to ours would cost time and rounding for nothing.
fn is_identity(executor: &Arc<Transform8BitExecutor>) -> bool {
    const LEVELS: [u8; 9] = [0, 16, 48, 80, 112, 160, 192, 224, 255];
    let mut from = Vec::with_capacity(LEVELS.len().pow(3) * 4);
    for red in LEVELS {
        for green in LEVELS {
            for blue in LEVELS {
                from.extend([red, green, blue, 255]);
            }
        }
    }
    let mut to = vec![0; from.len()];
    executor.transform(&from, &mut to).is_ok()
        && from.iter().zip(&to).all(|(from, to)| from.abs_diff(*to) <= 1)
}

fn from_code_points(primaries: u8, transfer: u8) -> Option<ColorProfile> {
    let transfer = TransferCharacteristics::try_from(transfer).ok()?;
    // Light relative to a mastering display has no one place in sRGB: without a tone curve it would come out
    // dark and clipped, which is worse than taking it as sRGB.
    if matches!(transfer, TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg) {
        return None;
    }
    Some(ColorProfile::new_from_cicp(CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
        transfer_characteristics: transfer,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    }))
}

fn from_gamma(encoding: f32, chromaticities: Option<[(f32, f32); 4]>) -> Option<ColorProfile> {
    // Beyond these the number is a mistake and not a display.
    if !(0.1..=1.5).contains(&encoding) {
        return None;
    }
    let mut profile = ColorProfile::new_srgb();
    // The curve is what the chunks say, not what the template's code points say.
    profile.cicp = None;
    // 1/2.2 is how encoders write "sRGB" into this chunk.
    if (encoding - 1.0 / 2.2).abs() > 0.005 {
        let curve = Some(ToneReprCurve::Parametric(vec![1.0 / encoding]));
        (profile.red_trc, profile.green_trc, profile.blue_trc) = (curve.clone(), curve.clone(), curve);
    }
    if let Some(points) = chromaticities {
        if points.iter().any(|&(x, y)| !(0.0..=1.0).contains(&x) || !(0.001..=1.0).contains(&y)) {
            return None;
        }
        let [white, red, green, blue] = points.map(|(x, y)| Chromaticity { x, y });
        let white = XyY { x: f64::from(white.x), y: f64::from(white.y), yb: 1.0 };
        profile.update_rgb_colorimetry(white, ColorPrimaries { red, green, blue });
    }
    Some(profile)
}

/// `samples` → `[R, G, B, A]` without any change of colour space.
fn widen(channels: Channels, samples: &[u8], rgba: &mut [u8]) {
    let pixels = rgba.as_chunks_mut::<4>().0;
    match channels {
        Channels::Gray => {
            for (pixel, &level) in pixels.iter_mut().zip(samples) {
                *pixel = [level, level, level, 255];
            }
        }
        Channels::GrayAlpha => {
            for (pixel, &[level, alpha]) in pixels.iter_mut().zip(samples.as_chunks::<2>().0) {
                *pixel = [level, level, level, alpha];
            }
        }
        Channels::Rgb => {
            for (pixel, &[red, green, blue]) in pixels.iter_mut().zip(samples.as_chunks::<3>().0) {
                *pixel = [red, green, blue, 255];
            }
        }
        Channels::Rgba => rgba.copy_from_slice(samples),
        Channels::Cmyk => {
            for (pixel, &[cyan, magenta, yellow, black]) in pixels.iter_mut().zip(samples.as_chunks::<4>().0)
            {
                let left = |ink: u8| ((255 - u32::from(ink)) * (255 - u32::from(black)) + 127) / 255;
                *pixel = [left(cyan) as u8, left(magenta) as u8, left(yellow) as u8, 255];
            }
        }
    }
}

/// Widens pixels that lie packed at the front of a buffer of 4 bytes a pixel, in place, without a change of
/// colour space. Inks stay inks.
pub(super) fn widen_in_place(channels: Channels, buffer: &mut [u8]) {
    let count = channels.count();
    if count == 4 {
        return;
    }
    // From the end, so that no pixel is written over before it is read.
    for pixel in (0..buffer.len() / 4).rev() {
        let mut samples = [0; 4];
        samples[..count].copy_from_slice(&buffer[pixel * count..][..count]);
        widen(channels, &samples[..count], &mut buffer[pixel * 4..][..4]);
    }
}

fn opaque(rgba: &mut [u8]) {
    for pixel in rgba.as_chunks_mut::<4>().0 {
        pixel[3] = 255;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn convert(channels: Channels, meaning: &Meaning, samples: &[u8]) -> Vec<u8> {
        let mut rgba = vec![0; samples.len() / channels.count() * 4];
        Converter::new(channels, meaning).row(samples, &mut rgba);
        rgba
    }

    #[test]
    fn display_p3_red_lies_outside_srgb_and_p3_grey_is_grey() {
        let p3 = Meaning::Icc(ColorProfile::new_display_p3().encode().unwrap());
        let rgba = convert(Channels::Rgba, &p3, &[255, 0, 0, 255, 128, 128, 128, 7, 200, 100, 50, 255]);
        assert_eq!(rgba[..4], [255, 0, 0, 255]);
        assert_eq!(rgba[4..8], [128, 128, 128, 7]);
        // By hand: the primaries of both from their chromaticities, [214.90, 92.61, 30.95].
        for (found, expected) in rgba[8..11].iter().zip([215_u8, 93, 31]) {
            assert!(found.abs_diff(expected) <= 1, "{rgba:?}");
        }
    }

    #[test]
    fn an_srgb_profile_changes_nothing_at_all() {
        let srgb = Meaning::Icc(ColorProfile::new_srgb().encode().unwrap());
        assert!(Transform::new(Channels::Rgb, &srgb).is_none());
        assert!(Transform::new(Channels::Gray, &srgb).is_none());
    }

    #[test]
    fn a_grey_profile_of_gamma_one_brightens() {
        let linear = Meaning::Icc(ColorProfile::new_gray_with_gamma(1.0).encode().unwrap());
        let rgba = convert(Channels::GrayAlpha, &linear, &[0, 255, 55, 9, 255, 0]);
        assert_eq!(rgba[..4], [0, 0, 0, 255]);
        assert!(rgba[4].abs_diff(128) <= 1 && rgba[4] == rgba[6] && rgba[7] == 9, "{rgba:?}");
        assert_eq!(rgba[8..], [255, 255, 255, 0]);
    }

    #[test]
    fn a_profile_that_is_broken_or_of_another_model_is_left_aside() {
        let grey = ColorProfile::new_gray_with_gamma(1.0).encode().unwrap();
        for meaning in [Meaning::Icc(vec![]), Meaning::Icc(b"not a profile".repeat(20)), Meaning::Icc(grey)] {
            assert_eq!(convert(Channels::Rgb, &meaning, &[10, 20, 30]), [10, 20, 30, 255]);
        }
    }

    #[test]
    fn every_flipped_byte_of_a_profile_is_survived() {
        let good = ColorProfile::new_display_p3().encode().unwrap();
        for at in 0..good.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut bytes = good.clone();
                bytes[at] ^= flip;
                let rgba = convert(Channels::Rgb, &Meaning::Icc(bytes), &[10, 20, 30]);
                assert_eq!(rgba[3], 255);
            }
        }
    }

    #[test]
    fn inks_without_a_profile_are_taken_from_white() {
        let samples = [0, 0, 0, 0, 255, 0, 0, 0, 0, 0, 0, 255, 0, 128, 255, 128];
        assert_eq!(
            convert(Channels::Cmyk, &Meaning::Plain, &samples),
            [255, 255, 255, 255, 0, 255, 255, 255, 0, 0, 0, 255, 127, 63, 0, 255]
        );
    }

    #[test]
    fn gamma_that_means_srgb_is_left_alone_and_linear_is_not() {
        let chromaticities = Some([(0.3127, 0.329), (0.64, 0.33), (0.3, 0.6), (0.15, 0.06)]);
        let srgb = Meaning::Gamma { encoding: 0.45455, chromaticities };
        assert!(Transform::new(Channels::Rgb, &srgb).is_none());
        let linear = Meaning::Gamma { encoding: 1.0, chromaticities: None };
        let rgba = convert(Channels::Rgb, &linear, &[55, 55, 55]);
        assert!(rgba[..3].iter().all(|level| level.abs_diff(128) <= 1), "{rgba:?}");
        let nonsense = Meaning::Gamma { encoding: 0.0, chromaticities };
        assert!(Transform::new(Channels::Rgb, &nonsense).is_none());
    }

    #[test]
    fn code_points_for_p3_equal_its_profile() {
        let points = Meaning::CodePoints { primaries: 12, transfer: 13 };
        let rgba = convert(Channels::Rgb, &points, &[200, 100, 50]);
        for (found, expected) in rgba.iter().zip([215_u8, 93, 31]) {
            assert!(found.abs_diff(expected) <= 1, "{rgba:?}");
        }
        assert!(Transform::new(Channels::Rgb, &Meaning::CodePoints { primaries: 9, transfer: 16 }).is_none());
        assert!(
            Transform::new(Channels::Rgb, &Meaning::CodePoints { primaries: 250, transfer: 250 }).is_none()
        );
    }

    #[test]
    fn widening_in_place_equals_widening() {
        for channels in [Channels::Gray, Channels::GrayAlpha, Channels::Rgb, Channels::Rgba] {
            let samples: Vec<u8> = (0..7 * channels.count()).map(|i| i as u8).collect();
            let mut apart = vec![0; 28];
            widen(channels, &samples, &mut apart);
            let mut buffer = samples.clone();
            buffer.resize(28, 0);
            widen_in_place(channels, &mut buffer);
            assert_eq!(buffer, apart, "{channels:?}");
        }
    }
}
