//! From operations on tensors to steps on places in memory.
//!
//! Shapes are fixed by now, so every tensor gets its place before anything runs: concatenations along the
//! channels cost nothing (their inputs are written straight into their result), and tensors that never live
//! at the same time share memory. Executors only walk the list of steps.

use std::cmp::Reverse;
use std::fmt;
use std::ops::Range;

use super::bands::{Band, Bands, Crossing, cropped};
use super::error::Error;
use super::step::{Conv, Copy, Kind, LANES, Loop};
use super::tensor::elements;

/// The index of a tensor in [`Operations::tensors`].
pub type TensorId = usize;

/// Every tensor starts at a multiple of this many floats: 256 bytes, the alignment of a storage binding
/// under WebGPU's default limits.
pub const ALIGNMENT: usize = 64;

/// A tensor that operations read and write.
#[derive(Clone, Debug)]
pub struct TensorInfo {
    /// Logical sizes.
    pub shape: Vec<usize>,
    /// The elements in logical order, where the file gives them.
    pub constant: Option<Vec<f32>>,
}

/// What an [`Operation`] does.
#[derive(Clone, Debug)]
pub enum Action {
    /// Something an executor runs.
    Run(Kind),
    /// Puts images side by side along their channels. Placing the tensors makes most of these vanish.
    Concat,
}

/// An operation on whole tensors.
#[derive(Clone, Debug)]
pub struct Operation {
    /// The node it came from.
    pub name: String,
    /// What it does.
    pub action: Action,
    /// What it reads.
    pub inputs: Vec<TensorId>,
    /// What it writes, or writes a part of.
    pub output: TensorId,
}

/// A named end of the network.
#[derive(Clone, Debug)]
pub struct Port<T> {
    /// The name in the file.
    pub name: String,
    /// The tensor or its place.
    pub tensor: T,
}

/// A network at fixed sizes, not yet placed in memory.
#[derive(Clone, Debug, Default)]
pub struct Operations {
    /// The tensors.
    pub tensors: Vec<TensorInfo>,
    /// The operations in order.
    pub list: Vec<Operation>,
    /// What the caller feeds.
    pub inputs: Vec<Port<TensorId>>,
    /// What the caller reads.
    pub outputs: Vec<Port<TensorId>>,
}

/// Where a tensor lies: `shape` floats from `offset` on. See [`super::step`] for the two layouts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Logical sizes.
    pub shape: Vec<usize>,
    /// The first float, counted from the start of the arena; of an image a multiple of 4.
    pub offset: usize,
    /// Floats from one pixel of an image to the next, a multiple of 4 (more than the tensor's own channels
    /// where it is part of a concatenation); 0 for a plain tensor.
    pub pitch: usize,
}

impl View {
    /// Whether the tensor is an image, `[N, C, H, W]`.
    pub fn is_image(&self) -> bool {
        self.shape.len() == 4
    }

    /// `[N, C, H, W]` of an image.
    pub fn image(&self) -> [usize; 4] {
        [self.shape[0], self.shape[1], self.shape[2], self.shape[3]]
    }

    /// Floats from one element to the next along a logical axis.
    pub fn stride(&self, axis: usize) -> usize {
        if self.is_image() {
            match axis {
                0 => self.shape[2] * self.shape[3] * self.pitch,
                1 => 1,
                2 => self.shape[3] * self.pitch,
                _ => self.pitch,
            }
        } else {
            self.shape.get(axis + 1..).map_or(1, |inner| inner.iter().product())
        }
    }

    /// The range of the arena from the first float to the last, padding lanes included.
    pub fn range(&self) -> Range<usize> {
        let len = if self.is_image() {
            let [n, c, h, w] = self.image();
            match n * h * w {
                0 => 0,
                pixels => (pixels - 1) * self.pitch + c.next_multiple_of(LANES),
            }
        } else {
            self.shape.iter().product()
        };
        self.offset..self.offset + len
    }

    /// Number of logical elements.
    pub fn len(&self) -> usize {
        self.shape.iter().product()
    }

    /// Whether the tensor holds no element.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Puts elements in logical order into `memory`, which starts at the view's offset.
    pub fn pack(&self, elements: &[f32], memory: &mut [f32]) {
        if !self.is_image() {
            memory[..elements.len()].copy_from_slice(elements);
            return;
        }
        let [n, c, h, w] = self.image();
        let lanes = c.next_multiple_of(LANES);
        for image in 0..n {
            for pixel in 0..h * w {
                let at = (image * h * w + pixel) * self.pitch;
                for channel in 0..c {
                    memory[at + channel] = elements[(image * c + channel) * h * w + pixel];
                }
                memory[at + c..at + lanes].fill(0.0);
            }
        }
    }

    /// Reads elements back into logical order from `memory`, which starts at the view's offset.
    pub fn unpack(&self, memory: &[f32]) -> Vec<f32> {
        if !self.is_image() {
            return memory[..self.len()].to_vec();
        }
        let [n, c, h, w] = self.image();
        let mut elements = vec![0.0; self.len()];
        for image in 0..n {
            for pixel in 0..h * w {
                let at = (image * h * w + pixel) * self.pitch;
                for channel in 0..c {
                    elements[(image * c + channel) * h * w + pixel] = memory[at + channel];
                }
            }
        }
        elements
    }
}

/// One turn of a [`Copy`]'s loop in floats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StridedLoop {
    /// Turns.
    pub size: usize,
    /// Floats the source moves with each turn.
    pub source: isize,
    /// Floats the target moves with each turn.
    pub target: isize,
}

impl Copy {
    /// The copy in floats: where source and target start (from the arena's start), and the loops.
    pub fn strided(&self, source: &View, target: &View) -> (usize, usize, Vec<StridedLoop>) {
        let start = |view: &View, coordinates: &[usize]| {
            view.offset
                + coordinates.iter().enumerate().map(|(axis, &at)| at * view.stride(axis)).sum::<usize>()
        };
        let loops = self
            .loops
            .iter()
            .map(|&Loop { size, source: (sa, ss), target: (ta, ts) }| StridedLoop {
                size,
                source: ss * source.stride(sa) as isize,
                target: ts * target.stride(ta) as isize,
            })
            .collect();
        (start(source, &self.source_start), start(target, &self.target_start), loops)
    }
}

/// An operation on places in memory.
#[derive(Clone, Debug)]
pub struct Step {
    /// The node it came from.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// Where it reads. No input overlaps the output's memory, but a convolution's residual may be the output.
    pub inputs: Vec<View>,
    /// Where it writes.
    pub output: View,
}

impl Step {
    /// Multiplications with an addition that a plain evaluation takes.
    pub fn multiply_adds(&self) -> u64 {
        let out = self.output.len() as u64;
        match &self.kind {
            Kind::Conv(c) => {
                let [_, i, kh, kw] = c.weights.shape;
                out * (i * kh * kw) as u64
            }
            Kind::ConvTranspose(c) => {
                let [_, o, kh, kw] = c.weights.shape;
                self.inputs[0].len() as u64 * (o * kh * kw) as u64
            }
            Kind::MatMul => out * self.inputs[0].shape[2] as u64,
            _ => 0,
        }
    }
}

/// Whether rows leave a worker's band or come into it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// To another worker, as soon as the step `after` is done.
    Out,
    /// From another worker, before the step `before` begins.
    In,
}

/// Rows of a picture that one worker computes and another one reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exchange {
    /// Whether they leave or come.
    pub way: Way,
    /// The other worker.
    pub peer: usize,
    /// The step that writes them: the same number on both sides.
    pub after: usize,
    /// The step that reads them first; as many as there are steps for the network's outputs.
    pub before: usize,
    /// The first row in the whole picture, which tells apart what one step sends to one worker.
    pub row: usize,
    /// Their place in this worker's memory.
    pub view: View,
    /// Floats of each pixel that go, from the view's start on: all of the channels that the step writes.
    pub lanes: usize,
}

impl Exchange {
    /// Floats that go.
    pub fn len(&self) -> usize {
        self.view.shape[2] * self.view.shape[3] * self.lanes
    }

    /// Whether nothing goes.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A network at fixed sizes with every tensor in its place: what an executor walks.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The steps in order.
    pub steps: Vec<Step>,
    /// What the caller feeds, before each run.
    pub inputs: Vec<Port<View>>,
    /// The first row of each input that this worker holds, of how many.
    pub input_rows: Vec<(usize, usize)>,
    /// What the caller reads, after each run; of a band but the first, parts of it.
    pub outputs: Vec<Port<View>>,
    /// What the file gives, written once; nothing overwrites it.
    pub constants: Vec<(View, Vec<f32>)>,
    /// Floats of memory that the views index.
    pub arena: usize,
    /// Floats of the tensors that are needed at one time, at their most: the arena cannot be smaller.
    pub live: usize,
    /// What this worker sends to others and takes from them, in the order of the steps that write it; empty where
    /// it works alone.
    pub exchanges: Vec<Exchange>,
}

/// The first and last operation that touch a piece of memory.
#[derive(Clone, Copy, Debug)]
struct Life {
    from: usize,
    to: usize,
}

/// A piece of memory: one tensor, or a concatenation with all its parts.
struct Root {
    floats: usize,
    life: Life,
}

impl Plan {
    /// Places every tensor. `limit` is the most memory the arena may take, in bytes.
    pub fn new(operations: Operations, limit: u64) -> Result<Self, Error> {
        Self::of_band(operations, limit, Band::WHOLE)
    }

    /// As [`Plan::new`], for a worker that computes one band of several. Networks that cannot be shared are computed
    /// whole by each.
    #[inline(never)]
    pub fn of_band(operations: Operations, limit: u64, band: Band) -> Result<Self, Error> {
        let mut ops = operations;
        let mut parents = place_concats(&mut ops);
        let bands = Bands::of(&ops, band.count);
        let crossings = bands
            .as_ref()
            .map_or_else(Vec::new, |bands| bands.crossings(&ops, &|id| parents[id].map(|(whole, _)| whole)));
        sum_in_place(&ops, &mut parents);
        let pitch = |id: TensorId| ops.tensors[id].shape.get(1).copied().unwrap_or(1).next_multiple_of(LANES);

        // Each tensor lies in its own memory, or at a channel offset in that of the concatenation above it.
        let locate = |mut id: TensorId| {
            let mut offset = 0;
            while let Some((parent, channel)) = parents[id] {
                offset += channel;
                id = parent;
            }
            (id, offset)
        };
        // The rows of each tensor that lie in memory here; a plain tensor counts as one row.
        let height =
            |id: TensorId| if ops.tensors[id].shape.len() == 4 { ops.tensors[id].shape[2] } else { 1 };
        let held = bands.as_ref().map_or_else(
            || (0..ops.tensors.len()).map(|id| 0..height(id)).collect(),
            |bands| bands.held(&ops, &|id| locate(id).0, band.index),
        );
        let too_large =
            |floats: u64| Error::TooLarge { needed: floats.div_ceil(1 << 18), limit: limit >> 20 };
        let mut roots: Vec<Option<Root>> = Vec::with_capacity(ops.tensors.len());
        for (id, tensor) in ops.tensors.iter().enumerate() {
            let mut sizes = tensor.shape.clone();
            if sizes.len() == 4 {
                sizes[1] = pitch(id);
                sizes[2] = held[id].len();
            }
            let floats = elements(&sizes).ok_or_else(|| too_large(u64::MAX))?.next_multiple_of(ALIGNMENT);
            roots.push(
                parents[id].is_none().then_some(Root { floats, life: Life { from: usize::MAX, to: 0 } }),
            );
        }
        let mut touch = |id: TensorId, at: usize| {
            if let Some(root) = &mut roots[locate(id).0] {
                root.life.from = root.life.from.min(at);
                root.life.to = root.life.to.max(at);
            }
        };
        // Time 0 is before the first operation (the inputs are fed), and the last one is after all of them.
        let end = ops.list.len() + 1;
        for (at, operation) in ops.list.iter().enumerate() {
            for &id in operation.inputs.iter().chain([&operation.output]) {
                touch(id, at + 1);
            }
        }
        ops.inputs.iter().for_each(|port| touch(port.tensor, 0));
        ops.outputs.iter().for_each(|port| touch(port.tensor, end));
        for (id, tensor) in ops.tensors.iter().enumerate() {
            if tensor.constant.is_some() {
                touch(id, 0);
                touch(id, end);
            }
        }

        let (offsets, arena) = place(&roots);
        if arena as u64 * 4 > limit {
            return Err(too_large(arena as u64));
        }
        // The place of some rows of a tensor, which must be among those that are held.
        let view = |id: TensorId, rows: &Range<usize>| {
            let (root, channel) = locate(id);
            let mut shape = ops.tensors[id].shape.clone();
            let mut offset = offsets[root] + channel;
            if shape.len() != 4 {
                return View { shape, offset, pitch: 0 };
            }
            shape[2] = rows.len();
            if !rows.is_empty() {
                offset += (rows.start - held[id].start) * shape[3] * pitch(root);
            }
            View { shape, offset, pitch: pitch(root) }
        };
        let all = |id: TensorId| view(id, &held[id]);
        let used: Vec<bool> =
            roots.iter().map(|r| r.as_ref().is_some_and(|r| r.life.from <= r.life.to)).collect();
        let step = |(at, op): (usize, &Operation)| {
            let Action::Run(kind) = &op.action else { return None };
            let name = op.name.clone();
            let Some(bands) = &bands else {
                let inputs = op.inputs.iter().map(|&id| all(id)).collect();
                return Some(Step { name, kind: kind.clone(), inputs, output: all(op.output) });
            };
            let reads = |input| bands.read(at, input, band.index);
            if matches!(kind, Kind::Fill(_)) {
                return Some(Step { name, kind: kind.clone(), inputs: vec![], output: all(op.output) });
            }
            let result = bands.written(at, band.index);
            let kind = match op.inputs.first() {
                Some(&first) => cropped(kind, result, reads(0), height(first)),
                None => kind.clone(),
            };
            let inputs = op.inputs.iter().enumerate().map(|(input, &id)| view(id, reads(input))).collect();
            Some(Step { name, kind, inputs, output: view(op.output, result) })
        };
        let exchange = |crossing: &Crossing| {
            let Crossing { after, before, from, to, ref rows } = *crossing;
            let (way, peer) = match band.index {
                index if index == from => (Way::Out, to),
                index if index == to => (Way::In, from),
                _ => return None,
            };
            let Operation { action, output, .. } = &ops.list[after];
            let mut view = view(*output, rows);
            let mut lanes = view.shape[1].next_multiple_of(LANES);
            // A copy writes some of the channels; the others are none of its business.
            if let Action::Run(Kind::Copy(copy)) = action {
                let of_channels = copy.loops.iter().find(|turn| turn.target.0 == 1);
                view.offset += copy.target_start[1];
                lanes = of_channels.map_or(1, |turn| turn.size);
            }
            Some(Exchange { way, peer, after, before, row: rows.start, view, lanes })
        };
        Ok(Self {
            inputs: ops.inputs.iter().map(|p| Port { name: p.name.clone(), tensor: all(p.tensor) }).collect(),
            input_rows: ops.inputs.iter().map(|p| (held[p.tensor].start, height(p.tensor))).collect(),
            outputs: ops
                .outputs
                .iter()
                .map(|p| Port { name: p.name.clone(), tensor: all(p.tensor) })
                .collect(),
            constants: (0..ops.tensors.len())
                .filter(|&id| used[locate(id).0])
                .filter_map(|id| ops.tensors[id].constant.clone().map(|data| (all(id), data)))
                .collect(),
            steps: ops.list.iter().enumerate().filter_map(step).collect(),
            exchanges: crossings.iter().filter_map(exchange).collect(),
            arena,
            live: largest_live_set(&roots),
        })
    }

    /// Whether the slices that a caller feeds fit the network's inputs.
    pub fn check(&self, inputs: &[&[f32]]) -> Result<(), Error> {
        for (index, port) in self.inputs.iter().enumerate() {
            let given = inputs.get(index).map_or(0, |values| values.len());
            let expected = self.input_shape(index).iter().product();
            if given != expected {
                return Err(Error::Input { name: port.name.clone(), expected, given });
            }
        }
        Ok(())
    }

    /// The logical sizes of an input, all of whose rows a caller feeds to every worker.
    pub fn input_shape(&self, index: usize) -> Vec<usize> {
        let mut shape = self.inputs[index].tensor.shape.clone();
        if shape.len() == 4 {
            shape[2] = self.input_rows[index].1;
        }
        shape
    }

    /// Puts some of an input's elements, from the one numbered `at` on in the logical order of all its rows, into
    /// `memory`, which starts at its view's offset: those whose rows are held here. Padding lanes stay as they are.
    pub fn pack_input(&self, index: usize, at: usize, elements: &[f32], memory: &mut [f32]) {
        let (view, (first, height)) = (&self.inputs[index].tensor, self.input_rows[index]);
        if !view.is_image() {
            memory[at..at + elements.len()].copy_from_slice(elements);
            return;
        }
        let [_, channels, rows, width] = view.image();
        let (mut at, mut rest) = (at, elements);
        while !rest.is_empty() {
            let (line, column) = (at / width, at % width);
            let (here, after) = rest.split_at(rest.len().min(width - column));
            let (plane, row) = (line / height, line % height);
            if (first..first + rows).contains(&row) {
                let line = plane / channels * rows + row - first;
                let start = (line * width + column) * view.pitch + plane % channels;
                for (value, to) in here.iter().zip(memory[start..].iter_mut().step_by(view.pitch)) {
                    *to = *value;
                }
            }
            at += here.len();
            rest = after;
        }
    }

    /// Multiplications with an addition that a plain evaluation of the whole network takes.
    pub fn multiply_adds(&self) -> u64 {
        self.steps.iter().map(Step::multiply_adds).sum()
    }
}

/// Decides for each part of each concatenation whether its producer writes straight into the whole. Where it
/// cannot, a copy takes the concatenation's place in the list. Returns, for a tensor that is part of another,
/// that other and the first channel there.
#[inline(never)]
fn place_concats(ops: &mut Operations) -> Vec<Option<(TensorId, usize)>> {
    let mut parents: Vec<Option<(TensorId, usize)>> = vec![None; ops.tensors.len()];
    let mut fixed: Vec<bool> = ops.tensors.iter().map(|t| t.constant.is_some()).collect();
    ops.inputs.iter().chain(&ops.outputs).for_each(|port| fixed[port.tensor] = true);
    let mut list = Vec::with_capacity(ops.list.len());
    for operation in &ops.list {
        if !matches!(operation.action, Action::Concat) {
            list.push(operation.clone());
            continue;
        }
        let whole = operation.output;
        let run = |kind, inputs| Operation { action: Action::Run(kind), inputs, ..operation.clone() };
        let channels = |id: TensorId| ops.tensors[id].shape[1];
        let (_, all_but_last) = operation.inputs.split_last().unwrap_or((&whole, &[]));
        let aligned = all_but_last.iter().all(|&id| channels(id).is_multiple_of(LANES));
        if !(aligned || channels(whole).is_multiple_of(LANES)) {
            // Copies leave the padding lanes alone; clear them so that no kernel reads what lay there before.
            list.push(run(Kind::Fill(0.0), vec![]));
        }
        let mut channel = 0;
        for &part in &operation.inputs {
            // No operation may read and write the same memory once the part lies in the whole: not those of
            // the network, not the copies that earlier concatenations became, not a copy of another part.
            let conflict = || {
                let within_part = |id: TensorId| {
                    std::iter::successors(Some(id), |&id| parents[id].map(|(parent, _)| parent))
                        .any(|id| id == part)
                };
                crosses(&ops.list, &parents, part, whole)
                    || crosses(&list, &parents, part, whole)
                    || operation.inputs.iter().filter(|&&other| within_part(other)).count() > 1
            };
            if aligned && !fixed[part] && parents[part].is_none() && !conflict() {
                parents[part] = Some((whole, channel));
            } else {
                let [n, c, h, w] = std::array::from_fn(|axis| ops.tensors[part].shape[axis]);
                let loops = [(0, n), (2, h), (3, w), (1, c)]
                    .map(|(axis, size)| Loop { size, source: (axis, 1), target: (axis, 1) })
                    .to_vec();
                let copy = Copy { loops, source_start: vec![0; 4], target_start: vec![0, channel, 0, 0] };
                list.push(run(Kind::Copy(copy), vec![part]));
            }
            channel += channels(part);
        }
    }
    ops.list = list;
    parents
}

/// Whether one of the operations reads and writes in what lies in `part` or in `whole`.
#[inline(never)]
fn crosses(
    list: &[Operation],
    parents: &[Option<(TensorId, usize)>],
    part: TensorId,
    whole: TensorId,
) -> bool {
    let inside = |mut id: TensorId| {
        while let Some((parent, _)) = parents[id] {
            id = parent;
        }
        id == whole || id == part
    };
    list.iter()
        .filter(|op| matches!(op.action, Action::Run(_)))
        .any(|op| inside(op.output) && op.inputs.iter().any(|&id| inside(id)))
}

/// Lets a convolution write its result where its residual lies, if that is a tensor of its own that nobody
/// reads afterwards: the residual of a pixel is read just before the pixel is written.
#[inline(never)]
fn sum_in_place(ops: &Operations, parents: &mut [Option<(TensorId, usize)>]) {
    let mut last_read = vec![0; ops.tensors.len()];
    for (at, operation) in ops.list.iter().enumerate() {
        operation.inputs.iter().for_each(|&id| last_read[id] = at);
    }
    let mut whole = vec![false; ops.tensors.len()];
    parents.iter().flatten().for_each(|&(parent, _)| whole[parent] = true);
    let port = |id| ops.inputs.iter().chain(&ops.outputs).any(|port| port.tensor == id);
    for (at, operation) in ops.list.iter().enumerate() {
        let (Action::Run(Kind::Conv(Conv { residual: Some(_), .. })), &[input, residual]) =
            (&operation.action, &operation.inputs[..])
        else {
            continue;
        };
        // A chain of such sums has the memory of its first; `whole` keeps concatenations out of it.
        let first = |mut id: TensorId| {
            while let Some((parent, _)) = parents[id] {
                id = parent;
            }
            id
        };
        let output = operation.output;
        let free = parents[output].is_none() && !whole[output] && !port(output);
        let own = !whole[first(residual)] && !port(residual) && ops.tensors[residual].constant.is_none();
        let written_once = ops.list.iter().filter(|op| op.output == output).count() == 1;
        if free && own && written_once && last_read[residual] == at && first(input) != first(residual) {
            parents[output] = Some((residual, 0));
        }
    }
}

/// Gives each root a place where it meets no other that lives at the same time. Returns the offsets and the size
/// of it all.
///
/// Each goes to the lowest offset that is free (Pisarchyk & Lee 2020, "Efficient memory management for deep neural
/// net inference"). No order of placing is the best for all networks, so the shortest result of several counts:
/// the largest first, with those of one size in the order of the file or of time, those that take the most room
/// for the longest time first, and all in the order of time.
#[inline(never)]
fn place(roots: &[Option<Root>]) -> (Vec<usize>, usize) {
    let alive: Vec<(usize, &Root)> = roots
        .iter()
        .enumerate()
        .filter_map(|(id, root)| root.as_ref().map(|root| (id, root)))
        .filter(|(_, root)| root.life.from <= root.life.to)
        .collect();
    type Order = fn(&Root) -> (Reverse<usize>, usize);
    let orders: [Order; 4] = [
        |root| (Reverse(root.floats), 0),
        |root| (Reverse(root.floats), root.life.from),
        |root| (Reverse(root.floats.saturating_mul(root.life.to - root.life.from + 1)), 0),
        |root| (Reverse(0), root.life.from),
    ];
    orders
        .into_iter()
        .map(|order| {
            let mut ordered = alive.clone();
            ordered.sort_by_key(|&(id, root)| (order(root), id));
            place_in_order(&ordered, roots.len())
        })
        .min_by_key(|&(_, end)| end)
        .unwrap_or_default()
}

#[inline(never)]
fn place_in_order(order: &[(usize, &Root)], count: usize) -> (Vec<usize>, usize) {
    let mut offsets = vec![0; count];
    let mut placed: Vec<(usize, &Root)> = Vec::new(); // by offset
    let mut end = 0;
    for &(id, root) in order {
        let mut offset = 0;
        for &(at, other) in &placed {
            let together = root.life.from <= other.life.to && other.life.from <= root.life.to;
            if !together {
                continue;
            }
            if offset + root.floats <= at {
                break;
            }
            offset = offset.max(at + other.floats);
        }
        offsets[id] = offset;
        end = end.max(offset + root.floats);
        let position = placed.partition_point(|&(at, _)| at <= offset);
        placed.insert(position, (offset, root));
    }
    (offsets, end)
}

/// Floats of the roots that live at one time, at their most: no placing takes less.
#[inline(never)]
fn largest_live_set(roots: &[Option<Root>]) -> usize {
    let alive = || roots.iter().flatten().filter(|root| root.life.from <= root.life.to);
    // The sum only grows where a life begins.
    alive()
        .map(|start| {
            let at = start.life.from;
            alive().filter(|r| r.life.from <= at && at <= r.life.to).map(|r| r.floats).sum::<usize>()
        })
        .max()
        .unwrap_or(0)
}

impl fmt::Display for Plan {
    /// A line a step: number, node, operation, shapes, multiply-adds, place in memory.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape = |view: &View| view.shape.iter().map(usize::to_string).collect::<Vec<_>>().join("×");
        for (index, step) in self.steps.iter().enumerate() {
            let inputs = step.inputs.iter().map(shape).collect::<Vec<_>>().join(" ");
            writeln!(
                f,
                "{index:>4} {:<24} {:<28} {inputs:>26} → {:<18} {:>8.1} MMAC  @{}",
                step.name,
                step.kind.label(),
                shape(&step.output),
                step.multiply_adds() as f64 / 1e6,
                step.output.offset,
            )?;
        }
        writeln!(
            f,
            "{} steps, {:.2} GMAC, {:.1} MiB of memory ({:.1} MiB at the least)",
            self.steps.len(),
            self.multiply_adds() as f64 / 1e9,
            self.arena as f64 / f64::from(1 << 18),
            self.live as f64 / f64::from(1 << 18)
        )
    }
}
