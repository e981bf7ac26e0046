//! The photography studio. Scenes and reports cross as JSON.

use js_sys::Function;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use super::fault::Fault;
use super::live::StudioCopyHandle;
use super::picture::{PhotoHandle, Preview};
use crate::listing::report::{Model, Report};
use crate::listing::{self, Fix, Preset, Severity};
use crate::photo::{self, Limits, Photo};
use crate::scene::{self, Backdrop, Scene};
use crate::tools::colour::{Change, Look, Settings, Statistics};
use crate::tools::studio::{self, Correction, Original};
use crate::vision::{Cutout, Retouched};

fn json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::caller(error.to_string()))
}

/// A marketplace, as the page shows it.
#[derive(Serialize)]
struct PresetRow<'a> {
    id: &'a str,
    name: &'a str,
    size: [u32; 2],
    /// The colour that is demanded behind the product, `#rrggbb`.
    background: Option<String>,
    confidence: listing::Confidence,
    as_of: &'a str,
}

/// Every marketplace, as JSON: `[{ id, name, size, background, confidence, as_of }]`.
#[wasm_bindgen]
pub fn presets() -> Result<String, Fault> {
    let catalog = listing::catalog();
    let row = |preset: &'static Preset| PresetRow {
        id: &preset.id,
        name: &preset.name,
        size: preset.size(),
        background: preset
            .background
            .color()
            .filter(|_| preset.background.is_demanded())
            .map(|color| scene::Color(color.0).to_string()),
        confidence: preset.confidence,
        as_of: &catalog.as_of,
    };
    json(&catalog.presets.iter().map(row).collect::<Vec<_>>())
}

/// The studio's looks, as JSON: `[{ id, name, scene }]`.
#[wasm_bindgen]
pub fn looks() -> Result<String, Fault> {
    json(&studio::looks())
}

/// Checks a scene and gives it back with every field filled in.
#[wasm_bindgen(js_name = checkScene)]
pub fn check_scene(scene: &str) -> Result<String, Fault> {
    Ok(Scene::read(scene)?.write())
}

/// Finished cut-outs that are put into scenes: one, or a group.
#[wasm_bindgen(js_name = Studio)]
pub struct StudioHandle {
    /// By the number that a scene's layers call them by; the first is always there.
    products: Vec<Opened>,
    /// A photo of a place, for scenes that have one behind; they find it as the picture after the products.
    place: Option<Opened>,
    /// The files of the photos that they were cut from, as far as they are known; that of one alone is decoded when a
    /// report is first asked for, those of a group each for its own report.
    originals: Vec<Option<Vec<u8>>>,
    decoded: Option<Photo>,
}

/// A cut-out.
struct Opened {
    whole: Cutout,
    /// Copies with fewer pixels, for the screen, by the [`step`]s of their longer sides.
    copies: Vec<Cutout>,
    /// How its colours are corrected; none where they stay.
    settings: Option<Settings>,
    /// It and its copies corrected, as far as they were drawn.
    corrected: Vec<Cutout>,
}

/// The longer side of the copy on which a change of colour is measured, in pixels.
const MEASURED: u32 = 512;

/// The longer side, in pixels, of the copy that a picture with `longest` pixels on its longer side is drawn from. A
/// product fills most of a picture, and its cut-out has some room around it. Few sizes, for a copy takes longer to make
/// than to draw, and a moving picture's size varies with the time that there is for it.
fn step(longest: u32) -> u32 {
    (longest.saturating_mul(3) / 2).clamp(1, 1 << 30).next_power_of_two()
}

fn longer(cutout: &Cutout) -> u32 {
    cutout.width.max(cutout.height)
}

impl Opened {
    fn read(bytes: &[u8]) -> Result<Self, Fault> {
        Ok(Self::new(photo::decode(bytes, &Limits::PRODUCT)?.into()))
    }

    fn new(whole: Cutout) -> Self {
        Self { whole, copies: Vec::new(), settings: None, corrected: Vec::new() }
    }

    /// Makes the copy of `side` pixels on its longer side, where that is fewer and it is not there. The answer is how
    /// many times fewer pixels along a side [`Self::drawn`] has.
    fn shrink(&mut self, side: u32) -> f32 {
        let factor = longer(&self.whole) as f32 / side as f32;
        if factor <= 1.0 {
            return 1.0;
        }
        if !self.copies.iter().any(|copy| longer(copy) == side) {
            self.copies.push(reduced(&self.whole, factor));
        }
        factor
    }

    /// The copy of that size, or all of it, before any correction.
    fn plain(&self, side: u32) -> &Cutout {
        self.copies.iter().find(|copy| longer(copy) == side).unwrap_or(&self.whole)
    }

    /// Makes that copy's correction, where there is one and it is not there.
    fn correct(&mut self, side: u32) -> Result<(), Fault> {
        let Some(settings) = &self.settings else { return Ok(()) };
        let plain = self.plain(side);
        if self.corrected.iter().all(|corrected| longer(corrected) != longer(plain)) {
            let mut corrected = plain.clone();
            Look::new(settings)?.apply(&mut corrected.pixels, corrected.width, corrected.height);
            self.corrected.push(corrected);
        }
        Ok(())
    }

    /// The copy of that size, or all of it, as it is drawn.
    fn drawn(&self, side: u32) -> &Cutout {
        let plain = self.plain(side);
        self.corrected.iter().find(|corrected| longer(corrected) == longer(plain)).unwrap_or(plain)
    }
}

/// What the page knows of a cut-out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Source {
    models: Vec<Model>,
    /// What was healed on it by hand.
    #[serde(default)]
    retouched: Healed,
}

#[derive(Default, Deserialize)]
struct Healed {
    spots: usize,
    pixels: usize,
}

#[wasm_bindgen(js_class = Studio)]
impl StudioHandle {
    /// Opens a finished cut-out, the bytes of a PNG.
    pub fn open(bytes: &[u8]) -> Result<Self, Fault> {
        Ok(Self { products: vec![Opened::read(bytes)?], place: None, originals: Vec::new(), decoded: None })
    }

    /// Adds a further cut-out, the bytes of a PNG: the next number in a scene's layers.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        self.products.push(Opened::read(bytes)?);
        Ok(())
    }

    /// Takes the photo of a place that scenes may have behind the products.
    #[wasm_bindgen(js_name = takePlace)]
    pub fn take_place(&mut self, photo: PhotoHandle) {
        self.place = Some(Opened::new(photo.into_photo().into()));
    }

    /// Width of the first cut-out in pixels.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.products[0].whole.width
    }

    /// Height of the first cut-out in pixels.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.products[0].whole.height
    }

    /// The file of the photo that a cut-out was cut from: a shot's report is measured against it.
    #[wasm_bindgen(js_name = takePhoto)]
    pub fn take_photo(&mut self, index: usize, file: Vec<u8>) -> Result<(), Fault> {
        let count = self.products.len();
        if index >= count {
            return Err(no_product(index, count));
        }
        self.originals.resize(count, None);
        self.originals[index] = Some(file);
        self.decoded = None;
        Ok(())
    }

    /// What the light is like in which a cut-out was taken, as JSON; see [`Statistics`]. Its photo tells the most;
    /// without it, or where that is of another size, the cut-out itself does.
    pub fn light(&self, index: usize, photo: Option<PhotoHandle>) -> Result<String, Fault> {
        let Cutout { width, height, pixels, .. } = &self.product(index)?.whole;
        let photo = photo.filter(|photo| (photo.width(), photo.height()) == (*width, *height));
        let statistics = if let Some(photo) = photo {
            let matte: Vec<u8> = pixels.iter().skip(3).step_by(4).copied().collect();
            Statistics::of(photo.photo(), Some(&matte))?
        } else {
            let (width, height, pixels) = (*width, *height, pixels.clone());
            Statistics::of(&Photo { width, height, pixels, has_alpha: true, reduced_from: None }, None)?
        };
        json(&statistics)
    }

    /// Colours for a backdrop that go with a cut-out, as JSON: `[{ relation, color }]`; see [`studio::harmonies`].
    pub fn harmonies(&mut self, index: usize) -> Result<String, Fault> {
        let count = self.products.len();
        let product = self.products.get_mut(index).ok_or_else(|| no_product(index, count))?;
        product.shrink(MEASURED);
        product.correct(MEASURED)?;
        let found = studio::harmonies(product.drawn(MEASURED));
        json(
            &found.map(|harmony| serde_json::json!({ "relation": harmony.relation, "color": harmony.color })),
        )
    }

    /// Corrects a cut-out's colours from here on, by settings as JSON.
    #[wasm_bindgen(js_name = setColour)]
    pub fn set_colour(&mut self, index: usize, settings: &str) -> Result<(), Fault> {
        let settings = Some(Settings::from_json(settings)?).filter(|settings| !settings.is_identity());
        let count = self.products.len();
        let product = self.products.get_mut(index).ok_or_else(|| no_product(index, count))?;
        if product.settings != settings {
            product.settings = settings;
            product.corrected.clear();
        }
        Ok(())
    }

    /// How far that moves the cut-out's colours, as JSON; see [`Change`].
    #[wasm_bindgen(js_name = colourChange)]
    pub fn colour_change(&mut self, index: usize) -> Result<String, Fault> {
        let count = self.products.len();
        let product = self.products.get_mut(index).ok_or_else(|| no_product(index, count))?;
        product.shrink(MEASURED);
        product.correct(MEASURED)?;
        json(&Change::between(&product.plain(MEASURED).pixels, &product.drawn(MEASURED).pixels, None)?)
    }

    /// Draws a scene with at most `longest` pixels on its longer side.
    pub fn preview(&mut self, scene: &str, longest: u32) -> Result<Preview, Fault> {
        let mut scene = Scene::read(scene)?.shrunk(longest);
        let side = step(longest);
        for (index, product) in self.products.iter_mut().enumerate() {
            scene.of_reduced(index, product.shrink(side));
            product.correct(side)?;
        }
        if let (Some(place), Backdrop::Photo { .. }) = (&mut self.place, &scene.backdrop) {
            place.shrink(side);
        }
        let cutouts = self.pictures(&mut scene, side);
        let picture = scene::draw(&scene, &cutouts, &mut |_| true)?;
        Ok(Preview::of_picture(picture.width, picture.height, picture.pixels))
    }

    /// A copy of a cut-out as it is drawn, or, numbered after them all, of the place, with at most `side` pixels on its
    /// longer side; nothing where there is none.
    pub fn copy(&mut self, index: usize, side: u32) -> Result<Option<StudioCopyHandle>, Fault> {
        let count = self.products.len();
        let mut all = self.products.iter_mut().chain(&mut self.place);
        let Some(opened) = all.nth(index) else { return Ok(None) };
        let factor = opened.shrink(side);
        if index < count {
            opened.correct(side)?;
        }
        Ok(Some(StudioCopyHandle::new(opened.drawn(side).clone(), factor)))
    }

    /// One file: for a marketplace, by its id, or of the scene as it is. `progress(fraction)` stops the work by
    /// returning `false`. `sources` names for each cut-out the models, and what was healed: `[{ models:
    /// [{ name, sha256 }], retouched: { spots, pixels } }]`. `fixes` is a list of those of an earlier shot that are carried out.
    pub fn shoot(
        &mut self,
        scene: Option<String>,
        preset: Option<String>,
        sources: &str,
        fixes: &str,
        progress: &Function,
    ) -> Result<ShotHandle, Fault> {
        let fixes: Vec<Fix> =
            serde_json::from_str(fixes).map_err(|error| Fault::caller(error.to_string()))?;
        let sources: Vec<Source> =
            serde_json::from_str(sources).map_err(|error| Fault::caller(error.to_string()))?;
        let mut scene = scene.map(|scene| Scene::read(&scene)).transpose()?;
        let preset = preset
            .map(|id| listing::find(&id).map_err(|unknown| Fault::caller(unknown.to_string())))
            .transpose()?;
        let mut listener = |done: f32| {
            progress
                .call1(&JsValue::UNDEFINED, &done.into())
                .map_or(true, |answer| answer.as_bool() != Some(false))
        };
        if let ([Some(file)], None) = (&self.originals[..], &self.decoded) {
            // What only the browser can read has no report.
            self.decoded = photo::decode(file, &Limits::PRODUCT).ok();
        }
        for product in &mut self.products {
            product.correct(u32::MAX)?;
        }
        let products = self.products.iter().zip(&self.originals).zip(&sources);
        let originals: Vec<Option<Original<'_>>> = products
            .map(|((product, file), source)| {
                let correction =
                    product.settings.as_ref().map(|settings| Correction { settings, before: &product.whole });
                let Healed { spots, pixels } = source.retouched;
                let retouched = Retouched { spots, pixels };
                let (file, photo, models) = (file.as_ref()?, self.decoded.as_ref(), &source.models[..]);
                Some(Original { file, photo, models, correction, retouched })
            })
            .collect();
        let cutouts = match &mut scene {
            Some(scene) => self.pictures(scene, u32::MAX),
            None => self.products.iter().map(|product| product.drawn(u32::MAX)).collect(),
        };
        Ok(ShotHandle {
            shot: studio::shoot(&cutouts, scene.as_ref(), preset, &originals, &fixes, &mut listener)?,
        })
    }
}

impl StudioHandle {
    /// What a scene is drawn with: the products' copies of that size and, where it has a photo behind, the place's.
    fn pictures(&self, scene: &mut Scene, side: u32) -> Vec<&Cutout> {
        let mut pictures: Vec<&Cutout> = self.products.iter().map(|product| product.drawn(side)).collect();
        if let Backdrop::Photo { .. } = scene.backdrop {
            scene.backdrop.show(pictures.len());
            pictures.extend(self.place.as_ref().map(|place| place.drawn(side)));
        }
        pictures
    }

    fn product(&self, index: usize) -> Result<&Opened, Fault> {
        self.products.get(index).ok_or_else(|| no_product(index, self.products.len()))
    }
}

fn no_product(index: usize, count: usize) -> Fault {
    Fault::caller(format!("cut-out {index} was asked for, and {count} are open: they count from 0"))
}

/// A copy with so many times fewer pixels along a side.
fn reduced(from: &Cutout, factor: f32) -> Cutout {
    let Cutout { width, height, pixels, .. } = from;
    let photo =
        Photo { width: *width, height: *height, pixels: pixels.clone(), has_alpha: true, reduced_from: None };
    let side = |side: u32| ((side as f32 / factor).round() as u32).max(1);
    photo::resample(&photo, side(*width), side(*height)).into()
}

/// What the page shows of a file beside the file.
#[derive(Serialize)]
struct Told<'a> {
    notes: &'a [String],
    findings: Vec<Row<'a>>,
    clean: bool,
    /// What was done to each product and what it changed, where its photo was given.
    fidelity: &'a [Report],
    /// The verdict on all of them as a sentence.
    verdict: Option<String>,
}

#[derive(Serialize)]
struct Row<'a> {
    check: listing::Check,
    severity: Severity,
    message: &'a str,
    /// What shooting again with it does about it.
    fix: Option<Fix>,
}

/// A finished picture as a file for a marketplace, by its id, around a place of it in parts of its width and height.
#[wasm_bindgen(js_name = listWhole)]
pub fn list_whole(file: &[u8], preset: &str, x: f64, y: f64) -> Result<ShotHandle, Fault> {
    let preset = listing::find(preset).map_err(|unknown| Fault::caller(unknown.to_string()))?;
    let picture = photo::decode(file, &Limits::PRODUCT)?;
    let listing::Whole { exported, size: [width, height], notes } =
        listing::whole(&picture, [x, y], preset, &Limits::PRODUCT)?;
    let listing::Exported { bytes, kind, lint, .. } = exported;
    // What a marketplace asks for beyond its shape is for another photo: nothing here does it.
    let fixes = vec![None; lint.findings.len()];
    let (positions, reports) = (Vec::new(), Vec::new());
    let shot =
        studio::Shot { bytes, kind, width, height, positions, notes, lint: Some(lint), fixes, reports };
    Ok(ShotHandle { shot })
}

/// A finished file.
#[wasm_bindgen(js_name = Shot)]
pub struct ShotHandle {
    shot: studio::Shot,
}

#[wasm_bindgen(js_class = Shot)]
impl ShotHandle {
    /// What its name ends in, without the dot.
    #[wasm_bindgen(getter)]
    pub fn extension(&self) -> String {
        self.shot.kind.extension().to_owned()
    }

    /// Width in pixels.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.shot.width
    }

    /// Height in pixels.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.shot.height
    }

    /// What the seller should know, as JSON: `{ notes, findings: [{ check, severity, message, fix }], clean,
    /// fidelity, verdict }`.
    #[wasm_bindgen(getter)]
    pub fn report(&self) -> Result<String, Fault> {
        let findings = self.shot.lint.iter().flat_map(|lint| &lint.findings);
        let findings = findings
            .zip(&self.shot.fixes)
            .map(|(finding, fix)| Row {
                check: finding.check,
                severity: finding.severity,
                message: &finding.message,
                fix: *fix,
            })
            .collect();
        json(&Told {
            notes: &self.shot.notes,
            findings,
            clean: self.shot.lint.as_ref().is_none_or(listing::Lint::is_clean),
            fidelity: &self.shot.reports,
            verdict: self.shot.verdict().map(|verdict| verdict.to_string()),
        })
    }

    /// The file. Frees the handle.
    #[wasm_bindgen(js_name = intoBytes)]
    pub fn into_bytes(self) -> Vec<u8> {
        self.shot.bytes
    }
}
