//! The photography studio: a cut-out in a scene, and the files that marketplaces take.

mod look;
mod shoot;

pub use look::{Look, looks};
pub use shoot::{Correction, Error, Original, Shot, shoot};
