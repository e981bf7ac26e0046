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
    let product = product::read(&picture(BROWN, CLEAR, CLEAR), Kind::Glasses, 140.0).unwrap();
    assert_eq!((product.width, product.films.len()), (300, 300 * 120));
    assert_eq!(film(&product, 5, 60).cover(), 1.0);
    assert_eq!(film(&product, 60, 60).cover(), 0.0);
}

#[test]
fn of_a_plain_ground_nothing_is_left_and_clear_lenses_let_all_through() {
    for ground in [WHITE, [128, 160, 150, 255], [20, 20, 24, 255]] {
        let frame = if ground[0] > 100 { BROWN } else { [200, 180, 90, 255] };
        let product = product::read(&picture(frame, ground, ground), Kind::Glasses, 140.0).unwrap();
        assert_eq!((product.width, product.films.len()), (300, 300 * 120));
        assert!(film(&product, 5, 60).cover() > 0.99, "{ground:?}");
        assert!(film(&product, 60, 60).cover() < 0.01, "{ground:?}");
        assert!(film(&product, 150, 5).cover() < 0.01, "{ground:?}");
    }
}

#[test]
fn a_tinted_lens_lets_its_colour_through() {
    let product = product::read(&picture(BROWN, [90, 110, 80, 255], WHITE), Kind::Glasses, 140.0).unwrap();
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
    let person = try_on().person(face(), None).unwrap();
    let found = &person.people[0].face;
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
    let (picture, _) = try_on().person(photo, None).unwrap().wear(0, &worn).unwrap();
    assert!(picture.pixels.as_chunks::<4>().0.iter().all(|pixel| pixel[0] < 120));
}

#[test]
fn a_face_that_is_not_there_is_said() {
    let person = try_on().person(face(), None).unwrap();
    let worn = glasses(&picture(BROWN, CLEAR, CLEAR), 140.0).unwrap();
    assert_eq!(person.wear(3, &worn).unwrap_err(), Error::NoSuchFace { asked: 3, count: 1 }.into());
    let grey = Photo { pixels: [128, 128, 128, 255].repeat(10_000), width: 100, height: 100, ..face() };
    let error = try_on().person(grey, None).err();
    assert_eq!(error, Some(Error::NoFace.into()));
}

#[test]
fn a_camera_follows_the_face_and_says_where_nobody_is() {
    let try_on = try_on();
    let mut watch = Watch::default();
    let first = try_on.next(face(), 0.0, &mut watch).unwrap().unwrap();
    let second = try_on.next(face(), 0.03, &mut watch).unwrap().unwrap();
    let (one, other) = (&first.people[0].face, &second.people[0].face);
    let off =
        one.points.iter().zip(&other.points).map(|(one, other)| one.distance(*other)).sum::<f32>() / 478.0;
    assert!(off < 0.01 * one.size(), "{off} px");
    let grey = Photo { pixels: [128, 128, 128, 255].repeat(10_000), width: 100, height: 100, ..face() };
    assert!(try_on.next(grey, 0.06, &mut watch).unwrap().is_none());
}

#[test]
fn a_longer_lens_puts_whoever_it_sees_farther_away() {
    let away = |film_focal| {
        let person = try_on().person(face(), film_focal).unwrap();
        Pose::of(&person.people[0].face, person.lens).unwrap().translation.z
    };
    assert!(
        (away(Some(85)) / away(Some(28)) - 85.0 / 28.0).abs() < 0.4,
        "{} and {}",
        away(Some(85)),
        away(Some(28))
    );
    // What no lens has is not believed.
    assert_eq!(away(Some(2)), away(None));
}

#[test]
fn hair_follows_the_face_for_a_moment() {
    let network = Graph::from_onnx(include_bytes!("../../../models/hair.onnx")).unwrap();
    let try_on = try_on().with_hair(&network).unwrap();
    let hat = Product::new(Kind::Hat, &cap(), 200.0).unwrap();
    let mut watch = Watch::default();
    let mut is_known = |seconds| {
        let person = try_on.next(face(), seconds, &mut watch).unwrap().unwrap();
        let is_known = person.people[0].hair.get().is_some();
        person.wear(0, &hat).unwrap();
        is_known
    };
    assert_eq!([0.0, 0.1, 0.25, 0.35, 0.4, 0.1].map(&mut is_known), [false, true, true, false, true, false]);
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
    let person = try_on().person(face(), None).unwrap();
    let (_, placed) = person.wear(0, &glasses(&shown, 332.0 / 300.0 * 140.0).unwrap()).unwrap();
    let (_, bare) = person.wear(0, &glasses(&without, 140.0).unwrap()).unwrap();
    // From hinge to hinge it is wider than the rims alone, and neither is moved by what hangs down.
    assert!((placed.width / bare.width - 332.0 / 300.0).abs() < 0.03, "{} and {}", placed.width, bare.width);
    assert!(placed.centre.distance(bare.centre) < 0.01 * bare.width);
}

/// Somebody of the canonical face before grey, turned to their left by `yaw` and leaning by `roll`, in radians.
fn posed(yaw: f32, roll: f32) -> Person {
    let photo = Photo { pixels: [128, 128, 128, 255].repeat(500 * 700), width: 500, height: 700, ..face() };
    let lens = Lens::of(&photo, None);
    let rotation = glam::Mat3::from_rotation_z(roll) * glam::Mat3::from_rotation_y(yaw);
    let away = glam::Vec3::new(0.0, 60.0, -800.0);
    let mut points = crate::vision::face::shape().points.clone();
    for eye in [place::RIGHT_EYE, place::LEFT_EYE] {
        let middle = (points[eye[0]] + points[eye[1]]) / 2.0;
        let rim = [glam::Vec3::ZERO, glam::Vec3::X, glam::Vec3::Y, -glam::Vec3::X, -glam::Vec3::Y];
        points.extend(rim.map(|to| middle + to * 5.85));
    }
    let seen = points.iter().map(|&point| {
        let at = rotation * point + away;
        lens.project(at).extend((away.z - at.z) * lens.focal / -away.z)
    });
    let faces = vec![Face { points: seen.collect(), presence: 1.0 }];
    Person::new(photo, None, faces, Beyond::default())
}

/// A transparent picture that is brown where `is_there` says so.
fn drawn(width: u32, height: u32, is_there: impl Fn(i32, i32) -> bool) -> Photo {
    let places = (0..height as i32).flat_map(|y| (0..width as i32).map(move |x| (x, y)));
    let pixels = places.flat_map(|(x, y)| if is_there(x, y) { BROWN } else { CLEAR }).collect();
    Photo { width, height, pixels, has_alpha: true, reduced_from: None }
}

/// The pixels that a product covers, by their middles.
fn covered(person: &Person, product: &Product) -> (Vec<Vec2>, Placement) {
    let (picture, placed) = person.wear(0, product).unwrap();
    let width = picture.width as usize;
    let is_covered = |(_, pixel): &(usize, &[u8; 4])| pixel[0] < 90 && pixel[0] > pixel[2];
    let pixels = picture.pixels.as_chunks::<4>().0.iter().enumerate().filter(is_covered);
    (pixels.map(|(k, _)| Vec2::new((k % width) as f32, (k / width) as f32) + 0.5).collect(), placed)
}

fn bounds(pixels: &[Vec2]) -> (Vec2, Vec2) {
    let low = pixels.iter().copied().fold(Vec2::INFINITY, Vec2::min);
    (low, pixels.iter().copied().fold(Vec2::NEG_INFINITY, Vec2::max))
}

/// How many pixels a millimetre is at the middle of the head.
fn pixels_each_millimetre(person: &Person) -> f32 {
    let pose = Pose::of(&person.people[0].face, person.lens).unwrap();
    person.lens.focal / -pose.translation.z
}

fn cap() -> Photo {
    drawn(220, 160, |x, y| (10..210).contains(&x) && (10..150).contains(&y))
}

fn pair() -> Photo {
    drawn(100, 70, |x, y| ((10..25).contains(&x) || (75..90).contains(&x)) && (5..65).contains(&y))
}

fn chain() -> Photo {
    let far = |x: i32, y: i32| ((x - 100).pow(2) + (y - 5).pow(2)) as f32;
    drawn(200, 110, |x, y| y > 5 && (85.0..95.0).contains(&far(x, y).sqrt()))
}

fn band() -> Photo {
    let far = |x: i32, y: i32| ((x - 100).pow(2) + (y - 100).pow(2)) as f32;
    drawn(200, 150, |x, y| {
        (if y < 100 { far(x, y).sqrt() } else { (x - 100).abs() as f32 }) > 80.0
            && (if y < 100 { far(x, y).sqrt() } else { (x - 100).abs() as f32 }) < 98.0
    })
}

#[test]
fn every_kind_says_which_widths_it_has() {
    for kind in Kind::ALL {
        let (least, most) = kind.widths();
        assert!((least..most).contains(&kind.usual_width()), "{}", kind.name());
        for width in [least - 1.0, most + 1.0, f32::NAN] {
            let error = Product::new(kind, &cap(), width).unwrap_err().to_string();
            assert!(
                error.contains(kind.name()) && error.contains(&format!("{least} to {most} mm")),
                "{error}"
            );
        }
        assert_eq!(Product::new(kind, &face(), kind.usual_width()).unwrap_err(), Error::NotPlain);
    }
}

#[test]
fn the_page_knows_of_every_kind_what_the_engine_does() {
    let table = include_str!("../../../pkg/src/try-on/types.ts");
    let widths = table.lines().find(|line| line.contains("USUAL_WIDTH")).unwrap();
    for kind in Kind::ALL {
        let networks: Vec<String> = kind.networks().iter().map(|name| format!("'{name}'")).collect();
        let line = format!("\n  {}: [{}],\n", kind.name(), networks.join(", "));
        assert!(table.contains(&line), "NETWORKS has no {line}");
        let width = format!(" {}: {}", kind.name(), kind.usual_width());
        assert!(widths.contains(&width), "USUAL_WIDTH has no{width}");
    }
}

#[test]
fn a_necklace_before_a_plain_ground_has_no_lens() {
    let shown = chain();
    let pixels =
        shown.pixels.as_chunks::<4>().0.iter().flat_map(|pixel| if pixel[3] > 0 { *pixel } else { WHITE });
    let shown = Photo { pixels: pixels.collect(), has_alpha: false, ..shown };
    let product = product::read(&shown, Kind::Necklace, 150.0).unwrap();
    assert_eq!(film(&product, product.width / 2, 30), crate::scene::surface::Film::CLEAR);
}

#[test]
fn a_hat_lies_on_the_forehead_and_follows_the_head() {
    let hat = Product::new(Kind::Hat, &cap(), 180.0).unwrap();
    for roll in [0.0, 0.5] {
        let person = posed(0.0, roll);
        let (pixels, placed) = covered(&person, &hat);
        assert!((placed.roll + roll.to_degrees()).abs() < 3.0, "{} for {roll}", placed.roll);
        let millimetre = pixels_each_millimetre(&person);
        assert!((placed.width / millimetre / 180.0 - 1.0).abs() < 0.1, "{}", placed.width / millimetre);
        let up = Vec2::new(-roll.sin(), -roll.cos());
        let [brow, hairline] = [place::BROWS, place::HAIRLINE].map(|point| person.people[0].face.seen(point));
        let on_the_middle = pixels.iter().filter(|at| (**at - brow).perp_dot(up).abs() < 2.0);
        let lowest = on_the_middle.map(|at| (*at - brow).dot(up)).fold(f32::INFINITY, f32::min);
        assert!((0.0..(hairline - brow).dot(up)).contains(&lowest), "{lowest}");
    }
}

#[test]
fn a_hat_that_lies_empty_is_worn_as_broad_as_the_head() {
    let person = posed(0.0, 0.0);
    let worn = |width| covered(&person, &Product::new(Kind::Hat, &cap(), width).unwrap()).1.width;
    assert!((worn(250.0) / worn(300.0) - 1.0).abs() < 1e-4);
    assert!(worn(250.0) < worn(180.0));
}

#[test]
fn earrings_hang_straight_down_beside_the_face() {
    let earrings = Product::new(Kind::Earrings, &pair(), 60.0).unwrap();
    let person = posed(0.0, 0.0);
    let (pixels, _) = covered(&person, &earrings);
    let (low, high) = person.people[0].face.bounds();
    let (right, left): (Vec<Vec2>, Vec<Vec2>) = pixels.iter().partition(|at| at.x < (low.x + high.x) / 2.0);
    let millimetre = pixels_each_millimetre(&person);
    for side in [right, left] {
        let (low, high) = bounds(&side);
        let (width, height) = ((high.x - low.x + 1.0) / millimetre, (high.y - low.y + 1.0) / millimetre);
        // 15 and 60 of the 80 pixels that are 60 mm.
        assert!((width - 11.25).abs() < 2.0 && (height - 45.0).abs() < 4.0, "{width} × {height} mm");
    }
    // In a photo of a leaning head they hang down all the same.
    let (pixels, _) = covered(&posed(0.0, 0.4), &earrings);
    let (right, _): (Vec<Vec2>, Vec<Vec2>) = pixels.iter().partition(|at| at.x < (low.x + high.x) / 2.0);
    let (low, high) = bounds(&right);
    assert!((high.x - low.x) * 2.0 < high.y - low.y);
}

#[test]
fn an_earring_is_hidden_where_its_ear_is_turned_away() {
    let earrings = Product::new(Kind::Earrings, &pair(), 60.0).unwrap();
    for (yaw, seen) in [(0.9_f32, -1.0_f32), (-0.9, 1.0)] {
        let person = posed(yaw, 0.0);
        let nose = person.people[0].face.seen(place::NOSE[4]).x;
        let (pixels, _) = covered(&person, &earrings);
        assert!(!pixels.is_empty() && pixels.iter().all(|at| (at.x - nose) * seen > 0.0), "{yaw}");
    }
}

#[test]
fn one_earring_serves_both_ears_and_a_pair_is_split() {
    // Heavier at its right side, so that it is seen which way it is.
    let one = drawn(40, 60, |x, y| (5..15).contains(&x) && y > 4 || (15..35).contains(&x) && y > 40);
    let Product::Earrings(earrings) = Product::new(Kind::Earrings, &one, 15.0).unwrap() else { panic!() };
    let Product::Earrings(two) = Product::new(Kind::Earrings, &pair(), 60.0).unwrap() else { panic!() };
    assert!(earrings.sizes()[0] == earrings.sizes()[1] && earrings.sizes()[0].x == 30.0);
    assert_eq!(two.sizes().map(|size| size.x), [15.0, 15.0]);
}

#[test]
fn a_necklace_hangs_below_the_chin_as_wide_as_it_is() {
    let necklace = Product::new(Kind::Necklace, &chain(), 150.0).unwrap();
    for (yaw, roll) in [(0.0, 0.0), (0.5, 0.0), (0.0, 0.4)] {
        let person = posed(yaw, roll);
        let chin = person.people[0].face.seen(place::CHIN);
        let (pixels, placed) = covered(&person, &necklace);
        let (low, high) = bounds(&pixels);
        assert!(high.y > chin.y && low.y > person.people[0].face.seen(place::NOSE[4]).y, "{yaw} {roll}");
        // The neck follows less than the head does.
        assert!(placed.roll.abs() < roll.to_degrees() * 0.7 + 2.0, "{}", placed.roll);
        let millimetres = placed.width / pixels_each_millimetre(&person);
        assert!((millimetres / 150.0 - 1.0).abs() < 0.15, "{millimetres} mm at {yaw} {roll}");
        let middle = pixels.iter().filter(|at| (at.x - chin.x).abs() < 3.0).count();
        assert!(yaw != 0.0 || roll != 0.0 || middle > 0);
    }
}

#[test]
fn what_would_not_be_seen_is_said() {
    let necklace = Product::new(Kind::Necklace, &chain(), 150.0).unwrap();
    let person = posed(0.0, 0.0);
    let chin = person.people[0].face.seen(place::CHIN).y as u32;
    let pixels = person.photo.pixels[..(chin * 500 * 4) as usize].to_vec();
    let person = Person { photo: Photo { pixels, height: chin, ..person.photo.clone() }, ..person };
    assert_eq!(person.wear(0, &necklace).unwrap_err(), Error::OutOfSight { kind: Kind::Necklace }.into());
}

#[test]
fn a_face_beside_the_photo_wears_nothing() {
    let person = posed(0.0, 0.0);
    let mut face = person.people[0].face.clone();
    face.points.iter_mut().for_each(|point| point.x -= 2e3);
    let person = Person::new(person.photo, None, vec![face], Beyond::default());
    for kind in Kind::ALL {
        // Each from the picture of something, as tall as it is wide: where it would lie is what counts.
        let Ok(product) = Product::new(kind, &cap(), kind.usual_width()) else { continue };
        assert!(person.wear(0, &product).is_err(), "{}", kind.name());
    }
}

#[test]
fn what_is_transparent_gets_as_opaque_as_a_product() {
    let person = posed(0.0, 0.0);
    let pixels = [128, 128, 128, 0].repeat(person.photo.pixels.len() / 4);
    let photo = Photo { pixels, has_alpha: true, ..person.photo.clone() };
    let hat = Product::new(Kind::Hat, &cap(), 180.0).unwrap();
    let (before_grey, placed) = person.wear(0, &hat).unwrap();
    let (picture, _) = Person { photo, ..person }.wear(0, &hat).unwrap();
    let middle = (placed.centre.y as usize * 500 + placed.centre.x as usize) * 4;
    assert_eq!(picture.pixels[middle..middle + 4], before_grey.pixels[middle..middle + 4]);
    assert_eq!(picture.pixels[..4], [128, 128, 128, 0]);
}

#[test]
fn a_hat_presses_the_hair_that_is_found() {
    let network = Graph::from_onnx(include_bytes!("../../../models/hair.onnx")).unwrap();
    let person = try_on().with_hair(&network).unwrap().person(face(), None).unwrap();
    let one = &person.people[0];
    let hair = person.hair(one).unwrap().unwrap();
    // Beside the temples.
    for at in [Vec2::new(202.0, 30.0), Vec2::new(52.0, 40.0)] {
        assert!(hair.seen(&person.photo, at).unwrap() > 0.6, "{at}");
    }
    assert!(hair.seen(&person.photo, one.face.seen(place::NOSE[5])).unwrap() < 0.1);
    assert_eq!(hair.seen(&person.photo, Vec2::new(-1.0, 30.0)), None);
    let hat = Product::new(Kind::Hat, &cap(), 200.0).unwrap();
    let (worn, _) = person.wear(0, &hat).unwrap();
    let (without, _) = try_on().person(face(), None).unwrap().wear(0, &hat).unwrap();
    assert!(worn != without && worn == person.wear(0, &hat).unwrap().0);
    let graph = Graph::from_onnx(include_bytes!("../../../models/face_mesh.onnx")).unwrap();
    let error = try_on().with_hair(&graph).err().unwrap().to_string();
    assert!(error.contains("[1, 3, 512, 512]"), "{error}");
}

#[test]
fn a_pointed_hat_is_not_blown_up() {
    let (width, height) = (400, 600);
    let pointed = drawn(width, height, |x, y| {
        let half = if y > 540 { 195 } else { y / 9 };
        (x - 200).abs() < half
    });
    let person = posed(0.0, 0.0);
    let (_, placed) = covered(&person, &Product::new(Kind::Hat, &pointed, 400.0).unwrap());
    let millimetres = placed.width / pixels_each_millimetre(&person);
    assert!((400.0..560.0).contains(&millimetres), "{millimetres} mm");
    let thread = drawn(width, height, |x, y| (x - 200).abs() < if y > 540 { 195 } else { 2 });
    assert_eq!(Product::new(Kind::Hat, &thread, 400.0).unwrap_err(), Error::NoProduct);
}

#[test]
fn a_headband_goes_over_the_crown_and_leaves_the_face_alone() {
    let headband = Product::new(Kind::Headband, &band(), 150.0).unwrap();
    let person = posed(0.0, 0.0);
    let (pixels, _) = covered(&person, &headband);
    let hairline = person.people[0].face.seen(place::HAIRLINE);
    assert!(pixels.iter().any(|at| (at.x - hairline.x).abs() < 2.0));
    assert!(pixels.iter().filter(|at| (at.x - hairline.x).abs() < 20.0).all(|at| at.y < hairline.y));
}
