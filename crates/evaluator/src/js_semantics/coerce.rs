//! Conversions of whole values: `String(x)`, `Number(x)`, `parseInt(x)`, `typeof x`.

use std::borrow::Cow;

use super::date::date_parse;
use super::number::{number_to_string, string_parse_int, string_to_number};
use super::time_value::time_clip;
use super::time_zone::TimeZone;
use super::value::JsValue;

/// Numbers below this are seconds, not milliseconds, when a timestamp is expected (BEHAVIOUR.md
/// 3.8).
pub(crate) const SECONDS_BELOW: f64 = 1e10;

/// `String(x)`. Allocates only for numbers, arrays and the like.
pub fn to_string(value: &JsValue) -> Cow<'_, str> {
    match value {
        JsValue::Undefined => Cow::Borrowed("undefined"),
        JsValue::Null => Cow::Borrowed("null"),
        JsValue::Bool(true) => Cow::Borrowed("true"),
        JsValue::Bool(false) => Cow::Borrowed("false"),
        JsValue::Number(n) => Cow::Owned(number_to_string(*n)),
        JsValue::String(s) => Cow::Borrowed(s),
        JsValue::Array(items) => Cow::Owned(join(items)),
        JsValue::Object(_) => Cow::Borrowed("[object Object]"),
        JsValue::Exotic(e) => Cow::Borrowed(&e.string),
    }
}

/// `items.join()`: null and undefined are empty.
fn join(items: &[JsValue]) -> String {
    let mut out = String::new();
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        if !item.is_nullish() {
            out.push_str(&to_string(item));
        }
    }
    out
}

/// `Number(x)`.
pub fn to_number(value: &JsValue) -> f64 {
    match value {
        JsValue::Undefined | JsValue::Object(_) => f64::NAN,
        JsValue::Null | JsValue::Bool(false) => 0.0,
        JsValue::Bool(true) => 1.0,
        JsValue::Number(n) => *n,
        JsValue::String(s) => string_to_number(s),
        JsValue::Array(items) => string_to_number(&join(items)),
        JsValue::Exotic(e) => e.number,
    }
}

/// `parseInt(x)`.
pub fn parse_int(value: &JsValue) -> f64 {
    match value {
        JsValue::Number(n) if n.abs() < 1e15 && n.trunc() == *n => *n + 0.0,
        _ => string_parse_int(&to_string(value)),
    }
}

/// `typeof x`. An exotic value is an object, whatever it was.
pub fn type_of(value: &JsValue) -> &'static str {
    match value {
        JsValue::Undefined => "undefined",
        JsValue::Bool(_) => "boolean",
        JsValue::Number(_) => "number",
        JsValue::String(_) => "string",
        JsValue::Null | JsValue::Array(_) | JsValue::Object(_) | JsValue::Exotic(_) => "object",
    }
}

/// The time (ms) that `before`, `after` and `on` compare, NaN if there is none (BEHAVIOUR.md 3.8).
///
/// A string is tried as a date first and as a number only if that fails; anything else is a number.
/// Numbers below 10,000,000,000, negative ones too, are seconds. `null` and `undefined` have no
/// time.
pub fn statsig_timestamp(value: &JsValue, zone: &TimeZone) -> f64 {
    match value {
        JsValue::Undefined | JsValue::Null => f64::NAN,
        JsValue::String(s) => {
            let date = date_parse(s, zone);
            if date.is_nan() {
                number_timestamp(string_to_number(s))
            } else {
                date
            }
        }
        other => number_timestamp(to_number(other)),
    }
}

fn number_timestamp(n: f64) -> f64 {
    time_clip(if n < SECONDS_BELOW { n * 1000.0 } else { n })
}

#[cfg(test)]
mod tests {
    use super::super::json::parse;
    use super::*;

    fn v(json: &str) -> JsValue {
        parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn strings_of_values() {
        let cases = [
            ("[1,null,[\"a\",[]],true]", "1,,a,,true"),
            ("{\"a\":1}", "[object Object]"),
            ("1e21", "1e+21"),
            ("null", "null"),
        ];
        for (json, text) in cases {
            assert_eq!(to_string(&v(json)), text);
        }
        assert_eq!(to_string(&JsValue::Undefined), "undefined");
    }

    #[test]
    fn numbers_of_values() {
        let cases = [
            ("[]", 0.0),
            ("[5]", 5.0),
            ("[\" 0x10 \"]", 16.0),
            ("[[null]]", 0.0),
            ("true", 1.0),
            ("null", 0.0),
        ];
        for (json, n) in cases {
            assert_eq!(to_number(&v(json)), n, "{json}");
        }
        assert!(
            to_number(&v("{}")).is_nan()
                && to_number(&v("[1,2]")).is_nan()
                && to_number(&JsValue::Undefined).is_nan()
        );
    }

    #[test]
    fn parse_int_goes_through_text() {
        let cases = [
            ("5", 5.0),
            ("1.9", 1.0),
            ("\"1.9\"", 1.0),
            ("1e21", 1.0),
            ("5e-7", 5.0),
            ("[7,8]", 7.0),
            ("-3.7", -3.0),
        ];
        for (json, n) in cases {
            assert_eq!(parse_int(&v(json)), n, "{json}");
        }
        assert!(
            parse_int(&v("null")).is_nan()
                && parse_int(&v("true")).is_nan()
                && parse_int(&v("{}")).is_nan()
        );
    }

    #[test]
    fn timestamps() {
        let zone = TimeZone::default();
        let cases = [
            ("\"13\"", 13_000.0),
            ("\"\"", 0.0),
            ("\"1700000000\"", 1.7e12),
            ("\"1700000000000\"", 1.7e12),
            ("1700000000.0006", 1.7e12),
            ("-5", -5000.0),
            ("9999999999", 9999999999000.0),
            ("1e10", 1e10),
            ("true", 1000.0),
            ("[\"7\"]", 7000.0),
            ("\"2020\"", 1577836800000.0),
            ("\"12\"", 1007164800000.0),
        ];
        for (json, ms) in cases {
            assert_eq!(statsig_timestamp(&v(json), &zone), ms, "{json}");
        }
        for json in ["null", "{}", "\"abc\"", "1e300", "[1,2]"] {
            assert!(statsig_timestamp(&v(json), &zone).is_nan(), "{json}");
        }
    }
}
