//! A photo at a glance: cells that lie over the whole of it, and what each belongs to.

use super::{Error, local};
use crate::photo::{Photo, color};

/// What a cell shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// The product, wholly.
    Subject,
    /// What is behind it, and not next to it.
    Background,
    /// Nobody said what is product.
    Unknown,
    /// An edge, or nothing.
    Neither,
}

/// One cell.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    /// Mean linear light of its samples.
    pub(super) light: [f32; 3],
    pub(super) kind: Kind,
    /// Whether its colour tells of the light: no sample at its brightest, and none of the dark where noise and the
    /// 8 bits of a file speak.
    pub(super) tells: bool,
    /// Whether there is anything to see.
    pub(super) visible: bool,
    /// Whether a sample is at its brightest.
    pub(super) clipped: bool,
}

/// The cells of a photo.
pub(super) struct Survey {
    pub(super) columns: usize,
    pub(super) rows: usize,
    pub(super) cells: Vec<Cell>,
}

/// A level from which on a channel may have been cut off.
pub(super) const CLIPPED: u8 = 253;

/// The luminance below which a colour is not trusted: encoded level 24.
const DARK: f32 = 0.0091;

/// Opacities above and below which a cell is wholly product or wholly background.
const SOLID: f32 = 0.98;

impl Survey {
    /// Looks a photo over. `matte` has an opacity for each pixel; without it the photo's own opacity says what is the
    /// product, if it has any.
    pub(super) fn of(photo: &Photo, matte: Option<&[u8]>) -> Result<Self, Error> {
        let (width, height) = (photo.width as usize, photo.height as usize);
        if let Some(matte) = matte
            && matte.len() != width * height
        {
            return Err(Error::OtherMatte { found: matte.len(), width: photo.width, height: photo.height });
        }
        let (columns, rows) = local::grid(photo.width, photo.height);
        let mut sums = vec![Sum::default(); columns * rows];
        let stride = (width / columns / 4).min(height / rows / 4).max(1);
        for y in (stride / 2..height).step_by(stride) {
            let (pixels, _) = photo.pixels[y * width * 4..][..width * 4].as_chunks::<4>();
            for x in (stride / 2..width).step_by(stride) {
                let opacity = matte.map_or(255, |matte| matte[y * width + x]);
                sums[y * rows / height * columns + x * columns / width].add(pixels[x], opacity);
            }
        }
        let told = matte.is_some() || photo.has_alpha;
        let background: Vec<bool> =
            sums.iter().map(|sum| sum.visible() > SOLID && sum.subject() < 1.0 - SOLID).collect();
        let cells = sums
            .iter()
            .enumerate()
            .map(|(index, sum)| {
                let kind = if !told {
                    Kind::Unknown
                } else if sum.visible() > SOLID && sum.subject() > SOLID {
                    Kind::Subject
                } else if around(index, columns, rows).all(|near| background[near]) {
                    Kind::Background
                } else {
                    Kind::Neither
                };
                sum.cell(kind)
            })
            .collect();
        Ok(Self { columns, rows, cells })
    }
}

/// A cell and its eight neighbours.
fn around(index: usize, columns: usize, rows: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (index % columns, index / columns);
    (y.saturating_sub(1)..=(y + 1).min(rows - 1))
        .flat_map(move |y| (x.saturating_sub(1)..=(x + 1).min(columns - 1)).map(move |x| y * columns + x))
}

#[derive(Clone, Copy, Default)]
struct Sum {
    light: [f32; 3],
    /// Of the photo's own opacity.
    opaque: f32,
    /// Of the matte's.
    matte: f32,
    count: f32,
    clipped: bool,
}

impl Sum {
    fn add(&mut self, [red, green, blue, alpha]: [u8; 4], matte: u8) {
        let opacity = f32::from(alpha) / 255.0;
        for (sum, level) in self.light.iter_mut().zip([red, green, blue]) {
            *sum += color::light(level) * opacity;
        }
        self.opaque += opacity;
        self.matte += f32::from(matte) / 255.0;
        self.count += 1.0;
        self.clipped |= red.max(green).max(blue) >= CLIPPED && alpha > 0;
    }

    fn visible(&self) -> f32 {
        self.opaque / self.count.max(1.0)
    }

    fn subject(&self) -> f32 {
        self.matte / self.count.max(1.0)
    }

    fn cell(&self, kind: Kind) -> Cell {
        let light = self.light.map(|sum| sum / self.opaque.max(1e-6));
        let tells = !self.clipped && self.opaque > 0.0 && color::luminance(light) >= DARK;
        Cell { light, kind, tells, visible: self.visible() > 0.5, clipped: self.clipped }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn photo(width: u32, height: u32, pixel: impl Fn(u32, u32) -> [u8; 4]) -> Photo {
        let pixels = (0..width * height).flat_map(|index| pixel(index % width, index / width)).collect();
        Photo { width, height, pixels, has_alpha: false, reduced_from: None }
    }

    #[test]
    fn the_matte_says_what_is_what() {
        let photo = photo(64, 64, |x, _| if x < 32 { [200, 10, 10, 255] } else { [100, 100, 100, 255] });
        let matte: Vec<u8> = (0..64 * 64).map(|index| if index % 64 < 32 { 255 } else { 0 }).collect();
        let survey = Survey::of(&photo, Some(&matte)).unwrap();
        assert_eq!((survey.columns, survey.rows), (64, 64));
        let kind = |x: usize| survey.cells[64 * 30 + x].kind;
        assert_eq!(
            [kind(10), kind(31), kind(32), kind(33)],
            [Kind::Subject, Kind::Subject, Kind::Neither, Kind::Background]
        );
        assert!(matches!(Survey::of(&photo, Some(&matte[1..])), Err(Error::OtherMatte { .. })));
        assert!(Survey::of(&photo, None).unwrap().cells.iter().all(|cell| cell.kind == Kind::Unknown));
    }

    #[test]
    fn what_is_clipped_or_dark_does_not_tell() {
        let photo =
            photo(3, 1, |x, _| [[255, 200, 200, 255], [3, 3, 3, 255], [200, 150, 100, 255]][x as usize]);
        let survey = Survey::of(&photo, None).unwrap();
        assert_eq!(survey.cells.iter().map(|cell| cell.tells).collect::<Vec<_>>(), [false, false, true]);
    }

    #[test]
    fn a_cut_out_is_its_own_matte() {
        let mut photo = photo(40, 40, |x, _| if x < 20 { [90, 80, 70, 255] } else { [0; 4] });
        photo.has_alpha = true;
        let survey = Survey::of(&photo, None).unwrap();
        assert_eq!(survey.cells[40 * 20 + 5].kind, Kind::Subject);
        assert!(survey.cells.iter().all(|cell| cell.kind != Kind::Background));
    }
}
