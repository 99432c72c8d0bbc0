//! Reading a pattern unit by unit: escapes, group names, interval bounds.

use super::limits::UNBOUNDED;

/// A position in a pattern. Copies look ahead.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    rest: &'a [u16],
}

/// The character of an ASCII unit; for all others one that means nothing in a pattern.
pub(super) fn ascii(unit: u16) -> char {
    u8::try_from(unit).ok().filter(u8::is_ascii).map_or('\u{7f}', char::from)
}

impl<'a> Cursor<'a> {
    pub(super) fn new(units: &'a [u16]) -> Cursor<'a> {
        Cursor { rest: units }
    }

    pub(super) fn peek(&self) -> Option<u16> {
        self.rest.first().copied()
    }

    pub(super) fn peek_char(&self) -> Option<char> {
        self.peek().map(ascii)
    }

    pub(super) fn next(&mut self) -> Option<u16> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*first)
    }

    /// Steps over a character if it is next.
    pub(super) fn skip(&mut self, c: char) -> bool {
        let found = self.peek_char() == Some(c);
        if found {
            self.next();
        }
        found
    }

    /// Takes a digit of a number system.
    pub(super) fn digit(&mut self, radix: u32) -> Option<u32> {
        let digit = self.peek_char()?.to_digit(radix)?;
        self.next();
        Some(digit)
    }

    /// `n}`, `n,}` or `n,m}` behind a brace, as (min, max) and what follows.
    pub(super) fn interval(mut self) -> Option<((u32, u32), Cursor<'a>)> {
        let min = self.bound()?;
        let max = match self.skip(',') {
            false => min,
            true if self.peek_char() == Some('}') => UNBOUNDED,
            true => self.bound()?,
        };
        self.skip('}').then_some(((min, max), self))
    }

    fn bound(&mut self) -> Option<u32> {
        let mut n = self.digit(10)?;
        while let Some(digit) = self.digit(10) {
            n = n.saturating_mul(10).saturating_add(digit).min(UNBOUNDED);
        }
        Some(n)
    }

    /// The unit that an escape stands for; the backslash is behind us and something follows.
    /// Escapes that mean nothing stand for themselves.
    pub(super) fn character_escape(&mut self, in_class: bool) -> u16 {
        let before = self.rest;
        let unit = self.next().unwrap_or(0x5C);
        match ascii(unit) {
            'f' => 0x0C,
            'n' => 0x0A,
            'r' => 0x0D,
            't' => 0x09,
            'v' => 0x0B,
            'b' if in_class => 0x08,
            'c' => match self.peek_char() {
                Some(c)
                    if c.is_ascii_alphabetic()
                        || (in_class && (c.is_ascii_digit() || c == '_')) =>
                {
                    self.next().unwrap_or(0) & 0x1F
                }
                // Then the backslash is text and the c comes next.
                _ => {
                    self.rest = before;
                    0x5C
                }
            },
            c @ '0'..='7' => self.octal(c.to_digit(8).unwrap_or(0)),
            'x' => self.hex(2).unwrap_or(unit),
            'u' => self.hex(4).unwrap_or(unit),
            _ => unit,
        }
    }

    /// Up to three octal digits with a value below 256.
    fn octal(&mut self, first: u32) -> u16 {
        let mut value = first;
        for _ in 0..2 {
            if value >= 32 {
                break;
            }
            match self.digit(8) {
                Some(digit) => value = value * 8 + digit,
                None => break,
            }
        }
        value as u16
    }

    /// Exactly so many hexadecimal digits; without them nothing is consumed.
    fn hex(&mut self, digits: usize) -> Option<u16> {
        let mut ahead = *self;
        let mut value = 0;
        for _ in 0..digits {
            value = value << 4 | ahead.digit(16)?;
        }
        *self = ahead;
        u16::try_from(value).ok()
    }
}

/// The name of a group, behind `<` and with its `>`. None if it is no identifier.
///
/// Letters beyond ASCII are those of Rust's tables (Alphabetic and numeric), which differ from
/// ID_Start and ID_Continue in a few rare characters.
pub(super) fn group_name(at: &mut Cursor<'_>) -> Option<Vec<u16>> {
    let mut name = Vec::new();
    loop {
        if at.skip('>') {
            return (!name.is_empty()).then_some(name);
        }
        let c = name_character(at)?;
        let is_start = c.is_alphabetic() || c == '$' || c == '_';
        let is_part = is_start || c.is_numeric() || c == '\u{200c}' || c == '\u{200d}';
        if !(is_start || (is_part && !name.is_empty())) {
            return None;
        }
        name.extend_from_slice(c.encode_utf16(&mut [0; 2]));
    }
}

fn name_character(at: &mut Cursor<'_>) -> Option<char> {
    let first = name_unit(at)?;
    let pair = match first {
        0xD800..=0xDBFF => vec![first as u16, name_unit(at)? as u16],
        _ => return char::from_u32(first),
    };
    char::decode_utf16(pair).next()?.ok()
}

/// A unit, or the value of `\uXXXX` or `\u{X…}`.
fn name_unit(at: &mut Cursor<'_>) -> Option<u32> {
    if !at.skip('\\') {
        return at.next().map(u32::from);
    }
    at.skip('u').then_some(())?;
    if !at.skip('{') {
        return at.hex(4).map(u32::from);
    }
    let mut value = at.digit(16)?;
    while let Some(digit) = at.digit(16) {
        value = value.saturating_mul(16).saturating_add(digit).min(0x11_0000);
    }
    at.skip('}').then_some(value)
}

/// Number of capturing groups in a pattern, and whether one has a name. What is not a group for
/// certain counts.
pub(super) fn count_captures(units: &[u16]) -> (u32, bool) {
    let (mut count, mut named) = (0u32, false);
    let mut at = Cursor::new(units);
    while let Some(unit) = at.next() {
        match ascii(unit) {
            '\\' => _ = at.next(),
            '[' => skip_class(&mut at),
            '(' if at.skip('?') => {
                let is_named = at.skip('<') && !matches!(at.peek_char(), Some('=' | '!'));
                named |= is_named;
                count = count.saturating_add(u32::from(is_named));
            }
            '(' => count = count.saturating_add(1),
            _ => {}
        }
    }
    (count, named)
}

fn skip_class(at: &mut Cursor<'_>) {
    while let Some(unit) = at.next() {
        match ascii(unit) {
            '\\' => _ = at.next(),
            ']' => return,
            _ => {}
        }
    }
}
