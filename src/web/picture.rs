//! Photos as JavaScript sees them: sizes, previews, bytes.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::wasm_bindgen;

use super::fault::Fault;
use crate::photo::{self, Limits, Photo};
use crate::vision;

/// A decoded photo: upright, sRGB, 8-bit RGBA with straight alpha.
#[wasm_bindgen]
pub struct PhotoHandle {
    photo: Photo,
    /// What its file says of it, where it came from one.
    #[cfg(feature = "try-on")]
    film_focal: Option<u16>,
}

impl From<Photo> for PhotoHandle {
    fn from(photo: Photo) -> Self {
        Self {
            photo,
            #[cfg(feature = "try-on")]
            film_focal: None,
        }
    }
}

impl PhotoHandle {
    #[cfg(feature = "page")]
    pub(super) fn photo(&self) -> &Photo {
        &self.photo
    }

    #[cfg(feature = "page")]
    pub(super) fn photo_mut(&mut self) -> &mut Photo {
        &mut self.photo
    }

    pub(super) fn into_photo(self) -> Photo {
        self.photo
    }

    /// The focal length as on film that its file says, in millimetres.
    #[cfg(feature = "try-on")]
    pub(super) fn film_focal(&self) -> Option<u16> {
        self.film_focal
    }
}

#[wasm_bindgen]
impl PhotoHandle {
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

    /// The file's own upright width, where the photo was reduced while decoding.
    #[wasm_bindgen(getter, js_name = reducedFromWidth)]
    pub fn reduced_from_width(&self) -> Option<u32> {
        self.photo.reduced_from.map(|(width, _)| width)
    }

    /// The file's own upright height, where the photo was reduced while decoding.
    #[wasm_bindgen(getter, js_name = reducedFromHeight)]
    pub fn reduced_from_height(&self) -> Option<u32> {
        self.photo.reduced_from.map(|(_, height)| height)
    }

    /// A copy whose longer side is at most `longest` pixels, for the screen.
    pub fn preview(&self, longest: u32) -> Preview {
        Preview::of(&self.photo, longest)
    }

    /// The photo at a network's size, `[3, height, width]`, 0 to 1.
    pub fn shrunk(&self, width: u32, height: u32) -> Vec<f32> {
        vision::shrunk(&self.photo, width, height)
    }

    /// Copies the pixels' bytes from the one numbered `at` into all of `part`.
    pub fn read(&self, at: usize, part: &Uint8Array) -> Result<(), Fault> {
        read(&self.photo.pixels, at, part)
    }

    /// The pixels, `width × height × 4` bytes of RGBA. Frees the handle.
    #[wasm_bindgen(js_name = intoPixels)]
    pub fn into_pixels(self) -> Vec<u8> {
        self.photo.pixels
    }
}

/// A small picture for the screen.
#[wasm_bindgen]
pub struct Preview {
    width: u32,
    height: u32,
    pixels: Vec<u8>,
}

impl Preview {
    pub(super) fn of_picture(width: u32, height: u32, pixels: Vec<u8>) -> Self {
        Self { width, height, pixels }
    }

    pub(super) fn of(photo: &Photo, longest: u32) -> Self {
        let (width, height) = fit(photo.width, photo.height, longest);
        let pixels = if (width, height) == (photo.width, photo.height) {
            photo.pixels.clone()
        } else {
            photo::resample(photo, width, height).pixels
        };
        Self { width, height, pixels }
    }
}

#[wasm_bindgen]
impl Preview {
    /// Width in pixels.
    #[wasm_bindgen(getter)]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// Height in pixels.
    #[wasm_bindgen(getter)]
    pub fn height(&self) -> u32 {
        self.height
    }

    /// The pixels, `width × height × 4` bytes of straight-alpha RGBA. Frees the handle.
    #[wasm_bindgen(js_name = intoPixels)]
    pub fn into_pixels(self) -> Vec<u8> {
        self.pixels
    }
}

/// The size of a picture brought down to `longest` pixels on its longer side; never enlarged, never 0.
fn fit(width: u32, height: u32, longest: u32) -> (u32, u32) {
    let side = width.max(height);
    if side <= longest {
        return (width, height);
    }
    let scale = |length: u32| {
        let scaled = (u64::from(length) * u64::from(longest) + u64::from(side) / 2) / u64::from(side);
        // At most `longest`, which is a u32.
        u32::try_from(scaled).unwrap_or(longest).max(1)
    };
    (scale(width), scale(height))
}

pub(super) fn read(pixels: &[u8], at: usize, part: &Uint8Array) -> Result<(), Fault> {
    let length = part.length() as usize;
    let wanted = at.checked_add(length).and_then(|end| pixels.get(at..end));
    part.copy_from(wanted.ok_or_else(|| beyond(at, length, pixels.len()))?);
    Ok(())
}

pub(super) fn beyond(at: usize, length: usize, all: usize) -> Fault {
    Fault::caller(format!("{length} bytes from {at} on are beyond a picture of {all} bytes"))
}

/// Reads a photo file within the product's limits.
#[wasm_bindgen]
pub fn decode(bytes: &[u8]) -> Result<PhotoHandle, Fault> {
    Ok(PhotoHandle {
        photo: photo::decode(bytes, &Limits::PRODUCT)?,
        #[cfg(feature = "try-on")]
        film_focal: photo::metadata::Metadata::of(bytes).film_focal,
    })
}

/// A photo that the browser itself decoded: `width × height × 4` bytes of straight-alpha sRGB RGBA, upright.
#[wasm_bindgen(js_name = photoFromRgba)]
pub fn photo_from_rgba(width: u32, height: u32, pixels: Vec<u8>) -> Result<PhotoHandle, Fault> {
    Ok(Photo::from_rgba(width, height, pixels, &Limits::PRODUCT)?.into())
}
