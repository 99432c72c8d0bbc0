//! `JSON.parse` of UTF-8 bytes.
//!
//! Differences from the built-in, all towards leniency or safety: a byte order mark at the start is skipped and invalid
//! UTF-8 becomes U+FFFD (what decoding the bytes to a string does), a lone surrogate escape becomes U+FFFD, and nesting
//! is limited to [`MAX_DEPTH`]. The parser keeps its own stack, so input cannot overflow the thread's.

use std::borrow::Cow;
use std::fmt;

use super::json_parts::Part;
use super::value::{JsObject, JsValue};

/// Deepest nesting of arrays and objects. Values are walked and dropped recursively afterwards (about 200 bytes of
/// stack a level), so this is what keeps a 512 KB thread stack safe. Statsig payloads nest about 10 deep.
pub const MAX_DEPTH: usize = 512;

/// Why and where parsing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JsonError {
    /// What was wrong.
    pub message: &'static str,
    /// Byte offset in the decoded text.
    pub offset: usize,
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.message, self.offset)
    }
}

impl std::error::Error for JsonError {}

/// `JSON.parse` of the decoded bytes. Linear in the input but for sorting the keys of objects.
pub fn parse(bytes: &[u8]) -> Result<JsValue, JsonError> {
    match std::str::from_utf8(bytes) {
        Ok(text) => parse_str(text),
        Err(_) => parse_str(&String::from_utf8_lossy(bytes)),
    }
}

/// `JSON.parse(text)`.
pub fn parse_str(text: &str) -> Result<JsValue, JsonError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Parser::new(text).run()
}

/// An array or object whose end was not reached yet.
pub(super) enum Open {
    Array(Vec<JsValue>),
    Object { entries: Vec<(Box<str>, JsValue)>, key: Box<str> },
}

pub(super) struct Parser<'a> {
    text: &'a str,
    bytes: &'a [u8],
    pub(super) at: usize,
    pub(super) open: Vec<Open>,
    /// See `json_parts`.
    pub(super) lists: &'a [&'a str],
    pub(super) parts: Vec<Part>,
}

impl<'a> Parser<'a> {
    pub(super) fn new(text: &'a str) -> Parser<'a> {
        Parser { text, bytes: text.as_bytes(), at: 0, open: Vec::new(), lists: &[], parts: Vec::new() }
    }

    pub(super) fn run(&mut self) -> Result<JsValue, JsonError> {
        loop {
            self.skip_white_space();
            let part = if self.lists.is_empty() { None } else { self.part()? };
            let Some(mut value) = part.map_or_else(|| self.start_value(), |part| Ok(Some(part)))? else { continue };
            loop {
                self.skip_white_space();
                match self.open.pop() {
                    None if self.at == self.bytes.len() => return Ok(value),
                    None => return Err(self.error("unexpected text after the value")),
                    Some(open) => match self.continue_container(open, value)? {
                        Some(closed) => value = closed,
                        None => break,
                    },
                }
            }
        }
    }

    /// A scalar or empty container, or None when a container was opened and its first value is next.
    pub(super) fn start_value(&mut self) -> Result<Option<JsValue>, JsonError> {
        match self.peek() {
            Some(b'"') => self.text().map(|s| Some(JsValue::String(s.into()))),
            Some(b'{') => self.open_object(),
            Some(b'[') => self.open_array(),
            Some(b't') => self.word("true", JsValue::Bool(true)),
            Some(b'f') => self.word("false", JsValue::Bool(false)),
            Some(b'n') => self.word("null", JsValue::Null),
            Some(b'-' | b'0'..=b'9') => self.number().map(Some),
            Some(_) => Err(self.error("unexpected character")),
            None => Err(self.error("unexpected end")),
        }
    }

    fn open_array(&mut self) -> Result<Option<JsValue>, JsonError> {
        self.enter()?;
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Some(JsValue::Array(Vec::new())));
        }
        self.open.push(Open::Array(Vec::new()));
        Ok(None)
    }

    fn open_object(&mut self) -> Result<Option<JsValue>, JsonError> {
        self.enter()?;
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Some(JsValue::Object(JsObject::default())));
        }
        let key = self.key()?.into();
        self.open.push(Open::Object { entries: Vec::new(), key });
        Ok(None)
    }

    /// Steps over the opening bracket.
    fn enter(&mut self) -> Result<(), JsonError> {
        if self.open.len() >= MAX_DEPTH {
            return Err(self.error("nested too deeply"));
        }
        self.at += 1;
        self.skip_white_space();
        Ok(())
    }

    /// Adds a value to a container; answers the container if it ends here.
    fn continue_container(&mut self, open: Open, value: JsValue) -> Result<Option<JsValue>, JsonError> {
        let next = self.peek();
        match open {
            Open::Array(mut items) => {
                items.push(value);
                match next {
                    Some(b',') => {
                        self.at += 1;
                        self.open.push(Open::Array(items));
                        Ok(None)
                    }
                    Some(b']') => {
                        self.at += 1;
                        items.shrink_to_fit();
                        Ok(Some(JsValue::Array(items)))
                    }
                    _ => Err(self.error("expected ',' or ']'")),
                }
            }
            Open::Object { mut entries, key } => {
                entries.push((key, value));
                match next {
                    Some(b',') => {
                        self.at += 1;
                        self.skip_white_space();
                        let key = self.key()?.into();
                        self.open.push(Open::Object { entries, key });
                        Ok(None)
                    }
                    Some(b'}') => {
                        self.at += 1;
                        entries.shrink_to_fit();
                        Ok(Some(JsValue::Object(JsObject::from_entries(entries))))
                    }
                    _ => Err(self.error("expected ',' or '}'")),
                }
            }
        }
    }

    pub(super) fn key(&mut self) -> Result<Cow<'a, str>, JsonError> {
        if self.peek() != Some(b'"') {
            return Err(self.error("expected a property name"));
        }
        let key = self.text()?;
        self.skip_white_space();
        if self.peek() != Some(b':') {
            return Err(self.error("expected ':'"));
        }
        self.at += 1;
        Ok(key)
    }

    fn word(&mut self, word: &str, value: JsValue) -> Result<Option<JsValue>, JsonError> {
        if self.bytes[self.at..].starts_with(word.as_bytes()) {
            self.at += word.len();
            Ok(Some(value))
        } else {
            Err(self.error("unexpected character"))
        }
    }

    fn number(&mut self) -> Result<JsValue, JsonError> {
        let start = self.at;
        let negative = self.peek() == Some(b'-');
        self.at += usize::from(negative);
        let integer = self.digits();
        if integer == 0 || (integer > 1 && self.bytes[self.at - integer] == b'0') {
            return Err(self.error("malformed number"));
        }
        let mut plain = true;
        if self.peek() == Some(b'.') {
            plain = false;
            self.at += 1;
            if self.digits() == 0 {
                return Err(self.error("malformed number"));
            }
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            plain = false;
            self.at += 1;
            self.at += usize::from(matches!(self.peek(), Some(b'+' | b'-')));
            if self.digits() == 0 {
                return Err(self.error("malformed number"));
            }
        }
        let text = &self.text[start..self.at];
        if plain && integer <= 15 && !negative {
            return Ok(JsValue::Number(text.parse::<u64>().unwrap_or(0) as f64));
        }
        // Correctly rounded, and infinite where the literal is too large, as in JavaScript.
        text.parse().map(JsValue::Number).map_err(|_| self.error("malformed number"))
    }

    fn digits(&mut self) -> usize {
        let count = self.bytes[self.at..].iter().take_while(|b| b.is_ascii_digit()).count();
        self.at += count;
        count
    }

    /// A string, copied only if it has escapes.
    pub(super) fn text(&mut self) -> Result<Cow<'a, str>, JsonError> {
        self.at += 1;
        let start = self.at;
        match self.skip_plain()? {
            b'"' => {
                let text = &self.text[start..self.at];
                self.at += 1;
                Ok(text.into())
            }
            _ => self.escaped_string(start).map(Cow::Owned),
        }
    }

    fn escaped_string(&mut self, start: usize) -> Result<String, JsonError> {
        let mut out = String::from(&self.text[start..self.at]);
        loop {
            let from = self.at;
            let stop = self.skip_plain()?;
            out.push_str(&self.text[from..self.at]);
            self.at += 1;
            if stop == b'"' {
                return Ok(out);
            }
            self.escape(&mut out)?;
        }
    }

    /// Moves to the next quote or backslash and answers which it is.
    fn skip_plain(&mut self) -> Result<u8, JsonError> {
        let rest = &self.bytes[self.at..];
        match rest.iter().position(|&b| b == b'"' || b == b'\\' || b < 0x20) {
            Some(n) => {
                self.at += n;
                match rest[n] {
                    b @ (b'"' | b'\\') => Ok(b),
                    _ => Err(self.error("control character in a string")),
                }
            }
            None => {
                self.at = self.bytes.len();
                Err(self.error("unterminated string"))
            }
        }
    }

    fn escape(&mut self, out: &mut String) -> Result<(), JsonError> {
        let c = match self.peek() {
            Some(b @ (b'"' | b'\\' | b'/')) => char::from(b),
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                self.at += 1;
                out.push(self.unicode_escape()?);
                return Ok(());
            }
            _ => return Err(self.error("malformed escape")),
        };
        self.at += 1;
        out.push(c);
        Ok(())
    }

    /// The character of `\uXXXX`, or of two such escapes that form a surrogate pair.
    fn unicode_escape(&mut self) -> Result<char, JsonError> {
        let unit = self.hex4(self.at).ok_or_else(|| self.error("malformed escape"))?;
        self.at += 4;
        if (0xD800..0xDC00).contains(&unit) && self.bytes[self.at..].starts_with(b"\\u") {
            if let Some(low @ 0xDC00..=0xDFFF) = self.hex4(self.at + 2) {
                self.at += 6;
                let code = 0x10000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            }
        }
        Ok(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER))
    }

    fn hex4(&self, at: usize) -> Option<u32> {
        let digits = self.bytes.get(at..at + 4)?;
        digits.iter().try_fold(0, |n, &b| Some(n << 4 | char::from(b).to_digit(16)?))
    }

    pub(super) fn skip_white_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    pub(super) fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    pub(super) fn error(&self, message: &'static str) -> JsonError {
        JsonError { message, offset: self.at }
    }
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
        assert_eq!(round_trip("\"\\uD83D\\uDE00\\ud83d\\u0041\\udc00\\/\\b\""), "\"😀\u{fffd}A\u{fffd}/\\b\"");
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
        std::thread::Builder::new().stack_size(512 * 1024).spawn(check).unwrap().join().unwrap();
    }
}
