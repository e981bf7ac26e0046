//! A network as a graph: values and the nodes between them, checked and in an order that can be run.
//!
//! Knows ONNX's structure; knows nothing of what an operator does (see [`super::ops`]).

use std::collections::HashMap;
use std::sync::Arc;

use prost::Message;
use prost::bytes::Buf;

use super::error::Error;
use super::onnx::{AttributeProto, ModelProto, NodeProto};
use super::tensor::Tensor;

/// Most nodes a network may have; the largest supported one has under two thousand. Planning compares each with all
/// others.
const MAX_NODES: usize = 10_000;

/// Most values that one node may read and write.
const MAX_LINKS: usize = 1024;

/// The index of a value in [`Graph::values`].
pub type ValueId = usize;

/// An attribute of a node.
#[derive(Clone, Debug, PartialEq)]
pub enum Attribute {
    /// A whole number.
    Int(i64),
    /// A number.
    Float(f32),
    /// A text.
    Text(String),
    /// Whole numbers.
    Ints(Vec<i64>),
    /// Numbers.
    Floats(Vec<f32>),
    /// A tensor.
    Tensor(Tensor),
}

/// One operation.
#[derive(Clone, Debug)]
pub struct Node {
    /// The node's name, or its first output's where it has none.
    pub name: String,
    /// The operator's name.
    pub operator: String,
    /// What it reads; `None` for an optional input that is left out.
    pub inputs: Vec<Option<ValueId>>,
    /// What it writes; `None` for an optional output that nobody wants.
    pub outputs: Vec<Option<ValueId>>,
    attributes: HashMap<String, Attribute>,
}

/// An input of the network: its name and its declared sizes, `None` where the caller chooses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputPort {
    /// The name in the file.
    pub name: String,
    /// The value it feeds.
    pub value: ValueId,
    /// The declared sizes.
    pub shape: Vec<Option<usize>>,
}

/// A network as a graph.
#[derive(Clone, Debug)]
pub struct Graph {
    /// The values' names.
    pub values: Vec<String>,
    /// The operations, each after those whose results it reads.
    pub nodes: Vec<Node>,
    /// The values that the file gives.
    pub constants: HashMap<ValueId, Arc<Tensor>>,
    /// What the caller feeds.
    pub inputs: Vec<InputPort>,
    /// What the caller reads, in the file's order.
    pub outputs: Vec<ValueId>,
    /// The version of ONNX's operator set.
    pub opset: i64,
    /// What the file says of itself beside the network, by key (ONNX's `metadata_props`).
    pub metadata: HashMap<String, String>,
}

impl Node {
    /// An error of this node.
    pub fn error(&self, reason: impl Into<String>) -> Error {
        Error::Node { node: self.name.clone(), operator: self.operator.clone(), reason: reason.into() }
    }

    /// Whole number `name`, or `default` where the node does not have it.
    pub fn int(&self, name: &str, default: i64) -> Result<i64, Error> {
        match self.attributes.get(name) {
            None => Ok(default),
            Some(Attribute::Int(i)) => Ok(*i),
            Some(_) => Err(self.error(format!("attribute '{name}' is not a whole number"))),
        }
    }

    /// Number `name`, or `default` where the node does not have it.
    pub fn float(&self, name: &str, default: f32) -> Result<f32, Error> {
        match self.attributes.get(name) {
            None => Ok(default),
            Some(Attribute::Float(f)) => Ok(*f),
            Some(_) => Err(self.error(format!("attribute '{name}' is not a number"))),
        }
    }

    /// Text `name`, or `default` where the node does not have it.
    pub fn text<'a>(&'a self, name: &str, default: &'a str) -> Result<&'a str, Error> {
        match self.attributes.get(name) {
            None => Ok(default),
            Some(Attribute::Text(s)) => Ok(s),
            Some(_) => Err(self.error(format!("attribute '{name}' is not a text"))),
        }
    }

    /// Whole numbers `name`, or `None` where the node does not have it.
    pub fn ints(&self, name: &str) -> Result<Option<&[i64]>, Error> {
        match self.attributes.get(name) {
            None => Ok(None),
            Some(Attribute::Ints(v)) => Ok(Some(v)),
            Some(_) => Err(self.error(format!("attribute '{name}' is not a list of whole numbers"))),
        }
    }

    /// Any attribute.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.attributes.get(name)
    }
}

#[inline(never)]
fn attribute(proto: &AttributeProto) -> Result<Attribute, String> {
    // AttributeProto.AttributeType. Files before IR version 3 left it 0 and had one field set.
    Ok(match proto.r#type {
        1 => Attribute::Float(proto.f),
        2 => Attribute::Int(proto.i),
        3 => Attribute::Text(String::from_utf8_lossy(&proto.s).into_owned()),
        4 => Attribute::Tensor(Tensor::from_proto(proto.t.clone().ok_or("it holds no tensor")?)?),
        6 => Attribute::Floats(proto.floats.clone()),
        7 => Attribute::Ints(proto.ints.clone()),
        other => return Err(format!("its type {other} is not supported")),
    })
}

/// A node whose values have the ids that `id_of` gives to names.
#[inline(never)]
fn node<'a>(proto: &'a NodeProto, id_of: &mut dyn FnMut(&'a str) -> ValueId) -> Result<Node, Error> {
    let name = if proto.name.is_empty() {
        proto.output.first().cloned().unwrap_or_default()
    } else {
        proto.name.clone()
    };
    if !(proto.domain.is_empty() || proto.domain == "ai.onnx") {
        let operator = format!("{}.{}", proto.domain, proto.op_type);
        return Err(Error::Unsupported { node: name, operator });
    }
    if !super::ops::is_supported(&proto.op_type) {
        return Err(Error::Unsupported { node: name, operator: proto.op_type.clone() });
    }
    let mut attributes = HashMap::new();
    for a in &proto.attribute {
        let value = attribute(a).map_err(|why| Error::Node {
            node: name.clone(),
            operator: proto.op_type.clone(),
            reason: format!("attribute '{}': {why}", a.name),
        })?;
        attributes.insert(a.name.clone(), value);
    }
    let mut ids = |names: &'a [String]| {
        names.iter().map(|name| (!name.is_empty()).then(|| id_of(name))).collect::<Vec<_>>()
    };
    let (inputs, outputs) = (ids(&proto.input), ids(&proto.output));
    Ok(Node { name, operator: proto.op_type.clone(), inputs, outputs, attributes })
}

impl Graph {
    /// Reads an ONNX file.
    pub fn from_onnx(bytes: impl AsRef<[u8]>) -> Result<Self, Error> {
        Self::read(bytes.as_ref())
    }

    /// Reads an ONNX file that may come in pieces, each of which may be gone as soon as it has been read.
    #[inline(never)]
    pub fn read(file: impl Buf) -> Result<Self, Error> {
        Self::from_proto(ModelProto::decode(file).map_err(|e| Error::NotOnnx(e.to_string()))?)
    }

    /// Checks a decoded ONNX file and puts its nodes in order.
    #[inline(never)]
    pub fn from_proto(mut model: ModelProto) -> Result<Self, Error> {
        let mut graph = model.graph.take().ok_or_else(|| Error::NotOnnx("it holds no graph".into()))?;
        if graph.node.len() > MAX_NODES {
            return Err(Error::Graph(format!("it has {} nodes, more than {MAX_NODES}", graph.node.len())));
        }
        let links = |node: &NodeProto| node.input.len() + node.output.len();
        if let Some(node) = graph.node.iter().find(|node| links(node) > MAX_LINKS) {
            return Err(Error::Node {
                node: node.name.clone(),
                operator: node.op_type.clone(),
                reason: format!("it reads and writes {} values, more than {MAX_LINKS}", links(node)),
            });
        }
        let opset = model
            .opset_import
            .iter()
            .find(|set| set.domain.is_empty() || set.domain == "ai.onnx")
            .map_or(1, |set| set.version);

        // Most of the file: its tensors take the memory of what was read.
        let (names, tensors): (Vec<String>, Vec<Tensor>) = std::mem::take(&mut graph.initializer)
            .into_iter()
            .map(|mut proto| {
                let name = std::mem::take(&mut proto.name);
                match Tensor::from_proto(proto) {
                    Ok(tensor) => Ok((name, tensor)),
                    Err(why) => Err(Error::Graph(format!("the tensor '{name}': {why}"))),
                }
            })
            .collect::<Result<Vec<_>, Error>>()?
            .into_iter()
            .unzip();
        let initializers = names.iter().map(String::as_str).zip(tensors);

        let mut ids: HashMap<&str, ValueId> = HashMap::new();
        let mut values: Vec<String> = Vec::new();
        let mut id_of = |name| {
            *ids.entry(name).or_insert_with(|| {
                values.push(String::from(name));
                values.len() - 1
            })
        };

        let mut constants = HashMap::new();
        for (name, tensor) in initializers {
            constants.insert(id_of(name), Arc::new(tensor));
        }

        let mut inputs = Vec::new();
        for proto in &graph.input {
            let value = id_of(&proto.name);
            if constants.contains_key(&value) {
                continue; // files before IR version 4 list their initializers as inputs too
            }
            let shape = proto
                .r#type
                .as_ref()
                .and_then(|t| t.tensor_type.as_ref())
                .and_then(|t| t.shape.as_ref())
                .map(|s| s.dim.iter().map(|d| usize::try_from(d.dim_value).ok().filter(|&d| d > 0)).collect())
                .ok_or_else(|| Error::Graph(format!("the input '{}' has no shape", proto.name)))?;
            inputs.push(InputPort { name: proto.name.clone(), value, shape });
        }

        let mut nodes = Vec::with_capacity(graph.node.len());
        for proto in &graph.node {
            nodes.push(node(proto, &mut id_of)?);
        }

        if graph.output.is_empty() {
            return Err(Error::Graph("it has no output".into()));
        }
        let outputs = graph.output.iter().map(|o| id_of(&o.name)).collect();
        let metadata = model.metadata_props.iter().map(|e| (e.key.clone(), e.value.clone())).collect();
        let mut graph = Self { values, nodes, constants, inputs, outputs, opset, metadata };
        graph.sort()?;
        Ok(graph)
    }

    /// Orders the nodes so that each comes after those it reads from (Kahn's algorithm; the file's order
    /// decides between equals), and refuses cycles, values written twice and values nobody writes.
    #[inline(never)]
    fn sort(&mut self) -> Result<(), Error> {
        let mut ready = vec![false; self.values.len()];
        for &id in self.constants.keys() {
            ready[id] = true;
        }
        for input in &self.inputs {
            ready[input.value] = true;
        }
        let mut written = ready.clone();
        for node in &self.nodes {
            for &id in node.outputs.iter().flatten() {
                if std::mem::replace(&mut written[id], true) {
                    return Err(
                        node.error(format!("it writes '{}', which is written already", self.values[id]))
                    );
                }
            }
        }
        for node in &self.nodes {
            if let Some(&id) = node.inputs.iter().flatten().find(|&&id| !written[id]) {
                return Err(node.error(format!("its input '{}' is given by nobody", self.values[id])));
            }
        }
        if let Some(&id) = self.outputs.iter().find(|&&id| !written[id]) {
            return Err(Error::Graph(format!("its output '{}' is written by nobody", self.values[id])));
        }

        // Readers of each value, and how many unready inputs each node waits for.
        let mut readers: Vec<Vec<usize>> = vec![Vec::new(); self.values.len()];
        let mut waiting: Vec<usize> = vec![0; self.nodes.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            for &id in node.inputs.iter().flatten() {
                if !ready[id] {
                    readers[id].push(index);
                    waiting[index] += 1;
                }
            }
        }
        let mut queue: std::collections::BTreeSet<usize> =
            (0..self.nodes.len()).filter(|&i| waiting[i] == 0).collect();
        let mut order = Vec::with_capacity(self.nodes.len());
        while let Some(index) = queue.pop_first() {
            order.push(index);
            for &id in self.nodes[index].outputs.iter().flatten() {
                for &reader in &readers[id] {
                    waiting[reader] -= 1;
                    if waiting[reader] == 0 {
                        queue.insert(reader);
                    }
                }
            }
        }
        if let Some(stuck) = (0..self.nodes.len()).find(|&i| waiting[i] > 0) {
            return Err(self.nodes[stuck].error("it waits for its own result (the graph has a cycle)"));
        }
        let mut nodes: Vec<Option<Node>> = std::mem::take(&mut self.nodes).into_iter().map(Some).collect();
        self.nodes = order.into_iter().filter_map(|i| nodes[i].take()).collect();
        Ok(())
    }
}
