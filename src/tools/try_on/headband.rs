//! A headband from one front picture: over the hair from ear to ear, leaning as far as its arch is high.

use glam::{Mat3, Vec2, Vec3};

use super::head::Head;
use super::laid::{Laid, Layer, On, Shadow, sheet, vertex};
use super::{Error, Kind, Placement, product};
use crate::photo::Photo;
use crate::scene::surface::Texture;
use crate::vision::face::{Face, Pose};

/// How thick hair is on the crown, in parts of the head's half axes.
const HAIR: f32 = 0.1;
/// Where the ends are, from the middle of the crown, in parts of its half axes: below it, and before it.
const ENDS: (f32, f32) = (-0.35, 0.05);
/// How far a band leans to the front at most, in radians.
const LEAN: f32 = 0.9;
/// Which lower part of the band fades: what goes behind the ears.
const FADE: f32 = 0.25;
const GRID: (usize, usize) = (32, 32);
/// Millimetres by which the head must be in front of the band before it hides it: the head's shape is known roughly.
const SLACK: std::ops::Range<f32> = 15.0..25.0;
const SHADOW: Shadow = Shadow { dark: 0.3, down: 0.02, soft: 0.02, on: On::All };

/// A headband.
#[derive(Clone, Debug)]
pub struct Headband {
    texture: Texture,
    /// Millimetres in a pixel of the texture.
    scale: f32,
}

impl Headband {
    /// From a picture of its front, with transparency or before a plain ground, and how wide all of it is, in
    /// millimetres (90 to 250).
    ///
    /// # Errors
    /// [`Error::Width`], and a picture that shows no product ([`Error::NoProduct`], [`Error::NotPlain`]).
    pub fn new(picture: &Photo, millimetres: f32) -> Result<Self, Error> {
        let product::Product { width, films } = product::read(picture, Kind::Headband, millimetres)?;
        Ok(Self { texture: Texture::new(width, films), scale: millimetres / width as f32 })
    }

    /// Draws it on a head.
    pub(super) fn draw(&self, photo: &mut Photo, face: &Face, pose: &Pose) -> Placement {
        let head = Head::of(pose);
        let size = self.texture.size();
        let height = size.y * self.scale;
        let ends = head.middle + head.radii * Vec3::new(0.0, ENDS.0, ENDS.1);
        // It leans to the front until its arch touches the crown.
        let lean = (0..=32).map(|k| LEAN * k as f32 / 32.0).find(|&lean| {
            let top = ends + Vec3::new(0.0, lean.cos(), lean.sin()) * height;
            ((top - head.middle) / (head.radii * (1.0 + HAIR))).length() >= 1.0
        });
        let axes = Mat3::from_rotation_x(lean.unwrap_or(LEAN));
        let place = |at: Vec2| {
            ends + axes * Vec3::new((at.x - size.x / 2.0) * self.scale, (size.y - at.y) * self.scale, 0.0)
        };
        let surface = sheet(GRID, size, |at| {
            let opacity = ((size.y - at.y) / (size.y * FADE)).min(1.0);
            vertex(pose.lens, pose.place(place(at)), at, opacity)
        });
        let layers = vec![Layer { surface, texture: &self.texture, slack: SLACK }];
        Laid { layers, solids: vec![head.solid(pose)], hair: None, shadow: SHADOW }.draw(photo, face, pose);

        let at = |x: f32, y: f32| pose.project(place(Vec2::new(x, y)));
        let (right, left) = (at(0.0, size.y / 2.0), at(size.x, size.y / 2.0));
        Placement {
            centre: at(size.x / 2.0, size.y / 2.0),
            roll: (left - right).y.atan2((left - right).x).to_degrees(),
            width: right.distance(left),
        }
    }
}
