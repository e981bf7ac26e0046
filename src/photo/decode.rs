//! From a file's bytes to an upright sRGB picture.
//!
//! Each format's module reads the header, has its size checked, and only then allocates. The pixels are
//! decoded straight into the one RGBA buffer that becomes the photo, wherever the format's decoder allows.
//! Measured at 12 megapixels, which are 48 MB of RGBA, what is held besides at the peak: JPEG 0.7 MB
//! (progressive 37 MB of coefficients, CMYK 2.4 MB), PNG 0.3 MB, TIFF in strips 0.1 MB, WebP 21 MB (lossless
//! 48 MB); a quarter turn needs a second RGBA buffer, 48 MB, for its duration.

mod containers;
mod jpeg;
mod png;
mod tiff;

use image::metadata::Orientation;

use super::orient::{upright, upright_size};
use super::sniff::is_text;
use super::{Error, Format, Limits, Photo, Reader, sniff};

/// A picture as its format's module leaves it: sRGB, but as stored and not yet upright.
struct Stored {
    width: u32,
    height: u32,
    /// `width × height × 4` bytes, straight `[R, G, B, A]`.
    pixels: Vec<u8>,
    orientation: Orientation,
}

/// Decodes a photo: JPEG, PNG, WebP, GIF, BMP or TIFF, told apart by their bytes; of an animation the first
/// frame, of several pages the first. Colours become sRGB, 16 bits become 8 by rounding, and the picture is
/// turned upright. Above [`Limits::working_pixels`] it is reduced, and [`Photo::reduced_from`] says so.
///
/// # Errors
/// In words for the person who brought the file; see [`Error`]. A file that is cut off or damaged is refused
/// rather than shown with grey bands. [`Error::OnlyBrowser`] means that a browser may have a decoder.
pub fn decode(bytes: &[u8], limits: &Limits) -> Result<Photo, Error> {
    if bytes.is_empty() {
        return Err(Error::Empty);
    }
    if bytes.len() as u64 > limits.file_bytes {
        return Err(Error::FileTooLarge { bytes: bytes.len() as u64, limit: limits.file_bytes });
    }
    let format = sniff(bytes).ok_or_else(|| Error::NotAPicture { text: is_text(bytes) })?;
    let stored = match format {
        Format::Jpeg => jpeg::decode(bytes, limits)?,
        Format::Png => png::decode(bytes, limits)?,
        Format::WebP => containers::webp(bytes, limits)?,
        Format::Gif => containers::gif(bytes, limits)?,
        Format::Bmp => containers::bmp(bytes, limits)?,
        Format::Tiff => tiff::decode(bytes, limits)?,
        other if other.reader() == Reader::Browser => return Err(Error::OnlyBrowser(other)),
        other => return Err(Error::NotAPhoto(other)),
    };
    let orientation = stored.orientation;
    // Reduced before it is turned: the turn's second buffer is then the smaller one.
    let mut photo = Photo::from_rgba(stored.width, stored.height, stored.pixels, limits)?;
    let (width, height, pixels) = upright(photo.width, photo.height, photo.pixels, orientation)?;
    (photo.width, photo.height, photo.pixels) = (width, height, pixels);
    photo.reduced_from = photo.reduced_from.map(|(width, height)| upright_size(width, height, orientation));
    Ok(photo)
}

/// The orientation that a block of EXIF gives, with or without the prefix that JPEG puts before it.
fn exif_orientation(exif: &[u8]) -> Orientation {
    let tiff = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    Orientation::from_exif_chunk(tiff).unwrap_or(Orientation::NoTransforms)
}

/// The nearest 8-bit level of a 16-bit one.
fn narrow(sample: u16) -> u8 {
    ((u32::from(sample) * 255 + 32_767) / 65_535) as u8
}

#[cfg(test)]
mod tests {
    use super::narrow;

    #[test]
    fn sixteen_bits_become_the_nearest_eight() {
        for sample in 0..=u16::MAX {
            let exact = f64::from(sample) / 257.0;
            assert_eq!(narrow(sample), exact.round() as u8, "{sample}");
        }
    }
}
