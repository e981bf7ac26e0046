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
use super::plan::{Exchange, Plan, Step, View, Way};
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
    ///
    /// # Errors
    /// [`Error::Input`] where a slice does not fit; [`Error::Cancelled`]; [`Error::Alone`] where the plan is one
    /// band of several, whose executors take turns through [`Executor::advance`].
    pub fn run(
        &self,
        inputs: &[&[f32]],
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Vec<Vec<f32>>, Error> {
        self.plan.check(inputs)?;
        let mut run = self.begin();
        for (index, values) in inputs.iter().enumerate().take(self.plan.inputs.len()) {
            self.feed(&mut run, index, values)?;
        }
        match self.advance(&mut run, progress)? {
            Turn::Done => Ok(self.outputs(&run)),
            Turn::Send(_) | Turn::Wait => Err(Error::Alone),
        }
    }

    /// Takes a run's memory. Its inputs are fed before it advances.
    pub fn begin(&self) -> Run {
        let plan = &self.plan;
        let mut arena = vec![0.0f32; plan.arena];
        for (view, values) in &plan.constants {
            view.pack(values, &mut arena[view.range()]);
        }
        let fed = vec![0; plan.inputs.len()];
        Run { arena, scratch: Vec::new(), fed, next: 0, sent: 0, inbox: Vec::new() }
    }

    /// Puts the next elements of an input, in logical (row-major) order, into a run's memory: all of them, or part by
    /// part so that an input is never in memory twice. Every band of several is fed all rows, and keeps its own.
    ///
    /// # Errors
    /// [`Error::Input`] where the input has fewer elements left.
    pub fn feed(&self, run: &mut Run, index: usize, values: &[f32]) -> Result<(), Error> {
        let at = run.fed[index];
        self.check_fed(index, at + values.len(), usize::le)?;
        let port = &self.plan.inputs[index];
        self.plan.pack_input(index, at, values, &mut run.arena[port.tensor.range()]);
        run.fed[index] += values.len();
        Ok(())
    }

    /// Compares what an input was given with what it takes.
    fn check_fed(&self, index: usize, given: usize, fits: fn(&usize, &usize) -> bool) -> Result<(), Error> {
        let expected = self.plan.input_shape(index).iter().product();
        if fits(&given, &expected) {
            return Ok(());
        }
        Err(Error::Input { name: self.plan.inputs[index].name.clone(), expected, given })
    }

    /// Goes on until there is something to send or to wait for, or all is done. `progress` as in
    /// [`Executor::run`].
    ///
    /// # Errors
    /// [`Error::Cancelled`]; [`Error::Input`] where an input was not fed to its end.
    pub fn advance(
        &self,
        run: &mut Run,
        progress: &mut dyn FnMut(usize, usize) -> bool,
    ) -> Result<Turn, Error> {
        let Plan { steps, exchanges, .. } = &self.plan;
        if run.next == 0 {
            for (index, &fed) in run.fed.iter().enumerate() {
                self.check_fed(index, fed, usize::eq)?;
            }
            // Only now, so that it may lie where the caller had the input.
            run.scratch.resize(self.scratch, 0.0);
        }
        loop {
            // Exchanges are in the order of the steps that write them.
            while let Some(exchange) = exchanges.get(run.sent).filter(|exchange| exchange.after < run.next) {
                run.sent += 1;
                if exchange.way == Way::Out {
                    let values = exchange.gather(&run.arena[exchange.view.offset..]);
                    let Exchange { peer, after, row, .. } = *exchange;
                    return Ok(Turn::Send(Rows { peer, after, row, values }));
                }
            }
            let due = || exchanges.iter().filter(|e| e.way == Way::In && e.before == run.next);
            let places: Option<Vec<usize>> =
                due().map(|exchange| run.inbox.iter().position(|rows| exchange.is(rows))).collect();
            let Some(places) = places else { return Ok(Turn::Wait) };
            for (exchange, at) in due().zip(&places) {
                exchange.scatter(&run.inbox[*at].values, &mut run.arena[exchange.view.offset..]);
            }
            run.inbox.retain(|rows| !due().any(|exchange| exchange.is(rows)));
            let Some(step) = steps.get(run.next) else { return Ok(Turn::Done) };
            run_step(step, self.prepared[run.next].as_ref(), &mut run.arena, &mut run.scratch);
            run.next += 1;
            if !progress(run.next, steps.len()) {
                return Err(Error::Cancelled);
            }
        }
    }

    /// Takes rows that another worker sent, with that worker's number in place of this one's.
    ///
    /// # Errors
    /// [`Error::Rows`] where the plan expects no such rows.
    pub fn deliver(&self, run: &mut Run, rows: Rows) -> Result<(), Error> {
        let expected = self.plan.exchanges.iter().find(|exchange| exchange.is(&rows));
        if expected.is_none_or(|exchange| exchange.len() != rows.values.len()) {
            return Err(Error::Rows { peer: rows.peer, step: rows.after });
        }
        run.inbox.push(rows);
        Ok(())
    }

    /// The outputs of a run that is done, as [`Executor::run`] gives them; of the first band, which gathers them.
    pub fn outputs(&self, run: &Run) -> Vec<Vec<f32>> {
        self.plan.outputs.iter().map(|port| port.tensor.unpack(&run.arena[port.tensor.range()])).collect()
    }
}

/// A run under way, with its memory.
pub struct Run {
    arena: Vec<f32>,
    scratch: Vec<f32>,
    /// Elements of each input that it was given.
    fed: Vec<usize>,
    /// The step that comes next.
    next: usize,
    /// Exchanges that are behind it, as far as they leave.
    sent: usize,
    inbox: Vec<Rows>,
}

/// Why [`Executor::advance`] came back.
#[derive(Debug)]
pub enum Turn {
    /// With rows for another worker; there may be more at once.
    Send(Rows),
    /// For want of rows that another worker has yet to send.
    Wait,
    /// Nothing is left to do.
    Done,
}

/// Rows of a picture on their way from one worker to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Rows {
    /// The other worker's band: where they go, or, once they are there, where they came from.
    pub peer: usize,
    /// The step that wrote them.
    pub after: usize,
    /// The first of them.
    pub row: usize,
    /// The numbers.
    pub values: Vec<f32>,
}

impl Exchange {
    /// Whether these are the rows that it brings in.
    fn is(&self, rows: &Rows) -> bool {
        self.way == Way::In && (self.peer, self.after, self.row) == (rows.peer, rows.after, rows.row)
    }

    /// The rows, pixel by pixel, from memory that starts where the view does.
    #[inline(never)]
    fn gather(&self, memory: &[f32]) -> Vec<f32> {
        memory
            .chunks(self.view.pitch)
            .take(self.pixels())
            .flat_map(|pixel| &pixel[..self.lanes])
            .copied()
            .collect()
    }

    #[inline(never)]
    fn scatter(&self, values: &[f32], memory: &mut [f32]) {
        let pixels = memory.chunks_mut(self.view.pitch).take(self.pixels());
        for (pixel, from) in pixels.zip(values.chunks_exact(self.lanes)) {
            pixel[..self.lanes].copy_from_slice(from);
        }
    }

    fn pixels(&self) -> usize {
        self.view.shape[2] * self.view.shape[3]
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

#[cfg_attr(target_arch = "wasm32", inline(never))]
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
