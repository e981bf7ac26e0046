//! Makes one operation of several: activations, residual sums and per-channel scaling go into the convolution
//! before them, and what nobody reads is dropped. The results stay the same up to rounding.

use std::sync::Arc;

use super::plan::{Action, Operation, Operations, TensorId};
use super::step::{Activation, BinaryOp, Conv, Kind, Residual, WeightValues, Weights};

/// Fuses until nothing more can be.
pub(super) fn fuse(ops: &mut Operations) {
    drop_unread(ops);
    while fuse_pass(ops) {}
    drop_unread(ops);
}

/// Drops operations whose results lead to no output.
fn drop_unread(ops: &mut Operations) {
    let mut wanted = vec![false; ops.tensors.len()];
    ops.outputs.iter().for_each(|port| wanted[port.tensor] = true);
    let mut kept: Vec<Operation> = Vec::with_capacity(ops.list.len());
    for operation in std::mem::take(&mut ops.list).into_iter().rev() {
        if wanted[operation.output] {
            operation.inputs.iter().for_each(|&id| wanted[id] = true);
            kept.push(operation);
        }
    }
    kept.reverse();
    ops.list = kept;
}

/// How often each tensor is read, the network's outputs counted in.
#[inline(never)]
fn reads(ops: &Operations) -> Vec<usize> {
    let mut reads = vec![0; ops.tensors.len()];
    ops.list.iter().flat_map(|op| &op.inputs).for_each(|&id| reads[id] += 1);
    ops.outputs.iter().for_each(|port| reads[port.tensor] += 1);
    reads
}

/// The last operation that writes each tensor.
#[inline(never)]
fn writers(ops: &Operations) -> Vec<Option<usize>> {
    let mut writer = vec![None; ops.tensors.len()];
    for (index, op) in ops.list.iter().enumerate() {
        writer[op.output] = Some(index);
    }
    writer
}

/// Fuses once through the list; whether anything was.
fn fuse_pass(ops: &mut Operations) -> bool {
    let mut from = 0;
    let mut any = false;
    // What lies before a fused operation reads nothing of it, so only that one and those behind it may have changed.
    while let Some(at) = fuse_once(ops, from) {
        (from, any) = (at, true);
    }
    any
}

/// Fuses the first operation from `from` on that can be, and says where it is now.
#[inline(never)]
fn fuse_once(ops: &mut Operations, from: usize) -> Option<usize> {
    let reads = reads(ops);
    let writer = writers(ops);
    for index in from..ops.list.len() {
        let Action::Run(kind) = &ops.list[index].action else { continue };
        let inputs = ops.list[index].inputs.clone();
        // The convolution that writes `id`, if this operation is the only one that reads it.
        let only_conv = |id: TensorId| -> Option<(usize, &Conv)> {
            let at = writer[id].filter(|_| reads[id] == 1)?;
            match &ops.list[at].action {
                Action::Run(Kind::Conv(conv)) => Some((at, conv)),
                _ => None,
            }
        };
        let conv_before =
            |id: TensorId| only_conv(id).filter(|(_, conv)| conv.activation == Activation::Identity);
        let fused = match kind {
            Kind::Unary(activation) => conv_before(inputs[0])
                .map(|(at, conv)| (at, Conv { activation: activation.clone(), ..conv.clone() }, None)),
            Kind::Conv(scale) if is_channel_scale(scale) => {
                conv_before(inputs[0]).and_then(|(at, conv)| Some((at, scaled(conv, scale)?, None)))
            }
            Kind::Binary(BinaryOp::Add) => residual(ops, index, &inputs, &only_conv, &writer),
            _ => None,
        };
        if let Some((at, conv, extra)) = fused {
            let output = ops.list[index].output;
            // The fused operation stands where the second one stood, so that all it reads is ready.
            let mut operation = ops.list[at].clone();
            operation.action = Action::Run(Kind::Conv(conv));
            operation.inputs.extend(extra);
            operation.output = output;
            ops.list[index] = operation;
            ops.list.remove(at);
            return Some(index - 1);
        }
    }
    None
}

/// Whether a convolution only multiplies each channel by a number and adds one.
fn is_channel_scale(conv: &Conv) -> bool {
    conv.weights.shape[1..] == [1, 1, 1]
        && conv.groups == conv.weights.shape[0]
        && conv.stride == [1, 1]
        && conv.padding == [0; 4]
        && matches!(conv.weights.values, WeightValues::F32(_))
        && conv.residual.is_none()
}

/// `conv` followed by `scale`. A residual added in between forbids it.
fn scaled(conv: &Conv, scale: &Conv) -> Option<Conv> {
    let WeightValues::F32(factors) = &scale.weights.values else { return None };
    if conv.residual.is_some() {
        return None;
    }
    let shape = conv.weights.shape;
    let values = match &conv.weights.values {
        WeightValues::Int8 { bytes, scales } => WeightValues::Int8 {
            bytes: bytes.clone(),
            scales: scales.iter().zip(factors).map(|(s, f)| s * f).collect(),
        },
        WeightValues::F32(values) => {
            let inner = shape[1] * shape[2] * shape[3];
            WeightValues::F32(values.iter().enumerate().map(|(i, v)| v * factors[i / inner]).collect())
        }
    };
    let bias: Vec<f32> =
        conv.bias.iter().zip(factors).zip(scale.bias.iter()).map(|((b, f), c)| b * f + c).collect();
    Some(Conv {
        weights: Arc::new(Weights { shape, values }),
        bias: Arc::from(bias),
        activation: scale.activation.clone(),
        ..conv.clone()
    })
}

/// A sum whose one side is a convolution: the other side becomes its residual, or, where it is one constant a
/// channel, part of its bias.
#[allow(clippy::type_complexity)]
fn residual<'a>(
    ops: &'a Operations,
    index: usize,
    inputs: &[TensorId],
    only_conv: &dyn Fn(TensorId) -> Option<(usize, &'a Conv)>,
    writer: &[Option<usize>],
) -> Option<(usize, Conv, Option<TensorId>)> {
    let shape = |id: TensorId| &ops.tensors[id].shape;
    let output = ops.list[index].output;
    for (own, other) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
        let Some((at, conv)) = only_conv(own) else { continue };
        let place = match &conv.activation {
            Activation::Identity => Residual::BeforeActivation,
            clamp if clamp.is_clamp() => Residual::AfterActivation,
            _ => continue,
        };
        if shape(own) != shape(output) || own == other || conv.residual.is_some() {
            continue;
        }
        if let Some(constant) = &ops.tensors[other].constant {
            let per_channel = shape(other).len() == 4
                && shape(other).iter().enumerate().all(|(axis, &size)| size == 1 || axis == 1);
            if per_channel && place == Residual::BeforeActivation {
                let bias: Vec<f32> =
                    conv.bias.iter().enumerate().map(|(c, b)| b + constant[c % constant.len()]).collect();
                return Some((at, Conv { bias: Arc::from(bias), ..conv.clone() }, None));
            }
            continue;
        }
        // The other side must have the same shape and be written before this operation; of two convolutions
        // the later one takes the sum.
        if shape(other) == shape(output) && writer[other].is_none_or(|w| w < index) {
            return Some((at, Conv { residual: Some(place), ..conv.clone() }, Some(other)));
        }
    }
    None
}
