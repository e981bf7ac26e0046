//! Numbers that look random and are the same everywhere (SplitMix64).

#![allow(unreachable_pub, reason = "several tests have this file")]

/// The state; a seed to begin with.
pub struct Random(pub u64);

impl Random {
    /// A number from 0 up to `limit`, which is not reached.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % limit as u64) as usize
    }
}
