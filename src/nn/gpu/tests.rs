//! Every kernel against its twin in the CPU executor, over many shapes; what happens when a device is lost or
//! too small. On the software adapter; without one the tests say that they are skipped.
#![allow(clippy::unwrap_used)]

use std::collections::HashSet;
use std::sync::Arc;

use super::kernel::{Kernel, usual};
use super::lower::{Target, Winograd, lower};
use super::{Executor, Kernels, Strategy};
use crate::gpu::{self, Device};
use crate::nn::plan::{Action, Operation, Operations, Plan, Port, TensorId, TensorInfo};
use crate::nn::step::{
    Activation, BinaryOp, Conv, Copy, Kind, Loop, Pool, PoolMode, Residual, Resize, Tap, WeightValues,
    Weights,
};
use crate::nn::{Error, Graph, MEMORY_LIMIT, cpu};

/// Repeatable numbers (a linear congruence, Knuth's constants), good enough to tell elements apart.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    /// −1 to 1.
    fn float(&mut self) -> f32 {
        self.next() as f32 / (1u64 << 30) as f32 - 1.0
    }

    fn floats(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.float()).collect()
    }
}

/// A network in the making.
#[derive(Default)]
struct Net {
    operations: Operations,
}

impl Net {
    fn tensor(&mut self, shape: &[usize]) -> TensorId {
        self.operations.tensors.push(TensorInfo { shape: shape.to_vec(), constant: None });
        self.operations.tensors.len() - 1
    }

    fn input(&mut self, shape: &[usize]) -> TensorId {
        let tensor = self.tensor(shape);
        let name = format!("input {tensor}");
        self.operations.inputs.push(Port { name, tensor });
        tensor
    }

    fn run(&mut self, kind: Kind, inputs: &[TensorId], shape: &[usize]) -> TensorId {
        let output = self.tensor(shape);
        self.run_into(kind, inputs, output);
        output
    }

    fn run_into(&mut self, kind: Kind, inputs: &[TensorId], output: TensorId) {
        let name = kind.label();
        let action = Action::Run(kind);
        self.operations.list.push(Operation { name, action, inputs: inputs.to_vec(), output });
    }

    fn concat(&mut self, inputs: &[TensorId], shape: &[usize]) -> TensorId {
        let output = self.tensor(shape);
        let inputs = inputs.to_vec();
        self.operations.list.push(Operation {
            name: "concat".into(),
            action: Action::Concat,
            inputs,
            output,
        });
        output
    }

    fn output(&mut self, tensor: TensorId) {
        let name = format!("output {tensor}");
        self.operations.outputs.push(Port { name, tensor });
    }

    fn plan(self) -> Plan {
        Plan::new(self.operations, MEMORY_LIMIT).unwrap()
    }
}

/// One operation between inputs of those shapes and an output.
fn single(kind: Kind, inputs: &[&[usize]], output: &[usize]) -> Plan {
    let mut net = Net::default();
    let inputs: Vec<TensorId> = inputs.iter().map(|shape| net.input(shape)).collect();
    let output = net.run(kind, &inputs, output);
    net.output(output);
    net.plan()
}

/// The same operation where its first input and its output are parts of concatenations, so that pixels lie
/// farther apart than they have channels.
fn single_in_concats(kind: Kind, inputs: &[&[usize]], output: &[usize]) -> Plan {
    let mut net = Net::default();
    let ids: Vec<TensorId> = inputs.iter().map(|shape| net.input(shape)).collect();
    let [n, c, h, w] = std::array::from_fn(|axis| inputs[0][axis]);
    let front = net.run(Kind::Fill(0.5), &[], &[n, 4, h, w]);
    let part = net.run(Kind::Unary(Activation::Identity), &[ids[0]], &[n, c, h, w]);
    let back = net.concat(&[front, part], &[n, c + 4, h, w]);
    let [on, oc, oh, ow] = std::array::from_fn(|axis| output[axis]);
    let before = net.run(Kind::Fill(-0.5), &[], &[on, 8, oh, ow]);
    let mut reads = ids.clone();
    reads[0] = part;
    let own = net.run(kind, &reads, output);
    let whole = net.concat(&[before, own], &[on, oc + 8, oh, ow]);
    net.output(whole);
    net.output(back);
    net.plan()
}

/// A convolution that takes its sum where its residual lies, and the sum of two parts of one concatenation.
fn summed_in_place(kind: Kind, input: &[usize], output: &[usize]) -> Plan {
    let mut net = Net::default();
    let fed = net.input(input);
    let added = net.input(output);
    let residual = net.run(Kind::Unary(Activation::Abs), &[added], output);
    let sum = net.run(kind, &[fed, residual], output);
    let [n, c, h, w] = std::array::from_fn(|axis| output[axis]);
    let padded = [n, c.next_multiple_of(4), h, w];
    let parts = [0.25, -0.75].map(|value| net.run(Kind::Fill(value), &[], &padded));
    let whole = net.concat(&parts, &[n, 2 * padded[1], h, w]);
    let two = net.run(Kind::Binary(BinaryOp::Sub), &parts, &padded);
    for end in [sum, whole, two] {
        let end_shape = net.operations.tensors[end].shape.clone();
        let end = net.run(Kind::Unary(Activation::Neg), &[end], &end_shape);
        net.output(end);
    }
    let plan = net.plan();
    assert!(plan.steps.iter().any(|step| step.inputs.get(1) == Some(&step.output)), "not in place");
    plan
}

/// Every way to run a convolution.
fn targets(device: &Device) -> impl Iterator<Item = Target> {
    let (subgroups, half) = (device.subgroup_size() >= 8, device.has_half_precision());
    let [never, always] = [Winograd::From(usize::MAX), Winograd::From(0)];
    [
        Target { strategy: Strategy::Registers, winograd: never, subgroups: false, half: false },
        Target { strategy: Strategy::Registers, winograd: always, subgroups: false, half: false },
        Target { strategy: Strategy::Registers, winograd: always, subgroups: true, half: false },
        Target { strategy: Strategy::Tiled, winograd: never, subgroups: false, half: false },
        Target { strategy: Strategy::Tiled, winograd: never, subgroups: false, half: true },
        Target { strategy: Strategy::Tiled, winograd: always, subgroups: false, half: false },
    ]
    .into_iter()
    .filter(move |target| (subgroups || !target.subgroups) && (half || !target.half))
}

/// What the device would be given.
fn target(strategy: Strategy) -> Target {
    Target { strategy, winograd: Winograd::WhereFaster, subgroups: false, half: false }
}

fn gpu_results(device: &Device, plan: &Plan, target: Target, inputs: &[Vec<f32>]) -> Vec<Vec<f32>> {
    let executor = Executor::with_kernels(&Kernels::of(device, target), plan.clone()).unwrap();
    let slices: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
    pollster::block_on(executor.run(&slices, &mut |_, _| true)).unwrap()
}

/// Compares the executors on one plan. `what` names the case where they differ.
fn compare_with(device: &Device, plan: &Plan, target: Target, range: (f32, f32), what: &str) {
    let mut numbers = Numbers(plan.arena as u64);
    let inputs: Vec<Vec<f32>> = plan
        .inputs
        .iter()
        .map(|port| {
            let middle = f32::midpoint(range.0, range.1);
            let half = (range.1 - range.0) / 2.0;
            numbers.floats(port.tensor.len()).into_iter().map(|x| middle + half * x).collect()
        })
        .collect();
    let slices: Vec<&[f32]> = inputs.iter().map(Vec::as_slice).collect();
    let expected = cpu::Executor::new(plan.clone()).run(&slices, &mut |_, _| true).unwrap();
    let given = gpu_results(device, plan, target, &inputs);
    let tolerance = if target.half { 5e-3 } else { 2e-5 };
    for (port, (expected, given)) in plan.outputs.iter().zip(expected.iter().zip(&given)) {
        assert_eq!(expected.len(), given.len(), "{what}");
        for (index, (e, g)) in expected.iter().zip(given).enumerate() {
            let close = (e - g).abs() <= tolerance + tolerance * e.abs() || e == g;
            assert!(close, "{what} {target:?}: element {index} of {:?} is {g}, not {e}", port.tensor.shape);
        }
    }
}

fn compare(device: &Device, plan: &Plan, what: &str) {
    compare_with(device, plan, target(Strategy::Registers), (-2.0, 2.0), what);
}

struct ConvCase {
    /// `[N, C, H, W]`
    input: [usize; 4],
    outputs: usize,
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    padding: [usize; 4],
    groups: usize,
}

const CASE: ConvCase = ConvCase {
    input: [1, 16, 9, 21],
    outputs: 16,
    kernel: [3, 3],
    stride: [1, 1],
    dilation: [1, 1],
    padding: [1, 1, 1, 1],
    groups: 1,
};

impl ConvCase {
    fn output(&self, transposed: bool) -> [usize; 4] {
        let size = |axis: usize| {
            let reach = (self.kernel[axis] - 1) * self.dilation[axis] + 1;
            let padding = self.padding[axis] + self.padding[axis + 2];
            let cells = self.input[2 + axis];
            if transposed {
                (cells - 1) * self.stride[axis] + reach - padding
            } else {
                (cells + padding - reach) / self.stride[axis] + 1
            }
        };
        [self.input[0], self.outputs, size(0), size(1)]
    }

    fn conv(&self, transposed: bool, int8: bool, activation: Activation, residual: Option<Residual>) -> Conv {
        let mut numbers = Numbers(self.outputs as u64 * 31 + self.input[1] as u64);
        let [o, i] = [self.outputs, self.input[1]];
        let [kh, kw] = self.kernel;
        let shape = if transposed { [i, o / self.groups, kh, kw] } else { [o, i / self.groups, kh, kw] };
        let count = shape.iter().product();
        let small = 1.0 / (shape[1] * kh * kw) as f32;
        let values = if int8 {
            // A transposed convolution in groups has one scale for each channel of a group.
            let scales = if transposed { shape[1] } else { o };
            WeightValues::Int8 {
                bytes: Arc::new((0..count).map(|_| (numbers.next() % 255) as i8).collect()),
                scales: (0..scales).map(|_| (0.01 + 0.01 * numbers.float().abs()) * small.sqrt()).collect(),
            }
        } else {
            WeightValues::F32(numbers.floats(count).iter().map(|w| w * small.sqrt()).collect())
        };
        Conv {
            weights: Arc::new(Weights { shape, values }),
            bias: numbers.floats(o).into(),
            stride: self.stride,
            dilation: self.dilation,
            padding: self.padding,
            groups: self.groups,
            activation,
            residual,
        }
    }

    fn compare(&self, device: &Device, what: &str) {
        let output = self.output(false);
        let slopes: Arc<[f32]> = Numbers(5).floats(self.outputs).into();
        for target in targets(device) {
            let plan =
                single(Kind::Conv(self.conv(false, true, Activation::Relu, None)), &[&self.input], &output);
            let winograd = |kernel| matches!(kernel, Kernel::WinogradInputs);
            let way = lower(&plan, target).unwrap();
            if target.winograd == Winograd::From(0) && !way.dispatches.iter().any(|d| winograd(d.kernel)) {
                continue;
            }
            for (int8, activation, residual) in [
                (true, Activation::Relu, None),
                (false, Activation::Identity, Some(Residual::BeforeActivation)),
                (true, Activation::PRelu { slopes: slopes.clone() }, Some(Residual::BeforeActivation)),
                (true, Activation::Relu, Some(Residual::AfterActivation)),
            ] {
                let what = format!("{what} int8 {int8} residual {residual:?}");
                let kind = Kind::Conv(self.conv(false, int8, activation, residual));
                let inputs: &[&[usize]] =
                    if residual.is_some() { &[&self.input, &output] } else { &[&self.input] };
                let range = (-2.0, 2.0);
                compare_with(device, &single(kind.clone(), inputs, &output), target, range, &what);
                let plan = single_in_concats(kind.clone(), inputs, &output);
                compare_with(device, &plan, target, range, &format!("{what} in concatenations"));
                if residual.is_some() {
                    let plan = summed_in_place(kind, &self.input, &output);
                    compare_with(device, &plan, target, range, &format!("{what} in place"));
                }
            }
        }
    }
}

#[test]
fn convolution_agrees_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    let plain = [
        ("3×3", CASE),
        ("a wide row", ConvCase { input: [1, 4, 3, 67], ..CASE }),
        ("few and odd channels", ConvCase { input: [1, 3, 11, 13], outputs: 5, ..CASE }),
        ("one output", ConvCase { outputs: 1, ..CASE }),
        ("three groups of outputs", ConvCase { outputs: 12, ..CASE }),
        ("many outputs", ConvCase { input: [1, 20, 8, 9], outputs: 70, ..CASE }),
        ("two images", ConvCase { input: [2, 8, 5, 17], ..CASE }),
        ("one pixel", ConvCase { input: [1, 8, 1, 1], ..CASE }),
        ("three columns", ConvCase { input: [1, 8, 7, 3], ..CASE }),
        ("1×1", ConvCase { kernel: [1, 1], padding: [0; 4], ..CASE }),
        (
            "1×1 of few channels",
            ConvCase { input: [1, 6, 9, 10], outputs: 1, kernel: [1, 1], padding: [0; 4], ..CASE },
        ),
        ("5×5", ConvCase { kernel: [5, 5], padding: [2, 2, 2, 2], ..CASE }),
        ("1×7", ConvCase { kernel: [1, 7], padding: [0, 3, 0, 3], ..CASE }),
        ("7×3", ConvCase { kernel: [7, 3], padding: [3, 1, 3, 1], ..CASE }),
        ("stride 2", ConvCase { stride: [2, 2], input: [1, 8, 15, 30], ..CASE }),
        ("stride 2 by 1", ConvCase { stride: [2, 1], ..CASE }),
        ("stride 3 with gaps", ConvCase { stride: [3, 3], kernel: [2, 2], padding: [0; 4], ..CASE }),
        ("uneven padding", ConvCase { padding: [0, 0, 1, 1], stride: [2, 2], ..CASE }),
        ("more padding than picture", ConvCase { input: [1, 4, 2, 6], padding: [3, 3, 3, 3], ..CASE }),
        ("no padding", ConvCase { padding: [0; 4], ..CASE }),
        ("dilation 2", ConvCase { dilation: [2, 2], padding: [2; 4], input: [1, 8, 12, 33], ..CASE }),
        ("dilation 4", ConvCase { dilation: [4, 4], padding: [4; 4], input: [1, 8, 20, 64], ..CASE }),
        ("dilation 8 on few columns", ConvCase { dilation: [8, 8], padding: [8; 4], ..CASE }),
    ];
    for (what, case) in plain {
        case.compare(&device, what);
    }
}

#[test]
fn grouped_and_depthwise_convolution_agree_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    for (what, case) in [
        ("depthwise", ConvCase { groups: 16, ..CASE }),
        ("depthwise of odd channels", ConvCase { input: [2, 7, 6, 5], outputs: 7, groups: 7, ..CASE }),
        (
            "depthwise 5×5 stride 2",
            ConvCase { kernel: [5, 5], stride: [2, 2], padding: [1, 1, 2, 2], groups: 16, ..CASE },
        ),
        ("depthwise 1×1", ConvCase { kernel: [1, 1], padding: [0; 4], groups: 16, ..CASE }),
        ("two results a channel", ConvCase { outputs: 32, groups: 16, ..CASE }),
        ("groups of four", ConvCase { groups: 4, ..CASE }),
        ("groups of eight to four", ConvCase { groups: 2, outputs: 8, ..CASE }),
        ("groups of three", ConvCase { input: [1, 6, 7, 7], outputs: 10, groups: 2, ..CASE }),
    ] {
        case.compare(&device, what);
    }
}

#[test]
fn transposed_convolution_agrees_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    for (what, case) in [
        ("stride 1", CASE),
        ("2×2 stride 2", ConvCase { kernel: [2, 2], stride: [2, 2], padding: [0; 4], ..CASE }),
        ("3×3 stride 2", ConvCase { stride: [2, 2], ..CASE }),
        ("4×4 stride 2 to one", ConvCase { kernel: [4, 4], stride: [2, 2], outputs: 1, ..CASE }),
        (
            "stride 3 beyond the kernel",
            ConvCase { kernel: [2, 2], stride: [3, 3], padding: [0; 4], input: [2, 5, 4, 3], ..CASE },
        ),
        ("dilation 2", ConvCase { dilation: [2, 2], ..CASE }),
        ("groups", ConvCase { groups: 2, ..CASE }),
        ("groups of odd size", ConvCase { input: [1, 6, 5, 4], outputs: 4, groups: 2, ..CASE }),
    ] {
        let output = case.output(true);
        for int8 in [true, false] {
            let kind = Kind::ConvTranspose(case.conv(true, int8, Activation::Identity, None));
            compare(&device, &single(kind.clone(), &[&case.input], &output), what);
            compare(&device, &single_in_concats(kind, &[&case.input], &output), what);
        }
    }
}

#[test]
fn pooling_agrees_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    for mode in [PoolMode::Max, PoolMode::Average, PoolMode::AverageWithPadding] {
        for (input, kernel, stride, dilation, padding, size) in [
            ([1, 8, 10, 12], [2, 2], [2, 2], [1, 1], [0; 4], [5, 6]),
            ([1, 3, 9, 11], [2, 2], [2, 2], [1, 1], [0, 0, 1, 1], [5, 6]),
            ([2, 5, 8, 7], [3, 3], [2, 2], [1, 1], [1; 4], [4, 4]),
            ([1, 4, 9, 9], [3, 2], [1, 2], [2, 1], [2, 0, 2, 1], [9, 5]),
            ([1, 9, 7, 5], [7, 5], [1, 1], [1, 1], [0; 4], [1, 1]),
            ([1, 4, 1, 1], [1, 1], [1, 1], [1, 1], [0; 4], [1, 1]),
        ] {
            let kind = Kind::Pool(Pool { mode, kernel, stride, dilation, padding });
            let output = [input[0], input[1], size[0], size[1]];
            compare(&device, &single(kind.clone(), &[&input], &output), "pool");
            compare(&device, &single_in_concats(kind, &[&input], &output), "pool in concatenations");
        }
    }
}

#[test]
fn resizing_agrees_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    let taps = |from: usize, to: usize| -> Arc<[Tap]> {
        (0..to)
            .map(|i| {
                let at = ((i as f32 + 0.5) * from as f32 / to as f32 - 0.5).clamp(0.0, (from - 1) as f32);
                let low = at as usize;
                let high = (low + 1).min(from - 1);
                Tap { low: low as u32, high: high as u32, weight: at - low as f32 }
            })
            .collect()
    };
    for (input, size) in [
        ([1, 8, 5, 6], [10, 12]),
        ([1, 3, 7, 9], [4, 5]),
        ([2, 5, 1, 1], [6, 3]),
        ([1, 64, 10, 10], [31, 17]),
    ] {
        let kind = Kind::Resize(Resize { rows: taps(input[2], size[0]), columns: taps(input[3], size[1]) });
        let output = [input[0], input[1], size[0], size[1]];
        compare(&device, &single(kind.clone(), &[&input], &output), "resize");
        compare(&device, &single_in_concats(kind, &[&input], &output), "resize in concatenations");
    }
}

#[test]
fn functions_of_one_value_agree_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    let functions = |slopes: usize| {
        [
            (Activation::Identity, (-9.0, 9.0)),
            (Activation::Relu, (-9.0, 9.0)),
            (Activation::Clip { low: 0.0, high: 6.0 }, (-9.0, 9.0)),
            (Activation::LeakyRelu { slope: 0.1 }, (-9.0, 9.0)),
            (Activation::PRelu { slopes: Numbers(3).floats(slopes).into() }, (-9.0, 9.0)),
            (Activation::HardSigmoid { alpha: 0.2, beta: 0.5 }, (-9.0, 9.0)),
            (Activation::HardSwish, (-9.0, 9.0)),
            (Activation::Sigmoid, (-120.0, 120.0)),
            (Activation::Tanh, (-50.0, 50.0)),
            (Activation::Exp, (-9.0, 5.0)),
            (Activation::Sqrt, (0.0, 9.0)),
            (Activation::Abs, (-9.0, 9.0)),
            (Activation::Neg, (-9.0, 9.0)),
            (Activation::Quantize { scale: 0.05, zero: -3.0, low: -128.0, high: 127.0 }, (-9.0, 9.0)),
            (Activation::Dequantize { scale: 0.05, zero: -3.0 }, (-128.0, 127.0)),
        ]
    };
    for shape in [&[1, 8, 5, 7][..], &[2, 3, 4, 5], &[1, 1, 9, 1], &[3, 7], &[13], &[2, 3, 5]] {
        let slopes = if shape.len() == 4 { shape[1] } else { shape[shape.len() - 1] };
        for (function, range) in functions(slopes) {
            let kind = Kind::Unary(function);
            let what = kind.label();
            compare_with(
                &device,
                &single(kind.clone(), &[shape], shape),
                target(Strategy::Tiled),
                range,
                &what,
            );
            if shape.len() == 4 {
                let plan = single_in_concats(kind, &[shape], shape);
                compare_with(&device, &plan, target(Strategy::Tiled), range, &what);
            }
        }
    }
}

#[test]
fn functions_of_two_values_agree_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    let shapes: [(&[usize], &[usize], &[usize]); 11] = [
        (&[1, 8, 5, 7], &[1, 8, 5, 7], &[1, 8, 5, 7]),
        (&[2, 5, 3, 4], &[2, 5, 3, 4], &[2, 5, 3, 4]),
        (&[1, 6, 5, 7], &[1, 6, 1, 1], &[1, 6, 5, 7]),
        (&[1, 1, 5, 7], &[1, 6, 5, 7], &[1, 6, 5, 7]),
        (&[1, 6, 5, 7], &[1, 1, 1, 1], &[1, 6, 5, 7]),
        (&[2, 6, 1, 7], &[1, 6, 5, 1], &[2, 6, 5, 7]),
        (&[1, 1, 5, 7], &[1, 1, 5, 7], &[1, 1, 5, 7]),
        (&[7], &[7], &[7]),
        (&[3, 7], &[1, 7], &[3, 7]),
        (&[3, 1, 5], &[1, 4, 5], &[3, 4, 5]),
        (&[2, 3, 1, 5, 2], &[2, 1, 4, 1, 2], &[2, 3, 4, 5, 2]),
    ];
    for op in [
        BinaryOp::Add,
        BinaryOp::Sub,
        BinaryOp::Mul,
        BinaryOp::Div,
        BinaryOp::Max,
        BinaryOp::Min,
        BinaryOp::Pow,
    ] {
        for (a, b, output) in shapes {
            let what = format!("{op:?} of {a:?} and {b:?}");
            // Away from 0, where a quotient or a power has no value.
            let plan = single(Kind::Binary(op), &[a, b], output);
            compare_with(&device, &plan, target(Strategy::Tiled), (0.5, 2.0), &what);
            if output.len() == 4 {
                let plan = single_in_concats(Kind::Binary(op), &[a, b], output);
                compare_with(&device, &plan, target(Strategy::Tiled), (0.5, 2.0), &what);
            }
        }
    }
}

#[test]
fn whole_powers_of_negative_numbers_agree_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    for shape in [&[1, 4, 3, 5][..], &[60]] {
        for exponent in [2.0, 3.0, 0.0, -1.0] {
            let mut net = Net::default();
            let a = net.input(shape);
            let b = net.run(Kind::Fill(exponent), &[], shape);
            let power = net.run(Kind::Binary(BinaryOp::Pow), &[a, b], shape);
            net.output(power);
            compare_with(
                &device,
                &net.plan(),
                target(Strategy::Tiled),
                (-2.0, -0.5),
                &format!("power {exponent}"),
            );
        }
    }
}

#[test]
fn copies_agree_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    let in_order = |shape: [usize; 4]| -> Vec<Loop> {
        [(0, 0), (2, 2), (3, 3), (1, 1)]
            .map(|(a, b)| Loop { size: shape[a], source: (a, 1), target: (b, 1) })
            .to_vec()
    };
    for channels in [8, 5] {
        // Whole images, transposed pictures, a slice backwards, an image laid out flat.
        let shape = [2, channels, 6, 4];
        let copy = Copy { loops: in_order(shape), source_start: vec![0; 4], target_start: vec![0; 4] };
        compare(&device, &single(Kind::Copy(copy.clone()), &[&shape], &shape), "copy");
        compare(&device, &single_in_concats(Kind::Copy(copy), &[&shape], &shape), "copy");

        let turned = [2, channels, 4, 6];
        let mut loops = in_order(shape);
        loops[1].target = (3, 1);
        loops[2].target = (2, 1);
        let copy = Copy { loops, source_start: vec![0; 4], target_start: vec![0; 4] };
        compare(&device, &single(Kind::Copy(copy), &[&shape], &turned), "transpose");

        let slice = [1, channels, 3, 2];
        let mut loops = in_order(slice);
        loops[1].source = (2, -2);
        let copy = Copy { loops, source_start: vec![1, 0, 5, 1], target_start: vec![0; 4] };
        compare(&device, &single(Kind::Copy(copy), &[&shape], &slice), "slice backwards");

        let flat = [2, channels * 24];
        let loops = vec![
            Loop { size: 2, source: (0, 1), target: (0, 1) },
            Loop { size: channels, source: (1, 1), target: (1, 24) },
            Loop { size: 6, source: (2, 1), target: (1, 4) },
            Loop { size: 4, source: (3, 1), target: (1, 1) },
        ];
        let copy = Copy { loops, source_start: vec![0; 4], target_start: vec![0, 0] };
        compare(&device, &single(Kind::Copy(copy), &[&shape], &flat), "flatten");
    }
}

#[test]
fn concatenations_that_need_copies_agree_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    for parts in [&[3, 5][..], &[4, 4], &[1, 2, 3], &[8, 3]] {
        let mut net = Net::default();
        let ids: Vec<TensorId> = parts.iter().map(|&c| net.input(&[1, c, 3, 5])).collect();
        let channels = parts.iter().sum();
        let whole = net.concat(&ids, &[1, channels, 3, 5]);
        let conv = ConvCase { input: [1, channels, 3, 5], ..CASE };
        let result =
            net.run(Kind::Conv(conv.conv(false, true, Activation::Relu, None)), &[whole], &[1, 16, 3, 5]);
        net.output(result);
        compare(&device, &net.plan(), &format!("concatenation of {parts:?}"));
    }
}

#[test]
fn softmax_agrees_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    for shape in [&[1, 6, 3, 5][..], &[2, 8, 1, 4], &[7], &[3, 9], &[2, 3, 4], &[2, 3, 2, 5, 2]] {
        for axis in 0..shape.len() {
            let plan = single(Kind::Softmax { axis }, &[shape], shape);
            compare_with(
                &device,
                &plan,
                target(Strategy::Tiled),
                (-90.0, 90.0),
                &format!("softmax {shape:?} {axis}"),
            );
        }
    }
}

#[test]
fn matrix_products_agree_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    for ([b, m, k, n], shared) in [
        ([1, 1, 17, 9], false),
        ([1, 8, 16, 32], false),
        ([3, 5, 7, 11], false),
        ([3, 5, 7, 11], true),
        ([1, 33, 1, 2], false),
    ] {
        let right = [if shared { 1 } else { b }, k, n];
        compare(&device, &single(Kind::MatMul, &[&[b, m, k], &right], &[b, m, n]), "product");
    }
}

fn fast_at(size: usize) -> Plan {
    let graph = Graph::from_onnx(include_bytes!("../../../models/fast.onnx")).unwrap();
    Plan::of(&graph, &[vec![1, 3, size, size]], MEMORY_LIMIT).unwrap()
}

#[test]
fn the_whole_network_agrees_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    let plan = fast_at(96);
    for target in targets(&device) {
        let inputs = vec![Numbers(1).floats(3 * 96 * 96)];
        let expected = cpu::Executor::new(plan.clone()).run(&[&inputs[0]], &mut |_, _| true).unwrap();
        let given = gpu_results(&device, &plan, target, &inputs);
        for (e, g) in expected.iter().flatten().zip(given.iter().flatten()) {
            // A quarter of an 8-bit step.
            let most = if target.half { 0.02 } else { 0.001 };
            assert!((e - g).abs() < most, "{target:?}: {g} is not {e}");
        }
    }
}

/// A page makes the pipelines before it has the network.
#[test]
fn the_usual_kernels_are_those_of_the_fast_network() {
    let plan = fast_at(320);
    for target in [
        Target {
            strategy: Strategy::Registers,
            winograd: Winograd::WhereFaster,
            subgroups: true,
            half: false,
        },
        Target {
            strategy: Strategy::Registers,
            winograd: Winograd::WhereFaster,
            subgroups: false,
            half: false,
        },
        Target { strategy: Strategy::Tiled, winograd: Winograd::From(64), subgroups: false, half: false },
        Target {
            strategy: Strategy::Tiled,
            winograd: Winograd::From(usize::MAX),
            subgroups: false,
            half: true,
        },
    ] {
        let usual = usual(&target);
        let used = lower(&plan, target).unwrap().dispatches.into_iter().map(|dispatch| dispatch.kernel);
        let missing: HashSet<Kernel> = used.filter(|kernel| !usual.contains(kernel)).collect();
        assert!(missing.is_empty(), "{target:?}: {missing:?}");
    }
}

#[test]
fn kernels_are_made_one_by_one_and_shared() {
    let Some(device) = Device::for_tests() else { return };
    let kernels = Kernels::new(&device);
    let mut made = 0;
    while kernels.prepare_next() {
        made += 1;
    }
    assert_eq!(made, usual(&kernels.target).len());
    let input = Numbers(1).floats(3 * 64 * 64);
    let of_its_own = Executor::new(&device, fast_at(64)).unwrap();
    let sharing = Executor::with_kernels(&kernels, fast_at(64)).unwrap();
    let [a, b] = [of_its_own, sharing]
        .map(|executor| pollster::block_on(executor.run(&[&input], &mut |_, _| true)).unwrap());
    assert_eq!(a, b);
}

#[test]
fn memory_that_is_kept_serves_the_next_run() {
    let Some(device) = Device::for_tests() else { return };
    let executor = Executor::new(&device, fast_at(64)).unwrap();
    let inputs = [1, 2].map(|seed| Numbers(seed).floats(3 * 64 * 64));
    let tensors = executor.tensors().unwrap();
    for input in inputs.iter().chain(&inputs) {
        let kept = pollster::block_on(executor.run_in(&tensors, &[input], &mut |_, _| true)).unwrap();
        let fresh = pollster::block_on(executor.run(&[input], &mut |_, _| true)).unwrap();
        assert_eq!(kept, fresh);
    }
}

#[test]
fn steps_are_timed() {
    let Some(device) = Device::for_tests() else { return };
    let executor = Executor::new(&device, fast_at(64)).unwrap();
    let seconds = pollster::block_on(executor.measure()).unwrap();
    assert_eq!(seconds.len(), executor.plan().steps.len());
    assert!(seconds.iter().all(|&taken| (0.0..10.0).contains(&taken)) && seconds.iter().sum::<f64>() > 0.0);
}

#[test]
fn a_run_gives_the_same_bytes_each_time() {
    let Some(device) = Device::for_tests() else { return };
    let plan = fast_at(64);
    let inputs = vec![Numbers(1).floats(3 * 64 * 64)];
    let first = gpu_results(&device, &plan, target(Strategy::Registers), &inputs);
    assert_eq!(first, gpu_results(&device, &plan, target(Strategy::Registers), &inputs));
}

#[test]
fn recording_the_network_gives_what_running_it_gives() {
    let Some(device) = Device::for_tests() else { return };
    let executor = Executor::new(&device, fast_at(64)).unwrap();
    let input = Numbers(1).floats(3 * 64 * 64);
    let expected = pollster::block_on(executor.run(&[&input], &mut |_, _| true)).unwrap();
    let tensors = executor.tensors().unwrap();
    executor.upload(&tensors, &[&input]).unwrap();
    let mut encoder = device.raw().create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
    executor.encode(&tensors, &mut encoder);
    let view = &executor.plan().outputs[0].tensor;
    let range = view.range();
    let part =
        gpu::Readback { buffer: tensors.buffer(), range: range.start as u64 * 4..range.end as u64 * 4 };
    let bytes = pollster::block_on(device.read(encoder, &[part])).unwrap();
    assert_eq!(view.unpack(&bytemuck::pod_collect_to_vec(&bytes[0])), expected[0]);
}

#[test]
fn progress_counts_up_and_can_stop_the_run() {
    let Some(device) = Device::for_tests() else { return };
    let executor = Executor::new(&device, fast_at(64)).unwrap();
    let input = Numbers(1).floats(3 * 64 * 64);
    let mut seen = Vec::new();
    pollster::block_on(executor.run(&[&input], &mut |done, of| {
        seen.push((done, of));
        true
    }))
    .unwrap();
    let total = executor.plan().steps.len();
    assert_eq!(seen.first(), Some(&(0, total)));
    assert_eq!(seen.last(), Some(&(total, total)));
    assert!(seen.windows(2).all(|pair| pair[0].0 <= pair[1].0));
    assert!(seen.len() > 4, "{}", seen.len());

    let mut calls = 0;
    let stopped = pollster::block_on(executor.run(&[&input], &mut |_, _| {
        calls += 1;
        calls < 3
    }));
    assert_eq!(stopped, Err(Error::Cancelled));
    assert_eq!(calls, 3);
    // A cancelled run leaves the executor ready for the next.
    assert!(pollster::block_on(executor.run(&[&input], &mut |_, _| true)).is_ok());
}

#[test]
fn an_input_of_the_wrong_size_is_refused() {
    let Some(device) = Device::for_tests() else { return };
    let executor = Executor::new(&device, fast_at(64)).unwrap();
    let error = pollster::block_on(executor.run(&[&[0.0; 7]], &mut |_, _| true)).unwrap_err();
    assert!(matches!(error, Error::Input { given: 7, .. }), "{error}");
    let error = pollster::block_on(executor.run(&[], &mut |_, _| true)).unwrap_err();
    assert!(matches!(error, Error::Input { given: 0, .. }), "{error}");
}

#[test]
fn a_device_lost_during_the_run_gives_an_error() {
    let Some(device) = Device::for_tests() else { return };
    let executor = Executor::new(&device, fast_at(64)).unwrap();
    let input = Numbers(1).floats(3 * 64 * 64);
    let mut calls = 0;
    let outcome = pollster::block_on(executor.run(&[&input], &mut |_, _| {
        calls += 1;
        if calls == 3 {
            device.destroy();
        }
        true
    }));
    assert!(matches!(outcome, Err(Error::Device(gpu::Error::Lost(_)))), "{outcome:?}");
    let again = pollster::block_on(executor.run(&[&input], &mut |_, _| true));
    assert!(matches!(again, Err(Error::Device(gpu::Error::Lost(_)))), "{again:?}");
    assert!(Executor::new(&device, fast_at(64)).is_err());
}

#[test]
fn a_network_above_the_devices_limit_is_refused_in_words() {
    let Some(device) = Device::for_tests() else { return };
    let floats = device.binding_limit() as usize / 4;
    let side = 1 << (floats.ilog2() / 2);
    let plan = single(Kind::Unary(Activation::Relu), &[&[1, 4, side, side]], &[1, 4, side, side]);
    let error = Executor::new(&device, plan).unwrap_err();
    assert!(matches!(error, Error::Device(gpu::Error::TooLarge { .. })), "{error}");
    assert!(error.to_string().contains("use a smaller input"), "{error}");
}

/// The ranges of a step never overlap, start where a device can bind them, and are no larger than its tensors.
#[test]
fn areas_are_apart_and_aligned() {
    let kind = Kind::Conv(CASE.conv(false, true, Activation::Relu, Some(Residual::BeforeActivation)));
    let shape = CASE.input;
    let plans = [
        single_in_concats(kind.clone(), &[&shape, &shape], &shape),
        summed_in_place(kind, &shape, &shape),
        fast_at(64),
    ];
    for plan in plans {
        let program = lower(&plan, target(Strategy::Tiled)).unwrap();
        for areas in &program.areas {
            let all: Vec<_> =
                areas.source.iter().chain(&areas.other).chain([&areas.result]).cloned().collect();
            for (index, area) in all.iter().enumerate() {
                assert!(area.start % 64 == 0 && area.end <= program.arena && !area.is_empty(), "{areas:?}");
                for other in &all[..index] {
                    assert!(area.end <= other.start || other.end <= area.start, "{areas:?}");
                }
            }
        }
    }
}

/// How far masks of half precision are from those of the CPU: `VITRINE_MODEL` names an ONNX file with rows and columns
/// open or 320, `VITRINE_INPUTS` a folder of inputs, 32-bit floats, little endian.
#[test]
#[ignore = "takes minutes, and inputs that are not committed"]
#[allow(clippy::print_stderr)]
fn half_precision_keeps_the_masks() {
    let Some(device) = Device::for_tests().filter(Device::has_half_precision) else { return };
    let graph = Graph::from_onnx(std::fs::read(std::env::var("VITRINE_MODEL").unwrap()).unwrap()).unwrap();
    let shape = graph.inputs[0].shape.iter().zip([1, 3, 320, 320]).map(|(known, open)| known.unwrap_or(open));
    let plan = Plan::of(&graph, &[shape.collect()], MEMORY_LIMIT).unwrap();
    for file in std::fs::read_dir(std::env::var("VITRINE_INPUTS").unwrap()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let input: Vec<f32> = bytes.as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
        let expected =
            cpu::Executor::new(plan.clone()).run(&[&input], &mut |_, _| true).unwrap().swap_remove(0);
        let half = Target { half: true, ..target(Strategy::Tiled) };
        let given = gpu_results(&device, &plan, half, &[input]).swap_remove(0);
        let apart = expected.iter().zip(&given).map(|(e, g)| f64::from((e - g).abs()));
        let (mean, most) = (apart.clone().sum::<f64>() / expected.len() as f64, apart.fold(0.0, f64::max));
        eprintln!("{mean:.6} on average, {most:.4} at most");
        assert!(mean < 0.002, "{mean}");
    }
}

/// Compares the executors on a large model with a real input: `VITRINE_MODEL` names an ONNX file,
/// `VITRINE_INPUT` 32-bit floats, little endian. Minutes on a software adapter.
#[test]
#[ignore = "takes minutes, and a model that is not committed"]
fn a_given_model_agrees_with_the_cpu() {
    let Some(device) = Device::for_tests() else { return };
    let file = |name| std::fs::read(std::env::var(name).unwrap()).unwrap();
    let graph = Graph::from_onnx(file("VITRINE_MODEL")).unwrap();
    let shape: Vec<usize> = graph.inputs[0].shape.iter().map(|size| size.unwrap()).collect();
    let plan = Plan::of(&graph, &[shape], MEMORY_LIMIT).unwrap();
    let input: Vec<f32> =
        file("VITRINE_INPUT").as_chunks().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect();
    let expected = cpu::Executor::new(plan.clone()).run(&[&input], &mut |_, _| true).unwrap();
    let program = lower(&plan, target(Strategy::Tiled)).unwrap();
    let largest = program.areas.iter().map(super::lower::Areas::largest).max().unwrap();
    assert!(largest * 4 <= 128 << 20, "{largest} floats are more than every device binds");
    let given = gpu_results(&device, &plan, target(Strategy::Registers), &[input]);
    for (a, b) in given[0].iter().zip(&expected[0]) {
        assert!((a - b).abs() <= 1e-3, "{a} is not {b}");
    }
}
