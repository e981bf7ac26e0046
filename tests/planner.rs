//! Random networks of the supported operators: planned as a whole, a network gives what its nodes give one by one, each
//! planned for itself with memory of its own; and its plan holds what every plan must.

#![allow(clippy::unwrap_used)]

#[path = "support/random.rs"]
mod random;
#[path = "support/walk.rs"]
mod walk;

use std::collections::BTreeMap;

use random::Random;
use vitrine::nn::onnx::{
    AttributeProto, DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto, data_type,
};
use vitrine::nn::{Error, Graph, Plan, cpu};
use walk::check_plan;

const NETWORKS: u64 = 400;
const MOST_NODES: usize = 24;
const MEMORY: u64 = 64 << 20;

/// Elements of a tensor beyond which no operator is added to it.
const MOST_ELEMENTS: usize = 4096;

/// What a value is in the reference: its shape and its elements.
#[derive(Clone)]
struct Known {
    shape: Vec<usize>,
    elements: Vec<f32>,
}

/// A network under way.
struct Network {
    random: Random,
    nodes: Vec<NodeProto>,
    constants: Vec<TensorProto>,
    inputs: Vec<String>,
    values: BTreeMap<String, Known>,
}

impl Network {
    fn new(seed: u64) -> Self {
        let mut network = Self {
            random: Random(seed),
            nodes: Vec::new(),
            constants: Vec::new(),
            inputs: Vec::new(),
            values: BTreeMap::new(),
        };
        for index in 0..=network.random.below(2) {
            let shape = vec![
                1,
                1 + network.random.below(9),
                1 + network.random.below(9),
                1 + network.random.below(9),
            ];
            let elements = (0..shape.iter().product()).map(|_| network.level()).collect();
            let name = format!("input {index}");
            network.inputs.push(name.clone());
            network.values.insert(name, Known { shape, elements });
        }
        network
    }

    /// A number of few bits, −2 to 2.
    fn level(&mut self) -> f32 {
        self.random.below(33) as f32 / 8.0 - 2.0
    }

    fn any_of(&mut self, wanted: impl Fn(&Known) -> bool) -> Option<String> {
        let names: Vec<&String> =
            self.values.iter().filter(|(_, known)| wanted(known)).map(|(name, _)| name).collect();
        (!names.is_empty()).then(|| names[self.random.below(names.len())].clone())
    }

    fn constant(&mut self, shape: &[usize]) -> String {
        let name = format!("constant {}", self.constants.len());
        let count: usize = shape.iter().product();
        let float_data = (0..count).map(|_| self.level() / 4.0).collect();
        self.constants.push(tensor(&name, shape, data_type::FLOAT, float_data, vec![]));
        name
    }

    fn whole_numbers(&mut self, values: &[i64]) -> String {
        let name = format!("constant {}", self.constants.len());
        self.constants.push(tensor(&name, &[values.len()], data_type::INT64, vec![], values.to_vec()));
        name
    }

    /// Adds a node of a random operator, where it fits what is there.
    fn grow(&mut self) {
        let Some(from) = self.any_of(|known| known.shape.len() == 4 && known.elements.len() <= MOST_ELEMENTS)
        else {
            return;
        };
        let [_, channels, height, width] = *self.values[&from].shape else { return };
        let [kernel, more] = [1 + 2 * self.random.below(2), 1 + self.random.below(9)];
        let stride = 1 + self.random.below(2) as i64;
        let one = vec![from.clone()];
        let (operator, inputs, attributes): (_, Vec<String>, Vec<AttributeProto>) = match self
            .random
            .below(24)
        {
            0 | 1 => {
                let (weights, bias) =
                    (self.constant(&[more, channels, kernel, kernel]), self.constant(&[more]));
                let pad = (kernel / 2) as i64;
                (
                    "Conv",
                    vec![from, weights, bias],
                    vec![ints("pads", &[pad; 4]), ints("strides", &[stride; 2])],
                )
            }
            2 => {
                let weights = self.constant(&[channels, 1, kernel, kernel]);
                let pad = (kernel / 2) as i64;
                ("Conv", vec![from, weights], vec![int("group", channels as i64), ints("pads", &[pad; 4])])
            }
            3 => {
                let weights = self.constant(&[channels, more, 2, 2]);
                ("ConvTranspose", vec![from, weights], vec![ints("strides", &[2, 2])])
            }
            4 => (["Relu", "Abs", "Neg", "Sigmoid", "HardSwish"][self.random.below(5)], one, vec![]),
            5 => ("LeakyRelu", one, vec![float("alpha", 0.25)]),
            6..=9 => {
                let shape = self.values[&from].shape.clone();
                let other = self.any_of(|known| known.shape == shape).unwrap();
                (["Add", "Sub", "Mul", "Max", "Min"][self.random.below(5)], vec![from, other], vec![])
            }
            10 => {
                let other = self.constant(&[channels, 1, 1]);
                (["Add", "Mul"][self.random.below(2)], vec![other, from], vec![])
            }
            11..=14 => {
                let shape = self.values[&from].shape.clone();
                let beside = move |known: &Known| {
                    known.shape.len() == 4 && known.shape[0] == shape[0] && known.shape[2..] == shape[2..]
                };
                let mut parts = one;
                for _ in 0..=self.random.below(3) {
                    parts.extend(self.any_of(&beside));
                }
                ("Concat", parts, vec![int("axis", 1)])
            }
            15 => {
                let operator = ["MaxPool", "AveragePool"][self.random.below(2)];
                let ceil = self.random.below(2) as i64;
                (
                    operator,
                    one,
                    vec![ints("kernel_shape", &[2, 2]), ints("strides", &[2, 2]), int("ceil_mode", ceil)],
                )
            }
            16 => {
                let sizes = self.whole_numbers(&[1, channels as i64, 2 * height as i64, 2 * width as i64]);
                let mode = text("mode", ["nearest", "linear"][self.random.below(2)]);
                ("Resize", vec![from, String::new(), String::new(), sizes], vec![mode])
            }
            17 => {
                let first = self.random.below(channels) as i64;
                let starts = self.whole_numbers(&[first]);
                let (ends, axes) = (self.whole_numbers(&[i64::MAX]), self.whole_numbers(&[1]));
                ("Slice", vec![from, starts, ends, axes], vec![])
            }
            18 => {
                let first = self.random.below(channels) as i64;
                let parts = self.whole_numbers(&[first, channels as i64 - first]);
                ("Split", vec![from, parts], vec![int("axis", 1)])
            }
            19 => {
                let around: Vec<i64> =
                    (0..8).map(|axis| if axis % 4 < 1 { 0 } else { self.random.below(3) as i64 }).collect();
                let pads = self.whole_numbers(&around);
                ("Pad", vec![from, pads], vec![text("mode", ["constant", "edge"][self.random.below(2)])])
            }
            20 => (
                "Transpose",
                one,
                vec![ints("perm", &[[0, 1, 3, 2], [0, 2, 3, 1], [0, 3, 1, 2]][self.random.below(3)])],
            ),
            21 => {
                let shape = [1, height as i64, -1, width as i64];
                let shape = self.whole_numbers(&shape);
                ("Reshape", vec![from, shape], vec![])
            }
            22 if channels.is_multiple_of(4) => ("DepthToSpace", one, vec![int("blocksize", 2)]),
            22 => ("GlobalAveragePool", one, vec![]),
            _ => {
                let [scale, bias, mean] = std::array::from_fn(|_| self.constant(&[channels]));
                let name = format!("constant {}", self.constants.len());
                self.constants.push(tensor(
                    &name,
                    &[channels],
                    data_type::FLOAT,
                    vec![4.0; channels],
                    vec![],
                ));
                ("BatchNormalization", vec![from, scale, bias, mean, name], vec![])
            }
        };
        let at = self.nodes.len();
        let results = if operator == "Split" { 2 } else { 1 };
        let node = NodeProto {
            name: format!("{operator} {at}"),
            op_type: operator.into(),
            input: inputs,
            output: (0..results).map(|result| format!("value {at}.{result}")).collect(),
            attribute: attributes,
            ..NodeProto::default()
        };
        // A node that does not fit is no part of the network.
        if let Ok(answers) = self.alone(&node) {
            self.values.extend(node.output.iter().cloned().zip(answers));
            self.nodes.push(node);
        }
    }

    /// What a node gives, planned and run for itself.
    fn alone(&self, node: &NodeProto) -> Result<Vec<Known>, Error> {
        let mut inputs: Vec<&String> =
            node.input.iter().filter(|name| self.values.contains_key(*name)).collect();
        inputs.sort_unstable();
        inputs.dedup();
        self.run(std::slice::from_ref(node), &inputs, &node.output).map(|(_, answers)| answers)
    }

    fn run(
        &self,
        nodes: &[NodeProto],
        inputs: &[&String],
        outputs: &[String],
    ) -> Result<(Plan, Vec<Known>), Error> {
        let port = |name: &String| ValueInfoProto {
            name: name.clone(),
            r#type: self.values.get(name).map(|known| typed(&known.shape)),
        };
        let model = ModelProto {
            ir_version: 8,
            opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 17 }],
            graph: Some(GraphProto {
                node: nodes.to_vec(),
                initializer: self.constants.clone(),
                input: inputs.iter().map(|name| port(name)).collect(),
                output: outputs.iter().map(port).collect(),
                ..GraphProto::default()
            }),
            ..ModelProto::default()
        };
        let fed: Vec<&Known> = inputs.iter().map(|name| &self.values[*name]).collect();
        let shapes: Vec<Vec<usize>> = fed.iter().map(|known| known.shape.clone()).collect();
        let plan = Plan::of(&Graph::from_proto(model)?, &shapes, MEMORY)?;
        let slices: Vec<&[f32]> = fed.iter().map(|known| &known.elements[..]).collect();
        let answers = cpu::Executor::new(plan.clone()).run(&slices, &mut |_, _| true)?;
        let shapes = plan.outputs.iter().map(|port| port.tensor.shape.clone());
        let answers = shapes.zip(answers).map(|(shape, elements)| Known { shape, elements }).collect();
        Ok((plan, answers))
    }
}

#[test]
fn a_plan_of_any_network_gives_what_its_nodes_give_one_by_one() {
    let mut operators = BTreeMap::new();
    for seed in 0..NETWORKS {
        let mut network = Network::new(seed);
        for _ in 0..1 + network.random.below(MOST_NODES) {
            network.grow();
        }
        // The last value and some others, which must be kept as long.
        let mut outputs: Vec<String> =
            network.nodes.iter().rev().take(1).flat_map(|node| node.output.clone()).collect();
        for _ in 0..network.random.below(3) {
            outputs.extend(network.any_of(|_| true).filter(|name| !name.starts_with("input")));
        }
        outputs.sort_unstable();
        outputs.dedup();
        if outputs.is_empty() {
            continue;
        }
        let inputs: Vec<&String> = network.inputs.iter().collect();
        let told = || {
            network.nodes.iter().map(|node| format!("{} {:?} → {:?}", node.op_type, node.input, node.output))
        };
        let shown = || told().collect::<Vec<_>>().join("\n");
        let (plan, answers) = network
            .run(&network.nodes, &inputs, &outputs)
            .unwrap_or_else(|error| panic!("network {seed}: {error}\n{}", shown()));
        check_plan(&plan);
        for (name, answer) in outputs.iter().zip(answers) {
            let expected = &network.values[name];
            assert_eq!(answer.shape, expected.shape, "network {seed}, {name}");
            let largest = expected.elements.iter().fold(1.0_f32, |largest, value| largest.max(value.abs()));
            for (found, expected) in answer.elements.iter().zip(&expected.elements) {
                let apart = (found - expected).abs() / largest;
                assert!(
                    apart <= 1e-4,
                    "network {seed}, {name}: {found} and not {expected}\n{}\n{plan}",
                    shown()
                );
            }
        }
        for node in &network.nodes {
            *operators.entry(node.op_type.clone()).or_insert(0) += 1;
        }
    }
    assert!(operators.len() >= 20 && operators.values().all(|&count| count >= 10), "{operators:?}");
}

fn tensor(name: &str, shape: &[usize], kind: i32, float_data: Vec<f32>, int64_data: Vec<i64>) -> TensorProto {
    let dims = shape.iter().map(|&size| size as i64).collect();
    TensorProto { name: name.into(), dims, data_type: kind, float_data, int64_data, ..TensorProto::default() }
}

fn typed(shape: &[usize]) -> TypeProto {
    let dim =
        shape.iter().map(|&size| DimensionProto { dim_value: size as i64, ..DimensionProto::default() });
    let shape = Some(TensorShapeProto { dim: dim.collect() });
    TypeProto { tensor_type: Some(TensorTypeProto { elem_type: data_type::FLOAT, shape }) }
}

fn int(name: &str, i: i64) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: 2, i, ..AttributeProto::default() }
}

fn float(name: &str, f: f32) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: 1, f, ..AttributeProto::default() }
}

fn text(name: &str, s: &str) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: 3, s: s.into(), ..AttributeProto::default() }
}

fn ints(name: &str, ints: &[i64]) -> AttributeProto {
    AttributeProto { name: name.into(), r#type: 7, ints: ints.to_vec(), ..AttributeProto::default() }
}
