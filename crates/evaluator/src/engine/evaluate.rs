//! Evaluation and exposure: from (slot, spec, mode, now) to the packed answer of `EvalBits`.

use super::Engine;
use crate::boundary::{eval_bits, eval_code, eval_mode};
use crate::eval::Only;
use crate::exposure::Exposure;
use crate::outcome::record;
use crate::store::SpecKind;

impl Engine {
    /// Evaluates, and with `EXPOSE` records the exposure. Layout: `EvalBits`, or an [`eval_code`].
    pub fn evaluate(&mut self, slot: u32, spec: u32, mode: u32, now: f64) -> i32 {
        if spec as usize >= self.resolver.store.specs.len() + self.resolver.unknown.len() {
            return self.resolver.fail("no such spec");
        }
        if !self.resolver.bind(slot, now) {
            return self.resolver.fail("no user in this slot");
        }
        self.resolver.holds_until = f64::INFINITY;
        let only = Only::of_mode(mode);
        let outcome = match self.resolver.resolve(slot, spec, only, now) {
            Ok(outcome) => outcome,
            Err(stop) => return self.resolver.stopped(stop, spec),
        };
        let exposes = mode & eval_mode::EXPOSE != 0 && only == Only::All;
        let full = exposes && self.record(slot, outcome, None, mode, now);
        let value = self.resolver.tables.facts(outcome).is_some_and(|facts| facts.value);
        let volatile = self.resolver.holds_until < f64::INFINITY;
        ((outcome as i32) << eval_bits::OUTCOME_SHIFT)
            | (i32::from(full) * eval_bits::BATCH_FULL)
            | (i32::from(volatile) * eval_bits::VOLATILE)
            | (i32::from(value) * eval_bits::VALUE)
    }

    /// Until when the latest answer of [`Engine::evaluate`] holds (ms): infinity = for good; a time
    /// that has passed when that cannot be told.
    pub fn holds_until(&self) -> f64 {
        self.resolver.holds_until
    }

    /// Records the exposure of an outcome; of a layer nothing. True = batch full.
    pub fn expose(&mut self, slot: u32, outcome: u32, mode: u32, now: f64) -> bool {
        self.record(slot, outcome, None, mode, now)
    }

    /// Records a layer parameter exposure. True = batch full.
    pub fn expose_layer_parameter(
        &mut self,
        slot: u32,
        outcome: u32,
        parameter: &str,
        mode: u32,
        now: f64,
    ) -> bool {
        self.record(slot, outcome, Some(parameter), mode, now)
    }

    /// An outcome as `OutcomeRecord` JSON; `null` when unknown.
    pub fn outcome(&self, outcome: u32) -> String {
        self.resolver
            .tables
            .get(outcome)
            .map_or_else(|| "null".into(), |record| record::to_json(record))
    }

    /// Interns an `OutcomeRecord` made by the caller. Its number, or TableFull, or Failed.
    pub fn intern_outcome(&mut self, json: &str) -> i32 {
        match record::from_json(json) {
            Some(record) => {
                self.resolver.tables.intern(record).map_or(eval_code::TABLE_FULL, |id| id as i32)
            }
            None => self.resolver.fail("the record cannot be read"),
        }
    }

    fn record(
        &mut self,
        slot: u32,
        outcome: u32,
        parameter: Option<&str>,
        mode: u32,
        now: f64,
    ) -> bool {
        let Some(facts) = self.resolver.tables.facts(outcome) else {
            return self.exposures.is_full();
        };
        let manual = mode & eval_mode::MANUAL != 0;
        if facts.refers && parameter.is_none() && !manual {
            self.record_along(slot, outcome, now);
        }
        let slot = self.resolver.slots.get_mut(slot as usize).filter(|s| s.occupied);
        // Layers expose per parameter, everything else does not.
        let Some(slot) = slot.filter(|_| (facts.kind == SpecKind::Layer) == parameter.is_some())
        else {
            return self.exposures.is_full();
        };
        self.exposures.expose(
            slot,
            &self.resolver.tables,
            &Exposure { outcome, facts, parameter, manual, time: now },
        )
    }

    /// Exposes the experiments that an answer asked for. Rare, and kept out of the way of every
    /// other exposure.
    #[cold]
    #[inline(never)]
    fn record_along(&mut self, slot: u32, outcome: u32, now: f64) {
        let also = self
            .resolver
            .tables
            .get(outcome)
            .map(|outcome| outcome.also.clone())
            .unwrap_or_default();
        for &outcome in also.iter() {
            self.record(slot, outcome, None, eval_mode::EXPOSE, now);
        }
    }

    /// What lies where an exposure will be looked for.
    pub(super) fn noted_at(&self, slot: u32, outcome: u32) -> u32 {
        match (self.resolver.slots.get(slot as usize), self.resolver.tables.facts(outcome)) {
            (Some(slot), Some(facts)) => self.exposures.noted_at(slot, &facts),
            _ => 0,
        }
    }
}
