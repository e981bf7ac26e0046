//! From a picture to a file: PNG, lossless WebP, JPEG.
//!
//! Nothing of the source file comes along: no metadata, no profile, and no colour under pixels that are fully
//! transparent, where the cut-away background would otherwise still lie. The same picture gives the same
//! bytes.

mod white;

use std::borrow::Cow;

use image::codecs::jpeg::JpegEncoder;
use image::{GenericImageView, Pixel as _};
use image_webp::WebPEncoder;

use super::{Error, Format, Output, Rgb, check_length, color, memory};

pub use white::encode_on_white;

/// Encodes a picture: `width × height × 4` bytes of straight sRGB RGBA.
///
/// A background is put behind in linear light, as a lamp would light it. Where the alpha is kept, pixels of
/// alpha 0 are written as black.
///
/// # Errors
/// A buffer of another length, a size that the format cannot hold, a JPEG quality outside 1 to 100, or no
/// memory.
pub fn encode(width: u32, height: u32, pixels: &[u8], output: Output) -> Result<Vec<u8>, Error> {
    check_length(width, height, pixels)?;
    if width == 0 || height == 0 {
        return Err(Error::NoPixels { width, height });
    }
    match output {
        Output::Png { background } => png(width, height, pixels, background),
        Output::WebP { background } => webp(width, height, pixels, background),
        Output::Jpeg { quality, background } => jpeg(width, height, pixels, quality, background),
    }
}

fn png(width: u32, height: u32, pixels: &[u8], background: Option<Rgb>) -> Result<Vec<u8>, Error> {
    let refuse = |error: png::EncodingError| Error::Encoder { format: Format::Png, cause: error.to_string() };
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(if background.is_some() { png::ColorType::Rgb } else { png::ColorType::Rgba });
    encoder.set_depth(png::BitDepth::Eight);
    encoder.set_source_srgb(png::SrgbRenderingIntent::Perceptual);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header().map_err(refuse)?;
    let mut stream = writer.stream_writer().map_err(refuse)?;
    let backdrop = background.map(Backdrop::new);
    let mut row = Vec::new();
    for pixels in pixels.chunks_exact(width as usize * 4) {
        row.clear();
        write_pixels(pixels, backdrop.as_ref(), &mut row);
        std::io::Write::write_all(&mut stream, &row)
            .map_err(|error| Error::Encoder { format: Format::Png, cause: error.to_string() })?;
    }
    stream.finish().map_err(refuse)?;
    writer.finish().map_err(refuse)?;
    Ok(file)
}

fn webp(width: u32, height: u32, pixels: &[u8], background: Option<Rgb>) -> Result<Vec<u8>, Error> {
    /// 14 bits hold a side less one, but some decoders stop one short of that.
    const LIMIT: u32 = 16_383;
    if width > LIMIT || height > LIMIT {
        return Err(Error::TooLargeFor { format: Format::WebP, width, height, limit: LIMIT });
    }
    let hides = |pixel: &[u8; 4]| pixel[3] == 0 && *pixel != [0; 4];
    let color = if background.is_some() { image_webp::ColorType::Rgb8 } else { image_webp::ColorType::Rgba8 };
    let samples = if background.is_none() && !pixels.as_chunks::<4>().0.iter().any(hides) {
        Cow::Borrowed(pixels)
    } else {
        let backdrop = background.map(Backdrop::new);
        let channels = if background.is_some() { 3 } else { 4 };
        let mut samples = memory::zeroed(u64::from(width) * u64::from(height) * channels)?;
        samples.clear();
        write_pixels(pixels, backdrop.as_ref(), &mut samples);
        Cow::Owned(samples)
    };
    let mut file = Vec::new();
    WebPEncoder::new(&mut file)
        .encode(&samples, width, height, color)
        .map_err(|error| Error::Encoder { format: Format::WebP, cause: error.to_string() })?;
    Ok(file)
}

fn jpeg(width: u32, height: u32, pixels: &[u8], quality: u8, background: Rgb) -> Result<Vec<u8>, Error> {
    const LIMIT: u32 = 65_535;
    if width > LIMIT || height > LIMIT {
        return Err(Error::TooLargeFor { format: Format::Jpeg, width, height, limit: LIMIT });
    }
    if !(1..=100).contains(&quality) {
        return Err(Error::Quality(quality));
    }
    let mut file = Vec::new();
    let picture =
        OnBackdrop { width, height, pixels: pixels.as_chunks::<4>().0, backdrop: Backdrop::new(background) };
    // This encoder keeps the colour at full resolution (4:4:4): coloured edges stay where they are.
    JpegEncoder::new_with_quality(&mut file, quality)
        .encode_image(&picture)
        .map_err(|error| Error::Encoder { format: Format::Jpeg, cause: error.to_string() })?;
    Ok(file)
}

/// Appends pixels as they are written: RGB on a backdrop, or RGBA with nothing hidden under alpha 0.
fn write_pixels(pixels: &[u8], backdrop: Option<&Backdrop>, samples: &mut Vec<u8>) {
    let pixels = pixels.as_chunks::<4>().0.iter();
    match backdrop {
        Some(backdrop) => samples.extend(pixels.flat_map(|&pixel| backdrop.under(pixel))),
        None => samples.extend(pixels.flat_map(|&pixel| if pixel[3] == 0 { [0; 4] } else { pixel })),
    }
}

/// A picture on a colour, composed pixel by pixel as an encoder asks for it.
struct OnBackdrop<'a> {
    width: u32,
    height: u32,
    pixels: &'a [[u8; 4]],
    backdrop: Backdrop,
}

impl GenericImageView for OnBackdrop<'_> {
    type Pixel = image::Rgb<u8>;

    fn dimensions(&self) -> (u32, u32) {
        (self.width, self.height)
    }

    fn get_pixel(&self, x: u32, y: u32) -> Self::Pixel {
        let pixel = self.pixels[y as usize * self.width as usize + x as usize];
        *image::Rgb::from_slice(&self.backdrop.under(pixel))
    }
}

/// Bits of a linear level: enough that each of the 256 encoded levels has its own, with room for rounding.
const LINEAR_BITS: u32 = 16;

/// A colour to put behind, with the tables that blending in linear light takes. Integers only, so that every
/// machine blends alike.
struct Backdrop {
    color: [u8; 3],
    linear: [u32; 3],
    to_linear: [u32; 256],
    /// Indexed by the upper 12 bits of a linear level: the encoded level at its lower end.
    from_linear: Vec<u8>,
}

impl Backdrop {
    fn new(color: Rgb) -> Self {
        let to_linear: [u32; 256] = std::array::from_fn(|level| {
            let linear = color::decode(level as f64 / 255.0);
            (linear * f64::from((1_u32 << LINEAR_BITS) - 1)).round() as u32
        });
        let mut level = 0_usize;
        let from_linear = (0..1_u32 << 12)
            .map(|index| {
                while level < 255 && to_linear[level + 1] <= index << (LINEAR_BITS - 12) {
                    level += 1;
                }
                level as u8
            })
            .collect();
        let linear = color.0.map(|level| to_linear[usize::from(level)]);
        Self { color: color.0, linear, to_linear, from_linear }
    }

    /// A straight RGBA pixel over the colour.
    fn under(&self, [red, green, blue, alpha]: [u8; 4]) -> [u8; 3] {
        match alpha {
            255 => [red, green, blue],
            0 => self.color,
            _ => {
                let channel = |level: u8, behind: u32| {
                    let (over, alpha) = (self.to_linear[usize::from(level)], u32::from(alpha));
                    self.encoded((over * alpha + behind * (255 - alpha) + 127) / 255)
                };
                let [behind_red, behind_green, behind_blue] = self.linear;
                [channel(red, behind_red), channel(green, behind_green), channel(blue, behind_blue)]
            }
        }
    }

    /// The encoded level whose linear level is nearest.
    fn encoded(&self, linear: u32) -> u8 {
        let mut level = usize::from(self.from_linear[(linear >> (LINEAR_BITS - 12)) as usize]);
        while level < 255 && 2 * linear >= self.to_linear[level] + self.to_linear[level + 1] {
            level += 1;
        }
        level as u8
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_level_survives_linear_light() {
        let backdrop = Backdrop::new(Rgb([0; 3]));
        for level in 0..=255_u8 {
            assert_eq!(backdrop.encoded(backdrop.to_linear[usize::from(level)]), level);
        }
    }

    #[test]
    fn half_of_white_on_black_is_half_the_light() {
        let backdrop = Backdrop::new(Rgb([0, 0, 255]));
        assert_eq!(backdrop.under([255, 255, 0, 128]), [188, 188, 187]);
        assert_eq!(backdrop.under([9, 8, 7, 255]), [9, 8, 7]);
        assert_eq!(backdrop.under([9, 8, 7, 0]), [0, 0, 255]);
    }

    #[test]
    fn what_an_encoder_cannot_hold_is_refused_by_name() {
        let strip = vec![0; 16_384 * 4];
        let webp = encode(16_384, 1, &strip, Output::WebP { background: None }).unwrap_err();
        assert_eq!(
            webp.to_string(),
            "a WebP holds at most 16383 pixels a side and the picture is 16384 × 1: save it as PNG"
        );
        let black = Rgb([0; 3]);
        assert_eq!(
            encode(1, 1, &[0; 4], Output::Jpeg { quality: 0, background: black }),
            Err(Error::Quality(0))
        );
        let png = Output::Png { background: None };
        assert_eq!(encode(0, 0, &[], png), Err(Error::NoPixels { width: 0, height: 0 }));
        assert!(matches!(encode(2, 2, &[0; 4], png), Err(Error::WrongLength { expected: 16, found: 4, .. })));
    }
}
