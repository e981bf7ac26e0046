//! From a picture to the file that a marketplace takes: format, quality, and a background that is still exactly the
//! colour after it was encoded. What comes back is the file and what the linter says of that very file.

use std::borrow::Cow;

use super::lint::{Check, Context, Fix, Lint, Severity, lint};
use super::look::zone_of_alpha;
use super::preset::{Kind, Preset};
use crate::photo::{self, Limits, Output, Rgb, encode};

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
    let (pixels, cleaned) = clean(picture, product.as_deref(), preset);
    let context = Context { resampling: picture.resampling, product: product.as_deref() };
    let color = preset.background.color().unwrap_or(Rgb([255; 3]));
    let write = |output| encode(width, height, &pixels, output);
    let check = |bytes: &[u8]| lint(bytes, preset, &context, limits);
    // Where a colour is asked for nothing stays transparent; elsewhere the format decides.
    let background = preset.background.color();
    let done = |bytes: Vec<u8>, kind, quality| {
        let lint = check(&bytes);
        Exported { bytes, kind, quality, cleaned, lint }
    };
    match kind {
        Kind::Jpeg => {
            let jpeg = |quality| write(Output::Jpeg { quality, background: color });
            let (mut bytes, mut quality) = search(jpeg, preset)?;
            let mut exported = done(std::mem::take(&mut bytes), Kind::Jpeg, Some(quality));
            // Ringing around the product: finer steps ring less.
            while exported
                .lint
                .of(Check::Background)
                .any(|finding| matches!(finding.fix, Some(Fix::PutOn { .. })))
                && (BEST_QUALITY..100).contains(&quality)
            {
                quality = if quality < 98 { 98 } else { 100 };
                let finer = jpeg(quality)?;
                if preset.bytes.most.is_some_and(|most| finer.len() as u64 > most) {
                    break;
                }
                exported = done(finer, Kind::Jpeg, Some(quality));
            }
            Ok(exported)
        }
        Kind::Webp => Ok(done(write(Output::WebP { background })?, Kind::Webp, None)),
        _ => Ok(done(write(Output::Png { background })?, Kind::Png, None)),
    }
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
fn clean<'a>(picture: &Picture<'a>, product: Option<&[u8]>, preset: &Preset) -> (Cow<'a, [u8]>, u64) {
    let (Some(product), Some(Rgb([red, green, blue])), true) =
        (product, preset.background.color(), preset.background.is_demanded())
    else {
        return (Cow::Borrowed(picture.pixels), 0);
    };
    let zone = zone_of_alpha(picture.width, picture.height, product);
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
