//! Evaluation: a pure function of (store, user, spec, now), with memos in the user's slot.

mod compare;
mod condition;
mod found;
mod met;
mod newer;
mod observer;
mod only;
mod random;
mod traces;

use rustc_hash::FxHashMap;
use std::sync::Arc;

use crate::id_list::IdList;
use crate::js_semantics::{JsValue, TimeZone};
use crate::lookup::ip::IpTable;
use crate::outcome::table::Tables;
use crate::overrides::Overrides;
use crate::store::{rate, string_id, Pass, Rule, Spec, SpecBody, Store, NONE};
use crate::user::{GateMemo, Seen, UserSlot};
pub(crate) use found::{code, Found, Stop};
pub(crate) use met::Met;
pub(crate) use observer::{Observer, Step};
pub(crate) use only::Only;
pub(crate) use random::Random;
pub(crate) use traces::{Newer, Reference};

/// Deepest nesting of gates and delegates.
pub const MAX_DEPTH: u32 = 300;

/// What evaluation reads besides the store.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) overrides: Overrides,
    pub(crate) id_lists: FxHashMap<Box<str>, Arc<IdList>>,
    pub(crate) ip_table: Option<IpTable>,
    /// IPv6 addresses that hold an IPv4 one have its country.
    pub(crate) reads_mapped: bool,
    pub(crate) time_zone: TimeZone,
}

/// Sampling state of a running spec (BEHAVIOUR.md 3.14).
#[derive(Clone, Copy)]
pub(crate) struct Sampling {
    rate: u16,
    seen: Seen,
    /// See `Found::mapped`: of nested gates, the last one.
    mapped: u32,
}

impl Sampling {
    fn new() -> Sampling {
        Sampling { rate: rate::INHERIT, seen: Seen::Inherit, mapped: NONE }
    }
}

/// One evaluation, with whoever is told how it goes.
pub(crate) struct Evaluation<'a, O: Observer = ()> {
    pub(crate) store: &'a Store,
    pub(crate) world: &'a World,
    pub(crate) slot: &'a mut UserSlot,
    pub(crate) tables: &'a mut Tables,
    pub(crate) now: f64,
    /// Memos of gates that depend on `now` carry this instead of `lasting`.
    pub(crate) stamp: u32,
    /// What memos carry that last: the slot's stamp, but where they hold for a part of this
    /// evaluation only.
    pub(crate) lasting: u32,
    /// The greatest stamp that was given.
    pub(crate) last_stamp: u32,
    pub(crate) random: &'a mut Random,
    pub(crate) newer: &'a mut Newer,
    pub(crate) depth: u32,
    /// The greatest depth so far within the gate that is running.
    pub(crate) deepest: u32,
    /// Until when what was found holds (ms): infinity = for good, anything else = it depended on
    /// `now`.
    pub(crate) holds_until: f64,
    /// A gate condition was met, so exposures and sampling are not those of the rules alone.
    pub(crate) gates_met: bool,
    /// The app of a response's client key: what `target_app` sees at the top instead of the
    /// payload's; below it sees undefined.
    pub(crate) app: Option<&'a JsValue>,
    /// Secondary exposures of the running specs, one after the other.
    pub(crate) stack: &'a mut Vec<u32>,
    pub(crate) observer: O,
}

impl<O: Observer> Evaluation<'_, O> {
    /// Evaluates a spec's rules. Its exposures are on the stack behind what was there.
    pub(crate) fn spec(&mut self, index: u32, only: Only) -> Result<Found, Stop> {
        let store = self.store;
        let Some(spec) = store.specs.get(index as usize) else {
            return Ok(Found::of(index, code::UNRECOGNIZED));
        };
        if spec.odd {
            return self.odd(index, spec, only);
        }
        let Some(body) = spec.body.as_ref() else {
            return Ok(Found::of(index, code::UNRECOGNIZED));
        };
        if only.leaves_nothing_of(&body.rules) {
            return Ok(Found::of(index, code::NO_TARGETING));
        }
        self.rules(index, body, only)
    }

    fn rules(&mut self, index: u32, body: &SpecBody, only: Only) -> Result<Found, Stop> {
        let start = self.stack.len();
        let mut sampling = Sampling::new();
        for (i, rule) in body.rules.iter().enumerate() {
            if only != Only::All && !only.takes(rule) {
                continue;
            }
            sampling.rate = rule.rate;
            self.tell_rule(i as u32, rule);
            match self.rule(rule, start, &mut sampling)? {
                Met::No => {}
                Met::Unsupported => {
                    self.stack.truncate(start);
                    let extra = u32::from(rule.rate);
                    return Ok(Found {
                        rate: rule.rate,
                        extra,
                        ..Found::of(index, code::UNSUPPORTED)
                    });
                }
                Met::Yes if rule.delegate != NONE => {
                    return self.delegate(index, rule.delegate, start, sampling.mapped);
                }
                Met::Yes => {
                    let pass = self.passes(rule);
                    let value = if pass { rule.says } else { body.says_by_default };
                    return Ok(Found {
                        pass,
                        value,
                        rate: rule.rate,
                        seen: sampling.seen,
                        mapped: sampling.mapped,
                        ..Found::of(index, i as u32)
                    });
                }
            }
        }
        let code = if body.enabled { code::DEFAULT } else { code::DISABLED };
        let value = body.says_by_default;
        let Sampling { rate, seen, mapped } = sampling;
        Ok(Found { value, rate, seen, mapped, ..Found::of(index, code) })
    }

    /// All conditions are evaluated even after one fails (Q33).
    fn rule(&mut self, rule: &Rule, start: usize, sampling: &mut Sampling) -> Result<Met, Stop> {
        let mut met = Met::Yes;
        let store = self.store;
        for &condition in store.conditions_of(rule) {
            match self.condition(condition, start, sampling)? {
                Met::Yes => {}
                Met::No => met = Met::No,
                Met::Unsupported => return Ok(Met::Unsupported),
            }
        }
        Ok(met)
    }

    fn passes(&mut self, rule: &Rule) -> bool {
        let passes = match &rule.pass {
            Pass::Always => true,
            Pass::Never => false,
            Pass::Bucket { bucket, threshold } => {
                self.tell_unit(*bucket);
                let bucket = self.bucket(*bucket);
                self.observer.step(Step::Bucket(bucket));
                f64::from(bucket) < *threshold
            }
        };
        self.observer.step(Step::Passed(passes));
        passes
    }

    /// Tells the observer that a rule begins.
    #[inline(always)]
    fn tell_rule(&mut self, at: u32, rule: &Rule) {
        if O::LISTENS {
            let id = self.store.strings.get(rule.id as usize).map_or("", |id| id);
            self.observer.step(Step::Rule(at, id));
        }
    }

    /// Tells the observer whose bucket it is.
    #[inline(always)]
    fn tell_unit(&mut self, bucket: u32) {
        if O::LISTENS {
            let store = self.store;
            let unit = store.buckets.get(bucket as usize).map_or(NONE, |bucket| bucket.unit);
            let Some(name) = store.units.get(unit as usize) else { return };
            let (_, text) = self.slot.unit(unit, name);
            self.observer.step(Step::Unit(self.slot.span(text)));
        }
    }

    /// Tells the observer about a gate that is remembered.
    #[inline(always)]
    fn tell_known(&mut self, name: u32, memo: &GateMemo) {
        if O::LISTENS {
            let name = self.store.strings.get(name as usize).map_or("", |name| name);
            self.observer.step(Step::Known(name, memo.value, memo.unsupported));
        }
    }

    /// A bucket out of 10,000 (BEHAVIOUR.md 3.4).
    fn bucket(&mut self, index: u32) -> u16 {
        let store = self.store;
        let Some(bucket) = store.buckets.get(index as usize) else { return 0 };
        let memo = bucket.memo as usize;
        if let Some(known) = self.slot.buckets.get(memo).and_then(|memo| memo.checked_sub(1)) {
            return known;
        }
        let Some(name) = store.units.get(bucket.unit as usize) else { return 0 };
        let (_, text) = self.slot.unit(bucket.unit, name);
        let number = (bucket.salts.first_eight(self.slot.span(text)) % 10_000) as u16;
        if let Some(memo) = self.slot.buckets.get_mut(memo) {
            *memo = number + 1;
        }
        number
    }

    /// BEHAVIOUR.md 3.6. The exposures so far are `stack[start..]`.
    fn delegate(
        &mut self,
        host: u32,
        config: u32,
        start: usize,
        mapped: u32,
    ) -> Result<Found, Stop> {
        self.descend()?;
        self.gates_met = true;
        let before = self.tables.list_id(self.stack.get(start..).unwrap_or_default())?;
        let middle = self.stack.len();
        let found = self.experiment(config)?;
        self.merge(start, middle);
        self.depth -= 1;
        let is_chain = found.delegate != NONE && self.store.dialect.delegates_last();
        let undelegated =
            if is_chain { self.tables.joined(before, found.undelegated)? } else { before };
        // A delegate starts from (undefined, false), so nothing is inherited beyond it.
        let seen = if found.seen == Seen::Inherit { Seen::No } else { found.seen };
        let rate = if found.rate == rate::INHERIT { rate::UNDEFINED } else { found.rate };
        Ok(Found {
            delegate: config,
            undelegated,
            seen,
            rate,
            mapped: if found.mapped == NONE { mapped } else { found.mapped },
            base: NONE,
            host: if found.base == NONE { found.host } else { host },
            ..found
        })
    }

    /// Appends `stack[middle..]` to `stack[start..middle]`, without duplicates.
    fn merge(&mut self, start: usize, middle: usize) {
        let mut end = middle;
        for i in middle..self.stack.len() {
            let id = self.stack[i];
            if !self.stack[start..end].contains(&id) {
                self.stack[end] = id;
                end += 1;
            }
        }
        self.stack.truncate(end);
    }

    fn descend(&mut self) -> Result<(), Stop> {
        self.reach(1)?;
        self.depth += 1;
        Ok(())
    }

    /// Notes that something goes so many levels below. What lies below a remembered gate counts as
    /// well, so that no answer depends on what was asked before.
    #[inline]
    fn reach(&mut self, levels: u32) -> Result<(), Stop> {
        let depth = self.depth + levels;
        self.deepest = self.deepest.max(depth);
        if depth > MAX_DEPTH {
            Err(Stop::TooDeep)
        } else {
            Ok(())
        }
    }

    /// The full gate entry point for a gate that a condition names (BEHAVIOUR.md 3.7), once per
    /// user.
    #[inline]
    fn nested_gate(&mut self, gate: u32) -> Result<GateMemo, Stop> {
        self.gates_met = true;
        let store = self.store;
        let Some(spec) = store.specs.get(gate as usize) else { return Ok(GateMemo::default()) };
        let at = spec.gate_memo as usize;
        match self.slot.gates.get(at) {
            Some(memo) if memo.stamp == self.lasting => {
                let memo = *memo;
                self.tell_known(spec.name, &memo);
                self.reach(u32::from(memo.height) + 1)?;
                Ok(memo)
            }
            Some(memo) if memo.stamp == self.stamp => {
                let memo = *memo;
                self.tell_known(spec.name, &memo);
                // When it was evaluated, in this evaluation, the time was noted for what asked then
                // and all above.
                self.holds_until = self.holds_until.min(f64::MAX);
                self.reach(u32::from(memo.height) + 1)?;
                Ok(memo)
            }
            _ => self.new_nested_gate(gate, at, spec),
        }
    }

    #[inline(never)]
    fn new_nested_gate(&mut self, gate: u32, at: usize, spec: &Spec) -> Result<GateMemo, Stop> {
        self.descend()?;
        let outer = std::mem::replace(&mut self.holds_until, f64::INFINITY);
        let outer_deepest = std::mem::replace(&mut self.deepest, self.depth);
        let asked = self.newer.asked;
        let mut memo = self.fresh_gate(gate, spec.name)?;
        memo.stamp = if self.holds_until < f64::INFINITY { self.stamp } else { self.lasting };
        if self.newer.asked != asked {
            memo.stamp = 0;
        }
        // At most MAX_DEPTH.
        memo.height = (self.deepest - self.depth) as u16;
        self.holds_until = self.holds_until.min(outer);
        self.deepest = self.deepest.max(outer_deepest);
        self.depth -= 1;
        if let Some(entry) = self.slot.gates.get_mut(at) {
            *entry = memo;
        }
        Ok(memo)
    }

    fn fresh_gate(&mut self, gate: u32, name: u32) -> Result<GateMemo, Stop> {
        let start = self.stack.len();
        let found = self.named(gate)?;
        let list = self.tables.list_id(self.stack.get(start..).unwrap_or_default())?;
        self.stack.truncate(start);
        let exposure =
            self.tables.entry(self.store, name, found.value, rule_string(self.store, &found))?;
        Ok(GateMemo {
            stamp: 0,
            height: 0,
            exposure,
            list,
            rate: found.rate,
            mapped: found.mapped,
            value: found.value,
            unsupported: found.code == code::UNSUPPORTED,
            seen: found.seen,
        })
    }
}

/// Tells an observer what a spec came to.
pub(crate) fn tell_end(observer: &mut impl Observer, store: &Store, found: &Found) {
    let rule = store.strings.get(rule_string(store, found) as usize).map_or("", |rule| rule);
    let reason = match found.code {
        code::OVERRIDE => "LocalOverride",
        code::UNRECOGNIZED => "Unrecognized",
        code::UNSUPPORTED => "Unsupported",
        code::UNINITIALIZED => "Uninitialized",
        _ => "",
    };
    observer.step(Step::End(rule, found.value, reason));
}

/// The rule id that a result reports, as a string of the store.
pub(crate) fn rule_string(store: &Store, found: &Found) -> u32 {
    match found.code {
        code::DEFAULT => string_id::DEFAULT,
        code::DISABLED => string_id::DISABLED,
        code::OVERRIDE => string_id::OVERRIDE,
        code::MERGED => {
            let body = store.specs.get(found.decided_by as usize).and_then(|s| s.body.as_ref());
            let rule = found.extra.checked_sub(1).and_then(|at| body?.rules.get(at as usize));
            rule.map_or(string_id::DEFAULT, |rule| rule.id)
        }
        n if n < code::FIRST => {
            let body = store.specs.get(found.decided_by as usize).and_then(|s| s.body.as_ref());
            body.and_then(|b| b.rules.get(n as usize)).map_or(string_id::EMPTY, |rule| rule.id)
        }
        _ => string_id::EMPTY,
    }
}
