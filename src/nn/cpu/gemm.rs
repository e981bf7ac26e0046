//! The matrix product that convolutions end in: `C = A × B`, with B packed in panels.
//!
//! A panel holds `panel()` columns of B, row after row, so that the kernel reads it in order. The kernel keeps
//! a tile of C in registers: `rows()` rows by two vectors, which uses 15 or fewer of the 16 vector registers
//! that x86 has, and 27 of the 32 with AVX-512.

use super::simd::{Lanes, width};

/// Columns of a panel.
pub(super) fn panel() -> usize {
    2 * width()
}

/// Rows of the register tile. `A` should hold a multiple of this, or its last rows go one by one.
pub(super) fn rows() -> usize {
    if width() == 16 {
        12
    } else if width() == 8 {
        6
    } else {
        NARROW_ROWS
    }
}

/// Of V8's 15 vector registers on x86 the sums take 8, B's two vectors 2 and A's values 4. With a fifth row it
/// fits only where the compiler keeps few of A's values at a time, and neither LLVM nor V8 does: two sums went
/// through memory at every step, at less than half the rate.
const NARROW_ROWS: usize = 4;

/// A matrix product: C `[m, columns]` = A `[m, k]` × B `[k, columns]`.
#[derive(Clone, Copy)]
pub(super) struct Gemm {
    /// Rows of A and C.
    pub(super) m: usize,
    /// Columns of A, rows of B.
    pub(super) k: usize,
    /// Floats from one row of A to the next.
    pub(super) a_pitch: usize,
    /// Columns of B and C, a multiple of [`panel`].
    pub(super) columns: usize,
    /// Floats from one row of C to the next.
    pub(super) c_pitch: usize,
}

impl Gemm {
    /// Runs the product.
    ///
    /// # Panics
    /// Where a slice is shorter than the sizes say.
    #[cfg_attr(target_arch = "wasm32", inline(never))]
    #[cfg_attr(not(target_arch = "wasm32"), inline(always))]
    pub(super) fn run<V: Lanes>(self, a: &[f32], b: &[f32], c: &mut [f32]) {
        let Self { m, k, a_pitch, columns, c_pitch } = self;
        let width = 2 * V::WIDTH;
        assert!(m == 0 || a.len() >= (m - 1) * a_pitch + k, "A is too short");
        assert!(b.len() >= k * columns && columns.is_multiple_of(width), "B is too short");
        assert!(m == 0 || c.len() >= (m - 1) * c_pitch + columns, "C is too short");
        for panel in 0..columns / width {
            let b = &b[panel * k * width..(panel + 1) * k * width];
            let mut row = 0;
            // SAFETY: rows and columns stay below m and columns, for which the slices were checked above.
            unsafe {
                let a = a.as_ptr();
                let c = c.as_mut_ptr().add(panel * width);
                macro_rules! tiles {
                    ($rows:expr) => {
                        while row + $rows <= m {
                            tile::<V, { $rows }>(
                                k,
                                a.add(row * a_pitch),
                                a_pitch,
                                b.as_ptr(),
                                c.add(row * c_pitch),
                                c_pitch,
                            );
                            row += $rows;
                        }
                    };
                }
                match V::WIDTH {
                    16 => tiles!(12),
                    8 => tiles!(6),
                    _ => tiles!(NARROW_ROWS),
                }
                while row < m {
                    tile::<V, 1>(k, a.add(row * a_pitch), a_pitch, b.as_ptr(), c.add(row * c_pitch), c_pitch);
                    row += 1;
                }
            }
        }
    }
}

/// One tile: `M` rows of A times one panel.
///
/// # Safety
/// `a` must be valid for `M` rows of `k` floats, `b` for `k × 2 × WIDTH`, `c` for `M` rows of `2 × WIDTH`.
#[inline(always)]
unsafe fn tile<V: Lanes, const M: usize>(
    k: usize,
    a: *const f32,
    a_pitch: usize,
    b: *const f32,
    c: *mut f32,
    c_pitch: usize,
) {
    let mut sums = [[V::splat(0.0); 2]; M];
    let mut b = b;
    // SAFETY: the caller's promise.
    unsafe {
        let rows: [*const f32; M] = std::array::from_fn(|row| a.add(row * a_pitch));
        for step in 0..k {
            let left = V::load(b);
            let right = V::load(b.add(V::WIDTH));
            for row in 0..M {
                let x = V::splat(*rows[row].add(step));
                sums[row][0] = x.mul_add(left, sums[row][0]);
                sums[row][1] = x.mul_add(right, sums[row][1]);
            }
            b = b.add(2 * V::WIDTH);
        }
        for (row, sum) in sums.into_iter().enumerate() {
            sum[0].store(c.add(row * c_pitch));
            sum[1].store(c.add(row * c_pitch + V::WIDTH));
        }
    }
}
