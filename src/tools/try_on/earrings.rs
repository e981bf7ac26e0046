//! Earrings from one front picture of one or a pair: each hangs from its lobe, straight down.

use glam::{Vec2, Vec3};

use super::head::Head;
use super::laid::{Laid, Layer, On, Shadow, sheet, vertex};
use super::{Error, Kind, Placement, product};
use crate::photo::Photo;
use crate::scene::surface::{Film, Texture};
use crate::vision::face::{Face, Pose};
use crate::vision::hair::Hair;

/// A gap of the picture between two pieces is at least this part of its width, and begins and ends in this part of it.
const GAP: f32 = 0.04;
const GAP_WITHIN: (f32, f32) = (0.2, 0.8);
/// How far below its upper end a piece is held by the lobe, in millimetres, but not below its middle: a stud's.
const HELD: f32 = 2.5;
/// How much of the head's lean an earring follows.
const FOLLOWS: f32 = 0.15;
/// How far the head may be turned towards an ear before it hides it, as the cosine of the ear's direction to whoever
/// looks; in between an earring fades.
const TURNED: (f32, f32) = (-0.42, -0.3);
const SLACK: std::ops::Range<f32> = 6.0..14.0;
const SHADOW: Shadow = Shadow { dark: 0.22, down: 0.012, soft: 0.012, on: On::All };

/// One piece.
#[derive(Clone, Debug)]
struct Piece {
    texture: Texture,
    /// Where the lobe holds it, in the texture's pixels.
    held: Vec2,
}

/// A pair of earrings.
#[derive(Clone, Debug)]
pub struct Earrings {
    /// On the right ear and on the left, the person's own.
    pieces: [Piece; 2],
    /// Millimetres in a pixel of the textures.
    scale: f32,
}

impl Earrings {
    /// From a picture of their front, with transparency or before a plain ground, and how wide all that it shows is, in
    /// millimetres (3 to 250): two pieces beside each other, or one, which is mirrored for the other ear.
    ///
    /// # Errors
    /// [`Error::Width`], and a picture that shows no product ([`Error::NoProduct`], [`Error::NotPlain`]).
    pub fn new(picture: &Photo, millimetres: f32) -> Result<Self, Error> {
        let product = product::read(picture, Kind::Earrings, millimetres)?;
        let width = product.width;
        let scale = millimetres / width as f32;
        let part = |columns: std::ops::Range<usize>| {
            let films: Vec<Film> = product
                .films
                .chunks_exact(width)
                .flat_map(|row| row[columns.clone()].iter().copied())
                .collect();
            product::cropped(columns.len(), &films).ok_or(Error::NoProduct)
        };
        let pieces = match gap(&product) {
            Some(middle) => [part(0..middle)?, part(middle..width)?],
            None => {
                let mirrored = product.films.chunks_exact(width).flat_map(|row| row.iter().rev().copied());
                let mirrored = product::Product { width, films: mirrored.collect() };
                [product, mirrored]
            }
        };
        Ok(Self { pieces: pieces.map(|piece| Piece::of(piece, scale)), scale })
    }

    /// Draws them on a head.
    pub(super) fn draw(&self, photo: &mut Photo, face: &Face, pose: &Pose, hair: Option<&Hair>) -> Placement {
        let head = Head::of(pose);
        let roll = pose.angles().z * FOLLOWS;
        let down = Vec2::new(-roll.sin(), -roll.cos());
        let across = Vec2::new(roll.cos(), -roll.sin());
        for (piece, side) in self.pieces.iter().zip([-1.0, 1.0]) {
            let lobe = pose.place(head.lobe(side));
            let out = pose.rotation * Vec3::X * side;
            let turned = out.dot(-lobe.normalize());
            let opacity = ((turned - TURNED.0) / (TURNED.1 - TURNED.0)).clamp(0.0, 1.0);
            if opacity == 0.0 {
                continue;
            }
            let surface = sheet((8, 8), piece.texture.size(), |at| {
                let from = (at - piece.held) * self.scale;
                let place = lobe + (across * from.x + down * from.y).extend(0.0);
                vertex(pose.lens, place, at, opacity)
            });
            let layers = vec![Layer { surface, texture: &piece.texture, slack: SLACK }];
            Laid { layers, hair, shadow: SHADOW }.draw(photo, face, pose);
        }
        let [right, left] = [-1.0, 1.0].map(|side| pose.project(head.lobe(side)));
        Placement::across(right, left, (right + left) / 2.0)
    }
}

#[cfg(test)]
impl Earrings {
    /// Columns and rows of the pictures on the right ear and the left.
    pub(super) fn sizes(&self) -> [Vec2; 2] {
        [0, 1].map(|side: usize| self.pieces[side].texture.size())
    }
}

impl Piece {
    fn of(product::Product { width, films }: product::Product, scale: f32) -> Self {
        let height = films.len() / width;
        let y = (HELD / scale).min(height as f32 / 2.0);
        // The middle of what is there so far.
        let covers = films.iter().take(width * (y.ceil() as usize).max(1)).enumerate();
        let (sum, total) = covers.fold((0.0, 0.0), |(sum, total), (k, film)| {
            (sum + film.cover() * ((k % width) as f32 + 0.5), total + film.cover())
        });
        let x = if total > 0.0 { sum / total } else { width as f32 / 2.0 };
        Self { texture: Texture::new(width, films), held: Vec2::new(x, y) }
    }
}

/// The middle of the widest empty gap between two pieces.
fn gap(product: &product::Product) -> Option<usize> {
    let width = product.width;
    let is_empty =
        |column: usize| product.films.iter().skip(column).step_by(width).all(|film| film.cover() < 0.1);
    let [from, to] = [GAP_WITHIN.0, GAP_WITHIN.1].map(|share| (share * width as f32) as usize);
    let (mut best, mut start) = (0..0, from);
    for column in from..to {
        if !is_empty(column) {
            start = column + 1;
        } else if column + 1 - start > best.len() {
            best = start..column + 1;
        }
    }
    (best.len() as f32 > GAP * width as f32).then_some((best.start + best.end) / 2)
}
