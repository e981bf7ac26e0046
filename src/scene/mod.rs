//! What a picture is, as data, and how it is drawn.
//!
//! A [`Scene`] names a size, a camera, light, a backdrop and layers; it holds no pixels, so that one scene serves five
//! hundred products. [`Picture`]s are handed in when it is drawn. Everything is drawn in linear light; a product's own
//! pixels pass through untouched unless the scene says otherwise.
//!
//! Knows pictures; knows nothing of networks, file formats, marketplaces or browsers.

mod backdrop;
mod camera;
mod description;
mod distance;
mod draw;
mod error;
mod gpu;
mod grid;
mod material;
mod photograph;
mod product;
mod reflection;
mod relight;
mod shade;
mod solid;
mod stage;
pub mod surface;

pub use description::{
    Backdrop, Camera, Color, Fill, Floor, Gradient, Key, Layer, Place, Product, Relight, Scene, Shadow, Size,
    VERSION,
};
pub use draw::{Picture, draw};
pub use error::Error;
pub use gpu::{Cutouts, Failed, GpuPainter};
pub use material::Material;
pub use photograph::cover_scale;
pub use product::{Position, turned_box};
