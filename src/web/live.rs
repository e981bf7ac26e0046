//! Moving pictures of the studio, drawn through WebGPU on the frame's own thread from small copies of what a worker
//! holds.

use wasm_bindgen::prelude::wasm_bindgen;

use super::fault::Fault;
use super::picture::Preview;
use crate::scene::{Backdrop, Cutouts, GpuPainter, Layer, Place, Scene};
use crate::vision::Cutout;

/// A picture of the studio with fewer pixels, on its way from the worker.
#[wasm_bindgen(js_name = StudioCopy)]
pub struct StudioCopyHandle {
    copy: Cutout,
    factor: f32,
}

impl StudioCopyHandle {
    /// `factor` is how many times fewer pixels along a side it has.
    pub(super) const fn new(copy: Cutout, factor: f32) -> Self {
        Self { copy, factor }
    }
}

#[wasm_bindgen(js_class = StudioCopy)]
impl StudioCopyHandle {
    /// Width in pixels.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.copy.width
    }

    /// Height in pixels.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.copy.height
    }

    /// How many times fewer pixels along a side it has than the whole picture.
    #[wasm_bindgen(getter)]
    pub fn factor(&self) -> f32 {
        self.factor
    }

    /// The pixels, `width × height × 4` bytes of straight-alpha RGBA. Frees the handle.
    #[wasm_bindgen(js_name = intoPixels)]
    pub fn into_pixels(self) -> Vec<u8> {
        self.copy.pixels
    }
}

/// Draws the studio's pictures while something moves.
#[wasm_bindgen(js_name = LiveStudio)]
pub struct LiveStudioHandle {
    painter: GpuPainter,
    /// The copies, and how many times fewer pixels each has.
    pictures: Vec<(Cutout, f32)>,
    which: Cutouts,
}

impl LiveStudioHandle {
    pub(super) const fn new(painter: GpuPainter) -> Self {
        Self { painter, pictures: Vec::new(), which: Cutouts::New }
    }
}

#[wasm_bindgen(js_class = LiveStudio)]
impl LiveStudioHandle {
    /// Forgets the pictures.
    pub fn clear(&mut self) {
        self.pictures.clear();
        self.which = Cutouts::New;
    }

    /// Adds a product's copy, in the order of the studio's; after them a place's, if there is one.
    pub fn add(&mut self, width: u32, height: u32, factor: f32, pixels: Vec<u8>) -> Result<(), Fault> {
        if pixels.len() != width as usize * height as usize * 4 {
            return Err(Fault::caller("a copy's size and its bytes do not fit"));
        }
        self.pictures.push((Cutout { width, height, pixels, confidence: None, doubt: None }, factor));
        Ok(())
    }

    /// Draws a scene with at most `longest` pixels on its longer side. Products stand on whole pixels of it, up to half
    /// of one beside their place, so that moving one takes nothing but drawing. `products` is how many of the pictures
    /// are no place.
    pub async fn draw(&mut self, scene: String, longest: u32, products: usize) -> Result<Preview, Fault> {
        let mut scene = Scene::read(&scene)?.shrunk(longest);
        for (index, (_, factor)) in self.pictures.iter().enumerate() {
            scene.of_reduced(index, *factor);
        }
        if let Backdrop::Photo { .. } = scene.backdrop {
            scene.backdrop.show(products);
        }
        let (width, height) = (scene.size.width as f32, scene.size.height as f32);
        for Layer::Product(product) in &mut scene.layers {
            match &mut product.place {
                Place::Ground { x, y, .. } => {
                    (*x, *y) = ((*x * width).round() / width, (*y * height).round() / height);
                }
                Place::Pixels { x, y, .. } => (*x, *y) = (x.round(), y.round()),
            }
        }
        let cutouts: Vec<&Cutout> = self.pictures.iter().map(|(picture, _)| picture).collect();
        let picture = self.painter.draw(&scene, &cutouts, self.which, &mut |_| true).await?;
        self.which = Cutouts::AsBefore;
        Ok(Preview::of_picture(picture.width, picture.height, picture.pixels))
    }
}
