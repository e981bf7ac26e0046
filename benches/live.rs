//! How long a camera's picture takes to show a product, on one core: following the face, and drawing glasses or a hat on it.
//!
//! `cargo bench --bench live` prints the median of several for pictures of 480, 720 and 1080 rows, each a person who moves
//! a little from one to the next. A hat also looks for hair, now and then.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a benchmark prints, and stops where it cannot go on"
)]

use std::time::Instant;

use vitrine::nn::Graph;
use vitrine::photo::{self, Limits, Photo};
use vitrine::tools::try_on::{Kind, Product, TryOn, Watch};

/// Pictures of each size; the first ones warm up.
const PICTURES: usize = 40;
const WARM: usize = 5;

/// The face, `side` pixels wide, in the middle of a grey picture of 4:3, `off` pixels to the side.
fn picture(face: &Photo, height: u32, off: u32) -> Photo {
    let side = height * 9 / 10;
    let face = photo::resample(face, side, side);
    let width = height * 4 / 3;
    let (left, top) = ((width - side) / 2 + off, (height - side) / 2);
    let mut pixels = [120, 124, 128, 255].repeat((width * height) as usize);
    for row in 0..side {
        let from = (row * side * 4) as usize;
        let to = (((top + row) * width + left) * 4) as usize;
        let length = (side * 4) as usize;
        pixels[to..to + length].copy_from_slice(&face.pixels[from..from + length]);
    }
    Photo { width, height, pixels, has_alpha: false, reduced_from: None }
}

fn median(times: &mut [f64]) -> String {
    times.sort_by(f64::total_cmp);
    format!("{:6.1} ms ({:.1}–{:.1})", times[times.len() / 2], times[0], times[times.len() - 1])
}

fn main() {
    let network = |bytes: &[u8]| Graph::from_onnx(bytes).expect("a network of the project");
    let try_on = TryOn::new(
        &network(include_bytes!("../models/face_detector.onnx")),
        &network(include_bytes!("../models/face_mesh.onnx")),
    )
    .and_then(|try_on| try_on.with_hair(&network(include_bytes!("../models/hair.onnx"))))
    .expect("the networks");
    let decode = |bytes: &[u8]| photo::decode(bytes, &Limits::PRODUCT).expect("a picture of the project");
    let face = decode(include_bytes!("../tests/fixtures/people/face.jpg"));
    let glasses = decode(include_bytes!("../www/shop/products/wayfarer-tortoise.png"));
    let glasses = Product::new(Kind::Glasses, &glasses, 144.0).expect("glasses");
    let hat = decode(include_bytes!("../www/shop/products/beanie-rust.webp"));
    let hat = Product::new(Kind::Hat, &hat, 240.0).expect("a hat");
    for (product, height) in
        [&glasses, &hat].into_iter().flat_map(|product| [480, 720, 1080].map(|height| (product, height)))
    {
        let mut watch = Watch::default();
        let (mut follow, mut draw, mut all) = (Vec::new(), Vec::new(), Vec::new());
        for k in 0..PICTURES {
            let photo = picture(&face, height, (k % 8) as u32);
            let begun = Instant::now();
            let person =
                try_on.next(photo, k as f64 / 30.0, &mut watch).expect("the engine").expect("a face");
            let followed = begun.elapsed().as_secs_f64() * 1e3;
            let (drawn, _) = person.wear(0, product).expect("a head");
            let whole = begun.elapsed().as_secs_f64() * 1e3;
            assert!(drawn.pixels != person.photo().pixels, "nothing was drawn");
            if k >= WARM {
                follow.push(followed);
                draw.push(whole - followed);
                all.push(whole);
            }
        }
        println!(
            "{:8} {height:5} rows: following {}, drawing {}, both {}",
            product.kind().name(),
            median(&mut follow),
            median(&mut draw),
            median(&mut all)
        );
    }
}
