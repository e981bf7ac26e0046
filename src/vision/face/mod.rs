//! Faces: where they are, the 478 points of each, and how the head stands in space.
//!
//! BlazeFace finds them (Bazarevsky et al. 2019), Face Mesh with irises places the points (Kartynnik et al. 2019,
//! Grishchenko et al. 2020), both as MediaPipe publishes them; the head's pose is the canonical face fitted to the
//! points.

mod mesh;
mod pose;
mod region;
mod shape;
mod smooth;

pub use mesh::Mesher;
pub use pose::{Lens, Pose};
pub(super) use region::of_face as region_of;
pub use shape::{Shape, shape};
pub use smooth::Smoother;

use glam::{Vec2, Vec3};

use super::detector::{self, Detector, overlap, suppressed};
use super::region::Region;
use crate::nn::{self, Graph};
use crate::photo::Photo;

/// BlazeFace, short range. Its places are the eyes (right, then left, the person's own), nose, mouth and ears.
const DETECTOR: detector::Kind =
    detector::Kind { name: "a face detector", side: 128, grids: &[(16, 2), (8, 6)] };
/// A face as the detector sees it.
type Detection = detector::Detection<6>;

/// Points of a mesh: 468 of the face, five of each iris.
pub const POINTS: usize = 478;

/// Where in the mesh some places are. Right and left are the person's own.
pub mod place {
    /// Outer and inner corner of the right eye.
    pub const RIGHT_EYE: [usize; 2] = [33, 133];
    /// Outer and inner corner of the left eye.
    pub const LEFT_EYE: [usize; 2] = [263, 362];
    /// Middle of the right iris, then its rim: towards the nose or the ear, above, on the other side, below.
    pub const RIGHT_IRIS: [usize; 5] = [468, 469, 470, 471, 472];
    /// The same of the left one.
    pub const LEFT_IRIS: [usize; 5] = [473, 474, 475, 476, 477];
    /// Down the bridge of the nose, from between the brows to the tip.
    pub const NOSE: [usize; 6] = [168, 6, 197, 195, 5, 4];
    /// Where the face ends at the height of the eyes, right and left.
    pub const SIDES: [usize; 2] = [127, 356];
    /// Corners of the mouth, right and left.
    pub const MOUTH: [usize; 2] = [61, 291];
    /// The chin's lowest place.
    pub const CHIN: usize = 152;
    /// Between the brows.
    pub const BROWS: usize = 9;
    /// The forehead's highest place, about the hairline.
    pub const HAIRLINE: usize = 10;
}

/// A face in a photo.
#[derive(Clone, Debug, PartialEq)]
pub struct Face {
    /// [`POINTS`] places in the photo's pixels, x to the right and y down from the outer corner of the first pixel;
    /// z in the same unit, away from the camera, from a plane through the middle of the head.
    pub points: Vec<Vec3>,
    /// How sure the network is that this is a face, 0 to 1.
    pub presence: f32,
}

impl Face {
    /// A point as it is seen.
    #[must_use]
    pub fn seen(&self, point: usize) -> Vec2 {
        self.points[point].truncate()
    }

    /// The smallest upright box around the points: its corner nearest to the photo's first pixel, and the other.
    #[must_use]
    pub fn bounds(&self) -> (Vec2, Vec2) {
        let seen = || self.points.iter().map(|point| point.truncate());
        (seen().fold(Vec2::INFINITY, Vec2::min), seen().fold(Vec2::NEG_INFINITY, Vec2::max))
    }

    /// How large the face is, in pixels: the mean of its box's sides.
    #[must_use]
    pub fn size(&self) -> f32 {
        let (low, high) = self.bounds();
        (high - low).element_sum() / 2.0
    }
}

/// Finds faces and their points, on the processor.
pub struct FaceFinder {
    detector: Detector<6>,
    mesher: Mesher,
}

/// Two faces that overlap more than this, by their boxes, are one.
const SAME: f32 = 0.4;
/// How often a mesh is looked for again where the last one was: after two more, points stay where they are.
const PASSES: usize = 2;
/// The least presence of a face.
const PRESENT: f32 = 0.5;
/// Faces of one photo, at most; a crowd's smaller ones are left out.
const MOST: usize = 8;

impl FaceFinder {
    /// Plans both networks.
    ///
    /// # Errors
    /// A network that this engine does not run, or that is another one.
    pub fn new(detector: &Graph, mesh: &Graph) -> Result<Self, nn::Error> {
        Ok(Self { detector: Detector::new(DETECTOR, detector)?, mesher: Mesher::new(mesh)? })
    }

    /// The faces of a photo, the largest first.
    ///
    /// Looked for in the whole photo; where there is none, with the photo turned by 45° and 90° either way, and then
    /// in parts of it, in which small faces are large.
    ///
    /// # Errors
    /// [`nn::Error`] of the engine.
    pub fn find(&self, photo: &Photo) -> Result<Vec<Face>, nn::Error> {
        for regions in searches(photo) {
            let mut detections = Vec::new();
            for region in regions {
                detections.extend(self.detector.detect(photo, &region)?);
            }
            let faces = self.meshes(photo, &suppressed(detections))?;
            if !faces.is_empty() {
                return Ok(faces);
            }
        }
        Ok(Vec::new())
    }

    /// The face of the picture before, in the next one of a camera.
    ///
    /// # Errors
    /// [`nn::Error`] of the engine.
    pub fn follow(&self, photo: &Photo, before: &Face) -> Result<Option<Face>, nn::Error> {
        let face = self.mesher.mesh(photo, &region::of_face(before))?;
        Ok(Some(face).filter(|face| face.presence >= PRESENT))
    }

    /// The largest face of a camera's picture that stands upright in it; quick, for the next picture comes at once.
    ///
    /// # Errors
    /// [`nn::Error`] of the engine.
    pub fn glance(&self, photo: &Photo) -> Result<Option<Face>, nn::Error> {
        let detections = self.detector.detect(photo, &Region::whole(photo))?;
        Ok(self.meshes(photo, &suppressed(detections))?.into_iter().next())
    }

    fn meshes(&self, photo: &Photo, detections: &[Detection]) -> Result<Vec<Face>, nn::Error> {
        let mut faces: Vec<Face> = Vec::new();
        for detection in detections.iter().take(2 * MOST) {
            let mut face = self.mesher.mesh(photo, &region::of_detection(detection))?;
            if face.presence < PRESENT {
                continue;
            }
            // The detector's box is rough; the mesh's own is where the network is at its best.
            for _ in 0..PASSES {
                match self.follow(photo, &face)? {
                    Some(closer) => face = closer,
                    None => break,
                }
            }
            if faces.iter().all(|other| overlap(face.bounds(), other.bounds()) < SAME) {
                faces.push(face);
            }
        }
        faces.sort_by(|one, other| other.size().total_cmp(&one.size()));
        faces.truncate(MOST);
        Ok(faces)
    }
}

/// Where to look, one search after another until something is found.
fn searches(photo: &Photo) -> [Vec<Region>; 4] {
    let whole = Region::whole(photo);
    let turned = |degrees: [f32; 2]| {
        degrees.map(|degrees| Region { turn: degrees.to_radians(), ..whole }).into_iter().collect()
    };
    [vec![whole], turned([-45.0, 45.0]), turned([-90.0, 90.0]), parts(photo)]
}

/// Squares of a half and a third of the photo's longer side, each half over its neighbour.
fn parts(photo: &Photo) -> Vec<Region> {
    let (width, height) = (photo.width as f32, photo.height as f32);
    let mut parts = Vec::new();
    for share in [2.0, 3.0] {
        let side = width.max(height) / share;
        let along = |length: f32| {
            let count = ((length / side * 2.0).ceil() as usize).saturating_sub(1).max(1);
            let free = (length - side).max(0.0);
            (0..count).map(move |k| {
                let start = if count > 1 { free * k as f32 / (count - 1) as f32 } else { free / 2.0 };
                start + side.min(length) / 2.0
            })
        };
        for y in along(height) {
            parts.extend(along(width).map(|x| Region { centre: Vec2::new(x, y), side, turn: 0.0 }));
        }
    }
    parts
}

#[cfg(test)]
mod tests;
