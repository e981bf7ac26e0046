//! A picture on a surface in space, laid over a photo: a product on a person, a pattern on an item.
//!
//! A surface gives off light and lets some through, each by colour, so that one picture holds a frame, its tinted
//! lenses and the clear ones. Everything is linear light.

use std::ops::Range;

use glam::{Vec2, Vec3};

use crate::photo::{Photo, color};

/// What a place of a surface does to the light: it gives off some, and lets through some of what is behind it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Film {
    /// Red, green and blue that it gives off, 0 to 1 or a little above.
    pub light: Vec3,
    /// How much of each it lets through, 0 to 1.
    pub through: Vec3,
}

impl Film {
    /// Nothing is there.
    pub const CLEAR: Self = Self { light: Vec3::ZERO, through: Vec3::ONE };

    /// What straight sRGB with opacity does.
    #[must_use]
    pub fn of_pixel([red, green, blue, alpha]: [u8; 4]) -> Self {
        let alpha = f32::from(alpha) / 255.0;
        Self {
            light: Vec3::new(color::light(red), color::light(green), color::light(blue)) * alpha,
            through: Vec3::splat(1.0 - alpha),
        }
    }

    /// Both, this one in front.
    #[must_use]
    pub fn over(self, behind: Self) -> Self {
        Self { light: self.light + self.through * behind.light, through: self.through * behind.through }
    }

    /// How much of what is behind it hides, 0 to 1.
    #[must_use]
    pub fn cover(self) -> f32 {
        1.0 - self.through.element_sum() / 3.0
    }

    /// A part of it, as if only `share` of the place were covered.
    #[must_use]
    pub fn part(self, share: f32) -> Self {
        Self { light: self.light * share, through: Vec3::ONE.lerp(self.through, share) }
    }

    fn mix(self, other: Self, share: f32) -> Self {
        Self { light: self.light.lerp(other.light, share), through: self.through.lerp(other.through, share) }
    }
}

/// A picture of films, and smaller ones of it for where it is seen small.
#[derive(Clone, Debug)]
pub struct Texture {
    /// The first is the picture itself; each further one has half of its sides.
    levels: Vec<Level>,
}

#[derive(Clone, Debug)]
struct Level {
    width: usize,
    height: usize,
    films: Vec<Film>,
}

impl Texture {
    /// A texture of `width × films.len() / width` films, rows top to bottom.
    #[must_use]
    pub fn new(width: usize, films: Vec<Film>) -> Self {
        let width = width.max(1);
        let mut levels = vec![Level { width, height: films.len() / width, films }];
        while let Some(last) = levels.last().filter(|last| last.width.max(last.height) > 1) {
            let half = last.half();
            levels.push(half);
        }
        Self { levels }
    }

    /// Width and height.
    #[must_use]
    pub fn size(&self) -> Vec2 {
        Vec2::new(self.levels[0].width as f32, self.levels[0].height as f32)
    }

    /// What is at a place, in the texture's pixels, where one pixel of the result covers `footprint` of them each
    /// way; outside the texture it is clear.
    #[must_use]
    pub fn sample(&self, at: Vec2, footprint: f32) -> Film {
        let exact = footprint.max(1.0).log2().min((self.levels.len() - 1) as f32);
        let (level, share) = (exact as usize, exact.fract());
        let film = self.levels[level].sample(at / (1 << level) as f32);
        match self.levels.get(level + 1) {
            Some(coarser) if share > 0.0 => film.mix(coarser.sample(at / (2 << level) as f32), share),
            _ => film,
        }
    }
}

impl Level {
    fn half(&self) -> Self {
        let (width, height) = (self.width.div_ceil(2), self.height.div_ceil(2));
        let films = (0..width * height).map(|k| {
            let (x, y) = (k % width * 2, k / width * 2);
            let row =
                |y: usize| self.get(x as isize, y as isize).mix(self.get(x as isize + 1, y as isize), 0.5);
            row(y).mix(row(y + 1), 0.5)
        });
        Self { width, height, films: films.collect() }
    }

    fn get(&self, x: isize, y: isize) -> Film {
        let is_inside = (0..self.width as isize).contains(&x) && (0..self.height as isize).contains(&y);
        if is_inside { self.films[y as usize * self.width + x as usize] } else { Film::CLEAR }
    }

    fn sample(&self, at: Vec2) -> Film {
        let at = at - 0.5;
        let (low, part) = (at.floor(), at - at.floor());
        let (x, y) = (low.x as isize, low.y as isize);
        if x >= 0 && y >= 0 && (x as usize) + 1 < self.width && (y as usize) + 1 < self.height {
            let first = y as usize * self.width + x as usize;
            let [above, below] = [&self.films[first..first + 2], &self.films[first + self.width..][..2]];
            return above[0].mix(above[1], part.x).mix(below[0].mix(below[1], part.x), part.y);
        }
        let row = |y: isize| self.get(x, y).mix(self.get(x + 1, y), part.x);
        row(y).mix(row(y + 1), part.y)
    }
}

/// A corner of a surface's triangles.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Vertex {
    /// Where it is seen, in the photo's pixels.
    pub seen: Vec2,
    /// How far it is from the camera, in any unit that all share; above 0.
    pub distance: f32,
    /// Its place in the texture, in the texture's pixels.
    pub texture: Vec2,
    /// How much of it is there, 0 to 1.
    pub opacity: f32,
}

/// Triangles with a picture on them.
#[derive(Clone, Debug, Default)]
pub struct Surface {
    /// Their corners.
    pub vertices: Vec<Vertex>,
    /// Three indices of corners each; both sides are seen.
    pub triangles: Vec<[u32; 3]>,
}

/// A rectangle of a photo's pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Its first column.
    pub left: usize,
    /// Its first row.
    pub top: usize,
    /// Its columns.
    pub width: usize,
    /// Its rows.
    pub height: usize,
}

impl Frame {
    /// The pixels of a photo within `room` of some places; empty where they are elsewhere.
    #[must_use]
    pub fn around(places: impl Iterator<Item = Vec2>, room: f32, photo: &Photo) -> Self {
        let (low, high) =
            places.fold((Vec2::INFINITY, Vec2::NEG_INFINITY), |(low, high), at| (low.min(at), high.max(at)));
        let size = Vec2::new(photo.width as f32, photo.height as f32);
        let low = (low - room).floor().clamp(Vec2::ZERO, size);
        let high = (high + room).ceil().clamp(low, size);
        let sides = high - low;
        Self { left: low.x as usize, top: low.y as usize, width: sides.x as usize, height: sides.y as usize }
    }

    /// How many pixels it has.
    #[must_use]
    pub const fn area(&self) -> usize {
        self.width * self.height
    }
}

/// How far from the camera whatever stands in front is, at each pixel of a frame; infinite where nothing does.
pub struct Depth {
    /// One for each of the frame's pixels, in the unit of the vertices.
    pub distances: Vec<f32>,
}

impl Depth {
    /// Of triangles between places as they are seen, each with its distance.
    #[must_use]
    pub fn of(places: &[(Vec2, f32)], triangles: &[[u16; 3]], frame: &Frame) -> Self {
        let mut distances = vec![f32::INFINITY; frame.area()];
        for triangle in triangles {
            let corners = triangle.map(|index| places[usize::from(index)]);
            let seen = corners.map(|corner| corner.0);
            let nearness = corners.map(|corner| 1.0 / corner.1);
            raster(seen, frame, 1, |at, shares| {
                let distance = 1.0 / dot(shares, nearness);
                let place = &mut distances[at];
                *place = place.min(distance);
            });
        }
        Self { distances }
    }
}

impl Depth {
    /// 1 where something stands, else 0.
    #[must_use]
    pub fn covered(&self) -> Vec<f32> {
        self.distances.iter().map(|distance| f32::from(u8::from(distance.is_finite()))).collect()
    }
}

/// Samples along a side of a pixel.
const SAMPLES: usize = 2;

/// Lays a surface over what is already in the films of a frame.
///
/// Where `before` says that something stands more than `slack` nearer, the surface is hidden; in between it fades.
pub fn lay(
    surface: &Surface,
    texture: &Texture,
    before: &Depth,
    slack: Range<f32>,
    frame: &Frame,
    films: &mut [Film],
) {
    let share = 1.0 / (SAMPLES * SAMPLES) as f32;
    // What the surface alone is, as the mean of a pixel's samples; those of one pixel come from several triangles.
    let mut laid = vec![(Film { light: Vec3::ZERO, through: Vec3::ZERO }, 0.0_f32); frame.area()];
    for triangle in &surface.triangles {
        let corners = triangle.map(|index| surface.vertices[index as usize]);
        let seen = corners.map(|corner| corner.seen);
        let nearness = corners.map(|corner| 1.0 / corner.distance);
        // Pixels of the texture for one of the photo: by the areas of the triangle in both.
        let twice = |[a, b, c]: [Vec2; 3]| (b - a).perp_dot(c - a).abs();
        let footprint =
            (twice(corners.map(|corner| corner.texture)) / twice(seen).max(1e-6)).sqrt() / SAMPLES as f32;
        raster(seen, frame, SAMPLES, |at, shares| {
            let weights = [0, 1, 2].map(|k| shares[k] * nearness[k]);
            let total = weights[0] + weights[1] + weights[2];
            let weights = weights.map(|weight| weight / total);
            let place = (0..3).map(|k| corners[k].texture * weights[k]).sum();
            let opacity: f32 = (0..3).map(|k| corners[k].opacity * weights[k]).sum();
            let hidden = (1.0 / total - before.distances[at] - slack.start) / (slack.end - slack.start);
            let there = opacity * (1.0 - hidden.clamp(0.0, 1.0));
            let film = if there > 0.0 { texture.sample(place, footprint).part(there) } else { Film::CLEAR };
            let (sum, covered) = &mut laid[at];
            sum.light += film.light * share;
            sum.through += film.through * share;
            *covered += share;
        });
    }
    for (film, (sum, covered)) in films.iter_mut().zip(laid) {
        if covered > 0.0 {
            // Samples that no triangle covers let everything through. Two triangles may share one on their edge.
            let sum = if covered > 1.0 {
                Film { light: sum.light / covered, through: sum.through / covered }
            } else {
                Film { light: sum.light, through: sum.through + (1.0 - covered) }
            };
            *film = sum.over(*film);
        }
    }
}

/// Tells each sample of a frame that lies in a triangle: its pixel, and its shares of the three corners.
fn raster([a, b, c]: [Vec2; 3], frame: &Frame, samples: usize, mut each: impl FnMut(usize, [f32; 3])) {
    let area = (b - a).perp_dot(c - a);
    if !area.is_finite() || area.abs() < 1e-9 {
        return;
    }
    let origin = Vec2::new(frame.left as f32, frame.top as f32);
    let fine = samples as f32;
    let sample = |value: f32, most: usize| (value.max(0.0) as usize).min(most * samples);
    let low = (a.min(b).min(c) - origin) * fine;
    let high = (a.max(b).max(c) - origin) * fine;
    for y in sample((low.y - 0.5).ceil(), frame.height)..sample((high.y + 0.5).ceil(), frame.height) {
        for x in sample((low.x - 0.5).ceil(), frame.width)..sample((high.x + 0.5).ceil(), frame.width) {
            let at = origin + (Vec2::new(x as f32, y as f32) + 0.5) / fine;
            let shares = [
                (c - b).perp_dot(at - b) / area,
                (a - c).perp_dot(at - c) / area,
                (b - a).perp_dot(at - a) / area,
            ];
            if shares.iter().all(|&share| share >= 0.0) {
                each(y / samples * frame.width + x / samples, shares);
            }
        }
    }
}

/// Puts films into a photo; pixels whose film is clear keep their bytes. What is transparent gets as opaque as they are.
pub fn merge(photo: &mut Photo, frame: &Frame, films: &[Film]) {
    for (k, film) in films.iter().enumerate() {
        if *film == Film::CLEAR {
            continue;
        }
        let (x, y) = (frame.left + k % frame.width, frame.top + k / frame.width);
        let pixel = &mut photo.pixels[(y * photo.width as usize + x) * 4..][..4];
        let behind = Vec3::new(color::light(pixel[0]), color::light(pixel[1]), color::light(pixel[2]));
        let light = if photo.has_alpha {
            let alpha = f32::from(pixel[3]) / 255.0;
            let covers = 1.0 - (1.0 - alpha) * (1.0 - film.cover());
            pixel[3] = (covers * 255.0).round() as u8;
            (film.light + film.through * behind * alpha) / covers.max(1e-6)
        } else {
            film.light + film.through * behind
        };
        for (level, light) in pixel[..3].iter_mut().zip(light.to_array()) {
            *level = color::to_level(light.clamp(0.0, 1.0));
        }
    }
}

fn dot(one: [f32; 3], other: [f32; 3]) -> f32 {
    one[0] * other[0] + one[1] * other[1] + one[2] * other[2]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn grey(side: u32) -> Photo {
        let pixels = [90, 90, 90, 255].repeat((side * side) as usize);
        Photo { width: side, height: side, pixels, has_alpha: false, reduced_from: None }
    }

    /// A square of the texture from `low` to `high` in the photo, flat, at a distance of 100.
    fn square(texture: &Texture, low: Vec2, high: Vec2) -> Surface {
        let corner = |x: f32, y: f32| Vertex {
            seen: low + (high - low) * Vec2::new(x, y),
            distance: 100.0,
            texture: texture.size() * Vec2::new(x, y),
            opacity: 1.0,
        };
        Surface {
            vertices: vec![corner(0.0, 0.0), corner(1.0, 0.0), corner(0.0, 1.0), corner(1.0, 1.0)],
            triangles: vec![[0, 1, 2], [1, 3, 2]],
        }
    }

    fn whole(photo: &Photo) -> Frame {
        Frame { left: 0, top: 0, width: photo.width as usize, height: photo.height as usize }
    }

    fn laid(surface: &Surface, texture: &Texture, photo: &Photo, before: f32) -> Vec<Film> {
        let frame = whole(photo);
        let mut films = vec![Film::CLEAR; frame.area()];
        let before = Depth { distances: vec![before; frame.area()] };
        lay(surface, texture, &before, 1.0..3.0, &frame, &mut films);
        films
    }

    #[test]
    fn a_texture_at_its_own_size_keeps_its_pixels() {
        let films: Vec<Film> = (0..16u8).map(|k| Film::of_pixel([k * 10, 0, 200, 255])).collect();
        let texture = Texture::new(4, films.clone());
        let mut photo = grey(8);
        let surface = square(&texture, Vec2::splat(2.0), Vec2::splat(6.0));
        let result = laid(&surface, &texture, &photo, f32::INFINITY);
        merge(&mut photo, &whole(&grey(8)), &result);
        for k in [5, 6, 9, 10] {
            let film = films[k];
            let at = ((2 + k / 4) * 8 + 2 + k % 4) * 4;
            // Between its own sample points a pixel takes a little of its neighbours.
            let level = color::light(photo.pixels[at]);
            assert!((level - film.light.x).abs() < 0.02, "{k}");
        }
        assert_eq!(photo.pixels[..4], [90, 90, 90, 255]);
    }

    #[test]
    fn clear_places_keep_the_photos_bytes() {
        let texture = Texture::new(2, vec![Film::CLEAR; 4]);
        let mut photo = grey(8);
        let films = laid(&square(&texture, Vec2::ZERO, Vec2::splat(8.0)), &texture, &photo, f32::INFINITY);
        merge(&mut photo, &whole(&grey(8)), &films);
        assert_eq!(photo, grey(8));
    }

    #[test]
    fn what_stands_in_front_hides_it_and_what_stands_behind_does_not() {
        let texture = Texture::new(2, vec![Film::of_pixel([0, 0, 0, 255]); 4]);
        let photo = grey(8);
        let surface = square(&texture, Vec2::ZERO, Vec2::splat(8.0));
        let cover = |before: f32| laid(&surface, &texture, &photo, before)[27].cover();
        assert!(cover(f32::INFINITY) > 0.99 && cover(101.0) > 0.99 && cover(99.0) > 0.99);
        assert!((cover(98.0) - 0.5).abs() < 0.01);
        assert!(cover(90.0) < 0.01);
    }

    #[test]
    fn neighbouring_triangles_leave_no_seam() {
        let texture = Texture::new(8, vec![Film::of_pixel([255, 255, 255, 255]); 64]);
        let photo = grey(40);
        let films =
            laid(&square(&texture, Vec2::splat(3.3), Vec2::splat(36.1)), &texture, &photo, f32::INFINITY);
        for y in 8..32 {
            for x in 8..32 {
                assert!((films[y * 40 + x].cover() - 1.0).abs() < 1e-4, "{x} {y}");
            }
        }
    }

    #[test]
    fn a_tinted_film_colours_what_is_behind() {
        let tint = Film { light: Vec3::ZERO, through: Vec3::new(1.0, 0.5, 0.25) };
        let texture = Texture::new(2, vec![tint; 4]);
        let mut photo = grey(8);
        let films =
            laid(&square(&texture, Vec2::splat(-8.0), Vec2::splat(16.0)), &texture, &photo, f32::INFINITY);
        merge(&mut photo, &whole(&grey(8)), &films);
        let behind = color::light(90);
        for (level, share) in photo.pixels[27 * 4..][..3].iter().zip([1.0, 0.5, 0.25]) {
            assert!((color::light(*level) - behind * share).abs() < 0.003);
        }
    }

    #[test]
    fn seen_small_it_is_the_mean() {
        let films =
            (0..64 * 64).map(|k| Film::of_pixel([if (k + k / 64) % 2 == 0 { 255 } else { 0 }, 0, 0, 255]));
        let texture = Texture::new(64, films.collect());
        let photo = grey(8);
        let films = laid(&square(&texture, Vec2::ZERO, Vec2::splat(8.0)), &texture, &photo, f32::INFINITY);
        assert!((films[27].light.x - 0.5).abs() < 0.05, "{}", films[27].light.x);
    }
}
