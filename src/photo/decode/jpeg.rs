//! JPEG: baseline and progressive Huffman coding, 8 bits, grey, YCbCr, RGB, CMYK and YCCK.
//!
//! The decoder underneath fills what is missing from a file with grey. So the markers are walked first: a
//! file without its end is refused before anything is decoded, and the decoder is told to be strict.

use zune_core::bytestream::ZCursor;
use zune_core::colorspace::ColorSpace;
use zune_core::options::DecoderOptions;
use zune_jpeg::JpegDecoder;
use zune_jpeg::errors::DecodeErrors;

use super::{Stored, exif_orientation};
use crate::photo::profile::{Channels, Converter, Meaning, widen_in_place};
use crate::photo::{Error, Format, Limits, memory};

/// Most scans of a picture, and most pixels that all of them go over: a scan of a few bytes may go over the whole
/// picture again. Encoders write some ten scans; 100 megapixels may have 16.
const MOST_SCANS: u64 = 1000;
pub(super) const MOST_SCANNED: u64 = 1_600_000_000;

pub(super) fn decode(bytes: &[u8], limits: &Limits) -> Result<Stored, Error> {
    let markers = Markers::read(bytes)?;
    markers.check(limits)?;

    // A file of three components that Adobe's marker calls untransformed holds RGB, which the decoder takes
    // for inks. Told that they are YCbCr, and asked for YCbCr, it hands the samples over as they are.
    let untransformed = markers.components == 3 && markers.adobe_transform() == Some(0);
    let transform = markers.adobe.filter(|_| untransformed).map(|(_, offset)| offset);

    // The decoder picks its conversion while it reads the headers: asked for RGBA only afterwards, it would
    // write three bytes a pixel into rows of four.
    let options = DecoderOptions::default()
        .set_max_width(usize::MAX)
        .set_max_height(usize::MAX)
        .jpeg_set_out_colorspace(ColorSpace::RGBA);
    // TIFF's decoder hands over an owned file, and a second kind of reader would make the wasm’s code 120 KB larger.
    let begin = |strict: bool| {
        let mut copy = memory::copied(bytes)?;
        if let Some(offset) = transform {
            copy[offset] = 1;
        }
        let mut decoder = JpegDecoder::new_with_options(ZCursor::new(copy), options.set_strict_mode(strict));
        Ok(decoder.decode_headers().map(|()| decoder))
    };
    // The one strictness that harms: stray bytes between the headers, which some cameras leave.
    let mut decoder = match begin(true)? {
        Err(error) if error.to_string().contains("Extra bytes") => begin(false)?.map_err(refuse)?,
        other => other.map_err(refuse)?,
    };

    let source = decoder.input_colorspace().unwrap_or(ColorSpace::Unknown);
    let target = match (markers.components, source) {
        (1, _) => ColorSpace::RGBA,
        (3, _) if untransformed => source,
        // The decoder copies RGB as it is and widens only YCbCr.
        (3, ColorSpace::RGB) => ColorSpace::RGB,
        (3, ColorSpace::YCbCr) => ColorSpace::RGBA,
        (4, ColorSpace::CMYK | ColorSpace::YCCK) => source,
        (count, _) => return Err(unsupported(format!("{count} colour components"))),
    };
    decoder.set_options(decoder.options().jpeg_set_out_colorspace(target));

    let (width, height) = (markers.width, markers.height);
    let area = u64::from(width) * u64::from(height);
    let mut pixels = memory::zeroed(area * 4)?;
    let packed = area as usize * target.num_components();
    decoder.decode_into(&mut pixels[..packed]).map_err(refuse)?;

    let channels = match (target.num_components(), markers.components) {
        (3, _) => {
            widen_in_place(Channels::Rgb, &mut pixels);
            Channels::Rgb
        }
        (_, 4) => {
            to_inks(&mut pixels, source == ColorSpace::YCCK, markers.adobe.is_some());
            Channels::Cmyk
        }
        (_, 1) => Channels::Gray,
        _ => Channels::Rgb,
    };
    let meaning = decoder.icc_profile().map_or(Meaning::Plain, Meaning::Icc);
    let orientation = decoder.exif().map_or(exif_orientation(&[]), |exif| exif_orientation(exif));
    // The decoder keeps the coefficients of a progressive file until here.
    drop(decoder);
    Converter::new(channels, &meaning).picture(&mut pixels, width);
    Ok(Stored { width, height, pixels, orientation })
}

fn refuse(error: DecodeErrors) -> Error {
    match error {
        DecodeErrors::Unsupported(scheme) => unsupported(format!("{scheme:?}")),
        other => Error::Damaged { format: Format::Jpeg, cause: other.to_string() },
    }
}

fn unsupported(feature: impl Into<String>) -> Error {
    Error::Unsupported { format: Format::Jpeg, feature: feature.into() }
}

fn truncated(cause: &str) -> Error {
    Error::Truncated { format: Format::Jpeg, cause: cause.into() }
}

/// Brings four stored components to inks of which 0 is none. Adobe's programs, and all that write their
/// marker, store inks inverted.
fn to_inks(pixels: &mut [u8], ycck: bool, inverted: bool) {
    for pixel in pixels.as_chunks_mut::<4>().0 {
        if ycck {
            let [red, green, blue] = ycc_to_rgb([pixel[0], pixel[1], pixel[2]]);
            // YCCK is the YCC of white minus the stored inks.
            *pixel = [255 - red, 255 - green, 255 - blue, pixel[3]];
        }
        if inverted {
            *pixel = pixel.map(|ink| 255 - ink);
        }
    }
}

/// Full-range YCbCr of ITU-T T.871, in 16-bit fixed point, rounded.
pub(super) fn ycc_to_rgb([luma, blue_difference, red_difference]: [u8; 3]) -> [u8; 3] {
    let luma = (i32::from(luma) << 16) + (1 << 15);
    let blue = i32::from(blue_difference) - 128;
    let red = i32::from(red_difference) - 128;
    let level = |value: i32| (value >> 16).clamp(0, 255) as u8;
    [level(luma + 91_881 * red), level(luma - 22_554 * blue - 46_802 * red), level(luma + 116_130 * blue)]
}

/// What the markers of a JPEG file say, read without decoding anything.
pub(super) struct Markers {
    pub(super) width: u32,
    pub(super) height: u32,
    components: u8,
    precision: u8,
    /// The second byte of the start-of-frame marker: the coding process.
    process: u8,
    scans: u64,
    /// Adobe's colour transform, and where its byte lies.
    adobe: Option<(u8, usize)>,
}

impl Markers {
    /// Walks the file from its start to the end-of-image marker.
    ///
    /// # Errors
    /// [`Error::Truncated`] where the file ends before that marker does.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, Error> {
        let damaged = |cause: &str| Error::Damaged { format: Format::Jpeg, cause: cause.into() };
        let mut frame = None;
        let mut adobe = None;
        let mut scans = 0;
        let mut at = 2;
        loop {
            // Past stray bytes, entropy-coded data with its stuffed zeros and restart markers, and fill bytes.
            let Some(found) = next_marker(bytes, at) else {
                return Err(truncated("no end of image"));
            };
            let marker = bytes[found];
            at = found + 1;
            match marker {
                0xd9 => break,
                0x01 | 0xd0..=0xd8 => continue,
                _ => {}
            }
            let length = bytes.get(at..).and_then(|rest| rest.first_chunk::<2>());
            let length = length.ok_or_else(|| truncated("no segment length"))?;
            let length = usize::from(u16::from_be_bytes(*length));
            if length < 2 {
                return Err(damaged("segment of no length"));
            }
            let segment = bytes.get(at + 2..at + length).ok_or_else(|| truncated("segment cut off"))?;
            match marker {
                // Start of frame, all processes; the three between are tables and a reserved code.
                0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) => {
                    let [precision, h1, h0, w1, w0, components, ..] = *segment else {
                        return Err(damaged("frame header too short"));
                    };
                    if frame.is_some() {
                        return Err(damaged("two frames"));
                    }
                    frame = Some(Self {
                        width: u32::from(u16::from_be_bytes([w1, w0])),
                        height: u32::from(u16::from_be_bytes([h1, h0])),
                        components,
                        precision,
                        process: marker,
                        scans: 0,
                        adobe: None,
                    });
                }
                0xda => scans += 1,
                0xee if segment.starts_with(b"Adobe") => {
                    adobe = segment.get(11).map(|&transform| (transform, at + 2 + 11));
                }
                _ => {}
            }
            at += length;
        }
        let mut frame = frame.ok_or_else(|| damaged("no frame"))?;
        (frame.scans, frame.adobe) = (scans, adobe);
        Ok(frame)
    }

    fn adobe_transform(&self) -> Option<u8> {
        self.adobe.map(|(transform, _)| transform)
    }

    fn check(&self, limits: &Limits) -> Result<(), Error> {
        match self.process {
            0xc0..=0xc2 => {}
            0xc3 | 0xc7 | 0xcb | 0xcf => return Err(unsupported("lossless JPEG")),
            0xc9 | 0xca => return Err(unsupported("arithmetic coding")),
            _ => return Err(unsupported("hierarchical JPEG")),
        }
        if self.precision != 8 {
            return Err(unsupported(format!("{} bits a sample", self.precision)));
        }
        limits.check(self.width, self.height)?;
        if self.scans > MOST_SCANS || self.scanned() > MOST_SCANNED {
            return Err(unsupported(format!("{} scans of {} × {}", self.scans, self.width, self.height)));
        }
        Ok(())
    }

    /// Pixels that all scans go over.
    pub(super) fn scanned(&self) -> u64 {
        self.scans.saturating_mul(u64::from(self.width) * u64::from(self.height))
    }
}

/// The index of the next marker's second byte, from `at` on. A marker is 0xFF, any number of fill bytes
/// 0xFF, and a byte that is neither 0xFF nor the zero that is stuffed after 0xFF in coded data.
fn next_marker(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += bytes.get(at..)?.iter().position(|&byte| byte == 0xff)?;
        while *bytes.get(at)? == 0xff {
            at += 1;
        }
        if bytes[at] != 0 {
            return Some(at);
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const FRAME: &[u8] = b"\xff\xc0\0\x0b\x08\0\x10\0\x20\x01\x01\x11\0";

    fn file(parts: &[&[u8]]) -> Vec<u8> {
        [b"\xff\xd8".as_slice(), &parts.concat()].concat()
    }

    #[test]
    fn markers_are_walked_past_fill_and_stuffed_bytes() {
        let scan = b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\x12\xff\0\x34\xff\xd0\x56";
        let markers =
            Markers::read(&file(&[b"junk", FRAME, b"\xff\xff", scan, b"\xff\xff\xd9tail"])).unwrap();
        assert_eq!((markers.width, markers.height, markers.components), (32, 16, 1));
    }

    #[test]
    fn a_file_without_its_end_is_truncated_wherever_it_was_cut() {
        let scan = b"\xff\xda\0\x08\x01\x01\0\0\x3f\0\x12\xff\0\x34";
        let whole = file(&[FRAME, scan, b"\xff\xd9"]);
        assert!(Markers::read(&whole).is_ok());
        for length in 3..whole.len() {
            let error = Markers::read(&whole[..length]).err().unwrap();
            assert!(matches!(error, Error::Truncated { .. }), "{length}: {error}");
        }
    }

    #[test]
    fn processes_that_cannot_be_decoded_are_named() {
        for (process, words) in [(0xc3, "lossless"), (0xc9, "arithmetic"), (0xc5, "hierarchical")] {
            let mut frame = FRAME.to_vec();
            frame[1] = process;
            let markers = Markers::read(&file(&[&frame, b"\xff\xd9"])).unwrap();
            let message = markers.check(&Limits::PRODUCT).unwrap_err().to_string();
            assert!(message.contains(words), "{message}");
        }
        let mut frame = FRAME.to_vec();
        frame[4] = 12;
        let markers = Markers::read(&file(&[&frame, b"\xff\xd9"])).unwrap();
        assert!(markers.check(&Limits::PRODUCT).unwrap_err().to_string().contains("12 bits"));
    }

    #[test]
    fn ycc_rounds_to_the_nearest_level() {
        for ycc in
            [[0, 128, 128], [255, 128, 128], [76, 85, 255], [150, 44, 21], [29, 255, 107], [81, 90, 240]]
        {
            let [y, cb, cr] = ycc.map(|level: u8| f64::from(level));
            let exact = [
                y + 1.402 * (cr - 128.0),
                y - 0.344_136 * (cb - 128.0) - 0.714_136 * (cr - 128.0),
                y + 1.772 * (cb - 128.0),
            ];
            assert_eq!(ycc_to_rgb(ycc), exact.map(|level| level.round().clamp(0.0, 255.0) as u8), "{ycc:?}");
        }
    }
}
