//! Runs a quantized network.
