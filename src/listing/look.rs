//! What a decoded picture shows: where the product is, what is behind it, and whether a frame is drawn around it.

use super::lint::Area;
use super::region::{Pieces, Subject};
use crate::photo::Photo;

/// From this opacity on a pixel is the product's and may have any colour: below, on white, it is 4 levels off at most.
const SEEN: u8 = 8;

/// How near to the product a pixel may have any colour, in pixels: its soft edge.
const EDGE: usize = 2;

/// The same where the product was told from the picture alone.
const GUESSED_EDGE: usize = 3;

/// How far a level of the background may be from its usual one and still be taken for background.
const NEAR: u8 = 16;

/// What a decoded picture shows.
pub(super) struct Look {
    /// The product; none where the picture has no single background to tell it from.
    pub(super) subject: Option<Subject>,
    /// Whether the product was told from the picture alone.
    pub(super) is_guessed: bool,
    /// Whether there is nothing but background.
    pub(super) is_blank: bool,
    /// The usual colour along the picture's border.
    pub(super) border: [u8; 3],
    /// How thick a frame of one colour is, in pixels, where one is drawn.
    pub(super) drawn_border: Option<u32>,
    /// Not 0 for the pixels that are the product's or its soft edge's; none where the product could not be told.
    zone: Option<Vec<u8>>,
}

/// Pixels that are not of the colour that is asked for.
pub(super) struct Off {
    /// How many.
    pub(super) pixels: u64,
    /// The colour farthest from the one asked for.
    pub(super) worst: [u8; 3],
    /// Its column and row.
    pub(super) worst_at: [u32; 2],
    /// The box around all of them.
    pub(super) place: Area,
    /// Whether one of them is at the picture's border.
    pub(super) reaches_border: bool,
}

impl Look {
    /// Looks at a picture. `product`: its opacity, where that is known.
    pub(super) fn at(photo: &Photo, product: Option<&[u8]>) -> Self {
        let (width, height) = (photo.width, photo.height);
        let pixels = photo.pixels.as_chunks::<4>().0;
        let ring = || ring(width, height).map(|at| pixels[at]);
        let border = usual(ring());
        let uniform = ring().filter(|pixel| differs(pixel, border) <= NEAR).count() * 2 > ring().count();
        let drawn_border = drawn_border(width, height, pixels);
        let seen = |zone: Vec<u8>, is_guessed: bool, subject: Option<Subject>| {
            let is_blank = subject.is_none();
            Self { subject, is_guessed, is_blank, border, drawn_border, zone: Some(zone) }
        };
        if let Some(alpha) = product.filter(|alpha| alpha.len() == pixels.len()) {
            let zone = zone(width, height, EDGE, |at| alpha[at] >= SEEN);
            return seen(zone, false, Subject::of_alpha(width, height, |at| alpha[at]));
        }
        if photo.has_alpha && ring().any(|pixel| pixel[3] < 255) {
            let zone = zone(width, height, EDGE, |at| pixels[at][3] >= SEEN);
            return seen(zone, false, Subject::of_alpha(width, height, |at| pixels[at][3]));
        }
        if uniform {
            let behind = flood(width, height, |at| differs(&pixels[at], border) <= NEAR);
            let is_product = |at: usize| behind[at] == 0;
            let subject = Pieces::of(width, height, is_product).map(|pieces| pieces.subject());
            return seen(zone(width, height, GUESSED_EDGE, is_product), true, subject);
        }
        Self { subject: None, is_guessed: true, is_blank: false, border, drawn_border, zone: None }
    }

    /// The pixels behind the product that are not of a colour. Where the product could not be told, those along the
    /// border.
    pub(super) fn off(&self, photo: &Photo, color: [u8; 3]) -> Off {
        let (width, height) = (photo.width, photo.height);
        let pixels = photo.pixels.as_chunks::<4>().0;
        let mut off = Off {
            pixels: 0,
            worst: color,
            worst_at: [0; 2],
            place: Area { x: 0, y: 0, width: 0, height: 0 },
            reaches_border: false,
        };
        let mut distance = 0;
        let mut span = [u32::MAX, 0, u32::MAX, 0];
        let mut visit = |at: usize| {
            let pixel = &pixels[at];
            // What is transparent has no colour; that is another finding.
            if pixel[3] < 255 || pixel[..3] == color {
                return;
            }
            let (x, y) = ((at % width as usize) as u32, (at / width as usize) as u32);
            off.pixels += 1;
            off.reaches_border |= x == 0 || y == 0 || x == width - 1 || y == height - 1;
            span = [span[0].min(x), span[1].max(x), span[2].min(y), span[3].max(y)];
            let differs = differs(pixel, color);
            if differs > distance {
                distance = differs;
                (off.worst, off.worst_at) = ([pixel[0], pixel[1], pixel[2]], [x, y]);
            }
        };
        match &self.zone {
            Some(zone) => (0..pixels.len()).filter(|&at| zone[at] == 0).for_each(&mut visit),
            None => ring(width, height).for_each(&mut visit),
        }
        if off.pixels > 0 {
            off.place =
                Area { x: span[0], y: span[2], width: span[1] - span[0] + 1, height: span[3] - span[2] + 1 };
        }
        off
    }
}

/// The pixels that are the product's or within `edge` of it, as 1; specks apart from the product are not.
pub(super) fn zone(width: u32, height: u32, edge: usize, is_product: impl Fn(usize) -> bool) -> Vec<u8> {
    let Some(pieces) = Pieces::of(width, height, &is_product) else {
        return vec![0; width as usize * height as usize];
    };
    let mut zone: Vec<u8> = Vec::with_capacity(width as usize * height as usize);
    for y in 0..height {
        for x in 0..width {
            let at = zone.len();
            zone.push(u8::from(is_product(at) && !pieces.is_speck(x, y)));
        }
    }
    widen(&mut zone, width as usize, edge);
    zone
}

/// The product's zone of a picture whose opacity is known: see [`zone`].
pub(super) fn zone_of_alpha(width: u32, height: u32, alpha: &[u8]) -> Vec<u8> {
    zone(width, height, EDGE, |at| alpha[at] >= SEEN)
}

/// Widens what is marked by `by` pixels to all sides.
pub(super) fn widen(mask: &mut [u8], width: usize, by: usize) {
    let mut line = Vec::new();
    for row in mask.chunks_exact_mut(width) {
        line.clear();
        line.extend_from_slice(row);
        for (x, &marked) in line.iter().enumerate() {
            if marked != 0 {
                row[x.saturating_sub(by)..(x + by + 1).min(width)].fill(1);
            }
        }
    }
    // Down and up by one row at a time, in place: a row's new marks must not travel further in the same sweep.
    for _ in 0..by {
        let rows = mask.len() / width;
        let mut above = vec![0; width];
        for y in 0..rows {
            let here = mask[y * width..][..width].to_vec();
            for x in 0..width {
                let below = if y + 1 < rows { mask[(y + 1) * width + x] } else { 0 };
                mask[y * width + x] |= above[x] | below;
            }
            above = here;
        }
    }
}

/// How far a colour is from another: the largest difference of a channel.
fn differs(pixel: &[u8; 4], color: [u8; 3]) -> u8 {
    pixel.iter().zip(color).map(|(&one, other)| one.abs_diff(other)).max().unwrap_or(0)
}

/// The places of the pixels along the border.
fn ring(width: u32, height: u32) -> impl Iterator<Item = usize> {
    let (width, height) = (width as usize, height as usize);
    let rows =
        (0..width).chain((height - 1) * width..(height - 1) * width + if height > 1 { width } else { 0 });
    let columns = (1..height.saturating_sub(1)).flat_map(move |y| {
        let last = (width > 1).then_some(y * width + width - 1);
        std::iter::once(y * width).chain(last)
    });
    rows.chain(columns)
}

/// The median of each channel.
fn usual(pixels: impl Iterator<Item = [u8; 4]>) -> [u8; 3] {
    let mut counts = [[0_u64; 256]; 3];
    let mut total = 0;
    for pixel in pixels {
        total += 1;
        for (counts, level) in counts.iter_mut().zip(pixel) {
            counts[usize::from(level)] += 1;
        }
    }
    counts.map(|counts| {
        let mut below = 0;
        let median = counts.iter().position(|count| {
            below += count;
            below * 2 > total
        });
        median.unwrap_or(255) as u8
    })
}

/// What can be reached from the border over pixels of a kind, as 1.
fn flood(width: u32, height: u32, is: impl Fn(usize) -> bool) -> Vec<u8> {
    let (columns, rows) = (width as usize, height as usize);
    let mut reached = vec![0_u8; columns * rows];
    // Whole runs of a row are filled at once, so that the stack holds runs and not pixels.
    let mut open: Vec<usize> = ring(width, height).filter(|&at| is(at)).collect();
    while let Some(seed) = open.pop() {
        if reached[seed] != 0 {
            continue;
        }
        let start = seed / columns * columns;
        let fits = |at: usize, reached: &[u8]| reached[at] == 0 && is(at);
        let mut left = seed;
        while left > start && fits(left - 1, &reached) {
            left -= 1;
        }
        let mut right = seed;
        while right + 1 < start + columns && fits(right + 1, &reached) {
            right += 1;
        }
        reached[left..=right].fill(1);
        for above in [start.checked_sub(columns), Some(start + columns).filter(|&next| next < reached.len())]
        {
            let Some(row) = above else { continue };
            let mut inside = false;
            for column in left - start..=right - start {
                let fit = fits(row + column, &reached);
                if fit && !inside {
                    open.push(row + column);
                }
                inside = fit;
            }
        }
    }
    reached
}

/// How thick a frame of one colour is, in pixels: along all four edges there are rows of that colour, about as many on
/// each, and the next row is plainly another.
fn drawn_border(width: u32, height: u32, pixels: &[[u8; 4]]) -> Option<u32> {
    /// Wider than this share of the shorter side it is a background.
    const WIDEST: f64 = 0.08;
    let most = (f64::from(width.min(height)) * WIDEST) as u32;
    let color = usual(ring(width, height).map(|at| pixels[at]));
    let share = |line: &mut dyn Iterator<Item = usize>| {
        let (mut same, mut all) = (0_u32, 0_u32);
        for at in line {
            all += 1;
            same += u32::from(differs(&pixels[at], color) <= NEAR);
        }
        f64::from(same) / f64::from(all.max(1))
    };
    let row = |y: u32| share(&mut (0..width).map(|x| (y * width + x) as usize));
    let column = |x: u32| share(&mut (0..height).map(|y| (y * width + x) as usize));
    // The first line that is not of the colour must be nearly all of others: a product's tip is not.
    let thickness = |line: &dyn Fn(u32) -> f64| {
        let first = (0..=most).find(|&depth| line(depth) < 0.98)?;
        // Where the frame's own two ends still count.
        let ends = 2.0 * f64::from(first) / f64::from(width.min(height)) + 0.15;
        (first > 0 && (0..3).any(|more| line(first + more) <= ends)).then_some(first)
    };
    let (last_row, last_column) = (height.checked_sub(1)?, width.checked_sub(1)?);
    if most == 0 {
        return None;
    }
    let sides = [
        thickness(&|depth| row(depth))?,
        thickness(&|depth| row(last_row - depth))?,
        thickness(&|depth| column(depth))?,
        thickness(&|depth| column(last_column - depth))?,
    ];
    let (least, most) = (*sides.iter().min()?, *sides.iter().max()?);
    (most <= least * 2 + 2).then_some(least)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const WHITE: [u8; 3] = [255; 3];

    /// A picture in which a function gives each pixel's colour.
    fn picture(width: u32, height: u32, color: impl Fn(u32, u32) -> [u8; 4]) -> Photo {
        let pixels: Vec<u8> = (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .flat_map(|(x, y)| color(x, y))
            .collect();
        let has_alpha = pixels.iter().skip(3).step_by(4).any(|&alpha| alpha < 255);
        Photo { width, height, pixels, has_alpha, reduced_from: None }
    }

    fn grey(level: u8) -> [u8; 4] {
        [level, level, level, 255]
    }

    fn is_inside(x: u32, y: u32, [left, top, width, height]: [u32; 4]) -> bool {
        (left..left + width).contains(&x) && (top..top + height).contains(&y)
    }

    #[test]
    fn a_product_on_one_colour_is_found_without_its_matte() {
        for behind in [255, 240, 128, 0] {
            let photo =
                picture(200, 150, |x, y| grey(if is_inside(x, y, [40, 30, 100, 90]) { 60 } else { behind }));
            let look = Look::at(&photo, None);
            let subject = look.subject.unwrap();
            assert_eq!([subject.x, subject.y, subject.width, subject.height], [40, 30, 100, 90], "{behind}");
            assert_eq!((look.border, look.is_guessed), ([behind; 3], true));
        }
        assert!(Look::at(&picture(20, 20, |_, _| grey(255)), None).is_blank);
        let scene = picture(200, 150, |x, y| [(x * 37 % 256) as u8, (y * 91 % 256) as u8, 9, 255]);
        let look = Look::at(&scene, None);
        assert!(look.subject.is_none() && !look.is_blank);
    }

    #[test]
    fn pixels_off_white_are_counted_beyond_the_soft_edge() {
        let product = [40, 30, 100, 90];
        let with = |spot: [u32; 4], level: u8| {
            picture(200, 150, |x, y| {
                grey(if is_inside(x, y, product) {
                    60
                } else if is_inside(x, y, spot) {
                    level
                } else {
                    255
                })
            })
        };
        let alpha: Vec<u8> =
            (0..200 * 150).map(|at| if is_inside(at % 200, at / 200, product) { 255 } else { 0 }).collect();
        for (spot, level, known, guessed) in [
            // One level in one pixel of a corner.
            ([0, 0, 1, 1], 254, 1, 1),
            // Within the soft edge, and just beyond it.
            ([142, 60, 1, 1], 250, 1, 0),
            ([141, 60, 1, 1], 250, 0, 0),
            ([144, 60, 1, 1], 250, 1, 1),
            // A speck of dust: no part of the product, though no matte says so.
            ([180, 20, 2, 2], 90, 4, 4),
            ([0, 0, 0, 0], 0, 0, 0),
        ] {
            let photo = with(spot, level);
            let off = Look::at(&photo, Some(&alpha)).off(&photo, WHITE);
            assert_eq!(off.pixels, known, "{spot:?} known");
            if known > 0 {
                assert_eq!((off.worst, off.worst_at), ([level; 3], [spot[0], spot[1]]));
                assert_eq!([off.place.x, off.place.y, off.place.width, off.place.height], spot);
            }
            assert_eq!(Look::at(&photo, None).off(&photo, WHITE).pixels, guessed, "{spot:?} guessed");
        }
    }

    #[test]
    fn a_background_that_is_nearly_white_is_off_everywhere() {
        let photo = picture(200, 150, |x, y| grey(if is_inside(x, y, [40, 30, 100, 90]) { 60 } else { 250 }));
        let off = Look::at(&photo, None).off(&photo, WHITE);
        assert_eq!((off.pixels, off.reaches_border), (200 * 150 - 106 * 96, true));
    }

    #[test]
    fn a_drawn_frame_is_told_from_a_background_and_from_none() {
        let framed = |thickness: u32, behind: u8| {
            picture(300, 200, |x, y| {
                let edge = x.min(y).min(299 - x).min(199 - y);
                grey(if edge < thickness {
                    20
                } else if is_inside(x, y, [90, 60, 120, 80]) {
                    90
                } else {
                    behind
                })
            })
        };
        for (thickness, behind, found) in
            [(4, 255, Some(4)), (1, 240, Some(1)), (0, 255, None), (30, 255, None)]
        {
            assert_eq!(Look::at(&framed(thickness, behind), None).drawn_border, found, "{thickness}");
        }
        // A product that nearly fills the frame is no frame.
        for margin in [1, 5, 12] {
            let full = picture(300, 200, |x, y| {
                let inside = is_inside(x, y, [margin, margin, 300 - 2 * margin, 200 - 2 * margin]);
                let round =
                    (f64::from(x) - 150.0).hypot((f64::from(y) - 100.0) * 1.5) < 150.0 - f64::from(margin);
                grey(if inside && round { 90 } else { 255 })
            });
            assert_eq!(Look::at(&full, None).drawn_border, None, "{margin}");
        }
    }

    #[test]
    fn a_flood_goes_around_corners_and_stops_at_walls() {
        // A wall with a hole, a closed room behind it.
        let map = [".....", ".###.", ".#.#.", ".###.", "....."];
        let cells: Vec<u8> = map.concat().into_bytes();
        let reached = flood(5, 5, |at| cells[at] == b'.');
        let expected: Vec<u8> =
            cells.iter().enumerate().map(|(at, &cell)| u8::from(cell == b'.' && at != 12)).collect();
        assert_eq!(reached, expected);
        let spiral = ["..#..", "#.#.#", "..#..", ".###.", "....."];
        let cells: Vec<u8> = spiral.concat().into_bytes();
        assert_eq!(
            flood(5, 5, |at| cells[at] == b'.'),
            cells.iter().map(|&c| u8::from(c == b'.')).collect::<Vec<_>>()
        );
    }
}
