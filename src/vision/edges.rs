//! What the edges of a mask are, by a small network that has learned it from cut-outs whose alpha is known.
//!
//! Around each cell of which the segmentation is not sure, what is subject and what is background near by have two
//! mean colours, and the cell's own colour lies somewhere between: that is an estimate of alpha, good where the two
//! differ and each is of one colour, and it can be had near and far. A network of two hidden layers weighs these
//! estimates, by how well each fits, against the mask itself, and says by how much the mask is to change. It sees
//! features only, of the same units everywhere, no place and no shape: 4,000 weights, `models/edges.onnx`, made by
//! `models/edges/train.py`, which defines the features and which a test here follows to the digit.
//!
//! It took the place of closed-form matting (Levin et al. 2008), whose edges were worse (see
//! `benches/quality/README.md`) and took longer.

use super::guided::{Guide, between, box_mean, reduced};
use super::matte::extremes;
use crate::nn::{self, Graph, Plan, cpu};

/// The network: `[1, FEATURES, 1, cells]` → `[1, 1, 1, cells]`.
const NETWORK: &[u8] = include_bytes!("../../models/edges.onnx");

/// What the mask must say for a cell to be sure: at most the first, at least the second.
const SURE: (f32, f32) = (0.1, 0.9);

/// Within how many cells of a sure cell all must be equally sure: IS-Net's edges are soft over three cells.
const SURE_RADIUS: usize = 2;

/// Near and far: the grid itself, and so many halved once more each.
const LEVELS: usize = 4;

/// Windows of 5×5 cells of each level.
const RADIUS: usize = 2;

/// The mask, how steep it is, how steep the photo is; and [`PER_LEVEL`] of each level.
const FEATURES: usize = 3 + LEVELS * PER_LEVEL;
/// The estimate of alpha, how far the two colours are apart, how far the cell's is beside the line between them, the
/// spread of either side's colours, how much of either side there is, the mean of the mask.
const PER_LEVEL: usize = 8;

/// Cells that the network is asked about at once.
const CHUNK: usize = 4096;

/// Rows of the grid whose windows are held at once: those of the grid itself are ten times as large as it.
const STRIP: usize = 64;

/// Added to weights and to squared distances of colours that are divided by.
const LEAST_WEIGHT: f32 = 1e-4;
const LEAST_DISTANCE: f32 = 2e-4;

/// The alphas of a mask `[0, 1]` of the guide's size: exactly 0 and 1 where the mask is sure. `None` where `progress`
/// (told 0 to 1) answers false.
pub(crate) fn solve(guide: &Guide, mask: &[f32], progress: &mut dyn FnMut(f32) -> bool) -> Option<Vec<f32>> {
    let (width, height) = (guide.width, guide.height);
    let unsure = unsure(mask, (width, height));
    let mut alpha: Vec<f32> = mask.iter().map(|&value| f32::from(value > 0.5)).collect();
    if unsure.iter().any(|&unsure| unsure) {
        // The network is in the program, and a test runs it.
        let network = network().expect("models/edges.onnx is a network of this engine's");
        let mut batch = Batch::new(network);
        let far = far_levels(guide, mask);
        for from in (0..height).step_by(STRIP) {
            let strip = Strip::of(guide, mask, from..(from + STRIP).min(height));
            for y in strip.rows.clone() {
                for x in 0..width {
                    if unsure[y * width + x] {
                        batch.add(
                            y * width + x,
                            &features(guide, mask, &strip, &far, (x, y)),
                            mask,
                            &mut alpha,
                        );
                    }
                }
            }
            if !progress(strip.rows.end as f32 / height as f32) {
                return None;
            }
        }
        batch.run(mask, &mut alpha);
    }
    progress(1.0).then_some(alpha)
}

/// Which cells the mask is not sure of, or which lie beside one that says otherwise.
fn unsure(mask: &[f32], (width, height): (usize, usize)) -> Vec<bool> {
    let least = extremes(mask, width, height, SURE_RADIUS, f32::min);
    let greatest = extremes(mask, width, height, SURE_RADIUS, f32::max);
    least.iter().zip(greatest).map(|(&least, greatest)| least < SURE.1 && greatest > SURE.0).collect()
}

fn network() -> Result<cpu::Executor, nn::Error> {
    let plan = Plan::of(&Graph::from_onnx(NETWORK)?, &[vec![1, FEATURES, 1, CHUNK]], nn::MEMORY_LIMIT)?;
    Ok(cpu::Executor::new(plan))
}

/// Cells on their way through the network.
struct Batch {
    network: cpu::Executor,
    /// `[FEATURES, CHUNK]`.
    inputs: Vec<f32>,
    cells: Vec<usize>,
}

impl Batch {
    fn new(network: cpu::Executor) -> Self {
        Self { network, inputs: vec![0.0; FEATURES * CHUNK], cells: Vec::with_capacity(CHUNK) }
    }

    /// Puts a cell in; a full batch is run.
    fn add(&mut self, cell: usize, features: &[f32; FEATURES], mask: &[f32], alpha: &mut [f32]) {
        for (row, &feature) in self.inputs.chunks_exact_mut(CHUNK).zip(features) {
            row[self.cells.len()] = feature;
        }
        self.cells.push(cell);
        if self.cells.len() == CHUNK {
            self.run(mask, alpha);
        }
    }

    fn run(&mut self, mask: &[f32], alpha: &mut [f32]) {
        let changes = self.network.run(&[&self.inputs], &mut |_, _| true);
        let changes = changes.expect("a run that nobody stops ends").swap_remove(0);
        for (cell, change) in self.cells.drain(..).zip(changes) {
            alpha[cell] = (mask[cell] + change).clamp(0.0, 1.0);
        }
    }
}

/// The two sides around one cell: what lies in its window, each cell counted by the fourth power of how much the mask
/// says subject, or background.
#[derive(Clone, Copy, Default)]
struct Sides {
    subject: Side,
    background: Side,
    /// The mean of the mask.
    mask: f32,
}

#[derive(Clone, Copy, Default)]
struct Side {
    colour: [f32; 3],
    /// The root of the colours' variance.
    spread: f32,
    weight: f32,
}

impl Side {
    fn between(a: &Self, b: &Self, part: f32) -> Self {
        let mix = |a: f32, b: f32| a + (b - a) * part;
        Self {
            colour: std::array::from_fn(|c| mix(a.colour[c], b.colour[c])),
            spread: mix(a.spread, b.spread),
            weight: mix(a.weight, b.weight),
        }
    }
}

impl Sides {
    fn between(a: &Self, b: &Self, part: f32) -> Self {
        Self {
            subject: Side::between(&a.subject, &b.subject, part),
            background: Side::between(&a.background, &b.background, part),
            mask: a.mask + (b.mask - a.mask) * part,
        }
    }
}

/// The sides around every cell of `planes` (red, green, blue, mask; rows of `width`).
fn sides(planes: [&[f32]; 4], width: usize) -> Vec<Sides> {
    let height = planes[3].len() / width;
    let mean = |plane: &[f32]| box_mean(plane, width, height, RADIUS);
    let of = |share: &dyn Fn(f32) -> f32| {
        let weight: Vec<f32> = planes[3].iter().map(|&mask| share(mask).powi(2).powi(2)).collect();
        let colours = [0, 1, 2].map(|c| {
            let weighted: Vec<f32> =
                weight.iter().zip(planes[c]).map(|(weight, value)| weight * value).collect();
            mean(&weighted)
        });
        let squares: Vec<f32> = (0..weight.len())
            .map(|i| weight[i] * (0..3).map(|c| planes[c][i] * planes[c][i]).sum::<f32>())
            .collect();
        (colours, mean(&squares), mean(&weight))
    };
    let subject = of(&|mask| mask);
    let background = of(&|mask| 1.0 - mask);
    let side = |(colours, squares, weight): &([Vec<f32>; 3], Vec<f32>, Vec<f32>), i: usize| {
        let scale = 1.0 / (weight[i] + LEAST_WEIGHT);
        let colour = [0, 1, 2].map(|c| colours[c][i] * scale);
        let variance = squares[i] * scale - colour.iter().map(|value| value * value).sum::<f32>();
        Side { colour, spread: variance.max(0.0).sqrt(), weight: weight[i] }
    };
    let masks = mean(planes[3]);
    let at = |(i, mask)| Sides { subject: side(&subject, i), background: side(&background, i), mask };
    masks.into_iter().enumerate().map(at).collect()
}

/// A level beyond the grid itself.
struct Level {
    width: usize,
    height: usize,
    sides: Vec<Sides>,
}

fn far_levels(guide: &Guide, mask: &[f32]) -> [Level; LEVELS - 1] {
    let mut above: Option<(Guide, Vec<f32>)> = None;
    std::array::from_fn(|_| {
        let (colours, share) = above.as_ref().map_or((guide, mask), |(colours, share)| (colours, share));
        let from = (colours.width, colours.height);
        let to = (from.0.div_ceil(2), from.1.div_ceil(2));
        let (colours, share) = above.insert((colours.reduced(to.0, to.1), reduced(share, from, to)));
        let [red, green, blue] = &colours.planes;
        Level { width: to.0, height: to.1, sides: sides([red, green, blue, share], to.0) }
    })
}

impl Level {
    /// At a cell of the grid, bilinear.
    fn at(&self, (x, y): (usize, usize), (width, height): (usize, usize)) -> Sides {
        let (left, right, along) = between(x, width, self.width);
        let (above, below, down) = between(y, height, self.height);
        let row = |y: usize| {
            let row = &self.sides[y * self.width..][..self.width];
            Sides::between(&row[left], &row[right], along)
        };
        Sides::between(&row(above), &row(below), down)
    }
}

/// The sides around the cells of some rows of the grid.
struct Strip {
    rows: std::ops::Range<usize>,
    width: usize,
    sides: Vec<Sides>,
}

impl Strip {
    fn of(guide: &Guide, mask: &[f32], rows: std::ops::Range<usize>) -> Self {
        let width = guide.width;
        // Windows of the first and the last row reach beyond them, but not beyond the picture.
        let (from, to) = (rows.start.saturating_sub(RADIUS), (rows.end + RADIUS).min(guide.height));
        let part = from * width..to * width;
        let [red, green, blue] = [0, 1, 2].map(|c| &guide.planes[c][part.clone()]);
        let mut sides = sides([red, green, blue, &mask[part]], width);
        sides.drain(..(rows.start - from) * width);
        sides.truncate(rows.len() * width);
        Self { rows, width, sides }
    }
}

/// What the network is told of a cell.
fn features(
    guide: &Guide,
    mask: &[f32],
    near: &Strip,
    far: &[Level; LEVELS - 1],
    (x, y): (usize, usize),
) -> [f32; FEATURES] {
    let size = (guide.width, guide.height);
    let cell = y * size.0 + x;
    let grey = |cell: usize| guide.colour(cell).iter().sum::<f32>() * (1.0 / 3.0);
    let mut features = [0.0; FEATURES];
    features[0] = mask[cell];
    features[1] = steepness(size, (x, y), |cell| mask[cell]);
    features[2] = steepness(size, (x, y), grey);
    for (level, out) in features[3..].as_chunks_mut::<PER_LEVEL>().0.iter_mut().enumerate() {
        let sides = match level {
            0 => near.sides[(y - near.rows.start) * near.width + x],
            _ => far[level - 1].at((x, y), size),
        };
        *out = of_sides(&sides, guide.colour(cell));
    }
    features
}

/// The length of the central differences; a neighbour beyond the picture is the cell itself.
fn steepness((width, height): (usize, usize), (x, y): (usize, usize), value: impl Fn(usize) -> f32) -> f32 {
    let along = value(y * width + (x + 1).min(width - 1)) - value(y * width + x.saturating_sub(1));
    let down = value((y + 1).min(height - 1) * width + x) - value(y.saturating_sub(1) * width + x);
    0.5 * (along * along + down * down).sqrt()
}

fn of_sides(sides: &Sides, colour: [f32; 3]) -> [f32; PER_LEVEL] {
    let (subject, background) = (&sides.subject, &sides.background);
    let dot = |a: [f32; 3], b: [f32; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let across = [0, 1, 2].map(|c| subject.colour[c] - background.colour[c]);
    let from = [0, 1, 2].map(|c| colour[c] - background.colour[c]);
    let distance = dot(across, across);
    let alpha = dot(from, across) / (distance + LEAST_DISTANCE);
    let beside = [0, 1, 2].map(|c| from[c] - alpha * across[c]);
    [
        alpha.clamp(-0.5, 1.5),
        distance.sqrt(),
        dot(beside, beside).sqrt(),
        subject.spread,
        background.spread,
        subject.weight,
        background.weight,
        sides.mask,
    ]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn guide(width: usize, height: usize, colour: impl Fn(usize, usize) -> f32) -> Guide {
        let plane: Vec<f32> = (0..width * height).map(|i| colour(i % width, i / width) - 0.5).collect();
        Guide { width, height, planes: [plane.clone(), plane.clone(), plane] }
    }

    /// The answer of a segmentation to a subject that begins at column `at`, soft over `soft` cells.
    fn ramped(width: usize, height: usize, at: f32, soft: f32) -> Vec<f32> {
        let value = |i: usize| (((i % width) as f32 - at) / soft + 0.5).clamp(0.0, 1.0);
        (0..width * height).map(value).collect()
    }

    /// What `models/edges/train.py --fixture` wrote: width and height, then planes: three of colours, the mask, the
    /// features, the alphas; little-endian floats.
    #[test]
    fn features_and_alphas_are_those_of_the_training() {
        let bytes = include_bytes!("../../tests/fixtures/edges.bin");
        let values: Vec<f32> = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let (width, height) = (values[0] as usize, values[1] as usize);
        let mut planes = values[2..].chunks_exact(width * height);
        assert_eq!(planes.len(), 3 + 1 + FEATURES + 1);
        let guide = Guide { width, height, planes: [(); 3].map(|()| planes.next().unwrap().to_vec()) };
        let mask = planes.next().unwrap();
        let expected: Vec<&[f32]> = planes.by_ref().take(FEATURES).collect();

        let strips = [0..height - 5, height - 5..height].map(|rows| Strip::of(&guide, mask, rows));
        let far = far_levels(&guide, mask);
        for cell in 0..width * height {
            let (x, y) = (cell % width, cell / width);
            let strip = strips.iter().find(|strip| strip.rows.contains(&y)).unwrap();
            let found = features(&guide, mask, strip, &far, (x, y));
            for (index, (found, expected)) in found.iter().zip(&expected).enumerate() {
                let difference = (found - expected[cell]).abs();
                assert!(difference < 2e-3, "feature {index} at {x}, {y}: {found} for {}", expected[cell]);
            }
        }
        let alpha = solve(&guide, mask, &mut |_| true).unwrap();
        for (alpha, expected) in alpha.iter().zip(planes.next().unwrap()) {
            assert!((alpha - expected).abs() < 5e-3, "{alpha} for {expected}");
        }
    }

    #[test]
    fn an_edge_moves_to_where_the_colours_change() {
        // The mask is a cell off and soft; the photo changes at column 32 with one half there.
        let photo = guide(64, 48, |x, _| match x {
            0..32 => 0.1,
            32 => 0.5,
            _ => 0.9,
        });
        let mask = ramped(64, 48, 33.0, 5.0);
        let alpha = solve(&photo, &mask, &mut |_| true).unwrap();
        let error = |alphas: &[f32]| -> f32 {
            let truth = |i: usize| match i % 64 {
                0..32 => 0.0,
                32 => 0.5,
                _ => 1.0,
            };
            alphas.iter().enumerate().map(|(i, alpha)| (alpha - truth(i)).abs()).sum()
        };
        assert!(error(&alpha) < 0.5 * error(&mask), "{} of {}", error(&alpha), error(&mask));
    }

    #[test]
    fn without_colours_the_edge_stays_where_the_mask_has_it() {
        // It may become sharper: true edges are, whatever the mask saw.
        let mask = ramped(64, 48, 32.0, 5.0);
        let alpha = solve(&guide(64, 48, |_, _| 0.8), &mask, &mut |_| true).unwrap();
        for (alpha, mask) in alpha.chunks_exact(64).zip(mask.chunks_exact(64)) {
            let moved = alpha.iter().sum::<f32>() - mask.iter().sum::<f32>();
            assert!(moved.abs() < 1.0, "moved by {moved} cells");
            assert!(alpha.is_sorted());
        }
    }

    #[test]
    fn small_grids_and_stops() {
        for (width, height) in [(1, 1), (2, 9), (3, 3), (4, 1)] {
            let mask = vec![0.5; width * height];
            let alpha = solve(&guide(width, height, |x, _| x as f32 / 4.0), &mask, &mut |_| true).unwrap();
            assert_eq!(alpha.len(), mask.len());
        }
        let photo = guide(64, 200, |x, y| (x * 7 + y * 13) as f32 % 1.0);
        assert!(solve(&photo, &ramped(64, 200, 32.0, 20.0), &mut |_| false).is_none());
    }
}
