//! Pooling and resizing: several pixels in, one out, each channel by itself.

use super::simd::{F32x4, Kernel, Lanes};
use crate::nn::plan::View;
use crate::nn::step::{LANES, Pool, PoolMode, Resize, Tap};

/// Pooling, ready to run. The slices start where their views do.
pub(super) struct Pooling<'a> {
    pub(super) pool: &'a Pool,
    pub(super) from: &'a View,
    pub(super) input: &'a [f32],
    pub(super) to: &'a View,
    pub(super) output: &'a mut [f32],
}

/// The cells of a window along one axis that lie in the picture, and how many lie in it or its padding.
fn span(at: usize, pool: &Pool, axis: usize, size: usize) -> (std::ops::Range<usize>, usize) {
    let (dilation, padding) = (pool.dilation[axis], pool.padding[axis]);
    let start = at * pool.stride[axis];
    let first = padding.saturating_sub(start).div_ceil(dilation).min(pool.kernel[axis]);
    let reach = |end: usize| end.saturating_sub(start).div_ceil(dilation).min(pool.kernel[axis]);
    let last = reach(size + padding).max(first);
    (first..last, reach(size + padding + pool.padding[axis + 2]))
}

impl Kernel for Pooling<'_> {
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Self { pool, from, input, to, output } = self;
        let [images, channels, rows, columns] = to.image();
        let [_, _, height, width] = from.image();
        let lanes = channels.next_multiple_of(LANES);
        let down: Vec<_> = (0..rows).map(|row| span(row, pool, 0, height)).collect();
        let across: Vec<_> = (0..columns).map(|column| span(column, pool, 1, width)).collect();
        for image in 0..images {
            for (row, (ys, high)) in down.iter().enumerate() {
                for (column, (xs, wide)) in across.iter().enumerate() {
                    let cells = match pool.mode {
                        PoolMode::AverageWithPadding => high * wide,
                        _ => ys.len() * xs.len(),
                    };
                    let at = ((image * rows + row) * columns + column) * to.pitch;
                    let out = &mut output[at..at + lanes];
                    let source = |ky: usize, kx: usize| {
                        let y = row * pool.stride[0] + ky * pool.dilation[0] - pool.padding[0];
                        let x = column * pool.stride[1] + kx * pool.dilation[1] - pool.padding[1];
                        let at = ((image * height + y) * width + x) * from.pitch;
                        input[at..at + lanes].as_ptr()
                    };
                    let mut channel = 0;
                    macro_rules! vectors {
                        ($vector:ty) => {
                            while channel + <$vector>::WIDTH <= lanes {
                                let largest = pool.mode == PoolMode::Max;
                                let start = if largest { f32::NEG_INFINITY } else { 0.0 };
                                let mut sum = <$vector>::splat(start);
                                for ky in ys.clone() {
                                    for kx in xs.clone() {
                                        // SAFETY: the slice was checked to hold `lanes` floats.
                                        let x = unsafe { <$vector>::load(source(ky, kx).add(channel)) };
                                        sum = if largest { sum.max(x) } else { sum.add(x) };
                                    }
                                }
                                if !largest {
                                    sum = sum.mul(<$vector>::splat(1.0 / cells.max(1) as f32));
                                }
                                // SAFETY: `out` holds `lanes` floats.
                                unsafe { sum.store(out.as_mut_ptr().add(channel)) };
                                channel += <$vector>::WIDTH;
                            }
                        };
                    }
                    vectors!(V);
                    vectors!(F32x4);
                }
            }
        }
    }
}

/// Resizing, ready to run. The slices start where their views do.
pub(super) struct Resizing<'a> {
    pub(super) resize: &'a Resize,
    pub(super) from: &'a View,
    pub(super) input: &'a [f32],
    pub(super) to: &'a View,
    pub(super) output: &'a mut [f32],
}

impl Kernel for Resizing<'_> {
    #[inline(always)]
    fn run<V: Lanes>(self) {
        let Self { resize, from, input, to, output } = self;
        let [images, channels, rows, columns] = to.image();
        let [_, _, height, width] = from.image();
        let lanes = channels.next_multiple_of(LANES);
        for image in 0..images {
            for (row, y) in resize.rows.iter().enumerate().take(rows) {
                for (column, x) in resize.columns.iter().enumerate().take(columns) {
                    let pixel = |y: u32, x: u32| {
                        let at = ((image * height + y as usize) * width + x as usize) * from.pitch;
                        input[at..at + lanes].as_ptr()
                    };
                    let corners = [
                        pixel(y.low, x.low),
                        pixel(y.low, x.high),
                        pixel(y.high, x.low),
                        pixel(y.high, x.high),
                    ];
                    let at = ((image * rows + row) * columns + column) * to.pitch;
                    let out = output[at..at + lanes].as_mut_ptr();
                    let mut channel = 0;
                    // SAFETY: every corner and `out` were checked to hold `lanes` floats, a multiple of 4.
                    unsafe {
                        while channel + V::WIDTH <= lanes {
                            blend::<V>(corners, x, y, channel).store(out.add(channel));
                            channel += V::WIDTH;
                        }
                        while channel < lanes {
                            blend::<F32x4>(corners, x, y, channel).store(out.add(channel));
                            channel += F32x4::WIDTH;
                        }
                    }
                }
            }
        }
    }
}

/// # Safety
/// Each corner must be valid for `channel + WIDTH` floats.
#[inline(always)]
unsafe fn blend<V: Lanes>(corners: [*const f32; 4], x: &Tap, y: &Tap, channel: usize) -> V {
    // SAFETY: the caller's promise.
    let [a, b, c, d] = corners.map(|corner| unsafe { V::load(corner.add(channel)) });
    let (right, below) = (V::splat(x.weight), V::splat(y.weight));
    let (left, above) = (V::splat(1.0 - x.weight), V::splat(1.0 - y.weight));
    let upper = a.mul(left).add(b.mul(right));
    let lower = c.mul(left).add(d.mul(right));
    upper.mul(above).add(lower.mul(below))
}
