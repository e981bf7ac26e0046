//! Where a person's hair is: MediaPipe's hair segmentation (Tkachenka et al., *Real-time hair segmentation and recoloring
//! on mobile GPUs*, 2019), its edges drawn anew by the photo's colours.

use std::sync::Arc;

use glam::Vec2;

use super::face::{self, Face};
use super::guided::{self, Coefficients, Guide};
use super::region::{Outside, Region};
use super::square::SquareNetwork;
use crate::nn::{self, Graph};
use crate::photo::Photo;

/// The network's input and output, in pixels each way.
const SIDE: usize = 512;
/// How much larger than a mesh's region the one is in which hair is looked for.
const ROOM: f32 = 2.0;
/// The guided filter that draws edges: its window in cells, how far its models are averaged, and the variance of colours
/// below which there is no edge.
const RADIUS: usize = 6;
const EPSILON: f32 = 1e-3;

/// Finds hair, on the processor.
pub struct HairFinder {
    network: SquareNetwork,
}

impl HairFinder {
    /// Plans the network.
    ///
    /// # Errors
    /// A network that this engine does not run, or that is another one.
    pub fn new(graph: &Graph) -> Result<Self, nn::Error> {
        Ok(Self { network: SquareNetwork::new(graph, "a hair network", SIDE, &[&[1, 2, SIDE, SIDE]])? })
    }

    /// The hair of a face's head, and what is near it.
    ///
    /// # Errors
    /// [`nn::Error`] of the engine.
    pub fn find(&self, photo: &Photo, face: &Face) -> Result<Hair, nn::Error> {
        let region = around(face);
        let planes = region.planes(photo, SIDE as u32, Outside::Edge);
        let area = SIDE * SIDE;
        let guide = Guide {
            width: SIDE,
            height: SIDE,
            planes: [0, 1, 2].map(|c| planes[c * area..][..area].iter().map(|value| value - 0.5).collect()),
        };
        let outputs = self.network.run(planes)?;
        let (other, hair) = outputs[0].split_at(area);
        // The softmax of the two.
        let share = |(other, hair): (&f32, &f32)| 1.0 / (1.0 + (other - hair).exp());
        let shares: Vec<f32> = other.iter().zip(hair).map(share).collect();
        let models = guided::smooth(&guided::fit(&guide, &shares, RADIUS, EPSILON), RADIUS / 2);
        Ok(Hair { region, models: Arc::new(models) })
    }
}

/// The region in which a face's hair is looked for.
fn around(face: &Face) -> Region {
    let close = face::region_of(face);
    Region { side: close.side * ROOM, ..close }
}

/// Where hair is in a photo, around one head.
#[derive(Clone, Debug)]
pub struct Hair {
    region: Region,
    models: Arc<Coefficients>,
}

impl Hair {
    /// The same hair in a picture taken a moment later, where the face is elsewhere.
    #[must_use]
    pub fn moved(&self, face: &Face) -> Self {
        Self { region: around(face), models: Arc::clone(&self.models) }
    }

    /// How much of the pixel at a place of the photo it was found in is hair, 0 to 1; `None` outside the photo.
    #[must_use]
    pub fn seen(&self, photo: &Photo, at: Vec2) -> Option<f32> {
        let is_inside = at.cmpge(Vec2::ZERO).all() && at.x < photo.width as f32 && at.y < photo.height as f32;
        is_inside.then(|| self.at(photo, at.x as usize, at.y as usize))
    }

    /// How much of a pixel of the photo it was found in is hair, 0 to 1; none far from the head.
    #[must_use]
    pub fn at(&self, photo: &Photo, x: usize, y: usize) -> f32 {
        let place = self.region.of_photo(Vec2::new(x as f32, y as f32) + 0.5);
        if !(place.cmpge(Vec2::ZERO).all() && place.cmple(Vec2::ONE).all()) {
            return 0.0;
        }
        let at = (place * SIDE as f32 - 0.5).clamp(Vec2::ZERO, Vec2::splat((SIDE - 1) as f32));
        let (column, row) = (at.x as usize, at.y as usize);
        let (right, down) = ((column + 1).min(SIDE - 1), (row + 1).min(SIDE - 1));
        let part = at.fract();
        let [above, below] = [row, down].map(|row| {
            let cell = |column: usize| &self.models.cells[row * SIDE + column];
            guided::mix(cell(column), cell(right), part.x)
        });
        let pixel = &photo.pixels[(y * photo.width as usize + x) * 4..][..4];
        // What is transparent is on white, as the network saw it.
        let alpha = if photo.has_alpha { f32::from(pixel[3]) * (1.0 / 255.0) } else { 1.0 };
        let colour = [0, 1, 2].map(|c| f32::from(pixel[c]) * (1.0 / 255.0) * alpha + (1.0 - alpha) - 0.5);
        guided::answer(&guided::mix(&above, &below, part.y), colour).clamp(0.0, 1.0)
    }
}
