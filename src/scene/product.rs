//! A cut-out brought to its place and size.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Error, Place, Product, Size};
use crate::photo::{self, Photo, Turned};
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
    /// In degrees.
    rotation: f64,
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
            && (self.scale, self.rotation) == (other.scale, other.rotation)
            && size(self) == size(other)
            && near(0)
            && near(1)
    }
}

/// Where a cut-out lies in a picture: its point `(u, v)` comes to `(x + scale · u, y + scale · v)`, in pixels; one that
/// is turned, to `(x, y) + scale · R · (u, v)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Position {
    /// Pixels of the picture along one of the cut-out; above 1 it was enlarged.
    pub scale: f64,
    /// Where the cut-out's left upper corner comes, across.
    pub x: f64,
    /// And down.
    pub y: f64,
    /// By how many degrees it is turned clockwise.
    pub rotation: f64,
}

/// A turn around the middle of a cut-out picture.
#[derive(Clone, Copy)]
struct Turn {
    middle: [f64; 2],
    sin: f64,
    cos: f64,
}

impl Turn {
    fn new(rotation: f32, cutout: &Cutout) -> Self {
        let (sin, cos) = f64::from(rotation).to_radians().sin_cos();
        Self { middle: [cutout.width, cutout.height].map(|side| f64::from(side) / 2.0), sin, cos }
    }

    fn at(&self, u: f64, v: f64) -> [f64; 2] {
        let [x, y] = self.middle;
        let (u, v) = (u - x, v - y);
        [x + self.cos * u - self.sin * v, y + self.sin * u + self.cos * v]
    }

    /// The box `[left, top, right, bottom]` around the pixels of these columns and rows that count, turned.
    fn around(&self, cutout: &Cutout, within: &Bounds, counts: impl Fn(u8) -> bool) -> Option<[f64; 4]> {
        let (pixels, _) = cutout.pixels.as_chunks::<4>();
        let mut found: Option<[f64; 4]> = None;
        for y in within.rows.clone() {
            let row = &pixels[y as usize * cutout.width as usize..][..cutout.width as usize];
            let row = &row[within.columns.start as usize..within.columns.end as usize];
            let visible = |pixel: &[u8; 4]| counts(pixel[3]);
            let Some(first) = row.iter().position(visible) else { continue };
            let last = row.iter().rposition(visible).unwrap_or(first);
            let [first, end] = [first, last + 1].map(|at| f64::from(within.columns.start) + at as f64);
            let (top, bottom) = (f64::from(y), f64::from(y) + 1.0);
            for [x, y] in
                [(first, top), (end, top), (first, bottom), (end, bottom)].map(|(u, v)| self.at(u, v))
            {
                let [left, top, right, bottom] = found.unwrap_or([x, y, x, y]);
                found = Some([left.min(x), top.min(y), right.max(x), bottom.max(y)]);
            }
        }
        found
    }
}

/// The box `[left, top, right, bottom]` around what is at least that opaque in some columns and rows of a cut-out, in
/// its pixels, when it is turned clockwise around its middle by some degrees; `None` where nothing is.
#[must_use]
pub fn turned_box(
    cutout: &Cutout,
    rotation: f32,
    columns: Range<u32>,
    rows: Range<u32>,
    opacity: u8,
) -> Option<[f64; 4]> {
    let within = Bounds {
        columns: columns.start..columns.end.min(cutout.width),
        rows: rows.start..rows.end.min(cutout.height),
    };
    Turn::new(rotation, cutout).around(cutout, &within, |alpha| alpha >= opacity)
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
        if product.rotation != 0.0 {
            return Ok(Self::turned(product, cutout, &visible, size, before));
        }
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
        let cut = Cut { part, scale, rotation: 0.0, offset, width, height };
        let (pixels, stamp) = Self::pixels(&cut, cutout, before);
        let position = Position { scale, x: left, y: top, rotation: 0.0 };
        let foot = (top + f64::from(visible.rows.end) * scale) as f32;
        Ok(Self { left: first_column, top: first_row, width, height, pixels, position, foot, stamp, cut })
    }

    /// One that is turned: the same in one resampling, around the middle of the cut-out.
    fn turned(
        product: &Product,
        cutout: &Cutout,
        visible: &Bounds,
        size: Size,
        before: Option<Self>,
    ) -> Self {
        let turn = Turn::new(product.rotation, cutout);
        let around = |bounds: &Bounds, counts: fn(u8) -> bool| {
            // Something in it is visible.
            turn.around(cutout, bounds, counts).unwrap_or([0.0, 0.0, 1.0, 1.0])
        };
        let [first, top, end, bottom] = around(visible, |alpha| alpha >= VISIBLE);
        let lowest = bottom;
        let (across, down) = (f64::from(size.width), f64::from(size.height));
        let (scale, x, y) = match product.place {
            Place::Ground { x, y, width, height } => {
                let [x, y, width, height] = [x, y, width, height].map(f64::from);
                let scale = (width * across / (end - first)).min(height * down / (bottom - top));
                (scale, x * across - (first + end) / 2.0 * scale, y * down - bottom * scale)
            }
            Place::Pixels { x, y, scale } => (f64::from(scale), f64::from(x), f64::from(y)),
        };
        let part = visible.grown((4.0 / scale).ceil().max(4.0) as u32, cutout);
        let [first, top, end, bottom] = around(&part, |_| true);
        // Of the picture and half of it beside: see `near`.
        let span = |from: f64, first: f64, end: f64, room: f64| {
            let beside = room / 2.0;
            let first = (from + first * scale).floor().clamp(-beside, room + beside);
            let end = (from + end * scale).ceil().clamp(first + 1.0, (room + beside).max(first + 1.0));
            (first as i64, (end - first as i64 as f64).ceil() as u32)
        };
        let (left, width) = span(x, first, end, across);
        let (top, height) = span(y, top, bottom, down);
        let comes_to = |u: f64, v: f64| {
            let [u, v] = turn.at(u, v);
            [x + scale * u, y + scale * v]
        };
        let degrees = f64::from(product.rotation);
        let [part_x, part_y] = comes_to(f64::from(part.columns.start), f64::from(part.rows.start));
        let offset = [part_x - left as f64, part_y - top as f64];
        let cut = Cut { part, scale, rotation: degrees, offset, width, height };
        let (pixels, stamp) = Self::pixels(&cut, cutout, before);
        let foot = (y + lowest * scale) as f32;
        let [x, y] = comes_to(0.0, 0.0);
        let position = Position { scale, x, y, rotation: degrees };
        Self { left, top, width, height, pixels, position, foot, stamp, cut }
    }

    /// A product's pixels: those from before where nothing but its place in the picture is another.
    fn pixels(cut: &Cut, cutout: &Cutout, before: Option<Self>) -> (Vec<u8>, Stamp) {
        if let Some(before) = before.filter(|before| before.cut.is(cut)) {
            return (before.pixels, before.stamp);
        }
        let &Cut { ref part, scale, rotation: degrees, offset: [x, y], width, height } = cut;
        let copy = part.copy(cutout);
        let placed = photo::place_turned(&copy, width, height, Turned { scale, degrees, x, y });
        (placed.pixels, Stamp::new())
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
    fn a_turned_product_stands_on_the_same_ground_and_within_the_same_limits() {
        // A board askew by 20 degrees in its cut-out, stands upright when it is turned back.
        let (sin, cos) = 20.0_f32.to_radians().sin_cos();
        let subject = cutout(200, 200, |x, y| {
            let (x, y) = (x as f32 + 0.5 - 90.0, y as f32 + 0.5 - 110.0);
            let (across, down) = (cos * x + sin * y, cos * y - sin * x);
            if across.abs() < 20.0 && down.abs() < 60.0 { [9, 90, 200, 255] } else { [0; 4] }
        });
        let ground = Place::Ground { x: 0.5, y: 0.9, width: 0.8, height: 0.6 };
        let turned = Product { rotation: -20.0, ..place(ground) };
        let placed = Placed::new(&turned, &subject, SIZE, None).unwrap();
        // 120 rows become 60.
        assert!((placed.position.scale - 0.5).abs() < 0.01, "{:?}", placed.position);
        let pixel = |x: i64, y: i64| {
            let at = ((y - placed.top) * i64::from(placed.width) + x - placed.left) as usize * 4;
            <[u8; 4]>::try_from(&placed.pixels[at..at + 4]).unwrap()
        };
        for (x, y) in [(42, 32), (57, 32), (42, 87), (57, 87), (50, 60)] {
            let [red, green, blue, alpha] = pixel(x, y);
            assert!(alpha > 245 && [red, green, blue] == [9, 90, 200], "{x} {y}: {alpha}");
        }
        for (x, y) in [(37, 60), (62, 60), (50, 28), (50, 91)] {
            assert!(pixel(x, y)[3] < VISIBLE, "{x} {y}");
        }
        let [left, top, right, bottom] = turned_box(&subject, -20.0, 0..200, 0..200, 128).unwrap();
        assert!((right - left - 40.0).abs() < 2.5 && (bottom - top - 120.0).abs() < 2.5);
    }

    #[test]
    fn a_turned_product_much_larger_than_the_picture_costs_no_more() {
        let subject = cutout(40, 40, |_, _| [9, 9, 9, 255]);
        let pixels = Place::Pixels { x: -3000.0, y: -3000.0, scale: 100.0 };
        let turned = Product { rotation: 12.0, ..place(pixels) };
        let placed = Placed::new(&turned, &subject, SIZE, None).unwrap();
        assert!(placed.width <= 201 && placed.height <= 201);
        for beside in [-9000.0, 9000.0] {
            let away = Product { place: Place::Pixels { x: beside, y: beside, scale: 1.0 }, ..turned };
            assert!(Placed::new(&away, &subject, SIZE, None).is_ok());
        }
    }

    #[test]
    fn a_cut_out_of_nothing_is_refused() {
        let subject = cutout(8, 8, |_, _| [255, 255, 255, 3]);
        let error = Placed::new(&place(Place::default()), &subject, SIZE, None).err();
        assert_eq!(error, Some(Error::Empty { index: 0 }));
    }
}
