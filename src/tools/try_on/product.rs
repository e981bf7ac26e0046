//! A product's picture as what it does to light: its background gone, its lenses clear or tinted.
//!
//! A picture with transparency says so itself. One before a plain ground is compared with that ground: what is as
//! bright lets all light through, a smooth darker pane lets through what it kept of the ground's light, and the rest
//! is solid.

use std::collections::VecDeque;

use glam::Vec3;

use super::{Error, Kind};
use crate::photo::{self, Photo, color};
use crate::scene::surface::Film;

/// A product's picture is read at this many columns at most, and at no more rows than this.
const COLUMNS: u32 = 1600;
const ROWS: u32 = 2 * COLUMNS;
/// A picture whose transparent part is at least this says itself what is background.
const TRANSPARENT: f32 = 0.02;
/// The frame around a picture that shows the ground, in parts of its shorter side.
const RIM: f32 = 0.015;
/// How far the ground may be from its own smooth shade, in levels, and in which part of the rim it has to be within.
const PLAIN: f32 = 10.0;
const PLAIN_SHARE: f32 = 0.85;
/// A step between neighbours, in levels, that ends a shadow on the ground or a pane.
const STEP: f32 = 7.0;
/// How dark a shadow on the ground is, at most, in levels.
const SHADOW: f32 = 90.0;
/// The least share of the product's box that a pane has; smaller gaps of the ground's colour are gaps all the same, but
/// the smallest are what shines on the product.
const PANE: f32 = 0.02;
const GAP: f32 = 0.003;
/// What a tinted pane is, in parts of the product's box: its area, its width and its height; and how much of its own
/// box it fills.
const TINTED_AREA: (f32, f32) = (0.05, 0.4);
const TINTED_WIDTH: (f32, f32) = (0.15, 0.48);
const TINTED_HEIGHT: f32 = 0.35;
const TINTED_FILL: f32 = 0.6;
/// How far an edge is blurred, in pixels.
const EDGE: isize = 2;

/// A picture's films, rows top to bottom, cut to where the product is.
pub(super) struct Product {
    pub(super) width: usize,
    pub(super) films: Vec<Film>,
}

/// What a pixel belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Solid,
    /// The ground around the product, or seen through it.
    Ground,
    /// A pane that keeps some of the ground's light.
    Pane,
}

/// Reads the picture of a product of a kind, which is some millimetres wide.
///
/// # Errors
/// [`Error::Width`], [`Error::NoProduct`], [`Error::NotPlain`].
pub(super) fn read(picture: &Photo, kind: Kind, millimetres: f32) -> Result<Product, Error> {
    let (least, most) = kind.widths();
    // Not `<`: a width that is no number is none.
    if !(least..=most).contains(&millimetres) {
        return Err(Error::Width { kind, millimetres: millimetres.to_string() });
    }
    let (width, height) = (picture.width, picture.height);
    let smaller = (width > COLUMNS || height > ROWS).then(|| {
        // Products of sides of at most 2³² each.
        let fits = u64::from(width) * u64::from(ROWS) > u64::from(height) * u64::from(COLUMNS);
        let part =
            |side: u32, most: u32, of: u32| (u64::from(side) * u64::from(most) / u64::from(of)).max(1) as u32;
        if fits {
            photo::resample(picture, COLUMNS, part(height, COLUMNS, width))
        } else {
            photo::resample(picture, part(width, ROWS, height), ROWS)
        }
    });
    let photo = smaller.as_ref().unwrap_or(picture);
    let (pixels, _) = photo.pixels.as_chunks::<4>();
    let transparent = pixels.iter().filter(|pixel| pixel[3] < 128).count() as f32 / pixels.len() as f32;
    let films = if transparent >= TRANSPARENT {
        pixels.iter().map(|&pixel| Film::of_pixel(pixel)).collect()
    } else {
        keyed(photo, pixels, kind)?
    };
    cropped(photo.width as usize, &films).ok_or(Error::NoProduct)
}

/// The product's box and nothing else; none where nothing is there.
pub(super) fn cropped(width: usize, films: &[Film]) -> Option<Product> {
    let is_there = |film: &Film| film.cover() > 0.1;
    let rows: Vec<usize> = (0..films.len() / width)
        .filter(|row| films[row * width..][..width].iter().filter(|film| is_there(film)).count() > 1)
        .collect();
    let columns: Vec<usize> = (0..width)
        .filter(|column| films.iter().skip(*column).step_by(width).filter(|film| is_there(film)).count() > 1)
        .collect();
    let (top, bottom) = (*rows.first()?, *rows.last()?);
    let (left, right) = (*columns.first()?, *columns.last()?);
    let films =
        (top..=bottom).flat_map(|row| films[row * width + left..=row * width + right].iter().copied());
    Some(Product { width: right - left + 1, films: films.collect() })
}

/// Films of a picture before a plain ground.
fn keyed(photo: &Photo, pixels: &[[u8; 4]], kind: Kind) -> Result<Vec<Film>, Error> {
    let (width, height) = (photo.width as usize, photo.height as usize);
    let ground = Ground::of(pixels, width, height)?;
    let apart: Vec<f32> = (0..pixels.len())
        .map(|k| (levels(pixels[k]) - ground.at(k % width, k / width)).abs().max_element())
        .collect();
    let parts = parts(pixels, &apart, width, height, kind);
    if !parts.contains(&Part::Solid) {
        return Err(Error::NoProduct);
    }
    let through = |k: usize| {
        let (seen, full) = (linear(levels(pixels[k])), linear(ground.at(k % width, k / width)));
        (seen / full.max(Vec3::splat(1e-3))).min(Vec3::ONE)
    };
    let film = |k: usize| match parts[k] {
        Part::Ground => Film::CLEAR,
        Part::Pane => Film { light: Vec3::ZERO, through: through(k) },
        Part::Solid => solid(k, pixels, &parts, &apart, &ground, &through, width, height),
    };
    Ok((0..pixels.len()).map(film).collect())
}

/// A pixel of the product itself; at its edge, what is left of it without what shines through from behind.
#[allow(clippy::too_many_arguments, reason = "one pixel of a picture needs all that is known of the picture")]
fn solid(
    k: usize,
    pixels: &[[u8; 4]],
    parts: &[Part],
    apart: &[f32],
    ground: &Ground,
    through: &dyn Fn(usize) -> Vec3,
    width: usize,
    height: usize,
) -> Film {
    let (x, y) = ((k % width) as isize, (k / width) as isize);
    let near = || {
        (-EDGE..=EDGE)
            .flat_map(move |dy| (-EDGE..=EDGE).map(move |dx| (x + dx, y + dy)))
            .filter(|&(x, y)| (0..width as isize).contains(&x) && (0..height as isize).contains(&y))
    };
    let index = |(x, y): (isize, isize)| y as usize * width + x as usize;
    let behind = near().map(index).filter(|&at| parts[at] != Part::Solid).min_by_key(|&at| {
        let (dx, dy) = ((at % width) as isize - x, (at / width) as isize - y);
        dx * dx + dy * dy
    });
    let own = linear(levels(pixels[k]));
    let Some(behind) = behind else { return Film { light: own, through: Vec3::ZERO } };
    // The surest pixel of the product near by says what colour the edge has.
    let surest = near()
        .map(index)
        .filter(|&at| parts[at] == Part::Solid)
        .max_by(|&one, &other| apart[one].total_cmp(&apart[other]));
    let full = linear(levels(pixels[surest.unwrap_or(k)]));
    let seen = if parts[behind] == Part::Pane { through(behind) } else { Vec3::ONE };
    let back = linear(ground.at(k % width, k / width)) * seen;
    let reach = full - back;
    let cover = ((own - back).dot(reach) / reach.length_squared().max(1e-6)).clamp(0.0, 1.0);
    Film { light: full * cover, through: seen * (1.0 - cover) }
}

/// Ground, panes and the product. Glasses alone have panes.
fn parts(pixels: &[[u8; 4]], apart: &[f32], width: usize, height: usize, kind: Kind) -> Vec<Part> {
    let mut parts = vec![Part::Solid; pixels.len()];
    let is_smooth =
        |from: usize, to: usize| (levels(pixels[from]) - levels(pixels[to])).abs().max_element() < STEP;
    // From the rim inward, over what changes slowly: the ground with the product's shadow on it.
    let rim = (0..pixels.len()).filter(|&k| {
        let (x, y) = (k % width, k / width);
        (x == 0 || y == 0 || x + 1 == width || y + 1 == height) && apart[k] < SHADOW
    });
    let mut is_seen = vec![false; pixels.len()];
    for k in spread(rim.collect(), &mut is_seen, width, height, |from, to| {
        apart[to] < SHADOW && is_smooth(from, to)
    }) {
        parts[k] = Part::Ground;
    }
    let solid: Vec<usize> =
        (0..pixels.len()).filter(|&k| parts[k] == Part::Solid && apart[k] > PLAIN).collect();
    let Some(bounds) = Bounds::of(&solid, width) else { return parts };
    for start in 0..pixels.len() {
        if is_seen[start] {
            continue;
        }
        let area = spread(vec![start], &mut is_seen, width, height, is_smooth);
        let share = area.len() as f32 / bounds.area();
        let Some(own) = Bounds::of(&area, width) else { continue };
        let mut depths: Vec<f32> = area.iter().map(|&k| apart[k]).collect();
        depths.sort_by(f32::total_cmp);
        let is_ground_seen = depths[depths.len() / 2] < PLAIN;
        let is_like_a_lens = (TINTED_AREA.0..TINTED_AREA.1).contains(&share)
            && (TINTED_WIDTH.0..TINTED_WIDTH.1).contains(&(own.width() / bounds.width()))
            && own.height() / bounds.height() > TINTED_HEIGHT
            && area.len() as f32 / own.area() > TINTED_FILL;
        let part = if is_ground_seen && share < GAP {
            continue;
        } else if is_ground_seen && (share < PANE || kind != Kind::Glasses) {
            Part::Ground
        } else if kind == Kind::Glasses && (is_ground_seen || is_like_a_lens) {
            Part::Pane
        } else {
            continue;
        };
        area.iter().for_each(|&k| parts[k] = part);
    }
    parts
}

/// All that is reached from some pixels over neighbours.
fn spread(
    start: Vec<usize>,
    is_seen: &mut [bool],
    width: usize,
    height: usize,
    goes: impl Fn(usize, usize) -> bool,
) -> Vec<usize> {
    let mut waiting: VecDeque<usize> = start.into();
    waiting.iter().for_each(|&k| is_seen[k] = true);
    let mut reached = Vec::new();
    while let Some(k) = waiting.pop_front() {
        reached.push(k);
        let (x, y) = (k % width, k / width);
        let beside = [
            (x > 0, k.wrapping_sub(1)),
            (x + 1 < width, k + 1),
            (y > 0, k.wrapping_sub(width)),
            (y + 1 < height, k + width),
        ];
        for (is_inside, next) in beside {
            if is_inside && !is_seen[next] && goes(k, next) {
                is_seen[next] = true;
                waiting.push_back(next);
            }
        }
    }
    reached
}

/// A box in pixels.
struct Bounds {
    left: usize,
    right: usize,
    top: usize,
    bottom: usize,
}

impl Bounds {
    fn of(pixels: &[usize], width: usize) -> Option<Self> {
        let columns = || pixels.iter().map(|k| k % width);
        let rows = || pixels.iter().map(|k| k / width);
        Some(Self {
            left: columns().min()?,
            right: columns().max()?,
            top: rows().min()?,
            bottom: rows().max()?,
        })
    }

    fn width(&self) -> f32 {
        (self.right - self.left + 1) as f32
    }

    fn height(&self) -> f32 {
        (self.bottom - self.top + 1) as f32
    }

    fn area(&self) -> f32 {
        self.width() * self.height()
    }
}

/// A plain ground: a colour that changes evenly over the picture, in levels.
struct Ground {
    middle: Vec3,
    across: Vec3,
    down: Vec3,
    size: (f32, f32),
}

impl Ground {
    /// Fitted to the rim, twice, the second time without what lies off.
    fn of(pixels: &[[u8; 4]], width: usize, height: usize) -> Result<Self, Error> {
        let deep = ((width.min(height) as f32 * RIM) as usize).max(1);
        let rim: Vec<usize> = (0..pixels.len())
            .filter(|&k| {
                let (x, y) = (k % width, k / width);
                x < deep || y < deep || x + deep >= width || y + deep >= height
            })
            .collect();
        let size = (width as f32, height as f32);
        let median = |channel: usize| {
            let mut values: Vec<u8> = rim.iter().map(|&k| pixels[k][channel]).collect();
            values.sort_unstable();
            f32::from(values[values.len() / 2])
        };
        let mut ground = Self {
            middle: Vec3::new(median(0), median(1), median(2)),
            across: Vec3::ZERO,
            down: Vec3::ZERO,
            size,
        };
        let mut kept = rim.len();
        for most in [4.0 * PLAIN, PLAIN] {
            let near: Vec<usize> =
                rim.iter().copied().filter(|&k| ground.misses(k, pixels, width) < most).collect();
            kept = near.len();
            if kept < rim.len() / 4 {
                break;
            }
            ground = Self::fitted(&near, pixels, width, size);
        }
        if kept as f32 >= rim.len() as f32 * PLAIN_SHARE { Ok(ground) } else { Err(Error::NotPlain) }
    }

    fn fitted(near: &[usize], pixels: &[[u8; 4]], width: usize, size: (f32, f32)) -> Self {
        let count = near.len() as f32;
        let middle = near.iter().map(|&k| levels(pixels[k])).sum::<Vec3>() / count;
        // Across and down hardly depend on each other around a rim, so each has its own slope.
        let slope = |at: &dyn Fn(usize) -> f32| {
            let mean = near.iter().map(|&k| at(k)).sum::<f32>() / count;
            let power: f32 = near.iter().map(|&k| (at(k) - mean).powi(2)).sum();
            let along = near.iter().map(|&k| (levels(pixels[k]) - middle) * (at(k) - mean)).sum::<Vec3>();
            along / power.max(1e-6)
        };
        let across = slope(&|k| (k % width) as f32 / size.0 - 0.5);
        let down = slope(&|k| (k / width) as f32 / size.1 - 0.5);
        Self { middle, across, down, size }
    }

    fn at(&self, x: usize, y: usize) -> Vec3 {
        self.middle
            + self.across * (x as f32 / self.size.0 - 0.5)
            + self.down * (y as f32 / self.size.1 - 0.5)
    }

    fn misses(&self, k: usize, pixels: &[[u8; 4]], width: usize) -> f32 {
        (levels(pixels[k]) - self.at(k % width, k / width)).abs().max_element()
    }
}

fn levels(pixel: [u8; 4]) -> Vec3 {
    Vec3::new(f32::from(pixel[0]), f32::from(pixel[1]), f32::from(pixel[2]))
}

/// Linear light from levels that need not be whole.
fn linear(levels: Vec3) -> Vec3 {
    let one = |level: f32| {
        let level = level.clamp(0.0, 255.0);
        let (low, part) = (level as u8, level.fract());
        color::light(low) + (color::light(low.saturating_add(1)) - color::light(low)) * part
    };
    Vec3::new(one(levels.x), one(levels.y), one(levels.z))
}
