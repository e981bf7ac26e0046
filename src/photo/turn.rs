//! A picture turned, scaled and put somewhere in one resampling, so that it loses no more than by scaling alone.

use std::f32::consts::PI;

use super::Photo;

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

/// Entries of the filter's table for a lobe; between them it runs straight.
const STEPS: usize = 512;

/// Half of a windowed sinc.
struct Lanczos(Vec<f32>);

impl Lanczos {
    fn new() -> Self {
        let lobes = LOBES as f32;
        let sinc = |x: f32| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
        let value = |step: usize| {
            let x = step as f32 / STEPS as f32;
            if x < lobes { sinc(x) * sinc(x / lobes) } else { 0.0 }
        };
        Self((0..=LOBES * STEPS + 1).map(value).collect())
    }

    /// At a distance of at most [`LOBES`].
    fn at(&self, distance: f32) -> f32 {
        let place = distance.abs().min(LOBES as f32) * STEPS as f32;
        let step = place as usize;
        self.0[step] + (self.0[step + 1] - self.0[step]) * (place - step as f32)
    }
}

/// The pixels along one axis that an output pixel looks at, with their weights.
#[derive(Default)]
struct Taps {
    first: usize,
    weights: Vec<f32>,
}

impl Taps {
    /// Around a place, of `length` pixels; what lies outside is empty and weighs all the same.
    fn around(&mut self, place: f64, length: u32, stretch: f64, filter: &Lanczos) {
        self.weights.clear();
        self.first = 0;
        let reach = LOBES as f64 * stretch;
        let from = (place - 0.5 - reach).ceil();
        let to = (place - 0.5 + reach).floor();
        let mut sum = 0.0;
        let mut at = from;
        while at <= to {
            let weight = filter.at(((at + 0.5 - place) / stretch) as f32);
            sum += weight;
            if at >= 0.0 && at < f64::from(length) {
                if self.weights.is_empty() {
                    self.first = at as usize;
                }
                self.weights.push(weight);
            }
            at += 1.0;
        }
        for weight in &mut self.weights {
            *weight /= sum;
        }
    }
}

/// A photo turned and put on an empty picture of `width × height` pixels. Colours are weighted with their alpha.
pub fn place_turned(photo: &Photo, width: u32, height: u32, turned: Turned) -> Photo {
    let (width, height) = (width.max(1), height.max(1));
    let Turned { scale, degrees, x: left, y: top } = turned;
    let mut pixels = vec![0; width as usize * height as usize * 4];
    let filter = Lanczos::new();
    let stretch = (1.0 / scale).max(1.0);
    let reach = LOBES as f64 * stretch;
    let (sin, cos) = degrees.to_radians().sin_cos();
    let weighted = weighted(photo);
    let (source, _) = weighted.as_chunks::<4>();
    let stride = photo.width as usize;
    let inside = |at: f64, length: u32| at > -reach && at < f64::from(length) + reach;
    let (mut across, mut down) = (Taps::default(), Taps::default());
    for (y, row) in pixels.chunks_exact_mut(width as usize * 4).enumerate() {
        let dy = (y as f64 + 0.5 - top) / scale;
        for (x, out) in row.as_chunks_mut::<4>().0.iter_mut().enumerate() {
            let dx = (x as f64 + 0.5 - left) / scale;
            let (u, v) = (cos * dx + sin * dy, cos * dy - sin * dx);
            if !inside(u, photo.width) || !inside(v, photo.height) {
                continue;
            }
            across.around(u, photo.width, stretch, &filter);
            down.around(v, photo.height, stretch, &filter);
            let mut sum = [0.0_f32; 4];
            for (row, weight) in (down.first..).zip(&down.weights) {
                let mut line = [0.0_f32; 4];
                let pixels = &source[row * stride + across.first..][..across.weights.len()];
                for (pixel, weight) in pixels.iter().zip(&across.weights) {
                    for (sum, &value) in line.iter_mut().zip(pixel) {
                        *sum += weight * f32::from(value);
                    }
                }
                for (sum, line) in sum.iter_mut().zip(line) {
                    *sum += weight * line;
                }
            }
            *out = straight(sum);
        }
    }
    Photo { width, height, pixels, has_alpha: true, reduced_from: photo.reduced_from }
}

/// Colours times their alpha, in whole levels.
fn weighted(photo: &Photo) -> std::borrow::Cow<'_, [u8]> {
    if !photo.has_alpha {
        return (&photo.pixels).into();
    }
    let mut pixels = photo.pixels.clone();
    for pixel in pixels.as_chunks_mut::<4>().0 {
        let alpha = u32::from(pixel[3]);
        for value in &mut pixel[..3] {
            *value = ((u32::from(*value) * alpha + 127) / 255) as u8;
        }
    }
    pixels.into()
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
}
