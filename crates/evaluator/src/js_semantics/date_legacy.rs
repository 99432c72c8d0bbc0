//! V8's legacy date grammar: whatever comes, in whatever order, as long as a day can be made of it.

use super::date_tokens::{milliseconds, Scanner, Token};

/// What was read so far.
#[derive(Default)]
pub(super) struct Legacy {
    pub(super) day: Day,
    pub(super) time: Clock,
    pub(super) offset: Offset,
    has_read_number: bool,
}

impl Legacy {
    /// Reads all tokens from `token` on. None: invalid.
    pub(super) fn run(&mut self, mut token: Token, scanner: &mut Scanner<'_>) -> Option<()> {
        self.has_read_number = !self.day.is_empty();
        while token != Token::End {
            self.token(token, scanner)?;
            token = scanner.next();
        }
        Some(())
    }

    fn token(&mut self, token: Token, scanner: &mut Scanner<'_>) -> Option<()> {
        match token {
            Token::Number { value, .. } => {
                self.has_read_number = true;
                self.number(value, scanner)
            }
            Token::AmPm(hours) if !self.time.is_empty() => {
                self.time.hour_offset = Some(hours);
                Some(())
            }
            Token::Month(month) => {
                self.day.named_month = Some(month);
                scanner.skip('-');
                Some(())
            }
            Token::Zone { hours, .. } if self.has_read_number => {
                self.offset.set_zone(hours);
                Some(())
            }
            // Words that mean nothing here are legal before the first number only, and not in front
            // of a digit.
            Token::AmPm(_) | Token::Zone { .. } | Token::Separator | Token::Word => {
                let legal =
                    !self.has_read_number && !matches!(scanner.peek(), Token::Number { .. });
                legal.then_some(())
            }
            Token::Symbol(c) => self.symbol(c, token, scanner),
            Token::WhiteSpace | Token::Other | Token::End => Some(()),
        }
    }

    fn symbol(&mut self, symbol: char, token: Token, scanner: &mut Scanner<'_>) -> Option<()> {
        match token.sign() {
            Some(sign) if self.offset.is_utc() || !self.time.is_empty() => {
                self.utc_offset(sign, scanner)
            }
            Some(_) => (!self.has_read_number).then_some(()),
            None => (symbol != ')' || !self.has_read_number).then_some(()),
        }
    }

    fn number(&mut self, n: i32, scanner: &mut Scanner<'_>) -> Option<()> {
        if scanner.skip(':') {
            return self.number_before_colon(n, scanner);
        }
        // The dot is gone even where it meant nothing.
        if scanner.skip('.') && self.time.is_expecting(n) {
            self.time.add(n);
            let Token::Number { value, digits } = scanner.next() else { return None };
            self.time.add_final(milliseconds(value, digits));
        } else if self.offset.is_expecting(n) {
            self.offset.minute = Some(n);
        } else if self.time.is_expecting(n) {
            self.time.add_final(n);
            let ends = matches!(
                scanner.peek(),
                Token::End | Token::WhiteSpace | Token::Zone { is_z: true, .. }
            );
            return (ends || scanner.peek().sign().is_some()).then_some(());
        } else {
            self.day.add(n).then_some(())?;
            scanner.skip('-');
        }
        Some(())
    }

    fn number_before_colon(&mut self, n: i32, scanner: &mut Scanner<'_>) -> Option<()> {
        if scanner.skip(':') {
            self.time.is_empty().then_some(())?;
            self.time.add(n);
            self.time.add(0);
        } else {
            self.time.add(n).then_some(())?;
            scanner.skip('.');
        }
        Some(())
    }

    /// What follows a sign after a time or a name of UTC.
    fn utc_offset(&mut self, sign: i32, scanner: &mut Scanner<'_>) -> Option<()> {
        self.offset.set_sign(sign);
        let (n, digits) = match scanner.peek() {
            Token::Number { value, digits } => {
                scanner.next();
                (value, digits)
            }
            _ => (0, 0),
        };
        self.has_read_number = true;
        match digits {
            _ if scanner.peek() == Token::Symbol(':') => self.offset.set_time(n, None),
            1 | 2 => self.offset.set_time(n, Some(0)),
            3 | 4 => self.offset.set_time(n / 100, Some(n % 100)),
            _ => return None,
        }
        Some(())
    }
}

/// Up to three numbers and the name of a month.
#[derive(Default)]
pub(super) struct Day {
    numbers: [i32; 3],
    count: usize,
    named_month: Option<i32>,
    is_iso: bool,
}

impl Day {
    /// False when there were three already.
    pub(super) fn add(&mut self, n: i32) -> bool {
        let slot = self.numbers.get_mut(self.count).map(|slot| *slot = n);
        self.count += usize::from(slot.is_some());
        slot.is_some()
    }

    pub(super) fn set_iso(&mut self) {
        self.is_iso = true;
    }

    fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Year, month and day. Missing numbers are 1; which is which depends on what can be a day.
    pub(super) fn finish(&self) -> Option<(i32, i32, i32)> {
        if self.is_empty() {
            return None;
        }
        let number = |i: usize| if i < self.count { self.numbers[i] } else { 1 };
        let (a, b, c) = (number(0), number(1), number(2));
        let first_is_day = is_day(a);
        let (year, month, day) = match self.named_month {
            None if self.is_iso || !first_is_day => (a, b, c),
            None => (c, a, b),
            Some(month) if first_is_day => (b, month, a),
            Some(month) => (a, month, b),
        };
        let year = match year {
            0..=49 if !self.is_iso => year + 2000,
            50..=99 if !self.is_iso => year + 1900,
            _ => year,
        };
        ((1..=12).contains(&month) && is_day(day)).then_some((year, month, day))
    }
}

fn is_day(n: i32) -> bool {
    (1..=31).contains(&n)
}

/// Hour, minute, second, millisecond.
#[derive(Default)]
pub(super) struct Clock {
    numbers: [i32; 4],
    count: usize,
    hour_offset: Option<i32>,
}

impl Clock {
    /// False when all four were there already.
    pub(super) fn add(&mut self, n: i32) -> bool {
        let slot = self.numbers.get_mut(self.count).map(|slot| *slot = n);
        self.count += usize::from(slot.is_some());
        slot.is_some()
    }

    /// Adds a number and lets the rest be zero.
    fn add_final(&mut self, n: i32) {
        self.add(n);
        self.count = self.numbers.len();
    }

    fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Whether a number can be the next part; the hour is never expected.
    fn is_expecting(&self, n: i32) -> bool {
        match self.count {
            1 | 2 => (0..60).contains(&n),
            3 => (0..1000).contains(&n),
            _ => false,
        }
    }

    /// Milliseconds since midnight; 24:00 is allowed.
    pub(super) fn finish(&self) -> Option<f64> {
        let [mut hour, minute, second, ms] = self.numbers;
        if let Some(offset) = self.hour_offset {
            if !(0..=12).contains(&hour) {
                return None;
            }
            hour = hour % 12 + offset;
        }
        let in_day = (0..24).contains(&hour)
            && (0..60).contains(&minute)
            && (0..60).contains(&second)
            && (0..1000).contains(&ms);
        if !in_day && (hour, minute, second, ms) != (24, 0, 0, 0) {
            return None;
        }
        Some(
            f64::from(hour) * 3_600_000.0
                + f64::from(minute) * 60_000.0
                + f64::from(second) * 1000.0
                + f64::from(ms),
        )
    }
}

/// Distance from UTC.
#[derive(Default)]
pub(super) struct Offset {
    sign: Option<i32>,
    hour: Option<i32>,
    minute: Option<i32>,
}

impl Offset {
    pub(super) fn set_zone(&mut self, hours: i32) {
        *self = Offset {
            sign: Some(if hours < 0 { -1 } else { 1 }),
            hour: Some(hours.abs()),
            minute: Some(0),
        };
    }

    pub(super) fn set_sign(&mut self, sign: i32) {
        self.sign = Some(sign);
    }

    pub(super) fn set_time(&mut self, hour: i32, minute: Option<i32>) {
        self.hour = Some(hour);
        self.minute = minute;
    }

    fn is_utc(&self) -> bool {
        self.hour == Some(0) && self.minute == Some(0)
    }

    fn is_expecting(&self, n: i32) -> bool {
        self.hour.is_some() && self.minute.is_none() && (0..60).contains(&n)
    }

    /// Seconds east of UTC, None inside for local time. V8 computes them in 32 bits and refuses
    /// what looks negative.
    pub(super) fn finish(&self) -> Option<Option<f64>> {
        let Some(sign) = self.sign else { return Some(None) };
        let hours = self.hour.unwrap_or(0).wrapping_mul(3600);
        let seconds = hours.wrapping_add(self.minute.unwrap_or(0).wrapping_mul(60));
        (seconds >= 0).then_some(Some(f64::from(seconds) * f64::from(sign)))
    }
}
