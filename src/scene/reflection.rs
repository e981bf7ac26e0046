//! The mirror image on a glossy floor.
//!
//! Each column of the product is turned over at the ground under it. What is farther from the ground blurs more, as a
//! rough floor has it, from a pyramid of ever smaller copies; and the floor mirrors more the flatter it is looked at
//! (C. Schlick, "An Inexpensive BRDF Model for Physically-based Rendering", 1994).

use super::Floor;
use super::camera::View;
use super::product::Placed;
use crate::photo::color;

/// A product's pixels in linear light, premultiplied, in ever smaller copies.
pub(super) struct Mirror {
    levels: Vec<Level>,
    /// The row of the ground under each column of the product, as a row of the picture.
    ground: Vec<f32>,
    left: i64,
    top: i64,
    floor: Floor,
    view: View,
}

struct Level {
    width: usize,
    height: usize,
    /// `[red, green, blue, alpha]`.
    pixels: Vec<[f32; 4]>,
}

/// How fast a mirror image blurs on the roughest floor: pixels of blur for a pixel of height.
pub(super) const BLUR: f32 = 0.35;

/// What glass and plastics mirror when looked at from straight above.
const DIELECTRIC: f32 = 0.04;

/// How many copies of a product its mirror image needs: each half as large as the one before, the first its own size
/// and the last no longer than 8 pixels.
pub(super) fn copies(placed: &Placed) -> u32 {
    let longest = placed.width.max(placed.height);
    1 + longest.div_ceil(8).next_power_of_two().ilog2()
}

/// What part of the light a floor mirrors in a row of the picture.
pub(super) fn mirrored(floor: Floor, view: View, row: f32) -> f32 {
    let flat = view.foreshortening(row);
    let straight = flat / flat.hypot(1.0);
    // A floor that is all but dull does not become a mirror at the horizon.
    let dull = (floor.gloss / DIELECTRIC).min(1.0);
    floor.gloss + (1.0 - floor.gloss) * (1.0 - straight).powi(5) * dull
}

impl Mirror {
    /// `ground` is the ground's row under each column of the product.
    pub(super) fn new(placed: &Placed, ground: Vec<f32>, floor: Floor, view: View) -> Self {
        let pixels = placed.pixels.as_chunks::<4>().0.iter().map(|&[red, green, blue, alpha]| {
            let alpha = f32::from(alpha) / 255.0;
            [color::light(red) * alpha, color::light(green) * alpha, color::light(blue) * alpha, alpha]
        });
        let mut levels = vec![Level {
            width: placed.width as usize,
            height: placed.height as usize,
            pixels: pixels.collect(),
        }];
        for _ in 1..copies(placed) {
            levels.extend(levels.last().map(Level::half));
        }
        Self { levels, ground, left: placed.left, top: placed.top, floor, view }
    }

    /// What is mirrored at a pixel of the picture: linear and premultiplied, the floor's gloss already in it.
    pub(super) fn at(&self, x: u32, y: u32) -> [f32; 4] {
        let column = i64::from(x) - self.left;
        let Some(&ground) = usize::try_from(column).ok().and_then(|column| self.ground.get(column)) else {
            return [0.0; 4];
        };
        let row = y as f32 + 0.5;
        let below = row - ground;
        if below <= 0.0 {
            return [0.0; 4];
        }
        let from = ground - below - self.top as f32;
        if from < -BLUR * self.floor.roughness * below {
            return [0.0; 4];
        }
        let wide = BLUR * self.floor.roughness * below;
        let image = self.sample(column as f32 + 0.5, from, wide);
        let gloss = mirrored(self.floor, self.view, row);
        image.map(|value| value * gloss)
    }

    /// The picture around a place, over about `wide` pixels.
    fn sample(&self, x: f32, y: f32, wide: f32) -> [f32; 4] {
        let depth = wide.max(1.0).log2().min((self.levels.len() - 1) as f32);
        let (sharp, part) = (depth as usize, depth - depth.floor());
        let one = self.levels[sharp].sample(x, y, (1_u32 << sharp) as f32);
        if part == 0.0 {
            return one;
        }
        let blurred = (sharp + 1).min(self.levels.len() - 1);
        let other = self.levels[blurred].sample(x, y, (1_u32 << blurred) as f32);
        std::array::from_fn(|channel| one[channel] + (other[channel] - one[channel]) * part)
    }
}

impl Level {
    /// Transparent outside.
    fn pixel(&self, x: i64, y: i64) -> [f32; 4] {
        let seen = (0..self.width as i64).contains(&x) && (0..self.height as i64).contains(&y);
        if seen { self.pixels[y as usize * self.width + x as usize] } else { [0.0; 4] }
    }

    fn sample(&self, x: f32, y: f32, scale: f32) -> [f32; 4] {
        let (x, y) = (x / scale - 0.5, y / scale - 0.5);
        let (left, top) = (x.floor(), y.floor());
        let (part_x, part_y) = (x - left, y - top);
        let (left, top) = (left as i64, top as i64);
        let corners = [(left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1)];
        let [one, two, three, four] = corners.map(|(x, y)| self.pixel(x, y));
        std::array::from_fn(|channel| {
            let upper = one[channel] + (two[channel] - one[channel]) * part_x;
            let lower = three[channel] + (four[channel] - three[channel]) * part_x;
            upper + (lower - upper) * part_y
        })
    }

    /// Each pixel the mean of four; what is missing at an odd edge is transparent.
    fn half(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height as i64 {
            for x in 0..width as i64 {
                let four = [(0, 0), (1, 0), (0, 1), (1, 1)]
                    .map(|(right, down)| self.pixel(2 * x + right, 2 * y + down));
                pixels.push(std::array::from_fn(|channel| {
                    four.iter().map(|pixel| pixel[channel]).sum::<f32>() / 4.0
                }));
            }
        }
        Self { width, height, pixels }
    }
}
