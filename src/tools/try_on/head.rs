//! The head behind a face: its crown, where a hat or a band lies, and its lobes, in the head's millimetres.
//!
//! The mesh ends before the ear and at the hairline. What is beyond is a head of mean proportions (Dreyfuss: 152 mm broad
//! and 195 mm long where the face is 135 mm), as broad as the face is.

use std::f32::consts::{FRAC_PI_2, PI, TAU};

use glam::{Vec2, Vec3};

use crate::photo::Photo;
use crate::vision::face::{Pose, place};
use crate::vision::hair::Hair;

/// The crown's middle above and behind the cheekbones' sides, and its half axes, in parts of half of the face's breadth
/// there.
const MIDDLE: (f32, f32) = (0.3, -0.3);
const RADII: Vec3 = Vec3::new(1.02, 1.3, 1.28);
/// A lobe's hole from the cheekbone's side: outward, up and out of the face, in the same parts.
const LOBE: Vec3 = Vec3::new(0.02, -0.52, -0.17);
/// How far hair goes beyond the crown, in parts of its half axes: where it is not seen, and at least and at most.
const HAIR: f32 = 0.1;
const HAIR_SEEN: (f32, f32) = (-0.05, 0.5);
/// What of a place is hair.
const IS_HAIR: f32 = 0.5;
/// Parts of a quarter of a turn.
const PARTS: usize = 12;

/// The crown, as an ellipsoid along the head's axes.
pub(super) struct Head {
    pub(super) middle: Vec3,
    pub(super) radii: Vec3,
    /// Half of the face's breadth at the cheekbones.
    half: f32,
    sides: [Vec3; 2],
}

impl Head {
    pub(super) fn of(pose: &Pose) -> Self {
        let sides = place::SIDES.map(|side| pose.points[side]);
        let half = (sides[1].x - sides[0].x).abs() / 2.0;
        let between = (sides[0] + sides[1]) / 2.0;
        let middle = between + Vec3::new(0.0, MIDDLE.0, MIDDLE.1) * half;
        Self { middle, radii: RADII * half, half, sides }
    }

    /// The hole of the right lobe (`side` −1) or of the left one (1).
    pub(super) fn lobe(&self, side: f32) -> Vec3 {
        self.sides[usize::from(side > 0.0)] + LOBE * Vec3::new(side, 1.0, 1.0) * self.half
    }

    /// How far hair goes beyond the crown on its top, in parts of its half axes: the least of what is seen above and to
    /// both sides.
    pub(super) fn hair(&self, photo: &Photo, pose: &Pose, hair: Option<&Hair>) -> f32 {
        let Some(hair) = hair else { return HAIR };
        let centre = pose.project(self.middle);
        let up = (pose.project(self.middle + Vec3::Y * self.radii.y) - centre).normalize_or(-Vec2::Y);
        let outline: Vec<Vec2> = self.outline(pose).map(|place| pose.lens.project(place) - centre).collect();
        // Hair that leaves the photo may go anywhere; where none is there is skin, and the crown is where it ends.
        let goes = |turn: f32| {
            let direction = Vec2::from_angle(turn).rotate(up);
            let end = outline.iter().map(|place| place.dot(direction)).fold(0.0, f32::max);
            let mut last = HAIR_SEEN.0;
            for beyond in (-10..=50).map(|step| step as f32 / 100.0) {
                if hair.seen(photo, centre + direction * end * (1.0 + beyond))? <= IS_HAIR {
                    break;
                }
                last = beyond;
            }
            Some(last)
        };
        let seen = [-0.7, 0.0, 0.7].into_iter().filter_map(goes).reduce(f32::min);
        seen.map_or(HAIR, |seen| seen.clamp(HAIR_SEEN.0, HAIR_SEEN.1))
    }

    /// Places all over the crown, before the camera.
    fn outline(&self, pose: &Pose) -> impl Iterator<Item = Vec3> {
        (0..=2 * PARTS).flat_map(move |row| {
            let up = FRAC_PI_2 - PI * row as f32 / (2 * PARTS) as f32;
            (0..4 * PARTS).map(move |column| {
                let around = TAU * column as f32 / (4 * PARTS) as f32;
                let out = Vec3::new(around.sin() * up.cos(), up.sin(), around.cos() * up.cos());
                pose.place(self.middle + out * self.radii)
            })
        })
    }
}
