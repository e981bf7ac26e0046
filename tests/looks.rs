//! Every look of the studio, drawn small with a real product, beside the picture of it that was looked at.
//!
//! `VITRINE_WRITE=1 cargo test --test looks` draws the pictures in `tests/fixtures/looks` anew; look at them before you
//! commit them.

#![allow(clippy::unwrap_used, reason = "a test that cannot read its fixture has failed")]

use std::path::PathBuf;

use vitrine::photo::{Limits, Output, Photo, decode, encode};
use vitrine::scene::draw;
use vitrine::tools::studio::looks;
use vitrine::vision::Cutout;

/// The longer side of a golden, in pixels.
const LONGEST: u32 = 200;

/// Levels by which a sample may differ: another processor rounds otherwise.
const TOLERANCE: u8 = 1;

fn fixture(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(path)
}

fn photo(path: &str) -> Photo {
    decode(&std::fs::read(fixture(path)).unwrap(), &Limits::PRODUCT).unwrap()
}

/// A flying helmet on its stand.
fn helmet() -> Cutout {
    let (mut cutout, alpha) = (photo("matting/helmet.jpg"), photo("matting/helmet_alpha.png"));
    assert_eq!((cutout.width, cutout.height), (alpha.width, alpha.height));
    for (pixel, [alpha, ..]) in
        cutout.pixels.as_chunks_mut::<4>().0.iter_mut().zip(alpha.pixels.as_chunks::<4>().0)
    {
        *pixel = if *alpha == 0 { [0; 4] } else { [pixel[0], pixel[1], pixel[2], *alpha] };
    }
    Cutout {
        width: cutout.width,
        height: cutout.height,
        pixels: cutout.pixels,
        confidence: None,
        doubt: None,
    }
}

#[test]
fn every_look_is_as_it_was_looked_at() {
    let helmet = helmet();
    for look in looks() {
        let picture = draw(&look.scene.shrunk(LONGEST), &[&helmet], &mut |_| true).unwrap();
        let path = fixture(&format!("looks/{}.png", look.id));
        if std::env::var_os("VITRINE_WRITE").is_some() {
            let output = Output::Png { background: None };
            let file = encode(picture.width, picture.height, &picture.pixels, output).unwrap();
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, file).unwrap();
        }
        let golden = photo(&format!("looks/{}.png", look.id));
        assert_eq!((golden.width, golden.height), (picture.width, picture.height), "{}", look.id);
        let differing = golden
            .pixels
            .iter()
            .zip(&picture.pixels)
            .filter(|(golden, drawn)| golden.abs_diff(**drawn) > TOLERANCE);
        assert_eq!(differing.count(), 0, "samples of {} that are not as they were", look.id);
    }
}
