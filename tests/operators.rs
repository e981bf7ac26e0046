//! Every operator against what ONNX Runtime answered, over many shapes.

#![allow(clippy::unwrap_used)]

#[path = "operators/cases.rs"]
mod cases;

use vitrine::gpu::{Device, Preference};
use vitrine::nn::{Error, Plan, Tensor, cpu, gpu};

/// Runs a family. All failures are listed, not only the first.
fn check(family: &str, tolerance: f32, run: impl Fn(Plan, &[&[f32]]) -> Result<Vec<Vec<f32>>, Error>) {
    let failures: Vec<String> = cases::read(family)
        .iter()
        .filter_map(|case| {
            let inputs: Vec<Vec<f32>> = case.inputs().iter().map(Tensor::to_f32).collect();
            let slices: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
            match case.plan().and_then(|plan| run(plan, &slices)) {
                Ok(answers) => case.compare(&answers, tolerance).err(),
                Err(error) => Some(format!("{}: {error}", case.name)),
            }
        })
        .collect();
    assert!(failures.is_empty(), "{} of {family} fail:\n{}", failures.len(), failures.join("\n"));
}

fn on_cpu(plan: Plan, inputs: &[&[f32]]) -> Result<Vec<Vec<f32>>, Error> {
    cpu::Executor::new(plan).run(inputs, &mut |_, _| true)
}

macro_rules! families {
    ($($family:ident: $tolerance:expr,)*) => {
        $(#[test]
        fn $family() {
            check(stringify!($family), $tolerance, on_cpu);
        })*

        /// The same on the GPU, one after another: a software adapter uses all cores.
        #[test]
        fn on_the_gpu() {
            let device = match pollster::block_on(Device::request(Preference::Software)) {
                Ok(device) => device,
                Err(error) => {
                    assert!(std::env::var_os("VITRINE_REQUIRE_GPU").is_none(), "a GPU is required: {error}");
                    eprintln!("skipped: {error}");
                    return;
                }
            };
            // WGSL promises eˣ to 3 + 2·|x| units in the last place only: 177 of them at 87.
            $(check(stringify!($family), f32::max($tolerance, 3e-5), |plan, inputs| {
                pollster::block_on(gpu::Executor::new(&device, plan)?.run(inputs, &mut |_, _| true))
            });)*
        }
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
