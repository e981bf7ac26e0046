//! Which format a file has, told from its bytes. Names and extensions are never asked.

use std::ops::Range;

/// A file format, as far as its first bytes tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// JPEG (ITU-T T.81).
    Jpeg,
    /// PNG, animated or not.
    Png,
    /// WebP, lossy, lossless or animated.
    WebP,
    /// GIF 87a or 89a.
    Gif,
    /// Windows bitmap.
    Bmp,
    /// TIFF or BigTIFF.
    Tiff,
    /// AV1 still picture.
    Avif,
    /// HEIC and other HEIF still pictures.
    Heif,
    /// JPEG XL, bare or boxed.
    JpegXl,
    /// A camera's raw file: DNG, CR2, CR3, NEF, ARW, RAF, ORF, RW2 and their kin.
    CameraRaw,
    /// Windows icon.
    Icon,
    /// Scalable vector graphics.
    Svg,
    /// PDF, and Illustrator files, which are PDF.
    Pdf,
    /// Photoshop document.
    Psd,
    /// JPEG 2000.
    Jpeg2000,
    /// MP4, QuickTime, Matroska or AVI.
    Video,
    /// ZIP archive, and what is built on it.
    Zip,
}

/// Who can read a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// This crate.
    Here,
    /// The browser's own decoder, in some browsers.
    Browser,
    /// Nobody: it holds no photo.
    Nobody,
}

impl Format {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Jpeg => "JPEG",
            Self::Png => "PNG",
            Self::WebP => "WebP",
            Self::Gif => "GIF",
            Self::Bmp => "BMP",
            Self::Tiff => "TIFF",
            Self::Avif => "AVIF",
            Self::Heif => "HEIC",
            Self::JpegXl => "JPEG XL",
            Self::CameraRaw => "a camera's RAW file",
            Self::Icon => "a Windows icon",
            Self::Svg => "an SVG drawing",
            Self::Pdf => "a PDF document",
            Self::Psd => "a Photoshop document",
            Self::Jpeg2000 => "a JPEG 2000 picture",
            Self::Video => "a video",
            Self::Zip => "a ZIP archive",
        }
    }

    /// Who can read it.
    pub fn reader(self) -> Reader {
        match self {
            Self::Jpeg | Self::Png | Self::WebP | Self::Gif | Self::Bmp | Self::Tiff => Reader::Here,
            Self::Avif | Self::Heif | Self::JpegXl | Self::CameraRaw | Self::Icon => Reader::Browser,
            Self::Svg | Self::Pdf | Self::Psd | Self::Jpeg2000 | Self::Video | Self::Zip => Reader::Nobody,
        }
    }

    /// What to do about a file that cannot be read here, as the end of a sentence.
    pub(super) fn remedy(self) -> &'static str {
        match self {
            Self::Heif => {
                "open this page in Safari, which can, or export the photo as JPEG (on an iPhone: Settings, Camera, Formats, Most Compatible)"
            }
            Self::Avif => {
                "open this page in a current Chrome, Firefox or Safari, or export the photo as JPEG"
            }
            Self::JpegXl => "open this page in Safari, which can, or export the photo as JPEG",
            Self::CameraRaw => "export it as JPEG or TIFF with the camera's program",
            Self::Icon => "export the picture as PNG",
            Self::Svg => "export it as PNG at the size that you need",
            Self::Pdf => "export the page as JPEG or PNG, or take the photo out of it",
            Self::Psd | Self::Jpeg2000 => "export it as JPEG, PNG or TIFF",
            Self::Video => "take a still picture from it and choose that",
            Self::Zip => "unpack it and choose the photos inside",
            Self::Jpeg | Self::Png | Self::WebP | Self::Gif | Self::Bmp | Self::Tiff => {
                "export it again as JPEG or PNG"
            }
        }
    }
}

/// The format of a file, from its bytes; none where they are of no format that is known here.
pub fn sniff(bytes: &[u8]) -> Option<Format> {
    let starts = |magic: &[u8]| bytes.starts_with(magic);
    let at = |offset: usize, magic: &[u8]| bytes.get(offset..).is_some_and(|rest| rest.starts_with(magic));
    if starts(b"\xff\xd8\xff") {
        Some(Format::Jpeg)
    } else if starts(b"\x89PNG\r\n\x1a\n") {
        Some(Format::Png)
    } else if starts(b"RIFF") && at(8, b"WEBP") {
        Some(Format::WebP)
    } else if starts(b"RIFF") && at(8, b"AVI ") || starts(b"\x1a\x45\xdf\xa3") {
        Some(Format::Video)
    } else if starts(b"GIF87a") || starts(b"GIF89a") {
        Some(Format::Gif)
    } else if starts(b"\xff\x0a") || starts(b"\0\0\0\x0cJXL \r\n\x87\n") {
        Some(Format::JpegXl)
    } else if starts(b"\0\0\0\x0cjP  \r\n\x87\n") || starts(b"\xff\x4f\xff\x51") {
        Some(Format::Jpeg2000)
    } else if at(4, b"ftyp") {
        sniff_boxes(bytes)
    } else if ["FUJIFILMCCD-RAW", "IIRO", "IIRS", "MMOR", "IIU\0", "FOVb", "\0MRM"]
        .iter()
        .any(|magic| starts(magic.as_bytes()))
    {
        Some(Format::CameraRaw)
    } else if starts(b"II*\0") || starts(b"MM\0*") || starts(b"II+\0") || starts(b"MM\0+") {
        Some(if is_camera_raw(bytes) { Format::CameraRaw } else { Format::Tiff })
    } else if starts(b"%PDF-") {
        Some(Format::Pdf)
    } else if starts(b"8BPS") {
        Some(Format::Psd)
    } else if starts(b"PK\x03\x04") {
        Some(Format::Zip)
    } else if starts(b"BM") && at(6, b"\0\0\0\0") {
        // "BM" alone begins many a text; the four reserved bytes are zero in every bitmap.
        Some(Format::Bmp)
    } else if starts(b"\0\0\x01\0") && bytes.get(4..6).is_some_and(|count| count != [0, 0]) {
        Some(Format::Icon)
    } else if is_svg(bytes) {
        Some(Format::Svg)
    } else {
        None
    }
}

/// Whether the beginning reads as text: valid UTF-8 without control characters.
pub(super) fn is_text(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(512)];
    let valid = match str::from_utf8(head) {
        Ok(_) => head.len(),
        // A character cut by the end of the head is no reason to doubt the rest.
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => return false,
    };
    valid > 0 && !head[..valid].iter().any(|&byte| byte < b' ' && !b"\t\n\r\x0c".contains(&byte))
}

/// ISO base media files: the brands say whether it is a still picture, and of which codec.
fn sniff_boxes(bytes: &[u8]) -> Option<Format> {
    let length = bytes.first_chunk::<4>().map_or(0, |size| u32::from_be_bytes(*size) as usize);
    let brands = bytes.get(8..length.clamp(12, 256).min(bytes.len()))?;
    // The major brand, then four bytes of minor version, then the compatible brands. HEIF's generic major
    // brand "mif1" leaves the codec to the compatible ones.
    let mut format = None;
    for brand in brands.chunks_exact(4) {
        let found = match brand {
            b"avif" | b"avis" => Format::Avif,
            b"heic" | b"heix" | b"heim" | b"heis" | b"hevc" | b"hevx" => Format::Heif,
            b"crx " => Format::CameraRaw,
            b"mif1" | b"msf1" => {
                format = format.or(Some(Format::Heif));
                continue;
            }
            _ => continue,
        };
        return Some(found);
    }
    Some(format.unwrap_or(Format::Video))
}

/// DNG, CR2, NEF, ARW and others are TIFF files by their first bytes. Their first directory holds a small
/// preview, which must not be taken for the photo.
fn is_camera_raw(bytes: &[u8]) -> bool {
    const NEW_SUBFILE_TYPE: u16 = 254;
    const MAKE: u16 = 271;
    const SUB_IFDS: u16 = 330;
    const DNG_VERSION: u16 = 50706;
    if bytes.get(8..10) == Some(b"CR") {
        return true;
    }
    let mut reduced = false;
    let mut make = false;
    let mut sub_directories = false;
    for entry in Directory::first(bytes) {
        match entry.tag {
            DNG_VERSION => return true,
            NEW_SUBFILE_TYPE => reduced = entry.value & 1 == 1,
            MAKE => make = true,
            SUB_IFDS => sub_directories = true,
            _ => {}
        }
    }
    make && sub_directories && reduced
}

/// Walks the first directory of a TIFF or BigTIFF file.
pub(super) struct Directory<'a> {
    bytes: &'a [u8],
    big_endian: bool,
    /// Whether counts and offsets have 8 bytes, as in BigTIFF.
    wide: bool,
    next: usize,
    left: u64,
}

/// One entry of a TIFF directory.
pub(super) struct Entry {
    pub(super) tag: u16,
    /// The first value, where it is a SHORT or a LONG that is stored in the entry itself.
    pub(super) value: u32,
    /// How many values it has.
    pub(super) count: u64,
    /// Where the value's bytes lie in the file, if they are in the entry itself.
    pub(super) value_at: usize,
    /// Where all of its values lie, here or elsewhere; none where that is not inside the file.
    pub(super) data: Option<Range<usize>>,
}

impl<'a> Directory<'a> {
    /// The first directory; empty where the file has none that can be read.
    pub(super) fn first(bytes: &'a [u8]) -> Self {
        let big_endian = bytes.starts_with(b"MM");
        let wide = bytes.starts_with(b"II+\0") || bytes.starts_with(b"MM\0+");
        let mut directory = Self { bytes, big_endian, wide, next: 0, left: 0 };
        if let Some(offset) = directory.offset_at(if wide { 8 } else { 4 })
            && let Some(count) =
                if wide { directory.number_at(offset, 8) } else { directory.number_at(offset, 2) }
        {
            directory.next = offset.saturating_add(if wide { 8 } else { 2 });
            directory.left = count;
        }
        directory
    }

    pub(super) fn is_big_endian(&self) -> bool {
        self.big_endian
    }

    /// An unsigned number of 2, 4 or 8 bytes.
    fn number_at(&self, offset: usize, bytes: usize) -> Option<u64> {
        let digits = self.bytes.get(offset..offset.checked_add(bytes)?)?;
        let shift = |number: u64, &digit: &u8| number << 8 | u64::from(digit);
        Some(if self.big_endian { digits.iter().fold(0, shift) } else { digits.iter().rev().fold(0, shift) })
    }

    fn offset_at(&self, at: usize) -> Option<usize> {
        usize::try_from(self.number_at(at, if self.wide { 8 } else { 4 })?).ok()
    }

    /// The place of an entry's values: in the entry where they fit, else where it points.
    fn data(&self, kind: u64, count: u64, value_at: usize) -> Option<Range<usize>> {
        let size: u64 = match kind {
            3 | 8 => 2,
            4 | 9 | 11 | 13 => 4,
            5 | 10 | 12 | 16..=18 => 8,
            _ => 1,
        };
        let length = usize::try_from(size.checked_mul(count)?).ok()?;
        let inside = length <= if self.wide { 8 } else { 4 };
        let start = if inside { value_at } else { self.offset_at(value_at)? };
        let end = start.checked_add(length)?;
        (end <= self.bytes.len()).then_some(start..end)
    }
}

impl Iterator for Directory<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        const SHORT: u64 = 3;
        self.left = self.left.checked_sub(1)?;
        let at = self.next;
        self.next = at.checked_add(if self.wide { 20 } else { 12 })?;
        let tag = self.number_at(at, 2)? as u16;
        let kind = self.number_at(at + 2, 2)?;
        let count = self.number_at(at + 4, if self.wide { 8 } else { 4 })?;
        let value_at = at + if self.wide { 12 } else { 8 };
        let value = self.number_at(value_at, if kind == SHORT { 2 } else { 4 })? as u32;
        Some(Entry { tag, value, count, value_at, data: self.data(kind, count, value_at) })
    }
}

/// An SVG file is text; its root element may follow a byte order mark, a declaration and comments.
fn is_svg(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(1024)];
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    text.starts_with(b"<svg")
        || (text.starts_with(b"<?xml") || text.starts_with(b"<!"))
            && text.windows(4).any(|window| window == b"<svg")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_decide() {
        let rows: [(&[u8], Option<Format>); 27] = [
            (b"\xff\xd8\xff\xe0\0\x10JFIF", Some(Format::Jpeg)),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Some(Format::Png)),
            (b"RIFF\x10\0\0\0WEBPVP8L", Some(Format::WebP)),
            (b"RIFF\x10\0\0\0AVI LIST", Some(Format::Video)),
            (b"RIFF\x10\0\0\0WAVEfmt ", None),
            (b"GIF89a\x01\0\x01\0", Some(Format::Gif)),
            (b"GIF88a\x01\0\x01\0", None),
            (b"BM\x3a\0\0\0\0\0\0\0\x36\0\0\0", Some(Format::Bmp)),
            (b"BMW cars for sale, cheap", None),
            (b"II*\0\x08\0\0\0\0\0", Some(Format::Tiff)),
            (b"MM\0*\0\0\0\x08\0\0", Some(Format::Tiff)),
            (b"II*\0\x10\0\0\0CR\x02\0", Some(Format::CameraRaw)),
            (b"IIRO\x08\0\0\0", Some(Format::CameraRaw)),
            (b"\0\0\0\x18ftypcrx \0\0\0\x01crx isom", Some(Format::CameraRaw)),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Some(Format::Heif)),
            (b"\0\0\0\x18ftypmif1\0\0\0\0mif1miaf", Some(Format::Heif)),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", Some(Format::Avif)),
            (b"\0\0\0\x18ftypavif\0\0\0\0mif1avif", Some(Format::Avif)),
            (b"\0\0\0\x18ftypisom\0\0\x02\0isommp41", Some(Format::Video)),
            (b"\xff\x0a\xfa\x7f", Some(Format::JpegXl)),
            (b"%PDF-1.7", Some(Format::Pdf)),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", Some(Format::Svg)),
            (b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a --><svg/>", Some(Format::Svg)),
            (b"<!DOCTYPE html><html></html>", None),
            (b"PK\x03\x04\x14\0", Some(Format::Zip)),
            (b"", None),
            (b"\xff\xd8", None),
        ];
        for (bytes, format) in rows {
            assert_eq!(sniff(bytes), format, "{}", bytes.escape_ascii());
        }
    }

    #[test]
    fn a_dng_is_a_raw_file_and_not_its_thumbnail() {
        let mut file = b"II*\0\x08\0\0\0\x01\0".to_vec();
        file.extend([0x12, 0xc6, 1, 0, 4, 0, 0, 0, 1, 4, 0, 0, 0, 0, 0, 0]);
        assert_eq!(sniff(&file), Some(Format::CameraRaw));
    }

    #[test]
    fn a_directory_knows_which_values_lie_outside_its_file() {
        // Width 7 as a SHORT, then 300 bytes of a profile that are not there.
        let small: [&[u8]; 4] = [
            b"MM\0*\0\0\0\x08\0\x02",
            b"\x01\0\0\x03\0\0\0\x01\0\x07\0\0",
            b"\x87\x73\0\x07\0\0\x01\x2c\0\0\0\x26",
            b"\0\0\0\0",
        ];
        let wide: [&[u8]; 4] = [
            b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0",
            b"\0\x01\x03\0\x01\0\0\0\0\0\0\0\x07\0\0\0\0\0\0\0",
            b"\x73\x87\x07\0\x2c\x01\0\0\0\0\0\0\x48\0\0\0\0\0\0\0",
            b"\0\0\0\0\0\0\0\0",
        ];
        for mut file in [small.concat(), wide.concat()] {
            let end = file.len();
            let read = |file: &[u8]| Directory::first(file).map(|entry| entry.data).collect::<Vec<_>>();
            let width = Directory::first(&file).next().map(|entry| (entry.tag, entry.value));
            assert_eq!(width, Some((256, 7)));
            assert!(matches!(&read(&file)[..], [Some(_), None]));
            file.resize(end + 300, 0);
            assert_eq!(read(&file)[1], Some(end..end + 300));
            file.pop();
            assert_eq!(read(&file)[1], None);
        }
    }

    #[test]
    fn text_is_told_from_noise() {
        assert!(is_text(b"<html><body>404 Not Found</body></html>"));
        assert!(is_text("Größe".as_bytes()));
        assert!(!is_text(b"\0\0\0\0"));
        assert!(!is_text(b"\xff\xd8\xff"));
        assert!(!is_text(b""));
    }
}
