//! 3×3 convolutions by Winograd's way: which take it, and their dispatches.
//!
//! A convolution becomes four kinds of dispatches. The filters are transformed anew in each run, which spares the
//! sixteen times their bytes that they would hold all the time; then, for one strip of the picture's tiles after
//! the other, the inputs are transformed, multiplied and transformed back.

use std::ops::Range;

use super::kernel::{Columns, Kernel, Tail};
use super::lower::{Areas, Builder, SHORT_DISPATCH, Second, Strategy, Target, Winograd};
use super::parameters::Convolution;
use crate::nn::plan::{ALIGNMENT, Step};
use crate::nn::step::{Conv, LANES};

/// Positions in a transformed tile.
const POSITIONS: usize = 36;
/// Results in a row of a tile.
const OUT: usize = 4;

/// The kernel of the products of so many tiles.
fn multiply(target: &Target, tiles: usize, groups: usize) -> Kernel {
    match target.strategy {
        Strategy::Registers => {
            let kernel = |tall| Kernel::WinogradMultiply { subgroups: target.subgroups, tall };
            // Eight tiles at once take about 1.6 times as long as four.
            let filled = |tall| tiles.next_multiple_of(kernel(tall).workgroup_items());
            kernel(8 * filled(true) <= 10 * filled(false))
        }
        Strategy::Tiled => Kernel::WinogradTiled { columns: Columns::covering(groups) },
    }
}

/// Output groups whose filters lie side by side.
fn block(target: &Target, groups: usize) -> usize {
    match target.strategy {
        Strategy::Registers => 4,
        Strategy::Tiled => Columns::covering(groups).groups(),
    }
}

/// Floats of scratch memory for a strip's inputs and products on a software adapter, 8 MiB; four times as many on a
/// real one.
const STRIP: usize = 2 << 20;
/// Most floats of transformed filters.
const FILTERS: usize = 4 << 20;

/// How many times less a plain evaluation's multiply-adds count here: products are a quarter, and the rest takes time.
const SPARED: u64 = 3;

/// Most tiles of a picture: the kernels divide their numbers as floats.
const MOST_TILES: usize = 1 << 21;

/// How a convolution's picture is cut.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles {
    /// Rows and columns of tiles in an image.
    size: [usize; 2],
    /// Of all images.
    all: usize,
    /// Tiles that a strip has.
    strip: usize,
}

/// The tiles of a convolution that goes by this way, or `None`.
pub(super) fn tiles(target: &Target, conv: &Conv, step: &Step) -> Option<Tiles> {
    let possible = conv.kernel() == [3, 3] && conv.stride == [1, 1] && conv.groups == 1;
    let (input, output) = (&step.inputs[0], &step.output);
    let [n, channels, _, _] = input.image();
    let [_, outputs, height, width] = output.image();
    let (depth, groups) = (channels.div_ceil(LANES), outputs.div_ceil(LANES));
    let filters = POSITIONS * groups.next_multiple_of(block(target, groups)) * depth * LANES * LANES;
    if !possible || filters > FILTERS {
        return None;
    }
    // The interleaved pictures differ by a pixel at most; the first is the largest.
    let along = |size: usize, step: usize| size.div_ceil(step).div_ceil(OUT) * step;
    let size = [along(height, conv.dilation[0]), along(width, conv.dilation[1])];
    let all = n * size[0] * size[1];
    if all > MOST_TILES {
        return None;
    }
    let each = POSITIONS * (depth + groups) * LANES;
    let mut strip = match target.strategy {
        // Between two dispatches a person may cancel.
        Strategy::Registers => {
            let work = (9 * OUT * OUT * channels * outputs) as u64 / SPARED;
            (STRIP / each).min((SHORT_DISPATCH / work.max(1)) as usize)
        }
        // Wide adapters want many workgroups at once.
        Strategy::Tiled => 4 * STRIP / each,
    };
    // In whole workgroups.
    let workgroup = multiply(target, strip.min(all), groups).workgroup_items();
    strip = (strip / workgroup * workgroup).max(workgroup).min(all);
    let tiles = Tiles { size, all, strip };
    let chosen = match target.winograd {
        Winograd::WhereFaster => faster(target, &tiles, depth, groups, n * height * width),
        Winograd::From(least) => depth * groups >= least,
    };
    chosen.then_some(tiles)
}

/// Whether this way is estimated to take less time on a software adapter than conv_strip.wgsl: from the multiply-adds
/// of four channels, and the loads and stores of four channels, that each takes.
fn faster(target: &Target, tiles: &Tiles, depth: usize, groups: usize, pixels: usize) -> bool {
    let [depth, groups, pixels] = [depth, groups, pixels].map(|count| count as u64);
    // Multiply-adds that take the time of a load: lavapipe, which has subgroups here, loads invocation by invocation.
    let load = if target.subgroups { 20 } else { 8 };
    let kernel = multiply(target, tiles.strip, groups as usize);
    let each = if matches!(kernel, Kernel::WinogradMultiply { tall: true, .. }) { 8 } else { 4 };
    let filled = tiles.strip.next_multiple_of(kernel.workgroup_items()) * tiles.all.div_ceil(tiles.strip);
    let [filled, all] = [filled, tiles.all].map(|count| count as u64);
    let weights = if target.subgroups { 2 } else { 16 };
    let products =
        POSITIONS as u64 * depth * groups.div_ceil(4) * filled / each * (16 * each + (each + weights) * load);
    let transforms = all * (depth * (150 + 72 * load) + groups * (100 + (36 + 16) * load));
    let filters = LANES as u64 * depth * groups * (9 + 36) * load;
    // Strips of eight pixels in two output groups; in a row of the kernel ten loads of inputs, six of weights.
    let pairs = groups.div_ceil(2);
    let direct = pixels * depth * pairs * (9 * 8 + 6 * load) + pixels * groups * 4 * load;
    products + transforms + filters < direct
}

impl Builder {
    /// Puts a convolution's dispatches into the program; `p` as for the other ways, offsets counted from the starts
    /// of the step's areas.
    pub(super) fn winograd(&mut self, step: &Step, conv: &Conv, tiles: &Tiles, p: Convolution, int8: bool) {
        let areas = self.areas.clone();
        let (depth, groups) = (p.depth as usize, p.outputs as usize);
        let block = block(&self.target, groups);
        let blocks = groups.div_ceil(block);
        let mut scratch = self.tensors;
        let mut take = |vectors: usize| -> Range<usize> {
            let range = scratch..(scratch + vectors * LANES).next_multiple_of(ALIGNMENT);
            scratch = range.end;
            range
        };
        let filter_items = blocks * block * depth * LANES;
        let filters = take(POSITIONS * filter_items);
        let inputs = take(POSITIONS * tiles.strip * depth);
        let products = take(POSITIONS * tiles.strip * groups);
        self.program.arena = self.program.arena.max(products.end);

        let p = Convolution {
            strips: tiles.size[1] as u32,
            tile_rows: tiles.size[0] as u32,
            block: block as u32,
            ..p
        };
        self.work_on(Areas { source: None, other: None, result: filters.clone() });
        let filter = Kernel::WinogradFilters { int8 };
        let (workgroups, row_of_items) = Self::linear(filter, filter_items);
        self.push(filter, &Convolution { end: filter_items as u32, row_of_items, ..p }, workgroups, 0);

        let outputs = Kernel::WinogradOutputs { tail: Tail::of(conv) };
        let work = step.multiply_adds();
        for first in (0..tiles.all).step_by(tiles.strip) {
            let end = (first + tiles.strip).min(tiles.all);
            let count = end - first;
            let share = (u128::from(work) * count as u128 / tiles.all as u128) as u64 / SPARED;
            let p = Convolution { first: first as u32, end: end as u32, ..p };

            self.work_on(Areas { source: areas.source.clone(), other: None, result: inputs.clone() });
            let (workgroups, row_of_items) = Self::linear(Kernel::WinogradInputs, count * depth);
            self.push(Kernel::WinogradInputs, &Convolution { row_of_items, ..p }, workgroups, share / 4);

            self.work_on(Areas {
                source: Some(inputs.clone()),
                other: Some(filters.clone()),
                result: products.clone(),
            });
            let multiply = multiply(&self.target, count, groups);
            let workgroups = [count.div_ceil(multiply.workgroup_items()), POSITIONS, blocks];
            self.push(multiply, &p, workgroups.map(|count| count as u32), share / 2);

            // The residual has a range of its own now, since the source's place is taken by the products.
            let (other, residual_in) = match self.second {
                Second::Other => (areas.other.clone(), Second::Other),
                Second::Source => (areas.source.clone(), Second::Other),
                Second::Result => (None, Second::Result),
            };
            self.work_on(Areas { source: Some(products.clone()), other, result: areas.result.clone() });
            let (workgroups, row_of_items) = Self::linear(outputs, count * groups);
            let p = Convolution { row_of_items, residual_in: residual_in as u32, ..p };
            self.push(outputs, &p, workgroups, share / 4);
        }
    }
}
