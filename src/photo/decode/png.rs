//! PNG of every colour type and depth, row by row, so that only the final buffer has the picture's size.

use std::io::Cursor;

use image::metadata::Orientation;
use png::{BitDepth, ColorType, DecodingError, InterlaceInfo, Transformations};

use super::{Stored, exif_orientation, narrow};
use crate::photo::profile::{Channels, Converter, Meaning};
use crate::photo::{Error, Format, Limits, memory};

/// What the decoder may allocate besides the picture: chunks such as profiles, and rows.
const WORKING_BYTES: usize = 64 << 20;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, Error> {
    let mut decoder = png::Decoder::new_with_limits(Cursor::new(bytes), png::Limits { bytes: WORKING_BYTES });
    decoder.set_ignore_text_chunk(true);
    let header = decoder.read_header_info().map_err(refuse)?;
    let (width, height) = header.size();
    limits.check(width, height)?;
    // Palettes and depths below 8 become 8 bits, a transparent colour becomes alpha; 16 bits stay, because
    // the decoder would cut them where they must be rounded.
    decoder.set_transformations(Transformations::EXPAND);
    let mut reader = decoder.read_info().map_err(refuse)?;

    let (color, depth) = reader.output_color_type();
    let channels = match color {
        ColorType::Grayscale => Channels::Gray,
        ColorType::GrayscaleAlpha => Channels::GrayAlpha,
        ColorType::Rgb => Channels::Rgb,
        ColorType::Rgba => Channels::Rgba,
        ColorType::Indexed => {
            return Err(Error::Damaged { format: Format::Png, cause: "no palette".into() });
        }
    };
    let mut converter = Converter::new(channels, &meaning(reader.info()));

    let stride = width as usize * 4;
    let mut pixels = memory::zeroed(u64::from(width) * u64::from(height) * 4)?;
    let mut eight = Vec::new();
    let mut pass = Vec::new();
    let mut line = 0;
    while let Some(row) = reader.next_interlaced_row().map_err(refuse)? {
        let samples = if depth == BitDepth::Sixteen {
            eight.clear();
            eight.extend(row.data().as_chunks::<2>().0.iter().map(|&pair| narrow(u16::from_be_bytes(pair))));
            &eight
        } else {
            row.data()
        };
        match row.interlace() {
            InterlaceInfo::Null(_) => {
                let Some(target) = pixels.get_mut(line * stride..(line + 1) * stride) else { break };
                converter.row(&samples[..width as usize * channels.count()], target);
                line += 1;
            }
            InterlaceInfo::Adam7(place) => {
                pass.clear();
                pass.resize(samples.len() / channels.count() * 4, 0);
                converter.row(samples, &mut pass);
                png::expand_interlaced_row(&mut pixels, stride, &pass, place, 32);
            }
        }
    }
    // EXIF may follow the pixels. A file that is cut off behind its last row has lost nothing of the photo.
    let _ = reader.finish();
    let exif = reader.info().exif_metadata.as_deref();
    let orientation = exif.map_or(Orientation::NoTransforms, exif_orientation);
    Ok(Stored { width, height, pixels, orientation })
}

/// In the order of precedence that the PNG specification gives.
fn meaning(info: &png::Info<'_>) -> Meaning {
    if let Some(points) = info.coding_independent_code_points
        && points.matrix_coefficients == 0
        && points.is_video_full_range_image
    {
        return Meaning::CodePoints { primaries: points.color_primaries, transfer: points.transfer_function };
    }
    if let Some(profile) = &info.icc_profile {
        return Meaning::Icc(profile.to_vec());
    }
    if info.srgb.is_some() {
        return Meaning::Plain;
    }
    let Some(gamma) = info.gama_chunk else { return Meaning::Plain };
    let chromaticities = info.chrm_chunk.map(|chunk| {
        [chunk.white, chunk.red, chunk.green, chunk.blue].map(|(x, y)| (x.into_value(), y.into_value()))
    });
    Meaning::Gamma { encoding: gamma.into_value(), chromaticities }
}

fn refuse(error: DecodingError) -> Error {
    let cause = error.to_string();
    match error {
        DecodingError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Error::Truncated { format: Format::Png, cause }
        }
        _ => Error::Damaged { format: Format::Png, cause },
    }
}
