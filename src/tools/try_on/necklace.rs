//! A necklace from one front picture: around the neck below the chin, its upper ends behind the neck.

use glam::{Mat3, Vec2, Vec3};

use super::laid::{Laid, Layer, On, Shadow, sheet, vertex};
use super::neck;
use super::{Error, Kind, Placement, product};
use crate::photo::Photo;
use crate::scene::surface::Texture;
use crate::vision::face::{Face, Pose, place};
use crate::vision::hair::Hair;

/// Where the neck holds the head, in parts of the face's height from the brows to the chin: from the chin up, and back
/// from it.
const JOINT: (f32, f32) = (0.5, 0.62);
/// How far below the joint the ends of a necklace are beside the neck, and how far before the joint, in the same parts.
const ENDS: (f32, f32) = (0.65, 0.1);
/// Ends that are nearer to the middle than this, in parts of the width, are none: the picture shows a whole loop.
const ENDS_APART: f32 = 0.15;
/// How much of the head's turn the neck follows, and of its lean: a head leans on a neck, and all lean in a photo that
/// was taken so. The first at which the neck's sides are where they should be counts.
const FOLLOWS: f32 = 0.35;
const LEANS: [f32; 3] = [0.35, 0.7, 1.0];
/// How far off a side counts that is not seen, in millimetres.
const UNSEEN: f32 = 40.0;
/// How far the ends are behind the front, in parts of half of the width.
const DEEP: f32 = 0.6;
/// The upper part in which a necklace comes from beside the neck to its own shape.
const SETTLES: f32 = 0.5;
/// How far its middle may lie from where the head says, in millimetres, and by how much its ends may be nearer together
/// or farther apart than its picture shows.
const MOVED: f32 = 35.0;
const NARROWED: (f32, f32) = (0.55, 1.5);
/// Which upper part fades: what goes behind the neck.
const FADE: f32 = 0.06;
const GRID: (usize, usize) = (24, 24);
const SLACK: std::ops::Range<f32> = 0.0..4.0;
const SHADOW: Shadow = Shadow { dark: 0.35, down: 0.01, soft: 0.008, on: On::All };

/// A necklace.
#[derive(Clone, Debug)]
pub struct Necklace {
    texture: Texture,
    /// Millimetres in a pixel of the texture.
    scale: f32,
    /// How far its right and its left end are from its middle, in millimetres.
    ends: [f32; 2],
}

impl Necklace {
    /// From a picture of it as it hangs, with transparency or before a plain ground, and how wide all of it is, in
    /// millimetres (80 to 400).
    ///
    /// # Errors
    /// [`Error::Width`], and a picture that shows no product ([`Error::NoProduct`], [`Error::NotPlain`]).
    pub fn new(picture: &Photo, millimetres: f32) -> Result<Self, Error> {
        let product::Product { width, films } = product::read(picture, Kind::Necklace, millimetres)?;
        let scale = millimetres / width as f32;
        let highest = &films[..width * (films.len() / width).div_ceil(50)];
        let is_there =
            |column: &usize| highest.iter().skip(*column).step_by(width).any(|film| film.cover() > 0.5);
        let middle = width / 2;
        // Where it is whole, as a choker is, its ends are as far out as it goes.
        let end = |column: Option<usize>| {
            let out = column.map_or(0.0, |column| (column as f32 + 0.5 - middle as f32).abs() * scale);
            if out < millimetres * ENDS_APART { millimetres / 2.0 } else { out }
        };
        let ends = [end((0..middle).find(is_there)), end((middle..width).rev().find(is_there))];
        Ok(Self { texture: Texture::new(width, films), scale, ends })
    }

    /// Draws it below a head.
    pub(super) fn draw(&self, photo: &mut Photo, face: &Face, pose: &Pose, hair: Option<&Hair>) -> Placement {
        let size = self.texture.size();
        let half = size.x * self.scale / 2.0;
        let (chin, brow) = (pose.points[place::CHIN], pose.points[place::BROWS]);
        let tall = brow.y - chin.y;
        let joint = pose.place(chin + Vec3::new(0.0, JOINT.0, -JOINT.1) * tall);
        let angles = pose.angles();
        let turned = Mat3::from_rotation_y(angles.x * FOLLOWS);
        let before = |lean: f32, x: f32, y: f32| {
            let back = half * DEEP * (x / half).powi(2);
            let at = Vec3::new(x, y - ENDS.0 * tall, ENDS.1 * tall + half * DEEP - back);
            joint + Mat3::from_rotation_z(angles.z * lean) * turned * at
        };
        // The ends lie at the neck's sides, and all of it with their middle; where one side alone is seen, half of what
        // that is off goes to the middle.
        let tried = LEANS.map(|lean| {
            let sides = neck::sides(photo, hair, |x, y| pose.lens.project(before(lean, x, y)));
            let off =
                |side: usize| sides[side].map_or(UNSEEN, |found| (found - self.ends[side]).abs().min(UNSEEN));
            (lean, sides, off(0) + off(1))
        });
        let best = tried.into_iter().reduce(|best, next| if next.2 < best.2 { next } else { best });
        let (lean, sides, _) = best.unwrap_or((LEANS[0], [None; 2], 0.0));
        let before = |x: f32, y: f32| before(lean, x, y);
        let off = [0, 1].map(|side: usize| sides[side].map(|found| found - self.ends[side]));
        let moved = ((off[1].unwrap_or(0.0) - off[0].unwrap_or(0.0)) / 2.0).clamp(-MOVED, MOVED);
        let ends = [sides[0].map(|found| found + moved), sides[1].map(|found| found - moved)];
        let place = |at: Vec2| {
            let x = (at.x - size.x / 2.0) * self.scale;
            let side = usize::from(x > 0.0);
            let own = (at.y / (size.y * SETTLES)).clamp(0.0, 1.0);
            let beside = ends[side].map_or(1.0, |end| (end / self.ends[side]).clamp(NARROWED.0, NARROWED.1));
            before(moved + x * (beside + (1.0 - beside) * own * (2.0 - own)), -at.y * self.scale)
        };
        let surface =
            sheet(GRID, size, |at| vertex(pose.lens, place(at), at, (at.y / (size.y * FADE)).min(1.0)));
        let layers = vec![Layer { surface, texture: &self.texture, slack: SLACK }];
        Laid { layers, hair, shadow: SHADOW }.draw(photo, face, pose);

        Placement::of(size, |at| pose.lens.project(place(at)))
    }
}
