//! Pooling over windows and over whole pictures.

use super::conv::window;
use super::{Lowering, axis_of};
use crate::nn::error::Error;
use crate::nn::graph::Node;
use crate::nn::step::{Kind, Pool, PoolMode};

fn windowed(node: &Node, ctx: &mut Lowering<'_>, mode: PoolMode) -> Result<(), Error> {
    if node.outputs.len() > 1 && node.outputs[1].is_some() {
        return Err(node.error("the places of the largest values are not supported, only the values"));
    }
    let (input, [n, c, h, w]) = ctx.image(node, 0)?;
    let window = window(node, [h, w], None)?;
    let output = ctx.output(node, vec![n, c, window.size[0], window.size[1]])?;
    let pool = Pool {
        mode,
        kernel: window.kernel,
        stride: window.stride,
        dilation: window.dilation,
        padding: window.padding,
    };
    ctx.push(node, Kind::Pool(pool), vec![input], output);
    Ok(())
}

pub(super) fn max(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    windowed(node, ctx, PoolMode::Max)
}

pub(super) fn average(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let padded = node.int("count_include_pad", 0)? != 0;
    windowed(node, ctx, if padded { PoolMode::AverageWithPadding } else { PoolMode::Average })
}

fn global(node: &Node, ctx: &mut Lowering<'_>, mode: PoolMode) -> Result<(), Error> {
    let (input, [n, c, h, w]) = ctx.image(node, 0)?;
    let output = ctx.output(node, vec![n, c, 1, 1])?;
    let pool = Pool { mode, kernel: [h, w], stride: [1, 1], dilation: [1, 1], padding: [0; 4] };
    ctx.push(node, Kind::Pool(pool), vec![input], output);
    Ok(())
}

pub(super) fn global_average(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    global(node, ctx, PoolMode::Average)
}

pub(super) fn global_max(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    global(node, ctx, PoolMode::Max)
}

/// The mean over rows and columns, which is what the supported networks take it of.
pub(super) fn reduce_mean(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let (input, [n, c, h, w]) = ctx.image(node, 0)?;
    // From version 18 on the axes are an input.
    let axes = match ctx.constant_ints(node, 1)? {
        Some(axes) => axes,
        None => node.ints("axes")?.map(<[i64]>::to_vec).unwrap_or_default(),
    };
    let mut axes = axes.iter().map(|&a| axis_of(node, a, 4)).collect::<Result<Vec<_>, _>>()?;
    axes.sort_unstable();
    if axes != [2, 3] {
        return Err(node
            .error(format!("only the mean over rows and columns is supported, not over the axes {axes:?}")));
    }
    let pool =
        Pool { mode: PoolMode::Average, kernel: [h, w], stride: [1, 1], dilation: [1, 1], padding: [0; 4] };
    if node.int("keepdims", 1)? != 0 {
        let output = ctx.output(node, vec![n, c, 1, 1])?;
        ctx.push(node, Kind::Pool(pool), vec![input], output);
    } else {
        let image = ctx.tensor(vec![n, c, 1, 1]);
        ctx.push(node, Kind::Pool(pool), vec![input], image);
        let output = ctx.output(node, vec![n, c])?;
        ctx.copy_in_order(node, image, output);
    }
    Ok(())
}
