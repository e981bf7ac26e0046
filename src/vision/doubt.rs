//! Where a cut-out is unsure, and how sure it is as a whole.

use super::guided::reduced;
use super::matte::{opened, resample};
use super::{Cutout, Mask};

/// Cells each way, at most: U²-Net-p's own, so that what either network says counts alike.
const GRID: usize = 320;

/// Steps along a cell in which the matte is looked at: pixels, or of a larger photo several each.
const STEPS: usize = 3;

/// How much counts what is thin in the matte, against 1 for what is wide: a plain outline alone stays below
/// [`Doubt::MARKED`], and still tells a little of how the whole will be.
const THIN: f32 = 0.25;

/// How much the networks' disagreement counts, against their softness and the matte's at 1.
///
/// Little: most of what one network misses the other has, and fusing them has settled it. Where both are hard and
/// against one another, it is all there is to see.
const DISAGREEMENT: f32 = 0.25;

/// The doubt, as a share of the subject, that halves the confidence.
///
/// Doubt is about twice the true error on photos with ground truth, so a confidence of 0.6 (doubt of 4.5 %) stands
/// for an error above 2 % of the subject. Below it are, of 36, 6 photos in the best quality, 5 of the 7 with such an
/// error among them and all 3 with more than 4 %; in the fast quality 11, 9 of 14 and 6 of 7.
const HALF: f32 = 0.067;

/// Where a cut-out is unsure: a small map that lies over the whole photo.
///
/// A cell's doubt is the sum of three things, held to 1:
/// - how soft the matte is, `4α(1 − α)`, on a grid three times as fine: what is wider than two steps each way, as
///   fur, glass and gauze are, and a quarter of what is not, as a plain outline;
/// - how soft the finer network's answer is, `4p(1 − p)`, where that is more than four cells wide each way;
/// - a quarter of how much the two networks differ, `|p − q|`, where that is as wide.
///
/// On 36 photos with exact ground truth, in the best quality, the marked cells ([`Doubt::MARKED`]) are 1.1 % of the
/// picture; in 83 % of them the opacity is wrong by more than 0.05 on the mean (2.1 % of all cells are). They hold
/// 31 % of the error, and of what is wider than an outline 39 %, or 62 % with two cells around them, as they are
/// drawn. In the fast quality: 1.6 %, 79 % (3.0 %), 45 %, 52 % and 72 %. Each figure is the mean over photos. What is
/// lost without a trace (lace and a chair's legs that the fast network does not see at all) is in no map: of the
/// error of all photos together, the fast quality's marks hold 37 %, the best's 50 %.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Cells in a row, at most 320; the map is as wide as the photo, and a cell at least three pixels.
    pub width: u32,
    /// Rows, at most 320.
    pub height: u32,
    /// `width × height` values, 0 (sure) to 255, rows top to bottom.
    pub cells: Vec<u8>,
}

impl Doubt {
    /// From here on (just above a quarter) a cell is marked: it deserves a look.
    pub const MARKED: u8 = 65;

    /// What is unsure about a cut-out whose edge comes from `mask`; `other` is the second network's, where one was
    /// fused with it.
    ///
    /// # Panics
    /// Where a size does not match its data or is zero.
    #[must_use]
    pub fn of(cutout: &Cutout, mask: &Mask, other: Option<&Mask>) -> Self {
        let size = (cutout.width as usize, cutout.height as usize);
        let grid = ((size.0 / STEPS).clamp(1, GRID), (size.1 / STEPS).clamp(1, GRID));
        let on_grid = |mask: &Mask| {
            let size = (mask.width as usize, mask.height as usize);
            if size.0 >= grid.0 && size.1 >= grid.1 {
                reduced(&mask.values, size, grid)
            } else {
                resample(mask, grid)
            }
        };
        let values = on_grid(mask);
        let soft: Vec<f32> = values.iter().map(|p| 4.0 * p * (1.0 - p)).collect();
        let mut doubt = matte_doubt(&cutout.pixels, size, grid);
        for (doubt, soft) in doubt.iter_mut().zip(opened(&soft, grid, 2)) {
            *doubt += soft;
        }
        if let Some(other) = other {
            let apart: Vec<f32> = values.iter().zip(on_grid(other)).map(|(p, q)| (p - q).abs()).collect();
            for (doubt, apart) in doubt.iter_mut().zip(opened(&apart, grid, 2)) {
                *doubt += DISAGREEMENT * apart;
            }
        }
        let cells = doubt.iter().map(|doubt| (doubt.min(1.0) * 255.0).round() as u8).collect();
        Self { width: grid.0 as u32, height: grid.1 as u32, cells }
    }

    /// How sure a cut-out with this map and this coverage is, 0 (not at all) to 1.
    ///
    /// `1 / (1 + doubt / (0.067 × subject))`, both sums over the cells, the subject's of the opacities. No subject
    /// gives 0.
    #[must_use]
    pub fn confidence(&self, coverage: f32) -> f32 {
        let doubt: u64 = self.cells.iter().map(|&cell| u64::from(cell)).sum();
        let subject = coverage * self.cells.len() as f32;
        if subject <= 0.0 {
            return 0.0;
        }
        1.0 / (1.0 + doubt as f32 / 255.0 / (HALF * subject))
    }
}

impl Cutout {
    /// The cut-out with its doubt and confidence; the masks are those of [`Doubt::of`].
    #[must_use]
    pub fn judged(self, mask: &Mask, other: Option<&Mask>) -> Self {
        let doubt = Doubt::of(&self, mask, other);
        Self { confidence: Some(doubt.confidence(self.coverage())), doubt: Some(doubt), ..self }
    }
}

/// What is unsure about a matte, the alpha of these pixels; sizes are `(width, height)`.
fn matte_doubt(pixels: &[u8], size: (usize, usize), grid: (usize, usize)) -> Vec<f32> {
    let steps = ((grid.0 * STEPS).min(size.0), (grid.1 * STEPS).min(size.1));
    let soft: Vec<f32> =
        reduced_alpha(pixels, size, steps).into_iter().map(|alpha| 4.0 * alpha * (1.0 - alpha)).collect();
    let wide = opened(&soft, steps, 1);
    let doubt: Vec<f32> = soft.iter().zip(wide).map(|(soft, wide)| wide + THIN * (soft - wide)).collect();
    reduced(&doubt, steps, grid)
}

/// The mean opacity of the pixels of each step, 0 to 1, each pixel in one of them.
fn reduced_alpha(pixels: &[u8], size: (usize, usize), steps: (usize, usize)) -> Vec<f32> {
    let mut means = Vec::with_capacity(steps.0 * steps.1);
    // Whole numbers are exact, whatever the order.
    let mut sums = vec![0_u64; steps.0];
    for y in 0..steps.1 {
        sums.fill(0);
        let (top, bottom) = (y * size.1 / steps.1, (y + 1) * size.1 / steps.1);
        let columns = |x: usize| x * size.0 / steps.0..(x + 1) * size.0 / steps.0;
        for row in pixels[top * size.0 * 4..bottom * size.0 * 4].chunks_exact(size.0 * 4) {
            let (row, _) = row.as_chunks::<4>();
            for (x, sum) in sums.iter_mut().enumerate() {
                *sum += row[columns(x)].iter().map(|pixel| u64::from(pixel[3])).sum::<u64>();
            }
        }
        let mean = |(x, sum): (usize, &u64)| *sum as f32 / (255 * columns(x).len() * (bottom - top)) as f32;
        means.extend(sums.iter().enumerate().map(mean));
    }
    means
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// A disc of 0.3 of the side, its edge `soft` of the side wide.
    fn disc(size: u32, soft: f32) -> Mask {
        let value = |i: u32| {
            let part = |at: u32| (at as f32 + 0.5) / size as f32 - 0.5;
            ((0.3 - part(i % size).hypot(part(i / size))) / soft + 0.5).clamp(0.0, 1.0)
        };
        Mask { width: size, height: size, values: (0..size * size).map(value).collect() }
    }

    /// A cut-out with that matte, as large.
    fn cut(matte: &Mask) -> Cutout {
        let pixels = matte.values.iter().flat_map(|p| [90, 60, 40, (p * 255.0).round() as u8]).collect();
        Cutout { width: matte.width, height: matte.height, pixels, confidence: None, doubt: None }
    }

    fn confidence(cutout: &Mask, mask: &Mask, other: Option<&Mask>) -> f32 {
        cut(cutout).judged(mask, other).confidence.unwrap()
    }

    fn marked(doubt: &Doubt) -> usize {
        doubt.cells.iter().filter(|&&cell| cell >= Doubt::MARKED).count()
    }

    #[test]
    fn a_plain_outline_is_marked_nowhere_and_hardly_doubted() {
        for cutout in [disc(300, 0.004), disc(900, 0.002), disc(1800, 0.001)] {
            for mask in [disc(320, 0.004), disc(1024, 0.004), disc(320, 0.008)] {
                let judged = cut(&cutout).judged(&mask, None);
                assert_eq!(marked(judged.doubt.as_ref().unwrap()), 0);
                assert!(judged.confidence.unwrap() > 0.85, "{:?}", judged.confidence);
            }
        }
    }

    #[test]
    fn a_wide_soft_edge_is_marked_where_it_is_and_nowhere_else() {
        let soft = disc(960, 0.1);
        let doubt = Doubt::of(&cut(&soft), &disc(320, 0.1), None);
        assert_eq!((doubt.width, doubt.height, doubt.cells.len()), (320, 320, 320 * 320));
        for (i, &cell) in doubt.cells.iter().enumerate() {
            let part = |at: usize| (at as f32 + 0.5) / 320.0 - 0.5;
            let off = (part(i % 320).hypot(part(i / 320)) - 0.3).abs();
            assert!(off > 0.03 || cell >= Doubt::MARKED, "{cell} at {off} from the contour");
            assert!(off < 0.06 || cell == 0, "{cell} at {off} from the contour");
        }
        assert!(confidence(&soft, &disc(320, 0.1), None) < 0.6);
    }

    #[test]
    fn what_is_gauze_is_marked_at_any_size_of_the_photo() {
        for size in [240, 960, 2400] {
            let mut veil = disc(size, 0.002);
            for value in &mut veil.values {
                *value *= 0.5;
            }
            let doubt = Doubt::of(&cut(&veil), &disc(320, 0.004), None);
            let middle = doubt.cells[(doubt.height / 2 * doubt.width + doubt.width / 2) as usize];
            assert_eq!(middle, 255, "{size}");
        }
    }

    #[test]
    fn a_network_that_wavers_is_doubted_though_the_matte_is_sharp() {
        let mut mask = disc(320, 0.004);
        for y in 150..170 {
            mask.values[y * 320 + 150..][..20].fill(0.5);
        }
        let doubt = Doubt::of(&cut(&disc(960, 0.001)), &mask, None);
        assert_eq!(marked(&doubt), 20 * 20);
        assert_eq!(doubt.cells[160 * 320 + 160], 255);
    }

    #[test]
    fn what_the_networks_disagree_about_is_marked_where_the_matte_is_soft_too() {
        let (sharp, mask) = (disc(960, 0.001), disc(320, 0.004));
        let mut other = mask.clone();
        // Half of the subject is gone from the second.
        other.values[..320 * 160].fill(0.0);
        let doubt = Doubt::of(&cut(&sharp), &mask, Some(&other));
        assert_eq!(doubt.cells[120 * 320 + 160], (DISAGREEMENT * 255.0).round() as u8);
        assert_eq!(doubt.cells[200 * 320 + 160], 0);
        let mut pale = cut(&sharp);
        for pixel in pale.pixels.chunks_exact_mut(4) {
            pixel[3] = pixel[3].min(252);
        }
        assert!(marked(&Doubt::of(&pale, &mask, Some(&other))) > 8_000);
        assert_eq!(marked(&Doubt::of(&pale, &mask, None)), 0);
    }

    #[test]
    fn small_long_and_empty_pictures_have_a_map_too() {
        for (width, height) in [(1, 1), (64, 48), (3000, 2), (1001, 700)] {
            let pixels = vec![128; (width * height * 4) as usize];
            let cutout = Cutout { width, height, pixels, confidence: None, doubt: None };
            let doubt = Doubt::of(&cutout, &disc(320, 0.004), Some(&disc(1024, 0.004)));
            assert_eq!((doubt.width, doubt.height), ((width / 3).clamp(1, 320), (height / 3).clamp(1, 320)));
            assert!(doubt.cells.iter().all(|&cell| cell > 250), "half transparent everywhere");
        }
        let nothing = Mask { width: 4, height: 4, values: vec![0.0; 16] };
        assert_eq!(confidence(&nothing, &nothing, None), 0.0);
    }
}
