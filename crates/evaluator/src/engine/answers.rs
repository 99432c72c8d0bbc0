//! Evaluation and exposure: from (slot, spec, mode, now) to the packed answer of `EvalBits`.

use super::{eval_code, eval_mode, Engine};
use crate::eval::{code, rule_string, Evaluation, Found, Only, Reference, Stop};
use crate::exposure::Exposure;
use crate::js_semantics::{json::parse_str, stringify, JsObject, JsValue};
use crate::outcome::table::OutcomeKey;
use crate::outcome::{record, Outcome, Reason};
use crate::overrides::Applied;
use crate::store::{string_id, SpecBody, SpecKind, Store, Text, NONE};
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
pub(super) struct Answer {
    found: Found,
    list: u32,
    /// List of the outcomes that are exposed along with it.
    also: u32,
    /// No gates or delegates were involved: the rule index alone says what came out.
    plain: bool,
}

impl Engine {
    /// Evaluates, and with `EXPOSE` records the exposure. Layout: `EvalBits`, or an [`eval_code`].
    pub fn evaluate(&mut self, slot: u32, spec: u32, mode: u32, now: f64) -> i32 {
        if spec as usize >= self.store.specs.len() + self.unknown.len() {
            return self.fail("no such spec");
        }
        if !self.bind(slot, now) {
            return self.fail("no user in this slot");
        }
        self.holds_until = f64::INFINITY;
        let outcome = match self.answer(slot, spec, Only::of_mode(mode), now) {
            Ok(outcome) => outcome,
            Err(stop) => return self.stopped(stop, spec),
        };
        let exposes = mode & eval_mode::EXPOSE != 0 && Only::of_mode(mode) == Only::All;
        let full = exposes && self.record(slot, outcome, None, mode, now);
        let value = self.tables.facts(outcome).is_some_and(|facts| facts.value);
        let volatile = self.holds_until < f64::INFINITY;
        (outcome as i32) << 3 | i32::from(full) << 2 | i32::from(volatile) << 1 | i32::from(value)
    }

    /// Until when the latest answer of [`Engine::evaluate`] holds (ms): infinity = for good; a time
    /// that has passed when that cannot be told.
    pub fn holds_until(&self) -> f64 {
        self.holds_until
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
        self.tables.get(outcome).map_or_else(|| "null".into(), |record| record::to_json(record))
    }

    /// Interns an `OutcomeRecord` made by the caller. Its number, or TableFull, or Failed.
    pub fn intern_outcome(&mut self, json: &str) -> i32 {
        match record::from_json(json) {
            Some(record) => {
                self.tables.intern(record).map_or(eval_code::TABLE_FULL, |id| id as i32)
            }
            None => self.fail("the record cannot be read"),
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
        let Some(facts) = self.tables.facts(outcome) else { return self.exposures.is_full() };
        let manual = mode & eval_mode::MANUAL != 0;
        if facts.refers && parameter.is_none() && !manual {
            self.record_along(slot, outcome, now);
        }
        let slot = self.slots.get_mut(slot as usize).filter(|s| s.occupied);
        // Layers expose per parameter, everything else does not.
        let Some(slot) = slot.filter(|_| (facts.kind == SpecKind::Layer) == parameter.is_some())
        else {
            return self.exposures.is_full();
        };
        self.exposures.expose(
            slot,
            &self.tables,
            &Exposure { outcome, facts, parameter, manual, time: now },
        )
    }

    /// Exposes the experiments that an answer asked for. Rare, and kept out of the way of every
    /// other exposure.
    #[cold]
    #[inline(never)]
    fn record_along(&mut self, slot: u32, outcome: u32, now: f64) {
        let also = self.tables.get(outcome).map(|outcome| outcome.also.clone()).unwrap_or_default();
        for &outcome in also.iter() {
            self.record(slot, outcome, None, eval_mode::EXPOSE, now);
        }
    }

    /// What lies where an exposure will be looked for.
    pub(super) fn noted_at(&self, slot: u32, outcome: u32) -> u32 {
        match (self.slots.get(slot as usize), self.tables.facts(outcome)) {
            (Some(slot), Some(facts)) => self.exposures.noted_at(slot, &facts),
            _ => 0,
        }
    }

    /// Makes the memos of a slot fit the current specs. False without a user. What is remembered of
    /// a time holds later, not earlier: all of it goes when the clock went back, or tells no time.
    pub(crate) fn bind(&mut self, slot: u32, now: f64) -> bool {
        let is_later = now >= self.latest;
        if !is_later {
            self.void_answers();
        }
        self.latest = now;
        let stamp = self.next_stamp();
        let Some(slot) = self.slots.get_mut(slot as usize).filter(|s| s.occupied) else {
            return false;
        };
        if slot.stamp == 0 || slot.answers != self.answers {
            slot.bind(&self.store, self.answers, stamp);
        }
        true
    }

    /// A number that no memo carries.
    pub(super) fn next_stamp(&mut self) -> u32 {
        // One evaluation may take some for itself.
        if self.stamp > u32::MAX - (1 << 20) {
            self.slots.iter_mut().for_each(|slot| slot.forget());
            self.stamp = 0;
        }
        self.stamp += 1;
        self.stamp
    }

    fn answer(&mut self, slot: u32, spec: u32, only: Only, now: f64) -> Result<u32, Stop> {
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

    pub(super) fn run(&mut self, slot: u32, ask: &Ask<'_>) -> Result<Answer, Stop> {
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
        };
        let found = evaluation.spec(ask.spec, ask.only);
        self.holds_until = evaluation.holds_until;
        // Left-out rules change the sampling rate of what no rule answers.
        let plain = !evaluation.gates_met && ask.only == Only::All;
        self.stamp = evaluation.last_stamp;
        let found = found?;
        let list = self.tables.list_id(&self.stack)?;
        let also = if self.newer.references.is_empty() { 0 } else { self.referred()? };
        Ok(Answer { found, list, also, plain })
    }

    /// The outcomes of experiments whose group was asked for, as a list.
    #[cold]
    fn referred(&mut self) -> Result<u32, Stop> {
        let references = std::mem::take(&mut self.newer.references);
        let mut outcomes = Vec::with_capacity(references.len());
        for Reference { spec, found, list } in references {
            let answer = Answer { found, list, also: 0, plain: false };
            outcomes.push(self.outcome_of(spec, &answer)?);
        }
        Ok(self.tables.number_list(&outcomes)?)
    }

    pub(super) fn outcome_of(&mut self, spec: u32, result: &Answer) -> Result<u32, Stop> {
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

    /// Spells a result out (BEHAVIOUR.md 3.3, 3.6, 4).
    fn spell(&self, spec: u32, result: &Answer) -> Option<Outcome> {
        let (kind, name) = self.spec_name(spec)?;
        let found = &result.found;
        let body = |index: u32| self.store.specs.get(index as usize).and_then(|s| s.body.as_ref());
        let answer = body(found.answer);
        let secondary = self.tables.secondary(result.list);
        let delegate = body(found.delegate);
        let splits = delegate.is_some() || found.code == code::MERGED;
        let undelegated =
            if splits { self.tables.secondary(found.undelegated) } else { secondary.clone() };
        let mut outcome = Outcome {
            kind,
            name,
            value: found.value,
            rule: self.store.string(rule_string(&self.store, found)),
            group: None,
            id_type: None,
            json: "{}".into(),
            secondary,
            undelegated,
            explicit: None,
            delegate: delegate.and_then(|_| self.spec_name(found.delegate)).map(|(_, name)| name),
            version: answer.and_then(|body| body.version.clone()),
            experiment_group: false,
            reason: None,
            persisted_time: None,
            forward_all: answer.is_some_and(|body| body.forward_all),
            rate: self.store.rate(found.rate).cloned(),
            seen_analytical: found.seen == Seen::Yes,
            mapped: (kind != SpecKind::Layer && found.mapped != NONE)
                .then(|| self.store.string(found.mapped)),
            parameter_rules: None,
            also: self.tables.list(result.also).into(),
            also_names: Default::default(),
            hashes: Default::default(),
            secondary_json: Default::default(),
            undelegated_json: Default::default(),
        };
        outcome.also_names =
            outcome.also.iter().filter_map(|id| Some(self.tables.get(*id)?.name.clone())).collect();
        self.fill(&mut outcome, found, answer);
        if delegate.is_some() && found.mapped != NONE {
            // What stands in for a delegate gives its value, and leaves the layer what it is.
            let layer = body(spec);
            outcome.id_type = layer.and_then(|body| body.id_type.clone());
            outcome.version = layer.and_then(|body| body.version.clone());
        }
        if let Some(delegate) = delegate {
            outcome.explicit = delegate.explicit.clone();
        }
        if kind == SpecKind::Gate {
            outcome.json = "{}".into();
        }
        Some(outcome.with_hashes())
    }

    fn fill(&self, outcome: &mut Outcome, found: &Found, answer: Option<&SpecBody>) {
        match (found.code, answer) {
            (code::OVERRIDE, _) => self.fill_override(outcome, found),
            (code::UNSUPPORTED, _) => outcome.reason = Some(Reason::Unsupported),
            (code::UNRECOGNIZED, _) => outcome.reason = Some(Reason::Unrecognized),
            (code::MERGED, Some(body)) => self.fill_merged(outcome, found, body),
            (code::UNINITIALIZED, _) => bare(outcome, Some(Reason::Uninitialized)),
            (code::NO_TARGETING, _) => bare(outcome, None),
            (code::DISABLED, Some(body)) if body.skips_rules => {
                outcome.id_type = body.id_type.clone();
                outcome.json = body.default_json.clone();
            }
            (code::DEFAULT | code::DISABLED, Some(body)) => {
                ruled(outcome, body, body.default_json.clone())
            }
            (rule, Some(body)) => {
                let Some(rule) = body.rules.get(rule as usize) else { return };
                ruled(
                    outcome,
                    body,
                    if found.pass { rule.json.clone() } else { body.default_json.clone() },
                );
                outcome.group = rule.group.clone();
                outcome.experiment_group = rule.experiment_group;
            }
            _ => {}
        }
    }

    /// NEWER.md 7: of a parameter that several give the first one counts, and the default at last.
    fn fill_merged(&self, outcome: &mut Outcome, found: &Found, body: &SpecBody) {
        ruled(outcome, body, "{}".into());
        let parts = self.tables.list(found.merged);
        let Some((&[first, answer, code, extra, pass], rest)) = parts.split_first_chunk::<5>()
        else {
            return;
        };
        let rule = |at: u32| body.rules.get(at as usize);
        let mut merged = Merged::default();
        if let Some(rule) = rule(first) {
            let inner = Found { extra, pass: pass != 0, ..Found::of(answer, code) };
            let config = self.store.specs.get(answer as usize).and_then(|spec| spec.body.as_ref());
            let (mut json, mut group) = ("{}".into(), None);
            match (code, config) {
                (code::OVERRIDE, _) => {
                    let value = self.world.overrides.value(Applied::from_number(inner.extra));
                    json = value.map_or(json, |value| value.json.clone());
                }
                (code::DEFAULT | code::DISABLED, Some(config)) => {
                    json = config.default_json.clone()
                }
                (at, Some(config)) => {
                    if let Some(rule) = config.rules.get(at as usize) {
                        json = if inner.pass {
                            rule.json.clone()
                        } else {
                            config.default_json.clone()
                        };
                        group = rule.group.clone();
                    }
                }
                _ => {}
            }
            outcome.group = group;
            outcome.experiment_group = rule.experiment_group;
            merged.add(&json, &self.store.string(rule.id));
        }
        for rule in rest.iter().filter_map(|at| rule(*at)) {
            merged.add(&rule.json, &self.store.string(rule.id));
        }
        merged.add(&body.default_json, &self.store.string(string_id::DEFAULT));
        outcome.json = stringify(&JsValue::Object(JsObject::from_entries(merged.values))).into();
        outcome.parameter_rules = Some(merged.rules.into());
    }

    fn fill_override(&self, outcome: &mut Outcome, found: &Found) {
        bare(outcome, Some(Reason::LocalOverride));
        let applied = Applied::from_number(found.extra);
        let Some(value) = self.world.overrides.value(applied) else { return };
        outcome.value = value.flag;
        // A delegate is a config whatever was asked for.
        if outcome.kind != SpecKind::Gate || found.delegate != NONE {
            outcome.id_type = Some(Text::from(if applied.for_everyone() { "" } else { "userID" }));
            outcome.json = value.json.clone();
        }
    }

    pub(crate) fn stopped(&mut self, stop: Stop, spec: u32) -> i32 {
        match stop {
            Stop::NeedsUserAgent => eval_code::NEEDS_USER_AGENT,
            Stop::Full => eval_code::TABLE_FULL,
            Stop::TooDeep => {
                let name = self.spec_name(spec).map(|(_, name)| name).unwrap_or_default();
                let depth = crate::eval::MAX_DEPTH;
                self.fail(&format!("'{name}' refers to itself or is nested deeper than {depth}"))
            }
        }
    }

    pub(crate) fn fail(&mut self, why: &str) -> i32 {
        self.last_error.clear();
        self.last_error.push_str(why);
        eval_code::FAILED
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
        answer: found.answer,
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

pub(super) fn special(spec: u32, code: u32, extra: u32) -> Answer {
    let found = Found { extra, ..Found::of(spec, code) };
    Answer { found, list: 0, also: 0, plain: false }
}

/// Parameters of a layer, and which rule each is from.
#[derive(Default)]
struct Merged {
    values: Vec<(Box<str>, JsValue)>,
    rules: Vec<(Text, Text)>,
}

impl Merged {
    /// Adds what is not there yet.
    fn add(&mut self, json: &str, rule: &Text) {
        let Ok(JsValue::Object(object)) = parse_str(json) else { return };
        for (key, value) in object.into_entries() {
            if !self.values.iter().any(|(known, _)| *known == key) {
                self.rules.push((Text::from(&*key), rule.clone()));
                self.values.push((key, value));
            }
        }
    }
}

/// The result comes from no spec.
fn bare(outcome: &mut Outcome, reason: Option<Reason>) {
    outcome.reason = reason;
    outcome.version = None;
    outcome.forward_all = false;
}

fn ruled(outcome: &mut Outcome, body: &SpecBody, json: Text) {
    outcome.id_type = body.id_type.clone();
    outcome.explicit = body.explicit.clone();
    outcome.json = json;
}
