//! Pixels: decode, orient, colour profile, resample, encode.
//!
//! Knows file formats and colour; knows nothing of networks, devices or browsers.

pub mod color;
mod decode;
mod encode;
mod error;
mod memory;
pub mod metadata;
mod orient;
mod profile;
mod resample;
mod riff;
mod sniff;
mod turn;

pub use decode::decode;
pub use encode::{encode, encode_on_white};
pub use error::{Error, Fault};
pub use resample::{Filter, network_input, place, resample};
pub use sniff::{Format, Reader, sniff};
pub use turn::{Turned, place_turned};

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

    /// Whether a picture of this size may be decoded. Asked with what the header says, before anything of
    /// the picture's size is allocated.
    pub(crate) fn check(&self, width: u32, height: u32) -> Result<(), Error> {
        if width == 0 || height == 0 {
            return Err(Error::NoPixels { width, height });
        }
        if u64::from(width) * u64::from(height) > self.pixels {
            return Err(Error::TooManyPixels { width, height, limit: self.pixels });
        }
        Ok(())
    }
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

impl Photo {
    /// A photo from pixels that something else decoded, such as the browser: `width × height × 4` bytes of
    /// upright straight sRGB RGBA. Checked and reduced like one that was decoded here.
    ///
    /// # Errors
    /// A buffer of another length, a side of no pixels, more pixels than the limit, or no memory for the
    /// reduced copy.
    pub fn from_rgba(width: u32, height: u32, pixels: Vec<u8>, limits: &Limits) -> Result<Self, Error> {
        limits.check(width, height)?;
        check_length(width, height, &pixels)?;
        let has_alpha = pixels.iter().skip(3).step_by(4).any(|&alpha| alpha < 255);
        if u64::from(width) * u64::from(height) <= limits.working_pixels {
            return Ok(Self { width, height, pixels, has_alpha, reduced_from: None });
        }
        let size = resample::fit(width, height, limits.working_pixels);
        let pixels = resample::reduce(pixels, (width, height), size, has_alpha)?;
        Ok(Self { width: size.0, height: size.1, pixels, has_alpha, reduced_from: Some((width, height)) })
    }
}

fn check_length(width: u32, height: u32, pixels: &[u8]) -> Result<(), Error> {
    let expected = u128::from(width) * u128::from(height) * 4;
    if pixels.len() as u128 != expected {
        let expected = u64::try_from(expected).unwrap_or(u64::MAX);
        return Err(Error::WrongLength { width, height, expected, found: pixels.len() as u64 });
    }
    Ok(())
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const SMALL: Limits = Limits { file_bytes: 1 << 20, pixels: 1000, working_pixels: 100 };

    #[test]
    fn pixels_from_elsewhere_are_checked() {
        let error =
            |width, height, length| Photo::from_rgba(width, height, vec![0; length], &SMALL).unwrap_err();
        assert_eq!(error(0, 5, 0), Error::NoPixels { width: 0, height: 5 });
        assert_eq!(error(3, 3, 35), Error::WrongLength { width: 3, height: 3, expected: 36, found: 35 });
        assert_eq!(
            error(u32::MAX, u32::MAX, 0),
            Error::TooManyPixels { width: u32::MAX, height: u32::MAX, limit: 1000 }
        );
    }

    #[test]
    fn pixels_from_elsewhere_are_reduced_and_it_is_said() {
        let photo = Photo::from_rgba(40, 10, vec![255; 1600], &SMALL).unwrap();
        assert_eq!((photo.width, photo.height, photo.reduced_from), (20, 5, Some((40, 10))));
        assert_eq!(photo.pixels, vec![255; 400]);
        assert!(!photo.has_alpha);
        let photo = Photo::from_rgba(10, 10, vec![254; 400], &SMALL).unwrap();
        assert_eq!((photo.width, photo.height, photo.reduced_from), (10, 10, None));
        assert!(photo.has_alpha);
    }
}
