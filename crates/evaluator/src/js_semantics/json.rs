//! `JSON.parse`: serde_json, brought to JavaScript's meaning.
//!
//! What serde_json does otherwise is done around it: a byte order mark at the start is skipped and
//! invalid UTF-8 becomes U+FFFD (what decoding the bytes to a string does), a lone surrogate escape
//! becomes U+FFFD, a number beyond the range of a double is infinite, properties have JavaScript's
//! order, and nesting is limited to [`MAX_DEPTH`].

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use memchr::memchr;
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Error;

use super::json_numbers::finite_numbers;
use super::value::{JsObject, JsValue};

/// Deepest nesting of arrays and objects. Values are read, walked and dropped recursively (about
/// 400 bytes of stack a level), so this is what keeps a 512 KB thread stack safe. Statsig payloads
/// nest about 10 deep.
pub const MAX_DEPTH: usize = 512;
/// What errors say of a text that nests deeper; serde_json's have no kind for it.
pub const TOO_DEEP: &str = "nested too deeply";

/// `JSON.parse` of the decoded bytes. Linear in the input but for sorting the keys of objects.
///
/// # Errors
/// When the text is no JSON, or nests more than [`MAX_DEPTH`] deep.
pub fn parse(bytes: &[u8]) -> Result<JsValue, Error> {
    parse_str(&decode(bytes))
}

/// `JSON.parse(text)`.
///
/// # Errors
/// As [`parse`].
pub fn parse_str(text: &str) -> Result<JsValue, Error> {
    parse_nested(&prepared(text), 0)
}

/// What decoding the bytes to a string gives.
pub(super) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    // Faster than the lossy way alone, which looks at every character.
    std::str::from_utf8(bytes).map_or_else(|_| String::from_utf8_lossy(bytes), Cow::Borrowed)
}

/// The text without what serde_json refuses or [`parse_str`] skips.
pub(super) fn prepared(text: &str) -> Cow<'_, str> {
    without_lone_surrogates(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// [`parse_str`] of a prepared text, or of a part of one inside of `depth` arrays and objects.
pub(super) fn parse_nested(text: &str, depth: usize) -> Result<JsValue, Error> {
    // Infinite numbers, which serde_json refuses, are so rare that the text is read again without
    // them.
    Reader { depth, infinity: f64::INFINITY }.read(text).or_else(|error| {
        match finite_numbers(text) {
            Some((text, infinity)) => Reader { depth, infinity }.read(&text),
            None => Err(error),
        }
    })
}

/// Builds a value.
#[derive(Clone, Copy)]
struct Reader {
    /// How many arrays and objects are open.
    depth: usize,
    /// The finite number that stands for infinity in this text.
    infinity: f64,
}

impl Reader {
    fn read(self, text: &str) -> Result<JsValue, Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        // Bounded by `deeper`.
        deserializer.disable_recursion_limit();
        let value = self.deserialize(&mut deserializer)?;
        deserializer.end()?;
        Ok(value)
    }

    fn deeper<E: de::Error>(self) -> Result<Reader, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(TOO_DEEP));
        }
        Ok(Reader { depth: self.depth + 1, ..self })
    }
}

impl<'de> DeserializeSeed<'de> for Reader {
    type Value = JsValue;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<JsValue, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader {
    type Value = JsValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<JsValue, E> {
        Ok(JsValue::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<JsValue, E> {
        Ok(JsValue::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<JsValue, E> {
        Ok(JsValue::Number(value as f64))
    }

    fn visit_u64<E>(self, value: u64) -> Result<JsValue, E> {
        Ok(JsValue::Number(value as f64))
    }

    fn visit_f64<E>(self, value: f64) -> Result<JsValue, E> {
        let is_infinite = value.abs() == self.infinity;
        Ok(JsValue::Number(if is_infinite { f64::INFINITY.copysign(value) } else { value }))
    }

    fn visit_str<E>(self, value: &str) -> Result<JsValue, E> {
        Ok(JsValue::String(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<JsValue, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        items.shrink_to_fit();
        Ok(JsValue::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<JsValue, A::Error> {
        let inner = self.deeper()?;
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry_seed(PhantomData::<Box<str>>, inner)? {
            entries.push(entry);
        }
        entries.shrink_to_fit();
        Ok(JsValue::Object(JsObject::from_entries(entries)))
    }
}

/// Lone surrogate escapes, which serde_json refuses, as U+FFFD. A text without a backslash costs
/// the search for one.
fn without_lone_surrogates(text: &str) -> Cow<'_, str> {
    let (mut out, mut copied, mut at) = (String::new(), 0, 0);
    while let Some(found) = text.as_bytes().get(at..).and_then(|rest| memchr(b'\\', rest)) {
        at += found;
        match escaped_unit(text, at) {
            Some(0xD800..=0xDBFF)
                if matches!(escaped_unit(text, at + 6), Some(0xDC00..=0xDFFF)) =>
            {
                at += 12
            }
            Some(0xD800..=0xDFFF) => {
                out.push_str(text.get(copied..at).unwrap_or_default());
                out.push(char::REPLACEMENT_CHARACTER);
                at += 6;
                copied = at;
            }
            _ => at += 2,
        }
    }
    if copied == 0 {
        return text.into();
    }
    out.push_str(text.get(copied..).unwrap_or_default());
    out.into()
}

/// The UTF-16 unit of the escape `\uXXXX` at a place; None for anything else.
fn escaped_unit(text: &str, at: usize) -> Option<u32> {
    let digits = text.as_bytes().get(at..at + 6)?.strip_prefix(b"\\u")?;
    digits.iter().try_fold(0, |unit, digit| Some(unit << 4 | char::from(*digit).to_digit(16)?))
}

#[cfg(test)]
pub(super) mod tests {
    use super::super::json_write::stringify;
    use super::*;

    fn round_trip(text: &str) -> String {
        stringify(&parse(text.as_bytes()).unwrap())
    }

    #[test]
    fn values_survive() {
        let same = [
            "null",
            "true",
            "[]",
            "{}",
            "[1,-2.5,\"a\",[{}]]",
            "{\"2\":1,\"b\":{\"__proto__\":[null,false]}}",
            "\"\\u0007\\\\\\\"\"",
        ];
        for text in same {
            assert_eq!(round_trip(text), text);
        }
        assert_eq!(round_trip(" { \"b\" : 1 , \"1\" : [ ] ,\n\"b\":-0.0 } "), "{\"1\":[],\"b\":0}");
        assert_eq!(
            round_trip("[1e400,123456789012345678901,0.1e-6,4.35,2.2250738585072011e-308]"),
            "[null,123456789012345680000,1e-7,4.35,2.225073858507201e-308]"
        );
    }

    #[test]
    fn text_is_decoded() {
        assert_eq!(
            round_trip("\"\\uD83D\\uDE00\\ud83d\\u0041\\udc00\\/\\b\""),
            "\"😀\u{fffd}A\u{fffd}/\\b\""
        );
        assert_eq!(round_trip("\u{feff}\"é\u{2028}\u{7f}\""), "\"é\u{2028}\u{7f}\"");
        assert_eq!(parse(b"\"a\xffb\"").unwrap().as_str(), Some("a\u{fffd}b"));
    }

    pub const MALFORMED: &[&str] = &[
        "",
        " ",
        "[",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "01",
        "-",
        "1.",
        ".5",
        "1e",
        "+1",
        "'a'",
        "\"a",
        "\"\n\"",
        "\"\\x\"",
        "\"\\u12\"",
        "nul",
        "1 2",
        "[1 2]",
        "{\"a\" 1}",
        "\u{a0}1",
        "NaN",
        "{\"a\":1]",
        "\u{feff}\u{feff}1",
        "\"\\ud83d\\u12\"",
        "}",
        "tru\u{e9}",
        "[1}",
        "]",
        "{\"a\":}",
        "{\"a\"}",
        "{,}",
        "[,]",
        "{\"n\\u00zz\":1}",
    ];

    #[test]
    fn malformed_text_is_refused() {
        for text in MALFORMED {
            assert!(parse(text.as_bytes()).is_err(), "{text}");
        }
    }

    /// Frames are three times larger without optimisation.
    const STACK_BYTES: usize = if cfg!(debug_assertions) { 1536 * 1024 } else { 512 * 1024 };

    #[test]
    fn depth_is_bounded_and_fits_a_small_stack() {
        let nested = |n: usize| [vec![b'['; n], vec![b']'; n]].concat();
        let check = move || {
            let deepest = parse(&nested(MAX_DEPTH)).unwrap();
            assert_eq!(stringify(&deepest.clone()).len(), 2 * MAX_DEPTH);
            assert_eq!(super::super::to_string(&deepest), "");
            assert!(parse(&nested(MAX_DEPTH + 1)).is_err());
            assert!(parse(&vec![b'['; 1_000_000]).is_err());
        };
        std::thread::Builder::new().stack_size(STACK_BYTES).spawn(check).unwrap().join().unwrap();
    }
}
