//! Numbers beyond the range of a double: infinite in JavaScript, refused by serde_json.

use serde::de::IgnoredAny;

use super::number::write_number;

/// A number of a text.
struct Number<'a> {
    start: usize,
    literal: &'a str,
    value: f64,
}

/// The text with a finite number in the place of each infinite one, and that number, which the text
/// has nowhere else. None when no number of the text is infinite.
pub(super) fn finite_numbers(text: &str) -> Option<(String, f64)> {
    let large = large_numbers(text);
    let is_infinite = |number: &&Number<'_>| number.value.is_infinite();
    large.iter().find(is_infinite)?;
    let mut stand_in = f64::MAX;
    while large.iter().any(|number| number.value.abs() == stand_in) {
        stand_in = stand_in.next_down();
    }
    let (mut out, mut copied) = (String::with_capacity(text.len()), 0);
    for number in large.iter().filter(is_infinite) {
        out.push_str(text.get(copied..number.start)?);
        write_number(stand_in.copysign(number.value), &mut out);
        copied = number.start + number.literal.len();
    }
    out.push_str(text.get(copied..)?);
    Some((out, stand_in))
}

/// The numbers outside of strings whose absolute value is 1e300 or more.
fn large_numbers(text: &str) -> Vec<Number<'_>> {
    let bytes = text.as_bytes();
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(byte) = bytes.get(at) {
        let rest = bytes.get(at..).unwrap_or_default();
        let length = match byte {
            b'"' => string_length(rest),
            b'-' | b'0'..=b'9' => {
                rest.iter().take_while(|b| b.is_ascii_digit() || b"+-.eE".contains(b)).count()
            }
            _ => 1,
        };
        let literal = text.get(at..at + length).filter(|_| *byte != b'"');
        if let Some((literal, value)) =
            literal.and_then(|literal| Some((literal, large_number(literal)?)))
        {
            found.push(Number { start: at, literal, value });
        }
        at += length;
    }
    found
}

/// Its value. What is no number in JSON, though Rust may read it, is none here and stays for the
/// reader to refuse.
fn large_number(literal: &str) -> Option<f64> {
    let value = literal.parse::<f64>().ok().filter(|value| value.abs() >= 1e300)?;
    serde_json::from_str::<IgnoredAny>(literal).ok().map(|_| value)
}

/// Length of the string that the bytes begin with, quotes included.
fn string_length(bytes: &[u8]) -> usize {
    let mut at = 1;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => return at + 1,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infinite_numbers_get_a_stand_in_that_occurs_nowhere_else() {
        assert!(finite_numbers("[1e308,\"1e400\",\"\\\"1e400\",2]").is_none());
        let (text, stand_in) =
            finite_numbers("[1e400,-1E+400,\"1e400\",1.7976931348623157e308]").unwrap();
        assert_eq!(stand_in, f64::MAX.next_down());
        let written = "1.7976931348623155e+308";
        assert_eq!(text, format!("[{written},-{written},\"1e400\",1.7976931348623157e308]"));
    }

    #[test]
    fn what_is_no_number_stays() {
        for text in ["[01e400]", "[1e400.5]", "[1e4001-]", "[--1e400]", "\"1e400"] {
            assert!(finite_numbers(text).is_none(), "{text}");
        }
        assert!(finite_numbers("[01e400,1e400]").unwrap().0.starts_with("[01e400,"));
    }
}
