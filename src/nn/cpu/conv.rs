//! Convolution: the choice among the ways to compute one, and the plainer of them.

use std::sync::Arc;

use super::elementwise;
use super::gemm::{self, Gemm};
use super::simd::{F32x4, Kernel, Lanes, dispatch};
use super::tail::{Addend, Tail};
use super::winograd::{self, Winograd};
use crate::nn::plan::View;
use crate::nn::step::{Conv, LANES, WeightValues, Weights};

/// Sizes of one convolution.
#[derive(Clone, Copy)]
pub(super) struct Geometry {
    pub(super) images: usize,
    /// Rows and columns.
    pub(super) input: [usize; 2],
    /// Rows and columns.
    pub(super) output: [usize; 2],
    /// Without padding lanes.
    pub(super) input_channels: usize,
    /// Without padding lanes.
    pub(super) output_channels: usize,
    /// Floats from one pixel to the next.
    pub(super) input_pitch: usize,
    pub(super) output_pitch: usize,
    pub(super) residual_pitch: usize,
    pub(super) kernel: [usize; 2],
    pub(super) stride: [usize; 2],
    pub(super) dilation: [usize; 2],
    /// Top, left, bottom, right.
    pub(super) padding: [usize; 4],
}

impl Geometry {
    fn new(conv: &Conv, inputs: &[View], output: &View) -> Self {
        let [images, input_channels, height, width] = inputs[0].image();
        let [_, output_channels, rows, columns] = output.image();
        Self {
            images,
            input: [height, width],
            output: [rows, columns],
            input_channels,
            output_channels,
            input_pitch: inputs[0].pitch,
            output_pitch: output.pitch,
            residual_pitch: inputs.get(1).map_or(0, |view| view.pitch),
            kernel: conv.kernel(),
            stride: conv.stride,
            dilation: conv.dilation,
            padding: conv.padding,
        }
    }

    /// Channels with their padding lanes.
    fn lanes(&self) -> (usize, usize) {
        (self.input_channels.next_multiple_of(LANES), self.output_channels.next_multiple_of(LANES))
    }

    fn taps(&self) -> usize {
        self.kernel[0] * self.kernel[1]
    }

    fn output_pixels(&self) -> usize {
        self.images * self.output[0] * self.output[1]
    }

    /// Image, row and column of an output pixel.
    fn place(&self, pixel: usize) -> [usize; 3] {
        let [rows, columns] = self.output;
        [pixel / (rows * columns), pixel / columns % rows, pixel % columns]
    }

    /// Calls `each(tap, input pixel)` for the taps of an output pixel that lie in the picture.
    #[inline(always)]
    fn for_taps(&self, pixel: usize, mut each: impl FnMut(usize, usize)) {
        let [image, row, column] = self.place(pixel);
        let [height, width] = self.input;
        for ky in 0..self.kernel[0] {
            let y = (row * self.stride[0] + ky * self.dilation[0]).wrapping_sub(self.padding[0]);
            if y >= height {
                continue;
            }
            for kx in 0..self.kernel[1] {
                let x = (column * self.stride[1] + kx * self.dilation[1]).wrapping_sub(self.padding[1]);
                if x < width {
                    each(ky * self.kernel[1] + kx, (image * height + y) * width + x);
                }
            }
        }
    }

    /// Puts the inputs under an output pixel's kernel side by side, zeros where it leaves the picture.
    #[inline(always)]
    fn gather(&self, pixel: usize, input: &[f32], to: &mut [f32]) {
        let [image, row, column] = self.place(pixel);
        let [height, width] = self.input;
        let (channels, _) = self.lanes();
        let [step, pitch] = [self.dilation[1], self.input_pitch];
        // Pixels without a gap between them, as many as the kernel is wide: one stretch of memory.
        let stretch = step == 1 && pitch == channels;
        let left = column * self.stride[1];
        let inside = left >= self.padding[1] && left - self.padding[1] + self.kernel[1] <= width;
        for (ky, taps) in to.chunks_exact_mut(self.kernel[1] * channels).enumerate() {
            let y = (row * self.stride[0] + ky * self.dilation[0]).wrapping_sub(self.padding[0]);
            if y >= height {
                taps.fill(0.0);
                continue;
            }
            let start = (image * height + y) * width;
            if stretch && inside {
                let at = (start + left - self.padding[1]) * pitch;
                copy_lanes(&input[at..at + taps.len()], taps);
                continue;
            }
            for (kx, tap) in taps.chunks_exact_mut(channels).enumerate() {
                let x = (left + kx * step).wrapping_sub(self.padding[1]);
                if x < width {
                    copy_lanes(&input[(start + x) * pitch..][..channels], tap);
                } else {
                    tap.fill(0.0);
                }
            }
        }
    }

    /// As [`Geometry::for_taps`] for a transposed convolution, where an input pixel spreads over the output.
    #[inline(always)]
    fn for_transposed_taps(&self, pixel: usize, mut each: impl FnMut(usize, usize)) {
        let [image, row, column] = self.place(pixel);
        let [height, width] = self.input;
        let source = |at: usize, tap: usize, axis: usize, size: usize| {
            let reach = (at + self.padding[axis]).checked_sub(tap * self.dilation[axis])?;
            let whole = reach.is_multiple_of(self.stride[axis]);
            Some(reach / self.stride[axis]).filter(|&place| whole && place < size)
        };
        for ky in 0..self.kernel[0] {
            let Some(y) = source(row, ky, 0, height) else { continue };
            for kx in 0..self.kernel[1] {
                if let Some(x) = source(column, kx, 1, width) {
                    each(ky * self.kernel[1] + kx, (image * height + y) * width + x);
                }
            }
        }
    }
}

/// Copies a few groups of lanes, which for so little is faster than a call of the system's copy.
#[inline(always)]
fn copy_lanes(from: &[f32], to: &mut [f32]) {
    for (from, to) in from.as_chunks::<LANES>().0.iter().zip(to.as_chunks_mut::<LANES>().0) {
        *to = *from;
    }
}

/// The weight at a flat index, of an output channel.
#[inline(always)]
pub(super) fn expand(weights: &Weights, index: usize, channel: usize) -> f32 {
    match &weights.values {
        WeightValues::Int8 { bytes, scales } => f32::from(bytes[index]) * scales[channel],
        WeightValues::F32(values) => values[index],
    }
}

/// A way to compute a convolution.
enum Way {
    /// 3×3 of stride 1.
    Winograd(winograd::Layout, winograd::Packed),
    Plain(Plainly),
}

/// A way with a kernel in this file.
#[derive(Clone, Copy)]
enum Plainly {
    /// Any kernel in one group: pixels gathered into rows, times the weights.
    Product(Product),
    /// Each channel by itself.
    Depthwise,
    /// At most four output channels.
    Few(Few),
    /// Whatever else: groups of channels.
    Grouped,
    /// Transposed.
    Transposed,
}

/// A convolution with its way chosen.
pub(super) struct Prepared {
    geometry: Geometry,
    way: Way,
    /// Padded to a multiple of 4.
    bias: Vec<f32>,
}

impl Prepared {
    /// Chooses the way. What it keeps of the weights in an order of its own it takes out of `conv`.
    #[inline(never)]
    pub(super) fn new(conv: &mut Conv, transposed: bool, inputs: &[View], output: &View) -> Self {
        let geometry = Geometry::new(conv, inputs, output);
        let Geometry { input_channels, output_channels, kernel, stride, dilation, .. } = geometry;
        let way = if transposed {
            Way::Plain(Plainly::Transposed)
        } else if conv.groups == 1 {
            if output_channels <= LANES && input_channels > LANES {
                Way::Plain(Plainly::Few(Few::new(&geometry)))
            } else if kernel == [3, 3] && stride == [1, 1] && dilation[0] == dilation[1] {
                let tiles = winograd::tiles(geometry.images, geometry.output, dilation[0]);
                let layout = winograd::Layout::new(input_channels, output_channels, tiles);
                // The plan's own are not needed any more, and would be as much memory again.
                let values = WeightValues::F32(Vec::new());
                let taken = Arc::new(Weights { shape: conv.weights.shape, values });
                let weights = std::mem::replace(&mut conv.weights, taken);
                Way::Winograd(layout, winograd::Packed::new(weights))
            } else {
                Way::Plain(Plainly::Product(Product::new(&geometry)))
            }
        } else if conv.groups == input_channels && input_channels == output_channels {
            Way::Plain(Plainly::Depthwise)
        } else {
            Way::Plain(Plainly::Grouped)
        };
        let mut bias = conv.bias.to_vec();
        bias.resize(output_channels.next_multiple_of(LANES), 0.0);
        Self { geometry, way, bias }
    }

    /// Floats of scratch memory.
    pub(super) fn scratch(&self) -> usize {
        let geometry = &self.geometry;
        let (channels, outputs) = geometry.lanes();
        let taps = geometry.taps();
        match &self.way {
            Way::Winograd(layout, _) => layout.scratch(),
            Way::Plain(Plainly::Product(product)) => product.scratch(),
            Way::Plain(Plainly::Depthwise) => taps * channels,
            Way::Plain(Plainly::Few(Few { columns, rows })) => {
                columns * (channels + rows * geometry.input[1])
            }
            Way::Plain(Plainly::Grouped) => outputs,
            Way::Plain(Plainly::Transposed) => outputs + taps * channels * outputs,
        }
    }

    /// Runs it. The slices start where their views do.
    pub(super) fn run(
        &self,
        conv: &Conv,
        input: &[f32],
        residual: Addend<'_>,
        view: &View,
        output: &mut [f32],
        scratch: &mut [f32],
    ) {
        let geometry = self.geometry;
        let tail = Tail::new(&self.bias, conv);
        match self.way {
            Way::Winograd(layout, ref weights) => {
                dispatch(Winograd { geometry, layout, weights, input, residual, output, tail, scratch });
            }
            Way::Plain(way) => {
                let (weights, groups) = (&*conv.weights, conv.groups);
                dispatch(Plain { geometry, way, weights, groups, input, residual, output, tail, scratch });
            }
        }
        if !Tail::covers(&conv.activation) {
            elementwise::activate(&conv.activation, view, output);
        }
    }
}

/// Any way but Winograd's, ready to run.
struct Plain<'a> {
    geometry: Geometry,
    way: Plainly,
    weights: &'a Weights,
    groups: usize,
    input: &'a [f32],
    residual: Addend<'a>,
    output: &'a mut [f32],
    tail: Tail<'a>,
    scratch: &'a mut [f32],
}

impl Kernel for Plain<'_> {
    #[inline(always)]
    fn run<V: Lanes>(mut self) {
        match self.way {
            Plainly::Product(product) => self.product::<V>(product),
            Plainly::Depthwise => self.depthwise::<V>(),
            Plainly::Few(few) => self.few::<V>(few),
            Plainly::Grouped => self.grouped::<V>(),
            Plainly::Transposed => self.transposed::<V>(),
        }
    }
}

/// Floats of scratch that a block of gathered rows may take: half a MiB, to stay in the second-level cache.
const BLOCK: usize = 1 << 17;

/// Sizes of a convolution as a matrix product.
#[derive(Clone, Copy)]
struct Product {
    /// Length of a row: taps × input channels.
    depth: usize,
    columns: usize,
    /// Rows of a block.
    rows: usize,
    /// Whether the input's pixels are the rows already.
    direct: bool,
}

impl Product {
    fn new(geometry: &Geometry) -> Self {
        let depth = geometry.taps() * geometry.lanes().0;
        let columns = geometry.output_channels.next_multiple_of(gemm::panel());
        let tile = gemm::rows();
        Self {
            depth,
            columns,
            rows: (BLOCK / (depth + columns)).clamp(tile, 16 * tile) / tile * tile,
            direct: geometry.kernel == [1, 1] && geometry.stride == [1, 1] && geometry.padding == [0; 4],
        }
    }

    fn scratch(&self) -> usize {
        let gathered = if self.direct { 0 } else { self.rows * self.depth };
        self.depth * self.columns + gathered + self.rows * self.columns
    }
}

/// Sizes of a convolution with few output channels, whose taps are the columns of a product.
#[derive(Clone, Copy)]
struct Few {
    columns: usize,
    /// Input rows under a window: so many of the product's are kept.
    rows: usize,
}

impl Few {
    fn new(geometry: &Geometry) -> Self {
        Self {
            columns: (geometry.taps() * geometry.output_channels).next_multiple_of(gemm::panel()),
            rows: (geometry.kernel[0] - 1) * geometry.dilation[0] + 1,
        }
    }
}

impl Plain<'_> {
    /// Writes the sums of one output pixel.
    #[inline(always)]
    fn finish<V: Lanes>(&mut self, pixel: usize, sums: *const f32) {
        let (_, outputs) = self.geometry.lanes();
        let at = pixel * self.geometry.output_pitch;
        let to = self.output[at..at + outputs].as_mut_ptr();
        let residual = self.residual.at(pixel * self.geometry.residual_pitch, outputs, to);
        // SAFETY: both places were checked to hold `outputs` floats; every caller has as many sums.
        unsafe { self.tail.write::<V>(outputs, sums, residual, to) };
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn product<V: Lanes>(&mut self, product: Product) {
        let Product { depth, columns, rows, direct } = product;
        let geometry = self.geometry;
        let scratch = std::mem::take(&mut self.scratch);
        let (packed, rest) = scratch.split_at_mut(depth * columns);
        let (sums, gathered) = rest.split_at_mut(rows * columns);
        self.pack::<V>(depth, packed);
        let pixels = geometry.output_pixels();
        for first in (0..pixels).step_by(rows) {
            let count = rows.min(pixels - first);
            let (a, a_pitch) = if direct {
                (&self.input[first * geometry.input_pitch..], geometry.input_pitch)
            } else {
                for (pixel, row) in (first..first + count).zip(gathered.chunks_exact_mut(depth)) {
                    geometry.gather(pixel, self.input, row);
                }
                (&*gathered, depth)
            };
            Gemm { m: count, k: depth, a_pitch, columns, c_pitch: columns }.run::<V>(a, packed, sums);
            for row in 0..count {
                self.finish::<V>(first + row, sums[row * columns..].as_ptr());
            }
        }
        self.scratch = scratch;
    }

    /// The weights as a matrix `[taps × input channels, output channels]` in panels.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn pack<V: Lanes>(&self, depth: usize, to: &mut [f32]) {
        let panel = 2 * V::WIDTH;
        let Geometry { input_channels, output_channels, .. } = self.geometry;
        let (channels, _) = self.geometry.lanes();
        let taps = self.geometry.taps();
        to.fill(0.0);
        for output in 0..output_channels {
            let at = output / panel * panel * depth + output % panel;
            for input in 0..input_channels {
                for tap in 0..taps {
                    to[at + (tap * channels + input) * panel] =
                        expand(self.weights, (output * input_channels + input) * taps + tap, output);
                }
            }
        }
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn depthwise<V: Lanes>(&mut self) {
        let geometry = self.geometry;
        let (channels, _) = geometry.lanes();
        let taps = geometry.taps();
        let scratch = std::mem::take(&mut self.scratch);
        let weights = &mut scratch[..taps * channels];
        weights.fill(0.0);
        for channel in 0..geometry.input_channels {
            for tap in 0..taps {
                weights[tap * channels + channel] = expand(self.weights, channel * taps + tap, channel);
            }
        }
        let [height, width] = geometry.input;
        let ([down, across], pitch) = (geometry.kernel, geometry.input_pitch);
        let pixels = geometry.images * height * width;
        assert!(
            pixels == 0 || self.input.len() >= (pixels - 1) * pitch + channels,
            "the input is shorter than its pixels"
        );
        for pixel in 0..geometry.output_pixels() {
            let [image, row, column] = geometry.place(pixel);
            let at = pixel * geometry.output_pitch;
            let to = self.output[at..at + channels].as_mut_ptr();
            let residual = self.residual.at(pixel * geometry.residual_pitch, channels, to);
            let (top, left) = (row * geometry.stride[0], column * geometry.stride[1]);
            let is_inside = |start: usize, axis: usize, taps: usize, size: usize| {
                start >= geometry.padding[axis]
                    && start - geometry.padding[axis] + (taps - 1) * geometry.dilation[axis] < size
            };
            let is_whole = is_inside(top, 0, down, height) && is_inside(left, 1, across, width);
            let mut channel = 0;
            macro_rules! tap {
                ($vector:ty, $sum:expr, $channel:expr, $tap:expr, $source:expr) => {
                    // SAFETY: a source is a pixel of the input, whose length was checked above; the weights hold
                    // `channels` for each tap; the vector ends within them.
                    unsafe {
                        let x = <$vector>::load(self.input.as_ptr().add($source * pitch + $channel));
                        let w = <$vector>::load(weights.as_ptr().add($tap * channels + $channel));
                        x.mul_add(w, $sum)
                    }
                };
            }
            macro_rules! vectors {
                ($vector:ty) => {
                    while channel + <$vector>::WIDTH <= channels {
                        let mut sum = <$vector>::splat(0.0);
                        if is_whole {
                            // No tap leaves the picture: one after another without a look.
                            let (y, x) = (top - geometry.padding[0], left - geometry.padding[1]);
                            let mut start = (image * height + y) * width + x;
                            for ky in 0..down {
                                for kx in 0..across {
                                    let source = start + kx * geometry.dilation[1];
                                    sum = tap!($vector, sum, channel, ky * across + kx, source);
                                }
                                start += geometry.dilation[0] * width;
                            }
                        } else {
                            geometry.for_taps(pixel, |tap, source| {
                                sum = tap!($vector, sum, channel, tap, source);
                            });
                        }
                        // SAFETY: the places were checked to hold `channels` floats, the bias is as long.
                        unsafe { self.tail.vector(channel, sum, residual, to) };
                        channel += <$vector>::WIDTH;
                    }
                };
            }
            vectors!(V);
            vectors!(F32x4);
        }
        self.scratch = scratch;
    }

    /// A product of each input pixel with the weights of every tap, and their sums by output pixel.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn few<V: Lanes>(&mut self, few: Few) {
        let Few { columns, rows: ring } = few;
        let geometry = self.geometry;
        let Geometry { input_channels, output_channels, input_pitch, .. } = geometry;
        let Geometry { stride, dilation, padding, kernel: [kernel_rows, kernel_columns], .. } = geometry;
        let [height, width] = geometry.input;
        let [rows, row_pixels] = geometry.output;
        let (channels, _) = geometry.lanes();
        let taps = geometry.taps();
        let panel = 2 * V::WIDTH;
        let scratch = std::mem::take(&mut self.scratch);
        let (packed, products) = scratch.split_at_mut(channels * columns);
        packed.fill(0.0);
        for output in 0..output_channels {
            for tap in 0..taps {
                let column = tap * output_channels + output;
                for input in 0..input_channels {
                    packed[column / panel * panel * channels + input * panel + column % panel] =
                        expand(self.weights, (output * input_channels + input) * taps + tap, output);
                }
            }
        }
        let product = Gemm { m: width, k: channels, a_pitch: input_pitch, columns, c_pitch: columns };
        for image in 0..geometry.images {
            // The next input row to come into the ring.
            let mut next = 0;
            for row in 0..rows {
                let top = row * stride[0];
                let end = (top + ring).saturating_sub(padding[0]).min(height);
                // Rows that no window looks at are left out.
                next = next.max((top + ring).saturating_sub(padding[0] + ring).min(end));
                for y in next..end {
                    let at = (image * height + y) * width * input_pitch;
                    let to = &mut products[y % ring * width * columns..][..width * columns];
                    product.run::<V>(&self.input[at..], packed, to);
                }
                next = next.max(end);
                for column in 0..row_pixels {
                    let pixel = (image * rows + row) * row_pixels + column;
                    let mut sums = [0.0; LANES];
                    for ky in 0..kernel_rows {
                        let y = (top + ky * dilation[0]).wrapping_sub(padding[0]);
                        if y >= height {
                            continue;
                        }
                        for kx in 0..kernel_columns {
                            let x = (column * stride[1] + kx * dilation[1]).wrapping_sub(padding[1]);
                            if x < width {
                                let from = (y % ring * width + x) * columns
                                    + (ky * kernel_columns + kx) * output_channels;
                                let parts = &products[from..from + output_channels];
                                sums.iter_mut().zip(parts).for_each(|(sum, part)| *sum += part);
                            }
                        }
                    }
                    self.finish::<F32x4>(pixel, sums.as_ptr());
                }
            }
        }
        self.scratch = scratch;
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn grouped<V: Lanes>(&mut self) {
        let geometry = self.geometry;
        let taps = geometry.taps();
        let per_group = geometry.output_channels / self.groups;
        let depth = geometry.input_channels / self.groups;
        let scratch = std::mem::take(&mut self.scratch);
        let (_, outputs) = geometry.lanes();
        let sums = &mut scratch[..outputs];
        for pixel in 0..geometry.output_pixels() {
            sums.fill(0.0);
            geometry.for_taps(pixel, |tap, source| {
                let x = &self.input[source * geometry.input_pitch..][..geometry.input_channels];
                for (output, sum) in sums[..geometry.output_channels].iter_mut().enumerate() {
                    for (i, x) in x[output / per_group * depth..][..depth].iter().enumerate() {
                        *sum += x * expand(self.weights, (output * depth + i) * taps + tap, output);
                    }
                }
            });
            self.finish::<V>(pixel, sums.as_ptr());
        }
        self.scratch = scratch;
    }

    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    fn transposed<V: Lanes>(&mut self) {
        let geometry = self.geometry;
        let taps = geometry.taps();
        let inputs = geometry.input_channels;
        let per_group = geometry.output_channels / self.groups;
        let depth = inputs / self.groups;
        let scratch = std::mem::take(&mut self.scratch);
        let (_, outputs) = geometry.lanes();
        let (sums, weights) = scratch.split_at_mut(outputs);
        for input in 0..inputs {
            for output in 0..per_group {
                for tap in 0..taps {
                    weights[(tap * inputs + input) * per_group + output] =
                        expand(self.weights, (input * per_group + output) * taps + tap, output);
                }
            }
        }
        for pixel in 0..geometry.output_pixels() {
            sums.fill(0.0);
            geometry.for_transposed_taps(pixel, |tap, source| {
                let x = &self.input[source * geometry.input_pitch..][..inputs];
                for (input, x) in x.iter().enumerate() {
                    let w = &weights[(tap * inputs + input) * per_group..][..per_group];
                    let sums = &mut sums[input / depth * per_group..][..per_group];
                    for (sum, w) in sums.iter_mut().zip(w) {
                        *sum += x * w;
                    }
                }
            });
            self.finish::<V>(pixel, sums.as_ptr());
        }
        self.scratch = scratch;
    }
}
