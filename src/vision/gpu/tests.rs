//! Against the twin on the processor, on the software adapter; without one the tests say that they are skipped.
#![allow(clippy::unwrap_used)]

use super::*;

fn go(_: f32) -> bool {
    true
}

/// Something with grain, the same on every run.
fn grain(x: u32, y: u32) -> u8 {
    (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA6B)).wrapping_mul(0xC2B2_AE35).to_be_bytes()[0]
}

/// A photo of something with stripes and a furry edge, on a background with grain.
fn photo(width: u32, height: u32) -> Photo {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let at = |v: u32, size: u32| (v as f32 + 0.5) / size as f32 - 0.5;
            let fur = 0.03 * ((x as f32 * 0.21).sin() * (y as f32 * 0.17).cos());
            let inside = (0.3 + fur - at(x, width).hypot(at(y, height))) * 40.0;
            let share = (inside + 0.5).clamp(0.0, 1.0);
            let stripe = if (x + y) / 9 % 2 == 0 { 60.0 } else { 0.0 };
            let noise = f32::from(grain(x, y)) / 16.0;
            for (f, b) in [(170.0, 40.0), (60.0, 150.0), (90.0, 60.0)] {
                pixels.push((share * (f + stripe) + (1.0 - share) * b + noise) as u8);
            }
            pixels.push(255);
        }
    }
    Photo { width, height, pixels, has_alpha: false, reduced_from: None }
}

/// What a network says of it: right, but blurred.
fn mask(size: u32, soft: f32) -> Mask {
    let at = |v: u32| (v as f32 + 0.5) / size as f32 - 0.5;
    let value = |i: u32| (0.5 + (0.3 - at(i % size).hypot(at(i / size))) / soft).clamp(0.0, 1.0);
    Mask { width: size, height: size, values: (0..size * size).map(value).collect() }
}

fn flat(value: f32) -> Mask {
    Mask { width: 20, height: 20, values: vec![value; 400] }
}

fn on_the_gpu(refiner: &GpuRefiner, photo: &Photo, mask: &Mask) -> Cutout {
    pollster::block_on(refiner.cut_out(photo.clone(), mask, &mut go)).unwrap().unwrap()
}

/// Holds a cut-out to the twin's: one step on 99.9% of the pixels in all four channels, and never more than 16.
fn compare(refiner: &GpuRefiner, photo: &Photo, mask: &Mask, what: &str) -> Cutout {
    let expected = on_the_processor(photo.clone(), mask, &mut go).unwrap();
    let found = on_the_gpu(refiner, photo, mask);
    assert_eq!((found.width, found.height), (expected.width, expected.height));
    let (mut off, mut most) = (0, 0);
    for (a, b) in found.pixels.chunks_exact(4).zip(expected.pixels.chunks_exact(4)) {
        let difference = a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap();
        off += usize::from(difference > 1);
        most = most.max(difference);
    }
    let pixels = found.pixels.len() / 4;
    assert!(off * 1000 <= pixels && most <= MOST, "{what}: {off} of {pixels} pixels off, {most} at most");
    for (out, pixel) in found.pixels.chunks_exact(4).zip(photo.pixels.chunks_exact(4)) {
        match out[3] {
            0 => assert_eq!(out, [0; 4], "{what}"),
            255 => assert_eq!(out, pixel, "{what}"),
            _ => {}
        }
    }
    found
}

/// Most that a channel may differ anywhere: where alpha is a step, and a share of one or two of 255 multiplies
/// what a colour's rounding leaves.
const MOST: u8 = 16;

fn refiner() -> Option<GpuRefiner> {
    Some(GpuRefiner::new(&Device::for_tests()?).unwrap())
}

#[test]
fn pictures_of_all_shapes_are_those_of_the_processor() {
    let Some(refiner) = refiner() else { return };
    for (width, height) in [
        (1, 1),
        (3, 2),
        (32, 32),
        (33, 1),
        (1, 70),
        (33, 40),
        (64, 64),
        (65, 97),
        (1000, 30),
        (21, 900),
        (333, 257),
        (1200, 900),
    ] {
        let photo = photo(width, height);
        for size in [20, 80] {
            compare(&refiner, &photo, &mask(size, 0.2), &format!("{width}×{height}, mask of {size}"));
        }
    }
}
