//! Outcomes for the client-initialize response: of specs whatever their overrides say, one or many
//! at once. A spec that refers to itself or is nested too deep costs only its own entry, which is
//! that of an unsupported one.

use super::run::{key, plain_index, special, Ask};
use super::Resolver;
use crate::eval::{code, Evaluation, Found, Only, Stop};
use crate::js_semantics::JsValue;

impl Resolver {
    /// Outcome of a spec whatever its override says. The user must be bound. `app`: see
    /// `Evaluation::app`; with one, no memo of this slot may come from or go to other calls.
    pub(crate) fn direct(
        &mut self,
        slot: u32,
        spec: u32,
        app: Option<&JsValue>,
        now: f64,
    ) -> Result<u32, Stop> {
        let result = match self.run(slot, &Ask { spec, only: Only::All, now, app }) {
            Err(Stop::TooDeep) => special(spec, code::UNSUPPORTED, 0),
            result => result?,
        };
        self.outcome_of(spec, &result)
    }

    /// The outcomes of many specs, without the app of a client key. Outcomes that exist are found
    /// in one evaluation that goes from spec to spec; one that does not yet exist is spelled out by
    /// `direct`, once per epoch.
    ///
    /// # Errors
    /// Why an evaluation stopped, and the spec.
    pub(crate) fn direct_many(
        &mut self,
        slot: u32,
        specs: &[u32],
        now: f64,
    ) -> Result<Vec<u32>, (Stop, u32)> {
        let mut outcomes = Vec::with_capacity(specs.len());
        loop {
            self.known_outcomes(slot, specs, now, &mut outcomes)?;
            let Some(&spec) = specs.get(outcomes.len()) else { return Ok(outcomes) };
            outcomes.push(self.direct(slot, spec, None, now).map_err(|stop| (stop, spec))?);
        }
    }

    /// Appends outcomes up to the first that is not known yet.
    fn known_outcomes(
        &mut self,
        slot: u32,
        specs: &[u32],
        now: f64,
        outcomes: &mut Vec<u32>,
    ) -> Result<(), (Stop, u32)> {
        // One for all: what depends on the time depends on the same time.
        let stamp = self.next_stamp();
        let Some(slot) = self.slots.get_mut(slot as usize) else { return Ok(()) };
        let mut evaluation = Evaluation {
            store: &self.store,
            world: &self.world,
            lasting: slot.stamp,
            slot,
            tables: &mut self.tables,
            now,
            stamp,
            last_stamp: stamp,
            random: &mut self.random,
            newer: &mut self.newer,
            depth: 0,
            deepest: 0,
            holds_until: f64::INFINITY,
            gates_met: false,
            app: None,
            stack: &mut self.stack,
            observer: (),
        };
        for &spec in specs.get(outcomes.len()..).unwrap_or_default() {
            let known = known_outcome(&mut evaluation, spec);
            self.stamp = evaluation.last_stamp;
            match known.map_err(|stop| (stop, spec))? {
                Some(outcome) => outcomes.push(outcome),
                None => break,
            }
        }
        Ok(())
    }
}

#[inline]
fn known_outcome(evaluation: &mut Evaluation<'_>, spec: u32) -> Result<Option<u32>, Stop> {
    evaluation.stack.clear();
    evaluation.gates_met = false;
    evaluation.newer.clear();
    let found = match evaluation.spec(spec, Only::All) {
        Err(Stop::TooDeep) => {
            evaluation.stack.clear();
            (evaluation.depth, evaluation.deepest) = (0, 0);
            evaluation.start_over();
            Found::of(spec, code::UNSUPPORTED)
        }
        found => found?,
    };
    if !evaluation.gates_met {
        if let Some(place) = plain_index(evaluation.store, spec, &found) {
            return Ok(evaluation.tables.plain(place));
        }
    }
    // What is exposed along with it is spelled out with it.
    if !evaluation.newer.references.is_empty() {
        return Ok(None);
    }
    let list = evaluation.tables.list_id(evaluation.stack)?;
    Ok(evaluation.tables.find(&key(spec, &found, list)))
}
