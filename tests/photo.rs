//! `photo` on real files: each fixture against what Pillow and Little CMS make of it, the way out and back,
//! and every way in which a file can be bad.
//!
//! `fixtures/photos/make.py` makes the fixtures and their references again.

#![allow(clippy::unwrap_used)]

#[path = "support/counting.rs"]
mod counting;
#[path = "support/random.rs"]
mod random;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use counting::with_peak;
use random::Random;
use vitrine::photo::{
    Error, Filter, Format, Limits, Output, Photo, Reader, Rgb, decode, encode, network_input, resample, sniff,
};

// What a file shows.

/// How far a fixture may lie from its reference, in 8-bit levels.
struct Tolerance {
    /// The picture that the reference is, where it is not the fixture's own `NAME.reference.png`.
    shows: Option<&'static str>,
    /// On any channel of any pixel.
    most: u8,
    /// On average over all channels.
    mean: f64,
}

/// The same bytes.
const EXACT: Tolerance = Tolerance { shows: None, most: 0, mean: 0.0 };
/// Two colour engines, each rounding in its own fixed point.
const COLOUR: Tolerance = Tolerance { shows: None, most: 1, mean: 0.35 };

fn own(most: u8, mean: f64) -> Tolerance {
    Tolerance { shows: None, most, mean }
}

fn shows(name: &'static str, most: u8, mean: f64) -> Tolerance {
    Tolerance { shows: Some(name), most, mean }
}

/// Every fixture, and how near it must come.
fn expectations() -> BTreeMap<String, Tolerance> {
    let upright = || shows("upright.png", 0, 0.0);
    let cut_out = || shows("cut-out.png", 0, 0.0);
    let mut rows: BTreeMap<String, Tolerance> = [
        ("upright.png", upright()),
        ("cut-out.png", cut_out()),
        ("small.png", shows("small.png", 0, 0.0)),
        // JPEG: the inverse transforms and the widening of the colour planes round differently.
        ("baseline-420.jpg", own(9, 0.9)),
        ("progressive.jpg", own(9, 0.9)),
        ("restart-422.jpg", own(9, 0.9)),
        ("rgb.jpg", own(2, 0.3)),
        ("rgb-adobe.jpg", own(2, 0.3)),
        ("grey.jpg", own(2, 0.3)),
        ("cmyk.jpg", own(3, 0.5)),
        ("ycck.jpg", own(4, 0.6)),
        ("jpeg.tif", own(9, 0.9)),
        // The loss of a JPEG itself, against the picture before it was one.
        ("broken-profile.jpg", shows("upright.png", 24, 2.5)),
        // Profiles.
        ("p3.png", COLOUR),
        ("p3-alpha.webp", COLOUR),
        ("cicp-p3.png", COLOUR),
        ("adobe-rgb.tif", COLOUR),
        ("adobe-rgb.jpg", own(4, 0.6)),
        ("grey-gamma.png", own(2, 0.1)),
        ("grey-gamma.jpg", own(3, 0.4)),
        ("linear-gamma.png", COLOUR),
        // Between the points of a table of four dimensions, engines interpolate differently.
        ("cmyk-profile.tif", own(4, 0.8)),
        ("cmyk-profile.jpg", own(5, 0.8)),
        ("cmyk.tif", own(1, 0.5)),
        // Depths, palettes, layouts: nothing is lost.
        ("sixteen.png", upright()),
        ("sixteen-alpha-interlaced.png", cut_out()),
        ("sixteen-grey.png", EXACT),
        ("grey-1-bit.png", EXACT),
        ("grey-2-bit.png", EXACT),
        ("grey-4-bit.png", EXACT),
        ("palette-4-bit.png", EXACT),
        ("palette-transparent.png", EXACT),
        ("interlaced.png", upright()),
        ("animated.png", upright()),
        ("lossless.webp", upright()),
        ("lossless-alpha.webp", cut_out()),
        ("animated.webp", upright()),
        ("lossy.webp", own(6, 0.8)),
        ("lossy-alpha.webp", own(6, 0.8)),
        ("animated.gif", EXACT),
        ("transparent.gif", EXACT),
        ("true-colour.bmp", upright()),
        ("palette.bmp", EXACT),
        ("bilevel.bmp", EXACT),
        ("packbits.tif", upright()),
        ("palette.tif", EXACT),
        ("bilevel.tif", EXACT),
        ("sixteen-big-endian.tif", upright()),
        ("planar.tif", upright()),
        ("tiled.tif", upright()),
        ("white-is-zero.tif", EXACT),
        ("alpha.tif", cut_out()),
        ("grey-alpha.tif", EXACT),
    ]
    .into_iter()
    .map(|(name, tolerance)| (name.to_owned(), tolerance))
    .collect();
    for orientation in 1..=8 {
        rows.insert(format!("orientation-{orientation}.jpg"), shows("upright.png", 24, 2.5));
        for format in ["png", "webp", "tif"] {
            rows.insert(format!("orientation-{orientation}.{format}"), shows("small.png", 0, 0.0));
        }
    }
    rows.insert("orientation-6-behind.png".into(), shows("small.png", 0, 0.0));
    rows
}

/// Fixtures that have a test of their own instead.
const APART: [&str; 3] = ["associated-alpha.tif", "one-pixel.jpg", "one-pixel.png"];

#[test]
fn every_fixture_shows_what_its_reference_shows() {
    let expectations = expectations();
    let mut failures = Vec::new();
    for (name, file) in fixtures() {
        if APART.contains(&name.as_str()) {
            continue;
        }
        let tolerance = expectations.get(&name).unwrap_or_else(|| panic!("{name} has no row in the table"));
        let shown = tolerance.shows.map_or_else(|| format!("{name}.reference.png"), Into::into);
        let reference = reference(&shown);
        let photo = decode(&file, &Limits::PRODUCT).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!((photo.width, photo.height), reference.dimensions(), "{name}");
        assert_eq!(photo.has_alpha, reference.pixels().any(|pixel| pixel[3] < 255), "{name}");
        assert_eq!(photo.reduced_from, None, "{name}");
        let (most, mean) = difference(&photo.pixels, reference.as_raw());
        if most > tolerance.most || mean > tolerance.mean {
            failures.push(format!("{name}: at most {most}, on average {mean:.3}"));
        }
    }
    assert!(failures.is_empty(), "further from the reference than allowed:\n{}", failures.join("\n"));
}

#[test]
fn every_row_of_the_table_has_its_fixture() {
    for name in expectations().keys().map(String::as_str).chain(APART) {
        assert!(folder().join(name).exists(), "{name}");
    }
}

#[test]
fn the_bytes_of_every_fixture_tell_its_format() {
    for (name, file) in fixtures() {
        let format = match name.rsplit('.').next().unwrap() {
            "jpg" => Format::Jpeg,
            "png" => Format::Png,
            "webp" => Format::WebP,
            "gif" => Format::Gif,
            "bmp" => Format::Bmp,
            _ => Format::Tiff,
        };
        assert_eq!(sniff(&file), Some(format), "{name}");
    }
}

#[test]
fn associated_alpha_is_divided_out() {
    let photo = decode(&fixture("associated-alpha.tif"), &Limits::PRODUCT).unwrap();
    let reference = reference("cut-out.png");
    for (found, expected) in photo.pixels.chunks(4).zip(reference.pixels()) {
        assert_eq!(found[3], expected[3]);
        // Premultiplying to 8 bits kept only `alpha` levels, so half of one is what rounding cost.
        let lost = if found[3] == 0 { 255.0 } else { 0.5 * 255.0 / f64::from(found[3]) + 0.5 };
        for (found, expected) in found.iter().zip(expected.0) {
            assert!(f64::from(found.abs_diff(expected)) <= lost, "{found} {expected}");
        }
    }
}

#[test]
fn one_pixel_is_a_photo() {
    for name in ["one-pixel.png", "one-pixel.jpg"] {
        let photo = decode(&fixture(name), &Limits::PRODUCT).unwrap();
        assert_eq!((photo.width, photo.height, photo.has_alpha), (1, 1, false));
        let (most, _) = difference(&photo.pixels, &[200, 100, 50, 255]);
        assert!(most <= if name.ends_with("png") { 0 } else { 2 }, "{name}: {:?}", photo.pixels);
        assert_eq!(resample(&photo, 5, 3).pixels.len(), 60);
        assert_eq!(network_input(&photo, 32, 32, Filter::Bilinear).len(), 3 * 32 * 32);
    }
}

#[test]
fn a_network_is_given_what_pillow_would_give_it() {
    let photo = decode(&fixture("upright.png"), &Limits::PRODUCT).unwrap();
    // Pillow filters rows first, this crate columns; between the two both clip, which shows where the sinc
    // overshoots.
    for (filter, name, most) in [
        (Filter::Bilinear, "upright.bilinear-20x24.png", 1.0),
        (Filter::Lanczos, "upright.lanczos-20x24.png", 4.0),
    ] {
        let reference = reference(name);
        let planes = network_input(&photo, 20, 24, filter);
        assert_eq!(planes.len(), 3 * 24 * 20);
        let mut sum = 0.0;
        for (x, y, pixel) in reference.enumerate_pixels() {
            for channel in 0..3 {
                let value = planes[channel * 480 + y as usize * 20 + x as usize] * 255.0;
                let off = (value - f32::from(pixel[channel])).abs();
                assert!(off <= most + 0.001, "{name} {x} {y}: {off}");
                sum += off;
            }
        }
        assert!(sum / (3.0 * 24.0 * 20.0) < 0.3, "{name}: {sum}");
    }
}

#[test]
fn above_the_working_size_a_photo_is_reduced_and_it_says_so() {
    let limits = Limits { working_pixels: 1000, ..Limits::PRODUCT };
    let whole = decode(&fixture("lossless-alpha.webp"), &Limits::PRODUCT).unwrap();
    let reduced = decode(&fixture("lossless-alpha.webp"), &limits).unwrap();
    assert_eq!((reduced.width, reduced.height, reduced.reduced_from), (36, 27, Some((61, 45))));
    assert_eq!(reduced.pixels, resample(&whole, 36, 27).pixels);
    // Said of the upright picture, although the file stores it lying.
    let turned = decode(&fixture("orientation-6.jpg"), &limits).unwrap();
    assert_eq!((turned.width, turned.height, turned.reduced_from), (36, 27, Some((61, 45))));
    let most = difference(&turned.pixels, &resample(&opaque("upright.png"), 36, 27).pixels).0;
    assert!(most <= 12, "{most}");
}

#[test]
fn fifty_megapixels_become_forty_eight() {
    let (width, height) = (8000_u32, 6250_u32);
    let file = bilevel_png(width, height);
    let photo = decode(&file, &Limits::PRODUCT).unwrap();
    assert_eq!(photo.reduced_from, Some((width, height)));
    assert!(u64::from(photo.width) * u64::from(photo.height) <= 48_000_000);
    assert!(photo.width > 7800 && photo.height > 6100, "{} × {}", photo.width, photo.height);
    assert!(photo.pixels.as_chunks::<4>().0.iter().all(|pixel| *pixel == [0, 0, 0, 255]));
}

// The way out.

#[test]
fn lossless_files_give_back_every_pixel_that_shows() {
    let photo = decode(&fixture("cut-out.png"), &Limits::PRODUCT).unwrap();
    for output in [Output::Png { background: None }, Output::WebP { background: None }] {
        let file = encode(photo.width, photo.height, &photo.pixels, output).unwrap();
        let back = decode(&file, &Limits::PRODUCT).unwrap();
        let other = image::load_from_memory(&file).unwrap().to_rgba8();
        assert_eq!(&back.pixels, other.as_raw());
        assert!(back.has_alpha);
        for (back, sent) in back.pixels.as_chunks::<4>().0.iter().zip(photo.pixels.as_chunks::<4>().0) {
            // What is cut away is gone from the file, not merely hidden.
            assert_eq!(*back, if sent[3] == 0 { [0; 4] } else { *sent });
        }
    }
}

#[test]
fn on_a_background_every_format_shows_the_same_picture() {
    let photo = decode(&fixture("cut-out.png"), &Limits::PRODUCT).unwrap();
    let background = Rgb([30, 160, 90]);
    let files = [
        (Output::Png { background: Some(background) }, 0),
        (Output::WebP { background: Some(background) }, 0),
        // The hard edge of the cut-out costs even the best JPEG some.
        (Output::Jpeg { quality: 100, background }, 7),
    ];
    let linear = |level: u8| {
        let level = f64::from(level) / 255.0;
        if level <= 0.04045 { level / 12.92 } else { ((level + 0.055) / 1.055).powf(2.4) }
    };
    let expected: Vec<u8> = photo
        .pixels
        .as_chunks::<4>()
        .0
        .iter()
        .flat_map(|&[red, green, blue, alpha]| {
            let alpha = f64::from(alpha) / 255.0;
            let channel = |(over, under): (u8, u8)| {
                let light = linear(over) * alpha + linear(under) * (1.0 - alpha);
                let level =
                    if light <= 0.003_130_8 { light * 12.92 } else { 1.055 * light.powf(1.0 / 2.4) - 0.055 };
                (level * 255.0).round() as u8
            };
            let [r, g, b] = [(red, 30), (green, 160), (blue, 90)].map(channel);
            [r, g, b, 255]
        })
        .collect();
    for (output, tolerance) in files {
        let file = encode(photo.width, photo.height, &photo.pixels, output).unwrap();
        let back = decode(&file, &Limits::PRODUCT).unwrap();
        assert!(!back.has_alpha);
        let (most, mean) = difference(&back.pixels, &expected);
        assert!(mean < 0.5, "{output:?}: {mean}");
        // One level for the fixed point of the blend.
        assert!(most <= tolerance + 1, "{output:?}: {most}");
        assert_eq!(file, encode(photo.width, photo.height, &photo.pixels, output).unwrap());
    }
}

#[test]
fn a_jpeg_of_lower_quality_is_smaller_and_still_the_photo() {
    let photo = opaque("upright.png");
    let file = |quality| {
        let output = Output::Jpeg { quality, background: Rgb([255; 3]) };
        encode(photo.width, photo.height, &photo.pixels, output).unwrap()
    };
    assert!(file(40).len() < file(90).len() && file(90).len() < file(100).len());
    let back = decode(&file(90), &Limits::PRODUCT).unwrap();
    let (_, mean) = difference(&back.pixels, &photo.pixels);
    assert!(mean < 3.0, "{mean}");
}

#[test]
fn nothing_but_the_picture_leaves() {
    for name in ["orientation-6.jpg", "adobe-rgb.jpg", "p3-alpha.webp", "orientation-6.png", "adobe-rgb.tif"]
    {
        let photo = decode(&fixture(name), &Limits::PRODUCT).unwrap();
        let write = |output| encode(photo.width, photo.height, &photo.pixels, output).unwrap();

        let png = write(Output::Png { background: None });
        let chunks = png_chunks(&png);
        assert_eq!(chunks[0], "IHDR");
        assert_eq!(png[24..26], [8, 6], "8 bits, RGBA");
        assert!(chunks.iter().any(|chunk| chunk == "sRGB"), "{chunks:?}");
        // The last two repeat sRGB in numbers for readers that do not know it.
        let colour = ["sRGB", "gAMA", "cHRM"];
        let picture = ["IHDR", "IDAT", "IEND"];
        for chunk in &chunks {
            assert!(colour.contains(&chunk.as_str()) || picture.contains(&chunk.as_str()), "{chunk}");
        }
        let on_white = write(Output::Png { background: Some(Rgb([255; 3])) });
        assert_eq!(on_white[24..26], [8, 2], "8 bits, RGB");

        let webp = write(Output::WebP { background: None });
        assert_eq!(&webp[12..16], b"VP8L");
        let length = u32::from_le_bytes(*webp[16..].first_chunk().unwrap()) as usize;
        assert_eq!(webp.len(), 20 + length.next_multiple_of(2), "nothing behind the picture's chunk");

        let jpeg = write(Output::Jpeg { quality: 90, background: Rgb([255; 3]) });
        for (marker, segment) in jpeg_segments(&jpeg) {
            match marker {
                0xe0 => assert!(segment.starts_with(b"JFIF\0") && segment.len() == 14, "{segment:?}"),
                0xdb | 0xc0 | 0xc4 | 0xda => {}
                other => panic!("{name}: marker {other:#x}"),
            }
        }
    }
}

// Bad files.

#[test]
fn what_is_no_photo_is_refused_in_words() {
    let refused = |file: &[u8]| decode(file, &Limits::PRODUCT).unwrap_err();
    assert_eq!(refused(b""), Error::Empty);
    // A text file named photo.jpg: the name never gets here.
    let error = refused(b"Dear customer,\nyour photo is attached.\n");
    assert_eq!(error, Error::NotAPicture { text: true });
    assert!(error.to_string().contains("holds text") && error.to_string().contains("JPEG"), "{error}");
    assert_eq!(refused(&[0; 4096]), Error::NotAPicture { text: false });
    assert_eq!(refused(b"%PDF-1.7\n"), Error::NotAPhoto(Format::Pdf));
    let limits = Limits { file_bytes: 1000, ..Limits::PRODUCT };
    let error = decode(&fixture("upright.png"), &limits).unwrap_err();
    assert!(matches!(error, Error::FileTooLarge { limit: 1000, .. }), "{error}");
}

#[test]
fn what_only_a_browser_can_decode_is_left_to_it() {
    let rows: [(&[u8], Format, &str); 4] = [
        (b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf\0\0\0\0meta", Format::Avif, "AVIF"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\0meta", Format::Heif, "HEIC"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic\0\0\0\0meta", Format::Heif, "HEIC"),
        (b"\xff\x0a\xfa\x7f\x01\x90", Format::JpegXl, "JPEG XL"),
    ];
    for (file, format, name) in rows {
        let error = decode(file, &Limits::PRODUCT).unwrap_err();
        assert_eq!(error, Error::OnlyBrowser(format));
        assert_eq!(format.reader(), Reader::Browser);
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn a_header_of_nine_hundred_megapixels_is_refused_before_anything_is_allocated() {
    for (name, file) in header_bombs() {
        let started = Instant::now();
        let (result, peak) = with_peak(|| decode(&file, &Limits::PRODUCT));
        let error = result.err().unwrap_or_else(|| panic!("{name} was decoded"));
        assert!(matches!(error, Error::TooManyPixels { limit: 100_000_000, .. }), "{name}: {error}");
        assert!(peak < 1 << 20, "{name} took {peak} bytes");
        assert!(started.elapsed() < Duration::from_secs(1), "{name} took {:?}", started.elapsed());
    }
}

#[test]
fn a_gif_whose_frame_is_larger_than_its_canvas_allocates_no_more_than_the_limit() {
    let limits = Limits { pixels: 1_000_000, ..Limits::PRODUCT };
    let mut file = b"GIF89a\x10\0\x10\0\x80\0\0\0\0\0\xff\xff\xff".to_vec();
    file.extend(b"\x2c\0\0\0\0\xff\xff\xff\xff\0\x02\x02\x44\x01\0\x3b");
    let (_, peak) = with_peak(|| decode(&file, &limits));
    assert!(peak < 8 << 20, "{peak} bytes");
}

#[test]
fn a_cut_file_is_refused_unless_nothing_of_the_photo_was_cut() {
    for (name, file) in fixtures() {
        let whole = decode(&file, &Limits::PRODUCT).unwrap();
        let step = file.len().div_ceil(400);
        // Everywhere in the headers, then at regular places, and everywhere near the end.
        let places = (0..file.len()).filter(|&at| at < 64 || at % step == 0 || at + 24 > file.len());
        for length in places {
            match decode(&file[..length], &Limits::PRODUCT) {
                Err(error) => assert!(!error.to_string().is_empty()),
                // Its orientation lies behind its pixels, the one thing that a cut there takes.
                Ok(_) if name == "orientation-6-behind.png" => {}
                Ok(photo) => assert!(photo == whole, "{name} cut at {length} of {}", file.len()),
            }
        }
    }
}

#[test]
fn a_file_cut_in_half_is_called_cut_off_or_damaged() {
    for (name, file) in fixtures() {
        let error = decode(&file[..file.len() / 2], &Limits::PRODUCT).err();
        let error = error.unwrap_or_else(|| panic!("half of {name} was taken for a photo"));
        assert!(matches!(error, Error::Truncated { .. } | Error::Damaged { .. }), "{name}: {error}");
    }
}

#[test]
fn no_corruption_panics_or_takes_more_memory_than_the_limits_allow() {
    const ROUNDS: usize = 150;
    let limits = Limits { file_bytes: 1 << 20, pixels: 1_000_000, working_pixels: 100_000 };
    let mut random = Random(20_260_101);
    for (name, file) in fixtures() {
        for round in 0..ROUNDS {
            let mut bytes = file.clone();
            // Half of the damage goes where the headers are.
            let reach = if round % 2 == 0 { bytes.len() } else { bytes.len().min(200) };
            for _ in 0..=random.below(8) {
                let at = random.below(reach);
                match random.below(4) {
                    0 => bytes[at] ^= 1 << random.below(8),
                    1 => bytes[at] = random.below(256) as u8,
                    2 => bytes[at] = 0xff,
                    _ => bytes[at] = 0,
                }
            }
            let started = Instant::now();
            let (result, peak) = with_peak(|| decode(&bytes, &limits));
            // 16 bytes a pixel for the widest samples of the tallest allowed picture, and what decoders keep.
            assert!(peak < 64 << 20, "{name}, round {round}: {peak} bytes");
            assert!(started.elapsed() < Duration::from_secs(5), "{name}, round {round}");
            if let Ok(photo) = result {
                assert_eq!(photo.pixels.len(), photo.width as usize * photo.height as usize * 4);
                assert!(photo.pixels.len() as u64 <= limits.working_pixels * 4);
            }
        }
    }
}

#[test]
fn random_bytes_behind_every_signature_are_survived() {
    let mut random = Random(7);
    let signatures: [&[u8]; 8] = [
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        b"RIFF\x40\0\0\0WEBPVP8 ",
        b"RIFF\x40\0\0\0WEBPVP8L",
        b"GIF89a",
        b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0",
        b"II*\0\x08\0\0\0",
        b"MM\0+\0\x08\0\0",
    ];
    let limits = Limits { pixels: 1_000_000, ..Limits::PRODUCT };
    for signature in signatures {
        for _ in 0..500 {
            let mut file = signature.to_vec();
            file.extend((0..random.below(300)).map(|_| random.below(256) as u8));
            let (_, peak) = with_peak(|| decode(&file, &limits));
            assert!(peak < 64 << 20, "{}: {peak} bytes", file.escape_ascii());
        }
    }
}

// Memory.

#[test]
fn a_twelve_megapixel_jpeg_takes_little_more_than_its_pixels_and_its_file() {
    let (width, height) = (4000_u32, 3000_u32);
    let rgba = u64::from(width) * u64::from(height) * 4;
    let mut pixels = vec![255; rgba as usize];
    for (index, pixel) in pixels.as_chunks_mut::<4>().0.iter_mut().enumerate() {
        let (x, y) = (index as u32 % width, index as u32 / width);
        *pixel = [(x / 16) as u8, (y / 12) as u8, ((x * y) >> 10) as u8, 255];
    }
    let file =
        encode(width, height, &pixels, Output::Jpeg { quality: 90, background: Rgb([255; 3]) }).unwrap();
    drop(pixels);
    let (photo, peak) = with_peak(|| decode(&file, &Limits::PRODUCT));
    assert_eq!(photo.unwrap().pixels.len() as u64, rgba);
    assert!((peak as u64) < rgba + file.len() as u64 + (1 << 20), "{peak} bytes");
}

// Helpers.

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/photos")
}

fn fixture(name: &str) -> Vec<u8> {
    fs::read(folder().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// Every fixture by name, without the references and the script.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| !name.ends_with(".reference.png") && !name.ends_with("-20x24.png"))
        .filter(|name| {
            ["jpg", "png", "webp", "gif", "bmp", "tif"].iter().any(|kind| name.ends_with(&format!(".{kind}")))
        })
        .collect();
    names.sort_unstable();
    assert!(names.len() > 70, "{}", names.len());
    names.into_iter().map(|name| (name.clone(), fixture(&name))).collect()
}

/// A reference picture, decoded without the code under test.
fn reference(name: &str) -> image::RgbaImage {
    image::load_from_memory(&fixture(name)).unwrap().to_rgba8()
}

fn opaque(name: &str) -> Photo {
    let reference = reference(name);
    let (width, height) = reference.dimensions();
    Photo::from_rgba(width, height, reference.into_raw(), &Limits::PRODUCT).unwrap()
}

/// The largest and the mean difference. Colour under alpha 0 is nobody's business.
fn difference(found: &[u8], expected: &[u8]) -> (u8, f64) {
    assert_eq!(found.len(), expected.len());
    let (mut most, mut sum) = (0, 0);
    for (found, expected) in found.as_chunks::<4>().0.iter().zip(expected.as_chunks::<4>().0) {
        if found[3] == 0 && expected[3] == 0 {
            continue;
        }
        for (found, expected) in found.iter().zip(expected) {
            most = most.max(found.abs_diff(*expected));
            sum += u64::from(found.abs_diff(*expected));
        }
    }
    (most, sum as f64 / found.len() as f64)
}

fn bilevel_png(width: u32, height: u32) -> Vec<u8> {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    encoder.set_depth(png::BitDepth::One);
    let mut writer = encoder.write_header().unwrap();
    writer.write_image_data(&vec![0; width.div_ceil(8) as usize * height as usize]).unwrap();
    writer.finish().unwrap();
    file
}

/// Small files whose headers claim 30000 × 30000 pixels, or the most that the format can claim.
fn header_bombs() -> Vec<(&'static str, Vec<u8>)> {
    let side = 30_000_u32;
    let wide = side.to_le_bytes();
    let high = side.to_be_bytes();

    let mut png = fixture("upright.png");
    png[16..20].copy_from_slice(&high);
    png[20..24].copy_from_slice(&high);
    let checksum = crc32(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());

    let frame_of = |mut file: Vec<u8>, marker: u8| {
        let frame = file.windows(2).position(|pair| pair == [0xff, marker]).unwrap();
        file[frame + 5..frame + 7].copy_from_slice(&high[2..]);
        file[frame + 7..frame + 9].copy_from_slice(&high[2..]);
        file
    };

    let canvas = |name: &str| {
        // The extended header: 24 bits hold a side less one.
        let mut file = fixture(name);
        assert_eq!(&file[12..16], b"VP8X");
        file[24..27].copy_from_slice(&(side - 1).to_le_bytes()[..3]);
        file[27..30].copy_from_slice(&(side - 1).to_le_bytes()[..3]);
        file
    };
    // Without that header a WebP claims at most 14 bits a side.
    let mut lossy = fixture("lossy.webp");
    assert_eq!(&lossy[12..16], b"VP8 ");
    lossy[26..30].copy_from_slice(&[0xff, 0x3f, 0xff, 0x3f]);
    let mut lossless = fixture("lossless.webp");
    assert_eq!(&lossless[12..16], b"VP8L");
    lossless[21..25].copy_from_slice(&(0x3ffe_u32 << 14 | 0x3ffe).to_le_bytes());

    let mut gif = fixture("animated.gif");
    gif[6..8].copy_from_slice(&wide[..2]);
    gif[8..10].copy_from_slice(&wide[..2]);

    let mut bmp = fixture("true-colour.bmp");
    bmp[18..22].copy_from_slice(&wide);
    bmp[22..26].copy_from_slice(&wide);

    let mut tiff = fixture("tiled.tif");
    let directory = u32::from_le_bytes(*tiff[4..].first_chunk().unwrap()) as usize;
    // The first two entries are the width and the height, as LONGs.
    tiff[directory + 10..directory + 14].copy_from_slice(&wide);
    tiff[directory + 22..directory + 26].copy_from_slice(&wide);

    vec![
        ("PNG", png),
        ("JPEG", frame_of(fixture("baseline-420.jpg"), 0xc0)),
        ("progressive JPEG", frame_of(fixture("progressive.jpg"), 0xc2)),
        ("WebP with a canvas", canvas("p3-alpha.webp")),
        ("animated WebP", canvas("animated.webp")),
        ("lossy WebP", lossy),
        ("lossless WebP", lossless),
        ("GIF", gif),
        ("BMP", bmp),
        ("TIFF", tiff),
    ]
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| crc >> 1 ^ (0xedb8_8320 * (crc & 1)))
    })
}

fn png_chunks(file: &[u8]) -> Vec<String> {
    let mut chunks = Vec::new();
    let mut at = 8;
    while at < file.len() {
        let length = u32::from_be_bytes(*file[at..].first_chunk().unwrap()) as usize;
        chunks.push(String::from_utf8_lossy(&file[at + 4..at + 8]).into_owned());
        at += 12 + length;
    }
    chunks
}

/// Marker and payload of each segment up to the coded data; behind that, only the end may come.
fn jpeg_segments(file: &[u8]) -> Vec<(u8, &[u8])> {
    let mut segments = Vec::new();
    let mut at = 2;
    loop {
        assert_eq!(file[at], 0xff);
        let length = usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
        segments.push((file[at + 1], &file[at + 4..at + 2 + length]));
        at += 2 + length;
        if segments.last().unwrap().0 == 0xda {
            let end = file[at..].windows(2).position(|pair| pair[0] == 0xff && pair[1] != 0).unwrap();
            assert_eq!(file[at + end..], [0xff, 0xd9]);
            return segments;
        }
    }
}
