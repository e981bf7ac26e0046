//! TIFF: grey, RGB, palette, YCbCr and CMYK, up to 16 bits, with or without alpha, in strips or tiles,
//! chunky or planar; of several pages the first.
//!
//! Read a chunk at a time, so that a file in strips or tiles needs little besides the final buffer.

use std::borrow::Cow;
use std::io::{Cursor, ErrorKind};

use image::metadata::Orientation;
use tiff::decoder::{ChunkType, Decoder, DecodingResult};
use tiff::tags::Tag;
use tiff::{ColorType, TiffError};

use super::jpeg::{MOST_SCANNED, Markers, ycc_to_rgb};
use super::{Stored, narrow};
use crate::photo::profile::{Channels, Converter, Meaning};
use crate::photo::sniff::Directory;
use crate::photo::{Error, Format, Limits, memory};

/// More samples a pixel than inks and alpha come to are a scientific file's.
const MOST_SAMPLES: u16 = 8;

/// Most strips or tiles, and most values of any other list, such as a palette of 16 bits. For each the decoder begins
/// anew, and makes [`BYTES_A_VALUE`].
const MOST_CHUNKS: u64 = 1 << 18;

/// What the decoder makes of a value of a directory, whatever it takes in the file.
const BYTES_A_VALUE: u64 = 32;

/// How many times the file's length its strips or tiles may claim together: empty ones may share their bytes.
const MOST_SHARED: u64 = 4;

const ICC_PROFILE: u16 = 34675;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, Error> {
    check_directory(bytes, limits)?;
    let profile = Directory::first(bytes).find(|entry| entry.tag == ICC_PROFILE).and_then(|entry| entry.data);
    let meaning = profile.map_or(Meaning::Plain, |range| Meaning::Icc(bytes[range].to_vec()));
    let (bytes, indexed) = palette_as_grey(bytes);
    let mut decoder = Decoder::new(Cursor::new(&*bytes)).map_err(refuse)?;
    let (width, height) = decoder.dimensions().map_err(refuse)?;
    limits.check(width, height)?;
    let samples = decoder.find_tag_unsigned(Tag::SamplesPerPixel).map_err(refuse)?.unwrap_or(1_u16);
    if samples > MOST_SAMPLES {
        return Err(unsupported(format!("{samples} samples a pixel")));
    }
    let mut working = tiff::decoder::Limits::default();
    // The widest samples of the largest picture, which `check_chunks` finds one of its chunks to be, or the lists of
    // a directory, which `check_directory` bounds.
    let widest = usize::try_from(chunk_bytes(limits).max(MOST_CHUNKS * BYTES_A_VALUE)).unwrap_or(usize::MAX);
    working.decoding_buffer_size = widest;
    // What is stored in the file cannot be larger than the file.
    working.intermediate_buffer_size = bytes.len().max(widest);
    let mut decoder = decoder.with_limits(working);
    let pixel = Pixel::of(&mut decoder, samples, indexed)?;
    check_chunks(&mut decoder, &bytes, &pixel, (width, height), limits)?;

    let palette = if indexed { Some(read_palette(&mut decoder, pixel.bits)?) } else { None };
    let channels = if indexed { Channels::Rgb } else { pixel.channels };
    let mut converter = Converter::new(channels, &meaning);
    let orientation = decoder.find_tag_unsigned::<u8>(Tag::Orientation).ok().flatten();
    let orientation = orientation.and_then(Orientation::from_exif).unwrap_or(Orientation::NoTransforms);

    let mut pixels = memory::zeroed(u64::from(width) * u64::from(height) * 4)?;
    let (chunk_width, chunk_height) = decoder.chunk_dimensions();
    let across = width.div_ceil(chunk_width);
    let down = height.div_ceil(chunk_height);
    let mut levels = Vec::new();
    for chunk in 0..across * down {
        let (columns, rows) = decoder.chunk_data_dimensions(chunk);
        let (columns, rows) = (columns as usize, rows as usize);
        let planes = (0..pixel.planes)
            .map(|plane| decoder.read_chunk(chunk + plane * across * down))
            .collect::<Result<Vec<_>, _>>()
            .map_err(refuse)?;
        let x = (chunk % across * chunk_width) as usize;
        let y = (chunk / across * chunk_height) as usize;
        for row in 0..rows {
            pixel.read_row(&planes, row, columns, &mut levels)?;
            if let Some(palette) = &palette {
                levels = levels.iter().flat_map(|&index| palette[usize::from(index)]).collect();
            }
            let start = ((y + row) * width as usize + x) * 4;
            let target = pixels.get_mut(start..start + columns * 4);
            converter.row(&levels, target.ok_or_else(|| damaged("chunk outside the picture"))?);
        }
    }
    Ok(Stored { width, height, pixels, orientation })
}

/// What one strip or tile may become: the largest picture at 16 bits and four samples a pixel.
fn chunk_bytes(limits: &Limits) -> u64 {
    limits.pixels.saturating_mul(8)
}

type Source<'a> = Decoder<Cursor<&'a [u8]>>;

/// How a pixel's samples lie in the decoded chunks.
struct Pixel {
    /// What they become, at 8 bits.
    channels: Channels,
    /// Samples a pixel in a chunk's rows.
    stride: usize,
    /// Chunks that hold one pixel's samples: 1, or as many as channels where each has its own plane.
    planes: u32,
    bits: u8,
    ycc: bool,
    indexed: bool,
    premultiplied: bool,
}

impl Pixel {
    fn of(decoder: &mut Source<'_>, samples: u16, indexed: bool) -> Result<Self, Error> {
        const ASSOCIATED: u16 = 1;
        const UNASSOCIATED: u16 = 2;
        let extra = decoder.find_tag_unsigned_vec::<u16>(Tag::ExtraSamples).map_err(refuse)?;
        let extra = extra.and_then(|kinds| kinds.first().copied());
        let color = decoder.colortype().map_err(refuse)?;
        let (channels, bits) = match color {
            ColorType::Gray(bits) => (Channels::Gray, bits),
            ColorType::GrayA(bits) => (Channels::GrayAlpha, bits),
            // Grey with further samples, of which only an alpha means something.
            ColorType::Multiband { bit_depth, .. } if matches!(extra, Some(ASSOCIATED | UNASSOCIATED)) => {
                (Channels::GrayAlpha, bit_depth)
            }
            ColorType::Multiband { bit_depth, .. } => (Channels::Gray, bit_depth),
            ColorType::RGB(bits) | ColorType::YCbCr(bits) => (Channels::Rgb, bits),
            ColorType::RGBA(bits) => (Channels::Rgba, bits),
            ColorType::CMYK(bits) | ColorType::CMYKA(bits) => (Channels::Cmyk, bits),
            other => return Err(unsupported(format!("{other:?} pixels"))),
        };
        if !matches!(bits, 1 | 2 | 4 | 8 | 16) || bits < 8 && channels != Channels::Gray {
            return Err(unsupported(format!("{bits} bits a sample")));
        }
        if indexed && bits > 8 {
            return Err(unsupported(format!("a palette of {bits} bits")));
        }
        let planar = samples > 1
            && decoder.find_tag_unsigned::<u16>(Tag::PlanarConfiguration).map_err(refuse)? == Some(2);
        Ok(Self {
            channels,
            stride: if planar { 1 } else { usize::from(color.num_samples()) },
            planes: if planar { channels.count() as u32 } else { 1 },
            bits,
            ycc: matches!(color, ColorType::YCbCr(_)),
            indexed,
            premultiplied: extra == Some(ASSOCIATED)
                && matches!(channels, Channels::GrayAlpha | Channels::Rgba),
        })
    }

    /// One row of a chunk as 8-bit samples of [`Pixel::channels`], or as indices into a palette.
    fn read_row(
        &self,
        planes: &[DecodingResult],
        row: usize,
        columns: usize,
        levels: &mut Vec<u8>,
    ) -> Result<(), Error> {
        let short = || damaged("chunk too short");
        let count = self.channels.count();
        levels.clear();
        levels.resize(columns * count, 0);
        // From each plane, the channels that it holds.
        let from_plane = if planes.len() > 1 { 1 } else { count };
        let wide = columns * self.stride;
        for (plane, samples) in planes.iter().enumerate() {
            for channel in 0..from_plane {
                let targets = levels.iter_mut().skip(plane + channel).step_by(count);
                match samples {
                    DecodingResult::U8(samples) if self.bits == 8 => {
                        let row = samples.get(row * wide..(row + 1) * wide).ok_or_else(short)?;
                        let sources = row.iter().skip(channel).step_by(self.stride);
                        targets.zip(sources).for_each(|(target, &sample)| *target = sample);
                    }
                    DecodingResult::U16(samples) if self.bits == 16 => {
                        let row = samples.get(row * wide..(row + 1) * wide).ok_or_else(short)?;
                        let sources = row.iter().skip(channel).step_by(self.stride);
                        targets.zip(sources).for_each(|(target, &sample)| *target = narrow(sample));
                    }
                    DecodingResult::U8(samples) if self.bits < 8 => {
                        let bits = usize::from(self.bits);
                        let bytes = (columns * bits).div_ceil(8);
                        let row = samples.get(row * bytes..(row + 1) * bytes).ok_or_else(short)?;
                        let most = (1_u8 << bits) - 1;
                        let scale = if self.indexed { 1 } else { 255 / most };
                        for (column, target) in targets.enumerate() {
                            let shift = 8 - bits - column * bits % 8;
                            *target = (row[column * bits / 8] >> shift & most) * scale;
                        }
                    }
                    _ => return Err(unsupported("samples that are no unsigned integers")),
                }
            }
        }
        if self.ycc {
            for pixel in levels.as_chunks_mut::<3>().0 {
                *pixel = ycc_to_rgb(*pixel);
            }
        }
        if self.premultiplied {
            for pixel in levels.chunks_exact_mut(count) {
                let (colours, alpha) = pixel.split_at_mut(count - 1);
                let alpha = u32::from(alpha[0]);
                for level in colours {
                    let straight = (u32::from(*level) * 255 + alpha / 2).checked_div(alpha);
                    *level = straight.unwrap_or(0).min(255) as u8;
                }
            }
        }
        Ok(())
    }
}

/// The decoder refuses palettes, but reads grey of the same depth, which is the same bytes. So a file with a
/// palette is read as grey, and its levels looked up afterwards. Whether the file was one.
fn palette_as_grey(bytes: &[u8]) -> (Cow<'_, [u8]>, bool) {
    const PHOTOMETRIC_INTERPRETATION: u16 = 262;
    const PALETTE: u32 = 3;
    const BLACK_IS_ZERO: u16 = 1;
    let mut directory = Directory::first(bytes);
    let big_endian = directory.is_big_endian();
    let entry = directory.find(|entry| entry.tag == PHOTOMETRIC_INTERPRETATION && entry.value == PALETTE);
    let Some(entry) = entry else { return (Cow::Borrowed(bytes), false) };
    let value = if big_endian { BLACK_IS_ZERO.to_be_bytes() } else { BLACK_IS_ZERO.to_le_bytes() };
    let mut grey = bytes.to_vec();
    grey[entry.value_at..entry.value_at + 2].copy_from_slice(&value);
    (Cow::Owned(grey), true)
}

/// All reds, then all greens, then all blues, 16 bits each.
fn read_palette(decoder: &mut Source<'_>, bits: u8) -> Result<[[u8; 3]; 256], Error> {
    let map = decoder.get_tag_u16_vec(Tag::ColorMap).map_err(refuse)?;
    let length = 1_usize << bits;
    if map.len() < 3 * length {
        return Err(damaged("palette too short"));
    }
    // Old programs wrote 8-bit levels here; a map of 16 bits with nothing above 255 would be all black. Of the
    // others some wrote an 8-bit level times 256 and some times 257; the upper byte gives back both.
    let eight = map.iter().all(|&level| level < 256);
    let level = |index: usize| if eight { map[index] as u8 } else { (map[index] >> 8) as u8 };
    let mut palette = [[0; 3]; 256];
    for (index, color) in palette.iter_mut().take(length).enumerate() {
        *color = [level(index), level(length + index), level(2 * length + index)];
    }
    Ok(palette)
}

/// Refuses a picture over the limits, and a file whose directory points outside it, as one that is cut off
/// does. The decoder would make room for the values before it looks for them, and leave out a profile that is
/// not there.
fn check_directory(bytes: &[u8], limits: &Limits) -> Result<(), Error> {
    const WIDTH: u16 = 256;
    const HEIGHT: u16 = 257;
    let size = |side| Directory::first(bytes).find(|entry| entry.tag == side).map(|entry| entry.value);
    if let (Some(width), Some(height)) = (size(WIDTH), size(HEIGHT)) {
        limits.check(width, height)?;
    }
    for entry in Directory::first(bytes) {
        // Those of the baseline, the extensions for tiles, predictors, palettes, alpha, JPEG and YCbCr, and the
        // profile. What else is in the directory, such as a camera's notes, may be broken.
        let read = matches!(entry.tag, 256..=266 | 273..=279 | 284 | 317..=325 | 338..=347 | 512..=532 | ICC_PROFILE);
        if entry.data.is_none() && read {
            let cause = format!("tag {} lies outside the file", entry.tag);
            return Err(Error::Truncated { format: Format::Tiff, cause });
        }
        if read && entry.tag != ICC_PROFILE && entry.count > MOST_CHUNKS {
            return Err(unsupported(format!("{} values of tag {}", entry.count, entry.tag)));
        }
    }
    Ok(())
}

/// Refuses chunks that claim sizes which the picture gives no reason for, before the decoder believes them.
fn check_chunks(
    decoder: &mut Source<'_>,
    bytes: &[u8],
    pixel: &Pixel,
    (width, height): (u32, u32),
    limits: &Limits,
) -> Result<(), Error> {
    const MODERN_JPEG: u16 = 7;
    let (chunk_width, chunk_height) = decoder.chunk_dimensions();
    let chunk_height = chunk_height.min(height.next_multiple_of(4096));
    limits.check(chunk_width, chunk_height)?;
    let area = u64::from(chunk_width) * u64::from(chunk_height);
    let count = u64::from(width.div_ceil(chunk_width)) * u64::from(height.div_ceil(chunk_height));
    if count * area > limits.pixels.saturating_mul(2) {
        return Err(damaged("strips or tiles that are mostly outside the picture"));
    }
    let samples = pixel.stride as u64 * u64::from(pixel.planes);
    if area.min(u64::from(chunk_width) * u64::from(height)) * samples * u64::from(pixel.bits) / 8
        > chunk_bytes(limits)
    {
        return Err(unsupported(format!(
            "{samples} samples a pixel in one piece of {chunk_width} × {chunk_height}"
        )));
    }
    let (offsets, lengths) = match decoder.get_chunk_type() {
        ChunkType::Strip => (Tag::StripOffsets, Tag::StripByteCounts),
        ChunkType::Tile => (Tag::TileOffsets, Tag::TileByteCounts),
    };
    let lengths = decoder.get_tag_u64_vec(lengths).map_err(refuse)?;
    let claimed = lengths.iter().fold(0_u64, |sum, &length| sum.saturating_add(length));
    if claimed > MOST_SHARED * bytes.len() as u64 {
        return Err(damaged("strips or tiles that lie over one another"));
    }
    if decoder.find_tag_unsigned::<u16>(Tag::Compression).map_err(refuse)? != Some(MODERN_JPEG) {
        return Ok(());
    }
    let offsets = decoder.get_tag_u64_vec(offsets).map_err(refuse)?;
    let mut scanned = 0_u64;
    for (offset, length) in offsets.into_iter().zip(lengths) {
        let range = usize::try_from(offset).ok().zip(offset.checked_add(length));
        let range = range.and_then(|(start, end)| Some(start..usize::try_from(end).ok()?));
        let chunk = range.and_then(|range| bytes.get(range)).ok_or_else(|| Error::Truncated {
            format: Format::Tiff,
            cause: "chunk outside the file".into(),
        })?;
        let inside = Markers::read(chunk).map_err(|error| damaged(&error.to_string()))?;
        if inside.width > chunk_width.next_multiple_of(64)
            || inside.height > chunk_height.next_multiple_of(64)
        {
            return Err(damaged("JPEG larger than its chunk"));
        }
        scanned = scanned.saturating_add(inside.scanned());
    }
    if scanned > MOST_SCANNED {
        return Err(unsupported("JPEG of too many scans"));
    }
    Ok(())
}

fn refuse(error: TiffError) -> Error {
    let cause = error.to_string();
    match error {
        TiffError::IoError(error) if error.kind() == ErrorKind::UnexpectedEof => {
            Error::Truncated { format: Format::Tiff, cause }
        }
        TiffError::UnsupportedError(_) => unsupported(cause),
        _ => damaged(&cause),
    }
}

fn damaged(cause: &str) -> Error {
    Error::Damaged { format: Format::Tiff, cause: cause.into() }
}

fn unsupported(feature: impl Into<String>) -> Error {
    Error::Unsupported { format: Format::Tiff, feature: feature.into() }
}
