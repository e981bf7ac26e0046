//! A square part of a photo, turned, as a network sees it.

use glam::{Mat2, Vec2, Vec3};

use crate::photo::Photo;

/// A square in a photo's pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Region {
    /// Its middle.
    pub centre: Vec2,
    /// Its side, in pixels.
    pub side: f32,
    /// How far its own x axis is turned from the photo's, in radians, clockwise as seen.
    pub turn: f32,
}

/// What is seen where a region reaches over the photo's edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outside {
    Black,
    /// The nearest pixel.
    Edge,
}

/// Samples along a side of a network's pixel, at most: a photo of 48 megapixels stays quick.
const MOST_SAMPLES: u32 = 8;

impl Region {
    /// The smallest upright square around the whole photo.
    pub fn whole(photo: &Photo) -> Self {
        let size = Vec2::new(photo.width as f32, photo.height as f32);
        Self { centre: size / 2.0, side: size.max_element(), turn: 0.0 }
    }

    /// A place of the photo from one in parts of the square, 0 to 1.
    pub fn to_photo(self, at: Vec2) -> Vec2 {
        self.centre + Mat2::from_angle(self.turn) * ((at - 0.5) * self.side)
    }

    /// A place in parts of the square from one of the photo; 0 to 1 where it lies inside.
    pub fn of_photo(self, at: Vec2) -> Vec2 {
        Mat2::from_angle(-self.turn) * (at - self.centre) / self.side + 0.5
    }

    /// What a network of `side` pixels sees: `[3, side, side]`, 0 to 1 in sRGB's own encoding, what is transparent on
    /// white. Each value is the mean over its pixel's area.
    pub(crate) fn planes(self, photo: &Photo, side: u32, outside: Outside) -> Vec<f32> {
        let samples = ((self.side / side as f32).ceil() as u32).clamp(1, MOST_SAMPLES);
        let fine = (side * samples) as f32;
        let weight = 1.0 / (samples * samples) as f32;
        let area = (side * side) as usize;
        let mut planes = vec![0.0; 3 * area];
        let along = Mat2::from_angle(self.turn) * Vec2::new(self.side / fine, 0.0);
        for y in 0..side {
            for x in 0..side {
                let mut sum = [0.0; 3];
                for row in y * samples..(y + 1) * samples {
                    let first = Vec2::new((x * samples) as f32 + 0.5, row as f32 + 0.5) / fine;
                    let mut at = self.to_photo(first);
                    for _ in 0..samples {
                        let seen = sample(photo, at, outside);
                        sum.iter_mut().zip(seen).for_each(|(sum, value)| *sum += value);
                        at += along;
                    }
                }
                for (channel, sum) in sum.into_iter().enumerate() {
                    planes[channel * area + (y * side + x) as usize] = sum * weight;
                }
            }
        }
        planes
    }
}

/// The photo at a place, from its four nearest pixels, 0 to 1.
#[inline]
fn sample(photo: &Photo, at: Vec2, outside: Outside) -> [f32; 3] {
    let size = Vec2::new(photo.width as f32, photo.height as f32);
    if outside == Outside::Black && (at.cmplt(Vec2::ZERO).any() || at.cmpge(size).any()) {
        return [0.0; 3];
    }
    let at = (at - 0.5).clamp(Vec2::ZERO, size - 1.0);
    let (x, y) = (at.x as usize, at.y as usize);
    let width = photo.width as usize;
    let (right, down) = (4 * usize::from(x + 1 < width), usize::from(y + 1 < photo.height as usize));
    let part = at - Vec2::new(x as f32, y as f32);
    let rows = [y, y + down].map(|y| {
        let from = &photo.pixels[(y * width + x) * 4..];
        let [left, right] = [from, &from[right..]].map(|pixel| {
            let [red, green, blue] = [pixel[0], pixel[1], pixel[2]].map(f32::from);
            if !photo.has_alpha {
                return Vec3::new(red, green, blue);
            }
            let alpha = f32::from(pixel[3]) / 255.0;
            Vec3::new(red, green, blue) * alpha + 255.0 * (1.0 - alpha)
        });
        left + (right - left) * part.x
    });
    ((rows[0] + (rows[1] - rows[0]) * part.y) / 255.0).to_array()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> Photo {
        let pixels = (0..8u8).flat_map(|_| (0..8u8).flat_map(|x| [x * 30, 0, 255, 255])).collect();
        Photo { width: 8, height: 8, pixels, has_alpha: false, reduced_from: None }
    }

    #[test]
    fn a_region_of_the_photos_own_grid_is_the_photo() {
        let photo = ramp();
        let planes = Region::whole(&photo).planes(&photo, 8, Outside::Black);
        for (k, value) in planes.iter().enumerate() {
            let expected = [(k % 8) as f32 * 30.0 / 255.0, 0.0, 1.0][k / 64];
            assert!((value - expected).abs() < 1e-5, "{k}: {value} for {expected}");
        }
    }

    #[test]
    fn a_quarter_turn_puts_columns_into_rows() {
        let photo = ramp();
        let region = Region { turn: std::f32::consts::FRAC_PI_2, ..Region::whole(&photo) };
        let planes = region.planes(&photo, 8, Outside::Edge);
        // Its own x axis points down in the photo, its y axis to the left.
        for y in 0..8 {
            assert!((planes[y * 8 + 3] - (7 - y) as f32 * 30.0 / 255.0).abs() < 1e-4);
        }
    }

    #[test]
    fn outside_the_photo_it_is_black_or_the_edge() {
        let photo = ramp();
        let region = Region { centre: Vec2::new(12.0, 4.0), side: 8.0, turn: 0.0 };
        assert!(region.planes(&photo, 8, Outside::Black).iter().all(|&value| value == 0.0));
        assert!((region.planes(&photo, 8, Outside::Edge)[0] - 210.0 / 255.0).abs() < 1e-5);
    }
}
