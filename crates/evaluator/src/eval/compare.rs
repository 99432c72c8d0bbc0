//! Operators (BEHAVIOUR.md 3.8).

use std::borrow::Cow;

use rustc_hash::FxHashSet;

use super::met::Met;
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::compile::operator::compile;
    use crate::id_list::IdList;
    use crate::js_semantics::json::parse_str;

    fn value(of: &JsValue) -> Value<'_> {
        match of {
            JsValue::Null => Value::Null,
            JsValue::Bool(flag) => Value::Bool(*flag),
            JsValue::Number(number) => Value::Number(*number),
            JsValue::String(text) => Value::Text(text),
            other => Value::Object(other),
        }
    }

    /// `operator target`, then values for which it holds and values for which it does not, in JSON.
    fn check(operator: &str, target: &str, holding: &[&str], failing: &[&str]) {
        let op = compile(Some(operator), &parse_str(target).unwrap(), false);
        for (values, expected) in [(holding, Met::Yes), (failing, Met::No)] {
            for json in values {
                let parsed = parse_str(json).unwrap();
                let met = compares(&op, value(&parsed), &World::default());
                assert_eq!(met, expected, "{json} {operator} {target}");
            }
        }
    }

    #[test]
    fn numbers_and_versions() {
        check("gt", "5", &["6", "\"5.5\"", "[7]"], &["5", "4", "null", "\"x\"", "true"]);
        check("gte", "\"5\"", &["5", "6"], &["4.9"]);
        check("lt", "1", &["0", "\"\"", "false"], &["1", "2", "null", "{}"]);
        check("lte", "1", &["1", "true"], &["1.1"]);
        check("GT", "null", &[], &["1"]);
        let versions = ["\"1.2\"", "\"1.2.0-beta\"", "\"1.2.0.0\""];
        check("version_eq", "\"1.2.0\"", &versions, &["\"1.2.1\"", "\"1.x\"", "\"\"", "1.2"]);
        check("version_neq", "\"1.2\"", &["\"1.3\"", "\"2\""], &["\"1.2.0\"", "\"x\"", "null"]);
        check("version_gt", "\"1.9.9\"", &["\"1.10\"", "\"2.x\""], &["\"1.9.9\"", "\"1.x\""]);
        check("version_gte", "\"1.9\"", &["\"1.9\"", "\"1.9.0.1\""], &["\"1.8.99\""]);
        check("version_lt", "\"1234567890.1\"", &["\"999999999\""], &["\"1234567890.1\""]);
        check("version_lte", "\"1.1\"", &["\"1.1\"", "\"1.0\"", "\"1\""], &["\"1.1.1\"", "\"-1\""]);
        check("version_lt", "1.5", &[], &["\"1\""]);
    }

    #[test]
    fn texts() {
        check("any", "[\"A\",1,null]", &["\"a\"", "\"A\"", "1", "\"null\""], &["\"b\"", "11"]);
        check("none", "[\"A\",1]", &["\"b\"", "null"], &["\"a\"", "\"1\""]);
        check("any_case_sensitive", "[\"A\"]", &["\"A\""], &["\"a\""]);
        check("none_case_sensitive", "[\"A\"]", &["\"a\""], &["\"A\""]);
        // Another spelling compares pair by pair, and nothing is equal to null-ish values then.
        check("Any", "[\"A\",null]", &["\"a\""], &["null", "\"null\""]);
        check("NONE_case_sensitive", "[\"A\"]", &["\"a\"", "null"], &["\"A\""]);
        check("any", "\"A\"", &[], &["\"A\""]);
        check("none", "\"A\"", &["\"A\""], &[]);
        check("str_starts_with_any", "[\"Ab\"]", &["\"aBc\""], &["\"cab\"", "null"]);
        check("str_ends_with_any", "[\"Ab\",5]", &["\"cab\"", "15"], &["\"abc\""]);
        check("str_contains_any", "[\"Ab\"]", &["\"xABx\""], &["\"a b\"", "null"]);
        check("str_contains_none", "[\"Ab\"]", &["\"x\"", "null"], &["\"cab\""]);
        check("str_matches", "\"^a+$\"", &["\"aa\""], &["\"b\"", "\"\""]);
        check("str_matches", "\"(\"", &[], &["\"(\""]);
        let long = |units: usize| format!("\"{}\"", "a".repeat(units));
        check("str_matches", "\"a\"", &[&long(999)], &[&long(1000)]);
        check("eq", "1", &["\"1\"", "true", "[1]"], &["2", "null", "\"x\""]);
        check("neq", "\"a\"", &["\"b\"", "null", "false"], &["\"a\"", "[\"a\"]"]);
        check("eq", "null", &["null"], &["0", "\"\""]);
        check("eq", "true", &["true", "1"], &["false", "\"true\""]);
    }

    #[test]
    fn times_and_days() {
        check("before", "1000", &["999", "\"1970-01-01\""], &["1000", "1001", "\"x\""]);
        check("after", "\"1970-01-02\"", &["86401"], &["86400", "86399", "null"]);
        check("on", "86400", &["86400", "172799", "\"1970-01-02T12:00Z\""], &["86399", "172800"]);
        check("on", "\"x\"", &[], &["\"x\"", "1"]);
        // A text without zone is local: what it means is known where it is compared.
        let op = compile(Some("on"), &parse_str("\"1970-01-02T00:30\"").unwrap(), false);
        let mut world = World::default();
        let at = |world: &World, ms: f64| compares(&op, Value::Number(ms), world);
        assert_eq!(at(&world, 86_400.0), Met::Yes);
        world.time_zone = TimeZone::from_transitions(&[f64::NEG_INFINITY, 7_200_000.0]);
        assert_eq!((at(&world, 79_200.0), at(&world, 79_199.0)), (Met::Yes, Met::No));
    }

    #[test]
    fn arrays() {
        let list = "[1,\"a\",true]";
        check("array_contains_any", list, &["[\"a\"]", "[0,1]"], &["[]", "[\"1\"]", "\"a\""]);
        check("array_contains_none", list, &["[]", "[\"b\"]"], &["[true]", "\"b\"", "null"]);
        check("array_contains_all", "[1,\"a\"]", &["[\"a\",1,2]"], &["[1]", "1"]);
        check("not_array_contains_all", "[1,\"a\"]", &["[1]", "[]"], &["[\"a\",1]", "1"]);
        // `parseInt` of a target may be what is in the array.
        check("array_contains_any", "[\"7px\"]", &["[7]", "[\"7px\"]"], &["[\"7\"]", "[70]"]);
        check("array_contains_any", "[\"x\"]", &["[\"x\"]"], &["[7]"]);
        check("array_contains_any", "\"7\"", &[], &["[\"7\"]"]);
    }

    #[test]
    fn buckets_are_bits() {
        let targets = parse_str("[0,\"63\",64,999,\"007\",1000,\"x\",\"\",12.5]").unwrap();
        for (operator, negate) in [("any", false), ("none", true)] {
            let op = compile(Some(operator), &targets, true);
            for number in 0..1000 {
                let expected = [0, 63, 64, 999].contains(&number) != negate;
                let met = bucket(&op, number, &World::default());
                assert_eq!(met, Met::from(expected), "{operator} {number}");
            }
        }
        let op = compile(Some("lt"), &parse_str("500").unwrap(), true);
        let met = |number| bucket(&op, number, &World::default());
        assert_eq!((met(499), met(500)), (Met::Yes, Met::No));
    }

    #[test]
    fn id_lists_and_what_nobody_knows() {
        let mut world = World::default();
        let lines = format!("+{}\n", String::from_utf8_lossy(&crate::hashing::id_list_key("u")));
        let list = IdList::empty(false).apply(lines.as_bytes()).unwrap();
        world.id_lists.insert("l".into(), Arc::new(list));
        let op = |name, target| compile(Some(name), &JsValue::string(target), false);
        let met = |op: &Op, text| compares(op, Value::Text(text), &world);
        let (listed, unlisted) = (op("in_segment_list", "l"), op("not_in_segment_list", "l"));
        assert_eq!((met(&listed, "u"), met(&listed, "v")), (Met::Yes, Met::No));
        assert_eq!((met(&unlisted, "u"), met(&unlisted, "v")), (Met::No, Met::Yes));
        assert_eq!(met(&op("in_segment_list", "other"), "u"), Met::No);
        assert_eq!(compares(&listed, Value::Null, &world), Met::No);
        assert_eq!(met(&op("sounds_like", "u"), "u"), Met::Unsupported);
        assert_eq!(met(&compile(None, &JsValue::Null, false), "u"), Met::Unsupported);
    }
}
