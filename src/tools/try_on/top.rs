//! Garments from one front picture: bent so that they lie on the shoulders, arms and sides of whoever is in the photo,
//! as long as they are; behind the face, hair, arms and things that are before the body.
//!
//! What was worn before and is larger stays to be seen, a collar or long sleeves: no pixel is invented under it.

mod before;
mod neckline;
mod parts;
mod pins;
mod warp;

use glam::Vec2;

use super::laid::{exposure, softened};
use super::{Error, Kind, Placement, product};
use crate::photo::Photo;
use crate::scene::surface::{Depth, Film, Frame, Surface, Texture, Vertex, lay, merge};
use crate::vision::body::Body;
use crate::vision::face::{Face, Pose};
use crate::vision::hair::Hair;
use before::Before;
use neckline::Neckline;
use parts::Parts;
use pins::Torso;
use warp::Mesh;

/// How far apart the joints of the shoulders are, in millimetres: where the face says something else, it is not believed.
const SHOULDERS: (f32, f32) = (300.0, 400.0);
/// How much darker cloth is where it turns away at its edges, how far in that goes, in units of the torso, and how dark
/// the shadow of a sleeve or a hem is.
const ROUND: f32 = 0.30;
const ROUND_IN: f32 = 0.09;
const SHADOW: f32 = 0.35;
const SHADOW_SOFT: f32 = 0.025;
/// What covers less than this is an edge's last trace.
const LEAST: f32 = 0.1;
/// How far a part goes on beyond its seam where its shading is found, in cells of the grid.
const SEAM: usize = 6;

/// A part of a garment: its triangles, and those with what is near it of the other parts.
#[derive(Clone, Debug, Default)]
struct Layer {
    own: Vec<[u32; 3]>,
    with_seams: Vec<[u32; 3]>,
}

/// A garment.
#[derive(Clone, Debug)]
pub struct Top {
    kind: Kind,
    /// Its front, without what is seen inside its collar: a neck is there.
    texture: Texture,
    parts: Parts,
    mesh: Mesh,
    /// The body, then each sleeve.
    layers: [Layer; 3],
    /// Millimetres in a pixel of the texture.
    scale: f32,
}

impl Top {
    /// From a picture of its front, laid flat or on nobody, with transparency or before a plain ground, and how wide
    /// it is from armpit to armpit, laid flat, in millimetres.
    ///
    /// # Errors
    /// [`Error::Width`], and a picture that shows no garment ([`Error::NoProduct`], [`Error::NotPlain`],
    /// [`Error::NoGarment`]).
    pub fn new(kind: Kind, picture: &Photo, millimetres: f32) -> Result<Self, Error> {
        let product::Product { width, films } = product::read(picture, kind, millimetres)?;
        let parts = Parts::of(width, &films).ok_or(Error::NoGarment)?;
        let neckline = Neckline::of(&parts, width, &films);
        let front = films.iter().enumerate().map(|(k, film)| {
            let at = Vec2::new((k % width) as f32, (k / width) as f32) + 0.5;
            neckline.as_ref().map_or(*film, |neckline| film.part(1.0 - neckline.inside(at)))
        });
        let texture = Texture::new(width, front.collect());
        let mesh = Mesh::over(texture.size(), |from, to| {
            let rows = from.y as usize..(to.y.ceil() as usize).min(films.len() / width);
            let columns = from.x as usize..(to.x.ceil() as usize).min(width);
            rows.flat_map(|row| &films[row * width..][columns.clone()]).any(|film| film.cover() > LEAST)
        });
        let layers = layers(&mesh, &parts);
        Ok(Self { kind, scale: millimetres / parts.chest(), texture, parts, mesh, layers })
    }

    /// A top or a dress.
    pub(super) const fn kind(&self) -> Kind {
        self.kind
    }

    /// Draws it on a body.
    ///
    /// # Errors
    /// [`Error::NoBody`], [`Error::TurnedAway`], [`Error::ArmsBefore`].
    pub(super) fn draw(
        &self,
        photo: &mut Photo,
        face: &Face,
        pose: &Pose,
        body: &Body,
        hair: Option<&Hair>,
    ) -> Result<Placement, Error> {
        let torso = Torso::of(body)?;
        let millimetre = pose.lens.focal / -pose.translation.z;
        let millimetre = torso.unit / (torso.unit / millimetre).clamp(SHOULDERS.0, SHOULDERS.1);
        let pins = pins::pins(&self.parts, &torso, body, self.scale * millimetre);
        let seen = self.mesh.bent(&pins);
        let unit = torso.unit;
        let frame = Frame::around(seen.iter().copied(), unit * 4.0 * SHADOW_SOFT, photo);
        let before = Before::of(photo, face, pose, body, hair, &torso, &frame);

        let vertex =
            |(&seen, &texture): (&Vec2, &Vec2)| Vertex { seen, distance: 1.0, texture, opacity: 1.0 };
        let vertices: Vec<Vertex> = seen.iter().zip(&self.mesh.places).map(vertex).collect();
        let nothing = Depth { distances: vec![f32::INFINITY; frame.area()] };
        let soft = |plane: &[f32], size: f32| softened(plane, &frame, unit * size);
        let laid = |triangles: &[[u32; 3]]| {
            let surface = Surface { vertices: vertices.clone(), triangles: triangles.to_vec() };
            let mut films = vec![Film::CLEAR; frame.area()];
            lay(&surface, &self.texture, &nothing, 0.0..1.0, &frame, &mut films);
            films
        };
        let mut films = vec![Film::CLEAR; frame.area()];
        // A garment may have no sleeves.
        for (number, layer) in self.layers.iter().enumerate().filter(|(_, layer)| !layer.own.is_empty()) {
            let cover = laid(&layer.with_seams).iter().map(|film| film.cover()).collect::<Vec<_>>();
            let own = laid(&layer.own);
            let edge = soft(&cover, ROUND_IN);
            let shadow = soft(&own.iter().map(|film| film.cover()).collect::<Vec<_>>(), SHADOW_SOFT);
            for (k, mut film) in own.into_iter().enumerate() {
                // At a seam cloth goes on and neither turns away nor throws a shadow.
                let turned = (2.0 - 2.0 * edge[k]).clamp(0.0, 1.0);
                film.light *= 1.0 - ROUND * turned * turned;
                films[k].light *= 1.0 - SHADOW * shadow[k] * (1.0 - cover[k]);
                if number == 0 {
                    film = film.part(1.0 - before.arms[k]);
                }
                films[k] = film.over(films[k]);
            }
        }
        let (low, high) = face.bounds();
        let gain = exposure(photo, low, high);
        let cover: Vec<f32> = films.iter().map(|film| film.cover()).collect();
        let shadow = soft(&cover, SHADOW_SOFT);
        for (k, film) in films.iter_mut().enumerate() {
            film.light *= gain * before.shade[k];
            let dark = SHADOW * shadow[k] * before.person[k];
            if dark > 0.004 {
                film.through *= 1.0 - dark;
            }
            *film = if before.hidden[k] < 0.996 { film.part(1.0 - before.hidden[k]) } else { Film::CLEAR };
        }
        merge(photo, &frame, &films);

        let [right, left] = torso.shoulders();
        let width = self.parts.chest() * self.scale * millimetre;
        Ok(Placement { width, ..Placement::across(right, left, torso.at(0.0, torso.unit * 0.5, 0.0)) })
    }
}

/// The body and the sleeves. The body's own triangles go on a little under the sleeves.
fn layers(mesh: &Mesh, parts: &Parts) -> [Layer; 3] {
    let number = |triangle: &[u32; 3]| {
        let middle = triangle.iter().map(|&corner| mesh.places[corner as usize]).sum::<Vec2>() / 3.0;
        (0..2).find(|&side| parts.is_sleeve(side, middle)).map_or(0, |side| side + 1)
    };
    let numbers: Vec<usize> = mesh.triangles.iter().map(number).collect();
    [0, 1, 2].map(|layer| {
        let only = |is: &dyn Fn(usize, &[u32; 3]) -> bool| {
            let all = mesh.triangles.iter().zip(&numbers);
            all.filter(|(triangle, number)| is(**number, triangle)).map(|(triangle, _)| *triangle).collect()
        };
        let own: Vec<[u32; 3]> = only(&|number, _| number == layer);
        // Corners within some cells of it.
        let grown = |from: &[[u32; 3]], rounds: usize| {
            let mut is_near = vec![false; mesh.places.len()];
            from.iter().flatten().for_each(|&corner| is_near[corner as usize] = true);
            for _ in 1..rounds {
                is_near = mesh.grown(&is_near);
            }
            only(&|_, triangle| triangle.iter().any(|&corner| is_near[corner as usize]))
        };
        Layer {
            with_seams: if own.is_empty() { Vec::new() } else { grown(&own, SEAM) },
            own: if layer == 0 { grown(&own, 1) } else { own },
        }
    })
}

#[cfg(test)]
mod tests;
