//! IS-Net as its package carries it → the file that Vitrine runs.
//!
//! What changes on the way:
//! - only the first output stays, the mask; what leads to the others alone is dropped;
//! - the weights of each convolution become signed bytes with a scale an output channel, in front of a
//!   DequantizeLinear, so that any ONNX runtime runs the file; biases stay floats, of 32 bits and not 16;
//! - the casts between the two widths of floats go: every value has 32 bits;
//! - each resize says its size by itself; nodes stand after those that they read, and carry the names that the
//!   layers have in the authors' source.

use std::collections::{HashMap, HashSet};

use anyhow::{Context, Result, bail, ensure};
use prost::Message;

use super::onnx::{
    AttributeProto, DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto,
    StringStringEntryProto, TensorProto, TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto,
    data_type,
};
use super::weights;

/// Rows and columns of the picture and of the mask, px.
pub(super) const SIDE: i64 = 1024;

/// How a picture becomes the network's input: values of 0 to 1, less the mean, by the deviation. The authors of
/// the package subtract 128 from 8-bit values and divide by 256.
pub(super) const METADATA: [(&str, &str); 3] = [
    ("vitrine.input.range", "full"),
    ("vitrine.input.mean", "0.5019607843137255,0.5019607843137255,0.5019607843137255"),
    ("vitrine.input.deviation", "1.003921568627451,1.003921568627451,1.003921568627451"),
];

const OPSET: i64 = 17;
const IR_VERSION: i64 = 8;

/// Attribute types of ONNX.
const INT: i32 = 2;
const STRING: i32 = 3;
const INTS: i32 = 7;

/// The step of the weights, in root mean squares of their channel, by the first part of a layer's name.
///
/// Each stage was rounded alone, with a step of 0.4, and the masks' mean difference taken on four photos (of
/// scikit-image and scikit-learn: cat, motorcycle, rocket, flower). All came out alike, 0.001 to 0.002, though
/// the deep stages hold a hundred times the weights of the shallow ones. With errors that grow as the step and
/// add up as squares, the least error at a given size has steps as √(weights) by that difference: fine where
/// weights are few and see details, coarse where nearly all of the bytes are.
const STEPS: [(&str, f64); 13] = [
    ("conv_in", 0.08),
    ("stage1", 0.08),
    ("stage2", 0.12),
    ("stage3", 0.3),
    ("stage4", 0.6),
    ("stage5", 1.0),
    ("stage6", 0.5),
    ("stage5d", 0.9),
    ("stage4d", 0.6),
    ("stage3d", 0.32),
    ("stage2d", 0.16),
    ("stage1d", 0.12),
    ("side1", 0.08),
];

/// The network as the package carries it, with the few questions that the rewriting asks.
struct Source {
    nodes: Vec<NodeProto>,
    constants: HashMap<String, TensorProto>,
    /// The node that writes a value, by the value's name.
    producers: HashMap<String, usize>,
    input: String,
    /// The first output.
    output: String,
}

impl Source {
    fn read(bytes: &[u8]) -> Result<Self> {
        let graph = ModelProto::decode(bytes)?.graph.context("it holds no graph")?;
        let mut constants: HashMap<String, TensorProto> =
            graph.initializer.into_iter().map(|tensor| (tensor.name.clone(), tensor)).collect();
        let mut producers = HashMap::new();
        for (index, node) in graph.node.iter().enumerate() {
            for output in &node.output {
                producers.insert(output.clone(), index);
            }
            if let ("Constant", [attribute]) = (node.op_type.as_str(), &node.attribute[..]) {
                let tensor = attribute.t.clone().with_context(|| format!("{} holds no tensor", node.name))?;
                constants.insert(node.output[0].clone(), tensor);
            }
        }
        let first = |ports: Vec<ValueInfoProto>| ports.into_iter().next().map(|port| port.name);
        Ok(Self {
            nodes: graph.node,
            constants,
            producers,
            input: first(graph.input).context("it has no input")?,
            output: first(graph.output).context("it has no output")?,
        })
    }

    /// The node that writes `value`, unless that is an input or a constant.
    fn producer(&self, value: &str) -> Option<(usize, &NodeProto)> {
        let index = *self.producers.get(value)?;
        let node = &self.nodes[index];
        (node.op_type != "Constant").then_some((index, node))
    }

    /// The nodes that the first output needs, each after those that it reads.
    fn order(&self) -> Vec<&NodeProto> {
        enum Visit {
            Enter(usize),
            Leave(usize),
        }
        let mut seen = HashSet::new();
        let mut order = Vec::new();
        let mut waiting: Vec<Visit> =
            self.producer(&self.output).map(|(index, _)| Visit::Enter(index)).into_iter().collect();
        while let Some(visit) = waiting.pop() {
            match visit {
                Visit::Leave(index) => order.push(&self.nodes[index]),
                Visit::Enter(index) if seen.insert(index) => {
                    let node = &self.nodes[index];
                    waiting.push(Visit::Leave(index));
                    // The size of a resize is written anew, so what computes it is not followed.
                    let inputs = if node.op_type == "Resize" { &node.input[..1] } else { &node.input[..] };
                    let before = inputs.iter().rev().filter_map(|value| self.producer(value));
                    waiting.extend(before.map(|(index, _)| Visit::Enter(index)));
                }
                Visit::Enter(_) => {}
            }
        }
        order
    }

    fn constant(&self, name: &str) -> Result<&TensorProto> {
        self.constants.get(name).with_context(|| format!("'{name}' is not a constant of it"))
    }

    /// 16-bit floats as wider ones, which hold each of them exactly.
    fn floats(&self, name: &str) -> Result<Vec<f64>> {
        let tensor = self.constant(name)?;
        ensure!(tensor.data_type == data_type::FLOAT16, "'{name}' does not hold 16-bit floats");
        Ok(tensor.raw_data.as_chunks().0.iter().map(|b| wide(u16::from_le_bytes(*b))).collect())
    }

    /// Rows and columns that a resize asks for: the end of Concat(Slice(Shape(…)), constant).
    fn size(&self, resize: &NodeProto) -> Result<[i64; 2]> {
        let (_, concat) = self.producer(&resize.input[3]).context("a resize has no size")?;
        let tensor = self.constant(concat.input.last().context("a Concat reads nothing")?)?;
        match tensor.raw_data.as_chunks().0.iter().map(|b| i64::from_le_bytes(*b)).collect::<Vec<_>>()[..] {
            [height, width] if tensor.data_type == data_type::INT64 => Ok([height, width]),
            _ => bail!("the size of {} is not two whole numbers", resize.name),
        }
    }
}

/// The value of a 16-bit float.
fn wide(bits: u16) -> f64 {
    let sign = if bits >> 15 == 1 { -1.0 } else { 1.0 };
    let exponent = i32::from(bits >> 10 & 31);
    let fraction = f64::from(bits & 1023);
    sign * match exponent {
        0 => fraction * 2f64.powi(-24),
        31 => f64::NAN,
        _ => (1024.0 + fraction) * 2f64.powi(exponent - 25),
    }
}

/// The rewritten graph, as it grows.
#[derive(Default)]
struct Target {
    nodes: Vec<NodeProto>,
    initializers: Vec<TensorProto>,
    counters: HashMap<&'static str, usize>,
    /// Channels of each value.
    channels: HashMap<String, i64>,
}

impl Target {
    fn node(&mut self, operator: &str, inputs: &[&str], output: &str, attributes: Vec<AttributeProto>) {
        self.nodes.push(NodeProto {
            input: inputs.iter().map(|&name| name.to_owned()).collect(),
            output: vec![output.to_owned()],
            name: output.to_owned(),
            op_type: operator.to_owned(),
            attribute: attributes,
            domain: String::new(),
        });
    }

    fn tensor(&mut self, name: String, dims: Vec<i64>, data_type: i32, raw_data: Vec<u8>) {
        self.initializers.push(TensorProto { dims, data_type, name, raw_data, ..TensorProto::default() });
    }

    fn numbered(&mut self, word: &'static str) -> String {
        let count = self.counters.entry(word).or_default();
        *count += 1;
        format!("{word}{count}")
    }

    fn channels(&self, value: &str) -> Result<i64> {
        self.channels.get(value).copied().with_context(|| format!("'{value}' is read before it is written"))
    }

    /// A convolution with its weights as bytes.
    fn convolution(&mut self, source: &Source, node: &NodeProto, input: &str) -> Result<String> {
        let name = layer(&node.name)?;
        let [_, weight, bias] = &node.input[..] else { bail!("{} has no bias", node.name) };
        let dims = source.constant(weight)?.dims.clone();
        ensure!(
            dims.len() == 4 && dims[1] == self.channels(input)?,
            "{} has weights {dims:?}, which do not fit its input",
            node.name
        );
        let bytes = weights::quantize(
            &source.floats(weight)?,
            dims[0] as usize,
            (dims[2] * dims[3]) as usize,
            step(&name)?,
        );
        let bias = source.floats(bias)?;
        self.channels.insert(name.clone(), dims[0]);
        let [stored, scales, expanded, offsets] =
            ["bytes", "scales", "weight", "bias"].map(|part| format!("{name}.{part}"));
        self.tensor(
            stored.clone(),
            dims.clone(),
            data_type::INT8,
            bytes.integers.iter().map(|&i| i as u8).collect(),
        );
        self.tensor(scales.clone(), vec![dims[0]], data_type::FLOAT, little_endian(&bytes.scales));
        let bias: Vec<f32> = bias.iter().map(|&b| b as f32).collect();
        self.tensor(offsets.clone(), vec![dims[0]], data_type::FLOAT, little_endian(&bias));
        self.node("DequantizeLinear", &[&stored, &scales], &expanded, vec![int("axis", 0)]);
        let kept = ["dilations", "kernel_shape", "pads", "strides"];
        let attributes = node.attribute.iter().filter(|a| kept.contains(&a.name.as_str())).cloned().collect();
        self.node("Conv", &[input, &expanded, &offsets], &name, attributes);
        Ok(name)
    }

    fn resize(&mut self, source: &Source, node: &NodeProto, input: &str) -> Result<String> {
        let texts = [("mode", "linear"), ("coordinate_transformation_mode", "half_pixel")];
        for (name, value) in texts {
            ensure!(
                node.attribute.iter().any(|a| a.name == name && a.s == value.as_bytes()),
                "{} is not the bilinear resize that was expected",
                node.name
            );
        }
        let [height, width] = source.size(node)?;
        let output = self.numbered("resize");
        let sizes = format!("{output}.sizes");
        let channels = self.channels(input)?;
        let values = [1, channels, height, width].iter().flat_map(|size| size.to_le_bytes()).collect();
        self.tensor(sizes.clone(), vec![4], data_type::INT64, values);
        let attributes = texts.map(|(name, value)| text(name, value)).to_vec();
        self.node("Resize", &[input, "", "", &sizes], &output, attributes);
        self.channels.insert(output.clone(), channels);
        Ok(output)
    }
}

/// The step of a layer's weights, from [`STEPS`].
fn step(layer: &str) -> Result<f64> {
    let stage = layer.split('.').next().unwrap_or_default();
    let row = STEPS.iter().find(|(name, _)| *name == stage);
    row.map(|&(_, step)| step).with_context(|| format!("the layer {layer} has no step"))
}

/// `stage1.rebnconv1` from `/stage1/rebnconv1/conv_s1/Conv`: the module's name in the authors' source.
fn layer(name: &str) -> Result<String> {
    let path = name.strip_prefix('/').and_then(|rest| rest.strip_suffix("/Conv"));
    let path = path.with_context(|| format!("the convolution {name} is not named by its module"))?;
    Ok(path.strip_suffix("/conv_s1").unwrap_or(path).replace('/', "."))
}

fn little_endian(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_le_bytes()).collect()
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.to_owned(), i, r#type: INT, ..AttributeProto::default() }
}

fn text(name: &str, value: &str) -> AttributeProto {
    AttributeProto {
        name: name.to_owned(),
        s: value.as_bytes().to_vec(),
        r#type: STRING,
        ..AttributeProto::default()
    }
}

fn ints(name: &str, values: &[i64]) -> AttributeProto {
    AttributeProto { name: name.to_owned(), ints: values.to_vec(), r#type: INTS, ..AttributeProto::default() }
}

/// A picture of 32-bit floats `[1, channels, SIDE, SIDE]`.
fn port(name: &str, channels: i64) -> ValueInfoProto {
    let dim = [1, channels, SIDE, SIDE]
        .map(|dim_value| DimensionProto { dim_value, dim_param: String::new() })
        .to_vec();
    let tensor_type = TensorTypeProto { elem_type: data_type::FLOAT, shape: Some(TensorShapeProto { dim }) };
    ValueInfoProto { name: name.to_owned(), r#type: Some(TypeProto { tensor_type: Some(tensor_type) }) }
}

/// The file that Vitrine runs, from the 16-bit ONNX file of the package.
pub(super) fn convert(bytes: &[u8]) -> Result<Vec<u8>> {
    let source = Source::read(bytes).context("the network of the package could not be read")?;
    let mut target = Target::default();
    // Names of the source's values in the target.
    let mut renamed = HashMap::from([(source.input.clone(), "image".to_owned())]);
    target.channels.insert("image".to_owned(), 3);
    for node in source.order() {
        let inputs: Vec<&str> =
            node.input.iter().map(|name| renamed.get(name).map_or(name.as_str(), String::as_str)).collect();
        let output = match node.op_type.as_str() {
            "Cast" => inputs[0].to_owned(),
            "Conv" => target.convolution(&source, node, inputs[0])?,
            "Resize" => target.resize(&source, node, inputs[0])?,
            "Relu" => {
                let output = format!("{}.relu", inputs[0]);
                target.node("Relu", &inputs, &output, Vec::new());
                target.channels.insert(output.clone(), target.channels(inputs[0])?);
                output
            }
            "MaxPool" => {
                let output = target.numbered("pool");
                // The sides are powers of two, so that the source's rounding up changes nothing.
                let attributes = vec![ints("kernel_shape", &[2, 2]), ints("strides", &[2, 2])];
                for wanted in &attributes {
                    ensure!(
                        node.attribute.iter().any(|a| a.name == wanted.name && a.ints == wanted.ints),
                        "{} is not the 2×2 pooling that was expected",
                        node.name
                    );
                }
                target.node("MaxPool", &inputs, &output, attributes);
                target.channels.insert(output.clone(), target.channels(inputs[0])?);
                output
            }
            "Add" => {
                let output = target.numbered("add");
                target.node("Add", &inputs, &output, Vec::new());
                target.channels.insert(output.clone(), target.channels(inputs[0])?);
                output
            }
            "Concat" => {
                let output = target.numbered("concat");
                target.node("Concat", &inputs, &output, vec![int("axis", 1)]);
                let channels = inputs.iter().map(|value| target.channels(value)).sum::<Result<i64>>()?;
                target.channels.insert(output.clone(), channels);
                output
            }
            "Sigmoid" => {
                target.node("Sigmoid", &inputs, "mask", Vec::new());
                target.channels.insert("mask".to_owned(), target.channels(inputs[0])?);
                "mask".to_owned()
            }
            other => {
                bail!("the network of the package holds {other}, which it did not when this was written")
            }
        };
        renamed.insert(node.output[0].clone(), output);
    }
    ensure!(
        renamed.get(&source.output).is_some_and(|name| name == "mask") && target.channels("mask")? == 1,
        "the network of the package does not end in a mask"
    );
    let graph = GraphProto {
        node: target.nodes,
        name: "isnet".to_owned(),
        initializer: target.initializers,
        input: vec![port("image", 3)],
        output: vec![port("mask", 1)],
    };
    let model = ModelProto {
        ir_version: IR_VERSION,
        producer_name: "vitrine".to_owned(),
        graph: Some(graph),
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: OPSET }],
        metadata_props: METADATA
            .map(|(key, value)| StringStringEntryProto { key: key.to_owned(), value: value.to_owned() })
            .to_vec(),
    };
    Ok(model.encode_to_vec())
}
