//! From places on the ground to places in the picture, and back.
//!
//! The world's unit is the height of the camera over the ground. `x` runs to the right, `y` up from the ground, `z` away
//! from the camera.

use super::{Camera, Size};

/// A camera for one picture, in its pixels.
#[derive(Clone, Copy, Debug)]
pub(super) struct View {
    /// The row in which the ground vanishes.
    pub horizon: f32,
    /// The focal length, in pixels.
    pub focal: f32,
    /// The column that the camera looks at.
    pub middle: f32,
}

/// Rows below the horizon, of the picture's height, from which on the ground is drawn: nearer to it a pixel holds
/// half the world.
const NEAREST_TO_HORIZON: f32 = 0.01;

impl View {
    pub(super) fn new(camera: Camera, size: Size) -> Self {
        let (width, height) = (size.width as f32, size.height as f32);
        let focal = height / (2.0 * (camera.field_of_view.to_radians() / 2.0).tan());
        Self { horizon: camera.horizon * height, focal, middle: width / 2.0 }
    }

    /// The same view in pixels `scale` times as many.
    pub(super) fn scaled(self, scale: f32) -> Self {
        Self { horizon: self.horizon * scale, focal: self.focal * scale, middle: self.middle * scale }
    }

    /// Pixels along the world's unit for what stands upright where the ground is seen in this row; `None` at and above
    /// the horizon.
    pub(super) fn scale_at(&self, row: f32) -> Option<f32> {
        let below = row - self.horizon;
        (below > NEAREST_TO_HORIZON * self.focal).then_some(below)
    }

    /// How far away the ground is that is seen in a row.
    pub(super) fn depth_at(&self, row: f32) -> Option<f32> {
        self.scale_at(row).map(|scale| self.focal / scale)
    }

    /// How flat the ground is seen in a row: pixels down for a pixel across.
    pub(super) fn foreshortening(&self, row: f32) -> f32 {
        (row - self.horizon).max(0.0) / self.focal
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const VIEW: fn() -> View =
        || View::new(Camera { horizon: 0.25, field_of_view: 90.0 }, Size { width: 400, height: 400 });

    #[test]
    fn ground_is_as_far_away_as_its_row_says() {
        // The focal length is half the height at 90 degrees, so ground as far away as the camera is high lies 45
        // degrees below the horizon.
        let view = VIEW();
        assert!((view.depth_at(300.0).unwrap() - 1.0).abs() < 1e-3);
        assert!((view.depth_at(200.0).unwrap() - 2.0).abs() < 1e-3);
        assert!((view.foreshortening(200.0) - 0.5).abs() < 1e-3);
    }

    #[test]
    fn there_is_no_ground_at_the_horizon() {
        let view = VIEW();
        assert_eq!(view.depth_at(100.0), None);
        assert_eq!(view.depth_at(20.0), None);
    }
}
