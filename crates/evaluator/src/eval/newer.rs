//! What only dcs-v2 has: specs that stand in for others (NEWER.md 6), layers that take parameters
//! from every rule that passes (7), groups of experiments as conditions (8) and contextual
//! autotunes (9).

use super::compare::compares;
use super::found::{code, Found, Stop};
use super::met::Met;
use super::only::Only;
use super::traces::Reference;
use super::{tell_end, Evaluation, Observer, Sampling, Step};
use crate::compile::condition::Op;
use crate::store::{rate, Rule, Spec, SpecBody, SpecKind, Text, NONE};
use crate::store_newer::{autotune_rule, Autotune, Score};
use crate::user::{Place, Seen, Value};

/// Contexts of one evaluation: mappings that were tried and experiments that were looked into.
const MAX_CONTEXTS: u32 = 10_000;

/// The stamps to go back to.
struct Outer {
    stamp: u32,
    lasting: u32,
}

/// What the rules of a merging layer gave so far.
struct Merge {
    /// Rule + 1 that the delegate was taken from.
    taken_from: u32,
    passed: bool,
    value: bool,
    undelegated: Vec<u32>,
    /// Exposures of a delegate that came too late, for the next rule.
    late: Vec<u32>,
    /// What was taken from the delegate, five numbers, and the other rules that passed.
    parts: Vec<u32>,
}

impl<O: Observer> Evaluation<'_, O> {
    /// A spec that is not answered by its rules alone.
    #[inline(never)]
    pub(super) fn odd(&mut self, index: u32, spec: &Spec, only: Only) -> Result<Found, Stop> {
        if only == Only::All && spec.mapping != NONE {
            if let Some(found) = self.mapped(index, spec.mapping)? {
                return Ok(found);
            }
        }
        self.unmapped(index, spec, only)
    }

    fn unmapped(&mut self, index: u32, spec: &Spec, only: Only) -> Result<Found, Stop> {
        let store = self.store;
        let Some(body) = spec.body.as_ref() else {
            let name =
                store.strings.get(spec.name as usize).filter(|_| spec.kind == SpecKind::Config);
            let config =
                name.and_then(|name| store.by_name[SpecKind::Config as usize].get(name)).copied();
            return match config.and_then(|at| Some((at, store.specs.get(at as usize)?))) {
                Some((at, config)) if at != index => self.unmapped(at, config, only),
                _ => Ok(Found::of(index, code::UNRECOGNIZED)),
            };
        };
        if body.malformed {
            return Ok(Found::of(index, code::UNSUPPORTED));
        }
        if body.skips_rules {
            return Ok(Found::of(index, code::DISABLED));
        }
        if only.leaves_nothing_of(&body.rules) {
            return Ok(Found::of(index, code::NO_TARGETING));
        }
        match &body.autotune {
            Some(autotune) => self.autotune(index, body, autotune),
            None if body.merges => self.merged(index, body, only),
            None => self.rules(index, body, only),
        }
    }

    /// A spec as it is asked for by name, with what stands in for it.
    pub(super) fn named(&mut self, index: u32) -> Result<Found, Stop> {
        if !O::LISTENS {
            return self.itself(index);
        }
        let spec = self.store.specs.get(index as usize);
        let name = spec.and_then(|spec| self.store.strings.get(spec.name as usize));
        let kind = spec.map_or(SpecKind::Gate, |spec| spec.kind);
        self.observer.step(Step::Spec(kind, name.map_or("", |name| name)));
        let found = self.itself(index)?;
        tell_end(&mut self.observer, self.store, &found);
        Ok(found)
    }

    #[inline(always)]
    fn itself(&mut self, index: u32) -> Result<Found, Stop> {
        match self.world.overrides.find(index, self.slot) {
            Some(applied) => {
                let value = self.world.overrides.value(applied).is_some_and(|value| value.flag);
                Ok(Found { extra: applied.number(), value, ..Found::of(index, code::OVERRIDE) })
            }
            None => self.spec(index, Only::All),
        }
    }

    /// A config as experiments see it.
    pub(super) fn experiment(&mut self, config: u32) -> Result<Found, Stop> {
        let own = self.store.specs.get(config as usize).map_or(NONE, |spec| spec.experiment);
        self.named(if own == NONE { config } else { own })
    }

    /// Begins something that must not come back to itself. What is remembered on the way holds on
    /// this way only.
    fn enter(&mut self, way: u32) -> Result<Outer, Stop> {
        self.gates_met = true;
        self.newer.contexts += 1;
        if self.newer.contexts > MAX_CONTEXTS {
            return Err(Stop::TooDeep);
        }
        self.newer.path.push(way);
        self.last_stamp += 1;
        let outer = Outer { stamp: self.stamp, lasting: self.lasting };
        (self.stamp, self.lasting) = (self.last_stamp, self.last_stamp);
        Ok(outer)
    }

    /// After an evaluation that did not come to its end.
    pub(crate) fn start_over(&mut self) {
        self.newer.clear();
        self.last_stamp += 1;
        (self.stamp, self.lasting) = (self.last_stamp, self.slot.stamp);
    }

    fn leave(&mut self, outer: &Outer) {
        self.newer.path.pop();
        (self.stamp, self.lasting) = (outer.stamp, outer.lasting);
    }

    /// The answer of what stands in for a spec; None when nothing does.
    fn mapped(&mut self, index: u32, mapping: u32) -> Result<Option<Found>, Stop> {
        let way = index << 1;
        if self.newer.path.contains(&way) {
            return Ok(None);
        }
        self.descend()?;
        let outer = self.enter(way)?;
        let found = self.stand_in(mapping);
        self.leave(&outer);
        self.depth -= 1;
        found
    }

    fn stand_in(&mut self, mapping: u32) -> Result<Option<Found>, Stop> {
        let store = self.store;
        for mapping in store.mappings.get(mapping as usize).into_iter().flatten() {
            for (from, rule) in &mapping.rules {
                if !self.holds_from(*from) || !self.lets_in(rule)? {
                    continue;
                }
                let start = self.stack.len();
                let found = self.named(mapping.target)?;
                if found.code == code::UNRECOGNIZED {
                    self.stack.truncate(start);
                    break;
                }
                let name = store.specs.get(mapping.target as usize).map_or(NONE, |spec| spec.name);
                return Ok(Some(Found {
                    mapped: if found.mapped == NONE { name } else { found.mapped },
                    base: if found.base == NONE { mapping.target } else { found.base },
                    ..found
                }));
            }
        }
        Ok(None)
    }

    fn holds_from(&mut self, time: f64) -> bool {
        let holds = time <= self.now;
        if !holds {
            self.holds_until = self.holds_until.min(time);
        }
        holds
    }

    /// Whether a rule passes, without a trace of what it asked.
    fn lets_in(&mut self, rule: &Rule) -> Result<bool, Stop> {
        let start = self.stack.len();
        self.tell_rule(Step::OTHER, rule);
        let met = self.rule(rule, start, &mut Sampling::new())?;
        self.stack.truncate(start);
        Ok(met == Met::Yes && self.passes(rule))
    }

    /// NEWER.md 7.
    fn merged(&mut self, index: u32, body: &SpecBody, only: Only) -> Result<Found, Stop> {
        self.gates_met = true;
        let start = self.stack.len();
        let mut merge = Merge {
            taken_from: 0,
            passed: false,
            value: false,
            undelegated: Vec::new(),
            late: Vec::new(),
            parts: vec![NONE, 0, 0, 0, 0],
        };
        let mut sampling = Sampling::new();
        for (i, rule) in body.rules.iter().enumerate().filter(|(_, rule)| only.takes(rule)) {
            self.tell_rule(i as u32, rule);
            let met = self.tested(rule, start, &mut merge, &mut sampling)?;
            if met == Met::Unsupported {
                self.stack.truncate(start);
                return Ok(Found::of(index, code::UNSUPPORTED));
            }
            if met == Met::No || !self.passes(rule) {
                continue;
            }
            if rule.delegate == NONE {
                merge.parts.push(i as u32);
                merge.value = true;
            } else if !self.merge_delegate(i as u32, rule.delegate, start, &mut merge)? {
                self.stack.truncate(start);
                return Ok(Found::of(index, code::UNSUPPORTED));
            }
            merge.passed = true;
        }
        self.merge_end(index, body, &merge, sampling.seen)
    }

    fn merge_end(
        &mut self,
        index: u32,
        body: &SpecBody,
        merge: &Merge,
        seen: Seen,
    ) -> Result<Found, Stop> {
        let delegate = merge.taken_from.checked_sub(1).and_then(|at| body.rules.get(at as usize));
        Ok(Found {
            extra: merge.taken_from,
            merged: self.tables.number_list(&merge.parts)?,
            delegate: delegate.map_or(NONE, |rule| rule.delegate),
            undelegated: self.tables.list_id(&merge.undelegated)?,
            pass: merge.passed,
            value: merge.value,
            seen,
            ..Found::of(index, code::MERGED)
        })
    }

    /// The conditions of a rule; what they expose goes to both lists.
    fn tested(
        &mut self,
        rule: &Rule,
        start: usize,
        merge: &mut Merge,
        sampling: &mut Sampling,
    ) -> Result<Met, Stop> {
        let middle = self.stack.len();
        self.stack.append(&mut merge.late);
        let met = self.rule(rule, middle, sampling)?;
        for id in self.stack.get(middle..).unwrap_or_default() {
            if !merge.undelegated.contains(id) {
                merge.undelegated.push(*id);
            }
        }
        self.merge(start, middle);
        Ok(met)
    }

    /// Takes the parameters of a delegate, if it is the first to give any. False when it is
    /// unsupported, also when it comes too late.
    fn merge_delegate(
        &mut self,
        rule: u32,
        config: u32,
        start: usize,
        merge: &mut Merge,
    ) -> Result<bool, Stop> {
        self.descend()?;
        let middle = self.stack.len();
        let found = self.experiment(config)?;
        self.depth -= 1;
        if found.code == code::UNSUPPORTED {
            return Ok(false);
        }
        if merge.passed {
            merge.late = self.stack.split_off(middle);
            return Ok(true);
        }
        self.merge(start, middle);
        merge.parts = vec![rule, found.decided_by, found.code, found.extra, u32::from(found.pass)];
        merge.taken_from = rule + 1;
        merge.value = found.value;
        Ok(true)
    }

    /// NEWER.md 8.
    pub(super) fn experiment_group(&mut self, op: &Op, experiment: u32) -> Result<Met, Stop> {
        if matches!(op, Op::Unsupported) {
            return Ok(Met::Unsupported);
        }
        let group = if experiment == NONE { None } else { self.group_in(experiment)? };
        let group = group.as_deref().map_or(Value::Null, Value::Text);
        self.observer.step(Step::Saw(Place::Group, group));
        Ok(compares(op, group, self.world))
    }

    fn group_in(&mut self, experiment: u32) -> Result<Option<Text>, Stop> {
        self.newer.asked = self.newer.asked.wrapping_add(1);
        let way = experiment << 1 | 1;
        if self.newer.path.contains(&way) {
            return Ok(None);
        }
        self.descend()?;
        let outer = self.enter(way)?;
        let start = self.stack.len();
        let found = self.named(experiment)?;
        let list = self.tables.list_id(self.stack.get(start..).unwrap_or_default())?;
        self.stack.truncate(start);
        self.leave(&outer);
        self.depth -= 1;
        if !self.newer.references.iter().any(|known| known.spec == experiment) {
            self.newer.references.push(Reference { spec: experiment, found, list });
        }
        Ok(self.rule_of(&found).and_then(|rule| rule.group.clone()))
    }

    /// The rule that answered.
    fn rule_of(&self, found: &Found) -> Option<&Rule> {
        let body = self.store.specs.get(found.decided_by as usize)?.body.as_ref()?;
        body.rules.get(found.code as usize)
    }

    /// NEWER.md 9.
    fn autotune(
        &mut self,
        index: u32,
        body: &SpecBody,
        autotune: &Autotune,
    ) -> Result<Found, Stop> {
        self.gates_met = true;
        let mut found =
            Found { pass: true, seen: Seen::No, rate: rate::UNDEFINED, ..Found::of(index, 0) };
        found.code = match self.chosen(body, autotune, &mut found)? {
            Some(rule) => rule,
            None => return Ok(Found::of(index, code::UNSUPPORTED)),
        };
        found.value = body.rules.get(found.code as usize).is_some_and(|rule| rule.says);
        Ok(found)
    }

    /// The rule of an autotune that answers; None when its gate is unsupported.
    fn chosen(
        &mut self,
        body: &SpecBody,
        autotune: &Autotune,
        found: &mut Found,
    ) -> Result<Option<u32>, Stop> {
        if !autotune.runs {
            return Ok(Some(autotune_rule::PRESTART));
        }
        if autotune.gate != NONE {
            let memo = self.nested_gate(autotune.gate)?;
            if memo.unsupported {
                return Ok(None);
            }
            let start = self.stack.len();
            self.tables.push_list(self.stack, start, memo.list);
            if !autotune.gate_is_segment {
                self.tables.push_any(self.stack, start, memo.exposure);
            }
            found.mapped = memo.mapped;
            if !memo.value {
                return Ok(Some(autotune_rule::NOT_TARGETED));
            }
        }
        self.tell_unit(autotune.bucket);
        let bucket = self.bucket(autotune.bucket);
        self.observer.step(Step::Bucket(bucket));
        let bucket = f64::from(bucket);
        let count = autotune.groups.len();
        let (group, how) = if !autotune.has_config {
            (((bucket * count as f64 / 10_000.0) as usize).min(count - 1), "even")
        } else if bucket < autotune.explores_below {
            (self.explored(autotune), "explored")
        } else {
            match self.best(autotune) {
                Some(group) => (group, "best"),
                None => (self.drawn(count), "drawn"),
            }
        };
        self.tell_choice(body, autotune, (group, how));
        let explores = how == "even" || how == "explored";
        Ok(Some(autotune_rule::FIRST_GROUP + 2 * group as u32 + u32::from(explores)))
    }

    /// Tells the observer of each arm, and which one it is.
    #[inline(always)]
    fn tell_choice(
        &mut self,
        body: &SpecBody,
        autotune: &Autotune,
        (chosen, how): (usize, &'static str),
    ) {
        if O::LISTENS {
            let store = self.store;
            let best = body.rules.iter().skip(autotune_rule::FIRST_GROUP as usize).step_by(2);
            for (group, rule) in autotune.groups.iter().zip(best) {
                let score = group.score.as_ref().map(|score| self.score(score));
                let id = store.strings.get(rule.id as usize).map_or("", |id| id);
                self.observer.step(Step::Arm(id, score.filter(|n| n.is_finite())));
            }
            self.observer.step(Step::Chose(chosen, how));
        }
    }

    /// A draw in [0, 1). What depends on it holds for this once.
    fn draw(&mut self) -> f64 {
        self.holds_until = f64::NEG_INFINITY;
        self.random.draw()
    }

    fn drawn(&mut self, count: usize) -> usize {
        ((self.draw() * count as f64) as usize).min(count - 1)
    }

    fn explored(&mut self, autotune: &Autotune) -> usize {
        let total: f64 = autotune.groups.iter().map(|group| group.weight).sum();
        let mut left = self.draw() * total;
        for (i, group) in autotune.groups.iter().enumerate() {
            left -= group.weight;
            if left < 0.0 {
                return i;
            }
        }
        autotune.groups.len() - 1
    }

    /// The group with the best score that is finite; the earlier of equal ones.
    fn best(&mut self, autotune: &Autotune) -> Option<usize> {
        let mut best: Option<(usize, f64)> = None;
        for (i, group) in autotune.groups.iter().enumerate() {
            let Some(score) =
                group.score.as_ref().map(|score| self.score(score)).filter(|n| n.is_finite())
            else {
                continue;
            };
            let is_better =
                best.is_none_or(
                    |(_, n)| if autotune.higher_is_better { score > n } else { score < n },
                );
            if is_better {
                best = Some((i, score));
            }
        }
        best.map(|(i, _)| i)
    }

    fn score(&mut self, score: &Score) -> f64 {
        let mut sum = score.base;
        for (field, text, weight) in &score.texts {
            let value = self.field(*field);
            let is_listed = match self.slot.value(value) {
                value @ (Value::Text(_) | Value::Number(_) | Value::Bool(_)) => {
                    *value.text() == **text
                }
                _ => false,
            };
            if is_listed {
                sum += weight;
            }
        }
        for (field, weight) in &score.numbers {
            let value = self.field(*field);
            if let Value::Number(n) = self.slot.value(value) {
                sum += weight * n;
            }
        }
        sum
    }
}
