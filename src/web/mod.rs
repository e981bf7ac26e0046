//! What JavaScript can call: translation and nothing else.
//!
//! Every function here takes a JavaScript value, calls one thing below and hands its answer back. What is
//! decided (which device, which file, when to stop) is decided either below, in Rust, or above, in the
//! TypeScript of the photo frame.
//!
//! Of the wasm there are two: the seller's page has one with the feature `page`, the widget that shops embed a smaller
//! one with the feature `try-on`.
//!
//! Handles own memory inside the wasm instance. A method that takes `self` by value frees the handle; any
//! other handle is freed by its `free()`, which the frame calls as soon as it is done.

#![allow(unreachable_pub, reason = "wasm-bindgen exports only what is `pub`, and nothing in Rust calls it")]

mod code;
mod fault;
mod picture;

#[cfg(feature = "page")]
mod arriving;
#[cfg(feature = "page")]
mod colour;
#[cfg(feature = "page")]
mod cutout;
#[cfg(feature = "page")]
mod edit;
#[cfg(feature = "page")]
mod live;
#[cfg(feature = "page")]
mod remove;
#[cfg(feature = "page")]
mod studio;
#[cfg(feature = "try-on")]
mod try_on;

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs once when the module is instantiated: a panic prints where it happened before the instance stops.
#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}
