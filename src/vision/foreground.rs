//! The subject's own colours where it is mixed with the background.
//!
//! A photo's soft pixel is `I = α·F + (1 − α)·B`. Kept as it is, it shows a fringe of the old background on a
//! new one. This module estimates `F` (and `B`) with the multi-level method of Germer, Uelwer, Conrad, Harmeling:
//! "Fast Multi-Level Foreground Estimation" (2020): colours are smooth where alpha is not, solved from a 1×1
//! picture up to the photo's size, a few sweeps a level.
//!
//! - **Levels.** Level 0 is the photo, level `k` has `⌈W/2ᵏ⌉ × ⌈H/2ᵏ⌉` pixels; its pixel `(x, y)` takes colour
//!   and alpha of the photo's pixel at `2ᵏ·x + 2ᵏ⁻¹` (the nearest to its centre), and starts from `F` and `B` of
//!   pixel `(x/2, y/2)` of level `k + 1`. Above the top stands one pixel of mean colours.
//! - **A sweep** gives every pixel the `F` and `B` that minimise the paper's cost with its four neighbours held
//!   as they were before the sweep (Jacobi; the paper's order of processing, one pixel after another, would
//!   make the result depend on tiles and could not run on a GPU). See [`Tile::sweep`] for the formula.
//! - **Between levels** `F` and `B` are kept as 16-bit fractions of 1, half the memory of floats; a GPU has the
//!   same rounding in `pack2x16unorm`.
//! - **Tiles.** Two sweeps see two pixels far, so a tile is solved exactly from its surroundings of that width.
//!   Only tiles that a soft pixel depends on are solved and stored: most of a photo is wholly subject or wholly
//!   background, whose colours are known.

use super::{Cutout, Matte};
use crate::photo::Photo;

/// Pixels along a tile's side. Small, because an edge is thin and a whole tile is solved for it: 32 is a quarter
/// quicker than 64. 16 is quicker still but then a third of the work is a tile's surroundings.
pub(super) const TILE: usize = 32;

/// Up to this many pixels a side a level gets [`SMALL_SWEEPS`]: colours must first travel across the picture.
pub(super) const SMALL: usize = 32;
const SMALL_SWEEPS: usize = 10;
pub(super) const LARGE_SWEEPS: usize = 2;

/// The cost of a colour difference between neighbours of the same alpha; the paper's value.
pub(super) const REGULARIZATION: f32 = 1e-5;

/// The further cost for each unit of alpha difference between them; the paper's value.
pub(super) const GRADIENT_WEIGHT: f32 = 1.0;

/// `F` and `B`: red, green, blue each, as fractions of 65,535.
pub(super) type Colours = [u16; 6];

/// Cuts the subject out: opaque pixels keep the photo's colour to the byte, soft ones get the subject's own
/// colour without what was behind, empty ones become 0.
///
/// The photo is taken by value because the cut-out is made in its memory. Where the photo has an alpha of its
/// own, its colours are already free of what was behind, and only what the matte takes away beyond that alpha
/// is estimated.
///
/// `progress` is told the part done, 0 to 1, every few milliseconds; when it answers false the work stops and
/// the result is `None`.
///
/// # Panics
/// Where the matte is not of the photo's size, or a size does not match its data: a mistake of the caller.
pub fn foreground(photo: Photo, matte: &Matte, progress: &mut dyn FnMut(f32) -> bool) -> Option<Cutout> {
    foreground_in_tiles(photo, matte, TILE, progress)
}

fn foreground_in_tiles(
    photo: Photo,
    matte: &Matte,
    tile: usize,
    progress: &mut dyn FnMut(f32) -> bool,
) -> Option<Cutout> {
    let (width, height) = (photo.width as usize, photo.height as usize);
    assert!(matte.width == photo.width && matte.height == photo.height, "the matte has the photo's size");
    assert!(
        width > 0 && photo.pixels.len() == width * height * 4 && matte.alpha.len() == width * height,
        "a picture's size and its data"
    );
    let has_alpha = photo.has_alpha;
    let mut picture = Picture { width, height, pixels: photo.pixels, alpha: &matte.alpha, has_alpha };

    let needed = needed_tiles(&picture, tile);
    let total: usize = needed.iter().map(|level| level.iter().filter(|&&needed| needed).count()).sum();
    let mut solved = 0;
    let mut report = |more: usize| {
        solved += more;
        progress(0.95 * solved as f32 / total.max(1) as f32)
    };
    if !report(0) {
        return None;
    }

    let mut work = Tile::default();
    let mut coarser = Level::of_one(mean_colours(&picture));
    for (shift, needed) in needed.iter().enumerate().skip(1).rev() {
        let mut level = Level::new(size_at((width, height), shift), tile, needed);
        for (index, _) in needed.iter().enumerate().filter(|(_, needed)| **needed) {
            work.solve(&picture, shift, &coarser, level.bounds(index));
            level.store(index, &work);
            if !report(1) {
                return None;
            }
        }
        coarser = level;
    }

    // The photo's own level, a strip of tiles at a time. A tile reads two pixels of the strip above, so that
    // strip may be overwritten only once this one is solved.
    let columns = width.div_ceil(tile);
    let mut above: Vec<Option<Vec<[u8; 3]>>> = Vec::new();
    for (strip, needed) in needed[0].chunks_exact(columns).enumerate() {
        let (top, bottom) = (strip * tile, ((strip + 1) * tile).min(height));
        let mut solved = 0;
        let colours = needed
            .iter()
            .enumerate()
            .map(|(column, needed)| {
                needed.then(|| {
                    solved += 1;
                    let (left, right) = (column * tile, ((column + 1) * tile).min(width));
                    work.solve(&picture, 0, &coarser, Bounds { left, right, top, bottom });
                    work.subject()
                })
            })
            .collect();
        if strip > 0 {
            picture.cut_out(top - tile, tile, &above);
        }
        above = colours;
        if !report(solved) {
            return None;
        }
    }
    picture.cut_out((height - 1) / tile * tile, tile, &above);
    let cutout = Cutout {
        width: photo.width,
        height: photo.height,
        pixels: picture.pixels,
        confidence: None,
        doubt: None,
    };
    progress(1.0).then_some(cutout)
}

/// Where the estimation reads its pixels.
pub(super) trait Source {
    /// Width and height in pixels.
    fn size(&self) -> (usize, usize);

    /// How much of the colour of pixel `y × width + x` is the subject's, 0 to 255; see [`share`].
    fn share(&self, index: usize) -> u8;

    /// That colour.
    fn colour(&self, index: usize) -> &[u8];
}

/// How much of a pixel's colour is the subject's, 0 to 255.
///
/// That is the matte, unless the photo has an alpha of its own (`own`): what that took away left no trace in the
/// colour, so only the rest counts.
#[inline]
pub(super) fn share(alpha: u8, own: Option<u8>) -> u8 {
    match own.map(u32::from) {
        None => alpha,
        Some(0) => 0,
        Some(own) => ((u32::from(alpha) * 255 + own / 2) / own).min(255) as u8,
    }
}

/// The size of the level that is `2^shift` times smaller than a picture.
pub(super) fn size_at((width, height): (usize, usize), shift: usize) -> (usize, usize) {
    (width.div_ceil(1 << shift), height.div_ceil(1 << shift))
}

/// The pixel of a picture that pixel `(x, y)` of the level `2^shift` times smaller takes its colour from.
#[inline]
pub(super) fn sample_at((width, height): (usize, usize), shift: usize, x: usize, y: usize) -> usize {
    let centre = (1 << shift) >> 1;
    ((y << shift) + centre).min(height - 1) * width + ((x << shift) + centre).min(width - 1)
}

/// The photo with its matte, turned into the cut-out from the top down.
struct Picture<'a> {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
    alpha: &'a [u8],
    has_alpha: bool,
}

impl Source for Picture<'_> {
    fn size(&self) -> (usize, usize) {
        (self.width, self.height)
    }

    #[inline]
    fn share(&self, index: usize) -> u8 {
        share(self.alpha[index], self.has_alpha.then(|| self.pixels[index * 4 + 3]))
    }

    #[inline]
    fn colour(&self, index: usize) -> &[u8] {
        &self.pixels[index * 4..][..3]
    }
}

impl Picture<'_> {
    /// Writes one strip of the cut-out: rows `top..top + tile`, `colours` holding the subject's colours of the
    /// tiles that have soft pixels.
    fn cut_out(&mut self, top: usize, tile: usize, colours: &[Option<Vec<[u8; 3]>>]) {
        for y in top..(top + tile).min(self.height) {
            for (column, colours) in colours.iter().enumerate() {
                let left = column * tile;
                let right = (left + tile).min(self.width);
                let row = y * self.width;
                let alpha = &self.alpha[row + left..row + right];
                if alpha.iter().all(|&alpha| alpha == 0) {
                    self.pixels[(row + left) * 4..(row + right) * 4].fill(0);
                    continue;
                }
                let colours = colours.as_ref().map(|colours| &colours[(y - top) * (right - left)..]);
                for x in left..right {
                    let share = self.share(row + x);
                    let alpha = self.alpha[row + x];
                    let pixel = &mut self.pixels[(row + x) * 4..][..4];
                    match colours {
                        _ if alpha == 0 => pixel.fill(0),
                        Some(colours) if share < 255 => pixel[..3].copy_from_slice(&colours[x - left]),
                        _ => {}
                    }
                    pixel[3] = alpha;
                }
            }
        }
    }
}

/// For each level from the photo's own to 1×1, which of its tiles a soft pixel of the photo depends on.
fn needed_tiles(picture: &Picture<'_>, tile: usize) -> Vec<Vec<bool>> {
    let columns = picture.width.div_ceil(tile);
    let mut needed = vec![false; columns * picture.height.div_ceil(tile)];
    for y in 0..picture.height {
        for column in 0..columns {
            let (left, right) = (column * tile, ((column + 1) * tile).min(picture.width));
            let row = y * picture.width;
            let alpha = &picture.alpha[row + left..row + right];
            let flag = &mut needed[y / tile * columns + column];
            // Quick to see for most of a photo; shares of 0 and 255 are those of the matte.
            let first = alpha[0];
            if *flag || (matches!(first, 0 | 255) && alpha.iter().all(|&alpha| alpha == first)) {
                continue;
            }
            *flag = (row + left..row + right).any(|index| !matches!(picture.share(index), 0 | 255));
        }
    }
    needed_of_levels((picture.width, picture.height), tile, needed)
}

/// For each level from the photo's own to 1×1, which of its tiles the `needed` ones of the photo depend on.
pub(super) fn needed_of_levels(size: (usize, usize), tile: usize, needed: Vec<bool>) -> Vec<Vec<bool>> {
    let mut levels = vec![needed];
    for shift in 1.. {
        let (finer_width, finer_height) = size_at(size, shift - 1);
        if finer_width.max(finer_height) == 1 {
            break;
        }
        let (width, height) = size_at(size, shift);
        let (finer_columns, columns) = (finer_width.div_ceil(tile), width.div_ceil(tile));
        let halo = sweeps(finer_width, finer_height);
        let mut needed = vec![false; columns * height.div_ceil(tile)];
        let finer = &levels[shift - 1];
        for index in (0..finer.len()).filter(|&index| finer[index]) {
            let span = |position: usize, size: usize| {
                let start = (position * tile).saturating_sub(halo) / 2;
                let end = ((position + 1) * tile + halo).min(size).div_ceil(2);
                start / tile..end.div_ceil(tile)
            };
            for row in span(index / finer_columns, finer_height) {
                for column in span(index % finer_columns, finer_width) {
                    needed[row * columns + column] = true;
                }
            }
        }
        levels.push(needed);
    }
    levels
}

/// Sweeps for a level of this size.
fn sweeps(width: usize, height: usize) -> usize {
    if width.max(height) <= SMALL { SMALL_SWEEPS } else { LARGE_SWEEPS }
}

/// The pixels that the mean colours are taken of: at most 256 × 256, spread over the picture.
pub(super) fn mean_samples((width, height): (usize, usize)) -> impl Iterator<Item = usize> {
    const SAMPLES: usize = 256;
    let (columns, rows) = (width.min(SAMPLES), height.min(SAMPLES));
    (0..rows).flat_map(move |row| {
        let y = (2 * row + 1) * height / (2 * rows);
        (0..columns).map(move |column| y * width + (2 * column + 1) * width / (2 * columns))
    })
}

/// The mean colours of what is surely subject (share above 0.9) and surely background (below 0.1), from which
/// the top of the pyramid starts; black where there is none.
///
/// Of some pixels only: the mean only tints what nothing nearer decides.
fn mean_colours(source: &impl Source) -> Colours {
    // Sums and counts of subject and background; integers, so in no particular order.
    let mut sums = [[0_u64; 3]; 2];
    let mut counts = [0_u64; 2];
    for index in mean_samples(source.size()) {
        let side = match source.share(index) {
            230.. => 0,
            0..=25 => 1,
            _ => continue,
        };
        counts[side] += 1;
        for (sum, value) in sums[side].iter_mut().zip(source.colour(index)) {
            *sum += u64::from(*value);
        }
    }
    let mut colours = [0; 6];
    for (c, colour) in colours.iter_mut().enumerate() {
        // 65,535 = 255 × 257.
        *colour = (sums[c / 3][c % 3] * 257 / counts[c / 3].max(1)) as u16;
    }
    colours
}

/// The finest level of at most [`SMALL`] pixels a side: how many times it is halved.
pub(super) fn small_shift(size: (usize, usize)) -> usize {
    (0..).find(|&shift| size_at(size, shift).0.max(size_at(size, shift).1) <= SMALL).unwrap_or(0)
}

/// Solves the levels of at most [`SMALL`] pixels a side and gives the colours of the finest: one tile,
/// [`TILE`] × [`TILE`], of which the level fills the upper left.
pub(super) fn solve_small(source: &impl Source) -> Vec<Colours> {
    let mut work = Tile::default();
    let mut coarser = Level::of_one(mean_colours(source));
    let (width, height) = source.size();
    let top = (0..).find(|&shift| size_at((width, height), shift) == (1, 1)).unwrap_or(0);
    for shift in (small_shift((width, height))..=top).rev() {
        let mut level = Level::new(size_at((width, height), shift), TILE, &[true]);
        work.solve(source, shift, &coarser, level.bounds(0));
        level.store(0, &work);
        coarser = level;
    }
    coarser.colours
}

/// A rectangle of a level's pixels, the right and bottom edges excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Bounds {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

impl Bounds {
    /// Wider by `by` on all sides, within `width × height`.
    fn grown(self, by: usize, (width, height): (usize, usize)) -> Self {
        Self {
            left: self.left.saturating_sub(by),
            right: (self.right + by).min(width),
            top: self.top.saturating_sub(by),
            bottom: (self.bottom + by).min(height),
        }
    }

    fn width(self) -> usize {
        self.right - self.left
    }

    fn height(self) -> usize {
        self.bottom - self.top
    }
}

/// The solved colours of a level, only of those tiles that are needed.
struct Level {
    width: usize,
    height: usize,
    tile: usize,
    /// For each tile, where in `colours` its `tile × tile` pixels start; none where it is not needed.
    starts: Vec<Option<usize>>,
    colours: Vec<Colours>,
}

impl Level {
    fn new((width, height): (usize, usize), tile: usize, needed: &[bool]) -> Self {
        let mut end = 0;
        let starts = needed
            .iter()
            .map(|needed| {
                needed.then(|| {
                    end += tile * tile;
                    end - tile * tile
                })
            })
            .collect();
        Self { width, height, tile, starts, colours: vec![[0; 6]; end] }
    }

    /// A single pixel.
    fn of_one(colours: Colours) -> Self {
        Self { width: 1, height: 1, tile: 1, starts: vec![Some(0)], colours: vec![colours] }
    }

    fn bounds(&self, index: usize) -> Bounds {
        let columns = self.width.div_ceil(self.tile);
        let (left, top) = (index % columns * self.tile, index / columns * self.tile);
        Bounds {
            left,
            right: (left + self.tile).min(self.width),
            top,
            bottom: (top + self.tile).min(self.height),
        }
    }

    fn store(&mut self, index: usize, work: &Tile) {
        let Some(start) = self.starts[index] else { return };
        for (y, row) in self.colours[start..][..self.tile * self.tile].chunks_exact_mut(self.tile).enumerate()
        {
            if y < work.tile.height() {
                work.colours_of_row(y, row);
            }
        }
    }

    /// The colours of row `y` from pixel `left` on, pixel by pixel; those of a tile that is not needed are black
    /// (only pixels that are never read start from them).
    fn pixels(&self, y: usize, left: usize, mut take: impl FnMut(usize, &Colours), right: usize) {
        let columns = self.width.div_ceil(self.tile);
        let mut x = left;
        while x < right {
            let column = x / self.tile;
            let end = ((column + 1) * self.tile).min(right);
            match self.starts[y / self.tile * columns + column] {
                Some(start) => {
                    let row = &self.colours[start + y % self.tile * self.tile..][..self.tile];
                    for x in x..end {
                        take(x, &row[x % self.tile]);
                    }
                }
                None => (x..end).for_each(|x| take(x, &[0; 6])),
            }
            x = end;
        }
    }
}

/// One tile of a level with its surroundings, being solved.
///
/// The planes hold `around` plus one pixel on every side, in which the nearest pixel is repeated, so that a
/// pixel at the picture's edge has itself for a neighbour.
#[derive(Default)]
struct Tile {
    tile: Bounds,
    around: Bounds,
    stride: usize,
    alpha: Vec<f32>,
    image: [Vec<f32>; 3],
    /// `F` then `B`.
    colours: [Vec<f32>; 6],
    /// The colours after the sweep being done.
    next: [Vec<f32>; 6],
    weights: Weights,
}

/// What a row of a sweep needs of alpha, worked out once for all colours.
#[derive(Default)]
struct Weights {
    /// The share of each neighbour (left, right, above, below) in the neighbours' mean colour.
    neighbours: [Vec<f32>; 4],
    /// `α / (α² + (1 − α)² + Σw)` and `(1 − α) / (α² + (1 − α)² + Σw)`.
    gains: [Vec<f32>; 2],
}

impl Tile {
    /// Solves `tile` of the level `2^shift` times smaller than the photo, starting from the level above.
    fn solve(&mut self, source: &impl Source, shift: usize, coarser: &Level, tile: Bounds) {
        let size = size_at(source.size(), shift);
        let sweeps = sweeps(size.0, size.1);
        self.load(source, shift, coarser, tile, tile.grown(sweeps, size));
        for sweep in 1..=sweeps {
            // Pixels farther out are not seen by the tile any more.
            self.sweep(tile.grown(sweeps - sweep, size));
        }
    }

    fn load(&mut self, source: &impl Source, shift: usize, coarser: &Level, tile: Bounds, around: Bounds) {
        self.tile = tile;
        self.around = around;
        self.stride = around.width() + 2;
        let length = self.stride * (around.height() + 2);
        let planes = [&mut self.alpha].into_iter().chain(&mut self.image).chain(&mut self.colours);
        for plane in planes.chain(&mut self.next) {
            plane.resize(length, 0.0);
        }
        let weights = self.weights.neighbours.iter_mut().chain(&mut self.weights.gains);
        weights.for_each(|plane| plane.resize(around.width(), 0.0));

        for y in around.top..around.bottom {
            let row = (y - around.top + 1) * self.stride + 1;
            for x in around.left..around.right {
                let index = sample_at(source.size(), shift, x, y);
                let at = row + x - around.left;
                self.alpha[at] = f32::from(source.share(index)) * (1.0 / 255.0);
                for (plane, value) in self.image.iter_mut().zip(source.colour(index)) {
                    plane[at] = f32::from(*value) * (1.0 / 255.0);
                }
            }
            let take = |x: usize, colours: &Colours| {
                // Up to two pixels of this level lie under one of the level above.
                for x in (2 * x).max(around.left)..(2 * x + 2).min(around.right) {
                    for (plane, value) in self.colours.iter_mut().zip(colours) {
                        plane[row + x - around.left] = f32::from(*value) * (1.0 / 65535.0);
                    }
                }
            };
            coarser.pixels(y / 2, around.left / 2, take, around.right.div_ceil(2));
        }
        repeat_edges(&mut self.alpha, self.stride);
        for plane in &mut self.colours {
            repeat_edges(plane, self.stride);
        }
    }

    /// One Jacobi sweep over `part` of the tile's surroundings.
    ///
    /// With the weights `w = ε + |α − α'|` of the four neighbours and their weighted mean colours `F̄`, `B̄`, the
    /// cost `(α·F + (1 − α)·B − I)² + Σw·((F − F̄)² + (B − B̄)²)` is least where
    ///
    /// `F = F̄ + α·r`, `B = B̄ + (1 − α)·r`, `r = (I − α·F̄ − (1 − α)·B̄) / (α² + (1 − α)² + Σw)`,
    ///
    /// the paper's 2×2 system solved for its rank-one part: the same answer without its determinant, which in
    /// single precision cancels to nothing where alpha is flat. Both are then brought within 0 to 1.
    fn sweep(&mut self, part: Bounds) {
        let (width, stride) = (part.width(), self.stride);
        for y in part.top..part.bottom {
            let start = (y - self.around.top + 1) * stride + (part.left - self.around.left + 1);
            self.weights.of_row(&self.alpha, start, stride, width);
            let alpha = &self.alpha[start..][..width];
            let [left, right, above, below] = [0, 1, 2, 3].map(|n| &self.weights.neighbours[n][..width]);
            let [subject_gain, background_gain] = [0, 1].map(|n| &self.weights.gains[n][..width]);
            for c in 0..3 {
                let image = &self.image[c][start..][..width];
                let subject = beside(&self.colours[c], start, stride, width);
                let background = beside(&self.colours[c + 3], start, stride, width);
                let (new_subjects, new_backgrounds) = self.next.split_at_mut(3);
                let new_subject = &mut new_subjects[c][start..][..width];
                let new_background = &mut new_backgrounds[c][start..][..width];
                // Every slice is `width` long, so that the loop needs no checks and vectorises.
                for x in 0..width {
                    let weights = [left[x], right[x], above[x], below[x]];
                    let mean = |of: &[&[f32]; 4]| {
                        weights[0] * of[0][x]
                            + weights[1] * of[1][x]
                            + weights[2] * of[2][x]
                            + weights[3] * of[3][x]
                    };
                    let (f, b) = (mean(&subject), mean(&background));
                    let rest = image[x] - b - alpha[x] * (f - b);
                    new_subject[x] = unit(f + subject_gain[x] * rest);
                    new_background[x] = unit(b + background_gain[x] * rest);
                }
            }
        }
        for plane in &mut self.next {
            repeat_edges(plane, stride);
        }
        std::mem::swap(&mut self.colours, &mut self.next);
    }

    /// Where pixel `y` rows down the tile's left edge stands in the planes.
    fn row_start(&self, y: usize) -> usize {
        (self.tile.top - self.around.top + y + 1) * self.stride + self.tile.left - self.around.left + 1
    }

    /// The solved colours of one row of the tile.
    fn colours_of_row(&self, y: usize, out: &mut [Colours]) {
        let start = self.row_start(y);
        for (x, out) in out.iter_mut().take(self.tile.width()).enumerate() {
            *out = [0, 1, 2, 3, 4, 5].map(|c| (self.colours[c][start + x] * 65535.0 + 0.5) as u16);
        }
    }

    /// The subject's colours of the tile in 8 bits.
    fn subject(&self) -> Vec<[u8; 3]> {
        let mut out = Vec::with_capacity(self.tile.width() * self.tile.height());
        for y in 0..self.tile.height() {
            let start = self.row_start(y);
            out.extend(
                (start..start + self.tile.width())
                    .map(|at| [0, 1, 2].map(|c| (self.colours[c][at] * 255.0 + 0.5) as u8)),
            );
        }
        out
    }
}

impl Weights {
    /// For the `width` pixels of alpha from `start` on.
    fn of_row(&mut self, alpha: &[f32], start: usize, stride: usize, width: usize) {
        let own = &alpha[start..][..width];
        let beside = beside(alpha, start, stride, width);
        let [left, right, above, below] = &mut self.neighbours;
        let [left, right, above, below] =
            [&mut left[..width], &mut right[..width], &mut above[..width], &mut below[..width]];
        let [subject, background] = &mut self.gains;
        let (subject, background) = (&mut subject[..width], &mut background[..width]);
        for x in 0..width {
            let a = own[x];
            let weight = |n: usize| REGULARIZATION + GRADIENT_WEIGHT * (a - beside[n][x]).abs();
            let (l, r, u, d) = (weight(0), weight(1), weight(2), weight(3));
            let sum = l + r + u + d;
            let part = 1.0 / sum;
            left[x] = l * part;
            right[x] = r * part;
            above[x] = u * part;
            below[x] = d * part;
            let gain = 1.0 / (a * a + (1.0 - a) * (1.0 - a) + sum);
            subject[x] = a * gain;
            background[x] = (1.0 - a) * gain;
        }
    }
}

/// The left, right, upper and lower neighbours of the `width` pixels of a plane from `start` on.
#[inline]
fn beside(plane: &[f32], start: usize, stride: usize, width: usize) -> [&[f32]; 4] {
    [start - 1, start + 1, start - stride, start + stride].map(|start| &plane[start..][..width])
}

/// Brought within 0 to 1; in comparisons that are one SIMD instruction each on every target.
#[inline]
fn unit(value: f32) -> f32 {
    let value = if value > 0.0 { value } else { 0.0 };
    if value < 1.0 { value } else { 1.0 }
}

/// Copies the outermost pixels of a plane into the border of one pixel around it (its corners are never read).
fn repeat_edges(plane: &mut [f32], stride: usize) {
    for row in plane.chunks_exact_mut(stride) {
        row[0] = row[1];
        row[stride - 1] = row[stride - 2];
    }
    let rows = plane.len() / stride;
    plane.copy_within(stride..2 * stride, 0);
    plane.copy_within((rows - 2) * stride..(rows - 1) * stride, (rows - 1) * stride);
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn go(_: f32) -> bool {
        true
    }

    /// Something with grain, the same on every run.
    fn grain(x: u32, y: u32) -> u8 {
        (x.wrapping_mul(0x9E37_79B1) ^ y.wrapping_mul(0x85EB_CA6B)).wrapping_mul(0xC2B2_AE35).to_be_bytes()[0]
    }

    /// A disc of one colour with a soft edge on another, both with grain, as a camera would see it.
    fn disc(width: u32, height: u32, soft: f32) -> (Photo, Matte) {
        let mut pixels = Vec::new();
        let mut alpha = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let at = |v: u32, size: u32| (v as f32 + 0.5) / size as f32 - 0.5;
                let a = (0.5 + (0.3 - at(x, width).hypot(at(y, height))) / soft).clamp(0.0, 1.0);
                let a8 = (a * 255.0 + 0.5) as u8;
                let share = f32::from(a8) / 255.0;
                for (f, b) in [(200.0, 20.0), (40.0, 180.0), (60.0, 30.0)] {
                    let noise = f32::from(grain(x, y)) / 64.0;
                    pixels.push((share * f + (1.0 - share) * b + noise) as u8);
                }
                pixels.push(255);
                alpha.push(a8);
            }
        }
        (
            Photo { width, height, pixels, has_alpha: false, reduced_from: None },
            Matte { width, height, alpha },
        )
    }

    #[test]
    fn soft_pixels_get_the_subjects_colour_and_opaque_ones_keep_theirs() {
        let (photo, matte) = disc(300, 200, 0.1);
        let cutout = foreground(photo.clone(), &matte, &mut go).unwrap();
        let mut soft = 0;
        for ((out, pixel), &alpha) in
            cutout.pixels.chunks_exact(4).zip(photo.pixels.chunks_exact(4)).zip(&matte.alpha)
        {
            match alpha {
                0 => assert_eq!(out, [0, 0, 0, 0]),
                255 => assert_eq!(out, pixel),
                _ => {
                    soft += 1;
                    assert_eq!(out[3], alpha);
                    for (value, range) in out.iter().zip([185..=220, 30..=60, 50..=75]) {
                        assert!(range.contains(value) || alpha < 20, "{out:?}");
                    }
                }
            }
        }
        assert!(soft > 1000);
    }

    #[test]
    fn tile_size_does_not_change_a_byte() {
        for (width, height) in [(130, 97), (33, 200), (64, 64), (257, 31)] {
            let (photo, matte) = disc(width, height, 0.3);
            // With a tile as large as the picture nothing is skipped and no tile has a neighbour.
            let whole = foreground_in_tiles(photo.clone(), &matte, 512, &mut go).unwrap();
            for tile in [8, 16, 32, 64] {
                let tiled = foreground_in_tiles(photo.clone(), &matte, tile, &mut go).unwrap();
                assert!(whole == tiled, "{width}×{height} in tiles of {tile}");
            }
        }
    }

    #[test]
    fn odd_sizes_and_all_sorts_of_mattes() {
        for (width, height) in [(1, 1), (1, 7), (7, 1), (3, 2), (321, 123), (1000, 2)] {
            for kind in 0..4 {
                let at = |i: u32| (i % width, i / width);
                let pixels: Vec<u8> =
                    (0..width * height).flat_map(|i| [grain(at(i).0, at(i).1), i as u8, 9, 255]).collect();
                let alpha: Vec<u8> = (0..width * height)
                    .map(|i| match kind {
                        0 => 0,
                        1 => 255,
                        2 => 128,
                        _ => grain(i, 3),
                    })
                    .collect();
                let photo = Photo { width, height, pixels, has_alpha: false, reduced_from: None };
                let matte = Matte { width, height, alpha };
                let cutout = foreground(photo.clone(), &matte, &mut go).unwrap();
                assert_eq!((cutout.width, cutout.height), (width, height));
                match kind {
                    0 => assert!(cutout.pixels.iter().all(|&value| value == 0)),
                    1 => assert!(cutout.pixels == photo.pixels),
                    _ => assert!(cutout.pixels.chunks_exact(4).zip(&matte.alpha).all(|(p, &a)| p[3] == a)),
                }
            }
        }
    }

    #[test]
    fn the_photos_own_alpha_is_not_cleaned_a_second_time() {
        // Everything that is soft is soft in the photo: its colours are the subject's already.
        let (mut photo, matte) = disc(120, 90, 0.2);
        for (pixel, &alpha) in photo.pixels.chunks_exact_mut(4).zip(&matte.alpha) {
            pixel[3] = alpha;
        }
        photo.has_alpha = true;
        let cutout = foreground(photo.clone(), &matte, &mut go).unwrap();
        for (out, pixel) in cutout.pixels.chunks_exact(4).zip(photo.pixels.chunks_exact(4)) {
            assert_eq!(out, if pixel[3] == 0 { &[0; 4] } else { pixel });
        }
    }

    #[test]
    fn stops_when_told_to() {
        let (photo, matte) = disc(200, 200, 0.1);
        let mut calls = 0;
        let mut last = 0.0;
        let whole = foreground(photo.clone(), &matte, &mut |part| {
            assert!((last..=1.0).contains(&part));
            last = part;
            calls += 1;
            true
        });
        assert!(whole.is_some() && last == 1.0);
        for stop_at in [1, 2, calls / 2, calls] {
            let mut call = 0;
            let stopped = foreground(photo.clone(), &matte, &mut |_| {
                call += 1;
                call < stop_at
            });
            assert!(stopped.is_none());
            assert_eq!(call, stop_at);
        }
    }
}
