//! What of a photo is before a garment, and how light it is there.

use glam::{Vec2, Vec3};

use super::pins::Torso;
use crate::photo::{Photo, color};
use crate::scene::surface::Frame;
use crate::tools::try_on::laid::{skin, softened};
use crate::vision::body::{Body, place};
use crate::vision::face::{Face, Pose};
use crate::vision::hair::Hair;

/// The middle of the torso, in parts of its half width: what hides it there is before it.
const CORE: f32 = 0.8;
/// How far around such a thing cloth ends where the person ends, in units of the torso, and how much of what is around
/// has to be such a thing, from where on and from where on wholly.
const THING: f32 = 0.22;
const THINGS: (f32, f32) = (0.12, 0.25);
/// How much steeper than the network's mask its edge is taken to be.
const STEEP: f32 = 2.5;
/// How far an arm is nearer than the torso that it lies over, in metres, and how thick a forearm is, in units.
const NEARER: f32 = 0.08;
const FOREARM: f32 = 0.13;
/// How far light and shadow on what was worn before are taken over, the least and the most, and how soft, in units.
const TAKEN: f32 = 0.6;
const SHADE: (f32, f32) = (0.6, 1.2);
const SHADE_SOFT: f32 = 0.16;
/// What is much darker or lighter than most of it, in parts of its light, is of another colour and no light or shadow.
const SAME_CLOTH: (f32, f32) = (0.35, 2.2);
/// From where on hair is before cloth, and from where on wholly.
const HAIR: (f32, f32) = (0.35, 0.65);
/// How far hair's colour may be from that of the head's, in standard deviations, and what those are at least, in levels.
const FARTHEST: (f32, f32) = (2.2, 3.2);
const LEAST_SPREAD: f32 = 16.0;

/// Of each pixel of a frame.
pub(super) struct Before {
    /// How much of it belongs to the person, 0 to 1.
    pub(super) person: Vec<f32>,
    /// How much of it is before a garment, 0 to 1.
    pub(super) hidden: Vec<f32>,
    /// How much of it is an arm that lies over the torso, and so before all but its own sleeve, 0 to 1.
    pub(super) arms: Vec<f32>,
    /// How light cloth is there, 1 on average.
    pub(super) shade: Vec<f32>,
}

impl Before {
    pub(super) fn of(
        photo: &Photo,
        face: &Face,
        pose: &Pose,
        body: &Body,
        hair: Option<&Hair>,
        torso: &Torso,
        frame: &Frame,
    ) -> Self {
        let at = |k: usize| {
            Vec2::new((frame.left + k % frame.width) as f32, (frame.top + k / frame.width) as f32) + 0.5
        };
        let soft = |plane: &[f32], size: f32| softened(plane, frame, torso.unit * size);
        let pixels = || (0..frame.area()).map(at);
        let steep = |share: f32| ((share - 0.5) * STEEP + 0.5).clamp(0.0, 1.0);
        let person: Vec<f32> = pixels().map(|at| steep(body.covers(at))).collect();
        let face_soft = softened(&skin(pose, frame).covered(), frame, face.size() / 160.0);

        // Inside the torso and not the person: a thing before it. Near to one, cloth ends where the person does.
        let hides: Vec<f32> = pixels()
            .zip(&person)
            .map(|(at, person)| if torso.is_core(at, CORE) { 1.0 - person } else { 0.0 })
            .collect();
        let things = soft(&hides, THING / 2.0);
        let arms = arms(body, torso);
        let arms: Vec<f32> = pixels()
            .zip(&person)
            .map(|(at, person)| arms.iter().map(|arm| arm.covers(at)).fold(0.0, f32::max) * person)
            .collect();
        let locks = hair.map(|hair| Locks::of(photo, face, hair));
        let hidden = (0..frame.area()).map(|k| {
            let near = ((things[k] - THINGS.0) / (THINGS.1 - THINGS.0)).clamp(0.0, 1.0);
            // An arm is behind it where none of its breadth is seen.
            let bone = torso
                .bone(at(k))
                .map_or(1.0, |bone| bone.map(|at| body.covers(at)).into_iter().fold(0.0, f32::max));
            let thing = near.max(1.0 - steep(bone)) * (1.0 - person[k]);
            let (x, y) = (frame.left + k % frame.width, frame.top + k / frame.width);
            let hair = locks.as_ref().map_or(0.0, |locks| locks.at(photo, x, y)) * person[k];
            1.0 - (1.0 - thing) * (1.0 - hair) * (1.0 - face_soft[k])
        });
        let hidden: Vec<f32> = hidden.collect();

        // Of the cloth that was there: its own mean light around each place, against that of all of it.
        let light = |k: usize| {
            let (x, y) = (frame.left + k % frame.width, frame.top + k / frame.width);
            let pixel = &photo.pixels[(y * photo.width as usize + x) * 4..][..4];
            color::luminance([pixel[0], pixel[1], pixel[2]].map(color::light))
        };
        let mut is_cloth: Vec<f32> =
            pixels()
                .enumerate()
                .map(|(k, at)| {
                    if torso.is_chest(at, CORE) {
                        person[k] * (1.0 - hidden[k]) * (1.0 - arms[k])
                    } else {
                        0.0
                    }
                })
                .collect();
        let mut seen: Vec<f32> = (0..frame.area()).filter(|&k| is_cloth[k] > 0.5).map(light).collect();
        seen.sort_by(f32::total_cmp);
        let usual = seen.get(seen.len() / 2).copied().unwrap_or(1.0);
        for (k, is) in is_cloth.iter_mut().enumerate() {
            if !(SAME_CLOTH.0 * usual..SAME_CLOTH.1 * usual).contains(&light(k)) {
                *is = 0.0;
            }
        }
        let total: f32 = is_cloth.iter().sum::<f32>().max(1.0);
        let lights: Vec<f32> = is_cloth.iter().enumerate().map(|(k, is)| is * light(k)).collect();
        let mean = (lights.iter().sum::<f32>() / total).max(1e-3);
        let (around, weight) = (soft(&lights, SHADE_SOFT), soft(&is_cloth, SHADE_SOFT));
        let shade = around.iter().zip(&weight).map(|(light, weight)| {
            // Where no cloth was near it is as light as on average.
            let ratio = (light + 0.05 * mean) / (weight + 0.05) / mean;
            1.0 + (ratio.clamp(SHADE.0, SHADE.1) - 1.0) * TAKEN
        });
        let shade = shade.collect();
        Self { person, hidden, arms, shade }
    }
}

/// Hair, and what colour it has on the head: cloth and collars are sometimes taken for hair.
struct Locks<'a> {
    hair: &'a Hair,
    mean: Vec3,
    spread: Vec3,
}

impl<'a> Locks<'a> {
    fn of(photo: &Photo, face: &Face, hair: &'a Hair) -> Self {
        let (low, high) = face.bounds();
        // Around the face, down to its chin.
        let room = (high - low) * Vec2::new(0.6, 0.7);
        let head = Frame::around([low - room, high + room * Vec2::X].into_iter(), 0.0, photo);
        let step = (head.width / 96).max(1);
        let (mut count, mut sum, mut squares) = (0.0, Vec3::ZERO, Vec3::ZERO);
        for y in (head.top..head.top + head.height).step_by(step) {
            for x in (head.left..head.left + head.width).step_by(step) {
                if hair.at(photo, x, y) > 0.9 {
                    let colour = levels(photo, x, y);
                    count += 1.0;
                    sum += colour;
                    squares += colour * colour;
                }
            }
        }
        let mean = sum / f32::max(count, 1.0);
        let variance = (squares / f32::max(count, 1.0) - mean * mean).max(Vec3::ZERO);
        Self { hair, mean, spread: variance.map(f32::sqrt).max(Vec3::splat(LEAST_SPREAD)) }
    }

    /// How much of a pixel is hair of the head's own colour, 0 to 1.
    fn at(&self, photo: &Photo, x: usize, y: usize) -> f32 {
        let share = (self.hair.at(photo, x, y) - HAIR.0) / (HAIR.1 - HAIR.0);
        if share <= 0.0 {
            return 0.0;
        }
        let off = ((levels(photo, x, y) - self.mean) / self.spread).abs().max_element();
        share.min(1.0) * ((FARTHEST.1 - off) / (FARTHEST.1 - FARTHEST.0)).clamp(0.0, 1.0)
    }
}

fn levels(photo: &Photo, x: usize, y: usize) -> Vec3 {
    let pixel = &photo.pixels[(y * photo.width as usize + x) * 4..][..3];
    Vec3::new(f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2]))
}

/// A forearm that lies over the torso, from the elbow to the knuckles.
struct Over {
    joints: [Vec2; 3],
    half: f32,
}

impl Over {
    /// How much of a place it covers, 0 to 1.
    fn covers(&self, at: Vec2) -> f32 {
        let off = self.joints.windows(2).map(|bone| {
            let along = bone[1] - bone[0];
            let share = ((at - bone[0]).dot(along) / along.length_squared().max(1.0)).clamp(0.0, 1.0);
            at.distance(bone[0] + along * share)
        });
        (3.0 * (1.0 - off.fold(f32::INFINITY, f32::min) / self.half)).clamp(0.0, 1.0)
    }
}

/// The arms that lie over the torso.
fn arms(body: &Body, torso: &Torso) -> Vec<Over> {
    let [shoulder, hip] = [place::SHOULDERS, place::HIPS]
        .map(|[right, left]| (body.metres[right].z + body.metres[left].z) / 2.0);
    let is_over = |side: &usize| {
        let wrist = place::WRISTS[*side];
        let at = body.seen(wrist);
        let depth = shoulder + (hip - shoulder) * torso.share(at).clamp(0.0, 1.0);
        body.visibility[wrist] > 0.5 && torso.is_core(at, 1.1) && body.metres[wrist].z < depth - NEARER
    };
    let over = |side: usize| Over {
        joints: [place::ELBOWS, place::WRISTS, place::INDEXES].map(|joints| body.seen(joints[side])),
        half: FOREARM * torso.unit,
    };
    (0..2).filter(is_over).map(over).collect()
}

/// Whether both arms lie over the chest, so that hardly any of it is seen.
pub(super) fn is_crossed(body: &Body, torso: &Torso) -> bool {
    let over = arms(body, torso);
    over.len() == 2 && over.iter().all(|arm| torso.share(arm.joints[1]) < 0.75)
}
