//! Where a neck ends to its sides in a photo: from its middle outward until what is seen is no longer what it was.

use glam::Vec2;

use crate::photo::Photo;
use crate::vision::hair::Hair;

/// How far out a neck's side is, in millimetres.
const SIDES: std::ops::Range<f32> = 18.0..100.0;
/// Where looking begins, from the middle, and how long a step is.
const START: f32 = 12.0;
const STEP: f32 = 1.0;
/// Lines above and below the one in question, and how far apart they are, in millimetres.
const LINES: i32 = 4;
const APART: f32 = 2.0;
/// How far a colour may be off what was seen so far, in parts of the lighter one and with so many levels added, and for
/// how many steps, before it is another thing.
const OFF: (f32, f32) = (0.16, 30.0);
const STEPS: usize = 3;
/// How fast what was seen follows what is seen: skin is round and lit from one side.
const FOLLOWS: f32 = 0.15;
/// What of a place is hair.
const IS_HAIR: f32 = 0.5;

/// How far the right and the left side of a neck are from about its middle, in millimetres, where they are seen. `seen`
/// says where a place beside that middle (x to the person's left) and above a line is in the photo.
pub(super) fn sides(photo: &Photo, hair: Option<&Hair>, seen: impl Fn(f32, f32) -> Vec2) -> [Option<f32>; 2] {
    let pixel = |at: Vec2| {
        let is_inside = at.cmpge(Vec2::ZERO).all() && at.x < photo.width as f32 && at.y < photo.height as f32;
        let is_hair = hair.and_then(|hair| hair.seen(photo, at)).is_some_and(|hair| hair >= IS_HAIR);
        (is_inside && !is_hair).then(|| {
            let levels = &photo.pixels[(at.y as usize * photo.width as usize + at.x as usize) * 4..][..3];
            [levels[0], levels[1], levels[2]].map(f32::from)
        })
    };
    let end = |side: f32, y: f32| {
        let mut known = pixel(seen(side * START, y))?;
        let (mut off, mut far) = (0, START);
        while far < SIDES.end + STEP * STEPS as f32 {
            far += STEP;
            let colour = pixel(seen(side * far, y))?;
            let is_off = |k: usize| (colour[k] - known[k]).abs() > OFF.0 * (colour[k].max(known[k]) + OFF.1);
            if (0..3).any(is_off) {
                off += 1;
                if off == STEPS {
                    let found = far - STEP * STEPS as f32;
                    return SIDES.contains(&found).then_some(found);
                }
            } else {
                off = 0;
                known = [0, 1, 2].map(|k| known[k] + (colour[k] - known[k]) * FOLLOWS);
            }
        }
        None
    };
    let side = |side: f32| {
        let mut ends: Vec<f32> = (-LINES..=LINES).filter_map(|line| end(side, line as f32 * APART)).collect();
        ends.sort_by(f32::total_cmp);
        // Of a side that most lines do not find nothing is known.
        (ends.len() > LINES as usize).then(|| ends[ends.len() / 2])
    };
    [side(-1.0), side(1.0)]
}
