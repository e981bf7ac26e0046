//! What can be wrong with a correction of colour.

use super::settings::{Field, NEUTRAL_RATIO};

/// Why colour could not be measured or corrected. The message names the thing, the limit and the remedy.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Error {
    /// The text is no settings.
    #[error("these are no settings of colour: correct the place, or save them again from here [{cause}]")]
    NotSettings {
        /// The reader's own words, with line and column.
        cause: String,
    },
    /// A number lies outside its range.
    #[error(
        "{} is {value}, and it goes from {} to {}: choose a value between ({} changes nothing)",
        field.name, field.lowest, field.highest, field.default
    )]
    OutOfRange {
        /// Which, and its range.
        field: Field,
        /// What it was to be.
        value: f32,
    },
    /// A colour that nothing neutral has under any light.
    #[error(
        "white_balance.neutral is {neutral:?}: its three channels are above 0 and at most {NEUTRAL_RATIO} times apart; pick something grey or white"
    )]
    NoNeutral {
        /// The colour, linear.
        neutral: [f32; 3],
    },
    /// A place outside the photo.
    #[error("the place {x}, {y} lies outside the photo of {width} × {height} pixels: pick one inside")]
    Outside {
        /// Column.
        x: u32,
        /// Row.
        y: u32,
        /// Columns of the photo.
        width: u32,
        /// Rows of the photo.
        height: u32,
    },
    /// A place where a channel is at its end.
    #[error(
        "the place {x}, {y} is overexposed ({percent} % of it is at its brightest, and 5 % is the limit), so its colour is lost: pick a darker grey"
    )]
    Clipped {
        /// Column.
        x: u32,
        /// Row.
        y: u32,
        /// Share of the window that is at its end.
        percent: u32,
    },
    /// A place without enough light.
    #[error(
        "the place {x}, {y} is too dark to tell its colour (level {level}, and {limit} is the limit): pick something lighter that is grey or white"
    )]
    Dark {
        /// Column.
        x: u32,
        /// Row.
        y: u32,
        /// The encoded level of its luminance.
        level: u8,
        /// The least it may be.
        limit: u8,
    },
    /// A place where nothing is.
    #[error(
        "at the place {x}, {y} the picture is transparent: pick a place on the product, or use the photo"
    )]
    Transparent {
        /// Column.
        x: u32,
        /// Row.
        y: u32,
    },
    /// A matte that is not this photo's.
    #[error(
        "the matte has {found} pixels and the photo {width} × {height}: give the matte of this very photo"
    )]
    OtherMatte {
        /// The opacities that were given.
        found: usize,
        /// Columns of the photo.
        width: u32,
        /// Rows of the photo.
        height: u32,
    },
    /// Two pictures that are to be compared have different sizes.
    #[error(
        "the picture has {before} bytes before and {after} after: compare a picture with its own correction"
    )]
    OtherPicture {
        /// Bytes before.
        before: usize,
        /// Bytes after.
        after: usize,
    },
    /// Nothing in the photo tells what light it was taken in.
    #[error(
        "the photo is black, white or transparent throughout, so its light cannot be estimated: pick a grey place, or set temperature and tint by hand"
    )]
    NothingToMeasure,
}
