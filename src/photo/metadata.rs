//! What a file tells besides its pixels: read without decoding it, to show a seller what does not leave with the
//! export; and the one thing that may have to stay, IPTC's digital source type.
//!
//! What is found is named, never quoted: a list of what was dropped must not itself carry a position or a name.
//! Files are hostile here. Nothing is read twice, no length is believed beyond the file's end, and what is cut off or
//! makes no sense is passed over. The readers are our own because those of the usual libraries copy whole TIFFs, or
//! stop at the first fault.

use std::fmt;
use std::io::Cursor;

use serde::{Deserialize, Serialize};

use super::riff::chunks;
use super::{Format, profile, sniff};

/// More of a file's XMP packets than this, together, is not looked into.
const XMP_BYTES: usize = 4 << 20;

/// More elements of an XMP packet than this are refused.
const XMP_NODES: u32 = 100_000;

/// An XMP packet that declares more namespaces, or has an element of more attributes, is not looked into: the parser
/// compares each with all the others.
const XMP_NAMES: usize = 256;

/// More entries of a directory than this are not read; the longest of real cameras has some 100.
const DIRECTORY_ENTRIES: usize = 4096;

const XMP_IN_JPEG: &[u8] = b"http://ns.adobe.com/xap/1.0/\0";
const MORE_XMP_IN_JPEG: &[u8] = b"http://ns.adobe.com/xmp/extension/\0";
const XMP_IN_PNG: &[u8] = b"XML:com.adobe.xmp";
const IPTC_EXTENSION: &str = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/";
const RDF: &str = "http://www.w3.org/1999/02/22-rdf-syntax-ns#";

/// The vocabulary that digital source types come from.
const VOCABULARY: &str = "cv.iptc.org/newscodes/digitalsourcetype/";

/// How a picture came to be, by IPTC's vocabulary: `digitalCapture`, `trainedAlgorithmicMedia`,
/// `compositeWithTrainedAlgorithmicMedia`, …
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct DigitalSourceType(String);

impl DigitalSourceType {
    /// A term, bare or with the vocabulary's address before it. Terms are 1 to 64 letters and digits, so that nothing
    /// else can travel in their place; a term newer than this build is one too.
    #[must_use]
    pub fn new(term: &str) -> Option<Self> {
        let term = term.trim();
        let bare = term.trim_start_matches("https://").trim_start_matches("http://");
        let bare = bare.strip_prefix(VOCABULARY).unwrap_or(term);
        let fits = (1..=64).contains(&bare.len()) && bare.bytes().all(|byte| byte.is_ascii_alphanumeric());
        fits.then(|| Self(bare.to_owned()))
    }

    /// The term without the vocabulary's address.
    #[must_use]
    pub fn term(&self) -> &str {
        &self.0
    }

    /// The smallest XMP packet that says it.
    fn packet(&self) -> String {
        format!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?><x:xmpmeta xmlns:x=\"adobe:ns:meta/\"><rdf:RDF xmlns:rdf=\"{RDF}\"><rdf:Description rdf:about=\"\" xmlns:Iptc4xmpExt=\"{IPTC_EXTENSION}\" Iptc4xmpExt:DigitalSourceType=\"http://{VOCABULARY}{}\"/></rdf:RDF></x:xmpmeta><?xpacket end=\"r\"?>",
            self.0
        )
    }
}

impl TryFrom<String> for DigitalSourceType {
    type Error = String;

    fn try_from(term: String) -> Result<Self, String> {
        Self::new(&term).ok_or_else(|| {
            "a digital source type is a term of IPTC's vocabulary, 1 to 64 letters and digits, such as digitalCapture"
                .to_owned()
        })
    }
}

impl From<DigitalSourceType> for String {
    fn from(value: DigitalSourceType) -> Self {
        value.0
    }
}

impl fmt::Display for DigitalSourceType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A kind of metadata, by what it gives away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MetadataKind {
    /// Where the photo was taken.
    Position,
    /// A number of the camera or lens that is its own.
    SerialNumber,
    /// A person's name or address.
    Person,
    /// A small copy of the photo, perhaps from before it was cropped.
    Thumbnail,
    /// What was done to the file, and what it was called.
    History,
    /// When the photo was taken or changed.
    Date,
    /// The make and model, and how the photo was taken.
    Camera,
    /// A maker's own block, with what nobody knows.
    MakerNote,
    /// The program that wrote the file.
    Software,
    /// Texts: titles, captions, keywords, comments.
    Text,
    /// IPTC's block of the press.
    Iptc,
    /// An XMP packet.
    Xmp,
    /// Signed statements on how the picture came to be (C2PA).
    ContentCredentials,
    /// A colour profile.
    ColorProfile,
    /// How the picture came to be, in IPTC's words.
    DigitalSourceType,
    /// Further pictures in the file.
    FurtherPictures,
}

/// A thing that was found in a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Found {
    /// What it gives away.
    pub kind: MetadataKind,
    /// What it is and where, such as `position (EXIF GPS)`.
    pub what: String,
}

/// What a file says of its colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ColorSpace {
    /// Nothing, which is taken as sRGB.
    #[default]
    Untagged,
    /// sRGB, by profile or name.
    Srgb,
    /// Another space, or a profile that cannot be read.
    Other,
    /// Inks.
    Cmyk,
}

/// What a file tells besides its pixels.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// All that was found, each thing once, in order of what it gives away.
    pub found: Vec<Found>,
    /// How the picture came to be, where the file says so.
    pub digital_source_type: Option<DigitalSourceType>,
    /// What it says of its colours.
    pub color_space: ColorSpace,
    /// Whether it moves.
    pub is_animated: bool,
    /// The focal length as on film of 36 × 24 mm, in millimetres, where the camera wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub film_focal: Option<u16>,
}

impl Metadata {
    /// Reads what a file tells. A file of an unknown format tells nothing.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let mut reader = Reader::default();
        match sniff(bytes) {
            Some(Format::Jpeg) => reader.jpeg(bytes),
            Some(Format::Png) => reader.png(bytes),
            Some(Format::WebP) => reader.webp(bytes),
            Some(Format::Tiff) => reader.directories(bytes, true),
            Some(Format::Gif) => reader.gif(bytes),
            _ => {}
        }
        if !reader.icc.is_empty() {
            reader.metadata.color_space = match profile::space_of(&reader.icc) {
                Some(profile::Space::Srgb) => ColorSpace::Srgb,
                Some(profile::Space::Cmyk) => ColorSpace::Cmyk,
                _ => ColorSpace::Other,
            };
        }
        let mut metadata = reader.metadata;
        metadata.found.sort();
        metadata.found.dedup();
        metadata
    }

    /// Whether anything of a kind was found.
    #[must_use]
    pub fn has(&self, kind: MetadataKind) -> bool {
        self.found.iter().any(|found| found.kind == kind)
    }
}

#[derive(Default)]
struct Reader {
    metadata: Metadata,
    /// The ICC profile, put together.
    icc: Vec<u8>,
    /// Bytes of XMP that were looked into.
    xmp_bytes: usize,
}

impl Reader {
    fn found(&mut self, kind: MetadataKind, what: impl Into<String>) {
        // A file may repeat itself a million times.
        if self.metadata.found.len() < 512 {
            self.metadata.found.push(Found { kind, what: what.into() });
        }
    }

    fn jpeg(&mut self, bytes: &[u8]) {
        let mut at = 2;
        while let Some(&[0xff, marker]) = bytes.get(at..at + 2) {
            match marker {
                // Fill bytes, and markers without a body.
                0xff => {
                    at += 1;
                    continue;
                }
                0x01 | 0xd0..=0xd8 => {
                    at += 2;
                    continue;
                }
                // The pixels, or the end.
                0xd9 | 0xda => break,
                _ => {}
            }
            let Some(&[high, low]) = bytes.get(at + 2..at + 4) else { break };
            let length = usize::from(u16::from_be_bytes([high, low]));
            let Some(body) = bytes.get(at + 4..at + 2 + length.max(2)) else { break };
            self.jpeg_segment(marker, body);
            at += 2 + length.max(2);
        }
    }

    fn jpeg_segment(&mut self, marker: u8, body: &[u8]) {
        match marker {
            // A frame of four components.
            0xc0..=0xcf if !matches!(marker, 0xc4 | 0xc8 | 0xcc) && body.get(5) == Some(&4) => {
                self.metadata.color_space = ColorSpace::Cmyk;
            }
            0xe1 => {
                if let Some(exif) = body.strip_prefix(b"Exif\0\0") {
                    self.directories(exif, false);
                } else if let Some(packet) = body.strip_prefix(XMP_IN_JPEG) {
                    self.xmp(packet);
                } else if body.starts_with(MORE_XMP_IN_JPEG) {
                    self.found(MetadataKind::Xmp, "more XMP than fits in one packet");
                }
            }
            0xe2 => {
                if let Some(rest) = body.strip_prefix(b"ICC_PROFILE\0") {
                    self.profile();
                    self.icc.extend(rest.get(2..).unwrap_or_default());
                } else if body.starts_with(b"MPF\0") {
                    self.found(MetadataKind::FurtherPictures, "further pictures (MPF)");
                }
            }
            0xeb if body.starts_with(b"JP") => {
                self.found(MetadataKind::ContentCredentials, "content credentials (C2PA)");
            }
            0xed => {
                if let Some(resources) = body.strip_prefix(b"Photoshop 3.0\0") {
                    self.photoshop(resources);
                }
            }
            0xfe => self.found(MetadataKind::Text, "comment"),
            _ => {}
        }
    }

    fn profile(&mut self) {
        self.found(MetadataKind::ColorProfile, "colour profile");
    }

    fn photoshop(&mut self, mut resources: &[u8]) {
        while let Some(rest) = resources.strip_prefix(b"8BIM") {
            let Some((&[high, low], rest)) = rest.split_first_chunk::<2>() else { return };
            // A name of at least one byte, to an even length.
            let name = rest.first().map_or(0, |&length| usize::from(length) + 1).next_multiple_of(2);
            let Some((size, rest)) = rest.get(name..).and_then(<[u8]>::split_first_chunk::<4>) else {
                return;
            };
            match u16::from_be_bytes([high, low]) {
                0x0404 => self.found(MetadataKind::Iptc, "captions and names of the press (IPTC)"),
                0x0409 | 0x040c => self.found(MetadataKind::Thumbnail, "thumbnail (Photoshop)"),
                0x0422 | 0x0423 => self.found(MetadataKind::Camera, "EXIF (in Photoshop's block)"),
                0x0424 => self.found(MetadataKind::Xmp, "XMP (in Photoshop's block)"),
                _ => {}
            }
            let size = u32::from_be_bytes(*size) as usize;
            let Some(rest) = size.checked_next_multiple_of(2).and_then(|size| rest.get(size..)) else {
                return;
            };
            resources = rest;
        }
    }

    fn png(&mut self, bytes: &[u8]) {
        let mut at = 8_usize;
        while let Some((length, rest)) = bytes.get(at..).and_then(<[u8]>::split_first_chunk::<4>) {
            let length = u32::from_be_bytes(*length) as usize;
            let Some((kind, rest)) = rest.split_first_chunk::<4>() else { break };
            let Some(body) = rest.get(..length) else { break };
            match kind {
                b"eXIf" => self.directories(body.strip_prefix(b"Exif\0\0").unwrap_or(body), false),
                // The first counts, here as in the decoder, which reads the file up to its pixels again.
                b"iCCP" if self.icc.is_empty() => {
                    self.profile();
                    let info = png::Decoder::new(Cursor::new(bytes)).read_info();
                    let unreadable = || vec![0];
                    self.icc = info
                        .ok()
                        .and_then(|reader| reader.info().icc_profile.as_ref().map(|icc| icc.to_vec()))
                        .unwrap_or_else(unreadable);
                }
                b"sRGB" => self.metadata.color_space = ColorSpace::Srgb,
                b"cICP" => {
                    let is_srgb = body.first_chunk::<2>() == Some(&[1, 13]);
                    self.metadata.color_space = if is_srgb { ColorSpace::Srgb } else { ColorSpace::Other };
                }
                b"tIME" => self.found(MetadataKind::Date, "date of the last change (PNG)"),
                b"caBX" => self.found(MetadataKind::ContentCredentials, "content credentials (C2PA)"),
                b"acTL" => self.metadata.is_animated = true,
                b"tEXt" | b"zTXt" | b"iTXt" => self.png_text(kind == b"iTXt", body),
                b"IEND" => break,
                _ => {}
            }
            at += 12 + length;
        }
    }

    fn png_text(&mut self, is_international: bool, body: &[u8]) {
        let mut parts = body.splitn(2, |&byte| byte == 0);
        let (keyword, rest) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
        if keyword == XMP_IN_PNG && is_international {
            // Whether it is compressed, how; language and translated keyword, each ended by 0.
            match rest.split_first_chunk::<2>() {
                Some((&[0, _], rest)) => match rest.splitn(3, |&byte| byte == 0).nth(2) {
                    Some(packet) => self.xmp(packet),
                    None => self.found(MetadataKind::Xmp, "XMP"),
                },
                _ => self.found(MetadataKind::Xmp, "XMP (compressed)"),
            }
            return;
        }
        let keyword: String = keyword.iter().take(79).map(|&byte| char::from(byte)).collect();
        match &*keyword {
            "Author" => self.found(MetadataKind::Person, "author (PNG text)"),
            "Software" => self.found(MetadataKind::Software, "program (PNG text)"),
            "Creation Time" => self.found(MetadataKind::Date, "date (PNG text)"),
            profile if profile.starts_with("Raw profile type") => {
                self.found(MetadataKind::Camera, "EXIF or IPTC (PNG text)");
            }
            _ => self.found(MetadataKind::Text, "text (PNG)"),
        }
    }

    fn webp(&mut self, bytes: &[u8]) {
        for (kind, body) in chunks(bytes.get(12..).unwrap_or_default()) {
            match kind {
                b"EXIF" => self.directories(body.strip_prefix(b"Exif\0\0").unwrap_or(body), false),
                b"XMP " => self.xmp(body),
                b"ICCP" => {
                    self.profile();
                    self.icc = body.to_vec();
                }
                b"ANIM" => self.metadata.is_animated = true,
                b"C2PA" => self.found(MetadataKind::ContentCredentials, "content credentials (C2PA)"),
                _ => {}
            }
        }
    }

    fn gif(&mut self, bytes: &[u8]) {
        let table = |flags: u8| if flags & 0x80 != 0 { 3 << ((flags & 7) + 1) } else { 0 };
        let Some(&flags) = bytes.get(10) else { return };
        let mut at = 13 + table(flags);
        let mut frames = 0;
        // The end of a run of blocks, each led by its length, the last of none.
        let blocks = |mut at: usize| loop {
            match bytes.get(at) {
                Some(0) => return Some(at + 1),
                Some(&length) => at += 1 + usize::from(length),
                None => return None,
            }
        };
        while let Some(&kind) = bytes.get(at) {
            let data = match (kind, bytes.get(at + 1)) {
                (0x21, Some(0xfe)) => {
                    self.found(MetadataKind::Text, "comment");
                    at + 2
                }
                (0x21, Some(0xff)) => {
                    if bytes.get(at + 3..).is_some_and(|rest| rest.starts_with(b"XMP DataXMP")) {
                        self.found(MetadataKind::Xmp, "XMP");
                    }
                    at + 2
                }
                (0x21, _) => at + 2,
                (0x2c, _) => {
                    frames += 1;
                    self.metadata.is_animated |= frames > 1;
                    let Some(&flags) = bytes.get(at + 9) else { return };
                    at + 11 + table(flags)
                }
                _ => return,
            };
            let Some(next) = blocks(data) else { return };
            at = next;
        }
    }

    /// A TIFF's directories, as an EXIF block or as a file of their own.
    fn directories(&mut self, tiff: &[u8], is_file: bool) {
        let Some(tiff) = Tiff::of(tiff) else { return };
        let Some(first) = tiff.first() else { return };
        let (mut more, mut position) = (Vec::new(), false);
        let next = tiff.directory(first, |tag, value| {
            match tag {
                0x8769 => more.extend(tiff.number(value)),
                0x8825 => position = true,
                0x010e | 0x9c9b | 0x9c9c | 0x9c9e | 0x9c9f => {
                    self.found(MetadataKind::Text, "title, comment or keywords (EXIF)");
                }
                0x010f | 0x0110 => self.found(MetadataKind::Camera, "make and model (EXIF)"),
                0x0131 => self.found(MetadataKind::Software, "program (EXIF)"),
                0x0132 => self.found(MetadataKind::Date, "date (EXIF)"),
                0x013b | 0x8298 | 0x9c9d => self.found(MetadataKind::Person, "artist or copyright (EXIF)"),
                0x02bc if is_file => match tiff.bytes(value) {
                    Some(packet) => self.xmp(packet),
                    None => self.found(MetadataKind::Xmp, "XMP"),
                },
                0x83bb => self.found(MetadataKind::Iptc, "captions and names of the press (IPTC)"),
                0x8649 => self.found(MetadataKind::History, "Photoshop's own block"),
                0x8773 if self.icc.is_empty() => {
                    self.profile();
                    self.icc = tiff.bytes(value).map_or_else(|| vec![0], <[u8]>::to_vec);
                }
                // Photometric interpretation: separated inks.
                0x0106 if is_file && tiff.number(value) == Some(5) => {
                    self.metadata.color_space = ColorSpace::Cmyk;
                }
                _ => {}
            }
        });
        if position {
            self.found(MetadataKind::Position, "position (EXIF GPS)");
        }
        for offset in more.into_iter().take(1) {
            tiff.directory(offset, |tag, value| match tag {
                0x829a | 0x829d | 0x8827 | 0x920a => {
                    self.found(MetadataKind::Camera, "exposure (EXIF)");
                }
                0x9003 | 0x9004 => self.found(MetadataKind::Date, "date (EXIF)"),
                0x927c => self.found(MetadataKind::MakerNote, "the maker's own block (EXIF)"),
                0x9286 => self.found(MetadataKind::Text, "comment (EXIF)"),
                // Zero is written for unknown.
                0xa405 => {
                    let length = tiff.number(value).and_then(|length| u16::try_from(length).ok());
                    self.metadata.film_focal = length.filter(|&length| length > 0);
                }
                0xa420 => self.found(MetadataKind::SerialNumber, "number of the picture (EXIF)"),
                0xa430 => self.found(MetadataKind::Person, "the camera's owner (EXIF)"),
                0xa431 => self.found(MetadataKind::SerialNumber, "serial number of the camera (EXIF)"),
                0xa435 => self.found(MetadataKind::SerialNumber, "serial number of the lens (EXIF)"),
                _ => {}
            });
        }
        if let Some(second) = next {
            let mut thumbnail = false;
            tiff.directory(second, |tag, _| thumbnail |= matches!(tag, 0x0201 | 0x0111));
            match (thumbnail, is_file) {
                (true, false) => self.found(MetadataKind::Thumbnail, "thumbnail (EXIF)"),
                (true, true) => self.found(MetadataKind::FurtherPictures, "further pages (TIFF)"),
                _ => {}
            }
        }
    }

    fn xmp(&mut self, packet: &[u8]) {
        self.found(MetadataKind::Xmp, "XMP");
        self.xmp_bytes = self.xmp_bytes.saturating_add(packet.len());
        if self.xmp_bytes > XMP_BYTES {
            return;
        }
        let Ok(text) = std::str::from_utf8(packet) else { return };
        // Padded with blanks, and in some files with zeros.
        let text = text.trim_matches(|c: char| c == '\0' || c == '\u{feff}' || c.is_whitespace());
        // No tag holds another's first character, and no attribute is without its sign.
        let attributes = |tag: &str| tag.bytes().filter(|&byte| byte == b'=').count();
        if text.matches("xmlns").count() > XMP_NAMES || text.split('<').any(|tag| attributes(tag) > XMP_NAMES)
        {
            return;
        }
        let options =
            roxmltree::ParsingOptions { allow_dtd: false, nodes_limit: XMP_NODES, ..Default::default() };
        let Ok(document) = roxmltree::Document::parse_with_options(text, options) else { return };
        // Properties stand at the descriptions under the root alone: what is deeper tells of other pictures.
        let descriptions = document
            .descendants()
            .filter(|node| node.has_tag_name((RDF, "RDF")))
            .flat_map(|root| root.children())
            .filter(|node| node.has_tag_name((RDF, "Description")));
        for description in descriptions {
            for attribute in description.attributes() {
                self.property(attribute.namespace(), attribute.name(), Some(attribute.value()));
            }
            for property in description.children().filter(roxmltree::Node::is_element) {
                let value = property.attribute((RDF, "resource")).or_else(|| property.text());
                let name = property.tag_name();
                self.property(name.namespace(), name.name(), value);
            }
        }
    }

    fn property(&mut self, namespace: Option<&str>, name: &str, value: Option<&str>) {
        let kind = match (namespace.unwrap_or_default(), name) {
            (IPTC_EXTENSION, "DigitalSourceType") => {
                if let Some(source) = value.and_then(DigitalSourceType::new) {
                    self.metadata.digital_source_type = Some(source);
                }
                (MetadataKind::DigitalSourceType, "digital source type")
            }
            (_, name) if name.starts_with("GPS") => (MetadataKind::Position, "position (XMP)"),
            (_, "SerialNumber" | "LensSerialNumber" | "BodySerialNumber") => {
                (MetadataKind::SerialNumber, "serial number (XMP)")
            }
            (
                _,
                "OwnerName" | "CameraOwnerName" | "creator" | "CreatorContactInfo" | "rights"
                | "PersonInImage",
            ) => (MetadataKind::Person, "names (XMP)"),
            (_, "Thumbnails") => (MetadataKind::Thumbnail, "thumbnail (XMP)"),
            (
                _,
                "History" | "DerivedFrom" | "Ingredients" | "DocumentID" | "OriginalDocumentID"
                | "InstanceID" | "DocumentAncestors",
            ) => (MetadataKind::History, "history of the file (XMP)"),
            (_, "CreatorTool") => (MetadataKind::Software, "program (XMP)"),
            (_, "LocationCreated" | "LocationShown" | "City" | "Location" | "Country") => {
                (MetadataKind::Position, "place (XMP)")
            }
            (_, "title" | "description" | "subject" | "Headline") => {
                (MetadataKind::Text, "title or keywords (XMP)")
            }
            _ => return,
        };
        self.found(kind.0, kind.1);
    }
}

/// A TIFF's structure, in either byte order.
struct Tiff<'a> {
    bytes: &'a [u8],
    is_little: bool,
}

/// An entry of a directory: its type, how many values, and where the four bytes are that hold them or their offset.
type Entry = (u16, u32, usize);

impl<'a> Tiff<'a> {
    fn of(bytes: &'a [u8]) -> Option<Self> {
        let is_little = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            // A file of 64-bit offsets is read for its pixels only.
            _ => return None,
        };
        Some(Self { bytes, is_little })
    }

    fn short(&self, at: usize) -> Option<u16> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u16::from_le_bytes(bytes) } else { u16::from_be_bytes(bytes) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let bytes = *self.bytes.get(at..)?.first_chunk()?;
        Some(if self.is_little { u32::from_le_bytes(bytes) } else { u32::from_be_bytes(bytes) })
    }

    fn first(&self) -> Option<usize> {
        Some(self.long(4)? as usize)
    }

    /// Visits the entries of a directory, as far as they lie in the file, and gives where the next one is.
    fn directory(&self, at: usize, mut visit: impl FnMut(u16, Entry)) -> Option<usize> {
        let count = usize::from(self.short(at)?);
        for entry in 0..count.min(DIRECTORY_ENTRIES) {
            let at = at + 2 + entry * 12;
            visit(self.short(at)?, (self.short(at + 2)?, self.long(at + 4)?, at + 8));
        }
        let next = self.long(at + 2 + count * 12)? as usize;
        (next != 0 && next != at).then_some(next)
    }

    /// A single number of 16 or 32 bits.
    fn number(&self, (kind, _, at): Entry) -> Option<usize> {
        match kind {
            3 => self.short(at).map(usize::from),
            4 | 13 => self.long(at).map(|value| value as usize),
            _ => None,
        }
    }

    /// The bytes of an entry of bytes.
    fn bytes(&self, (kind, count, at): Entry) -> Option<&'a [u8]> {
        let count = count as usize;
        if !matches!(kind, 1 | 2 | 7) || count <= 4 {
            return None;
        }
        self.bytes.get(self.long(at)? as usize..)?.get(..count)
    }
}

/// Puts a digital source type into a JPEG, PNG or WebP that has no metadata, as the smallest XMP packet. A file of
/// another format, or one whose structure is not that of our own, comes back as it was.
#[must_use]
pub fn with_digital_source_type(file: Vec<u8>, source: &DigitalSourceType) -> Vec<u8> {
    let packet = source.packet();
    let made = match sniff(&file) {
        Some(Format::Jpeg) => in_jpeg(&file, packet.as_bytes()),
        Some(Format::Png) => in_png(&file, packet.as_bytes()),
        Some(Format::WebP) => in_webp(&file, packet.as_bytes()),
        _ => None,
    };
    made.unwrap_or(file)
}

fn in_jpeg(file: &[u8], packet: &[u8]) -> Option<Vec<u8>> {
    // After the header that must stand first, where there is one.
    let mut at = 2;
    if let Some(&[0xff, 0xe0, high, low]) = file.get(2..6) {
        at += 2 + usize::from(u16::from_be_bytes([high, low]));
    }
    let length = u16::try_from(2 + XMP_IN_JPEG.len() + packet.len()).ok()?;
    let (before, after) = (file.get(..at)?, file.get(at..)?);
    Some([before, &[0xff, 0xe1], &length.to_be_bytes(), XMP_IN_JPEG, packet, after].concat())
}

fn in_png(file: &[u8], packet: &[u8]) -> Option<Vec<u8>> {
    // After the header chunk, which is always the first and always as long.
    const AT: usize = 8 + 12 + 13;
    let body = [b"iTXt", XMP_IN_PNG, &[0, 0, 0, 0, 0], packet].concat();
    let length = (body.len() - 4) as u32;
    let (before, after) = (file.get(..AT)?, file.get(AT..)?);
    Some([before, &length.to_be_bytes(), &body, &crc(&body).to_be_bytes(), after].concat())
}

/// The checksum of a PNG's chunk (CRC-32), bit by bit: a packet is short.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(
            crc ^ u32::from(byte),
            |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 },
        )
    })
}

fn in_webp(file: &[u8], packet: &[u8]) -> Option<Vec<u8>> {
    // Our own is one lossless chunk: 1 byte of signature, then 14 bits each of width and height less one, and whether
    // alpha is used.
    let chunk = file.get(12..)?;
    let header = chunk.strip_prefix(b"VP8L")?.get(4..9)?;
    let [0x2f, one, two, three, four] = *header else { return None };
    let bits = u32::from_le_bytes([one, two, three, four]);
    let (width, height, has_alpha) = (bits & 0x3fff, bits >> 14 & 0x3fff, bits >> 28 & 1 == 1);
    let mut extended = b"VP8X\x0a\0\0\0".to_vec();
    extended.extend([4 | if has_alpha { 0x10 } else { 0 }, 0, 0, 0]);
    extended.extend(&width.to_le_bytes()[..3]);
    extended.extend(&height.to_le_bytes()[..3]);
    let mut xmp = b"XMP ".to_vec();
    xmp.extend((packet.len() as u32).to_le_bytes());
    xmp.extend(packet);
    xmp.resize(xmp.len().next_multiple_of(2), 0);
    let size = u32::try_from(4 + extended.len() + chunk.len() + xmp.len()).ok()?;
    Some([b"RIFF", &size.to_le_bytes()[..], b"WEBP", &extended, chunk, &xmp].concat())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::photo::{Limits, Output, Rgb, decode, encode};

    fn segment(marker: u8, parts: &[&[u8]]) -> Vec<u8> {
        let body = parts.concat();
        [&[0xff, marker][..], &(body.len() as u16 + 2).to_be_bytes(), &body].concat()
    }

    /// A directory of `(tag, type, count, value)`, little-endian, and where the next one is.
    fn directory(entries: &[(u16, u16, u32, u32)], next: u32) -> Vec<u8> {
        let mut bytes = (entries.len() as u16).to_le_bytes().to_vec();
        for &(tag, kind, count, value) in entries {
            bytes.extend(tag.to_le_bytes());
            bytes.extend(kind.to_le_bytes());
            bytes.extend(count.to_le_bytes());
            bytes.extend(value.to_le_bytes());
        }
        bytes.extend(next.to_le_bytes());
        bytes
    }

    /// An EXIF block as of a phone: camera, date, owner, GPS, serial numbers, maker's note, thumbnail.
    fn exif() -> Vec<u8> {
        let main = [
            (0x010f, 2, 4, 0),
            (0x0132, 2, 20, 0),
            (0x013b, 2, 4, 0),
            (0x8769, 4, 1, 100),
            (0x8825, 4, 1, 200),
        ];
        let detail =
            [(0x829a, 5, 1, 0), (0x927c, 7, 9, 0), (0xa405, 3, 1, 26), (0xa430, 2, 4, 0), (0xa431, 2, 4, 0)];
        let mut tiff = b"II*\0\x08\0\0\0".to_vec();
        tiff.extend(directory(&main, 220));
        tiff.resize(100, 0);
        tiff.extend(directory(&detail, 0));
        tiff.resize(220, 0);
        tiff.extend(directory(&[(0x0201, 4, 1, 300), (0x0202, 4, 1, 10)], 0));
        tiff
    }

    fn xmp(inside: &str) -> String {
        format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='{RDF}' xmlns:e='{IPTC_EXTENSION}' xmlns:mm='http://ns.adobe.com/xap/1.0/mm/' xmlns:exif='http://ns.adobe.com/exif/1.0/'>{inside}</rdf:RDF></x:xmpmeta>"
        )
    }

    fn jpeg(segments: &[Vec<u8>]) -> Vec<u8> {
        let plain =
            encode(8, 8, &[200; 256], Output::Jpeg { quality: 90, background: Rgb([255; 3]) }).unwrap();
        [&plain[..2], &segments.concat(), &plain[2..]].concat()
    }

    fn kinds(file: &[u8]) -> Vec<MetadataKind> {
        let mut kinds: Vec<MetadataKind> =
            Metadata::of(file).found.into_iter().map(|found| found.kind).collect();
        kinds.dedup();
        kinds
    }

    #[test]
    fn the_focal_length_is_read_where_it_is_written() {
        let exif = [&b"Exif\0\0"[..], &exif()].concat();
        assert_eq!(Metadata::of(&jpeg(&[segment(0xe1, &[&exif])])).film_focal, Some(26));
        assert_eq!(Metadata::of(&jpeg(&[])).film_focal, None);
    }

    #[test]
    fn everything_that_a_phone_writes_is_found() {
        use MetadataKind::{
            Camera, ColorProfile, ContentCredentials, Date, FurtherPictures, History, Iptc, MakerNote,
            Person, Position, SerialNumber, Text, Thumbnail, Xmp,
        };
        let exif = exif();
        let rows: &[(&str, Vec<u8>, &[MetadataKind])] = &[
            ("nothing", jpeg(&[]), &[]),
            (
                "EXIF",
                jpeg(&[segment(0xe1, &[b"Exif\0\0", &exif])]),
                &[Position, SerialNumber, Person, Thumbnail, Date, Camera, MakerNote],
            ),
            (
                "XMP",
                jpeg(&[segment(
                    0xe1,
                    &[
                        XMP_IN_JPEG,
                        xmp("<rdf:Description exif:GPSLatitude='1'><mm:History/></rdf:Description>")
                            .as_bytes(),
                    ],
                )]),
                &[Position, History, Xmp],
            ),
            (
                "Photoshop",
                jpeg(&[segment(
                    0xed,
                    &[b"Photoshop 3.0\0", b"8BIM\x04\x04\0\0\0\0\0\x03abc\0", b"8BIM\x04\x0c\0\0\0\0\0\0"],
                )]),
                &[Thumbnail, Iptc],
            ),
            ("comment", jpeg(&[segment(0xfe, &[b"hello"])]), &[Text]),
            ("C2PA", jpeg(&[segment(0xeb, &[b"JP\0\0"])]), &[ContentCredentials]),
            ("MPF", jpeg(&[segment(0xe2, &[b"MPF\0"])]), &[FurtherPictures]),
            ("profile", jpeg(&[segment(0xe2, &[b"ICC_PROFILE\0\x01\x01nonsense"])]), &[ColorProfile]),
        ];
        for (name, file, expected) in rows {
            assert_eq!(&kinds(file), expected, "{name}");
        }
        // As a TIFF of its own the second directory is a page.
        assert!(kinds(&exif).contains(&FurtherPictures));
    }

    #[test]
    fn what_is_found_is_named_and_not_quoted() {
        let text = xmp("<rdf:Description exif:GPSLatitude='48,8.1N'/>");
        let file = jpeg(&[segment(0xe1, &[XMP_IN_JPEG, text.as_bytes()])]);
        let json = serde_json::to_string(&Metadata::of(&file)).unwrap();
        assert!(json.contains("\"position (XMP)\"") && !json.contains("48"), "{json}");
    }

    #[test]
    fn a_digital_source_type_is_found_as_attribute_and_as_element_and_only_of_this_picture() {
        let url = "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia";
        for (inside, expected) in [
            (format!("<rdf:Description e:DigitalSourceType='{url}'/>"), true),
            (format!("<rdf:Description e:DigitalSourceType='{}'/>", url.replace("http", "https")), true),
            (
                format!(
                    "<rdf:Description><e:DigitalSourceType>{url}</e:DigitalSourceType></rdf:Description>"
                ),
                true,
            ),
            (format!("<rdf:Description><e:DigitalSourceType rdf:resource='{url}'/></rdf:Description>"), true),
            // Of an ingredient, of another namespace, and no term at all.
            (
                format!(
                    "<rdf:Description><mm:Ingredients><rdf:Description e:DigitalSourceType='{url}'/></mm:Ingredients></rdf:Description>"
                ),
                false,
            ),
            (format!("<rdf:Description mm:DigitalSourceType='{url}'/>"), false),
            ("<rdf:Description e:DigitalSourceType='&lt;script&gt;'/>".into(), false),
        ] {
            let file = jpeg(&[segment(0xe1, &[XMP_IN_JPEG, xmp(&inside).as_bytes()])]);
            let source = Metadata::of(&file).digital_source_type;
            assert_eq!(
                source.is_some_and(|source| source.term() == "trainedAlgorithmicMedia"),
                expected,
                "{inside}"
            );
        }
    }

    #[test]
    fn a_digital_source_type_travels_alone_in_every_format_that_is_written() {
        let source = DigitalSourceType::new("compositeWithTrainedAlgorithmicMedia").unwrap();
        let pixels: Vec<u8> = (0..7 * 5 * 4).map(|at| if at % 4 == 3 { 90 + at } else { at } as u8).collect();
        let background = Some(Rgb([255; 3]));
        for output in [
            Output::Jpeg { quality: 90, background: Rgb([255; 3]) },
            Output::Png { background: None },
            Output::Png { background },
            Output::WebP { background: None },
            Output::WebP { background },
        ] {
            let plain = encode(7, 5, &pixels, output).unwrap();
            let tagged = with_digital_source_type(plain.clone(), &source);
            let metadata = Metadata::of(&tagged);
            assert_eq!(metadata.digital_source_type.as_ref(), Some(&source), "{output:?}");
            let kinds: Vec<MetadataKind> = metadata.found.iter().map(|found| found.kind).collect();
            assert_eq!(kinds, [MetadataKind::Xmp, MetadataKind::DigitalSourceType]);
            assert_eq!(decode(&tagged, &Limits::PRODUCT), decode(&plain, &Limits::PRODUCT), "{output:?}");
        }
        assert_eq!(with_digital_source_type(b"GIF89a".to_vec(), &source), b"GIF89a");
    }

    #[test]
    fn a_term_is_letters_and_digits() {
        for (term, is_one) in [
            ("digitalCapture", true),
            ("http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture", true),
            ("", false),
            ("a b", false),
            ("http://example.com/digitalCapture", false),
            ("x\"/><evil", false),
        ] {
            assert_eq!(DigitalSourceType::new(term).is_some(), is_one, "{term}");
        }
        assert!(DigitalSourceType::new(&"x".repeat(65)).is_none());
        assert!(
            serde_json::from_str::<DigitalSourceType>("\"a b\"").unwrap_err().to_string().contains("IPTC")
        );
    }

    #[test]
    fn a_file_that_is_cut_or_flipped_anywhere_is_survived() {
        let text = xmp("<rdf:Description exif:GPSLatitude='1' e:DigitalSourceType='digitalCapture'/>");
        let resources = b"8BIM\x04\x04\0\0\0\0\0\x03abc\0";
        let good = jpeg(&[
            segment(0xe1, &[b"Exif\0\0", &exif()]),
            segment(0xe1, &[XMP_IN_JPEG, text.as_bytes()]),
            segment(0xed, &[b"Photoshop 3.0\0", resources]),
            segment(0xe2, &[b"ICC_PROFILE\0\x01\x01nonsense"]),
        ]);
        let source = DigitalSourceType::new("digitalCapture").unwrap();
        let pixels = [7; 64];
        let png = with_digital_source_type(
            encode(4, 4, &pixels, Output::Png { background: None }).unwrap(),
            &source,
        );
        let webp = with_digital_source_type(
            encode(4, 4, &pixels, Output::WebP { background: None }).unwrap(),
            &source,
        );
        let gif = b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff\x21\xfe\x02hi\0\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02L\x01\0;";
        for file in [&good[..], &png, &webp, &exif(), gif] {
            for at in 0..file.len() {
                let _ = Metadata::of(&file[..at]);
                for flip in [0x01, 0x80, 0xff] {
                    let mut broken = file.to_vec();
                    broken[at] ^= flip;
                    let _ = Metadata::of(&broken);
                    let _ = with_digital_source_type(broken, &source);
                }
            }
        }
    }

    #[test]
    fn a_packet_that_would_swell_is_refused() {
        let bomb = format!(
            "<!DOCTYPE x [<!ENTITY a '{}'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>{}",
            "x".repeat(1000),
            xmp("<rdf:Description exif:GPSLatitude='&b;'/>")
        );
        let file = jpeg(&[segment(0xe1, &[XMP_IN_JPEG, bomb.as_bytes()])]);
        assert_eq!(kinds(&file), [MetadataKind::Xmp]);
    }

    #[test]
    fn colour_spaces_and_movement_are_told() {
        let fixture = |name: &str| {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/photos/").to_owned() + name;
            Metadata::of(&std::fs::read(path).unwrap())
        };
        for (name, space) in [
            ("upright.png", ColorSpace::Untagged),
            ("adobe-rgb.jpg", ColorSpace::Other),
            ("p3.png", ColorSpace::Other),
            ("p3-alpha.webp", ColorSpace::Other),
            ("cicp-p3.png", ColorSpace::Other),
            ("adobe-rgb.tif", ColorSpace::Other),
            ("cmyk.jpg", ColorSpace::Cmyk),
            ("cmyk-profile.jpg", ColorSpace::Cmyk),
            ("cmyk.tif", ColorSpace::Cmyk),
            ("broken-profile.jpg", ColorSpace::Other),
        ] {
            assert_eq!(fixture(name).color_space, space, "{name}");
        }
        for (name, moves) in [
            ("animated.gif", true),
            ("transparent.gif", false),
            ("animated.png", true),
            ("animated.webp", true),
            ("lossless.webp", false),
        ] {
            assert_eq!(fixture(name).is_animated, moves, "{name}");
        }
    }
}
