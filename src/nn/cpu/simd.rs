//! Vectors of floats, one type a width, and the choice among them.
//!
//! A kernel is written once over [`Lanes`] and compiled for each width; [`dispatch`] runs the widest that the
//! processor has. On wasm the width is 4 and the build decides whether a product and a sum are fused
//! (relaxed SIMD) or rounded twice.

#![allow(clippy::undocumented_unsafe_blocks)] // each is one intrinsic, whose feature the type stands for

/// A vector of floats. Pointers must be valid for `WIDTH` floats; they need no alignment.
pub(super) trait Lanes: Copy {
    /// Floats in the vector.
    const WIDTH: usize;
    /// The same float in each place.
    fn splat(x: f32) -> Self;
    /// Reads `WIDTH` floats.
    ///
    /// # Safety
    /// `from` must be valid for reads of `WIDTH` floats.
    unsafe fn load(from: *const f32) -> Self;
    /// Writes `WIDTH` floats.
    ///
    /// # Safety
    /// `to` must be valid for writes of `WIDTH` floats.
    unsafe fn store(self, to: *mut f32);
    /// Reads `WIDTH` signed bytes as floats.
    ///
    /// # Safety
    /// `from` must be valid for reads of `WIDTH` bytes.
    unsafe fn load_bytes(from: *const i8) -> Self;
    fn add(self, other: Self) -> Self;
    fn sub(self, other: Self) -> Self;
    fn mul(self, other: Self) -> Self;
    fn min(self, other: Self) -> Self;
    fn max(self, other: Self) -> Self;
    /// `self × a + b`, fused where the processor fuses.
    fn mul_add(self, a: Self, b: Self) -> Self;
}

/// Work that is written over any width of vector.
pub(super) trait Kernel {
    /// Does the work. Must be `#[inline(always)]`, so that it is compiled with the features of its caller; so must
    /// what it calls, but not on wasm, which has no such choice and whose browsers compile small functions sooner.
    fn run<V: Lanes>(self);
}

#[cfg(target_arch = "wasm32")]
mod narrow {
    use std::arch::wasm32::{
        f32x4_add, f32x4_convert_i32x4, f32x4_mul, f32x4_pmax, f32x4_pmin, f32x4_splat, f32x4_sub,
        i16x8_extend_low_i8x16, i32x4_extend_low_i16x8, v128, v128_load, v128_load32_zero, v128_store,
    };

    /// Four floats.
    #[derive(Clone, Copy)]
    pub(in super::super) struct F32x4(v128);

    impl super::Lanes for F32x4 {
        const WIDTH: usize = 4;
        #[inline(always)]
        fn splat(x: f32) -> Self {
            Self(f32x4_splat(x))
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { v128_load(from.cast()) })
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { v128_store(to.cast(), self.0) }
        }
        #[inline(always)]
        unsafe fn load_bytes(from: *const i8) -> Self {
            let bytes = unsafe { v128_load32_zero(from.cast()) };
            Self(f32x4_convert_i32x4(i32x4_extend_low_i16x8(i16x8_extend_low_i8x16(bytes))))
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            Self(f32x4_add(self.0, other.0))
        }
        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            Self(f32x4_sub(self.0, other.0))
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            Self(f32x4_mul(self.0, other.0))
        }
        #[inline(always)]
        fn min(self, other: Self) -> Self {
            // The pseudo-minimum is one instruction on x86; the other differs only on NaN and −0.
            Self(f32x4_pmin(self.0, other.0))
        }
        #[inline(always)]
        fn max(self, other: Self) -> Self {
            Self(f32x4_pmax(self.0, other.0))
        }
        #[inline(always)]
        fn mul_add(self, a: Self, b: Self) -> Self {
            #[cfg(target_feature = "relaxed-simd")]
            return Self(std::arch::wasm32::f32x4_relaxed_madd(self.0, a.0, b.0));
            #[cfg(not(target_feature = "relaxed-simd"))]
            self.mul(a).add(b)
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod narrow {
    use std::arch::x86_64::{
        __m128, _mm_add_ps, _mm_loadu_ps, _mm_max_ps, _mm_min_ps, _mm_mul_ps, _mm_set_ps, _mm_set1_ps,
        _mm_storeu_ps, _mm_sub_ps,
    };

    /// Four floats (SSE2, which every x86-64 has).
    #[derive(Clone, Copy)]
    pub(in super::super) struct F32x4(__m128);

    impl super::Lanes for F32x4 {
        const WIDTH: usize = 4;
        #[inline(always)]
        fn splat(x: f32) -> Self {
            Self(unsafe { _mm_set1_ps(x) })
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { _mm_loadu_ps(from) })
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { _mm_storeu_ps(to, self.0) }
        }
        #[inline(always)]
        unsafe fn load_bytes(from: *const i8) -> Self {
            let [a, b, c, d] = unsafe { from.cast::<[i8; 4]>().read() }.map(f32::from);
            Self(unsafe { _mm_set_ps(d, c, b, a) })
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            Self(unsafe { _mm_add_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            Self(unsafe { _mm_sub_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            Self(unsafe { _mm_mul_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn min(self, other: Self) -> Self {
            Self(unsafe { _mm_min_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn max(self, other: Self) -> Self {
            Self(unsafe { _mm_max_ps(self.0, other.0) })
        }
        #[inline(always)]
        fn mul_add(self, a: Self, b: Self) -> Self {
            self.mul(a).add(b)
        }
    }
}

#[cfg(not(any(target_arch = "wasm32", target_arch = "x86_64")))]
mod narrow {
    /// Four floats, in the hands of the compiler.
    #[derive(Clone, Copy)]
    pub(in super::super) struct F32x4([f32; 4]);

    impl F32x4 {
        #[inline(always)]
        fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
            Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
        }
    }

    impl super::Lanes for F32x4 {
        const WIDTH: usize = 4;
        #[inline(always)]
        fn splat(x: f32) -> Self {
            Self([x; 4])
        }
        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
        }
        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { to.cast::<[f32; 4]>().write_unaligned(self.0) }
        }
        #[inline(always)]
        unsafe fn load_bytes(from: *const i8) -> Self {
            Self(unsafe { from.cast::<[i8; 4]>().read() }.map(f32::from))
        }
        #[inline(always)]
        fn add(self, other: Self) -> Self {
            self.zip(other, |a, b| a + b)
        }
        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            self.zip(other, |a, b| a - b)
        }
        #[inline(always)]
        fn mul(self, other: Self) -> Self {
            self.zip(other, |a, b| a * b)
        }
        #[inline(always)]
        fn min(self, other: Self) -> Self {
            self.zip(other, f32::min)
        }
        #[inline(always)]
        fn max(self, other: Self) -> Self {
            self.zip(other, f32::max)
        }
        #[inline(always)]
        fn mul_add(self, a: Self, b: Self) -> Self {
            // Every aarch64 fuses in hardware; elsewhere a library call would be slow.
            #[cfg(target_arch = "aarch64")]
            return Self(std::array::from_fn(|i| self.0[i].mul_add(a.0[i], b.0[i])));
            #[cfg(not(target_arch = "aarch64"))]
            self.mul(a).add(b)
        }
    }
}

pub(super) use narrow::F32x4;

#[cfg(target_arch = "x86_64")]
mod wide {
    use std::arch::x86_64::{
        __m256, __m512, _mm_loadl_epi64, _mm_loadu_si128, _mm256_add_ps, _mm256_cvtepi8_epi32,
        _mm256_cvtepi32_ps, _mm256_fmadd_ps, _mm256_loadu_ps, _mm256_max_ps, _mm256_min_ps, _mm256_mul_ps,
        _mm256_set1_ps, _mm256_storeu_ps, _mm256_sub_ps, _mm512_add_ps, _mm512_cvtepi8_epi32,
        _mm512_cvtepi32_ps, _mm512_fmadd_ps, _mm512_loadu_ps, _mm512_max_ps, _mm512_min_ps, _mm512_mul_ps,
        _mm512_set1_ps, _mm512_storeu_ps, _mm512_sub_ps,
    };

    macro_rules! lanes {
        ($name:ident, $vector:ty, $width:literal, $splat:ident, $load:ident, $store:ident, $add:ident, $sub:ident,
         $mul:ident, $min:ident, $max:ident, $fma:ident, $bytes:ident, $widen:ident, $convert:ident, $doc:literal) => {
            #[doc = $doc]
            #[derive(Clone, Copy)]
            pub(super) struct $name($vector);

            impl super::Lanes for $name {
                const WIDTH: usize = $width;
                #[inline(always)]
                fn splat(x: f32) -> Self {
                    Self(unsafe { $splat(x) })
                }
                #[inline(always)]
                unsafe fn load(from: *const f32) -> Self {
                    Self(unsafe { $load(from) })
                }
                #[inline(always)]
                unsafe fn store(self, to: *mut f32) {
                    unsafe { $store(to, self.0) }
                }
                #[inline(always)]
                unsafe fn load_bytes(from: *const i8) -> Self {
                    Self(unsafe { $convert($widen($bytes(from.cast()))) })
                }
                #[inline(always)]
                fn add(self, other: Self) -> Self {
                    Self(unsafe { $add(self.0, other.0) })
                }
                #[inline(always)]
                fn sub(self, other: Self) -> Self {
                    Self(unsafe { $sub(self.0, other.0) })
                }
                #[inline(always)]
                fn mul(self, other: Self) -> Self {
                    Self(unsafe { $mul(self.0, other.0) })
                }
                #[inline(always)]
                fn min(self, other: Self) -> Self {
                    Self(unsafe { $min(self.0, other.0) })
                }
                #[inline(always)]
                fn max(self, other: Self) -> Self {
                    Self(unsafe { $max(self.0, other.0) })
                }
                #[inline(always)]
                fn mul_add(self, a: Self, b: Self) -> Self {
                    Self(unsafe { $fma(self.0, a.0, b.0) })
                }
            }
        };
    }
    lanes!(
        F32x8,
        __m256,
        8,
        _mm256_set1_ps,
        _mm256_loadu_ps,
        _mm256_storeu_ps,
        _mm256_add_ps,
        _mm256_sub_ps,
        _mm256_mul_ps,
        _mm256_min_ps,
        _mm256_max_ps,
        _mm256_fmadd_ps,
        _mm_loadl_epi64,
        _mm256_cvtepi8_epi32,
        _mm256_cvtepi32_ps,
        "Eight floats (AVX2 with FMA)."
    );
    lanes!(
        F32x16,
        __m512,
        16,
        _mm512_set1_ps,
        _mm512_loadu_ps,
        _mm512_storeu_ps,
        _mm512_add_ps,
        _mm512_sub_ps,
        _mm512_mul_ps,
        _mm512_min_ps,
        _mm512_max_ps,
        _mm512_fmadd_ps,
        _mm_loadu_si128,
        _mm512_cvtepi8_epi32,
        _mm512_cvtepi32_ps,
        "Sixteen floats (AVX-512)."
    );

    /// The widest vectors to use.
    #[derive(Clone, Copy, PartialEq, Eq, PartialOrd)]
    enum Level {
        Narrow,
        Avx2,
        Avx512,
    }

    fn level() -> Level {
        static LEVEL: std::sync::OnceLock<Level> = std::sync::OnceLock::new();
        *LEVEL.get_or_init(|| {
            // VITRINE_SIMD=sse2|avx2 holds the engine back, for comparing widths.
            let allowed = match std::env::var("VITRINE_SIMD").as_deref() {
                Ok("sse2") => Level::Narrow,
                Ok("avx2") => Level::Avx2,
                _ => Level::Avx512,
            };
            if is_x86_feature_detected!("avx512f") && allowed >= Level::Avx512 {
                Level::Avx512
            } else if is_x86_feature_detected!("avx2")
                && is_x86_feature_detected!("fma")
                && allowed >= Level::Avx2
            {
                Level::Avx2
            } else {
                Level::Narrow
            }
        })
    }

    #[target_feature(enable = "avx512f")]
    fn avx512<K: super::Kernel>(kernel: K) {
        kernel.run::<F32x16>();
    }

    #[target_feature(enable = "avx2,fma")]
    fn avx2<K: super::Kernel>(kernel: K) {
        kernel.run::<F32x8>();
    }

    /// Runs a kernel with the widest vectors that the processor has.
    pub(in super::super) fn dispatch<K: super::Kernel>(kernel: K) {
        match level() {
            Level::Avx512 => unsafe { avx512(kernel) },
            Level::Avx2 => unsafe { avx2(kernel) },
            Level::Narrow => kernel.run::<super::F32x4>(),
        }
    }

    /// Floats in the vectors that [`dispatch`] uses.
    pub(in super::super) fn width() -> usize {
        match level() {
            Level::Avx512 => 16,
            Level::Avx2 => 8,
            Level::Narrow => 4,
        }
    }
}

#[cfg(target_arch = "x86_64")]
pub(super) use wide::{dispatch, width};

/// Runs a kernel with the vectors of this architecture.
#[cfg(not(target_arch = "x86_64"))]
#[inline(never)]
pub(super) fn dispatch<K: Kernel>(kernel: K) {
    kernel.run::<F32x4>();
}

/// Floats in the vectors that [`dispatch`] uses.
#[cfg(not(target_arch = "x86_64"))]
pub(super) fn width() -> usize {
    4
}
