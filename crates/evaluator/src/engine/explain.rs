//! Explanations: an evaluation with its steps.

use super::Engine;
use crate::boundary::eval_bits;
use crate::resolve::Trace;

impl Engine {
    /// Evaluates without an exposure and tells how: `Trace` of `src/engine/trace.ts`, as JSON.
    /// `at`: the slot and the time, with a space between them.
    pub(super) fn explain(&mut self, spec: u32, at: &str) -> Option<String> {
        let (slot, now) = at.split_once(' ')?;
        let (slot, now) = (slot.parse().ok()?, now.parse().ok()?);
        let mut trace = Trace::default();
        let code = if self.resolver.spec_name(spec).is_none() {
            self.resolver.fail("no such spec")
        } else if !self.resolver.bind(slot, now) {
            self.resolver.fail("no user in this slot")
        } else {
            match self.resolver.explain(slot, spec, now, &mut trace) {
                Ok(outcome) => {
                    let facts = self.resolver.tables.facts(outcome);
                    let value = facts.is_some_and(|facts| facts.value);
                    ((outcome as i32) << eval_bits::OUTCOME_SHIFT)
                        | (i32::from(value) * eval_bits::VALUE)
                }
                Err(stop) => self.resolver.stopped(stop, spec),
            }
        };
        Some(trace.finish(code))
    }
}
