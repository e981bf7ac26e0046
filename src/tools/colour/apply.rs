//! Settings at work on pixels.
//!
//! Per pixel, in linear light: white balance and exposure (one matrix), shadows and highlights (one factor, from the
//! lightness of the surroundings), levels (one factor, from the luminance), and back into range. Rows go through in
//! planes of a few kilobytes, so that what is arithmetic runs in vectors and what is a curve is a table.

use std::sync::LazyLock;

use super::Error;
use super::local::{LIGHTEST, Scratch, Surroundings};
use super::settings::{Levels, Settings, WhiteBalance};
use crate::photo::{Photo, color};
use crate::vision::Cutout;

/// Stops by which shadows at 1 lighten black.
const SHADOW_STOPS: f32 = 2.0;

/// The lightness (square root of light) from which on shadows do nothing: encoded level 165.
const SHADOWS_END: f32 = 0.62;

/// Stops by which highlights at 1 lighten white.
const HIGHLIGHT_STOPS: f32 = 1.0;

/// The lightness from which on highlights act: encoded level 113.
const HIGHLIGHTS_BEGIN: f32 = 0.42;

/// Corrects a photo; opacity stays.
///
/// # Errors
/// As [`Settings::check`].
pub fn correct(photo: &mut Photo, settings: &Settings) -> Result<(), Error> {
    Look::new(settings)?.apply(&mut photo.pixels, photo.width, photo.height);
    Ok(())
}

/// Corrects a cut-out; opacity stays, and what is transparent stays without colour.
///
/// # Errors
/// As [`Settings::check`].
pub fn correct_cutout(cutout: &mut Cutout, settings: &Settings) -> Result<(), Error> {
    Look::new(settings)?.apply(&mut cutout.pixels, cutout.width, cutout.height);
    Ok(())
}

/// The light of a source from which on a channel may have been cut off, and where it surely was: encoded levels 236
/// and 251.
const CUT_OFF: [f32; 2] = [0.84, 0.965];

/// Settings made ready: for a preview, the full photo and every photo of a batch.
///
/// Nothing in it depends on a picture's size in pixels, so a small preview shows what the full photo becomes.
pub struct Look {
    /// White balance and exposure, linear to linear; none where it is the identity.
    matrix: Option<[[f32; 3]; 3]>,
    /// Whether there is a white balance in it.
    balances: bool,
    /// The factor on a pixel by its surroundings' lightness, 0 to [`LIGHTEST`].
    local: Option<Table>,
    /// The light that a luminance becomes, by its square root, 0 to 1.
    levels: Option<Table>,
}

/// A curve as a table that runs straight between its entries.
struct Table {
    values: Box<[f32; STEPS + 2]>,
    scale: f32,
}

/// Steps of a [`Table`].
const STEPS: usize = 2048;

impl Table {
    fn new(highest: f32, curve: impl Fn(f32) -> f32) -> Self {
        let mut values = Box::new([0.0; STEPS + 2]);
        // One more, so that the highest itself has a right neighbour.
        for (step, value) in values.iter_mut().enumerate() {
            *value = curve(highest * step.min(STEPS) as f32 / STEPS as f32);
        }
        Self { values, scale: STEPS as f32 / highest }
    }

    /// At a place within the table's range.
    #[inline]
    fn at(&self, place: f32) -> f32 {
        let place = place * self.scale;
        // In 32 bits, which convert in vectors.
        let step = (place as i32).clamp(0, STEPS as i32) as usize;
        let (low, high) = (self.values[step], self.values[step + 1]);
        low + (high - low) * (place - step as f32)
    }
}

/// The encoded level of each 65535th of full light. In the darks, where levels are closest, twenty to a level.
static ENCODED: LazyLock<Vec<u8>> =
    LazyLock::new(|| (0..=65_535_u32).map(|step| color::to_level(step as f32 / 65_535.0)).collect());

/// A row's planes.
#[derive(Default)]
struct Planes {
    red: Vec<f32>,
    green: Vec<f32>,
    blue: Vec<f32>,
    /// The luminance, then the factor from the levels.
    light: Vec<f32>,
    /// The lightness of the surroundings.
    lightness: Vec<f32>,
}

impl Planes {
    fn new(width: usize) -> Self {
        let plane = || vec![0.0; width];
        Self { red: plane(), green: plane(), blue: plane(), light: plane(), lightness: plane() }
    }
}

impl Look {
    /// Makes settings ready.
    ///
    /// # Errors
    /// As [`Settings::check`].
    pub fn new(settings: &Settings) -> Result<Self, Error> {
        settings.check()?;
        let Settings { white_balance, exposure, levels, shadows, highlights } = *settings;
        let local = (shadows != 0.0 || highlights != 0.0)
            .then(|| Table::new(LIGHTEST, |lightness| local_factor(lightness, shadows, highlights)));
        let levels = (levels != Levels::default()).then(|| level_table(levels));
        let balances = matrix(white_balance, 0.0).is_some();
        Ok(Self { matrix: matrix(white_balance, exposure), balances, local, levels })
    }

    /// Corrects a picture: `width × height × 4` bytes of straight-alpha sRGB RGBA.
    ///
    /// # Panics
    /// If the buffer has another length.
    pub fn apply(&self, pixels: &mut [u8], width: u32, height: u32) {
        assert_eq!(pixels.len(), width as usize * height as usize * 4, "a picture of {width} × {height}");
        if pixels.is_empty() || (self.matrix.is_none() && self.local.is_none() && self.levels.is_none()) {
            return;
        }
        let surroundings =
            self.local.as_ref().map(|_| Surroundings::of(pixels, width, height, self.luminance()));
        let mut planes = Planes::new(width as usize);
        let mut scratch = Scratch::default();
        for (y, row) in pixels.chunks_exact_mut(width as usize * 4).enumerate() {
            self.decode(row, &mut planes);
            if let (Some(table), Some(surroundings)) = (&self.local, &surroundings) {
                lightness(&mut planes);
                surroundings.row(y, &mut planes.lightness, &mut scratch);
                for (value, light) in planes.lightness.iter_mut().zip(&mut planes.light) {
                    *value = table.at(*value);
                    *light *= *value;
                }
                scale(&mut planes);
            }
            if let Some(table) = &self.levels {
                for (light, factor) in planes.light.iter().zip(&mut planes.lightness) {
                    let light = light.max(0.0);
                    *factor = table.at(light.sqrt().min(1.0)) / light.max(1e-7);
                }
                scale(&mut planes);
            }
            bring_into_range(&mut planes);
            encode(&planes, row);
        }
    }

    /// A linear colour after white balance and exposure; what follows them depends on the whole picture.
    pub(super) fn balanced(&self, colour: [f32; 3]) -> [f32; 3] {
        let Some(matrix) = self.matrix else { return colour };
        matrix.map(|row| row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2])
    }

    /// The weights of a source pixel's channels in its luminance after the matrix.
    fn luminance(&self) -> [f32; 3] {
        let Some(matrix) = self.matrix else { return LUMINANCE };
        std::array::from_fn(|column| (0..3).map(|row| LUMINANCE[row] * matrix[row][column]).sum())
    }

    /// A row's light after white balance and exposure, and its luminance.
    ///
    /// Where a channel was cut off, there was more light than it shows. A white balance that lowers it must not take the
    /// photo by its word, or what was overexposed would turn to the light's opposite colour: such a channel does not
    /// come out below the others.
    fn decode(&self, row: &[u8], planes: &mut Planes) {
        let (pixels, _) = row.as_chunks::<4>();
        for (((pixel, red), green), blue) in
            pixels.iter().zip(&mut planes.red).zip(&mut planes.green).zip(&mut planes.blue)
        {
            [*red, *green, *blue] = [color::light(pixel[0]), color::light(pixel[1]), color::light(pixel[2])];
        }
        let channels = planes.red.iter_mut().zip(&mut planes.green).zip(&mut planes.blue);
        if let Some([r, g, b]) = self.matrix {
            // Without a white balance nothing is restored.
            let steep = if self.balances { 1.0 / (CUT_OFF[1] - CUT_OFF[0]) } else { 0.0 };
            let restored = |value: f32, other: f32, another: f32, old: f32| {
                let cut = ((old - CUT_OFF[0]) * steep).clamp(0.0, 1.0);
                value + (other.max(another) - value).max(0.0) * cut
            };
            for (((red, green), blue), light) in channels.zip(&mut planes.light) {
                let old = [*red, *green, *blue];
                let new = [
                    r[0] * old[0] + r[1] * old[1] + r[2] * old[2],
                    g[0] * old[0] + g[1] * old[1] + g[2] * old[2],
                    b[0] * old[0] + b[1] * old[1] + b[2] * old[2],
                ];
                *red = restored(new[0], new[1], new[2], old[0]);
                *green = restored(new[1], new[2], new[0], old[1]);
                *blue = restored(new[2], new[0], new[1], old[2]);
                *light = LUMINANCE[0] * *red + LUMINANCE[1] * *green + LUMINANCE[2] * *blue;
            }
        } else {
            for (((red, green), blue), light) in channels.zip(&mut planes.light) {
                *light = LUMINANCE[0] * *red + LUMINANCE[1] * *green + LUMINANCE[2] * *blue;
            }
        }
    }
}

const LUMINANCE: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// The lightness of each pixel itself.
fn lightness(planes: &mut Planes) {
    for (lightness, light) in planes.lightness.iter_mut().zip(&planes.light) {
        *lightness = light.max(0.0).sqrt().min(LIGHTEST);
    }
}

/// Scales every channel by the factors that stand in the plane of lightness.
fn scale(planes: &mut Planes) {
    for channel in [&mut planes.red, &mut planes.green, &mut planes.blue] {
        for (value, factor) in channel.iter_mut().zip(&planes.lightness) {
            *value *= factor;
        }
    }
}

/// Brings light that no screen has to the nearest that looks like it: what is below zero is mixed with grey of the
/// same luminance; above one a colour keeps its hue, and the paler it is the nearer it goes to white, so that a pale
/// background may become white while a red product stays as red as a screen can be.
fn bring_into_range(planes: &mut Planes) {
    for ((red, green), blue) in planes.red.iter_mut().zip(&mut planes.green).zip(&mut planes.blue) {
        let least = red.min(*green).min(*blue);
        let most = red.max(*green).max(*blue);
        let light = LUMINANCE[0] * *red + LUMINANCE[1] * *green + LUMINANCE[2] * *blue;
        if least >= 0.0 && most <= 1.0 {
            continue;
        }
        let light = light.clamp(0.0, 1.0);
        let mut colour = [*red, *green, *blue];
        if least < 0.0 {
            let keep = light / (light - least);
            colour = colour.map(|value| light + (value - light) * keep);
        }
        let most = colour[0].max(colour[1]).max(colour[2]);
        if most > 1.0 {
            let least = colour[0].min(colour[1]).min(colour[2]).max(0.0);
            let pale = least / most;
            let keep = (1.0 - light) / (most - light);
            colour = colour.map(|value| {
                let dimmed = value / most;
                let mixed = light + (value - light) * keep;
                dimmed + (mixed - dimmed) * pale
            });
        }
        [*red, *green, *blue] = colour;
    }
}

fn encode(planes: &Planes, row: &mut [u8]) {
    let encoded: &[u8; 65_536] = ENCODED.as_slice().try_into().expect("it is made with this length");
    let level = |light: f32| encoded[usize::from((light * 65_535.0 + 0.5) as u16)];
    let (pixels, _) = row.as_chunks_mut::<4>();
    for (((pixel, &red), &green), &blue) in
        pixels.iter_mut().zip(&planes.red).zip(&planes.green).zip(&planes.blue)
    {
        [pixel[0], pixel[1], pixel[2]] = [level(red), level(green), level(blue)];
    }
}

/// White balance and exposure as one matrix.
fn matrix(white_balance: WhiteBalance, exposure: f32) -> Option<[[f32; 3]; 3]> {
    let WhiteBalance { neutral, temperature, tint } = white_balance;
    let mut matrix = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
    let mut changed = false;
    let neutral = neutral.filter(|&[red, green, blue]| red != green || green != blue);
    let relative =
        (temperature != 0.0 || tint != 0.0).then(|| (daylight(temperature, tint), daylight(0.0, 0.0)));
    for (from, to) in neutral.map(|neutral| (neutral, [1.0; 3])).into_iter().chain(relative) {
        matrix = product(&color::adaptation(from, to), &matrix);
        changed = true;
    }
    if exposure != 0.0 {
        matrix = matrix.map(|row| row.map(|value| value * exposure.exp2()));
        changed = true;
    }
    changed.then_some(matrix)
}

fn product(one: &[[f32; 3]; 3], other: &[[f32; 3]; 3]) -> [[f32; 3]; 3] {
    one.map(|row| std::array::from_fn(|column| (0..3).map(|inner| row[inner] * other[inner][column]).sum()))
}

/// The light against which a temperature and a tint correct, as a linear colour: to make a picture warmer, it is taken
/// to have been lit by bluer light.
///
/// CIE 15:2018, equation for daylight's chromaticity from 4000 to 25 000 K, and across it in CIE 1960's u and v.
fn daylight(temperature: f32, tint: f32) -> [f32; 3] {
    const D65_MIRED: f64 = 153.76;
    let mired = D65_MIRED - 96.0 * f64::from(temperature);
    let chromaticity = |mired: f64| {
        let k = mired / 1000.0;
        let x = if mired >= 1e6 / 7000.0 {
            0.244_063 + 0.099_11 * k + 2.967_8 * k * k - 4.607 * k * k * k
        } else {
            0.237_040 + 0.247_48 * k + 1.901_8 * k * k - 2.006_4 * k * k * k
        };
        let y = -3.0 * x * x + 2.87 * x - 0.275;
        let below = -2.0 * x + 12.0 * y + 3.0;
        [4.0 * x / below, 6.0 * y / below]
    };
    let [mut u, mut v] = chromaticity(mired);
    // Across the locus: magenta lies below it, where v is smaller.
    let (near, far) = (chromaticity(mired - 1.0), chromaticity(mired + 1.0));
    let (along_u, along_v) = (far[0] - near[0], far[1] - near[1]);
    let length = along_u.hypot(along_v);
    // To make a picture more magenta, the light is taken to have been greener.
    let across = 0.02 * f64::from(tint) / length;
    u -= along_v * across;
    v += along_u * across;
    let below = 2.0 * u - 8.0 * v + 4.0;
    color::from_chromaticity([3.0 * u / below, 2.0 * v / below])
}

/// The factor on light whose surroundings have this lightness.
fn local_factor(lightness: f32, shadows: f32, highlights: f32) -> f32 {
    let dark = (1.0 - lightness / SHADOWS_END).max(0.0);
    let above = ((lightness - HIGHLIGHTS_BEGIN) / (1.0 - HIGHLIGHTS_BEGIN)).clamp(0.0, 1.0);
    let light = above * above * (3.0 - 2.0 * above);
    (shadows * SHADOW_STOPS * dark * dark + highlights * HIGHLIGHT_STOPS * light).exp2()
}

/// The light that a luminance becomes, by its square root.
fn level_table(levels: Levels) -> Table {
    let [black, white] = [levels.black, levels.white].map(light_of_level);
    Table::new(1.0, |root| ((root * root - black) / (white - black)).clamp(0.0, 1.0).powf(1.0 / levels.gamma))
}

/// The light of an encoded level between whole ones too.
fn light_of_level(level: f32) -> f32 {
    let low = level.clamp(0.0, 254.0) as u8;
    let (low_light, high_light) = (color::light(low), color::light(low + 1));
    low_light + (high_light - low_light) * (level - f32::from(low))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn corrected(colours: &[[u8; 4]], settings: &Settings) -> Vec<[u8; 4]> {
        let mut pixels = colours.as_flattened().to_vec();
        Look::new(settings).unwrap().apply(&mut pixels, colours.len() as u32, 1);
        pixels.as_chunks::<4>().0.to_vec()
    }

    fn every_colour() -> Vec<[u8; 4]> {
        let steps = (0..=255).step_by(15).map(|step| step as u8).collect::<Vec<_>>();
        let mut all = Vec::new();
        for &red in &steps {
            for &green in &steps {
                all.extend(steps.iter().map(|&blue| [red, green, blue, 255 - red / 2]));
            }
        }
        all
    }

    #[test]
    fn settings_that_change_nothing_keep_every_byte() {
        let all = every_colour();
        assert_eq!(corrected(&all, &Settings::default()), all);
        let grey = WhiteBalance { neutral: Some([0.4; 3]), ..WhiteBalance::default() };
        assert_eq!(corrected(&all, &Settings { white_balance: grey, ..Settings::default() }), all);
    }

    #[test]
    fn the_long_way_keeps_every_level_too() {
        let greys: Vec<[u8; 4]> = (0..=255).map(|level| [level, level, level, 255]).collect();
        let mut pixels = greys.as_flattened().to_vec();
        let identity = [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]];
        let look = Look { matrix: Some(identity), balances: true, local: None, levels: None };
        look.apply(&mut pixels, 256, 1);
        assert_eq!(pixels, greys.as_flattened());
    }

    #[test]
    fn opacity_is_never_touched() {
        let all = every_colour();
        let settings = Settings { exposure: 1.0, shadows: 1.0, highlights: -1.0, ..Settings::default() };
        for (new, old) in corrected(&all, &settings).iter().zip(&all) {
            assert_eq!(new[3], old[3]);
        }
    }

    #[test]
    fn a_stop_doubles_the_light() {
        let settings = Settings { exposure: 1.0, ..Settings::default() };
        for level in 1..=180 {
            let [found, ..] = corrected(&[[level; 4]], &settings)[0];
            let expected = color::to_level(2.0 * color::light(level));
            assert!(found.abs_diff(expected) <= 1, "{level}: {found} instead of {expected}");
        }
    }

    #[test]
    fn the_neutral_becomes_grey() {
        let neutral = [200, 170, 120, 255];
        let light = [200, 170, 120].map(color::light);
        let white_balance = WhiteBalance { neutral: Some(light), ..WhiteBalance::default() };
        let [red, green, blue, _] =
            corrected(&[neutral], &Settings { white_balance, ..Settings::default() })[0];
        assert!(red.abs_diff(green) <= 1 && green.abs_diff(blue) <= 1, "{red} {green} {blue}");
        assert!(green.abs_diff(color::to_level(color::luminance(light))) <= 1);
    }

    #[test]
    fn what_was_overexposed_does_not_turn_to_the_opposite_colour() {
        let neutral = Some([1.6, 0.9, 0.3]);
        let white_balance = WhiteBalance { neutral, ..WhiteBalance::default() };
        let settings = Settings { white_balance, ..Settings::default() };
        let found = corrected(&[[255, 255, 255, 255], [255, 230, 160, 255], [255, 40, 10, 255]], &settings);
        assert_eq!(found[0], [255; 4]);
        let [red, green, blue, _] = found[1];
        assert!(red >= green && red >= blue, "{:?}", found[1]);
        assert!(found[2][0] > found[2][1].max(found[2][2]) + 60, "{:?}", found[2]);
    }

    #[test]
    fn warmer_is_yellower_and_magenta_is_less_green() {
        let grey = [128, 128, 128, 255];
        let with = |temperature, tint| {
            let white_balance = WhiteBalance { neutral: None, temperature, tint };
            let [red, green, blue, _] =
                corrected(&[grey], &Settings { white_balance, ..Settings::default() })[0];
            [red, green, blue].map(i32::from)
        };
        let [red, _, blue] = with(0.5, 0.0);
        assert!(red > blue + 15, "{:?}", with(0.5, 0.0));
        let [red, _, blue] = with(-0.5, 0.0);
        assert!(blue > red + 15, "{:?}", with(-0.5, 0.0));
        let [red, green, blue] = with(0.0, 0.5);
        assert!(red > green + 4 && blue > green + 4, "{:?}", with(0.0, 0.5));
        let [red, green, blue] = with(0.0, -0.5);
        assert!(green > red + 4 && green > blue + 4, "{:?}", with(0.0, -0.5));
    }

    #[test]
    fn levels_set_black_and_white_and_keep_the_ratios_of_a_colour() {
        let levels = Levels { black: 20.0, white: 230.0, gamma: 1.0 };
        let settings = Settings { levels, ..Settings::default() };
        let found = corrected(&[[20, 20, 20, 255], [230, 230, 230, 255], [10, 10, 10, 255]], &settings);
        assert_eq!(found, [[0, 0, 0, 255], [255, 255, 255, 255], [0, 0, 0, 255]]);
        let colour = [180_u8, 90, 60];
        let [new] = corrected(&[[180, 90, 60, 255]], &settings)[..] else { unreachable!() };
        let ratio = color::light(new[0]) / color::light(colour[0]);
        for channel in 1..3 {
            let other = color::light(new[channel]) / color::light(colour[channel]);
            assert!((other / ratio - 1.0).abs() < 0.03, "{new:?}");
        }
    }

    #[test]
    fn gamma_lightens_the_middle_and_holds_the_ends() {
        let levels = Levels { gamma: 1.5, ..Levels::default() };
        let found = corrected(
            &[[0, 0, 0, 255], [100, 100, 100, 255], [255, 255, 255, 255]],
            &Settings { levels, ..Settings::default() },
        );
        assert_eq!((found[0][0], found[2][0]), (0, 255));
        let expected = color::to_level(color::light(100).powf(1.0 / 1.5));
        assert!(found[1][0].abs_diff(expected) <= 1, "{}", found[1][0]);
    }

    #[test]
    fn a_pale_background_may_become_white_and_a_red_product_stays_red() {
        let settings = Settings { exposure: 0.5, ..Settings::default() };
        let found = corrected(&[[238, 240, 242, 255], [250, 30, 20, 255]], &settings);
        assert_eq!(found[0], [255, 255, 255, 255]);
        assert!(found[1][0] == 255 && found[1][1] < 50 && found[1][2] < 40, "{:?}", found[1]);
    }

    #[test]
    fn tones_never_change_places() {
        for shadows in [-1.0, 0.0, 1.0] {
            for highlights in [-1.0, 0.0, 1.0] {
                let out = |lightness: f32| lightness * local_factor(lightness, shadows, highlights).sqrt();
                let tones: Vec<f32> = (0..=1000).map(|step| out(step as f32 * 0.0015)).collect();
                assert!(tones.is_sorted(), "{shadows} {highlights}");
            }
        }
    }

    /// A photo of `width × height` with a dark block on a light ground.
    fn block(width: u32, height: u32) -> Vec<u8> {
        (0..width * height)
            .flat_map(|index| {
                let (x, y) = (index % width, index / width);
                let inside =
                    (width / 4..width * 3 / 4).contains(&x) && (height / 4..height * 3 / 4).contains(&y);
                if inside { [60, 40, 30, 255] } else { [210, 210, 205, 255] }
            })
            .collect()
    }

    #[test]
    fn shadows_lift_what_is_dark_without_a_halo() {
        let (width, height) = (400_u32, 300_u32);
        let mut pixels = block(width, height);
        let settings = Settings { shadows: 1.0, ..Settings::default() };
        Look::new(&settings).unwrap().apply(&mut pixels, width, height);
        let at = |x: u32, y: u32| pixels[((y * width + x) * 4) as usize];
        let (inside, outside) = (at(200, 150), at(20, 20));
        assert!(inside > 80, "{inside}");
        assert!(outside.abs_diff(210) <= 1, "{outside}");
        for x in 0..width {
            let expected = if (100..300).contains(&x) { inside } else { outside };
            assert!(at(x, 150).abs_diff(expected) <= 3, "{x}: {} instead of {expected}", at(x, 150));
        }
    }

    #[test]
    fn a_preview_has_the_look_of_the_full_photo() {
        let settings = Settings { shadows: 0.8, highlights: -0.6, exposure: 0.2, ..Settings::default() };
        let look = Look::new(&settings).unwrap();
        let (mut small, mut large) = (block(320, 240), block(1280, 960));
        look.apply(&mut small, 320, 240);
        look.apply(&mut large, 1280, 960);
        for (x, y) in [(10, 10), (160, 120), (90, 70), (230, 170), (70, 120), (300, 200)] {
            let one = &small[(y * 320 + x) * 4..][..3];
            let other = &large[((y * 4 + 2) * 1280 + x * 4 + 2) * 4..][..3];
            for (one, other) in one.iter().zip(other) {
                assert!(one.abs_diff(*other) <= 2, "{x},{y}: {one} {other}");
            }
        }
    }

    /// `cargo test --lib twelve_megapixels -- --ignored --nocapture`
    #[test]
    #[ignore = "a measurement"]
    fn twelve_megapixels() {
        let (width, height) = (4000_u32, 3000_u32);
        let mut state = 1_u32;
        let noise = (0..width * height).flat_map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let [red, green, blue, _] = state.to_le_bytes();
            [red / 2 + 60, green / 2 + 60, blue / 2 + 60, 255]
        });
        let mut pixels: Vec<u8> = noise.collect();
        let balance = WhiteBalance { neutral: Some([0.5, 0.45, 0.4]), ..WhiteBalance::default() };
        let levels = Levels { black: 5.0, white: 245.0, gamma: 1.1 };
        let plain = Settings { white_balance: balance, exposure: 0.2, ..Settings::default() };
        let all = Settings { levels, shadows: 0.4, highlights: -0.3, ..plain };
        for (name, settings) in
            [("balance and exposure", plain), ("with levels", Settings { levels, ..plain }), ("all", all)]
        {
            let look = Look::new(&settings).unwrap();
            let best = (0..5).map(|_| {
                let clock = std::time::Instant::now();
                look.apply(&mut pixels, width, height);
                clock.elapsed().as_secs_f64() * 1e3
            });
            let best = best.fold(f64::INFINITY, f64::min);
            #[allow(clippy::print_stdout, reason = "a measurement is there to be read")]
            {
                println!("{name}: {best:.0} ms");
            }
        }
    }
}
