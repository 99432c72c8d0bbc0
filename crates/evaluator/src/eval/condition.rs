//! One condition: its value (BEHAVIOUR.md 3.7), then its operator.

use super::compare::{self, compares};
use super::found::Stop;
use super::met::Met;
use super::{Evaluation, Observer, Sampling, Step};
use crate::compile::condition::{AgentPart, Condition, Op, Operand, TimeTest};
use crate::js_semantics::coerce::SECONDS_BELOW;
use crate::js_semantics::{utf16_len, JsValue, UNDEFINED};
use crate::lookup::ip::mapped_address;
use crate::store::{rate, NONE};
use crate::user::{GateMemo, Place, Seen, Val, Value};

/// Longest user agent that is parsed, in UTF-16 units.
const MAX_AGENT: usize = 1000;

/// Days of the local time zone may begin and end this much before and after those of UTC, with room
/// to spare: two days.
const DAY_MARGIN_MS: f64 = 2.0 * 86_400_000.0;

impl<O: Observer> Evaluation<'_, O> {
    pub(super) fn condition(
        &mut self,
        index: u32,
        start: usize,
        sampling: &mut Sampling,
    ) -> Result<Met, Stop> {
        let store = self.store;
        let Some(condition) = store.conditions.get(index as usize) else {
            return Ok(Met::Unsupported);
        };
        if !O::LISTENS || matches!(condition.operand, Operand::Public) {
            return self.answer(condition, start, sampling);
        }
        self.observer.step(Step::Condition);
        let met = self.answer(condition, start, sampling)?;
        self.observer.step(Step::Met(met));
        Ok(met)
    }

    #[inline(always)]
    fn answer(
        &mut self,
        condition: &Condition,
        start: usize,
        sampling: &mut Sampling,
    ) -> Result<Met, Stop> {
        match &condition.operand {
            Operand::Public => Ok(Met::Yes),
            Operand::Unsupported => Ok(Met::Unsupported),
            Operand::Gate { gate, fail, analytical } => {
                self.gate(*gate, *fail, *analytical, start, sampling)
            }
            Operand::ExperimentGroup(experiment) => {
                self.experiment_group(&condition.op, *experiment)
            }
            Operand::MultiGate { gates, wanted } => {
                self.multi_gate(gates, *wanted, start, sampling)
            }
            _ => self.remembered(condition),
        }
    }

    fn remembered(&mut self, condition: &Condition) -> Result<Met, Stop> {
        if condition.memo != NONE && !O::LISTENS {
            match self.slot.conditions.get(condition.memo as usize) {
                Some(1) => return Ok(Met::No),
                Some(2) => return Ok(Met::Yes),
                _ => {}
            }
        }
        if O::LISTENS && matches!(condition.op, Op::Unsupported) {
            return Ok(Met::Unsupported);
        }
        let met = self.compare(condition)?;
        if condition.memo != NONE {
            if let Some(memo) = self.slot.conditions.get_mut(condition.memo as usize) {
                *memo = match met {
                    Met::No => 1,
                    Met::Yes => 2,
                    Met::Unsupported => 0,
                };
            }
        }
        Ok(met)
    }

    fn gate(
        &mut self,
        gate: u32,
        fail: bool,
        analytical: bool,
        start: usize,
        sampling: &mut Sampling,
    ) -> Result<Met, Stop> {
        let memo = self.nested_gate(gate)?;
        if memo.unsupported {
            return Ok(Met::Unsupported);
        }
        self.tables.push_list(self.stack, start, memo.list);
        self.tables.push(self.stack, start, memo.exposure);
        if memo.mapped != NONE {
            sampling.mapped = memo.mapped;
        }
        inherit(sampling, &memo);
        if analytical && self.no_rate(sampling.rate) {
            sampling.seen = Seen::Yes;
        }
        Ok((memo.value != fail).into())
    }

    fn no_rate(&self, number: u16) -> bool {
        number == rate::UNDEFINED || self.store.rate(number).is_some_and(|rate| rate.is_zero)
    }

    /// Stops at the first gate with the wanted value. Each gate is recorded before its own
    /// exposures.
    fn multi_gate(
        &mut self,
        gates: &[u32],
        wanted: bool,
        start: usize,
        _: &Sampling,
    ) -> Result<Met, Stop> {
        // The exposures of an unsupported condition are dropped by the spec that it makes
        // unsupported.
        for &gate in gates {
            let memo = self.nested_gate(gate)?;
            if memo.unsupported {
                return Ok(Met::Unsupported);
            }
            self.tables.push(self.stack, start, memo.exposure);
            self.tables.push_list(self.stack, start, memo.list);
            if memo.value == wanted {
                return Ok(Met::Yes);
            }
        }
        Ok(Met::No)
    }

    fn compare(&mut self, condition: &Condition) -> Result<Met, Stop> {
        // The value of these is never text of the slot.
        match &condition.operand {
            Operand::CurrentTime => {
                self.holds_until = self.holds_until.min(steady_until(&condition.op, self.now));
                let now = Value::Number(self.now);
                self.observer.step(Step::Saw(Place::Time, now));
                return Ok(compares(&condition.op, now, self.world));
            }
            Operand::UserBucket(bucket) => {
                if matches!(condition.op, Op::Unsupported) {
                    return Ok(Met::Unsupported);
                }
                self.tell_unit(*bucket);
                // 1,000 divides 10,000.
                let bucket = self.bucket(*bucket) % 1000;
                self.observer.step(Step::Saw(Place::Bucket, Value::Number(bucket.into())));
                return Ok(compare::bucket(&condition.op, bucket.into(), self.world));
            }
            Operand::Ip { field, country } => return self.ip(&condition.op, *field, *country),
            Operand::UserAgent { field, part } => {
                return self.user_agent(&condition.op, *field, *part)
            }
            Operand::TargetApp => {
                let app = self.target_app();
                if O::LISTENS {
                    let app = app.clone();
                    self.observer.step(Step::Saw(Place::App, Value::Object(&app)));
                }
                return Ok(compares(&condition.op, Value::Object(self.target_app()), self.world));
            }
            _ => {}
        }
        let value = match &condition.operand {
            Operand::UserField(field) => self.field(*field),
            Operand::Environment(Some(name)) => {
                self.slot.environment(name, self.store.dialect.ignores_case())
            }
            Operand::UnitId(unit) => match self.store.units.get(*unit as usize) {
                Some(name) => self.slot.unit(*unit, name).0,
                None => Val::Undefined,
            },
            _ => Val::Null,
        };
        if O::LISTENS {
            let place = match &condition.operand {
                Operand::UserField(field) => self.place_of(*field),
                Operand::Environment(_) => Place::Environment,
                _ => Place::UnitId,
            };
            self.observer.step(Step::Saw(place, self.slot.value(value)));
        }
        Ok(compares(&condition.op, self.slot.value(value), self.world))
    }

    /// Where a field is found.
    fn place_of(&self, field: u32) -> Place {
        self.store.fields.get(field as usize).map_or(Place::Nowhere, |name| self.slot.place(name))
    }

    /// Tells of a field's own value, or of what was derived from another one.
    fn saw(&mut self, place: Place, value: Val) {
        if O::LISTENS {
            self.observer.step(Step::Saw(place, self.slot.value(value)));
        }
    }

    fn target_app(&self) -> &JsValue {
        match self.app {
            None => &self.store.app_id,
            Some(app) if self.depth == 0 || self.store.dialect.shows_answers() => app,
            Some(_) => &UNDEFINED,
        }
    }

    pub(super) fn field(&mut self, index: u32) -> Val {
        match self.store.fields.get(index as usize) {
            Some(name) => self.slot.field(index, name),
            None => Val::Null,
        }
    }

    /// Whether a field that says nothing stands somewhere and so is not derived from another one.
    fn is_hidden(&self, field: u32) -> bool {
        let name = self.store.fields.get(field as usize);
        name.is_some_and(|name| name.null_hides && self.slot.place(name) != Place::Nowhere)
    }

    fn ip(&mut self, op: &Op, field: u32, country: bool) -> Result<Met, Stop> {
        let value = self.field(field);
        if !self.slot.value(value).is_nullish() {
            self.saw(if O::LISTENS { self.place_of(field) } else { Place::Nowhere }, value);
            return Ok(compares(op, self.slot.value(value), self.world));
        }
        let country = country && !self.is_hidden(field);
        let ip = if country { self.slot.field_named("ip", self.store.dialect) } else { Val::Null };
        let found = match (self.slot.value(ip), &self.world.ip_table) {
            // Without its table the package finds undefined, but only after it has split the text.
            (Value::Text(ip), None) if ip.split('.').count() == 4 => Value::Undefined,
            (Value::Number(_), None) => Value::Undefined,
            (Value::Text(ip), Some(table)) => {
                let mapped = if self.world.reads_mapped { mapped_address(ip) } else { None };
                let found = match mapped {
                    Some(address) => table.lookup_numeric(address.into()),
                    None => table.lookup_str(ip),
                };
                found.map_or(Value::Null, Value::Text)
            }
            (Value::Number(n), Some(table)) => {
                table.lookup_numeric(n).map_or(Value::Null, Value::Text)
            }
            _ => Value::Null,
        };
        if O::LISTENS {
            let from = self.slot.place_named("ip", self.store.dialect).of_ip();
            self.observer.step(Step::Saw(if country { from } else { Place::Nowhere }, found));
        }
        Ok(compares(op, found, self.world))
    }

    fn user_agent(&mut self, op: &Op, field: u32, part: Option<AgentPart>) -> Result<Met, Stop> {
        let value = self.field(field);
        if !self.slot.value(value).is_nullish() {
            self.saw(if O::LISTENS { self.place_of(field) } else { Place::Nowhere }, value);
            return Ok(compares(op, self.slot.value(value), self.world));
        }
        let Some(part) = part.filter(|_| field != NONE && !self.is_hidden(field)) else {
            self.saw(Place::Nowhere, Val::Null);
            return Ok(compares(op, Value::Null, self.world));
        };
        if self.slot.agent().is_none() {
            let agent = self.slot.field_named("userAgent", self.store.dialect);
            let parsable =
                self.slot.value(agent).as_text().is_some_and(|text| utf16_len(text) <= MAX_AGENT);
            if parsable {
                return Err(Stop::NeedsUserAgent);
            }
        }
        let text = self.slot.agent().and_then(|agent| agent.parts[part as usize].as_deref());
        let text = text.map_or(Value::Null, Value::Text);
        if O::LISTENS {
            let place = self.slot.place_named("userAgent", self.store.dialect).of_agent();
            self.observer.step(Step::Saw(place, text));
        }
        Ok(compares(op, text, self.world))
    }
}

/// Until when the current time compares with the target as it does `now`: infinity = for good, as
/// long as the clock does not go back, and nothing that is later than `now` when that cannot be
/// told, as of a time that is NaN.
fn steady_until(op: &Op, now: f64) -> f64 {
    let (first, last) = match op {
        Op::Unsupported | Op::Nothing | Op::Constant(_) => return f64::INFINITY,
        Op::Number(_, target) => (*target, *target),
        Op::Time { test: TimeTest::SameDay, target, ms }
            if matches!(**target, JsValue::Undefined) =>
        {
            (*ms - DAY_MARGIN_MS, *ms + DAY_MARGIN_MS)
        }
        // Dates are whole milliseconds.
        Op::Time { target, ms, .. } if matches!(**target, JsValue::Undefined) => (*ms, *ms + 1.0),
        _ => return f64::NEG_INFINITY,
    };
    if now < first {
        // A clock that shows less than this is taken to show seconds, which turns back when it gets
        // there.
        return if now < SECONDS_BELOW { f64::NEG_INFINITY } else { first };
    }
    if now > last {
        f64::INFINITY
    } else {
        f64::NEG_INFINITY
    }
}

/// A nested gate's sampling state replaces its parent's.
fn inherit(sampling: &mut Sampling, memo: &GateMemo) {
    if memo.rate != rate::INHERIT {
        sampling.rate = memo.rate;
    }
    if memo.seen != Seen::Inherit {
        sampling.seen = memo.seen;
    }
}
