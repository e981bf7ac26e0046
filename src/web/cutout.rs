//! Cut-outs as JavaScript sees them, and pictures on their way between instances.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;

use super::fault::Fault;
use super::picture::{PhotoHandle, Preview, beyond, photo_from_rgba, read};
use crate::photo::{self, Limits, Output, Photo, Rgb};
use crate::vision::{Cutout, Doubt};

/// A subject without its background: straight-alpha RGBA at the photo's size.
#[wasm_bindgen]
pub struct CutoutHandle {
    /// Held as a photo, because that is what resampling takes.
    photo: Photo,
    coverage: f32,
    confidence: Option<f32>,
    doubt: Option<Doubt>,
}

impl CutoutHandle {
    pub(super) fn photo(&self) -> &Photo {
        &self.photo
    }

    pub(super) fn photo_mut(&mut self) -> &mut Photo {
        &mut self.photo
    }
}

impl From<Cutout> for CutoutHandle {
    fn from(cutout: Cutout) -> Self {
        let coverage = cutout.coverage();
        let Cutout { width, height, pixels, confidence, doubt } = cutout;
        Self {
            photo: Photo { width, height, pixels, has_alpha: true, reduced_from: None },
            coverage,
            confidence,
            doubt,
        }
    }
}

#[wasm_bindgen]
impl CutoutHandle {
    /// Width in pixels.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.photo.width
    }

    /// Height in pixels.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.photo.height
    }

    /// Share of the picture that is subject, 0 to 1.
    #[wasm_bindgen(getter)]
    pub fn coverage(&self) -> f32 {
        self.coverage
    }

    /// How sure the matte is, 0 to 1, where that was judged.
    #[wasm_bindgen(getter)]
    pub fn confidence(&self) -> Option<f32> {
        self.confidence
    }

    /// Where the matte is unsure, where that was judged: a copy.
    pub fn doubt(&self) -> Option<DoubtMap> {
        self.doubt.clone().map(|doubt| DoubtMap { doubt })
    }

    /// A copy whose longer side is at most `longest` pixels, for the screen.
    pub fn preview(&self, longest: u32) -> Preview {
        Preview::of(&self.photo, longest)
    }

    /// The file's bytes; see [`encode`] for the arguments.
    pub fn encode(&self, format: &str, quality: u8, background: Option<u32>) -> Result<Vec<u8>, Fault> {
        let Photo { width, height, pixels, .. } = &self.photo;
        Ok(photo::encode(*width, *height, pixels, output(format, quality, background)?)?)
    }

    /// The matte as a PNG whose red, green and blue are the opacity and whose alpha is 255.
    #[wasm_bindgen(js_name = encodeMatte)]
    pub fn encode_matte(mut self) -> Result<Vec<u8>, Fault> {
        for pixel in self.photo.pixels.chunks_exact_mut(4) {
            let alpha = pixel[3];
            pixel.copy_from_slice(&[alpha, alpha, alpha, 255]);
        }
        let Photo { width, height, pixels, .. } = &self.photo;
        Ok(photo::encode(*width, *height, pixels, Output::Png { background: None })?)
    }

    /// Copies the pixels' bytes from the one numbered `at` into all of `part`: straight-alpha RGBA.
    pub fn read(&self, at: usize, part: &Uint8Array) -> Result<(), Fault> {
        read(&self.photo.pixels, at, part)
    }
}

/// Where a cut-out is unsure: a small map that lies over the whole of it.
#[wasm_bindgen]
pub struct DoubtMap {
    doubt: Doubt,
}

#[wasm_bindgen]
impl DoubtMap {
    /// Brings a map over from another instance: `width × height` bytes, 0 (sure) to 255.
    #[wasm_bindgen(constructor)]
    pub fn new(width: u32, height: u32, cells: Vec<u8>) -> Result<Self, Fault> {
        let wanted = u64::from(width) * u64::from(height);
        if cells.len() as u64 != wanted {
            let came = cells.len();
            return Err(Fault::caller(format!(
                "a map of {width} × {height} has {wanted} cells, and {came} came"
            )));
        }
        Ok(Self { doubt: Doubt { width, height, cells } })
    }

    /// Cells in a row.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.doubt.width
    }

    /// Rows.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.doubt.height
    }

    /// The cells, rows top to bottom. Frees the handle.
    #[wasm_bindgen(js_name = intoCells)]
    pub fn into_cells(self) -> Vec<u8> {
        self.doubt.cells
    }
}

/// A picture that comes from another instance part by part, so that it is in memory once in each and nowhere
/// else.
#[wasm_bindgen]
pub struct ArrivingPicture {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

#[wasm_bindgen]
impl ArrivingPicture {
    /// Makes room for `width × height × 4` bytes, all zero.
    #[wasm_bindgen(constructor)]
    pub fn new(width: u32, height: u32) -> Result<Self, Fault> {
        Limits::PRODUCT.check(width, height)?;
        Ok(Self { width, height, pixels: vec![0; width as usize * height as usize * 4] })
    }

    /// Copies all of `part` to the bytes from the one numbered `at` on.
    pub fn write(&mut self, at: usize, part: &Uint8Array) -> Result<(), Fault> {
        let (length, all) = (part.length() as usize, self.pixels.len());
        let place = at.checked_add(length).and_then(|end| self.pixels.get_mut(at..end));
        part.copy_to(place.ok_or_else(|| beyond(at, length, all))?);
        Ok(())
    }

    /// The picture as a photo. Frees the handle.
    #[wasm_bindgen(js_name = intoPhoto)]
    pub fn into_photo(self) -> Result<PhotoHandle, Fault> {
        photo_from_rgba(self.width, self.height, self.pixels)
    }

    /// The picture as a finished cut-out, with its confidence and its doubt, which pixels do not tell. Frees both
    /// handles.
    #[wasm_bindgen(js_name = intoCutout)]
    pub fn into_cutout(self, confidence: Option<f32>, doubt: Option<DoubtMap>) -> CutoutHandle {
        let Self { width, height, pixels } = self;
        Cutout { width, height, pixels, confidence, doubt: doubt.map(|map| map.doubt) }.into()
    }
}

/// A finished cut-out that comes back to be encoded again: `width × height × 4` bytes of straight-alpha RGBA.
#[wasm_bindgen(js_name = cutoutFromRgba)]
pub fn cutout_from_rgba(width: u32, height: u32, pixels: Vec<u8>) -> Result<CutoutHandle, Fault> {
    if pixels.len() as u64 != u64::from(width) * u64::from(height) * 4 {
        return Err(Fault::caller(format!(
            "a cut-out of {width} × {height} pixels needs {} bytes of RGBA, and {} came",
            u64::from(width) * u64::from(height) * 4,
            pixels.len()
        )));
    }
    Ok(Cutout { width, height, pixels, confidence: None, doubt: None }.into())
}

/// The way a picture leaves.
///
/// `format` is `image/png`, `image/webp` or `image/jpeg`; `quality` is 1 to 100 and counts for JPEG only;
/// `background` is `0xRRGGBB`, or absent to keep the alpha (JPEG has none: white stands in).
fn output(format: &str, quality: u8, background: Option<u32>) -> Result<Output, Fault> {
    let background = background.map(|colour| {
        let [_, red, green, blue] = colour.to_be_bytes();
        Rgb([red, green, blue])
    });
    match format {
        "image/png" => Ok(Output::Png { background }),
        "image/webp" => Ok(Output::WebP { background }),
        "image/jpeg" => {
            if !(1..=100).contains(&quality) {
                return Err(Fault::caller(format!("JPEG quality is 1 to 100, and {quality} was asked for")));
            }
            Ok(Output::Jpeg { quality, background: background.unwrap_or(Rgb([255; 3])) })
        }
        _ => Err(Fault::caller(format!("cannot write {format}: choose image/png, image/webp or image/jpeg"))),
    }
}
