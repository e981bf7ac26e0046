//! How long a scene takes to draw: 2000 × 2000, one product, contact, cast and ambient shadow, reflection.
//!
//! `cargo bench --bench scene` prints the median of several, for each of the studio's looks, or with `-- ID…` for
//! those: on one core, and on the fastest adapter, from the call to the bytes of the picture. There `new` makes and
//! uploads everything, `moved` has the product elsewhere by whole pixels, and `light` has only the light from elsewhere:
//! what a drag and a slider do. An adapter that is a program draws the glossy look alone, once.

#![allow(clippy::print_stdout, reason = "a benchmark's result is what it prints")]

use std::time::Instant;

use vitrine::gpu::{Device, Preference};
use vitrine::scene::{self, Cutouts, GpuPainter, Layer, Picture, Place, Scene};
use vitrine::tools::studio::{Look, looks};
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

/// The median, the least and the most of several, in milliseconds.
fn times(runs: usize, mut draw: impl FnMut(usize) -> Picture) -> String {
    let mut times: Vec<f64> = (0..runs)
        .map(|run| {
            let begun = Instant::now();
            let picture = draw(run);
            let time = begun.elapsed().as_secs_f64() * 1e3;
            assert!(picture.covered.contains(&255), "the picture is empty");
            time
        })
        .collect();
    times.sort_by(f64::total_cmp);
    format!("{:7.1} ms ({:.1}–{:.1})", times[runs / 2], times[0], times[runs - 1])
}

/// The scene with its product elsewhere by so many pixels.
fn moved(scene: &Scene, pixels: usize) -> Scene {
    let mut scene = scene.clone();
    for Layer::Product(product) in &mut scene.layers {
        product.place = Place::Pixels { x: 400.0 + pixels as f32, y: 300.0, scale: 0.75 };
    }
    scene
}

fn on_the_gpu(painter: &mut GpuPainter, look: &Look, product: &Cutout, runs: usize) {
    let mut draw = |scene: &Scene, which| {
        pollster::block_on(painter.draw(scene, &[product], which, &mut |_| true))
            .expect("a look is drawn on a GPU")
    };
    draw(&look.scene, Cutouts::New);
    let new = times(runs, |_| draw(&look.scene, Cutouts::New));
    draw(&moved(&look.scene, 0), Cutouts::AsBefore);
    let elsewhere = times(runs, |run| draw(&moved(&look.scene, run + 1), Cutouts::AsBefore));
    let mut scene = look.scene.clone();
    draw(&scene, Cutouts::AsBefore);
    let light = times(runs, |run| {
        scene.key.azimuth = run as f32;
        draw(&scene, Cutouts::AsBefore)
    });
    println!("{:14} new {new}, moved {elsewhere}, light {light}", look.id);
}

fn main() {
    const RUNS: usize = 7;
    let product = product();
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let looks: Vec<&Look> =
        looks().iter().filter(|look| asked.is_empty() || asked.contains(&look.id)).collect();
    println!("on one core");
    for look in &looks {
        let time = times(RUNS, |_| {
            scene::draw(&look.scene, &[&product], &mut |_| true).expect("a look is drawn on a processor")
        });
        println!("{:14} {time}", look.id);
    }
    let device = match pollster::block_on(Device::request(Preference::Fastest)) {
        Ok(device) => device,
        Err(error) => return println!("on no adapter: {error}"),
    };
    let software = device.is_software();
    println!("on {}{}", device.name(), if software { ", which is a program" } else { "" });
    let mut painter = GpuPainter::new(&device).expect("the adapter takes the kernels");
    for look in looks.into_iter().filter(|look| !software || look.id == "gloss") {
        on_the_gpu(&mut painter, look, &product, if software { 1 } else { RUNS });
    }
}
