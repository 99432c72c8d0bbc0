//! `BigInt(x)`.

use super::coerce::to_string;
use super::text::trim;
use super::value::JsValue;

/// `BigInt(x)`, or what is nearest to it in 128 bits; None where it throws.
pub fn to_big_int(value: &JsValue) -> Option<i128> {
    match value {
        JsValue::Undefined | JsValue::Null | JsValue::Object(_) | JsValue::Exotic(_) => None,
        JsValue::Bool(b) => Some(i128::from(*b)),
        // Saturates.
        JsValue::Number(n) => (n.trunc() == *n && n.is_finite()).then_some(*n as i128),
        JsValue::String(text) => string_to_big_int(text),
        JsValue::Array(_) => string_to_big_int(&to_string(value)),
    }
}

/// `BigInt(s)`: white space around it is ignored, `''` is 0; a sign only before decimal digits.
fn string_to_big_int(s: &str) -> Option<i128> {
    let s = trim(s);
    let (radix, digits) = match s.as_bytes() {
        [] => return Some(0),
        [b'0', b'x' | b'X', ..] => (16, s.get(2..)?),
        [b'0', b'o' | b'O', ..] => (8, s.get(2..)?),
        [b'0', b'b' | b'B', ..] => (2, s.get(2..)?),
        _ => (10, s),
    };
    let unsigned =
        if radix == 10 { digits.strip_prefix(['+', '-']).unwrap_or(digits) } else { digits };
    if unsigned.is_empty() || !unsigned.chars().all(|c| c.is_digit(radix)) {
        return None;
    }
    let magnitude = i128::from_str_radix(unsigned, radix).unwrap_or(i128::MAX);
    Some(if digits.starts_with('-') { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::super::json::parse_str;
    use super::*;

    #[test]
    fn big_ints_of_values() {
        let of = |json: &str| to_big_int(&parse_str(json).unwrap());
        for (json, wanted) in [
            ("4", 4),
            ("-0", 0),
            ("1e21", 10i128.pow(21)),
            ("1e300", i128::MAX),
            ("true", 1),
            ("false", 0),
            ("\"4\"", 4),
            ("\" +007\\n\"", 7),
            ("\"-3\"", -3),
            ("\"\"", 0),
            ("\"0x1F\"", 31),
            ("\"0b101\"", 5),
            ("\"0O17\"", 15),
            ("[]", 0),
            ("[\"5\"]", 5),
            ("[[6]]", 6),
            ("\"99999999999999999999999999999999999999999999\"", i128::MAX),
        ] {
            assert_eq!(of(json), Some(wanted), "{json}");
        }
        for json in [
            "null", "0.5", "1e999", "\"4.5\"", "\"1e3\"", "\"4n\"", "\"-0x1\"", "\"0x\"", "\"+\"",
            "\"1_0\"", "[1,2]", "{}", "\"a\"",
        ] {
            assert_eq!(of(json), None, "{json}");
        }
    }
}
