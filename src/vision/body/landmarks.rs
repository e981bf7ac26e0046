//! The points of a body and what it covers, in a region: the second network of BlazePose.

use glam::{Mat2, Vec2, Vec3};

use super::{Body, POINTS, region_of};
use crate::nn::{self, Graph};
use crate::photo::Photo;
use crate::vision::box_mean;
use crate::vision::region::{Outside, Region};
use crate::vision::square::SquareNetwork;

/// The network's input, in pixels each way.
const SIDE: usize = 256;
/// What it gives: 39 places, of which two behind the body's own say where to look for it again.
const PLACES: usize = 39;
/// The middle of the hips, and the place that says the body's size and direction.
const AGAIN: [usize; 2] = [33, 34];
/// Of each place: x, y, z in pixels of the input, how sure it is that nothing hides it, and that it is in the picture.
const VALUES: usize = 5;

/// Places the points of one body.
pub(super) struct Placer {
    network: SquareNetwork,
}

impl Placer {
    /// Plans the network.
    ///
    /// # Errors
    /// A network that this engine does not run, or that is another one.
    pub(super) fn new(graph: &Graph) -> Result<Self, nn::Error> {
        let outputs: [&[usize]; 4] = [&[1, PLACES * VALUES], &[1, 1], &[1, 1, SIDE, SIDE], &[1, PLACES * 3]];
        Ok(Self { network: SquareNetwork::new(graph, "a network of bodies' points", SIDE, &outputs)? })
    }

    /// The body in a region of a photo, and the region to look for it again; where there is none its `presence` is low
    /// and its points mean nothing.
    ///
    /// # Errors
    /// [`nn::Error`] of the engine.
    pub(super) fn place(&self, photo: &Photo, region: &Region) -> Result<(Body, Region), nn::Error> {
        let outputs = self.network.run(region.planes(photo, SIDE as u32, Outside::Edge))?;
        let sure = |value: f32| 1.0 / (1.0 + (-value).exp());
        let places = outputs[0].as_chunks::<VALUES>().0;
        let points: Vec<Vec3> = places
            .iter()
            .map(|&[x, y, z, ..]| {
                let at = region.to_photo(Vec2::new(x, y) / SIDE as f32);
                at.extend(z / SIDE as f32 * region.side)
            })
            .collect();
        let visibility = places[..POINTS].iter().map(|place| sure(place[3])).collect();
        let turn = Mat2::from_angle(region.turn);
        let metres = outputs[3].as_chunks::<3>().0[..POINTS].iter();
        let metres = metres.map(|&[x, y, z]| (turn * Vec2::new(x, y)).extend(z)).collect();
        let presence = outputs[1][0];
        let again = region_of(points[AGAIN[0]].truncate(), points[AGAIN[1]].truncate());
        let is_sound = points.iter().all(|point| point.is_finite()) && presence.is_finite();
        let shares: Vec<f32> = outputs[2].iter().map(|&value| sure(value)).collect();
        let body = Body {
            points: points[..POINTS].to_vec(),
            metres,
            visibility,
            presence: if is_sound { presence } else { 0.0 },
            region: *region,
            side: SIDE,
            // The network's own edges are as sharp as its cells.
            cover: box_mean(&shares, SIDE, SIDE, 1),
        };
        Ok((body, again))
    }
}
