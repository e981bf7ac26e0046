//! Correction by hand: a brush, a click on a region, a speck healed, undo.
//!
//! A person is exact about what they mean and inexact about where it ends. So what is painted is sure in the middle
//! of the brush only; in its soft rim, and a few pixels beyond, the photo's own colours decide (see [`local`]).
//! Networks have no part in it.
//!
//! Every change goes three ways round, block by block, so that no block sees half of what another did:
//!
//! 1. the new opacities of each block of [`BLOCK`] pixels that the paint reaches, from the old ones;
//! 2. what changes is remembered ([`history`]) and then written;
//! 3. the subject's colours there, by [`foreground`] on the block and its surroundings.
//!
//! A pixel whose opacity does not change keeps its bytes.

mod brush;
mod flood;
mod heal;
mod history;
mod local;

use std::ops::Range;

use super::guided::Guide;
use super::{Cutout, Matte, foreground};
use crate::photo::Photo;
use brush::Path;
use flood::Cells;
use heal::Spot;
use history::{History, Step};

pub use heal::{MOST_HEALED, Refused};
pub use history::{HISTORY_BYTES, Retouched};

/// Pixels along a block's side: small enough that a long stroke leaves most of its bounding box alone, large enough
/// that a block's surroundings, which are worked on twice, are the lesser part.
const BLOCK: usize = 256;

/// Pixels around a change in which the subject's and the background's colours are looked for.
const SURROUNDINGS: usize = 24;

/// How far beyond the brush its edge may still move, as a part of the radius and in pixels.
const BEYOND: f32 = 0.15;
const BEYOND_PIXELS: (f32, f32) = (2.0, 12.0);

/// Which way a correction goes. A keep never lowers an opacity, an erase never raises one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    /// What is painted belongs to the subject.
    Keep,
    /// What is painted belongs to the background.
    Erase,
}

/// One stroke of the brush.
#[derive(Clone, Copy, Debug)]
pub struct Stroke<'a> {
    /// Where it went, in pixels of the photo, `[0, 0]` being the outer corner of the first; a single point is a dab.
    /// Points may lie outside the photo; what is no number is passed over.
    pub points: &'a [[f32; 2]],
    /// In pixels, to the outer end of the soft rim; brought within 0.75 and the photo's longer side.
    pub radius: f32,
    /// How much of the radius is rim: 0 (hard) to 1 (soft from the centre on).
    pub softness: f32,
    /// What the stroke says.
    pub intent: Intent,
}

/// A click that means everything of about one colour around a point, as far as the next edge.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    /// In pixels of the photo, as in [`Stroke::points`].
    pub point: [f32; 2],
    /// How far colours may be from the one that was clicked, 0 (none but this) to 1 (any).
    pub tolerance: f32,
    /// What the click says.
    pub intent: Intent,
}

/// A rectangle of pixels, never empty, within the photo.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Area {
    /// Columns before it.
    pub left: u32,
    /// Rows above it.
    pub top: u32,
    /// Its columns.
    pub width: u32,
    /// Its rows.
    pub height: u32,
}

/// A rectangle of the picture, brought down for the screen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Where it lies, in pixels of the screen's picture.
    pub area: Area,
    /// `area.width × area.height × 4` bytes of straight-alpha RGBA.
    pub pixels: Vec<u8>,
}

/// The cut-out is not of the photo's size.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the cut-out has {} × {} pixels and the photo {} × {}: correct a cut-out together with its own photo",
    cutout.0, cutout.1, photo.0, photo.1
)]
pub struct Mismatch {
    /// Width and height of the photo.
    pub photo: (u32, u32),
    /// Width and height of the cut-out.
    pub cutout: (u32, u32),
}

/// A photo and its cut-out while a person corrects it.
///
/// Holds 8 bytes a pixel (both pictures), 3 more for each cell of the grid that [`Edit::region`] searches (at most a
/// million), and at most [`HISTORY_BYTES`] of what can be undone, or one step where one alone is larger.
pub struct Edit {
    photo: Photo,
    /// The cut-out's pixels; its matte is their alpha.
    pixels: Vec<u8>,
    history: History,
    /// Made by the first click on a region.
    cells: Option<Cells>,
}

impl Edit {
    /// Begins with the cut-out as it is; the photo is the one that it was cut from.
    ///
    /// # Errors
    /// Two sizes.
    ///
    /// # Panics
    /// Where a size does not match its data or is zero: a mistake of the caller, not of a photo.
    pub fn new(photo: Photo, cutout: Cutout) -> Result<Self, Mismatch> {
        let sizes = Mismatch { photo: (photo.width, photo.height), cutout: (cutout.width, cutout.height) };
        if sizes.photo != sizes.cutout {
            return Err(sizes);
        }
        let bytes = photo.width as usize * photo.height as usize * 4;
        assert!(
            bytes > 0 && photo.pixels.len() == bytes && cutout.pixels.len() == bytes,
            "a picture's size and its data"
        );
        Ok(Self { photo, pixels: cutout.pixels, history: History::default(), cells: None })
    }

    /// Width and height in pixels.
    #[must_use]
    pub fn size(&self) -> (u32, u32) {
        (self.photo.width, self.photo.height)
    }

    /// Paints. The answer is what changed, if anything.
    pub fn stroke(&mut self, stroke: &Stroke<'_>) -> Option<Area> {
        let bounds = self.bounds();
        let longer = bounds.width().max(bounds.height()) as f32;
        let radius = if stroke.radius.is_finite() { stroke.radius.clamp(0.75, longer) } else { 0.75 };
        let softness = if stroke.softness.is_finite() { stroke.softness.clamp(0.0, 1.0) } else { 0.0 };
        let beyond = (radius * BEYOND).clamp(BEYOND_PIXELS.0, BEYOND_PIXELS.1);
        let path = Path::new(stroke.points, radius, softness, beyond, longer)?;
        let cell = local::cell_for(radius * softness + beyond);
        let reach = path.reach(bounds)?;
        self.change(reach, cell, stroke.intent, |within| path.paint(within))
    }

    /// Keeps or erases what a click means. The answer is what changed, if anything: nothing does where the point is
    /// outside the photo, or already what it is told to be.
    pub fn region(&mut self, region: &Region) -> Option<Area> {
        let mut cells = match self.cells.take() {
            Some(cells) => cells,
            None => Cells::new(&self.photo),
        };
        let found =
            cells.flood(region, (self.photo.width as usize, self.photo.height as usize), &self.pixels);
        let changed = found.and_then(|found| {
            self.change(found.reach(self.bounds())?, found.cell(), region.intent, |within| {
                found.paint(within)
            })
        });
        self.cells = Some(cells);
        changed
    }

    /// Heals what is painted over, `points` and `radius` as in [`Stroke`]: its colours are replaced from the product around
    /// it, its opacity stays. The answer is what changed, if anything.
    ///
    /// # Errors
    /// A stroke over more than [`MOST_HEALED`] of the product, or one that leaves nothing around itself to heal it from.
    pub fn heal(&mut self, points: &[[f32; 2]], radius: f32) -> Result<Option<Area>, Refused> {
        let bounds = self.bounds();
        let longer = bounds.width().max(bounds.height()) as f32;
        let radius = if radius.is_finite() { radius.clamp(0.75, longer) } else { 0.75 };
        let Some(path) = Path::new(points, radius, 0.0, 0.0, longer) else { return Ok(None) };
        let Some(reach) = path.reach(bounds) else { return Ok(None) };
        let width = bounds.width();
        let (pixels, _) = self.pixels.as_chunks::<4>();
        let Some(spot) = Spot::new(pixels, (width, bounds.height()), reach, &path.paint(reach)) else {
            return Ok(None);
        };
        let product = pixels.iter().filter(|pixel| pixel[3] > 0).count();
        let share = spot.area() as f64 / product as f64;
        if share > MOST_HEALED {
            return Err(Refused::TooLarge { percent: share * 100.0 });
        }
        let healed = spot.heal()?;
        let mut step = Step::default();
        step.spots = 1;
        let mut changed: Option<Bounds> = None;
        let rows = healed.colours.chunks_exact(healed.bounds.width());
        for (y, row) in (healed.bounds.top..healed.bounds.bottom).zip(rows) {
            for (x, colour) in (healed.bounds.left..).zip(row) {
                let Some(colour) = colour else { continue };
                let index = y * width + x;
                let pixel = &mut self.pixels[index * 4..][..4];
                if pixel[..3] == *colour {
                    continue;
                }
                step.remember(index, pixel);
                pixel[..3].copy_from_slice(colour);
                let at = Bounds { left: x, top: y, right: x + 1, bottom: y + 1 };
                changed = Some(changed.map_or(at, |all| all.with(at)));
            }
        }
        let Some(changed) = changed else { return Ok(None) };
        step.area = changed.area();
        self.history.push(step);
        Ok(Some(changed.area()))
    }

    /// What has been healed, as far as it was not undone.
    #[must_use]
    pub fn retouched(&self) -> Retouched {
        self.history.retouched()
    }

    /// Takes the last change back, to the byte. The answer is where, if there was one.
    pub fn undo(&mut self) -> Option<Area> {
        self.history.undo(&mut self.pixels)
    }

    /// Makes the change again that was taken back last.
    pub fn redo(&mut self) -> Option<Area> {
        self.history.redo(&mut self.pixels)
    }

    /// Whether there is a change to take back.
    #[must_use]
    pub fn can_undo(&self) -> bool {
        self.history.can_undo()
    }

    /// Whether there is a change to make again.
    #[must_use]
    pub fn can_redo(&self) -> bool {
        self.history.can_redo()
    }

    /// The part of the cut-out that covers `area`, one pixel for each square of `divisor` of the photo's pixels.
    #[must_use]
    pub fn view(&self, area: Area, divisor: u32) -> Option<View> {
        view(self.size(), &self.pixels, area, divisor)
    }

    /// The same of the photo.
    #[must_use]
    pub fn photo_view(&self, area: Area, divisor: u32) -> Option<View> {
        view(self.size(), &self.photo.pixels, area, divisor)
    }

    /// The corrected cut-out.
    #[must_use]
    pub fn into_cutout(self) -> Cutout {
        let (width, height) = self.size();
        Cutout { width, height, pixels: self.pixels, confidence: None, doubt: None }
    }

    fn bounds(&self) -> Bounds {
        Bounds { left: 0, top: 0, right: self.photo.width as usize, bottom: self.photo.height as usize }
    }

    /// The three ways round; `paint` gives [`Paint`] for the pixels of a rectangle, `cell` is in pixels.
    fn change(
        &mut self,
        reach: Bounds,
        cell: usize,
        intent: Intent,
        paint: impl Fn(Bounds) -> Vec<Paint>,
    ) -> Option<Area> {
        let blocks: Vec<_> = reach
            .blocks()
            .filter_map(|block| self.repaint(block, cell, intent, &paint).map(|alpha| (block, alpha)))
            .collect();
        let mut step = Step::default();
        let mut changed: Option<Bounds> = None;
        let mut parts = Vec::with_capacity(blocks.len());
        for (block, alpha) in blocks {
            let from = step.runs.len();
            if let Some(bounds) = self.write(block, &alpha, &mut step) {
                changed = Some(changed.map_or(bounds, |all| all.with(bounds)));
                parts.push((bounds, from..step.runs.len()));
            }
        }
        let area = changed?.area();
        for (bounds, runs) in parts {
            self.colour(bounds, &step.runs[runs]);
        }
        step.area = area;
        self.history.push(step);
        Some(area)
    }

    /// The new opacities of a block, where the paint reaches it.
    fn repaint(
        &self,
        block: Bounds,
        cell: usize,
        intent: Intent,
        paint: &impl Fn(Bounds) -> Vec<Paint>,
    ) -> Option<Vec<u8>> {
        let outer = block.grown(local::margin(cell), self.bounds());
        let painted = paint(outer);
        let inside = |y: usize| {
            let start = (y - outer.top) * outer.width() + block.left - outer.left;
            start..start + block.width()
        };
        let mut rows = block.top..block.bottom;
        if rows.all(|y| painted[inside(y)].iter().all(|&paint| paint == NONE)) {
            return None;
        }
        let mut rows = block.top..block.bottom;
        let has_rim = rows.any(|y| painted[inside(y)].iter().any(|&paint| paint != NONE && paint != SURE));
        // Nothing is to be asked of the colours where everything is sure.
        let answers = has_rim.then(|| {
            let crop = self.crop(outer, &self.photo.pixels);
            local::Answers::new(crop, &self.alpha(outer), &painted, cell, intent)
        });
        let mut alpha = self.alpha(block);
        let mut scratch = Vec::new();
        for (y, row) in (block.top..block.bottom).zip(alpha.chunks_exact_mut(block.width())) {
            let paints = &painted[inside(y)];
            let shift = block.left - outer.left;
            if let Some(answers) = &answers {
                answers.row(y - outer.top, &mut scratch);
            }
            for (x, (alpha, &paint)) in row.iter_mut().zip(paints).enumerate() {
                let full = self.full((y * self.photo.width as usize + block.left + x) * 4);
                let target = match (paint, intent, &answers) {
                    (NONE, _, _) => continue,
                    (SURE, Intent::Keep, _) => 1.0,
                    (SURE, Intent::Erase, _) => 0.0,
                    (_, _, Some(answers)) => answers.at(&scratch, x + shift, y - outer.top),
                    (_, _, None) => continue,
                };
                let old = f32::from(*alpha);
                let target = match intent {
                    Intent::Keep => (target * f32::from(full)).max(old),
                    Intent::Erase => (target * f32::from(full)).min(old),
                };
                let weight = if paint == SURE { 1.0 } else { f32::from(paint) / f32::from(RIM) };
                *alpha = (old + (target - old) * weight + 0.5) as u8;
            }
        }
        Some(alpha)
    }

    /// How opaque a pixel can be: as opaque as the photo itself is there.
    fn full(&self, index: usize) -> u8 {
        if self.photo.has_alpha { self.photo.pixels[index + 3] } else { 255 }
    }

    /// Writes a block's opacities, having remembered the pixels that change; the answer is where those are.
    fn write(&mut self, block: Bounds, alpha: &[u8], step: &mut Step) -> Option<Bounds> {
        let mut changed: Option<Bounds> = None;
        for (y, row) in (block.top..block.bottom).zip(alpha.chunks_exact(block.width())) {
            let start = y * self.photo.width as usize + block.left;
            let pixels = &mut self.pixels[start * 4..][..row.len() * 4];
            let mut x = 0;
            while x < row.len() {
                let from = x;
                while x < row.len() && pixels[x * 4 + 3] != row[x] {
                    x += 1;
                }
                if x == from {
                    x += 1;
                    continue;
                }
                step.remember(start + from, &pixels[from * 4..x * 4]);
                for (pixel, &alpha) in pixels[from * 4..x * 4].chunks_exact_mut(4).zip(&row[from..x]) {
                    pixel[3] = alpha;
                }
                let run = Bounds { left: block.left + from, top: y, right: block.left + x, bottom: y + 1 };
                changed = Some(changed.map_or(run, |all| all.with(run)));
            }
        }
        changed
    }

    /// Gives the pixels of `runs`, all within `bounds`, the subject's own colours.
    fn colour(&mut self, bounds: Bounds, runs: &[Range<usize>]) {
        let outer = bounds.grown(SURROUNDINGS, self.bounds());
        let mut crop = self.crop(outer, &self.photo.pixels);
        let matte = Matte { width: crop.width, height: crop.height, alpha: self.alpha(outer) };
        // What has no sure colour of either side near gives no estimate: the photo's own colour is the best there is.
        let both =
            matte.alpha.iter().any(|&alpha| alpha > 229) && matte.alpha.iter().any(|&alpha| alpha < 26);
        if both && let Some(cutout) = foreground(crop.clone(), &matte, &mut |_| true) {
            crop.pixels = cutout.pixels;
        }
        let width = self.photo.width as usize;
        for run in runs {
            let (y, x) = (run.start / width, run.start % width);
            let from = ((y - outer.top) * outer.width() + x - outer.left) * 4;
            let pixels = &mut self.pixels[run.start * 4..run.end * 4];
            for (pixel, colour) in pixels.chunks_exact_mut(4).zip(crop.pixels[from..].chunks_exact(4)) {
                if pixel[3] == 0 {
                    pixel.fill(0);
                } else {
                    pixel[..3].copy_from_slice(&colour[..3]);
                }
            }
        }
    }

    fn alpha(&self, within: Bounds) -> Vec<u8> {
        let mut alpha = Vec::with_capacity(within.width() * within.height());
        for y in within.top..within.bottom {
            let row = &self.pixels[(y * self.photo.width as usize + within.left) * 4..][..within.width() * 4];
            alpha.extend(row.iter().skip(3).step_by(4));
        }
        alpha
    }

    fn crop(&self, within: Bounds, pixels: &[u8]) -> Photo {
        let mut crop = Vec::with_capacity(within.width() * within.height() * 4);
        for y in within.top..within.bottom {
            let start = (y * self.photo.width as usize + within.left) * 4;
            crop.extend_from_slice(&pixels[start..start + within.width() * 4]);
        }
        let Area { width, height, .. } = within.area();
        Photo { width, height, pixels: crop, has_alpha: self.photo.has_alpha, reduced_from: None }
    }
}

/// How a pixel is painted: [`SURE`], [`NONE`], or by how much of [`RIM`] the colours' answer counts.
type Paint = u8;
const NONE: Paint = 0;
const RIM: Paint = 254;
const SURE: Paint = 255;

/// A rectangle of pixels, `left..right` × `top..bottom`, never empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Bounds {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Bounds {
    fn width(&self) -> usize {
        self.right - self.left
    }

    fn height(&self) -> usize {
        self.bottom - self.top
    }

    fn with(self, other: Self) -> Self {
        Self {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    fn grown(self, margin: usize, within: Self) -> Self {
        Self {
            left: self.left.saturating_sub(margin).max(within.left),
            top: self.top.saturating_sub(margin).max(within.top),
            right: (self.right + margin).min(within.right),
            bottom: (self.bottom + margin).min(within.bottom),
        }
    }

    /// The blocks that make it up, those of a grid over the whole photo.
    fn blocks(self) -> impl Iterator<Item = Self> {
        let cuts = |from: usize, to: usize| {
            (from / BLOCK..to.div_ceil(BLOCK))
                .map(move |at| ((at * BLOCK).max(from), ((at + 1) * BLOCK).min(to)))
        };
        cuts(self.top, self.bottom).flat_map(move |(top, bottom)| {
            cuts(self.left, self.right).map(move |(left, right)| Self { left, top, right, bottom })
        })
    }

    /// A photo's sides are `u32`.
    fn area(self) -> Area {
        let [left, top, width, height] =
            [self.left, self.top, self.width(), self.height()].map(|value| value as u32);
        Area { left, top, width, height }
    }
}

/// See [`Edit::view`]; nothing where `area` does not lie within the picture.
fn view((width, height): (u32, u32), pixels: &[u8], area: Area, divisor: u32) -> Option<View> {
    let divisor = divisor.max(1);
    let (right, bottom) = (area.left.checked_add(area.width)?, area.top.checked_add(area.height)?);
    if area.width == 0 || area.height == 0 || right > width || bottom > height {
        return None;
    }
    let (left, top) = (area.left / divisor, area.top / divisor);
    let screen =
        Area { left, top, width: right.div_ceil(divisor) - left, height: bottom.div_ceil(divisor) - top };
    let mut out = Vec::with_capacity(screen.width as usize * screen.height as usize * 4);
    for y in top..top + screen.height {
        if divisor == 1 {
            let start = (y as usize * width as usize + left as usize) * 4;
            out.extend_from_slice(&pixels[start..start + screen.width as usize * 4]);
            continue;
        }
        for x in left..left + screen.width {
            let mut sums = [0_u32; 4];
            let mut count = 0;
            for v in y * divisor..((y + 1) * divisor).min(height) {
                for u in x * divisor..((x + 1) * divisor).min(width) {
                    let pixel = &pixels[(v as usize * width as usize + u as usize) * 4..][..4];
                    let alpha = u32::from(pixel[3]);
                    for c in 0..3 {
                        sums[c] += u32::from(pixel[c]) * alpha;
                    }
                    sums[3] += alpha;
                    count += 1;
                }
            }
            // Colours by their opacity, so that what is hidden tints nothing.
            let colour = |c: usize| (sums[c] + sums[3] / 2).checked_div(sums[3]).unwrap_or(0) as u8;
            let alpha = ((sums[3] + count / 2) / count) as u8;
            out.extend_from_slice(&[colour(0), colour(1), colour(2), alpha]);
        }
    }
    Some(View { area: screen, pixels: out })
}

#[cfg(test)]
mod tests;
