//! Colour as numbers: light that adds up, levels as a file holds them, and how far apart two colours look.
//!
//! Linear values are the share of white's light, 0 to 1, with sRGB's primaries and white point (IEC 61966-2-1).
//! Everything that mixes or scales light does it there.

use std::sync::LazyLock;

/// Light of each encoded level.
static LIGHT: LazyLock<[f32; 256]> =
    LazyLock::new(|| std::array::from_fn(|level| decode(level as f64 / 255.0) as f32));

/// For each 4096th of full light, the level at or below its lower end: where a search for a level begins.
static LEVEL: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut level = 0_usize;
    (0..4096)
        .map(|step| {
            while level < 254 && LIGHT[level + 1] <= step as f32 / 4096.0 {
                level += 1;
            }
            level as u8
        })
        .collect()
});

/// sRGB's transfer function, from encoded 0 to 1 to light 0 to 1.
pub(super) fn decode(encoded: f64) -> f64 {
    if encoded <= 0.040_45 { encoded / 12.92 } else { ((encoded + 0.055) / 1.055).powf(2.4) }
}

/// The light of an encoded level, 0 to 1.
#[inline]
#[must_use]
pub fn light(level: u8) -> f32 {
    LIGHT[usize::from(level)]
}

/// The encoded level of a light, 0 to 255, between whole levels too; light outside 0 to 1 is brought to its end, and
/// what is no number to 0.
///
/// Between two levels it runs straight, so that every whole level comes back exactly from [`light`].
#[inline]
#[must_use]
pub fn level(light: f32) -> f32 {
    if light.is_nan() || light <= 0.0 {
        return 0.0;
    }
    if light >= 1.0 {
        return 255.0;
    }
    let mut level = usize::from(LEVEL[(light * 4096.0) as usize]);
    while level < 254 && LIGHT[level + 1] <= light {
        level += 1;
    }
    let (low, high) = (LIGHT[level], LIGHT[level + 1]);
    level as f32 + (light - low) / (high - low)
}

/// The encoded level nearest to a light.
#[inline]
#[must_use]
pub fn to_level(light: f32) -> u8 {
    (level(light) + 0.5) as u8
}

/// The luminance of a linear colour, 0 to 1 (ITU-R BT.709).
#[inline]
#[must_use]
pub fn luminance([red, green, blue]: [f32; 3]) -> f32 {
    0.2126 * red + 0.7152 * green + 0.0722 * blue
}

/// Linear sRGB to CIE XYZ under D65 (IEC 61966-2-1), white at Y = 1.
const TO_XYZ: Matrix = [
    [0.412_456_4, 0.357_576_1, 0.180_437_5],
    [0.212_672_9, 0.715_152_2, 0.072_175],
    [0.019_333_9, 0.119_192, 0.950_304_1],
];

/// CIE XYZ to the cone responses of the Bradford transform (K. M. Lam, 1985; ICC.1:2022, annex E).
const BRADFORD: Matrix = [[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]];

/// Three rows; a colour is a column.
type Matrix = [[f64; 3]; 3];

fn times(matrix: &Matrix, colour: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2])
}

fn product(one: &Matrix, other: &Matrix) -> Matrix {
    one.map(|row| std::array::from_fn(|column| (0..3).map(|inner| row[inner] * other[inner][column]).sum()))
}

/// The inverse, by cofactors. Only for the two matrices above, which have one.
fn inverse(m: &Matrix) -> Matrix {
    let cofactor = |row: usize, column: usize| {
        let (r1, r2) = ((row + 1) % 3, (row + 2) % 3);
        let (c1, c2) = ((column + 1) % 3, (column + 2) % 3);
        m[r1][c1] * m[r2][c2] - m[r1][c2] * m[r2][c1]
    };
    let determinant: f64 = (0..3).map(|column| m[0][column] * cofactor(0, column)).sum();
    std::array::from_fn(|row| std::array::from_fn(|column| cofactor(column, row) / determinant))
}

/// Linear sRGB to Bradford's cone responses, and back.
static CONES: LazyLock<(Matrix, Matrix)> = LazyLock::new(|| {
    let there = product(&BRADFORD, &TO_XYZ);
    (there, inverse(&there))
});

/// The linear sRGB matrix (three rows) that brings colours seen under one light to another's by the Bradford
/// transform: what was neutral under the first comes out neutral under the second, and as light as before.
///
/// Each light is given by the linear sRGB colour of something neutral in it, more than 0 in every channel; how
/// bright that is does not count.
#[must_use]
pub fn adaptation(from: [f32; 3], to: [f32; 3]) -> [[f32; 3]; 3] {
    let (there, back) = &*CONES;
    let cones = |neutral: [f32; 3]| {
        let neutral = neutral.map(f64::from);
        let light = times(&TO_XYZ, neutral)[1];
        times(there, neutral.map(|value| value / light))
    };
    let (from, to) = (cones(from), cones(to));
    let scaled: Matrix = std::array::from_fn(|row| there[row].map(|value| value * to[row] / from[row]));
    product(back, &scaled).map(|row| row.map(|value| value as f32))
}

/// The linear sRGB colour that [`adaptation`] to white from it does the same to as adaptation from `from` to `to`:
/// one neutral that stands for two. Of luminance 1; a light far from daylight may leave sRGB's range.
#[must_use]
pub fn neutral_between(from: [f32; 3], to: [f32; 3]) -> [f32; 3] {
    let (there, back) = &*CONES;
    let [from, to, white] = [from, to, [1.0; 3]].map(|colour| times(there, colour.map(f64::from)));
    let cones = std::array::from_fn(|cone| white[cone] * from[cone] / to[cone]);
    let neutral = times(back, cones);
    let light = times(&TO_XYZ, neutral)[1];
    neutral.map(|value| (value / light) as f32)
}

/// The linear sRGB colour, of luminance 1, of a point in CIE 1931's x and y.
#[must_use]
pub fn from_chromaticity([x, y]: [f64; 2]) -> [f32; 3] {
    times(&inverse(&TO_XYZ), [x / y, 1.0, (1.0 - x - y) / y]).map(|value| value as f32)
}

/// The angle between two linear colours in degrees, whatever their brightness: how far apart two lights are, as the
/// literature of colour constancy measures it.
#[must_use]
pub fn angle(one: [f32; 3], other: [f32; 3]) -> f32 {
    let (one, other) = (one.map(f64::from), other.map(f64::from));
    let dot = |a: [f64; 3], b: [f64; 3]| a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    let cosine = dot(one, other) / (dot(one, one) * dot(other, other)).sqrt().max(f64::MIN_POSITIVE);
    cosine.clamp(-1.0, 1.0).acos().to_degrees() as f32
}

/// CIE L\*a\*b\* under D65: L\* 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lab {
    /// Lightness, 0 to 100.
    pub l: f32,
    /// Green (negative) to red.
    pub a: f32,
    /// Blue (negative) to yellow.
    pub b: f32,
}

impl Lab {
    /// Of a linear sRGB colour.
    #[must_use]
    pub fn of([red, green, blue]: [f32; 3]) -> Self {
        // sRGB's primaries, each row divided by D65's white, so that white is exactly (1, 1, 1).
        let x = (0.412_456_4 * red + 0.357_576_1 * green + 0.180_437_5 * blue) / 0.950_470;
        let y = 0.212_672_9 * red + 0.715_152_2 * green + 0.072_175 * blue;
        let z = (0.019_333_9 * red + 0.119_192 * green + 0.950_304_1 * blue) / 1.088_83;
        let f = |t: f32| if t > 0.008_856_452 { t.cbrt() } else { t * 7.787_037 + 16.0 / 116.0 };
        let (x, y, z) = (f(x), f(y), f(z));
        Self { l: 116.0 * y - 16.0, a: 500.0 * (x - y), b: 200.0 * (y - z) }
    }

    /// Of encoded sRGB levels.
    #[must_use]
    pub fn of_levels([red, green, blue]: [u8; 3]) -> Self {
        Self::of([light(red), light(green), light(blue)])
    }
}

/// How far apart two colours look: CIEDE2000 with all weights 1. About 1 is just noticeable side by side.
///
/// After G. Sharma, W. Wu and E. Dalal, "The CIEDE2000 color-difference formula", 2005.
#[must_use]
pub fn delta_e_2000(one: Lab, other: Lab) -> f32 {
    let (one, other) = (one.wide(), other.wide());
    let mean_chroma = (one.1.hypot(one.2) + other.1.hypot(other.2)) / 2.0;
    let g = 0.5 * (1.0 - (mean_chroma.powi(7) / (mean_chroma.powi(7) + 25_f64.powi(7))).sqrt());
    let (a1, a2) = ((1.0 + g) * one.1, (1.0 + g) * other.1);
    let (c1, c2) = (a1.hypot(one.2), a2.hypot(other.2));
    let hue =
        |a: f64, b: f64| if a == 0.0 && b == 0.0 { 0.0 } else { b.atan2(a).to_degrees().rem_euclid(360.0) };
    let (h1, h2) = (hue(a1, one.2), hue(a2, other.2));

    let delta_l = other.0 - one.0;
    let delta_c = c2 - c1;
    let turn = match h2 - h1 {
        _ if c1 * c2 == 0.0 => 0.0,
        turn if turn > 180.0 => turn - 360.0,
        turn if turn < -180.0 => turn + 360.0,
        turn => turn,
    };
    let delta_h = 2.0 * (c1 * c2).sqrt() * (turn / 2.0).to_radians().sin();

    let mean_l = (one.0 + other.0) / 2.0;
    let mean_c = (c1 + c2) / 2.0;
    let mean_h = match h1 + h2 {
        sum if c1 * c2 == 0.0 => sum,
        sum if (h1 - h2).abs() <= 180.0 => sum / 2.0,
        sum if sum < 360.0 => (sum + 360.0) / 2.0,
        sum => (sum - 360.0) / 2.0,
    };
    let cos = |degrees: f64| degrees.to_radians().cos();
    let t = 1.0 - 0.17 * cos(mean_h - 30.0) + 0.24 * cos(2.0 * mean_h) + 0.32 * cos(3.0 * mean_h + 6.0)
        - 0.20 * cos(4.0 * mean_h - 63.0);
    let from_50 = (mean_l - 50.0).powi(2);
    let s_l = 1.0 + 0.015 * from_50 / (20.0 + from_50).sqrt();
    let s_c = 1.0 + 0.045 * mean_c;
    let s_h = 1.0 + 0.015 * mean_c * t;
    let blue = 30.0 * (-((mean_h - 275.0) / 25.0).powi(2)).exp();
    let r_c = 2.0 * (mean_c.powi(7) / (mean_c.powi(7) + 25_f64.powi(7))).sqrt();
    let r_t = -r_c * (2.0 * blue).to_radians().sin();
    let (l, c, h) = (delta_l / s_l, delta_c / s_c, delta_h / s_h);
    (l * l + c * c + h * h + r_t * c * h).max(0.0).sqrt() as f32
}

impl Lab {
    fn wide(self) -> (f64, f64, f64) {
        (f64::from(self.l), f64::from(self.a), f64::from(self.b))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_level_comes_back_from_light() {
        for value in 0..=255_u8 {
            assert_eq!(level(light(value)), f32::from(value));
            assert_eq!(to_level(light(value)), value);
        }
    }

    #[test]
    fn light_outside_its_range_is_brought_to_its_end() {
        assert_eq!([level(-1.0), level(2.0), level(f32::NAN)], [0.0, 255.0, 0.0]);
        assert_eq!([to_level(f32::INFINITY), to_level(f32::NEG_INFINITY)], [255, 0]);
    }

    #[test]
    fn levels_rise_with_light() {
        let levels: Vec<f32> = (0..=100_000).map(|step| level(step as f32 / 100_000.0)).collect();
        assert!(levels.is_sorted());
    }

    #[test]
    fn white_black_and_red_stand_where_the_standard_puts_them() {
        let near = |lab: Lab, [l, a, b]: [f32; 3]| {
            assert!(
                (lab.l - l).abs() < 0.02 && (lab.a - a).abs() < 0.02 && (lab.b - b).abs() < 0.02,
                "{lab:?}"
            );
        };
        near(Lab::of_levels([255; 3]), [100.0, 0.0, 0.0]);
        near(Lab::of_levels([0; 3]), [0.0, 0.0, 0.0]);
        near(Lab::of_levels([255, 0, 0]), [53.24, 80.09, 67.20]);
    }

    #[test]
    fn adaptation_makes_the_neutral_grey_and_keeps_its_light() {
        let neutral = [0.8, 0.6, 0.3];
        let matrix = adaptation(neutral, [0.5; 3]);
        let out = matrix.map(|row| row[0] * neutral[0] + row[1] * neutral[1] + row[2] * neutral[2]);
        for value in out {
            assert!((value - luminance(neutral)).abs() < 1e-4, "{out:?}");
        }
        let same = adaptation(neutral, neutral);
        for (row, values) in same.iter().enumerate() {
            for (column, &value) in values.iter().enumerate() {
                assert!((value - f32::from(u8::from(row == column))).abs() < 1e-6);
            }
        }
    }

    /// B. Lindbloom's published matrix for Bradford from A to D65, taken through the primaries of sRGB.
    #[test]
    fn adaptation_is_bradfords() {
        let published = [
            [0.844_696_5, -0.117_922_5, 0.394_810_8],
            [-0.136_630_3, 1.104_122_6, 0.129_171_8],
            [0.079_848_9, -0.134_899_9, 3.192_400_9],
        ];
        let expected = product(&product(&inverse(&TO_XYZ), &published), &TO_XYZ);
        let found = adaptation(from_chromaticity([0.447_57, 0.407_45]), [1.0; 3]);
        for (expected, found) in expected.iter().flatten().zip(found.iter().flatten()) {
            assert!((*expected as f32 - found).abs() < 2e-3, "{expected} {found}");
        }
    }

    #[test]
    fn one_neutral_stands_for_two() {
        let (from, to) = ([0.9, 0.7, 0.4], [0.8, 0.82, 0.7]);
        let one = adaptation(neutral_between(from, to), [1.0; 3]);
        let two = adaptation(from, to);
        // Both keep the light of their own neutral; up to that scale they are the same.
        let scale = one[1][1] / two[1][1];
        for (one, two) in one.iter().flatten().zip(two.iter().flatten()) {
            assert!((one - two * scale).abs() < 1e-4, "{one} {two}");
        }
    }

    #[test]
    fn daylight_is_white_and_angles_are_degrees() {
        let white = from_chromaticity([0.3127, 0.3290]);
        assert!(angle(white, [1.0; 3]) < 0.05, "{white:?}");
        assert!((angle([1.0, 0.0, 0.0], [0.0, 2.0, 0.0]) - 90.0).abs() < 1e-4);
        assert!(angle([0.1, 0.2, 0.3], [1.0, 2.0, 3.0]) < 1e-3);
    }

    /// Pairs and answers from table 1 of Sharma, Wu and Dalal: those that the discontinuities of the formula trouble.
    #[test]
    fn differences_are_those_of_the_published_table() {
        let pairs = [
            ([50.0, 2.6772, -79.7751], [50.0, 0.0, -82.7485], 2.0425),
            ([50.0, 3.1571, -77.2803], [50.0, 0.0, -82.7485], 2.8615),
            ([50.0, -1.3802, -84.2814], [50.0, 0.0, -82.7485], 1.0),
            ([50.0, 0.0, 0.0], [50.0, -1.0, 2.0], 2.3669),
            ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0009], 7.1792),
            ([50.0, 2.49, -0.001], [50.0, -2.49, 0.0011], 7.2195),
            ([50.0, 2.5, 0.0], [73.0, 25.0, -18.0], 27.1492),
            ([60.2574, -34.0099, 36.2677], [60.4626, -34.1751, 39.4387], 1.2644),
            ([22.7233, 20.0904, -46.694], [23.0331, 14.973, -42.5619], 2.0373),
            ([2.0776, 0.0795, -1.135], [0.9033, -0.0636, -0.5514], 0.9082),
        ];
        for ([l1, a1, b1], [l2, a2, b2], expected) in pairs {
            let (one, other) = (Lab { l: l1, a: a1, b: b1 }, Lab { l: l2, a: a2, b: b2 });
            for found in [delta_e_2000(one, other), delta_e_2000(other, one)] {
                assert!((found - expected).abs() < 0.001, "{one:?} {other:?}: {found} instead of {expected}");
            }
        }
    }
}
