//! What can be worked out before a network runs: shapes, constants, and everything made of them alone.

use std::sync::Arc;

use super::{Lowering, Quantized, Value, axis_of, sizes};
use crate::nn::error::Error;
use crate::nn::graph::{Attribute, Node};
use crate::nn::tensor::{Data, Tensor, elements};

/// Most elements of a result worked out here; above this the network itself would be at work.
const MAX_FOLDED: usize = 1 << 24;

/// Most elements of all of them.
const MAX_FOLDED_TOGETHER: usize = 1 << 26;

/// Whether the operator can be worked out on constants.
pub(super) fn is_foldable(operator: &str) -> bool {
    matches!(
        operator,
        "Constant"
            | "ConstantOfShape"
            | "Shape"
            | "Gather"
            | "Unsqueeze"
            | "Squeeze"
            | "Slice"
            | "Cast"
            | "Concat"
            | "Add"
            | "Sub"
            | "Mul"
            | "Div"
            | "Floor"
            | "Ceil"
            | "Reshape"
            | "Flatten"
            | "Transpose"
            | "Identity"
            | "DequantizeLinear"
            | "ReduceProd"
    )
}

/// Works a node out where everything it reads is known. Returns whether it did.
#[inline(never)]
pub(super) fn fold(node: &Node, ctx: &mut Lowering<'_>) -> Result<bool, Error> {
    if !is_foldable(&node.operator) {
        return Ok(false);
    }
    if node.operator == "Shape" {
        return shape(node, ctx).map(|()| true);
    }
    let known = (0..node.inputs.len())
        .all(|i| node.inputs[i].is_none() || !matches!(ctx.value(node, i), Some(Value::Tensor(_)) | None));
    if !known {
        return Ok(false);
    }
    if node.operator == "DequantizeLinear" {
        return dequantize(node, ctx).map(|()| true);
    }
    let inputs: Vec<Option<Arc<Tensor>>> =
        (0..node.inputs.len()).map(|i| ctx.constant(node, i)).collect::<Result<_, _>>()?;
    let get = |index: usize| -> Result<&Arc<Tensor>, Error> {
        inputs
            .get(index)
            .and_then(Option::as_ref)
            .ok_or_else(|| node.error(format!("input {index} is missing")))
    };
    let ints = |index: usize| -> Result<Option<Vec<i64>>, Error> {
        match inputs.get(index).and_then(Option::as_ref) {
            None => Ok(None),
            Some(t) => {
                t.to_i64().map(Some).ok_or_else(|| node.error(format!("input {index} must be whole numbers")))
            }
        }
    };
    let result = match node.operator.as_str() {
        "Constant" => constant(node)?,
        "ConstantOfShape" => {
            let shape = sizes(node, "the shape", &ints(0)?.unwrap_or_default())?;
            let count = checked(node, &shape)?;
            match node.attribute("value") {
                Some(Attribute::Tensor(t)) if t.len() == 1 => pick(t, shape, &vec![0; count]),
                Some(_) => return Err(node.error("attribute 'value' must hold one element")),
                None => Tensor::f32(shape, vec![0.0; count]),
            }
        }
        "Identity" => Tensor::clone(get(0)?),
        "Cast" => cast(get(0)?, node.int("to", 1)?),
        "Gather" => {
            let data = get(0)?;
            let indices = ints(1)?.unwrap_or_default();
            let axis = axis_of(node, node.int("axis", 0)?, data.shape.len())?;
            let size = data.shape.get(axis).copied().unwrap_or(1) as i64;
            let inner: usize = data.shape.get(axis + 1..).map_or(1, |s| s.iter().product());
            let outer: usize = data.shape[..axis.min(data.shape.len())].iter().product();
            let mut shape = data.shape[..axis].to_vec();
            shape.extend_from_slice(&get(1)?.shape);
            shape.extend_from_slice(data.shape.get(axis + 1..).unwrap_or(&[]));
            checked(node, &shape)?;
            let mut from = Vec::new();
            for o in 0..outer {
                for &i in &indices {
                    let i = if i < 0 { i + size } else { i };
                    if !(0..size).contains(&i) {
                        return Err(node.error(format!("index {i} is outside the {size} elements")));
                    }
                    let start = (o * size as usize + i as usize) * inner;
                    from.extend(start..start + inner);
                }
            }
            pick(data, shape, &from)
        }
        "Unsqueeze" | "Squeeze" | "Reshape" | "Flatten" => {
            let data = get(0)?;
            let shape =
                super::movement::reshaped_shape(node, &data.shape, ints(1)?.as_deref(), ctx.graph.opset)?;
            Tensor { shape, data: data.data.clone() }
        }
        "Slice" => {
            let data = get(0)?;
            let ranges = super::movement::slice_ranges(node, &data.shape, ints)?;
            let shape: Vec<usize> = ranges.iter().map(|r| r.count).collect();
            let starts: Vec<usize> = ranges.iter().map(|r| r.start).collect();
            checked(node, &shape)?;
            let steps: Vec<isize> = ranges.iter().map(|r| r.step).collect();
            let from = walk(&data.shape, &shape, &starts, &steps, &(0..shape.len()).collect::<Vec<_>>());
            pick(data, shape, &from)
        }
        "Transpose" => {
            let data = get(0)?;
            let order = super::movement::permutation(node, data.shape.len())?;
            let shape: Vec<usize> = order.iter().map(|&axis| data.shape[axis]).collect();
            checked(node, &shape)?;
            let from = walk(&data.shape, &shape, &vec![0; order.len()], &vec![1; order.len()], &order);
            pick(data, shape, &from)
        }
        "Concat" => {
            let parts: Vec<&Arc<Tensor>> = (0..node.inputs.len()).map(get).collect::<Result<_, _>>()?;
            concat(node, &parts)?
        }
        "Floor" => map(get(0)?, f32::floor),
        "Ceil" => map(get(0)?, f32::ceil),
        "ReduceProd" => {
            let values = ints(0)?.unwrap_or_default();
            let keep = usize::from(node.int("keepdims", 1)? != 0);
            let product = values.iter().try_fold(1_i64, |product, &value| product.checked_mul(value));
            let product = product.ok_or_else(|| node.error("its whole numbers overflow"))?;
            Tensor::i64(vec![1; keep * get(0)?.shape.len()], vec![product])
        }
        _ => arithmetic(node, get(0)?, get(1)?)?,
    };
    ctx.folded += result.len();
    if ctx.folded > MAX_FOLDED_TOGETHER {
        return Err(
            node.error(format!("with it, constants of more than {MAX_FOLDED_TOGETHER} elements are made"))
        );
    }
    ctx.bind(node, 0, Value::Constant(Arc::new(result)));
    Ok(true)
}

fn checked(node: &Node, shape: &[usize]) -> Result<usize, Error> {
    elements(shape)
        .filter(|&n| n <= MAX_FOLDED)
        .ok_or_else(|| node.error(format!("its constant result {shape:?} is too large")))
}

#[inline(never)]
fn shape(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let shape = match ctx.value(node, 0) {
        Some(Value::Tensor(id)) => ctx.shape(*id).to_vec(),
        Some(Value::Constant(tensor)) => tensor.shape.clone(),
        Some(Value::Quantized(quantized)) => quantized.bytes.shape.clone(),
        None => return Err(node.error("input 0 is missing")),
    };
    let rank = shape.len() as i64;
    let bound = |value: i64| (if value < 0 { value + rank } else { value }).clamp(0, rank) as usize;
    let (start, end) = (bound(node.int("start", 0)?), bound(node.int("end", rank)?));
    let part: Vec<i64> = shape.get(start..end).unwrap_or(&[]).iter().map(|&d| d as i64).collect();
    ctx.bind(node, 0, Value::Constant(Arc::new(Tensor::i64(vec![part.len()], part))));
    Ok(())
}

fn constant(node: &Node) -> Result<Tensor, Error> {
    let value = ["value", "value_int", "value_float", "value_ints", "value_floats"]
        .iter()
        .find_map(|name| node.attribute(name))
        .ok_or_else(|| node.error("it holds no number"))?;
    Ok(match value {
        Attribute::Tensor(t) => t.clone(),
        Attribute::Int(i) => Tensor::i64([], vec![*i]),
        Attribute::Float(f) => Tensor::f32([], vec![*f]),
        Attribute::Ints(v) => Tensor::i64([v.len()], v.clone()),
        Attribute::Floats(v) => Tensor::f32([v.len()], v.clone()),
        Attribute::Text(_) => return Err(node.error("its value is a text")),
    })
}

fn cast(tensor: &Tensor, to: i64) -> Tensor {
    use crate::nn::onnx::data_type::{DOUBLE, FLOAT, FLOAT16};
    let data = if [FLOAT, FLOAT16, DOUBLE].map(i64::from).contains(&to) {
        Data::F32(tensor.to_f32())
    } else {
        match &tensor.data {
            Data::F32(v) => Data::I64(v.iter().map(|&x| x as i64).collect()),
            other => Data::I64(Tensor { shape: vec![], data: other.clone() }.to_i64().unwrap_or_default()),
        }
    };
    Tensor { shape: tensor.shape.clone(), data }
}

fn map(tensor: &Tensor, f: impl Fn(f32) -> f32) -> Tensor {
    match &tensor.data {
        Data::F32(v) => Tensor::f32(tensor.shape.clone(), v.iter().map(|&x| f(x)).collect()),
        _ => tensor.clone(),
    }
}

/// The elements of `tensor` at flat places, under a new shape.
fn pick(tensor: &Tensor, shape: Vec<usize>, places: &[usize]) -> Tensor {
    let data = match &tensor.data {
        Data::F32(v) => Data::F32(places.iter().map(|&i| v[i]).collect()),
        Data::I64(v) => Data::I64(places.iter().map(|&i| v[i]).collect()),
        Data::I8(v) => Data::I8(Arc::new(places.iter().map(|&i| v[i]).collect())),
        Data::U8(v) => Data::U8(places.iter().map(|&i| v[i]).collect()),
    };
    Tensor { shape, data }
}

/// Flat places in a dense tensor of shape `source`, in the order of the result: axis `i` of the result walks
/// axis `axes[i]` of the source from `starts[i]` by `steps[i]`.
fn walk(source: &[usize], shape: &[usize], starts: &[usize], steps: &[isize], axes: &[usize]) -> Vec<usize> {
    let stride = |axis: usize| source[axis + 1..].iter().product::<usize>() as isize;
    let mut places = vec![0isize];
    for (i, &size) in shape.iter().enumerate() {
        let stride = stride(axes[i]);
        places = places
            .iter()
            .flat_map(|&p| (0..size as isize).map(move |k| p + (starts[i] as isize + k * steps[i]) * stride))
            .collect();
    }
    places.into_iter().map(|p| p as usize).collect()
}

fn concat(node: &Node, parts: &[&Arc<Tensor>]) -> Result<Tensor, Error> {
    let first = parts.first().ok_or_else(|| node.error("it has no input"))?;
    let axis = axis_of(node, node.int("axis", 0)?, first.shape.len())?;
    let mut shape = first.shape.clone();
    if shape.is_empty() {
        return Err(node.error("its inputs are scalars"));
    }
    shape[axis] = parts.iter().map(|p| p.shape.get(axis).copied().unwrap_or(0)).sum();
    checked(node, &shape)?;
    let outer: usize = shape[..axis].iter().product();
    let floats = parts.iter().any(|p| matches!(p.data, Data::F32(_)));
    let runs = || parts.iter().map(|part| part.len() / outer.max(1));
    let tensor = if floats {
        let wholes: Vec<Vec<f32>> = parts.iter().map(|part| part.to_f32()).collect();
        Tensor::f32(shape, interleaved(&wholes, runs(), outer))
    } else {
        let wholes: Vec<Vec<i64>> = parts.iter().map(|part| part.to_i64().unwrap_or_default()).collect();
        Tensor::i64(shape, interleaved(&wholes, runs(), outer))
    };
    if elements(&tensor.shape) != Some(tensor.len()) {
        return Err(node.error("its inputs do not fit together"));
    }
    Ok(tensor)
}

/// The first run of each part, then the second of each, `outer` times.
fn interleaved<T: Copy>(parts: &[Vec<T>], runs: impl Iterator<Item = usize>, outer: usize) -> Vec<T> {
    let runs: Vec<usize> = runs.collect();
    let turns =
        (0..outer).flat_map(|turn| parts.iter().zip(&runs).map(move |(part, run)| (turn, part, *run)));
    turns.flat_map(|(turn, part, run)| &part[turn * run..(turn + 1) * run]).copied().collect()
}

/// The common shape of two shapes, sizes of 1 repeated, or `None` where they do not fit.
fn broadcast(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let size =
        |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |own| shape[own]);
    (0..rank)
        .map(|axis| match (size(a, axis), size(b, axis)) {
            (x, y) if x == y || y == 1 => Some(x),
            (1, y) => Some(y),
            _ => None,
        })
        .collect()
}

/// For each element of `shape`, the flat place in a tensor of shape `own` that is repeated along it.
#[inline(never)]
fn repeated(own: &[usize], shape: &[usize], count: usize) -> Vec<usize> {
    let offset = shape.len() - own.len();
    (0..count)
        .map(|index| {
            let (mut rest, mut place, mut stride) = (index, 0, 1);
            for axis in (0..shape.len()).rev() {
                let at = rest % shape[axis];
                rest /= shape[axis];
                if let Some(&size) = axis.checked_sub(offset).and_then(|axis| own.get(axis)) {
                    place += if size == 1 { 0 } else { at * stride };
                    stride *= size;
                }
            }
            place
        })
        .collect()
}

/// Adds, subtracts, multiplies or divides; sizes of 1 are repeated.
#[inline(never)]
fn arithmetic(node: &Node, a: &Tensor, b: &Tensor) -> Result<Tensor, Error> {
    let shape = broadcast(&a.shape, &b.shape)
        .ok_or_else(|| node.error(format!("{:?} and {:?} do not fit together", a.shape, b.shape)))?;
    let count = checked(node, &shape)?;
    let places: Vec<(usize, usize)> =
        repeated(&a.shape, &shape, count).into_iter().zip(repeated(&b.shape, &shape, count)).collect();
    if let (Data::I64(x), Data::I64(y)) = (&a.data, &b.data) {
        let result = places.iter().map(|&(i, j)| match node.operator.as_str() {
            "Add" => x[i].checked_add(y[j]),
            "Sub" => x[i].checked_sub(y[j]),
            "Mul" => x[i].checked_mul(y[j]),
            _ => x[i].checked_div(y[j]),
        });
        let result: Option<Vec<i64>> = result.collect();
        let result = result.ok_or_else(|| node.error("its whole numbers overflow or divide by zero"))?;
        return Ok(Tensor::i64(shape, result));
    }
    let (x, y) = (a.to_f32(), b.to_f32());
    let result = places.iter().map(|&(i, j)| match node.operator.as_str() {
        "Add" => x[i] + y[j],
        "Sub" => x[i] - y[j],
        "Mul" => x[i] * y[j],
        _ => x[i] / y[j],
    });
    Ok(Tensor::f32(shape, result.collect()))
}

#[inline(never)]
fn dequantize(node: &Node, ctx: &mut Lowering<'_>) -> Result<(), Error> {
    let Some(bytes) = ctx.constant(node, 0)? else { return Err(node.error("input 0 is missing")) };
    let scales = ctx.constant(node, 1)?.ok_or_else(|| node.error("it has no scale"))?.to_f32();
    let zeros = ctx.constant(node, 2)?.map_or_else(|| vec![0.0; scales.len()], |t| t.to_f32());
    let axis = if scales.len() == 1 { 0 } else { axis_of(node, node.int("axis", 1)?, bytes.shape.len())? };
    let expected = bytes.shape.get(axis).copied().unwrap_or(1);
    if zeros.len() != scales.len() || (scales.len() != 1 && scales.len() != expected) {
        return Err(node.error(format!(
            "it has {} scales and {} zero points for {expected} channels",
            scales.len(),
            zeros.len()
        )));
    }
    let quantized = Quantized { bytes, scales, zeros, axis };
    ctx.bind(node, 0, Value::Quantized(Arc::new(quantized)));
    Ok(())
}
