//! A cut-out brought to its place and size.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Error, Place, Product, Size};
use crate::photo::{self, Photo};
use crate::vision::Cutout;

/// Alpha below this is a trace that no one sees: it does not count for a product's box.
const VISIBLE: u8 = 16;

/// A product's pixels where they are in the picture.
pub(super) struct Placed {
    /// Column of its left edge; may be outside the picture.
    pub left: i64,
    /// Row of its upper edge.
    pub top: i64,
    pub width: u32,
    pub height: u32,
    /// `width × height × 4` bytes, straight alpha sRGB.
    pub pixels: Vec<u8>,
    pub position: Position,
    /// The row of its lowest visible edge.
    pub foot: f32,
    /// Of the pixels.
    pub stamp: Stamp,
    cut: Cut,
}

/// What tells things that were made from others: the same only for what was not made anew. Whoever changes a thing
/// gives it a new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(u64);

impl Stamp {
    pub(super) fn new() -> Self {
        static LAST: AtomicU64 = AtomicU64::new(0);
        Self(LAST.fetch_add(1, Ordering::Relaxed))
    }
}

/// What of a cut-out is resampled, and how: apart from the cut-out, all that a product's pixels follow from.
struct Cut {
    part: Bounds,
    scale: f64,
    /// Where the part begins in the first pixel.
    offset: [f64; 2],
    width: u32,
    height: u32,
}

impl Cut {
    /// Whether another gives the same pixels: a thousandth of a pixel is not seen.
    fn is(&self, other: &Self) -> bool {
        let near = |axis: usize| (self.offset[axis] - other.offset[axis]).abs() < 1e-3;
        let size = |cut: &Self| (cut.width, cut.height);
        self.part == other.part
            && self.scale == other.scale
            && size(self) == size(other)
            && near(0)
            && near(1)
    }
}

/// Where a cut-out lies in a picture: its point `(u, v)` comes to `(x + scale · u, y + scale · v)`, in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Pixels of the picture along one of the cut-out; above 1 it was enlarged.
    pub scale: f64,
    /// Where the cut-out's left edge comes.
    pub x: f64,
    /// Where its upper edge comes.
    pub y: f64,
}

impl Placed {
    /// `before` is the same cut-out in another place: where it has been moved by whole pixels it is not resampled anew.
    pub(super) fn new(
        product: &Product,
        cutout: &Cutout,
        size: Size,
        before: Option<Self>,
    ) -> Result<Self, Error> {
        let visible = Bounds::of(cutout).ok_or(Error::Empty { index: product.picture })?;
        let (scale, left, top) = match product.place {
            Place::Ground { x, y, width, height } => {
                let most = (width * size.width as f32, height * size.height as f32);
                let scale = (most.0 / visible.width() as f32).min(most.1 / visible.height() as f32);
                let middle = (visible.columns.start + visible.columns.end) as f32 / 2.0;
                let left = x * size.width as f32 - middle * scale;
                (scale, left, y * size.height as f32 - visible.rows.end as f32 * scale)
            }
            Place::Pixels { x, y, scale } => (scale, x, y),
        };
        // Only what is visible is resampled, with a margin for what the filter looks at and for alpha that is left out
        // of the box.
        let margin = (4.0 / scale).ceil().max(4.0) as u32;
        let near = |at: f32, length: u32| near(at, scale, length);
        let part = visible.grown(margin, cutout).within(near(left, size.width), near(top, size.height));
        // The pixels that it lies on, those that it covers in part too.
        let (scale, left, top) = (f64::from(scale), f64::from(left), f64::from(top));
        let span = |at: f64, range: &Range<u32>| {
            let edge = |to: u32| at + f64::from(to) * scale;
            let first = edge(range.start).floor();
            (first as i64, (edge(range.end) - first).ceil().max(1.0) as u32)
        };
        let (first_column, width) = span(left, &part.columns);
        let (first_row, height) = span(top, &part.rows);
        let inside = |at: f64, start: u32, first: i64| at + f64::from(start) * scale - first as f64;
        let offset =
            [inside(left, part.columns.start, first_column), inside(top, part.rows.start, first_row)];
        let cut = Cut { part, scale, offset, width, height };
        let (pixels, stamp) = match before.filter(|before| before.cut.is(&cut)) {
            Some(before) => (before.pixels, before.stamp),
            None => {
                let copy = cut.part.copy(cutout);
                (photo::place(&copy, width, height, scale, offset).pixels, Stamp::new())
            }
        };
        let position = Position { scale, x: left, y: top };
        let foot = (top + f64::from(visible.rows.end) * scale) as f32;
        Ok(Self { left: first_column, top: first_row, width, height, pixels, position, foot, stamp, cut })
    }

    /// The columns of it that are in the picture, as columns of its own.
    pub(super) fn columns(&self, size: Size) -> Range<usize> {
        seen(self.left, self.width, size.width)
    }
}

/// The columns, or rows, of a cut-out that lie in the picture or not farther beside it than half its length: what is
/// farther away throws no shadow that counts, and a product that is much larger than the picture costs no more than one
/// that fits. `at` is where the cut-out's edge lies.
fn near(at: f32, scale: f32, length: u32) -> Range<u32> {
    let beside = length as f32 / 2.0;
    let edge = |to: f32| ((to - at) / scale).max(0.0) as u32;
    edge(-beside)..edge(length as f32 + beside).saturating_add(1)
}

fn seen(at: i64, length: u32, room: u32) -> Range<usize> {
    let length = i64::from(length);
    let clamp = |edge: i64| (edge - at).clamp(0, length) as usize;
    clamp(0)..clamp(i64::from(room))
}

/// Columns and rows of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub columns: Range<u32>,
    pub rows: Range<u32>,
}

impl Bounds {
    /// Around all that is visible; `None` where nothing is.
    pub(super) fn of(cutout: &Cutout) -> Option<Self> {
        let (pixels, _) = cutout.pixels.as_chunks::<4>();
        let mut found: Option<Self> = None;
        for (row, pixels) in (0..cutout.height).zip(pixels.chunks_exact(cutout.width.max(1) as usize)) {
            let visible = |pixel: &[u8; 4]| pixel[3] >= VISIBLE;
            let Some(first) = pixels.iter().position(visible) else { continue };
            let last = pixels.iter().rposition(visible).unwrap_or(first);
            let (first, end) = (first as u32, last as u32 + 1);
            let columns = found
                .as_ref()
                .map_or(first..end, |found| found.columns.start.min(first)..found.columns.end.max(end));
            let top = found.map_or(row, |found| found.rows.start);
            found = Some(Self { columns, rows: top..row + 1 });
        }
        found
    }

    pub(super) fn width(&self) -> u32 {
        self.columns.end - self.columns.start
    }

    pub(super) fn height(&self) -> u32 {
        self.rows.end - self.rows.start
    }

    fn grown(&self, margin: u32, cutout: &Cutout) -> Self {
        let grow = |range: &Range<u32>, length: u32| {
            range.start.saturating_sub(margin)..range.end.saturating_add(margin).min(length)
        };
        Self { columns: grow(&self.columns, cutout.width), rows: grow(&self.rows, cutout.height) }
    }

    /// What of it is in these columns and rows; a pixel of it at least, so that it stays a picture.
    fn within(self, columns: Range<u32>, rows: Range<u32>) -> Self {
        let cut = |own: Range<u32>, to: Range<u32>| {
            let start = to.start.clamp(own.start, own.end - 1);
            start..to.end.clamp(start + 1, own.end)
        };
        Self { columns: cut(self.columns, columns), rows: cut(self.rows, rows) }
    }

    fn copy(&self, cutout: &Cutout) -> Photo {
        let width = cutout.width as usize * 4;
        let columns = self.columns.start as usize * 4..self.columns.end as usize * 4;
        let rows =
            cutout.pixels.chunks_exact(width).skip(self.rows.start as usize).take(self.height() as usize);
        let mut pixels = Vec::with_capacity(columns.len() * self.height() as usize);
        rows.for_each(|row| pixels.extend_from_slice(&row[columns.clone()]));
        Photo { width: self.width(), height: self.height(), pixels, has_alpha: true, reduced_from: None }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;
    use crate::scene::{Layer, Scene};

    /// A cut-out whose pixels `color` gives, straight alpha.
    pub(in crate::scene) fn cutout(width: u32, height: u32, color: impl Fn(u32, u32) -> [u8; 4]) -> Cutout {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| color(x, y));
        Cutout { width, height, pixels: pixels.collect(), confidence: None, doubt: None }
    }

    fn place(by: Place) -> Product {
        let Layer::Product(product) = Scene::plain(1, 1).layers[0];
        Product { place: by, ..product }
    }

    const SIZE: Size = Size { width: 100, height: 100 };

    #[test]
    fn a_product_stands_where_it_is_put() {
        let subject = cutout(40, 40, |x, y| {
            if (10..20).contains(&x) && (5..35).contains(&y) { [9, 9, 9, 255] } else { [0; 4] }
        });
        let ground = Place::Ground { x: 0.5, y: 0.9, width: 0.8, height: 0.6 };
        let placed = Placed::new(&place(ground), &subject, SIZE, None).unwrap();
        // 30 rows become 60: the height is the tighter limit.
        assert!((placed.position.scale - 2.0).abs() < 1e-5);
        let solid = |x: i64, y: i64| {
            let at = ((y - placed.top) * i64::from(placed.width) + x - placed.left) as usize * 4;
            placed.pixels[at + 3] > 127
        };
        assert!(solid(50, 89) && solid(50, 31) && solid(41, 60) && solid(58, 60));
        assert!(!solid(50, 91) && !solid(50, 28) && !solid(38, 60) && !solid(61, 60));
    }

    #[test]
    fn at_its_own_size_every_pixel_is_kept() {
        let subject = cutout(30, 20, |x, y| [x as u8, y as u8, 7, if x > 3 { 255 } else { 0 }]);
        let placed =
            Placed::new(&place(Place::Pixels { x: -5.0, y: 3.0, scale: 1.0 }), &subject, SIZE, None).unwrap();
        assert_eq!((placed.left, placed.top, placed.width, placed.height), (-5, 3, 30, 20));
        assert_eq!(placed.pixels, subject.pixels);
        assert_eq!(placed.columns(SIZE), 5..30);
    }

    #[test]
    fn a_cut_out_of_nothing_is_refused() {
        let subject = cutout(8, 8, |_, _| [255, 255, 255, 3]);
        let error = Placed::new(&place(Place::default()), &subject, SIZE, None).err();
        assert_eq!(error, Some(Error::Empty { index: 0 }));
    }
}
