//! Convolutions against the sums that define them, and a small network of IS-Net's shape: a strided first
//! convolution, deep layers of many channels and few pixels, and skips that lie in wait for the decoder.
#![allow(clippy::unwrap_used)]

use std::sync::Arc;

use super::Executor;
use crate::nn::Band;
use crate::nn::plan::{Action, Operation, Operations, Plan, Port, TensorId, TensorInfo, View};
use crate::nn::split;
use crate::nn::step::{Activation, BinaryOp, Conv, Kind, Pool, PoolMode, Residual, WeightValues, Weights};

/// Repeatable numbers (a linear congruence, Knuth's constants).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 33
    }

    fn floats(&mut self, count: usize) -> Vec<f32> {
        (0..count).map(|_| self.next() as f32 / (1u64 << 30) as f32 - 1.0).collect()
    }
}

/// A 3×3 convolution that keeps the size at stride 1, halves it at stride 2. Its results are about as large as
/// its inputs.
fn conv(inputs: usize, outputs: usize, stride: usize, dilation: usize, int8: bool) -> Conv {
    let mut numbers = Numbers((inputs * 1000 + outputs) as u64);
    let count = outputs * inputs * 9;
    let size = 1.0 / ((inputs * 9) as f32).sqrt();
    let values = if int8 {
        WeightValues::Int8 {
            bytes: Arc::new((0..count).map(|_| (numbers.next() % 255) as u8 as i8).collect()),
            scales: (0..outputs).map(|o| size * (1 + o % 5) as f32 / 256.0).collect(),
        }
    } else {
        WeightValues::F32(numbers.floats(count).iter().map(|w| w * size).collect())
    };
    Conv {
        weights: Arc::new(Weights { shape: [outputs, inputs, 3, 3], values }),
        bias: numbers.floats(outputs).into(),
        stride: [stride; 2],
        dilation: [dilation; 2],
        padding: [dilation; 4],
        groups: 1,
        activation: Activation::Relu,
        residual: None,
    }
}

/// What a convolution of one image gives by its definition, in double precision.
fn defined(conv: &Conv, input: &[f32], [height, width]: [usize; 2], residual: Option<&[f32]>) -> Vec<f32> {
    let [outputs, inputs, kh, kw] = conv.weights.shape;
    let [rows, columns] = [height, width].map(|size| size.div_ceil(conv.stride[0]));
    let weight = |index: usize, output: usize| match &conv.weights.values {
        WeightValues::Int8 { bytes, scales } => f64::from(bytes[index]) * f64::from(scales[output]),
        WeightValues::F32(values) => f64::from(values[index]),
    };
    let mut result = Vec::with_capacity(outputs * rows * columns);
    for output in 0..outputs {
        let weights: Vec<f64> =
            (0..inputs * kh * kw).map(|at| weight(output * inputs * kh * kw + at, output)).collect();
        for row in 0..rows {
            for column in 0..columns {
                let mut sum = f64::from(conv.bias[output]);
                for ky in 0..kh {
                    for kx in 0..kw {
                        let y = (row * conv.stride[0] + ky * conv.dilation[0]).wrapping_sub(conv.padding[0]);
                        let x =
                            (column * conv.stride[1] + kx * conv.dilation[1]).wrapping_sub(conv.padding[1]);
                        if y < height && x < width {
                            for channel in 0..inputs {
                                let value = input[(channel * height + y) * width + x];
                                sum += f64::from(value) * weights[(channel * kh + ky) * kw + kx];
                            }
                        }
                    }
                }
                let addend = residual.map_or(0.0, |residual| f64::from(residual[result.len()]));
                let before = if conv.residual == Some(Residual::BeforeActivation) { addend } else { 0.0 };
                let after = if conv.residual == Some(Residual::AfterActivation) { addend } else { 0.0 };
                result.push(((sum + before).max(0.0) + after) as f32);
            }
        }
    }
    result
}

fn assert_close(given: &[f32], expected: &[f32], what: &str) {
    assert_eq!(given.len(), expected.len(), "{what}");
    for (at, (a, b)) in given.iter().zip(expected).enumerate() {
        assert!((a - b).abs() <= 1e-4 * b.abs().max(1.0), "{what}: element {at} is {a}, not {b}");
    }
}

#[derive(Default)]
struct Net {
    operations: Operations,
}

impl Net {
    fn tensor(&mut self, shape: &[usize]) -> TensorId {
        self.operations.tensors.push(TensorInfo { shape: shape.to_vec(), constant: None });
        self.operations.tensors.len() - 1
    }

    fn add(&mut self, action: Action, inputs: &[TensorId], shape: &[usize]) -> TensorId {
        let output = self.tensor(shape);
        let name = format!("operation {output}");
        self.operations.list.push(Operation { name, action, inputs: inputs.to_vec(), output });
        output
    }

    fn shape(&self, id: TensorId) -> [usize; 4] {
        std::array::from_fn(|axis| self.operations.tensors[id].shape[axis])
    }

    fn conv(&mut self, x: TensorId, outputs: usize, stride: usize, dilation: usize) -> TensorId {
        let [n, inputs, h, w] = self.shape(x);
        let shape = [n, outputs, h.div_ceil(stride), w.div_ceil(stride)];
        self.add(Action::Run(Kind::Conv(conv(inputs, outputs, stride, dilation, true))), &[x], &shape)
    }

    fn halved(&mut self, x: TensorId) -> TensorId {
        let [n, c, h, w] = self.shape(x);
        let pool =
            Pool { mode: PoolMode::Max, kernel: [2; 2], stride: [2; 2], dilation: [1; 2], padding: [0; 4] };
        self.add(Action::Run(Kind::Pool(pool)), &[x], &[n, c, h / 2, w / 2])
    }

    fn doubled(&mut self, x: TensorId) -> TensorId {
        use crate::nn::step::{Resize, Tap};
        let [n, c, h, w] = self.shape(x);
        let taps = |size: usize| -> Arc<[Tap]> {
            let tap = |at: usize| Tap {
                low: (at / 2) as u32,
                high: (at / 2 + 1).min(size - 1) as u32,
                weight: [0.25, 0.75][at % 2],
            };
            (0..2 * size).map(tap).collect()
        };
        let resize = Resize { rows: taps(h), columns: taps(w) };
        self.add(Action::Run(Kind::Resize(resize)), &[x], &[n, c, 2 * h, 2 * w])
    }

    fn joined(&mut self, parts: &[TensorId]) -> TensorId {
        let [n, _, h, w] = self.shape(parts[0]);
        let channels = parts.iter().map(|&part| self.shape(part)[1]).sum();
        self.add(Action::Concat, parts, &[n, channels, h, w])
    }

    fn sum(&mut self, a: TensorId, b: TensorId) -> TensorId {
        let shape = self.shape(a);
        self.add(Action::Run(Kind::Binary(BinaryOp::Add)), &[a, b], &shape)
    }

    /// The operations from one input to one output, fused as those of a file are.
    fn finish(mut self, input: TensorId, output: TensorId) -> Operations {
        self.operations.inputs.push(Port { name: "input".into(), tensor: input });
        self.operations.outputs.push(Port { name: "output".into(), tensor: output });
        crate::nn::fuse::fuse(&mut self.operations);
        self.operations
    }
}

fn run(plan: Plan, inputs: &[&[f32]]) -> Vec<f32> {
    Executor::new(plan).run(inputs, &mut |_, _| true).unwrap().swap_remove(0)
}

/// Many weights and few pixels, so that weights are transformed strip by strip; channels that fill neither the
/// lanes of a vector nor a panel; more tiles than a block holds; dilated; and as floats.
#[test]
fn deep_convolutions_give_what_their_definition_gives() {
    for (inputs, outputs, size, dilation, int8) in [
        (256, 256, [9, 14], 1, true),
        (250, 133, [16, 16], 2, true),
        (600, 60, [40, 44], 1, true),
        (260, 130, [7, 3], 8, false),
    ] {
        let conv = conv(inputs, outputs, 1, dilation, int8);
        let shape = [1, inputs, size[0], size[1]];
        let mut net = Net::default();
        let x = net.tensor(&shape);
        let y = net.add(Action::Run(Kind::Conv(conv.clone())), &[x], &[1, outputs, size[0], size[1]]);
        let executor = Executor::new(Plan::new(net.finish(x, y), u64::MAX).unwrap());
        let what = format!("{inputs} → {outputs} channels of {size:?}, dilation {dilation}, int8 {int8}");
        let input = Numbers(3).floats(inputs * size[0] * size[1]);
        let given = executor.run(&[&input], &mut |_, _| true).unwrap();
        assert_close(&given[0], &defined(&conv, &input, size, None), &what);
        assert_eq!(given, executor.run(&[&input], &mut |_, _| true).unwrap(), "{what}: another run");
    }
}

/// All of its transformed weights would take 72 MiB.
#[test]
fn a_deep_convolution_takes_little_memory() {
    let mut net = Net::default();
    let x = net.tensor(&[1, 1024, 32, 32]);
    let y = net.conv(x, 512, 1, 1);
    let executor = Executor::new(Plan::new(net.finish(x, y), u64::MAX).unwrap());
    let scratch = executor.memory() - executor.plan().arena * 4;
    assert!(scratch < 24 << 20, "{scratch} bytes");
}

#[test]
fn a_strided_convolution_gives_what_its_definition_gives() {
    for (channels, size) in [(3, [32, 22]), (3, [1, 1]), (6, [5, 9])] {
        let conv = conv(channels, 20, 2, 1, true);
        let mut net = Net::default();
        let x = net.tensor(&[1, channels, size[0], size[1]]);
        let y = net.conv(x, 20, 2, 1);
        let plan = Plan::new(net.finish(x, y), u64::MAX).unwrap();
        let input = Numbers(4).floats(channels * size[0] * size[1]);
        assert_close(
            &run(plan, &[&input]),
            &defined(&conv, &input, size, None),
            &format!("{channels} {size:?}"),
        );
    }
}

/// relu(conv(x)) + x, where the sum is taken in the memory of x's copy.
#[test]
fn a_residual_behind_the_activation_is_added_in_place() {
    let mut net = Net::default();
    let x = net.tensor(&[1, 12, 10, 11]);
    let residual = net.conv(x, 20, 1, 1);
    let inner = net.conv(residual, 8, 1, 1);
    let outer = net.conv(inner, 20, 1, 1);
    let y = net.sum(outer, residual);
    let last = net.conv(y, 4, 1, 1);
    let plan = Plan::new(net.finish(x, last), u64::MAX).unwrap();
    assert_eq!(plan.steps.len(), 4, "the sum is a step of its own:\n{plan}");
    let in_place = |view: &View| plan.steps[2].output == *view;
    assert!(in_place(&plan.steps[2].inputs[1]), "{plan}");

    let size = [10, 11];
    let input = Numbers(5).floats(12 * 110);
    let residual = defined(&conv(12, 20, 1, 1, true), &input, size, None);
    let inner = defined(&conv(20, 8, 1, 1, true), &residual, size, None);
    let outer = Conv { residual: Some(Residual::AfterActivation), ..conv(8, 20, 1, 1, true) };
    let sum = defined(&outer, &inner, size, Some(&residual));
    assert_close(&run(plan, &[&input]), &defined(&conv(20, 4, 1, 1, true), &sum, size, None), "the sum");
}

/// Strided first convolution, residual blocks, halving down to many channels of few pixels, and a decoder that
/// joins what it doubled with what the encoder left.
fn isnet_shaped(side: usize) -> Operations {
    let mut net = Net::default();
    let input = net.tensor(&[1, 3, side, side]);
    let mut x = net.conv(input, 16, 2, 1);
    let mut skips = Vec::new();
    for channels in [16, 64, 192] {
        let outer = net.conv(x, channels, 1, 1);
        let inner = net.conv(outer, channels / 4, 1, 2);
        let deeper = net.conv(inner, channels / 4, 1, 4);
        let both = net.joined(&[deeper, inner]);
        let wide = net.conv(both, channels, 1, 1);
        let block = net.sum(wide, outer);
        skips.push(block);
        x = net.halved(block);
    }
    x = net.conv(x, 192, 1, 1);
    for (skip, channels) in skips.into_iter().rev().zip([64, 16, 16]) {
        let up = net.doubled(x);
        let both = net.joined(&[up, skip]);
        x = net.conv(both, channels, 1, 1);
    }
    let last = net.conv(x, 1, 1, 1);
    net.finish(input, last)
}

#[test]
fn splitting_concatenations_spares_memory_and_changes_no_result() {
    let operations = isnet_shaped(64);
    let input = Numbers(6).floats(3 * 64 * 64);
    let joined = Plan::new(operations.clone(), u64::MAX).unwrap();
    // As if this small network were too large for a device.
    let split = split::plan_where(operations.clone(), u64::MAX, Band::WHOLE, 0, 0).unwrap();
    assert!(split.arena < joined.arena, "{} floats, not fewer than {}", split.arena, joined.arena);
    for plan in [&joined, &split] {
        assert!(plan.live <= plan.arena);
    }
    let expected = run(joined.clone(), &[&input]);
    assert_close(&run(split.clone(), &[&input]), &expected, "split");
    assert!(expected.iter().any(|value| *value > 0.0));
    // What is small enough stays as it is.
    let kept = split::plan_where(operations, u64::MAX, Band::WHOLE, joined.arena, 0).unwrap();
    assert_eq!(kept.steps.len(), joined.steps.len());
}

#[test]
fn a_network_above_the_limit_is_refused_in_words() {
    let operations = isnet_shaped(64);
    let needed = split::plan_where(operations.clone(), u64::MAX, Band::WHOLE, 0, 0).unwrap().arena as u64 * 4;
    let error = split::plan_where(operations, needed - 1, Band::WHOLE, 0, 0).unwrap_err();
    assert!(matches!(error, crate::nn::Error::TooLarge { .. }), "{error}");
}
