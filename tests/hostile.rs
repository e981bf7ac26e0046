//! Files that somebody made to break `photo`: damaged at every place, absurd sizes, bombs, loops, and files of 100 MB.
//!
//! Each is read or refused in words that name the thing, the limit and the remedy, within [`MOST_BYTES`] of memory beside
//! the file itself and without a step that takes far longer than a picture of 100 megapixels does.

#![allow(clippy::unwrap_used)]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/random.rs"]
mod random;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use counting::with_peak;
use random::Random;
use vitrine::photo::metadata::Metadata;
use vitrine::photo::{Error, Fault, Limits, decode};

/// Of any file up to 100 MB: a picture of 100 megapixels as RGBA (400 MB), what its decoder keeps of it besides, 8 bytes
/// a pixel at most (16 bits of four channels, or a progressive JPEG's coefficients of four), and 64 MB for what else a
/// file unpacks, twice.
const MOST_BYTES: usize = 1336 << 20;

/// Of the processor's time. The slowest file takes a quarter of it on an idle machine; a busy or older one may need
/// twice that. What is looked for are loops and squares, and they take minutes.
const MOST_TIME: Duration = Duration::from_secs(30);

/// The size of the large files.
const LARGE: usize = 100_000_000;

/// Reads a file as the product does, and holds it to the bounds. The error, where it was refused.
fn judge(name: &str, file: &[u8]) -> Option<Error> {
    let started = processor_time();
    let (decoded, peak) = with_peak(|| decode(file, &Limits::PRODUCT).map(drop));
    let (_, told) = with_peak(|| drop(Metadata::of(file)));
    let took = processor_time() - started;
    assert!(peak.max(told) <= MOST_BYTES, "{name} took {} MB", peak.max(told) >> 20);
    assert!(took <= MOST_TIME, "{name} took {took:?}");
    let error = decoded.err()?;
    let message = error.to_string();
    let remedies = ["choose", "export", "Export", "Copy", "copy", "open", "close"];
    assert!(remedies.iter().any(|remedy| message.contains(remedy)), "{name}: {message}");
    assert!(matches!(error.fault(), Fault::Photo | Fault::Build), "{name}: {message}");
    Some(error)
}

/// Time that this thread had on a processor; where the system does not say, the time that passed.
fn processor_time() -> Duration {
    static STARTED: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    let told = fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = told.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| STARTED.get_or_init(Instant::now).elapsed(), Duration::from_nanos)
}

/// One good file of each kind.
const KINDS: [&str; 16] = [
    "baseline-420.jpg",
    "progressive.jpg",
    "cmyk.jpg",
    "orientation-6.jpg",
    "palette-transparent.png",
    "sixteen-alpha-interlaced.png",
    "p3.png",
    "lossy-alpha.webp",
    "lossless.webp",
    "animated.webp",
    "animated.gif",
    "palette.bmp",
    "true-colour.bmp",
    "packbits.tif",
    "tiled.tif",
    "jpeg.tif",
];

fn fixture(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/photos").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn files_that_are_cut_or_say_absurd_things_are_refused_or_read() {
    let mut files = 0;
    for name in KINDS {
        let good = fixture(name);
        let mut try_one = |what: &str, file: &[u8]| {
            judge(&format!("{name}, {what}"), file);
            files += 1;
        };
        for eighth in 1..8 {
            try_one(&format!("{eighth} eighths of it"), &good[..good.len() * eighth / 8]);
        }
        // Every number of the header as the largest, the smallest and the least negative one.
        for at in (8..good.len().min(120)).step_by(4) {
            for number in [0_u32, 0x7fff_ffff, 0xffff_ffff] {
                let mut file = good.clone();
                file[at..at + 4].copy_from_slice(&number.to_be_bytes());
                mend(&mut file);
                try_one(&format!("{number:#x} at {at}"), &file);
            }
        }
        let mut random = Random(good.len() as u64);
        for round in 0..8 {
            let mut file = good.clone();
            for _ in 0..64 {
                let at = random.below(file.len());
                file[at] = random.below(256) as u8;
            }
            mend(&mut file);
            try_one(&format!("noise {round}"), &file);
        }
        try_one("twice", &good.repeat(2));
        try_one("its head before zeros", &[&good[..good.len().min(64)], &[0; 4096]].concat());
        try_one("its head before ones", &[&good[..good.len().min(64)], &[255; 4096]].concat());
    }
    assert!(files >= 200, "{files}");
}

/// Gives the chunks of a PNG the checksums of what they now hold, so that more than the first is read.
fn mend(file: &mut [u8]) {
    if !file.starts_with(b"\x89PNG\r\n\x1a\n") {
        return;
    }
    let mut at = 8;
    while let Some(length) = file.get(at..).and_then(|rest| rest.first_chunk::<4>()) {
        let length = u32::from_be_bytes(*length) as usize;
        let Some(end) = at.checked_add(8 + length).filter(|end| end + 4 <= file.len()) else { return };
        let checksum = crc32(&file[at + 4..end]);
        file[end..end + 4].copy_from_slice(&checksum.to_be_bytes());
        at = end + 4;
    }
}

// Bombs.

/// Small files that would become enormous, or take forever.
#[test]
fn bombs_are_small_or_refused() {
    let zeros = deflated_zeros(100_000_000);
    let png = |color, depth, interlaced, data: &[u8], more: &[u8]| {
        png_of(10_000, 10_000, color, depth, interlaced, &[more, &png_chunk(b"IDAT", data)].concat())
    };
    let rows = |bytes: usize| deflated_zeros(10_000 * (1 + bytes));
    let profile = |kind: &[u8; 4]| png_chunk(kind, &[&b"a\0\0"[..], &zeros].concat());
    let text = png_chunk(b"iTXt", &[&b"XML:com.adobe.xmp\0\x01\0\0\0"[..], &zeros].concat());
    let small =
        |more: &[u8]| png_of(1, 1, 0, 8, 0, &[more, &png_chunk(b"IDAT", &deflated_zeros(2))].concat());
    for (name, file, shown) in [
        ("a PNG of 100 megapixels in 13 KB", png(0, 1, 0, &rows(1250), b""), true),
        ("a PNG of 100 megapixels of 16 bits", png(6, 16, 0, &rows(80_000), b""), true),
        ("an interlaced PNG of 100 megapixels", png(2, 8, 1, &deflated_zeros(300_100_000), b""), true),
        ("a PNG of 100 megapixels without pixels", png(6, 16, 0, b"", b""), false),
        ("a PNG whose pixels go on for 100 MB", small(&png_chunk(b"IDAT", &zeros)), true),
        ("a PNG whose profile unpacks to 100 MB", small(&profile(b"iCCP")), true),
        ("a PNG whose text unpacks to 100 MB", small(&[text, profile(b"zTXt")].concat()), true),
        ("a GIF of 100,000 frames", gif_of(1, 1, 100_000), true),
        ("a GIF of a large canvas", gif_of(10_000, 10_000, 1), true),
        ("a BMP of 100 megapixels in runs", bmp_of_runs(10_000, 10_000), true),
        ("a BMP without end", bmp_of_runs(10_000, i32::MIN as u32), false),
    ] {
        assert_eq!(judge(name, &file).is_none(), shown, "{name}");
    }
}

/// Scans without end: each of a few bytes goes over the whole picture again.
/// The chunks of a WebP after its header, whose kinds are these.
fn webp_chunks(file: &[u8], kinds: &[&[u8; 4]]) -> Vec<u8> {
    let mut found = Vec::new();
    let mut rest = &file[12..];
    while let [kind @ .., _, _, _, _] = &rest[..8.min(rest.len())] {
        let length = u32::from_le_bytes(rest[4..8].try_into().unwrap()) as usize;
        let (chunk, after) = rest.split_at((8 + length + length % 2).min(rest.len()));
        if kinds.iter().any(|wanted| wanted[..] == *kind) {
            found.extend(chunk);
        }
        rest = after;
    }
    found
}

#[test]
fn a_lossy_frame_is_as_large_as_its_webp_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/photos/lossy-alpha.webp");
    let good = fs::read(path).unwrap();
    let extended = webp_chunks(&good, &[b"VP8X"]);
    let riff = |chunks: Vec<u8>| {
        let length = (chunks.len() as u32 + 4).to_le_bytes();
        [b"RIFF", &length[..], b"WEBP", &chunks].concat()
    };
    let animated = |mut extended: Vec<u8>, frame: Vec<u8>| {
        extended[8] |= 2;
        let header = [[0; 6].as_slice(), &extended[12..18], &[0; 4]].concat();
        let length = ((header.len() + frame.len()) as u32).to_le_bytes();
        riff([&extended, &b"ANIM\x06\0\0\0\0\0\0\0\0\0"[..], b"ANMF", &length, &header, &frame].concat())
    };
    let with_alpha = webp_chunks(&good, &[b"ALPH", b"VP8 "]);
    let opaque = webp_chunks(&good, &[b"VP8 "]);
    assert!(judge("as it is", &riff([extended.clone(), with_alpha.clone()].concat())).is_none());
    assert!(judge("as a frame", &animated(extended.clone(), with_alpha.clone())).is_none());

    let start = |frame: &[u8]| frame.windows(3).position(|bytes| bytes == [0x9d, 0x01, 0x2a]).unwrap() + 3;
    for size in [[1_u16, 1], [16_383, 16_383]] {
        let lying = |frame: &[u8]| {
            let mut frame = frame.to_vec();
            let at = start(&frame);
            frame[at..at + 2].copy_from_slice(&size[0].to_le_bytes());
            frame[at + 2..at + 4].copy_from_slice(&size[1].to_le_bytes());
            frame
        };
        for file in [
            riff([extended.clone(), lying(&with_alpha)].concat()),
            animated(extended.clone(), lying(&opaque)),
            animated(extended.clone(), lying(&with_alpha)),
        ] {
            let (refused, peak) = with_peak(|| decode(&file, &Limits::PRODUCT).map(drop));
            assert!(matches!(refused, Err(Error::Damaged { .. })), "{size:?}: {refused:?}");
            assert!(peak < 1 << 20, "{size:?}: {peak} bytes for a file of {}", file.len());
        }
    }
}

#[test]
fn a_jpeg_has_no_more_scans_than_an_encoder_writes() {
    let good = fixture("progressive.jpg");
    let frame = good.windows(2).position(|pair| pair == [0xff, 0xc2]).unwrap();
    let last = good.windows(2).rposition(|pair| pair == [0xff, 0xda]).unwrap();
    let (before, scan) = (&good[..last], &good[last..good.len() - 2]);
    for (side, scans, refused) in
        [(None, 900, false), (None, 100_000, true), (Some(10_000_u16), 8, true), (Some(10_000), 7, false)]
    {
        let mut file = [before, &scan.repeat(scans), &[0xff, 0xd9]].concat();
        if let Some(side) = side {
            file[frame + 5..frame + 7].copy_from_slice(&side.to_be_bytes());
            file[frame + 7..frame + 9].copy_from_slice(&side.to_be_bytes());
        }
        let error = judge(&format!("{scans} scans of {side:?}"), &file);
        let of_scans =
            matches!(&error, Some(Error::Unsupported { feature, .. }) if feature.contains("scans"));
        assert_eq!(of_scans, refused, "{scans} scans of {side:?}: {error:?}");
    }
}

/// Directories that turn in circles, lists that are longer than any picture's, and pieces that lie over one another.
#[test]
fn a_tiff_has_no_more_pieces_than_a_picture() {
    let deflate = deflated_zeros(64);
    let jpeg = fixture("baseline-420.jpg");
    let strips = |count: usize, compression: u32, data: &[u8], length: u32| {
        let offsets: Vec<u8> = std::iter::repeat_n(8_u32.to_le_bytes(), count).flatten().collect();
        let lengths: Vec<u8> = std::iter::repeat_n(length.to_le_bytes(), count).flatten().collect();
        let mut tiff = TiffOf::new(data);
        tiff.entry(256, 4, 1, 8).entry(257, 4, 1, count as u32).entry(258, 3, 1, 8).entry(
            259,
            3,
            1,
            compression,
        );
        tiff.entry(262, 3, 1, 1).list(273, 4, count as u32, &offsets).entry(277, 3, 1, 1).entry(278, 4, 1, 1);
        tiff.list(279, 4, count as u32, &lengths).finish(None)
    };
    let tile = |width: u32, tall: u32| {
        let across = width.div_ceil(16);
        let offsets: Vec<u8> = std::iter::repeat_n(8_u32.to_le_bytes(), across as usize).flatten().collect();
        let lengths: Vec<u8> = std::iter::repeat_n(16_u32.to_le_bytes(), across as usize).flatten().collect();
        let mut tiff = TiffOf::new(&deflate);
        tiff.entry(256, 4, 1, width)
            .entry(257, 4, 1, 1)
            .entry(258, 3, 1, 8)
            .entry(259, 3, 1, 8)
            .entry(262, 3, 1, 1);
        tiff.entry(277, 3, 1, 1).entry(322, 4, 1, 16).entry(323, 4, 1, tall);
        tiff.list(324, 4, across, &offsets).list(325, 4, across, &lengths).finish(None)
    };
    let circle = {
        let mut tiff = TiffOf::new(&[0; 8]);
        tiff.entry(256, 4, 1, 2)
            .entry(257, 4, 1, 2)
            .entry(258, 3, 1, 8)
            .entry(262, 3, 1, 1)
            .entry(273, 4, 1, 8);
        tiff.entry(277, 3, 1, 1)
            .entry(278, 4, 1, 2)
            .entry(279, 4, 1, 4)
            .entry(330, 4, 1, 16)
            .entry(34665, 4, 1, 16);
        tiff.finish(Some(16))
    };
    let padded = |length: usize| [&jpeg[..], &vec![0; length]].concat();
    for (name, file, shown) in [
        ("a TIFF whose directories turn in a circle", circle, false),
        ("a TIFF of 1000 strips", strips(1000, 1, &[7; 64], 8), true),
        ("a TIFF of 12 million strips", strips(12_000_000, 8, &deflate, 8), false),
        (
            "a TIFF of strips that are all one of 50 MB",
            strips(100_000, 7, &padded(50_000_000), 50_000_000),
            false,
        ),
        ("a TIFF of JPEGs that are all one", strips(200_000, 7, &padded(0), jpeg.len() as u32), false),
        ("a TIFF of one row of tiles of 6 million", tile(20_000, 6_000_000), true),
    ] {
        assert_eq!(judge(name, &file).is_none(), shown, "{name}");
    }
}

/// Metadata that takes longer than the picture: the same profile or packet named by thousands of entries, XML whose
/// reader compares everything with everything.
#[test]
fn metadata_takes_no_longer_than_a_picture() {
    let jpeg = fixture("one-pixel.jpg");
    let with = |packet: &[u8]| [&jpeg[..2], &segments(packet), &jpeg[2..]].concat();
    let wrapped = |inside: &str| {
        format!(
            "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#'>{inside}</rdf:RDF></x:xmpmeta>"
        )
    };
    let attributes: String = (0..400_000).map(|at| format!(" a{at}=''")).collect();
    let names: String = (0..60_000).map(|at| format!("<a xmlns:n{at}='u{at}'>")).collect();
    let deep = "<a>".repeat(1_000_000);
    let tiff_of = |tag: u16, kind: u16, data: &[u8]| {
        let mut tiff = TiffOf::new(data);
        for _ in 0..4000 {
            tiff.entry(tag, kind, data.len() as u32, 8);
        }
        tiff.finish(None)
    };
    let packet = wrapped(&"<rdf:Description><e/></rdf:Description>".repeat(20_000));
    for (name, file) in [
        (
            "XMP of 400,000 attributes",
            tiff_with(700, wrapped(&format!("<rdf:Description{attributes}/>")).as_bytes()),
        ),
        ("XMP of 60,000 namespaces", tiff_with(700, wrapped(&names).as_bytes())),
        ("XMP a million deep", tiff_with(700, wrapped(&deep).as_bytes())),
        ("a packet that 4000 entries name", tiff_of(700, 1, packet.as_bytes())),
        ("a profile of 90 MB that 4000 entries name", tiff_of(34675, 7, &vec![0; 90_000_000])),
        ("100 MB of packets", with(wrapped("<rdf:Description a='b'/>").as_bytes())),
        ("a PNG of 8 million profiles", many_chunks()),
        ("a WebP of 12 million chunks", many_webp_chunks()),
        ("a JPEG whose EXIF turns in a circle", {
            let circle = b"Exif\0\0II*\0\x08\0\0\0\x01\0\x69\x87\x04\0\x01\0\0\0\x08\0\0\0\x08\0\0\0";
            [&jpeg[..2], &segment(0xe1, circle), &jpeg[2..]].concat()
        }),
    ] {
        judge(name, &file);
    }
}

/// Files of 100 MB of what their formats allow.
#[test]
fn large_files_stay_within_the_bounds() {
    let head = |name: &str, length: usize| fixture(name)[..length].to_vec();
    let noise: Vec<u8> = {
        let mut random = Random(1);
        (0..LARGE / 64).flat_map(|_| [random.below(255) as u8; 64]).collect()
    };
    let mut whole = TiffOf::new(&noise);
    whole
        .entry(256, 4, 1, 3000)
        .entry(257, 4, 1, 4000)
        .entry(258, 3, 1, 16)
        .entry(259, 3, 1, 1)
        .entry(262, 3, 1, 1);
    whole.entry(273, 4, 1, 8).entry(277, 3, 1, 4).entry(278, 4, 1, 4000).entry(279, 4, 1, 96_000_000);
    let bmp = {
        let mut file = bmp_header(5000, 6600, 24, 0);
        file.extend(&noise[..5000 * 6600 * 3]);
        file
    };
    let baseline = fixture("baseline-420.jpg");
    let scan = baseline.windows(2).position(|pair| pair == [0xff, 0xda]).unwrap() + 14;
    for (name, file) in [
        ("a TIFF of 100 MB in one piece", whole.finish(None)),
        ("a BMP of 100 MB", bmp),
        ("a JPEG with 100 MB of noise", [&baseline[..scan], &noise, &[0xff, 0xd9]].concat()),
        ("a JPEG with 100 MB of fill", [&baseline[..scan], &vec![0xff; LARGE], &[0xd9]].concat()),
        ("a PNG with 100 MB of noise", [&head("upright.png", 41)[..], &noise].concat()),
        ("a GIF with 100 MB of noise", [&head("animated.gif", 200)[..], &noise].concat()),
        ("a WebP with 100 MB of noise", [&head("lossless.webp", 40)[..], &noise].concat()),
        ("a TIFF with 100 MB of noise", [&b"II*\0\x08\0\0\0\xff\xff"[..], &noise].concat()),
        ("100 MB of text", b"Dear customer, ".repeat(LARGE / 15)),
        ("100 MB of nothing", vec![0; LARGE]),
    ] {
        judge(name, &file);
    }
}

// Files by hand.

fn crc32(bytes: &[u8]) -> u32 {
    static TABLE: std::sync::LazyLock<[u32; 256]> = std::sync::LazyLock::new(|| {
        std::array::from_fn(|byte| {
            (0..8).fold(byte as u32, |value, _| value >> 1 ^ (0xedb8_8320 * (value & 1)))
        })
    });
    let table = &*TABLE;
    !bytes.iter().fold(u32::MAX, |crc, &byte| table[usize::from(crc as u8 ^ byte)] ^ crc >> 8)
}

fn png_chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind, data].concat();
    [&(data.len() as u32).to_be_bytes()[..], &body, &crc32(&body).to_be_bytes()].concat()
}

fn png_of(width: u32, height: u32, color: u8, depth: u8, interlaced: u8, chunks: &[u8]) -> Vec<u8> {
    let header =
        [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, color, 0, 0, interlaced]].concat();
    [b"\x89PNG\r\n\x1a\n", &png_chunk(b"IHDR", &header)[..], chunks, &png_chunk(b"IEND", b"")].concat()
}

/// So many zeros as zlib packs them (RFC 1951, fixed codes): a literal, and matches of 258 bytes in 13 bits each.
fn deflated_zeros(count: usize) -> Vec<u8> {
    let mut packed = vec![0x78, 0x01];
    let (mut held, mut bits) = (0_u64, 0);
    let mut put = |value: u64, width: u32, packed: &mut Vec<u8>| {
        held |= value << bits;
        bits += width;
        while bits >= 8 {
            packed.push(held as u8);
            held >>= 8;
            bits -= 8;
        }
    };
    // The last block, fixed codes. Codes are stored from their highest bit.
    put(0b011, 3, &mut packed);
    let literal = u64::from(0b0011_0000_u8.reverse_bits());
    put(literal, 8, &mut packed);
    for _ in 0..(count - 1) / 258 {
        put(u64::from(0b1100_0101_u8.reverse_bits()), 13, &mut packed);
    }
    for _ in 0..(count - 1) % 258 {
        put(literal, 8, &mut packed);
    }
    put(0, 7 + 7, &mut packed);
    packed.extend((((count % 65_521) as u32) << 16 | 1).to_be_bytes());
    packed
}

fn gif_of(width: u16, height: u16, frames: usize) -> Vec<u8> {
    let mut file = b"GIF89a".to_vec();
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend(b"\x80\0\0\0\0\0\xff\xff\xff");
    file.extend(b"\x2c\0\0\0\0\x01\0\x01\0\0\x02\x02\x44\x01\0".repeat(frames));
    file.push(0x3b);
    file
}

fn bmp_header(width: u32, height: u32, bits: u16, compression: u32) -> Vec<u8> {
    let mut file = b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0".to_vec();
    file.extend(width.to_le_bytes());
    file.extend(height.to_le_bytes());
    file.extend(1_u16.to_le_bytes());
    file.extend(bits.to_le_bytes());
    file.extend(compression.to_le_bytes());
    file.extend([0; 20]);
    file
}

/// A picture of one palette entry that ends at once.
fn bmp_of_runs(width: u32, height: u32) -> Vec<u8> {
    let mut file = bmp_header(width, height, 8, 1);
    let pixels_at = (file.len() + 1024) as u32;
    file[10..14].copy_from_slice(&pixels_at.to_le_bytes());
    file.extend([0; 1024]);
    file.extend([0, 1]);
    file
}

/// A TIFF with data at 8 and one directory, little-endian.
struct TiffOf {
    file: Vec<u8>,
    entries: Vec<u8>,
}

impl TiffOf {
    fn new(data: &[u8]) -> Self {
        let mut file = b"II*\0\0\0\0\0".to_vec();
        file.extend(data);
        Self { file, entries: Vec::new() }
    }

    fn entry(&mut self, tag: u16, kind: u16, count: u32, value: u32) -> &mut Self {
        self.entries.extend(tag.to_le_bytes());
        self.entries.extend(kind.to_le_bytes());
        self.entries.extend(count.to_le_bytes());
        self.entries.extend(value.to_le_bytes());
        self
    }

    fn list(&mut self, tag: u16, kind: u16, count: u32, values: &[u8]) -> &mut Self {
        let at = self.file.len() as u32;
        self.file.extend(values);
        self.entry(tag, kind, count, at)
    }

    /// The file; its next directory is at `next`.
    fn finish(&mut self, next: Option<u32>) -> Vec<u8> {
        let at = self.file.len() as u32;
        let mut file = std::mem::take(&mut self.file);
        file[4..8].copy_from_slice(&at.to_le_bytes());
        file.extend(((self.entries.len() / 12) as u16).to_le_bytes());
        file.extend(&self.entries);
        file.extend(next.unwrap_or(0).to_le_bytes());
        file
    }
}

/// A TIFF that holds nothing but a block of bytes.
fn tiff_with(tag: u16, data: &[u8]) -> Vec<u8> {
    TiffOf::new(data).entry(tag, 1, data.len() as u32, 8).finish(None)
}

fn segment(marker: u8, body: &[u8]) -> Vec<u8> {
    [&[0xff, marker][..], &(body.len() as u16 + 2).to_be_bytes(), body].concat()
}

/// 100 MB of one XMP packet.
fn segments(packet: &[u8]) -> Vec<u8> {
    let one = segment(0xe1, &[b"http://ns.adobe.com/xap/1.0/\0", packet].concat());
    one.repeat(LARGE / one.len())
}

/// Profiles of nothing, 12 bytes each.
fn many_chunks() -> Vec<u8> {
    let chunks = png_chunk(b"iCCP", b"").repeat(LARGE / 12);
    png_of(1, 1, 0, 8, 0, &[&chunks[..], &png_chunk(b"IDAT", &deflated_zeros(2))].concat())
}

/// Chunks of nothing before a picture, 8 bytes each.
fn many_webp_chunks() -> Vec<u8> {
    let picture = &fixture("lossless.webp")[12..];
    let extended = b"VP8X\x0a\0\0\0\0\0\0\0\x3c\0\0\x2c\0\0";
    let body = [&b"WEBP"[..], extended, &b"NONE\0\0\0\0".repeat(LARGE / 8), picture].concat();
    [&b"RIFF"[..], &(body.len() as u32).to_le_bytes(), &body].concat()
}
