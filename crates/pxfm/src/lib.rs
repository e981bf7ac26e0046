//! The functions that `moxcms` asks of the crate `pxfm`, answered by `libm`.
//!
//! `pxfm` rounds every result correctly, and has tables of 45 KB for that, which cannot be compressed. A colour profile's
//! curves end in 16 bits; `libm` is within a unit or two of the last of 53, is the same on every machine, and small.

#![allow(
    missing_docs,
    reason = "each is the function of mathematics that its name says; `f` at the end: in f32"
)]

macro_rules! by_libm {
    ($($name:ident = $function:ident($($x:ident),+) -> $float:ty;)*) => {
        $(
            #[must_use]
            pub fn $name($($x: $float),+) -> $float {
                libm::$function($($x),+)
            }
        )*
    };
}

by_libm! {
    f_exp = exp(x) -> f64;
    f_exp2 = exp2(x) -> f64;
    f_exp10 = exp10(x) -> f64;
    f_log = log(x) -> f64;
    f_log2 = log2(x) -> f64;
    f_log10 = log10(x) -> f64;
    f_pow = pow(x, y) -> f64;
    f_expf = expf(x) -> f32;
    f_exp2f = exp2f(x) -> f32;
    f_exp10f = exp10f(x) -> f32;
    f_logf = logf(x) -> f32;
    f_log2f = log2f(x) -> f32;
    f_log10f = log10f(x) -> f32;
    f_powf = powf(x, y) -> f32;
    dirty_powf = powf(x, y) -> f32;
    f_cbrtf = cbrtf(x) -> f32;
    f_sinf = sinf(x) -> f32;
    f_atan2f = atan2f(y, x) -> f32;
    f_hypotf = hypotf(x, y) -> f32;
}

#[must_use]
pub fn f_hypot3f(x: f32, y: f32, z: f32) -> f32 {
    libm::hypotf(libm::hypotf(x, y), z)
}

#[must_use]
pub fn f_sincosf(x: f32) -> (f32, f32) {
    libm::sincosf(x)
}

// While the compiler runs, for the curves of HDR: relative errors of some 1e-14.

#[must_use]
pub const fn floor(x: f64) -> f64 {
    x.floor()
}

#[must_use]
pub const fn copysignk(magnitude: f64, sign: f64) -> f64 {
    magnitude.copysign(sign)
}

/// Of results that are normal numbers.
#[must_use]
pub const fn exp(x: f64) -> f64 {
    let whole = (x / std::f64::consts::LN_2).round();
    let rest = x - whole * std::f64::consts::LN_2;
    // Taylor's series: the first term left out is below 1e-17 of the first.
    let mut sum = 1.0;
    let mut term = 14;
    while term > 0 {
        sum = 1.0 + rest / term as f64 * sum;
        term -= 1;
    }
    f64::from_bits(((whole as i64 + 1023) as u64) << 52) * sum
}

/// Of positive normal numbers.
#[must_use]
pub const fn pow(x: f64, y: f64) -> f64 {
    exp(y * logarithm(x))
}

const fn logarithm(x: f64) -> f64 {
    const FRACTION: u64 = (1 << 52) - 1;
    let exponent = (x.to_bits() >> 52) as i64 - 1023;
    let mantissa = f64::from_bits(x.to_bits() & FRACTION | 1023 << 52);
    // ln m = 2 artanh((m − 1) / (m + 1)), of which the argument is at most a third.
    let part = (mantissa - 1.0) / (mantissa + 1.0);
    let mut sum = 0.0;
    let mut power = 35;
    while power > 0 {
        sum = sum * part * part + 1.0 / power as f64;
        power -= 2;
    }
    2.0 * part * sum + exponent as f64 * std::f64::consts::LN_2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_compiler_runs_agrees_with_what_runs() {
        for x in [1e-6, 0.01, 0.3, 0.999, 1.0, 1.5, 2.0, 7.0, 1e4] {
            for y in [0.012_683_3, 0.159, 1.0, 6.277, -2.5] {
                let (own, expected) = (pow(x, y), libm::pow(x, y));
                assert!((own / expected - 1.0).abs() < 1e-13, "{x}^{y} is {own}, not {expected}");
            }
            assert!((exp(-x.min(700.0)) / libm::exp(-x.min(700.0)) - 1.0).abs() < 1e-13, "exp(-{x})");
        }
    }
}
