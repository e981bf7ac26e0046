//! The product of two tensors that are both computed at run time. Convolutions have their own.

use crate::nn::plan::View;

/// `[B, M, K]` × `[B or 1, K, N]` → `[B, M, N]`, all row-major.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn matmul(views: [&View; 2], inputs: [&[f32]; 2], to: &View, output: &mut [f32]) {
    let [batch, rows, columns] = [to.shape[0], to.shape[1], to.shape[2]];
    let depth = views[0].shape[2];
    let shared = views[1].shape[0] == 1;
    for index in 0..batch {
        let b = &inputs[1][if shared { 0 } else { index * depth * columns }..][..depth * columns];
        for row in 0..rows {
            let at = index * rows + row;
            let out = &mut output[at * columns..][..columns];
            out.fill(0.0);
            for (k, &a) in inputs[0][at * depth..][..depth].iter().enumerate() {
                for (out, b) in out.iter_mut().zip(&b[k * columns..][..columns]) {
                    *out += a * b;
                }
            }
        }
    }
}
