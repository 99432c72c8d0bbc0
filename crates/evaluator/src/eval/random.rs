//! What contextual autotunes draw from: the same numbers on every engine.

/// Numbers that look random, the same on every engine for the same seed (mulberry32).
#[derive(Debug, Default, Clone)]
pub(crate) struct Random(u32);

impl Random {
    pub(crate) fn seeded(seed: u32) -> Random {
        Random(seed)
    }

    pub(super) fn draw(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x6D2B_79F5);
        let mut t = self.0;
        t = (t ^ t >> 15).wrapping_mul(t | 1);
        t ^= t.wrapping_add((t ^ t >> 7).wrapping_mul(t | 61));
        f64::from(t ^ t >> 14) / 4_294_967_296.0
    }
}
