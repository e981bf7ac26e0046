//! Closed-form matting on the cells of which the network is not sure.
//!
//! A. Levin, D. Lischinski, Y. Weiss, *A Closed-Form Solution to Natural Image Matting* (2008): within every
//! window of 3×3 cells alpha is a linear function of colour, as far as it can be, which makes a quadratic form
//! in all alphas, the matting Laplacian. Here it is solved on the unsure cells only, the sure ones around them
//! being given, and each unsure cell is also drawn to what the network said: strongly where subject and
//! background have the same colours near by (a white cup on white paper), for there the Laplacian knows nothing
//! and bleeds, weakly where they differ, for there it sees strands that the network blurs.
//!
//! The least of `αᵀLα + Σ λ (α − q)²` over the unsure cells, `q` the network's answer, by conjugate gradients.

use super::Mask;
use super::guided::{Factors, Guide, box_mean, reduced};
use super::matte::{extremes, ramp, resample, smooth_step};

/// What the network must say for a cell to be sure: at most the first, at least the second.
const SURE: (f32, f32) = (0.1, 0.9);

/// Within how many cells of a sure cell all must be equally sure: IS-Net's edges are soft over three cells.
const SURE_RADIUS: usize = 2;

/// A variance of colours: what is left of noise in the mean of a cell. An edge well below its root is no edge.
const EPSILON: f32 = 1e-5;

/// The strength `λ` of the network's answer where colours tell subject and background apart, and where not.
const DRAW: (f32, f32) = (0.003, 0.3);

/// How far apart the colours near by are, as the square of the distance of their means in units of their
/// variances (Fisher's criterion): from the first on they begin to tell, from the second on they tell.
const APART: (f32, f32) = (2.0, 8.0);

/// Over how many cells of half the grid each way "near by" reaches: as far as hair stands off.
const NEAR_RADIUS: usize = 3;

/// A variance that every colour has; with less, distances of a step or two of 255 would count.
const LEAST_VARIANCE: f32 = 3e-4;

/// The ends of the network's answer that are cut off before it draws, and of the solution: both reach exact 0
/// and 1 only in the limit. A straight ramp, not a smooth step: alphas of a blurred edge are straight.
const ENDS: (f32, f32) = (0.05, 0.95);

/// Most unsure cells that are solved for, 100 bytes each. A mask with more of them (a net over the whole photo)
/// is left as it is.
pub(crate) const MOST_UNSURE: usize = 400_000;

/// Iterations at most, and the part of the first residual at which they end.
const ITERATIONS: usize = 80;
const RESIDUAL: f64 = 1e-3;

/// The neighbours that share a window with a cell: five rows of five.
const NEIGHBOURS: usize = 25;

/// No unknown.
const NONE: u32 = u32::MAX;

/// The alphas of a mask `[0, 1]` of the guide's size. `None` where `progress` (told 0 to 1) answers false.
pub(crate) fn solve(guide: &Guide, mask: &[f32], progress: &mut dyn FnMut(f32) -> bool) -> Option<Vec<f32>> {
    let size = (guide.width, guide.height);
    let mut alpha: Vec<f32> = mask.iter().map(|&value| ramp(value, ENDS)).collect();
    let (places, cells) = unsure(mask, &mut alpha, size);
    // Windows must fit; a picture of two rows has no 3×3 of them.
    if cells.is_empty() || cells.len() > MOST_UNSURE || size.0 < 3 || size.1 < 3 {
        return Some(alpha);
    }
    if !progress(0.1) {
        return None;
    }
    let apart = apart(guide, mask);
    let mut system = System::new(guide, places, cells, &alpha);
    system.draw(&apart, &alpha);
    if !progress(0.4) {
        return None;
    }
    let mut solution: Vec<f32> = system.cells.iter().map(|&cell| alpha[cell as usize]).collect();
    if !system.solve(&mut solution, &mut |part| progress(0.4 + 0.6 * part)) {
        return None;
    }
    for (&cell, value) in system.cells.iter().zip(solution) {
        alpha[cell as usize] = value.clamp(0.0, 1.0);
    }
    Some(alpha)
}

/// The unsure cells, and for every cell its place among them; `alpha` gets the exact 0 and 1 of the sure ones.
fn unsure(mask: &[f32], alpha: &mut [f32], (width, height): (usize, usize)) -> (Vec<u32>, Vec<u32>) {
    let least = extremes(mask, width, height, SURE_RADIUS, f32::min);
    let greatest = extremes(mask, width, height, SURE_RADIUS, f32::max);
    let mut places = vec![NONE; mask.len()];
    let mut cells = Vec::new();
    for (cell, place) in places.iter_mut().enumerate() {
        if least[cell] >= SURE.1 {
            alpha[cell] = 1.0;
        } else if greatest[cell] <= SURE.0 {
            alpha[cell] = 0.0;
        } else {
            *place = cells.len() as u32;
            cells.push(cell as u32);
        }
    }
    (places, cells)
}

/// Fisher's criterion of the colours of subject and background around each cell, reckoned on half the grid.
fn apart(guide: &Guide, mask: &[f32]) -> Vec<f32> {
    let (width, height) = (guide.width.div_ceil(2), guide.height.div_ceil(2));
    let small = guide.reduced(width, height);
    let subject = reduced(mask, (guide.width, guide.height), (width, height));
    let background: Vec<f32> = subject.iter().map(|value| 1.0 - value).collect();
    let mean = |plane: &[f32]| box_mean(plane, width, height, NEAR_RADIUS);
    let mut distance = vec![0.0_f32; subject.len()];
    let mut variance = vec![LEAST_VARIANCE; subject.len()];
    let weights = [&subject, &background].map(|share| mean(share));
    for plane in &small.planes {
        let mut means = [&subject, &background].into_iter().zip(&weights).map(|(share, weight)| {
            let first: Vec<f32> = share.iter().zip(plane).map(|(share, value)| share * value).collect();
            let second: Vec<f32> = first.iter().zip(plane).map(|(first, value)| first * value).collect();
            let (first, second) = (mean(&first), mean(&second));
            let at = first.iter().zip(&second).zip(weight);
            at.map(|((first, second), weight)| {
                let weight = weight + 1e-4;
                (first / weight, second / weight)
            })
            .collect::<Vec<_>>()
        });
        let (Some(inside), Some(outside)) = (means.next(), means.next()) else { continue };
        for (i, ((m, s), (n, t))) in inside.into_iter().zip(outside).enumerate() {
            distance[i] += (m - n) * (m - n);
            variance[i] += (s - m * m).max(0.0) + (t - n * n).max(0.0);
        }
    }
    let values = distance.iter().zip(variance).map(|(distance, variance)| distance / variance).collect();
    resample(&Mask { width: width as u32, height: height as u32, values }, (guide.width, guide.height))
}

/// `A x = b` over the unsure cells: the matting Laplacian's rows, its columns of sure cells moved to `b`.
struct System {
    /// For each row its value towards each of the 5×5 cells around, its own in the middle.
    rows: Vec<[f32; NEIGHBOURS]>,
    /// `b`.
    right: Vec<f32>,
    /// The cell of each row, and for every cell of the grid its row, or [`NONE`].
    cells: Vec<u32>,
    places: Vec<u32>,
    /// Cells in a row of the grid.
    width: usize,
}

impl System {
    fn new(guide: &Guide, places: Vec<u32>, cells: Vec<u32>, alpha: &[f32]) -> Self {
        let (width, height) = (guide.width, guide.height);
        let mut system = Self {
            rows: vec![[0.0; NEIGHBOURS]; cells.len()],
            right: vec![0.0; cells.len()],
            cells,
            places,
            width,
        };
        for y in 1..height - 1 {
            for x in 1..width - 1 {
                let window: [usize; 9] = std::array::from_fn(|i| (y + i / 3 - 1) * width + x + i % 3 - 1);
                if window.iter().any(|&cell| system.places[cell] != NONE) {
                    system.add(guide, &window, alpha);
                }
            }
        }
        system
    }

    /// Adds one window: `δij − (1 + (Ii − μ)ᵀ (Σ + ε/9)⁻¹ (Ij − μ)) / 9` for each pair of its cells.
    fn add(&mut self, guide: &Guide, window: &[usize; 9], alpha: &[f32]) {
        let mut colours = window.map(|cell| guide.colour(cell));
        let mut mean = [0.0_f32; 3];
        for colour in &colours {
            for c in 0..3 {
                mean[c] += colour[c] * (1.0 / 9.0);
            }
        }
        // Σ by pairs of channels: rr, rg, rb, gg, gb, bb.
        let mut sums = [0.0_f32; 6];
        for colour in &mut colours {
            for c in 0..3 {
                colour[c] -= mean[c];
            }
            let [r, g, b] = *colour;
            for (sum, product) in sums.iter_mut().zip([r * r, r * g, r * b, g * g, g * b, b * b]) {
                *sum += product * (1.0 / 9.0);
            }
        }
        let factors = Factors::of(sums, EPSILON * (1.0 / 9.0));
        // Colours whitened: the product of two is the form above.
        let scales = factors.pivots.map(|pivot| pivot.sqrt().recip());
        let white = colours.map(|colour| {
            let [y1, y2, y3] = factors.forward(colour);
            [y1 * scales[0], y2 * scales[1], y3 * scales[2]]
        });
        for (i, &cell) in window.iter().enumerate() {
            let place = self.places[cell];
            if place == NONE {
                continue;
            }
            let row = &mut self.rows[place as usize];
            let mut right = 0.0;
            for (j, &other) in window.iter().enumerate() {
                let product =
                    white[i][0] * white[j][0] + white[i][1] * white[j][1] + white[i][2] * white[j][2];
                let own = if i == j { 1.0 } else { 0.0 };
                let value = own - (1.0 + product) * (1.0 / 9.0);
                if self.places[other] == NONE {
                    right -= value * alpha[other];
                } else {
                    row[(2 + j / 3 - i / 3) * 5 + 2 + j % 3 - i % 3] += value;
                }
            }
            self.right[place as usize] += right;
        }
    }

    /// Draws every cell to what the network said; `apart` is Fisher's criterion by cell.
    fn draw(&mut self, apart: &[f32], alpha: &[f32]) {
        for ((row, right), &cell) in self.rows.iter_mut().zip(&mut self.right).zip(&self.cells) {
            let telling = smooth_step(apart[cell as usize], APART);
            let strength = DRAW.1 + (DRAW.0 - DRAW.1) * telling;
            row[NEIGHBOURS / 2] += strength;
            *right += strength * alpha[cell as usize];
        }
    }

    /// `A x`.
    fn times(&self, x: &[f32], out: &mut [f32]) {
        // A window never reaches over a border, so where a neighbour's index would, its value is zero.
        let last = self.places.len() as isize - 1;
        for ((row, &cell), out) in self.rows.iter().zip(&self.cells).zip(out) {
            let mut sum = 0.0;
            for (line, values) in row.chunks_exact(5).enumerate() {
                let start = cell as isize + (line as isize - 2) * self.width as isize - 2;
                for (k, value) in values.iter().enumerate() {
                    let place = self.places[(start + k as isize).clamp(0, last) as usize];
                    if place != NONE {
                        sum += value * x[place as usize];
                    }
                }
            }
            *out = sum;
        }
    }

    /// Conjugate gradients from `x` on, each unknown scaled by its own row. False where `progress` says stop.
    fn solve(&self, x: &mut [f32], progress: &mut dyn FnMut(f32) -> bool) -> bool {
        let count = x.len();
        let scale: Vec<f32> = self.rows.iter().map(|row| row[NEIGHBOURS / 2].recip()).collect();
        let dot = |a: &[f32], b: &[f32]| -> f64 {
            a.iter().zip(b).map(|(&a, &b)| f64::from(a) * f64::from(b)).sum()
        };
        let mut image = vec![0.0; count];
        self.times(x, &mut image);
        let mut residual: Vec<f32> =
            self.right.iter().zip(&image).map(|(right, image)| right - image).collect();
        let mut scaled: Vec<f32> = residual.iter().zip(&scale).map(|(r, s)| r * s).collect();
        let mut direction = scaled.clone();
        let mut power = dot(&residual, &scaled);
        let enough = power * RESIDUAL * RESIDUAL;
        for iteration in 0..ITERATIONS {
            if power <= enough || power <= f64::MIN_POSITIVE {
                break;
            }
            if iteration % 8 == 7 && !progress(iteration as f32 / ITERATIONS as f32) {
                return false;
            }
            self.times(&direction, &mut image);
            let bend = dot(&direction, &image);
            if bend <= 0.0 {
                // Rounding has eaten the form; what was found stands.
                break;
            }
            let step = (power / bend) as f32;
            for i in 0..count {
                x[i] += step * direction[i];
                residual[i] -= step * image[i];
                scaled[i] = residual[i] * scale[i];
            }
            let next = dot(&residual, &scaled);
            let turn = (next / power) as f32;
            power = next;
            for (direction, scaled) in direction.iter_mut().zip(&scaled) {
                *direction = scaled + turn * *direction;
            }
        }
        true
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn guide(width: usize, height: usize, colour: impl Fn(usize, usize) -> f32) -> Guide {
        let plane: Vec<f32> = (0..width * height).map(|i| colour(i % width, i / width) - 0.5).collect();
        Guide { width, height, planes: [plane.clone(), plane.clone(), plane] }
    }

    /// The network's answer to a subject that begins at column `at`, soft over `soft` cells.
    fn ramped(width: usize, height: usize, at: f32, soft: f32) -> Vec<f32> {
        let value = |i: usize| (((i % width) as f32 - at) / soft + 0.5).clamp(0.0, 1.0);
        (0..width * height).map(value).collect()
    }

    #[test]
    fn an_edge_moves_to_where_the_colours_change() {
        // The network is two cells off and soft; the photo changes at column 32 with one half there.
        let photo = guide(64, 48, |x, _| match x {
            0..32 => 0.1,
            32 => 0.5,
            _ => 0.9,
        });
        let mask = ramped(64, 48, 34.0, 10.0);
        let alpha = solve(&photo, &mask, &mut |_| true).unwrap();
        let error = |alphas: &[f32]| -> f32 {
            let truth = |i: usize| match i % 64 {
                0..32 => 0.0,
                32 => 0.5,
                _ => 1.0,
            };
            alphas.iter().enumerate().map(|(i, alpha)| (alpha - truth(i)).abs()).sum()
        };
        assert!(error(&alpha) < 0.6 * error(&mask), "{} of {}", error(&alpha), error(&mask));
    }

    #[test]
    fn without_colours_the_network_stands() {
        let mask = ramped(64, 48, 32.0, 10.0);
        let alpha = solve(&guide(64, 48, |_, _| 0.8), &mask, &mut |_| true).unwrap();
        for (alpha, mask) in alpha.iter().zip(mask) {
            assert!((alpha - ramp(mask, ENDS)).abs() < 0.12, "{alpha} for {mask}");
        }
    }

    #[test]
    fn small_grids_and_stops() {
        for (width, height) in [(1, 1), (2, 9), (3, 3), (4, 1)] {
            let mask = vec![0.5; width * height];
            assert_eq!(
                solve(&guide(width, height, |x, _| x as f32 / 4.0), &mask, &mut |_| true).unwrap().len(),
                mask.len()
            );
        }
        let photo = guide(64, 48, |x, y| (x * 7 + y * 13) as f32 % 1.0);
        assert!(solve(&photo, &ramped(64, 48, 32.0, 20.0), &mut |_| false).is_none());
    }
}
