//! On a real picture: somebody who stands with their arms held out.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::photo::{Limits, decode};
use crate::vision::face::FaceFinder;

fn network(bytes: &[u8]) -> Graph {
    Graph::from_onnx(bytes).unwrap()
}

fn faces() -> FaceFinder {
    FaceFinder::new(
        &network(include_bytes!("../../../models/face_detector.onnx")),
        &network(include_bytes!("../../../models/face_mesh.onnx")),
    )
    .unwrap()
}

fn finder() -> BodyFinder {
    BodyFinder::new(
        &network(include_bytes!("../../../models/body_detector.onnx")),
        &network(include_bytes!("../../../models/body_points.onnx")),
    )
    .unwrap()
}

/// A person that a program made; see `tests/fixtures/people/README.md`.
fn person() -> Photo {
    decode(include_bytes!("../../../tests/fixtures/people/body.jpg"), &Limits::PRODUCT).unwrap()
}

fn mirrored(photo: &Photo) -> Photo {
    let rows = photo.pixels.chunks_exact(photo.width as usize * 4);
    let pixels = rows.flat_map(|row| row.as_chunks::<4>().0.iter().rev().flatten().copied()).collect();
    Photo { pixels, ..photo.clone() }
}

#[test]
fn the_points_of_a_body_are_where_they_are_seen() {
    let (photo, finder, faces) = (person(), finder(), faces());
    // As the original network has them: shoulders, wrists, hips, right ones first.
    let expected = [
        (place::SHOULDERS, [(517.0, 241.0), (692.0, 225.0)]),
        (place::HIPS, [(544.0, 558.0), (642.0, 556.0)]),
    ];
    for is_mirrored in [false, true] {
        let photo = if is_mirrored { mirrored(&photo) } else { photo.clone() };
        let face = faces.find(&photo).unwrap().swap_remove(0);
        let body = finder.find(&photo, &face).unwrap().unwrap();
        for (points, places) in expected {
            for (side, (x, y)) in places.into_iter().enumerate() {
                let (point, x) =
                    if is_mirrored { (points[1 - side], photo.width as f32 - x) } else { (points[side], x) };
                let off = body.seen(point).distance(Vec2::new(x, y));
                assert!(off < 20.0, "{point} is {off} px off, mirrored: {is_mirrored}");
            }
        }
        let [right, left] = place::SHOULDERS.map(|shoulder| body.metres[shoulder]);
        assert!((0.2..0.5).contains(&right.distance(left)), "{} m", right.distance(left));
    }
}

#[test]
fn the_body_is_covered_and_what_is_beside_it_is_not() {
    let (photo, finder, faces) = (person(), finder(), faces());
    let face = faces.find(&photo).unwrap().swap_remove(0);
    let body = finder.find(&photo, &face).unwrap().unwrap();
    for (x, y) in [(600.0, 350.0), (600.0, 650.0), (590.0, 900.0)] {
        assert!(body.covers(Vec2::new(x, y)) > 0.9, "{x} {y}");
    }
    for (x, y) in [(60.0, 1100.0), (400.0, 250.0), (900.0, 300.0), (-5e3, 0.0), (0.0, 1e6)] {
        assert!(body.covers(Vec2::new(x, y)) < 0.1, "{x} {y}");
    }
}

#[test]
fn a_network_of_another_kind_is_refused_in_words() {
    let detector = network(include_bytes!("../../../models/body_detector.onnx"));
    let mesh = network(include_bytes!("../../../models/face_mesh.onnx"));
    let error = BodyFinder::new(&detector, &mesh).err().unwrap().to_string();
    assert!(error.contains("bodies' points"), "{error}");
}
