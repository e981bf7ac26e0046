//! Where the product is: its box, and the edges of the picture that it runs out of.
//!
//! A matte has stray specks, and a box around everything would follow them. So the picture is laid out in cells,
//! cells that touch belong together, and pieces that are tiny beside the largest one are left out.

use serde::{Deserialize, Serialize};

/// From this opacity on a pixel belongs to the product: an eighth, below which nothing is seen on white.
const OPACITY: u8 = 32;

/// Cells along the longer side, at most: fine enough that a speck a few pixels from the product is apart from it.
const CELLS: usize = 512;

/// A piece with a smaller share than this of the largest one's pixels is a speck.
const SPECK: f64 = 0.001;

/// An edge that the product touches along at least this share of its own side cuts it; less is a tip that just
/// reaches it.
const CUT: f64 = 0.02;

/// The four edges of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Edges {
    pub left: bool,
    pub top: bool,
    pub right: bool,
    pub bottom: bool,
}

impl Edges {
    /// Whether any of them is.
    #[must_use]
    pub fn any(self) -> bool {
        self != Self::default()
    }

    /// Their names in a sentence: `left and bottom`.
    pub(super) fn names(self) -> String {
        let names: Vec<&str> =
            [(self.left, "left"), (self.top, "top"), (self.right, "right"), (self.bottom, "bottom")]
                .into_iter()
                .filter_map(|(is, name)| is.then_some(name))
                .collect();
        names.join(" and ")
    }
}

/// Where the product is in a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// The box's first column.
    pub x: u32,
    /// The box's first row.
    pub y: u32,
    /// Columns of the box, at least 1.
    pub width: u32,
    /// Rows of the box, at least 1.
    pub height: u32,
    /// The picture's edges that cut the product.
    pub cut: Edges,
    /// Specks that were left out.
    pub specks: u32,
}

impl Subject {
    /// Finds the product by its opacity: `width × height` values, rows top to bottom; none where nothing is opaque
    /// enough to be seen.
    #[must_use]
    pub fn of_alpha(width: u32, height: u32, alpha: impl Fn(usize) -> u8) -> Option<Self> {
        Some(Pieces::of(width, height, |index| alpha(index) >= OPACITY)?.subject())
    }

    /// Finds the product in a cut-out: `width × height × 4` bytes of straight RGBA.
    #[must_use]
    pub fn of_cutout(width: u32, height: u32, pixels: &[u8]) -> Option<Self> {
        let pixels = pixels.as_chunks::<4>().0;
        Self::of_alpha(width, height, |index| pixels[index][3])
    }

    /// How much of a frame the box takes: `max(box width / width, box height / height)`.
    #[must_use]
    pub fn fill(&self, width: u32, height: u32) -> f64 {
        (f64::from(self.width) / f64::from(width)).max(f64::from(self.height) / f64::from(height))
    }
}

/// What lies in one cell.
#[derive(Clone, Copy)]
struct Cell {
    pixels: u32,
    /// The piece that it belongs to.
    piece: u32,
    /// First and last column and row of what lies in it.
    span: [u32; 4],
}

/// A picture's pixels of one kind, as pieces that hang together.
pub(super) struct Pieces {
    width: u32,
    height: u32,
    /// Pixels along a cell's side.
    side: usize,
    columns: usize,
    cells: Vec<Cell>,
    /// Pixels of each piece.
    sizes: Vec<u64>,
    /// Pixels in the largest.
    largest: u64,
    /// Pixels of the kept pieces along the left, top, right and bottom edge.
    contact: [u32; 4],
}

const NONE: u32 = u32::MAX;

impl Pieces {
    /// `width × height` answers to whether a pixel is of the kind; none where no pixel is.
    pub(super) fn of(width: u32, height: u32, is: impl Fn(usize) -> bool) -> Option<Self> {
        let side = (width.max(height) as usize).div_ceil(CELLS).max(1);
        let (columns, rows) = ((width as usize).div_ceil(side), (height as usize).div_ceil(side));
        let empty = Cell { pixels: 0, piece: NONE, span: [u32::MAX, 0, u32::MAX, 0] };
        let mut cells = vec![empty; columns * rows];
        for y in 0..height as usize {
            let row = &mut cells[y / side * columns..][..columns];
            for (column, cell) in row.iter_mut().enumerate() {
                for x in column * side..(column * side + side).min(width as usize) {
                    if is(y * width as usize + x) {
                        let [left, right, top, bottom] = &mut cell.span;
                        (*left, *right) = ((*left).min(x as u32), (*right).max(x as u32));
                        (*top, *bottom) = ((*top).min(y as u32), (*bottom).max(y as u32));
                        cell.pixels += 1;
                    }
                }
            }
        }
        let sizes = label(&mut cells, columns);
        let largest = sizes.iter().copied().max()?;
        let mut pieces = Self { width, height, side, columns, cells, sizes, largest, contact: [0; 4] };
        pieces.contact = pieces.touch(&is);
        Some(pieces)
    }

    /// Whether a piece is large enough to be of the product.
    fn is_kept(&self, piece: u32) -> bool {
        self.sizes[piece as usize] as f64 >= SPECK * self.largest as f64
    }

    fn cell(&self, x: u32, y: u32) -> &Cell {
        &self.cells[y as usize / self.side * self.columns + x as usize / self.side]
    }

    /// Whether a pixel of the kind belongs to a speck.
    pub(super) fn is_speck(&self, x: u32, y: u32) -> bool {
        let piece = self.cell(x, y).piece;
        piece != NONE && !self.is_kept(piece)
    }

    fn touch(&self, is: &impl Fn(usize) -> bool) -> [u32; 4] {
        let (width, height) = (self.width, self.height);
        let at =
            |x: u32, y: u32| u32::from(is(y as usize * width as usize + x as usize) && !self.is_speck(x, y));
        [
            (0..height).map(|y| at(0, y)).sum(),
            (0..width).map(|x| at(x, 0)).sum(),
            (0..height).map(|y| at(width - 1, y)).sum(),
            (0..width).map(|x| at(x, height - 1)).sum(),
        ]
    }

    /// The box around the pieces that are no specks.
    pub(super) fn subject(&self) -> Subject {
        let mut span = [u32::MAX, 0, u32::MAX, 0];
        for cell in self.cells.iter().filter(|cell| cell.piece != NONE && self.is_kept(cell.piece)) {
            span = [
                span[0].min(cell.span[0]),
                span[1].max(cell.span[1]),
                span[2].min(cell.span[2]),
                span[3].max(cell.span[3]),
            ];
        }
        let (width, height) = (span[1] - span[0] + 1, span[3] - span[2] + 1);
        let cut = |contact: u32, side: u32| {
            f64::from(contact) >= (CUT * f64::from(side)).max(3.0).min(f64::from(side))
        };
        let [left, top, right, bottom] = self.contact;
        let specks = (0..self.sizes.len() as u32).filter(|&piece| !self.is_kept(piece)).count();
        Subject {
            x: span[0],
            y: span[2],
            width,
            height,
            cut: Edges {
                left: cut(left, height),
                top: cut(top, width),
                right: cut(right, height),
                bottom: cut(bottom, width),
            },
            specks: specks as u32,
        }
    }
}

/// Gives cells that touch, corners included, the same piece, and says how many pixels each piece has.
fn label(cells: &mut [Cell], columns: usize) -> Vec<u64> {
    let mut sizes = Vec::new();
    let mut open = Vec::new();
    for start in 0..cells.len() {
        if cells[start].pixels == 0 || cells[start].piece != NONE {
            continue;
        }
        let piece = sizes.len() as u32;
        let mut size = 0;
        cells[start].piece = piece;
        open.push(start);
        while let Some(at) = open.pop() {
            size += u64::from(cells[at].pixels);
            let (column, row) = (at % columns, at / columns);
            for row in row.saturating_sub(1)..=row + 1 {
                for column in column.saturating_sub(1)..=(column + 1).min(columns - 1) {
                    let near = row * columns + column;
                    if let Some(cell) = cells.get_mut(near)
                        && cell.pixels > 0
                        && cell.piece == NONE
                    {
                        cell.piece = piece;
                        open.push(near);
                    }
                }
            }
        }
        sizes.push(size);
    }
    sizes
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// Finds the product in a picture where these boxes `[x, y, width, height]` are opaque.
    fn find(width: u32, height: u32, boxes: &[[u32; 4]]) -> Option<Subject> {
        Subject::of_alpha(width, height, |index| {
            let (x, y) = (index as u32 % width, index as u32 / width);
            let inside =
                |&[left, top, w, h]: &[u32; 4]| (left..left + w).contains(&x) && (top..top + h).contains(&y);
            if boxes.iter().any(inside) { 255 } else { OPACITY - 1 }
        })
    }

    fn bounds(subject: Subject) -> [u32; 4] {
        [subject.x, subject.y, subject.width, subject.height]
    }

    #[test]
    fn the_box_is_exact_and_specks_do_not_move_it() {
        for (boxes, expected, specks) in [
            (&[[300, 200, 500, 400]][..], [300, 200, 500, 400], 0),
            (&[[300, 200, 500, 400], [2, 2, 5, 5], [1190, 890, 3, 3]], [300, 200, 500, 400], 2),
            // An earring of its own, and a thread that hangs on the product.
            (&[[300, 200, 500, 400], [100, 300, 20, 20]], [100, 200, 700, 400], 0),
            (&[[300, 200, 500, 400], [500, 600, 1, 250]], [300, 200, 500, 650], 0),
            (&[[7, 9, 1, 1]], [7, 9, 1, 1], 0),
        ] {
            let subject = find(1200, 900, boxes).unwrap();
            assert_eq!(
                (bounds(subject), subject.specks, subject.cut.any()),
                (expected, specks, false),
                "{boxes:?}"
            );
        }
        assert_eq!(find(100, 100, &[]), None);
    }

    #[test]
    fn an_edge_cuts_what_touches_it_broadly() {
        let cut = |boxes: &[[u32; 4]]| find(1200, 900, boxes).unwrap().cut.names();
        assert_eq!(cut(&[[0, 200, 500, 400]]), "left");
        assert_eq!(cut(&[[300, 0, 900, 900]]), "top and right and bottom");
        // A tip of 4 pixels, of a product 400 high; specks along the edge.
        assert_eq!(cut(&[[300, 200, 500, 400], [800, 300, 400, 4]]), "");
        assert_eq!(cut(&[[300, 200, 500, 400], [0, 880, 30, 2]]), "");
    }

    #[test]
    fn a_picture_of_one_pixel_is_all_product() {
        let subject = find(1, 1, &[[0, 0, 1, 1]]).unwrap();
        assert_eq!((bounds(subject), subject.cut.any()), ([0, 0, 1, 1], true));
    }
}
