//! Against the twin on the processor, on the software adapter; without one the tests say that they are skipped.
#![allow(clippy::unwrap_used)]

use super::*;
use crate::scene::material::tests::ALL;
use crate::scene::product::tests::cutout;
use crate::scene::{
    Backdrop, Camera, Color, Fill, Floor, Gradient, Key, Layer, Material, Place, Product, Relight, Size, draw,
};
use crate::tools::studio::looks;

fn go(_: f32) -> bool {
    true
}

fn painter() -> Option<GpuPainter> {
    Some(GpuPainter::new(&Device::for_tests()?).unwrap())
}

/// A bottle with a handle: opaque, with soft edges, coloured everywhere.
fn bottle(width: u32, height: u32) -> Cutout {
    let scale = 1600.0 / height as f32;
    cutout(width, height, |x, y| {
        let (x, y) = ((x as f32 + 0.5) * scale, (y as f32 + 0.5) * scale);
        let neck = 90.0 + 260.0 / (1.0 + (-(y - 560.0) / 60.0).exp());
        let body = neck - (x - 560.0).abs();
        let handle = 50.0 - ((x - 900.0).hypot(y - 1000.0) - 200.0).abs();
        let inside = body.max(handle).min(y - 20.0).min(1560.0 - y) / scale;
        let alpha = ((inside + 0.5).clamp(0.0, 1.0) * 255.0) as u8;
        if alpha == 0 { [0; 4] } else { [(x / 8.0) as u8, (y / 8.0) as u8, 120, alpha] }
    })
}

fn on_the_gpu(painter: &mut GpuPainter, scene: &Scene, cutouts: &[&Cutout], which: Cutouts) -> Picture {
    pollster::block_on(painter.draw(scene, cutouts, which, &mut go)).unwrap()
}

/// Holds a picture to the twin's: one step at most, in every channel of every pixel.
fn compare(
    painter: &mut GpuPainter,
    scene: &Scene,
    cutouts: &[&Cutout],
    which: Cutouts,
    what: &str,
) -> Picture {
    let expected = draw(scene, cutouts, &mut go).unwrap();
    let found = on_the_gpu(painter, scene, cutouts, which);
    assert_eq!((found.width, found.height), (expected.width, expected.height));
    assert_eq!(found.positions, expected.positions);
    let off = |found: &[u8], expected: &[u8], channels: usize| {
        assert_eq!(found.len(), expected.len());
        let pairs = || found.iter().zip(expected).enumerate();
        let off: Vec<_> = pairs().filter(|(_, (a, b))| a.abs_diff(**b) > 1).collect();
        let most = off.iter().map(|(_, (a, b))| a.abs_diff(**b)).max();
        let places: Vec<_> = off
            .iter()
            .take(6)
            .map(|(at, (a, b))| {
                let (pixel, channel) = (at / channels, at % channels);
                (pixel % found_width(scene), pixel / found_width(scene), channel, **a, **b)
            })
            .collect();
        assert!(
            off.is_empty(),
            "{what}: {} samples of {} off, by {most:?} at most: {places:?}",
            off.len(),
            found.len()
        );
    };
    off(&found.pixels, &expected.pixels, 4);
    off(&found.covered, &expected.covered, 1);
    found
}

fn found_width(scene: &Scene) -> usize {
    scene.size.width as usize
}

fn product(picture: usize, place: Place) -> Layer {
    Layer::Product(Product { picture, place, depth: 0.7, rotation: 9.0 * picture as f32 })
}

/// A sweep with everything on it.
fn sweep(material: Material, width: u32, height: u32) -> Scene {
    Scene {
        backdrop: Backdrop::Sweep {
            color: Color([210, 190, 170]),
            wall: 0.55,
            bend: 0.3,
            falloff: 0.4,
            material,
            scale: 1.3,
            seed: 5,
        },
        floor: Floor { gloss: 0.2, roughness: 0.4 },
        shadow: Shadow { contact: 0.9, cast: 0.8, ambient: 0.7, mutual: 0.0 },
        key: Key { azimuth: -40.0, elevation: 40.0, size: 12.0, color: Color([255, 244, 230]) },
        fill: Fill { share: 0.4, color: Color([220, 230, 255]) },
        ..Scene::plain(width, height)
    }
}

#[test]
fn every_look_is_that_of_the_processor() {
    let Some(mut painter) = painter() else { return };
    let bottle = bottle(300, 400);
    for look in looks() {
        compare(&mut painter, &look.scene.shrunk(420), &[&bottle], Cutouts::AsBefore, &look.id);
    }
}

#[test]
fn every_material_is_that_of_the_processor() {
    let Some(mut painter) = painter() else { return };
    let bottle = bottle(150, 200);
    for material in ALL.into_iter().chain([Material::Plain]) {
        let scene = sweep(material, 501, 333);
        compare(&mut painter, &scene, &[&bottle], Cutouts::AsBefore, &format!("{material:?}"));
    }
}

#[test]
fn plain_gradients_and_nothing_are_those_of_the_processor() {
    let Some(mut painter) = painter() else { return };
    let bottle = bottle(150, 200);
    let (from, to) = (Color([250, 240, 230]), Color([20, 30, 60]));
    let radial = |center| Backdrop::Gradient(Gradient::Radial { from, to, center });
    for backdrop in [
        Backdrop::Transparent,
        Backdrop::Solid { color: Color([1, 128, 254]) },
        Backdrop::Gradient(Gradient::Linear { from, to, angle: 33.0 }),
        Backdrop::Gradient(Gradient::Linear { from, to, angle: -90.0 }),
        radial([0.3, 0.2]),
        radial([1.5, -0.5]),
    ] {
        for (shadow, gloss) in [(Shadow::NONE, 0.0), (Shadow::default(), 0.0), (Shadow::default(), 0.3)] {
            let mut scene = Scene::plain(203, 251);
            (scene.backdrop, scene.shadow, scene.floor.gloss) = (backdrop.clone(), shadow, gloss);
            let what = format!("{backdrop:?}, {shadow:?}, gloss {gloss}");
            compare(&mut painter, &scene, &[&bottle], Cutouts::AsBefore, &what);
        }
    }
}

#[test]
fn floors_and_lights_are_those_of_the_processor() {
    let Some(mut painter) = painter() else { return };
    let bottle = bottle(150, 200);
    let mut scene = sweep(Material::Plain, 320, 320);
    for (gloss, roughness) in [(0.04, 0.0), (1.0, 0.0), (0.5, 0.3), (0.2, 1.0)] {
        scene.floor = Floor { gloss, roughness };
        compare(&mut painter, &scene, &[&bottle], Cutouts::AsBefore, &format!("{gloss} {roughness}"));
    }
    scene.floor.gloss = 0.0;
    for (azimuth, elevation, size) in
        [(0.0, 90.0, 0.5), (-80.0, 20.0, 1.0), (170.0, 35.0, 20.0), (60.0, 5.0, 6.0), (20.0, 60.0, 90.0)]
    {
        scene.key = Key { azimuth, elevation, size, ..scene.key };
        let what = format!("light from {azimuth} {elevation}, {size} wide");
        compare(&mut painter, &scene, &[&bottle], Cutouts::AsBefore, &what);
    }
    for horizon in [-0.5, 0.1, 0.5, 0.7] {
        scene.camera = Camera { horizon, field_of_view: 35.0 };
        compare(&mut painter, &scene, &[&bottle], Cutouts::AsBefore, &format!("horizon {horizon}"));
        let mut open = scene.clone();
        open.backdrop = Backdrop::Solid { color: Color([240; 3]) };
        compare(&mut painter, &open, &[&bottle], Cutouts::AsBefore, &format!("no wall, horizon {horizon}"));
    }
}

#[test]
fn products_overlap_and_are_cut_by_the_frame() {
    let Some(mut painter) = painter() else { return };
    let (one, two) = (bottle(300, 400), bottle(90, 160));
    let mut scene = sweep(Material::Linen, 400, 300);
    let ground = |x, y, size| Place::Ground { x, y, width: size, height: size };
    for (what, layers) in [
        ("none", vec![]),
        ("overlapping", vec![product(0, ground(0.45, 0.8, 0.6)), product(1, ground(0.6, 0.9, 0.4))]),
        ("the same twice", vec![product(0, ground(0.3, 0.8, 0.4)), product(0, ground(0.7, 0.85, 0.5))]),
        ("cut by the frame", vec![product(0, ground(0.02, 0.7, 0.9)), product(1, ground(0.9, 1.2, 0.8))]),
        ("larger than the frame", vec![product(0, Place::Pixels { x: -3000.0, y: -2500.0, scale: 20.0 })]),
        ("beside the frame", vec![product(0, Place::Pixels { x: 4000.0, y: 10.0, scale: 1.0 })]),
        ("in the sky", vec![product(0, ground(0.5, 0.3, 0.25))]),
    ] {
        scene.layers = layers;
        compare(&mut painter, &scene, &[&one, &two], Cutouts::AsBefore, what);
    }
}

/// A photo of a place: stripes, a bright disc, grain.
fn room(width: u32, height: u32) -> Cutout {
    cutout(width, height, |x, y| {
        let far = (x as f32 - width as f32 / 3.0).hypot(y as f32 - height as f32 / 4.0);
        let grain = (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA6B)).to_be_bytes()[0] / 16;
        if far < 12.0 { [255; 4] } else { [(x % 90) as u8 + grain, (y % 128) as u8, 30 + grain, 255] }
    })
}

#[test]
fn a_photo_as_the_backdrop_is_that_of_the_processor() {
    let Some(mut painter) = painter() else { return };
    let (bottle, room) = (bottle(150, 200), room(700, 400));
    let mut scene = sweep(Material::Plain, 402, 301);
    for (wall, blur) in [(0.4, 0.0), (0.5, 0.03), (0.9, 0.2)] {
        scene.backdrop = Backdrop::Photo { picture: 1, at: [0.2, 0.8], wall, blur };
        let what = format!("a photo, wall {wall}, blur {blur}");
        compare(&mut painter, &scene, &[&bottle, &room], Cutouts::AsBefore, &what);
        scene.key.azimuth += 9.0;
        compare(&mut painter, &scene, &[&bottle, &room], Cutouts::AsBefore, &format!("{what} again"));
    }
    // In several tiles, and back in one.
    let mut large = scene.clone();
    large.size = Size { width: 1000, height: 700 };
    compare(&mut painter, &large, &[&bottle, &room], Cutouts::AsBefore, "a photo in tiles");
    compare(&mut painter, &scene, &[&bottle, &room], Cutouts::AsBefore, "a photo in one tile");
}

#[test]
fn light_on_products_is_that_of_the_processor() {
    let Some(mut painter) = painter() else { return };
    let (one, two) = (bottle(150, 200), bottle(90, 160));
    let mut scene = sweep(Material::Paper, 300, 260);
    let ground = |x, y, size| Place::Ground { x, y, width: size, height: size };
    scene.layers = vec![product(0, ground(0.4, 0.8, 0.6)), product(1, ground(0.6, 0.9, 0.5))];
    let relight = |rim, fill, harmony, vignette| Relight { rim, fill, harmony, vignette };
    let off = relight(0.0, 0.0, 0.0, 0.0);
    let steps: [(&str, Relight, f32, f32); 8] = [
        ("a vignette", relight(0.0, 0.0, 0.0, 0.8), 0.0, -40.0),
        ("a rim", relight(0.9, 0.0, 0.0, 0.0), 0.0, -40.0),
        ("a rim from elsewhere", relight(0.9, 0.0, 0.0, 0.0), 0.0, 70.0),
        ("all of it", relight(0.5, 0.7, 0.6, 0.4), 0.9, 70.0),
        ("the same", relight(0.5, 0.7, 0.6, 0.4), 0.9, 70.0),
        ("shadows on each other", off, 0.8, 70.0),
        ("from elsewhere", off, 0.8, -70.0),
        ("nothing", off, 0.0, -70.0),
    ];
    for (what, relight, mutual, azimuth) in steps {
        (scene.relight, scene.shadow.mutual, scene.key.azimuth) = (relight, mutual, azimuth);
        compare(&mut painter, &scene, &[&one, &two], Cutouts::AsBefore, what);
    }
    // What was lit is moved.
    scene.relight = relight(0.5, 0.7, 0.6, 0.4);
    for x in [30.0, 50.0] {
        scene.layers[1] = product(1, Place::Pixels { x, y: 60.0, scale: 0.8 });
        compare(&mut painter, &scene, &[&one, &two], Cutouts::AsBefore, "moved in the light");
    }
}

#[test]
fn a_picture_of_many_tiles_is_that_of_the_processor() {
    let Some(mut painter) = painter() else { return };
    let bottle = bottle(1200, 1600);
    let mut scene = sweep(Material::Wood, 5001, 600);
    scene.layers = vec![
        product(0, Place::Ground { x: 0.2, y: 0.9, width: 0.3, height: 0.7 }),
        product(0, Place::Pixels { x: 2900.0, y: -900.0, scale: 1.0 }),
    ];
    const { assert!(5004 * 600 > 10 * SOFTWARE_TILE) };
    compare(&mut painter, &scene, &[&bottle], Cutouts::New, "many tiles");
}

#[test]
fn what_is_kept_is_what_would_be_made() {
    let Some(mut painter) = painter() else { return };
    let (one, two) = (bottle(300, 400), bottle(200, 220));
    let mut scene = sweep(Material::Marble, 256, 256);
    let at = |x: f32| vec![product(0, Place::Pixels { x, y: 20.25, scale: 0.5 })];
    scene.layers = at(30.5);
    compare(&mut painter, &scene, &[&one], Cutouts::New, "the first");
    scene.key.azimuth = 60.0;
    compare(&mut painter, &scene, &[&one], Cutouts::AsBefore, "the light moved");
    scene.layers = at(77.5);
    compare(&mut painter, &scene, &[&one], Cutouts::AsBefore, "moved by whole pixels");
    scene.layers = at(77.9);
    compare(&mut painter, &scene, &[&one], Cutouts::AsBefore, "moved by a part");
    scene.floor.gloss = 0.0;
    compare(&mut painter, &scene, &[&one], Cutouts::AsBefore, "dull");
    scene.shadow = Shadow::NONE;
    compare(&mut painter, &scene, &[&one], Cutouts::AsBefore, "without shadows");
    scene.floor.gloss = 0.4;
    scene.shadow = Shadow::default();
    compare(&mut painter, &scene, &[&one], Cutouts::AsBefore, "all again");
    compare(&mut painter, &scene, &[&two], Cutouts::New, "another cut-out");
    scene.size = Size { width: 300, height: 200 };
    compare(&mut painter, &scene, &[&two], Cutouts::AsBefore, "another size");
}

#[test]
fn a_product_keeps_its_bytes() {
    let Some(mut painter) = painter() else { return };
    let subject = cutout(256, 256, |x, y| [x as u8, y as u8, (x ^ y) as u8, 255]);
    let mut scene = sweep(Material::Concrete, 300, 300);
    scene.layers = vec![product(0, Place::Pixels { x: 20.0, y: 10.0, scale: 1.0 })];
    let picture = on_the_gpu(&mut painter, &scene, &[&subject], Cutouts::New);
    for (own, row) in subject.pixels.chunks_exact(256 * 4).zip(picture.pixels.chunks_exact(300 * 4).skip(10))
    {
        assert!(own == &row[20 * 4..276 * 4]);
    }
}

#[test]
fn what_is_wrong_or_unwanted_is_said() {
    let Some(mut painter) = painter() else { return };
    let bottle = bottle(30, 40);
    let scene = sweep(Material::Plain, 64, 64);
    let none = pollster::block_on(painter.draw(&scene, &[], Cutouts::New, &mut go));
    assert!(matches!(none, Err(Failed::Scene(Error::NoPicture { .. }))));
    let mut calls = 0;
    let mut count = |_| {
        calls += 1;
        true
    };
    pollster::block_on(painter.draw(&scene, &[&bottle], Cutouts::New, &mut count)).unwrap();
    for stop_at in 1..=calls {
        let mut call = 0;
        let mut stop = |_| {
            call += 1;
            call < stop_at
        };
        let stopped = pollster::block_on(painter.draw(&scene, &[&bottle], Cutouts::New, &mut stop));
        assert_eq!(stopped, Err(Failed::Scene(Error::Cancelled)));
    }
    compare(&mut painter, &scene, &[&bottle], Cutouts::New, "after stops");
    painter.device.destroy();
    let lost = pollster::block_on(painter.draw(&scene, &[&bottle], Cutouts::New, &mut go));
    assert!(matches!(lost, Err(Failed::Device(gpu::Error::Lost(_)))));
}
