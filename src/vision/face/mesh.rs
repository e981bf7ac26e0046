//! The points of a face: Face Mesh (Kartynnik et al., *Real-time facial surface geometry from monocular video on
//! mobile GPUs*, 2019) with the irises of Attention Mesh (Grishchenko et al. 2020), as MediaPipe publishes them.

use glam::{Vec2, Vec3};

use super::{Face, POINTS};
use crate::nn::{self, Graph};
use crate::photo::Photo;
use crate::vision::region::{Outside, Region};
use crate::vision::square::SquareNetwork;

/// The network's input, in pixels each way.
const SIDE: usize = 256;

/// Places the points of one face.
pub struct Mesher {
    network: SquareNetwork,
}

impl Mesher {
    /// Plans the network.
    ///
    /// # Errors
    /// A network that this engine does not run, or that is another one.
    pub fn new(graph: &Graph) -> Result<Self, nn::Error> {
        let outputs: [&[usize]; 2] = [&[1, 3 * POINTS, 1, 1], &[1, 1, 1, 1]];
        Ok(Self { network: SquareNetwork::new(graph, "a face mesh", SIDE, &outputs)? })
    }

    /// The face in a region of a photo; where there is none its `presence` is low and its points mean nothing.
    ///
    /// # Errors
    /// [`nn::Error`] of the engine.
    pub fn mesh(&self, photo: &Photo, region: &Region) -> Result<Face, nn::Error> {
        let outputs = self.network.run(region.planes(photo, SIDE as u32, Outside::Edge))?;
        let (points, _) = outputs[0].as_chunks::<3>();
        let points = points.iter().map(|&[x, y, z]| {
            let at = region.to_photo(Vec2::new(x, y) / SIDE as f32);
            at.extend(z / SIDE as f32 * region.side)
        });
        let points: Vec<Vec3> = points.collect();
        let presence = 1.0 / (1.0 + (-outputs[1][0]).exp());
        let is_sound = points.iter().all(|point| point.is_finite()) && presence.is_finite();
        Ok(Face { points, presence: if is_sound { presence } else { 0.0 } })
    }
}
