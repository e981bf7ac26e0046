//! Networks that somebody made to break `nn`: absurd shapes, circles, tensors that are not what they say, and networks of
//! more nodes and links than any. Each is refused in words that name the node or tensor, soon and in little memory.
//!
//! What single operators refuse is in `operators/unsupported.cases`.

#![allow(clippy::unwrap_used)]

#[path = "support/counting.rs"]
mod counting;

use counting::with_peak;
use prost::Message;
use vitrine::nn::onnx::{
    AttributeProto, DimensionProto, GraphProto, ModelProto, NodeProto, OperatorSetIdProto, TensorProto,
    TensorShapeProto, TensorTypeProto, TypeProto, ValueInfoProto, data_type,
};
use vitrine::nn::{Error, Graph, Plan};

/// What a plan may take.
const MEMORY: u64 = 256 << 20;

/// What a refusal may take beside the file, in times of the file and in bytes.
const TIMES: usize = 16;
const BYTES: usize = 640 << 20;

fn model(node: Vec<NodeProto>, initializer: Vec<TensorProto>, input: &[i64]) -> ModelProto {
    let dim =
        input.iter().map(|&dim_value| DimensionProto { dim_value, ..DimensionProto::default() }).collect();
    let shape = Some(TensorShapeProto { dim });
    let tensor_type = Some(TensorTypeProto { elem_type: data_type::FLOAT, shape });
    let port = |name: &str| ValueInfoProto {
        name: name.into(),
        r#type: Some(TypeProto { tensor_type: tensor_type.clone() }),
    };
    ModelProto {
        ir_version: 8,
        opset_import: vec![OperatorSetIdProto { domain: String::new(), version: 17 }],
        graph: Some(GraphProto {
            node,
            initializer,
            input: vec![port("in")],
            output: vec![port("out")],
            ..GraphProto::default()
        }),
        ..ModelProto::default()
    }
}

fn node(operator: &str, inputs: &[&str], outputs: &[&str]) -> NodeProto {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    NodeProto {
        name: outputs.first().map_or_else(String::new, |output| format!("makes {output}")),
        op_type: operator.into(),
        input: owned(inputs),
        output: owned(outputs),
        ..NodeProto::default()
    }
}

fn with(mut node: NodeProto, name: &str, values: &[i64]) -> NodeProto {
    node.attribute.push(AttributeProto {
        name: name.into(),
        r#type: 7,
        ints: values.to_vec(),
        ..AttributeProto::default()
    });
    node
}

fn with_one(mut node: NodeProto, name: &str, i: i64) -> NodeProto {
    node.attribute.push(AttributeProto { name: name.into(), r#type: 2, i, ..AttributeProto::default() });
    node
}

fn floats(name: &str, dims: &[i64], values: usize) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: dims.to_vec(),
        data_type: data_type::FLOAT,
        raw_data: vec![0; values * 4],
        ..TensorProto::default()
    }
}

fn numbers(name: &str, values: &[i64]) -> TensorProto {
    TensorProto {
        name: name.into(),
        dims: vec![values.len() as i64],
        data_type: data_type::INT64,
        int64_data: values.to_vec(),
        ..TensorProto::default()
    }
}

/// What the engine says of a file, at the sizes that its input declares.
fn said(name: &str, model: &ModelProto) -> Result<Plan, Error> {
    let file = model.encode_to_vec();
    let (result, peak) = with_peak(|| {
        let graph = Graph::from_onnx(&file)?;
        let shapes: Vec<Vec<usize>> = graph
            .inputs
            .iter()
            .map(|port| port.shape.iter().map(|size| size.unwrap_or(1)).collect())
            .collect();
        Plan::of(&graph, &shapes, MEMORY)
    });
    assert!(peak <= file.len() * TIMES + BYTES, "{name} took {} MB for {} KB", peak >> 20, file.len() >> 10);
    result
}

/// A chain of nodes from `in` to `out`.
fn chain(operator: &str, length: usize) -> Vec<NodeProto> {
    let name = |at: usize| match at {
        0 => "in".to_owned(),
        at if at == length => "out".to_owned(),
        at => format!("v{at}"),
    };
    (0..length).map(|at| node(operator, &[&name(at)], &[&name(at + 1)])).collect()
}

#[test]
fn what_no_network_is_is_refused_by_name() {
    let relu = || vec![node("Relu", &["in"], &["out"])];
    let conv =
        |attribute: &dyn Fn(NodeProto) -> NodeProto| vec![attribute(node("Conv", &["in", "w"], &["out"]))];
    let weights = || vec![floats("w", &[4, 4, 3, 3], 144)];
    let image = [1, 4, 8, 8];
    let claims = |dims: &[i64]| vec![floats("w", dims, 2)];
    let constant_of = |shape: &[i64]| {
        model(vec![node("ConstantOfShape", &["s"], &["out"])], vec![numbers("s", shape)], &image)
    };
    let outside = TensorProto { data_location: 1, ..floats("w", &[2], 0) };
    let unknown = TensorProto { data_type: 99, ..floats("w", &[2], 2) };
    let rows: Vec<(&str, ModelProto, &str)> = vec![
        ("an input of 2⁶² elements", model(relu(), vec![], &[1 << 31, 1 << 31]), "'in' is declared"),
        ("an input of i64::MAX", model(relu(), vec![], &[i64::MAX, i64::MAX, 2]), "'in' is declared"),
        ("an input of a thousand axes", model(relu(), vec![], &[1; 1000]), "'in' is declared"),
        ("an input above the memory", model(relu(), vec![], &[1, 1, 1 << 15, 1 << 14]), "MiB are allowed"),
        ("a tensor of a negative size", model(relu(), claims(&[-2]), &image), "'w': it has a negative size"),
        (
            "a tensor of 2⁶⁴ elements",
            model(relu(), claims(&[1 << 32, 1 << 32]), &image),
            "'w': it declares more elements",
        ),
        (
            "a tensor of a million axes",
            model(relu(), claims(&vec![1; 1_000_000]), &image),
            "'w': it declares more elements or axes",
        ),
        (
            "a tensor that holds less",
            model(relu(), claims(&[1 << 28]), &image),
            "asks for 268435456 elements and it holds 2",
        ),
        (
            "a tensor in another file",
            model(relu(), vec![outside], &image),
            "'w': its data lies in another file",
        ),
        ("a tensor of an unknown type", model(relu(), vec![unknown], &image), "'w': its element type 99"),
        (
            "a node that reads itself",
            model(vec![node("Add", &["in", "out"], &["out"])], vec![], &image),
            "cycle",
        ),
        (
            "two nodes that wait for one another",
            model(vec![node("Add", &["in", "b"], &["out"]), node("Relu", &["out"], &["b"])], vec![], &image),
            "cycle",
        ),
        (
            "an input that nobody gives",
            model(vec![node("Relu", &["ghost"], &["out"])], vec![], &image),
            "'ghost' is given by nobody",
        ),
        (
            "an output that nobody writes",
            model(vec![node("Relu", &["in"], &["other"])], vec![], &image),
            "'out' is written by nobody",
        ),
        (
            "a value written twice",
            model([relu(), relu()].concat(), vec![], &image),
            "'out', which is written already",
        ),
        (
            "100,000 nodes",
            model(chain("Relu", 100_000), vec![], &image),
            "it has 100000 nodes, more than 10000",
        ),
        (
            "a node of a million inputs",
            model(vec![node("Concat", &vec!["in"; 1_000_000], &["out"])], vec![], &image),
            "makes out' (Concat): it reads and writes 1000001 values",
        ),
        (
            "nodes that make too many operations",
            model(pads(5_000), vec![numbers("p", &[0, 0, 1, 1, 0, 0, 1, 1])], &[1, 3, 1, 1]),
            "operations",
        ),
        ("a stride of 0", model(conv(&|n| with(n, "strides", &[0, 1])), weights(), &image), "'strides'"),
        (
            "a dilation past everything",
            model(conv(&|n| with(n, "dilations", &[i64::MAX; 2])), weights(), &image),
            "'dilations'",
        ),
        (
            "pads past everything",
            model(conv(&|n| with(n, "pads", &[i64::MAX; 4])), weights(), &image),
            "'pads'",
        ),
        ("a negative group", model(conv(&|n| with_one(n, "group", -4)), weights(), &image), "group is -4"),
        (
            "a group past everything",
            model(conv(&|n| with_one(n, "group", i64::MAX)), weights(), &image),
            "do not fit",
        ),
        (
            "a result of 2³⁰ elements",
            model(
                vec![node("Resize", &["in", "", "", "s"], &["out"])],
                vec![numbers("s", &[1, 4, 65_536, 65_536])],
                &image,
            ),
            "more than 536870912 elements",
        ),
        (
            "a side past everything",
            model(
                vec![node("Resize", &["in", "", "", "s"], &["out"])],
                vec![numbers("s", &[1, 4, i64::MAX, 1])],
                &image,
            ),
            "longer than 65536",
        ),
        (
            "an output padding past everything",
            model(
                vec![with(node("ConvTranspose", &["in", "w"], &["out"]), "output_padding", &[i64::MAX; 2])],
                weights(),
                &image,
            ),
            "output_padding",
        ),
        (
            "weights of no rows",
            model(
                vec![node("ConvTranspose", &["in", "w"], &["out"])],
                vec![floats("w", &[4, 4, 0, 3], 0)],
                &image,
            ),
            "do not fit",
        ),
        ("a constant of 2⁶⁰ elements", constant_of(&[1 << 30, 1 << 30]), "is too large"),
        ("a constant of 2²⁸ elements", constant_of(&[1 << 28]), "is too large"),
        (
            "many large constants",
            model(constants(1000), vec![numbers("s", &[1 << 24])], &image),
            "constants of more than 67108864",
        ),
        (
            "a gathering that grows",
            model(
                vec![node("ConstantOfShape", &["s"], &["w"]), node("Gather", &["w", "i"], &["out"])],
                vec![numbers("s", &[2, 1 << 20]), numbers("i", &[0; 10_000])],
                &image,
            ),
            "is too large",
        ),
        (
            "a product past everything",
            model(vec![node("ReduceProd", &["s"], &["out"])], vec![numbers("s", &[i64::MAX, 2])], &image),
            "overflow",
        ),
        (
            "an empty picture",
            model(
                vec![node("Conv", &["e", "w"], &["out"])],
                vec![floats("e", &[1, 4, 0, 8], 0), weights().remove(0)],
                &image,
            ),
            "input 0 is empty",
        ),
        (
            "a large constant read a thousand times",
            model(sums(1000), vec![floats("w", &[1, 4, 2048, 2048], 4 << 22)], &[1, 4, 2048, 2048]),
            "MiB are allowed",
        ),
        (
            "a reshape to a million axes",
            model(vec![node("Reshape", &["in", "s"], &["out"])], vec![numbers("s", &[1; 100_000])], &image),
            "cannot become",
        ),
        (
            "an unsqueezing to a million axes",
            model(
                vec![node("Unsqueeze", &["in", "s"], &["out"])],
                vec![numbers("s", &(0..1_000_000).collect::<Vec<_>>())],
                &image,
            ),
            "more than 16",
        ),
    ];
    for (name, model, words) in rows {
        let message = said(name, &model).err().unwrap_or_else(|| panic!("{name} was planned")).to_string();
        assert!(message.contains(words), "{name}: {}", message.chars().take(400).collect::<String>());
    }
}

/// Constant borders are two operations for a node, edges five.
fn pads(count: usize) -> Vec<NodeProto> {
    let mut nodes = chain("Pad", count);
    for node in &mut nodes {
        node.input.push("p".into());
        node.attribute.push(AttributeProto {
            name: "mode".into(),
            r#type: 3,
            s: b"edge".to_vec(),
            ..AttributeProto::default()
        });
    }
    nodes
}

fn constants(count: usize) -> Vec<NodeProto> {
    let mut nodes: Vec<NodeProto> =
        (0..count).map(|at| node("ConstantOfShape", &["s"], &[&format!("c{at}")])).collect();
    nodes.push(node("Relu", &["in"], &["out"]));
    nodes
}

fn sums(count: usize) -> Vec<NodeProto> {
    let mut nodes = chain("Add", count);
    nodes.iter_mut().for_each(|node| node.input.push("w".into()));
    nodes
}

/// The most nodes that are allowed are planned: the limits keep what grows with their square in bounds.
#[test]
fn as_many_nodes_as_are_allowed_are_planned() {
    let plan = said("10,000 nodes", &model(chain("Sigmoid", 10_000), vec![], &[1, 1, 2, 2])).unwrap();
    assert_eq!(plan.steps.len(), 10_000);
    assert_eq!(plan.arena, 2 * 64, "one tensor is read while the next is written");
}

#[test]
fn a_file_cut_anywhere_is_refused_or_has_lost_nothing_that_counts() {
    let file = model(chain("Relu", 3), vec![floats("w", &[2, 2], 4)], &[1, 1, 2, 2]).encode_to_vec();
    for length in 0..file.len() {
        if let Err(error) = Graph::from_onnx(&file[..length]) {
            assert!(!error.to_string().is_empty());
        }
    }
    assert!(matches!(Graph::from_onnx(b"\x3a\xff\xff\xff\xff\x0f"), Err(Error::NotOnnx(_))));
    assert!(matches!(Graph::from_onnx(vec![0x3a; 1 << 20]), Err(Error::NotOnnx(_))));
}
