//! The guided filter with a colour guide (He, Sun, Tang: "Guided Image Filtering", TPAMI 2013; coefficients on
//! a small grid and applied at full size as in He, Sun: "Fast Guided Filter", 2015).
//!
//! In every window the filter's answer is a linear function of the guide's colour, `q = a · I + b`, fitted to
//! the input in the least-squares sense. An edge in `q` can therefore only be where the colour has one.
//!
//! The passes, each of which reads only finished results of the one before:
//!
//! | pass | in | out |
//! | --- | --- | --- |
//! | [`Guide::of_photo`] | photo, `W × H` | guide, `w × h`: area averages, colours centred on zero |
//! | [`Guide::reduced`] | guide | a smaller guide, by area averages |
//! | [`fit`] | guide, input, both `w × h` | `[a_r, a_g, a_b, b]` of the window around each cell |
//! | [`smooth`] | coefficients | coefficients, averaged over the windows near each cell |
//! | [`Coefficients::row_at`], [`answer`] | coefficients, one colour | `q` at any size |

use crate::photo::Photo;

/// `[a_r, a_g, a_b, b]`: `q = a · colour + b` with the colour as [`Guide`] has it.
pub(crate) type Linear = [f32; 4];

/// What the filter steers by: the photo's colours on a small grid.
///
/// A colour is `opacity × (sRGB − ½)`, so −½ to ½: hidden colours of transparent pixels count as mid-grey, and
/// centring halves the magnitudes of which [`fit`] takes differences of squares in single precision.
pub(crate) struct Guide {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// Red, green and blue, `width × height` each.
    pub(crate) planes: [Vec<f32>; 3],
}

/// The linear model at each cell of a grid.
#[derive(Clone, Debug)]
pub(crate) struct Coefficients {
    pub(crate) width: usize,
    pub(crate) height: usize,
    /// `width × height` cells.
    pub(crate) cells: Vec<Linear>,
}

/// The colour of one pixel as [`Guide`] has it.
#[inline]
pub(crate) fn centred(pixel: [u8; 4], has_alpha: bool) -> [f32; 3] {
    let opacity = if has_alpha { f32::from(pixel[3]) * (1.0 / 255.0) } else { 1.0 };
    [0, 1, 2].map(|c| (f32::from(pixel[c]) * (1.0 / 255.0) - 0.5) * opacity)
}

/// Which source pixels the output cell `index` of `count` covers along an axis of `size` pixels, and how much of
/// the cell each makes up (the weights add up to one).
fn covered(index: usize, count: usize, size: usize) -> impl Iterator<Item = (usize, f32)> {
    // In units of 1/count of a pixel everything is an integer.
    let (start, end) = (index * size, (index + 1) * size);
    (start / count..end.div_ceil(count)).map(move |pixel| {
        let overlap = end.min((pixel + 1) * count) - start.max(pixel * count);
        (pixel, overlap as f32 / size as f32)
    })
}

/// Area averages of a plane on a grid of at most as many cells each way; sizes are `(width, height)`.
pub(crate) fn reduced(plane: &[f32], from: (usize, usize), to: (usize, usize)) -> Vec<f32> {
    let mut reduced = vec![0.0; to.0 * to.1];
    let mut sums = vec![0.0_f32; from.0];
    for (y, out) in reduced.chunks_exact_mut(to.0).enumerate() {
        sums.fill(0.0);
        for (source, weight) in covered(y, to.1, from.1) {
            for (sum, value) in sums.iter_mut().zip(&plane[source * from.0..][..from.0]) {
                *sum += value * weight;
            }
        }
        for (x, out) in out.iter_mut().enumerate() {
            *out = covered(x, to.0, from.0).map(|(source, weight)| sums[source] * weight).sum();
        }
    }
    reduced
}

impl Guide {
    /// Area averages of the photo on a grid of `width × height` cells, each at most the photo's own.
    ///
    /// Rows are averaged first (long runs of memory), then columns.
    pub(crate) fn of_photo(photo: &Photo, width: usize, height: usize) -> Self {
        let (full_width, full_height) = (photo.width as usize, photo.height as usize);
        let mut planes = [0; 3].map(|_| vec![0.0; width * height]);
        let mut sums = vec![0.0_f32; full_width * 4];
        for y in 0..height {
            sums.fill(0.0);
            for (source, weight) in covered(y, height, full_height) {
                let row = &photo.pixels[source * full_width * 4..][..full_width * 4];
                if photo.has_alpha {
                    for (sum, pixel) in sums.chunks_exact_mut(4).zip(row.chunks_exact(4)) {
                        let colour = centred([pixel[0], pixel[1], pixel[2], pixel[3]], true);
                        for c in 0..3 {
                            sum[c] += colour[c] * weight;
                        }
                    }
                } else {
                    let scale = weight / 255.0;
                    for (sum, &value) in sums.iter_mut().zip(row) {
                        *sum += f32::from(value) * scale;
                    }
                }
            }
            let centre = if photo.has_alpha { 0.0 } else { 0.5 };
            for x in 0..width {
                let mut colour = [0.0_f32; 3];
                for (source, weight) in covered(x, width, full_width) {
                    for c in 0..3 {
                        colour[c] += sums[source * 4 + c] * weight;
                    }
                }
                for c in 0..3 {
                    planes[c][y * width + x] = colour[c] - centre;
                }
            }
        }
        Self { width, height, planes }
    }

    /// The same picture on a grid of `width × height` cells, each at most this one's.
    pub(crate) fn reduced(&self, width: usize, height: usize) -> Self {
        let planes = [0, 1, 2].map(|c| reduced(&self.planes[c], (self.width, self.height), (width, height)));
        Self { width, height, planes }
    }

    /// The colour of a cell, by its index `y × width + x`.
    #[inline]
    pub(crate) fn colour(&self, index: usize) -> [f32; 3] {
        [self.planes[0][index], self.planes[1][index], self.planes[2][index]]
    }
}

/// Sums over `2 × radius + 1` neighbours of each value of a row; beyond the ends there is nothing (zero).
///
/// Added up anew for each value: a running sum would be quicker for wide windows, but it carries its rounding
/// along the row, and a GPU that adds in another order would drift from it. `padded` is scratch.
fn window_sums(row: &[f32], radius: usize, padded: &mut Vec<f32>, out: &mut [f32]) {
    padded.clear();
    padded.resize(radius, 0.0);
    padded.extend_from_slice(row);
    padded.resize(row.len() + 2 * radius, 0.0);
    out.fill(0.0);
    for offset in 0..=2 * radius {
        for (sum, value) in out.iter_mut().zip(&padded[offset..]) {
            *sum += value;
        }
    }
}

/// How many of the `2 × radius + 1` positions around `index` lie within `0..size`.
fn window_count(index: usize, radius: usize, size: usize) -> usize {
    (index + radius).min(size - 1) - index.saturating_sub(radius) + 1
}

/// Averages over windows of `2 × radius + 1` squared, of the part of each that lies within the plane.
pub(crate) fn box_mean(plane: &[f32], width: usize, height: usize, radius: usize) -> Vec<f32> {
    if plane.is_empty() {
        return Vec::new();
    }
    let mut across = vec![0.0; plane.len()];
    let mut padded = Vec::new();
    for (row, out) in plane.chunks_exact(width).zip(across.chunks_exact_mut(width)) {
        window_sums(row, radius, &mut padded, out);
    }
    let columns: Vec<f32> = (0..width).map(|x| 1.0 / window_count(x, radius, width) as f32).collect();
    let mut mean = vec![0.0; plane.len()];
    for (y, out) in mean.chunks_exact_mut(width).enumerate() {
        for source in y.saturating_sub(radius)..=(y + radius).min(height - 1) {
            for (sum, value) in out.iter_mut().zip(&across[source * width..]) {
                *sum += value;
            }
        }
        let rows = 1.0 / window_count(y, radius, height) as f32;
        for (value, per_column) in out.iter_mut().zip(&columns) {
            *value *= per_column * rows;
        }
    }
    mean
}

/// What is averaged over a window: 3 colours, the input, 3 colours × input, 6 products of two colours.
const MOMENTS: usize = 13;

/// The moments of one row of cells, `MOMENTS` runs of `width` values.
fn moments(guide: &Guide, input: &[f32], y: usize, out: &mut [f32]) {
    let width = guide.width;
    let [red, green, blue] = [0, 1, 2].map(|c| &guide.planes[c][y * width..][..width]);
    let input = &input[y * width..][..width];
    let factors = [
        (red, None),
        (green, None),
        (blue, None),
        (input, None),
        (red, Some(input)),
        (green, Some(input)),
        (blue, Some(input)),
        (red, Some(red)),
        (red, Some(green)),
        (red, Some(blue)),
        (green, Some(green)),
        (green, Some(blue)),
        (blue, Some(blue)),
    ];
    for (run, (first, second)) in out.chunks_exact_mut(width).zip(factors) {
        match second {
            None => run.copy_from_slice(first),
            Some(second) => {
                for ((value, a), b) in run.iter_mut().zip(first).zip(second) {
                    *value = a * b;
                }
            }
        }
    }
}

/// Fits `input` (values of the guide's size, 0 to 1) by a linear function of the guide's colour in the window of
/// `2 × radius + 1` squared around each cell (the part of it that lies within the picture):
///
/// `a = (Σ + ε·1)⁻¹ (mean(I·p) − mean(I)·mean(p))`, `b = mean(p) − a · mean(I)`, Σ the 3×3 covariance of `I`.
///
/// `epsilon` is a variance of colours in 0 to 1: an edge much weaker than its root is averaged away.
/// A constant input gives `a = 0` and `b` that constant.
pub(crate) fn fit(guide: &Guide, input: &[f32], radius: usize, epsilon: f32) -> Coefficients {
    let (width, height) = (guide.width, guide.height);
    let run = MOMENTS * width;
    // The moments of the 2 × radius + 1 rows that a window spans, row y in slot y modulo their number.
    let slots = 2 * radius + 1;
    let mut ring = vec![0.0; slots * run];
    let mut loaded = 0;
    let mut down = vec![0.0_f32; run];
    let mut sums = vec![0.0_f32; run];
    let mut padded = Vec::new();
    let mut cells = Vec::with_capacity(width * height);
    for y in 0..height {
        let (first, last) = (y.saturating_sub(radius), (y + radius).min(height - 1));
        while loaded <= last {
            moments(guide, input, loaded, &mut ring[loaded % slots * run..][..run]);
            loaded += 1;
        }
        down.fill(0.0);
        for row in first..=last {
            for (sum, value) in down.iter_mut().zip(&ring[row % slots * run..]) {
                *sum += value;
            }
        }
        for (row, out) in down.chunks_exact(width).zip(sums.chunks_exact_mut(width)) {
            window_sums(row, radius, &mut padded, out);
        }
        let rows = window_count(y, radius, height);
        for x in 0..width {
            let count = (rows * window_count(x, radius, width)) as f32;
            let mut mean = [0.0; MOMENTS];
            for (mean, sums) in mean.iter_mut().zip(sums.chunks_exact(width)) {
                *mean = sums[x] / count;
            }
            cells.push(solve(&mean, epsilon));
        }
    }
    Coefficients { width, height, cells }
}

/// The linear model of one window from its averaged moments: r, g, b, the input p, rp, gp, bp, and the products of
/// the channels rr, rg, rb, gg, gb, bb.
///
/// Solved by LDLᵀ: cofactors lose all digits where the colours of a window lie on a line (any grey photo).
#[inline]
pub(crate) fn solve(mean: &[f32; MOMENTS], epsilon: f32) -> Linear {
    let [r, g, b, p, rp, gp, bp, rr, rg, rb, gg, gb, bb] = *mean;
    let (rp, gp, bp) = (rp - r * p, gp - g * p, bp - b * p);
    // Rounding may make a variance slightly negative; epsilon keeps the pivots positive only if none is.
    let variance = |square: f32, mean: f32| (square - mean * mean).max(0.0) + epsilon;
    let (rr, gg, bb) = (variance(rr, r), variance(gg, g), variance(bb, b));
    let (rg, rb, gb) = (rg - r * g, rb - r * b, gb - g * b);

    let l21 = rg / rr;
    let l31 = rb / rr;
    let d2 = (gg - l21 * rg).max(0.5 * epsilon);
    let l32 = (gb - l31 * rg) / d2;
    let d3 = (bb - l31 * rb - l32 * l32 * d2).max(0.5 * epsilon);

    let y2 = gp - l21 * rp;
    let y3 = bp - l31 * rp - l32 * y2;
    let a3 = y3 / d3;
    let a2 = y2 / d2 - l32 * a3;
    let a1 = rp / rr - l21 * a2 - l31 * a3;
    [a1, a2, a3, p - (a1 * r + a2 * g + a3 * b)]
}

/// Averages the linear models over windows of `2 × radius + 1` squared: each cell lies in many windows, whose
/// models disagree where an edge enters some and not others.
pub(crate) fn smooth(coefficients: &Coefficients, radius: usize) -> Coefficients {
    let (width, height) = (coefficients.width, coefficients.height);
    let mut cells = vec![[0.0; 4]; width * height];
    for c in 0..4 {
        let plane: Vec<f32> = coefficients.cells.iter().map(|cell| cell[c]).collect();
        let mean = box_mean(&plane, width, height, radius);
        for (cell, value) in cells.iter_mut().zip(mean) {
            cell[c] = value;
        }
    }
    Coefficients { width, height, cells }
}

/// Where pixel `index` of `size` lies between the cells of an axis of `cells`: the cell before, the one after
/// and how far on the way (0 to 1). Pixel and cell centres are at half steps; beyond the ends the end counts.
#[inline]
pub(crate) fn between(index: usize, size: usize, cells: usize) -> (usize, usize, f32) {
    // The products stay exact in f64; a GPU computes (2·index + 1)·cells in u32 before it divides.
    let position = ((2 * index + 1) * cells) as f64 / (2 * size) as f64 - 0.5;
    let position = (position as f32).clamp(0.0, (cells - 1) as f32);
    let before = position as usize;
    (before, (before + 1).min(cells - 1), position - before as f32)
}

impl Coefficients {
    /// The models along row `y` of a picture of `height` rows, still at this grid's cells: between two rows.
    pub(crate) fn row_at(&self, y: usize, height: usize, out: &mut Vec<Linear>) {
        let (above, below, part) = between(y, height, self.height);
        out.clear();
        out.extend(
            self.cells[above * self.width..][..self.width]
                .iter()
                .zip(&self.cells[below * self.width..][..self.width])
                .map(|(above, below)| mix(above, below, part)),
        );
    }
}

/// Part of the way from one model to another.
#[inline]
pub(crate) fn mix(from: &Linear, to: &Linear, part: f32) -> Linear {
    [0, 1, 2, 3].map(|c| from[c] + (to[c] - from[c]) * part)
}

/// The filter's answer for a colour as [`Guide`] has it; may leave 0 to 1.
#[inline]
pub(crate) fn answer(model: &Linear, colour: [f32; 3]) -> f32 {
    model[0] * colour[0] + model[1] * colour[1] + model[2] * colour[2] + model[3]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A guide of smooth colours with an edge, and an input, the same on every run.
    fn example(width: usize, height: usize) -> (Guide, Vec<f32>) {
        let wave =
            |x: usize, y: usize, phase: f32| ((x as f32 * 0.7 + phase).sin() * (y as f32 * 0.4).cos()) * 0.2;
        let step = |x: usize, y: usize| if x * 2 + y > width { 0.25 } else { -0.2 };
        let plane = |phase: f32| {
            let at = |i: usize| wave(i % width, i / width, phase) + step(i % width, i / width);
            (0..width * height).map(at).collect()
        };
        let input = (0..width * height).map(|i| if i % width * 2 > width { 1.0 } else { 0.1 }).collect();
        (Guide { width, height, planes: [plane(0.0), plane(1.0), plane(2.5)] }, input)
    }

    /// The definition in double precision, by Gaussian elimination: no window sums, no shared code.
    fn by_definition(
        guide: &Guide,
        input: &[f32],
        x: usize,
        y: usize,
        radius: usize,
        epsilon: f64,
    ) -> [f64; 4] {
        let mut window = Vec::new();
        for v in y.saturating_sub(radius)..(y + radius + 1).min(guide.height) {
            for u in x.saturating_sub(radius)..(x + radius + 1).min(guide.width) {
                let i = v * guide.width + u;
                window.push((guide.colour(i).map(f64::from), f64::from(input[i])));
            }
        }
        let count = window.len() as f64;
        let mean: [f64; 3] = [0, 1, 2].map(|c| window.iter().map(|(i, _)| i[c]).sum::<f64>() / count);
        let mean_input = window.iter().map(|(_, p)| p).sum::<f64>() / count;
        let mut rows = [[0.0; 4]; 3];
        for (colour, p) in &window {
            for r in 0..3 {
                for c in 0..3 {
                    rows[r][c] += (colour[r] - mean[r]) * (colour[c] - mean[c]) / count;
                }
                rows[r][3] += (colour[r] - mean[r]) * (p - mean_input) / count;
            }
        }
        for (r, row) in rows.iter_mut().enumerate() {
            row[r] += epsilon;
        }
        for pivot in 0..3 {
            for r in 0..3 {
                if r != pivot {
                    let factor = rows[r][pivot] / rows[pivot][pivot];
                    let row = rows[pivot];
                    rows[r].iter_mut().zip(row).for_each(|(a, b)| *a -= factor * b);
                }
            }
        }
        let a = [0, 1, 2].map(|r| rows[r][3] / rows[r][r]);
        [a[0], a[1], a[2], mean_input - (0..3).map(|c| a[c] * mean[c]).sum::<f64>()]
    }

    #[test]
    fn fits_as_defined() {
        for (width, height, radius) in [(17, 13, 4), (30, 5, 4), (9, 9, 1), (3, 2, 4), (1, 7, 2)] {
            let (guide, input) = example(width, height);
            let fitted = fit(&guide, &input, radius, 1e-4);
            for (i, cell) in fitted.cells.iter().enumerate() {
                let expected = by_definition(&guide, &input, i % width, i / width, radius, 1e-4);
                // The models themselves are loose where colours barely vary; what they answer is not.
                for near in [i, i.saturating_sub(1), (i + 1).min(width * height - 1)] {
                    let colour = guide.colour(near);
                    let q = expected[3] + (0..3).map(|c| expected[c] * f64::from(colour[c])).sum::<f64>();
                    assert!((f64::from(answer(cell, colour)) - q).abs() < 1e-3, "{width}×{height}, cell {i}");
                }
            }
        }
    }

    #[test]
    fn a_constant_input_passes_through() {
        let (guide, _) = example(40, 30);
        for value in [0.0, 0.25, 0.3, 1.0] {
            let model = smooth(&fit(&guide, &vec![value; 1200], 4, 1e-4), 2);
            for (i, cell) in model.cells.iter().enumerate() {
                assert!((answer(cell, guide.colour(i)) - value).abs() < 1e-4);
            }
        }
    }

    #[test]
    fn grey_guides_stay_well_conditioned() {
        // Three equal planes of high contrast: the covariance has rank one.
        let plane: Vec<f32> = (0..400).map(|i| if i % 20 < 10 { -0.5 } else { 0.5 }).collect();
        let input: Vec<f32> = (0..400).map(|i| if i % 20 < 10 { 0.0 } else { 1.0 }).collect();
        let guide = Guide { width: 20, height: 20, planes: [plane.clone(), plane.clone(), plane] };
        for (i, cell) in fit(&guide, &input, 4, 1e-4).cells.iter().enumerate() {
            assert!((answer(cell, guide.colour(i)) - input[i]).abs() < 2e-3);
            assert!(cell.iter().all(|value| value.abs() < 2.0), "{cell:?}");
        }
    }

    #[test]
    fn box_means_count_only_what_is_there() {
        let plane: Vec<f32> = (0..35).map(|i| (i * i % 11) as f32).collect();
        let mean = box_mean(&plane, 7, 5, 2);
        for y in 0..5_usize {
            for x in 0..7_usize {
                let (mut sum, mut count) = (0.0, 0.0);
                for v in y.saturating_sub(2)..(y + 3).min(5) {
                    for u in x.saturating_sub(2)..(x + 3).min(7) {
                        sum += plane[v * 7 + u];
                        count += 1.0;
                    }
                }
                assert!((mean[y * 7 + x] - sum / count).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn area_averages_keep_the_mean_at_any_size() {
        let (width, height) = (23_u32, 17_u32);
        let pixels: Vec<u8> =
            (0..width * height * 4).map(|i| if i % 4 == 3 { 255 } else { (i * 37 % 251) as u8 }).collect();
        let photo = Photo { width, height, pixels, has_alpha: false, reduced_from: None };
        let mean = |plane: &[f32]| plane.iter().sum::<f32>() / plane.len() as f32;
        let whole = Guide::of_photo(&photo, 23, 17);
        assert_eq!(whole.colour(0), centred([0, 37, 74, 255], false));
        for (w, h) in [(1, 1), (5, 3), (22, 16), (23, 1)] {
            let small = Guide::of_photo(&photo, w, h);
            let again = whole.reduced(w, h);
            for c in 0..3 {
                assert!((mean(&small.planes[c]) - mean(&whole.planes[c])).abs() < 1e-4);
                for (a, b) in small.planes[c].iter().zip(&again.planes[c]) {
                    assert!((a - b).abs() < 1e-5);
                }
            }
        }
    }

    #[test]
    fn positions_between_cells_stay_on_the_grid() {
        assert_eq!(between(0, 10, 5), (0, 1, 0.0));
        assert_eq!(between(9, 10, 5), (4, 4, 0.0));
        assert_eq!(between(2, 10, 5), (0, 1, 0.75));
        assert_eq!(between(3, 10, 1), (0, 0, 0.0));
        assert_eq!(between(3, 5, 5), (3, 4, 0.0));
        let (before, after, part) = between(47_999_999, 48_000_000, 1024);
        assert_eq!((before, after, part), (1023, 1023, 0.0));
    }
}
