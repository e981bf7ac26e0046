//! The seller's own photo as the backdrop, with the depth of field of a lens.
//!
//! The photo shows ground up to a row and then what stands upright behind it, and the lens is sharp where the product
//! stands. A circle of confusion is as wide as the difference of the distances' reciprocals (a thin lens), and the
//! reciprocal of the ground's distance grows evenly with the rows under the horizon: so the circle does too.
//!
//! Each row has one circle. Blurred copies of the photo, each twice as blurred as the one before and made from a copy
//! with as many fewer pixels, hold what lies between.

use super::product::Stamp;
use super::{Error, Size, grid};
use crate::photo::{self, Photo, color};
use crate::vision::Cutout;

/// The radius of the least blurred copy, in pixels.
const LEAST: f32 = 1.5;
/// From here on a copy has fewer pixels, so that its discs always have this radius in its own.
const DISC: f32 = 3.0;

/// A photo that fills a picture.
pub(super) struct Photograph {
    width: usize,
    /// Of every pixel as it is: `[red, green, blue, _]`, sRGB.
    sharp: Vec<u8>,
    /// The blurred copies, from the least on.
    copies: Vec<Copy>,
    /// For each row, which copy it takes, 0 the sharp photo, and how far it is to the next.
    blur: Vec<f32>,
    pub stamp: Stamp,
}

/// A blurred copy; only the rows that are looked at have content.
struct Copy {
    /// Pixels of the picture along one of the copy.
    scale: f32,
    width: usize,
    height: usize,
    /// Light, 65,535 for 1.
    pixels: Vec<[u16; 3]>,
}

impl Photograph {
    /// Puts a picture behind all of a picture of `size`: as large as it has to be, the rest cut off at both ends as
    /// `at` says, 0 to 1. `radius` is how many pixels a point in a row spreads to each side.
    pub(super) fn new(
        photo: &Cutout,
        size: Size,
        at: [f32; 2],
        radius: impl Fn(f32) -> f32,
    ) -> Result<Self, Error> {
        let no_memory = || Error::Memory { width: size.width, height: size.height };
        let sharp = cover(photo, size, at);
        let (width, height) = (size.width as usize, size.height as usize);
        let blur: Vec<f32> = (0..height).map(|y| step(radius(y as f32 + 0.5))).collect();
        let most = blur.iter().copied().fold(0.0, f32::max).ceil() as usize;

        let mut copies = Vec::with_capacity(most);
        let mut source: Option<Copy> = None;
        for number in 1..=most {
            let radius = radius_of(number);
            let source = match source.take() {
                None => source.insert(Copy::of(&sharp, width, height, no_memory)?),
                Some(last) if radius / last.scale > DISC => source.insert(last.half(no_memory)?),
                Some(last) => source.insert(last),
            };
            let needed = |row: usize| {
                let (first, last) = source.rows_under(row, height);
                blur[first..=last].iter().any(|blur| (blur - number as f32).abs() < 1.0)
            };
            copies.push(source.discs(radius / source.scale, needed, no_memory)?);
        }
        Ok(Self { width, sharp, copies, blur, stamp: Stamp::new() })
    }

    /// The light at a pixel.
    pub(super) fn at(&self, x: u32, y: u32) -> [f32; 3] {
        let step = self.blur[y as usize];
        let (number, part) = (step as usize, step - step.floor());
        let one = self.copy(number, x, y);
        if part == 0.0 {
            return one;
        }
        let other = self.copy(number + 1, x, y);
        std::array::from_fn(|channel| one[channel] + (other[channel] - one[channel]) * part)
    }

    fn copy(&self, number: usize, x: u32, y: u32) -> [f32; 3] {
        match number.checked_sub(1) {
            Some(index) => self.copies[index].sample(x, y),
            None => {
                let pixel = self.sharp.as_chunks::<4>().0[y as usize * self.width + x as usize];
                [pixel[0], pixel[1], pixel[2]].map(color::light)
            }
        }
    }
}

/// By how much a photo is scaled to fill a picture; above 1 it is enlarged.
#[must_use]
pub fn cover_scale(photo: &Cutout, size: Size) -> f64 {
    let side = |side: u32, own: u32| f64::from(side) / f64::from(own.max(1));
    side(size.width, photo.width).max(side(size.height, photo.height))
}

/// The photo's pixels as they lie behind the picture.
fn cover(cutout: &Cutout, size: Size, at: [f32; 2]) -> Vec<u8> {
    let scale = cover_scale(cutout, size);
    let offset = |side: u32, own: u32, at: f32| (f64::from(side) - f64::from(own) * scale) * f64::from(at);
    let offset = [offset(size.width, cutout.width, at[0]), offset(size.height, cutout.height, at[1])];
    let Cutout { width, height, ref pixels, .. } = *cutout;
    let photo = Photo { width, height, pixels: pixels.clone(), has_alpha: false, reduced_from: None };
    photo::place(&photo, size.width, size.height, scale, offset).pixels
}

/// Which copy has this radius, in pixels, and how far it is from there to the next.
fn step(radius: f32) -> f32 {
    if radius < LEAST { radius.max(0.0) / LEAST } else { 1.0 + (radius / LEAST).log2() }
}

/// The radius of a copy, from 1 on.
fn radius_of(number: usize) -> f32 {
    LEAST * (1_u32 << (number - 1)) as f32
}

impl Copy {
    /// A picture's pixels in linear light.
    fn of(pixels: &[u8], width: usize, height: usize, no_memory: impl Fn() -> Error) -> Result<Self, Error> {
        let lights: [u16; 256] =
            std::array::from_fn(|level| (color::light(level as u8) * 65_535.0).round() as u16);
        let mut copy = Self::empty(1.0, width, height, no_memory)?;
        for (light, pixel) in copy.pixels.iter_mut().zip(pixels.as_chunks::<4>().0) {
            *light = std::array::from_fn(|channel| lights[usize::from(pixel[channel])]);
        }
        Ok(copy)
    }

    fn empty(scale: f32, width: usize, height: usize, no_memory: impl Fn() -> Error) -> Result<Self, Error> {
        let mut pixels = Vec::new();
        pixels.try_reserve_exact(width * height).map_err(|_| no_memory())?;
        pixels.resize(width * height, [0; 3]);
        Ok(Self { scale, width, height, pixels })
    }

    /// Each pixel the mean of four; an odd edge is repeated.
    fn half(&self, no_memory: impl Fn() -> Error) -> Result<Self, Error> {
        let mut half =
            Self::empty(2.0 * self.scale, self.width.div_ceil(2), self.height.div_ceil(2), no_memory)?;
        for (y, row) in half.pixels.chunks_exact_mut(half.width).enumerate() {
            let rows = [2 * y, (2 * y + 1).min(self.height - 1)].map(|y| &self.pixels[y * self.width..]);
            for (x, pixel) in row.iter_mut().enumerate() {
                let columns = [2 * x, (2 * x + 1).min(self.width - 1)];
                *pixel = std::array::from_fn(|channel| {
                    let four = rows.iter().flat_map(|row| columns.map(|x| u32::from(row[x][channel])));
                    ((four.sum::<u32>() + 2) / 4) as u16
                });
            }
        }
        Ok(half)
    }

    /// The rows of a picture of `height` rows that look at a row of the copy: the first and the last.
    fn rows_under(&self, row: usize, height: usize) -> (usize, usize) {
        let at = |row: f32| ((row + 0.5) * self.scale).clamp(0.0, (height - 1) as f32) as usize;
        (at(row as f32 - 2.0), at(row as f32 + 1.0))
    }

    /// The same with each point spread to a disc, where it is needed. The edge's pixels go on outside.
    fn discs(
        &self,
        radius: f32,
        needed: impl Fn(usize) -> bool,
        no_memory: impl Fn() -> Error,
    ) -> Result<Self, Error> {
        let reach = radius.ceil() as usize;
        let side = 2 * reach + 1;
        let weight = |at: usize| {
            let (x, y) = ((at % side) as f32 - reach as f32, (at / side) as f32 - reach as f32);
            (radius + 0.5 - x.hypot(y)).clamp(0.0, 1.0)
        };
        let weights: Vec<f32> = (0..side * side).map(weight).collect();
        let whole: f32 = weights.iter().sum();
        let mut blurred = Self::empty(self.scale, self.width, self.height, no_memory)?;
        let mut padded = vec![[0.0_f32; 3]; self.width + 2 * reach];
        let mut sums = vec![[0.0_f32; 3]; self.width];
        for (y, row) in blurred.pixels.chunks_exact_mut(self.width).enumerate() {
            if !needed(y) {
                continue;
            }
            sums.fill([0.0; 3]);
            for (down, weights) in weights.chunks_exact(side).enumerate() {
                let from = (y + down).saturating_sub(reach).min(self.height - 1) * self.width;
                let light = |pixel: &[u16; 3]| pixel.map(f32::from);
                let source = &self.pixels[from..from + self.width];
                padded[..reach].fill(light(&source[0]));
                padded[reach + self.width..].fill(light(&source[self.width - 1]));
                for (padded, pixel) in padded[reach..].iter_mut().zip(source) {
                    *padded = light(pixel);
                }
                for (across, weight) in weights.iter().enumerate().filter(|(_, weight)| **weight > 0.0) {
                    let lights = padded[across..].as_flattened();
                    for (sum, light) in sums.as_flattened_mut().iter_mut().zip(lights) {
                        *sum += weight * light;
                    }
                }
            }
            for (pixel, sum) in row.iter_mut().zip(&sums) {
                *pixel = sum.map(|sum| (sum / whole + 0.5) as u16);
            }
        }
        Ok(blurred)
    }

    /// Between the middles of four pixels, at the middle of a pixel of the picture.
    fn sample(&self, x: u32, y: u32) -> [f32; 3] {
        let place = [x, y].map(|at| (at as f32 + 0.5) / self.scale - 0.5);
        let lights = grid::mix(|cell| self.pixels[cell].map(f32::from), self.width, self.height, place);
        lights.map(|light| light / 65_535.0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::scene::product::tests::cutout;

    fn photograph(photo: &Cutout, width: u32, height: u32, radius: impl Fn(f32) -> f32) -> Photograph {
        Photograph::new(photo, Size { width, height }, [0.5, 0.5], radius).unwrap()
    }

    #[test]
    fn where_it_is_sharp_every_pixel_is_kept() {
        let photo = cutout(30, 20, |x, y| [x as u8 * 8, y as u8 * 12, 77, 255]);
        let photograph = photograph(&photo, 30, 20, |_| 0.0);
        for (x, y) in [(0, 0), (29, 19), (7, 11)] {
            assert_eq!(photograph.at(x, y), [x as u8 * 8, y as u8 * 12, 77].map(color::light));
        }
    }

    #[test]
    fn it_fills_a_picture_of_another_shape_from_its_middle() {
        // Three stripes, of which a square shows the middle one.
        let photo = cutout(300, 100, |x, _| if (100..200).contains(&x) { [200; 4] } else { [0, 0, 0, 255] });
        let photograph = photograph(&photo, 50, 50, |_| 0.0);
        for (x, y) in [(25, 25), (15, 48), (35, 2)] {
            assert_eq!(photograph.at(x, y), [200; 3].map(color::light));
        }
        assert!((cover_scale(&photo, Size { width: 50, height: 50 }) - 0.5).abs() < 1e-9);
    }

    #[test]
    fn a_blurred_point_is_a_disc_of_its_radius_and_keeps_its_light() {
        for radius in [1.5, 2.2, 3.0, 6.0, 9.0, 24.0] {
            let photo = cutout(160, 160, |x, y| if (x, y) == (80, 80) { [255; 4] } else { [0, 0, 0, 255] });
            let photograph = photograph(&photo, 160, 160, |_| radius);
            let mut light = 0.0;
            let mut wide = 0.0;
            for y in 0..160 {
                for x in 0..160 {
                    let here = photograph.at(x, y)[0];
                    let far = (x as f32 - 80.0).powi(2) + (y as f32 - 80.0).powi(2);
                    light += here;
                    wide += here * far;
                }
            }
            // A disc's mean square radius is half its radius' square.
            let found = (2.0 * wide / light).sqrt();
            assert!((light - 1.0).abs() < 0.06, "{radius}: {light}");
            assert!((found / radius - 1.0).abs() < 0.35, "{radius}: {found}");
        }
    }

    #[test]
    fn blur_follows_its_rows_without_a_step() {
        let photo = cutout(64, 400, |x, _| if x % 16 < 8 { [230; 4] } else { [20, 20, 20, 255] });
        let photograph = photograph(&photo, 64, 400, |row| (row - 40.0).max(0.0) / 20.0);
        let contrast = |y: u32| {
            let levels: Vec<f32> = (16..48).map(|x| photograph.at(x, y)[0]).collect();
            levels.iter().copied().fold(0.0, f32::max) - levels.iter().copied().fold(1.0, f32::min)
        };
        let all: Vec<f32> = (0..400).map(contrast).collect();
        assert!(all[20] > 0.75 && all[390] < 0.15, "{} {}", all[20], all[390]);
        assert!(all.windows(2).all(|pair| (pair[1] - pair[0]).abs() < 0.03), "no step from row to row");
    }
}
