//! From the network's mask to an alpha matte at the photo's full size.
//!
//! A network answers on a few hundred cells a side, blurred over several of them. Two guided filters, coarse to
//! fine, move its edges to where the photo's colours have theirs:
//!
//! 1. the mask, bilinear, on a coarse grid of about its own size → [`guided::fit`] → [`guided::smooth`];
//! 2. that model evaluated with the colours of a grid twice as fine → [`smooth_step`] over [`COARSE_SNAP`], or
//!    nearer to [`DOUBT_SNAP`] the more [`doubt`] there is → [`within_sure`] of the prior → [`without_specks`];
//!
//!    A mask of more cells than half of [`FINE_CELLS`] (IS-Net's) is its own fine grid: steps 1 and 2 are
//!    then [`edges::solve`], where a small network draws its edges anew from the photo's colours.
//! 3. `fit` and `smooth` on the fine grid: its windows are half as wide, so they follow what the coarse ones
//!    had to average;
//! 4. that model evaluated with every pixel of the photo → `smooth_step` over [`FINE_SNAP`]
//!    (a straight [`ramp`] after `edges::solve`) → `within_sure` →
//!    8 bits → × the photo's own alpha.
//!
//! For a pixel `(x, y)` step 4 is, with `mix(p, q, t) = p + (q − p)·t` for models and prior alike:
//!
//! - `(u0, u1, s) = between(x, W, w)`, `(v0, v1, t) = between(y, H, h)` ([`guided::between`]: the cells before
//!   and after, and how far on the way);
//! - `m = mix(mix(M[u0, v0], M[u0, v1], t), mix(M[u1, v0], M[u1, v1], t), s)`, the prior `p` in the same way;
//! - `c` = the mean of [`guided::centred`] colours over the part of the square `x ± r, y ± r` that the photo has,
//!   `r = min(⌊max(W, H) / max(w, h) × BLUR_OF_CELL⌋, MOST_BLUR)`;
//! - `q = smooth_step(m·c + b, FINE_SNAP)`, then `within_sure(q, p)`;
//! - `⌊255·q + ½⌋`, and where the photo has alpha `⌊(that × alpha + 127) / 255⌋`.
//!
//! The prior is the mask with its narrow dips [`filled`], and the doubt is that of the mask, both bilinear on the
//! fine grid.
//!
//! Every pass is a fixed function of its neighbourhood (no histogram, no order of processing), so that a GPU
//! can do the same and stay within a rounding step.

use super::edges;
use super::guided::{self, Coefficients, Guide, Linear};
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

/// [`RADIUS`] for alphas that [`edges`] has drawn on this very grid: what is left is to carry them to the photo's
/// pixels, with as little blur as that takes.
const EDGES_RADIUS: usize = 2;
/// [`EPSILON`] for them.
const EDGES_EPSILON: f32 = 1e-5;

/// What counts as surely background and surely subject in the coarse and in the fine filter's answer.
///
/// A linear model of colours overshoots and undershoots by a few hundredths on textured interiors; left alone,
/// that is a grey veil over the background and a see-through product. The ends are thus made exactly 0 and 1,
/// with a smooth step between, so that soft edges stay soft and one half stays one half. The coarse pass
/// decides where things are and may be strict; the fine one draws them, and every hundredth that it cuts off is
/// taken from hair (0.1 in both: band error 0.610 of plain upsampling; 0.1 then 0.05: 0.597; 0.1 then 0: 0.590,
/// but with a veil again).
pub(crate) const COARSE_SNAP: (f32, f32) = (0.1, 0.9);
/// See [`COARSE_SNAP`].
pub(crate) const FINE_SNAP: (f32, f32) = (0.05, 0.95);

/// The coarse pass's snap in place of [`COARSE_SNAP`] where the network is wholly in [`doubt`].
pub(crate) const DOUBT_SNAP: (f32, f32) = (0.4, 0.6);

/// Half the side of the window in which [`doubt`] looks for an edge, in the mask's cells.
pub(crate) const EDGE_RADIUS: usize = 5;

/// How far the mask must step within that window to be an edge: up to the first there is nothing but doubt,
/// from the second on none.
pub(crate) const EDGE_STEP: (f32, f32) = (0.6, 0.9);

/// Where the network itself is sure, colours have no say: a highlight on a product may have exactly the colour
/// of the paper behind it, and a filter that knows only colours would punch a hole there.
///
/// A mask value from 0.8 to 0.98 raises the least alpha from 0 to 1 (and below one half, mirrored, lowers the
/// most). U²-Net-p says more than 0.98 from 4 cells inside its contour on; measured, the band error does not
/// change (0.597), pinholes go.
pub(crate) const SURE: (f32, f32) = (0.8, 0.98);

/// Half the side of the window in which a dip of the mask is filled, in the mask's cells; see [`filled`].
pub(crate) const DIP_RADIUS: usize = 2;

/// How sure the network must still be within a dip for it to be filled: from the first not at all, from the
/// second on wholly. A gap through which the background shows goes lower unless it is a cell or two wide.
pub(crate) const DIP: (f32, f32) = (0.4, 0.6);

/// For each colour the last pass averages `(2r + 1)²` pixels, `r` being this part of the pixels along a fine
/// cell (0 up to 3, 1 up to 7, then [`MOST_BLUR`]).
///
/// [`EPSILON`] bounds how much noise of a cell's average the model amplifies; a single pixel of a large photo
/// is several times as noisy, and without this soft edges are stippled. The averaged pixels are fewer than a
/// camera's own demosaicing spreads a pixel over.
pub(crate) const BLUR_OF_CELL: f32 = 0.25;
/// See [`BLUR_OF_CELL`].
pub(crate) const MOST_BLUR: usize = 2;

/// Half the side of the neighbourhood in which a speck must have company, in cells of the fine grid.
pub(crate) const SPECK_RADIUS: usize = 16;

/// How much subject (in whole cells) the neighbourhood of a cell must hold: less than the first is a speck and
/// goes, more than the second stays. A fine cell is half a cell of the network: 16 of them are 2×2 of its own,
/// less than it resolves; a line one network cell wide has 66 in its neighbourhood, and still 36 at its end.
pub(crate) const SPECK_CELLS: (f32, f32) = (16.0, 36.0);

/// A smooth step: 0 up to `low`, 1 from `high`, with level ends (3t² − 2t³).
#[inline]
pub(crate) fn smooth_step(value: f32, (low, high): (f32, f32)) -> f32 {
    let t = ((value - low) * (1.0 / (high - low))).clamp(0.0, 1.0);
    t * t * (3.0 - 2.0 * t)
}

/// A straight ramp: 0 up to `low`, 1 from `high`.
#[inline]
fn ramp(value: f32, (low, high): (f32, f32)) -> f32 {
    ((value - low) * (1.0 / (high - low))).clamp(0.0, 1.0)
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
/// The photo's own alpha multiplies the result. A mask that nowhere says more than one half shows no subject
/// and gives a matte of zeros, not a ghost.
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
    if shows_nothing(mask) {
        let alpha = vec![0; width * height];
        return progress(1.0).then_some(Matte { width: photo.width, height: photo.height, alpha });
    }
    let fine = fine_model(photo, mask, &mut |part| progress(0.4 * part))?;
    let mut alpha = vec![0; width * height];
    let mut rows = Rows::new(&fine, photo);
    for (y, row) in alpha.chunks_exact_mut(width).enumerate() {
        rows.draw(y, row);
        if y % 64 == 63 && !progress(0.4 + 0.6 * (y + 1) as f32 / height as f32) {
            return None;
        }
    }
    progress(1.0).then_some(Matte { width: photo.width, height: photo.height, alpha })
}

/// Whether the network nowhere says more than one half.
pub(crate) fn shows_nothing(mask: &Mask) -> bool {
    !mask.values.iter().any(|&value| value > 0.5)
}

/// Steps 1 to 3: the model on the fine grid, and the prior there. Of the photo it reads area averages only.
///
/// `progress` and the result are as in [`refine`].
pub(crate) fn fine_model(photo: &Photo, mask: &Mask, progress: &mut dyn FnMut(f32) -> bool) -> Option<Fine> {
    let [coarse, fine] = grids((photo.width, photo.height), (mask.width, mask.height));
    let guide = Guide::of_photo(photo, fine.0, fine.1);
    if !progress(0.5) {
        return None;
    }
    let mask = cleaned(mask);
    let prior = resample(&filled(&mask), fine);
    let straight = coarse == fine;
    let mut subject = if straight {
        edges::solve(&guide, &resample(&mask, fine), &mut |part| progress(0.5 + 0.25 * part))?
    } else {
        let small = guide.reduced(coarse.0, coarse.1);
        let model = model(&small, &resample(&mask, coarse));
        evaluate(&model, &guide, &prior, &resample(&doubt(&mask), fine))
    };
    if !progress(0.75) {
        return None;
    }
    without_specks(&mut subject, fine);
    let model = if straight {
        guided::smooth(&guided::fit(&guide, &subject, EDGES_RADIUS, EDGES_EPSILON), EDGES_RADIUS)
    } else {
        model(&guide, &subject)
    };
    progress(1.0).then_some(Fine { model, prior, straight })
}

/// What the last pass needs to know.
pub(crate) struct Fine {
    /// The model on the fine grid.
    pub(crate) model: Coefficients,
    /// The mask on the fine grid.
    pub(crate) prior: Vec<f32>,
    /// Whether its answers become opacities by a straight [`ramp`] over [`FINE_SNAP`], not by a [`smooth_step`].
    pub(crate) straight: bool,
}

/// Half the side of the square that a pixel's colour is averaged over, for a photo and the fine grid's size.
pub(crate) fn blur((width, height): (usize, usize), grid: (usize, usize)) -> usize {
    let blur = width.max(height) as f32 / grid.0.max(grid.1) as f32 * BLUR_OF_CELL;
    (blur as usize).min(MOST_BLUR)
}

/// The mask with what a network may say beyond 0 to 1 (or not a number) brought within.
fn cleaned(mask: &Mask) -> Mask {
    let values = mask.values.iter().map(|&value| if value > 0.0 { value.min(1.0) } else { 0.0 }).collect();
    Mask { values, ..*mask }
}

/// The mask with narrow dips inside the subject filled: a morphological closing (the greatest, then the least of
/// `2 × DIP_RADIUS + 1` squared), as far as the network was half sure there anyway.
///
/// A network hesitates on highlights and on labels of the background's colour, where a colour filter cannot
/// help it: both see what looks like background, ringed by product.
fn filled(mask: &Mask) -> Mask {
    let (width, height) = (mask.width as usize, mask.height as usize);
    let greatest = extremes(&mask.values, width, height, DIP_RADIUS, f32::max);
    let closed = extremes(&greatest, width, height, DIP_RADIUS, f32::min);
    let fill = |(&value, closed): (&f32, f32)| value + (closed - value) * smooth_step(value, DIP);
    Mask { values: mask.values.iter().zip(closed).map(fill).collect(), ..*mask }
}

/// Where the mask hesitates without an edge near, 0 (an edge) to 1: the greatest less the least value around
/// each cell, against [`EDGE_STEP`].
///
/// A network that was taught hard masks answers one third or two thirds over a wide area because it cannot
/// tell, not because the thing is see-through. Left alone that is a haze of background behind the product; a
/// decision, even a wrong one, is what a person sees and can correct. Next to an edge soft values are hair and
/// blur and stay (strict everywhere costs fur 4% of its band error).
fn doubt(mask: &Mask) -> Mask {
    let (width, height) = (mask.width as usize, mask.height as usize);
    let greatest = extremes(&mask.values, width, height, EDGE_RADIUS, f32::max);
    let least = extremes(&mask.values, width, height, EDGE_RADIUS, f32::min);
    let values = greatest.iter().zip(least).map(|(most, least)| 1.0 - smooth_step(most - least, EDGE_STEP));
    Mask { values: values.collect(), ..*mask }
}

/// The greatest or least value of the window of `2 × radius + 1` squared around each cell.
pub(crate) fn extremes(
    plane: &[f32],
    width: usize,
    height: usize,
    radius: usize,
    of: impl Fn(f32, f32) -> f32,
) -> Vec<f32> {
    let near = |at: usize, size: usize| at.saturating_sub(radius)..(at + radius + 1).min(size);
    let mut across = Vec::with_capacity(plane.len());
    for row in plane.chunks_exact(width) {
        across.extend((0..width).map(|x| row[near(x, width)].iter().fold(row[x], |a, &b| of(a, b))));
    }
    let mut out = across.clone();
    for (y, out) in out.chunks_exact_mut(width).enumerate() {
        for row in near(y, height) {
            for (value, &other) in out.iter_mut().zip(&across[row * width..]) {
                *value = of(*value, other);
            }
        }
    }
    out
}

/// What of a plane is more than `2 × radius` wide each way (a morphological opening).
pub(crate) fn opened(plane: &[f32], (width, height): (usize, usize), radius: usize) -> Vec<f32> {
    extremes(&extremes(plane, width, height, radius, f32::min), width, height, radius, f32::max)
}

/// The cells left, right, above and below of one, as far as the grid has them.
pub(crate) fn neighbours(cell: usize, (width, height): (usize, usize)) -> impl Iterator<Item = usize> {
    let (x, y) = (cell % width, cell / width);
    let there = [
        (x > 0).then(|| cell - 1),
        (x + 1 < width).then(|| cell + 1),
        (y > 0).then(|| cell - width),
        (y + 1 < height).then(|| cell + width),
    ];
    there.into_iter().flatten()
}

/// The mask on a grid, bilinear.
pub(crate) fn resample(mask: &Mask, (width, height): (usize, usize)) -> Vec<f32> {
    let (mask_width, mask_height) = (mask.width as usize, mask.height as usize);
    let columns: Vec<_> = (0..width).map(|x| guided::between(x, width, mask_width)).collect();
    let mut out = Vec::with_capacity(width * height);
    for y in 0..height {
        let (above, below, down) = guided::between(y, height, mask_height);
        let above = &mask.values[above * mask_width..][..mask_width];
        let below = &mask.values[below * mask_width..][..mask_width];
        out.extend(columns.iter().map(|&(left, right, along)| {
            let top = above[left] + (above[right] - above[left]) * along;
            let bottom = below[left] + (below[right] - below[left]) * along;
            top + (bottom - top) * down
        }));
    }
    out
}

/// The guided filter's model of `input` on the guide's grid.
fn model(guide: &Guide, input: &[f32]) -> Coefficients {
    guided::smooth(&guided::fit(guide, input, RADIUS, EPSILON), SMOOTH_RADIUS)
}

/// An answer held to what the network is sure of, see [`SURE`]; `prior` is the mask there.
#[inline]
pub(crate) fn within_sure(value: f32, prior: f32) -> f32 {
    let least = smooth_step(prior, SURE);
    let most = 1.0 - smooth_step(1.0 - prior, SURE);
    value.clamp(least, most)
}

/// The coarse model evaluated with the colours of the fine grid, its ends made exact.
fn evaluate(model: &Coefficients, guide: &Guide, prior: &[f32], doubt: &[f32]) -> Vec<f32> {
    let columns: Vec<_> = (0..guide.width).map(|x| guided::between(x, guide.width, model.width)).collect();
    let mut models = Vec::new();
    let mut out = Vec::with_capacity(guide.width * guide.height);
    for y in 0..guide.height {
        model.row_at(y, guide.height, &mut models);
        out.extend(columns.iter().enumerate().map(|(x, &(left, right, part))| {
            let linear = guided::mix(&models[left], &models[right], part);
            let index = y * guide.width + x;
            let towards = |from: f32, to: f32| from + (to - from) * doubt[index];
            let snap = (towards(COARSE_SNAP.0, DOUBT_SNAP.0), towards(COARSE_SNAP.1, DOUBT_SNAP.1));
            within_sure(smooth_step(guided::answer(&linear, guide.colour(index)), snap), prior[index])
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
    /// The mask on the model's grid.
    prior: &'a [f32],
    /// See [`Fine::straight`].
    straight: bool,
    photo: &'a Photo,
    /// How many pixels each way a colour is averaged over.
    blur: usize,
    /// For each pixel of a row, how far it is on the way from one cell to the next.
    parts: Vec<f32>,
    /// Runs of pixels that lie between the same two cells: the cell before, the one after, the end of the run.
    runs: Vec<(usize, usize, usize)>,
    /// The models and the mask of the row being drawn, at the grid's columns.
    models: Vec<Linear>,
    priors: Vec<f32>,
}

impl<'a> Rows<'a> {
    fn new(fine: &'a Fine, photo: &'a Photo) -> Self {
        let Fine { model, prior, straight } = fine;
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
        let blur = blur((width, photo.height as usize), (model.width, model.height));
        Self {
            model,
            prior,
            straight: *straight,
            photo,
            blur,
            parts,
            runs,
            models: Vec::new(),
            priors: Vec::new(),
        }
    }

    fn draw(&mut self, y: usize, out: &mut [u8]) {
        let (width, height) = (self.photo.width as usize, self.photo.height as usize);
        self.model.row_at(y, height, &mut self.models);
        let (above, below, part) = guided::between(y, height, self.model.height);
        let prior = |row: usize| &self.prior[row * self.model.width..][..self.model.width];
        self.priors.clear();
        self.priors.extend(prior(above).iter().zip(prior(below)).map(|(a, b)| a + (b - a) * part));
        let mut start = 0;
        for &(left, right, end) in &self.runs {
            let (from, to) = (&self.models[left], &self.models[right]);
            let priors = (self.priors[left], self.priors[right]);
            if let Some(value) = settled([from, to], [priors.0, priors.1]) {
                out[start..end].fill(value);
            } else {
                for (x, out) in out[start..end].iter_mut().enumerate().map(|(i, out)| (start + i, out)) {
                    let part = self.parts[x];
                    let linear = guided::mix(from, to, part);
                    let value = self.snapped(guided::answer(&linear, self.colour(x, y)));
                    let value = within_sure(value, priors.0 + (priors.1 - priors.0) * part);
                    *out = (value * 255.0 + 0.5) as u8;
                }
            }
            start = end;
        }
        if self.photo.has_alpha {
            let pixels = &self.photo.pixels[y * width * 4..][..width * 4];
            for (out, pixel) in out.iter_mut().zip(pixels.chunks_exact(4)) {
                *out = product(*out, pixel[3]);
            }
        }
    }

    /// The opacity that an answer of the model means.
    #[inline]
    fn snapped(&self, answer: f32) -> f32 {
        if self.straight { ramp(answer, FINE_SNAP) } else { smooth_step(answer, FINE_SNAP) }
    }

    /// The colour around a pixel as [`Guide`] has it, averaged over those of its neighbours that the photo has.
    #[inline]
    fn colour(&self, x: usize, y: usize) -> [f32; 3] {
        let (width, height) = (self.photo.width as usize, self.photo.height as usize);
        let (left, right) = (x.saturating_sub(self.blur), (x + self.blur).min(width - 1));
        let (top, bottom) = (y.saturating_sub(self.blur), (y + self.blur).min(height - 1));
        let mut sum = [0.0_f32; 3];
        for y in top..=bottom {
            for pixel in
                self.photo.pixels[(y * width + left) * 4..(y * width + right + 1) * 4].chunks_exact(4)
            {
                let colour = guided::centred([pixel[0], pixel[1], pixel[2], pixel[3]], self.photo.has_alpha);
                for c in 0..3 {
                    sum[c] += colour[c];
                }
            }
        }
        let count = ((right - left + 1) * (bottom - top + 1)) as f32;
        sum.map(|sum| sum / count)
    }
}

/// The alpha that every pixel between some cells has whatever its colour, or `None` where colours matter.
///
/// Most of a photo is far from any edge; this is the same answer without looking at its pixels. A colour is
/// within ±½, so the answer is within `b ± ½·Σ|a|`, and between models it is between their answers.
pub(crate) fn settled<const CELLS: usize>(models: [&Linear; CELLS], priors: [f32; CELLS]) -> Option<u8> {
    const ROUNDING: f32 = 1e-3;
    let reach = |model: &Linear| 0.5 * (model[0].abs() + model[1].abs() + model[2].abs());
    let least = priors.into_iter().fold(f32::INFINITY, f32::min);
    let most = priors.into_iter().fold(f32::NEG_INFINITY, f32::max);
    let solid = || models.iter().all(|model| model[3] - reach(model) > FINE_SNAP.1 + ROUNDING);
    let empty = || models.iter().all(|model| model[3] + reach(model) < FINE_SNAP.0 - ROUNDING);
    if least > SURE.1 + ROUNDING || (least > 1.0 - SURE.0 && solid()) {
        Some(255)
    } else if most < 1.0 - SURE.1 - ROUNDING || (most < SURE.0 && empty()) {
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

/// Whether the matte shows anything: one pixel in 10,000 more than half opaque.
///
/// 1,200 pixels of a 12 MP photo; U²-Net-p on empty backgrounds of all kinds stays below 0.5 everywhere.
#[must_use]
pub fn has_subject(matte: &Matte) -> bool {
    is_subject(matte.alpha.iter().filter(|&&alpha| alpha > 127).count(), matte.alpha.len())
}

/// Whether so many pixels more than half opaque, of so many, are a subject; see [`has_subject`].
pub(crate) fn is_subject(opaque: usize, pixels: usize) -> bool {
    opaque > pixels / 10_000
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn go(_: f32) -> bool {
        true
    }

    /// A photo whose pixel at `(x, y)` is `colour(x, y)`.
    fn photo(width: u32, height: u32, colour: impl Fn(u32, u32) -> [u8; 4]) -> Photo {
        let pixels =
            (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| colour(x, y));
        let pixels: Vec<u8> = pixels.collect();
        let has_alpha = pixels.chunks_exact(4).any(|pixel| pixel[3] < 255);
        Photo { width, height, pixels, has_alpha, reduced_from: None }
    }

    fn mask(width: u32, height: u32, value: impl Fn(u32, u32) -> f32) -> Mask {
        let values = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).map(|(x, y)| value(x, y));
        Mask { width, height, values: values.collect() }
    }

    /// Something with grain, the same on every run.
    fn grain(x: u32, y: u32) -> u8 {
        (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA6B)).wrapping_mul(0xC2B2_AE35).to_be_bytes()[0]
    }

    /// A disc, blurred over `soft` of the width.
    fn disc(size: u32, soft: f32) -> Mask {
        mask(size, size, |x, y| {
            let at = |v: u32| (v as f32 + 0.5) / size as f32 - 0.5;
            (0.5 + (0.3 - at(x).hypot(at(y))) / soft).clamp(0.0, 1.0)
        })
    }

    #[test]
    fn odd_sizes_give_a_matte_of_the_photos_size() {
        for (width, height) in [(1, 1), (1, 7), (7, 1), (3, 2), (321, 123), (2000, 3), (3, 2000)] {
            let photo = photo(width, height, |x, y| [grain(x, y), grain(y, x), 80, 255]);
            for (mask_width, mask_height) in [(1, 1), (5, 3), (320, 320), (600, 600)] {
                let ones = refine(&photo, &mask(mask_width, mask_height, |_, _| 1.0), &mut go).unwrap();
                assert_eq!((ones.width, ones.height), (width, height));
                assert!(
                    ones.alpha.iter().all(|&alpha| alpha == 255),
                    "{width}×{height} {mask_width}×{mask_height}"
                );
                let zeros = refine(&photo, &mask(mask_width, mask_height, |_, _| 0.0), &mut go).unwrap();
                assert!(zeros.alpha.iter().all(|&alpha| alpha == 0));
            }
        }
    }

    #[test]
    fn a_soft_mask_snaps_to_the_colour_edge() {
        // The colours change at x = 210, the mask at 200 and over 40 pixels.
        let photo = photo(400, 300, |x, y| {
            let grain = grain(x, y) / 32;
            if x < 210 { [180 + grain, 60, 40, 255] } else { [60, 90 + grain, 120, 255] }
        });
        let mask = mask(40, 30, |x, _| (0.5 + (20.0 - x as f32 - 0.5) / 4.0).clamp(0.0, 1.0));
        let matte = refine(&photo, &mask, &mut go).unwrap();
        for row in matte.alpha.chunks_exact(400) {
            assert!(row[..208].iter().all(|&alpha| alpha > 250));
            assert!(row[212..].iter().all(|&alpha| alpha < 5));
        }
    }

    #[test]
    fn flat_colours_leave_the_edge_where_the_mask_has_it() {
        let photo = photo(320, 320, |_, _| [128, 128, 128, 255]);
        let matte = refine(&photo, &disc(64, 0.1), &mut go).unwrap();
        let expected = disc(320, 0.1);
        let wrong =
            matte.alpha.iter().zip(&expected.values).filter(|(a, b)| (**a > 127) != (**b > 0.5)).count();
        assert!(wrong < 320 * 320 / 100, "{wrong} pixels on the wrong side");
    }

    #[test]
    fn the_interior_is_exactly_solid_and_the_background_exactly_empty() {
        let photo = photo(640, 480, |x, y| [grain(x, y), grain(x + 7, y), grain(x, y + 9), 255]);
        let mask = disc(320, 0.03);
        let matte = refine(&photo, &mask, &mut go).unwrap();
        for y in 0..480 {
            for x in 0..640 {
                let at = |v: u32, size: f32| (v as f32 + 0.5) / size - 0.5;
                let outward = at(x, 640.0).hypot(at(y, 480.0)) - 0.3;
                let alpha = matte.alpha[(y * 640 + x) as usize];
                if outward < -0.05 {
                    assert_eq!(alpha, 255, "at {x}, {y}");
                } else if outward > 0.05 {
                    assert_eq!(alpha, 0, "at {x}, {y}");
                }
            }
        }
    }

    #[test]
    fn a_highlight_of_the_backgrounds_colour_makes_no_hole() {
        // Paper-white highlight in a dark product on white paper, where the network hesitates too.
        let within =
            |x: u32, y: u32, left: u32, right: u32| (left..right).contains(&x) && (left..right).contains(&y);
        let photo = photo(640, 640, |x, y| {
            if within(x, y, 300, 308) || !within(x, y, 200, 440) {
                [250, 250, 250, 255]
            } else {
                [60, 40, 30, 255]
            }
        });
        let mask = mask(320, 320, |x, y| match () {
            () if within(x, y, 150, 154) => 0.7,
            () if within(x, y, 100, 220) => 1.0,
            () => 0.0,
        });
        let matte = refine(&photo, &mask, &mut go).unwrap();
        for y in 210..430 {
            assert!(matte.alpha[y * 640 + 210..y * 640 + 430].iter().all(|&alpha| alpha == 255), "row {y}");
        }
    }

    #[test]
    fn specks_go_and_small_products_stay() {
        let photo = photo(800, 800, |x, y| [100 + grain(x, y) / 8, 120, 130, 255]);
        let square = |size: u32| {
            mask(320, 320, move |x, y| f32::from(u8::from(x.abs_diff(100) < size && y.abs_diff(100) < size)))
        };
        assert!(!has_subject(&refine(&photo, &square(1), &mut go).unwrap()));
        let small = refine(&photo, &square(4), &mut go).unwrap();
        assert_eq!(small.alpha[251 * 800 + 251], 255);
        assert!(has_subject(&small));
        assert!((coverage(&small) - 49.0 / 102_400.0).abs() < 2e-4);
    }

    #[test]
    fn a_faint_mask_is_no_subject() {
        let photo = photo(64, 64, |x, y| [grain(x, y); 4]);
        let matte = refine(&photo, &mask(320, 320, |x, _| if x < 160 { 0.5 } else { 0.1 }), &mut go).unwrap();
        assert_eq!(coverage(&matte), 0.0);
        assert!(!has_subject(&matte));
    }

    #[test]
    fn values_that_no_mask_should_hold_are_brought_within() {
        let photo = photo(64, 64, |x, y| [grain(x, y), 0, 0, 255]);
        let odd = mask(32, 32, |x, y| match (x + y) % 4 {
            0 => f32::NAN,
            1 => 7.0,
            2 => f32::INFINITY,
            _ => -3.0,
        });
        assert!(refine(&photo, &odd, &mut go).is_some());
        let solid = refine(&photo, &mask(32, 32, |_, _| 2.0), &mut go).unwrap();
        assert!(solid.alpha.iter().all(|&alpha| alpha == 255));
    }

    #[test]
    fn the_photos_own_alpha_multiplies() {
        let photo = photo(90, 60, |x, y| [grain(x, y), 9, 9, if x < 30 { 0 } else { 128 }]);
        let matte = refine(&photo, &mask(320, 320, |_, _| 1.0), &mut go).unwrap();
        for row in matte.alpha.chunks_exact(90) {
            assert!(row[..30].iter().all(|&alpha| alpha == 0));
            assert!(row[30..].iter().all(|&alpha| alpha == 128));
        }
    }

    #[test]
    fn hidden_colours_of_transparent_pixels_do_not_matter() {
        let hidden = |seed| {
            photo(
                200,
                100,
                move |x, y| if x < 80 { [grain(x + seed, y), 7, 200, 0] } else { [90, 120, 40, 255] },
            )
        };
        let mask = disc(64, 0.1);
        assert_eq!(refine(&hidden(1), &mask, &mut go), refine(&hidden(99), &mask, &mut go));
    }

    #[test]
    fn runs_that_are_settled_without_their_pixels_are_what_the_pixels_give() {
        let photo = photo(500, 400, |x, y| [grain(x, y), grain(x, y + 1) / 2, 255 - grain(y, x), 255]);
        let mask = disc(40, 0.4);
        let matte = refine(&photo, &mask, &mut go).unwrap();
        let grid = grids((500, 400), (40, 40))[1];
        let guide = Guide::of_photo(&photo, grid.0, grid.1);
        let prior = resample(&filled(&mask), grid);
        let small = guide.reduced(40, 32);
        let model_of_mask = model(&small, &resample(&mask, (40, 32)));
        let mut subject = evaluate(&model_of_mask, &guide, &prior, &resample(&doubt(&mask), grid));
        without_specks(&mut subject, grid);
        let fine = Fine { model: model(&guide, &subject), prior, straight: false };
        let (model, prior) = (&fine.model, &fine.prior);
        let rows = Rows::new(&fine, &photo);
        let mut models = Vec::new();
        for y in 0..400 {
            model.row_at(y, 400, &mut models);
            let (above, below, down) = guided::between(y, 400, grid.1);
            for x in 0..500 {
                let (left, right, along) = guided::between(x, 500, grid.0);
                let linear = guided::mix(&models[left], &models[right], along);
                let value = smooth_step(guided::answer(&linear, rows.colour(x, y)), FINE_SNAP);
                let at = |row: usize, column: usize| prior[row * grid.0 + column];
                let down_at = |column| at(above, column) + (at(below, column) - at(above, column)) * down;
                let prior = down_at(left) + (down_at(right) - down_at(left)) * along;
                let value = (within_sure(value, prior) * 255.0 + 0.5) as u8;
                assert_eq!(matte.alpha[y * 500 + x], value, "at {x}, {y}");
            }
        }
    }

    #[test]
    fn stops_when_told_to() {
        let photo = photo(300, 300, |x, y| [grain(x, y), 0, 0, 255]);
        let mask = disc(32, 0.1);
        let mut calls = 0;
        let mut last = 0.0;
        let whole = refine(&photo, &mask, &mut |part| {
            assert!((last..=1.0).contains(&part));
            last = part;
            calls += 1;
            true
        });
        assert!(whole.is_some() && last == 1.0);
        for stop_at in 1..=calls {
            let mut call = 0;
            let stopped = refine(&photo, &mask, &mut |_| {
                call += 1;
                call < stop_at
            });
            assert!(stopped.is_none());
            assert_eq!(call, stop_at, "nothing is done after a stop");
        }
    }
}
