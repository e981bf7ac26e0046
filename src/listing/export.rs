//! From a picture to the file that a marketplace takes: format, quality, and a background that is still exactly the
//! colour after it was encoded. What comes back is the file and what the linter says of that very file.

use std::borrow::Cow;

use super::lint::{Check, Context, Lint, Severity, lint};
use super::look::zone_of_alpha;
use super::preset::{Kind, Preset};
use crate::photo::metadata::{DigitalSourceType, with_digital_source_type};
use crate::photo::{self, Limits, Output, Rgb, encode, encode_on_white};

/// Above this JPEG quality a file grows and nothing is seen.
const BEST_QUALITY: u8 = 95;

/// Below this quality the blocks of a JPEG show on plain surfaces: never without being told.
const LEAST_QUALITY: u8 = 60;

/// For a smaller file that is only wished for, quality goes no lower.
const LEAST_WISHED_QUALITY: u8 = 85;

/// A picture to be exported.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width × height × 4` bytes, straight sRGB RGBA. What is transparent is put on the preset's colour, or white.
    pub pixels: &'a [u8],
    /// The product's own opacity, without its shadow: `width × height` values. None: the picture's own alpha, where
    /// it has one.
    pub product: Option<&'a [u8]>,
    /// Pixels of the picture for each pixel of the photo, along a side; above 1 the photo was enlarged.
    pub resampling: Option<f64>,
    /// What the photo says of how it came to be ([`Metadata`](photo::metadata::Metadata)); it is written into the file.
    pub digital_source_type: Option<&'a DigitalSourceType>,
}

/// A file for a marketplace.
#[derive(Clone, Debug, PartialEq)]
pub struct Exported {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its format.
    pub kind: Kind,
    /// The JPEG quality, 1 to 100.
    pub quality: Option<u8>,
    /// Pixels of haze or specks that the cut-out had beside the product, put on the background's colour.
    pub cleaned: u64,
    /// What the linter says of the bytes.
    pub lint: Lint,
}

/// Encodes a picture in the format that the preset prefers, or in another that it takes where that one cannot hold
/// what it asks for.
///
/// # Errors
/// A buffer of another length, a size that the format cannot hold, or no memory.
pub fn export(picture: &Picture<'_>, preset: &Preset, limits: &Limits) -> Result<Exported, photo::Error> {
    let preferred = preset.formats.as_ref().map_or(Kind::Jpeg, |formats| formats.preferred);
    export_first(picture, preset, preferred, limits)
}

/// As [`export`], in the format `preferred` instead of the preset's.
pub(super) fn export_first(
    picture: &Picture<'_>,
    preset: &Preset,
    preferred: Kind,
    limits: &Limits,
) -> Result<Exported, photo::Error> {
    let first = export_as(picture, preset, preferred, limits)?;
    let unmet = |exported: &Exported| {
        exported
            .lint
            .findings
            .iter()
            .filter(|finding| {
                finding.severity > Severity::Advice
                    && matches!(finding.check, Check::Background | Check::Bytes)
            })
            .count()
    };
    let others = preset.formats.iter().flat_map(|formats| &formats.accepted);
    let mut best = first;
    for &kind in others.filter(|&&kind| kind != preferred && kind.is_written()) {
        if unmet(&best) == 0 {
            break;
        }
        let other = export_as(picture, preset, kind, limits)?;
        if unmet(&other) < unmet(&best) {
            best = other;
        }
    }
    Ok(best)
}

/// Encodes a picture in a format: JPEG, PNG or WebP; another one is written as PNG, and the linter says what it is.
///
/// # Errors
/// As [`export`].
pub fn export_as(
    picture: &Picture<'_>,
    preset: &Preset,
    kind: Kind,
    limits: &Limits,
) -> Result<Exported, photo::Error> {
    let &Picture { width, height, pixels, .. } = picture;
    let expected = u64::from(width) * u64::from(height) * 4;
    if pixels.len() as u64 != expected {
        return Err(photo::Error::WrongLength { width, height, expected, found: pixels.len() as u64 });
    }
    let product = product_of(picture);
    let zone = product.as_deref().map(|product| zone_of_alpha(width, height, product));
    let (pixels, cleaned) = clean(picture, product.as_deref().zip(zone.as_deref()), preset);
    let context = Context {
        resampling: picture.resampling,
        product: product.as_deref(),
        digital_source_type: picture.digital_source_type,
    };
    // Where a colour is asked for nothing stays transparent; elsewhere the format decides.
    let background = preset.background.color();
    let write = |output| encode(width, height, &pixels, output);
    let (bytes, kind, quality) = match kind {
        Kind::Jpeg => {
            let color = background.unwrap_or(Rgb([255; 3]));
            let jpeg = |quality| {
                if color != Rgb([255; 3]) {
                    return write(Output::Jpeg { quality, background: color });
                }
                // Where the product is not known, what is exactly white is taken for background.
                let is_behind = |at: usize| zone.as_deref().is_none_or(|zone| zone[at] == 0);
                encode_on_white(width, height, &pixels, quality, is_behind)
            };
            let (bytes, quality) = search(jpeg, preset)?;
            (bytes, Kind::Jpeg, Some(quality))
        }
        Kind::Webp => (write(Output::WebP { background })?, Kind::Webp, None),
        _ => (write(Output::Png { background })?, Kind::Png, None),
    };
    let bytes = match picture.digital_source_type {
        Some(source) => with_digital_source_type(bytes, source),
        None => bytes,
    };
    let lint = lint(&bytes, preset, &context, limits);
    Ok(Exported { bytes, kind, quality, cleaned, lint })
}

/// The product's opacity: what was given, else the picture's own where it has one.
fn product_of<'a>(picture: &Picture<'a>) -> Option<Cow<'a, [u8]>> {
    let area = picture.width as usize * picture.height as usize;
    if let Some(product) = picture.product.filter(|product| product.len() == area) {
        return Some(Cow::Borrowed(product));
    }
    let alpha = || picture.pixels.iter().skip(3).step_by(4).copied();
    alpha().any(|alpha| alpha < 255).then(|| Cow::Owned(alpha().collect()))
}

/// The picture without the haze and the specks that a matte leaves beside the product, where a colour is demanded
/// there; and how many pixels they were. Shadows are not of the matte and stay.
fn clean<'a>(
    picture: &Picture<'a>,
    product_and_zone: Option<(&[u8], &[u8])>,
    preset: &Preset,
) -> (Cow<'a, [u8]>, u64) {
    let (Some((product, zone)), Some(Rgb([red, green, blue])), true) =
        (product_and_zone, preset.background.color(), preset.background.is_demanded())
    else {
        return (Cow::Borrowed(picture.pixels), 0);
    };
    let behind = [red, green, blue, 255];
    let mut cleaned = 0;
    let mut pixels = Cow::Borrowed(picture.pixels);
    for (at, (&zone, &opacity)) in zone.iter().zip(product).enumerate() {
        let pixel = &picture.pixels[at * 4..][..4];
        if zone == 0 && opacity > 0 && pixel != behind {
            pixels.to_mut()[at * 4..][..4].copy_from_slice(&behind);
            cleaned += 1;
        }
    }
    (pixels, cleaned)
}

/// The JPEG of the highest quality that is within the preset's bytes, and that quality.
fn search(
    jpeg: impl Fn(u8) -> Result<Vec<u8>, photo::Error>,
    preset: &Preset,
) -> Result<(Vec<u8>, u8), photo::Error> {
    let first = jpeg(BEST_QUALITY)?;
    let size = first.len() as u64;
    let limits = &preset.bytes;
    if limits.least.is_some_and(|least| size < least) {
        let fits = |bytes: &[u8]| limits.most.is_none_or(|most| bytes.len() as u64 <= most);
        let finest = jpeg(100)?;
        return Ok(if fits(&finest) { (finest, 100) } else { (first, BEST_QUALITY) });
    }
    let (most, floor) = match (limits.goal, limits.most) {
        (_, Some(most)) if size > most => (most, LEAST_QUALITY),
        (Some(goal), _) if size > goal => (goal, LEAST_WISHED_QUALITY),
        _ => return Ok((first, BEST_QUALITY)),
    };
    // A file grows with its quality, so halving the range finds the highest that fits.
    let (mut low, mut high) = (floor, BEST_QUALITY - 1);
    let mut best = None;
    while low <= high {
        let quality = low.midpoint(high);
        let file = jpeg(quality)?;
        if file.len() as u64 <= most {
            best = Some((file, quality));
            low = quality + 1;
        } else {
            high = quality - 1;
        }
    }
    best.map_or_else(|| jpeg(floor).map(|file| (file, floor)), Ok)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::{Bytes, find};
    use super::*;
    use crate::photo::{Format, decode, sniff};

    /// A disc of noise in colour with a soft edge, haze and a speck beside it, on nothing.
    fn disc(side: u32) -> Vec<u8> {
        let mut state = 3_u32;
        let mut pixels = Vec::new();
        for y in 0..side {
            for x in 0..side {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                let center = f64::from(side) / 2.0;
                let inside = 0.44 * f64::from(side) - (f64::from(x) - center).hypot(f64::from(y) - center);
                let alpha = match () {
                    () if (5..8).contains(&x) && (5..8).contains(&y) => 200,
                    () if x < 3 => 3,
                    () => ((inside + 1.0).clamp(0.0, 2.0) / 2.0 * 255.0) as u8,
                };
                let noise = (state >> 27) as u8;
                pixels.extend(if alpha > 0 { [180 + noise, 40 + noise, 30, alpha] } else { [0; 4] });
            }
        }
        pixels
    }

    fn picture(side: u32, pixels: &[u8]) -> Picture<'_> {
        Picture {
            width: side,
            height: side,
            pixels,
            product: None,
            resampling: None,
            digital_source_type: None,
        }
    }

    #[test]
    fn haze_and_specks_beside_the_product_are_cleaned_where_white_is_demanded() {
        let pixels = disc(1000);
        let exported = export(&picture(1000, &pixels), find("walmart").unwrap(), &Limits::PRODUCT).unwrap();
        assert_eq!(exported.cleaned, 3 * 1000 + 3 * 3);
        assert_eq!(exported.lint.of(Check::Background).count(), 0, "{}", exported.lint);
        assert_eq!((exported.kind, exported.quality), (Kind::Jpeg, Some(95)));
        let exported = export(&picture(1000, &pixels), find("etsy").unwrap(), &Limits::PRODUCT).unwrap();
        assert_eq!(exported.cleaned, 0);
    }

    #[test]
    fn a_shadow_is_not_wiped_away_but_reported() {
        let mut pixels = disc(600);
        let product: Vec<u8> = pixels.iter().skip(3).step_by(4).copied().collect();
        for pixel in pixels.as_chunks_mut::<4>().0.iter_mut().skip(580 * 600 + 100).take(400) {
            *pixel = [0, 0, 0, 60];
        }
        let picture = Picture { product: Some(&product), ..picture(600, &pixels) };
        let exported = export(&picture, find("amazon_main").unwrap(), &Limits::PRODUCT).unwrap();
        let found: Vec<_> = exported.lint.of(Check::Background).collect();
        assert_eq!((found.len(), found[0].severity), (1, Severity::Error), "{}", exported.lint);
        assert!(found[0].measured.starts_with("400 pixels"), "{}", found[0].measured);
    }

    #[test]
    fn the_quality_is_the_highest_that_fits() {
        let pixels = disc(800);
        let limited = |bytes: Bytes| {
            let preset = Preset { bytes, ..find("amazon_secondary").unwrap().clone() };
            export(&picture(800, &pixels), &preset, &Limits::PRODUCT).unwrap()
        };
        let free = limited(Bytes::default());
        assert_eq!(free.quality, Some(95));
        let size = free.bytes.len() as u64;
        let most = Some(size * 2 / 3);
        let fitted = limited(Bytes { most, ..Bytes::default() });
        let quality = fitted.quality.unwrap();
        assert!(fitted.bytes.len() as u64 <= size * 2 / 3 && fitted.lint.is_clean(), "{}", fitted.lint);
        let jpeg = |quality| encode_on_white(800, 800, &pixels, quality, |_| true).unwrap();
        assert!(jpeg(quality + 1).len() as u64 > size * 2 / 3, "{quality} is not the highest");
        // What is only wished for stops where it would show.
        let wished = limited(Bytes { goal: Some(1000), ..Bytes::default() });
        assert_eq!((wished.quality, wished.lint.is_clean()), (Some(85), true));
        let hopeless = limited(Bytes { most: Some(1000), ..Bytes::default() });
        assert_eq!((hopeless.quality, hopeless.lint.of(Check::Bytes).count()), (Some(60), 1));
        // Too few bytes: finer, and where that is not enough, without loss.
        let more = limited(Bytes { least: Some(size * 5 / 4), ..Bytes::default() });
        assert_eq!((more.quality, more.lint.is_clean()), (Some(100), true));
    }

    #[test]
    fn another_format_is_taken_where_the_preferred_one_cannot_hold_what_is_asked() {
        // Fine stripes of two colours: nothing for a JPEG, a pattern for a PNG.
        let pixels: Vec<u8> = (0..500 * 500_u32)
            .flat_map(|at| if at % 2 == 0 { [200, 30, 40, 255] } else { [20, 90, 250, 255] })
            .collect();
        let preset = Preset {
            bytes: Bytes { most: Some(40_000), ..Bytes::default() },
            ..find("meta_feed_1x1").unwrap().clone()
        };
        let exported = export(&picture(500, &pixels), &preset, &Limits::PRODUCT).unwrap();
        assert_eq!(
            (exported.kind, sniff(&exported.bytes)),
            (Kind::Png, Some(Format::Png)),
            "{}",
            exported.lint
        );
        assert_eq!(exported.lint.of(Check::Bytes).count(), 0);
    }

    #[test]
    fn a_format_can_be_chosen_and_the_linter_speaks_of_it() {
        let pixels = disc(500);
        let made = |kind| {
            export_as(&picture(500, &pixels), find("amazon_main").unwrap(), kind, &Limits::PRODUCT).unwrap()
        };
        for (kind, format, findings) in [
            (Kind::Jpeg, Format::Jpeg, 0),
            (Kind::Png, Format::Png, 0),
            (Kind::Webp, Format::WebP, 1),
            (Kind::Tiff, Format::Png, 0),
        ] {
            let exported = made(kind);
            assert_eq!(sniff(&exported.bytes), Some(format));
            assert_eq!(exported.lint.of(Check::Format).count(), findings, "{kind}");
            assert!(!decode(&exported.bytes, &Limits::PRODUCT).unwrap().has_alpha);
        }
    }

    #[test]
    fn a_statement_of_the_photo_stays() {
        let pixels = disc(500);
        let source = DigitalSourceType::new("digitalCapture").unwrap();
        let picture = Picture { digital_source_type: Some(&source), ..picture(500, &pixels) };
        let exported = export(&picture, find("google_merchant").unwrap(), &Limits::PRODUCT).unwrap();
        let metadata = photo::metadata::Metadata::of(&exported.bytes);
        assert_eq!(metadata.digital_source_type, Some(source));
        assert!(exported.lint.is_clean(), "{}", exported.lint);
    }

    #[test]
    fn a_buffer_of_another_length_is_refused() {
        let error = export(&picture(500, &[0; 4]), find("ebay").unwrap(), &Limits::PRODUCT).unwrap_err();
        assert!(matches!(error, photo::Error::WrongLength { found: 4, .. }));
    }
}
