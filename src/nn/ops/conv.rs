//! Convolution, transposed convolution, and the scaling of channels that batch normalization is.

use std::sync::Arc;

use super::{Lowering, Value, sizes};
use crate::nn::error::Error;
use crate::nn::graph::Node;
use crate::nn::step::{Activation, Conv, Kind, WeightValues, Weights};
use crate::nn::tensor::Data;

/// Window geometry that convolution and pooling share.
pub(super) struct Window {
    pub(super) kernel: [usize; 2],
    pub(super) stride: [usize; 2],
    pub(super) dilation: [usize; 2],
    /// Top, left, bottom, right.
    pub(super) padding: [usize; 4],
    /// Rows and columns of the result.
    pub(super) size: [usize; 2],
}

fn pair(node: &Node, name: &str, default: [usize; 2]) -> Result<[usize; 2], Error> {
    match node.ints(name)? {
        None => Ok(default),
        Some(values) => match sizes(node, name, values)?[..] {
            [a, b] if a > 0 && b > 0 && a < 1 << 16 && b < 1 << 16 => Ok([a, b]),
            _ => Err(node
                .error(format!("attribute '{name}' must be two numbers from 1 to 65535, and is {values:?}"))),
        },
    }
}

/// Top, left, bottom, right.
fn explicit_padding(node: &Node) -> Result<[usize; 4], Error> {
    match node.ints("pads")? {
        None => Ok([0; 4]),
        Some(values) => {
            match sizes(node, "pads", values)?[..] {
                [t, l, b, r] if [t, l, b, r].iter().all(|&p| p < 1 << 16) => Ok([t, l, b, r]),
                _ => Err(node
                    .error(format!("attribute 'pads' must be four numbers below 65536, and is {values:?}"))),
            }
        }
    }
}

/// The window of a node over a picture of `size` rows and columns. `kernel` where the weights give it.
pub(super) fn window(node: &Node, size: [usize; 2], kernel: Option<[usize; 2]>) -> Result<Window, Error> {
    let declared = pair(node, "kernel_shape", kernel.unwrap_or([0, 0]))?;
    if declared.contains(&0) || kernel.is_some_and(|k| k != declared) {
        return Err(node.error(format!("kernel_shape {declared:?} does not fit the weights")));
    }
    let kernel = declared;
    let stride = pair(node, "strides", [1, 1])?;
    let dilation = pair(node, "dilations", [1, 1])?;
    let reach = [0, 1].map(|a| (kernel[a] - 1) * dilation[a] + 1);
    let automatic = node.text("auto_pad", "NOTSET")?;
    let mut padding = explicit_padding(node)?;
    let ceil = node.int("ceil_mode", 0)? != 0;
    let mut out = [0; 2];
    for a in 0..2 {
        match automatic {
            "SAME_UPPER" | "SAME_LOWER" => {
                out[a] = size[a].div_ceil(stride[a]);
                let total = ((out[a] - 1) * stride[a] + reach[a]).saturating_sub(size[a]);
                let (small, large) = (total / 2, total - total / 2);
                (padding[a], padding[a + 2]) =
                    if automatic == "SAME_UPPER" { (small, large) } else { (large, small) };
            }
            "VALID" | "NOTSET" => {
                if automatic == "VALID" {
                    padding = [0; 4];
                }
                let cells = size[a] + padding[a] + padding[a + 2];
                // Rounding up lets the last window hang over the far edge.
                out[a] = match cells.checked_sub(reach[a]) {
                    Some(room) if ceil => room.div_ceil(stride[a]) + 1,
                    Some(room) => room / stride[a] + 1,
                    None if ceil && reach[a] - cells < stride[a] => 1,
                    None => {
                        let reason = format!("its window of {} does not fit into {cells} cells", reach[a]);
                        return Err(node.error(reason));
                    }
                };
                // A window that would start in the far padding is left out.
                if ceil && out[a] > 1 && (out[a] - 1) * stride[a] >= size[a] + padding[a] {
                    out[a] -= 1;
                }
            }
            other => return Err(node.error(format!("auto_pad '{other}' is not known"))),
        }
    }
    Ok(Window { kernel, stride, dilation, padding, size: out })
}

/// The weights of a convolution as they are stored. `channel_axis` is the axis of the output channels.
fn weights(node: &Node, ctx: &mut Lowering<'_>, channel_axis: usize) -> Result<Weights, Error> {
    let shape_of = |shape: &[usize]| match *shape {
        [o, i, kh, kw] => Ok([o, i, kh, kw]),
        ref other => Err(node.error(format!("its weights must have four axes and have {other:?}"))),
    };
    if let Some(Value::Quantized(quantized)) = ctx.value(node, 1).cloned() {
        let shape = shape_of(&quantized.bytes.shape)?;
        let channels = shape[channel_axis];
        let by_channel = quantized.scales.len() == 1 || quantized.axis == channel_axis;
        if let (Data::I8(bytes), true) = (&quantized.bytes.data, by_channel)
            && quantized.zeros.iter().all(|&z| z == 0.0)
        {
            let scales = match quantized.scales[..] {
                [one] => vec![one; channels],
                ref each => each.to_vec(),
            };
            ctx.keep(bytes.len())?;
            return Ok(Weights { shape, values: WeightValues::Int8 { bytes: bytes.clone(), scales } });
        }
    }
    let tensor = ctx.constant(node, 1)?.ok_or_else(|| node.error("it has no weights"))?;
    ctx.keep(tensor.len() * 4)?;
    Ok(Weights { shape: shape_of(&tensor.shape)?, values: WeightValues::F32(tensor.to_f32()) })
}

fn bias(node: &Node, ctx: &Lowering<'_>, channels: usize) -> Result<Arc<[f32]>, Error> {
    let bias = ctx.constant(node, 2)?.map_or_else(|| vec![0.0; channels], |t| t.to_f32());
    if bias.len() != channels {
        return Err(node.error(format!("it has {} biases for {channels} channels", bias.len())));
    }
    Ok(Arc::from(bias))
}

fn groups(node: &Node) -> Result<usize, Error> {
    let groups = node.int("group", 1)?;
    usize::try_from(groups).ok().filter(|&g| g > 0).ok_or_else(|| node.error(format!("group is {groups}")))
}

pub(super) fn conv(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let (input, [n, c, h, w]) = ctx.image(node, 0)?;
    let weights = weights(node, ctx, 0)?;
    let groups = groups(node)?;
    let [o, i, kh, kw] = weights.shape;
    if i.checked_mul(groups) != Some(c) || !o.is_multiple_of(groups) {
        return Err(node.error(format!(
            "weights {:?} in {groups} groups do not fit an input of {c} channels",
            weights.shape
        )));
    }
    let window = window(node, [h, w], Some([kh, kw]))?;
    let bias = bias(node, ctx, o)?;
    let output = ctx.output(node, vec![n, o, window.size[0], window.size[1]])?;
    let conv = Conv {
        weights: Arc::new(weights),
        bias,
        stride: window.stride,
        dilation: window.dilation,
        padding: window.padding,
        groups,
        activation: Activation::Identity,
        residual: None,
    };
    ctx.push(node, Kind::Conv(conv), vec![input], output);
    Ok(())
}

pub(super) fn conv_transpose(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let (input, [n, c, h, w]) = ctx.image(node, 0)?;
    let groups = groups(node)?;
    // Output channels of all groups lie on axis 1 of `[I, O / groups, KH, KW]`, so only one group may keep
    // scales by channel.
    let weights = weights(node, ctx, 1)?;
    let [i, per_group, kh, kw] = weights.shape;
    let o = per_group.saturating_mul(groups);
    if i != c || !c.is_multiple_of(groups) || kh == 0 || kw == 0 {
        return Err(node.error(format!(
            "weights {:?} in {groups} groups do not fit an input of {c} channels",
            weights.shape
        )));
    }
    let stride = pair(node, "strides", [1, 1])?;
    let dilation = pair(node, "dilations", [1, 1])?;
    if pair(node, "kernel_shape", [kh, kw])? != [kh, kw] {
        return Err(node.error("kernel_shape does not fit the weights"));
    }
    let extra = match node.ints("output_padding")? {
        None => [0, 0],
        Some(v) => match sizes(node, "output_padding", v)?[..] {
            [a, b] if a < 1 << 16 && b < 1 << 16 => [a, b],
            _ => return Err(node.error("output_padding must be two numbers below 65536")),
        },
    };
    let mut padding = explicit_padding(node)?;
    let automatic = node.text("auto_pad", "NOTSET")?;
    let mut size = [0; 2];
    for (a, (cells, k)) in [(h, kh), (w, kw)].into_iter().enumerate() {
        let full = (cells - 1) * stride[a] + (k - 1) * dilation[a] + 1 + extra[a];
        let wanted = match (node.ints("output_shape")?, automatic) {
            (Some(shape), _) => Some(sizes(node, "output_shape", shape)?.get(a).copied().unwrap_or(full)),
            (None, "SAME_UPPER" | "SAME_LOWER") => Some(cells * stride[a]),
            (None, "NOTSET" | "VALID") => None,
            (None, other) => return Err(node.error(format!("auto_pad '{other}' is not known"))),
        };
        if let Some(wanted) = wanted {
            let total = full.saturating_sub(wanted);
            let (small, large) = (total / 2, total - total / 2);
            (padding[a], padding[a + 2]) =
                if automatic == "SAME_UPPER" { (small, large) } else { (large, small) };
        }
        // Where the wanted size is larger than what the windows reach, the rest is the bias alone.
        size[a] = wanted
            .or_else(|| full.checked_sub(padding[a] + padding[a + 2]))
            .filter(|&s| s > 0)
            .ok_or_else(|| node.error("its padding is larger than its result"))?;
    }
    let bias = bias(node, ctx, o)?;
    let output = ctx.output(node, vec![n, o, size[0], size[1]])?;
    let conv = Conv {
        weights: Arc::new(weights),
        bias,
        stride,
        dilation,
        padding,
        groups,
        activation: Activation::Identity,
        residual: None,
    };
    ctx.push(node, Kind::ConvTranspose(conv), vec![input], output);
    Ok(())
}

/// (x − mean) / √(variance + epsilon) × scale + bias, as a 1×1 convolution of each channel by itself. Behind
/// another convolution it is fused into that one's weights.
pub(super) fn batch_normalization(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let (input, [n, c, h, w]) = ctx.image(node, 0)?;
    let epsilon = node.float("epsilon", 1e-5)?;
    let parameter = |ctx: &Lowering<'_>, index: usize| -> Result<Vec<f32>, Error> {
        let values =
            ctx.constant(node, index)?.ok_or_else(|| node.error(format!("input {index} is missing")))?;
        if values.len() == c {
            Ok(values.to_f32())
        } else {
            Err(node.error(format!("input {index} has {} values for {c} channels", values.len())))
        }
    };
    let (gamma, beta) = (parameter(ctx, 1)?, parameter(ctx, 2)?);
    let (mean, variance) = (parameter(ctx, 3)?, parameter(ctx, 4)?);
    let factor: Vec<f32> = (0..c).map(|k| gamma[k] / (variance[k] + epsilon).sqrt()).collect();
    let bias: Vec<f32> = (0..c).map(|k| beta[k] - mean[k] * factor[k]).collect();
    let output = ctx.output(node, vec![n, c, h, w])?;
    let conv = Conv {
        weights: Arc::new(Weights { shape: [c, 1, 1, 1], values: WeightValues::F32(factor) }),
        bias: Arc::from(bias),
        stride: [1, 1],
        dilation: [1, 1],
        padding: [0; 4],
        groups: c,
        activation: Activation::Identity,
        residual: None,
    };
    ctx.push(node, Kind::Conv(conv), vec![input], output);
    Ok(())
}
