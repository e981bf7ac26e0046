//! On real pictures: people of the test photos, upright, turned and small.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::photo::{Limits, decode};

fn finder() -> FaceFinder {
    let network = |bytes: &[u8]| Graph::from_onnx(bytes).unwrap();
    FaceFinder::new(
        &network(include_bytes!("../../../models/face_detector.onnx")),
        &network(include_bytes!("../../../models/face_mesh.onnx")),
    )
    .unwrap()
}

/// A face that a program made, from a repository under the MIT licence; see `tests/fixtures/people/README.md`.
fn person() -> Photo {
    decode(include_bytes!("../../../tests/fixtures/people/face.jpg"), &Limits::PRODUCT).unwrap()
}

/// The photo in the middle of a larger grey one, `share` of its width, turned by `degrees` clockwise.
fn placed(photo: &Photo, side: u32, share: f32, degrees: f32) -> Photo {
    let scale = share * side as f32 / photo.width as f32;
    let region = Region {
        centre: Vec2::new(photo.width as f32, photo.height as f32) / 2.0,
        side: side as f32 / scale,
        turn: -degrees.to_radians(),
    };
    let planes = region.planes(photo, side, Outside::Black);
    let area = (side * side) as usize;
    let level = |k: usize| (planes[k] * 255.0).round() as u8;
    let pixels = (0..area).flat_map(|k| [level(k), level(area + k), level(2 * area + k), 255]).collect();
    Photo { width: side, height: side, pixels, has_alpha: false, reduced_from: None }
}

/// Where the photo's own places are in [`placed`].
fn carried(photo: &Photo, side: u32, share: f32, degrees: f32, at: Vec2) -> Vec2 {
    let scale = share * side as f32 / photo.width as f32;
    let from_middle = at - Vec2::new(photo.width as f32, photo.height as f32) / 2.0;
    Vec2::splat(side as f32 / 2.0) + glam::Mat2::from_angle(degrees.to_radians()) * from_middle * scale
}

#[test]
fn a_face_is_found_upright_turned_and_small_with_its_points_in_the_same_places() {
    let (photo, finder) = (person(), finder());
    let upright = finder.find(&photo).unwrap().swap_remove(0);
    let size = upright.size();
    for (side, share, degrees) in [(400, 0.9, 30.0), (400, 0.9, -45.0), (400, 0.8, 90.0), (900, 0.12, 0.0)] {
        let faces = finder.find(&placed(&photo, side, share, degrees)).unwrap();
        assert_eq!(faces.len(), 1, "{side} {share} {degrees}");
        let scale = share * side as f32 / photo.width as f32;
        let off = |point: usize| {
            faces[0].seen(point).distance(carried(&photo, side, share, degrees, upright.seen(point)))
                / (scale * size)
        };
        let mean = (0..POINTS).map(off).sum::<f32>() / POINTS as f32;
        assert!(mean < 0.02, "{mean} of the face's size at {side} {share} {degrees}");
    }
}

#[test]
fn a_picture_without_a_face_has_none() {
    let pixels = (0..200 * 150u32).flat_map(|k| [(k % 251) as u8, (k / 200) as u8, 90, 255]).collect();
    let photo = Photo { width: 200, height: 150, pixels, has_alpha: false, reduced_from: None };
    assert_eq!(finder().find(&photo).unwrap(), Vec::new());
}

#[test]
fn a_head_in_a_photo_stands_as_it_is_seen() {
    let (photo, finder) = (person(), finder());
    for degrees in [0.0, 20.0, -20.0] {
        let photo = placed(&photo, 500, 0.8, degrees);
        let face = finder.find(&photo).unwrap().swap_remove(0);
        let pose = Pose::of(&face, Lens::of(&photo, None)).unwrap();
        let eyes = face.seen(place::LEFT_EYE[0]) - face.seen(place::RIGHT_EYE[0]);
        let lean = -pose.angles().z.to_degrees();
        assert!((lean - eyes.y.atan2(eyes.x).to_degrees()).abs() < 3.0, "{lean} at {degrees}");
        // A head is 0.2 to 2 m away in a portrait, and its points are seen where they were found.
        assert!((200.0..2000.0).contains(&-pose.translation.z), "{}", pose.translation);
        for point in 0..POINTS {
            assert!(pose.project(pose.points[point]).distance(face.seen(point)) < 0.01 * face.size());
        }
    }
}

#[test]
fn a_network_of_another_kind_is_refused_in_words() {
    let mesh = Graph::from_onnx(include_bytes!("../../../models/face_mesh.onnx")).unwrap();
    assert!(Detector::new(&mesh).is_err());
}
