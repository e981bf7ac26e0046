//! Functions of one value, rounding to a quantized grid and back, and softmax.

use std::sync::Arc;

use super::{Lowering, axis_of};
use crate::nn::error::Error;
use crate::nn::graph::Node;
use crate::nn::step::{Activation, BinaryOp, Kind};
use crate::nn::tensor::Data;

pub(super) fn activation(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let input = ctx.input(node, 0)?;
    let shape = ctx.shape(input).to_vec();
    let scalar = |ctx: &Lowering<'_>, index: usize, default: f32| -> Result<f32, Error> {
        match ctx.constant(node, index)? {
            None => Ok(default),
            Some(t) => match t.to_f32()[..] {
                [value] => Ok(value),
                _ => Err(node.error(format!("input {index} must be one number"))),
            },
        }
    };
    let function = match node.operator.as_str() {
        "Relu" => Activation::Relu,
        "Sigmoid" => Activation::Sigmoid,
        "Tanh" => Activation::Tanh,
        "Exp" => Activation::Exp,
        "Sqrt" => Activation::Sqrt,
        "Abs" => Activation::Abs,
        "Neg" => Activation::Neg,
        "HardSwish" => Activation::HardSwish,
        "LeakyRelu" => Activation::LeakyRelu { slope: node.float("alpha", 0.01)? },
        "HardSigmoid" => {
            Activation::HardSigmoid { alpha: node.float("alpha", 0.2)?, beta: node.float("beta", 0.5)? }
        }
        // Up to version 6 the bounds are attributes, from 11 on inputs.
        "Clip" if ctx.graph.opset < 11 => {
            Activation::Clip { low: node.float("min", f32::MIN)?, high: node.float("max", f32::MAX)? }
        }
        "Clip" => Activation::Clip { low: scalar(ctx, 1, f32::MIN)?, high: scalar(ctx, 2, f32::MAX)? },
        _ => return prelu(node, ctx),
    };
    let output = ctx.output(node, shape)?;
    ctx.push(node, Kind::Unary(function), vec![input], output);
    Ok(())
}

/// The slope is a scalar, one a channel, or (rarely) one an element: x ≥ 0 ? x : slope × x.
fn prelu(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let input = ctx.input(node, 0)?;
    let shape = ctx.shape(input).to_vec();
    let slope = ctx.constant(node, 1)?.ok_or_else(|| node.error("it has no slope"))?;
    // The slope's axes are those of the input's end.
    let missing = shape
        .len()
        .checked_sub(slope.shape.len())
        .ok_or_else(|| node.error("its slope has too many axes"))?;
    if slope.shape.iter().zip(&shape[missing..]).any(|(&own, &size)| own != 1 && own != size) {
        return Err(node.error(format!("its slope {:?} does not fit its input {shape:?}", slope.shape)));
    }
    let channel_axis = if shape.len() == 4 { 1 } else { shape.len().saturating_sub(1) };
    let per_channel =
        slope.shape.iter().enumerate().all(|(axis, &size)| {
            size == 1 || (axis + missing == channel_axis && size == shape[channel_axis])
        });
    if per_channel {
        let slopes = slope.to_f32();
        let function = match slopes[..] {
            [slope] => Activation::LeakyRelu { slope },
            _ => Activation::PRelu { slopes: Arc::from(slopes) },
        };
        let output = ctx.output(node, shape)?;
        ctx.push(node, Kind::Unary(function), vec![input], output);
        return Ok(());
    }
    // max(x, 0) + slope × min(x, 0)
    let slopes = super::binary::operand(node, ctx, 1, shape.len())?;
    let [positive, negative, scaled] = std::array::from_fn(|_| ctx.tensor(shape.clone()));
    ctx.push(node, Kind::Unary(Activation::Relu), vec![input], positive);
    ctx.push(node, Kind::Unary(Activation::Clip { low: f32::MIN, high: 0.0 }), vec![input], negative);
    ctx.push(node, Kind::Binary(BinaryOp::Mul), vec![negative, slopes], scaled);
    let output = ctx.output(node, shape)?;
    ctx.push(node, Kind::Binary(BinaryOp::Add), vec![positive, scaled], output);
    Ok(())
}

/// Rounding of activations: per tensor only, which is what the supported networks use.
pub(super) fn quantization(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let input = ctx.input(node, 0)?;
    let shape = ctx.shape(input).to_vec();
    let scale = ctx.constant(node, 1)?.ok_or_else(|| node.error("it has no scale"))?.to_f32();
    let zero = ctx.constant(node, 2)?;
    let (low, high) = match zero.as_ref().map(|z| &z.data) {
        Some(Data::I8(_)) => (-128.0, 127.0),
        _ => (0.0, 255.0),
    };
    let zero = zero.map_or_else(|| vec![0.0], |z| z.to_f32());
    let (&[scale], &[zero]) = (&scale[..], &zero[..]) else {
        return Err(node.error("only one scale for the whole tensor is supported on activations"));
    };
    let function = if node.operator == "QuantizeLinear" {
        Activation::Quantize { scale, zero, low, high }
    } else {
        Activation::Dequantize { scale, zero }
    };
    let output = ctx.output(node, shape)?;
    ctx.push(node, Kind::Unary(function), vec![input], output);
    Ok(())
}

/// Before version 13 the axes from `axis` on are one; that equals the later meaning where `axis` is the last
/// axis or all later ones have size 1, and other uses are refused.
pub(super) fn softmax(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let input = ctx.input(node, 0)?;
    let shape = ctx.shape(input).to_vec();
    let old = ctx.graph.opset < 13;
    let axis = axis_of(node, node.int("axis", if old { 1 } else { -1 })?, shape.len())?;
    if old && shape.get(axis + 1..).is_some_and(|rest| rest.iter().any(|&d| d != 1)) {
        return Err(node.error("softmax over several axes at once is not supported"));
    }
    let output = ctx.output(node, shape)?;
    ctx.push(node, Kind::Softmax { axis }, vec![input], output);
    Ok(())
}
