//! Evaluates, and finds or makes the outcome.

use super::Resolver;
use crate::eval::{code, Evaluation, Found, Observer, Only, Reference, Stop};
use crate::js_semantics::JsValue;
use crate::outcome::table::OutcomeKey;
use crate::store::Store;
use crate::user::Seen;

/// What is evaluated.
pub(super) struct Ask<'a> {
    pub(super) spec: u32,
    pub(super) only: Only,
    pub(super) now: f64,
    /// See `Evaluation::app`.
    pub(super) app: Option<&'a JsValue>,
}

/// Everything after the evaluation that makes up an outcome.
pub(super) struct Evaluated {
    pub(super) found: Found,
    /// List of its secondary exposures.
    pub(super) list: u32,
    /// List of the outcomes that are exposed along with it.
    pub(super) also: u32,
    /// No gates or delegates were involved: the rule index alone says what came out.
    pub(super) plain: bool,
}

impl Resolver {
    /// Outcome of a spec for a user, who must be bound.
    pub(crate) fn resolve(
        &mut self,
        slot: u32,
        spec: u32,
        only: Only,
        now: f64,
    ) -> Result<u32, Stop> {
        if only == Only::All {
            if let Some(applied) =
                self.slots.get(slot as usize).and_then(|s| self.world.overrides.find(spec, s))
            {
                return self.outcome_of(spec, &special(spec, code::OVERRIDE, applied.number()));
            }
            if !self.serving {
                return self.outcome_of(spec, &special(spec, code::UNINITIALIZED, 0));
            }
        }
        let result = self.run(slot, &Ask { spec, only, now, app: None })?;
        self.outcome_of(spec, &result)
    }

    /// Outcome of the local override of a spec that applies to a user.
    pub(crate) fn overridden(&mut self, slot: u32, spec: u32) -> Result<Option<u32>, Stop> {
        match self.slots.get(slot as usize).and_then(|s| self.world.overrides.find(spec, s)) {
            Some(applied) => {
                self.outcome_of(spec, &special(spec, code::OVERRIDE, applied.number())).map(Some)
            }
            None => Ok(None),
        }
    }

    pub(super) fn run(&mut self, slot: u32, ask: &Ask<'_>) -> Result<Evaluated, Stop> {
        self.run_told(slot, ask, ())
    }

    /// The same, and tells an observer how it goes.
    #[inline(always)]
    pub(super) fn run_told<O: Observer>(
        &mut self,
        slot: u32,
        ask: &Ask<'_>,
        observer: O,
    ) -> Result<Evaluated, Stop> {
        let stamp = self.next_stamp();
        let Some(slot) = self.slots.get_mut(slot as usize) else { return Err(Stop::TooDeep) };
        self.stack.clear();
        self.newer.clear();
        let mut evaluation = Evaluation {
            store: &self.store,
            world: &self.world,
            lasting: slot.stamp,
            slot,
            tables: &mut self.tables,
            now: ask.now,
            stamp,
            last_stamp: stamp,
            random: &mut self.random,
            newer: &mut self.newer,
            depth: 0,
            deepest: 0,
            holds_until: f64::INFINITY,
            gates_met: false,
            app: ask.app,
            stack: &mut self.stack,
            observer,
        };
        let found = evaluation.spec(ask.spec, ask.only);
        self.holds_until = evaluation.holds_until;
        // Left-out rules change the sampling rate of what no rule answers.
        let plain = !evaluation.gates_met && ask.only == Only::All;
        self.stamp = evaluation.last_stamp;
        let found = found?;
        let list = self.tables.list_id(&self.stack)?;
        let also = if self.newer.references.is_empty() { 0 } else { self.referred()? };
        Ok(Evaluated { found, list, also, plain })
    }

    /// The outcomes of experiments whose group was asked for, as a list.
    #[cold]
    fn referred(&mut self) -> Result<u32, Stop> {
        let references = std::mem::take(&mut self.newer.references);
        let mut outcomes = Vec::with_capacity(references.len());
        for Reference { spec, found, list } in references {
            let evaluated = Evaluated { found, list, also: 0, plain: false };
            outcomes.push(self.outcome_of(spec, &evaluated)?);
        }
        Ok(self.tables.number_list(&outcomes)?)
    }

    pub(super) fn outcome_of(&mut self, spec: u32, result: &Evaluated) -> Result<u32, Stop> {
        let plain = if result.plain { plain_index(&self.store, spec, &result.found) } else { None };
        if let Some(outcome) = plain.and_then(|index| self.tables.plain(index)) {
            return Ok(outcome);
        }
        let key = OutcomeKey { also: result.also, ..key(spec, &result.found, result.list) };
        if let Some(outcome) = self.tables.find(&key) {
            return Ok(outcome);
        }
        let outcome = self.spell(spec, result).ok_or(Stop::Full)?;
        let id = self.tables.intern(outcome)?;
        match plain {
            Some(index) => self.tables.set_plain(index, id),
            None => self.tables.remember(key, id)?,
        }
        Ok(id)
    }
}

/// Place in the table of plain outcomes: a rule's two, then `default`, then `disabled`.
#[inline]
pub(super) fn plain_index(store: &Store, spec: u32, found: &Found) -> Option<u32> {
    let entry = store.specs.get(spec as usize)?;
    let rules = entry.body.as_ref()?.rules.len() as u32;
    match found.code {
        code::DEFAULT => Some(entry.outcome_base + 2 * rules),
        code::DISABLED => Some(entry.outcome_base + 2 * rules + 1),
        rule if rule < rules => Some(entry.outcome_base + 2 * rule + u32::from(found.pass)),
        _ => None,
    }
}

#[inline]
pub(super) fn key(spec: u32, found: &Found, list: u32) -> OutcomeKey {
    OutcomeKey {
        spec,
        decided_by: found.decided_by,
        code: found.code,
        extra: found.extra,
        delegate: found.delegate,
        list,
        undelegated: found.undelegated,
        merged: found.merged,
        mapped: found.mapped,
        also: 0,
        rate: found.rate,
        pass: found.pass,
        seen: found.seen == Seen::Yes,
    }
}

pub(super) fn special(spec: u32, code: u32, extra: u32) -> Evaluated {
    let found = Found { extra, ..Found::of(spec, code) };
    Evaluated { found, list: 0, also: 0, plain: false }
}
