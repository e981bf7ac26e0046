//! Floats of a convolution as signed bytes with one scale an output channel.
//!
//! The results depend on no machine: additions, multiplications, divisions and square roots in double
//! precision, each correctly rounded, in one order.

/// The largest stored integer; −128 stays unused so that the grid is symmetric.
const LARGEST: f64 = 127.0;

/// Weights `[outputs, …]` as bytes and the scale of each output channel.
pub(super) struct Bytes {
    pub(super) integers: Vec<i8>,
    pub(super) scales: Vec<f32>,
}

/// Rounds each row to multiples of `step` times its root mean square.
pub(super) fn quantize(weights: &[f64], outputs: usize, step: f64) -> Bytes {
    let length = weights.len() / outputs;
    let mut bytes =
        Bytes { integers: Vec::with_capacity(weights.len()), scales: Vec::with_capacity(outputs) };
    for row in weights.chunks_exact(length) {
        let mean_square = row.iter().map(|w| w * w).sum::<f64>() / length as f64;
        let largest = row.iter().fold(0.0f64, |a, w| a.max(w.abs()));
        // A row of zeros needs a scale too, and any does.
        let scale =
            (mean_square.sqrt() * step).max(largest / LARGEST).max(f64::from(f32::MIN_POSITIVE)) as f32;
        bytes.scales.push(scale);
        bytes.integers.extend(
            row.iter().map(|w| (w / f64::from(scale)).round_ties_even().clamp(-LARGEST, LARGEST) as i8),
        );
    }
    bytes
}
