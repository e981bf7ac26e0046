//! Correction by hand, in a worker of its own.

use wasm_bindgen::prelude::wasm_bindgen;

use super::cutout::CutoutHandle;
use super::fault::Fault;
use super::picture::PhotoHandle;
use crate::vision::{Area, Edit, Intent, Region, Stroke, View};

/// A photo and its cut-out while a person corrects it.
#[wasm_bindgen(js_name = Edit)]
pub struct EditHandle {
    edit: Edit,
    divisor: u32,
}

/// A rectangle of the picture for the screen, in pixels of that picture.
#[wasm_bindgen]
pub struct Patch {
    view: View,
}

#[wasm_bindgen]
impl Patch {
    /// Columns before it.
    #[wasm_bindgen(getter)]
    pub fn left(&self) -> u32 {
        self.view.area.left
    }

    /// Rows above it.
    #[wasm_bindgen(getter)]
    pub fn top(&self) -> u32 {
        self.view.area.top
    }

    /// Its columns.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.view.area.width
    }

    /// Its rows.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.view.area.height
    }

    /// The pixels, `width × height × 4` bytes of straight-alpha RGBA. Frees the handle.
    #[wasm_bindgen(js_name = intoPixels)]
    pub fn into_pixels(self) -> Vec<u8> {
        self.view.pixels
    }
}

/// `keep` or `erase`, as the TypeScript side writes it.
fn intent(name: &str) -> Result<Intent, Fault> {
    match name {
        "keep" => Ok(Intent::Keep),
        "erase" => Ok(Intent::Erase),
        _ => Err(Fault::caller(format!("a correction cannot {name}: choose keep or erase"))),
    }
}

#[wasm_bindgen(js_class = Edit)]
impl EditHandle {
    /// Begins with a photo and its finished cut-out, both freed. The screen gets one pixel for each square of
    /// `divisor` of the photo's.
    #[wasm_bindgen(constructor)]
    pub fn new(photo: PhotoHandle, cutout: PhotoHandle, divisor: u32) -> Result<Self, Fault> {
        let edit = Edit::new(photo.into_photo(), cutout.into_photo().into())
            .map_err(|mismatch| Fault::caller(mismatch.to_string()))?;
        Ok(Self { edit, divisor: divisor.max(1) })
    }

    /// Paints along `points`, `[x, y, x, y, …]` in pixels of the photo; see [`Stroke`] for the rest.
    pub fn stroke(
        &mut self,
        points: &[f32],
        radius: f32,
        softness: f32,
        intent: &str,
    ) -> Result<Option<Patch>, Fault> {
        let (points, _) = points.as_chunks::<2>();
        let stroke = Stroke { points, radius, softness, intent: self::intent(intent)? };
        let area = self.edit.stroke(&stroke);
        Ok(self.patch(area))
    }

    /// Keeps or erases the region around a point; see [`Region`].
    pub fn region(&mut self, x: f32, y: f32, tolerance: f32, intent: &str) -> Result<Option<Patch>, Fault> {
        let region = Region { point: [x, y], tolerance, intent: self::intent(intent)? };
        let area = self.edit.region(&region);
        Ok(self.patch(area))
    }

    /// Heals what is painted over; see [`Edit::heal`]. What is too large to be a speck is the caller's fault.
    pub fn heal(&mut self, points: &[f32], radius: f32) -> Result<Option<Patch>, Fault> {
        let (points, _) = points.as_chunks::<2>();
        let area = self.edit.heal(points, radius).map_err(|refused| Fault::caller(refused.to_string()))?;
        Ok(self.patch(area))
    }

    /// How many specks were healed.
    #[wasm_bindgen(getter, js_name = healedSpots)]
    pub fn healed_spots(&self) -> usize {
        self.edit.retouched().spots
    }

    /// How many pixels that replaced.
    #[wasm_bindgen(getter, js_name = healedPixels)]
    pub fn healed_pixels(&self) -> usize {
        self.edit.retouched().pixels
    }

    /// Takes the last change back.
    pub fn undo(&mut self) -> Option<Patch> {
        let area = self.edit.undo();
        self.patch(area)
    }

    /// Makes it again.
    pub fn redo(&mut self) -> Option<Patch> {
        let area = self.edit.redo();
        self.patch(area)
    }

    /// Whether there is a change to take back.
    #[wasm_bindgen(getter, js_name = canUndo)]
    pub fn can_undo(&self) -> bool {
        self.edit.can_undo()
    }

    /// Whether there is a change to make again.
    #[wasm_bindgen(getter, js_name = canRedo)]
    pub fn can_redo(&self) -> bool {
        self.edit.can_redo()
    }

    /// The whole cut-out, for the screen.
    #[wasm_bindgen(js_name = wholeCutout)]
    pub fn whole_cutout(&self) -> Option<Patch> {
        self.patch(Some(self.whole()))
    }

    /// The whole photo, for the screen.
    #[wasm_bindgen(js_name = wholePhoto)]
    pub fn whole_photo(&self) -> Option<Patch> {
        self.edit.photo_view(self.whole(), self.divisor).map(|view| Patch { view })
    }

    /// The corrected cut-out. Frees the handle.
    #[wasm_bindgen(js_name = intoCutout)]
    pub fn into_cutout(self) -> CutoutHandle {
        self.edit.into_cutout().into()
    }
}

impl EditHandle {
    fn whole(&self) -> Area {
        let (width, height) = self.edit.size();
        Area { left: 0, top: 0, width, height }
    }

    fn patch(&self, area: Option<Area>) -> Option<Patch> {
        self.edit.view(area?, self.divisor).map(|view| Patch { view })
    }
}
