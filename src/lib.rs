//! Vitrine: product photos and try-on where the photo already is.
//!
//! The crate is built in layers; a module uses only those below it:
//!
//! ```text
//! web/      what JavaScript can call                           (wasm only)
//! tools/    one file for each tool a seller or shopper uses
//! listing/  marketplace presets, framing, the linter
//! scene/    what a picture is: layers, light, shadow, camera; draws it
//! vision/   what a photo shows: matte, face, body, garment
//! nn/       runs a quantized network: onnx → graph → plan → cpu | gpu
//! gpu/      the adapter, buffers, pipelines, readback and device loss
//! photo/    pixels: decode, orient, colour profile, resample, encode
//! ```

pub mod gpu;
pub mod listing;
#[cfg(any(test, target_arch = "wasm32"))]
mod memory;
pub mod nn;
pub mod photo;
pub mod scene;
pub mod tools;
pub mod vision;

#[cfg(target_arch = "wasm32")]
mod web;
