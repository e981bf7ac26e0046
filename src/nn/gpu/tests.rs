//! The kernels against plain loops.
#![allow(clippy::unwrap_used)]
