//! Many evaluations in one call.

use super::Engine;

impl Engine {
    /// Evaluates each spec for one user and writes the code of each, up to and including the first negative one. How
    /// many were written: as many as both slices have room for, unless a negative code came before.
    pub fn evaluate_many(&mut self, slot: u32, specs: &[i32], mode: u32, now: f64, codes: &mut [i32]) -> usize {
        let mut written = 0;
        for (spec, code) in specs.iter().zip(codes) {
            // A negative index is out of range, as every other that stands for no spec.
            *code = self.evaluate(slot, u32::try_from(*spec).unwrap_or(u32::MAX), mode, now);
            written += 1;
            if *code < 0 {
                break;
            }
        }
        written
    }
}
