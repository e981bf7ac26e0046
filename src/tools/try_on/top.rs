//! Garments from one front picture: bent so that they lie on the shoulders, arms and sides of whoever is in the photo,
//! as long as they are.
//!
//! What was worn before and is larger stays to be seen: no pixel is invented under it.

mod parts;
mod pins;
mod warp;

use glam::Vec2;

use super::{Error, Placement, product};
use crate::photo::{self, Photo};
use crate::scene::surface::{Depth, Film, Frame, Surface, Texture, Vertex, lay, merge};
use crate::vision::body::Body;
use crate::vision::face::{Face, Pose};
use parts::Parts;
use pins::Torso;
use warp::Mesh;

/// What a garment's width from armpit to armpit may be, laid flat, in millimetres: from a small child's to a tent's.
const WIDTH: (f32, f32) = (200.0, 1200.0);
/// A product's picture is read at this many pixels along its longer side at most.
const SIDE: u32 = 1400;

/// A garment.
#[derive(Clone, Debug)]
pub struct Top {
    texture: Texture,
    parts: Parts,
    mesh: Mesh,
    /// Millimetres in a pixel of the texture.
    scale: f32,
}

impl Top {
    /// From a picture of its front, laid flat or on nobody, with transparency or before a plain ground, and how wide
    /// it is from armpit to armpit, laid flat, in millimetres (200 to 1200).
    ///
    /// # Errors
    /// [`Error::Chest`], and a picture that shows no garment ([`Error::NoProduct`], [`Error::NotPlain`],
    /// [`Error::NoGarment`]).
    pub fn new(picture: &Photo, millimetres: f32) -> Result<Self, Error> {
        // Not `<`: a width that is no number is none.
        if !(WIDTH.0..=WIDTH.1).contains(&millimetres) {
            let [millimetres, least, most] =
                [millimetres, WIDTH.0, WIDTH.1].map(|value| value.round() as u32);
            return Err(Error::Chest { millimetres, least, most });
        }
        let longer = picture.width.max(picture.height);
        let product::Product { width, films } = if longer > SIDE {
            let part = |side: u32| ((u64::from(side) * u64::from(SIDE) / u64::from(longer)) as u32).max(1);
            product::read(&photo::resample(picture, part(picture.width), part(picture.height)))?
        } else {
            product::read(picture)?
        };
        let parts = Parts::of(width, &films).ok_or(Error::NoGarment)?;
        let texture = Texture::new(width, films);
        let mesh = Mesh::over(texture.size(), |from, to| {
            let apart = (to - from).x;
            texture.sample((from + to) / 2.0, apart).cover() > 0.02
        });
        Ok(Self { scale: millimetres / parts.chest(), parts, mesh, texture })
    }

    /// Draws it on a body.
    ///
    /// # Errors
    /// [`Error::NoBody`], [`Error::TurnedAway`].
    pub(super) fn draw(
        &self,
        photo: &mut Photo,
        face: &Face,
        pose: &Pose,
        body: &Body,
    ) -> Result<Placement, Error> {
        let torso = Torso::of(body)?;
        let _ = face;
        let scale = self.scale * pose.lens.focal / -pose.translation.z;
        let pins = pins::pins(self, &torso, scale);
        let seen = self.mesh.bent(&pins);
        let vertices = seen.iter().zip(&self.mesh.places).map(|(&seen, &texture)| Vertex {
            seen,
            distance: 1.0,
            texture,
            opacity: 1.0,
        });
        let surface = Surface { vertices: vertices.collect(), triangles: self.mesh.triangles.clone() };
        let frame = Frame::around(seen.iter().copied(), 2.0, photo);
        let mut films = vec![Film::CLEAR; frame.area()];
        let nothing = Depth { distances: vec![f32::INFINITY; frame.area()] };
        lay(&surface, &self.texture, &nothing, 0.0..1.0, &frame, &mut films);
        merge(photo, &frame, &films);
        let [right, left] = [0, 1].map(|side: usize| pins[side * pins.len() / 2].1);
        let _ = (right, left);
        Ok(Placement { centre: torso.at(0.0, 0.0, 0.0), roll: 0.0, width: Vec2::distance(right, left) })
    }
}
