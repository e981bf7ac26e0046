//! Glasses on a real face, and products' pictures of every kind.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::photo::{Limits, decode};
use crate::vision::face::place;

fn try_on() -> TryOn {
    let network = |bytes: &[u8]| Graph::from_onnx(bytes).unwrap();
    TryOn::new(
        &network(include_bytes!("../../../models/face_detector.onnx")),
        &network(include_bytes!("../../../models/face_mesh.onnx")),
    )
    .unwrap()
}

fn glasses(picture: &Photo, millimetres: f32) -> Result<Product, Error> {
    Product::new(Kind::Glasses, picture, millimetres)
}

fn face() -> Photo {
    decode(include_bytes!("../../../tests/fixtures/people/face.jpg"), &Limits::PRODUCT).unwrap()
}

/// Two rims of `frame` around lenses of `lens`, joined by a bridge, before `ground`; 300 × 120 pixels with 20 of the
/// ground around.
fn picture(frame: [u8; 4], lens: [u8; 4], ground: [u8; 4]) -> Photo {
    let (width, height) = (340, 160);
    let mut pixels = Vec::with_capacity(width * height * 4);
    for y in 0..height as i32 {
        for x in 0..width as i32 {
            let (x, y) = (x - 20, y - 20);
            let within = |left: i32, right: i32, top: i32, bottom: i32| {
                (left..right).contains(&x) && (top..bottom).contains(&y)
            };
            let is_lens = within(10, 125, 10, 110) || within(175, 290, 10, 110);
            let is_frame = within(0, 135, 0, 120) || within(165, 300, 0, 120) || within(135, 165, 30, 45);
            pixels.extend(if is_lens {
                lens
            } else if is_frame {
                frame
            } else {
                ground
            });
        }
    }
    let has_alpha = ground[3] < 255;
    Photo { width: width as u32, height: height as u32, pixels, has_alpha, reduced_from: None }
}

const CLEAR: [u8; 4] = [0, 0, 0, 0];
const WHITE: [u8; 4] = [250, 250, 248, 255];
const BROWN: [u8; 4] = [60, 30, 20, 255];

fn film(product: &product::Product, x: usize, y: usize) -> crate::scene::surface::Film {
    product.films[y * product.width + x]
}

#[test]
fn a_picture_with_transparency_is_taken_as_it_is() {
    let product = product::read(&picture(BROWN, CLEAR, CLEAR)).unwrap();
    assert_eq!((product.width, product.films.len()), (300, 300 * 120));
    assert_eq!(film(&product, 5, 60).cover(), 1.0);
    assert_eq!(film(&product, 60, 60).cover(), 0.0);
}

#[test]
fn of_a_plain_ground_nothing_is_left_and_clear_lenses_let_all_through() {
    for ground in [WHITE, [128, 160, 150, 255], [20, 20, 24, 255]] {
        let frame = if ground[0] > 100 { BROWN } else { [200, 180, 90, 255] };
        let product = product::read(&picture(frame, ground, ground)).unwrap();
        assert_eq!((product.width, product.films.len()), (300, 300 * 120));
        assert!(film(&product, 5, 60).cover() > 0.99, "{ground:?}");
        assert!(film(&product, 60, 60).cover() < 0.01, "{ground:?}");
        assert!(film(&product, 150, 5).cover() < 0.01, "{ground:?}");
    }
}

#[test]
fn a_tinted_lens_lets_its_colour_through() {
    let product = product::read(&picture(BROWN, [90, 110, 80, 255], WHITE)).unwrap();
    let lens = film(&product, 60, 60);
    assert_eq!(lens.light, glam::Vec3::ZERO);
    assert!(lens.through.y > lens.through.x && lens.through.x > lens.through.z, "{}", lens.through);
    assert!((0.05..0.3).contains(&lens.through.y), "{}", lens.through);
    assert!(film(&product, 5, 60).cover() > 0.99);
}

#[test]
fn a_picture_of_nothing_or_of_a_room_is_refused() {
    let empty =
        Photo { pixels: CLEAR.repeat(100), width: 10, height: 10, has_alpha: true, reduced_from: None };
    assert_eq!(glasses(&empty, 140.0).unwrap_err(), Error::NoProduct);
    let white =
        Photo { pixels: WHITE.repeat(100), width: 10, height: 10, has_alpha: false, reduced_from: None };
    assert_eq!(glasses(&white, 140.0).unwrap_err(), Error::NoProduct);
    assert_eq!(glasses(&face(), 140.0).unwrap_err(), Error::NotPlain);
    for width in [0.0, -5.0, 79.0, 1e9, f32::NAN, f32::INFINITY] {
        let error = glasses(&picture(BROWN, CLEAR, CLEAR), width).unwrap_err();
        assert!(error.to_string().contains("80 to 200 mm"), "{error}");
    }
}

#[test]
fn glasses_sit_on_the_eyes_as_wide_as_they_are() {
    let person = try_on().person(face()).unwrap();
    let found = &person.faces()[0];
    let [right, left] =
        [place::RIGHT_EYE, place::LEFT_EYE].map(|eye| (found.seen(eye[0]) + found.seen(eye[1])) / 2.0);
    let pupils = left.distance(right);
    let narrow = glasses(&picture(BROWN, CLEAR, CLEAR), 130.0).unwrap();
    let wide = glasses(&picture(BROWN, CLEAR, CLEAR), 143.0).unwrap();
    let (picture, placed) = person.wear(0, &narrow).unwrap();
    // Pupils of adults are 54 to 74 mm apart.
    let millimetres = pupils / placed.width * 130.0;
    assert!((54.0..74.0).contains(&millimetres), "{millimetres} mm");
    let (_, wider) = person.wear(0, &wide).unwrap();
    assert!((wider.width / placed.width - 1.1).abs() < 0.02);
    assert!((placed.roll - (left - right).y.atan2((left - right).x).to_degrees()).abs() < 2.0);
    let middle = (right + left) / 2.0;
    assert!((placed.centre.x - middle.x).abs() < 0.05 * pupils, "{} for {middle}", placed.centre);

    // What is far from them keeps its bytes; through a clear lens the eye is as it was, but for a little shadow.
    let before = &person.photo().pixels;
    let chin = found.seen(place::CHIN);
    let at = |x: f32, y: f32| (y as usize * picture.width as usize + x as usize) * 4;
    assert_eq!(picture.pixels[at(chin.x, chin.y)..][..4], before[at(chin.x, chin.y)..][..4]);
    let eye = at(right.x, right.y);
    assert!((i32::from(picture.pixels[eye]) - i32::from(before[eye])).abs() < 30);
    assert_ne!(&picture.pixels, before);
    // And the same again.
    assert_eq!(person.wear(0, &narrow).unwrap().0, picture);
}

#[test]
fn a_dark_photo_makes_dark_glasses() {
    let mut photo = face();
    photo.pixels.chunks_exact_mut(4).for_each(|pixel| pixel[..3].iter_mut().for_each(|level| *level /= 4));
    let bright = [235, 235, 235, 255];
    let worn = glasses(&picture(bright, CLEAR, CLEAR), 140.0).unwrap();
    let (picture, _) = try_on().person(photo).unwrap().wear(0, &worn).unwrap();
    assert!(picture.pixels.as_chunks::<4>().0.iter().all(|pixel| pixel[0] < 120));
}

#[test]
fn a_face_that_is_not_there_is_said() {
    let person = try_on().person(face()).unwrap();
    let worn = glasses(&picture(BROWN, CLEAR, CLEAR), 140.0).unwrap();
    assert_eq!(person.wear(3, &worn).unwrap_err(), Error::NoSuchFace { asked: 3, count: 1 });
    let grey = Photo { pixels: [128, 128, 128, 255].repeat(10_000), width: 100, height: 100, ..face() };
    let error = try_on().person(grey).unwrap_err();
    assert_eq!(error, super::super::Error::TryOn(Error::NoFace));
}

#[test]
fn a_camera_follows_the_face_and_says_where_nobody_is() {
    let try_on = try_on();
    let mut watch = Watch::default();
    let first = try_on.next(face(), 0.0, &mut watch).unwrap().unwrap();
    let second = try_on.next(face(), 0.03, &mut watch).unwrap().unwrap();
    let (one, other) = (&first.faces()[0], &second.faces()[0]);
    let off =
        one.points.iter().zip(&other.points).map(|(one, other)| one.distance(*other)).sum::<f32>() / 478.0;
    assert!(off < 0.01 * one.size(), "{off} px");
    let grey = Photo { pixels: [128, 128, 128, 255].repeat(10_000), width: 100, height: 100, ..face() };
    assert!(try_on.next(grey, 0.06, &mut watch).unwrap().is_none());
}

#[test]
fn the_ends_of_arms_beside_the_rims_are_left_out() {
    let mut shown = picture(BROWN, CLEAR, CLEAR);
    // A piece that goes out from the rim to the hinge, and from its end a tip that hangs down, on both sides.
    for (columns, rows) in [(4..20, 40..50), (4..8, 50..100), (320..336, 40..50), (332..336, 50..100)] {
        for y in rows {
            for x in columns.clone() {
                shown.pixels[(y * 340 + x) * 4..][..4].copy_from_slice(&BROWN);
            }
        }
    }
    let without = picture(BROWN, CLEAR, CLEAR);
    let person = try_on().person(face()).unwrap();
    let (_, placed) = person.wear(0, &glasses(&shown, 332.0 / 300.0 * 140.0).unwrap()).unwrap();
    let (_, bare) = person.wear(0, &glasses(&without, 140.0).unwrap()).unwrap();
    // From hinge to hinge it is wider than the rims alone, and neither is moved by what hangs down.
    assert!((placed.width / bare.width - 332.0 / 300.0).abs() < 0.03, "{} and {}", placed.width, bare.width);
    assert!(placed.centre.distance(bare.centre) < 0.01 * bare.width);
}
