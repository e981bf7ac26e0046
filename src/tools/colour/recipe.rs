//! A correction before any photo was looked at: one for a whole batch, in which each photo gets settings of its own.

use serde::{Deserialize, Serialize};

use super::Error;
use super::settings::{FIELDS, Settings};
use super::statistics::{MatchBasis, Statistics};

/// A correction as it is asked for. The default changes nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Recipe {
    /// What each photo's own light decides.
    pub light: Light,
    /// What every photo gets on top of that. Its neutral counts only for light as shot.
    pub settings: Settings,
}

/// Where white balance and exposure come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "snake_case", deny_unknown_fields)]
pub enum Light {
    /// As the photo was shot, or by the neutral that somebody picked.
    #[default]
    AsShot,
    /// Estimated for each photo by itself ([`Statistics::automatic`]).
    Automatic,
    /// Brought to another photo's ([`Statistics::match_to`]).
    Match {
        /// What that one's light is like.
        reference: Statistics,
    },
}

/// What a recipe comes to for one photo.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Settled {
    /// All of it as settings.
    pub settings: Settings,
    /// How sure an estimated white balance is, 0 to 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<f32>,
    /// What was held against a reference.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub matched_by: Option<MatchBasis>,
    /// Whether a reference, or the exposure asked for, was out of reach.
    pub limited: bool,
}

impl Recipe {
    /// Reads and checks a recipe. Settings alone are one too.
    ///
    /// # Errors
    /// As [`Settings::from_json`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let recipe: Self = match serde_json::from_str(text) {
            Ok(recipe) => recipe,
            Err(error) => match serde_json::from_str(text) {
                Ok(settings) => Self { settings, ..Self::default() },
                Err(_) => return Err(Error::NotSettings { cause: error.to_string() }),
            },
        };
        recipe.settings.check()?;
        if let Light::Match { reference } = recipe.light {
            reference.check()?;
        }
        Ok(recipe)
    }

    /// Whether it takes a photo's statistics to settle it.
    #[must_use]
    pub fn is_by_photo(&self) -> bool {
        self.light != Light::AsShot
    }

    /// Of the recipe, what concerns the light alone: the place from which others are brought to a photo.
    #[must_use]
    pub fn of_light(&self) -> Self {
        let neutral = self.settings.white_balance.neutral;
        let mut light = Self { light: self.light, settings: Settings::default() };
        light.settings.white_balance.neutral = neutral;
        light
    }

    /// The settings for a photo, by its statistics; without them, as if it was shot in the right light.
    #[must_use]
    pub fn settle(&self, own: Option<&Statistics>) -> Settled {
        let mut settled =
            Settled { settings: self.settings, confidence: None, matched_by: None, limited: false };
        let (found, limited) = match (self.light, own) {
            (Light::AsShot, _) => return settled,
            (_, None) => (Settings::default(), false),
            (Light::Automatic, Some(own)) => {
                settled.confidence = own.light.map(|light| light.confidence);
                (own.automatic(), false)
            }
            (Light::Match { reference }, Some(own)) => {
                let found = own.match_to(&reference);
                settled.matched_by = Some(found.basis);
                (found.settings, found.limited)
            }
        };
        let wanted = found.exposure + self.settings.exposure;
        let [lowest, highest] = exposures();
        settled.settings.exposure = wanted.clamp(lowest, highest);
        settled.settings.white_balance.neutral = found.white_balance.neutral;
        settled.limited = limited || settled.settings.exposure != wanted;
        settled
    }
}

/// The range of the exposure.
fn exposures() -> [f32; 2] {
    FIELDS
        .iter()
        .find(|field| field.name == "exposure")
        .map_or([0.0; 2], |field| [field.lowest, field.highest])
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::photo::Photo;
    use crate::tools::colour::{Region, WhiteBalance, correct};

    /// A grey card with a darker product on it, in a light of this colour.
    fn photo(light: [u8; 3]) -> Photo {
        let pixel = |index: u32| {
            let (x, y) = (index % 60, index / 60);
            let product = (20..40).contains(&x) && (20..40).contains(&y);
            let [red, green, blue] = if product { light.map(|level| level / 2) } else { light };
            [red, green, blue, 255]
        };
        let pixels = (0..3600).flat_map(pixel).collect();
        Photo { width: 60, height: 60, pixels, has_alpha: false, reduced_from: None }
    }

    fn matte() -> Vec<u8> {
        (0..3600_u32)
            .map(|at| u8::from((20..40).contains(&(at % 60)) && (20..40).contains(&(at / 60))) * 255)
            .collect()
    }

    #[test]
    fn a_reference_has_numbers_that_a_photo_can_have() {
        let reference = Statistics::of(&photo([255, 255, 255]), None).unwrap();
        let text = |reference| {
            serde_json::to_string(&Recipe { light: Light::Match { reference }, ..Recipe::default() }).unwrap()
        };
        assert_eq!(Recipe::from_json(&text(reference)).unwrap().light, Light::Match { reference });
        let whole = reference.whole.unwrap();
        for value in [-0.1, 1.1, f32::MAX] {
            let broken = Statistics { whole: Some(Region { median: value, ..whole }), ..reference };
            let error = Recipe::from_json(&text(broken)).unwrap_err();
            assert!(
                matches!(&error, Error::NotSettings { cause } if cause.contains("reference.whole")),
                "{error}"
            );
        }
        // More than single precision holds is read as infinity.
        let mut endless: serde_json::Value = serde_json::from_str(&text(reference)).unwrap();
        endless["light"]["reference"]["whole"]["colour"][2] = 1e60.into();
        assert!(Recipe::from_json(&endless.to_string()).is_err());
    }

    #[test]
    fn each_photo_of_a_batch_gets_settings_of_its_own() {
        let recipe = Recipe {
            light: Light::Automatic,
            settings: Settings { exposure: 0.5, shadows: 0.2, ..Settings::default() },
        };
        let of = |light| Statistics::of(&photo(light), Some(&matte())).unwrap();
        let (warm, cool) = (of([200, 180, 150]), of([120, 140, 170]));
        let [warm_settled, cool_settled] = [&warm, &cool].map(|own| recipe.settle(Some(own)).settings);
        assert_ne!(warm_settled.white_balance.neutral, cool_settled.white_balance.neutral);
        for (settled, own) in [(warm_settled, warm), (cool_settled, cool)] {
            assert_eq!(settled.exposure, own.automatic().exposure + 0.5);
            assert_eq!(settled.shadows, 0.2);
        }
    }

    #[test]
    fn a_match_brings_one_photo_to_the_other_and_leaves_that_one() {
        let (own, other) = (photo([120, 140, 170]), photo([200, 190, 180]));
        let statistics = |photo: &Photo| Statistics::of(photo, Some(&matte())).unwrap();
        let reference = statistics(&other);
        let recipe = Recipe { light: Light::Match { reference }, settings: Settings::default() };
        let settled = recipe.settle(Some(&statistics(&own)));
        assert_eq!(settled.matched_by, Some(MatchBasis::Background));
        let mut matched = own.clone();
        correct(&mut matched, &settled.settings).unwrap();
        let difference = statistics(&matched).background_difference(&reference).unwrap();
        assert!(difference < 0.6, "{difference}");
        let mut same = other.clone();
        correct(&mut same, &recipe.settle(Some(&reference)).settings).unwrap();
        assert_eq!(same.pixels, other.pixels);
    }

    #[test]
    fn as_shot_only_the_settings_count_and_a_pick_is_one_of_them() {
        let neutral = Some([0.5, 0.4, 0.3]);
        let settings = Settings {
            white_balance: WhiteBalance { neutral, ..WhiteBalance::default() },
            ..Settings::default()
        };
        let picked = Recipe { light: Light::AsShot, settings };
        assert_eq!(picked.settle(None).settings, settings);
        let own = Statistics::of(&photo([150; 3]), None).unwrap();
        let automatic = Recipe { light: Light::Automatic, settings };
        assert_ne!(automatic.settle(Some(&own)).settings.white_balance.neutral, neutral);
        assert!(automatic.settle(None).settings.is_identity());
    }

    #[test]
    fn an_exposure_stays_within_its_range_and_says_so() {
        let own = Statistics::of(&photo([30; 3]), None).unwrap();
        let settings = Settings { exposure: 4.0, ..Settings::default() };
        let settled = Recipe { light: Light::Automatic, settings }.settle(Some(&own));
        assert_eq!(settled.settings.exposure, 4.0);
        assert!(settled.limited);
        settled.settings.check().unwrap();
    }

    #[test]
    fn a_recipe_survives_json_and_settings_alone_are_one() {
        let reference = Statistics::of(&photo([150, 140, 130]), None).unwrap();
        for light in [Light::AsShot, Light::Automatic, Light::Match { reference }] {
            let recipe = Recipe { light, settings: Settings { exposure: -0.5, ..Settings::default() } };
            let text = serde_json::to_string(&recipe).unwrap();
            assert_eq!(Recipe::from_json(&text).unwrap(), recipe, "{text}");
        }
        assert_eq!(Recipe::from_json("{}").unwrap(), Recipe::default());
        let alone = Recipe::from_json(r#"{"exposure": 1}"#).unwrap();
        assert_eq!((alone.light, alone.settings.exposure), (Light::AsShot, 1.0));
        for wrong in [r#"{"exposure": 9}"#, r#"{"light": {"by": "magic"}}"#, "null"] {
            assert!(Recipe::from_json(wrong).is_err(), "{wrong}");
        }
    }
}
