//! Spares memory in large networks: a convolution of a concatenation becomes a sum of convolutions of its parts.
//!
//! A decoder joins what an encoder computed long before. Joined, both lie side by side, and the place of the
//! whole is taken from the moment the first part is written. But W·[a, b] = Wₐ·a + W_b·b: the first product can
//! be taken as soon as its part is there, often leaves fewer channels behind than it read, and the second is
//! added to it in place. It costs one more pass over the result.

use std::cmp::Reverse;
use std::sync::Arc;

use super::bands::Band;
use super::error::Error;
use super::plan::{Action, Operation, Operations, Plan, TensorId, TensorInfo};
use super::step::{Activation, Conv, Kind, Residual, WeightValues, Weights};
use super::tensor::elements;

/// Plans of at most this many floats stay as they are: 128 MiB, which every WebGPU device binds at once.
const SMALL: usize = 32 << 20;

/// Most that is spent on trying what to split: concatenations times operations. Beyond that a plan stays as it is.
const MOST_TRIED: usize = 1 << 17;

/// Concatenations of fewer floats than this are not worth a second pass: 4 MiB.
const WORTH_IT: usize = 1 << 20;

/// Plans a network in at most `limit` bytes, with as many concatenations split as spare memory.
///
/// For a worker of several the same are split as for one alone, so that all of them compute the same.
pub(super) fn plan(operations: Operations, limit: u64, band: Band) -> Result<Plan, Error> {
    plan_where(operations, limit, band, SMALL, WORTH_IT)
}

/// As [`plan`]; plans of at most `small` floats stay as they are, and concatenations of fewer than `worth_it`.
pub(super) fn plan_where(
    operations: Operations,
    limit: u64,
    band: Band,
    small: usize,
    worth_it: usize,
) -> Result<Plan, Error> {
    let size = |split: &[usize]| {
        Plan::new(apart(&operations, split), u64::MAX).map_or(usize::MAX, |plan| plan.arena)
    };
    let mut split = candidates(&operations, worth_it);
    let tried = split.len() * operations.list.len();
    if split.is_empty() || tried > MOST_TRIED || size(&[]) <= small {
        return Plan::of_band(operations, limit, band);
    }
    // Peaks hide one another, so start from everything split, and take back what spares nothing: the costliest
    // first, that with the largest result.
    let mut least = size(&split);
    let mut by_cost = split.clone();
    by_cost.sort_by_key(|&at| Reverse(floats(&operations, reader(&operations, at).output)));
    for at in by_cost {
        let without: Vec<usize> = split.iter().copied().filter(|&other| other != at).collect();
        let joined = size(&without);
        if joined <= least.max(small) {
            (split, least) = (without, joined);
        }
    }
    Plan::of_band(apart(&operations, &split), limit, band)
}

fn floats(ops: &Operations, id: TensorId) -> usize {
    elements(&ops.tensors[id].shape).unwrap_or(usize::MAX)
}

/// The first operation that reads the result of the operation at `at`.
fn reader(ops: &Operations, at: usize) -> &Operation {
    let whole = ops.list[at].output;
    ops.list.iter().find(|op| op.inputs.contains(&whole)).unwrap_or(&ops.list[at])
}

/// The concatenations that can be split: those that one convolution reads and nobody else, as its input.
fn candidates(ops: &Operations, worth_it: usize) -> Vec<usize> {
    let reads =
        |id: TensorId| ops.list.iter().flat_map(|op| &op.inputs).filter(|&&input| input == id).count();
    let writes = |id: TensorId| ops.list.iter().filter(|op| op.output == id).count();
    let is_port = |id: TensorId| ops.inputs.iter().chain(&ops.outputs).any(|port| port.tensor == id);
    (0..ops.list.len())
        .filter(|&at| {
            let Operation { action: Action::Concat, inputs: parts, output: whole, .. } = &ops.list[at] else {
                return false;
            };
            let distinct = parts.iter().enumerate().all(|(i, part)| !parts[..i].contains(part));
            let convolved = match &reader(ops, at).action {
                Action::Run(Kind::Conv(conv)) => conv.groups == 1 && conv.residual.is_none(),
                _ => false,
            };
            convolved
                && parts.len() > 1
                && distinct
                && reads(*whole) == 1
                && writes(*whole) == 1
                && !is_port(*whole)
                && floats(ops, *whole) >= worth_it
        })
        .collect()
}

/// The network with the concatenations at `split` taken apart.
fn apart(ops: &Operations, split: &[usize]) -> Operations {
    let mut result = ops.clone();
    // What is inserted before each operation of the old list.
    let mut before: Vec<Vec<Operation>> = vec![vec![]; ops.list.len() + 1];
    let mut gone = vec![false; ops.list.len()];
    for &at in split {
        let whole = ops.list[at].output;
        let Some(last) = ops.list.iter().position(|op| op.inputs.contains(&whole)) else { continue };
        let Action::Run(Kind::Conv(conv)) = &ops.list[last].action else { continue };
        // Each part with its first channel, and where its product can stand at the earliest: behind all else
        // that writes or reads the part, so that its memory is free afterwards.
        let mut channel = 0;
        let mut parts: Vec<(usize, TensorId, usize)> = Vec::new();
        for &part in &ops.list[at].inputs {
            let ready = ops.list[..last]
                .iter()
                .enumerate()
                .filter(|&(index, op)| index != at && (op.output == part || op.inputs.contains(&part)))
                .map(|(index, _)| index + 1)
                .max()
                .unwrap_or(0);
            parts.push((ready, part, channel));
            channel += ops.tensors[part].shape[1];
        }
        parts.sort_by_key(|&(ready, _, channel)| (ready, channel));
        let output = ops.list[last].output;
        let shape = ops.tensors[output].shape.clone();
        let mut sum: Option<TensorId> = None;
        let mut earliest = 0;
        for (index, &(ready, part, channel)) in parts.iter().enumerate() {
            let is_last = index + 1 == parts.len();
            // A product larger than its part would only take memory for longer.
            let shrinks = sum.is_some() || floats(ops, output) <= floats(ops, part);
            earliest = if is_last || !shrinks { last } else { ready.max(earliest) };
            let product = Conv {
                weights: Arc::new(inputs_of(&conv.weights, channel, ops.tensors[part].shape[1])),
                bias: if is_last { conv.bias.clone() } else { Arc::from(vec![0.0; conv.bias.len()]) },
                activation: if is_last { conv.activation.clone() } else { Activation::Identity },
                residual: sum.map(|_| Residual::BeforeActivation),
                ..conv.clone()
            };
            let to = if is_last {
                output
            } else {
                result.tensors.push(TensorInfo { shape: shape.clone(), constant: None });
                result.tensors.len() - 1
            };
            before[earliest].push(Operation {
                name: ops.list[last].name.clone(),
                action: Action::Run(Kind::Conv(product)),
                inputs: std::iter::once(part).chain(sum).collect(),
                output: to,
            });
            sum = Some(to);
        }
        gone[at] = true;
        gone[last] = true;
    }
    let mut list = Vec::with_capacity(ops.list.len() + split.len());
    for (index, operations) in before.into_iter().enumerate() {
        list.extend(operations);
        if index < ops.list.len() && !gone[index] {
            list.push(ops.list[index].clone());
        }
    }
    result.list = list;
    result
}

/// The weights of `count` input channels from `first` on.
fn inputs_of(weights: &Weights, first: usize, count: usize) -> Weights {
    let [outputs, inputs, kh, kw] = weights.shape;
    let taps = kh * kw;
    fn take<T: Copy>(values: &[T], whole: usize, first: usize, count: usize) -> Vec<T> {
        values.chunks_exact(whole.max(1)).flat_map(|filter| &filter[first..first + count]).copied().collect()
    }
    let (whole, first_value, length) = (inputs * taps, first * taps, count * taps);
    let values = match &weights.values {
        WeightValues::Int8 { bytes, scales } => {
            let bytes = Arc::new(take(bytes, whole, first_value, length));
            WeightValues::Int8 { bytes, scales: scales.clone() }
        }
        WeightValues::F32(values) => WeightValues::F32(take(values, whole, first_value, length)),
    };
    Weights { shape: [outputs, count, kh, kw], values }
}
