//! What JavaScript can call: translation and nothing else.
//!
//! Every function here takes a JavaScript value, calls one thing below and hands its answer back. What is
//! decided (which device, which file, when to stop) is decided either below, in Rust, or above, in the
//! TypeScript of the photo frame.
//!
//! Handles own memory inside the wasm instance. A method that takes `self` by value frees the handle; any
//! other handle is freed by its `free()`, which the frame calls as soon as it is done.

#![allow(unreachable_pub, reason = "wasm-bindgen exports only what is `pub`, and nothing in Rust calls it")]

mod colour;
mod edit;
mod fault;
mod live;
mod picture;
mod remove;
mod studio;

use wasm_bindgen::prelude::wasm_bindgen;

/// Runs once when the module is instantiated: a panic prints where it happened before the instance stops.
#[wasm_bindgen(start)]
fn start() {
    console_error_panic_hook::set_once();
}
