//! Functions of two values, with the sizes of one stretched to the other's where they are 1.

use super::{Lowering, Value};
use crate::nn::error::Error;
use crate::nn::graph::Node;
use crate::nn::plan::TensorId;
use crate::nn::step::{BinaryOp, Kind};
use crate::nn::tensor::Tensor;

/// Input `index` with 1s put before its sizes until it has `rank` of them.
pub(super) fn operand(
    node: &Node,
    ctx: &mut Lowering<'_>,
    index: usize,
    rank: usize,
) -> Result<TensorId, Error> {
    let widen = |shape: &[usize]| {
        let mut wide = vec![1; rank.saturating_sub(shape.len())];
        wide.extend_from_slice(shape);
        wide
    };
    let constant = ctx.value(node, index).and_then(Value::constant);
    if let Some(constant) = constant.filter(|constant| !constant.is_empty()) {
        let wide = Tensor { shape: widen(&constant.shape), data: constant.data.clone() };
        return ctx.constant_tensor(&wide);
    }
    let id = ctx.input(node, index)?;
    let wide = widen(ctx.shape(id));
    Ok(ctx.reshaped(node, id, wide))
}

fn broadcast(node: &Node, a: &[usize], b: &[usize]) -> Result<Vec<usize>, Error> {
    a.iter()
        .zip(b)
        .map(|(&a, &b)| match (a, b) {
            _ if a == b => Ok(a),
            (1, size) | (size, 1) => Ok(size),
            _ => Err(node.error(format!("the sizes {a} and {b} cannot be brought together"))),
        })
        .collect()
}

pub(super) fn binary(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let op = match node.operator.as_str() {
        "Add" => BinaryOp::Add,
        "Sub" => BinaryOp::Sub,
        "Mul" => BinaryOp::Mul,
        "Div" => BinaryOp::Div,
        "Max" => BinaryOp::Max,
        "Min" => BinaryOp::Min,
        _ => BinaryOp::Pow,
    };
    if node.inputs.len() != 2 {
        return Err(node.error(format!("it has {} inputs and 2 are supported", node.inputs.len())));
    }
    let rank = {
        let (a, b) = (ctx.input_rank(node, 0)?, ctx.input_rank(node, 1)?);
        a.max(b)
    };
    let (a, b) = (operand(node, ctx, 0, rank)?, operand(node, ctx, 1, rank)?);
    let shape = broadcast(node, ctx.shape(a), ctx.shape(b))?;
    let output = ctx.output(node, shape)?;
    ctx.push(node, Kind::Binary(op), vec![a, b], output);
    Ok(())
}
