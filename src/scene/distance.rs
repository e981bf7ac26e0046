//! How far each cell of a grid is from the edge of a shape: the exact Euclidean distance.
//!
//! After P. Felzenszwalb and D. Huttenlocher, "Distance Transforms of Sampled Functions", 2012: the lower envelope of
//! parabolas, along columns and then along rows.

/// Distances in cells from the middle of each cell to the shape's edge: above 0 outside, below 0 inside. `inside` says
/// of each of `width × height` cells how much of it is inside, 0 to 1, so that an edge lies between cells where it does.
pub(super) fn signed(inside: &[f32], width: usize, height: usize) -> Vec<f32> {
    let outwards = squared(inside, width, height, |inside| inside);
    let inwards = squared(inside, width, height, |inside| 1.0 - inside);
    outwards.iter().zip(&inwards).map(|(out, inw)| out.sqrt() - inw.sqrt()).collect()
}

/// Farther than any cell of a picture from any other; its square still has room in an f32.
const FAR: f32 = 1e6;

/// The square of how far each cell is from the nearest that belongs to the shape; a cell that does in part is as far
/// inside it as half of what is missing.
fn squared(inside: &[f32], width: usize, height: usize, share: impl Fn(f32) -> f32) -> Vec<f32> {
    let mut grid: Vec<f32> = inside
        .iter()
        .map(|&inside| match share(inside) {
            share if share <= 0.0 => FAR * FAR,
            share if share >= 1.0 => 0.0,
            share => (0.5 - share).max(0.0).powi(2),
        })
        .collect();
    let mut envelope = Envelope::default();
    let mut line = vec![0.0; width.max(height)];
    for x in 0..width {
        for y in 0..height {
            line[y] = grid[y * width + x];
        }
        envelope.run(&line[..height], |y, value| grid[y * width + x] = value);
    }
    for row in grid.chunks_exact_mut(width.max(1)) {
        line[..width].copy_from_slice(row);
        envelope.run(&line[..width], |x, value| row[x] = value);
    }
    grid
}

/// The parabolas that are lowest somewhere, from left to right.
#[derive(Default)]
struct Envelope {
    /// Where each has its foot.
    feet: Vec<usize>,
    /// From where on it is the lowest.
    from: Vec<f32>,
}

impl Envelope {
    fn run(&mut self, values: &[f32], mut put: impl FnMut(usize, f32)) {
        self.feet.clear();
        self.from.clear();
        for (at, &value) in values.iter().enumerate() {
            let mut from = f32::NEG_INFINITY;
            while let (Some(&foot), Some(&since)) = (self.feet.last(), self.from.last()) {
                let (near, far) = (foot as f64, at as f64);
                let rise = f64::from(value) + far * far - f64::from(values[foot]) - near * near;
                from = (rise / (2.0 * (far - near))) as f32;
                if from > since {
                    break;
                }
                self.feet.pop();
                self.from.pop();
                from = f32::NEG_INFINITY;
            }
            self.feet.push(at);
            self.from.push(from);
        }
        let mut lowest = 0;
        for at in 0..values.len() {
            while self.from.get(lowest + 1).is_some_and(|&from| from < at as f32) {
                lowest += 1;
            }
            let foot = self.feet[lowest];
            put(at, (at as f32 - foot as f32).powi(2) + values[foot]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_a_search_through_all_cells() {
        let (width, height) = (23, 17);
        let inside: Vec<f32> = (0..width * height)
            .map(|at| {
                f32::from((at * 7919 + at / width * 104_729) % 11 == 0 || (at % width > 14 && at / width > 9))
            })
            .collect();
        let found = signed(&inside, width, height);
        for at in 0..width * height {
            let nearest = |of: f32| {
                let others = (0..width * height).filter(|&other| inside[other] == of);
                let distance = |other: usize| {
                    let (x, y) = (
                        (other % width) as f32 - (at % width) as f32,
                        (other / width) as f32 - (at / width) as f32,
                    );
                    x.hypot(y)
                };
                others.map(distance).fold(f32::INFINITY, f32::min)
            };
            let expected = if inside[at] == 1.0 { -nearest(0.0) } else { nearest(1.0) };
            assert!((found[at] - expected).abs() < 1e-3, "cell {at}: {} instead of {expected}", found[at]);
        }
    }

    #[test]
    fn a_grid_without_a_shape_is_far_from_it() {
        assert!(signed(&[0.0; 6], 3, 2).iter().all(|&distance| distance > 1e5));
        assert!(signed(&[1.0; 6], 3, 2).iter().all(|&distance| distance < -1e5));
    }
}
