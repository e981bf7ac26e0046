//! What each ONNX operator means: one file a family, from a node to operations of a plan.
//!
//! Shapes are known here, so everything that depends only on shapes and constants is worked out on the spot
//! (`Shape → Gather → Concat → Resize` chains vanish), and what is left becomes [`Kind`]s.

mod activation;
mod binary;
mod constant;
mod conv;
mod matmul;
mod movement;
mod pool;
mod resize;

use std::cell::Cell;
use std::sync::Arc;

use super::error::Error;
use super::graph::{Graph, Node};
use super::plan::{Action, Operation, Operations, Port, TensorId, TensorInfo};
use super::step::{Copy, Kind, Loop};
use super::tensor::{MAX_ELEMENTS, MAX_RANK, Tensor, elements};

/// Most operations of a plan, in which each is compared with all others.
const MAX_OPERATIONS: usize = 20_000;

/// Most elements of constants that all nodes together look at; a node that looks at one may copy it.
const MAX_READ: usize = 1 << 30;

type Lower = fn(&Node, &mut Lowering<'_>) -> Result<(), Error>;

/// The operators that run on tensors which only a run knows.
fn lower_of(operator: &str) -> Option<Lower> {
    Some(match operator {
        "Conv" => conv::conv,
        "ConvTranspose" => conv::conv_transpose,
        "BatchNormalization" => conv::batch_normalization,
        "MaxPool" => pool::max,
        "AveragePool" => pool::average,
        "GlobalAveragePool" => pool::global_average,
        "GlobalMaxPool" => pool::global_max,
        "ReduceMean" => pool::reduce_mean,
        "Resize" | "Upsample" => resize::resize,
        "Abs" | "Clip" | "Exp" | "HardSigmoid" | "HardSwish" | "LeakyRelu" | "Neg" | "PRelu" | "Relu"
        | "Sigmoid" | "Sqrt" | "Tanh" => activation::activation,
        "QuantizeLinear" | "DequantizeLinear" => activation::quantization,
        "Softmax" => activation::softmax,
        "Add" | "Sub" | "Mul" | "Div" | "Pow" | "Max" | "Min" => binary::binary,
        "MatMul" => matmul::matmul,
        "Gemm" => matmul::gemm,
        "Concat" => movement::concat,
        "Reshape" | "Flatten" | "Squeeze" | "Unsqueeze" | "Identity" | "Dropout" | "Cast" => {
            movement::reshape
        }
        "Transpose" => movement::transpose,
        "Slice" => movement::slice,
        "Split" => movement::split,
        "Pad" => movement::pad,
        "DepthToSpace" => movement::depth_to_space,
        "SpaceToDepth" => movement::space_to_depth,
        _ => return None,
    })
}

/// Whether the engine knows an operator, on tensors or at least on shapes and constants.
pub(super) fn is_supported(operator: &str) -> bool {
    lower_of(operator).is_some() || constant::is_foldable(operator)
}

/// What is known of a value.
#[derive(Clone, Debug)]
enum Value {
    /// All of it.
    Constant(Arc<Tensor>),
    /// All of it, as bytes with scales: what a convolution keeps as it is and everything else expands.
    Quantized(Arc<Quantized>),
    /// Its shape; a run gives the elements.
    Tensor(TensorId),
}

/// A constant as bytes: element = (byte − zero) × scale.
#[derive(Clone, Debug)]
struct Quantized {
    bytes: Arc<Tensor>,
    /// One for all, or one for each index of `axis`.
    scales: Vec<f32>,
    /// As many as scales.
    zeros: Vec<f32>,
    axis: usize,
}

impl Value {
    /// The elements, where they are known.
    fn constant(&self) -> Option<Arc<Tensor>> {
        match self {
            Self::Constant(tensor) => Some(tensor.clone()),
            Self::Quantized(quantized) => Some(Arc::new(quantized.expand())),
            Self::Tensor(_) => None,
        }
    }

    /// How many elements are known.
    fn known(&self) -> usize {
        match self {
            Self::Constant(tensor) => tensor.len(),
            Self::Quantized(quantized) => quantized.bytes.len(),
            Self::Tensor(_) => 0,
        }
    }
}

impl Quantized {
    fn expand(&self) -> Tensor {
        let inner: usize = self.bytes.shape.get(self.axis + 1..).map_or(1, |s| s.iter().product());
        let mut values = self.bytes.to_f32();
        for (index, value) in values.iter_mut().enumerate() {
            let channel = (index / inner) % self.scales.len();
            *value = (*value - self.zeros[channel]) * self.scales[channel];
        }
        Tensor::f32(self.bytes.shape.clone(), values)
    }
}

/// The state of turning a graph into operations.
pub(super) struct Lowering<'a> {
    graph: &'a Graph,
    values: Vec<Option<Value>>,
    ops: Operations,
    /// Elements of all that was worked out before the network runs.
    folded: usize,
    /// Elements of constants that nodes looked at.
    read: Cell<usize>,
    /// Bytes of all constants and weights that a run reads, and how many are allowed.
    constants: u64,
    limit: u64,
}

/// Turns a graph into operations, with the inputs at the sizes given. `limit` is the most memory the plan may take, in
/// bytes.
#[inline(never)]
pub(super) fn lower(graph: &Graph, input_shapes: &[Vec<usize>], limit: u64) -> Result<Operations, Error> {
    let values = vec![None; graph.values.len()];
    let ops = Operations::default();
    let read = Cell::new(0);
    let mut lowering = Lowering { graph, values, ops, folded: 0, read, constants: 0, limit };
    for (&id, tensor) in &graph.constants {
        lowering.values[id] = Some(Value::Constant(tensor.clone()));
    }
    for (port, shape) in graph.inputs.iter().zip(input_shapes) {
        let fits = port.shape.len() == shape.len()
            && port.shape.iter().zip(shape).all(|(declared, &given)| declared.is_none_or(|d| d == given));
        if !fits || elements(shape).is_none_or(|n| n == 0) {
            return Err(Error::Graph(format!(
                "its input '{}' is declared as {:?} and was asked to be {shape:?}",
                port.name, port.shape
            )));
        }
        let tensor = lowering.tensor(shape.clone());
        lowering.ops.inputs.push(Port { name: port.name.clone(), tensor });
        lowering.values[port.value] = Some(Value::Tensor(tensor));
    }
    if input_shapes.len() != graph.inputs.len() {
        return Err(Error::Graph(format!(
            "it has {} inputs and {} shapes were given",
            graph.inputs.len(),
            input_shapes.len()
        )));
    }
    for node in &graph.nodes {
        if constant::fold(node, &mut lowering)? {
            continue;
        }
        match lower_of(&node.operator) {
            Some(lower) => lower(node, &mut lowering)?,
            None => {
                return Err(node.error("this operator is run on shapes and constants only, not on a picture"));
            }
        }
        if lowering.ops.list.len() > MAX_OPERATIONS {
            return Err(Error::Graph(format!("it takes more than {MAX_OPERATIONS} operations to run")));
        }
    }
    for &id in &graph.outputs {
        let tensor = match &lowering.values[id] {
            Some(Value::Tensor(tensor)) => *tensor,
            Some(value) => {
                let constant =
                    value.constant().ok_or_else(|| Error::Graph("an output has no value".into()))?;
                lowering.constant_tensor(&constant)?
            }
            None => return Err(Error::Graph(format!("its output '{}' has no value", graph.values[id]))),
        };
        lowering.ops.outputs.push(Port { name: graph.values[id].clone(), tensor });
    }
    Ok(lowering.ops)
}

impl Lowering<'_> {
    /// A new tensor of a shape.
    fn tensor(&mut self, shape: Vec<usize>) -> TensorId {
        self.ops.tensors.push(TensorInfo { shape, constant: None });
        self.ops.tensors.len() - 1
    }

    /// Counts constants that a run reads.
    ///
    /// # Errors
    /// [`Error::TooLarge`] where all of them together take more than the plan may.
    fn keep(&mut self, bytes: usize) -> Result<(), Error> {
        self.constants = self.constants.saturating_add(bytes as u64);
        if self.constants > self.limit {
            return Err(Error::TooLarge {
                needed: self.constants.div_ceil(1 << 20),
                limit: self.limit >> 20,
            });
        }
        Ok(())
    }

    /// A new tensor whose elements are known.
    fn constant_tensor(&mut self, constant: &Tensor) -> Result<TensorId, Error> {
        self.keep(constant.len() * 4)?;
        self.ops
            .tensors
            .push(TensorInfo { shape: constant.shape.clone(), constant: Some(constant.to_f32()) });
        Ok(self.ops.tensors.len() - 1)
    }

    fn shape(&self, id: TensorId) -> &[usize] {
        &self.ops.tensors[id].shape
    }

    fn push(&mut self, node: &Node, kind: Kind, inputs: Vec<TensorId>, output: TensorId) {
        self.ops.list.push(Operation { name: node.name.clone(), action: Action::Run(kind), inputs, output });
    }

    fn concat(&mut self, node: &Node, inputs: Vec<TensorId>, output: TensorId) {
        self.ops.list.push(Operation { name: node.name.clone(), action: Action::Concat, inputs, output });
    }

    fn value(&self, node: &Node, index: usize) -> Option<&Value> {
        node.inputs.get(index).copied().flatten().and_then(|id| self.values[id].as_ref())
    }

    /// Input `index`, as a tensor that a kernel can read.
    fn input(&mut self, node: &Node, index: usize) -> Result<TensorId, Error> {
        let value = self.value(node, index).ok_or_else(|| node.error(format!("input {index} is missing")))?;
        Ok(match (value, value.constant()) {
            (Value::Tensor(id), _) => *id,
            (_, Some(constant)) if constant.is_empty() => {
                return Err(node.error(format!("input {index} is empty")));
            }
            (_, Some(constant)) => self.constant_tensor(&constant)?,
            (_, None) => return Err(node.error(format!("input {index} is missing"))),
        })
    }

    /// Number of axes of input `index`.
    fn input_rank(&self, node: &Node, index: usize) -> Result<usize, Error> {
        match self.value(node, index) {
            Some(Value::Tensor(id)) => Ok(self.shape(*id).len()),
            Some(Value::Constant(tensor)) => Ok(tensor.shape.len()),
            Some(Value::Quantized(quantized)) => Ok(quantized.bytes.shape.len()),
            None => Err(node.error(format!("input {index} is missing"))),
        }
    }

    /// Input `index`, which must be an image.
    fn image(&mut self, node: &Node, index: usize) -> Result<(TensorId, [usize; 4]), Error> {
        let id = self.input(node, index)?;
        match *self.shape(id) {
            [n, c, h, w] => Ok((id, [n, c, h, w])),
            ref other => Err(node.error(format!("input {index} must be [N, C, H, W] and is {other:?}"))),
        }
    }

    /// Input `index`, which the file must give; `None` where it is left out.
    fn constant(&self, node: &Node, index: usize) -> Result<Option<Arc<Tensor>>, Error> {
        match self.value(node, index) {
            None => Ok(None),
            Some(value) => {
                self.read.set(self.read.get().saturating_add(value.known()));
                if self.read.get() > MAX_READ {
                    let reason = format!("with it, constants of more than {MAX_READ} elements are looked at");
                    return Err(node.error(reason));
                }
                value
                    .constant()
                    .map(Some)
                    .ok_or_else(|| node.error(format!("input {index} must be known before the network runs")))
            }
        }
    }

    /// Input `index` as whole numbers that the file must give; `None` where it is left out.
    fn constant_ints(&self, node: &Node, index: usize) -> Result<Option<Vec<i64>>, Error> {
        match self.constant(node, index)? {
            None => Ok(None),
            Some(tensor) => tensor
                .to_i64()
                .map(Some)
                .ok_or_else(|| node.error(format!("input {index} must be whole numbers"))),
        }
    }

    /// Binds output `index` to a value.
    fn bind(&mut self, node: &Node, index: usize, value: Value) {
        if let Some(&Some(id)) = node.outputs.get(index) {
            self.values[id] = Some(value);
        }
    }

    /// Output 0 as a new tensor of a shape, checked against the largest size supported.
    fn output(&mut self, node: &Node, shape: Vec<usize>) -> Result<TensorId, Error> {
        self.output_at(node, 0, shape)
    }

    fn output_at(&mut self, node: &Node, index: usize, shape: Vec<usize>) -> Result<TensorId, Error> {
        match elements(&shape) {
            None => Err(node.error(format!(
                "its result {shape:?} has more than {MAX_ELEMENTS} elements or {MAX_RANK} axes"
            ))),
            Some(0) => Err(node.error(format!("its result {shape:?} is empty"))),
            Some(_) => {
                let id = self.tensor(shape);
                self.bind(node, index, Value::Tensor(id));
                Ok(id)
            }
        }
    }

    /// A copy of all elements of `source`, in logical order, as a tensor of another shape.
    fn reshaped(&mut self, node: &Node, source: TensorId, shape: Vec<usize>) -> TensorId {
        if self.shape(source) == shape {
            return source;
        }
        // A plain tensor is dense, so its elements in order are one axis of unit steps.
        let target = self.tensor(shape);
        self.copy_in_order(node, source, target);
        target
    }

    /// Copies all elements in logical order between tensors of equal count. One of the two may be an image;
    /// between two images of different shape the copy goes through a plain tensor.
    fn copy_in_order(&mut self, node: &Node, source: TensorId, target: TensorId) {
        let (from, to) = (self.shape(source).to_vec(), self.shape(target).to_vec());
        if from.len() == 4 && to.len() == 4 && from != to {
            let between = self.tensor(vec![from.iter().product()]);
            self.copy_in_order(node, source, between);
            self.copy_in_order(node, between, target);
            return;
        }
        // The side with the richer layout gives the loops; the other is walked by its last axis.
        let axes = if from.len() == 4 { &from } else { &to };
        let mut loops = Vec::with_capacity(axes.len());
        for (axis, &size) in axes.iter().enumerate() {
            let steps = axes[axis + 1..].iter().product::<usize>() as isize;
            let rich = (axis, 1);
            let flat = |shape: &[usize]| (shape.len().saturating_sub(1), steps);
            let (source, target) = match (from.len(), to.len()) {
                (4, 4) => (rich, rich),
                (4, _) => (rich, flat(&to)),
                _ => (flat(&from), rich),
            };
            loops.push(Loop { size, source, target });
        }
        let copy = Copy { loops, source_start: vec![0; from.len()], target_start: vec![0; to.len()] };
        self.push(node, Kind::Copy(copy), vec![source], target);
    }
}

/// `axis` counted from the front, of a tensor of rank `rank`.
fn axis_of(node: &Node, axis: i64, rank: usize) -> Result<usize, Error> {
    let from_front = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(from_front)
        .ok()
        .filter(|&a| a < rank.max(1))
        .ok_or_else(|| node.error(format!("axis {axis} does not exist in a tensor of {rank} axes")))
}

/// A list of sizes that must not be negative.
fn sizes(node: &Node, what: &str, values: &[i64]) -> Result<Vec<usize>, Error> {
    values
        .iter()
        .map(|&v| usize::try_from(v).map_err(|_| node.error(format!("{what} has the negative entry {v}"))))
        .collect()
}
