//! Bodies: the 33 points of whoever a face belongs to, and what of the photo they cover.
//!
//! BlazePose finds them (Bazarevsky et al., *BlazePose: on-device real-time body pose tracking*, 2020), as MediaPipe
//! publishes its networks.

mod landmarks;

use glam::{Vec2, Vec3};
use landmarks::Placer;

use super::detector::{self, Detector, suppressed};
use super::face::{self, Face};
use super::region::Region;
use crate::nn::{self, Graph};
use crate::photo::Photo;

/// Points of a body.
pub const POINTS: usize = 33;

/// Where among the points some places are. Right and left are the person's own; of pairs the right one comes first.
pub mod place {
    /// The tip of the nose.
    pub const NOSE: usize = 0;
    /// Outer corners of the eyes.
    pub const EYES: [usize; 2] = [6, 3];
    /// Ears.
    pub const EARS: [usize; 2] = [8, 7];
    /// Corners of the mouth.
    pub const MOUTH: [usize; 2] = [10, 9];
    /// The joints of the shoulders.
    pub const SHOULDERS: [usize; 2] = [12, 11];
    /// Elbows.
    pub const ELBOWS: [usize; 2] = [14, 13];
    /// Wrists.
    pub const WRISTS: [usize; 2] = [16, 15];
    /// First knuckles of the index fingers.
    pub const INDEXES: [usize; 2] = [20, 19];
    /// The joints of the hips.
    pub const HIPS: [usize; 2] = [24, 23];
    /// Knees.
    pub const KNEES: [usize; 2] = [26, 25];
}

/// The detector's grids. Its places are the middle of the hips, a place above it whose distance is half the size of
/// the whole body and whose direction is the body's, and the same two of the upper body.
const DETECTOR: detector::Kind =
    detector::Kind { name: "a body detector", side: 224, grids: &[(28, 2), (14, 2), (7, 6)] };
/// How much larger than the body its region is, as the network was trained.
const ROOM: f32 = 1.25;
/// The regions in which a face's body is looked for besides the whole photo, in faces: the side, and how far below the
/// face the middle is. The first is of somebody of whom the chest is seen, the other of somebody small in the photo.
const AROUND: [(f32, f32); 2] = [(5.5, 1.5), (9.0, 2.5)];
/// How often points are looked for again where the last ones were: the detector only knows roughly.
const PASSES: usize = 1;
/// The least presence of a body.
const PRESENT: f32 = 0.5;
/// How far the body's nose, eyes and mouth may lie from its face's on average, in parts of the face's size: surely the
/// same face, and possibly.
const SAME: f32 = 0.2;
const NEAR: f32 = 0.35;

/// A body in a photo.
#[derive(Clone, Debug)]
pub struct Body {
    /// [`POINTS`] places in the photo's pixels, x to the right and y down from the outer corner of the first pixel,
    /// some of them outside the photo; z in the same unit, away from the camera, from the middle of the hips.
    pub points: Vec<Vec3>,
    /// The same in metres from the middle of the hips: x to the right as seen, y down, z away from the camera.
    pub metres: Vec<Vec3>,
    /// How sure it is of each that nothing hides it, 0 to 1.
    pub visibility: Vec<f32>,
    /// How sure the network is that this is a body, 0 to 1.
    pub presence: f32,
    /// How much of each cell of the region belongs to the person, `side` cells each way.
    region: Region,
    side: usize,
    cover: Vec<f32>,
}

impl Body {
    /// A point as it is seen.
    #[must_use]
    pub fn seen(&self, point: usize) -> Vec2 {
        self.points[point].truncate()
    }

    /// How much a place of the photo belongs to the person, 0 to 1; nothing far from the body does.
    #[must_use]
    pub fn covers(&self, at: Vec2) -> f32 {
        let place = self.region.of_photo(at);
        if !(place.cmpge(Vec2::ZERO).all() && place.cmple(Vec2::ONE).all()) {
            return 0.0;
        }
        let last = self.side - 1;
        let at = (place * self.side as f32 - 0.5).clamp(Vec2::ZERO, Vec2::splat(last as f32));
        let (column, row, part) = (at.x as usize, at.y as usize, at.fract());
        let between = |row: usize| {
            let cells = &self.cover[row * self.side..][..self.side];
            cells[column] + (cells[(column + 1).min(last)] - cells[column]) * part.x
        };
        let above = between(row);
        above + (between((row + 1).min(last)) - above) * part.y
    }

    /// How far its nose, eyes and mouth lie from a face's on average, in parts of the face's size.
    fn off(&self, face: &Face) -> f32 {
        use face::place::{LEFT_EYE, MOUTH, NOSE, RIGHT_EYE};
        let pairs = [
            (place::NOSE, NOSE[5]),
            (place::EYES[0], RIGHT_EYE[0]),
            (place::EYES[1], LEFT_EYE[0]),
            (place::MOUTH[0], MOUTH[0]),
            (place::MOUTH[1], MOUTH[1]),
        ];
        let off: f32 = pairs.iter().map(|&(own, its)| self.seen(own).distance(face.seen(its))).sum();
        off / (pairs.len() as f32 * face.size())
    }
}

/// Finds bodies and their points, on the processor.
pub struct BodyFinder {
    detector: Detector<4>,
    placer: Placer,
}

impl BodyFinder {
    /// Plans both networks.
    ///
    /// # Errors
    /// A network that this engine does not run, or that is another one.
    pub fn new(detector: &Graph, landmarks: &Graph) -> Result<Self, nn::Error> {
        Ok(Self { detector: Detector::new(DETECTOR, detector)?, placer: Placer::new(landmarks)? })
    }

    /// The body of a face; `None` where too little of it is seen.
    ///
    /// Looked for in the whole photo, then around and below the face, until the body's face surely is this one.
    ///
    /// # Errors
    /// [`nn::Error`] of the engine.
    pub fn find(&self, photo: &Photo, face: &Face) -> Result<Option<Body>, nn::Error> {
        let mut nearest: Option<(f32, Body)> = None;
        let [near, far] = AROUND.map(|room| around(face, room));
        for region in [Region::whole(photo), near, far] {
            for detection in suppressed(self.detector.detect(photo, &region)?) {
                let Some(body) = self.points(photo, &detection)? else { continue };
                let off = body.off(face);
                if off < NEAR && nearest.as_ref().is_none_or(|&(least, _)| off < least) {
                    nearest = Some((off, body));
                }
            }
            if nearest.as_ref().is_some_and(|&(off, _)| off < SAME) {
                break;
            }
        }
        Ok(nearest.map(|(_, body)| body))
    }

    fn points(&self, photo: &Photo, detection: &detector::Detection<4>) -> Result<Option<Body>, nn::Error> {
        let [hips, above, ..] = detection.places;
        let mut region = region_of(hips, above);
        let mut body = None;
        for _ in 0..=PASSES {
            let (found, again) = self.placer.place(photo, &region)?;
            if found.presence < PRESENT {
                break;
            }
            (body, region) = (Some(found), again);
        }
        Ok(body)
    }
}

/// A square, upright by the face.
fn around(face: &Face, (side, below): (f32, f32)) -> Region {
    let (low, high) = face.bounds();
    let [right, left] = [face::place::RIGHT_EYE[0], face::place::LEFT_EYE[0]].map(|eye| face.seen(eye));
    let across = (left - right).normalize_or(Vec2::X);
    Region {
        centre: (low + high) / 2.0 + across.perp() * below * face.size(),
        side: side * face.size(),
        turn: across.y.atan2(across.x),
    }
}

/// The region of a body from the middle of its hips and the place that says its size and direction.
fn region_of(hips: Vec2, above: Vec2) -> Region {
    let up = above - hips;
    Region { centre: hips, side: 2.0 * ROOM * up.length(), turn: up.x.atan2(-up.y) }
}

#[cfg(test)]
mod tests;
