//! Which pixels a stroke paints: by their distance from its path.

use super::{Bounds, NONE, Paint, RIM, SURE};

/// Points of a stroke at most: a day of painting without lifting the finger.
const MOST_POINTS: usize = 1 << 16;

/// A stroke's path with the brush around it.
pub(super) struct Path {
    /// At least one; a pixel's centre is at half a pixel.
    points: Vec<[f32; 2]>,
    /// To the end of what is surely painted, of the rim, and of what lies beyond; pixels.
    core: f32,
    radius: f32,
    reach: f32,
}

impl Path {
    /// Nothing where no point is a number. `longer` is the photo's longer side.
    pub(super) fn new(
        given: &[[f32; 2]],
        radius: f32,
        softness: f32,
        beyond: f32,
        longer: f32,
    ) -> Option<Self> {
        // Closer than this the outline of a round brush does not tell; every point more costs a brush's area.
        let spacing = (radius / 8.0).max(0.5);
        let mut points: Vec<[f32; 2]> = Vec::new();
        let mut last = None;
        let numbers =
            given.iter().take(MOST_POINTS).filter(|point| point.iter().all(|value| value.is_finite()));
        for point in numbers {
            // Far outside is as good as further still.
            let point = point.map(|value| value.clamp(-4.0 * longer, 5.0 * longer));
            last = Some(point);
            let is_near = |other: &[f32; 2]| (point[0] - other[0]).hypot(point[1] - other[1]) < spacing;
            if !points.last().is_some_and(is_near) {
                points.push(point);
            }
        }
        // The stroke ends where the person let go.
        if points.last() != last.as_ref() {
            points.extend(last);
        }
        // Whatever is asked for, the pixel under the brush is painted, and the outline is not jagged.
        let core = (radius * (1.0 - softness)).min(radius - 1.0).max(0.75);
        (!points.is_empty()).then_some(Self { points, core, radius, reach: radius.max(core) + beyond })
    }

    /// Where it paints anything; nothing where that is outside of `photo`.
    pub(super) fn reach(&self, photo: Bounds) -> Option<Bounds> {
        clip(&self.points, self.reach, photo)
    }

    /// The paint of the pixels of a rectangle.
    pub(super) fn paint(&self, within: Bounds) -> Vec<Paint> {
        let width = within.width();
        // Squared distances from the path.
        let mut distances = vec![f32::INFINITY; width * within.height()];
        for pair in 0..self.points.len() {
            let ends = [self.points[pair], self.points[(pair + 1).min(self.points.len() - 1)]];
            // The last point is the end of a segment already, unless it is the only one.
            if pair + 1 == self.points.len() && pair > 0 {
                break;
            }
            let Some(near) = clip(&ends, self.reach, within) else { continue };
            let [start, end] = ends;
            let along = [end[0] - start[0], end[1] - start[1]];
            let length = along[0] * along[0] + along[1] * along[1];
            let per_length = if length > 0.0 { 1.0 / length } else { 0.0 };
            for y in near.top..near.bottom {
                let down = y as f32 + 0.5 - start[1];
                let row =
                    &mut distances[(y - within.top) * width + near.left - within.left..][..near.width()];
                for (x, nearest) in row.iter_mut().enumerate() {
                    let across = (near.left + x) as f32 + 0.5 - start[0];
                    let part = ((across * along[0] + down * along[1]) * per_length).clamp(0.0, 1.0);
                    let (dx, dy) = (across - part * along[0], down - part * along[1]);
                    *nearest = nearest.min(dx * dx + dy * dy);
                }
            }
        }
        distances.into_iter().map(|squared| self.paint_at(squared)).collect()
    }

    fn paint_at(&self, squared: f32) -> Paint {
        if squared <= self.core * self.core {
            return SURE;
        }
        if squared >= self.reach * self.reach {
            return NONE;
        }
        let distance = squared.sqrt();
        let part = (self.reach - distance) / (self.reach - self.radius.max(self.core));
        (part.min(1.0) * f32::from(RIM)) as Paint
    }
}

/// The pixels of `within` that may be nearer than `reach` to the points and what lies between them.
fn clip(points: &[[f32; 2]], reach: f32, within: Bounds) -> Option<Bounds> {
    let least = |axis: usize| points.iter().map(|point| point[axis]).fold(f32::INFINITY, f32::min);
    let most = |axis: usize| points.iter().map(|point| point[axis]).fold(f32::NEG_INFINITY, f32::max);
    // What is negative saturates to 0.
    let from = |axis: usize, start: usize| ((least(axis) - reach).floor() as usize).max(start);
    let to = |axis: usize, end: usize| ((most(axis) + reach).ceil() as usize).min(end);
    let bounds = Bounds {
        left: from(0, within.left),
        top: from(1, within.top),
        right: to(0, within.right),
        bottom: to(1, within.bottom),
    };
    (bounds.left < bounds.right && bounds.top < bounds.bottom).then_some(bounds)
}
