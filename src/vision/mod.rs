//! What a photo shows: matte, face, hair, body.
//!
//! Knows photos and networks; knows nothing of scenes, files or browsers.

pub mod body;
mod detector;
mod doubt;
mod edges;
mod edit;
pub mod face;
mod foreground;
mod fuse;
mod gpu;
mod guided;
pub mod hair;
mod matte;
pub mod region;
mod segment;
mod square;

use crate::photo::Photo;
pub use doubt::Doubt;
pub use edit::{
    Area, Edit, HISTORY_BYTES, Intent, MOST_HEALED, Mismatch, Refused, Region, Retouched, Stroke, View,
};
pub use foreground::foreground;
pub use fuse::fuse;
pub use gpu::{Failed, GpuRefiner};
pub(crate) use guided::box_mean;
pub use matte::{coverage, has_subject, refine};
pub use segment::{GpuSegmenter, Segmenter, shrunk};

/// A network's answer: how much each cell belongs to the subject, at the network's own size.
#[derive(Clone, Debug, PartialEq)]
pub struct Mask {
    /// Cells in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width × height` values, 0 (background) to 1 (subject), rows top to bottom.
    pub values: Vec<f32>,
}

/// An alpha matte at the photo's own size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matte {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width × height` opacities, 0 to 255, rows top to bottom.
    pub alpha: Vec<u8>,
}

/// A subject without its background: straight-alpha RGBA whose colours hold no trace of what was behind.
#[derive(Clone, Debug, PartialEq)]
pub struct Cutout {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width × height × 4` bytes, sRGB, straight alpha; where alpha is 0 the colour is 0 too.
    pub pixels: Vec<u8>,
    /// How sure it is, 0 to 1 ([`Doubt::confidence`]); pixels alone do not tell.
    pub confidence: Option<f32>,
    /// Where it is unsure; not judged by who has no network's answer.
    pub doubt: Option<Doubt>,
}

impl From<Photo> for Cutout {
    /// A finished cut-out that was read again, or a photo that is used like one; nothing is known of how sure it is.
    fn from(photo: Photo) -> Self {
        let Photo { width, height, pixels, .. } = photo;
        Self { width, height, pixels, confidence: None, doubt: None }
    }
}

impl Cutout {
    /// How much of the picture the subject covers: the mean opacity, 0 to 1.
    #[must_use]
    pub fn coverage(&self) -> f32 {
        let (pixels, _) = self.pixels.as_chunks::<4>();
        if pixels.is_empty() {
            return 0.0;
        }
        let sum: u64 = pixels.iter().map(|pixel| u64::from(pixel[3])).sum();
        (sum as f64 / (255.0 * pixels.len() as f64)) as f32
    }
}
