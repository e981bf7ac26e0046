//! Runs a plan on the processor: the reference for the GPU, and the fallback where there is none.
//!
//! One thread. The plan's memory is taken at the start of a run and given back at its end; weights stay the bytes
//! that the file holds and are expanded into scratch memory step by step, those of deep layers strip by strip.

mod conv;
mod elementwise;
mod gemm;
mod matmul;
mod movement;
mod simd;
mod tail;
#[cfg(test)]
mod tests;
mod window;
mod winograd;

use std::ops::Range;

use super::error::Error;
use super::plan::{Plan, Step, View};
use super::step::Kind;
use conv::Prepared;
use simd::dispatch;
use tail::Addend;
use window::{Pooling, Resizing};

/// A plan made ready for the processor.
pub struct Executor {
    plan: Plan,
    /// One for each step; `None` where the step is no convolution.
    prepared: Vec<Option<Prepared>>,
    scratch: usize,
}

impl Executor {
    /// Chooses how to compute each step.
    pub fn new(mut plan: Plan) -> Self {
        let prepared: Vec<Option<Prepared>> = plan
            .steps
            .iter_mut()
            .map(|step| match &mut step.kind {
                Kind::Conv(conv) => Some(Prepared::new(conv, false, &step.inputs, &step.output)),
                Kind::ConvTranspose(conv) => Some(Prepared::new(conv, true, &step.inputs, &step.output)),
                _ => None,
            })
            .collect();
        let scratch = prepared.iter().flatten().map(Prepared::scratch).max().unwrap_or(0);
        Self { plan, prepared, scratch }
    }

    /// The plan that is run, without the weights that the executor holds in an order of its own.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Bytes of memory that a run takes besides its inputs and outputs.
    pub fn memory(&self) -> usize {
        (self.plan.arena + self.scratch) * 4
    }

    /// Runs the network: one slice for each input and one vector for each output, in the plan's order, elements
    /// in logical (row-major) order. `progress` is told after each step how many of how many are done; where it
    /// returns false the run stops with [`Error::Cancelled`].
    pub fn run(
        &self,
        inputs: &[&[f32]],
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Vec<Vec<f32>>, Error> {
        let plan = &self.plan;
        plan.check(inputs)?;
        let mut arena = vec![0.0f32; plan.arena];
        let mut scratch = vec![0.0f32; self.scratch];
        for (view, values) in &plan.constants {
            view.pack(values, &mut arena[view.range()]);
        }
        for (port, values) in plan.inputs.iter().zip(inputs) {
            port.tensor.pack(values, &mut arena[port.tensor.range()]);
        }
        for (index, (step, prepared)) in plan.steps.iter().zip(&self.prepared).enumerate() {
            run_step(step, prepared.as_ref(), &mut arena, &mut scratch);
            if !progress(index + 1, plan.steps.len()) {
                return Err(Error::Cancelled);
            }
        }
        Ok(plan.outputs.iter().map(|port| port.tensor.unpack(&arena[port.tensor.range()])).collect())
    }
}

/// The arena cut in two around the place that is written.
struct Around<'a> {
    before: &'a [f32],
    after: &'a [f32],
    hole: Range<usize>,
}

impl<'a> Around<'a> {
    /// The memory of an input from its view's start on. The plan never lets it meet the output's.
    fn input(&self, view: &View) -> &'a [f32] {
        let range = view.range();
        if range.start < self.hole.start {
            &self.before[range]
        } else {
            &self.after[range.start - self.hole.end..range.end - self.hole.end]
        }
    }
}

fn run_step(step: &Step, prepared: Option<&Prepared>, arena: &mut [f32], scratch: &mut [f32]) {
    let to = &step.output;
    if to.is_empty() {
        return;
    }
    let hole = to.range();
    let (before, rest) = arena.split_at_mut(hole.start);
    let (output, after) = rest.split_at_mut(hole.len());
    let around = Around { before, after, hole };
    let input = |index: usize| around.input(&step.inputs[index]);
    match &step.kind {
        Kind::Conv(conv) | Kind::ConvTranspose(conv) => {
            let prepared = prepared.expect("every convolution is prepared");
            let residual = match conv.residual {
                None => Addend::Nothing,
                Some(_) if step.inputs[1] == *to => Addend::InPlace,
                Some(_) => Addend::Image(input(1)),
            };
            prepared.run(conv, input(0), residual, to, output, scratch);
        }
        Kind::Pool(pool) => dispatch(Pooling { pool, from: &step.inputs[0], input: input(0), to, output }),
        Kind::Resize(resize) => {
            dispatch(Resizing { resize, from: &step.inputs[0], input: input(0), to, output });
        }
        Kind::Unary(activation) => {
            elementwise::unary(activation, &step.inputs[0], input(0), to, output);
        }
        Kind::Binary(op) => {
            elementwise::binary(*op, [&step.inputs[0], &step.inputs[1]], [input(0), input(1)], to, output);
        }
        Kind::Copy(copy) => movement::copy(copy, &step.inputs[0], input(0), to, output),
        Kind::Fill(value) => movement::fill(*value, to, output),
        Kind::Softmax { axis } => elementwise::softmax(*axis, &step.inputs[0], input(0), to, output),
        Kind::MatMul => {
            matmul::matmul([&step.inputs[0], &step.inputs[1]], [input(0), input(1)], to, output);
        }
    }
}
