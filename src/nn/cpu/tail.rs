//! What follows a convolution's sum: bias, activation, and a residual before or after it.

use super::simd::{F32x4, Lanes};
use crate::nn::step::{Activation, Conv, Residual};

/// Where a convolution's residual comes from.
#[derive(Clone, Copy)]
pub(super) enum Addend<'a> {
    /// There is none.
    Nothing,
    /// An image of its own.
    Image(&'a [f32]),
    /// What lies where the result goes.
    InPlace,
}

impl Addend<'_> {
    /// The floats to add to those at `to`. `at` is where they start in an image of its own, `len` how many
    /// there are.
    #[inline(always)]
    pub(super) fn at(&self, at: usize, len: usize, to: *mut f32) -> Option<*const f32> {
        match self {
            Self::Nothing => None,
            Self::Image(image) => Some(image[at..at + len].as_ptr()),
            Self::InPlace => Some(to.cast_const()),
        }
    }
}

/// Bias, residual and the activations that are a clamp, applied while the sum is still in registers.
/// The others are applied to the finished result by [`super::elementwise::activate`].
#[derive(Clone, Copy)]
pub(super) struct Tail<'a> {
    /// One value a channel, padded to a multiple of 4.
    pub(super) bias: &'a [f32],
    low: f32,
    high: f32,
    /// Whether the residual comes after the clamp.
    late: bool,
}

impl<'a> Tail<'a> {
    pub(super) fn new(bias: &'a [f32], conv: &Conv) -> Self {
        let (low, high) = match conv.activation {
            Activation::Relu => (0.0, f32::INFINITY),
            Activation::Clip { low, high } => (low, high),
            _ => (f32::NEG_INFINITY, f32::INFINITY),
        };
        let late = conv.residual == Some(Residual::AfterActivation);
        Self { bias, low, high, late }
    }

    /// Whether [`Tail`] does all of an activation.
    pub(super) fn covers(activation: &Activation) -> bool {
        *activation == Activation::Identity || activation.is_clamp()
    }

    /// Applies the tail to `channels` sums (a multiple of 4) and writes them.
    ///
    /// # Safety
    /// `sums`, `to` and (where given) `residual` must be valid for `channels` floats.
    #[inline(always)]
    pub(super) unsafe fn write<V: Lanes>(
        &self,
        channels: usize,
        sums: *const f32,
        residual: Option<*const f32>,
        to: *mut f32,
    ) {
        let mut at = 0;
        // SAFETY: the caller's promise; the bias is as long as the channels.
        unsafe {
            debug_assert!(self.bias.len() >= channels);
            while at + V::WIDTH <= channels {
                self.vector::<V>(at, V::load(sums.add(at)), residual, to);
                at += V::WIDTH;
            }
            while at < channels {
                self.vector::<F32x4>(at, F32x4::load(sums.add(at)), residual, to);
                at += F32x4::WIDTH;
            }
        }
    }

    /// Applies the tail to the channels from `at` on.
    ///
    /// # Safety
    /// `to` and `residual` must be valid for `at + WIDTH` floats, and `at + WIDTH` within the bias.
    #[inline(always)]
    pub(super) unsafe fn vector<V: Lanes>(
        &self,
        at: usize,
        sum: V,
        residual: Option<*const f32>,
        to: *mut f32,
    ) {
        // SAFETY: the caller's promise.
        unsafe {
            let mut value = sum.add(V::load(self.bias.as_ptr().add(at)));
            if let Some(residual) = residual.filter(|_| !self.late) {
                value = value.add(V::load(residual.add(at)));
            }
            value = value.max(V::splat(self.low)).min(V::splat(self.high));
            if let Some(residual) = residual.filter(|_| self.late) {
                value = value.add(V::load(residual.add(at)));
            }
            value.store(to.add(at));
        }
    }
}
