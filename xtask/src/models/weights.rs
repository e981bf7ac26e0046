//! Floats of a convolution as signed bytes with one scale an output channel, such that a file of them compresses.
//!
//! Deflate stores a byte in as many bits as its rarity asks for, so the step between neighbouring values decides
//! the size and not the number of values: a channel's few large weights cost little, and nothing is clipped.
//! The step is a multiple of the channel's root mean square, chosen for each layer (see the table in `isnet`).
//!
//! The results depend on no machine: additions, multiplications, divisions and square roots in double
//! precision, each correctly rounded, in one order.

/// The largest stored integer; −128 stays unused so that the grid is symmetric.
const LARGEST: f64 = 127.0;

/// Weights `[outputs, inputs, rows, columns]` as bytes, and the scale of each output channel.
pub(super) struct Bytes {
    pub(super) integers: Vec<i8>,
    pub(super) scales: Vec<f32>,
}

/// Rounds each output channel to multiples of `step` times its root mean square. `kernel` is rows × columns.
pub(super) fn quantize(weights: &[f64], outputs: usize, kernel: usize, step: f64) -> Bytes {
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
        for weights in row.chunks_exact(kernel) {
            bytes.integers.extend(rounded(weights, f64::from(scale)));
        }
    }
    bytes
}

/// A kernel's weights in units of `scale`, rounded so that their sum is off by half a unit at most.
///
/// What a network's layers read is smooth (a picture's neighbouring pixels are alike) and above zero (after a
/// ReLU), so an error in the sum of a kernel reaches every pixel, and errors that cancel in it are hardly seen.
/// So the weights that were nearest to the other side go there until the sum is right: the mask's error falls
/// to a third. (After the idea of Guo et al., *SQuant*, ICLR 2022.)
fn rounded(weights: &[f64], scale: f64) -> Vec<i8> {
    let exact: Vec<f64> = weights.iter().map(|w| w / scale).collect();
    let mut integers: Vec<f64> = exact.iter().map(|x| x.round_ties_even()).collect();
    let errors: Vec<f64> = exact.iter().zip(&integers).map(|(x, i)| x - i).collect();
    let missing = errors.iter().sum::<f64>().round_ties_even();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by(|&a, &b| (errors[b] * missing).total_cmp(&(errors[a] * missing)));
    for &index in order.iter().take(missing.abs() as usize) {
        integers[index] += missing.signum();
    }
    integers.iter().map(|i| i.clamp(-LARGEST, LARGEST) as i8).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kernel_keeps_its_sum() {
        // To the nearest, all nine would go to 0 and the kernel would vanish.
        let integers = rounded(&[0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4, 0.4], 1.0);
        assert_eq!(integers.iter().map(|&i| i32::from(i)).sum::<i32>(), 4);
        assert_eq!(rounded(&[0.4, -0.45, 1.0], 1.0), [0, 0, 1]);
        assert_eq!(rounded(&[-0.4, -0.45, -0.3], 1.0), [0, -1, 0]);
    }

    #[test]
    fn no_weight_is_moved_by_a_step_or_clipped() {
        let weights: Vec<f64> = (0..360).map(|i| f64::from(i * i % 97) - 48.0).collect();
        let Bytes { integers, scales } = quantize(&weights, 4, 9, 0.3);
        for (index, (weight, integer)) in weights.iter().zip(&integers).enumerate() {
            let scale = f64::from(scales[index / 90]);
            assert!((weight - f64::from(*integer) * scale).abs() < scale, "weight {index}");
        }
    }

    #[test]
    fn one_large_weight_widens_the_step_and_zeros_stay_zeros() {
        let mut weights = vec![0.0; 18];
        weights[3] = 127.0;
        let Bytes { integers, scales } = quantize(&weights, 2, 9, 0.01);
        assert_eq!((integers[3], scales[0]), (127, 1.0));
        assert!(integers[4..].iter().all(|&i| i == 0) && scales[1] > 0.0);
    }
}
