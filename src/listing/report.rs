//! The fidelity report: what went in, what was done to it, what came out, and how far the product's own pixels moved.
//!
//! It is evidence and no promise: the colours are measured from the photo to the drawn picture and from there to the file
//! that leaves, and the verdict follows from the numbers and from what every operation says of itself. No name of a file
//! and nothing that the photo's metadata says is quoted in it.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::export::Exported;
use super::lint::Lint;
use super::look::widen;
use super::preset::Kind;
use crate::photo::color::{Lab, delta_e_2000};
use crate::photo::metadata::{Found, Metadata, MetadataKind};
use crate::photo::{self, Limits, Photo, Turned, decode, place_turned};

/// What the operation is called by which specks were healed: pixels of the product were replaced.
pub const RETOUCH: &str = "retouch";

/// The version of the report's form.
pub const VERSION: u32 = 1;

/// How far inside the product's opaque pixels the interior begins, in pixels of the export: what resampling and an
/// encoder mix with the background stays outside.
const INSET: usize = 4;

/// Pixels that are measured, at most; of more, every n-th.
const MEASURED: usize = 1 << 19;

/// ΔE2000 up to which a product counts as unchanged in the drawn picture: on average, at the 95th percentile and at the
/// 99.9th. Rounding to whole levels is all that there may be; in dark colours a level is up to 1.
const UNCHANGED: [f32; 3] = [0.3, 1.0, 2.3];

/// Above this a photo was enlarged; rounding of sizes stays below it.
const ENLARGED: f64 = 1.005;

/// The report of one export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// The version of this form: 1.
    pub version: u32,
    /// The version of Vitrine that made it.
    pub vitrine: String,
    /// The photo.
    pub source: Source,
    /// The networks that took part.
    pub models: Vec<Model>,
    /// What was done, in order.
    pub operations: Vec<Operation>,
    /// Where the photo lies in the export.
    pub geometry: Geometry,
    /// Pixels of the export for each pixel of the photo's file, along a side.
    pub resampling: f64,
    /// How far the product's pixels moved from the photo to the drawn picture; none where there was nothing to measure.
    pub difference: Option<Difference>,
    /// How far they moved beyond what a correction of colour that is among the operations accounts for; none where
    /// there was none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unlisted: Option<Difference>,
    /// How far the encoder moved them after that.
    pub encoding: Option<Difference>,
    /// The photo's metadata.
    pub metadata: Kept,
    /// The file.
    pub output: Output,
    /// What the linter says of the file; none where it is for no marketplace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lint: Option<Lint>,
    /// What follows from all of it.
    pub verdict: Verdict,
}

/// The photo that went in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// SHA-256 of its file, 64 hexadecimal digits.
    pub sha256: String,
    /// The file's size.
    pub bytes: u64,
    /// Width of the upright photo in pixels.
    pub width: u32,
    /// Its height.
    pub height: u32,
}

/// A network that took part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Model {
    /// Its name, such as `fast`.
    pub name: String,
    /// SHA-256 of its file, 64 hexadecimal digits.
    pub sha256: String,
}

/// Which pixels an operation may change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Touches {
    /// None: it measures, or it writes the file.
    Nothing,
    /// Those behind the product: a backdrop, a shadow.
    Background,
    /// Those that the product shares with what was behind it: a matte, clean edge colours.
    Edge,
    /// The product's position and size, by resampling.
    Geometry,
    /// The product's own: colour correction, light, retouching.
    Product,
}

/// Something that was done.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Operation {
    /// What: `cut_out`, `frame`, `shadow`, `white_balance`, `heal`, …
    pub name: String,
    /// Which pixels it may change.
    pub touches: Touches,
    /// Its settings.
    #[serde(default, skip_serializing_if = "serde_json::Value::is_null")]
    pub parameters: serde_json::Value,
}

/// Where a photo lies in an export: its point `(u, v)` comes to `(x + scale · u, y + scale · v)`; where it is turned, to
/// `(x, y) + scale · R · (u, v)`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Geometry {
    /// Pixels of the export for each pixel of the photo as it was decoded.
    pub scale: f64,
    /// Where the photo's left upper corner comes, across, in pixels.
    pub x: f64,
    /// And down.
    pub y: f64,
    /// By how many degrees it is turned clockwise.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub rotation: f64,
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks like this; where pointers are small it is not even so"
)]
fn is_zero(value: &f64) -> bool {
    *value == 0.0
}

/// How far the product's pixels moved, in ΔE2000, over the product's interior: between the photo, resampled to the
/// export, and the drawn picture; or between that and the decoded export.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Difference {
    /// Pixels of the interior.
    pub interior: u64,
    /// How many of them were measured, evenly spread.
    pub measured: u64,
    /// On average.
    pub mean: f32,
    /// 95 of 100 are at most this.
    pub percentile_95: f32,
    /// 999 of 1000 are at most this.
    pub percentile_999: f32,
    /// The farthest.
    pub most: f32,
}

/// What became of the photo's metadata.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Kept {
    /// What is in the export too.
    pub kept: Vec<Found>,
    /// What is not.
    pub dropped: Vec<Found>,
}

/// The file that came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Output {
    /// The preset's name; none where it is for no marketplace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub preset: Option<String>,
    /// SHA-256 of the file, 64 hexadecimal digits.
    pub sha256: String,
    /// The file's size.
    pub bytes: u64,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Its format.
    pub format: Kind,
    /// The JPEG quality.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quality: Option<u8>,
}

/// What follows from a report, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// No operation touched the product's own pixels, nothing was enlarged, and the measured colours bear it out.
    NoPixelInvented,
    /// Corrections that the seller asked for changed the product's own pixels, the report lists them, and where they can
    /// be done again for comparison nothing else moved.
    ChangedAsListed,
    /// Specks of the product were replaced from their surroundings, because the seller asked for it; the report counts
    /// them.
    Retouched,
    /// The photo was enlarged, so pixels were made up between its own.
    Enlarged,
    /// There was no interior to measure, so nothing is claimed.
    NotMeasured,
    /// The product's colours moved before anything was encoded, and no operation says so, or none says so much.
    Differs,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoPixelInvented => "no pixel of the product was invented",
            Self::ChangedAsListed => {
                "pixels of the product were changed by corrections that the seller asked for, as listed, and none was invented"
            }
            Self::Retouched => {
                "small spots of the product were replaced from their surroundings by the seller's wish, as counted in the report"
            }
            Self::Enlarged => "the photo was enlarged, so pixels were made up between its own",
            Self::Differs => {
                "the product's colours moved farther than any listed operation says: look at the export beside the photo"
            }
            Self::NotMeasured => "the product has no opaque interior to measure, so nothing is claimed",
        })
    }
}

/// What a report is made of.
#[derive(Clone, Copy, Debug)]
pub struct Evidence<'a> {
    /// The photo's file.
    pub source: &'a [u8],
    /// The same decoded, before anything was done to it.
    pub photo: &'a Photo,
    /// Where it lies in the export.
    pub geometry: Geometry,
    /// The product's own opacity in the export: `width × height` values.
    pub product: &'a [u8],
    /// The networks that took part.
    pub models: &'a [Model],
    /// What was done, in order.
    pub operations: &'a [Operation],
    /// The picture as it was drawn, before it was encoded: `width × height × 4` bytes of RGBA.
    pub picture: &'a [u8],
    /// A correction of colour, where it is the only operation that touches the product's own pixels.
    pub corrected: Option<Corrected<'a>>,
    /// The export.
    pub exported: Produced<'a>,
}

/// A finished file.
#[derive(Clone, Copy, Debug)]
pub struct Produced<'a> {
    /// The file.
    pub bytes: &'a [u8],
    /// Its format.
    pub kind: Kind,
    /// The JPEG quality.
    pub quality: Option<u8>,
    /// Pixels of haze or specks beside the product that were put on the background's colour.
    pub cleaned: u64,
    /// What the linter says of it, where it is for a marketplace.
    pub lint: Option<&'a Lint>,
}

impl<'a> From<&'a Exported> for Produced<'a> {
    fn from(exported: &'a Exported) -> Self {
        let Exported { bytes, kind, quality, cleaned, lint } = exported;
        Self { bytes, kind: *kind, quality: *quality, cleaned: *cleaned, lint: Some(lint) }
    }
}

/// A product before and after its colours were corrected: cut-outs of the photo's size, straight-alpha RGBA.
#[derive(Clone, Copy, Debug)]
pub struct Corrected<'a> {
    /// Before; none where it is no longer the photo's alone, because specks were healed.
    pub before: Option<&'a [u8]>,
    /// After.
    pub after: &'a [u8],
}

/// Makes the report of an export.
///
/// # Errors
/// The exported file cannot be decoded within the limits.
pub fn report(evidence: &Evidence<'_>, limits: &Limits) -> Result<Report, photo::Error> {
    let &Evidence { photo, geometry, exported, .. } = evidence;
    let decoded = decode(exported.bytes, limits)?;
    let (source_width, source_height) = photo.reduced_from.unwrap_or((photo.width, photo.height));
    let resampling = geometry.scale * f64::from(photo.width) / f64::from(source_width);
    let (corrected, picture) = (evidence.corrected, evidence.picture);
    let Measured { difference, unlisted, encoding } =
        differences(photo, &geometry, evidence.product, picture, corrected, &decoded);
    let (width, height) = decoded.reduced_from.unwrap_or((decoded.width, decoded.height));
    let mut operations = evidence.operations.to_vec();
    if exported.cleaned > 0 {
        operations.push(Operation {
            name: "clean_background".into(),
            touches: Touches::Background,
            parameters: serde_json::json!({ "pixels": exported.cleaned }),
        });
    }
    let verdict = verdict(resampling, &operations, difference.as_ref(), unlisted.as_ref());
    Ok(Report {
        version: VERSION,
        vitrine: env!("CARGO_PKG_VERSION").into(),
        source: Source {
            sha256: sha256(evidence.source),
            bytes: evidence.source.len() as u64,
            width: source_width,
            height: source_height,
        },
        models: evidence.models.to_vec(),
        operations,
        geometry,
        resampling,
        difference,
        unlisted,
        encoding,
        metadata: kept(&Metadata::of(evidence.source), &Metadata::of(exported.bytes)),
        output: Output {
            preset: exported.lint.map(|lint| lint.preset.clone()),
            sha256: sha256(exported.bytes),
            bytes: exported.bytes.len() as u64,
            width,
            height,
            format: exported.kind,
            quality: exported.quality,
        },
        lint: exported.lint.cloned(),
        verdict,
    })
}

/// The SHA-256 of a file, 64 hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    use fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn verdict(
    resampling: f64,
    operations: &[Operation],
    difference: Option<&Difference>,
    unlisted: Option<&Difference>,
) -> Verdict {
    let Some(difference) = difference else { return Verdict::NotMeasured };
    let moved = |difference: &Difference| {
        let measured = [difference.mean, difference.percentile_95, difference.percentile_999];
        measured.iter().zip(UNCHANGED).any(|(&measured, most)| measured > most)
    };
    if resampling > ENLARGED {
        return Verdict::Enlarged;
    }
    if operations.iter().any(|operation| operation.name == RETOUCH) {
        return if unlisted.is_some_and(moved) { Verdict::Differs } else { Verdict::Retouched };
    }
    if operations.iter().any(|operation| operation.touches == Touches::Product) {
        return if unlisted.is_some_and(moved) { Verdict::Differs } else { Verdict::ChangedAsListed };
    }
    if moved(difference) { Verdict::Differs } else { Verdict::NoPixelInvented }
}

/// What of the photo's metadata is in the export, and what is not. A colour profile is applied and not carried.
fn kept(source: &Metadata, output: &Metadata) -> Kept {
    let mut result = Kept::default();
    for found in &source.found {
        let stays = match found.kind {
            MetadataKind::DigitalSourceType => {
                source.digital_source_type.is_some()
                    && source.digital_source_type == output.digital_source_type
            }
            // The export's packet is its own and holds the source type alone.
            MetadataKind::Xmp => false,
            _ => output.found.contains(found),
        };
        if stays { &mut result.kept } else { &mut result.dropped }.push(found.clone());
    }
    result
}

/// What was measured.
#[derive(Default)]
struct Measured {
    difference: Option<Difference>,
    unlisted: Option<Difference>,
    encoding: Option<Difference>,
}

/// From the photo to the picture, the same apart from a correction, and from the picture to the export.
fn differences(
    photo: &Photo,
    geometry: &Geometry,
    product: &[u8],
    picture: &[u8],
    corrected: Option<Corrected<'_>>,
    export: &Photo,
) -> Measured {
    let (width, height) = (export.width, export.height);
    let area = width as usize * height as usize;
    if product.len() != area || picture.len() != area * 4 {
        return Measured::default();
    }
    let &Geometry { scale, x, y, rotation } = geometry;
    let placed =
        |photo: &Photo| place_turned(photo, width, height, Turned { scale, degrees: rotation, x, y }).pixels;
    let reference = placed(photo);
    let reference = reference.as_chunks::<4>().0;
    let mut outside: Vec<u8> = product.iter().map(|&opacity| u8::from(opacity < 255)).collect();
    widen(&mut outside, width as usize, INSET);
    let inside: Vec<usize> =
        (0..area).filter(|&index| outside[index] == 0 && reference[index][3] == 255).collect();
    let (picture, export) = (picture.as_chunks::<4>().0, export.pixels.as_chunks::<4>().0);
    let unlisted = corrected.and_then(|Corrected { before, after }| {
        // The photo's own pixels, but for what was cut away: the correction is of the product.
        let cutout = |pixels: &[u8]| {
            let pixels = (pixels.len() == photo.pixels.len()).then(|| pixels.to_vec())?;
            Some(placed(&Photo { pixels, has_alpha: true, ..*photo }))
        };
        let (before, after) = (before.and_then(cutout), cutout(after)?);
        let before = before.as_ref().map(|before| before.as_chunks::<4>().0);
        let after = after.as_chunks::<4>().0;
        difference(&inside, |at| {
            let first = before.map_or(0.0, |before| distance(reference[at], before[at]));
            first + distance(after[at], picture[at])
        })
    });
    Measured {
        difference: difference(&inside, |at| distance(reference[at], picture[at])),
        unlisted,
        encoding: difference(&inside, |at| distance(picture[at], export[at])),
    }
}

/// Between two colours, whatever their opacity.
fn distance([r, g, b, _]: [u8; 4], [red, green, blue, _]: [u8; 4]) -> f32 {
    if [r, g, b] == [red, green, blue] {
        return 0.0;
    }
    delta_e_2000(Lab::of_levels([r, g, b]), Lab::of_levels([red, green, blue]))
}

/// Of the distances at these pixels.
fn difference(inside: &[usize], distance: impl Fn(usize) -> f32) -> Option<Difference> {
    let mut distances: Vec<f32> =
        inside.iter().step_by(inside.len().div_ceil(MEASURED).max(1)).map(|&index| distance(index)).collect();
    distances.sort_unstable_by(f32::total_cmp);
    let measured = distances.len();
    let at = |share: f64| {
        let rank = ((measured as f64 * share).ceil() as usize).clamp(1, measured.max(1)) - 1;
        distances.get(rank).copied()
    };
    let sum: f64 = distances.iter().map(|&distance| f64::from(distance)).sum();
    Some(Difference {
        interior: inside.len() as u64,
        measured: measured as u64,
        mean: (sum / measured as f64) as f32,
        percentile_95: at(0.95)?,
        percentile_999: at(0.999)?,
        most: at(1.0)?,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::export::{Picture, export};
    use super::super::find;
    use super::*;
    use crate::photo::metadata::{DigitalSourceType, with_digital_source_type};
    use crate::photo::{Output as Encoding, Rgb, encode};

    const SIDE: u32 = 1200;

    /// A photo of a textured square in a grey room, and its cut-out.
    fn photo() -> (Photo, Vec<u8>) {
        let mut pixels = Vec::new();
        let mut cutout = Vec::new();
        for y in 0..SIDE {
            for x in 0..SIDE {
                let inside = (150..1050).contains(&x) && (200..1000).contains(&y);
                let wave = |period: f32| (100.0 + 80.0 * ((x + 2 * y) as f32 / period).sin()) as u8;
                let color = if inside { [wave(30.0), wave(50.0), 60, 255] } else { [180, 180, 175, 255] };
                pixels.extend(color);
                cutout.extend(if inside { color } else { [0; 4] });
            }
        }
        (Photo { width: SIDE, height: SIDE, pixels, has_alpha: false, reduced_from: None }, cutout)
    }

    fn operation(name: &str, touches: Touches) -> Operation {
        Operation { name: name.into(), touches, parameters: serde_json::Value::Null }
    }

    /// The report of an export whose product was changed by a function first.
    fn made(scale: f64, operations: &[Operation], change: impl Fn(&mut [u8; 4])) -> Report {
        let (photo, mut cutout) = photo();
        cutout.as_chunks_mut::<4>().0.iter_mut().filter(|pixel| pixel[3] > 0).for_each(change);
        let cutout = Photo { pixels: cutout, has_alpha: true, ..photo.clone() };
        let side = (f64::from(SIDE) * scale) as u32;
        let placed = photo::place(&cutout, side, side, scale, [0.0; 2]);
        let picture = Picture {
            width: side,
            height: side,
            pixels: &placed.pixels,
            product: None,
            resampling: Some(scale),
            digital_source_type: None,
        };
        let exported = export(&picture, find("amazon_main").unwrap(), &Limits::PRODUCT).unwrap();
        let product: Vec<u8> = placed.pixels.iter().skip(3).step_by(4).copied().collect();
        let evidence = Evidence {
            source: b"the photo's file",
            photo: &photo,
            geometry: Geometry { scale, x: 0.0, y: 0.0, rotation: 0.0 },
            product: &product,
            models: &[],
            operations,
            picture: &placed.pixels,
            corrected: None,
            exported: (&exported).into(),
        };
        report(&evidence, &Limits::PRODUCT).unwrap()
    }

    #[test]
    fn a_verdict_follows_from_the_facts() {
        let plain = [operation("cut_out", Touches::Edge), operation("frame", Touches::Geometry)];
        let colour = [operation("cut_out", Touches::Edge), operation("white_balance", Touches::Product)];
        let brighter = |pixel: &mut [u8; 4]| pixel[0] += 20;
        for (name, scale, operations, change, verdict) in [
            ("as it was", 0.8, &plain[..], false, Verdict::NoPixelInvented),
            ("full size", 1.0, &plain, false, Verdict::NoPixelInvented),
            ("changed in silence", 0.8, &plain, true, Verdict::Differs),
            ("changed and said so", 0.8, &colour, true, Verdict::ChangedAsListed),
            ("enlarged", 1.5, &plain, false, Verdict::Enlarged),
        ] {
            let report = made(scale, operations, |pixel| {
                if change {
                    brighter(pixel);
                }
            });
            assert_eq!(report.verdict, verdict, "{name}: {:?}", report.difference);
            assert_eq!(report.resampling, scale);
            let difference = report.difference.unwrap();
            assert!(
                difference.mean <= difference.percentile_95 && difference.percentile_95 <= difference.most
            );
            assert!(difference.measured <= difference.interior && difference.interior > 100_000);
        }
    }

    #[test]
    fn the_report_is_versioned_and_survives_json() {
        let report = made(0.5, &[operation("frame", Touches::Geometry)], |_| {});
        let text = serde_json::to_string_pretty(&report).unwrap();
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), report);
        assert!(
            text.starts_with("{\n  \"version\": 1,") && text.contains("\"verdict\": \"no_pixel_invented\""),
            "{text}"
        );
        assert_eq!(report.source.sha256, sha256(b"the photo's file"));
        assert_eq!(sha256(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn nothing_is_claimed_of_what_could_not_be_measured() {
        assert_eq!(verdict(1.0, &[], None, None), Verdict::NotMeasured);
        let (photo, _) = photo();
        let thin: Vec<u8> = (0..SIDE * SIDE).map(|at| if at % SIDE < 6 { 255 } else { 0 }).collect();
        let geometry = Geometry { scale: 1.0, x: 0.0, y: 0.0, rotation: 0.0 };
        let between = |product: &[u8]| {
            let measured = differences(&photo, &geometry, product, &photo.pixels, None, &photo);
            assert_eq!(measured.unlisted, None);
            [measured.difference, measured.encoding]
        };
        assert_eq!(between(&thin[1..]), [None; 2]);
        assert_eq!(between(&vec![0; thin.len()]), [None; 2]);
        // Six columns at the picture's edge: two are inside.
        assert_eq!(between(&thin)[0].unwrap().interior, u64::from(2 * SIDE));
        for same in between(&vec![255; thin.len()]) {
            let same = same.unwrap();
            assert_eq!((same.mean, same.most), (0.0, 0.0));
        }
    }

    #[test]
    fn metadata_is_listed_as_kept_or_dropped() {
        let source = DigitalSourceType::new("digitalCapture").unwrap();
        let plain =
            encode(8, 8, &[200; 256], Encoding::Jpeg { quality: 90, background: Rgb([255; 3]) }).unwrap();
        let mut comment = plain.clone();
        comment.splice(2..2, *b"\xff\xfe\0\x07hello");
        let tagged = with_digital_source_type(comment, &source);
        let kinds = |list: &[Found]| list.iter().map(|found| found.kind).collect::<Vec<_>>();
        let with =
            kept(&Metadata::of(&tagged), &Metadata::of(&with_digital_source_type(plain.clone(), &source)));
        assert_eq!(kinds(&with.kept), [MetadataKind::DigitalSourceType]);
        assert_eq!(kinds(&with.dropped), [MetadataKind::Text, MetadataKind::Xmp]);
        let without = kept(&Metadata::of(&tagged), &Metadata::of(&plain));
        assert_eq!((without.kept.len(), without.dropped.len()), (0, 3));
    }
}
