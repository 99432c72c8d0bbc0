//! Many evaluations, or exposures, in one call.

use super::Engine;
use crate::boundary::eval_mode;

impl Engine {
    /// Evaluates each spec for one user and gives the code of each to `write`, up to and including
    /// the first negative one. How many were written.
    pub fn evaluate_many(
        &mut self,
        slot: u32,
        specs: impl Iterator<Item = i32>,
        mode: u32,
        now: f64,
        mut write: impl FnMut(i32),
    ) -> u32 {
        let mut written = 0;
        for spec in specs {
            // A negative index is out of range, as every other that stands for no spec.
            let code = self.evaluate(slot, u32::try_from(spec).unwrap_or(u32::MAX), mode, now);
            write(code);
            written += 1;
            if code < 0 {
                break;
            }
        }
        written
    }

    /// Records the exposures of gates and configs given as `slot, outcome, time`, in their order.
    /// Answers `pending events << 1 | batch full`.
    pub fn expose_many(&mut self, exposures: impl Iterator<Item = [f64; 3]> + Clone) -> u32 {
        // A look ahead at where each will be noted: those loads wait for memory together, the ones
        // below one by one.
        let noted = exposures
            .clone()
            .fold(0, |sum, [slot, outcome, _]| sum ^ self.noted_at(slot as u32, outcome as u32));
        std::hint::black_box(noted);
        for [slot, outcome, time] in exposures {
            self.expose(slot as u32, outcome as u32, eval_mode::EXPOSE, time);
        }
        (self.pending_events() as u32) << 1 | u32::from(self.exposures.is_full())
    }
}
