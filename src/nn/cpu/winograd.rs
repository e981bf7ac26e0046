//! 3×3 convolution of stride 1 by Winograd's F(4×4, 3×3): 36 products for 16 results of 9 taps each, a quarter
//! of the multiplications (Lavin & Gray 2016, "Fast algorithms for convolutional neural networks", §4.1).
//!
//! The picture is cut into tiles of 4×4 results; the 6×6 inputs of some tiles are transformed, multiplied with
//! the transformed weights (36 matrix products over the channels), and transformed back. A block of tiles is
//! small enough to stay in the second-level cache. With dilation d the picture is d × d interleaved pictures.

use std::ops::Range;
use std::sync::Arc;

use super::conv::Geometry;
use super::gemm::{self, Gemm};
use super::simd::{F32x4, Kernel, Lanes};
use super::tail::{Addend, Tail};
use crate::nn::step::{LANES, WeightValues, Weights};

/// Positions in a transformed tile.
const POSITIONS: usize = 36;
/// Results in a row of a tile.
const OUT: usize = 4;
/// Inputs in a row of a tile.
const IN: usize = 6;
/// Weights of a filter.
const TAPS: usize = 9;
/// Floats between the positions' matrices beyond their size: without it they would all fall on the same lines
/// of the first-level cache.
const STAGGER: usize = 16;
/// Floats of scratch that a block of tiles may take: half a MiB, to stay in the second-level cache.
const BLOCK: usize = 1 << 17;
/// Most floats of transformed weights that are kept for a whole convolution: 4 MiB.
const KEPT: usize = 1 << 20;
/// Floats that a strip of transformed weights should take, where they are not kept: 2 MiB.
const STRIP: usize = 1 << 19;
/// Floats of transformed inputs beside such a strip: 6 MiB.
const INPUTS: usize = 3 << 19;
/// Most tiles of a block.
const MOST_TILES: usize = 16 * 12;

/// Sizes of the scratch memory of one convolution.
///
/// Transformed weights take 16 times the memory of their bytes. Where that is little, all of them are
/// transformed once and kept for the run of the convolution, beside small blocks of tiles. Deep layers have many
/// weights and few tiles: there a block holds as many tiles as it may, and the weights are transformed strip by
/// strip of output channels, anew for each block. A transformed weight then serves dozens of tiles while it is
/// in the cache.
#[derive(Clone, Copy)]
pub(super) struct Layout {
    channels: usize,
    columns: usize,
    /// Columns whose weights are transformed together, a multiple of the panel: all, or a strip.
    strip: usize,
    tiles: usize,
    input_pitch: usize,
    output_pitch: usize,
}

impl Layout {
    /// For a convolution from `channels` to `outputs` channels of a picture that is cut into `tiles` tiles.
    pub(super) fn new(channels: usize, outputs: usize, tiles: usize) -> Self {
        let channels = channels.next_multiple_of(LANES);
        let panel = gemm::panel();
        let columns = outputs.next_multiple_of(panel);
        let rows = gemm::rows();
        let fit = |floats: usize, each: usize, most: usize| {
            (floats / each).clamp(rows, most.max(rows)) / rows * rows
        };
        let (strip, tiles) = if POSITIONS * channels * columns <= KEPT {
            (columns, fit(BLOCK, POSITIONS * (channels + columns), 8 * rows))
        } else {
            let strip = (STRIP / (POSITIONS * channels) / panel * panel).clamp(panel, columns);
            let most = tiles.next_multiple_of(rows).min(MOST_TILES);
            (strip, fit(INPUTS, POSITIONS * channels, most))
        };
        Self {
            channels,
            columns,
            strip,
            tiles,
            input_pitch: tiles * channels + STAGGER,
            output_pitch: tiles * strip + STAGGER,
        }
    }

    /// Floats from one position's matrix of weights to the next.
    fn weight_pitch(&self) -> usize {
        self.channels * self.strip + STAGGER
    }

    /// Floats of scratch memory.
    pub(super) fn scratch(&self) -> usize {
        POSITIONS * (self.weight_pitch() + self.input_pitch + self.output_pitch)
    }
}

/// Tiles that a picture of this size is cut into, at a dilation.
pub(super) fn tiles(images: usize, size: [usize; 2], dilation: usize) -> usize {
    // The interleaved pictures differ by a pixel at most; the first is the largest.
    let along = |size: usize| size.div_ceil(dilation).div_ceil(OUT) * dilation;
    images * along(size[0]) * along(size[1])
}

/// One convolution, ready to run.
pub(super) struct Winograd<'a> {
    pub(super) geometry: Geometry,
    pub(super) layout: Layout,
    pub(super) weights: &'a Packed,
    pub(super) input: &'a [f32],
    pub(super) residual: Addend<'a>,
    pub(super) output: &'a mut [f32],
    pub(super) tail: Tail<'a>,
    pub(super) scratch: &'a mut [f32],
}

/// Where a tile's inputs start (may lie outside the picture) and where its results start.
#[derive(Clone, Copy, Default)]
struct Tile {
    image: usize,
    row: usize,
    column: usize,
}

/// The tiles of a picture, one after another.
struct Tiles {
    images: usize,
    size: [usize; 2],
    step: usize,
    next: Option<Tile>,
}

impl Iterator for Tiles {
    type Item = Tile;

    fn next(&mut self) -> Option<Tile> {
        let tile = self.next?;
        let Tile { mut image, mut row, mut column } = tile;
        let step = self.step;
        // Along the row; to the next interleaved column; down; to the next interleaved row; to the next image.
        column += OUT * step;
        if column >= self.size[1] {
            column = column % step + 1;
            if column >= step.min(self.size[1]) {
                column = 0;
                row += OUT * step;
                if row >= self.size[0] {
                    row = row % step + 1;
                    if row >= step.min(self.size[0]) {
                        row = 0;
                        image += 1;
                    }
                }
            }
        }
        self.next = (image < self.images).then_some(Tile { image, row, column });
        Some(tile)
    }
}

impl Kernel for Winograd<'_> {
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Self { geometry, layout, weights, input, residual, output, tail, scratch } = self;
        let Layout { channels, columns, strip, tiles: block, input_pitch, output_pitch } = layout;
        let weight_pitch = layout.weight_pitch();
        let (transformed, rest) = scratch.split_at_mut(POSITIONS * weight_pitch);
        let (inputs, products) = rest.split_at_mut(POSITIONS * input_pitch);
        let kept = strip == columns;
        if kept {
            transform_weights::<V>(
                weights,
                geometry.input_channels,
                channels,
                0..strip,
                transformed,
                weight_pitch,
            );
        }
        let step = geometry.dilation[0];
        let mut tiles = Tiles {
            images: geometry.images,
            size: geometry.output,
            step,
            next: Some(Tile::default()).filter(|_| geometry.images > 0),
        };
        let outputs = geometry.output_channels.next_multiple_of(LANES);
        let mut batch = [Tile::default(); MOST_TILES];
        loop {
            let mut count = 0;
            while count < block {
                let Some(tile) = tiles.next() else { break };
                batch[count] = tile;
                count += 1;
            }
            if count == 0 {
                break;
            }
            for (index, tile) in batch[..count].iter().enumerate() {
                gather::<V>(&geometry, channels, input, *tile, &mut inputs[index * channels..], input_pitch);
            }
            for first in (0..columns).step_by(strip) {
                let width = strip.min(columns - first);
                if !kept {
                    let range = first..first + width;
                    transform_weights::<V>(
                        weights,
                        geometry.input_channels,
                        channels,
                        range,
                        transformed,
                        weight_pitch,
                    );
                }
                let gemm = Gemm { m: count, k: channels, a_pitch: channels, columns: width, c_pitch: strip };
                for position in 0..POSITIONS {
                    gemm.run::<V>(
                        &inputs[position * input_pitch..],
                        &transformed[position * weight_pitch..],
                        &mut products[position * output_pitch..],
                    );
                }
                for (index, tile) in batch[..count].iter().enumerate() {
                    scatter::<V>(
                        &geometry,
                        first..outputs.min(first + width),
                        &products[index * strip..],
                        output_pitch,
                        *tile,
                        &tail,
                        residual,
                        output,
                    );
                }
            }
        }
    }
}

/// The weights of a convolution with output channels side by side, so that a vector of filters is loaded tap by
/// tap: `[panels, inputs, 9, panel]`, zeros where there is no such output channel.
#[derive(Debug)]
pub(super) enum Packed {
    /// Signed bytes with one scale an output channel.
    Int8 {
        bytes: Vec<i8>,
        scales: Vec<f32>,
    },
    F32(Vec<f32>),
}

impl Packed {
    /// In the memory of the plan's own weights, where nobody else has them.
    pub(super) fn new(weights: Arc<Weights>) -> Self {
        let Weights { shape, values } = Arc::unwrap_or_clone(weights);
        match values {
            WeightValues::Int8 { bytes, mut scales } => {
                scales.resize(shape[0].next_multiple_of(gemm::panel()), 0.0);
                Self::Int8 { bytes: side_by_side(Arc::unwrap_or_clone(bytes), shape), scales }
            }
            WeightValues::F32(values) => Self::F32(side_by_side(values, shape)),
        }
    }
}

/// From `[outputs, inputs, 9]` to `[panels, inputs, 9, panel]`, which moves values within a panel's filters only.
#[inline(never)]
fn side_by_side<T: Copy + Default>(mut values: Vec<T>, [outputs, inputs, ..]: [usize; 4]) -> Vec<T> {
    let panel = gemm::panel();
    let taps = inputs * TAPS;
    let length = outputs.next_multiple_of(panel) * taps;
    values.reserve_exact(length - values.len());
    values.resize(length, T::default());
    let mut filters = vec![T::default(); panel * taps];
    for to in values.chunks_exact_mut(panel * taps) {
        filters.copy_from_slice(to);
        for (lane, filter) in filters.chunks_exact(taps).enumerate() {
            for (value, to) in filter.iter().zip(to.chunks_exact_mut(panel)) {
                to[lane] = *value;
            }
        }
    }
    values
}

/// G g Gᵀ for the filters of some output channels, whole panels of them, as 36 matrices `[channels, columns]` in
/// panels, `pitch` floats apart. Done for each run anew, which spares sixteen times the memory of the bytes.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn transform_weights<V: Lanes>(
    weights: &Packed,
    inputs: usize,
    channels: usize,
    columns: Range<usize>,
    to: &mut [f32],
    pitch: usize,
) {
    let panel = 2 * V::WIDTH;
    let (first, width) = (columns.start, columns.len());
    assert!(pitch >= channels * width && to.len() >= POSITIONS * pitch, "the scratch memory is too short");
    let (length, scaled) = match weights {
        Packed::Int8 { bytes, scales } => (bytes.len(), scales.len()),
        Packed::F32(values) => (values.len(), usize::MAX),
    };
    assert!(
        length >= (first + width) * inputs * TAPS && scaled >= first + width,
        "the weights are too short"
    );
    for start in (0..width).step_by(panel) {
        for half in [0, V::WIDTH] {
            let scale = match weights {
                // SAFETY: the scales were checked to reach to the last column.
                Packed::Int8 { scales, .. } => unsafe { V::load(scales.as_ptr().add(first + start + half)) },
                Packed::F32(_) => V::splat(1.0),
            };
            for input in 0..channels {
                let at = ((first + start) * inputs + input * panel) * TAPS + half;
                // SAFETY: `at` and what follows lie within the weights where there is such an input, and the place
                // within the 36 matrices; both were checked above.
                unsafe {
                    let g: [V; TAPS] = std::array::from_fn(|tap| match weights {
                        _ if input >= inputs => V::splat(0.0),
                        Packed::Int8 { bytes, .. } => {
                            V::load_bytes(bytes.as_ptr().add(at + tap * panel)).mul(scale)
                        }
                        Packed::F32(values) => V::load(values.as_ptr().add(at + tap * panel)),
                    });
                    let to = to.as_mut_ptr().add(start * channels + input * panel + half);
                    let mut rows = [V::splat(0.0); 18];
                    for column in 0..3 {
                        let six = filter_line([g[column], g[3 + column], g[6 + column]]);
                        for (row, value) in six.into_iter().enumerate() {
                            rows[row * 3 + column] = value;
                        }
                    }
                    for row in 0..IN {
                        let six = filter_line([rows[row * 3], rows[row * 3 + 1], rows[row * 3 + 2]]);
                        for (column, value) in six.into_iter().enumerate() {
                            value.store(to.add((row * IN + column) * pitch));
                        }
                    }
                }
            }
        }
    }
}

/// G times a column of three.
#[inline(always)]
fn filter_line<V: Lanes>(g: [V; 3]) -> [V; 6] {
    let even = g[0].add(g[2]).mul(V::splat(-1.0 / 6.0));
    let odd = g[1].mul(V::splat(-1.0 / 6.0));
    let outer = g[0].mul(V::splat(1.0 / 24.0)).add(g[2].mul(V::splat(1.0 / 6.0)));
    let middle = g[1].mul(V::splat(1.0 / 12.0));
    [g[0].mul(V::splat(0.25)), even.add(odd), even.sub(odd), outer.add(middle), outer.sub(middle), g[2]]
}

/// Bᵀ times a column of six.
#[inline(always)]
fn input_line<V: Lanes>(d: [V; 6]) -> [V; 6] {
    let [four, minus_four, minus_five, two] = [4.0, -4.0, -5.0, 2.0].map(V::splat);
    let a = d[2].mul_add(minus_four, d[4]);
    let b = d[1].mul_add(minus_four, d[3]);
    let c = d[4].sub(d[2]);
    let e = d[3].sub(d[1]).mul(two);
    [
        d[2].mul_add(minus_five, d[0].mul_add(four, d[4])),
        a.add(b),
        a.sub(b),
        c.add(e),
        c.sub(e),
        d[3].mul_add(minus_five, d[1].mul_add(four, d[5])),
    ]
}

/// Aᵀ times a column of six.
#[inline(always)]
fn output_line<V: Lanes>(m: [V; 6]) -> [V; 4] {
    let [two, four, eight] = [2.0, 4.0, 8.0].map(V::splat);
    let (s1, d1) = (m[1].add(m[2]), m[1].sub(m[2]));
    let (s2, d2) = (m[3].add(m[4]), m[3].sub(m[4]));
    [m[0].add(s1).add(s2), d2.mul_add(two, d1), s2.mul_add(four, s1), d2.mul_add(eight, d1).add(m[5])]
}

/// Bᵀ d B of one tile, for all channels.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn gather<V: Lanes>(
    geometry: &Geometry,
    channels: usize,
    input: &[f32],
    tile: Tile,
    to: &mut [f32],
    pitch: usize,
) {
    let [height, width] = geometry.input;
    let step = geometry.dilation[0];
    let place = |at: usize, padding: usize, index: usize, size: usize| {
        (at + index * step).checked_sub(padding).filter(|&p| p < size)
    };
    let rows: [Option<usize>; IN] = std::array::from_fn(|i| place(tile.row, geometry.padding[0], i, height));
    let columns: [Option<usize>; IN] =
        std::array::from_fn(|i| place(tile.column, geometry.padding[1], i, width));
    // Pixels outside the picture are read as zeros from here.
    static ZEROS: [f32; 16] = [0.0; 16];
    let mut pixels: [(*const f32, usize); POSITIONS] = [(ZEROS.as_ptr(), 0); POSITIONS];
    for (r, row) in rows.iter().enumerate() {
        for (c, column) in columns.iter().enumerate() {
            if let (Some(row), Some(column)) = (row, column) {
                let at = ((tile.image * height + row) * width + column) * geometry.input_pitch;
                pixels[r * IN + c] = (input[at..at + channels].as_ptr(), 1);
            }
        }
    }
    assert!(to.len() >= (POSITIONS - 1) * pitch + channels, "the scratch memory is too short");
    let to = to.as_mut_ptr();
    let mut channel = 0;
    // SAFETY: each pixel was checked to hold `channels` floats (or is the zeros, which never advance), and
    // `to` was checked above.
    unsafe {
        while channel + V::WIDTH <= channels {
            gather_vector::<V>(&pixels, channel, to.add(channel), pitch);
            channel += V::WIDTH;
        }
        while channel < channels {
            gather_vector::<F32x4>(&pixels, channel, to.add(channel), pitch);
            channel += F32x4::WIDTH;
        }
    }
}

#[inline(always)]
unsafe fn gather_vector<V: Lanes>(
    pixels: &[(*const f32, usize); POSITIONS],
    channel: usize,
    to: *mut f32,
    pitch: usize,
) {
    let mut lines = [V::splat(0.0); POSITIONS];
    // SAFETY: the caller's promise.
    unsafe {
        for column in 0..IN {
            let d: [V; IN] = std::array::from_fn(|row| {
                let (pixel, advance) = pixels[row * IN + column];
                V::load(pixel.add(channel * advance))
            });
            for (row, value) in input_line(d).into_iter().enumerate() {
                lines[row * IN + column] = value;
            }
        }
        for row in 0..IN {
            let d: [V; IN] = std::array::from_fn(|column| lines[row * IN + column]);
            for (column, value) in input_line(d).into_iter().enumerate() {
                value.store(to.add((row * IN + column) * pitch));
            }
        }
    }
}

/// Aᵀ m A of one tile, with the tail, for a range of output channels; `products` start with its first.
#[cfg_attr(target_arch = "wasm32", inline(never))]
#[cfg_attr(not(target_arch = "wasm32"), inline(always))]
fn scatter<V: Lanes>(
    geometry: &Geometry,
    channels: Range<usize>,
    products: &[f32],
    pitch: usize,
    tile: Tile,
    tail: &Tail<'_>,
    residual: Addend<'_>,
    output: &mut [f32],
) {
    let Range { start, end } = channels;
    assert!(products.len() >= (POSITIONS - 1) * pitch + (end - start), "the scratch memory is too short");
    assert!(tail.bias.len() >= end, "the bias is too short");
    let [height, width] = geometry.output;
    let step = geometry.dilation[0];
    // Where each result goes, and where its residual comes from; none for results outside the picture.
    type Place = Option<(*mut f32, Option<*const f32>)>;
    let mut places: [Place; OUT * OUT] = [None; OUT * OUT];
    for r in 0..OUT {
        for c in 0..OUT {
            let (row, column) = (tile.row + r * step, tile.column + c * step);
            if row < height && column < width {
                let pixel = (tile.image * height + row) * width + column;
                let at = pixel * geometry.output_pitch;
                let to = output[at..at + end].as_mut_ptr();
                let from = residual.at(pixel * geometry.residual_pitch, end, to);
                places[r * OUT + c] = Some((to, from));
            }
        }
    }
    let products = products.as_ptr();
    let mut channel = start;
    // SAFETY: each place was checked to hold `end` floats, and the products and the bias above.
    unsafe {
        while channel + V::WIDTH <= end {
            scatter_vector::<V>(products.add(channel - start), pitch, &places, channel, tail);
            channel += V::WIDTH;
        }
        while channel < end {
            scatter_vector::<F32x4>(products.add(channel - start), pitch, &places, channel, tail);
            channel += F32x4::WIDTH;
        }
    }
}

#[inline(always)]
unsafe fn scatter_vector<V: Lanes>(
    products: *const f32,
    pitch: usize,
    places: &[Option<(*mut f32, Option<*const f32>)>; OUT * OUT],
    channel: usize,
    tail: &Tail<'_>,
) {
    let mut lines = [V::splat(0.0); OUT * IN];
    // SAFETY: the caller's promise.
    unsafe {
        for column in 0..IN {
            let m: [V; IN] = std::array::from_fn(|row| V::load(products.add((row * IN + column) * pitch)));
            for (row, value) in output_line(m).into_iter().enumerate() {
                lines[row * IN + column] = value;
            }
        }
        for row in 0..OUT {
            let m: [V; IN] = std::array::from_fn(|column| lines[row * IN + column]);
            for (column, value) in output_line(m).into_iter().enumerate() {
                if let Some((to, residual)) = places[row * OUT + column] {
                    tail.vector::<V>(channel, value, residual, to);
                }
            }
        }
    }
}
