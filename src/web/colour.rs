//! Colour correction. Settings, statistics and reports cross as JSON.

use serde::Serialize;
use wasm_bindgen::prelude::wasm_bindgen;

use super::cutout::CutoutHandle;
use super::fault::Fault;
use super::picture::PhotoHandle;
use crate::photo::Photo;
use crate::tools::colour::{self, Before, FIELDS, Look, Recipe, Settings, Statistics};

fn json(value: &impl Serialize) -> Result<String, Fault> {
    serde_json::to_string(value).map_err(|error| Fault::caller(error.to_string()))
}

fn statistics(text: &str) -> Result<Statistics, Fault> {
    serde_json::from_str(text).map_err(|error| {
        Fault::caller(format!("these are no statistics of a photo: measure it again [{error}]"))
    })
}

/// Every number of the settings with its range, as JSON: `[{ name, lowest, highest, default }]`.
#[wasm_bindgen(js_name = colourFields)]
pub fn colour_fields() -> Result<String, Fault> {
    json(&FIELDS)
}

/// Checks settings and gives them back with every field filled in.
#[wasm_bindgen(js_name = colourSettings)]
pub fn colour_settings(settings: &str) -> Result<String, Fault> {
    json(&Settings::from_json(settings)?)
}

/// Checks a recipe, or settings alone, and gives it back with every field filled in; see [`colour::Recipe`].
#[wasm_bindgen(js_name = colourRecipe)]
pub fn colour_recipe(recipe: &str) -> Result<String, Fault> {
    json(&Recipe::from_json(recipe)?)
}

/// What a recipe comes to for a photo of these statistics, as JSON; see [`colour::Settled`].
#[wasm_bindgen(js_name = settleColour)]
pub fn settle_colour(recipe: &str, own: Option<String>) -> Result<String, Fault> {
    let own = own.map(|own| statistics(&own)).transpose()?;
    json(&Recipe::from_json(recipe)?.settle(own.as_ref()))
}

/// Of a recipe, what concerns the light alone; see [`colour::Recipe::of_light`].
#[wasm_bindgen(js_name = colourOfLight)]
pub fn colour_of_light(recipe: &str) -> Result<String, Fault> {
    json(&Recipe::from_json(recipe)?.of_light())
}

/// The neutral at a place of a photo, `[red, green, blue]` in linear light; see [`colour::pick_neutral`].
#[wasm_bindgen(js_name = pickNeutral)]
pub fn pick_neutral(photo: &PhotoHandle, x: u32, y: u32) -> Result<Vec<f32>, Fault> {
    Ok(colour::pick_neutral(photo.photo(), x, y)?.to_vec())
}

/// What a photo's light is like, as JSON; see [`Statistics`]. Frees the matte.
#[wasm_bindgen(js_name = colourStatistics)]
pub fn colour_statistics(photo: &PhotoHandle, matte: Option<CutoutMatte>) -> Result<String, Fault> {
    let matte = matte.map(|matte| matte.opacities);
    json(&Statistics::of(photo.photo(), matte.as_deref())?)
}

/// The opacities of a cut-out, apart from it, so that a photo may be measured by them.
#[wasm_bindgen]
pub struct CutoutMatte {
    opacities: Vec<u8>,
}

#[wasm_bindgen]
impl CutoutMatte {
    /// A copy of a cut-out's.
    #[wasm_bindgen(constructor)]
    pub fn new(cutout: &CutoutHandle) -> Self {
        Self { opacities: cutout.photo().pixels.iter().skip(3).step_by(4).copied().collect() }
    }
}

/// The settings that statistics propose by themselves.
#[wasm_bindgen(js_name = automaticColour)]
pub fn automatic_colour(own: &str) -> Result<String, Fault> {
    json(&statistics(own)?.automatic())
}

/// What brings one photo to another, by the statistics of both, as JSON; see [`colour::Match`].
#[wasm_bindgen(js_name = matchColour)]
pub fn match_colour(own: &str, reference: &str) -> Result<String, Fault> {
    json(&statistics(own)?.match_to(&statistics(reference)?))
}

/// CIEDE2000 between the backdrops of two photos, by their statistics.
#[wasm_bindgen(js_name = backgroundDifference)]
pub fn background_difference(own: &str, other: &str) -> Result<Option<f32>, Fault> {
    Ok(statistics(own)?.background_difference(&statistics(other)?))
}

/// Corrects a photo in place and says by how much, as JSON; see [`colour::Change`].
#[wasm_bindgen(js_name = correctPhoto)]
pub fn correct_photo(photo: &mut PhotoHandle, settings: &str) -> Result<String, Fault> {
    correct(photo.photo_mut(), settings)
}

/// Corrects a cut-out in place and says by how much, as JSON; see [`colour::Change`].
#[wasm_bindgen(js_name = correctCutout)]
pub fn correct_cutout(cutout: &mut CutoutHandle, settings: &str) -> Result<String, Fault> {
    correct(cutout.photo_mut(), settings)
}

fn correct(photo: &mut Photo, settings: &str) -> Result<String, Fault> {
    let look = Look::new(&Settings::from_json(settings)?)?;
    let before = Before::of(&photo.pixels, None)?;
    look.apply(&mut photo.pixels, photo.width, photo.height);
    json(&before.change(&photo.pixels)?)
}

/// Corrects a small picture for the screen: `width × height × 4` bytes of straight-alpha RGBA. It looks as the full one
/// will.
#[wasm_bindgen(js_name = correctPixels)]
pub fn correct_pixels(
    width: u32,
    height: u32,
    mut pixels: Vec<u8>,
    settings: &str,
) -> Result<Vec<u8>, Fault> {
    let look = Look::new(&Settings::from_json(settings)?)?;
    let wanted = u64::from(width) * u64::from(height) * 4;
    if pixels.len() as u64 != wanted {
        let came = pixels.len();
        return Err(Fault::caller(format!(
            "a picture of {width} × {height} pixels takes {wanted} bytes of RGBA, and {came} came"
        )));
    }
    look.apply(&mut pixels, width, height);
    Ok(pixels)
}
