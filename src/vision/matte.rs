//! From the network's mask to an alpha matte at the photo's full size.
//!
//! A network answers on a few hundred cells a side, blurred over several of them. Two guided filters, coarse to
//! fine, move its edges to where the photo's colours have theirs:
//!
//! 1. the mask, bilinear, on a coarse grid of about its own size → [`guided::fit`] → [`guided::smooth`];
//! 2. that model evaluated with the colours of a grid twice as fine → [`snap`] → [`without_specks`];
//! 3. `fit` and `smooth` on the fine grid: its windows are half as wide, so they follow what the coarse ones
//!    had to average;
//! 4. that model evaluated with every pixel of the photo → `snap` → × the photo's own alpha → 8 bits.
//!
//! Every pass is a fixed function of its neighbourhood (no histogram, no order of processing), so that a GPU
//! can do the same and stay within a rounding step.

use super::guided::{self, Coefficients, Guide};
use super::{Mask, Matte};
use crate::photo::Photo;

/// Windows of 9×9 cells. U²-Net-p's edges are soft over about 6 cells of 320: a window must reach both sides of
/// one to learn the two colours, and every cell more brings in colours that have nothing to do with that edge.
/// Measured on exact mattes, radius 2, 4, 6, 8 on both grids: 4 to 6 is the flat minimum.
pub(crate) const RADIUS: usize = 4;

/// Neighbouring windows whose models are averaged: half the fit's radius loses less of fine parts than the full
/// radius of the paper and measures slightly better (band error 0.610 against 0.616 of plain upsampling).
pub(crate) const SMOOTH_RADIUS: usize = 2;

/// A standard deviation of 0.01, 2.5 steps of 255: what is left of sensor noise and JPEG's grain in a cell's
/// average. Edges below that are not followed.
pub(crate) const EPSILON: f32 = 1e-4;

/// Cells of the fine grid along its longer side, at most: past that a fit costs more than it gains, because the
/// model is evaluated with the photo's own pixels anyway.
pub(crate) const FINE_CELLS: usize = 1024;

/// What counts as surely background and surely subject in a filter's answer.
///
/// A linear model of colours overshoots and undershoots by a few hundredths on textured interiors; left alone,
/// that is a grey veil over the background and a see-through product. The lower and upper tenth are thus made
/// exactly 0 and 1, with a smooth step between, so that soft edges stay soft and one half stays one half.
pub(crate) const SNAP: (f32, f32) = (0.1, 0.9);

/// Half the side of the neighbourhood in which a speck must have company, in cells of the fine grid.
pub(crate) const SPECK_RADIUS: usize = 16;

/// How much subject (in whole cells) the neighbourhood of a cell must hold: less than the first is a speck and
/// goes, more than the second stays. A fine cell is half a cell of the network: 16 of them are 2×2 of its own,
/// less than it resolves; a line one network cell wide has 66 in its neighbourhood, and still 36 at its end.
pub(crate) const SPECK_CELLS: (f32, f32) = (16.0, 36.0);

/// A smooth step: 0 up to `low`, 1 from `high`, with level ends (3t² − 2t³).
#[inline]
fn smooth_step(value: f32, (low, high): (f32, f32)) -> f32 {
    let t = ((value - low) * (1.0 / (high - low))).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A filter's answer with the surely empty and surely solid parts made exactly so; see [`SNAP`].
#[inline]
pub(crate) fn snap(answer: f32) -> f32 {
    smooth_step(answer, SNAP)
}

/// The coarse and the fine grid for a photo and a mask: `(width, height)`, of the photo's shape.
///
/// The coarse cells are about the mask's own, the fine ones half as large, neither smaller than a pixel of the
/// photo. A mask above half of [`FINE_CELLS`] needs no coarse pass; then both are the same grid.
pub(crate) fn grids(photo: (u32, u32), mask: (u32, u32)) -> [(usize, usize); 2] {
    let longer = photo.0.max(photo.1) as usize;
    let cells = mask.0.max(mask.1) as usize;
    let grid = |long: usize| {
        let long = long.min(longer);
        let side = |size: u32| ((size as usize * long + longer / 2) / longer).max(1);
        (side(photo.0), side(photo.1))
    };
    if 2 * cells > FINE_CELLS { [grid(cells.min(FINE_CELLS)); 2] } else { [grid(cells), grid(2 * cells)] }
}

/// Brings a network's mask to the photo's full size, edges moved to the photo's own.
///
/// `mask` covers the whole photo, whatever the two shapes (a square mask of a wide photo has wide cells).
/// The photo's own alpha multiplies the result. A mask of zeros gives a matte of zeros.
///
/// `progress` is told the part done, 0 to 1, every few milliseconds; when it answers false the work stops and
/// the result is `None`.
///
/// # Panics
/// Where a `width × height` does not match its data or is zero: a mistake of the caller, not of a photo.
pub fn refine(photo: &Photo, mask: &Mask, progress: &mut dyn FnMut(f32) -> bool) -> Option<Matte> {
    let (width, height) = (photo.width as usize, photo.height as usize);
    assert!(
        width > 0 && height > 0 && photo.pixels.len() == width * height * 4,
        "a photo's size and its data"
    );
    assert!(
        !mask.values.is_empty() && mask.values.len() == mask.width as usize * mask.height as usize,
        "a mask's size and its data"
    );
    let [coarse, fine] = grids((photo.width, photo.height), (mask.width, mask.height));

    let guide = Guide::of_photo(photo, fine.0, fine.1);
    if !progress(0.2) {
        return None;
    }
    let mut subject = if coarse == fine {
        resample(mask, fine)
    } else {
        let small = guide.reduced(coarse.0, coarse.1);
        let model = model(&small, &resample(mask, coarse));
        evaluate(&model, &guide)
    };
    if !progress(0.3) {
        return None;
    }
    without_specks(&mut subject, fine);
    let model = model(&guide, &subject);
    if !progress(0.4) {
        return None;
    }
    let mut alpha = vec![0; width * height];
    let rows = Rows::new(&model, photo);
    let mut models = Vec::new();
    for (y, row) in alpha.chunks_exact_mut(width).enumerate() {
        rows.draw(y, &mut models, row);
        if y % 64 == 63 && !progress(0.4 + 0.6 * (y + 1) as f32 / height as f32) {
            return None;
        }
    }
    progress(1.0).then_some(Matte { width: photo.width, height: photo.height, alpha })
}

/// The mask on a grid, bilinear; what a network may say beyond 0 to 1 (or not a number) is brought within.
fn resample(mask: &Mask, (width, height): (usize, usize)) -> Vec<f32> {
    let (mask_width, mask_height) = (mask.width as usize, mask.height as usize);
    let clean = |value: f32| if value > 0.0 { value.min(1.0) } else { 0.0 };
    let columns: Vec<_> = (0..width).map(|x| guided::between(x, width, mask_width)).collect();
    let mut out = Vec::with_capacity(width * height);
    for y in 0..height {
        let (above, below, down) = guided::between(y, height, mask_height);
        let above = &mask.values[above * mask_width..][..mask_width];
        let below = &mask.values[below * mask_width..][..mask_width];
        out.extend(columns.iter().map(|&(left, right, along)| {
            let top = clean(above[left]) + (clean(above[right]) - clean(above[left])) * along;
            let bottom = clean(below[left]) + (clean(below[right]) - clean(below[left])) * along;
            top + (bottom - top) * down
        }));
    }
    out
}

/// The guided filter's model of `input` on the guide's grid.
fn model(guide: &Guide, input: &[f32]) -> Coefficients {
    guided::smooth(&guided::fit(guide, input, RADIUS, EPSILON), SMOOTH_RADIUS)
}

/// A model evaluated with the colours of another grid, snapped.
fn evaluate(model: &Coefficients, guide: &Guide) -> Vec<f32> {
    let columns: Vec<_> = (0..guide.width).map(|x| guided::between(x, guide.width, model.width)).collect();
    let mut models = Vec::new();
    let mut out = Vec::with_capacity(guide.width * guide.height);
    for y in 0..guide.height {
        model.row_at(y, guide.height, &mut models);
        out.extend(columns.iter().enumerate().map(|(x, &(left, right, part))| {
            let linear = guided::mix(&models[left], &models[right], part);
            snap(guided::answer(&linear, guide.colour(y * guide.width + x)))
        }));
    }
    out
}

/// Takes away what stands alone and is smaller than the network can mean; see [`SPECK_CELLS`].
///
/// Local on purpose (the sum around a cell rather than the size of a connected part): the same everywhere in
/// the picture, whatever else is in it, and a GPU can do it.
fn without_specks(subject: &mut [f32], (width, height): (usize, usize)) {
    // On a grid smaller than the neighbourhood everything is large.
    if width.min(height) <= 2 * SPECK_RADIUS {
        return;
    }
    let around = guided::box_mean(subject, width, height, SPECK_RADIUS);
    let cells = ((2 * SPECK_RADIUS + 1) * (2 * SPECK_RADIUS + 1)) as f32;
    for (value, around) in subject.iter_mut().zip(around) {
        *value *= smooth_step(around * cells, SPECK_CELLS);
    }
}

/// The last pass: a model evaluated with the photo's own pixels, a row at a time.
struct Rows<'a> {
    model: &'a Coefficients,
    photo: &'a Photo,
    /// For each pixel of a row, how far it is on the way from one cell to the next.
    parts: Vec<f32>,
    /// Runs of pixels that lie between the same two cells: the cell before, the one after, the end of the run.
    runs: Vec<(usize, usize, usize)>,
}

impl<'a> Rows<'a> {
    fn new(model: &'a Coefficients, photo: &'a Photo) -> Self {
        let width = photo.width as usize;
        let mut parts = Vec::with_capacity(width);
        let mut runs: Vec<(usize, usize, usize)> = Vec::new();
        for x in 0..width {
            let (left, right, part) = guided::between(x, width, model.width);
            parts.push(part);
            match runs.last_mut() {
                Some(run) if run.0 == left => run.2 = x + 1,
                _ => runs.push((left, right, x + 1)),
            }
        }
        Self { model, photo, parts, runs }
    }

    fn draw(&self, y: usize, models: &mut Vec<guided::Linear>, out: &mut [u8]) {
        let width = self.photo.width as usize;
        let pixels = &self.photo.pixels[y * width * 4..][..width * 4];
        self.model.row_at(y, self.photo.height as usize, models);
        let mut start = 0;
        for &(left, right, end) in &self.runs {
            let (from, to) = (&models[left], &models[right]);
            let out = &mut out[start..end];
            if let Some(value) = settled(from, to) {
                out.fill(value);
            } else {
                let pixels = pixels[start * 4..end * 4].chunks_exact(4);
                for ((out, pixel), &part) in out.iter_mut().zip(pixels).zip(&self.parts[start..end]) {
                    let linear = guided::mix(from, to, part);
                    let pixel = [pixel[0], pixel[1], pixel[2], pixel[3]];
                    let colour = guided::centred(pixel, self.photo.has_alpha);
                    *out = (snap(guided::answer(&linear, colour)) * 255.0 + 0.5) as u8;
                }
            }
            start = end;
        }
        if self.photo.has_alpha {
            for (out, pixel) in out.iter_mut().zip(pixels.chunks_exact(4)) {
                *out = product(*out, pixel[3]);
            }
        }
    }
}

/// The alpha that every pixel between two models has whatever its colour, or `None` where colours matter.
///
/// Most of a photo is far from any edge; this is the same answer without looking at its pixels. A colour is
/// within ±½, so the answer is within `b ± ½·Σ|a|`, and between two models it is between their answers.
fn settled(from: &guided::Linear, to: &guided::Linear) -> Option<u8> {
    const ROUNDING: f32 = 1e-3;
    let reach = |model: &guided::Linear| 0.5 * (model[0].abs() + model[1].abs() + model[2].abs());
    let (from_reach, to_reach) = (reach(from), reach(to));
    if (from[3] - from_reach).min(to[3] - to_reach) > SNAP.1 + ROUNDING {
        Some(255)
    } else if (from[3] + from_reach).max(to[3] + to_reach) < SNAP.0 - ROUNDING {
        Some(0)
    } else {
        None
    }
}

/// Two opacities, 0 to 255, multiplied and rounded to the nearest.
#[inline]
fn product(a: u8, b: u8) -> u8 {
    ((u32::from(a) * u32::from(b) + 127) / 255) as u8
}

/// How much of the picture the subject covers: the mean opacity, 0 to 1.
#[must_use]
pub fn coverage(matte: &Matte) -> f32 {
    if matte.alpha.is_empty() {
        return 0.0;
    }
    let sum: u64 = matte.alpha.iter().map(|&alpha| u64::from(alpha)).sum();
    (sum as f64 / (255.0 * matte.alpha.len() as f64)) as f32
}
