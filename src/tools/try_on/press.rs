//! Hair pressed under a hat: what would stand out around it is drawn in behind its outline, and what lies beyond follows.
//! Pixels are moved, and none is made up.

use std::f32::consts::TAU;

use glam::{Vec2, Vec3};

use crate::photo::Photo;
use crate::scene::surface::{Depth, Frame};
use crate::vision::hair::Hair;

/// Directions around a hat.
const PARTS: usize = 180;
/// What is hair, and by how many parts of the hat's breadth its last fine ones stand out from that.
const IS_HAIR: f32 = 0.3;
const FRINGE: f32 = 0.02;
/// How far hair stands out at most, in parts of the hat's breadth.
const MOST: f32 = 0.5;
/// How far the photo gives way, in parts of what it gives way by: farther is gentler.
const REACH: f32 = 4.0;
/// How far inside the outline, below the hat, hair gives way too, in parts of what is pressed; the face does not.
const INSIDE: f32 = 1.2;
/// Directions by the sine of their height: down to the first all is pressed, from the second on nothing.
const DOWN: (f32, f32) = (-0.15, -0.75);

/// A hat's outline in a photo.
pub(super) struct Outline<'a> {
    /// A place inside it, low in its middle.
    pub(super) centre: Vec2,
    /// Up along its axis, of length 1.
    pub(super) up: Vec2,
    /// Finite where it is, over a frame.
    pub(super) covered: &'a Depth,
    pub(super) frame: &'a Frame,
    /// Its breadth in pixels.
    pub(super) breadth: f32,
    /// Places of the face below it.
    pub(super) face: &'a [Vec3],
}

impl Outline<'_> {
    /// Presses hair under the hat.
    pub(super) fn press(&self, photo: &mut Photo, hair: &Hair) {
        let across = Vec2::new(-self.up.y, self.up.x);
        let direction = |part: usize| {
            let angle = TAU * part as f32 / PARTS as f32;
            across * angle.cos() + self.up * angle.sin()
        };
        let ends: Vec<f32> = (0..PARTS).map(|part| self.end(direction(part))).collect();
        let stands: Vec<f32> =
            (0..PARTS).map(|part| self.stands_out(direction(part), ends[part], photo, hair)).collect();
        let mut faces = vec![0.0_f32; PARTS];
        for point in self.face {
            let from = point.truncate() - self.centre;
            let angle = from.dot(self.up).atan2(from.dot(across));
            let part = (angle / TAU * PARTS as f32).rem_euclid(PARTS as f32) as usize;
            for beside in 0..7 {
                let face = &mut faces[(part + PARTS + beside - 3) % PARTS];
                *face = face.max(from.length());
            }
        }
        let near = |values: &[f32], part: usize, each: &dyn Fn(&mut dyn Iterator<Item = f32>) -> f32| {
            each(&mut (0..9).map(|k| values[(part + PARTS + k - 4) % PARTS]))
        };
        let mean = |values: &mut dyn Iterator<Item = f32>| values.sum::<f32>() / 9.0;
        let most = |values: &mut dyn Iterator<Item = f32>| values.fold(0.0, f32::max);
        let stands: Vec<f32> = (0..PARTS).map(|part| near(&stands, part, &most)).collect();
        let stands: Vec<f32> = (0..PARTS).map(|part| near(&stands, part, &mean)).collect();

        let farthest = (0..PARTS).map(|part| ends[part] + REACH * stands[part]).fold(0.0, f32::max);
        let box_ = Frame::around([self.centre].into_iter(), farthest, photo);
        let before = photo.clone();
        for y in box_.top..box_.top + box_.height {
            for x in box_.left..box_.left + box_.width {
                let at = Vec2::new(x as f32, y as f32) + 0.5;
                let from = at - self.centre;
                let far = from.length().max(1e-3);
                let (right, high) = (from.dot(across) / far, from.dot(self.up) / far);
                let share = ((high - DOWN.1) / (DOWN.0 - DOWN.1)).clamp(0.0, 1.0);
                let between = |values: &[f32], high: f32| {
                    let angle = high.atan2(right.signum() * (1.0 - high * high).max(0.0).sqrt());
                    let part = (angle / TAU * PARTS as f32).rem_euclid(PARTS as f32);
                    let (low, next) = (part as usize % PARTS, (part as usize + 1) % PARTS);
                    values[low] + (values[next] - values[low]) * part.fract()
                };
                // Below the hat's edge its side's end counts, not the edge.
                let end = between(&ends, high.max(DOWN.0));
                let stands = between(&stands, high.max(DOWN.0)) * share * share * (3.0 - 2.0 * share);
                let start = between(&faces, high).max(end - INSIDE * stands);
                let beyond = (far - end).max(0.0) / (REACH * stands).max(1e-3);
                if stands < 0.5 || beyond >= 1.0 || far <= start {
                    continue;
                }
                let inside = ((far - start) / (end - start).max(1.0)).min(1.0);
                let source = self.centre + from * (1.0 + stands * inside * (1.0 - beyond).powi(2) / far);
                let first = (y * photo.width as usize + x) * 4;
                photo.pixels[first..first + 4].copy_from_slice(&sample(&before, source));
            }
        }
    }

    /// How far the hat goes from its centre.
    fn end(&self, direction: Vec2) -> f32 {
        let corner = Vec2::new(self.frame.left as f32, self.frame.top as f32);
        let is_covered = |far: &f32| {
            let at = self.centre + direction * *far - corner;
            let (x, y) = (at.x as usize, at.y as usize);
            let is_inside = at.cmpge(Vec2::ZERO).all() && x < self.frame.width && y < self.frame.height;
            is_inside && self.covered.distances[y * self.frame.width + x].is_finite()
        };
        let most = self.frame.width + self.frame.height;
        (0..most).rev().map(|far| far as f32).find(is_covered).unwrap_or(0.0)
    }

    /// How far hair stands out from where the hat ends.
    fn stands_out(&self, direction: Vec2, end: f32, photo: &Photo, hair: &Hair) -> f32 {
        let gap = self.breadth * FRINGE;
        let (mut last, mut far) = (0.0, 0.0);
        while far < self.breadth * MOST && far <= last + gap {
            let at = self.centre + direction * (end + far);
            if hair.seen(photo, at).is_some_and(|hair| hair > IS_HAIR) {
                last = far;
            }
            far += 1.0;
        }
        if last > 0.0 { last + gap } else { 0.0 }
    }
}

/// The photo at a place, from its four nearest pixels.
fn sample(photo: &Photo, at: Vec2) -> [u8; 4] {
    let last = Vec2::new((photo.width - 1) as f32, (photo.height - 1) as f32);
    let at = (at - 0.5).clamp(Vec2::ZERO, last);
    let (x, y) = (at.x as usize, at.y as usize);
    let (right, below) = ((x + 1).min(last.x as usize), (y + 1).min(last.y as usize));
    let part = at.fract();
    [0, 1, 2, 3].map(|channel| {
        let level =
            |x: usize, y: usize| f32::from(photo.pixels[(y * photo.width as usize + x) * 4 + channel]);
        let row = |y: usize| level(x, y) + (level(right, y) - level(x, y)) * part.x;
        (row(y) + (row(below) - row(y)) * part.y).round() as u8
    })
}
