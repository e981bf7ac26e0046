//! Matrix products.

use std::sync::Arc;

use super::{Lowering, Value};
use crate::nn::error::Error;
use crate::nn::graph::Node;
use crate::nn::plan::TensorId;
use crate::nn::step::{BinaryOp, Kind};
use crate::nn::tensor::Tensor;

/// `[B, M, K]` of any tensor of two or more axes.
fn as_batch(node: &Node, shape: &[usize]) -> Result<[usize; 3], Error> {
    match *shape {
        [.., m, k] => Ok([shape[..shape.len() - 2].iter().product(), m, k]),
        ref other => Err(node.error(format!("its inputs need two axes or more and one has {other:?}"))),
    }
}

fn product(
    node: &Node,
    ctx: &mut Lowering<'_>,
    a: TensorId,
    b: TensorId,
    shape: Vec<usize>,
) -> Result<TensorId, Error> {
    let [batch, m, k] = as_batch(node, ctx.shape(a))?;
    let [batch_b, k_b, n] = as_batch(node, ctx.shape(b))?;
    // The axes in front must be the same, but for sizes of 1 before them, or all be 1 in the second tensor.
    let batches = |shape: &[usize]| -> Vec<usize> {
        shape[..shape.len() - 2].iter().copied().skip_while(|&size| size == 1).collect()
    };
    let alike = batch_b == 1 || batches(ctx.shape(a)) == batches(ctx.shape(b));
    if k != k_b || !alike || ctx.shape(b).len() > ctx.shape(a).len() {
        return Err(node.error(format!("{:?} and {:?} cannot be multiplied", ctx.shape(a), ctx.shape(b))));
    }
    let a = ctx.reshaped(node, a, vec![batch, m, k]);
    let b = ctx.reshaped(node, b, vec![batch_b, k, n]);
    let result = ctx.tensor(vec![batch, m, n]);
    ctx.push(node, Kind::MatMul, vec![a, b], result);
    Ok(ctx.reshaped(node, result, shape))
}

pub(super) fn matmul(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let (a, b) = (ctx.input(node, 0)?, ctx.input(node, 1)?);
    let [_, _, n] = as_batch(node, ctx.shape(b))?;
    let mut shape = ctx.shape(a).to_vec();
    if shape.len() < 2 {
        return Err(node.error("products with a vector are not supported"));
    }
    if let Some(last) = shape.last_mut() {
        *last = n;
    }
    let result = product(node, ctx, a, b, shape)?;
    ctx.bind(node, 0, Value::Tensor(result));
    Ok(())
}

fn transposed(tensor: &Tensor) -> Tensor {
    let [rows, columns] = [tensor.shape[0], tensor.shape[1]];
    let values = tensor.to_f32();
    let data = (0..rows * columns).map(|i| values[(i % rows) * columns + i / rows]).collect();
    Tensor::f32([columns, rows], data)
}

/// alpha × A × B + beta × C. B and C must be known before the run, as in every supported network.
pub(super) fn gemm(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let a = ctx.input(node, 0)?;
    if node.int("transA", 0)? != 0 {
        return Err(node.error("transA is not supported"));
    }
    let b = ctx.constant(node, 1)?.ok_or_else(|| node.error("input 1 is missing"))?;
    if b.shape.len() != 2 || ctx.shape(a).len() != 2 {
        return Err(node.error("its inputs must have two axes"));
    }
    let b =
        if node.int("transB", 0)? != 0 { transposed(&b) } else { Tensor::f32(b.shape.clone(), b.to_f32()) };
    let alpha = node.float("alpha", 1.0)?;
    let b = Tensor::f32(b.shape.clone(), b.to_f32().iter().map(|x| x * alpha).collect());
    let shape = vec![ctx.shape(a)[0], b.shape[1]];
    let b = ctx.constant_tensor(&b)?;
    let result = product(node, ctx, a, b, shape.clone())?;
    let Some(c) = ctx.constant(node, 2)? else {
        ctx.bind(node, 0, Value::Tensor(result));
        return Ok(());
    };
    let beta = node.float("beta", 1.0)?;
    let mut wide = vec![1; 2usize.saturating_sub(c.shape.len())];
    wide.extend_from_slice(&c.shape);
    if wide.len() != 2 || wide.iter().zip(&shape).any(|(&c, &s)| c != 1 && c != s) {
        return Err(node.error(format!("its third input {:?} does not fit {shape:?}", c.shape)));
    }
    let c = Tensor::f32(wide, c.to_f32().iter().map(|x| x * beta).collect());
    let c = Arc::new(c);
    let c = ctx.constant_tensor(&c)?;
    let output = ctx.output(node, shape)?;
    ctx.push(node, Kind::Binary(BinaryOp::Add), vec![result, c], output);
    Ok(())
}
