//! Drawn garments, their parts, and one of them on somebody.

#![allow(clippy::unwrap_used)]

use super::parts::SIDE_STATIONS;
use super::*;
use crate::nn::Graph;
use crate::photo::{Limits, decode};
use crate::tools::try_on::{Person, Product, TryOn};
use crate::vision::body::place;

const SIZE: (usize, usize) = (600, 560);
/// Halves of garments, as far out from the axis as they go: from the top of the axis to its bottom.
const SHIRT: [(f32, f32); 9] = [
    (0.0, 50.0),
    (60.0, 20.0),
    (150.0, 50.0),
    (280.0, 180.0),
    (210.0, 240.0),
    (170.0, 200.0),
    (170.0, 520.0),
    (0.0, 520.0),
    (0.0, 520.0),
];
const LONG: [(f32, f32); 9] = [
    (0.0, 50.0),
    (60.0, 20.0),
    (150.0, 50.0),
    (285.0, 480.0),
    (235.0, 500.0),
    (165.0, 200.0),
    (165.0, 520.0),
    (0.0, 520.0),
    (0.0, 520.0),
];
const DRESS: [(f32, f32); 9] = [
    (0.0, 80.0),
    (60.0, 20.0),
    (90.0, 25.0),
    (95.0, 110.0),
    (140.0, 150.0),
    (110.0, 280.0),
    (220.0, 530.0),
    (0.0, 540.0),
    (0.0, 540.0),
];

/// Drawn in one colour on transparency; its axis in the middle.
fn drawn(half: &[(f32, f32)]) -> Photo {
    let (width, height) = SIZE;
    let is_inside = |x: f32, y: f32| {
        let edges = half.iter().zip(half.iter().skip(1));
        // The axis closes it.
        edges
            .filter(|((_, from), (_, to))| (*from > y) != (*to > y))
            .filter(|((x0, y0), (x1, y1))| x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
            .count()
            % 2
            == 1
    };
    let mut pixels = Vec::with_capacity(width * height * 4);
    for y in 0..height {
        for x in 0..width {
            let out = (x as f32 + 0.5 - width as f32 / 2.0).abs();
            pixels.extend(if is_inside(out, y as f32 + 0.5) { [150, 40, 50, 255] } else { [0; 4] });
        }
    }
    Photo { width: width as u32, height: height as u32, pixels, has_alpha: true, reduced_from: None }
}

/// Its parts, with the place in the picture at which the garment's own box begins.
fn parts(half: &[(f32, f32)]) -> (Parts, Vec2) {
    let product::Product { width, films } = product::read(&drawn(half), Kind::Top, 400.0).unwrap();
    let corner = Vec2::new((SIZE.0 - width) as f32 / 2.0, 20.0);
    (Parts::of(width, &films).unwrap(), corner)
}

#[track_caller]
fn assert_near(found: Vec2, corner: Vec2, (x, y): (f32, f32), most: f32) {
    let place = found + corner - Vec2::X * SIZE.0 as f32 / 2.0;
    assert!(place.distance(Vec2::new(x, y)) < most, "{place} for {x} {y}");
}

#[test]
fn the_parts_of_a_shirt_are_found() {
    for (half, cuff, armpit) in [
        (SHIRT, [(280.0, 180.0), (210.0, 240.0)], (170.0, 200.0)),
        (LONG, [(285.0, 480.0), (235.0, 500.0)], (165.0, 200.0)),
    ] {
        let (parts, corner) = parts(&half);
        for (side, way) in parts.sides.iter().zip([-1.0, 1.0]) {
            assert_near(side.neck, corner, (way * 60.0, 20.0), 8.0);
            assert_near(side.shoulder, corner, (way * 155.0, 55.0), 16.0);
            assert_near(side.armpit(), corner, (way * armpit.0, armpit.1), 12.0);
            assert_near(side.flank[SIDE_STATIONS - 1], corner, (way * armpit.0, 520.0), 8.0);
            let [.., end] = side.sleeve.unwrap();
            for (found, (x, y)) in end.into_iter().zip(cuff) {
                assert_near(found, corner, (way * x, y), 14.0);
            }
        }
        assert!((parts.chest() - 2.0 * armpit.0).abs() < 12.0, "{}", parts.chest());
    }
}

#[test]
fn a_dress_has_no_sleeves() {
    let (parts, corner) = parts(&DRESS);
    for (side, way) in parts.sides.iter().zip([-1.0, 1.0]) {
        assert_eq!(side.sleeve, None);
        assert_near(side.neck, corner, (way * 60.0, 20.0), 10.0);
        assert_near(side.shoulder, corner, (way * 90.0, 25.0), 12.0);
        assert_near(side.armpit(), corner, (way * 140.0, 150.0), 12.0);
        assert_near(side.flank[SIDE_STATIONS - 1], corner, (way * 220.0, 530.0), 10.0);
    }
}

#[test]
fn what_is_no_garment_is_refused() {
    let bar = [(0.0, 20.0), (250.0, 20.0), (250.0, 60.0), (0.0, 60.0), (0.0, 60.0)];
    assert_eq!(Top::new(Kind::Top, &drawn(&bar), 400.0).err(), Some(Error::NoGarment));
    for width in [0.0, 199.0, 1e9, f32::NAN] {
        let error = Top::new(Kind::Dress, &drawn(&DRESS), width).err().unwrap().to_string();
        assert!(error.contains("200 to 1200 mm") && error.contains("armpit"), "{error}");
    }
}

#[test]
fn a_bent_garment_has_no_folds() {
    let (parts, _) = parts(&LONG);
    let picture = drawn(&LONG);
    let top = Top::new(Kind::Top, &picture, 400.0).unwrap();
    // Sleeves held out, and a hem drawn over to the side.
    let mut pins: Vec<warp::Pin> = Vec::new();
    for (side, way) in parts.sides.iter().zip([-1.0, 1.0]) {
        let [.., cuff] = side.sleeve.unwrap();
        let out = Vec2::new(way * 320.0, 0.0);
        let hem = side.flank[SIDE_STATIONS - 1];
        pins.extend([(side.neck, side.neck), (side.shoulder, side.shoulder), (side.armpit(), side.armpit())]);
        pins.extend([(cuff[0], side.shoulder + out), (cuff[1], side.shoulder + out + Vec2::Y * 60.0)]);
        pins.push((hem, hem + Vec2::new(120.0, -40.0)));
    }
    let seen = top.mesh.bent(&pins);
    assert!(!top.mesh.folded(&seen).contains(&true));
    for (from, to) in pins {
        let nearest = (0..seen.len())
            .min_by(|&a, &b| top.mesh.places[a].distance(from).total_cmp(&top.mesh.places[b].distance(from)))
            .unwrap();
        assert!(seen[nearest].distance(to) < 60.0, "{} for {to}", seen[nearest]);
    }
}

#[test]
fn however_it_is_drawn_there_are_no_folds() {
    let (parts, _) = parts(&LONG);
    let top = Top::new(Kind::Top, &drawn(&LONG), 400.0).unwrap();
    let ends = [0, 1].map(|side: usize| parts.sides[side].sleeve.unwrap()[8][0]);
    let hem = parts.hem;
    // Each sleeve and the hem to all sides of where they are.
    for turn in 0..12 {
        let away = Vec2::from_angle(turn as f32 * 0.55) * 250.0;
        let pins = [
            (parts.sides[0].neck, parts.sides[0].neck),
            (parts.sides[1].neck, parts.sides[1].neck),
            (ends[0], ends[0] + away),
            (ends[1], ends[1] + Vec2::new(-away.y, away.x)),
            (hem, hem - away),
        ];
        let seen = top.mesh.bent(&pins);
        assert!(!top.mesh.folded(&seen).contains(&true), "{turn}");
    }
}

fn person() -> Person {
    let network = |bytes: &[u8]| Graph::from_onnx(bytes).unwrap();
    let photo =
        decode(include_bytes!("../../../../tests/fixtures/people/body.jpg"), &Limits::PRODUCT).unwrap();
    TryOn::new(
        &network(include_bytes!("../../../../models/face_detector.onnx")),
        &network(include_bytes!("../../../../models/face_mesh.onnx")),
    )
    .unwrap()
    .with_bodies(
        &network(include_bytes!("../../../../models/body_detector.onnx")),
        &network(include_bytes!("../../../../models/body_points.onnx")),
    )
    .unwrap()
    .with_hair(&network(include_bytes!("../../../../models/hair.onnx")))
    .unwrap()
    .person(photo, None)
    .unwrap()
}

#[test]
fn a_shirt_lies_on_the_body_and_nowhere_else() {
    let person = person();
    let body = person.body(0).unwrap().unwrap();
    let shirt = Product::new(Kind::Top, &drawn(&SHIRT), 480.0).unwrap();
    let (picture, placed) = person.wear(0, &shirt).unwrap();
    let before = person.photo();
    let changed = |at: Vec2| {
        let k = (at.y as usize * before.width as usize + at.x as usize) * 4;
        picture.pixels[k..k + 4] != before.pixels[k..k + 4]
    };
    let [right, left] = place::SHOULDERS.map(|shoulder| body.seen(shoulder));
    let down = (right + left) / 2.0 + Vec2::new(0.0, 0.6 * left.distance(right));
    assert!(changed(down));
    // The face, the hair that falls over the chest, the hands, the feet and what is beside keep their bytes.
    let hair = Vec2::new(624.0, 236.0);
    for at in [
        body.seen(place::NOSE),
        hair,
        body.seen(place::WRISTS[0]),
        body.seen(place::WRISTS[1]),
        Vec2::new(600.0, 1100.0),
        Vec2::new(400.0, 300.0),
    ] {
        assert!(!changed(at), "{at}");
    }
    assert!((1.2..2.2).contains(&(placed.width / left.distance(right))), "{placed:?}");
    assert_eq!(person.wear(0, &shirt).unwrap().0, picture);
}

#[test]
fn without_a_body_it_says_what_to_do() {
    let network = |bytes: &[u8]| Graph::from_onnx(bytes).unwrap();
    let try_on = TryOn::new(
        &network(include_bytes!("../../../../models/face_detector.onnx")),
        &network(include_bytes!("../../../../models/face_mesh.onnx")),
    );
    let photo =
        decode(include_bytes!("../../../../tests/fixtures/people/face.jpg"), &Limits::PRODUCT).unwrap();
    let person = try_on.unwrap().person(photo, None).unwrap();
    let shirt = Product::new(Kind::Top, &drawn(&SHIRT), 480.0).unwrap();
    assert_eq!(person.wear(0, &shirt).unwrap_err(), Error::NoBody.into());
}
