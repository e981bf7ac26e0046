//! In which light a photo was taken.
//!
//! Two estimators, and a rule between them:
//! - what is behind the product, by shades of grey (G. D. Finlayson and E. Trezzi, "Shades of gray and colour
//!   constancy", 2004): the Minkowski mean with p = 6, which goes by what is bright there. A seller's backdrop is white
//!   or grey more often than not, and the product, which may be of any colour, has no say.
//! - every edge in the photo, by the grey edge (J. van de Weijer, T. Gevers and A. Gijsenij, "Edge-based color
//!   constancy", 2007), first derivative, p = 6: good where a photo has many colours, and far off where a product of one
//!   colour stands on a plain backdrop.
//!
//! The backdrop is believed where the two lie within [`AGREE`] degrees, and where they do not, unless the edges are much
//! the likelier light ([`likelihood`]). Without a matte it is shades of grey over everything.
//!
//! Measured on the 19 pictures of `data/photos`, as they are and in five flat colours, on their own background and on eight
//! painted backdrops, in the eight lights of the test below, with noise: 7448 photos. The mean angle to the true light in
//! degrees, and what 90 % stay within:
//!
//! | backdrop | as shot | edges | shades of grey, all | this rule |
//! | --- | --- | --- | --- | --- |
//! | white, partly overexposed | 17.5, 34.5 | 5.6, 13.1 | 3.9, 13.1 | 1.5, 5.4 |
//! | grey | 17.5, 34.5 | 18.7, 36.2 | 12.1, 24.3 | 0.3, 0.0 |
//! | white cloth in folds | 17.5, 34.5 | 6.6, 16.1 | 1.9, 7.2 | 0.0, 0.0 |
//! | wooden table, grey wall | 17.5, 34.5 | 9.0, 21.1 | 3.6, 10.0 | 0.2, 0.3 |
//! | a room of three colours | 17.5, 34.5 | 8.9, 20.7 | 3.4, 10.5 | 0.5, 1.1 |
//! | beige | 17.5, 34.5 | 8.6, 18.4 | 5.6, 9.0 | 4.3, 6.0 |
//! | wood | 17.5, 34.5 | 23.4, 39.3 | 18.9, 31.2 | 18.1, 26.9 |
//! | blue paper | 17.5, 34.5 | 19.1, 36.2 | 15.7, 26.9 | 20.4, 24.6 |
//! | its own: an environment, coloured itself | 17.5, 34.5 | 3.3, 7.3 | 5.8, 12.8 | 5.8, 13.2 |
//! | a blue product, over all backdrops | 17.5, 34.5 | 23.8 | 14.9 | 6.9 |
//! | all | 17.5, 34.5 | 12.3, 29.1 | 8.1, 21.9 | 5.7, 22.1 |
//!
//! So: a grey or white backdrop tells the light to a degree, whatever the product's colour; where nothing in sight is
//! grey (wood, coloured paper) no estimator tells it, and the confidence is low. The rule's two numbers were chosen on
//! these very photos.

use serde::{Deserialize, Serialize};

use super::Error;
use super::settings::NEUTRAL_RATIO;
use super::survey::{Cell, Kind, Survey};
use crate::photo::{Photo, color};

/// The angle in degrees up to which a backdrop is believed to be grey.
const AGREE: f32 = 12.0;

/// By how much the edges' light must be the likelier to be believed against the backdrop's.
const MARGIN: f32 = 1.0;

/// The exponent of both means.
const NORM: i32 = 6;

/// Cells that an estimate needs at least.
const ENOUGH: usize = 20;

/// The light that a photo was taken in, as far as it shows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Estimate {
    /// The linear colour that something neutral has in it, of luminance 1; for
    /// [`WhiteBalance::neutral`](super::WhiteBalance::neutral).
    pub neutral: [f32; 3],
    /// What it was told from.
    pub basis: Basis,
    /// How likely it is within 5 degrees of the truth, 0 to 1: the share of such photos in the test set.
    pub confidence: f32,
}

/// What an estimate was told from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// What is behind the product.
    Background,
    /// All edges.
    Edges,
    /// All that is bright: where nobody said what is product.
    Whole,
}

/// Estimates the light of a photo. `matte` has the opacity of the product for each pixel; without it the photo's own
/// opacity says what is the product, if it has any.
///
/// # Errors
/// [`Error::OtherMatte`]; [`Error::NothingToMeasure`] where all is black, white or transparent.
pub fn estimate_light(photo: &Photo, matte: Option<&[u8]>) -> Result<Estimate, Error> {
    of(&Survey::of(photo, matte)?).ok_or(Error::NothingToMeasure)
}

/// As [`estimate_light`].
pub(super) fn of(survey: &Survey) -> Option<Estimate> {
    let edges = grey_edge(survey);
    let grey = |kind: Option<Kind>| {
        let cells =
            survey.cells.iter().filter(|cell| cell.tells && kind.is_none_or(|kind| cell.kind == kind));
        shades_of_grey(cells)
    };
    // The confidences are the shares of the test set's photos within 5 degrees in each case.
    let (light, basis, confidence) = match (grey(Some(Kind::Background)), edges) {
        (Some(behind), Some(edges)) => {
            let apart = color::angle(behind, edges);
            if apart <= AGREE {
                (behind, Basis::Background, 0.92 - 0.2 * apart / AGREE)
            } else if likelihood(edges) > likelihood(behind) + MARGIN {
                (edges, Basis::Edges, 0.44)
            } else {
                (behind, Basis::Background, 0.51)
            }
        }
        (Some(behind), None) => (behind, Basis::Background, 0.51),
        (None, edges) => {
            let told = survey.cells.iter().any(|cell| cell.kind == Kind::Background);
            match (edges, grey(None)) {
                // The backdrop is there, and overexposed.
                (Some(edges), _) if told => (edges, Basis::Edges, 0.57),
                (Some(edges), Some(whole)) => {
                    let apart = color::angle(whole, edges);
                    let confidence = if apart <= AGREE { 0.8 - 0.5 * apart / AGREE } else { 0.2 };
                    (whole, Basis::Whole, confidence)
                }
                (None, Some(whole)) => (whole, Basis::Whole, 0.2),
                (_, None) => return None,
            }
        }
    };
    Some(Estimate { neutral: neutral(light), basis, confidence })
}

/// The logarithm of how likely a light is, up to a constant: lights that products are photographed in lie along the line of
/// daylight and glowing bodies, near daylight.
fn likelihood([red, green, blue]: [f32; 3]) -> f32 {
    let log = |value: f32| value.max(1e-4).ln();
    let (red, blue) = (log(red) - log(green), log(blue) - log(green));
    let (warm, pink) = ((red - blue) / 2.0, (red + blue) / 2.0);
    // The line was fitted to Planckian lights from 2500 to 20 000 K.
    let off = pink - (0.05 - 0.24 * warm);
    -(warm / 0.5).powi(2) / 2.0 - (off / 0.2).powi(2) / 2.0
}

/// A light as a neutral of luminance 1 that settings accept.
fn neutral(light: [f32; 3]) -> [f32; 3] {
    let largest = light.into_iter().fold(f32::MIN_POSITIVE, f32::max);
    // A little less than the limit, so that rounding does not cross it.
    let light = light.map(|value| value.max(largest / (NEUTRAL_RATIO * 0.999)));
    let luminance = color::luminance(light);
    light.map(|value| value / luminance)
}

/// The Minkowski mean of light.
fn shades_of_grey<'a>(cells: impl Iterator<Item = &'a Cell>) -> Option<[f32; 3]> {
    let (mut sums, mut count) = ([0.0_f64; 3], 0_usize);
    for cell in cells {
        for (sum, light) in sums.iter_mut().zip(cell.light) {
            *sum += f64::from(light).powi(NORM);
        }
        count += 1;
    }
    (count >= ENOUGH).then(|| root(sums))
}

/// The Minkowski sum of the differences between each cell and the next, across and down.
fn grey_edge(survey: &Survey) -> Option<[f32; 3]> {
    let (mut sums, mut count) = ([0.0_f64; 3], 0_usize);
    for y in 0..survey.rows.saturating_sub(1) {
        for x in 0..survey.columns.saturating_sub(1) {
            let index = y * survey.columns + x;
            let (own, right, below) =
                (&survey.cells[index], &survey.cells[index + 1], &survey.cells[index + survey.columns]);
            if ![own, right, below].into_iter().all(|cell| cell.tells) {
                continue;
            }
            for (channel, sum) in sums.iter_mut().enumerate() {
                let across = f64::from(right.light[channel] - own.light[channel]);
                let down = f64::from(below.light[channel] - own.light[channel]);
                *sum += (across * across + down * down).powi(NORM / 2);
            }
            count += 1;
        }
    }
    let edges = root(sums);
    // Fainter edges are noise.
    (count >= ENOUGH && color::luminance(edges) > 0.01).then_some(edges)
}

fn root(sums: [f64; 3]) -> [f32; 3] {
    sums.map(|sum| sum.powf(1.0 / f64::from(NORM)) as f32)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// CIE chromaticities of lights that products are photographed in: D50, 4000 K, 3200 K, A, 9000 K, F2, and two that
    /// lie off daylight.
    const LIGHTS: [[f64; 2]; 8] = [
        [0.3457, 0.3585],
        [0.3805, 0.3768],
        [0.4234, 0.3990],
        [0.4476, 0.4074],
        [0.2848, 0.2932],
        [0.3721, 0.3751],
        [0.325, 0.365],
        [0.315, 0.305],
    ];

    fn open(name: &str) -> image::DynamicImage {
        image::open(format!("{}/tests/fixtures/matting/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
    }

    /// The helmet on a backdrop, in a light: photo, matte.
    fn taken(backdrop: impl Fn(f32, f32) -> [f32; 3], light: [f32; 3]) -> (Photo, Vec<u8>) {
        let (picture, matte) = (open("helmet.jpg").to_rgb8(), open("helmet_alpha.png").to_luma8());
        let (width, height) = picture.dimensions();
        let tint = color::adaptation([1.0; 3], light);
        let mut pixels = Vec::with_capacity((width * height * 4) as usize);
        for (pixel, opacity) in picture.enumerate_pixels().zip(matte.pixels()) {
            let (x, y, colour) = pixel;
            let opacity = f32::from(opacity.0[0]) / 255.0;
            let behind = backdrop(x as f32 / width as f32, y as f32 / height as f32);
            let colour: [f32; 3] = std::array::from_fn(|channel| {
                let own = color::light(colour.0[channel]);
                own * opacity + behind[channel] * (1.0 - opacity)
            });
            let lit = tint.map(|row| row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2]);
            pixels.extend(lit.map(color::to_level));
            pixels.push(255);
        }
        (Photo { width, height, pixels, has_alpha: false, reduced_from: None }, matte.into_raw())
    }

    fn grey(value: f32) -> impl Fn(f32, f32) -> [f32; 3] {
        move |x, y| [value * (1.0 - 0.3 * ((x - 0.5).powi(2) + (y - 0.4).powi(2))); 3]
    }

    #[test]
    fn a_grey_backdrop_tells_the_light_to_a_degree() {
        for chromaticity in LIGHTS {
            let light = color::from_chromaticity(chromaticity);
            for value in [0.3, 0.55] {
                let (photo, matte) = taken(grey(value), light);
                let found = estimate_light(&photo, Some(&matte)).unwrap();
                let angle = color::angle(found.neutral, light);
                assert!(angle < 1.0, "{chromaticity:?} {value}: {angle}° {found:?}");
                assert_eq!(found.basis, Basis::Background);
            }
        }
    }

    #[test]
    fn a_coloured_backdrop_gives_little_confidence() {
        for chromaticity in LIGHTS {
            let light = color::from_chromaticity(chromaticity);
            let (photo, matte) = taken(|_, y| [0.15, 0.28 - 0.05 * y, 0.5], light);
            let found = estimate_light(&photo, Some(&matte)).unwrap();
            let angle = color::angle(found.neutral, light);
            // Nothing in sight is grey: what counts is that the estimate knows.
            assert!(angle < 30.0 && found.confidence < 0.6, "{chromaticity:?}: {angle}° {found:?}");
        }
    }

    /// A product that fills most of the photo and is all of one colour.
    #[test]
    fn a_large_product_does_not_lose_its_colour() {
        let (width, height) = (120, 90);
        let inside = |x: u32, y: u32| (15..105).contains(&x) && (10..80).contains(&y);
        let mut pixels = Vec::new();
        let mut matte = Vec::new();
        for y in 0..height {
            for x in 0..width {
                let shade = 1.0 - 0.2 * (y as f32 / height as f32);
                let colour = if inside(x, y) { [0.55, 0.03, 0.04] } else { [0.6, 0.6, 0.6] };
                pixels.extend(colour.map(|value: f32| color::to_level(value * shade)));
                pixels.push(255);
                matte.push(if inside(x, y) { 255 } else { 0 });
            }
        }
        let photo = Photo { width, height, pixels, has_alpha: false, reduced_from: None };
        let found = estimate_light(&photo, Some(&matte)).unwrap();
        let angle = color::angle(found.neutral, [1.0; 3]);
        // The edges say cyan, by 32 degrees.
        assert!(angle < 1.0 && found.basis == Basis::Background, "{angle}° {found:?}");
    }

    #[test]
    fn nothing_to_go_by_is_an_error_and_anything_is_an_estimate() {
        let photo = |colour: [u8; 4]| Photo {
            width: 40,
            height: 40,
            pixels: colour.repeat(1600),
            has_alpha: false,
            reduced_from: None,
        };
        for colour in [[255; 4], [0, 0, 0, 255], [0; 4]] {
            assert_eq!(estimate_light(&photo(colour), None), Err(Error::NothingToMeasure), "{colour:?}");
        }
        let found = estimate_light(&photo([200, 180, 150, 255]), None).unwrap();
        assert_eq!(found.basis, Basis::Whole);
        let red = estimate_light(&photo([200, 0, 0, 255]), None).unwrap();
        assert!(super::super::settings::check_neutral(red.neutral).is_ok(), "{red:?}");
    }
}
