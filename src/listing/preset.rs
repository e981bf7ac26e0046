//! What each marketplace asks for, as data: `marketplaces.json`, typed.
//!
//! A row carries how sure it is. What the platform itself says, or two independent others, is a rule; the rest is a
//! default, and the linter warns where it would otherwise object.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::photo::{Format, Rgb};

/// The version of `marketplaces.json` that this build reads.
const VERSION: u32 = 1;

/// The longest side of a picture for a marketplace that names no size, in pixels.
const USUAL_SIDE: u32 = 2000;

/// All presets, with the day on which they were collected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalog {
    /// The version of the file's form.
    pub version: u32,
    /// The day on which the rows were collected, `YYYY-MM-DD`.
    pub as_of: String,
    /// What that day means.
    pub as_of_note: String,
    /// What each degree of confidence means.
    pub confidence: BTreeMap<Confidence, String>,
    /// The presets, in the order in which a page shows them.
    pub presets: Vec<Preset>,
}

/// How sure a fact is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Confidence {
    /// The platform's own page.
    A,
    /// Two or more independent pages of others agree.
    B,
    /// One page, or pages that disagree: a default and not a rule.
    C,
}

impl Confidence {
    /// Whether a fact this sure is a rule; otherwise it is a default.
    #[must_use]
    pub fn is_rule(self) -> bool {
        self <= Self::B
    }
}

/// A part of a preset that may be surer or less sure than the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fact {
    /// The pixel sizes.
    Size,
    /// The limit on width plus height.
    WidthPlusHeight,
    /// The aspect.
    Aspect,
    /// The background.
    Background,
    /// The fill.
    Fill,
    /// The file size.
    Bytes,
    /// The file formats.
    Formats,
    /// The file's name.
    Naming,
    /// What must not be in the picture.
    Forbidden,
    /// The shadow.
    Shadow,
}

/// Whether a number is demanded or advised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Force {
    /// Demanded.
    Must,
    /// Advised.
    Should,
}

/// Whether anything is known of a marketplace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Its numbers were found.
    #[default]
    Known,
    /// Nothing was found: every number is our default.
    Unknown,
}

/// What one marketplace, or one place in it, asks of a picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Preset {
    /// Its name in commands and files, such as `amazon_main`.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// How sure the row is.
    pub confidence: Confidence,
    /// Facts that are surer or less sure than the row.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub confidence_of: BTreeMap<Fact, Confidence>,
    /// The newest date on the pages that the row comes from, as they gave it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Whether anything is known.
    #[serde(default)]
    pub standing: Standing,
    /// The size to make, `[width, height]` in pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<[u32; 2]>,
    /// Other sizes that are worth making.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Alternative>,
    /// Limits on the size.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bounds: Vec<Bound>,
    /// The shape; none where any is fine.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aspect: Option<Aspect>,
    /// What is behind the product.
    #[serde(default)]
    pub background: Background,
    /// How much of the frame the product takes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fill: Option<Fill>,
    /// The file's size.
    #[serde(default)]
    pub bytes: Bytes,
    /// The file's format; none where nothing was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub formats: Option<Formats>,
    /// What is said of colour, as a note; sRGB is what we make.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub color: Option<String>,
    /// How files must be named.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub naming: Option<String>,
    /// How many pictures a listing takes.
    #[serde(default)]
    pub count: Count,
    /// What must not be in the picture.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub forbidden: Vec<String>,
    /// What is said of shadows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shadow: Option<ShadowRule>,
    /// What the platform's own buttons and captions cover.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safe_inset: Option<SafeInset>,
    /// The largest share of the picture that text may take, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_area_most: Option<f64>,
    /// Whether IPTC's DigitalSourceType must stay where the photo has it.
    #[serde(default)]
    pub keep_digital_source_type: bool,
    /// Anything else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Another size that is worth making.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// What it is for: `master`, `square`, `swatch`.
    pub purpose: String,
    /// `[width, height]` in pixels.
    pub size: [u32; 2],
}

/// A limit on the size. Exactly one of `least` and `most` is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bound {
    /// The least that is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<Extent>,
    /// The most that is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<Extent>,
    /// Whether it is demanded.
    pub force: Force,
    /// What happens beyond it.
    pub why: String,
    /// The kind of goods that it is for, where not for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
    /// The day from which it holds, `YYYY-MM-DD`, where that is still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// A measure of a picture's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// The longer side, in pixels.
    Longest(u32),
    /// The shorter side, in pixels.
    Shortest(u32),
    /// Width and height, each, in pixels.
    Sides([u32; 2]),
    /// Width plus height, in pixels.
    WidthPlusHeight(u32),
    /// Millions of pixels.
    Megapixels(u32),
}

impl Extent {
    /// By what a size exceeds this, as a factor on its sides: 1 is just reached, 2 is twice as large. For
    /// [`Extent::Sides`], `of_sides` picks one of the two, `f64::min` where both must reach it.
    fn ratio(self, [width, height]: [u32; 2], of_sides: impl Fn(f64, f64) -> f64) -> f64 {
        let (width, height) = (f64::from(width), f64::from(height));
        match self {
            Self::Longest(most) => width.max(height) / f64::from(most),
            Self::Shortest(most) => width.min(height) / f64::from(most),
            Self::Sides([w, h]) => of_sides(width / f64::from(w), height / f64::from(h)),
            Self::WidthPlusHeight(most) => (width + height) / f64::from(most),
            Self::Megapixels(most) => (width * height / (f64::from(most) * 1e6)).sqrt(),
        }
    }
}

impl fmt::Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Longest(pixels) => write!(f, "{pixels} pixels on the longer side"),
            Self::Shortest(pixels) => write!(f, "{pixels} pixels on the shorter side"),
            Self::Sides([width, height]) => write!(f, "{width} × {height} pixels"),
            Self::WidthPlusHeight(pixels) => write!(f, "{pixels} pixels for width plus height"),
            Self::Megapixels(millions) => write!(f, "{millions} megapixels"),
        }
    }
}

impl Bound {
    /// Whether a size stays within it.
    #[must_use]
    pub fn allows(&self, size: [u32; 2]) -> bool {
        self.least.is_none_or(|least| least.ratio(size, f64::min) >= 1.0)
            && self.most.is_none_or(|most| most.ratio(size, f64::max) <= 1.0)
    }

    /// The factor on both sides at which a size just reaches the least; none where there is no least.
    #[must_use]
    pub fn least_factor(&self, size: [u32; 2]) -> Option<f64> {
        self.least.map(|least| 1.0 / least.ratio(size, f64::min))
    }

    /// The factor on both sides that just brings a size within it; 1 where it is.
    #[must_use]
    pub fn correction(&self, size: [u32; 2]) -> f64 {
        let least = self.least_factor(size).unwrap_or(1.0).max(1.0);
        self.most.map_or(least, |most| least.min(1.0 / most.ratio(size, f64::max)))
    }
}

/// A shape.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aspect {
    /// Parts of width.
    pub width: f64,
    /// Parts of height.
    pub height: f64,
    /// How far width over height may be off, as a share of it.
    pub tolerance: f64,
    /// Whether it is demanded.
    pub force: Force,
    /// What else is said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Aspect {
    /// Width over height.
    #[must_use]
    pub fn ratio(&self) -> f64 {
        self.width / self.height
    }
}

impl fmt::Display for Aspect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.width, self.height)
    }
}

/// What is behind the product.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "rule", rename_all = "snake_case", deny_unknown_fields)]
pub enum Background {
    /// Exactly this colour, in every pixel.
    Exact {
        /// sRGB.
        color: [u8; 3],
    },
    /// This colour, but how exactly is not said, or the pages disagree: ours is exact, others' are warned of.
    White {
        /// sRGB.
        color: [u8; 3],
    },
    /// This colour is advised.
    Recommended {
        /// sRGB.
        color: [u8; 3],
        /// Whether a transparent background is as good.
        #[serde(default)]
        or_transparent: bool,
    },
    /// Something light.
    Light {},
    /// Anything.
    Free {},
    /// Nothing is said.
    #[default]
    Unstated,
}

impl Background {
    /// The colour that is demanded or advised.
    #[must_use]
    pub fn color(&self) -> Option<Rgb> {
        match *self {
            Self::Exact { color } | Self::White { color } | Self::Recommended { color, .. } => {
                Some(Rgb(color))
            }
            Self::Light {} | Self::Free {} | Self::Unstated => None,
        }
    }

    /// Whether the colour must be behind every pixel that is not the product.
    #[must_use]
    pub fn is_demanded(&self) -> bool {
        matches!(self, Self::Exact { .. } | Self::White { .. })
    }
}

/// How much of the frame the product takes: `max(box width / width, box height / height)`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fill {
    /// The least, 0 to 1.
    pub least: f64,
    /// The most, 0 to 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<f64>,
    /// Whether it is demanded.
    pub force: Force,
    /// Where it is asked for, where not everywhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<String>,
}

/// The file's size.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bytes {
    /// The most that is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u64>,
    /// The least that is allowed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<u64>,
    /// The most that loads fast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub goal: Option<u64>,
}

/// A file format that a marketplace may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs, reason = "the names say it")]
pub enum Kind {
    Jpeg,
    Png,
    Webp,
    Avif,
    Heic,
    Tiff,
    Bmp,
    Gif,
    Psd,
    Svg,
}

impl Kind {
    /// The format, as a file's first bytes tell it.
    #[must_use]
    pub fn format(self) -> Format {
        match self {
            Self::Jpeg => Format::Jpeg,
            Self::Png => Format::Png,
            Self::Webp => Format::WebP,
            Self::Avif => Format::Avif,
            Self::Heic => Format::Heif,
            Self::Tiff => Format::Tiff,
            Self::Bmp => Format::Bmp,
            Self::Gif => Format::Gif,
            Self::Psd => Format::Psd,
            Self::Svg => Format::Svg,
        }
    }

    /// Whether [`export`](super::export) writes it.
    #[must_use]
    pub fn is_written(self) -> bool {
        matches!(self, Self::Jpeg | Self::Png | Self::Webp)
    }

    /// The usual extension of a file's name, without the dot.
    #[must_use]
    pub fn extension(self) -> &'static str {
        match self {
            Self::Jpeg => "jpg",
            Self::Png => "png",
            Self::Webp => "webp",
            Self::Avif => "avif",
            Self::Heic => "heic",
            Self::Tiff => "tif",
            Self::Bmp => "bmp",
            Self::Gif => "gif",
            Self::Psd => "psd",
            Self::Svg => "svg",
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Psd => "Photoshop",
            Self::Svg => "SVG",
            kind => kind.format().name(),
        })
    }
}

/// The file's format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Formats {
    /// The one to make.
    pub preferred: Kind,
    /// All that are taken.
    pub accepted: Vec<Kind>,
    /// Those that are named as refused.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Kind>,
    /// Those of which only a still picture is taken.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub still_only: Vec<Kind>,
}

/// How many pictures a listing takes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Count {
    /// At least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub least: Option<u32>,
    /// At most.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
}

/// What is said of shadows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShadowRule {
    /// What to do unless the seller says otherwise: `none`.
    pub default: String,
    /// Why.
    pub note: String,
}

/// Shares of the width or height, from each edge, that something else covers; 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SafeInset {
    /// Of the height, from the top.
    pub top: f64,
    /// Of the height, from the bottom.
    pub bottom: f64,
    /// Of the width, from the left.
    pub left: f64,
    /// Of the width, from the right.
    pub right: f64,
}

impl Preset {
    /// How sure one fact is.
    #[must_use]
    pub fn confidence_in(&self, fact: Fact) -> Confidence {
        self.confidence_of.get(&fact).copied().unwrap_or(self.confidence)
    }

    /// The size to make, `[width, height]`: the target, or where none is named the usual 2,000 pixels on the longer
    /// side in the right shape and within the bounds.
    #[must_use]
    pub fn size(&self) -> [u32; 2] {
        if let Some(target) = self.target {
            return target;
        }
        let ratio = self.aspect.as_ref().map_or(1.0, Aspect::ratio);
        let side = f64::from(USUAL_SIDE);
        let size = if ratio >= 1.0 { [side, side / ratio] } else { [side * ratio, side] };
        let size = size.map(|side| side.round() as u32);
        let factor = self.bounds.iter().map(|bound| bound.correction(size)).fold(1.0, f64::max);
        size.map(|side| (f64::from(side) * factor).ceil() as u32)
    }

    /// The size to make, smaller or larger by a factor, in the same shape to the nearest pixel.
    #[must_use]
    pub fn size_by(&self, factor: f64) -> [u32; 2] {
        self.size().map(|side| (f64::from(side) * factor).round().max(1.0) as u32)
    }

    /// The bounds that are demanded today of every kind of goods.
    pub fn demands(&self) -> impl Iterator<Item = &Bound> {
        self.bounds
            .iter()
            .filter(|bound| bound.force == Force::Must && bound.only.is_none() && bound.from.is_none())
    }

    /// Whether something whose name contains `what` must not be in the picture.
    #[must_use]
    pub fn forbids(&self, what: &str) -> bool {
        self.forbidden.iter().any(|forbidden| forbidden.contains(what))
    }
}

static CATALOG: LazyLock<Catalog> = LazyLock::new(|| {
    let catalog: Catalog =
        serde_json::from_str(include_str!("marketplaces.json")).expect("a test reads the same file");
    assert_eq!(catalog.version, VERSION, "the file and the types are of one version");
    catalog
});

/// All presets.
#[must_use]
pub fn catalog() -> &'static Catalog {
    &CATALOG
}

/// No preset has the name that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no preset {asked:?}: {}", suggestion(near))]
pub struct UnknownPreset {
    /// What was asked for.
    pub asked: String,
    /// The names nearest to it, at most three; none where none is near.
    pub near: Vec<&'static str>,
}

fn suggestion(near: &[&str]) -> String {
    if near.is_empty() {
        let names: Vec<&str> = catalog().presets.iter().map(|preset| preset.id.as_str()).collect();
        format!("choose from {}", names.join(", "))
    } else {
        format!("did you mean {}?", near.join(" or "))
    }
}

/// The preset of that name; hyphens and spaces count as underscores, and capitals as small letters.
///
/// # Errors
/// No preset has the name: the error lists those that are near.
pub fn find(id: &str) -> Result<&'static Preset, UnknownPreset> {
    let plain = plain(id);
    if let Some(preset) = catalog().presets.iter().find(|preset| preset.id == plain) {
        return Ok(preset);
    }
    let mut near: Vec<(usize, &str)> = catalog()
        .presets
        .iter()
        .map(|preset| (distance(&plain, &preset.id), preset.id.as_str()))
        .filter(|&(distance, id)| distance <= 1 + id.len() / 5)
        .collect();
    // Who writes `amazon` has a choice of what begins with it.
    let begins = |id: &str| plain.len() >= 3 && (id.starts_with(&plain) || plain.starts_with(id));
    near.extend(
        catalog().presets.iter().filter(|preset| begins(&preset.id)).map(|preset| (0, preset.id.as_str())),
    );
    near.sort_unstable();
    let mut names: Vec<&str> = Vec::new();
    for (_, id) in near {
        if !names.contains(&id) && names.len() < 3 {
            names.push(id);
        }
    }
    let asked = id.chars().take(60).collect();
    Err(UnknownPreset { asked, near: names })
}

fn plain(id: &str) -> String {
    // Longer than any name: what follows cannot bring it nearer.
    id.trim()
        .chars()
        .take(60)
        .map(|c| if matches!(c, '-' | ' ') { '_' } else { c.to_ascii_lowercase() })
        .collect()
}

/// How many letters must be put in, taken out or changed to come from one word to the other (Levenshtein).
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (i, a) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, &b) in other.iter().enumerate() {
            let change = diagonal + usize::from(a != b);
            diagonal = row[j + 1];
            row[j + 1] = change.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_marketplace_is_there_once_and_consistent() {
        let catalog = catalog();
        assert_eq!((catalog.version, catalog.presets.len(), catalog.as_of.len()), (1, 26, 10));
        assert_eq!(catalog.confidence.len(), 3);
        let mut ids: Vec<&str> = catalog.presets.iter().map(|preset| preset.id.as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), 26);
        for preset in &catalog.presets {
            let id = &preset.id;
            for bound in &preset.bounds {
                assert!(bound.least.is_some() != bound.most.is_some(), "{id}: one end a bound");
                if bound.force == Force::Must {
                    assert!(bound.allows(preset.size()), "{id}: its own size breaks {bound:?}");
                }
            }
            if let Some(aspect) = &preset.aspect {
                let [width, height] = preset.size();
                let off = f64::from(width) / f64::from(height) / aspect.ratio() - 1.0;
                assert!(off.abs() <= aspect.tolerance, "{id}: {off}");
            }
            if let Some(formats) = &preset.formats {
                assert!(
                    formats.accepted.contains(&formats.preferred) && formats.preferred.is_written(),
                    "{id}"
                );
                assert!(formats.still_only.iter().all(|kind| formats.accepted.contains(kind)), "{id}");
                assert!(formats.refused.iter().all(|kind| !formats.accepted.contains(kind)), "{id}");
            }
        }
    }

    #[test]
    fn the_file_is_read_strictly_and_written_as_it_was_read() {
        let text = serde_json::to_string(catalog()).unwrap();
        assert_eq!(&serde_json::from_str::<Catalog>(&text).unwrap(), catalog());
        let odd = include_str!("marketplaces.json").replacen("\"target\"", "\"traget\"", 1);
        assert!(serde_json::from_str::<Catalog>(&odd).unwrap_err().to_string().contains("traget"));
    }

    #[test]
    fn a_name_is_found_however_it_is_written() {
        for name in ["amazon_main", "Amazon-Main", " amazon main "] {
            assert_eq!(find(name).unwrap().id, "amazon_main");
        }
    }

    #[test]
    fn an_unknown_name_is_answered_with_the_near_ones() {
        for (asked, message) in [
            ("amazon", "there is no preset \"amazon\": did you mean amazon_main or amazon_secondary?"),
            ("etzy", "there is no preset \"etzy\": did you mean etsy?"),
            ("pinterest", "there is no preset \"pinterest\": did you mean pinterest_pin?"),
            ("walmrat", "there is no preset \"walmrat\": did you mean walmart?"),
        ] {
            assert_eq!(find(asked).unwrap_err().to_string(), message);
        }
        let none = find("zzzzzzzzzz").unwrap_err();
        assert!(none.near.is_empty() && none.to_string().contains("choose from amazon_main, "), "{none}");
        assert!(find(&"x".repeat(100_000)).unwrap_err().to_string().len() < 1000);
    }

    #[test]
    fn a_size_where_none_is_named_is_the_usual_one_in_the_right_shape() {
        for (id, size) in [("john_lewis", [1500, 2000]), ("ajio", [1600, 2000]), ("asos", [2000, 2000])] {
            assert_eq!(find(id).unwrap().size(), size, "{id}");
        }
    }

    #[test]
    fn a_bound_says_what_it_allows_and_what_brings_a_size_within() {
        let bound = |least: Option<Extent>, most: Option<Extent>| Bound {
            least,
            most,
            force: Force::Must,
            why: String::new(),
            only: None,
            from: None,
        };
        for (bound, size, factor) in [
            (bound(Some(Extent::Longest(1000)), None), [500, 400], 2.0),
            (bound(Some(Extent::Longest(1000)), None), [1000, 1], 1.0),
            (bound(Some(Extent::Shortest(1000)), None), [5000, 400], 2.5),
            (bound(Some(Extent::Sides([800, 600])), None), [1600, 300], 2.0),
            (bound(None, Some(Extent::Sides([800, 600]))), [400, 1200], 0.5),
            (bound(None, Some(Extent::WidthPlusHeight(100))), [150, 50], 0.5),
            (bound(None, Some(Extent::Megapixels(1))), [2000, 2000], 0.5),
        ] {
            assert_eq!(bound.correction(size), factor, "{bound:?}");
            assert_eq!(bound.allows(size), factor == 1.0, "{bound:?}");
        }
    }
}
