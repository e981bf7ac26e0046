//! One network for several workers that share no memory: its pictures are cut into bands of rows, a band for each
//! worker, and before a step that looks beyond its band the workers send one another the rows it needs (halo
//! exchange, known from solvers of differential equations; for convolutions Dryden et al. 2019, "Improving
//! strong-scaling of CNN training by exploiting finer-grained parallelism").
//!
//! Bands begin where a tile of the Winograd convolution begins, so that every number is computed from the same
//! numbers in the same order however many workers there are: the results are the same to the bit.

use std::ops::Range;

use super::plan::{Action, Operation, Operations, TensorId};
use super::step::{Copy, Kind, Resize, Tap};

/// Which part of a network's rows a worker computes: band `index` of `count`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Band {
    /// Which, from the top; the first also gathers the outputs.
    pub index: usize,
    /// Of how many.
    pub count: usize,
}

impl Band {
    /// All of it, for a worker alone.
    pub const WHOLE: Self = Self { index: 0, count: 1 };
}

/// Tensors of fewer floats are computed whole by every worker: sending their rows would take longer.
const SMALL: usize = 48 << 10;

/// Rows of a tile of the Winograd convolution, at dilation 1.
const TILE: usize = 4;

/// The rows that every worker computes and reads.
pub(super) struct Bands {
    count: usize,
    /// For each operation: the rows of its result, a range a worker. The same for all where each computes it whole.
    writes: Vec<Vec<Range<usize>>>,
    /// For each operation and each of its inputs: the rows it reads, a range a worker.
    reads: Vec<Vec<Vec<Range<usize>>>>,
}

/// Rows that go from the worker that computed them to one that reads them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Crossing {
    /// The operation that writes them.
    pub(super) after: usize,
    /// The first one that reads them over there; as many as there are operations for the network's outputs.
    pub(super) before: usize,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) rows: Range<usize>,
}

/// Rows of a tensor: those of a picture; a plain tensor counts as one.
fn height(ops: &Operations, id: TensorId) -> usize {
    match ops.tensors[id].shape[..] {
        [_, _, height, _] => height,
        _ => 1,
    }
}

/// The smallest range that holds both; an empty one holds nothing.
fn hull(a: &Range<usize>, b: &Range<usize>) -> Range<usize> {
    match (a.is_empty(), b.is_empty()) {
        (true, _) => b.clone(),
        (_, true) => a.clone(),
        _ => a.start.min(b.start)..a.end.max(b.end),
    }
}

impl Bands {
    /// For operations whose concatenations are placed. `None` for a worker alone, and for networks that run on
    /// several pictures at once.
    #[inline(never)]
    pub(super) fn of(ops: &Operations, count: usize) -> Option<Self> {
        let several = ops.tensors.iter().any(|tensor| tensor.shape.len() == 4 && tensor.shape[0] != 1);
        if count < 2 || several {
            return None;
        }
        let writes: Vec<_> = ops.list.iter().map(|op| written(ops, op, count)).collect();
        let reads = ops
            .list
            .iter()
            .zip(&writes)
            .map(|(op, writes)| {
                let of_input = |input| writes.iter().map(|rows| read(ops, op, input, rows)).collect();
                (0..op.inputs.len()).map(of_input).collect()
            })
            .collect();
        Some(Self { count, writes, reads })
    }

    /// The rows of an operation's result that a worker computes.
    pub(super) fn written(&self, at: usize, worker: usize) -> &Range<usize> {
        &self.writes[at][worker]
    }

    /// The rows of an operation's input that a worker reads.
    pub(super) fn read(&self, at: usize, input: usize, worker: usize) -> &Range<usize> {
        &self.reads[at][input][worker]
    }

    /// The rows of each tensor that a worker holds: what it computes and what it reads. Of tensors in the same
    /// memory (`root` names it) they are the same.
    #[inline(never)]
    pub(super) fn held(
        &self,
        ops: &Operations,
        root: &dyn Fn(TensorId) -> TensorId,
        worker: usize,
    ) -> Vec<Range<usize>> {
        let mut held = vec![0..0; ops.tensors.len()];
        let mut hold = |id: TensorId, rows: &Range<usize>| held[root(id)] = hull(&held[root(id)], rows);
        for (at, op) in ops.list.iter().enumerate() {
            // What only fills the memory's gaps fills as much of it as there is.
            if !matches!(op.action, Action::Run(Kind::Fill(_))) {
                hold(op.output, self.written(at, worker));
            }
            for (input, &id) in op.inputs.iter().enumerate() {
                hold(id, self.read(at, input, worker));
            }
        }
        let whole = |id: &TensorId| ops.tensors[*id].constant.is_some();
        (0..ops.tensors.len()).filter(whole).for_each(|id| hold(id, &(0..height(ops, id))));
        if worker == 0 {
            ops.outputs.iter().for_each(|port| hold(port.tensor, &(0..height(ops, port.tensor))));
        }
        (0..ops.tensors.len()).map(|id| held[root(id)].clone()).collect()
    }

    /// Everything that must go from one worker to another, in the order in which it is computed. `part_of` gives
    /// the concatenation that a tensor lies in.
    #[inline(never)]
    pub(super) fn crossings(
        &self,
        ops: &Operations,
        part_of: &dyn Fn(TensorId) -> Option<TensorId>,
    ) -> Vec<Crossing> {
        // A tensor and the concatenations that it lies in.
        let wholes = |part: TensorId| std::iter::successors(Some(part), |&id| part_of(id));
        let end = ops.list.len();
        let mut readers: Vec<Vec<(usize, usize)>> = vec![Vec::new(); ops.tensors.len()];
        for (at, op) in ops.list.iter().enumerate() {
            op.inputs.iter().enumerate().for_each(|(input, &id)| readers[id].push((at, input)));
        }
        let mut crossings = Vec::new();
        for (after, op) in ops.list.iter().enumerate() {
            if matches!(op.action, Action::Run(Kind::Fill(_))) {
                continue;
            }
            for to in 0..self.count {
                let own = self.written(after, to);
                // What this worker reads of the result, and when first beyond its own rows.
                let mut needed = 0..0;
                let mut before = end;
                let mut need = |at: usize, rows: &Range<usize>| {
                    let beyond = !rows.is_empty() && (rows.start < own.start || rows.end > own.end);
                    if beyond || own.is_empty() && !rows.is_empty() {
                        needed = hull(&needed, rows);
                        before = before.min(at);
                    }
                };
                for id in wholes(op.output) {
                    for &(at, input) in readers[id].iter().filter(|&&(at, _)| at > after) {
                        need(at, self.read(at, input, to));
                    }
                }
                if to == 0 {
                    let holds = |whole: TensorId| wholes(op.output).any(|id| id == whole);
                    for port in ops.outputs.iter().filter(|port| holds(port.tensor)) {
                        need(end, &(0..height(ops, port.tensor)));
                    }
                }
                let missing = if own.is_empty() {
                    [needed, 0..0]
                } else {
                    [needed.start..own.start.min(needed.end), own.end.max(needed.start)..needed.end]
                };
                for rows in missing.into_iter().filter(|rows| !rows.is_empty()) {
                    for from in (0..self.count).filter(|&from| from != to) {
                        let theirs = self.written(after, from);
                        let rows = rows.start.max(theirs.start)..rows.end.min(theirs.end);
                        if !rows.is_empty() {
                            crossings.push(Crossing { after, before, from, to, rows });
                        }
                    }
                }
            }
        }
        crossings
    }
}

/// The rows of an operation's result that each worker computes.
fn written(ops: &Operations, op: &Operation, count: usize) -> Vec<Range<usize>> {
    let rows = height(ops, op.output);
    let floats: usize = ops.tensors[op.output].shape.iter().product();
    let Some(tile) = tile(ops, op).filter(|_| floats >= SMALL) else { return vec![0..rows; count] };
    let tiles = rows.div_ceil(tile);
    if tiles < count {
        return vec![0..rows; count];
    }
    let bound = |worker: usize| (tiles * worker / count * tile).min(rows);
    (0..count).map(|worker| bound(worker)..bound(worker + 1)).collect()
}

/// The rows whose multiples a band of an operation's result may begin at; `None` where it has to be computed whole.
fn tile(ops: &Operations, op: &Operation) -> Option<usize> {
    let Action::Run(kind) = &op.action else { return None };
    let is_image = |id: TensorId| ops.tensors[id].shape.len() == 4;
    if !is_image(op.output) || !op.inputs.iter().all(|&id| is_image(id)) {
        return None;
    }
    match kind {
        Kind::Conv(conv) if conv.stride[0] == 1 => Some(TILE * conv.dilation[0]),
        Kind::Conv(_)
        | Kind::Pool(_)
        | Kind::Resize(_)
        | Kind::Unary(_)
        | Kind::Binary(_)
        | Kind::Fill(_) => Some(TILE),
        Kind::Softmax { axis } => (*axis != 2).then_some(TILE),
        Kind::Copy(copy) => keeps_rows(copy, height(ops, op.output)).then_some(TILE),
        Kind::ConvTranspose(_) | Kind::MatMul => None,
    }
}

/// Whether a copy brings every row of its source to the same row of its target.
fn keeps_rows(copy: &Copy, rows: usize) -> bool {
    let of_rows: Vec<_> = copy.loops.iter().filter(|l| l.source.0 == 2 || l.target.0 == 2).collect();
    matches!(of_rows[..], [l] if l.size == rows && l.source == (2, 1) && l.target == (2, 1))
        && copy.source_start[2] == 0
        && copy.target_start[2] == 0
}

/// The rows of an input that the rows `result` of an operation's result are computed from.
fn read(ops: &Operations, op: &Operation, input: usize, result: &Range<usize>) -> Range<usize> {
    let rows = height(ops, op.inputs[input]);
    if result.is_empty() {
        return 0..0;
    }
    let Action::Run(kind) = &op.action else { return 0..rows };
    if tile(ops, op).is_none() {
        return 0..rows;
    }
    let (from, to) = match (kind, input) {
        (Kind::Conv(conv), 0) => {
            reach(result, conv.kernel()[0], conv.stride[0], conv.dilation[0], conv.padding[0])
        }
        (Kind::Pool(pool), _) => {
            reach(result, pool.kernel[0], pool.stride[0], pool.dilation[0], pool.padding[0])
        }
        (Kind::Resize(resize), _) => {
            let taps = &resize.rows[result.clone()];
            let from = taps.iter().map(|tap| tap.low.min(tap.high)).min().unwrap_or(0);
            let to = taps.iter().map(|tap| tap.low.max(tap.high) + 1).max().unwrap_or(0);
            (from as isize, to as isize)
        }
        // One row that is repeated along the result's.
        _ if rows == 1 => (0, 1),
        _ => (result.start as isize, result.end as isize),
    };
    let clip = |row: isize| usize::try_from(row).unwrap_or(0).min(rows);
    clip(from)..clip(to)
}

/// The first input row of a window over the rows `result`, and the one after the last; may lie outside the picture.
fn reach(
    result: &Range<usize>,
    kernel: usize,
    stride: usize,
    dilation: usize,
    padding: usize,
) -> (isize, isize) {
    let first = |row: usize| (row * stride) as isize - padding as isize;
    (first(result.start), first(result.end - 1) + ((kernel - 1) * dilation + 1) as isize)
}

/// An operation as it is for the rows `result` of its result, where it reads the rows `source` of its first input,
/// which has `rows` of them.
#[inline(never)]
pub(super) fn cropped(kind: &Kind, result: &Range<usize>, source: &Range<usize>, rows: usize) -> Kind {
    // What is padding for the whole picture is padding for a band where it lies at the picture's edge.
    let padded = |padding: [usize; 4], (from, to): (isize, isize)| {
        let [_, left, bottom, right] = padding;
        let above = usize::try_from(-from).unwrap_or(0);
        let below = usize::try_from(to - rows as isize).unwrap_or(0).min(bottom);
        [above, left, below, right]
    };
    let mut kind = kind.clone();
    if result.is_empty() {
        return kind;
    }
    match &mut kind {
        Kind::Conv(conv) => {
            let reach = reach(result, conv.kernel()[0], conv.stride[0], conv.dilation[0], conv.padding[0]);
            conv.padding = padded(conv.padding, reach);
        }
        Kind::Pool(pool) => {
            let reach = reach(result, pool.kernel[0], pool.stride[0], pool.dilation[0], pool.padding[0]);
            pool.padding = padded(pool.padding, reach);
        }
        Kind::Resize(Resize { rows: taps, .. }) => {
            let moved = |row: u32| row - source.start as u32;
            *taps = taps[result.clone()]
                .iter()
                .map(|&Tap { low, high, weight }| Tap { low: moved(low), high: moved(high), weight })
                .collect();
        }
        Kind::Copy(copy) if keeps_rows(copy, rows) => {
            for turn in copy.loops.iter_mut().filter(|turn| turn.target == (2, 1)) {
                turn.size = result.len();
            }
        }
        _ => {}
    }
    kind
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::nn::cpu::{Executor, Rows, Run, Turn};
    use crate::nn::{Graph, MEMORY_LIMIT, Plan};

    const FAST: &[u8] = include_bytes!("../../models/fast.onnx");

    /// Runs a network with several workers that take turns here; gives the first's outputs and all their memory.
    fn shared(graph: &Graph, shape: &[usize], input: &[f32], count: usize) -> (Vec<Vec<f32>>, Vec<usize>) {
        let workers: Vec<Executor> = (0..count)
            .map(|index| {
                let band = Band { index, count };
                Executor::new(Plan::shared(graph, &[shape.to_vec()], MEMORY_LIMIT, band).unwrap())
            })
            .collect();
        let mut runs: Vec<Run> = workers.iter().map(Executor::begin).collect();
        for (worker, run) in workers.iter().zip(&mut runs) {
            // In parts that end anywhere.
            input.chunks(1_000).for_each(|part| worker.feed(run, 0, part).unwrap());
        }
        let mut done = vec![false; count];
        while !done.iter().all(|done| *done) {
            let mut moved = false;
            for from in 0..count {
                loop {
                    match workers[from].advance(&mut runs[from], &mut |_, _| true).unwrap() {
                        Turn::Send(rows) => {
                            let to = rows.peer;
                            workers[to].deliver(&mut runs[to], Rows { peer: from, ..rows }).unwrap();
                            moved = true;
                        }
                        Turn::Wait => break,
                        Turn::Done => {
                            moved |= !std::mem::replace(&mut done[from], true);
                            break;
                        }
                    }
                }
            }
            assert!(moved, "every worker waits for another");
        }
        (workers[0].outputs(&runs[0]), workers.iter().map(|worker| worker.plan().arena).collect())
    }

    #[test]
    fn any_number_of_workers_gives_the_same_bits() {
        let graph = Graph::from_onnx(FAST).unwrap();
        for (height, width, counts) in [(320, 320, &[2, 3][..]), (200, 72, &[2, 4]), (77, 130, &[2])] {
            let shape = [1, 3, height, width];
            let input: Vec<f32> =
                (0..3 * height * width).map(|i| ((i * 37) % 255) as f32 / 64.0 - 2.0).collect();
            let whole = Executor::new(Plan::of(&graph, &[shape.to_vec()], MEMORY_LIMIT).unwrap());
            let expected = whole.run(&[&input], &mut |_, _| true).unwrap();
            for &count in counts {
                let (outputs, memory) = shared(&graph, &shape, &input, count);
                assert_eq!(outputs.len(), expected.len());
                for (output, expected) in outputs.iter().zip(&expected) {
                    let differ =
                        output.iter().zip(expected).filter(|(a, b)| a.to_bits() != b.to_bits()).count();
                    assert_eq!(
                        (output.len(), differ),
                        (expected.len(), 0),
                        "{height}×{width}, {count} workers"
                    );
                }
                if height == 320 {
                    let most = memory.iter().max().unwrap();
                    assert!(
                        most * count < whole.plan().arena * 5 / 4,
                        "{memory:?} of {}",
                        whole.plan().arena
                    );
                }
            }
        }
    }

    #[test]
    fn a_band_does_not_run_alone_and_takes_nothing_that_is_not_for_it() {
        let graph = Graph::from_onnx(FAST).unwrap();
        let band = Band { index: 1, count: 2 };
        let worker =
            Executor::new(Plan::shared(&graph, &[vec![1, 3, 320, 320]], MEMORY_LIMIT, band).unwrap());
        let input = vec![0.5; 3 * 320 * 320];
        let alone = worker.run(&[&input], &mut |_, _| true).unwrap_err();
        assert!(alone.to_string().contains("several workers"), "{alone}");
        let mut run = worker.begin();
        worker.feed(&mut run, 0, &input[1..]).unwrap();
        let early = worker.advance(&mut run, &mut |_, _| true).unwrap_err();
        assert!(early.to_string().contains(&input.len().to_string()), "{early}");
        worker.feed(&mut run, 0, &input[..1]).unwrap();
        let stray = Rows { peer: 7, after: 0, row: 0, values: vec![0.0; 4] };
        let error = worker.deliver(&mut run, stray).unwrap_err();
        assert!(error.to_string().contains("worker 7"), "{error}");
        assert!(worker.feed(&mut run, 0, &input[..1]).is_err());
    }
}
