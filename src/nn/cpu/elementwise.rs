//! Functions of one or two values, and softmax.

use crate::nn::plan::View;
use crate::nn::step::{Activation, BinaryOp, LANES};

/// The contiguous stretches of a tensor: how many, how long, how far apart, and how long with padding lanes.
#[derive(Clone, Copy)]
pub(super) struct Runs {
    pub(super) count: usize,
    pub(super) len: usize,
    pub(super) pitch: usize,
    pub(super) lanes: usize,
}

impl Runs {
    /// An image's pixels; a plain tensor as one stretch for each row of its last axis.
    pub(super) fn of(view: &View) -> Self {
        if view.is_image() {
            let [n, c, h, w] = view.image();
            Self { count: n * h * w, len: c, pitch: view.pitch, lanes: c.next_multiple_of(LANES) }
        } else {
            let len = view.shape.last().copied().unwrap_or(1);
            Self { count: view.len().checked_div(len).unwrap_or(0), len, pitch: len, lanes: len }
        }
    }
}

/// Applies a function to a finished result, in place. `memory` starts where the view does.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn activate(activation: &Activation, view: &View, memory: &mut [f32]) {
    let runs = Runs::of(view);
    for index in 0..runs.count {
        apply(activation, &mut memory[index * runs.pitch..][..runs.len]);
    }
}

/// A function of one value, from one place to another.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn unary(activation: &Activation, from: &View, input: &[f32], to: &View, output: &mut [f32]) {
    let (source, target) = (Runs::of(from), Runs::of(to));
    for index in 0..target.count {
        let out = &mut output[index * target.pitch..][..target.lanes];
        let (values, padding) = out.split_at_mut(target.len);
        values.copy_from_slice(&input[index * source.pitch..][..source.len]);
        padding.fill(0.0);
        apply(activation, values);
    }
}

/// Applies a function to the values of one pixel or row.
#[inline]
fn apply(activation: &Activation, values: &mut [f32]) {
    #[inline(always)]
    fn each(values: &mut [f32], f: impl Fn(f32) -> f32) {
        values.iter_mut().for_each(|value| *value = f(*value));
    }
    let clamp = |x: f32, low: f32, high: f32| {
        if x < low {
            low
        } else if x > high {
            high
        } else {
            x
        }
    };
    match *activation {
        Activation::Identity => {}
        Activation::Relu => each(values, |x| if x > 0.0 { x } else { 0.0 }),
        Activation::Clip { low, high } => each(values, |x| clamp(x, low, high)),
        Activation::LeakyRelu { slope } => each(values, |x| if x >= 0.0 { x } else { slope * x }),
        Activation::PRelu { ref slopes } => {
            for (value, slope) in values.iter_mut().zip(slopes.iter()) {
                if *value < 0.0 {
                    *value *= slope;
                }
            }
        }
        Activation::HardSigmoid { alpha, beta } => each(values, |x| clamp(alpha * x + beta, 0.0, 1.0)),
        Activation::HardSwish => each(values, |x| x * clamp(x / 6.0 + 0.5, 0.0, 1.0)),
        Activation::Sigmoid => each(values, |x| 1.0 / (1.0 + (-x).exp())),
        Activation::Tanh => each(values, f32::tanh),
        Activation::Exp => each(values, f32::exp),
        Activation::Sqrt => each(values, f32::sqrt),
        Activation::Abs => each(values, f32::abs),
        Activation::Neg => each(values, |x| -x),
        Activation::Quantize { scale, zero, low, high } => {
            each(values, |x| clamp((x / scale).round_ties_even() + zero, low, high));
        }
        Activation::Dequantize { scale, zero } => each(values, |x| (x - zero) * scale),
    }
}

/// A function of two values; a size of 1 is repeated along the output's.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn binary(op: BinaryOp, views: [&View; 2], inputs: [&[f32]; 2], to: &View, output: &mut [f32]) {
    // The axes from the outermost in memory to the innermost.
    let rank = to.shape.len();
    let order: Vec<usize> = if to.is_image() { vec![0, 2, 3, 1] } else { (0..rank).collect() };
    let strides = |view: &View| -> Vec<usize> {
        order.iter().map(|&axis| if view.shape[axis] == 1 { 0 } else { view.stride(axis) }).collect()
    };
    let steps = [strides(views[0]), strides(views[1]), order.iter().map(|&axis| to.stride(axis)).collect()];
    let sizes: Vec<usize> = order.iter().map(|&axis| to.shape[axis]).collect();
    let (inner, outer) = sizes.split_last().map_or((1, &[][..]), |(&inner, outer)| (inner, outer));
    let step = |tensor: usize| steps[tensor].last().copied().unwrap_or(0);
    let lanes = if to.is_image() { inner.next_multiple_of(LANES) } else { inner };
    for index in 0..outer.iter().product() {
        let mut rest = index;
        let mut at = [0; 3];
        for (axis, &size) in outer.iter().enumerate().rev() {
            for (at, steps) in at.iter_mut().zip(&steps) {
                *at += rest % size * steps[axis];
            }
            rest /= size;
        }
        let out = &mut output[at[2]..at[2] + lanes];
        let (out, padding) = out.split_at_mut(inner);
        padding.fill(0.0);
        combine(op, &inputs[0][at[0]..], step(0), &inputs[1][at[1]..], step(1), out);
    }
}

/// One row of a binary operation: steps are 0 (one value for all) or 1.
fn combine(op: BinaryOp, a: &[f32], a_step: usize, b: &[f32], b_step: usize, out: &mut [f32]) {
    #[inline(always)]
    fn rows(
        a: &[f32],
        a_step: usize,
        b: &[f32],
        b_step: usize,
        out: &mut [f32],
        f: impl Fn(f32, f32) -> f32,
    ) {
        match (a_step, b_step) {
            (1, 1) => out.iter_mut().zip(a).zip(b).for_each(|((out, a), b)| *out = f(*a, *b)),
            (1, _) => out.iter_mut().zip(a).for_each(|(out, a)| *out = f(*a, b[0])),
            (_, 1) => out.iter_mut().zip(b).for_each(|(out, b)| *out = f(a[0], *b)),
            _ => out.fill(f(a[0], b[0])),
        }
    }
    match op {
        BinaryOp::Add => rows(a, a_step, b, b_step, out, |a, b| a + b),
        BinaryOp::Sub => rows(a, a_step, b, b_step, out, |a, b| a - b),
        BinaryOp::Mul => rows(a, a_step, b, b_step, out, |a, b| a * b),
        BinaryOp::Div => rows(a, a_step, b, b_step, out, |a, b| a / b),
        BinaryOp::Max => rows(a, a_step, b, b_step, out, f32::max),
        BinaryOp::Min => rows(a, a_step, b, b_step, out, f32::min),
        BinaryOp::Pow => rows(a, a_step, b, b_step, out, f32::powf),
    }
}

/// Exponentials along an axis, normalised to a sum of 1.
#[cfg_attr(target_arch = "wasm32", inline(never))]
pub(super) fn softmax(axis: usize, from: &View, input: &[f32], to: &View, output: &mut [f32]) {
    let others: Vec<usize> = (0..to.shape.len()).filter(|&other| other != axis).collect();
    let (size, source_step, target_step) = (to.shape[axis], from.stride(axis), to.stride(axis));
    for index in 0..others.iter().map(|&other| to.shape[other]).product() {
        let mut rest = index;
        let (mut source, mut target) = (0, 0);
        for &other in others.iter().rev() {
            let at = rest % to.shape[other];
            rest /= to.shape[other];
            source += at * from.stride(other);
            target += at * to.stride(other);
        }
        let value = |i: usize| input[source + i * source_step];
        let largest = (0..size).map(value).fold(f32::NEG_INFINITY, f32::max);
        let mut sum = 0.0;
        for i in 0..size {
            let power = (value(i) - largest).exp();
            output[target + i * target_step] = power;
            sum += power;
        }
        for i in 0..size {
            output[target + i * target_step] /= sum;
        }
    }
    if to.is_image() {
        let runs = Runs::of(to);
        for index in 0..runs.count {
            output[index * runs.pitch..][runs.len..runs.lanes].fill(0.0);
        }
    }
}
