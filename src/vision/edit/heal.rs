//! Healing a speck: a spot of the product is replaced from its own surroundings, in colour and never in opacity.
//!
//! A patch of the neighbourhood whose rim is most like the spot's is copied, and what its rim differs by is spread over
//! it as a membrane: the difference is harmonic inside (P. Pérez, M. Gangnet and A. Blake, "Poisson image editing",
//! SIGGRAPH 2003, equation 8), so that the copy's grain stays and no seam is seen. Nothing in it is random.

use super::{Bounds, NONE};

/// The most of the product that a stroke may replace, as a share of its area. What is larger is no speck.
pub const MOST_HEALED: f64 = 0.02;

/// From this opacity on a pixel is a source of colour.
const SOLID: u8 = 250;

/// Pixels around the spot by which its likes are found.
const RIM: usize = 4;

/// Pixels of the rim that are compared, at most.
const SAMPLES: usize = 300;

/// How far likes are looked for, in sizes of the spot and in pixels.
const FAR: (usize, usize) = (3, 400);

/// Places that are tried along a side before the best one is looked at closely.
const TRIES: usize = 48;

/// Rounds of relaxation on each level of the membrane's pyramid, and by how much each overshoots.
const ROUNDS: usize = 40;
const OVERSHOOT: f32 = 1.7;

/// What cannot be healed.
#[derive(Clone, Copy, Debug, PartialEq, thiserror::Error)]
pub enum Refused {
    /// The stroke takes too much of the product.
    #[error(
        "the stroke covers {percent:.1}% of the product, and {}% is the most that is healed at once: use a smaller brush, or several strokes",
        MOST_HEALED * 100.0
    )]
    TooLarge {
        /// How much.
        percent: f64,
    },
    /// There is no product around the spot to take colour from.
    #[error("nothing of the product lies around the stroke to heal it from: use a smaller brush")]
    NoSurroundings,
}

/// A cut-out's pixels, and the spot in them.
pub(super) struct Spot<'a> {
    /// Straight-alpha RGBA of the whole cut-out.
    pixels: &'a [[u8; 4]],
    width: usize,
    height: usize,
    /// Around the spot and its rim.
    bounds: Bounds,
    /// What each pixel of it is.
    cells: Vec<Cell>,
}

/// What a pixel is to the spot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Cell {
    /// Of the spot.
    Spot,
    /// Product beside it.
    Rim,
    /// Neither.
    Out,
}

/// New colours for the pixels of a rectangle, where they change.
pub(super) struct Healed {
    pub(super) bounds: Bounds,
    pub(super) colours: Vec<Option<[u8; 3]>>,
}

impl<'a> Spot<'a> {
    /// The painted pixels that are visible; `None` where none is. `paint` is of the rectangle `painted`.
    pub(super) fn new(
        pixels: &'a [[u8; 4]],
        (width, height): (usize, usize),
        painted: Bounds,
        paint: &[u8],
    ) -> Option<Self> {
        let whole = Bounds { left: 0, top: 0, right: width, bottom: height };
        let bounds = painted.grown(RIM + 1, whole);
        let mut cells = vec![Cell::Out; bounds.width() * bounds.height()];
        let mut spot = Vec::new();
        for (y, row) in (painted.top..painted.bottom).zip(paint.chunks_exact(painted.width())) {
            for (x, _) in (painted.left..painted.right).zip(row).filter(|(_, paint)| **paint != NONE) {
                if pixels[y * width + x][3] > 0 {
                    cells[(y - bounds.top) * bounds.width() + x - bounds.left] = Cell::Spot;
                    spot.push((x - bounds.left, y - bounds.top));
                }
            }
        }
        for &(x, y) in &spot {
            for row in y.saturating_sub(RIM)..=(y + RIM).min(bounds.height() - 1) {
                for column in x.saturating_sub(RIM)..=(x + RIM).min(bounds.width() - 1) {
                    let cell = &mut cells[row * bounds.width() + column];
                    let alpha = pixels[(row + bounds.top) * width + column + bounds.left][3];
                    if *cell == Cell::Out && alpha >= SOLID {
                        *cell = Cell::Rim;
                    }
                }
            }
        }
        (!spot.is_empty()).then_some(Self { pixels, width, height, bounds, cells })
    }

    /// Its pixels.
    pub(super) fn area(&self) -> usize {
        self.cells.iter().filter(|&&cell| cell == Cell::Spot).count()
    }

    /// The spot healed.
    pub(super) fn heal(&self) -> Result<Healed, Refused> {
        let rim = self.places(Cell::Rim);
        if rim.is_empty() {
            return Err(Refused::NoSurroundings);
        }
        let source = self.source(&rim);
        let copied = |x: usize, y: usize| {
            source.map_or([0.0; 3], |[right, down]| {
                self.colour(x.wrapping_add_signed(right), y.wrapping_add_signed(down))
            })
        };
        // What the copy's rim lacks, spread over the spot.
        let mut membrane = Membrane::new(self.bounds.width(), self.bounds.height());
        for (index, &cell) in self.cells.iter().enumerate() {
            let (x, y) = self.place(index);
            membrane.cells[index] = match cell {
                Cell::Spot => Node::Free,
                Cell::Rim => {
                    let (own, copy) = (self.colour(x, y), copied(x, y));
                    membrane.values[index] = std::array::from_fn(|channel| own[channel] - copy[channel]);
                    Node::Fixed
                }
                Cell::Out => Node::Out,
            };
        }
        membrane.solve();
        let colours = self.cells.iter().enumerate().map(|(index, &cell)| {
            let (x, y) = self.place(index);
            (cell == Cell::Spot).then(|| {
                let (copy, lacks) = (copied(x, y), membrane.values[index]);
                std::array::from_fn(|channel| (copy[channel] + lacks[channel] + 0.5).clamp(0.0, 255.0) as u8)
            })
        });
        Ok(Healed { bounds: self.bounds, colours: colours.collect() })
    }

    /// A pixel of the picture, by its cell.
    fn place(&self, index: usize) -> (usize, usize) {
        (self.bounds.left + index % self.bounds.width(), self.bounds.top + index / self.bounds.width())
    }

    fn colour(&self, x: usize, y: usize) -> [f32; 3] {
        let [red, green, blue, _] = self.pixels[y * self.width + x];
        [red, green, blue].map(f32::from)
    }

    fn places(&self, wanted: Cell) -> Vec<(usize, usize)> {
        let wanted = |(index, &cell): (usize, &Cell)| (cell == wanted).then(|| self.place(index));
        self.cells.iter().enumerate().filter_map(wanted).collect()
    }

    /// Whether something may be copied from there: product that is no part of the spot.
    fn is_source(&self, x: usize, y: usize) -> bool {
        if x >= self.width || y >= self.height || self.pixels[y * self.width + x][3] < SOLID {
            return false;
        }
        let Bounds { left, top, right, bottom } = self.bounds;
        let inside = (left..right).contains(&x) && (top..bottom).contains(&y);
        !(inside && self.cells[(y - top) * (right - left) + x - left] == Cell::Spot)
    }

    /// How far away the patch lies that is most like the spot's surroundings; `None` where no patch of the product is
    /// as large.
    fn source(&self, rim: &[(usize, usize)]) -> Option<[isize; 2]> {
        let every = rim.len().div_ceil(SAMPLES);
        let rim: Vec<(usize, usize)> = rim.iter().copied().step_by(every).collect();
        let spot = self.places(Cell::Spot);
        // Coarsely first: a patch that has a hole is told by a few of its pixels.
        let few: Vec<(usize, usize)> = spot.iter().copied().step_by(spot.len().div_ceil(64)).collect();
        let size = self.bounds.width().max(self.bounds.height());
        let reach = (size * FAR.0).min(size + FAR.1) as isize;
        let step = (2 * reach / TRIES as isize).max(1);
        let mut best: Option<(f32, [isize; 2])> = None;
        let look = |offset: [isize; 2], best: &mut Option<(f32, [isize; 2])>| {
            let Some(score) = self.unlike(&rim, &few, offset) else { return };
            if best.is_none_or(|(least, _)| score < least) && self.fits(&spot, offset) {
                *best = Some((score, offset));
            }
        };
        for down in (-reach..=reach).step_by(step as usize) {
            for right in (-reach..=reach).step_by(step as usize) {
                look([right, down], &mut best);
            }
        }
        let mut step = step;
        while step > 1 {
            step = (step / 2).max(1);
            let [right, down] = best?.1;
            for y in -1..=1 {
                for x in -1..=1 {
                    look([right + x * step, down + y * step], &mut best);
                }
            }
        }
        best.map(|(_, offset)| offset)
    }

    fn fits(&self, places: &[(usize, usize)], [right, down]: [isize; 2]) -> bool {
        places.iter().all(|&(x, y)| self.is_source(x.wrapping_add_signed(right), y.wrapping_add_signed(down)))
    }

    /// How unlike the rims are: mostly by their pattern, for the membrane makes up for another shade.
    fn unlike(&self, rim: &[(usize, usize)], few: &[(usize, usize)], offset: [isize; 2]) -> Option<f32> {
        if !self.fits(few, offset) {
            return None;
        }
        let [right, down] = offset;
        let (mut sum, mut squares) = ([0.0_f32; 3], 0.0_f32);
        for &(x, y) in rim {
            let (other_x, other_y) = (x.wrapping_add_signed(right), y.wrapping_add_signed(down));
            if !self.is_source(other_x, other_y) {
                return None;
            }
            let (own, other) = (self.colour(x, y), self.colour(other_x, other_y));
            for channel in 0..3 {
                let difference = own[channel] - other[channel];
                sum[channel] += difference;
                squares += difference * difference;
            }
        }
        let count = rim.len() as f32;
        let shade: f32 = sum.iter().map(|sum| (sum / count) * (sum / count)).sum();
        let pattern = (squares / count - shade).max(0.0);
        // Of two that are alike the nearer one: light changes over a product.
        let far = (right as f32).hypot(down as f32) / self.bounds.width().max(self.bounds.height()) as f32;
        Some(pattern + 0.1 * shade + 0.5 * far)
    }
}

/// What a node of the membrane is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Node {
    /// It settles between its neighbours.
    Free,
    /// It is held.
    Fixed,
    /// There is none.
    Out,
}

/// A sheet that is held at its rim and hangs freely inside.
struct Membrane {
    width: usize,
    height: usize,
    cells: Vec<Node>,
    values: Vec<[f32; 3]>,
}

impl Membrane {
    fn new(width: usize, height: usize) -> Self {
        Self { width, height, cells: vec![Node::Out; width * height], values: vec![[0.0; 3]; width * height] }
    }

    /// Lets it settle: on a coarser sheet first, so that what is far from the rim knows of it.
    fn solve(&mut self) {
        if self.width.min(self.height) > 4 {
            let mut coarse = self.halved();
            coarse.solve();
            for index in 0..self.cells.len() {
                if self.cells[index] == Node::Free {
                    let (x, y) = (index % self.width, index / self.width);
                    self.values[index] = coarse.values[y / 2 * coarse.width + x / 2];
                }
            }
        }
        for _ in 0..ROUNDS {
            for index in 0..self.cells.len() {
                if self.cells[index] == Node::Free {
                    self.relax(index);
                }
            }
        }
    }

    fn relax(&mut self, index: usize) {
        let (x, y) = (index % self.width, index / self.width);
        let (mut sum, mut count) = ([0.0_f32; 3], 0.0_f32);
        let mut add = |near: usize| {
            if self.cells[near] != Node::Out {
                for (sum, value) in sum.iter_mut().zip(self.values[near]) {
                    *sum += value;
                }
                count += 1.0;
            }
        };
        if x > 0 {
            add(index - 1);
        }
        if x + 1 < self.width {
            add(index + 1);
        }
        if y > 0 {
            add(index - self.width);
        }
        if y + 1 < self.height {
            add(index + self.width);
        }
        if count > 0.0 {
            for (value, sum) in self.values[index].iter_mut().zip(sum) {
                *value += OVERSHOOT * (sum / count - *value);
            }
        }
    }

    /// The same with half as many nodes along a side; where a fixed one is, it stays fixed.
    fn halved(&self) -> Self {
        let mut coarse = Self::new(self.width.div_ceil(2), self.height.div_ceil(2));
        let mut counts = vec![0.0_f32; coarse.cells.len()];
        for (index, &cell) in self.cells.iter().enumerate() {
            let to = index / self.width / 2 * coarse.width + index % self.width / 2;
            match cell {
                Node::Fixed => {
                    coarse.cells[to] = Node::Fixed;
                    counts[to] += 1.0;
                    for (sum, value) in coarse.values[to].iter_mut().zip(self.values[index]) {
                        *sum += value;
                    }
                }
                Node::Free if coarse.cells[to] == Node::Out => coarse.cells[to] = Node::Free,
                Node::Free | Node::Out => {}
            }
        }
        for (value, count) in coarse.values.iter_mut().zip(counts).filter(|(_, count)| *count > 0.0) {
            *value = value.map(|sum| sum / count);
        }
        coarse
    }
}
