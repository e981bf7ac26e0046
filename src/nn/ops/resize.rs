//! Resizing pictures: every coordinate mode and interpolation of ONNX's Resize as taps.

use std::sync::Arc;

use super::{Lowering, sizes};
use crate::nn::error::Error;
use crate::nn::graph::Node;
use crate::nn::step::{Kind, Resize, Tap};

/// Most rows or columns of a result: what a scale may reach, and twice the longest side of any photo taken in.
const MAX_SIDE: usize = 1 << 16;

pub(super) fn resize(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let (input, [n, c, h, w]) = ctx.image(node, 0)?;
    for refused in ["antialias", "exclude_outside"] {
        if node.int(refused, 0)? != 0 {
            return Err(node.error(format!("{refused} is not supported")));
        }
    }
    // Inputs: X, scales (Upsample and Resize-10) or X, roi, scales, sizes (from version 11 on).
    let modern = node.operator == "Resize" && ctx.graph.opset >= 11;
    let floats = |ctx: &Lowering<'_>, index: usize| -> Result<Option<Vec<f32>>, Error> {
        Ok(ctx.constant(node, index)?.filter(|t| !t.is_empty()).map(|t| t.to_f32()))
    };
    let scales = match node.attribute("scales") {
        Some(crate::nn::graph::Attribute::Floats(v)) => Some(v.clone()),
        _ => floats(ctx, if modern { 2 } else { 1 })?,
    };
    let wanted = if modern { ctx.constant_ints(node, 3)?.filter(|v| !v.is_empty()) } else { None };
    // `axes` (from version 18 on) says which axes the sizes are of.
    let axes: Vec<i64> = node.ints("axes")?.map_or_else(|| vec![0, 1, 2, 3], <[i64]>::to_vec);
    let place = |axis: i64| axes.iter().position(|&a| a == axis || a == axis - 4);

    let source = [n, c, h, w];
    let mut target = source;
    let mut scale = [1.0f32; 4];
    if let Some(wanted) = wanted {
        if node.text("keep_aspect_ratio_policy", "stretch")? != "stretch" {
            return Err(node.error("keep_aspect_ratio_policy is not supported"));
        }
        let wanted = sizes(node, "sizes", &wanted)?;
        for axis in 0..4 {
            if let Some(&size) = place(axis as i64).and_then(|p| wanted.get(p)) {
                target[axis] = size;
                scale[axis] = size as f32 / source[axis] as f32;
            }
        }
    } else if let Some(scales) = scales {
        for axis in 0..4 {
            if let Some(&s) = place(axis as i64).and_then(|p| scales.get(p)) {
                if !(s > 0.0 && s < 65536.0) {
                    return Err(node.error(format!("the scale {s} is not between 0 and 65536")));
                }
                scale[axis] = s;
                target[axis] = (source[axis] as f32 * s).floor() as usize;
            }
        }
    } else {
        return Err(node.error("it has neither sizes nor scales"));
    }
    if target[..2] != source[..2] {
        return Err(node.error("only rows and columns can be resized"));
    }
    if target.contains(&0) {
        return Err(node.error(format!("its result {target:?} is empty")));
    }
    if target.iter().any(|&size| size > MAX_SIDE) {
        return Err(node.error(format!("its result {target:?} is longer than {MAX_SIDE} on a side")));
    }

    let coordinates = if modern {
        node.text("coordinate_transformation_mode", "half_pixel")?.to_owned()
    } else {
        "asymmetric".to_owned()
    };
    let mode = node.text("mode", "nearest")?;
    let rounding = if modern { node.text("nearest_mode", "round_prefer_floor")? } else { "simple" };
    let taps = |axis: usize| -> Result<Arc<[Tap]>, Error> {
        let (size, result) = (source[axis], target[axis]);
        let last = size - 1;
        (0..result)
            .map(|index| {
                let x = index as f32;
                let at = match coordinates.as_str() {
                    "half_pixel" => (x + 0.5) / scale[axis] - 0.5,
                    "pytorch_half_pixel" if result > 1 => (x + 0.5) / scale[axis] - 0.5,
                    "pytorch_half_pixel" => 0.0,
                    "tf_half_pixel_for_nn" => (x + 0.5) / scale[axis],
                    "asymmetric" => x / scale[axis],
                    "align_corners" if result > 1 => x * last as f32 / (result - 1) as f32,
                    "align_corners" => 0.0,
                    other => {
                        return Err(
                            node.error(format!("coordinate_transformation_mode '{other}' is not supported"))
                        );
                    }
                };
                match mode {
                    "nearest" => {
                        let rounded = match rounding {
                            // Before version 11 nothing says how to round; this is ONNX Runtime's way.
                            "simple" if scale[axis] < 1.0 => at.ceil(),
                            "simple" | "floor" => at.floor(),
                            "ceil" => at.ceil(),
                            "round_prefer_ceil" => (at + 0.5).floor(),
                            "round_prefer_floor" => (at - 0.5).ceil(),
                            other => return Err(node.error(format!("nearest_mode '{other}' is not known"))),
                        };
                        let low = rounded.clamp(0.0, last as f32) as u32;
                        Ok(Tap { low, high: low, weight: 0.0 })
                    }
                    "linear" | "bilinear" => {
                        let at = at.clamp(0.0, last as f32);
                        let low = (at.floor() as usize).min(last);
                        let high = (low + 1).min(last);
                        let weight = if high == low { 0.0 } else { at - low as f32 };
                        Ok(Tap { low: low as u32, high: high as u32, weight })
                    }
                    other => {
                        Err(node.error(format!("mode '{other}' is not supported, only nearest and linear")))
                    }
                }
            })
            .collect::<Result<Vec<_>, _>>()
            .map(Arc::from)
    };
    let kind = Kind::Resize(Resize { rows: taps(2)?, columns: taps(3)? });
    let output = ctx.output(node, target.to_vec())?;
    ctx.push(node, kind, vec![input], output);
    Ok(())
}
