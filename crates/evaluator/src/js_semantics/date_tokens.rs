//! Tokens of date strings, as V8 cuts them.

use super::text::is_white_space;

/// A piece of a date string.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token {
    End,
    /// Value of the first nine digits after leading zeros, and the number of digits.
    Number {
        value: i32,
        digits: usize,
    },
    /// One of `: - + . )`.
    Symbol(char),
    WhiteSpace,
    Month(i32),
    /// Hours to add: 0 or 12.
    AmPm(i32),
    /// Hours east of UTC, and whether the word was `Z`.
    Zone {
        hours: i32,
        is_z: bool,
    },
    /// The letter T.
    Separator,
    /// A word without meaning.
    Word,
    /// Anything else, text in parentheses included.
    Other,
}

impl Token {
    /// The value of a number of exactly so many digits.
    pub(super) fn fixed(self, expected: usize) -> Option<i32> {
        match self {
            Token::Number { value, digits } if digits == expected => Some(value),
            _ => None,
        }
    }

    /// 1 for plus, -1 for minus.
    pub(super) fn sign(self) -> Option<i32> {
        match self {
            Token::Symbol('+') => Some(1),
            Token::Symbol('-') => Some(-1),
            _ => None,
        }
    }
}

/// Reads tokens with one token of look-ahead.
pub(super) struct Scanner<'a> {
    rest: &'a str,
    peeked: Token,
}

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Scanner<'a> {
        let mut scanner = Scanner { rest: text, peeked: Token::End };
        scanner.peeked = scanner.scan();
        scanner
    }

    pub(super) fn peek(&self) -> Token {
        self.peeked
    }

    pub(super) fn next(&mut self) -> Token {
        let scanned = self.scan();
        std::mem::replace(&mut self.peeked, scanned)
    }

    /// Steps over a symbol if it is next.
    pub(super) fn skip(&mut self, symbol: char) -> bool {
        let found = self.peeked == Token::Symbol(symbol);
        if found {
            self.next();
        }
        found
    }

    fn scan(&mut self) -> Token {
        match self.rest.chars().next() {
            // V8 marks the end of its input with a NUL, so a NUL in the text ends it too.
            None | Some('\0') => Token::End,
            Some('0'..='9') => self.number(),
            Some(c @ (':' | '-' | '+' | '.' | ')')) => {
                self.advance(1);
                Token::Symbol(c)
            }
            Some('(') => self.parentheses(),
            Some(c) if is_space(c) => {
                self.advance(c.len_utf8());
                Token::WhiteSpace
            }
            Some(c) if c >= 'A' => self.word(),
            Some(_) => {
                self.advance(1);
                Token::Other
            }
        }
    }

    fn advance(&mut self, bytes: usize) {
        self.rest = self.rest.get(bytes..).unwrap_or("");
    }

    fn number(&mut self) -> Token {
        let digits = self.rest.bytes().take_while(u8::is_ascii_digit).count();
        let significant = self.rest.bytes().take(digits).skip_while(|b| *b == b'0').take(9);
        let value = significant.fold(0, |n, b| n * 10 + i32::from(b - b'0'));
        self.advance(digits);
        Token::Number { value, digits }
    }

    fn parentheses(&mut self) -> Token {
        let mut depth = 0usize;
        for (i, b) in self.rest.bytes().enumerate() {
            match b {
                b'(' => depth += 1,
                b')' => depth -= 1,
                0 => {
                    self.rest = "";
                    return Token::Other;
                }
                _ => {}
            }
            if depth == 0 {
                self.advance(i + 1);
                return Token::Other;
            }
        }
        self.rest = "";
        Token::Other
    }

    fn word(&mut self) -> Token {
        let end = self.rest.char_indices().find(|(_, c)| *c < 'A' || is_space(*c));
        let word = self.rest.get(..end.map_or(self.rest.len(), |(i, _)| i)).unwrap_or("");
        self.advance(word.len());
        keyword(word)
    }
}

/// White space, of which the date grammar counts line separators and paragraph separators as
/// letters.
fn is_space(c: char) -> bool {
    is_white_space(c) && !matches!(c, '\u{2028}' | '\u{2029}')
}

const MONTHS: [&[u8; 3]; 12] = [
    b"jan", b"feb", b"mar", b"apr", b"may", b"jun", b"jul", b"aug", b"sep", b"oct", b"nov", b"dec",
];

/// The meaning of a word. Months are known by their first three letters, the others must match
/// whole.
fn keyword(word: &str) -> Token {
    let mut lower = [0u8; 3];
    lower.iter_mut().zip(word.bytes()).for_each(|(to, from)| *to = from.to_ascii_lowercase());
    if let Some(month) = MONTHS.iter().position(|m| **m == lower) {
        return Token::Month(month as i32 + 1);
    }
    let zone = |hours| Token::Zone { hours, is_z: word.len() == 1 };
    match lower.get(..word.len()).unwrap_or(b"") {
        b"am" => Token::AmPm(0),
        b"pm" => Token::AmPm(12),
        b"ut" | b"utc" | b"z" | b"gmt" => zone(0),
        b"edt" => zone(-4),
        b"est" | b"cdt" => zone(-5),
        b"cst" | b"mdt" => zone(-6),
        b"mst" | b"pdt" => zone(-7),
        b"pst" => zone(-8),
        b"t" => Token::Separator,
        _ => Token::Word,
    }
}

/// The first three of the digits behind a decimal point.
pub(super) fn milliseconds(value: i32, digits: usize) -> i32 {
    match digits {
        1 => value * 100,
        2 => value * 10,
        // The value holds nine digits at most. Leading zeros count as digits, as they do in V8.
        _ => value / 10i32.pow(digits.min(9).saturating_sub(3) as u32),
    }
}
