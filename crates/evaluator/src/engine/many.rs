//! Many evaluations, or exposures, in one call.

use super::{eval_mode, Engine};

impl Engine {
    /// Evaluates each spec for one user and writes the code of each, up to and including the first
    /// negative one. How many were written: as many as both slices have room for, unless a negative
    /// code came before.
    pub fn evaluate_many(
        &mut self,
        slot: u32,
        specs: &[i32],
        mode: u32,
        now: f64,
        codes: &mut [i32],
    ) -> usize {
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

    /// Records the exposures of gates and configs given as triples `slot, outcome, time`, in their
    /// order. Answers `pending events << 1 | batch full`.
    pub fn expose_many(&mut self, exposures: &[f64]) -> u32 {
        let exposures = exposures.as_chunks::<3>().0;
        // A look ahead at where each will be noted: those loads wait for memory together, the ones
        // below one by one.
        let noted = exposures
            .iter()
            .fold(0, |sum, &[slot, outcome, _]| sum ^ self.noted_at(slot as u32, outcome as u32));
        std::hint::black_box(noted);
        for &[slot, outcome, time] in exposures {
            self.expose(slot as u32, outcome as u32, eval_mode::EXPOSE, time);
        }
        (self.pending_events() as u32) << 1 | u32::from(self.exposures.is_full())
    }
}
