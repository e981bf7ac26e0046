//! What a click means: the cells around it of about its colour, as far as the next edge.

use std::collections::VecDeque;

use super::{Bounds, Guide, Intent, NONE, Paint, RIM, Region, SURE};
use crate::photo::Photo;
use crate::vision::matte::neighbours;

/// Cells of the grid at most. A cell's average has less noise than a pixel, and its edge is found by
/// [`super::local`] afterwards.
const MOST_CELLS: usize = 1_000_000;
/// More than this part of the photo is not one region: the tolerance is halved until it is less.
const MOST_SHARE: f32 = 0.6;
/// How often it is halved before the click is taken for a mistake.
const TRIES: usize = 5;
/// A step between two neighbours is an edge from this part of the tolerance on, and never below the second, in
/// units of [`distance`]: slow changes of light are followed, outlines are not crossed.
const EDGE: f32 = 0.4;
const LEAST_EDGE: f32 = 0.012;
/// The largest [`distance`] there is, about: that of a tolerance of 1.
const SPAN: f32 = 0.9;
/// Opacity from which a pixel counts as kept, and up to which as erased.
const NEARLY: u8 = 12;

/// The photo's colours on a grid, for the search.
pub(super) struct Cells {
    width: usize,
    height: usize,
    /// Pixels along a cell's side.
    size: usize,
    /// `[luma, blue difference, red difference]`.
    colours: Vec<[f32; 3]>,
}

/// Cells that belong together, with how each is painted.
pub(super) struct Found {
    width: usize,
    size: usize,
    paints: Vec<Paint>,
    bounds: Bounds,
}

impl Cells {
    pub(super) fn new(photo: &Photo) -> Self {
        let (full_width, full_height) = (photo.width as usize, photo.height as usize);
        let fits = |size: usize| full_width.div_ceil(size) * full_height.div_ceil(size) <= MOST_CELLS;
        let size = (1..).find(|&size| fits(size)).unwrap_or(1);
        let (width, height) = (full_width.div_ceil(size), full_height.div_ceil(size));
        let guide = Guide::of_photo(photo, width, height);
        let colours = (0..width * height).map(|index| opponent(guide.colour(index))).collect();
        Self { width, height, size, colours }
    }

    /// The region of a click; `pixels` are the cut-out's, `photo` is its width and height.
    pub(super) fn flood(&mut self, region: &Region, photo: (usize, usize), pixels: &[u8]) -> Option<Found> {
        let [x, y] = region.point;
        if !(x >= 0.0 && y >= 0.0 && x < photo.0 as f32 && y < photo.1 as f32) {
            return None;
        }
        let tolerance = if region.tolerance.is_finite() { region.tolerance.clamp(0.0, 1.0) } else { 0.0 };
        let column = (x as usize / self.size).min(self.width - 1);
        let row = (y as usize / self.size).min(self.height - 1);
        let is_open: Vec<bool> = (0..self.width * self.height)
            .map(|index| {
                let centre = |cell: usize, size: usize| (cell * self.size + self.size / 2).min(size - 1);
                let at = centre(index / self.width, photo.1) * photo.0 + centre(index % self.width, photo.0);
                let alpha = pixels[at * 4 + 3];
                match region.intent {
                    Intent::Erase => alpha > NEARLY,
                    Intent::Keep => alpha < 255 - NEARLY,
                }
            })
            .collect();
        let seed = row * self.width + column;
        let most = ((self.width * self.height) as f32 * MOST_SHARE).max(1.0) as usize;
        (0..TRIES)
            .find_map(|halvings| self.search(seed, tolerance * SPAN / (1 << halvings) as f32, &is_open, most))
            .map(|inside| self.found(&inside))
    }

    /// The cells that are reached; nothing where those are more than `most`, or the seed is not open.
    fn search(&self, seed: usize, tolerance: f32, is_open: &[bool], most: usize) -> Option<Vec<bool>> {
        let edge = (tolerance * EDGE).max(LEAST_EDGE);
        let tolerance = tolerance.max(LEAST_EDGE);
        if !is_open[seed] {
            return None;
        }
        let mut inside = vec![false; self.colours.len()];
        inside[seed] = true;
        let mut queue = VecDeque::from([seed]);
        let mut count = 1;
        while let Some(index) = queue.pop_front() {
            for next in neighbours(index, (self.width, self.height)) {
                if inside[next]
                    || !is_open[next]
                    || distance(self.colours[next], self.colours[seed]) > tolerance
                    || distance(self.colours[next], self.colours[index]) > edge
                {
                    continue;
                }
                inside[next] = true;
                count += 1;
                if count > most {
                    return None;
                }
                queue.push_back(next);
            }
        }
        Some(inside)
    }

    /// Paints the region: its inside is sure, the cells on both sides of its border are the rim.
    fn found(&self, inside: &[bool]) -> Found {
        // Single cells that were left out, such as specks of dirt, are taken in.
        let closed = self.spread(&self.spread(inside, true), false);
        let core = self.spread(&closed, false);
        let near_core = self.spread(&core, true);
        let one = self.spread(&closed, true);
        let two = self.spread(&one, true);
        let paints: Vec<Paint> = (0..closed.len())
            .map(|index| match (closed[index], core[index]) {
                (true, true) => SURE,
                // Too narrow to have an inside.
                (true, false) if !near_core[index] => SURE,
                (true, false) => RIM,
                _ if one[index] => RIM,
                _ if two[index] => RIM / 2,
                _ => NONE,
            })
            .collect();
        let mut bounds = Bounds { left: self.width, top: self.height, right: 0, bottom: 0 };
        for index in (0..paints.len()).filter(|&index| paints[index] != NONE) {
            let (x, y) = (index % self.width, index / self.width);
            bounds = bounds.with(Bounds { left: x, top: y, right: x + 1, bottom: y + 1 });
        }
        Found { width: self.width, size: self.size, paints, bounds }
    }

    /// Grows a set of cells by one on each side, diagonals included, or shrinks it; beyond the photo's border lies
    /// what lies at it.
    fn spread(&self, cells: &[bool], grow: bool) -> Vec<bool> {
        let near = |at: usize, size: usize| at.saturating_sub(1)..(at + 2).min(size);
        let mut across = Vec::with_capacity(cells.len());
        for row in cells.chunks_exact(self.width) {
            across.extend((0..self.width).map(|x| row[near(x, self.width)].contains(&grow) == grow));
        }
        (0..cells.len())
            .map(|index| {
                let (x, y) = (index % self.width, index / self.width);
                near(y, self.height).any(|row| across[row * self.width + x] == grow) == grow
            })
            .collect()
    }
}

impl Found {
    /// Pixels along a cell's side.
    pub(super) fn cell(&self) -> usize {
        self.size
    }

    /// Where anything is painted, in pixels.
    pub(super) fn reach(&self, photo: Bounds) -> Option<Bounds> {
        let Bounds { left, top, right, bottom } = self.bounds;
        (left < right).then(|| Bounds {
            left: left * self.size,
            top: top * self.size,
            right: (right * self.size).min(photo.right),
            bottom: (bottom * self.size).min(photo.bottom),
        })
    }

    /// The paint of the pixels of a rectangle.
    pub(super) fn paint(&self, within: Bounds) -> Vec<Paint> {
        let mut paints = Vec::with_capacity(within.width() * within.height());
        for y in within.top..within.bottom {
            let row = &self.paints[y / self.size * self.width..];
            paints.extend((within.left..within.right).map(|x| row[x / self.size]));
        }
        paints
    }
}

/// Luma and colour differences of BT.601, of a colour as [`Guide`] has it.
fn opponent([red, green, blue]: [f32; 3]) -> [f32; 3] {
    let luma = 0.299 * red + 0.587 * green + 0.114 * blue;
    [luma, 0.564 * (blue - luma), 0.713 * (red - luma)]
}

/// How different two colours are to a person who points at one: light falls unevenly, so luma counts less.
fn distance(one: [f32; 3], other: [f32; 3]) -> f32 {
    let [luma, blue, red] = [0, 1, 2].map(|c| one[c] - other[c]);
    (0.5 * luma * luma + 2.0 * (blue * blue + red * red)).sqrt()
}
