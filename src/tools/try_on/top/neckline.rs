//! The front edge of a collar in a picture that also shows the inside of the back above it.

use glam::Vec2;

use super::parts::Parts;
use crate::photo::color;
use crate::scene::surface::Film;

/// How deep a neckline may be below the neck's sides, in parts of the chest's width, and in how many steps it is
/// looked for.
const DEPTHS: (f32, f32) = (0.04, 0.6);
const STEPS: usize = 72;
/// What its curve may be: how fast it rises from its middle, from a V to nearly a square.
const SHAPES: [f32; 4] = [1.0, 1.6, 2.2, 3.2];
/// Places along each half of it that are looked at, and how far off it, in parts of the chest's width.
const PLACES: usize = 16;
const OFF: f32 = 0.016;
/// The least ratio of light outside to inside, on average.
const LEAST: f32 = 1.12;

/// The curve from one side of the neck down to its middle and up to the other.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Neckline {
    middle: Vec2,
    sides: [Vec2; 2],
    shape: f32,
}

impl Neckline {
    /// `None` where the picture shows nothing inside the collar.
    pub(super) fn of(parts: &Parts, width: usize, films: &[Film]) -> Option<Self> {
        let sides = [parts.sides[0].neck, parts.sides[1].neck];
        let chest = parts.chest();
        let light = |at: Vec2| {
            let at = at.floor();
            let is_there = at.cmpge(Vec2::ZERO).all() && at.x < width as f32;
            let film = is_there.then(|| films.get(at.y as usize * width + at.x as usize)).flatten()?;
            (film.cover() > 0.9).then(|| color::luminance(film.light.to_array()) + 0.004)
        };
        let top = (sides[0].y + sides[1].y) / 2.0;
        let mut best: Option<(f32, Self)> = None;
        for step in 0..STEPS {
            let depth = DEPTHS.0 + (DEPTHS.1 - DEPTHS.0) * step as f32 / (STEPS - 1) as f32;
            let middle = Vec2::new(parts.collar.x, top + depth * chest);
            for shape in SHAPES {
                let line = Self { middle, sides, shape };
                let (mut sum, mut count) = (0.0, 0);
                for k in 0..2 * PLACES {
                    let (side, share) = (k % 2, (k / 2) as f32 / PLACES as f32 * 0.85);
                    let at = line.at(side, share);
                    let ahead = line.at(side, share + 0.04);
                    let across = (ahead - at).normalize_or(Vec2::X).perp() * OFF * chest;
                    let outward = if across.y > 0.0 { across } else { -across };
                    // A step from dark to light; where nothing is inside there is none to be seen.
                    let (Some(inside), Some(outside)) = (light(at - outward), light(at + outward)) else {
                        continue;
                    };
                    sum += (outside / inside).clamp(0.25, 4.0);
                    count += 1;
                }
                if count * 4 < 2 * PLACES * 3 {
                    continue;
                }
                let mean = sum / count as f32;
                if mean > LEAST && best.as_ref().is_none_or(|&(most, _)| mean > most) {
                    best = Some((mean, line));
                }
            }
        }
        best.map(|(_, line)| line)
    }

    /// A place on it: from its middle, 0, to the end at one side, 1.
    fn at(&self, side: usize, share: f32) -> Vec2 {
        let end = self.sides[side];
        let rise = share.min(1.0).powf(self.shape);
        Vec2::new(
            self.middle.x + (end.x - self.middle.x) * share,
            self.middle.y + (end.y - self.middle.y) * rise,
        )
    }

    /// How much of a pixel about a place is inside the collar, 0 to 1.
    pub(super) fn inside(&self, at: Vec2) -> f32 {
        let side = usize::from(at.x > self.middle.x);
        let share = (at.x - self.middle.x) / (self.sides[side].x - self.middle.x);
        if !(0.0..=1.0).contains(&share) {
            return 0.0;
        }
        // Across the edge, which may be steep.
        let edge = self.at(side, share);
        let along = (self.at(side, share + 0.01) - edge).normalize_or(Vec2::X);
        ((edge.y - at.y) * along.x.abs().max(0.05) + 0.5).clamp(0.0, 1.0)
    }
}
