//! Operator and target to [`Op`].

use crate::compile::condition::{ArrayTest, Op, Relation, TextTest, TimeTest};
use crate::js_semantics::number::string_to_number;
use crate::js_semantics::{
    parse_int, statsig_timestamp, to_lower_case, to_number, to_string, JsValue, RegExp, TimeZone,
};

/// Compiles an operator as spelled in the payload. `bucket`: the compared value is a user bucket.
pub fn compile(operator: Option<&str>, target: &JsValue, bucket: bool) -> Op {
    let Some(spelled) = operator else { return Op::Unsupported };
    let lower = to_lower_case(spelled);
    match &*lower {
        "gt" => number(Relation::Greater, target),
        "gte" => number(Relation::GreaterEqual, target),
        "lt" => number(Relation::Less, target),
        "lte" => number(Relation::LessEqual, target),
        "version_gt" => version(Relation::Greater, target),
        "version_gte" => version(Relation::GreaterEqual, target),
        "version_lt" => version(Relation::Less, target),
        "version_lte" => version(Relation::LessEqual, target),
        "version_eq" => version(Relation::Equal, target),
        "version_neq" => version(Relation::NotEqual, target),
        "any" | "none" | "any_case_sensitive" | "none_case_sensitive" => {
            any(spelled, &lower, target, bucket)
        }
        "str_starts_with_any" => any_text(TextTest::StartsWith, true, false, target),
        "str_ends_with_any" => any_text(TextTest::EndsWith, true, false, target),
        "str_contains_any" => any_text(TextTest::Contains, true, false, target),
        "str_contains_none" => any_text(TextTest::Contains, true, true, target),
        "str_matches" => matches(target),
        "eq" => Op::Loose { target: Box::new(target.clone()), negate: false },
        "neq" => Op::Loose { target: Box::new(target.clone()), negate: true },
        "before" => time(TimeTest::Before, target),
        "after" => time(TimeTest::After, target),
        "on" => time(TimeTest::SameDay, target),
        "in_segment_list" => Op::IdList { list: (&*to_string(target)).into(), negate: false },
        "not_in_segment_list" => Op::IdList { list: (&*to_string(target)).into(), negate: true },
        "array_contains_any" => array(ArrayTest::Any, target),
        "array_contains_none" => array(ArrayTest::None, target),
        "array_contains_all" => array(ArrayTest::All, target),
        "not_array_contains_all" => array(ArrayTest::NotAll, target),
        _ => Op::Unsupported,
    }
}

fn number(relation: Relation, target: &JsValue) -> Op {
    let n = if target.is_nullish() { f64::NAN } else { to_number(target) };
    if n.is_nan() {
        Op::Constant(false)
    } else {
        Op::Number(relation, n)
    }
}

/// The parts of a version, invalid ones as NaN; None when there is nothing to compare.
pub fn version_parts(version: &str) -> Option<impl Iterator<Item = f64> + '_> {
    let plain = version.split('-').next().unwrap_or_default();
    (!plain.is_empty()).then(|| plain.split('.').map(version_part))
}

fn version_part(part: &str) -> f64 {
    let digits = part.as_bytes();
    if !digits.is_empty() && digits.len() < 10 && digits.iter().all(u8::is_ascii_digit) {
        return f64::from(digits.iter().fold(0u32, |n, d| n * 10 + u32::from(d - b'0')));
    }
    string_to_number(part)
}

fn version(relation: Relation, target: &JsValue) -> Op {
    match target.as_str().and_then(version_parts) {
        Some(parts) => Op::Version(relation, parts.collect()),
        None => Op::Constant(false),
    }
}

fn any(spelled: &str, lower: &str, target: &JsValue, bucket: bool) -> Op {
    let insensitive = !lower.ends_with("sensitive");
    let negate = lower.starts_with("none");
    let Some(items) = target.as_array() else { return Op::Constant(negate) };
    // The set exists only for the exact spelling; any other one compares pair by pair (Q28).
    if spelled != lower {
        return any_text(TextTest::Equals, insensitive, negate, target);
    }
    if bucket {
        return bucket_set(items, negate);
    }
    let mut set = rustc_hash::FxHashSet::default();
    for item in items {
        let text = to_string(item);
        if insensitive {
            set.insert(Box::from(&*to_lower_case(&text)));
        }
        set.insert(Box::from(&*text));
    }
    Op::Set { set, insensitive, negate }
}

/// A bucket is an integer 0…999, so only targets that spell one can match.
fn bucket_set(items: &[JsValue], negate: bool) -> Op {
    let mut bits = Box::new([0u64; 16]);
    for item in items {
        let text = to_string(item);
        let canonical = text.len() <= 3 && (text.len() == 1 || !text.starts_with('0'));
        let n = if canonical && text.bytes().all(|b| b.is_ascii_digit()) {
            text.parse::<usize>().ok()
        } else {
            None
        };
        if let Some(n) = n {
            bits[n / 64] |= 1 << (n % 64);
        }
    }
    Op::BucketSet { bits, negate }
}

fn any_text(test: TextTest, lower: bool, negate: bool, target: &JsValue) -> Op {
    let Some(items) = target.as_array() else { return Op::Constant(negate) };
    let text = |item: &JsValue| {
        let text = to_string(item);
        if lower {
            Box::from(&*to_lower_case(&text))
        } else {
            Box::from(&*text)
        }
    };
    let targets = items.iter().filter(|item| !item.is_nullish()).map(text).collect();
    Op::AnyText { targets, test, lower, negate }
}

fn matches(target: &JsValue) -> Op {
    // `new RegExp(undefined)` is the empty pattern.
    let source = if matches!(target, JsValue::Undefined) { "".into() } else { to_string(target) };
    match RegExp::new(&source) {
        Some(regexp) => Op::Matches(Box::new(regexp)),
        None => Op::Constant(false),
    }
}

fn time(test: TimeTest, target: &JsValue) -> Op {
    let east = TimeZone::from_transitions(&[f64::NEG_INFINITY, 3_600_000.0]);
    let west = TimeZone::from_transitions(&[f64::NEG_INFINITY, -7_200_000.0]);
    let (a, b) = (statsig_timestamp(target, &east), statsig_timestamp(target, &west));
    if a == b {
        Op::Time { test, target: Box::default(), ms: a }
    } else if a.is_nan() && b.is_nan() {
        Op::Constant(false)
    } else {
        Op::Time { test, target: Box::new(target.clone()), ms: f64::NAN }
    }
}

fn array(test: ArrayTest, target: &JsValue) -> Op {
    match target.as_array() {
        Some(items) => {
            Op::Array(test, items.iter().map(|item| (item.clone(), parse_int(item))).collect())
        }
        None => Op::Constant(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js_semantics::json::parse_str;

    fn op(operator: &str, target: &str) -> Op {
        compile(Some(operator), &parse_str(target).unwrap(), false)
    }

    fn buckets(target: &str) -> Vec<usize> {
        let Op::BucketSet { bits, negate: false } =
            compile(Some("any"), &parse_str(target).unwrap(), true)
        else {
            panic!("no set of buckets")
        };
        (0..1024).filter(|n| bits[n / 64] >> (n % 64) & 1 == 1).collect()
    }

    #[test]
    fn buckets_are_targets_that_spell_one() {
        let target = r#"[0,"7",63,64,"999","1000","01","007","+1"," 5","",12.5,null,-3]"#;
        assert_eq!(buckets(target), [0, 7, 63, 64, 999]);
    }

    #[test]
    fn versions_are_numbers_between_dots_up_to_a_dash() {
        let parts = |text| version_parts(text).map(Iterator::collect::<Vec<f64>>);
        assert_eq!(parts("1.20.300-beta.4"), Some(vec![1.0, 20.0, 300.0]));
        assert_eq!(parts("0123456789"), Some(vec![123_456_789.0]));
        assert_eq!(parts("123456789.9999999999"), Some(vec![123_456_789.0, 9_999_999_999.0]));
        assert!(parts("1.x").unwrap()[1].is_nan());
        assert_eq!(parts("1..0x10"), Some(vec![1.0, 0.0, 16.0]));
        assert_eq!((parts(""), parts("-1")), (None, None));
    }

    #[test]
    fn a_set_is_for_the_exact_spelling_only() {
        let Op::Set { set, insensitive: true, negate: false } = op("any", r#"["Ab",null]"#) else {
            panic!("no set")
        };
        let mut texts: Vec<_> = set.iter().map(|text| &**text).collect();
        texts.sort_unstable();
        assert_eq!(texts, ["Ab", "ab", "null"]);
        let Op::Set { set, insensitive: false, negate: true } =
            op("none_case_sensitive", r#"["Ab"]"#)
        else {
            panic!("no set")
        };
        assert_eq!(set.len(), 1);
        let Op::AnyText { targets, test: TextTest::Equals, lower: false, negate: false } =
            op("Any_Case_Sensitive", r#"["Ab",null]"#)
        else {
            panic!("no list")
        };
        assert_eq!(targets.iter().map(|text| &**text).collect::<Vec<_>>(), ["Ab"]);
    }

    #[test]
    fn targets_of_other_types_make_the_answer_constant() {
        for (operator, target, answer) in [
            ("any", "7", false),
            ("none", "7", true),
            ("str_contains_any", "7", false),
            ("str_contains_none", "7", true),
            ("gt", "null", false),
            ("gt", "\"x\"", false),
            ("version_eq", "7", false),
            ("version_eq", "\"\"", false),
            ("str_matches", "\"(\"", false),
            ("array_contains_all", "7", false),
            ("after", "\"no date\"", false),
        ] {
            let op = op(operator, target);
            let is_it = matches!(op, Op::Constant(constant) if constant == answer);
            assert!(is_it, "{operator} {target}: {op:?}");
        }
        assert!(matches!(op("lte", "\" 5 \""), Op::Number(Relation::LessEqual, n) if n == 5.0));
        assert!(matches!(op("resembles", "1"), Op::Unsupported));
        assert!(matches!(compile(None, &JsValue::Null, false), Op::Unsupported));
    }

    #[test]
    fn times_are_known_ahead_unless_the_zone_decides() {
        let Op::Time { test: TimeTest::Before, target, ms } = op("before", "1700000000000") else {
            panic!("no time")
        };
        assert!(matches!(*target, JsValue::Undefined) && ms == 1_700_000_000_000.0);
        let Op::Time { target, ms, .. } = op("on", "\"2024-05-01T00:00\"") else {
            panic!("no time")
        };
        assert!(target.as_str() == Some("2024-05-01T00:00") && ms.is_nan());
    }
}
