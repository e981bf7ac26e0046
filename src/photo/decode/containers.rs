//! WebP, GIF and BMP: the formats whose decoders hand over a whole picture, already in RGB.

use std::io::{Cursor, ErrorKind};

use image::codecs::bmp::BmpDecoder;
use image::codecs::gif::GifDecoder;
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder, ImageError};

use super::{Stored, exif_orientation};
use crate::photo::profile::{Channels, Converter, Meaning, widen_in_place};
use crate::photo::riff::chunks;
use crate::photo::{Error, Format, Limits, memory};

/// WebP, lossy, lossless or animated; of an animation the first frame.
pub(super) fn webp(bytes: &[u8], limits: &Limits) -> Result<Stored, Error> {
    let refuse = |error: image_webp::DecodingError| {
        let cause = error.to_string();
        match error {
            image_webp::DecodingError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
                Error::Truncated { format: Format::WebP, cause }
            }
            _ => Error::Damaged { format: Format::WebP, cause },
        }
    };
    // The container says how long it is, so a cut shows before anything is decoded.
    let declared = bytes.get(4..).and_then(|rest| rest.first_chunk::<4>());
    let declared = declared.map_or(0, |size| u64::from(u32::from_le_bytes(*size)) + 8);
    if declared > bytes.len() as u64 {
        let cause = format!("{declared} bytes declared, {} present", bytes.len());
        return Err(Error::Truncated { format: Format::WebP, cause });
    }
    let mut decoder = image_webp::WebPDecoder::new(Cursor::new(bytes)).map_err(refuse)?;
    // No chunk can be larger than the file, whatever its header claims.
    decoder.set_memory_limit(bytes.len());
    let (width, height) = decoder.dimensions();
    limits.check(width, height)?;
    check_frames(bytes, [width, height])?;

    let area = u64::from(width) * u64::from(height);
    let mut pixels = memory::zeroed(area * 4)?;
    let channels = if decoder.has_alpha() { Channels::Rgba } else { Channels::Rgb };
    let packed = area as usize * channels.count();
    decoder.read_image(&mut pixels[..packed]).map_err(refuse)?;
    widen_in_place(channels, &mut pixels);

    // Metadata that cannot be read is no reason to refuse the picture.
    let meaning = decoder.icc_profile().ok().flatten().map_or(Meaning::Plain, Meaning::Icc);
    let orientation = decoder.exif_metadata().ok().flatten();
    let orientation = orientation.map_or(Orientation::NoTransforms, |exif| exif_orientation(&exif));
    drop(decoder);
    Converter::new(channels, &meaning).picture(&mut pixels, width);
    Ok(Stored { width, height, pixels, orientation })
}

/// Whether every lossy frame is as large as the container says. The decoder takes memory for what a frame says before it
/// compares them, and within an animation it does not compare all of them.
fn check_frames(bytes: &[u8], picture: [u32; 2]) -> Result<(), Error> {
    for (kind, body) in chunks(bytes.get(12..).unwrap_or_default()) {
        match kind {
            b"VP8 " => check_frame(body, picture)?,
            b"ANMF" => {
                // Two numbers for its place, then its size less one, each of three bytes.
                let Some((header, parts)) = body.split_first_chunk::<16>() else { continue };
                let size =
                    |at: usize| 1 + u32::from_le_bytes([header[at], header[at + 1], header[at + 2], 0]);
                for (_, frame) in chunks(parts).filter(|(kind, _)| *kind == b"VP8 ") {
                    check_frame(frame, [size(6), size(9)])?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a lossy frame has this width and height. One that does not begin as such a frame does is refused by the
/// decoder.
fn check_frame(frame: &[u8], [width, height]: [u32; 2]) -> Result<(), Error> {
    let Some([_, _, _, 0x9d, 0x01, 0x2a, size @ ..]) = frame.first_chunk::<10>() else { return Ok(()) };
    // The upper two bits say how to enlarge it, which nobody does.
    let [w, h] =
        [[size[0], size[1]], [size[2], size[3]]].map(|side| u32::from(u16::from_le_bytes(side) & 0x3fff));
    if [w, h] == [width, height] {
        return Ok(());
    }
    let cause = format!("a frame of {w} × {h} pixels where {width} × {height} are declared");
    Err(Error::Damaged { format: Format::WebP, cause })
}

/// GIF: the first frame on its canvas, transparent where the frame does not reach.
pub(super) fn gif(bytes: &[u8], limits: &Limits) -> Result<Stored, Error> {
    let refuse = |error| refuse(Format::Gif, error);
    let mut decoder = GifDecoder::new(Cursor::new(bytes)).map_err(refuse)?;
    let (width, height) = decoder.dimensions();
    limits.check(width, height)?;
    // The frame has a size of its own, which the canvas does not bound.
    let mut allocation = image::Limits::no_limits();
    allocation.max_alloc = Some(limits.pixels.saturating_mul(4));
    decoder.set_limits(allocation).map_err(refuse)?;
    whole(Format::Gif, decoder)
}

/// Windows bitmap, all of its depths and run lengths.
pub(super) fn bmp(bytes: &[u8], limits: &Limits) -> Result<Stored, Error> {
    let decoder = BmpDecoder::new(Cursor::new(bytes)).map_err(|error| refuse(Format::Bmp, error))?;
    let (width, height) = decoder.dimensions();
    limits.check(width, height)?;
    whole(Format::Bmp, decoder)
}

fn whole(format: Format, decoder: impl ImageDecoder) -> Result<Stored, Error> {
    let (width, height) = decoder.dimensions();
    let channels = match decoder.color_type() {
        ColorType::L8 => Channels::Gray,
        ColorType::La8 => Channels::GrayAlpha,
        ColorType::Rgb8 => Channels::Rgb,
        ColorType::Rgba8 => Channels::Rgba,
        other => return Err(Error::Unsupported { format, feature: format!("{other:?} pixels") }),
    };
    let area = u64::from(width) * u64::from(height);
    let mut pixels = memory::zeroed(area * 4)?;
    let packed = area as usize * channels.count();
    decoder.read_image(&mut pixels[..packed]).map_err(|error| refuse(format, error))?;
    widen_in_place(channels, &mut pixels);
    Ok(Stored { width, height, pixels, orientation: Orientation::NoTransforms })
}

fn refuse(format: Format, error: ImageError) -> Error {
    let cause = error.to_string();
    match error {
        ImageError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Error::Truncated { format, cause }
        }
        ImageError::Unsupported(_) => Error::Unsupported { format, feature: cause },
        _ => Error::Damaged { format, cause },
    }
}
