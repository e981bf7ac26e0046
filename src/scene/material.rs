//! What a sweep is made of: procedural surfaces, so that none of them repeats, runs out of pixels or has an owner.
//!
//! A surface is looked up by a place on it, in the world's unit (the camera's height over the ground; on a table about
//! 20 cm), and by how much of it a pixel sees. What is finer than that is left out, so that a far surface is calm
//! instead of glittering. All chance comes from integers, so that every device has the same.

use serde::{Deserialize, Serialize};

/// What a sweep is made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Material {
    /// Nothing that can be seen: one colour.
    #[default]
    Plain,
    /// Pressed fibres.
    Paper,
    /// Woven threads.
    Linen,
    /// Cast, with clouds and pores.
    Concrete,
    /// Chips of stone in cement.
    Terrazzo,
    /// Veined stone.
    Marble,
    /// Planks, their grain from left to right.
    Wood,
    /// Ripples.
    Water,
}

/// A place on a surface, and what a pixel sees of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// To the right, and away along the surface.
    pub at: [f32; 2],
    /// How wide a pixel is there, and how long.
    pub pixel: [f32; 2],
}

impl Material {
    /// By how much a surface's colour differs from the sweep's at a place, channel by channel in linear light: around 1.
    pub(super) fn at(self, place: Place, seed: u32) -> [f32; 3] {
        match self {
            Self::Plain => [1.0; 3],
            Self::Paper => paper(place, seed),
            Self::Linen => linen(place, seed),
            Self::Concrete => concrete(place, seed),
            Self::Terrazzo => terrazzo(place, seed),
            Self::Marble => marble(place, seed),
            Self::Wood => wood(place, seed),
            Self::Water => water(place, seed),
        }
    }
}

fn grey(level: f32) -> [f32; 3] {
    [level; 3]
}

/// A colour between two: `part` 0 gives the one and 1 the other; beyond them it stays there.
pub(super) fn mix(one: [f32; 3], other: [f32; 3], part: f32) -> [f32; 3] {
    std::array::from_fn(|channel| one[channel] + (other[channel] - one[channel]) * part.clamp(0.0, 1.0))
}

fn paper(place: Place, seed: u32) -> [f32; 3] {
    let fibres = clouds(place, [90.0, 90.0], 3, seed);
    let sheet = clouds(place, [3.0, 3.0], 2, seed ^ 1);
    grey(1.0 + 0.05 * fibres + 0.02 * sheet)
}

fn linen(place: Place, seed: u32) -> [f32; 3] {
    /// Threads in a unit: half a millimetre each.
    const THREADS: f32 = 300.0;
    // Each thread is a little thicker or thinner along its length.
    let warp = thread(place, 0, THREADS, seed);
    let weft = thread(place, 1, THREADS, seed ^ 7);
    let folds = clouds(place, [1.2, 1.8], 3, seed ^ 3);
    grey(0.96 + 0.10 * warp + 0.10 * weft + 0.03 * folds)
}

/// The light on the threads that run along one axis, −1 to 1.
fn thread(place: Place, across: usize, count: f32, seed: u32) -> f32 {
    let calm = shown(count * place.pixel[across]);
    let along = 1 - across;
    let mut frequencies = [0.0; 2];
    frequencies[across] = count;
    frequencies[along] = count / 18.0;
    let uneven = noise(place.at[0] * frequencies[0], place.at[1] * frequencies[1], seed);
    // Turns that are whole are left out first: devices differ in how exact the cosine of a large angle is.
    let times = place.at[across] * count;
    let round = ((times - times.floor()) * std::f32::consts::TAU).cos();
    let coarse = shown(frequencies[along] * place.pixel[along]);
    (0.45 * round * calm) + 0.8 * uneven * calm * coarse
}

fn concrete(place: Place, seed: u32) -> [f32; 3] {
    let cloudy = clouds(place, [1.6, 1.6], 5, seed);
    let grain = clouds(place, [70.0, 70.0], 2, seed ^ 5);
    // Pores: the few lowest places of a fine noise.
    let fine = 26.0;
    let deep = noise(place.at[0] * fine, place.at[1] * fine, seed ^ 9);
    let pore = ((deep - 0.62) * 9.0).clamp(0.0, 1.0) * shown(fine * widest(place));
    grey((1.0 + 0.13 * cloudy + 0.06 * grain) * (1.0 - 0.35 * pore))
}

fn terrazzo(place: Place, seed: u32) -> [f32; 3] {
    const CHIPS: [[f32; 3]; 4] =
        [[0.42, 0.43, 0.45], [0.86, 0.66, 0.48], [1.25, 1.24, 1.22], [0.62, 0.52, 0.46]];
    let ground = grey(1.0 + 0.03 * clouds(place, [60.0, 60.0], 2, seed));
    let mut color = ground;
    // Large chips over small ones.
    for (count, share, seed) in [(24.0, 0.55, seed ^ 11), (9.0, 0.4, seed ^ 12)] {
        let seen = shown(0.7 * count * widest(place));
        if seen <= 0.0 {
            continue;
        }
        let cell = cells(place.at[0] * count, place.at[1] * count, seed);
        let chance = |of: u32| fraction(hash(cell.id, of, seed));
        if chance(1) > share {
            continue;
        }
        // A chip keeps off its neighbours, and ends within a pixel.
        let edge = (cell.rim - 0.12 - 0.25 * chance(2)) / (count * widest(place)).max(0.02);
        let chip = CHIPS[(chance(3) * CHIPS.len() as f32) as usize % CHIPS.len()];
        let chip = chip.map(|level| level * (0.9 + 0.2 * chance(4)));
        // Nothing of it at the border, however far away: which cell a place there is in is a matter of rounding.
        let inside = (edge + 0.5).clamp(0.0, 1.0) * (cell.rim / 0.1).min(1.0);
        color = mix(color, chip, inside * seen);
    }
    color
}

fn marble(place: Place, seed: u32) -> [f32; 3] {
    let bent = |axis: u32| clouds(place, [1.1, 1.1], 4, seed ^ (20 + axis));
    let moved = Place { at: [place.at[0] + 0.55 * bent(0), place.at[1] + 0.55 * bent(1)], ..place };
    let vein = |frequency: f32, width: f32, seed: u32| {
        // Where a noise passes through nothing there is a line.
        let line = noise(moved.at[0] * frequency, moved.at[1] * frequency * 0.6, seed).abs();
        let soft = width + 0.8 * frequency * widest(place);
        width / soft * (1.0 - line / soft).clamp(0.0, 1.0).powi(2)
    };
    let veins =
        0.75 * vein(1.1, 0.10, seed) + 0.4 * vein(2.7, 0.07, seed ^ 31) + 0.2 * vein(6.0, 0.06, seed ^ 32);
    let clouded = 1.0 + 0.05 * clouds(place, [0.8, 0.8], 4, seed ^ 33);
    mix(grey(clouded), [0.36, 0.38, 0.42], veins.min(0.85))
}

/// How sudden a ring of wood ends, of its width: over about a millimetre.
pub(super) const RING_EDGE: f32 = 0.06;

fn wood(place: Place, seed: u32) -> [f32; 3] {
    /// Planks in a unit, and how long one is.
    const PLANKS: f32 = 1.7;
    const LENGTH: f32 = 5.0;
    let row = (place.at[1] * PLANKS).floor();
    let chance = |of: u32, plank: i32| fraction(hash(row as i32 as u32, of ^ plank as u32, seed));
    let shift = fraction(hash(row as i32 as u32, 77, seed)) * LENGTH;
    let plank = ((place.at[0] + shift) * LENGTH.recip()).floor();
    let own = |of| chance(of, plank as i32);
    // Each plank was cut elsewhere from the tree.
    let tree = Place { at: [place.at[0] + 13.0 * own(1), place.at[1] + 7.0 * own(2)], ..place };
    let rings = {
        let bent = clouds(tree, [0.55, 2.6], 3, seed ^ 41);
        let frequency = 11.0;
        let phase = (tree.at[1] + 0.16 * bent) * frequency;
        let sharp = phase - phase.floor();
        // Slow in spring, sudden in autumn, but no more than a pixel shows.
        let sudden = RING_EDGE + frequency * place.pixel[1];
        let end = ((1.0 - sharp) / sudden).clamp(0.0, 1.0);
        (sharp * sharp * end - 0.33) * shown(1.5 * frequency * place.pixel[1])
    };
    let fibres = clouds(tree, [7.0, 170.0], 2, seed ^ 42);
    let tone = 0.98 + 0.24 * (own(3) - 0.5) * shown(PLANKS * place.pixel[1]);
    // Joints between planks, half a millimetre wide; fainter where a pixel sees more than that.
    let joint = |at: f32, count: f32, pixel: f32| {
        const WIDTH: f32 = 0.004;
        let near = (at - (at * count).round() / count).abs();
        let width = WIDTH.max(0.7 * pixel);
        let beside = (near / width).min(1.0);
        (beside, WIDTH / width * (1.0 - beside))
    };
    let side = joint(place.at[1], PLANKS, place.pixel[1]);
    let end = joint(place.at[0] + shift, LENGTH.recip(), place.pixel[0]);
    // What a plank has of its own ends in the joint, so that a rounding there puts no pixel on another plank.
    let own = side.0 * end.0;
    let level = (0.98 + (tone - 0.98) * own) * (1.0 - own * (0.26 * rings - 0.07 * fibres));
    let level = level * (1.0 - 0.7 * (side.1 + end.1).min(1.0));
    // What is darker is redder.
    [level.powf(0.9), level, level.powf(1.12)]
}

fn water(place: Place, seed: u32) -> [f32; 3] {
    let ripple = |frequency: f32, seed: u32| {
        let moved = clouds(place, [1.3, 1.3], 2, seed ^ 51);
        let line = noise(place.at[0] * frequency + moved, place.at[1] * frequency + moved, seed).abs();
        (1.0 - 1.6 * line).clamp(0.0, 1.0).powi(4) * shown(2.0 * frequency * widest(place))
    };
    let light = 0.6 * ripple(2.2, seed) + 0.4 * ripple(4.1, seed ^ 52);
    let depth = clouds(place, [0.7, 0.7], 3, seed ^ 53);
    let level = 0.9 + 0.1 * depth;
    [level + 0.30 * light, level + 0.36 * light, level + 0.40 * light]
}

/// The longer side of what a pixel sees.
fn widest(place: Place) -> f32 {
    place.pixel[0].max(place.pixel[1])
}

/// How much of a pattern is still seen that repeats so often in a pixel: all up to a quarter, nothing from a half on,
/// which is where it would begin to show as another one.
fn shown(times: f32) -> f32 {
    let part = ((0.5 - times) / 0.25).clamp(0.0, 1.0);
    part * part * (3.0 - 2.0 * part)
}

/// Noise of several sizes, each half as large and half as strong as the one before, about −1 to 1; `often` in a unit.
fn clouds(place: Place, often: [f32; 2], octaves: u32, seed: u32) -> f32 {
    let (mut sum, mut strength, mut factor) = (0.0, 0.6, 1.0);
    for octave in 0..octaves {
        let [x, y] = [often[0] * factor, often[1] * factor];
        let seen = shown((x * place.pixel[0]).max(y * place.pixel[1]));
        if seen <= 0.0 {
            break;
        }
        // Turned from size to size, so that the lattices do not lie on each other.
        let (at_x, at_y) = (place.at[0] * x, place.at[1] * y);
        let turned = if octave % 2 == 0 { (at_x, at_y) } else { (at_x + 0.37 * at_y, at_y - 0.37 * at_x) };
        sum += strength * seen * noise(turned.0, turned.1, seed ^ (octave * 101));
        strength *= 0.5;
        factor *= 2.03;
    }
    sum
}

/// Gradient noise, about −1 to 1 (K. Perlin, "Improving Noise", 2002, over a hashed lattice).
fn noise(x: f32, y: f32, seed: u32) -> f32 {
    let (left, top) = (x.floor(), y.floor());
    let (part_x, part_y) = (x - left, y - top);
    let (left, top) = (left as i32, top as i32);
    let corner = |right: i32, down: i32| {
        let bits = hash(left.wrapping_add(right) as u32, top.wrapping_add(down) as u32, seed);
        let (x, y) = (part_x - right as f32, part_y - down as f32);
        // One of eight directions.
        match bits & 7 {
            0 => x + y,
            1 => x - y,
            2 => y - x,
            3 => -x - y,
            4 => 1.4 * x,
            5 => -1.4 * x,
            6 => 1.4 * y,
            _ => -1.4 * y,
        }
    };
    let fade = |part: f32| part * part * part * (part * (part * 6.0 - 15.0) + 10.0);
    let (across, down) = (fade(part_x), fade(part_y));
    let upper = corner(0, 0) + (corner(1, 0) - corner(0, 0)) * across;
    let lower = corner(0, 1) + (corner(1, 1) - corner(0, 1)) * across;
    upper + (lower - upper) * down
}

/// A cell of scattered points.
struct Cell {
    id: u32,
    /// How far the next cell is: 0 at the border.
    rim: f32,
}

/// The cell of the point that is nearest (S. Worley, "A Cellular Texture Basis Function", 1996), one point a unit square.
fn cells(x: f32, y: f32, seed: u32) -> Cell {
    let (left, top) = (x.floor(), y.floor());
    let (mut first, mut second, mut id) = (f32::INFINITY, f32::INFINITY, 0);
    for down in -1..=1 {
        for right in -1..=1 {
            let (column, row) = (left as i32 + right, top as i32 + down);
            let bits = hash(column as u32, row as u32, seed);
            let (point_x, point_y) = (fraction(bits), fraction(bits.wrapping_mul(0x9e37_79b9)));
            let distance = (column as f32 + point_x - x).hypot(row as f32 + point_y - y);
            if distance < first {
                (second, first, id) = (first, distance, bits);
            } else {
                second = second.min(distance);
            }
        }
    }
    Cell { id, rim: second - first }
}

/// Bits for a place on a lattice, as good as chance (the finaliser of MurmurHash3, by A. Appleby).
fn hash(x: u32, y: u32, seed: u32) -> u32 {
    let mut bits = x.wrapping_mul(0x8da6_b343) ^ y.wrapping_mul(0xd816_3841) ^ seed.wrapping_mul(0xcb1a_b31f);
    bits ^= bits >> 16;
    bits = bits.wrapping_mul(0x85eb_ca6b);
    bits ^= bits >> 13;
    bits = bits.wrapping_mul(0xc2b2_ae35);
    bits ^ (bits >> 16)
}

/// 0 to less than 1, from the upper bits.
fn fraction(bits: u32) -> f32 {
    (bits >> 8) as f32 / 16_777_216.0
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// All that have a pattern.
    pub(in crate::scene) const ALL: [Material; 7] = [
        Material::Paper,
        Material::Linen,
        Material::Concrete,
        Material::Terrazzo,
        Material::Marble,
        Material::Wood,
        Material::Water,
    ];

    /// Mean and spread of the green light over a patch of 4 × 4 units, looked at with pixels of this size.
    fn looked_at(material: Material, pixel: f32, seed: u32) -> (f32, f32) {
        let levels: Vec<f32> = (0..200 * 200)
            .map(|at| {
                let at = [(at % 200) as f32 * 0.02 - 2.0, (at / 200) as f32 * 0.02 + 3.0];
                material.at(Place { at, pixel: [pixel; 2] }, seed)[1]
            })
            .collect();
        let mean = levels.iter().sum::<f32>() / levels.len() as f32;
        let spread = levels.iter().map(|level| (level - mean).powi(2)).sum::<f32>() / levels.len() as f32;
        (mean, spread.sqrt())
    }

    #[test]
    fn every_material_keeps_about_the_colour_and_shows_a_pattern() {
        for material in ALL {
            let (mean, spread) = looked_at(material, 0.001, 1);
            assert!((0.75..1.15).contains(&mean), "{material:?}: {mean}");
            assert!((0.01..0.3).contains(&spread), "{material:?}: {spread}");
        }
    }

    #[test]
    fn from_afar_a_pattern_is_calm_and_of_the_same_colour() {
        for material in ALL {
            let (near, spread) = looked_at(material, 0.001, 2);
            let (far, calm) = looked_at(material, 3.0, 2);
            assert!(calm < 0.6 * spread, "{material:?}: {calm} {spread}");
            assert!((far - near).abs() < 0.12, "{material:?}: {far} {near}");
        }
    }

    #[test]
    fn another_seed_is_another_piece() {
        for material in ALL {
            let place = |at: usize| Place { at: [at as f32 * 0.013, 2.0], pixel: [0.001; 2] };
            let differs = (0..300).any(|at| material.at(place(at), 3) != material.at(place(at), 4));
            assert!(differs, "{material:?}");
        }
    }
}
