//! Where faces are: BlazeFace (Bazarevsky et al., *BlazeFace: sub-millisecond neural face detection on mobile GPUs*,
//! 2019), the short-range network of MediaPipe.

use glam::Vec2;

use super::overlap;
use super::region::{Outside, Region};
use crate::nn::{self, Graph, Plan, cpu};
use crate::photo::Photo;
use crate::vision::segment::Normalization;

/// The network's input, in pixels each way.
const SIDE: usize = 128;
/// The grids of anchors: cells along a side, and how many anchors each cell has at its middle.
const GRIDS: [(usize, usize); 2] = [(16, 2), (8, 6)];
const ANCHORS: usize = 16 * 16 * 2 + 8 * 8 * 6;
/// What the network says of an anchor: middle and sides of a box, then x and y of six places.
const VALUES: usize = 16;
/// The least score of a face, 0 to 1.
const LEAST: f32 = 0.5;
/// Boxes that overlap more than this are of one face.
const SAME: f32 = 0.3;

/// A face as the detector sees it, in the photo's pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Detection {
    /// Its box: the corner nearest to the photo's first pixel, and the other.
    pub bounds: (Vec2, Vec2),
    /// Middle of the person's right eye.
    pub right_eye: Vec2,
    /// Middle of the left one.
    pub left_eye: Vec2,
    /// How sure the network is, 0 to 1.
    pub score: f32,
}

/// Finds faces of at least about a tenth of the region that is looked at.
pub struct Detector {
    executor: cpu::Executor,
    normalization: Normalization,
}

impl Detector {
    /// Plans the network.
    ///
    /// # Errors
    /// A network that this engine does not run, or that is another one.
    pub fn new(graph: &Graph) -> Result<Self, nn::Error> {
        let normalization = Normalization::of(graph)?;
        let plan = Plan::of(graph, &[vec![1, 3, SIDE, SIDE]], nn::MEMORY_LIMIT)?;
        let shapes: Vec<&[usize]> = plan.outputs.iter().map(|port| &port.tensor.shape[..]).collect();
        if shapes != [&[1, ANCHORS, VALUES][..], &[1, ANCHORS, 1]] {
            return Err(nn::Error::Graph(format!(
                "its outputs are {shapes:?}: a face detector gives [1, {ANCHORS}, {VALUES}] and [1, {ANCHORS}, 1]"
            )));
        }
        Ok(Self { executor: cpu::Executor::new(plan), normalization })
    }

    /// The faces in a region of a photo, several for one face ([`suppressed`] makes them one).
    ///
    /// # Errors
    /// [`nn::Error`] of the engine.
    pub fn detect(&self, photo: &Photo, region: &Region) -> Result<Vec<Detection>, nn::Error> {
        let input = self.normalization.apply(region.planes(photo, SIDE as u32, Outside::Black), SIDE * SIDE);
        let outputs = self.executor.run(&[&input], &mut |_, _| true)?;
        let (boxes, scores) = (&outputs[0], &outputs[1]);
        let (boxes, _) = boxes.as_chunks::<VALUES>();
        let found = boxes.iter().zip(scores).zip(anchors()).filter_map(|((values, &score), anchor)| {
            let score = 1.0 / (1.0 + (-score).exp());
            if score < LEAST || score.is_nan() {
                return None;
            }
            let at = |k: usize| anchor + Vec2::new(values[k], values[k + 1]) / SIDE as f32;
            let half = Vec2::new(values[2], values[3]) / (2.0 * SIDE as f32);
            let corners = [Vec2::new(-1.0, -1.0), Vec2::new(1.0, -1.0), Vec2::new(-1.0, 1.0), Vec2::ONE];
            // Upright again where the region is turned: as wide and high as it is in the region.
            let centre = region.to_photo(at(0));
            let bounds = corners.map(|corner| centre + corner * half * region.side);
            Some(Detection {
                bounds: (bounds[0], bounds[3]),
                right_eye: region.to_photo(at(4)),
                left_eye: region.to_photo(at(6)),
                score,
            })
        });
        Ok(found.collect())
    }
}

/// The middles of the anchors, in parts of the region.
fn anchors() -> impl Iterator<Item = Vec2> {
    GRIDS.into_iter().flat_map(|(cells, each)| {
        (0..cells * cells).flat_map(move |cell| {
            let at = Vec2::new((cell % cells) as f32, (cell / cells) as f32);
            std::iter::repeat_n((at + 0.5) / cells as f32, each)
        })
    })
}

/// One detection for each face, the surest first: the mean of all that overlap with the surest, by their scores.
pub(super) fn suppressed(mut detections: Vec<Detection>) -> Vec<Detection> {
    detections.sort_by(|one, other| other.score.total_cmp(&one.score));
    let mut faces = Vec::new();
    while let Some(&surest) = detections.first() {
        let (same, others): (Vec<_>, Vec<_>) =
            detections.into_iter().partition(|other| overlap(other.bounds, surest.bounds) > SAME);
        detections = others;
        let total: f32 = same.iter().map(|each| each.score).sum();
        let mean = |value: fn(&Detection) -> Vec2| {
            same.iter().map(|each| value(each) * each.score).sum::<Vec2>() / total
        };
        if same.is_empty() {
            // A box without an area overlaps with nothing, itself included.
            detections.remove(0);
            continue;
        }
        faces.push(Detection {
            bounds: (mean(|each| each.bounds.0), mean(|each| each.bounds.1)),
            right_eye: mean(|each| each.right_eye),
            left_eye: mean(|each| each.left_eye),
            score: surest.score,
        });
    }
    faces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn face(x: f32, score: f32) -> Detection {
        let low = Vec2::new(x, 0.0);
        Detection { bounds: (low, low + 10.0), right_eye: low + 3.0, left_eye: low + 6.0, score }
    }

    #[test]
    fn anchors_stand_in_the_middles_of_the_cells() {
        let all: Vec<Vec2> = anchors().collect();
        assert_eq!(all.len(), ANCHORS);
        assert_eq!(
            (all[0], all[1], all[2]),
            (Vec2::splat(0.5 / 16.0), Vec2::splat(0.5 / 16.0), Vec2::new(1.5 / 16.0, 0.5 / 16.0))
        );
        assert_eq!(all[ANCHORS - 1], Vec2::splat(7.5 / 8.0));
    }

    #[test]
    fn detections_of_one_face_become_one() {
        let faces = suppressed(vec![face(1.0, 0.6), face(0.0, 0.9), face(50.0, 0.7)]);
        assert_eq!(faces.len(), 2);
        assert!((faces[0].bounds.0.x - 0.4).abs() < 1e-5);
        assert_eq!((faces[0].score, faces[1].bounds), (0.9, face(50.0, 0.7).bounds));
    }

    #[test]
    fn a_box_without_an_area_ends_the_search() {
        let mut nothing = face(0.0, 0.9);
        nothing.bounds.1 = nothing.bounds.0;
        assert!(suppressed(vec![nothing, face(30.0, 0.8)]).len() == 1);
    }
}
