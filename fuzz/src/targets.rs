//! What must hold of the engine for every input there is: one function a fuzz target.
//!
//! `cargo xtask fuzz` feeds them what libFuzzer finds; `tests/corpora.rs`, which has this very file as a module, the
//! committed corpora and seeded mutations of them. A function returns where the input is refused, and panics where
//! something that must hold does not.

#![allow(unreachable_pub, reason = "a test has this file too")]

use vitrine::listing::{self, Context};
use vitrine::nn::{Graph, Plan, cpu};
use vitrine::photo::metadata::{DigitalSourceType, Metadata, with_digital_source_type};
use vitrine::photo::{Format, Limits, Output, Photo, decode, encode, sniff};
use vitrine::scene::{Scene, draw};
use vitrine::tools::colour::{Look, Recipe, Settings, Statistics};
use vitrine::vision::Cutout;

use crate::counting::with_peak;
use crate::walk::check_plan;

/// A target.
pub type Target = fn(&[u8]);

/// Every target by name.
pub const TARGETS: [(&str, Target); 7] = [
    ("photo", photo),
    ("metadata", metadata),
    ("profile", profile),
    ("lint", lint),
    ("network", network),
    ("scene", scene),
    ("settings", settings),
];

/// Small, so that a target answers thousands of times a second.
const LIMITS: Limits = Limits { file_bytes: 1 << 20, pixels: 1 << 12, working_pixels: 1 << 10 };

/// What decoding may take under [`LIMITS`]: 64 MiB for what a PNG unpacks besides its pixels, such as a profile, and as
/// much again where that is copied.
const PHOTO_BYTES: usize = 160 << 20;

/// What planning and running may take: the plan's own limit, and what lowering keeps of constants.
const NETWORK_BYTES: usize = 64 << 20;

fn bounded<T>(limit: usize, work: impl FnOnce() -> T) -> T {
    let (result, peak) = with_peak(work);
    assert!(peak <= limit, "{peak} bytes of memory were taken and {limit} are allowed");
    result
}

fn refused(message: &str) {
    assert!(!message.trim().is_empty(), "a refusal says why");
}

/// A photo is refused in words, or within its limits and what it says of itself; what is written of it shows it again.
pub fn photo(bytes: &[u8]) {
    match bounded(PHOTO_BYTES, || decode(bytes, &LIMITS)) {
        Ok(photo) => {
            check_photo(&photo);
            // Writing takes longer than reading, so not every photo is written.
            match bytes.len() % 8 {
                0 => check_written(&photo, Output::Png { background: None }),
                1 => check_written(&photo, Output::WebP { background: None }),
                _ => {}
            }
        }
        Err(error) => refused(&error.to_string()),
    }
}

fn check_photo(photo: &Photo) {
    let Photo { width, height, ref pixels, has_alpha, reduced_from } = *photo;
    let area = u64::from(width) * u64::from(height);
    assert!((1..=LIMITS.working_pixels).contains(&area), "{width} × {height}");
    assert_eq!(pixels.len() as u64, area * 4);
    if let Some((width, height)) = reduced_from {
        let area = u64::from(width) * u64::from(height);
        assert!((LIMITS.working_pixels + 1..=LIMITS.pixels).contains(&area), "{width} × {height}");
    } else {
        assert_eq!(has_alpha, pixels.iter().skip(3).step_by(4).any(|&alpha| alpha < 255));
    }
}

fn check_written(photo: &Photo, output: Output) {
    let written = encode(photo.width, photo.height, &photo.pixels, output).expect("a photo can be written");
    let again = decode(&written, &LIMITS).expect("what was written can be read");
    assert_eq!((again.width, again.height), (photo.width, photo.height));
    for (again, pixel) in again.pixels.as_chunks::<4>().0.iter().zip(photo.pixels.as_chunks::<4>().0) {
        assert_eq!(*again, if pixel[3] == 0 { [0; 4] } else { *pixel }, "{output:?}");
    }
}

/// What a file tells is a short ordered list; a digital source type is put into any file without a panic, and into one
/// of ours it is put.
pub fn metadata(bytes: &[u8]) {
    let found = bounded(PHOTO_BYTES, || Metadata::of(bytes));
    assert!(found.found.len() <= 512 && found.found.is_sorted());
    assert!(found.film_focal != Some(0));
    let source = DigitalSourceType::new("digitalCapture").expect("a term");
    let with = with_digital_source_type(bytes.to_vec(), &source);
    assert!(with.len() <= bytes.len() + 1024, "a packet is short");
    assert_eq!(sniff(&with), sniff(bytes));
}

/// A profile never stops a photo: one that is broken is left aside. The first byte chooses what it stands in.
pub fn profile(bytes: &[u8]) {
    let Some((kind, icc)) = bytes.split_first() else { return };
    let channels = [1, 3, 4][usize::from(*kind) % 3];
    let file = tiff(channels, icc);
    let photo = bounded(PHOTO_BYTES, || decode(&file, &LIMITS)).expect("a profile is no reason to refuse");
    assert_eq!((photo.width, photo.height, photo.has_alpha), (4, 1, false));
    bounded(PHOTO_BYTES, || Metadata::of(&file));
}

/// A TIFF of 4 × 1 pixels with a profile.
fn tiff(channels: u16, icc: &[u8]) -> Vec<u8> {
    const SAMPLES: [u8; 16] = [0, 255, 128, 64, 10, 200, 30, 90, 255, 255, 255, 0, 77, 0, 0, 0];
    const BITS_AT: u32 = 8;
    const SAMPLES_AT: u32 = 16;
    const DIRECTORY_AT: u32 = 32;
    const ENTRIES: u32 = 10;
    let icc_at = DIRECTORY_AT + 2 + ENTRIES * 12 + 4;
    let photometric = match channels {
        1 => 1,
        3 => 2,
        _ => 5,
    };
    let (short, long, undefined) = (3_u16, 4_u16, 7_u16);
    let bits = if channels > 2 { BITS_AT } else { 8 };
    let entries = [
        (256_u16, long, 1_u32, 4_u32),
        (257, long, 1, 1),
        (258, short, u32::from(channels), bits),
        (259, short, 1, 1),
        (262, short, 1, photometric),
        (273, long, 1, SAMPLES_AT),
        (277, short, 1, u32::from(channels)),
        (278, long, 1, 1),
        (279, long, 1, u32::from(channels) * 4),
        (34675, undefined, icc.len() as u32, icc_at),
    ];
    let mut file = b"II*\0".to_vec();
    file.extend(DIRECTORY_AT.to_le_bytes());
    file.extend([8_u16; 4].iter().flat_map(|bits| bits.to_le_bytes()));
    file.extend(SAMPLES);
    file.extend((ENTRIES as u16).to_le_bytes());
    for (tag, kind, count, value) in entries {
        file.extend(tag.to_le_bytes());
        file.extend(kind.to_le_bytes());
        file.extend(count.to_le_bytes());
        file.extend(value.to_le_bytes());
    }
    file.extend([0; 4]);
    file.extend(icc);
    file
}

/// A marketplace's rules can be held against any file. The first byte chooses the marketplace.
pub fn lint(bytes: &[u8]) {
    let Some((choice, file)) = bytes.split_first() else { return };
    let presets = &listing::catalog().presets;
    let preset = &presets[usize::from(*choice) % presets.len()];
    let lint = bounded(PHOTO_BYTES, || listing::lint(file, preset, &Context::default(), &LIMITS));
    assert!(lint.findings.iter().all(|finding| !finding.message.is_empty()));
    let shown = matches!(
        sniff(file),
        Some(Format::Jpeg | Format::Png | Format::WebP | Format::Gif | Format::Bmp | Format::Tiff)
    );
    assert!(shown || !lint.is_clean(), "what is no picture is said");
}

/// A network is refused in words, or runs within its plan: no step writes what it reads or what is still to be read,
/// and nothing is read that was not written.
pub fn network(bytes: &[u8]) {
    /// Floats that a caller feeds, and multiplications: what is larger is planned and not run.
    const MOST_FED: usize = 1 << 12;
    const MOST_WORK: u64 = 1 << 20;
    const MEMORY: u64 = 4 << 20;
    bounded(NETWORK_BYTES, || {
        let graph = match Graph::from_onnx(bytes) {
            Ok(graph) => graph,
            Err(error) => return refused(&error.to_string()),
        };
        let shapes: Vec<Vec<usize>> = graph
            .inputs
            .iter()
            .map(|port| port.shape.iter().map(|side| side.unwrap_or(5)).collect())
            .collect();
        let plan = match Plan::of(&graph, &shapes, MEMORY) {
            Ok(plan) => plan,
            Err(error) => return refused(&error.to_string()),
        };
        assert!(plan.arena as u64 * 4 <= MEMORY && plan.live <= plan.arena);
        check_plan(&plan);
        let fed: Vec<Vec<f32>> = (0..plan.inputs.len())
            .map(|index| {
                (0..plan.input_shape(index).iter().product()).map(|at: usize| (at % 7) as f32 - 3.0).collect()
            })
            .collect();
        if fed.iter().map(Vec::len).sum::<usize>() > MOST_FED || plan.multiply_adds() > MOST_WORK {
            return;
        }
        let sizes: Vec<usize> = plan.outputs.iter().map(|port| port.tensor.len()).collect();
        let slices: Vec<&[f32]> = fed.iter().map(Vec::as_slice).collect();
        let answers = cpu::Executor::new(plan).run(&slices, &mut |_, _| true).expect("what is planned runs");
        assert!(answers.iter().map(Vec::len).eq(sizes));
    });
}

/// A scene's file is refused in words, or comes back as it was written, and is drawn.
pub fn scene(bytes: &[u8]) {
    /// Pixels along the longer side of what is drawn.
    const SIDE: u32 = 12;
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let scene = match Scene::read(text) {
        Ok(scene) => scene,
        Err(error) => return refused(&error.to_string()),
    };
    assert_eq!(Scene::read(&scene.write()).as_ref(), Ok(&scene));
    let pixels =
        (0..6_u8 * 5).flat_map(|at| if at % 6 == 0 { [0; 4] } else { [at, 255 - at, 90, 255 - at % 2 * 90] });
    let cutout = Cutout { width: 6, height: 5, pixels: pixels.collect(), confidence: None, doubt: None };
    match bounded(32 << 20, || draw(&scene.shrunk(SIDE), &[&cutout, &cutout], &mut |_| true)) {
        Ok(picture) => {
            assert!((1..=SIDE).contains(&picture.width) && (1..=SIDE).contains(&picture.height));
            assert_eq!(picture.pixels.len(), picture.covered.len() * 4);
        }
        Err(error) => refused(&error.to_string()),
    }
}

/// A correction's file is refused in words, or comes back as it was written, and corrects.
pub fn settings(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(settings) = Settings::from_json(text) {
        let again = serde_json::to_string(&settings).expect("settings are plain data");
        assert_eq!(Settings::from_json(&again).as_ref(), Ok(&settings));
    }
    let recipe = match Recipe::from_json(text) {
        Ok(recipe) => recipe,
        Err(error) => return refused(&error.to_string()),
    };
    let again = serde_json::to_string(&recipe).expect("a recipe is plain data");
    assert_eq!(Recipe::from_json(&again).as_ref(), Ok(&recipe));
    let mut pixels: Vec<u8> = (0..=255).collect();
    let photo = Photo::from_rgba(8, 8, pixels.clone(), &LIMITS).expect("a photo");
    let own = Statistics::of(&photo, None).expect("no matte that could be another's");
    for settled in [recipe.settle(None), recipe.settle(Some(&own))] {
        let look = Look::new(&settled.settings).expect("what a recipe settles on is in its ranges");
        look.apply(&mut pixels, 8, 8);
        assert!(pixels.iter().zip(0..=255_u8).skip(3).step_by(4).all(|(found, alpha)| *found == alpha));
    }
}
