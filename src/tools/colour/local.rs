//! How light the surroundings of each pixel are: what shadows and highlights act on.
//!
//! Lightness here is the square root of the light, near enough to what the eye sees, and quick. The surroundings
//! are a guided filter of it by itself (K. He, J. Sun and X. Tang, "Guided image filtering", 2013): within a surface
//! they are its mean, so that its texture keeps its contrast, and at an edge they follow the edge, so that nothing
//! glows along it. The filter runs on a small grid that lies over the whole picture, and its coefficients, not its
//! answers, are brought to full size (K. He and J. Sun, "Fast guided filter", 2015): a preview and the full photo get
//! the same look.

use crate::photo::color;

/// Cells of the grid along the longer side, at most.
const CELLS: u32 = 256;

/// Half the window of the filter, in cells: it reaches a twenty-first of the longer side each way.
const RADIUS: usize = 12;

/// The variance of lightness up to which something counts as texture: a contrast of 0.04, as between levels 120 and 130.
const TEXTURE: f32 = 0.04 * 0.04;

/// The lightness up to which light above white is told apart: two stops above it.
pub(super) const LIGHTEST: f32 = 2.0;

/// The filter's coefficients: surroundings = `slope` × lightness + `offset`.
pub(super) struct Surroundings {
    columns: usize,
    rows: usize,
    slope: Vec<f32>,
    offset: Vec<f32>,
    width: usize,
    height: usize,
}

/// The size of the grid over a picture.
pub(super) fn grid(width: u32, height: u32) -> (usize, usize) {
    let longer = width.max(height).max(1);
    let cells = longer.min(CELLS);
    let along = |side: u32| {
        let scaled = (u64::from(side) * u64::from(cells) + u64::from(longer) / 2) / u64::from(longer);
        // At most `CELLS`.
        (scaled as usize).max(1)
    };
    (along(width), along(height))
}

impl Surroundings {
    /// Of a picture of straight-alpha RGBA whose pixels have the light that `luminance` gives for linear colours.
    /// Transparent pixels do not count.
    pub(super) fn of(pixels: &[u8], width: u32, height: u32, luminance: [f32; 3]) -> Self {
        let (columns, rows) = grid(width, height);
        let (width, height) = (width as usize, height as usize);
        let mut light = vec![0.0_f32; columns * rows];
        let mut weight = vec![0.0_f32; columns * rows];
        // Four samples of a cell each way tell its mean well enough.
        let stride = (width / columns / 4).min(height / rows / 4).max(1);
        for y in (stride / 2..height).step_by(stride) {
            let row = &pixels[y * width * 4..][..width * 4];
            let cells = y * rows / height * columns;
            for x in (stride / 2..width).step_by(stride) {
                let [red, green, blue, alpha] = [0, 1, 2, 3].map(|channel| row[x * 4 + channel]);
                let opacity = f32::from(alpha);
                let cell = cells + x * columns / width;
                light[cell] += opacity
                    * (luminance[0] * color::light(red)
                        + luminance[1] * color::light(green)
                        + luminance[2] * color::light(blue));
                weight[cell] += opacity;
            }
        }
        let mut lightness = light;
        for (value, weight) in lightness.iter_mut().zip(&weight) {
            if *weight > 0.0 {
                *value = (*value / weight).clamp(0.0, LIGHTEST * LIGHTEST).sqrt();
            }
        }
        let most = weight.iter().fold(f32::MIN_POSITIVE, |most, &weight| most.max(weight));
        for weight in &mut weight {
            *weight /= most;
        }
        let (slope, offset) = filter(&lightness, &weight, columns, rows);
        Self { columns, rows, slope, offset, width, height }
    }

    /// Writes the lightness of the surroundings of row `y` over the row's own lightness.
    pub(super) fn row(&self, y: usize, lightness: &mut [f32], scratch: &mut Scratch) {
        let (above, below, part) = between(y, self.height, self.rows);
        scratch.slope.clear();
        scratch.offset.clear();
        for (values, out) in [(&self.slope, &mut scratch.slope), (&self.offset, &mut scratch.offset)] {
            let above = &values[above * self.columns..][..self.columns];
            let below = &values[below * self.columns..][..self.columns];
            out.extend(above.iter().zip(below).map(|(above, below)| above + (below - above) * part));
        }
        if scratch.places.is_empty() {
            scratch.places.extend((0..self.width).map(|x| {
                let (left, right, part) = between(x, self.width, self.columns);
                (left as u32, right as u32, part)
            }));
        }
        for (value, &(left, right, part)) in lightness.iter_mut().zip(&scratch.places) {
            let (left, right) = (left as usize, right as usize);
            let slope = scratch.slope[left] + (scratch.slope[right] - scratch.slope[left]) * part;
            let offset = scratch.offset[left] + (scratch.offset[right] - scratch.offset[left]) * part;
            *value = (slope * *value + offset).clamp(0.0, LIGHTEST);
        }
    }
}

/// What [`Surroundings::row`] keeps from row to row.
#[derive(Default)]
pub(super) struct Scratch {
    slope: Vec<f32>,
    offset: Vec<f32>,
    places: Vec<(u32, u32, f32)>,
}

/// The two cells whose middles enclose a pixel's, and how far it is on the way from one to the other.
fn between(pixel: usize, pixels: usize, cells: usize) -> (usize, usize, f32) {
    let place = (pixel as f32 + 0.5) * cells as f32 / pixels as f32 - 0.5;
    let place = place.clamp(0.0, (cells - 1) as f32);
    let low = place as usize;
    (low, (low + 1).min(cells - 1), place - low as f32)
}

/// Slope and offset of the guided filter by the picture itself, where some cells count less than others.
fn filter(lightness: &[f32], weight: &[f32], columns: usize, rows: usize) -> (Vec<f32>, Vec<f32>) {
    let weighted = |value: &dyn Fn(usize) -> f32| -> Vec<f32> {
        let plane: Vec<f32> = (0..weight.len()).map(|cell| weight[cell] * value(cell)).collect();
        box_sum(&plane, columns, rows)
    };
    let count = weighted(&|_| 1.0);
    let mean = weighted(&|cell| lightness[cell]);
    let square = weighted(&|cell| lightness[cell] * lightness[cell]);
    let (mut slope, mut offset) = (Vec::with_capacity(count.len()), Vec::with_capacity(count.len()));
    for ((count, mean), square) in count.iter().zip(mean).zip(square) {
        let count = count.max(1e-6);
        let (mean, square) = (mean / count, square / count);
        let variance = (square - mean * mean).max(0.0);
        let a = variance / (variance + TEXTURE);
        slope.push(a);
        offset.push(mean - a * mean);
    }
    let smooth = |values: Vec<f32>| -> Vec<f32> {
        let sums = weighted(&|cell| values[cell]);
        // Where nothing is near that counts, nothing is drawn either.
        sums.iter().zip(&count).map(|(sum, count)| sum / count.max(1e-6)).collect()
    };
    (smooth(slope), smooth(offset))
}

/// Sums over windows of `2 × RADIUS + 1` squared, of the part of each that lies within the plane.
///
/// Kept as a running sum in 64 bits: what is added is taken away again to the last bit that counts.
fn box_sum(plane: &[f32], columns: usize, rows: usize) -> Vec<f32> {
    let mut across = vec![0.0_f64; plane.len()];
    for (row, out) in plane.chunks_exact(columns).zip(across.chunks_exact_mut(columns)) {
        running(row.len(), |index| f64::from(row[index]), |index, sum| out[index] = sum);
    }
    let mut sums = vec![0.0_f32; plane.len()];
    for column in 0..columns {
        running(
            rows,
            |row| across[row * columns + column],
            |row, sum| sums[row * columns + column] = sum as f32,
        );
    }
    sums
}

fn running(length: usize, value: impl Fn(usize) -> f64, mut put: impl FnMut(usize, f64)) {
    let mut sum: f64 = (0..RADIUS.min(length)).map(&value).sum();
    for index in 0..length {
        if index + RADIUS < length {
            sum += value(index + RADIUS);
        }
        if index > RADIUS {
            sum -= value(index - RADIUS - 1);
        }
        put(index, sum);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LUMINANCE: [f32; 3] = [0.2126, 0.7152, 0.0722];

    fn surroundings(width: u32, height: u32, level: impl Fn(u32, u32) -> [u8; 2]) -> Vec<Vec<f32>> {
        let pixels: Vec<u8> = (0..width * height)
            .flat_map(|index| {
                let [level, alpha] = level(index % width, index / width);
                [level, level, level, alpha]
            })
            .collect();
        let found = Surroundings::of(&pixels, width, height, LUMINANCE);
        let mut scratch = Scratch::default();
        (0..height as usize)
            .map(|y| {
                let mut row: Vec<f32> = (0..width as usize)
                    .map(|x| color::light(pixels[(y * width as usize + x) * 4]).sqrt())
                    .collect();
                found.row(y, &mut row, &mut scratch);
                row
            })
            .collect()
    }

    #[test]
    fn a_step_is_followed_and_nothing_glows_beside_it() {
        let dark = color::light(40).sqrt();
        let light = color::light(230).sqrt();
        for (width, height) in [(96, 64), (600, 400)] {
            let rows = surroundings(width, height, |x, _| [if x < width / 2 { 40 } else { 230 }, 255]);
            for (x, &value) in rows[height as usize / 2].iter().enumerate() {
                let own = if x < width as usize / 2 { dark } else { light };
                assert!((value - own).abs() < 0.02, "{x}: {value} instead of {own}");
            }
        }
    }

    #[test]
    fn texture_is_evened_out() {
        let rows = surroundings(200, 200, |x, y| [if (x / 3 + y / 3) % 2 == 0 { 120 } else { 132 }, 255]);
        let row = &rows[100];
        let (least, most) = row.iter().fold((f32::MAX, f32::MIN), |(a, b), &v| (a.min(v), b.max(v)));
        let contrast = color::light(132).sqrt() - color::light(120).sqrt();
        assert!(most - least < contrast * 0.6, "{} of {contrast}", most - least);
    }

    #[test]
    fn what_is_transparent_does_not_count() {
        let rows = surroundings(120, 120, |x, _| if x < 60 { [180, 255] } else { [0, 0] });
        let own = color::light(180).sqrt();
        for &value in &rows[60][..60] {
            assert!((value - own).abs() < 0.01, "{value} instead of {own}");
        }
    }

    #[test]
    fn a_picture_of_one_pixel_is_its_own_surroundings() {
        let rows = surroundings(1, 1, |_, _| [99, 255]);
        assert!((rows[0][0] - color::light(99).sqrt()).abs() < 1e-5);
    }
}
