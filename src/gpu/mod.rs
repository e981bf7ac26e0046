//! The adapter, buffers, pipelines; one place for readback and device loss.
//!
//! Knows bytes and commands; knows nothing of networks or pictures.

pub(crate) mod clock;
mod device;
mod error;
mod memory;
mod pipelines;
mod signal;
pub(crate) mod wgsl;

pub use device::{Device, Preference, Readback, Submitted};
pub use error::Error;
pub(crate) use memory::Memory;
#[cfg(test)]
pub(crate) use pipelines::validate;
pub(crate) use pipelines::{Entry, Pipelines};
