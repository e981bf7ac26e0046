//! What a person can set, with its ranges, as data.

use serde::{Deserialize, Serialize};

use super::Error;

/// A correction of colour. The default changes nothing.
///
/// As JSON every field may be left out, and none may be there that is not below.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// What comes out neutral.
    pub white_balance: WhiteBalance,
    /// Stops: each doubles the light. −4 to 4.
    pub exposure: f32,
    /// Where black and white lie.
    pub levels: Levels,
    /// How much lighter (positive) or darker the dark regions become, −1 to 1: two stops at most, where it is black.
    pub shadows: f32,
    /// How much lighter (positive) or darker the light regions become, −1 to 1: one stop at most, where it is white.
    pub highlights: f32,
}

/// What comes out neutral. The default leaves it as shot.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct WhiteBalance {
    /// The colour that something neutral has in the photo, in linear light: every channel above 0, the largest at most
    /// [`NEUTRAL_RATIO`] times the smallest. Only the ratios count. None: as shot.
    pub neutral: Option<[f32; 3]>,
    /// After that, how much warmer (positive: yellower) or cooler, −1 to 1: along CIE daylight, 96 mired at the ends.
    pub temperature: f32,
    /// And how much towards magenta (positive) or green, −1 to 1: across daylight, 0.02 in CIE 1960's u and v at the
    /// ends.
    pub tint: f32,
}

/// Which encoded levels become black and white, and how the tones between run.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Levels {
    /// The level that becomes black, as a histogram shows it, 0 to 100.
    pub black: f32,
    /// The level that becomes white, 128 to 255.
    pub white: f32,
    /// The exponent 1 ⁄ gamma on the light between the two: above 1 the middle tones get lighter. 0.25 to 4.
    pub gamma: f32,
}

impl Default for Levels {
    fn default() -> Self {
        Self { black: 0.0, white: 255.0, gamma: 1.0 }
    }
}

/// How many times the smallest channel of a neutral the largest may be. Candlelight, taken by a camera that is set to
/// daylight, comes near.
pub const NEUTRAL_RATIO: f32 = 16.0;

/// A number among the settings.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Field {
    /// Where it stands in the JSON, with dots.
    pub name: &'static str,
    /// The least it may be.
    pub lowest: f32,
    /// The most it may be.
    pub highest: f32,
    /// What it is where nobody sets it.
    pub default: f32,
}

/// Every number among the settings but the neutral's channels, with its range.
pub const FIELDS: [Field; 8] = [
    Field { name: "white_balance.temperature", lowest: -1.0, highest: 1.0, default: 0.0 },
    Field { name: "white_balance.tint", lowest: -1.0, highest: 1.0, default: 0.0 },
    Field { name: "exposure", lowest: -4.0, highest: 4.0, default: 0.0 },
    Field { name: "levels.black", lowest: 0.0, highest: 100.0, default: 0.0 },
    Field { name: "levels.white", lowest: 128.0, highest: 255.0, default: 255.0 },
    Field { name: "levels.gamma", lowest: 0.25, highest: 4.0, default: 1.0 },
    Field { name: "shadows", lowest: -1.0, highest: 1.0, default: 0.0 },
    Field { name: "highlights", lowest: -1.0, highest: 1.0, default: 0.0 },
];

impl Settings {
    /// Reads and checks settings.
    ///
    /// # Errors
    /// [`Error::NotSettings`] where the text is no JSON of this shape; else as [`Settings::check`].
    pub fn from_json(text: &str) -> Result<Self, Error> {
        let settings: Self =
            serde_json::from_str(text).map_err(|error| Error::NotSettings { cause: error.to_string() })?;
        settings.check()?;
        Ok(settings)
    }

    /// Whether every number lies in its range.
    ///
    /// # Errors
    /// [`Error::OutOfRange`], [`Error::NoNeutral`].
    pub fn check(&self) -> Result<(), Error> {
        for (field, value) in FIELDS.into_iter().zip(self.values()) {
            // Written so that what is no number fails too.
            if !(field.lowest..=field.highest).contains(&value) {
                return Err(Error::OutOfRange { field, value });
            }
        }
        self.white_balance.neutral.map_or(Ok(()), check_neutral)
    }

    /// Whether a photo would keep every byte.
    #[must_use]
    pub fn is_identity(&self) -> bool {
        *self
            == Self {
                white_balance: WhiteBalance {
                    neutral: self.white_balance.neutral,
                    ..WhiteBalance::default()
                },
                ..Self::default()
            }
            && self.white_balance.neutral.is_none_or(|[red, green, blue]| red == green && green == blue)
    }

    /// The values of [`FIELDS`], in their order.
    fn values(&self) -> [f32; FIELDS.len()] {
        let Self { white_balance, exposure, levels, shadows, highlights } = *self;
        let WhiteBalance { temperature, tint, .. } = white_balance;
        [temperature, tint, exposure, levels.black, levels.white, levels.gamma, shadows, highlights]
    }
}

/// Whether a colour may be called neutral.
pub(super) fn check_neutral(neutral: [f32; 3]) -> Result<(), Error> {
    let largest = neutral.into_iter().fold(0.0, f32::max);
    let smallest = neutral.into_iter().fold(f32::INFINITY, f32::min);
    let sound = neutral.into_iter().all(|value| value.is_finite() && value > 0.0);
    if !sound || largest > smallest * NEUTRAL_RATIO {
        return Err(Error::NoNeutral { neutral });
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_of_the_table_and_change_nothing() {
        let settings = Settings::from_json("{}").unwrap();
        assert_eq!(settings, Settings::default());
        assert_eq!(settings.values(), FIELDS.map(|field| field.default));
        assert!(settings.is_identity());
    }

    #[test]
    fn settings_come_back_from_json() {
        let settings = Settings {
            white_balance: WhiteBalance { neutral: Some([0.5, 0.4, 0.3]), temperature: 0.1, tint: -0.2 },
            exposure: 0.5,
            levels: Levels { black: 4.0, white: 240.0, gamma: 1.1 },
            shadows: 0.3,
            highlights: -0.25,
        };
        let text = serde_json::to_string(&settings).unwrap();
        assert_eq!(Settings::from_json(&text).unwrap(), settings);
        assert!(!settings.is_identity());
    }

    #[test]
    fn every_range_is_held_and_the_message_names_it() {
        for (index, field) in FIELDS.into_iter().enumerate() {
            for (value, fine) in [
                (field.lowest, true),
                (field.highest, true),
                (field.lowest - 0.01, false),
                (field.highest + 0.01, false),
                (f32::NAN, false),
            ] {
                let mut settings = Settings::default();
                *[
                    &mut settings.white_balance.temperature,
                    &mut settings.white_balance.tint,
                    &mut settings.exposure,
                    &mut settings.levels.black,
                    &mut settings.levels.white,
                    &mut settings.levels.gamma,
                    &mut settings.shadows,
                    &mut settings.highlights,
                ][index] = value;
                match settings.check() {
                    Ok(()) => assert!(fine, "{field:?} {value}"),
                    Err(error) => assert!(!fine && error.to_string().contains(field.name), "{error}"),
                }
            }
        }
        let error = Settings::from_json(r#"{"exposure": 9}"#).unwrap_err();
        assert_eq!(
            error.to_string(),
            "exposure is 9, and it goes from -4 to 4: choose a value between (0 changes nothing)"
        );
    }

    #[test]
    fn a_field_of_another_name_is_refused() {
        let error = Settings::from_json(r#"{"exposition": 1}"#).unwrap_err().to_string();
        assert!(error.contains("exposition") && error.contains("levels"), "{error}");
    }

    #[test]
    fn a_neutral_is_a_colour_that_light_can_have() {
        let with = |neutral| Settings {
            white_balance: WhiteBalance { neutral: Some(neutral), ..WhiteBalance::default() },
            ..Settings::default()
        };
        assert!(with([1.0, 0.4, 0.1]).check().is_ok());
        for neutral in
            [[1.0, 0.4, 0.05], [0.0; 3], [1.0, -1.0, 1.0], [f32::NAN, 1.0, 1.0], [f32::INFINITY; 3]]
        {
            assert!(matches!(with(neutral).check(), Err(Error::NoNeutral { .. })), "{neutral:?}");
        }
        assert!(with([0.3; 3]).is_identity());
    }
}
