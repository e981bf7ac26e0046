//! Elements moved without change.

use super::elementwise::Runs;
use crate::nn::plan::{StridedLoop, View};
use crate::nn::step::Copy;

/// Runs a copy. The slices start where their views do.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn copy(copy: &Copy, from: &View, input: &[f32], to: &View, output: &mut [f32]) {
    let (source, target, loops) = copy.strided(from, to);
    if loops.iter().any(|l| l.size == 0) {
        return;
    }
    nest(&loops, input, (source - from.offset) as isize, output, (target - to.offset) as isize);
}

fn nest(loops: &[StridedLoop], input: &[f32], mut source: isize, output: &mut [f32], mut target: isize) {
    match loops {
        [] => output[target as usize] = input[source as usize],
        [StridedLoop { size, source: 1, target: 1 }] => {
            let (source, target) = (source as usize, target as usize);
            output[target..target + size].copy_from_slice(&input[source..source + size]);
        }
        [StridedLoop { size, source: step, target: out_step }, inner @ ..] => {
            for _ in 0..*size {
                nest(inner, input, source, output, target);
                source += step;
                target += out_step;
            }
        }
    }
}

/// Writes one value everywhere, padding lanes included.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn fill(value: f32, to: &View, output: &mut [f32]) {
    let runs = Runs::of(to);
    for index in 0..runs.count {
        output[index * runs.pitch..][..runs.lanes].fill(value);
    }
}
