//! Operators (BEHAVIOUR.md 3.8).

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::condition::Met;
use super::World;
use crate::compile::condition::{ArrayTest, Op, Relation, TextTest, TimeTest};
use crate::compile::operator::version_parts;
use crate::js_semantics::{
    loose_equals, same_value_zero, statsig_timestamp, to_lower_case, utf16_len, JsValue, TimeZone,
};
use crate::user::Value;

/// Longest text that `str_matches` looks at, in UTF-16 units, plus one.
const MATCH_LIMIT: usize = 1000;

/// Applies an operator.
pub(super) fn compares(op: &Op, value: Value<'_>, world: &World) -> Met {
    let met = match op {
        Op::Unsupported => return Met::Unsupported,
        Op::Nothing => true,
        Op::Constant(answer) => *answer,
        Op::Number(relation, target) => {
            !value.is_nullish() && number(*relation, value.number(), *target)
        }
        Op::Version(relation, target) => {
            value.as_text().is_some_and(|text| version(*relation, text, target))
        }
        Op::Set { set, insensitive, negate } => {
            let text = value.text();
            let found = set.contains(&*text) || *insensitive && in_lower_case(set, &text);
            found != *negate
        }
        Op::BucketSet { negate, .. } => *negate,
        Op::AnyText { targets, test, lower, negate } => {
            any_text(targets, *test, *lower, value) != *negate
        }
        Op::Matches(regexp) => {
            let text = value.text();
            utf16_len(&text) < MATCH_LIMIT && regexp.is_match(&text)
        }
        Op::Loose { target, negate } => loose(value, target) != *negate,
        Op::Time { test, target, ms } => time(*test, value, target, *ms, &world.time_zone),
        Op::IdList { list, negate } => in_list(list, value, world) != *negate,
        Op::Array(test, targets) => array(*test, targets, value),
    };
    met.into()
}

/// Applies an operator to a user bucket.
pub(super) fn bucket(op: &Op, bucket: u64, world: &World) -> Met {
    match op {
        Op::BucketSet { bits, negate } => {
            let bit = bits[(bucket / 64) as usize & 15] >> (bucket % 64) & 1;
            ((bit == 1) != *negate).into()
        }
        _ => compares(op, Value::Number(bucket as f64), world),
    }
}

fn in_lower_case(set: &FxHashSet<Box<str>>, text: &str) -> bool {
    match to_lower_case(text) {
        Cow::Owned(lower) => set.contains(&*lower),
        // The text itself, which was not found.
        Cow::Borrowed(_) => false,
    }
}

fn number(relation: Relation, a: f64, b: f64) -> bool {
    match relation {
        Relation::Less => a < b,
        Relation::LessEqual => a <= b,
        Relation::Greater => a > b,
        Relation::GreaterEqual => a >= b,
        Relation::Equal => a == b,
        Relation::NotEqual => a != b && !a.is_nan() && !b.is_nan(),
    }
}

/// The first differing part decides; a part that is no number before that makes every relation
/// false.
fn version(relation: Relation, value: &str, target: &[f64]) -> bool {
    let Some(mut parts) = version_parts(value) else { return false };
    let mut targets = target.iter().copied();
    loop {
        let (a, b) = match (parts.next(), targets.next()) {
            (None, None) => return number(relation, 0.0, 0.0),
            (a, b) => (a.unwrap_or(0.0), b.unwrap_or(0.0)),
        };
        if a.is_nan() || b.is_nan() {
            return false;
        }
        if a != b {
            return number(relation, a, b);
        }
    }
}

fn any_text(targets: &[Box<str>], test: TextTest, lower: bool, value: Value<'_>) -> bool {
    if value.is_nullish() {
        return false;
    }
    let text = value.text();
    let text = if lower { to_lower_case(&text) } else { Cow::Borrowed(&*text) };
    targets.iter().any(|target| match test {
        TextTest::Equals => *text == **target,
        TextTest::StartsWith => text.starts_with(&**target),
        TextTest::EndsWith => text.ends_with(&**target),
        TextTest::Contains => text.contains(&**target),
    })
}

fn loose(value: Value<'_>, target: &JsValue) -> bool {
    match (value, target) {
        (Value::Text(a), JsValue::String(b)) => *a == **b,
        (Value::Number(a), JsValue::Number(b)) => a == *b,
        (Value::Bool(a), JsValue::Bool(b)) => a == *b,
        _ => loose_equals(&value.to_js(), target),
    }
}

fn time(test: TimeTest, value: Value<'_>, target: &JsValue, ms: f64, zone: &TimeZone) -> bool {
    let a = statsig_timestamp(&value.to_js(), zone);
    let b = if matches!(target, JsValue::Undefined) { ms } else { statsig_timestamp(target, zone) };
    if a.is_nan() || b.is_nan() {
        return false;
    }
    match test {
        TimeTest::Before => a < b,
        TimeTest::After => a > b,
        TimeTest::SameDay => zone.local_midnight(a) == zone.local_midnight(b),
    }
}

fn in_list(list: &str, value: Value<'_>, world: &World) -> bool {
    let Some(list) = world.id_lists.get(list) else { return false };
    match value.as_text() {
        Some(text) => list.contains(&crate::hashing::id_list_key(text)),
        None => list.contains_key(""),
    }
}

/// False for everything that is not an array, negated operators included (Q31).
fn array(test: ArrayTest, targets: &[(JsValue, f64)], value: Value<'_>) -> bool {
    let Value::Object(JsValue::Array(items)) = value else { return false };
    let has = |(target, integer): &(JsValue, f64)| {
        items.iter().any(|item| {
            same_value_zero(item, target)
                || matches!(item, JsValue::Number(n) if n == integer || n.is_nan() && integer.is_nan())
        })
    };
    match test {
        ArrayTest::Any => targets.iter().any(has),
        ArrayTest::None => !targets.iter().any(has),
        ArrayTest::All => targets.iter().all(has),
        ArrayTest::NotAll => !targets.iter().all(has),
    }
}
