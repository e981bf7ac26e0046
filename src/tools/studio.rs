//! The photography studio: a cut-out in a scene, and the files that marketplaces take.

mod harmony;
mod look;
mod shoot;

pub use harmony::{Harmony, Relation, harmonies};
pub use look::{Look, looks};
pub use shoot::{Correction, Draw, Error, Original, Shot, shoot, shoot_with};
