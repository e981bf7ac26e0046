//! From a plan's steps to dispatches: which kernel, its parameters, the weights in the table.

use std::ops::Range;

use bytemuck::Zeroable;

use super::kernel::{Columns, Kernel, PARAMETER_BYTES, Tail, residual_place};
use super::pack::{self, Direction, Grouping};
use super::parameters::{AXES, Axis, Convolution, Element, Strided, Window};
use super::winograd;
use crate::gpu::Error;
use crate::nn::plan::{ALIGNMENT, Plan, Step, View};
use crate::nn::step::{Activation, BinaryOp, Conv, Kind, LANES, PoolMode, Resize, Tap, WeightValues};

/// Which of the two ways to convolve.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strategy {
    /// Through workgroup memory: for real GPUs.
    Tiled,
    /// In registers alone, in dispatches short enough to be cancelled between: for software adapters.
    Registers,
}

/// Which 3×3 convolutions of stride 1 go by Winograd's way (winograd.wgsl).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Winograd {
    /// Those that take less time so, by an estimate for software adapters.
    WhereFaster,
    /// Those of so many input groups times output groups or more.
    From(usize),
}

/// What a plan is translated for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) strategy: Strategy,
    pub(super) winograd: Winograd,
    /// Whether subgroups have eight invocations or more and can share what they load.
    pub(super) subgroups: bool,
    /// Whether products through workgroup memory are taken in half precision.
    pub(super) half: bool,
}

/// One dispatch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dispatch {
    pub(super) kernel: Kernel,
    /// Where its parameters start, in bytes.
    pub(super) parameters: u32,
    pub(super) workgroups: [u32; 3],
    /// The plan's step that it belongs to.
    pub(super) step: usize,
    /// Which of [`Program::areas`] it works on.
    pub(super) areas: usize,
    /// Multiplications with an addition.
    pub(super) work: u64,
}

/// The ranges of the arena, in floats, that a step works on, each bound by itself: WebGPU binds 128 MiB at once
/// by default. They never overlap, and start and end at multiples of [`ALIGNMENT`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Areas {
    /// Holds the first input; where the second lies among it (parts of one concatenation), that too.
    pub(super) source: Option<Range<usize>>,
    /// Holds the second input, where it has a range of its own.
    pub(super) other: Option<Range<usize>>,
    /// Holds the output.
    pub(super) result: Range<usize>,
}

/// Which area holds a step's second input; the numbers are those of the kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Second {
    Other = 0,
    Source = 1,
    Result = 2,
}

impl Areas {
    /// The areas of a step, the step with its offsets counted from their starts, and where its second input is.
    fn of(step: &Step) -> (Self, Step, Second) {
        let aligned = |view: &View| {
            let Range { start, end } = view.range();
            start / ALIGNMENT * ALIGNMENT
                ..end.next_multiple_of(ALIGNMENT).max(start / ALIGNMENT * ALIGNMENT + ALIGNMENT)
        };
        let result = aligned(&step.output);
        let mut source = step.inputs.first().map(aligned);
        let mut other = step.inputs.get(1).map(aligned);
        let mut second = Second::Other;
        if let (Some(a), Some(b)) = (source.clone(), other.clone()) {
            if step.inputs[1] == step.output {
                (other, second) = (None, Second::Result);
            } else if a.start < b.end && b.start < a.end {
                source = Some(a.start.min(b.start)..a.end.max(b.end));
                (other, second) = (None, Second::Source);
            }
        }
        let start = |area: &Option<Range<usize>>| area.as_ref().map_or(0, |area| area.start);
        let mut relative = step.clone();
        relative.output.offset -= result.start;
        if let Some(first) = relative.inputs.first_mut() {
            first.offset -= start(&source);
        }
        if let Some(input) = relative.inputs.get_mut(1) {
            input.offset -= match second {
                Second::Other => start(&other),
                Second::Source => start(&source),
                Second::Result => result.start,
            };
        }
        (Self { source, other, result }, relative, second)
    }

    /// Floats of the largest.
    pub(super) fn largest(&self) -> usize {
        [self.source.as_ref(), self.other.as_ref(), Some(&self.result)]
            .into_iter()
            .flatten()
            .map(Range::len)
            .max()
            .unwrap_or(0)
    }
}

/// A whole network, ready to be put on a device.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) dispatches: Vec<Dispatch>,
    pub(super) parameters: Vec<u8>,
    /// Weights, scales, biases, slopes and taps; entries of four words.
    pub(super) table: Vec<u32>,
    /// Floats of the arena.
    pub(super) arena: usize,
    /// What the dispatches work on, each once.
    pub(super) areas: Vec<Areas>,
}

/// Most workgroups along one axis that this module asks for; WebGPU allows 65535.
const MOST_WORKGROUPS: usize = 32768;

/// On a software adapter a dispatch takes no more than about this many multiply-adds, so that a person who
/// cancels waits no more than half a second for an adapter of 1 GFLOP/s.
pub(super) const SHORT_DISPATCH: u64 = 200_000_000;

pub(super) struct Builder {
    pub(super) target: Target,
    pub(super) program: Program,
    step: usize,
    /// Where the step's second input is.
    pub(super) second: Second,
    /// The areas of the step.
    pub(super) areas: Areas,
    /// Floats of the plan's own memory; what lies between the dispatches of one step comes after.
    pub(super) tensors: usize,
}

/// Translates a plan.
///
/// # Errors
/// [`Error::Unsupported`] for a copy with more axes than the parameters have room for.
pub(super) fn lower(plan: &Plan, target: Target) -> Result<Program, Error> {
    let mut table = Vec::with_capacity(plan.steps.iter().map(table_words).sum::<usize>() + 4);
    table.extend([0; 4]);
    let tensors = plan.arena.next_multiple_of(ALIGNMENT).max(ALIGNMENT);
    let mut builder = Builder {
        target,
        tensors,
        program: Program { dispatches: vec![], parameters: vec![], table, arena: tensors, areas: vec![] },
        step: 0,
        second: Second::Other,
        areas: Areas { source: None, other: None, result: 0..0 },
    };
    for (index, step) in plan.steps.iter().enumerate() {
        builder.step = index;
        if !step.output.is_empty() {
            let (areas, relative, second) = Areas::of(step);
            builder.second = second;
            builder.areas = areas.clone();
            builder.work_on(areas);
            builder.step(&relative)?;
        }
    }
    Ok(builder.program)
}

/// About the words that a step adds to the table: room for them at once, so that the table, which may hold tens
/// of megabytes, is not copied as it grows.
fn table_words(step: &Step) -> usize {
    match &step.kind {
        Kind::Conv(conv) | Kind::ConvTranspose(conv) => {
            let [o, i, kh, kw] = conv.weights.shape;
            let blocks = o.div_ceil(LANES) * i.div_ceil(LANES) * kh * kw;
            let words = if matches!(conv.weights.values, WeightValues::Int8 { .. }) { 4 } else { 16 };
            blocks * words + 3 * o.next_multiple_of(LANES)
        }
        Kind::Resize(resize) => 4 * (resize.rows.len() + resize.columns.len()),
        _ => 0,
    }
}

/// What the kernels call the function, with its numbers and slopes.
fn function(activation: &Activation) -> (u32, [f32; 4], Option<&[f32]>) {
    let plain = |number| (number, [0.0; 4], None);
    match activation {
        Activation::Identity => plain(0),
        Activation::Relu => plain(1),
        Activation::Clip { low, high } => (2, [*low, *high, 0.0, 0.0], None),
        Activation::LeakyRelu { slope } => (3, [*slope, 0.0, 0.0, 0.0], None),
        Activation::PRelu { slopes } => (4, [0.0; 4], Some(slopes)),
        Activation::HardSigmoid { alpha, beta } => (5, [*alpha, *beta, 0.0, 0.0], None),
        Activation::HardSwish => plain(6),
        Activation::Sigmoid => plain(7),
        Activation::Tanh => plain(8),
        Activation::Exp => plain(9),
        Activation::Sqrt => plain(10),
        Activation::Abs => plain(11),
        Activation::Neg => plain(12),
        Activation::Quantize { scale, zero, low, high } => (13, [*scale, *zero, *low, *high], None),
        Activation::Dequantize { scale, zero } => (14, [*scale, *zero, 0.0, 0.0], None),
    }
}

fn operation(op: BinaryOp) -> u32 {
    match op {
        BinaryOp::Add => 0,
        BinaryOp::Sub => 1,
        BinaryOp::Mul => 2,
        BinaryOp::Div => 3,
        BinaryOp::Max => 4,
        BinaryOp::Min => 5,
        BinaryOp::Pow => 6,
    }
}

fn size(height: usize, width: usize) -> [u32; 2] {
    [height as u32, width as u32]
}

fn pair(values: [usize; 2]) -> [u32; 2] {
    values.map(|v| v as u32)
}

/// A view's start and pitch in groups of four.
fn groups_of(view: &View) -> (u32, u32) {
    ((view.offset / LANES) as u32, (view.pitch / LANES) as u32)
}

/// Workgroups along two axes that make up `count`.
fn spread(count: usize) -> [u32; 2] {
    let x = count.clamp(1, MOST_WORKGROUPS);
    [x as u32, count.div_ceil(x) as u32]
}

impl Builder {
    /// Has the next dispatches work on these areas.
    pub(super) fn work_on(&mut self, areas: Areas) {
        if self.program.areas.last() != Some(&areas) {
            self.program.areas.push(areas);
        }
    }

    /// Puts words into the table; returns the entry that they start at.
    fn store(&mut self, words: impl IntoIterator<Item = u32>) -> u32 {
        let table = &mut self.program.table;
        let at = table.len() / 4;
        table.extend(words);
        table.resize(table.len().next_multiple_of(4), 0);
        at as u32
    }

    fn store_floats(&mut self, values: &[f32]) -> u32 {
        self.store(values.iter().map(|v| v.to_bits()))
    }

    pub(super) fn push<P: bytemuck::Pod>(
        &mut self,
        kernel: Kernel,
        parameters: &P,
        workgroups: [u32; 3],
        work: u64,
    ) {
        let at = self.program.parameters.len();
        self.program.parameters.extend_from_slice(bytemuck::bytes_of(parameters));
        self.program.parameters.resize(at + PARAMETER_BYTES, 0);
        let areas = self.program.areas.len() - 1;
        let dispatch = Dispatch { kernel, parameters: at as u32, workgroups, step: self.step, areas, work };
        self.program.dispatches.push(dispatch);
    }

    /// Workgroups for `items` of a kernel that counts them along one axis, and the items in a row of them.
    pub(super) fn linear(kernel: Kernel, items: usize) -> ([u32; 3], u32) {
        let each = kernel.workgroup_items();
        let [x, y] = spread(items.div_ceil(each));
        ([x, y, 1], x * each as u32)
    }

    fn step(&mut self, step: &Step) -> Result<(), Error> {
        let output = &step.output;
        match &step.kind {
            Kind::Conv(conv) => self.convolution(step, conv, Direction::Forward),
            Kind::ConvTranspose(conv) => self.convolution(step, conv, Direction::Transposed),
            Kind::Pool(pool) => {
                let mut window = self.window(step);
                window.mode = match pool.mode {
                    PoolMode::Max => 0,
                    PoolMode::Average => 1,
                    PoolMode::AverageWithPadding => 2,
                };
                window.kernel = pair(pool.kernel);
                window.stride = pair(pool.stride);
                window.dilation = pair(pool.dilation);
                window.padding = pool.padding.map(|p| p as u32);
                self.push_window(Kernel::Pool, window, output);
            }
            Kind::Resize(resize) => self.resize(step, resize),
            Kind::Unary(activation) => self.unary(step, activation),
            Kind::Binary(op) if output.is_image() => self.binary_image(step, *op),
            Kind::Binary(op) => self.binary_plain(step, *op)?,
            Kind::Copy(copy) => {
                let (source, target, loops) = copy.strided(&step.inputs[0], output);
                if loops.iter().all(|l| l.size > 0) {
                    let axes = loops
                        .iter()
                        .map(|l| Axis {
                            size: l.size as u32,
                            a: l.source as i32,
                            b: 0,
                            result: l.target as i32,
                        })
                        .collect();
                    self.copy(step, source, target, axes)?;
                }
            }
            Kind::Fill(value) => self.fill(output, *value),
            Kind::Softmax { axis } => self.softmax(step, *axis)?,
            Kind::MatMul => {
                let (a, b) = (&step.inputs[0], &step.inputs[1]);
                let [batch, m, k] = [a.shape[0], a.shape[1], a.shape[2]];
                let n = b.shape[2];
                let batch_b = if b.shape[0] == 1 { 0 } else { k * n };
                let axes = vec![
                    Axis { size: batch as u32, a: (m * k) as i32, b: batch_b as i32, result: (m * n) as i32 },
                    Axis { size: m as u32, a: k as i32, b: 0, result: n as i32 },
                    Axis { size: n as u32, a: 0, b: 1, result: 1 },
                ];
                let parameters = Strided {
                    a: a.offset as u32,
                    b: b.offset as u32,
                    result: output.offset as u32,
                    length: k as u32,
                    length_a: 1,
                    length_b: n as u32,
                    b_in: self.second as u32,
                    ..Strided::zeroed()
                };
                self.strided(step, Kernel::Product, parameters, axes)?;
            }
        }
        Ok(())
    }

    fn convolution(&mut self, step: &Step, conv: &Conv, direction: Direction) {
        let (input, output) = (&step.inputs[0], &step.output);
        let [n, channels, height, width] = input.image();
        let [_, outputs, out_height, out_width] = output.image();
        let is_depthwise = direction == Direction::Forward
            && conv.groups > 1
            && conv.groups == channels
            && conv.groups == outputs;
        let packed = if is_depthwise {
            pack::depthwise(conv, channels)
        } else {
            pack::blocks(conv, direction, channels, outputs)
        };
        let int8 = packed.int8;
        let grouping = Grouping::of(channels, outputs, conv.groups);
        let weights = self.store(packed.weights);
        let scales = self.store_floats(&packed.scales);
        let biases = self.store_floats(&conv.bias);
        let (function, values, slopes) = function(&conv.activation);
        let slopes = slopes.map_or(0, |slopes| self.store_floats(&per_channel(slopes, outputs)));
        let (source, source_pitch) = groups_of(input);
        let (result, result_pitch) = groups_of(output);
        let residual = conv.residual.and_then(|_| step.inputs.get(1));
        let (residual_at, residual_pitch) = residual.map_or((0, 0), groups_of);
        let mut p = Convolution {
            source,
            source_pitch,
            source_size: size(height, width),
            result,
            result_pitch,
            result_size: size(out_height, out_width),
            residual: residual_at,
            residual_pitch,
            has_residual: residual_place(conv.residual),
            images: n as u32,
            kernel: pair(conv.kernel()),
            stride: pair(conv.stride),
            dilation: pair(conv.dilation),
            padding: [conv.padding[0] as u32, conv.padding[1] as u32],
            depth: grouping.depth as u32,
            outputs: grouping.outputs as u32,
            group_outputs: grouping.group_outputs as u32,
            weights,
            scales,
            biases,
            residual_in: self.second as u32,
            function,
            slopes,
            values,
            ..Convolution::zeroed()
        };

        if direction == Direction::Forward
            && let Some(tiles) = winograd::tiles(&self.target, conv, step)
        {
            self.winograd(step, conv, &tiles, p, int8);
            return;
        }
        let pixels = n * out_height * out_width;
        let rows = n * out_height;
        let wide = grouping.outputs > 1;
        let tail = Tail::of(conv);
        // Strips of eight pixels, neighbouring or `dilation` apart.
        let strips = out_width.div_ceil(8);
        let spaced = out_width.div_ceil(8 * conv.dilation[1]) * conv.dilation[1];
        // Reading a row's inputs once for three taps is worth about a third more strips.
        let by_rows = conv.kernel()[1] == 3 && conv.stride == [1, 1] && 3 * spaced <= 4 * strips;
        let kernel = if direction == Direction::Transposed {
            Kernel::Transposed { int8, tail }
        } else if is_depthwise {
            Kernel::Depthwise { int8, tail }
        } else if conv.groups > 1 {
            Kernel::Pixel { int8, tail }
        } else if self.target.strategy == Strategy::Registers {
            match (out_width < 4, by_rows) {
                (true, _) => Kernel::Pixel { int8, tail },
                // Few layers that are not small come here in wide strips: one pipeline serves all of them.
                (false, true) => Kernel::Rows { int8, wide, tail: if wide { Tail::Any } else { tail } },
                (false, false) => Kernel::Strip { int8, wide, tail: if wide { Tail::Any } else { tail } },
            }
        } else if grouping.outputs == 1 || pixels < 64 {
            Kernel::Pixel { int8, tail }
        } else {
            Kernel::Tiled { int8, columns: Columns::covering(grouping.outputs), half: self.target.half, tail }
        };
        let (items, layers) = match kernel {
            Kernel::Rows { .. } => (rows * spaced, grouping.outputs.div_ceil(1 + usize::from(wide))),
            Kernel::Strip { .. } => (rows * strips, grouping.outputs.div_ceil(1 + usize::from(wide))),
            Kernel::Tiled { columns, .. } => (pixels, grouping.outputs.div_ceil(columns.groups())),
            _ => (pixels * grouping.outputs, 1),
        };
        p.strips = if matches!(kernel, Kernel::Rows { .. }) { spaced } else { strips } as u32;

        let work = step.multiply_adds();
        let parts = match self.target.strategy {
            Strategy::Registers => work.div_ceil(SHORT_DISPATCH).max(1) as usize,
            Strategy::Tiled => 1,
        };
        let each = kernel.workgroup_items();
        let part = items.div_ceil(parts).next_multiple_of(each);
        for first in (0..items).step_by(part) {
            let end = (first + part).min(items);
            let [x, y] = spread((end - first).div_ceil(each));
            p.first = first as u32;
            p.end = end as u32;
            // A tile's kernel counts tiles, the others items.
            p.row_of_items = if matches!(kernel, Kernel::Tiled { .. }) { x } else { x * each as u32 };
            let share = (u128::from(work) * (end - first) as u128 / items as u128) as u64;
            self.push(kernel, &p, [x, y, layers as u32], share);
        }
    }

    fn window(&self, step: &Step) -> Window {
        let (input, output) = (&step.inputs[0], &step.output);
        let [_, channels, height, width] = input.image();
        let [n, _, out_height, out_width] = output.image();
        let (source, source_pitch) = groups_of(input);
        let (result, result_pitch) = groups_of(output);
        let groups = channels.div_ceil(LANES);
        Window {
            source,
            source_pitch,
            source_size: size(height, width),
            result,
            result_pitch,
            result_size: size(out_height, out_width),
            groups: groups as u32,
            end: (n * out_height * out_width * groups) as u32,
            ..Window::zeroed()
        }
    }

    fn push_window(&mut self, kernel: Kernel, mut window: Window, output: &View) {
        let (workgroups, row) = Self::linear(kernel, window.end as usize);
        window.row_of_items = row;
        self.push(kernel, &window, workgroups, output.len() as u64 / 4);
    }

    fn resize(&mut self, step: &Step, resize: &Resize) {
        let words = |taps: &[Tap]| -> Vec<u32> {
            taps.iter().flat_map(|t| [t.low, t.high, t.weight.to_bits(), 0]).collect()
        };
        let mut window = self.window(step);
        window.rows = self.store(words(&resize.rows));
        window.columns = self.store(words(&resize.columns));
        self.push_window(Kernel::Resize, window, &step.output);
    }

    fn push_element(&mut self, kernel: Kernel, mut element: Element, output: &View) {
        let (workgroups, row) = Self::linear(kernel, element.end as usize);
        element.row_of_items = row;
        self.push(kernel, &element, workgroups, output.len() as u64 / 4);
    }

    /// The result's side of an element by element operation. A plain tensor is one row of groups.
    fn element(output: &View) -> Element {
        if !output.is_image() {
            let groups = output.len().div_ceil(LANES);
            return Element {
                result: (output.offset / LANES) as u32,
                result_pitch: 1,
                groups: 1,
                channels: output.len() as u32,
                size: [1, groups as u32],
                end: groups as u32,
                ..Element::zeroed()
            };
        }
        let [n, c, h, w] = output.image();
        let (result, result_pitch) = groups_of(output);
        let groups = c.div_ceil(LANES);
        Element {
            result,
            result_pitch,
            groups: groups as u32,
            channels: c as u32,
            size: size(h, w),
            end: (n * h * w * groups) as u32,
            ..Element::zeroed()
        }
    }

    fn unary(&mut self, step: &Step, activation: &Activation) {
        let (input, output) = (&step.inputs[0], &step.output);
        let mut element = Self::element(output);
        let (function, values, slopes) = function(activation);
        element.a = (input.offset / LANES) as u32;
        element.a_strides[2] = if input.is_image() { input.pitch / LANES } else { 1 } as u32;
        element.function = function;
        element.values = values;
        if !output.is_image() {
            element.last_axis = output.shape.last().copied().unwrap_or(1).max(1) as u32;
        }
        if let Some(slopes) = slopes {
            element.slopes = self.store_floats(slopes);
        }
        self.push_element(Kernel::Unary, element, output);
    }

    fn binary_image(&mut self, step: &Step, op: BinaryOp) {
        let output = &step.output;
        let side = |view: &View| -> (u32, [u32; 4], u32) {
            let [n, c, h, w] = view.image();
            let stride =
                |axis: usize, size: usize| if size == 1 { 0 } else { view.stride(axis) / LANES } as u32;
            let group = u32::from(c > 1);
            let single = u32::from(c == 1 && output.shape[1] != 1);
            ((view.offset / LANES) as u32, [stride(0, n), stride(2, h), stride(3, w), group], single)
        };
        let mut element = Self::element(output);
        (element.a, element.a_strides, element.a_single) = side(&step.inputs[0]);
        (element.b, element.b_strides, element.b_single) = side(&step.inputs[1]);
        element.b_in = self.second as u32;
        element.function = operation(op);
        self.push_element(Kernel::Binary, element, output);
    }

    fn binary_plain(&mut self, step: &Step, op: BinaryOp) -> Result<(), Error> {
        let output = &step.output;
        let stride = |view: &View, axis: usize| {
            if view.shape[axis] == 1 { 0 } else { view.stride(axis) as i32 }
        };
        let axes = (0..output.shape.len())
            .map(|axis| Axis {
                size: output.shape[axis] as u32,
                a: stride(&step.inputs[0], axis),
                b: stride(&step.inputs[1], axis),
                result: output.stride(axis) as i32,
            })
            .collect();
        let parameters = Strided {
            a: step.inputs[0].offset as u32,
            b: step.inputs[1].offset as u32,
            result: output.offset as u32,
            operation: operation(op),
            b_in: self.second as u32,
            ..Strided::zeroed()
        };
        self.strided(step, Kernel::BinaryPlain, parameters, axes)
    }

    fn fill(&mut self, output: &View, value: f32) {
        let mut element = Self::element(output);
        element.values[0] = value;
        self.push_element(Kernel::Fill, element, output);
    }

    fn softmax(&mut self, step: &Step, axis: usize) -> Result<(), Error> {
        let (input, output) = (&step.inputs[0], &step.output);
        if output.is_image() && !output.shape[1].is_multiple_of(LANES) {
            // The kernel leaves the padding lanes alone.
            self.fill(output, 0.0);
        }
        let axes = (0..output.shape.len())
            .filter(|&a| a != axis)
            .map(|a| Axis {
                size: output.shape[a] as u32,
                a: input.stride(a) as i32,
                b: 0,
                result: output.stride(a) as i32,
            })
            .collect();
        let parameters = Strided {
            a: input.offset as u32,
            result: output.offset as u32,
            length: output.shape[axis] as u32,
            length_a: input.stride(axis) as u32,
            length_result: output.stride(axis) as u32,
            ..Strided::zeroed()
        };
        self.strided(step, Kernel::Softmax, parameters, axes)
    }

    fn copy(&mut self, step: &Step, source: usize, target: usize, axes: Vec<Axis>) -> Result<(), Error> {
        let lanes = LANES as i32;
        // A loop over neighbouring elements, whole groups of them, and every other step whole groups too.
        let inner = axes
            .iter()
            .position(|x| x.a == 1 && x.result == 1 && x.size.is_multiple_of(lanes as u32))
            .filter(|&inner| {
                source.is_multiple_of(LANES)
                    && target.is_multiple_of(LANES)
                    && axes
                        .iter()
                        .enumerate()
                        .all(|(i, x)| i == inner || (x.a % lanes == 0 && x.result % lanes == 0))
            });
        let mut parameters = Strided { a: source as u32, result: target as u32, ..Strided::zeroed() };
        let Some(inner) = inner else { return self.strided(step, Kernel::Copy, parameters, axes) };
        let grouped = axes.iter().enumerate().map(|(i, x)| {
            if i == inner {
                Axis { size: x.size / lanes as u32, ..*x }
            } else {
                Axis { a: x.a / lanes, result: x.result / lanes, ..*x }
            }
        });
        let mut grouped: Vec<Axis> = grouped.collect();
        // Neighbouring invocations move neighbouring groups.
        let innermost = grouped.remove(inner);
        grouped.push(innermost);
        parameters.a /= LANES as u32;
        parameters.result /= LANES as u32;
        self.strided(step, Kernel::CopyGroups, parameters, grouped)
    }

    fn strided(
        &mut self,
        step: &Step,
        kernel: Kernel,
        mut parameters: Strided,
        axes: Vec<Axis>,
    ) -> Result<(), Error> {
        let axes = merged(axes);
        if axes.len() > AXES {
            return Err(Error::Unsupported {
                name: step.name.clone(),
                what: format!("a {} over {} axes, more than {AXES}", step.kind.label(), axes.len()),
            });
        }
        let items = axes.iter().map(|a| a.size as usize).product();
        parameters.axes[AXES - axes.len()..].copy_from_slice(&axes);
        parameters.used = axes.len() as u32;
        parameters.end = items as u32;
        let (workgroups, row) = Self::linear(kernel, items);
        parameters.row_of_items = row;
        let work = items as u64 * u64::from(parameters.length.max(1));
        self.push(kernel, &parameters, workgroups, work);
        Ok(())
    }
}

/// The same walk with fewer axes: those of one turn dropped, neighbours that run on into one another joined.
fn merged(axes: Vec<Axis>) -> Vec<Axis> {
    let mut result: Vec<Axis> = Vec::with_capacity(axes.len());
    for axis in axes.into_iter().filter(|a| a.size != 1) {
        let turns = axis.size as i32;
        match result.last_mut() {
            Some(outer)
                if outer.a == axis.a * turns
                    && outer.b == axis.b * turns
                    && outer.result == axis.result * turns =>
            {
                *outer = Axis { size: outer.size * axis.size, ..axis };
            }
            _ => result.push(axis),
        }
    }
    result
}

/// A PRelu's slopes, one a channel.
fn per_channel(slopes: &[f32], channels: usize) -> Vec<f32> {
    (0..channels).map(|c| slopes[c % slopes.len().max(1)]).collect()
}
