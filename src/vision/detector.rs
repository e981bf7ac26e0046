//! Finds things of one kind in a photo by a single-shot detector (Liu et al., *SSD*, 2016): for each of many places on
//! grids the network says how sure it is, a box, and a few places on the thing. MediaPipe's detectors of faces and of
//! bodies are such.

use glam::Vec2;

use super::region::{Outside, Region};
use super::square::SquareNetwork;
use crate::nn::{self, Graph};
use crate::photo::Photo;

/// The least score, 0 to 1.
const LEAST: f32 = 0.5;
/// Boxes that overlap more than this are of one thing.
const SAME: f32 = 0.3;

/// A thing as the detector sees it, in the photo's pixels, with `PLACES` places on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Detection<const PLACES: usize> {
    /// Its box: the corner nearest to the photo's first pixel, and the other.
    pub bounds: (Vec2, Vec2),
    /// What they are is the network's affair.
    pub places: [Vec2; PLACES],
    /// How sure the network is, 0 to 1.
    pub score: f32,
}

/// What a detector's network is like.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kind {
    /// Its name in words: `a face detector`.
    pub(crate) name: &'static str,
    /// The network's input, in pixels each way.
    pub(crate) side: usize,
    /// The grids of anchors: cells along a side, and how many anchors each cell has at its middle.
    pub(crate) grids: &'static [(usize, usize)],
}

/// Finds things of at least about a tenth of the region that is looked at.
pub(crate) struct Detector<const PLACES: usize> {
    kind: Kind,
    network: SquareNetwork,
}

impl<const PLACES: usize> Detector<PLACES> {
    /// What the network says of an anchor: middle and sides of a box, then x and y of the places.
    const VALUES: usize = 4 + 2 * PLACES;

    /// Plans the network.
    ///
    /// # Errors
    /// A network that this engine does not run, or that is another one.
    pub(crate) fn new(kind: Kind, graph: &Graph) -> Result<Self, nn::Error> {
        let anchors = anchors(kind.grids).count();
        let outputs: [&[usize]; 2] = [&[1, anchors, Self::VALUES], &[1, anchors, 1]];
        Ok(Self { kind, network: SquareNetwork::new(graph, kind.name, kind.side, &outputs)? })
    }

    /// What there is in a region of a photo, several for one thing ([`suppressed`] makes them one).
    ///
    /// # Errors
    /// [`nn::Error`] of the engine.
    pub(crate) fn detect(&self, photo: &Photo, region: &Region) -> Result<Vec<Detection<PLACES>>, nn::Error> {
        let side = self.kind.side;
        let outputs = self.network.run(region.planes(photo, side as u32, Outside::Black))?;
        let (boxes, scores) = (outputs[0].chunks_exact(Self::VALUES), &outputs[1]);
        let found =
            boxes.zip(scores).zip(anchors(self.kind.grids)).filter_map(|((values, &score), anchor)| {
                let score = 1.0 / (1.0 + (-score).exp());
                if score < LEAST || score.is_nan() {
                    return None;
                }
                let at = |k: usize| anchor + Vec2::new(values[k], values[k + 1]) / side as f32;
                // Upright again where the region is turned: as wide and high as it is in the region.
                let half = Vec2::new(values[2], values[3]) / (2.0 * side as f32) * region.side;
                let centre = region.to_photo(at(0));
                let places = std::array::from_fn(|k| region.to_photo(at(4 + 2 * k)));
                Some(Detection { bounds: (centre - half, centre + half), places, score })
            });
        Ok(found.collect())
    }
}

/// The middles of the anchors, in parts of the region.
fn anchors(grids: &[(usize, usize)]) -> impl Iterator<Item = Vec2> {
    grids.iter().flat_map(|&(cells, each)| {
        (0..cells * cells).flat_map(move |cell| {
            let at = Vec2::new((cell % cells) as f32, (cell / cells) as f32);
            std::iter::repeat_n((at + 0.5) / cells as f32, each)
        })
    })
}

/// One detection for each thing, the surest first: the mean of all that overlap with the surest, by their scores.
pub(crate) fn suppressed<const PLACES: usize>(
    mut detections: Vec<Detection<PLACES>>,
) -> Vec<Detection<PLACES>> {
    detections.sort_by(|one, other| other.score.total_cmp(&one.score));
    let mut things = Vec::new();
    while let Some(&surest) = detections.first() {
        let (same, others): (Vec<_>, Vec<_>) =
            detections.into_iter().partition(|other| overlap(other.bounds, surest.bounds) > SAME);
        detections = others;
        let total: f32 = same.iter().map(|each| each.score).sum();
        let mean = |value: &dyn Fn(&Detection<PLACES>) -> Vec2| {
            same.iter().map(|each| value(each) * each.score).sum::<Vec2>() / total
        };
        if same.is_empty() {
            // A box without an area overlaps with nothing, itself included.
            detections.remove(0);
            continue;
        }
        things.push(Detection {
            bounds: (mean(&|each| each.bounds.0), mean(&|each| each.bounds.1)),
            places: std::array::from_fn(|k| mean(&|each| each.places[k])),
            score: surest.score,
        });
    }
    things
}

/// The share of two boxes together that both cover.
pub(crate) fn overlap(one: (Vec2, Vec2), other: (Vec2, Vec2)) -> f32 {
    let area = |(low, high): (Vec2, Vec2)| (high - low).max(Vec2::ZERO).element_product();
    let both = area((one.0.max(other.0), one.1.min(other.1)));
    both / (area(one) + area(other) - both).max(f32::EPSILON)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn thing(x: f32, score: f32) -> Detection<1> {
        let low = Vec2::new(x, 0.0);
        Detection { bounds: (low, low + 10.0), places: [low + 3.0], score }
    }

    #[test]
    fn anchors_stand_in_the_middles_of_the_cells() {
        let all: Vec<Vec2> = anchors(&[(16, 2), (8, 6)]).collect();
        assert_eq!(all.len(), 896);
        assert_eq!(
            (all[0], all[1], all[2]),
            (Vec2::splat(0.5 / 16.0), Vec2::splat(0.5 / 16.0), Vec2::new(1.5 / 16.0, 0.5 / 16.0))
        );
        assert_eq!(all[895], Vec2::splat(7.5 / 8.0));
    }

    #[test]
    fn detections_of_one_thing_become_one() {
        let things = suppressed(vec![thing(1.0, 0.6), thing(0.0, 0.9), thing(50.0, 0.7)]);
        assert_eq!(things.len(), 2);
        assert!((things[0].bounds.0.x - 0.4).abs() < 1e-5);
        assert_eq!((things[0].score, things[1].bounds), (0.9, thing(50.0, 0.7).bounds));
    }

    #[test]
    fn a_box_without_an_area_ends_the_search() {
        let mut nothing = thing(0.0, 0.9);
        nothing.bounds.1 = nothing.bounds.0;
        assert!(suppressed(vec![nothing, thing(30.0, 0.8)]).len() == 1);
    }
}
