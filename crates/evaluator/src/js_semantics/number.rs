//! Numbers and their text: `Number(string)`, `parseInt(string)`, `String(number)`.

use super::text::{is_white_space, trim};

/// `Number(s)`: NaN if `s` is no StringNumericLiteral. White space around it is ignored, `''` is 0.
pub fn string_to_number(s: &str) -> f64 {
    if let Some(n) = short_integer(s) {
        return n;
    }
    let s = trim(s);
    match s.as_bytes() {
        [] => 0.0,
        [b'0', b'x' | b'X', digits @ ..] => radix_literal(digits, 4),
        [b'0', b'o' | b'O', digits @ ..] => radix_literal(digits, 3),
        [b'0', b'b' | b'B', digits @ ..] => radix_literal(digits, 1),
        _ => decimal_literal(s),
    }
}

/// Up to 15 decimal digits and nothing else: the common case, exact in a double.
fn short_integer(s: &str) -> Option<f64> {
    let bytes = s.as_bytes();
    if bytes.is_empty() || bytes.len() > 15 {
        return None;
    }
    let mut n = 0u64;
    for b in bytes {
        if !b.is_ascii_digit() {
            return None;
        }
        n = n * 10 + u64::from(b - b'0');
    }
    Some(n as f64)
}

fn decimal_literal(s: &str) -> f64 {
    let unsigned = s.strip_prefix(['+', '-']).unwrap_or(s);
    if unsigned == "Infinity" {
        return if s.starts_with('-') { f64::NEG_INFINITY } else { f64::INFINITY };
    }
    // Rust's grammar equals JavaScript's but for its own spellings of infinity and NaN, which have
    // other letters.
    if unsigned.bytes().all(|b| matches!(b, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-')) {
        s.parse().unwrap_or(f64::NAN)
    } else {
        f64::NAN
    }
}

fn radix_literal(digits: &[u8], bits: u32) -> f64 {
    if digits.is_empty() || !digits.iter().all(|&b| digit(b).is_some_and(|d| d < 1 << bits)) {
        return f64::NAN;
    }
    power_of_two_radix(digits, bits)
}

fn digit(b: u8) -> Option<u32> {
    char::from(b).to_digit(16)
}

/// The value of digits of `bits` bits each, rounded to nearest even once.
fn power_of_two_radix(digits: &[u8], bits: u32) -> f64 {
    let (mut mantissa, mut exponent, mut sticky) = (0u64, 0i32, false);
    for d in digits.iter().filter_map(|&b| digit(b)) {
        if mantissa >> (63 - bits) == 0 {
            mantissa = mantissa << bits | u64::from(d);
        } else {
            sticky |= d != 0;
            exponent = exponent.saturating_add(bits as i32);
        }
    }
    // When digits were left out the mantissa has more than 54 bits, so bit 0 only breaks ties.
    (mantissa | u64::from(sticky)) as f64 * 2f64.powi(exponent.min(2000))
}

/// `parseInt(s)`: leading white space, a sign, `0x`, then as many digits as there are; NaN without
/// any.
pub fn string_parse_int(s: &str) -> f64 {
    if let Some(n) = short_integer(s) {
        return n;
    }
    let s = s.trim_start_matches(is_white_space);
    let (negative, s) = match s.as_bytes().first() {
        Some(b'-') => (true, &s[1..]),
        Some(b'+') => (false, &s[1..]),
        _ => (false, s),
    };
    let n = match s.as_bytes() {
        [b'0', b'x' | b'X', rest @ ..] => {
            let count = rest.iter().take_while(|&&b| digit(b).is_some()).count();
            if count == 0 {
                f64::NAN
            } else {
                power_of_two_radix(&rest[..count], 4)
            }
        }
        bytes => {
            let count = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
            s.get(..count).and_then(|d| d.parse().ok()).unwrap_or(f64::NAN)
        }
    };
    if negative {
        -n
    } else {
        n
    }
}

/// `String(n)`.
pub fn number_to_string(n: f64) -> String {
    let mut out = String::new();
    write_number(n, &mut out);
    out
}

/// Appends `String(n)`.
pub fn write_number(n: f64, out: &mut String) {
    if n.abs() < 1e15 && n.trunc() == n {
        write_integer(n as i64, out);
    } else {
        out.push_str(ryu_js::Buffer::new().format(n));
    }
}

fn write_integer(n: i64, out: &mut String) {
    let mut buffer = [0u8; 20];
    let mut at = buffer.len();
    let mut rest = n.unsigned_abs();
    loop {
        at -= 1;
        buffer[at] = b'0' + (rest % 10) as u8;
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if n < 0 {
        out.push('-');
    }
    out.extend(buffer[at..].iter().map(|&b| char::from(b)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_of_string() {
        let cases = [
            ("", 0.0),
            (" \n\u{feff}", 0.0),
            ("0x10", 16.0),
            ("0b101", 5.0),
            ("0O17", 15.0),
            (" 12 ", 12.0),
            ("1e3", 1000.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("-Infinity", f64::NEG_INFINITY),
            ("+Infinity", f64::INFINITY),
            ("1e400", f64::INFINITY),
            ("0x20000000000001", 9007199254740992.0),
            ("0x20000000000003", 9007199254740996.0),
            ("0123", 123.0),
            ("0x20000000000000800000000000000001", 42535295865117307932921825928971026432.0),
        ];
        for (text, n) in cases {
            assert_eq!(string_to_number(text), n, "{text}");
        }
        let nans = [
            "a", "1 2", "inf", "nan", "NaN", "infinity", "-0x10", "0x", "0b2", "1_0", "1n", ".",
            "e5", "+-1", "1e",
        ];
        for text in nans {
            assert!(string_to_number(text).is_nan(), "{text}");
        }
        assert!(string_to_number("-0").is_sign_negative());
    }

    #[test]
    fn parse_int_of_string() {
        let cases = [
            ("1.9", 1.0),
            (" 12px", 12.0),
            ("-0x1fz", -31.0),
            ("+7", 7.0),
            ("1e3", 1.0),
            ("99999999999999999999", 1e20),
        ];
        for (text, n) in cases {
            assert_eq!(string_parse_int(text), n, "{text}");
        }
        assert!(["", "a1", "0x", "-", "Infinity", "."]
            .iter()
            .all(|t| string_parse_int(t).is_nan()));
    }

    #[test]
    fn string_of_number() {
        let cases = [
            (0.0, "0"),
            (-0.0, "0"),
            (-1.5, "-1.5"),
            (1e21, "1e+21"),
            (1e-7, "1e-7"),
            (0.1 + 0.2, "0.30000000000000004"),
            (123456789012345680000.0, "123456789012345680000"),
            (-42.0, "-42"),
            (f64::NAN, "NaN"),
            (f64::NEG_INFINITY, "-Infinity"),
            (999999999999999.0, "999999999999999"),
            (1e15, "1000000000000000"),
        ];
        for (n, text) in cases {
            assert_eq!(number_to_string(n), text);
        }
    }
}
