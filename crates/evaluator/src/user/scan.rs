//! Reads a user's JSON into fields without building a tree: two levels, strings as spans of the
//! text they stand in.

use crate::user::{Field, Scope, Span, Val};

/// Deepest nesting that is read as JSON; deeper text counts as invalid.
const MAX_DEPTH: u32 = 256;

/// Scans one JSON object that is `text[start..]`. Keys and strings with escapes are decoded to the
/// end of `text`. Fields go to `fields` under `scope`; at top level the four nested objects are
/// entered too. None = invalid.
pub(super) fn scan_object(
    text: &mut String,
    start: usize,
    scope: Scope,
    fields: &mut Vec<Field>,
) -> Option<()> {
    let end = text.len();
    let mut scanner = Scanner { text, at: start, end };
    scanner.skip_space();
    scanner.object(scope, fields)?;
    scanner.skip_space();
    (scanner.at == scanner.end).then_some(())
}

struct Scanner<'a> {
    text: &'a mut String,
    at: usize,
    /// End of the JSON; decoded strings are behind it.
    end: usize,
}

impl Scanner<'_> {
    fn peek(&self) -> Option<u8> {
        if self.at < self.end {
            self.text.as_bytes().get(self.at).copied()
        } else {
            None
        }
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.skip_space();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// An object whose fields are kept.
    fn object(&mut self, scope: Scope, fields: &mut Vec<Field>) -> Option<()> {
        self.expect(b'{')?;
        self.skip_space();
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            self.expect(b':')?;
            self.skip_space();
            let inner = if scope == Scope::Top { self.scope_of(key) } else { None };
            let value = match inner {
                Some(inner) if self.peek()? == b'{' => {
                    let from = self.at;
                    self.object(inner, fields)?;
                    Val::Raw(Span::new(from, self.at))
                }
                _ => self.value()?,
            };
            fields.push(Field { scope, key, value });
            self.skip_space();
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    fn scope_of(&self, key: Span) -> Option<Scope> {
        match key.of(self.text) {
            "custom" => Some(Scope::Custom),
            "customIDs" => Some(Scope::CustomIds),
            "statsigEnvironment" => Some(Scope::Environment),
            _ => None,
        }
    }

    fn value(&mut self) -> Option<Val> {
        match self.peek()? {
            b'"' => self.string().map(Val::Str),
            b'{' | b'[' => {
                let from = self.at;
                self.skip(0)?;
                Some(Val::Raw(Span::new(from, self.at)))
            }
            b't' => self.literal("true", Val::Bool(true)),
            b'f' => self.literal("false", Val::Bool(false)),
            b'n' => self.literal("null", Val::Null),
            _ => self.number().map(Val::Num),
        }
    }

    fn literal(&mut self, word: &str, value: Val) -> Option<Val> {
        let rest = self.text.as_bytes().get(self.at..self.end)?;
        rest.starts_with(word.as_bytes()).then(|| {
            self.at += word.len();
            value
        })
    }

    fn number(&mut self) -> Option<f64> {
        let from = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        let first = self.at;
        let mut whole: u64 = 0;
        while let Some(d @ b'0'..=b'9') = self.peek() {
            whole = whole.wrapping_mul(10).wrapping_add(u64::from(d - b'0'));
            self.at += 1;
        }
        let digits = self.at - first;
        if digits == 0 || digits > 1 && self.text.as_bytes().get(first) == Some(&b'0') {
            return None;
        }
        if digits <= 15 && !matches!(self.peek(), Some(b'.' | b'e' | b'E')) {
            let n = whole as f64;
            return Some(if first > from { -n } else { n });
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        self.text.get(from..self.at)?.parse().ok()
    }

    fn digits(&mut self) -> Option<()> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }

    /// A string: a span of the text itself, or of its decoded copy.
    fn string(&mut self) -> Option<Span> {
        let (from, to, escaped) = self.raw_string()?;
        if !escaped {
            return Some(Span::new(from, to));
        }
        let decoded =
            crate::js_semantics::json::parse_str(self.text.get(from - 1..to + 1)?).ok()?;
        let start = self.text.len();
        self.text.push_str(decoded.as_str()?);
        Some(Span::new(start, self.text.len()))
    }

    /// Steps over a string; its span without quotes, and whether it has escapes.
    fn raw_string(&mut self) -> Option<(usize, usize, bool)> {
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        let from = self.at;
        let mut escaped = false;
        let bytes = self.text.as_bytes().get(..self.end)?;
        loop {
            match *bytes.get(self.at)? {
                b'"' => break,
                b'\\' => {
                    escaped = true;
                    self.at += 2;
                }
                0..=0x1f => return None,
                _ => self.at += 1,
            }
        }
        self.at += 1;
        Some((from, self.at - 1, escaped))
    }

    /// Steps over any value.
    fn skip(&mut self, depth: u32) -> Option<()> {
        if depth > MAX_DEPTH {
            return None;
        }
        let close = match self.peek()? {
            b'{' => b'}',
            b'[' => b']',
            b'"' => return self.raw_string().map(drop),
            _ => return self.value().map(drop),
        };
        self.at += 1;
        self.skip_space();
        if self.peek()? == close {
            self.at += 1;
            return Some(());
        }
        loop {
            self.skip_space();
            if close == b'}' {
                self.raw_string()?;
                self.expect(b':')?;
                self.skip_space();
            }
            self.skip(depth + 1)?;
            self.skip_space();
            let next = self.peek()?;
            self.at += 1;
            match next {
                b',' => {}
                b if b == close => return Some(()),
                _ => return None,
            }
        }
    }
}
