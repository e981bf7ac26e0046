//! What a photo's light is like, and how one photo's is brought to another's.

use serde::{Deserialize, Serialize};

use super::Error;
use super::apply::Look;
use super::illuminant::{self, Estimate};
use super::settings::{Settings, WhiteBalance, check_neutral};
use super::survey::{Cell, Kind, Survey};
use crate::photo::Photo;
use crate::photo::color::{self, Lab};

/// The share of a photo that a backdrop must have to be held against another.
const ENOUGH: f32 = 0.03;

/// The angle in degrees up to which two backdrops may be one in two lights.
const SAME_BACKDROP: f32 = 25.0;

/// Stops that an estimate or a match changes at most.
const MOST_STOPS: f32 = 2.0;

/// The luminance that a white backdrop gets: encoded level 241, short of where a camera's white begins to clip.
const WHITE_BACKDROP: f32 = 0.88;

/// The luminance from which on a backdrop counts as white: encoded level 150. A darker one is a grey one.
const WHITISH: f32 = 0.305;

/// The luminance that the lightest hundredth of a photo gets where there is no white backdrop: encoded level 231.
const LIGHTEST: f32 = 0.8;

/// The largest share or luminance: 1, and what single precision makes of it.
const MOST: f32 = 1.001;

/// A region of a photo.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Its share of the photo, 0 to 1.
    pub share: f32,
    /// Its linear colour: the median of each channel.
    pub colour: [f32; 3],
    /// Its median luminance, 0 to 1.
    pub median: f32,
    /// The luminance that 99 % of it stay below.
    pub lightest: f32,
    /// The share of it that is overexposed, 0 to 1.
    pub clipped: f32,
}

/// What a photo's light is like. A few numbers: a batch keeps those of its reference, and no pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statistics {
    /// The product, where a matte or the photo's own opacity tells it.
    pub subject: Option<Region>,
    /// What is behind it, where a matte tells it.
    pub background: Option<Region>,
    /// All that is not transparent.
    pub whole: Option<Region>,
    /// The light that it was taken in.
    pub light: Option<Estimate>,
}

/// What brings one photo to another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Match {
    /// White balance and exposure; nothing else, so that no product changes its hue by itself.
    pub settings: Settings,
    /// What was held against what.
    pub basis: MatchBasis,
    /// Whether more would have been needed than is sound: two stops, or a light that no lamp has.
    pub limited: bool,
}

/// What a match held against what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MatchBasis {
    /// The two backdrops.
    Background,
    /// The estimated lights and the lightest hundredths: where a photo has no backdrop, or another one.
    Light,
    /// Nothing: one of the two is black, white or transparent throughout.
    Nothing,
}

impl Statistics {
    /// Of a photo. `matte` has the opacity of the product for each pixel; without it the photo's own opacity says what
    /// is the product, if it has any.
    ///
    /// # Errors
    /// [`Error::OtherMatte`].
    pub fn of(photo: &Photo, matte: Option<&[u8]>) -> Result<Self, Error> {
        let survey = Survey::of(photo, matte)?;
        let of_kind = |kind| region(&survey, |cell| cell.kind == kind);
        Ok(Self {
            subject: of_kind(Kind::Subject),
            background: of_kind(Kind::Background),
            whole: region(&survey, |_| true),
            light: illuminant::of(&survey),
        })
    }

    /// Whether every number is one that a photo can have: a file may say anything.
    ///
    /// # Errors
    /// [`Error::NotSettings`].
    pub(super) fn check(&self) -> Result<(), Error> {
        let Self { subject, background, whole, light } = *self;
        let regions = [("subject", subject), ("background", background), ("whole", whole)];
        let mut numbers = Vec::new();
        for (place, region) in regions {
            let Some(Region { share, colour, median, lightest, clipped }) = region else { continue };
            numbers.extend(
                [share, median, lightest, clipped].into_iter().chain(colour).map(|value| (place, value)),
            );
        }
        numbers.extend(light.map(|light| ("light.confidence", light.confidence)));
        if let Some((place, value)) = numbers.into_iter().find(|(_, value)| !(0.0..=MOST).contains(value)) {
            let cause = format!("{value} in light.reference.{place}, whose numbers go from 0 to 1");
            return Err(Error::NotSettings { cause });
        }
        let neutral = light.map_or(Ok(()), |light| check_neutral(light.neutral));
        neutral.map_err(|error| Error::NotSettings { cause: format!("light.reference.light: {error}") })
    }

    /// How many stops make the exposure right: a white backdrop gets level 241, as far as the product is not
    /// overexposed by it; without one the lightest hundredth of the photo gets level 231. Within two stops; a
    /// backdrop that is already lighter than that stays.
    #[must_use]
    pub fn exposure(&self) -> f32 {
        let Some(whole) = self.whole else { return 0.0 };
        let backdrop = self.background.filter(|region| region.share >= ENOUGH && region.median >= WHITISH);
        let stops = match backdrop {
            Some(region) if region.median >= WHITE_BACKDROP => 0.0,
            Some(region) => {
                let room =
                    self.subject.map_or(f32::INFINITY, |subject| (0.98 / subject.lightest).log2().max(0.0));
                (WHITE_BACKDROP / region.median).log2().min(room)
            }
            None => (LIGHTEST / whole.lightest.max(1e-4)).log2(),
        };
        stops.clamp(-MOST_STOPS, MOST_STOPS)
    }

    /// White balance and exposure as estimated. A light that is hardly sure (confidence below a half) is corrected by
    /// half.
    #[must_use]
    pub fn automatic(&self) -> Settings {
        let neutral = self.light.map(|light| {
            let strength = if light.confidence < 0.5 { 0.5 } else { 1.0 };
            light.neutral.map(|value| value.max(1e-4).powf(strength))
        });
        Settings {
            white_balance: WhiteBalance { neutral, ..WhiteBalance::default() },
            exposure: (self.exposure() * 100.0).round() / 100.0,
            ..Settings::default()
        }
    }

    /// What brings this photo to another's light: first the white balance, by the backdrops where both photos have the
    /// same, else by the estimated lights; then the exposure, so that the backdrops (else the lightest hundredths)
    /// agree.
    #[must_use]
    pub fn match_to(&self, reference: &Self) -> Match {
        let backdrops = self.background.zip(reference.background).filter(|(own, other)| {
            let sound =
                |region: &Region| region.share >= ENOUGH && region.median > 0.01 && region.clipped < 0.5;
            sound(own) && sound(other) && color::angle(own.colour, other.colour) <= SAME_BACKDROP
        });
        let (lights, levels, basis) = if let Some((own, other)) = backdrops {
            let light = |region: Region| color::luminance(region.colour);
            (Some((own.colour, other.colour)), Some((light(own), light(other))), MatchBasis::Background)
        } else {
            let lights = self.light.zip(reference.light).map(|(own, other)| (own.neutral, other.neutral));
            let levels = self.whole.zip(reference.whole).map(|(own, other)| (own.lightest, other.lightest));
            let basis = if lights.is_some() { MatchBasis::Light } else { MatchBasis::Nothing };
            (lights, levels, basis)
        };
        if basis == MatchBasis::Nothing {
            return Match { settings: Settings::default(), basis, limited: false };
        }
        let mut limited = false;
        let neutral = lights.map(|(own, other)| color::neutral_between(own, other)).filter(|&neutral| {
            let sound = check_neutral(neutral).is_ok();
            limited |= !sound;
            sound
        });
        let white_balance = WhiteBalance { neutral, ..WhiteBalance::default() };
        let mut settings = Settings { white_balance, ..Settings::default() };
        if let Some((own, other)) = levels {
            // The white balance keeps the light of what it makes neutral, not of this very colour.
            let own = match (backdrops, Look::new(&settings)) {
                (Some((region, _)), Ok(look)) => color::luminance(look.balanced(region.colour)),
                _ => own,
            };
            let wanted = (other.max(1e-4) / own.max(1e-4)).log2();
            settings.exposure = wanted.clamp(-MOST_STOPS, MOST_STOPS);
            limited |= settings.exposure != wanted;
        }
        Match { settings, basis, limited }
    }

    /// CIEDE2000 between the backdrops of two photos, by their median colours; none where one has no backdrop.
    #[must_use]
    pub fn background_difference(&self, other: &Self) -> Option<f32> {
        let (own, other) = self.background.zip(other.background)?;
        Some(color::delta_e_2000(Lab::of(own.colour), Lab::of(other.colour)))
    }
}

fn region(survey: &Survey, wanted: impl Fn(&Cell) -> bool) -> Option<Region> {
    let cells: Vec<&Cell> = survey.cells.iter().filter(|cell| cell.visible && wanted(cell)).collect();
    if cells.is_empty() {
        return None;
    }
    let at = |share: f32, value: &dyn Fn(&Cell) -> f32| {
        let mut values: Vec<f32> = cells.iter().map(|cell| value(cell)).collect();
        let index = ((values.len() - 1) as f32 * share) as usize;
        *values.select_nth_unstable_by(index, f32::total_cmp).1
    };
    let light = |cell: &Cell| color::luminance(cell.light);
    Some(Region {
        share: cells.len() as f32 / survey.cells.len() as f32,
        colour: std::array::from_fn(|channel| at(0.5, &|cell| cell.light[channel])),
        median: at(0.5, &light),
        lightest: at(0.99, &light),
        clipped: cells.iter().filter(|cell| cell.clipped).count() as f32 / cells.len() as f32,
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::correct;
    use super::*;

    /// A red and white product on a backdrop of this light, in this light.
    fn taken(backdrop: f32, light: [f32; 3], stops: f32) -> (Photo, Vec<u8>) {
        let (width, height) = (160, 120);
        let tint = color::adaptation([1.0; 3], light);
        let (mut pixels, mut matte) = (Vec::new(), Vec::new());
        for y in 0..height {
            for x in 0..width {
                let inside = (50..110).contains(&x) && (30..100).contains(&y);
                let colour = match (inside, y < 45) {
                    (false, _) => [backdrop * (1.0 - 0.1 * (y as f32 / height as f32)); 3],
                    (true, true) => [0.55, 0.55, 0.5],
                    (true, false) => [0.4, 0.05, 0.06],
                };
                let lit = tint.map(|row| row[0] * colour[0] + row[1] * colour[1] + row[2] * colour[2]);
                pixels.extend(lit.map(|value| color::to_level(value * stops.exp2())));
                pixels.push(255);
                matte.push(if inside { 255 } else { 0 });
            }
        }
        (Photo { width, height, pixels, has_alpha: false, reduced_from: None }, matte)
    }

    #[test]
    fn a_batch_comes_to_its_reference() {
        let (reference, matte) = taken(0.6, [1.0; 3], 0.0);
        let goal = Statistics::of(&reference, Some(&matte)).unwrap();
        let (mut before, mut after, mut product) = (0.0, 0.0, 0.0_f32);
        let lights = [[0.3457, 0.3585], [0.3805, 0.3768], [0.2848, 0.2932], [0.3721, 0.3751], [0.325, 0.365]];
        for (index, light) in lights.into_iter().enumerate() {
            let (mut photo, matte) = taken(0.6, color::from_chromaticity(light), index as f32 * 0.2 - 0.6);
            let own = Statistics::of(&photo, Some(&matte)).unwrap();
            before += own.background_difference(&goal).unwrap() / 5.0;
            let found = own.match_to(&goal);
            assert!(found.basis == MatchBasis::Background && !found.limited, "{found:?}");
            correct(&mut photo, &found.settings).unwrap();
            after +=
                Statistics::of(&photo, Some(&matte)).unwrap().background_difference(&goal).unwrap() / 5.0;
            // The product was not measured, and comes right all the same.
            let at = (80 * 160 + 80) * 4;
            let colour = |photo: &Photo| {
                Lab::of_levels([photo.pixels[at], photo.pixels[at + 1], photo.pixels[at + 2]])
            };
            product = product.max(color::delta_e_2000(colour(&photo), colour(&reference)));
        }
        assert!(before > 8.0 && after < 0.5 && product < 1.5, "{before} → {after}, product {product}");
    }

    #[test]
    fn another_backdrop_is_not_forced_onto_a_photo() {
        let (reference, matte) = taken(0.6, [1.0; 3], 0.0);
        let goal = Statistics::of(&reference, Some(&matte)).unwrap();
        let (mut photo, matte) = taken(0.6, [1.0; 3], 0.0);
        for (pixel, &opacity) in photo.pixels.chunks_exact_mut(4).zip(&matte) {
            if opacity == 0 {
                pixel[..3].copy_from_slice(&[40, 80, 200]);
            }
        }
        let found = Statistics::of(&photo, Some(&matte)).unwrap().match_to(&goal);
        assert_eq!(found.basis, MatchBasis::Light);
    }

    #[test]
    fn what_would_need_more_than_is_sound_is_limited_and_says_so() {
        let goal = |stops| {
            let (photo, matte) = taken(0.6, [1.0; 3], stops);
            Statistics::of(&photo, Some(&matte)).unwrap()
        };
        let found = goal(-3.5).match_to(&goal(0.0));
        assert!(found.limited && found.settings.exposure == MOST_STOPS, "{found:?}");
        assert!(found.settings.check().is_ok());
    }

    #[test]
    fn a_white_backdrop_and_a_dark_photo_are_exposed_right() {
        for stops in [-1.2, -0.6, 0.0] {
            let (photo, matte) = taken(0.85, [1.0; 3], stops);
            let found = Statistics::of(&photo, Some(&matte)).unwrap();
            let expected = (WHITE_BACKDROP / (0.85 * 0.95)).log2() - stops;
            assert!(
                (found.exposure() - expected).abs() < 0.06,
                "{stops}: {} for {expected}",
                found.exposure()
            );
        }
        // A grey backdrop stays grey: the lightest things decide.
        let (photo, matte) = taken(0.2, [1.0; 3], 0.0);
        let found = Statistics::of(&photo, Some(&matte)).unwrap().exposure();
        assert!((found - (LIGHTEST / 0.546_f32).log2()).abs() < 0.06, "{found}");
    }

    #[test]
    fn statistics_come_back_from_json_and_a_black_photo_has_few() {
        let (photo, matte) = taken(0.6, [1.0; 3], 0.0);
        let found = Statistics::of(&photo, Some(&matte)).unwrap();
        let text = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<Statistics>(&text).unwrap(), found);
        let black = Photo {
            width: 30,
            height: 30,
            pixels: [0, 0, 0, 255].repeat(900),
            has_alpha: false,
            reduced_from: None,
        };
        let black = Statistics::of(&black, None).unwrap();
        assert_eq!(black.light, None);
        assert_eq!(black.match_to(&found).basis, MatchBasis::Nothing);
        assert!(black.automatic().check().is_ok() && black.exposure() <= MOST_STOPS);
    }
}
