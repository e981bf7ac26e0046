//! Operators that move elements and change none: each becomes copies, or nothing at all.

use super::{Lowering, Value, axis_of, sizes};
use crate::nn::error::Error;
use crate::nn::graph::Node;
use crate::nn::onnx::data_type::{DOUBLE, FLOAT, FLOAT16};
use crate::nn::plan::TensorId;
use crate::nn::step::{Copy, Kind, Loop};
use crate::nn::tensor::{MAX_RANK, elements};

/// The result's shape of Reshape, Flatten, Squeeze and Unsqueeze. `argument` is the second input.
pub(super) fn reshaped_shape(
    node: &Node,
    shape: &[usize],
    argument: Option<&[i64]>,
    opset: i64,
) -> Result<Vec<usize>, Error> {
    let count: usize = shape.iter().product();
    let axes = || -> Result<Option<Vec<i64>>, Error> {
        // From version 13 on the axes are an input.
        Ok(if opset >= 13 { argument.map(<[i64]>::to_vec) } else { node.ints("axes")?.map(<[i64]>::to_vec) })
    };
    let result = match node.operator.as_str() {
        "Flatten" => {
            let axis = node.int("axis", 1)?;
            let axis = if axis < 0 { axis + shape.len() as i64 } else { axis };
            let axis = usize::try_from(axis).ok().filter(|&a| a <= shape.len());
            let axis = axis.ok_or_else(|| node.error("attribute 'axis' does not exist in its input"))?;
            vec![shape[..axis].iter().product(), shape[axis..].iter().product()]
        }
        "Squeeze" => {
            let drop = match axes()? {
                Some(axes) => {
                    axes.iter().map(|&a| axis_of(node, a, shape.len())).collect::<Result<Vec<_>, _>>()?
                }
                None => (0..shape.len()).filter(|&a| shape[a] == 1).collect(),
            };
            (0..shape.len()).filter(|a| !drop.contains(a)).map(|a| shape[a]).collect()
        }
        "Unsqueeze" => {
            let axes = axes()?.ok_or_else(|| node.error("it has no axes"))?;
            let rank = shape.len() + axes.len();
            if rank > MAX_RANK {
                return Err(node.error(format!("its result would have {rank} axes, more than {MAX_RANK}")));
            }
            let mut new = axes.iter().map(|&a| axis_of(node, a, rank)).collect::<Result<Vec<_>, _>>()?;
            new.sort_unstable();
            new.dedup();
            if new.len() != axes.len() {
                return Err(node.error(format!("its axes {axes:?} name one twice")));
            }
            let mut rest = shape.iter().copied();
            (0..rank).map(|a| if new.contains(&a) { 1 } else { rest.next().unwrap_or(1) }).collect()
        }
        _ => {
            let wanted = match argument {
                Some(wanted) => wanted,
                None => node.ints("shape")?.ok_or_else(|| node.error("it has no shape"))?,
            };
            let keep_zero = node.int("allowzero", 0)? == 0;
            let mut result = Vec::with_capacity(wanted.len());
            let mut free = None;
            for (axis, &size) in wanted.iter().enumerate() {
                result.push(match size {
                    0 if keep_zero => shape.get(axis).copied().unwrap_or(0),
                    -1 if free.is_none() => {
                        free = Some(axis);
                        1
                    }
                    size => usize::try_from(size)
                        .map_err(|_| node.error(format!("the shape {wanted:?} is not valid")))?,
                });
            }
            if let Some(axis) = free {
                let known: usize = result.iter().try_fold(1usize, |n, &d| n.checked_mul(d)).unwrap_or(0);
                result[axis] = count.checked_div(known).unwrap_or(0);
            }
            result
        }
    };
    if elements(&result) != Some(count) {
        return Err(node.error(format!("{shape:?} cannot become {result:?}")));
    }
    Ok(result)
}

pub(super) fn reshape(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let input = ctx.input(node, 0)?;
    let shape = match node.operator.as_str() {
        "Cast" if ![FLOAT, FLOAT16, DOUBLE].map(i64::from).contains(&node.int("to", 1)?) => {
            return Err(node.error("what the network computes can only be cast to floats"));
        }
        "Identity" | "Dropout" | "Cast" => ctx.shape(input).to_vec(),
        _ => {
            let argument = ctx.constant_ints(node, 1)?;
            reshaped_shape(node, ctx.shape(input), argument.as_deref(), ctx.graph.opset)?
        }
    };
    let output = ctx.reshaped(node, input, shape);
    ctx.bind(node, 0, Value::Tensor(output));
    Ok(())
}

/// Where one axis of a slice starts, how it steps and how many elements it takes.
pub(super) struct Range {
    pub(super) start: usize,
    pub(super) step: isize,
    pub(super) count: usize,
}

/// The ranges of a Slice, one an axis. `input` gives the node's inputs as whole numbers.
pub(super) fn slice_ranges(
    node: &Node,
    shape: &[usize],
    input: impl Fn(usize) -> Result<Option<Vec<i64>>, Error>,
) -> Result<Vec<Range>, Error> {
    let argument = |index: usize, name: &str| -> Result<Option<Vec<i64>>, Error> {
        // Up to version 9 these are attributes.
        match node.ints(name)? {
            Some(values) => Ok(Some(values.to_vec())),
            None => input(index),
        }
    };
    let starts = argument(1, "starts")?.ok_or_else(|| node.error("it has no starts"))?;
    let ends = argument(2, "ends")?.ok_or_else(|| node.error("it has no ends"))?;
    let axes = argument(3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = input(4)?.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()].iter().any(|&n| n != starts.len()) {
        return Err(node.error("its starts, ends, axes and steps differ in number"));
    }
    let mut ranges: Vec<Range> = shape.iter().map(|&count| Range { start: 0, step: 1, count }).collect();
    for i in 0..starts.len() {
        let axis = axis_of(node, axes[i], shape.len())?;
        let size = shape[axis] as i64;
        if size == 0 {
            continue;
        }
        let from_end = |v: i64| if v < 0 { v.saturating_add(size) } else { v };
        let step = steps[i];
        let (start, end) = match step {
            1.. => (from_end(starts[i]).clamp(0, size), from_end(ends[i]).clamp(0, size)),
            0 => return Err(node.error("a step is 0")),
            _ => (from_end(starts[i]).clamp(0, size - 1), from_end(ends[i]).clamp(-1, size - 1)),
        };
        let distance = if step > 0 { end - start } else { start - end };
        let count = distance.max(0).unsigned_abs().div_ceil(step.unsigned_abs()) as usize;
        // A step past the whole axis takes one element however long it is, and must not overflow a place.
        let step = step.clamp(-size.max(1), size.max(1)) as isize;
        ranges[axis] = Range { start: start.max(0) as usize, step, count };
    }
    Ok(ranges)
}

/// A copy of a part of `source`, given by ranges, to `target` from `start` on.
fn copy_ranges(
    node: &Node,
    ctx: &mut Lowering<'_>,
    source: TensorId,
    ranges: &[Range],
    target: TensorId,
    start: Vec<usize>,
) {
    let loops = ranges.iter().enumerate().map(|(axis, range)| Loop {
        size: range.count,
        source: (axis, range.step),
        target: (axis, 1),
    });
    let copy = Copy {
        loops: innermost_channels(loops.collect()),
        source_start: ranges.iter().map(|r| r.start).collect(),
        target_start: start,
    };
    ctx.push(node, Kind::Copy(copy), vec![source], target);
}

/// Puts the channels of an image last, because they lie side by side in memory.
fn innermost_channels(mut loops: Vec<Loop>) -> Vec<Loop> {
    if loops.len() == 4 {
        let channels = loops.remove(1);
        loops.push(channels);
    }
    loops
}

/// A new output; where its channels need padding lanes, they are cleared first, since copies leave them alone.
fn cleared(node: &Node, ctx: &mut Lowering<'_>, index: usize, shape: Vec<usize>) -> Result<TensorId, Error> {
    let lanes = shape.len() == 4 && !shape[1].is_multiple_of(crate::nn::step::LANES);
    let output = ctx.output_at(node, index, shape)?;
    if lanes {
        ctx.push(node, Kind::Fill(0.0), vec![], output);
    }
    Ok(output)
}

pub(super) fn slice(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let input = ctx.input(node, 0)?;
    let ranges = slice_ranges(node, ctx.shape(input), |i| ctx.constant_ints(node, i))?;
    let output = cleared(node, ctx, 0, ranges.iter().map(|r| r.count).collect())?;
    let start = vec![0; ranges.len()];
    copy_ranges(node, ctx, input, &ranges, output, start);
    Ok(())
}

pub(super) fn split(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let input = ctx.input(node, 0)?;
    let shape = ctx.shape(input).to_vec();
    let axis = axis_of(node, node.int("axis", 0)?, shape.len())?;
    let outputs = node.outputs.len().max(1);
    // From version 13 on the sizes are an input.
    let parts = match (ctx.constant_ints(node, 1)?, node.ints("split")?) {
        (Some(parts), _) => sizes(node, "split", &parts)?,
        (None, Some(parts)) => sizes(node, "split", parts)?,
        (None, None) => {
            let part = shape[axis].div_ceil(outputs);
            (0..outputs).map(|i| part.min(shape[axis].saturating_sub(i * part))).collect()
        }
    };
    if parts.len() != outputs || parts.iter().sum::<usize>() != shape[axis] {
        return Err(node.error(format!("{} elements cannot be split into {parts:?}", shape[axis])));
    }
    let mut start = 0;
    for (index, &count) in parts.iter().enumerate() {
        let mut part = shape.clone();
        part[axis] = count;
        let output = cleared(node, ctx, index, part.clone())?;
        let ranges: Vec<Range> = (0..shape.len())
            .map(|a| Range { start: if a == axis { start } else { 0 }, step: 1, count: part[a] })
            .collect();
        let origin = vec![0; shape.len()];
        copy_ranges(node, ctx, input, &ranges, output, origin);
        start += count;
    }
    Ok(())
}

pub(super) fn permutation(node: &Node, rank: usize) -> Result<Vec<usize>, Error> {
    let order = match node.ints("perm")? {
        Some(perm) => perm.iter().map(|&a| axis_of(node, a, rank)).collect::<Result<Vec<_>, _>>()?,
        None => (0..rank).rev().collect(),
    };
    let mut sorted = order.clone();
    sorted.sort_unstable();
    if sorted != (0..rank).collect::<Vec<_>>() {
        return Err(node.error(format!("perm {order:?} does not name each of its {rank} axes once")));
    }
    Ok(order)
}

pub(super) fn transpose(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let input = ctx.input(node, 0)?;
    let shape = ctx.shape(input).to_vec();
    let order = permutation(node, shape.len())?;
    let output = cleared(node, ctx, 0, order.iter().map(|&axis| shape[axis]).collect())?;
    let loops = order
        .iter()
        .enumerate()
        .map(|(target, &source)| Loop { size: shape[source], source: (source, 1), target: (target, 1) })
        .collect();
    let copy = Copy {
        loops: innermost_channels(loops),
        source_start: vec![0; shape.len()],
        target_start: vec![0; shape.len()],
    };
    ctx.push(node, Kind::Copy(copy), vec![input], output);
    Ok(())
}

pub(super) fn concat(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let parts = (0..node.inputs.len()).map(|i| ctx.input(node, i)).collect::<Result<Vec<_>, _>>()?;
    let first = parts.first().ok_or_else(|| node.error("it has no input"))?;
    let mut shape = ctx.shape(*first).to_vec();
    let axis = axis_of(node, node.int("axis", 0)?, shape.len())?;
    if shape.is_empty() {
        return Err(node.error("its inputs are scalars"));
    }
    shape[axis] = 0;
    for &part in &parts {
        let other = ctx.shape(part);
        let fits = other.len() == shape.len() && (0..shape.len()).all(|a| a == axis || other[a] == shape[a]);
        if !fits {
            return Err(
                node.error(format!("its inputs {:?} and {other:?} do not fit together", ctx.shape(*first)))
            );
        }
        shape[axis] += other[axis];
    }
    if shape.len() == 4 && axis == 1 {
        let output = ctx.output(node, shape)?;
        ctx.concat(node, parts, output);
        return Ok(());
    }
    let output = cleared(node, ctx, 0, shape.clone())?;
    let mut start = vec![0; shape.len()];
    for part in parts {
        let ranges: Vec<Range> =
            ctx.shape(part).iter().map(|&count| Range { start: 0, step: 1, count }).collect();
        let count = ranges[axis].count;
        copy_ranges(node, ctx, part, &ranges, output, start.clone());
        start[axis] += count;
    }
    Ok(())
}

/// All of each axis.
fn full(shape: &[usize]) -> Vec<Range> {
    shape.iter().map(|&count| Range { start: 0, step: 1, count }).collect()
}

/// Constant, edge and reflecting borders. Borders of the last two kinds are copied from the result itself,
/// axis by axis, out of a tensor that has the earlier axes' borders already.
pub(super) fn pad(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let input = ctx.input(node, 0)?;
    let shape = ctx.shape(input).to_vec();
    let rank = shape.len();
    let pads = match ctx.constant_ints(node, 1)? {
        Some(pads) => pads,
        None => node.ints("pads")?.map(<[i64]>::to_vec).ok_or_else(|| node.error("it has no pads"))?,
    };
    // From version 18 on the pads may be of some axes only.
    let axes = match ctx.constant_ints(node, 3)? {
        Some(axes) => axes.iter().map(|&a| axis_of(node, a, rank)).collect::<Result<Vec<_>, _>>()?,
        None => (0..rank).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return Err(node.error(format!("it has {} pads for {} axes", pads.len(), axes.len())));
    }
    if pads.iter().any(|p| p.unsigned_abs() >= 1 << 24) {
        return Err(node.error("pads beyond 16777215 are not supported"));
    }
    let mode = node.text("mode", "constant")?.to_owned();
    if !["constant", "edge", "reflect"].contains(&mode.as_str()) {
        return Err(node.error(format!("mode '{mode}' is not supported")));
    }
    // What is left of each axis: pads below 0 cut.
    let mut kept = full(&shape);
    let mut borders = vec![(0usize, 0usize); rank];
    for (i, &axis) in axes.iter().enumerate() {
        let (before, after) = (pads[i], pads[i + axes.len()]);
        let cut = |pad: i64| pad.min(0).unsigned_abs() as usize;
        if mode != "constant" && (before < 0 || after < 0) {
            return Err(node.error(format!("pads below 0 are not supported in mode '{mode}'")));
        }
        kept[axis].start = cut(before);
        kept[axis].count = shape[axis].checked_sub(cut(before) + cut(after)).ok_or_else(|| {
            node.error(format!("its pads cut more than the {} elements of an axis", shape[axis]))
        })?;
        borders[axis] = (before.max(0) as usize, after.max(0) as usize);
    }
    if mode == "constant" {
        let value = match ctx.constant(node, 2)? {
            Some(t) => t.to_f32().first().copied().unwrap_or(0.0),
            None => node.float("value", 0.0)?,
        };
        let result = (0..rank).map(|a| kept[a].count + borders[a].0 + borders[a].1).collect();
        let output = ctx.output(node, result)?;
        ctx.push(node, Kind::Fill(value), vec![], output);
        copy_ranges(node, ctx, input, &kept, output, borders.iter().map(|b| b.0).collect());
        return Ok(());
    }
    let mut current = input;
    for axis in 0..rank {
        let (before, after) = borders[axis];
        if before + after == 0 {
            continue;
        }
        let size = ctx.shape(current)[axis];
        let whole = full(ctx.shape(current));
        let mut grown = ctx.shape(current).to_vec();
        grown[axis] += before + after;
        let next = ctx.tensor(grown.clone());
        if grown.len() == 4 && !grown[1].is_multiple_of(crate::nn::step::LANES) {
            ctx.push(node, Kind::Fill(0.0), vec![], next);
        }
        let mut place = vec![0; rank];
        place[axis] = before;
        copy_ranges(node, ctx, current, &whole, next, place);
        // (first source index, step, count, first target index)
        let strips = match mode.as_str() {
            "edge" => [(0, 0, before, 0), (size - 1, 0, after, before + size)],
            "reflect" if before < size && after < size => {
                [(before, -1, before, 0), (size.saturating_sub(2), -1, after, before + size)]
            }
            "reflect" => return Err(node.error("it reflects more than its input holds")),
            other => return Err(node.error(format!("mode '{other}' is not supported"))),
        };
        for (start, step, count, at) in strips {
            if count == 0 {
                continue;
            }
            let ranges: Vec<Range> = (0..rank)
                .map(|a| {
                    if a == axis {
                        Range { start, step, count }
                    } else {
                        Range { ..full_range(ctx, current, a) }
                    }
                })
                .collect();
            let mut place = vec![0; rank];
            place[axis] = at;
            copy_ranges(node, ctx, current, &ranges, next, place);
        }
        current = next;
    }
    ctx.bind(node, 0, Value::Tensor(current));
    Ok(())
}

fn full_range(ctx: &Lowering<'_>, tensor: TensorId, axis: usize) -> Range {
    Range { start: 0, step: 1, count: ctx.shape(tensor)[axis] }
}

fn block_size(node: &Node) -> Result<usize, Error> {
    let block = node.int("blocksize", 0)?;
    usize::try_from(block)
        .ok()
        .filter(|b| (1..256).contains(b))
        .ok_or_else(|| node.error(format!("blocksize {block} is not between 1 and 255")))
}

pub(super) fn depth_to_space(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let (input, [n, c, h, w]) = ctx.image(node, 0)?;
    let b = block_size(node)?;
    if !c.is_multiple_of(b * b) {
        return Err(node.error(format!("{c} channels cannot be spread over {b}×{b} cells")));
    }
    let depth = c / (b * b);
    let output = cleared(node, ctx, 0, vec![n, depth, h * b, w * b])?;
    // Which channel a cell (row r, column s) of result channel d comes from.
    let (row, column, channel) = match node.text("mode", "DCR")? {
        "DCR" => (b * depth, depth, 1),
        "CRD" => (b, 1, b * b),
        other => return Err(node.error(format!("mode '{other}' is not known"))),
    };
    let (b, step) = (b as isize, |s: usize| s as isize);
    let loops = vec![
        Loop { size: n, source: (0, 1), target: (0, 1) },
        Loop { size: h, source: (2, 1), target: (2, b) },
        Loop { size: b as usize, source: (1, step(row)), target: (2, 1) },
        Loop { size: w, source: (3, 1), target: (3, b) },
        Loop { size: b as usize, source: (1, step(column)), target: (3, 1) },
        Loop { size: depth, source: (1, step(channel)), target: (1, 1) },
    ];
    let copy = Copy { loops, source_start: vec![0; 4], target_start: vec![0; 4] };
    ctx.push(node, Kind::Copy(copy), vec![input], output);
    Ok(())
}

pub(super) fn space_to_depth(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let (input, [n, c, h, w]) = ctx.image(node, 0)?;
    let b = block_size(node)?;
    if !(h.is_multiple_of(b) && w.is_multiple_of(b)) {
        return Err(node.error(format!("{h}×{w} cells cannot be gathered by {b}×{b}")));
    }
    let output = cleared(node, ctx, 0, vec![n, c * b * b, h / b, w / b])?;
    let (step, depth) = (b as isize, c as isize);
    let loops = vec![
        Loop { size: n, source: (0, 1), target: (0, 1) },
        Loop { size: h / b, source: (2, step), target: (2, 1) },
        Loop { size: w / b, source: (3, step), target: (3, 1) },
        Loop { size: b, source: (2, 1), target: (1, step * depth) },
        Loop { size: b, source: (3, 1), target: (1, depth) },
        Loop { size: c, source: (1, 1), target: (1, 1) },
    ];
    let copy = Copy { loops, source_start: vec![0; 4], target_start: vec![0; 4] };
    ctx.push(node, Kind::Copy(copy), vec![input], output);
    Ok(())
}
