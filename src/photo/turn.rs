//! A picture turned, scaled and put somewhere in one resampling, so that it loses no more than by scaling alone.

use std::f32::consts::PI;

use super::{Photo, place};

/// Where a turned picture lies in another: its point `(u, v)` comes to `(x, y) + scale · R · (u, v)`, where `R` turns by
/// `degrees` clockwise; whole numbers are the borders between pixels in both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Turned {
    /// Pixels of the other along one of the picture.
    pub scale: f64,
    /// Clockwise.
    pub degrees: f64,
    /// Where the picture's left upper corner comes.
    pub x: f64,
    /// The same, down.
    pub y: f64,
}

/// Lobes of the filter to each side: as [`resample`](super::resample)'s.
const LOBES: usize = 3;

/// Places within a pixel for which weights are made ready: finer ones would move no level.
const PHASES: usize = 256;

/// A windowed sinc for a scale, ready for every place within a pixel.
struct Filter {
    /// How far it reaches to each side, in pixels.
    reach: f64,
    /// Pixels that it looks at along an axis.
    taps: usize,
    /// `taps` weights for each phase; their sum is 1.
    weights: Vec<f32>,
}

impl Filter {
    fn new(scale: f64) -> Self {
        let stretch = (1.0 / scale).max(1.0);
        let reach = LOBES as f64 * stretch;
        let taps = (2.0 * reach).floor() as usize + 1;
        let mut weights = Vec::with_capacity(PHASES * taps);
        for phase in 0..PHASES {
            let first = -reach + (phase as f64 + 0.5) / PHASES as f64;
            let own = (0..taps).map(|tap| lanczos(((first + tap as f64) / stretch) as f32));
            let from = weights.len();
            weights.extend(own);
            let sum: f32 = weights[from..].iter().sum();
            weights[from..].iter_mut().for_each(|weight| *weight /= sum);
        }
        Self { reach, taps, weights }
    }

    /// Around a place of an axis of `length` pixels: the first pixel, and the weights from there on. What lies outside
    /// is empty, and weighs all the same.
    fn around(&self, place: f64, length: usize) -> (usize, &[f32]) {
        let first = (place - 0.5 - self.reach).ceil();
        let phase = ((first + 0.5 - place + self.reach) * PHASES as f64) as usize;
        let weights = &self.weights[phase.min(PHASES - 1) * self.taps..][..self.taps];
        let first = first as i64;
        let outside = usize::try_from(-first).unwrap_or(0).min(self.taps);
        let first = usize::try_from(first).unwrap_or(0);
        let inside = (length.saturating_sub(first)).min(self.taps - outside);
        (first, &weights[outside..outside + inside])
    }
}

fn lanczos(x: f32) -> f32 {
    let lobes = LOBES as f32;
    let sinc = |x: f32| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
    if x.abs() < lobes { sinc(x) * sinc(x / lobes) } else { 0.0 }
}

/// A photo turned and put on an empty picture of `width × height` pixels. Colours are weighted with their alpha. One that
/// is not turned is put there by [`place`].
pub fn place_turned(photo: &Photo, width: u32, height: u32, turned: Turned) -> Photo {
    if turned.degrees == 0.0 {
        return place(photo, width, height, turned.scale, [turned.x, turned.y]);
    }
    let (width, height) = (width.max(1) as usize, height.max(1) as usize);
    let mut pixels = vec![0; width * height * 4];
    let filter = Filter::new(turned.scale);
    // Pixels along a side that are worked on at once: what they look at fits a processor's own memory.
    let side = (160.0 * turned.scale).clamp(4.0, 64.0) as usize;
    let mut part = Part::default();
    let [[u0, v0], [u1, v1]] = [turned.source(0, 0), turned.source(1, 0)];
    let (across, down) = (u1 - u0, v1 - v0);
    let (out, _) = pixels.as_chunks_mut::<4>();
    for top in (0..height).step_by(side) {
        for left in (0..width).step_by(side) {
            let (right, bottom) = ((left + side).min(width), (top + side).min(height));
            if !part.take(photo, turned, &filter, [left, top, right, bottom]) {
                continue;
            }
            for y in top..bottom {
                let [u, v] = turned.source(left, y);
                for (x, out) in out[y * width + left..y * width + right].iter_mut().enumerate() {
                    let x = x as f64;
                    *out = part.pixel([u + x * across, v + x * down], &filter);
                }
            }
        }
    }
    let (width, height) = (width as u32, height as u32);
    Photo { width, height, pixels, has_alpha: true, reduced_from: photo.reduced_from }
}

impl Turned {
    /// The place of the picture that comes to the middle of a pixel.
    fn source(self, x: usize, y: usize) -> [f64; 2] {
        let (sin, cos) = self.degrees.to_radians().sin_cos();
        let dx = (x as f64 + 0.5 - self.x) / self.scale;
        let dy = (y as f64 + 0.5 - self.y) / self.scale;
        [cos * dx + sin * dy, cos * dy - sin * dx]
    }
}

/// A part of a photo, its colours weighted with their alpha.
#[derive(Default)]
struct Part {
    left: usize,
    top: usize,
    width: usize,
    height: usize,
    pixels: Vec<[f32; 4]>,
}

impl Part {
    /// Takes what some pixels of the other picture look at; whether anything of it is visible.
    fn take(&mut self, photo: &Photo, turned: Turned, filter: &Filter, [x0, y0, x1, y1]: [usize; 4]) -> bool {
        let corners = [(x0, y0), (x1 - 1, y0), (x0, y1 - 1), (x1 - 1, y1 - 1)];
        let corners = corners.map(|(x, y)| turned.source(x, y));
        let span = |axis: usize, length: u32| {
            let places = corners.map(|corner| corner[axis]);
            let least = places.into_iter().fold(f64::INFINITY, f64::min) - filter.reach - 1.0;
            let most = places.into_iter().fold(f64::NEG_INFINITY, f64::max) + filter.reach + 1.0;
            let least = least.floor().clamp(0.0, f64::from(length)) as usize;
            (least, (most.ceil().clamp(0.0, f64::from(length)) as usize).max(least) - least)
        };
        ((self.left, self.width), (self.top, self.height)) = (span(0, photo.width), span(1, photo.height));
        self.pixels.clear();
        let (source, _) = photo.pixels.as_chunks::<4>();
        let mut visible = false;
        for y in self.top..self.top + self.height {
            let row = &source[y * photo.width as usize + self.left..][..self.width];
            self.pixels.extend(row.iter().map(|&[red, green, blue, alpha]| {
                visible |= alpha > 0;
                let opacity = f32::from(alpha) / 255.0;
                let [red, green, blue] = [red, green, blue].map(|value| f32::from(value) * opacity);
                [red, green, blue, f32::from(alpha)]
            }));
        }
        visible
    }

    fn pixel(&self, [u, v]: [f64; 2], filter: &Filter) -> [u8; 4] {
        let (first_column, across) = filter.around(u - self.left as f64, self.width);
        let (first_row, down) = filter.around(v - self.top as f64, self.height);
        let mut sum = [0.0_f32; 4];
        if across.is_empty() {
            return [0; 4];
        }
        for (row, weight) in (first_row..).zip(down) {
            let mut line = [0.0_f32; 4];
            let pixels = &self.pixels[row * self.width + first_column..][..across.len()];
            for (pixel, weight) in pixels.iter().zip(across) {
                for (sum, value) in line.iter_mut().zip(pixel) {
                    *sum += weight * value;
                }
            }
            for (sum, line) in sum.iter_mut().zip(line) {
                *sum += weight * line;
            }
        }
        straight(sum)
    }
}

fn straight([red, green, blue, alpha]: [f32; 4]) -> [u8; 4] {
    let level = |value: f32| (value + 0.5).clamp(0.0, 255.0) as u8;
    let opacity = level(alpha);
    if opacity == 0 {
        return [0; 4];
    }
    // Beside an edge the filter's lobes lift colour and alpha alike above what there is.
    let whole = 255.0 / alpha;
    [level(red * whole), level(green * whole), level(blue * whole), opacity]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::photo::{place, resample};

    fn photo(width: u32, height: u32, color: impl Fn(u32, u32) -> [u8; 4]) -> Photo {
        let pixels = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| color(x, y));
        Photo { width, height, pixels: pixels.collect(), has_alpha: true, reduced_from: None }
    }

    fn waves(x: u32, y: u32) -> [u8; 4] {
        let wave = |at: f32| (128.0 + 100.0 * (at / 9.0).sin()) as u8;
        [wave(x as f32), wave(y as f32), wave((x + y) as f32), 255]
    }

    fn turned(scale: f64, degrees: f64, x: f64, y: f64) -> Turned {
        Turned { scale, degrees, x, y }
    }

    #[test]
    fn without_a_turn_it_is_what_scaling_alone_gives() {
        // Hardly turned: what is not turned at all takes the other way.
        let source = photo(120, 90, waves);
        for scale in [0.5, 1.0, 2.0] {
            let (width, height) = ((120.0 * scale) as u32, (90.0 * scale) as u32);
            let expected = place(&source, width, height, scale, [0.0; 2]);
            let found = place_turned(&source, width, height, turned(scale, 0.0, 0.0, 0.0));
            let margin = (4.0 * scale.max(1.0)) as u32;
            for y in margin..height - margin {
                for x in margin..width - margin {
                    let at = ((y * width + x) * 4) as usize;
                    for channel in at..at + 4 {
                        let (one, other) = (found.pixels[channel], expected.pixels[channel]);
                        assert!(one.abs_diff(other) <= 1, "{scale} {x} {y}: {one} {other}");
                    }
                }
            }
        }
    }

    #[test]
    fn a_quarter_turn_moves_whole_pixels_clockwise() {
        let source = photo(30, 20, waves);
        // The left upper corner comes to the right.
        let found = place_turned(&source, 20, 30, turned(1.0, 90.0, 20.0, 0.0));
        for y in 3..27_usize {
            for x in 3..17_usize {
                let expected = waves(y as u32, 19 - x as u32);
                let pixel = &found.pixels[(y * 20 + x) * 4..][..4];
                assert!(pixel.iter().zip(expected).all(|(one, other)| one.abs_diff(other) <= 1), "{x} {y}");
            }
        }
    }

    #[test]
    fn there_and_back_a_picture_is_nearly_what_it_was() {
        let source = photo(160, 160, waves);
        let (sin, cos) = 10.0_f64.to_radians().sin_cos();
        let corner = |degrees: f64| {
            let sin = sin * degrees.signum();
            [80.0 - (cos * 80.0 - sin * 80.0), 80.0 - (sin * 80.0 + cos * 80.0)]
        };
        let ([x, y], [back_x, back_y]) = (corner(1.0), corner(-1.0));
        let there = place_turned(&source, 160, 160, turned(1.0, 10.0, x, y));
        let back = place_turned(&there, 160, 160, turned(1.0, -10.0, back_x, back_y));
        for y in 40..120_usize {
            for x in 40..120_usize {
                let at = (y * 160 + x) * 4;
                for channel in at..at + 4 {
                    assert!(back.pixels[channel].abs_diff(source.pixels[channel]) <= 2, "{x} {y}");
                }
            }
        }
    }

    #[test]
    fn what_is_hidden_does_not_bleed_and_one_colour_stays_one() {
        // Green is hidden around a red disc.
        let source = photo(100, 100, |x, y| {
            let far = (x as f32 - 50.0).hypot(y as f32 - 50.0);
            if far < 30.0 { [200, 30, 20, 255] } else { [0, 255, 0, 0] }
        });
        let found = place_turned(&source, 100, 100, turned(0.8, 33.0, 30.0, -5.0));
        for pixel in found.pixels.as_chunks::<4>().0.iter().filter(|pixel| pixel[3] > 8) {
            let [red, green, blue, _] = *pixel;
            assert!(
                red.abs_diff(200) <= 14 && green.abs_diff(30) <= 14 && blue.abs_diff(20) <= 14,
                "{pixel:?}"
            );
        }
        assert!(found.pixels.as_chunks::<4>().0.contains(&[200, 30, 20, 255]));
        let small = resample(&found, 10, 10);
        assert!(small.pixels.iter().any(|&value| value > 0));
    }

    #[test]
    #[ignore = "measures"]
    #[allow(clippy::print_stderr)]
    fn time_of_a_turn() {
        let source = photo(3000, 3000, waves);
        for scale in [0.5, 1.0] {
            let side = (3000.0 * scale) as u32;
            let from = std::time::Instant::now();
            place_turned(&source, side, side, turned(scale, 3.0, 0.0, 0.0));
            let turned = from.elapsed();
            let from = std::time::Instant::now();
            place(&source, side, side, scale * 0.999, [0.0; 2]);
            eprintln!("{side} × {side} at {scale}: turned {turned:?}, placed {:?}", from.elapsed());
        }
    }
}
