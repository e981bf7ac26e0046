//! The head behind a face: its crown, where a hat or a band lies, and its lobes, in the head's millimetres.
//!
//! The mesh ends before the ear and at the hairline. What is beyond is a head of mean proportions (Dreyfuss: 152 mm broad
//! and 195 mm long where the face is 135 mm), as broad as the face is.

use glam::Vec3;

use super::laid::Solid;
use crate::vision::face::{Pose, place};

/// The crown's middle above and behind the cheekbones' sides, and its half axes, in parts of half of the face's breadth
/// there.
const MIDDLE: (f32, f32) = (0.3, -0.3);
const RADII: Vec3 = Vec3::new(1.02, 1.3, 1.28);
/// A lobe's hole from the cheekbone's side: outward, up and out of the face, in the same parts.
const LOBE: Vec3 = Vec3::new(0.02, -0.52, -0.17);
/// Parts of a quarter of the solid's turn.
const PARTS: usize = 12;

/// The crown, as an ellipsoid along the head's axes.
pub(super) struct Head {
    pub(super) middle: Vec3,
    pub(super) radii: Vec3,
    /// Half of the face's breadth at the cheekbones.
    pub(super) half: f32,
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

    /// The crown as something that hides what is behind it.
    pub(super) fn solid(&self, pose: &Pose) -> Solid {
        use std::f32::consts::{FRAC_PI_2, TAU};
        let (columns, rows) = (4 * PARTS, 2 * PARTS);
        let mut places = Vec::new();
        for row in 0..=rows {
            let up = FRAC_PI_2 - std::f32::consts::PI * row as f32 / rows as f32;
            for column in 0..columns {
                let around = TAU * column as f32 / columns as f32;
                let out = Vec3::new(around.sin() * up.cos(), up.sin(), around.cos() * up.cos());
                places.push(pose.place(self.middle + out * self.radii));
            }
        }
        let mut triangles = Vec::new();
        for row in 0..rows {
            for column in 0..columns {
                let [one, other] =
                    [column, (column + 1) % columns].map(|column| (row * columns + column) as u16);
                let [under, last] = [one, other].map(|index| index + columns as u16);
                triangles.extend([[one, other, under], [other, last, under]]);
            }
        }
        Solid { places, triangles }
    }
}
