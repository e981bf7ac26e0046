//! Photos and cut-outs as JavaScript sees them: sizes, previews, bytes.

use std::collections::VecDeque;

use js_sys::{Function, Uint8Array};
use prost::bytes::Buf;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};

use super::fault::Fault;
use crate::photo::{self, Limits, Output, Photo, Rgb};
use crate::vision::{self, Cutout, Doubt};

/// A decoded photo: upright, sRGB, 8-bit RGBA with straight alpha.
#[wasm_bindgen]
pub struct PhotoHandle {
    photo: Photo,
}

impl PhotoHandle {
    pub(super) fn photo(&self) -> &Photo {
        &self.photo
    }

    pub(super) fn photo_mut(&mut self) -> &mut Photo {
        &mut self.photo
    }

    pub(super) fn into_photo(self) -> Photo {
        self.photo
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

    fn of(photo: &Photo, longest: u32) -> Self {
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

fn read(pixels: &[u8], at: usize, part: &Uint8Array) -> Result<(), Fault> {
    let length = part.length() as usize;
    let wanted = at.checked_add(length).and_then(|end| pixels.get(at..end));
    part.copy_from(wanted.ok_or_else(|| beyond(at, length, pixels.len()))?);
    Ok(())
}

fn beyond(at: usize, length: usize, all: usize) -> Fault {
    Fault::caller(format!("{length} bytes from {at} on are beyond a picture of {all} bytes"))
}

/// A file that comes part by part, so that none of it lies in JavaScript's memory besides; and goes so when it is read.
#[wasm_bindgen]
#[derive(Default)]
pub struct ArrivingFile {
    parts: VecDeque<Vec<u8>>,
    /// Bytes of the first part that have been read.
    read: usize,
    remaining: usize,
    source: Option<Source>,
    cut_off: bool,
}

#[wasm_bindgen]
impl ArrivingFile {
    /// Nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// A file of `size` bytes of which `read(at)` gives a part that begins at byte `at`, as a `Uint8Array`: of it no
    /// more than a part is in the instance's memory at any time.
    pub fn reading(size: usize, read: Function) -> Self {
        let mut file = Self { remaining: size, source: Some(Source { read, at: 0 }), ..Self::default() };
        file.fetch(Vec::new());
        file
    }

    /// Takes the next part.
    pub fn push(&mut self, part: Vec<u8>) {
        if !part.is_empty() {
            self.remaining += part.len();
            self.parts.push_back(part);
        }
    }
}

impl Buf for ArrivingFile {
    fn remaining(&self) -> usize {
        self.remaining
    }

    fn chunk(&self) -> &[u8] {
        self.parts.front().map_or(&[], |part| &part[self.read..])
    }

    fn advance(&mut self, count: usize) {
        assert!(count <= self.remaining, "{count} bytes of the {} that are left", self.remaining);
        self.remaining -= count;
        self.read += count;
        while let Some(part) = self.parts.front()
            && self.read >= part.len()
        {
            self.read -= part.len();
            let used = self.parts.pop_front();
            self.fetch(used.unwrap_or_default());
        }
    }
}

/// Where the rest of a file comes from.
struct Source {
    read: Function,
    /// Bytes of the file that have come.
    at: usize,
}

impl ArrivingFile {
    /// Has the next part come, into the memory of one that has been read. Where there is none though there should be,
    /// the file ends here, and its reader will find it cut off.
    fn fetch(&mut self, mut memory: Vec<u8>) {
        let Some(source) = self.source.as_mut().filter(|_| self.remaining > 0) else { return };
        let part = source.read.call1(&JsValue::UNDEFINED, &source.at.into());
        match part.map(JsCast::dyn_into::<Uint8Array>) {
            Ok(Ok(part)) if (1..=self.remaining).contains(&(part.length() as usize)) => {
                memory.resize(part.length() as usize, 0);
                part.copy_to(&mut memory);
                source.at += memory.len();
                self.parts.push_back(memory);
            }
            _ => {
                self.remaining = 0;
                self.cut_off = true;
            }
        }
    }

    /// Whether a part did not come.
    pub(super) const fn is_cut_off(&self) -> bool {
        self.cut_off
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

/// Reads a photo file within the product's limits.
#[wasm_bindgen]
pub fn decode(bytes: &[u8]) -> Result<PhotoHandle, Fault> {
    Ok(PhotoHandle { photo: photo::decode(bytes, &Limits::PRODUCT)? })
}

/// A photo that the browser itself decoded: `width × height × 4` bytes of straight-alpha sRGB RGBA, upright.
#[wasm_bindgen(js_name = photoFromRgba)]
pub fn photo_from_rgba(width: u32, height: u32, pixels: Vec<u8>) -> Result<PhotoHandle, Fault> {
    Ok(PhotoHandle { photo: Photo::from_rgba(width, height, pixels, &Limits::PRODUCT)? })
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
