//! The points of a face: Face Mesh (Kartynnik et al., *Real-time facial surface geometry from monocular video on
//! mobile GPUs*, 2019) with the irises of Attention Mesh (Grishchenko et al. 2020), as MediaPipe publishes them.

use glam::{Vec2, Vec3};

use super::{Face, POINTS};
use crate::nn::{self, Graph, Plan, cpu};
use crate::photo::Photo;
use crate::vision::region::{Outside, Region};
use crate::vision::segment::Normalization;

/// The network's input, in pixels each way.
const SIDE: usize = 256;

/// Places the points of one face.
pub struct Mesher {
    executor: cpu::Executor,
    normalization: Normalization,
}

impl Mesher {
    /// Plans the network.
    ///
    /// # Errors
    /// A network that this engine does not run, or that is another one.
    pub fn new(graph: &Graph) -> Result<Self, nn::Error> {
        let normalization = Normalization::of(graph)?;
        let plan = Plan::of(graph, &[vec![1, 3, SIDE, SIDE]], nn::MEMORY_LIMIT)?;
        let lengths: Vec<usize> =
            plan.outputs.iter().map(|port| port.tensor.shape.iter().product()).collect();
        if lengths != [3 * POINTS, 1] {
            return Err(nn::Error::Graph(format!(
                "its outputs have {lengths:?} values: a face mesh gives {} and 1",
                3 * POINTS
            )));
        }
        Ok(Self { executor: cpu::Executor::new(plan), normalization })
    }

    /// The face in a region of a photo; where there is none its `presence` is low and its points mean nothing.
    ///
    /// # Errors
    /// [`nn::Error`] of the engine.
    pub fn mesh(&self, photo: &Photo, region: &Region) -> Result<Face, nn::Error> {
        let input = self.normalization.apply(region.planes(photo, SIDE as u32, Outside::Edge), SIDE * SIDE);
        let outputs = self.executor.run(&[&input], &mut |_, _| true)?;
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
