//! Weights in the order in which the kernels read them.

use crate::nn::step::{Conv, LANES, WeightValues};

/// How a convolution's channels are grouped for the kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grouping {
    /// Groups of four input channels that one output sees.
    pub(super) depth: usize,
    /// Groups of four output channels.
    pub(super) outputs: usize,
    /// Groups of four output channels that see the same inputs.
    pub(super) group_outputs: usize,
    /// Whether a group's inputs are told apart by weights of 0 instead.
    dense: bool,
}

impl Grouping {
    /// The grouping of a convolution from `inputs` to `outputs` channels. Groups whose channels do not come in
    /// fours are computed as one, with zeros between them.
    pub(super) fn of(inputs: usize, outputs: usize, groups: usize) -> Self {
        let aligned =
            (inputs / groups).is_multiple_of(LANES) && (outputs / groups).is_multiple_of(LANES) && groups > 1;
        let (depth, group_outputs) = if aligned {
            (inputs / groups / LANES, outputs / groups / LANES)
        } else {
            (inputs.div_ceil(LANES), outputs.div_ceil(LANES))
        };
        Self { depth, outputs: outputs.div_ceil(LANES), group_outputs, dense: !aligned }
    }
}

/// What the kernels read of a convolution's weights, as 32-bit words.
pub(super) struct Packed {
    pub(super) int8: bool,
    pub(super) weights: Vec<u32>,
    /// One an output channel.
    pub(super) scales: Vec<f32>,
}

/// Which way a convolution goes: the order of the first two axes of its weights.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    /// `[O, I / groups, KH, KW]`
    Forward,
    /// `[I, O / groups, KH, KW]`
    Transposed,
}

fn words<T>(values: &[T]) -> Vec<u32>
where
    T: bytemuck::NoUninit,
{
    bytemuck::cast_slice::<T, u8>(values)
        .chunks(4)
        .map(|chunk| {
            let mut bytes = [0; 4];
            bytes[..chunk.len()].copy_from_slice(chunk);
            u32::from_le_bytes(bytes)
        })
        .collect()
}

/// Blocks of 4 input × 4 output channels: output group outermost, then taps, then input groups; in a block the
/// input channel outermost.
pub(super) fn blocks(conv: &Conv, direction: Direction, inputs: usize, outputs: usize) -> Packed {
    let grouping = Grouping::of(inputs, outputs, conv.groups);
    let [_, second, kh, kw] = conv.weights.shape;
    let taps = kh * kw;
    let (group_inputs, group_outputs) = (inputs / conv.groups, outputs / conv.groups);
    // Where the weight from input channel `i` (counted within the group, or over all where dense) to output
    // channel `o` is in the file's order; `None` where there is no such channel or path.
    let index = |o: usize, i: usize, tap: usize| -> Option<usize> {
        if o >= outputs {
            return None;
        }
        let within = if grouping.dense {
            if i >= inputs || i / group_inputs != o / group_outputs {
                return None;
            }
            i % group_inputs
        } else {
            i
        };
        let (first, next) = match direction {
            Direction::Forward => (o, within),
            Direction::Transposed => (o / group_outputs * group_inputs + within, o % group_outputs),
        };
        Some((first * second + next) * taps + tap)
    };
    let block = LANES * LANES;
    let count = grouping.outputs * taps * grouping.depth * block;
    gather(conv, outputs, count, |at| {
        let (within, at) = (at % block, at / block);
        let (input, at) = (at % grouping.depth, at / grouping.depth);
        let (tap, output) = (at % taps, at / taps);
        index(output * LANES + within % LANES, input * LANES + within / LANES, tap)
    })
}

/// Four channels' weights side by side, taps next to one another: of bytes padded to four taps a table entry.
pub(super) fn depthwise(conv: &Conv, channels: usize) -> Packed {
    let taps = conv.kernel()[0] * conv.kernel()[1];
    let slots = match conv.weights.values {
        WeightValues::Int8 { .. } => taps.next_multiple_of(4),
        WeightValues::F32(_) => taps,
    };
    gather(conv, channels, channels.next_multiple_of(LANES) * slots, |at| {
        let (lane, at) = (at % LANES, at / LANES);
        let (tap, group) = (at % slots, at / slots);
        let channel = group * LANES + lane;
        (channel < channels && tap < taps).then_some(channel * taps + tap)
    })
}

/// The `count` weights that `source` names by their place in the file's order, zeros where there is none. The
/// places are not listed anywhere: of a deep layer they would take many times the memory of its weights.
fn gather(conv: &Conv, outputs: usize, count: usize, source: impl Fn(usize) -> Option<usize>) -> Packed {
    match &conv.weights.values {
        WeightValues::Int8 { bytes, scales } => {
            let values: Vec<i8> = (0..count).map(|at| source(at).map_or(0, |at| bytes[at])).collect();
            let scales = (0..outputs).map(|o| scales[o % scales.len()]).collect();
            Packed { int8: true, weights: words(&values), scales }
        }
        WeightValues::F32(weights) => {
            let values: Vec<f32> = (0..count).map(|at| source(at).map_or(0.0, |at| weights[at])).collect();
            Packed { int8: false, weights: words(&values), scales: vec![1.0; outputs] }
        }
    }
}
