//! Colour correction: white balance, exposure, levels, shadows and highlights, and one look for a whole batch.
//!
//! Everything happens in linear light. White balance is a Bradford adaptation; every other step scales a pixel's
//! three channels by one factor, so that a product keeps its hue and its saturation. The opacity is never touched, and
//! settings that change nothing keep every byte.
//!
//! Knows photos, cut-outs and mattes; knows nothing of networks, devices or browsers.

mod apply;
mod change;
mod error;
mod illuminant;
mod local;
mod pick;
mod recipe;
mod settings;
mod statistics;
mod survey;

pub use apply::{Look, correct, correct_cutout};
pub use change::{Before, Change};
pub use error::Error;
pub use illuminant::{Basis, Estimate, estimate_light};
pub use pick::pick_neutral;
pub use recipe::{Light, Recipe, Settled};
pub use settings::{FIELDS, Field, Levels, NEUTRAL_RATIO, Settings, WhiteBalance};
pub use statistics::{Match, MatchBasis, Region, Statistics};
