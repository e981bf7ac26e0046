//! Backdrop colours that go with a product.
//!
//! The product's own hue is where most of its colour is, in OKLCh (B. Ottosson, "A perceptual color space for image
//! processing", 2020), and the proposals stand to it as colour wheels have it: the same, its neighbour, its opposite,
//! and a light and a dark that hardly have a colour.

use crate::photo::color;
use crate::scene::Color;
use crate::vision::Cutout;

/// How a colour stands to the product's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// The product's own hue, much lighter.
    Tone,
    /// The hue beside it on the wheel.
    Neighbour,
    /// The one opposite: the product stands out.
    Opposite,
    /// Almost white with a breath of its hue.
    Light,
    /// Almost black with a breath of its hue.
    Dark,
}

/// A colour for the backdrop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Harmony {
    /// How it stands to the product's.
    pub relation: Relation,
    /// The colour.
    pub color: Color,
}

/// Hues that are told apart.
const HUES: usize = 36;
/// Chroma below which a product has no hue: a grey, a black, a white.
const GREY: f32 = 0.02;
/// The hue of warm paper, in degrees, where a product has none of its own.
const PAPER: f32 = 80.0;
/// At most about so many pixels are looked at.
const LOOKED_AT: usize = 100_000;

/// Five colours, in the order of [`Relation`].
#[must_use]
pub fn harmonies(cutout: &Cutout) -> [Harmony; 5] {
    let hue = hue(cutout);
    let own = hue.unwrap_or(PAPER);
    // What has no hue gets quieter colours.
    let loud = if hue.is_some() { 1.0 } else { 0.6 };
    [
        (Relation::Tone, 0.9, 0.045, 0.0),
        (Relation::Neighbour, 0.86, 0.06, 40.0),
        (Relation::Opposite, 0.86, 0.06, 180.0),
        (Relation::Light, 0.96, 0.008, 0.0),
        (Relation::Dark, 0.28, 0.02, 0.0),
    ]
    .map(|(relation, lightness, chroma, turn)| Harmony {
        relation,
        color: Color(from_oklch(lightness, chroma * loud, own + turn)),
    })
}

/// The hue in which most of a product's colour is, in degrees; none where it has hardly any.
fn hue(cutout: &Cutout) -> Option<f32> {
    let pixels = cutout.pixels.as_chunks::<4>().0;
    let every = (pixels.len() / LOOKED_AT).max(1);
    let mut hues = [[0.0_f32; 2]; HUES];
    let mut opaque = 0.0;
    for &[red, green, blue, _] in pixels.iter().step_by(every).filter(|pixel| pixel[3] == 255) {
        let [_, a, b] = oklab([red, green, blue]);
        let at = (b.atan2(a).to_degrees().rem_euclid(360.0) / 360.0 * HUES as f32) as usize % HUES;
        hues[at] = [hues[at][0] + a, hues[at][1] + b];
        opaque += 1.0;
    }
    // With its neighbours, so that a colour on the border between two is not halved.
    let around = |at: usize| {
        let sum = |axis: usize| [HUES - 1, 0, 1].iter().map(|by| hues[(at + by) % HUES][axis]).sum::<f32>();
        [sum(0), sum(1)]
    };
    let strength = |[a, b]: [f32; 2]| a.hypot(b);
    let [a, b] = (0..HUES).map(around).max_by(|one, other| strength(*one).total_cmp(&strength(*other)))?;
    (strength([a, b]) > GREY * opaque).then(|| b.atan2(a).to_degrees())
}

/// Lightness, and the two axes of colour.
fn oklab(levels: [u8; 3]) -> [f32; 3] {
    let [red, green, blue] = levels.map(color::light);
    let long = (0.412_221_46 * red + 0.536_332_55 * green + 0.051_445_995 * blue).cbrt();
    let medium = (0.211_903_5 * red + 0.680_699_5 * green + 0.107_396_96 * blue).cbrt();
    let short = (0.088_302_46 * red + 0.281_718_85 * green + 0.629_978_7 * blue).cbrt();
    [
        0.210_454_26 * long + 0.793_617_8 * medium - 0.004_072_047 * short,
        1.977_998_5 * long - 2.428_592_2 * medium + 0.450_593_7 * short,
        0.025_904_037 * long + 0.782_771_77 * medium - 0.808_675_77 * short,
    ]
}

/// The sRGB colour of this hue, in degrees, with as much of the chroma as sRGB has at this lightness.
fn from_oklch(lightness: f32, chroma: f32, hue: f32) -> [u8; 3] {
    let (sin, cos) = hue.to_radians().sin_cos();
    let lights = |chroma: f32| {
        let (a, b) = (chroma * cos, chroma * sin);
        let long = (lightness + 0.396_337_78 * a + 0.215_803_76 * b).powi(3);
        let medium = (lightness - 0.105_561_346 * a - 0.063_854_17 * b).powi(3);
        let short = (lightness - 0.089_484_18 * a - 1.291_485_5 * b).powi(3);
        [
            4.076_741_7 * long - 3.307_711_6 * medium + 0.230_969_94 * short,
            -1.268_438 * long + 2.609_757_4 * medium - 0.341_319_38 * short,
            -0.004_196_086_3 * long - 0.703_418_6 * medium + 1.707_614_7 * short,
        ]
    };
    let shown = (0..=16).map(|step| lights(chroma * (1.0 - step as f32 / 16.0)));
    let fits = |lights: &[f32; 3]| lights.iter().all(|light| (-0.001..=1.001).contains(light));
    shown.into_iter().find(fits).unwrap_or([lightness.powi(3); 3]).map(color::to_level)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(color: [u8; 3]) -> [Harmony; 5] {
        let pixels = [color[0], color[1], color[2], 255].repeat(400);
        harmonies(&Cutout { width: 20, height: 20, pixels, confidence: None, doubt: None })
    }

    fn hue_of(color: Color) -> f32 {
        let [_, a, b] = oklab(color.0);
        b.atan2(a).to_degrees().rem_euclid(360.0)
    }

    #[test]
    fn colours_stand_to_the_product_s_as_they_say() {
        for product in [[200, 30, 30], [20, 90, 200], [240, 200, 20], [10, 120, 60]] {
            let own = hue_of(Color(product));
            let [tone, neighbour, opposite, light, dark] = of(product);
            let turned = |harmony: Harmony| (hue_of(harmony.color) - own).rem_euclid(360.0);
            let near = |found: f32, wanted: f32| {
                let apart = (found - wanted).rem_euclid(360.0);
                apart.min(360.0 - apart) < 8.0
            };
            assert!(near(turned(tone), 0.0), "{product:?}: {}", turned(tone));
            assert!(near(turned(neighbour), 40.0), "{product:?}: {}", turned(neighbour));
            assert!(near(turned(opposite), 180.0), "{product:?}: {}", turned(opposite));
            assert!(light.color.0.iter().all(|&level| level > 228), "{light:?}");
            assert!(dark.color.0.iter().all(|&level| level < 70), "{dark:?}");
        }
    }

    #[test]
    fn what_has_no_colour_is_offered_paper() {
        let grey = of([120; 3]);
        assert!((hue_of(grey[0].color) - PAPER).abs() < 10.0, "{grey:?}");
        assert_eq!(of([40; 3]), grey);
    }

    #[test]
    fn there_and_back_is_the_same_colour() {
        for levels in [[1, 2, 3], [200, 10, 77], [255, 255, 255], [90, 200, 120]] {
            let [lightness, a, b] = oklab(levels);
            let back = from_oklch(lightness, a.hypot(b), b.atan2(a).to_degrees());
            assert!(
                back.iter().zip(levels).all(|(&one, other)| one.abs_diff(other) <= 1),
                "{levels:?} {back:?}"
            );
        }
    }
}
