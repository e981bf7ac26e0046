//! A headband from one front picture: over the hair from ear to ear, leaning as far as its arch is high.

use glam::{Mat3, Vec2, Vec3};

use super::head::Head;
use super::laid::{Laid, Layer, On, Shadow, sheet, vertex};
use super::{Error, Kind, Placement, product};
use crate::photo::Photo;
use crate::scene::surface::Texture;
use crate::vision::face::{Face, Pose};
use crate::vision::hair::Hair;

/// Under a band hair is at most so thick, in parts of the head's half axes.
const PRESSED: f32 = 0.12;
/// Where the ends are, from the middle of the crown, in parts of its half axes: below it, and before it.
const ENDS: (f32, f32) = (-0.12, 0.05);
/// How far a band gives way, as the head in it is smaller or larger.
const GIVES: (f32, f32) = (0.8, 1.12);
/// How far behind its inner edge a band's outer one is, in parts of its thickness: it is round, and broad on the head.
const DEEP: f32 = 0.9;
/// Directions from between its ends in which all that is taken.
const PARTS: usize = 60;
/// How far a band leans to the front at most, in radians.
const LEAN: f32 = 0.9;
/// Which lower part of the band fades: what goes behind the ears.
const FADE: f32 = 0.25;
const GRID: (usize, usize) = (32, 32);
/// Where the head hides the band's other side: the cosine of the angle between what is outward there and the camera, below
/// the first all and above the second nothing.
const TURNED: (f32, f32) = (-0.5, -0.25);
/// Millimetres by which the face must be in front of the band before it hides it.
const SLACK: std::ops::Range<f32> = 3.0..10.0;
const SHADOW: Shadow = Shadow { dark: 0.3, down: 0.02, soft: 0.02, on: On::All };

/// A headband.
#[derive(Clone, Debug)]
pub struct Headband {
    texture: Texture,
    /// Millimetres in a pixel of the texture.
    scale: f32,
    /// From where and how far it goes in each direction from between its ends, from the person's left over the top to the
    /// right, in millimetres; from 0 where it does not go.
    reaches: Vec<(f32, f32)>,
}

impl Headband {
    /// From a picture of its front, with transparency or before a plain ground, and how wide all of it is, in
    /// millimetres (90 to 250).
    ///
    /// # Errors
    /// [`Error::Width`], and a picture that shows no product ([`Error::NoProduct`], [`Error::NotPlain`]).
    pub fn new(picture: &Photo, millimetres: f32) -> Result<Self, Error> {
        let product::Product { width, films } = product::read(picture, Kind::Headband, millimetres)?;
        let scale = millimetres / width as f32;
        let height = films.len() / width;
        let mut reaches = vec![(0.0_f32, 0.0_f32); PARTS + 1];
        for (k, _) in films.iter().enumerate().filter(|(_, film)| film.cover() > 0.5) {
            let right = (k % width) as f32 + 0.5 - width as f32 / 2.0;
            let at = Vec2::new(right, (height - k / width) as f32 - 0.5) * scale;
            let reach = &mut reaches[(part(at) + 0.5) as usize];
            let far = at.length();
            *reach = if reach.1 > 0.0 { (reach.0.min(far), reach.1.max(far)) } else { (far, far) };
        }
        Ok(Self { texture: Texture::new(width, films), scale, reaches })
    }

    /// Draws it on a head.
    pub(super) fn draw(&self, photo: &mut Photo, face: &Face, pose: &Pose, hair: Option<&Hair>) -> Placement {
        let head = Head::of(pose);
        let around = head.radii * (1.0 + head.hair(photo, pose, hair).min(PRESSED));
        let size = self.texture.size();
        // Half of its thickness goes into the hair.
        let middle = |part: usize| (self.reaches[part].0 + self.reaches[part].1) / 2.0;
        let ends = head.middle + head.radii * Vec3::new(0.0, ENDS.0, ENDS.1);
        // It leans to the front until its arch touches the crown.
        let lean = (0..=32).map(|k| LEAN * k as f32 / 32.0).find(|&lean| {
            let top = ends + Vec3::new(0.0, lean.cos(), lean.sin()) * middle(PARTS / 2);
            ((top - head.middle) / around).length() >= 1.0
        });
        let axes = Mat3::from_rotation_x(lean.unwrap_or(LEAN));
        // How much farther than the band the head goes in each direction.
        let gives: Vec<f32> = (0..=PARTS)
            .map(|part| {
                let turn = std::f32::consts::PI * part as f32 / PARTS as f32;
                let direction = axes * Vec3::new(turn.cos(), turn.sin(), 0.0) / around;
                let from = (ends - head.middle) / around;
                // Where the direction leaves the crown, which holds the ends.
                let (square, along) = (direction.length_squared(), direction.dot(from));
                let root = (along * along + square * (1.0 - from.length_squared())).max(0.0).sqrt();
                let crown = (root - along) / square;
                if middle(part) > 0.0 { (crown / middle(part)).clamp(GIVES.0, GIVES.1) } else { 1.0 }
            })
            .collect();
        let near = |part: usize| {
            let parts = part.saturating_sub(3)..(part + 4).min(PARTS + 1);
            gives[parts.clone()].iter().sum::<f32>() / parts.len() as f32
        };
        let gives: Vec<f32> = (0..=PARTS).map(near).collect();
        let place = |at: Vec2| {
            let flat = Vec2::new(at.x - size.x / 2.0, size.y - at.y) * self.scale;
            let part = part(flat);
            let (low, next) = (part as usize, (part as usize + 1).min(PARTS));
            let between = |from: f32, to: f32| from + (to - from) * part.fract();
            let give = between(gives[low], gives[next]);
            let start = between(self.reaches[low].0, self.reaches[next].0);
            let end = between(self.reaches[low].1, self.reaches[next].1);
            let outward = ((flat.length() - start) / (end - start).max(1.0)).clamp(0.0, 1.0);
            ends + axes * (flat * give).extend(-DEEP * (end - start) * outward * outward)
        };
        let surface = sheet(GRID, size, |at| {
            let on = place(at);
            let before = pose.place(on);
            let outward = (on - head.middle) / (around * around);
            let turned = (pose.rotation * outward).normalize_or_zero().dot(-before.normalize_or_zero());
            let seen = ((turned - TURNED.0) / (TURNED.1 - TURNED.0)).clamp(0.0, 1.0);
            vertex(pose.lens, before, at, seen * ((size.y - at.y) / (size.y * FADE)).min(1.0))
        });
        let layers = vec![Layer { surface, texture: &self.texture, slack: SLACK }];
        Laid { layers, hair: None, shadow: SHADOW }.draw(photo, face, pose);

        Placement::of(size, |at| pose.project(place(at)))
    }
}

/// The direction of a place above the line between the ends, in parts.
fn part(at: Vec2) -> f32 {
    (at.y.max(0.0).atan2(at.x) / std::f32::consts::PI * PARTS as f32).clamp(0.0, PARTS as f32)
}
