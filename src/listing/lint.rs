//! The linter: takes the bytes that would be uploaded, decodes them, and checks them against a preset.
//!
//! It trusts nothing that an exporter says of itself. What it finds is data: how bad, what was measured, what the
//! limit is, a sentence with the remedy, and where a program can remedy it, how.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::look::Look;
use super::preset::{Background, Bound, Extent, Fact, Force, Kind, Preset};
use super::region::Subject;
use crate::photo::metadata::{ColorSpace, DigitalSourceType, Metadata, MetadataKind};
use crate::photo::{self, Format, Limits, Photo, Reader, Rgb};

/// Above this factor the picture has pixels that the source has not; rounding of sizes stays below it.
const ENLARGED: f64 = 1.005;

/// What a fill may be short of, as a share of the frame: half a pixel in a picture of 250.
const FILL_SLACK: f64 = 0.002;

/// What the exporter knows and the file does not say.
#[derive(Clone, Copy, Debug, Default)]
pub struct Context<'a> {
    /// Pixels of the file for each pixel of the photo, along a side; above 1 the photo was enlarged.
    pub resampling: Option<f64>,
    /// The product's own opacity in the picture, without its shadow: `width × height` values of the file's size.
    /// Without it (or where its length is another) the product is told from a background of one colour.
    pub product: Option<&'a [u8]>,
    /// What the photo's own metadata says of how it came to be.
    pub digital_source_type: Option<&'a DigitalSourceType>,
}

/// What is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// The file can be decoded.
    Readable,
    /// The file's format, told from its bytes.
    Format,
    /// The picture stands still.
    Still,
    /// The size in pixels.
    Size,
    /// The size that the preset makes.
    Target,
    /// The shape.
    Aspect,
    /// The file's size.
    Bytes,
    /// The colour behind the product.
    Background,
    /// Nothing is transparent.
    Transparency,
    /// There is a product.
    Product,
    /// How much of the frame the product takes.
    Fill,
    /// The product is whole.
    Whole,
    /// No frame is drawn around the picture.
    Border,
    /// What the platform covers.
    SafeArea,
    /// No more pixels than the source has.
    Resolution,
    /// The colours are sRGB.
    Color,
    /// Nothing travels along that tells of a person, a place or a device.
    Metadata,
    /// The statement on how the picture came to be is still there.
    DigitalSourceType,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    /// Worth knowing: something advised is not so.
    Advice,
    /// A default of ours, or a rule that is not sure, is broken.
    Warning,
    /// A rule of the marketplace is broken.
    Error,
}

/// A rectangle in the picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    /// The first column.
    pub x: u32,
    /// The first row.
    pub y: u32,
    /// Columns.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// What a program can do about a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Fix {
    /// Encode again, at a quality for which the file has at most (and at least) so many bytes.
    Reencode {
        /// The most.
        most: Option<u64>,
        /// The least.
        least: Option<u64>,
    },
    /// Encode in another format.
    ChangeFormat {
        /// Which.
        to: Kind,
    },
    /// Put the cut-out on this colour.
    PutOn {
        /// sRGB.
        color: [u8; 3],
    },
    /// Frame the cut-out again as the preset asks ([`frame`](super::frame)).
    Reframe,
    /// Reduce the picture.
    Reduce {
        /// To this width in pixels.
        width: u32,
        /// To this height.
        height: u32,
    },
    /// Encode again without metadata, in sRGB.
    DropMetadata,
    /// Write this statement on how the picture came to be into the file
    /// ([`with_digital_source_type`](photo::metadata::with_digital_source_type)).
    KeepDigitalSourceType,
}

/// One thing that is not as the marketplace wants it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What was checked.
    pub check: Check,
    /// How bad it is.
    pub severity: Severity,
    /// What was measured.
    pub measured: String,
    /// What is asked for.
    pub limit: String,
    /// All of it in a sentence, with what to do.
    pub message: String,
    /// What a program can do.
    pub fix: Option<Fix>,
    /// Where in the picture.
    pub place: Option<Area>,
}

/// What the linter says of one file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lint {
    /// The preset's name.
    pub preset: String,
    /// The day on which the rules were collected, `YYYY-MM-DD`.
    pub rules_as_of: String,
    /// What is not as it should be, the worst first.
    pub findings: Vec<Finding>,
    /// The product's box, where it could be told.
    pub product: Option<Subject>,
    /// How much of the frame it takes.
    pub fill: Option<f64>,
}

impl Lint {
    /// Whether no rule and no default is broken; advice may be there.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity == Severity::Advice)
    }

    /// What one check found.
    pub fn of(&self, check: Check) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(move |finding| finding.check == check)
    }
}

impl fmt::Display for Lint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.findings.is_empty() {
            return write!(f, "{}: nothing to say", self.preset);
        }
        for (index, finding) in self.findings.iter().enumerate() {
            let newline = if index == 0 { "" } else { "\n" };
            let severity = match finding.severity {
                Severity::Advice => "advice",
                Severity::Warning => "warning",
                Severity::Error => "error",
            };
            write!(f, "{newline}{}: {severity}: {}", self.preset, finding.message)?;
        }
        Ok(())
    }
}

/// Checks an encoded file against a preset. `limits` bounds what is decoded; a picture that is reduced by
/// [`Limits::working_pixels`] has its background checked in the reduced copy.
#[must_use]
pub fn lint(bytes: &[u8], preset: &Preset, context: &Context<'_>, limits: &Limits) -> Lint {
    let mut rules = Rules { preset, findings: Vec::new() };
    let format = photo::sniff(bytes);
    rules.format(format);
    rules.bytes(bytes.len() as u64);
    rules.metadata(&Metadata::of(bytes), format, context);
    let mut subject = None;
    let mut fill = None;
    match photo::decode(bytes, limits) {
        Ok(photo) => {
            let size =
                photo.reduced_from.map_or([photo.width, photo.height], |(width, height)| [width, height]);
            rules.size(size, context.resampling);
            rules.aspect(size);
            rules.resolution(context.resampling);
            let look = Look::at(&photo, context.product);
            rules.transparency(&photo);
            rules.background(&photo, &look);
            rules.border(&look);
            subject = look.subject;
            if let Some(subject) = &subject {
                fill = Some(rules.fill(subject, &photo));
            }
            rules.product(&look, &photo);
        }
        Err(error) => rules.unreadable(&error, format),
    }
    let mut findings = rules.findings;
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    Lint {
        preset: preset.id.clone(),
        rules_as_of: super::catalog().as_of.clone(),
        findings,
        product: subject,
        fill,
    }
}

/// The checks, and what they have found.
struct Rules<'a> {
    preset: &'a Preset,
    findings: Vec<Finding>,
}

impl Rules<'_> {
    /// How bad it is to break something.
    fn severity(&self, force: Force, fact: Fact) -> Severity {
        match force {
            Force::Should => Severity::Advice,
            Force::Must if self.preset.confidence_in(fact).is_rule() => Severity::Error,
            Force::Must => Severity::Warning,
        }
    }

    fn find(
        &mut self,
        check: Check,
        severity: Severity,
        [measured, limit, message]: [String; 3],
        fix: Option<Fix>,
        place: Option<Area>,
    ) {
        self.findings.push(Finding { check, severity, measured, limit, message, fix, place });
    }

    fn unreadable(&mut self, error: &photo::Error, format: Option<Format>) {
        // A format that only browsers decode may be in order; it just cannot be checked here.
        let only_elsewhere = format.is_some_and(|format| format.reader() == Reader::Browser);
        let severity = if only_elsewhere { Severity::Warning } else { Severity::Error };
        self.find(
            Check::Readable,
            severity,
            ["unreadable".into(), "a picture that can be decoded".into(), error.to_string()],
            None,
            None,
        );
    }

    fn format(&mut self, format: Option<Format>) {
        let (Some(formats), Some(format)) = (&self.preset.formats, format) else { return };
        if formats.accepted.iter().any(|kind| kind.format() == format) {
            return;
        }
        let accepted: Vec<String> = formats.accepted.iter().map(ToString::to_string).collect();
        let (accepted, preferred, name) = (accepted.join(", "), formats.preferred, format.name());
        let severity = self.severity(Force::Must, Fact::Formats);
        let message =
            format!("the file is {name} and {} takes {accepted}: save it as {preferred}", self.preset.name);
        self.find(
            Check::Format,
            severity,
            [name.into(), accepted, message],
            Some(Fix::ChangeFormat { to: preferred }),
            None,
        );
    }

    fn metadata(&mut self, metadata: &Metadata, format: Option<Format>, context: &Context<'_>) {
        let name = &self.preset.name;
        if metadata.is_animated {
            let still_only =
                self.preset.formats.as_ref().is_some_and(|formats| {
                    formats.still_only.iter().any(|kind| Some(kind.format()) == format)
                });
            let severity =
                if still_only { self.severity(Force::Must, Fact::Formats) } else { Severity::Warning };
            let message =
                format!("the picture moves and {name} shows still ones: save it as a still picture");
            let row = ["moves".into(), "a still picture".into(), message];
            let to = self.preset.formats.as_ref().map_or(Kind::Jpeg, |formats| formats.preferred);
            self.find(Check::Still, severity, row, Some(Fix::ChangeFormat { to }), None);
        }
        let measured = match metadata.color_space {
            ColorSpace::Untagged | ColorSpace::Srgb => None,
            ColorSpace::Other => Some("another colour space than sRGB, or a profile that cannot be read"),
            ColorSpace::Cmyk => Some("inks (CMYK)"),
        };
        if let Some(measured) = measured {
            let message = format!(
                "the file holds {measured}, and shops show colours as sRGB, so they would look wrong: save it in sRGB"
            );
            let row = [measured.into(), "sRGB".into(), message];
            self.find(Check::Color, Severity::Warning, row, Some(Fix::DropMetadata), None);
        }
        let mut told: Vec<&str> = metadata
            .found
            .iter()
            .filter(|found| {
                matches!(
                    found.kind,
                    MetadataKind::Position
                        | MetadataKind::SerialNumber
                        | MetadataKind::Person
                        | MetadataKind::Thumbnail
                        | MetadataKind::History
                        | MetadataKind::MakerNote
                        | MetadataKind::Iptc
                )
            })
            .map(|found| found.what.as_str())
            .collect();
        told.truncate(8);
        if !told.is_empty() {
            let measured = told.join(", ");
            let message = format!(
                "the file tells more than the picture ({measured}), and who downloads it can read that: save it without metadata"
            );
            let row = [measured, "nothing of persons, places or devices".into(), message];
            self.find(Check::Metadata, Severity::Warning, row, Some(Fix::DropMetadata), None);
        }
        if let Some(source) = context.digital_source_type
            && metadata.digital_source_type.as_ref() != Some(source)
        {
            let demanded = self.preset.keep_digital_source_type;
            let severity =
                if demanded { self.severity(Force::Must, Fact::Forbidden) } else { Severity::Advice };
            let wants = if demanded { "must stay" } else { "should stay" };
            let message = format!(
                "the photo says how it came to be ({source}) and the file does not, which for {} {wants}: write it into the file",
                self.preset.name
            );
            let row = ["none".into(), source.to_string(), message];
            self.find(Check::DigitalSourceType, severity, row, Some(Fix::KeepDigitalSourceType), None);
        }
    }

    fn bytes(&mut self, bytes: u64) {
        let limits = self.preset.bytes.clone();
        let name = &self.preset.name;
        let (measured, rule) = (megabytes(bytes), self.severity(Force::Must, Fact::Bytes));
        let row = if let Some(most) = limits.most.filter(|&most| bytes > most) {
            let limit = megabytes(most);
            let message = format!(
                "the file is {measured} and {name} takes {limit} at most: save it again with a lower quality"
            );
            (rule, limit, message, Fix::Reencode { most: Some(most), least: limits.least })
        } else if let Some(least) = limits.least.filter(|&least| bytes < least) {
            let limit = megabytes(least);
            let message = format!(
                "the file is {measured} and {name} asks for {limit} at least: save it again with a higher quality, or larger"
            );
            (rule, limit, message, Fix::Reencode { most: limits.most, least: Some(least) })
        } else if let Some(goal) = limits.goal.filter(|&goal| bytes > goal) {
            let limit = megabytes(goal);
            let message = format!(
                "the file is {measured}; pages of {name} load fast with {limit} at most: save it again with a lower quality if that matters"
            );
            (Severity::Advice, limit, message, Fix::Reencode { most: Some(goal), least: limits.least })
        } else {
            return;
        };
        let (severity, limit, message, fix) = row;
        self.find(Check::Bytes, severity, [measured, limit, message], Some(fix), None);
    }

    fn size(&mut self, size: [u32; 2], resampling: Option<f64>) {
        let [width, height] = size;
        let measured = format!("{width} × {height} pixels");
        let mut broken = false;
        for bound in self.preset.bounds.iter().filter(|bound| !bound.allows(size)) {
            broken = true;
            self.bound(bound, size, &measured, resampling);
        }
        let Some([target_width, target_height]) = self.preset.target else { return };
        let known = self.preset.alternatives.iter().any(|alternative| alternative.size == size);
        if broken || known || size == [target_width, target_height] {
            return;
        }
        let limit = format!("{target_width} × {target_height} pixels");
        let remedy = if resampling.is_some_and(|factor| factor >= 0.99) {
            "the photo has no more pixels of it, so take it from nearer or with more pixels for that"
        } else {
            "frame it again for that"
        };
        let message = format!(
            "the picture is {measured} and the usual size for {} is {limit}: {remedy}",
            self.preset.name
        );
        self.find(Check::Target, Severity::Advice, [measured, limit, message], Some(Fix::Reframe), None);
    }

    fn bound(&mut self, bound: &Bound, size: [u32; 2], measured: &str, resampling: Option<f64>) {
        let extent = bound.least.or(bound.most);
        let fact = if matches!(extent, Some(Extent::WidthPlusHeight(_))) {
            Fact::WidthPlusHeight
        } else {
            Fact::Size
        };
        let severity = match (&bound.only, &bound.from) {
            // Whether the goods are of that kind is not known here.
            (Some(_), _) => Severity::Advice,
            (None, Some(_)) => Severity::Warning.min(self.severity(bound.force, fact)),
            (None, None) => self.severity(bound.force, fact),
        };
        let (limit, remedy, fix) = match (bound.least, bound.most) {
            (Some(least), _) if resampling.is_some_and(|factor| factor >= 0.99) => (
                format!("at least {least}"),
                "the photo has no more pixels of it, so take it from nearer or with more pixels",
                None,
            ),
            (Some(least), _) => (
                format!("at least {least}"),
                "make it again from the photo in the size of the preset",
                Some(Fix::Reframe),
            ),
            (None, most) => {
                let factor = bound.correction(size);
                let [width, height] = size.map(|side| ((f64::from(side) * factor).floor() as u32).max(1));
                let limit = most.map(|most| format!("at most {most}")).unwrap_or_default();
                (limit, "reduce it", Some(Fix::Reduce { width, height }))
            }
        };
        let goods = bound.only.as_ref().map(|only| format!(" for {only}")).unwrap_or_default();
        let day = bound.from.as_ref().map(|day| format!(" from {day} on")).unwrap_or_default();
        let message = format!(
            "the picture is {measured} and {} asks for {limit}{goods}{day} ({}): {remedy}",
            self.preset.name, bound.why
        );
        self.find(Check::Size, severity, [measured.into(), limit, message], fix, None);
    }

    fn aspect(&mut self, [width, height]: [u32; 2]) {
        let Some(aspect) = &self.preset.aspect else { return };
        let ratio = f64::from(width) / f64::from(height);
        // A pixel of rounding is no other shape, however small the picture.
        let slack = aspect.tolerance.max(1.0 / f64::from(width.min(height)));
        if (ratio / aspect.ratio() - 1.0).abs() <= slack {
            return;
        }
        let alternative = self.preset.alternatives.iter().any(|a| a.size == [width, height]);
        if alternative {
            return;
        }
        let (limit, force) = (aspect.to_string(), aspect.force);
        let measured = format!("{ratio:.3}:1");
        let asks = if force == Force::Must { "asks for" } else { "advises" };
        let message = format!(
            "the picture is {width} × {height}, which is {measured}, and {} {asks} {limit}: frame it again",
            self.preset.name
        );
        let severity = self.severity(force, Fact::Aspect);
        self.find(Check::Aspect, severity, [measured, limit, message], Some(Fix::Reframe), None);
    }

    fn resolution(&mut self, resampling: Option<f64>) {
        let Some(factor) = resampling.filter(|&factor| factor > ENLARGED) else { return };
        let severity = if self.preset.forbids("upscaled") {
            self.severity(Force::Must, Fact::Forbidden)
        } else {
            Severity::Warning
        };
        let measured = format!("enlarged {factor:.2} times");
        let message = format!(
            "the photo was {measured}, so pixels were made up: frame it smaller, or take the photo from nearer or with more pixels"
        );
        self.find(
            Check::Resolution,
            severity,
            [measured, "1.00 times".into(), message],
            Some(Fix::Reframe),
            None,
        );
    }

    fn transparency(&mut self, photo: &Photo) {
        if !photo.has_alpha {
            return;
        }
        let (severity, color) = match self.preset.background {
            Background::Exact { color } => (self.severity(Force::Must, Fact::Background), color),
            Background::White { color } => (Severity::Warning, color),
            Background::Recommended { or_transparent: true, .. }
            | Background::Free {}
            | Background::Unstated => return,
            Background::Recommended { color, .. } => (Severity::Advice, color),
            Background::Light {} => (Severity::Warning, [255; 3]),
        };
        let clear = photo.pixels.as_chunks::<4>().0.iter().filter(|pixel| pixel[3] < 255).count();
        let measured = format!("{clear} pixels are not opaque");
        let limit = format!("every pixel opaque, on {}", name_of(color));
        let message = format!(
            "{measured}, and what {} shows behind them is its own choice: put the product on {}",
            self.preset.name,
            name_of(color)
        );
        self.find(
            Check::Transparency,
            severity,
            [measured, limit, message],
            Some(Fix::PutOn { color }),
            None,
        );
    }

    fn background(&mut self, photo: &Photo, look: &Look) {
        let severity = match self.preset.background {
            Background::Exact { .. } => self.severity(Force::Must, Fact::Background),
            Background::White { .. } => Severity::Warning,
            Background::Recommended { .. } => Severity::Advice,
            Background::Light {} => return self.light(look),
            Background::Free {} | Background::Unstated => return,
        };
        let Some(Rgb(color)) = self.preset.background.color() else { return };
        let off = look.off(photo, color);
        if off.pixels == 0 {
            return;
        }
        // Told from the picture alone, a pale part of the product may pass for background.
        let perhaps = look.is_guessed && !off.reaches_border;
        let severity = if perhaps { severity.min(Severity::Warning) } else { severity };
        let name = name_of(color);
        let [red, green, blue] = off.worst;
        let measured = format!(
            "{} pixels are not {name}, the worst at ({}, {}) is {red}, {green}, {blue}",
            off.pixels, off.worst_at[0], off.worst_at[1]
        );
        let limit = format!("{}, {}, {} in every pixel beside the product", color[0], color[1], color[2]);
        let unless = if perhaps { " (unless they are a pale part of the product)" } else { "" };
        let asks = if severity == Severity::Advice { "advises" } else { "asks for" };
        let message = format!(
            "behind the product {measured}{unless}, and {} {asks} {limit}: put the cut-out on {name}",
            self.preset.name
        );
        self.find(
            Check::Background,
            severity,
            [measured, limit, message],
            Some(Fix::PutOn { color }),
            Some(off.place),
        );
    }

    fn light(&mut self, look: &Look) {
        // Four fifths of full lightness, in L*.
        const LEAST: f32 = 80.0;
        let lightness = photo::color::Lab::of_levels(look.border).l;
        if lightness >= LEAST {
            return;
        }
        let measured = format!("lightness {lightness:.0} of 100");
        let message = format!(
            "the background has {measured} and {} asks for a light one: choose a lighter backdrop",
            self.preset.name
        );
        self.find(
            Check::Background,
            Severity::Warning,
            [measured, format!("at least {LEAST}"), message],
            Some(Fix::PutOn { color: [255; 3] }),
            None,
        );
    }

    fn border(&mut self, look: &Look) {
        let Some(thickness) = look.drawn_border else { return };
        let forbidden = self.preset.forbids("border");
        let severity = if forbidden { self.severity(Force::Must, Fact::Forbidden) } else { Severity::Advice };
        let measured = format!("a frame {thickness} pixels wide");
        let message = format!(
            "{measured} seems to be drawn around the picture, and {}: cut it off",
            if forbidden {
                format!("{} refuses borders", self.preset.name)
            } else {
                "buyers see less of the product".into()
            }
        );
        self.find(Check::Border, severity, [measured, "no frame".into(), message], Some(Fix::Reframe), None);
    }

    /// The fill, checked.
    fn fill(&mut self, subject: &Subject, photo: &Photo) -> f64 {
        let fill = subject.fill(photo.width, photo.height);
        let Some(rule) = &self.preset.fill else { return fill };
        let (least, most) = (rule.least, rule.most.unwrap_or(1.0));
        if fill >= least - FILL_SLACK && fill <= most + FILL_SLACK {
            return fill;
        }
        let severity =
            if rule.only.is_some() { Severity::Advice } else { self.severity(rule.force, Fact::Fill) };
        let percent = |share: f64| format!("{:.0}%", share * 100.0);
        let measured = format!("{:.1}%", fill * 100.0);
        let limit = if rule.most.is_some() {
            format!("{} to {}", percent(least), percent(most))
        } else {
            format!("at least {}", percent(least))
        };
        let place = rule.only.as_ref().map(|only| format!(" in {only}")).unwrap_or_default();
        let asks = if rule.force == Force::Must { "asks for" } else { "advises" };
        let message = format!(
            "the product takes {measured} of the frame and {} {asks} {limit}{place}: frame it again",
            self.preset.name
        );
        self.find(Check::Fill, severity, [measured, limit, message], Some(Fix::Reframe), None);
        fill
    }

    fn product(&mut self, look: &Look, photo: &Photo) {
        let Some(subject) = &look.subject else {
            if look.is_blank {
                let message = format!(
                    "the picture is of one colour, so there is no product in it for {}: choose another photo",
                    self.preset.name
                );
                let measured = "one colour everywhere".to_owned();
                self.find(
                    Check::Product,
                    Severity::Error,
                    [measured, "a product".into(), message],
                    None,
                    None,
                );
            }
            return;
        };
        let place = Area { x: subject.x, y: subject.y, width: subject.width, height: subject.height };
        if subject.cut.any() {
            let forbidden = self.preset.forbids("cropped");
            let severity =
                if forbidden { self.severity(Force::Must, Fact::Forbidden) } else { Severity::Advice };
            let measured = format!("cut at the {} edge", subject.cut.names());
            let message = format!(
                "the product is {measured}, and {}: use a photo that shows all of it",
                if forbidden {
                    format!("{} refuses that", self.preset.name)
                } else {
                    "buyers want to see all of it".into()
                }
            );
            self.find(Check::Whole, severity, [measured, "all of it".into(), message], None, Some(place));
        }
        let Some(inset) = self.preset.safe_inset else { return };
        let (width, height) = (f64::from(photo.width), f64::from(photo.height));
        // A pixel of rounding.
        let covered = f64::from(subject.x) + 1.0 < inset.left * width
            || f64::from(subject.y) + 1.0 < inset.top * height
            || f64::from(subject.x + subject.width) > (1.0 - inset.right) * width + 1.0
            || f64::from(subject.y + subject.height) > (1.0 - inset.bottom) * height + 1.0;
        if covered {
            let limit = format!(
                "free: {:.0}% above, {:.0}% below, {:.0}% left, {:.0}% right",
                inset.top * 100.0,
                inset.bottom * 100.0,
                inset.left * 100.0,
                inset.right * 100.0
            );
            let measured = "the product reaches under the platform's own buttons".to_owned();
            let message = format!("{measured} on {} ({limit}): frame it again", self.preset.name);
            self.find(
                Check::SafeArea,
                Severity::Warning,
                [measured, limit, message],
                Some(Fix::Reframe),
                Some(place),
            );
        }
    }
}

fn name_of(color: [u8; 3]) -> String {
    if color == [255; 3] {
        "white".into()
    } else {
        format!("the colour {}, {}, {}", color[0], color[1], color[2])
    }
}

/// A file's size, as marketplaces count: a megabyte has a million bytes.
fn megabytes(bytes: u64) -> String {
    if bytes < 1_000_000 {
        format!("{} kB", bytes.div_ceil(1000))
    } else {
        format!("{:.2} MB", bytes as f64 / 1e6)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::find;
    use super::*;
    use crate::photo::{Output, encode};

    /// A dark product in the box `[left, top, right, bottom]` on a colour, as a file.
    struct Sample {
        size: [u32; 2],
        product: [u32; 4],
        behind: [u8; 4],
        spots: &'static [([u32; 2], [u8; 4])],
        output: Output,
    }

    const PNG: Output = Output::Png { background: None };
    const WHITE: [u8; 4] = [255; 4];

    impl Sample {
        /// What Amazon takes: 1740 of 2000 pixels.
        const GOOD: Self =
            Self { size: [2000; 2], product: [130, 400, 1870, 1600], behind: WHITE, spots: &[], output: PNG };

        fn file(&self) -> Vec<u8> {
            let [width, height] = self.size;
            let mut pixels = self.behind.repeat((width * height) as usize);
            let [left, top, right, bottom] = self.product;
            for y in top..bottom {
                let row = &mut pixels[((y * width + left) * 4) as usize..((y * width + right) * 4) as usize];
                for (x, pixel) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
                    *pixel = [90, 40 + (x % 100) as u8, 60, 255];
                }
            }
            for &([x, y], color) in self.spots {
                pixels[((y * width + x) * 4) as usize..][..4].copy_from_slice(&color);
            }
            encode(width, height, &pixels, self.output).unwrap()
        }
    }

    fn check(sample: &Sample, preset: &str) -> Lint {
        lint(&sample.file(), find(preset).unwrap(), &Context::default(), &Limits::PRODUCT)
    }

    /// What was found, without advice, as check and severity.
    fn broken(lint: &Lint) -> Vec<(Check, Severity)> {
        lint.findings
            .iter()
            .filter(|finding| finding.severity > Severity::Advice)
            .map(|finding| (finding.check, finding.severity))
            .collect()
    }

    #[test]
    fn a_file_in_order_is_clean() {
        let lint = check(&Sample::GOOD, "amazon_main");
        assert!(lint.is_clean() && lint.findings.is_empty(), "{lint}");
        assert_eq!(lint.fill, Some(0.87));
        assert_eq!(lint.to_string(), "amazon_main: nothing to say");
    }

    #[test]
    fn every_rule_can_be_broken_and_the_finding_says_how_to_remedy_it() {
        use Severity::{Advice, Error, Warning};
        let good = || Sample { ..Sample::GOOD };
        let grey = [238, 238, 238, 255];
        type Row = (&'static str, &'static str, Sample, Check, Severity, Option<Fix>);
        let rows: &[Row] = &[
            (
                "one pixel one level off white",
                "amazon_main",
                Sample { spots: &[([5, 7], [255, 254, 255, 255])], ..good() },
                Check::Background,
                // At no border: it could be the product's.
                Warning,
                Some(Fix::PutOn { color: [255; 3] }),
            ),
            (
                "the same at the border",
                "amazon_main",
                Sample { spots: &[([5, 0], [255, 254, 255, 255])], ..good() },
                Check::Background,
                Error,
                Some(Fix::PutOn { color: [255; 3] }),
            ),
            (
                "a grey background",
                "walmart",
                Sample { size: [2200; 2], behind: grey, ..good() },
                Check::Background,
                Error,
                Some(Fix::PutOn { color: [255; 3] }),
            ),
            (
                "a grey background where white is not sure",
                "tiktok_shop",
                Sample { behind: grey, ..good() },
                Check::Background,
                Warning,
                Some(Fix::PutOn { color: [255; 3] }),
            ),
            (
                "a grey background where white is advised",
                "ebay",
                Sample { behind: grey, ..good() },
                Check::Background,
                Advice,
                Some(Fix::PutOn { color: [255; 3] }),
            ),
            (
                "a dark background where a light one is wanted",
                "ajio",
                Sample {
                    size: [1600, 2000],
                    product: [100, 100, 1500, 1700],
                    behind: [0, 0, 0, 255],
                    ..good()
                },
                Check::Background,
                Warning,
                Some(Fix::PutOn { color: [255; 3] }),
            ),
            (
                "transparent",
                "amazon_main",
                Sample { behind: [0; 4], ..good() },
                Check::Transparency,
                Error,
                Some(Fix::PutOn { color: [255; 3] }),
            ),
            (
                "WebP",
                "amazon_main",
                Sample { output: Output::WebP { background: None }, ..good() },
                Check::Format,
                Error,
                Some(Fix::ChangeFormat { to: Kind::Jpeg }),
            ),
            (
                "PNG where only JPEG is taken",
                "zalando_packshot",
                Sample { size: [1801, 2600], product: [100, 100, 1700, 2500], ..good() },
                Check::Format,
                Error,
                Some(Fix::ChangeFormat { to: Kind::Jpeg }),
            ),
            (
                "too small to be taken",
                "amazon_main",
                Sample { size: [400; 2], product: [20, 50, 380, 350], ..good() },
                Check::Size,
                Error,
                Some(Fix::Reframe),
            ),
            (
                "too small, by a page that may be wrong",
                "etsy",
                Sample { size: [1600, 1200], product: [100, 100, 1500, 1100], ..good() },
                Check::Size,
                Warning,
                Some(Fix::Reframe),
            ),
            (
                "too large",
                "john_lewis",
                Sample { size: [7500, 100], product: [500, 10, 7000, 90], ..good() },
                Check::Size,
                Error,
                // As far as the limit on the sides goes.
                None,
            ),
            (
                "too wide for the shape",
                "walmart",
                Sample { size: [2400, 2000], ..good() },
                Check::Aspect,
                Error,
                Some(Fix::Reframe),
            ),
            (
                "another shape than is advised",
                "amazon_main",
                Sample { size: [2400, 2000], product: [130, 100, 2300, 1900], ..good() },
                Check::Aspect,
                Advice,
                Some(Fix::Reframe),
            ),
            (
                "another size than the usual one",
                "amazon_main",
                Sample { size: [1200; 2], product: [60, 200, 1140, 900], ..good() },
                Check::Target,
                Advice,
                Some(Fix::Reframe),
            ),
            (
                "the product is too small",
                "amazon_main",
                Sample { product: [300, 400, 1700, 1600], ..good() },
                Check::Fill,
                Error,
                Some(Fix::Reframe),
            ),
            (
                "the product is too large",
                "ajio",
                Sample { size: [1600, 2000], product: [50, 50, 1550, 1950], ..good() },
                Check::Fill,
                Error,
                Some(Fix::Reframe),
            ),
            (
                "the product is small where a region minds",
                "tiktok_shop",
                Sample { size: [1080; 2], product: [400, 400, 600, 600], ..good() },
                Check::Fill,
                Advice,
                Some(Fix::Reframe),
            ),
            (
                "the product is cut where that is refused",
                "amazon_main",
                Sample { product: [130, 400, 2000, 1600], ..good() },
                Check::Whole,
                Error,
                None,
            ),
            (
                "the product is cut where nobody minds",
                "ebay",
                Sample { product: [130, 400, 2000, 1600], ..good() },
                Check::Whole,
                Advice,
                None,
            ),
            (
                "under the buttons",
                "meta_reels",
                Sample { size: [1080, 1920], product: [100, 900, 900, 1800], ..good() },
                Check::SafeArea,
                Warning,
                Some(Fix::Reframe),
            ),
            (
                "nothing in it",
                "amazon_main",
                Sample { product: [0; 4], ..good() },
                Check::Product,
                Error,
                None,
            ),
        ];
        for (name, preset, sample, check_, severity, fix) in rows {
            let lint = check(sample, preset);
            let found: Vec<&Finding> = lint.of(*check_).collect();
            assert!(!found.is_empty(), "{name}: {lint}");
            assert_eq!(found[0].severity, *severity, "{name}: {lint}");
            if fix.is_some() || *check_ != Check::Size {
                assert_eq!(found[0].fix, *fix, "{name}: {lint}");
            }
            let Finding { message, measured, limit, .. } = found[0];
            let preset = &find(preset).unwrap().name;
            assert!(
                message.contains(": ") && message.contains(preset.as_str()) || *check_ == Check::Whole,
                "{message}"
            );
            assert!(!measured.is_empty() && !limit.is_empty(), "{name}");
        }
    }

    #[test]
    fn too_many_and_too_few_bytes_are_found() {
        let preset = Preset {
            bytes: super::super::Bytes { most: Some(20_000), least: Some(9_000), goal: Some(15_000) },
            ..find("amazon_secondary").unwrap().clone()
        };
        let noise = |side: u32| {
            let mut state = 1_u32;
            let pixels: Vec<u8> = (0..side * side * 4)
                .map(|at| {
                    state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    if at % 4 == 3 { 255 } else { (state >> 24) as u8 }
                })
                .collect();
            encode(side, side, &pixels, PNG).unwrap()
        };
        // Three bytes a pixel and alpha.
        for (side, severity, fix) in [
            (100, Severity::Error, Fix::Reencode { most: Some(20_000), least: Some(9_000) }),
            (66, Severity::Advice, Fix::Reencode { most: Some(15_000), least: Some(9_000) }),
            (20, Severity::Error, Fix::Reencode { most: Some(20_000), least: Some(9_000) }),
        ] {
            let file = noise(side);
            let lint = lint(&file, &preset, &Context::default(), &Limits::PRODUCT);
            let found: Vec<&Finding> = lint.of(Check::Bytes).collect();
            assert_eq!(found.len(), 1, "{side}: {} bytes {lint}", file.len());
            assert_eq!(
                (found[0].severity, found[0].fix),
                (severity, Some(fix)),
                "{side}: {} bytes",
                file.len()
            );
        }
    }

    #[test]
    fn the_ringing_of_a_jpeg_counts() {
        let sample =
            Sample { output: Output::Jpeg { quality: 60, background: Rgb([255; 3]) }, ..Sample::GOOD };
        let sample = Sample { product: [131, 403, 1867, 1597], ..sample };
        let lint = check(&sample, "amazon_main");
        let found: Vec<&Finding> = lint.of(Check::Background).collect();
        assert_eq!(found.len(), 1, "{lint}");
        let place = found[0].place.unwrap();
        // Around the product, not further than its blocks.
        assert!(place.x >= 128 - 8 && place.x + place.width <= 1872 + 8, "{place:?}");
    }

    #[test]
    fn enlarging_is_found_and_refused_by_who_says_so() {
        let enlarged = |preset: &str, factor: f64| {
            let context = Context { resampling: Some(factor), ..Context::default() };
            let lint = lint(&Sample::GOOD.file(), find(preset).unwrap(), &context, &Limits::PRODUCT);
            lint.of(Check::Resolution).map(|finding| finding.severity).next()
        };
        assert_eq!(enlarged("amazon_main", 1.3), Some(Severity::Warning));
        assert_eq!(enlarged("google_merchant", 1.3), Some(Severity::Error));
        assert_eq!(enlarged("google_merchant", 1.0), None);
    }

    #[test]
    fn a_drawn_frame_is_found() {
        let mut sample =
            Sample { size: [1600; 2], product: [10, 10, 1590, 1590], behind: [0, 0, 0, 255], ..Sample::GOOD };
        sample.output = PNG;
        let lint = check(&sample, "ebay");
        assert_eq!(
            lint.of(Check::Border).map(|finding| finding.severity).next(),
            Some(Severity::Error),
            "{lint}"
        );
    }

    #[test]
    fn a_rule_of_the_future_warns_and_one_for_other_goods_advises() {
        let small = Sample { size: [240; 2], product: [20, 50, 220, 200], ..Sample::GOOD };
        let lint = check(&small, "google_merchant");
        let sizes: Vec<Severity> = lint.of(Check::Size).map(|finding| finding.severity).collect();
        assert_eq!(sizes, [Severity::Warning, Severity::Advice], "{lint}");
        assert!(lint.to_string().contains("from 2027-01-31 on") && lint.to_string().contains("for apparel"));
    }

    #[test]
    fn what_a_file_tells_besides_its_pixels_is_found() {
        let fixture = |name: &str| {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/photos/").to_owned() + name;
            std::fs::read(path).unwrap()
        };
        let find_in = |bytes: &[u8], check: Check| {
            let lint = lint(bytes, find("google_merchant").unwrap(), &Context::default(), &Limits::PRODUCT);
            lint.of(check).map(|finding| (finding.severity, finding.fix)).next()
        };
        let drop = Some((Severity::Warning, Some(Fix::DropMetadata)));
        for (name, check, expected) in [
            ("upright.png", Check::Color, None),
            ("adobe-rgb.jpg", Check::Color, drop),
            ("cmyk.jpg", Check::Color, drop),
            ("upright.png", Check::Metadata, None),
            ("transparent.gif", Check::Still, None),
            (
                "animated.gif",
                Check::Still,
                Some((Severity::Error, Some(Fix::ChangeFormat { to: Kind::Jpeg }))),
            ),
            (
                "animated.webp",
                Check::Still,
                Some((Severity::Warning, Some(Fix::ChangeFormat { to: Kind::Jpeg }))),
            ),
        ] {
            assert_eq!(find_in(&fixture(name), check), expected, "{name}");
        }
        let mut named =
            Sample { output: Output::Jpeg { quality: 90, background: Rgb([255; 3]) }, ..Sample::GOOD }.file();
        // A directory of one entry: the artist.
        named.splice(
            2..2,
            *b"\xff\xe1\0\x22Exif\0\0II*\0\x08\0\0\0\x01\0\x3b\x01\x02\0\x04\0\0\0me\0\0\0\0\0\0",
        );
        assert_eq!(find_in(&named, Check::Metadata), drop);
    }

    #[test]
    fn a_statement_that_was_lost_is_found() {
        let source = DigitalSourceType::new("trainedAlgorithmicMedia").unwrap();
        let context = Context { digital_source_type: Some(&source), ..Context::default() };
        let file = Sample::GOOD.file();
        let tagged = photo::metadata::with_digital_source_type(file.clone(), &source);
        let severity = |file: &[u8], preset: &str| {
            let lint = lint(file, find(preset).unwrap(), &context, &Limits::PRODUCT);
            lint.of(Check::DigitalSourceType).map(|finding| finding.severity).next()
        };
        assert_eq!(severity(&file, "google_merchant"), Some(Severity::Error));
        assert_eq!(severity(&file, "amazon_main"), Some(Severity::Advice));
        assert_eq!(severity(&tagged, "google_merchant"), None);
    }

    #[test]
    fn what_cannot_be_read_is_said_and_never_panics() {
        let preset = find("ebay").unwrap();
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic";
        let good = Sample::GOOD.file();
        for (bytes, severity) in [
            (&b""[..], Severity::Error),
            (b"<html>no picture</html>", Severity::Error),
            (&good[..good.len() / 2], Severity::Error),
            (heic, Severity::Warning),
        ] {
            let lint = lint(bytes, preset, &Context::default(), &Limits::PRODUCT);
            let found = broken(&lint);
            assert_eq!(found, [(Check::Readable, severity)], "{lint}");
        }
    }

    #[test]
    fn the_report_survives_json() {
        let lint =
            check(&Sample { size: [1200; 2], product: [60, 200, 1140, 900], ..Sample::GOOD }, "amazon_main");
        let text = serde_json::to_string(&lint).unwrap();
        assert_eq!(serde_json::from_str::<Lint>(&text).unwrap(), lint);
    }
}
