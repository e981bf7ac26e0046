//! How much light reaches the ground and the wall: shadows of the key light, ambient occlusion, and the dark line where
//! product and ground meet.
//!
//! All of it follows from how far a place is from the products' bodies. The key light's penumbra is found on the way
//! from the place to the light: what matters is how near the way comes to a body, beside how wide the light has become
//! by then, so that a shadow is sharp at the foot and soft at the head (after I. Quílez, "Soft shadows in raymarched
//! SDFs", 2010, with the light's disc cut by the nearest edge). Ambient occlusion looks up along the surface's normal
//! and compares heights with distances.

use super::backdrop::Surface;
use super::camera::View;
use super::solid::Solid;
use super::{Key, Shadow};

/// Longest side of the grid that light is computed on, in cells: shadows are soft, and finer ones would not be seen.
const GRID: f32 = 640.0;

/// Steps along the way to the light, at most.
pub(super) const STEPS: usize = 600;

/// How far ambient occlusion reaches, of the product's size.
pub(super) const AMBIENT_REACH: f32 = 0.4;
/// How far the dark line of contact reaches, of the product's size.
pub(super) const CONTACT_REACH: f32 = 0.03;
/// What a body takes of the sky over the ground at its foot: a wall takes half, and one that bulges over it more.
pub(super) const AMBIENT_MOST: f32 = 0.75;

/// The sharpest edge of a shadow, in cells to either side: a sharper one would show the cells.
pub(super) const SHARPEST: f32 = 1.5;

/// Light that reaches each cell of the picture's ground and wall, 1 where nothing is in its way.
pub(super) struct Shade {
    /// Cells of the grid along a pixel of the picture.
    grid: f32,
    width: usize,
    height: usize,
    /// Of the key light and of the fill light.
    light: Vec<[f32; 2]>,
}

/// Cells along a pixel for a picture of this size.
pub(super) fn grid(width: u32, height: u32) -> f32 {
    (GRID / width.max(height) as f32).min(1.0)
}

/// Columns and rows of cells for a picture of this size.
pub(super) fn cells(width: u32, height: u32) -> (usize, usize) {
    let grid = grid(width, height);
    let cells = |pixels: u32| (pixels as f32 * grid).ceil() as usize + 1;
    (cells(width), cells(height))
}

/// The row of cells above the middle of a row of pixels, and how far it is from there to the next.
pub(super) fn row_at(y: u32, grid: f32, height: usize) -> (usize, f32) {
    let at = ((y as f32 + 0.5) * grid).min((height - 1) as f32);
    (at as usize, at - at.floor())
}

/// How much wider the key light's disc becomes on the way to it.
pub(super) fn spread(key: Key) -> f32 {
    (key.size.to_radians() / 2.0).tan()
}

/// The direction towards the key light, `[right, up, away]`, of length 1.
pub(super) fn towards(key: Key) -> [f32; 3] {
    let (azimuth, elevation) = (key.azimuth.to_radians(), key.elevation.to_radians());
    [azimuth.sin() * elevation.cos(), elevation.sin(), -azimuth.cos() * elevation.cos()]
}

impl Shade {
    /// `view` in cells; `None` where nothing throws a shadow.
    pub(super) fn new(
        (width, height): (u32, u32),
        view: View,
        surface: &Surface,
        solids: &[&Solid],
        key: Key,
        shadow: Shadow,
    ) -> Option<Self> {
        if solids.is_empty() || shadow == Shadow::NONE {
            return None;
        }
        let grid = grid(width, height);
        let (width, height) = cells(width, height);
        let light = towards(key);
        let spread = spread(key);
        let mut reached = vec![[1.0; 2]; width * height];
        for (y, row) in reached.chunks_exact_mut(width).enumerate() {
            let Some(point) = surface.at(view, y as f32) else { continue };
            for (x, reached) in row.iter_mut().enumerate() {
                let across = (x as f32 - view.middle) * point.depth / view.focal;
                for solid in solids {
                    let base_depth = view.focal / solid.scale;
                    let place = [
                        view.middle + across * solid.scale,
                        point.up * solid.scale,
                        (point.depth - base_depth) * solid.scale,
                    ];
                    let [key, fill] = reach(solid, place, point.normal, light, spread, shadow);
                    reached[0] *= key;
                    reached[1] *= fill;
                }
            }
        }
        Some(Self { grid, width, height, light: reached })
    }

    /// The row of cells that lies at a row of pixels: between two of the grid, as a place among cells.
    pub(super) fn row(&self, y: u32) -> ShadeRow<'_> {
        let (row, part) = row_at(y, self.grid, self.height);
        let next = (row + 1).min(self.height - 1);
        let cells = |row: usize| &self.light[row * self.width..][..self.width];
        ShadeRow { grid: self.grid, low: cells(row), high: cells(next), part }
    }
}

/// Light along one row of pixels.
pub(super) struct ShadeRow<'a> {
    grid: f32,
    low: &'a [[f32; 2]],
    high: &'a [[f32; 2]],
    part: f32,
}

impl ShadeRow<'_> {
    /// Of the key light and of the fill light at a pixel, 0 to 1.
    pub(super) fn at(&self, x: u32) -> [f32; 2] {
        let at = ((x as f32 + 0.5) * self.grid).min((self.low.len() - 1) as f32);
        let (cell, part) = (at as usize, at - at.floor());
        let next = (cell + 1).min(self.low.len() - 1);
        std::array::from_fn(|light| {
            let low = self.low[cell][light] + (self.low[next][light] - self.low[cell][light]) * part;
            let high = self.high[cell][light] + (self.high[next][light] - self.high[cell][light]) * part;
            low + (high - low) * self.part
        })
    }
}

/// What a body leaves of the key light and of the fill light at a place.
fn reach(
    solid: &Solid,
    place: [f32; 3],
    normal: [f32; 3],
    light: [f32; 3],
    spread: f32,
    shadow: Shadow,
) -> [f32; 2] {
    let size = solid.reach();
    let lift = |by: f32| -> [f32; 3] { std::array::from_fn(|axis| place[axis] + normal[axis] * by) };
    let mut key = 1.0;
    if shadow.cast > 0.0 && facing(normal, light) {
        key = 1.0 - shadow.cast * (1.0 - visible(solid, lift(0.5), light, spread));
    }
    let (mut fill, mut contact) = (1.0, 1.0);
    let reach = AMBIENT_REACH * size;
    // Distances are told too small by up to 0.7.
    if 0.7 * far(solid, place) < reach {
        if shadow.ambient > 0.0 {
            const TAPS: usize = 5;
            let hidden: f32 = (1..=TAPS)
                .map(|tap| {
                    let height = reach * (tap as f32 / TAPS as f32).powf(1.5);
                    1.0 - (solid.distance(lift(height))[0] / height).clamp(0.0, 1.0)
                })
                .sum();
            fill = 1.0 - shadow.ambient * AMBIENT_MOST * hidden / TAPS as f32;
        }
        if shadow.contact > 0.0 {
            let reach = CONTACT_REACH * size + 0.5;
            let distance = solid.distance(lift(0.3 * reach))[0].max(0.0);
            contact = 1.0 - shadow.contact * (-distance / reach).exp();
        }
    }
    [key * contact, fill * contact]
}

/// What a body leaves of the key light and of the fill light to another body's surface at a place, where `strength` is
/// how much of that is drawn.
pub(super) fn between(solid: &Solid, place: [f32; 3], key: Key, strength: f32) -> [f32; 2] {
    let direct = visible(solid, place, towards(key), spread(key));
    let reach = AMBIENT_REACH * solid.reach();
    let near = if 0.7 * far(solid, place) < reach {
        (1.0 - solid.distance(place)[0].max(0.0) / reach).max(0.0)
    } else {
        0.0
    };
    // A body beside a surface takes half of the sky that it has on that side.
    [1.0 - strength * (1.0 - direct), 1.0 - 0.5 * strength * near * near]
}

pub(super) fn facing(normal: [f32; 3], light: [f32; 3]) -> bool {
    (0..3).map(|axis| normal[axis] * light[axis]).sum::<f32>() > 0.0
}

/// At least so far is a place from a body.
fn far(solid: &Solid, place: [f32; 3]) -> f32 {
    let [low, high] = solid.bounds;
    let beside = |axis: usize| (low[axis] - place[axis]).max(place[axis] - high[axis]).max(0.0);
    (0..3).map(|axis| beside(axis).powi(2)).sum::<f32>().sqrt()
}

/// How much of the light's disc is seen from a place, 0 to 1.
fn visible(solid: &Solid, place: [f32; 3], light: [f32; 3], spread: f32) -> f32 {
    let Some((enter, leave)) = crossing(solid, place, light, spread) else { return 1.0 };
    let mut seen: f32 = 1.0;
    let mut way = enter.max(0.5);
    for _ in 0..STEPS {
        if way > leave {
            break;
        }
        let at: [f32; 3] = std::array::from_fn(|axis| place[axis] + light[axis] * way);
        let [distance, at_least] = solid.distance(at);
        // The light's disc as it is seen from the place, cut by an edge so far from its middle.
        seen = seen.min(0.5 + 0.5 * distance / (spread * way).max(SHARPEST));
        if seen <= 0.0 {
            return 0.0;
        }
        way += (0.9 * at_least).max(0.5 + 0.002 * way);
    }
    let seen = seen.clamp(0.0, 1.0);
    seen * seen * (3.0 - 2.0 * seen)
}

/// From where to where the way to the light, as wide as the light has become, runs past a body's box.
fn crossing(solid: &Solid, place: [f32; 3], light: [f32; 3], spread: f32) -> Option<(f32, f32)> {
    let [low, high] = solid.bounds;
    let size = (0..3).map(|axis| (high[axis] - low[axis]).powi(2)).sum::<f32>().sqrt();
    let wide = spread * (far(solid, place) + size);
    let (mut enter, mut leave) = (0.0_f32, f32::INFINITY);
    for axis in 0..3 {
        let (low, high) = (low[axis] - wide - place[axis], high[axis] + wide - place[axis]);
        if light[axis].abs() < 1e-6 {
            if low > 0.0 || high < 0.0 {
                return None;
            }
            continue;
        }
        let (one, other) = (low / light[axis], high / light[axis]);
        (enter, leave) = (enter.max(one.min(other)), leave.min(one.max(other)));
    }
    (enter <= leave).then_some((enter, leave))
}
