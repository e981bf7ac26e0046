//! Where a face is looked at: upright by its eyes, with the room around it that the network was trained with.

use glam::{Mat2, Vec2};

use super::{Detection, Face, place};
use crate::vision::region::Region;

/// How much larger than the face a mesh's region is.
const ROOM: f32 = 1.5;

/// Where the mesh of a detected face is looked for.
pub(super) fn of_detection(detection: &Detection) -> Region {
    let (low, high) = detection.bounds;
    let [right_eye, left_eye, ..] = detection.places;
    let eyes = left_eye - right_eye;
    Region { centre: (low + high) / 2.0, side: (high - low).max_element() * ROOM, turn: eyes.y.atan2(eyes.x) }
}

/// Where the mesh of a face is looked for again, and in the next picture of a camera.
pub(in crate::vision) fn of_face(face: &Face) -> Region {
    let eyes = face.seen(place::LEFT_EYE[0]) - face.seen(place::RIGHT_EYE[0]);
    let turn = eyes.y.atan2(eyes.x);
    let upright = Mat2::from_angle(-turn);
    let seen = || face.points.iter().map(|point| upright * point.truncate());
    let (low, high) = (seen().fold(Vec2::INFINITY, Vec2::min), seen().fold(Vec2::NEG_INFINITY, Vec2::max));
    Region {
        centre: upright.transpose() * ((low + high) / 2.0),
        side: (high - low).max_element() * ROOM,
        turn,
    }
}
