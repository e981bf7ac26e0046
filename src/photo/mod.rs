//! Pixels: decode, orient, colour profile, resample, encode.
//!
//! Knows file formats and colour; knows nothing of networks, devices or browsers.

mod error;

pub use error::Error;

/// What a photo may be, at most. Passed in explicitly by every caller; there is no default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Largest file, in bytes.
    pub file_bytes: u64,
    /// Most pixels that a file may declare, width × height.
    pub pixels: u64,
    /// Above this many pixels the photo is reduced while decoding and says so.
    pub working_pixels: u64,
}

impl Limits {
    /// The product's limits: 512 MB a file, 100 megapixels, worked on at 48 megapixels at most.
    pub const PRODUCT: Self = Self { file_bytes: 512 << 20, pixels: 100_000_000, working_pixels: 48_000_000 };
}

/// A picture in memory: 8-bit RGBA, sRGB, straight (not premultiplied) alpha, rows top to bottom
/// without padding, upright (orientation already applied).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Photo {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// `width × height × 4` bytes, `[R, G, B, A]` a pixel.
    pub pixels: Vec<u8>,
    /// Whether any pixel of the source was not fully opaque.
    pub has_alpha: bool,
    /// The file's own upright size, where the photo was reduced to `working_pixels`.
    pub reduced_from: Option<(u32, u32)>,
}

/// An sRGB colour, 8 bits a channel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rgb(pub [u8; 3]);

/// How a picture leaves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Output {
    /// PNG, 8-bit RGBA, with an sRGB chunk; on a colour where `background` is given (then 8-bit RGB).
    Png {
        /// The colour put behind, or none to keep the alpha.
        background: Option<Rgb>,
    },
    /// WebP, lossless.
    WebP {
        /// The colour put behind, or none to keep the alpha.
        background: Option<Rgb>,
    },
    /// JPEG on a colour.
    Jpeg {
        /// 1 to 100.
        quality: u8,
        /// The colour put behind.
        background: Rgb,
    },
}
