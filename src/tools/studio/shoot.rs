//! From a cut-out to a file: framed as a marketplace asks, drawn, encoded, and checked as encoded.

use crate::listing::report::{
    self, Corrected, Evidence, Geometry, Model, Operation, Produced, RETOUCH, Report, Touches, Verdict,
};
use crate::listing::{self, Check, Finding, Fix, Frame, Kind, Lint, Preset, Subject};
use crate::photo::metadata::{Metadata, with_digital_source_type};
use crate::photo::{self, Limits, Output, Photo, Rgb};
use crate::scene::{self, Backdrop, Color, Layer, Place, Position, Relight, Scene, Shadow};
use crate::tools::colour::{Change, Settings};
use crate::vision::{Cutout, Retouched};

/// Why there is no file, by whose fault it is.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The scene's.
    #[error(transparent)]
    Scene(#[from] scene::Error),
    /// The picture's: it cannot be encoded.
    #[error(transparent)]
    Photo(#[from] photo::Error),
}

/// A finished file.
#[derive(Clone, Debug, PartialEq)]
pub struct Shot {
    /// The file.
    pub bytes: Vec<u8>,
    /// Its format.
    pub kind: Kind,
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Where each product's cut-out lies in it.
    pub positions: Vec<Position>,
    /// What the seller should know, in sentences.
    pub notes: Vec<String>,
    /// What the linter says of the file; none where it is for no marketplace.
    pub lint: Option<Lint>,
    /// For each of its findings what [`shoot`] can do about it, where it can.
    pub fixes: Vec<Option<Fix>>,
    /// What was done to each product's photo, and what it changed, in the order of the scene's layers; of a product
    /// whose photo is not known or cannot be decoded here there is none.
    pub reports: Vec<Report>,
}

impl Shot {
    /// What follows for all of its products: of the reports' verdicts the worst; none where a product has no report.
    #[must_use]
    pub fn verdict(&self) -> Option<Verdict> {
        let all = self.reports.len() == self.positions.len();
        self.reports.iter().map(|report| report.verdict).max().filter(|_| all)
    }
}

/// What is to be done differently from what the scene and the marketplace say.
#[derive(Clone, Copy, Debug, Default)]
struct Wishes {
    /// The product framed as the marketplace asks, wherever the seller put it.
    reframe: bool,
    /// A colour behind it and nothing else.
    on: Option<[u8; 3]>,
    /// Another format.
    kind: Option<Kind>,
}

impl Wishes {
    fn of(fixes: &[Fix]) -> Self {
        fixes.iter().fold(Self::default(), |wishes, fix| match *fix {
            Fix::Reframe => Self { reframe: true, ..wishes },
            Fix::PutOn { color } => Self { on: Some(color), ..wishes },
            Fix::ChangeFormat { to } => Self { kind: Some(to), ..wishes },
            // Every file is made so that these hold as far as they can.
            Fix::Reencode { .. } | Fix::Reduce { .. } | Fix::DropMetadata | Fix::KeepDigitalSourceType => {
                wishes
            }
        })
    }
}

/// A scene as a marketplace takes it.
struct Fitted {
    scene: Scene,
    /// What the seller should know, in sentences.
    notes: Vec<String>,
    /// Whether the product is framed as the marketplace asks.
    is_framed: bool,
    /// Whether the photo itself cuts the product off.
    is_cut: bool,
}

impl Fitted {
    /// What would help against a finding and has not been done.
    fn fix(&self, finding: &Finding, kind: Kind) -> Option<Fix> {
        finding.fix.or((finding.check == Check::Whole).then_some(Fix::Reframe)).filter(|fix| match *fix {
            Fix::Reframe => {
                let by_place = matches!(finding.check, Check::Fill | Check::SafeArea)
                    || finding.check == Check::Whole && !self.is_cut;
                by_place && !self.is_framed && self.scene.layers.len() == 1
            }
            Fix::PutOn { color } => self.scene.backdrop != Backdrop::Solid { color: Color(color) },
            Fix::ChangeFormat { to } => to != kind && to.is_written(),
            Fix::Reencode { .. } | Fix::Reduce { .. } | Fix::DropMetadata | Fix::KeepDigitalSourceType => {
                false
            }
        })
    }
}

/// The photo that a cut-out was cut from: what its report is measured against.
#[derive(Clone, Copy, Debug)]
pub struct Original<'a> {
    /// Its file.
    pub file: &'a [u8],
    /// The same decoded; where it is not here, it is decoded for as long as the report is made.
    pub photo: Option<&'a Photo>,
    /// The networks that cut it out.
    pub models: &'a [Model],
    /// How the cut-out's colours were corrected before it came here; none where they were not.
    pub correction: Option<Correction<'a>>,
    /// What was healed on the cut-out by hand.
    pub retouched: Retouched,
}

/// A correction of a cut-out's colours.
#[derive(Clone, Copy, Debug)]
pub struct Correction<'a> {
    /// What was set.
    pub settings: &'a Settings,
    /// The cut-out without it.
    pub before: &'a Cutout,
}

/// The quality of a JPEG that is for no marketplace.
const QUALITY: u8 = 92;

/// The scene in which a cut-out is drawn for a marketplace: of its size and, where it demands a colour, on that colour
/// without shadow or gloss. Without a scene the product is framed as the marketplace asks. And what the seller should
/// know of it.
///
/// # Errors
/// [`scene::Error::Empty`] where the cut-out shows nothing.
fn fitted(
    cutout: &Cutout,
    scene: Option<&Scene>,
    preset: &Preset,
    wishes: Wishes,
) -> Result<Fitted, scene::Error> {
    let subject = Subject::of_cutout(cutout.width, cutout.height, &cutout.pixels)
        .ok_or(scene::Error::Empty { index: 0 })?;
    let rotation = scene.map_or(0.0, |scene| rotation_of(scene, 0));
    let (subject, corner) = turned(subject, rotation, cutout);
    let frame = listing::frame(&subject, preset);
    let mut notes: Vec<String> = frame.notes.iter().map(ToString::to_string).collect();
    let mut fitted = scene.cloned().unwrap_or_else(|| Scene::plain(frame.width, frame.height));
    (fitted.size.width, fitted.size.height) = (frame.width, frame.height);
    let demanded = preset.background.color().filter(|_| scene.is_none() || preset.background.is_demanded());
    if let Some(color) = demanded.or(wishes.on.map(Rgb)) {
        let plain = Backdrop::Solid { color: Color(color.0) };
        // What the backdrop's light or a lens would do to the colour is left out too; the product's own light stays.
        let relight = Relight { harmony: 0.0, vignette: 0.0, ..fitted.relight };
        let changed = fitted.backdrop != plain
            || fitted.shadow != Shadow::NONE
            || fitted.floor.gloss > 0.0
            || fitted.relight != relight;
        if scene.is_some() && demanded.is_some() && changed {
            notes.push(format!(
                "{} demands {} behind the product and nothing else: backdrop, shadow, reflection, vignette and \
                 harmony were left out",
                preset.name,
                Color(color.0)
            ));
        }
        fitted.backdrop = plain;
        fitted.shadow = Shadow::NONE;
        fitted.floor.gloss = 0.0;
        fitted.relight = relight;
        // Coloured light would colour it.
        (fitted.key.color, fitted.fill.color) = (Color([255; 3]), Color([255; 3]));
    }
    // A marketplace that says how much of the frame the product takes is obeyed, as far as one product goes; in a
    // scene of the seller's own it stays where it was put, but is never enlarged.
    let framed = scene.is_none() || preset.background.is_demanded() || wishes.reframe;
    match fitted.layers.as_mut_slice() {
        [Layer::Product(product)] if framed => product.place = place(&frame, corner),
        layers => {
            for Layer::Product(product) in layers {
                if let (Place::Ground { width, height, .. }, 0) = (&mut product.place, product.picture) {
                    *width = width.min(subject.width as f32 / frame.width as f32);
                    *height = height.min(subject.height as f32 / frame.height as f32);
                }
            }
        }
    }
    let is_cut = frame.notes.iter().any(|note| matches!(note, listing::Note::Cut { .. }));
    Ok(Fitted { scene: fitted, notes, is_framed: framed, is_cut })
}

/// By how many degrees a picture's product is turned in a scene.
fn rotation_of(scene: &Scene, picture: usize) -> f32 {
    let of = |Layer::Product(product): &Layer| (product.picture == picture).then_some(product.rotation);
    scene.layers.iter().find_map(of).unwrap_or_default()
}

/// From this opacity on a pixel counts for the box of a turned product: half covered.
const COVERED: u8 = 128;

/// The box of a product that is turned around the middle of its cut-out, and where it begins there: framed as if its own
/// left upper corner were the picture's.
fn turned(subject: Subject, rotation: f32, cutout: &Cutout) -> (Subject, [f64; 2]) {
    let (columns, rows) = (subject.x..subject.x + subject.width, subject.y..subject.y + subject.height);
    let found =
        (rotation != 0.0).then(|| scene::turned_box(cutout, rotation, columns, rows, COVERED)).flatten();
    let Some([left, top, right, bottom]) = found else { return (subject, [0.0; 2]) };
    let length = |from: f64, to: f64| ((to - from).ceil() as u32).max(1);
    let (width, height) = (length(left, right), length(top, bottom));
    (Subject { x: 0, y: 0, width, height, ..subject }, [left, top])
}

/// `corner` is where what was framed begins in the cut-out.
fn place(frame: &Frame, [left, top]: [f64; 2]) -> Place {
    Place::Pixels {
        x: (frame.x - left * frame.scale) as f32,
        y: (frame.y - top * frame.scale) as f32,
        scale: frame.scale as f32,
    }
}

/// What draws a scene with cut-outs, told where to report progress: [`scene::draw`], or a GPU's stand-in for it.
pub type Draw<'a> =
    dyn FnMut(&Scene, &[&Cutout], &mut dyn FnMut(f32) -> bool) -> Result<scene::Picture, scene::Error> + 'a;

/// Draws cut-outs in a scene and encodes the picture, for a marketplace or as it is. The first cut-out is the one that
/// a marketplace frames. `fixes` are those of an earlier [`Shot`] that are to be carried out. `progress`, told 0 to 1,
/// stops the work by answering false.
///
/// # Errors
/// As [`scene::draw`] and [`photo::encode`].
pub fn shoot(
    cutouts: &[&Cutout],
    scene: Option<&Scene>,
    preset: Option<&Preset>,
    originals: &[Option<Original<'_>>],
    fixes: &[Fix],
    progress: &mut dyn FnMut(f32) -> bool,
) -> Result<Shot, Error> {
    shoot_with(&mut scene::draw, cutouts, scene, preset, originals, fixes, progress)
}

/// As [`shoot`], drawn by another than the processor.
///
/// # Errors
/// As `draw` and [`photo::encode`].
pub fn shoot_with(
    draw: &mut Draw<'_>,
    cutouts: &[&Cutout],
    scene: Option<&Scene>,
    preset: Option<&Preset>,
    originals: &[Option<Original<'_>>],
    fixes: &[Fix],
    progress: &mut dyn FnMut(f32) -> bool,
) -> Result<Shot, Error> {
    let first = cutouts.first().ok_or_else(|| scene::Error::NoPicture {
        field: "the shot".to_owned(),
        index: 0,
        count: 0,
    })?;
    let wishes = Wishes::of(fixes);
    let as_it_is = |scene| Fitted { scene, notes: Vec::new(), is_framed: true, is_cut: false };
    let mut fitted = match (scene, preset) {
        (scene, Some(preset)) => fitted(first, scene, preset, wishes)?,
        (Some(scene), None) => as_it_is(scene.clone()),
        (None, None) => as_it_is(Scene::plain(first.width, first.height)),
    };
    fitted.notes.extend(short_backdrop(&fitted.scene, cutouts));
    let picture = draw(&fitted.scene, cutouts, &mut |done| progress(0.7 * done))?;
    let (width, height, positions) = (picture.width, picture.height, picture.positions.clone());
    let known = || originals.iter().flatten();
    // What a group is made of says its most serious part: a picture with one generated product is one.
    let source_type = known().find_map(|original| Metadata::of(original.file).digital_source_type);
    let source_type = source_type.as_ref();
    let report = |produced: Produced<'_>| reports(cutouts, originals, &fitted.scene, &picture, produced);
    let Some(preset) = preset else {
        let transparent = fitted.scene.backdrop == Backdrop::Transparent;
        let (output, kind, quality) = if transparent {
            (Output::Png { background: None }, Kind::Png, None)
        } else {
            (Output::Jpeg { quality: QUALITY, background: Rgb([255; 3]) }, Kind::Jpeg, Some(QUALITY))
        };
        let bytes = photo::encode(width, height, &picture.pixels, output)?;
        let bytes = match source_type {
            Some(source) => with_digital_source_type(bytes, source),
            None => bytes,
        };
        let reports = report(Produced { bytes: &bytes, kind, quality, cleaned: 0, lint: None })?;
        progress(1.0);
        let notes = fitted.notes;
        return Ok(Shot {
            bytes,
            kind,
            width,
            height,
            positions,
            notes,
            lint: None,
            fixes: Vec::new(),
            reports,
        });
    };
    // Of a photo that was reduced while it was decoded, the file has more pixels than the cut-out.
    let reduced = known().next().and_then(|original| original.photo).map_or(1.0, |photo| {
        photo.reduced_from.map_or(1.0, |(width, _)| f64::from(photo.width) / f64::from(width))
    });
    let largest = positions.iter().map(|position| position.scale * reduced).reduce(f64::max);
    let source = listing::Picture {
        width,
        height,
        pixels: &picture.pixels,
        product: Some(&picture.covered),
        resampling: largest,
        digital_source_type: source_type,
    };
    let exported = match wishes.kind {
        Some(kind) => listing::export_as(&source, preset, kind, &Limits::PRODUCT)?,
        None => listing::export(&source, preset, &Limits::PRODUCT)?,
    };
    let reports = report((&exported).into())?;
    progress(1.0);
    let fixes = exported.lint.findings.iter().map(|finding| fitted.fix(finding, exported.kind)).collect();
    let notes = std::mem::take(&mut fitted.notes);
    let listing::Exported { bytes, kind, lint, .. } = exported;
    Ok(Shot { bytes, kind, width, height, positions, notes, lint: Some(lint), fixes, reports })
}

/// What to say of a backdrop's photo that has fewer pixels than the picture.
fn short_backdrop(scene: &Scene, pictures: &[&Cutout]) -> Option<String> {
    let Backdrop::Photo { picture, .. } = scene.backdrop else { return None };
    let photo = pictures.get(picture)?;
    let enlarged = scene::cover_scale(photo, scene.size);
    (enlarged > 1.01).then(|| {
        format!(
            "the photo behind has {} × {} pixels and was enlarged {enlarged:.1} times: it looks soft; take a larger \
             one, or more blur",
            photo.width, photo.height
        )
    })
}

/// The reports of a file, one for each product whose photo is known.
fn reports(
    cutouts: &[&Cutout],
    originals: &[Option<Original<'_>>],
    scene: &Scene,
    picture: &scene::Picture,
    exported: Produced<'_>,
) -> Result<Vec<Report>, photo::Error> {
    let mut reports = Vec::new();
    let shared = (scene.layers.len() > 1).then(|| crowd(cutouts, scene, picture));
    for (&Layer::Product(product), &position) in scene.layers.iter().zip(&picture.positions) {
        let (Some(&cutout), Some(Some(original))) =
            (cutouts.get(product.picture), originals.get(product.picture))
        else {
            continue;
        };
        let decoded = match original.photo {
            Some(_) => None,
            // What only the browser can read has no report.
            None => match photo::decode(original.file, &Limits::PRODUCT) {
                Ok(photo) => Some(photo),
                Err(_) => continue,
            },
        };
        let Some(photo) = original.photo.or(decoded.as_ref()) else { continue };
        let own = shared.as_ref().map(|crowd| {
            let mut own = opacity(cutout, position, picture);
            // Where several are, one hides another, and which does not matter: it is measured where it is alone.
            own.iter_mut().zip(crowd).filter(|(_, count)| **count > 1).for_each(|(own, _)| *own = 0);
            own
        });
        let own = own.as_deref().unwrap_or(&picture.covered);
        reports.push(evidence(original, photo, cutout, scene, position, picture, own, exported)?);
    }
    Ok(reports)
}

/// How many products lie on each pixel of a picture.
fn crowd(cutouts: &[&Cutout], scene: &Scene, picture: &scene::Picture) -> Vec<u8> {
    let mut crowd = vec![0_u8; picture.covered.len()];
    for (Layer::Product(product), &position) in scene.layers.iter().zip(&picture.positions) {
        let Some(cutout) = cutouts.get(product.picture) else { continue };
        let own = opacity(cutout, position, picture);
        crowd.iter_mut().zip(own).for_each(|(count, own)| *count = count.saturating_add(u8::from(own > 0)));
    }
    crowd
}

/// A product's own opacity where it lies in a picture.
fn opacity(
    cutout: &Cutout,
    Position { scale, x, y, rotation }: Position,
    picture: &scene::Picture,
) -> Vec<u8> {
    let Cutout { width, height, pixels, .. } = cutout;
    let photo =
        Photo { width: *width, height: *height, pixels: pixels.clone(), has_alpha: true, reduced_from: None };
    let turned = photo::Turned { scale, degrees: rotation, x, y };
    let placed = photo::place_turned(&photo, picture.width, picture.height, turned);
    placed.pixels.into_iter().skip(3).step_by(4).collect()
}

/// The report of one product; `own` is its opacity in the picture.
#[allow(clippy::too_many_arguments, reason = "a report is of all that there is")]
fn evidence(
    original: &Original<'_>,
    photo: &Photo,
    cutout: &Cutout,
    scene: &Scene,
    Position { scale, x, y, rotation }: Position,
    picture: &scene::Picture,
    own: &[u8],
    exported: Produced<'_>,
) -> Result<Report, photo::Error> {
    let done = |name: &str, touches, parameters| Operation { name: name.to_owned(), touches, parameters };
    let mut operations = vec![done("cut_out", Touches::Edge, serde_json::Value::Null)];
    let retouched = original.retouched;
    if retouched.spots > 0 {
        let parameters = serde_json::json!({ "spots": retouched.spots, "pixels": retouched.pixels });
        operations.push(done(RETOUCH, Touches::Product, parameters));
    }
    let mut corrected = None;
    if let Some(Correction { settings, before }) = original.correction {
        // Of one size: one was made from the other.
        let change = Change::between(&before.pixels, &cutout.pixels, None).unwrap_or_default();
        let parameters = serde_json::json!({ "settings": settings, "delta_e_2000": change });
        operations.push(done("colour", Touches::Product, parameters));
        // What was healed is like no photo.
        let before = (retouched == Retouched::default()).then_some(before.pixels.as_slice());
        corrected = Some(Corrected { before, after: &cutout.pixels });
    }
    operations.extend([
        done("frame", Touches::Geometry, serde_json::json!({ "scale": scale, "x": x, "y": y })),
        done("backdrop", Touches::Background, serde_json::json!(scene.backdrop)),
    ]);
    if rotation != 0.0 {
        operations.push(done("straighten", Touches::Geometry, serde_json::json!({ "degrees": rotation })));
    }
    if scene.shadow != Shadow::NONE {
        let light = serde_json::json!({ "shadow": scene.shadow, "key": scene.key, "fill": scene.fill });
        operations.push(done("shadow", Touches::Background, light));
    }
    if scene.floor.gloss > 0.0 {
        operations.push(done("reflection", Touches::Background, serde_json::json!(scene.floor)));
    }
    let is_shaded = scene.shadow.mutual > 0.0 && scene.layers.len() > 1;
    if is_shaded {
        let shadow = serde_json::json!({ "strength": scene.shadow.mutual, "key": scene.key });
        operations.push(done("mutual_shadow", Touches::Product, shadow));
    }
    let light = scene.relight;
    if light.rim > 0.0 || light.fill > 0.0 {
        operations.push(done("relight", Touches::Product, serde_json::json!(light)));
    }
    if light.harmony > 0.0 {
        let harmony = serde_json::json!({ "share": light.harmony, "backdrop": scene.backdrop });
        operations.push(done("colour_harmony", Touches::Product, harmony));
    }
    if light.vignette > 0.0 {
        let vignette = serde_json::json!({ "strength": light.vignette });
        operations.push(done("vignette", Touches::Product, vignette));
    }
    // What light did beyond a correction cannot be told apart from what nobody listed.
    let corrected = corrected.filter(|_| light == Relight::default() && !is_shaded);
    report::report(
        &Evidence {
            source: original.file,
            photo,
            geometry: Geometry { scale, x, y, rotation },
            product: own,
            models: original.models,
            operations: &operations,
            picture: &picture.pixels,
            corrected,
            exported,
        },
        &Limits::PRODUCT,
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::tools::colour::correct_cutout;
    use crate::tools::studio::looks;

    /// A round thing of 1600 px in a cut-out of 2000 × 2000.
    fn ball() -> Cutout {
        let (width, height) = (2000, 2000);
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| {
            let far = (x as f32 - 1000.0).hypot(y as f32 - 1000.0);
            let alpha = ((800.5 - far).clamp(0.0, 1.0) * 255.0) as u8;
            if alpha == 0 { [0; 4] } else { [180, (x / 8) as u8, 60, alpha] }
        });
        Cutout { width, height, pixels: pixels.collect(), confidence: None, doubt: None }
    }

    #[test]
    fn amazon_gets_plain_white_whatever_the_scene() {
        let ball = ball();
        let preset = listing::find("amazon_main").unwrap();
        // Dark and glossy, lit in colour, and nothing behind.
        let look = |id| looks().iter().find(|look| look.id == id).map(|look| &look.scene);
        for scene in [None, look("noir"), look("late_sun"), look("shadow_only")] {
            let shot = shoot(&[&ball], scene, Some(preset), &[], &[], &mut |_| true).unwrap();
            let lint = shot.lint.unwrap();
            assert!(lint.is_clean(), "{:?}", lint.findings);
            assert_eq!(shot.notes.iter().any(|note| note.contains("demands")), scene.is_some());
            assert!(shot.positions[0].scale <= 1.0);
        }
    }

    #[test]
    fn the_report_bears_out_that_nothing_was_invented() {
        let (cutout, look) = (ball(), &looks().iter().find(|look| look.id == "gloss").unwrap().scene);
        // The photo: the ball on grey.
        let over = |pixel: &[u8; 4]| if pixel[3] == 255 { *pixel } else { [128, 128, 128, 255] };
        let pixels = cutout.pixels.as_chunks::<4>().0.iter().flat_map(over).collect();
        let photo = Photo { width: 2000, height: 2000, pixels, has_alpha: false, reduced_from: None };
        let file = photo::encode(2000, 2000, &photo.pixels, Output::Png { background: None }).unwrap();
        let models = [Model { name: "fast".to_owned(), sha256: "0".repeat(64) }];
        let original = Original {
            file: &file,
            photo: Some(&photo),
            models: &models,
            correction: None,
            retouched: Retouched::default(),
        };
        for (scene, preset) in [(None, "amazon_main"), (Some(look), "etsy")] {
            let preset = Some(listing::find(preset).unwrap());
            let shot = shoot(&[&cutout], scene, preset, &[Some(original)], &[], &mut |_| true).unwrap();
            let report = shot.reports[0].clone();
            assert_eq!(report.verdict, Verdict::NoPixelInvented, "{:?}", report.difference);
            assert_eq!(report.models, models);
            assert_eq!(report.operations.iter().any(|done| done.name == "reflection"), scene.is_some());
        }
    }

    #[test]
    fn a_correction_of_colour_is_listed_and_nothing_beyond_it_goes_by() {
        let before = ball();
        let over = |pixel: &[u8; 4]| if pixel[3] == 255 { *pixel } else { [128, 128, 128, 255] };
        let pixels = before.pixels.as_chunks::<4>().0.iter().flat_map(over).collect();
        let photo = Photo { width: 2000, height: 2000, pixels, has_alpha: false, reduced_from: None };
        let settings = Settings { exposure: 0.5, shadows: 0.3, ..Settings::default() };
        let mut retouched = before.clone();
        retouched.pixels.chunks_exact_mut(4).for_each(|pixel| pixel[2] = pixel[2].saturating_add(20));
        for (before, verdict) in [(&before, Verdict::ChangedAsListed), (&retouched, Verdict::Differs)] {
            let mut cutout = before.clone();
            correct_cutout(&mut cutout, &settings).unwrap();
            let correction = Some(Correction { settings: &settings, before });
            let original = Original {
                file: b"a photo",
                photo: Some(&photo),
                models: &[],
                correction,
                retouched: Retouched::default(),
            };
            let preset = Some(listing::find("amazon_main").unwrap());
            let shot = shoot(&[&cutout], None, preset, &[Some(original)], &[], &mut |_| true).unwrap();
            let report = shot.reports[0].clone();
            assert_eq!(report.verdict, verdict, "{:?}", report.unlisted);
            let colour = report.operations.iter().find(|done| done.name == "colour").unwrap();
            assert_eq!(colour.touches, Touches::Product);
            assert_eq!(colour.parameters["settings"]["exposure"], 0.5);
            assert!(colour.parameters["delta_e_2000"]["mean"].as_f64().unwrap() > 3.0);
            assert!(report.difference.unwrap().mean > 3.0);
        }
    }

    #[test]
    fn light_on_the_product_is_reported_and_never_colours_a_demanded_white() {
        let cutout = ball();
        let mut scene = looks()[0].scene.clone();
        scene.relight = Relight { rim: 0.8, fill: 0.5, harmony: 0.5, vignette: 0.5 };
        let pixels = cutout.pixels.as_chunks::<4>().0.iter();
        let over = |pixel: &[u8; 4]| if pixel[3] == 255 { *pixel } else { [128, 128, 128, 255] };
        let photo = Photo {
            width: 2000,
            height: 2000,
            pixels: pixels.flat_map(over).collect(),
            has_alpha: false,
            reduced_from: None,
        };
        let original = Original {
            file: b"photo",
            photo: Some(&photo),
            models: &[],
            correction: None,
            retouched: Retouched::default(),
        };
        for (preset, names) in
            [("amazon_main", &["relight"][..]), ("etsy", &["relight", "colour_harmony", "vignette"])]
        {
            let preset = Some(listing::find(preset).unwrap());
            let shot =
                shoot(&[&cutout], Some(&scene), preset, &[Some(original)], &[], &mut |_| true).unwrap();
            assert!(shot.lint.unwrap().is_clean());
            let report = shot.reports[0].clone();
            assert_eq!(report.verdict, Verdict::ChangedAsListed);
            let touching = report.operations.iter().filter(|done| done.touches == Touches::Product);
            let found: Vec<&str> = touching.map(|done| done.name.as_str()).collect();
            assert_eq!(found, names);
        }
    }

    #[test]
    fn what_was_healed_is_counted_and_said() {
        let cutout = ball();
        let photo = Photo {
            width: 2000,
            height: 2000,
            pixels: cutout.pixels.clone(),
            has_alpha: true,
            reduced_from: None,
        };
        let preset = Some(listing::find("amazon_main").unwrap());
        for (spots, verdict) in [(0, Verdict::NoPixelInvented), (2, Verdict::Retouched)] {
            let retouched = Retouched { spots, pixels: 300 * spots };
            let original =
                Original { file: b"a photo", photo: Some(&photo), models: &[], correction: None, retouched };
            let report =
                shoot(&[&cutout], None, preset, &[Some(original)], &[], &mut |_| true).unwrap().reports[0]
                    .clone();
            assert_eq!(report.verdict, verdict);
            let listed = report.operations.iter().find(|done| done.name == RETOUCH);
            assert_eq!(
                listed.map(|done| done.parameters["pixels"].as_u64()),
                (spots > 0).then_some(Some(600))
            );
        }
    }

    #[test]
    fn a_backdrop_with_too_few_pixels_is_said() {
        let (ball, place) = (ball(), Cutout { width: 500, height: 400, ..ball() });
        let place = Cutout { pixels: place.pixels[..500 * 400 * 4].to_vec(), ..place };
        let mut scene = looks()[0].scene.clone();
        scene.backdrop = Backdrop::Photo { picture: 1, at: [0.5; 2], wall: 0.5, blur: 0.0 };
        let preset = listing::find("etsy").unwrap();
        let shot = shoot(&[&ball, &place], Some(&scene), Some(preset), &[], &[], &mut |_| true).unwrap();
        assert!(shot.notes.iter().any(|note| note.contains("500 × 400 pixels and was enlarged")));
        let error = shoot(&[&ball], Some(&scene), Some(preset), &[], &[], &mut |_| true).unwrap_err();
        assert!(error.to_string().starts_with("backdrop shows picture 1 and 1 were given"), "{error}");
    }

    #[test]
    fn what_can_be_fixed_is_fixed_by_shooting_again() {
        let ball = ball();
        let look = |id: &str| looks().iter().find(|look| look.id == id).unwrap().scene.clone();
        let made = |scene: &Scene, preset: &str, fixes: &[Fix]| {
            let preset = Some(listing::find(preset).unwrap());
            shoot(&[&ball], Some(scene), preset, &[], fixes, &mut |_| true).unwrap()
        };
        let fixes = |shot: &Shot| shot.fixes.iter().flatten().copied().collect::<Vec<_>>();
        // The product was pulled halfway out of the picture.
        let mut beside = look("studio_sweep");
        let Layer::Product(product) = &mut beside.layers[0];
        product.place = Place::Ground { x: 1.0, y: 0.9, width: 0.5, height: 0.5 };
        let shot = made(&beside, "etsy", &[]);
        assert_eq!(fixes(&shot), [Fix::Reframe], "{:?}", shot.lint);
        let fixed = made(&beside, "etsy", &fixes(&shot));
        assert!(fixed.fixes.iter().flatten().next().is_none(), "{:?}", fixed.lint);
        assert!(fixed.lint.unwrap().of(Check::Whole).next().is_none());
        // White is advised, not demanded.
        let advised = listing::catalog().presets.iter().find(|preset| {
            let on_noir = made(&look("noir"), &preset.id, &[]);
            fixes(&on_noir).contains(&Fix::PutOn { color: [255; 3] })
        });
        let advised = &advised.expect("a marketplace advises white").id;
        let all = fixes(&made(&look("noir"), advised, &[]));
        let fixed = made(&look("noir"), advised, &all);
        assert!(fixes(&fixed).is_empty(), "{:?}", fixed.lint);
        assert!(fixed.lint.unwrap().of(Check::Background).next().is_none());
    }

    #[test]
    fn a_file_for_no_marketplace_has_a_report_too() {
        let cutout = ball();
        let pixels = cutout.pixels.clone();
        let photo = Photo { width: 2000, height: 2000, pixels, has_alpha: true, reduced_from: None };
        let (correction, retouched) = (None, Retouched::default());
        let original = Original { file: b"a photo", photo: Some(&photo), models: &[], correction, retouched };
        for id in ["blush", "shadow_only"] {
            let look = &looks().iter().find(|look| look.id == id).unwrap().scene;
            let shot = shoot(&[&cutout], Some(look), None, &[Some(original)], &[], &mut |_| true).unwrap();
            let report = shot.reports[0].clone();
            assert_eq!(report.verdict, Verdict::NoPixelInvented, "{:?}", report.difference);
            assert_eq!((report.lint, report.output.preset), (None, None));
            assert_eq!(report.output.sha256, report::sha256(&shot.bytes));
        }
    }

    #[test]
    fn a_turned_product_is_framed_by_its_new_box_and_nothing_is_invented() {
        // A board of 400 × 1200, askew by 10 degrees.
        let (sin, cos) = 10.0_f32.to_radians().sin_cos();
        let pixels = (0..1600).flat_map(|y| (0..1600).map(move |x| (x, y))).flat_map(|(x, y)| {
            let (u, v) = (x as f32 + 0.5 - 700.0, y as f32 + 0.5 - 800.0);
            let (across, down) = (cos * u + sin * v, cos * v - sin * u);
            let alpha = ((200.5 - across.abs()).min(600.5 - down.abs()).clamp(0.0, 1.0) * 255.0) as u8;
            if alpha == 0 { [0; 4] } else { [180, (x / 8) as u8, (y / 7) as u8, alpha] }
        });
        let (width, height, pixels) = (1600, 1600, pixels.collect::<Vec<u8>>());
        let cutout = Cutout { width, height, pixels, confidence: None, doubt: None };
        let over = |pixel: &[u8; 4]| if pixel[3] == 255 { *pixel } else { [128, 128, 128, 255] };
        let pixels = cutout.pixels.as_chunks::<4>().0.iter().flat_map(over).collect();
        let photo = Photo { width, height, pixels, has_alpha: false, reduced_from: None };
        let mut scene = Scene::plain(2000, 2000);
        let Layer::Product(product) = &mut scene.layers[0];
        product.rotation = -10.0;
        let original = Original {
            file: b"a photo",
            photo: Some(&photo),
            models: &[],
            correction: None,
            retouched: Retouched::default(),
        };
        let preset = Some(listing::find("amazon_main").unwrap());
        let shot = shoot(&[&cutout], Some(&scene), preset, &[Some(original)], &[], &mut |_| true).unwrap();
        let report = shot.reports[0].clone();
        assert_eq!(report.verdict, Verdict::NoPixelInvented, "{:?}", report.difference);
        assert_eq!(report.geometry.rotation, -10.0);
        assert!(report.operations.iter().any(|done| done.name == "straighten"));
        let lint = shot.lint.unwrap();
        assert!(lint.is_clean(), "{:?}", lint.findings);
        let seen = lint.product.unwrap();
        let [middle_x, middle_y] = [2 * seen.x + seen.width, 2 * seen.y + seen.height];
        assert!(middle_x.abs_diff(shot.width) <= 3 && middle_y.abs_diff(shot.height) <= 3, "{seen:?}");
        assert!((f64::from(seen.width) / f64::from(seen.height) - 1.0 / 3.0).abs() < 0.01, "{seen:?}");
    }

    #[test]
    fn a_scene_stays_where_a_marketplace_leaves_it_free() {
        let ball = ball();
        let sweep = &looks().iter().find(|look| look.id == "studio_sweep").unwrap().scene;
        let shot =
            shoot(&[&ball], Some(sweep), Some(listing::find("etsy").unwrap()), &[], &[], &mut |_| true)
                .unwrap();
        let photo = photo::decode(&shot.bytes, &Limits::PRODUCT).unwrap();
        assert_ne!(photo.pixels[..3], [255, 255, 255]);
        assert!(shot.positions[0].scale <= 1.0, "{}", shot.positions[0].scale);
        assert!(shot.lint.unwrap().is_clean());
    }

    #[test]
    fn for_no_marketplace_a_scene_is_taken_as_it_is() {
        let ball = ball();
        let look = |id: &str| &looks().iter().find(|look| look.id == id).unwrap().scene;
        let shot = shoot(&[&ball], Some(look("shadow_only")), None, &[], &[], &mut |_| true).unwrap();
        assert_eq!((shot.kind, shot.width, shot.height), (Kind::Png, 2000, 2000));
        assert!(photo::decode(&shot.bytes, &Limits::PRODUCT).unwrap().has_alpha);
        let shot = shoot(&[&ball], Some(look("blush")), None, &[], &[], &mut |_| true).unwrap();
        assert_eq!(shot.kind, Kind::Jpeg);
    }

    #[test]
    fn nothing_and_no_picture_are_said() {
        let nothing = Cutout { width: 4, height: 4, pixels: vec![0; 64], confidence: None, doubt: None };
        let preset = listing::find("etsy").unwrap();
        let error = shoot(&[&nothing], None, Some(preset), &[], &[], &mut |_| true).unwrap_err();
        assert_eq!(error, Error::Scene(scene::Error::Empty { index: 0 }));
        assert!(matches!(
            shoot(&[], None, None, &[], &[], &mut |_| true),
            Err(Error::Scene(scene::Error::NoPicture { .. }))
        ));
    }

    #[test]
    fn each_product_of_a_group_has_a_report_of_its_own() {
        let ball = ball();
        let photo = Photo {
            width: ball.width,
            height: ball.height,
            pixels: ball
                .pixels
                .chunks_exact(4)
                .flat_map(|pixel| [pixel[0], pixel[1], pixel[2], 255])
                .collect(),
            has_alpha: false,
            reduced_from: None,
        };
        let file = photo::encode(photo.width, photo.height, &photo.pixels, Output::Png { background: None })
            .unwrap();
        let mut scene = Scene::plain(1600, 900);
        let Layer::Product(first) = scene.layers[0];
        let at = |picture, x| {
            let place = Place::Ground { x, y: 0.84, width: 0.35, height: 0.6 };
            Layer::Product(scene::Product { picture, place, ..first })
        };
        // The second hides a part of the first.
        scene.layers = vec![at(0, 0.4), at(1, 0.55)];
        let models = [];
        let original = Original {
            file: &file,
            photo: None,
            models: &models,
            correction: None,
            retouched: Retouched::default(),
        };
        let shot = |scene: &Scene, originals: &[Option<Original<'_>>]| {
            shoot(&[&ball, &ball], Some(scene), None, originals, &[], &mut |_| true).unwrap()
        };
        let both = shot(&scene, &[Some(original), Some(original)]);
        assert_eq!((both.reports.len(), both.verdict()), (2, Some(Verdict::NoPixelInvented)));
        let [left, right] = &both.reports[..] else { panic!("two products") };
        assert!(left.geometry.x < right.geometry.x);
        let interior = |report: &Report| report.difference.as_ref().unwrap().interior;
        assert!(interior(left) > 10_000 && interior(right) > 10_000);

        scene.shadow.mutual = 0.8;
        let shaded = shot(&scene, &[Some(original), Some(original)]);
        assert_eq!(shaded.verdict(), Some(Verdict::ChangedAsListed));
        for report in &shaded.reports {
            assert!(report.operations.iter().any(|operation| operation.name == "mutual_shadow"));
        }

        let half = shot(&scene, &[Some(original), None]);
        assert_eq!((half.reports.len(), half.verdict()), (1, None));
        let unreadable = Original { file: b"a photo", ..original };
        assert_eq!(shot(&scene, &[Some(original), Some(unreadable)]).reports.len(), 1);
    }
}
