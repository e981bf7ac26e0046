//! How long a scene takes to draw on one core: 2000 × 2000, one product, contact, cast and ambient shadow, reflection.
//!
//! `cargo bench --bench scene` prints the median of several, for each of the studio's looks.

#![allow(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use std::time::Instant;

use vitrine::scene;
use vitrine::tools::studio::looks;
use vitrine::vision::Cutout;

/// A bottle of 1200 × 1600 with a handle: opaque, with soft edges.
fn product() -> Cutout {
    let (width, height) = (1200_u32, 1600_u32);
    let pixels =
        (0..height).flat_map(|y| (0..width).map(move |x| (x as f32, y as f32))).flat_map(|(x, y)| {
            let neck = 90.0 + 260.0 / (1.0 + (-(y - 560.0) / 60.0).exp());
            let body = neck - (x - 560.0).abs();
            let handle = 50.0 - ((x - 900.0).hypot(y - 1000.0) - 200.0).abs();
            let inside = body.max(handle).min(y - 20.0).min(1560.0 - y);
            let alpha = ((inside + 0.5).clamp(0.0, 1.0) * 255.0) as u8;
            if alpha == 0 { [0; 4] } else { [(x / 8.0) as u8, (y / 8.0) as u8, 120, alpha] }
        });
    Cutout { width, height, pixels: pixels.collect(), confidence: None, doubt: None }
}

fn main() {
    const RUNS: usize = 7;
    let product = product();
    for look in looks() {
        let mut times: Vec<f64> = (0..RUNS)
            .map(|_| {
                let begun = Instant::now();
                let picture = scene::draw(&look.scene, &[&product], &mut |_| true);
                let time = begun.elapsed().as_secs_f64() * 1e3;
                assert!(picture.is_ok_and(|picture| picture.covered.contains(&255)), "{} is empty", look.id);
                time
            })
            .collect();
        times.sort_by(f64::total_cmp);
        println!("{:14} {:6.0} ms ({:.0}–{:.0})", look.id, times[RUNS / 2], times[0], times[RUNS - 1]);
    }
}
