//! Every operator against what ONNX Runtime answered, over many shapes.

#![allow(clippy::unwrap_used)]

#[path = "operators/cases.rs"]
mod cases;

use vitrine::nn::cpu::Executor;

/// Runs a family on the processor. All failures are listed, not only the first.
fn check(family: &str, tolerance: f32) {
    let failures: Vec<String> = cases::read(family)
        .iter()
        .filter_map(|case| {
            let plan = match case.plan() {
                Ok(plan) => plan,
                Err(error) => return Some(format!("{}: {error}", case.name)),
            };
            let inputs: Vec<Vec<f32>> = case.inputs().iter().map(vitrine::nn::Tensor::to_f32).collect();
            let slices: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
            let answers = Executor::new(plan).run(&slices, &mut |_, _| true).unwrap();
            case.compare(&answers, tolerance).err()
        })
        .collect();
    assert!(failures.is_empty(), "{} of {family} fail:\n{}", failures.len(), failures.join("\n"));
}

macro_rules! families {
    ($($family:ident: $tolerance:expr,)*) => {
        $(#[test]
        fn $family() {
            check(stringify!($family), $tolerance);
        })*
    };
}

// In parts of the largest value. Winograd's transforms round where a plain sum of the recorded numbers is exact.
families! {
    conv: 1e-5,
    conv_fused: 1e-5,
    conv_transpose: 1e-6,
    activation: 1e-6,
    pool: 1e-6,
    resize: 1e-6,
    binary: 1e-6,
    movement: 1e-5,
    softmax: 1e-6,
    matmul: 1e-6,
    quantize: 1e-6,
    shapes: 1e-6,
    networks: 1e-5,
    fast_network: 1e-4,
}

/// Models that must be refused, by loading or by planning, in words that name the node.
#[test]
fn unsupported() {
    let failures: Vec<String> = cases::read("unsupported")
        .iter()
        .filter_map(|case| match case.plan() {
            Ok(_) => Some(format!("{}: it was taken", case.name)),
            Err(error) => {
                let error = error.to_string();
                let named = case.name.starts_with("graph: ") || error.contains("'culprit'");
                (!named).then(|| format!("{}: the error does not name the node: {error}", case.name))
            }
        })
        .collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
