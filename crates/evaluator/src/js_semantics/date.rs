//! `new Date(string).getTime()` as V8 answers it.
//!
//! A string is read as an ISO 8601 date first. Where that grammar stops fitting, what was read so
//! far is kept and the legacy grammar goes on from there, except behind a `T`, where the string is
//! invalid instead.

use super::date_legacy::{Clock, Day, Legacy, Offset};
use super::date_tokens::{milliseconds, Scanner, Token};
use super::time_value::{time_clip, DAY_MS, MAX_TIME_MS};
use super::time_zone::TimeZone;

/// Local times may lie this far beyond the range of dates before they are converted.
const MAX_LOCAL_MS: f64 = MAX_TIME_MS + 30.0 * DAY_MS;
/// Years beyond are invalid whatever the rest says.
const MAX_YEAR: i32 = 1_000_000;

/// `new Date(text).getTime()`: ms since the epoch, NaN for an invalid date. Linear in the text,
/// allocates nothing.
pub fn date_parse(text: &str, zone: &TimeZone) -> f64 {
    parse(text).and_then(|fields| fields.to_utc(zone)).map_or(f64::NAN, time_clip)
}

/// What a date string says.
struct Fields {
    /// Year, month 1..=12, day 1..=31.
    date: (i32, i32, i32),
    time_ms: f64,
    /// None: local time.
    offset_seconds: Option<f64>,
}

impl Fields {
    fn to_utc(&self, zone: &TimeZone) -> Option<f64> {
        let (year, month, day) = self.date;
        if year.abs() > MAX_YEAR {
            return None;
        }
        let ms = days_from_civil(year, month, day) as f64 * DAY_MS + self.time_ms;
        match self.offset_seconds {
            Some(seconds) => Some(ms - seconds * 1000.0),
            None => (ms.abs() <= MAX_LOCAL_MS).then(|| zone.utc_of_local(ms)),
        }
    }
}

/// Days since 1970-01-01 in the proleptic Gregorian calendar; a day past the month's end runs on.
fn days_from_civil(year: i32, month: i32, day: i32) -> i64 {
    // Years that begin in March put the leap day last.
    let shifted = i64::from(year) - i64::from(month <= 2);
    let era = shifted.div_euclid(400);
    let year_of_era = shifted.rem_euclid(400);
    let day_of_year = (153 * ((i64::from(month) + 9) % 12) + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn parse(text: &str) -> Option<Fields> {
    let mut state = Legacy::default();
    let mut scanner = Scanner::new(text);
    let next = match iso_date(&mut scanner, &mut state.day) {
        Iso::LegacyFrom(token) => token,
        Iso::Done => {
            state.day.set_iso();
            state.offset.set_zone(0);
            Token::End
        }
        Iso::TimeFollows => {
            iso_time(&mut scanner, &mut state.time)?;
            iso_offset(&mut scanner, &mut state.offset)?;
            if scanner.peek() != Token::End {
                return None;
            }
            state.day.set_iso();
            Token::End
        }
    };
    state.run(next, &mut scanner)?;
    Some(Fields {
        date: state.day.finish()?,
        time_ms: state.time.finish()?,
        offset_seconds: state.offset.finish()?,
    })
}

enum Iso {
    /// A whole date and nothing else.
    Done,
    /// A date and a `T`.
    TimeFollows,
    /// The first token that does not fit.
    LegacyFrom(Token),
}

/// `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; a signed year has six digits.
fn iso_date(scanner: &mut Scanner<'_>, day: &mut Day) -> Iso {
    let first = scanner.next();
    if let Some(sign) = first.sign() {
        let Some(year) = scanner.peek().fixed(6) else { return Iso::LegacyFrom(first) };
        scanner.next();
        if sign < 0 && year == 0 {
            return Iso::LegacyFrom(first);
        }
        day.add(sign * year);
    } else if let Some(year) = first.fixed(4) {
        day.add(year);
    } else {
        return Iso::LegacyFrom(first);
    }
    for last in [12, 31] {
        if !scanner.skip('-') {
            break;
        }
        match scanner.next() {
            token if token.fixed(2).is_some_and(|n| (1..=last).contains(&n)) => {
                day.add(token.fixed(2).unwrap_or(0))
            }
            token => return Iso::LegacyFrom(token),
        };
    }
    match scanner.next() {
        Token::End => Iso::Done,
        Token::Separator => Iso::TimeFollows,
        token => Iso::LegacyFrom(token),
    }
}

/// `HH:mm[:ss[.s…]]`, or 24:00 with zeros only.
fn iso_time(scanner: &mut Scanner<'_>, time: &mut Clock) -> Option<()> {
    let hour = two_digits(scanner, 24)?;
    let last = if hour == 24 { 0 } else { 59 };
    time.add(hour);
    scanner.skip(':').then_some(())?;
    time.add(two_digits(scanner, last)?);
    if !scanner.skip(':') {
        return Some(());
    }
    time.add(two_digits(scanner, last)?);
    if scanner.skip('.') {
        match scanner.next() {
            Token::Number { value, .. } if hour == 24 && value > 0 => return None,
            Token::Number { value, digits } => time.add(milliseconds(value, digits)),
            _ => return None,
        };
    }
    Some(())
}

/// Nothing, `Z`, `±hh:mm` or `±hhmm`.
fn iso_offset(scanner: &mut Scanner<'_>, offset: &mut Offset) -> Option<()> {
    let token = scanner.peek();
    if let Token::Zone { is_z: true, .. } = token {
        scanner.next();
        offset.set_zone(0);
        return Some(());
    }
    let Some(sign) = token.sign() else { return Some(()) };
    scanner.next();
    let (hour, minute) = match scanner.peek().fixed(4) {
        Some(n) => {
            scanner.next();
            (n / 100, n % 100)
        }
        None => {
            let hour = two_digits(scanner, 23)?;
            scanner.skip(':').then_some(())?;
            (hour, two_digits(scanner, 59)?)
        }
    };
    offset.set_sign(sign);
    offset.set_time(hour, Some(minute));
    (hour <= 23 && minute <= 59).then_some(())
}

fn two_digits(scanner: &mut Scanner<'_>, max: i32) -> Option<i32> {
    scanner.next().fixed(2).filter(|n| *n <= max)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn utc(text: &str) -> f64 {
        date_parse(text, &TimeZone::default())
    }

    // Expected values here and below are what Node 20 answers.
    #[test]
    fn iso_dates() {
        let cases = [
            ("2020", 1577836800000.0),
            ("2020-02", 1580515200000.0),
            ("2020-02-30", 1583020800000.0),
            ("2023-11-14T22:13:20Z", 1.7e12),
            ("2023-11-14T22:13:20.5+01:00", 1.7e12 - 3599500.0),
            ("2020-01-01T24:00", 1577923200000.0),
            ("+275760-09-13", 8.64e15),
            ("-271821-04-20", -8.64e15),
            ("2020-01-01t00:00z", 1577836800000.0),
            ("2020-01-01T00:00:00.1239-0130", 1577842200123.0),
            ("0000", -62167219200000.0),
        ];
        for (text, ms) in cases {
            assert_eq!(utc(text), ms, "{text}");
        }
        let invalid = [
            "-000000",
            "2020-13",
            "2020-01-32",
            "2020-01-01T",
            "2020-01-01T24:01",
            "2020-01-01T12",
            "2020-01-01T12:00Zx",
            "+275760-09-14",
            "2020-01-01T12:00+24:00",
            "2020-01-01T12:00+1",
            "2020-01-01T12:00:60",
        ];
        for text in invalid {
            assert!(utc(text).is_nan(), "{text}");
        }
    }

    #[test]
    fn legacy_dates() {
        let cases = [
            ("Nov 14 2023", 1699920000000.0),
            ("11/14/2023", 1699920000000.0),
            ("12", 1007164800000.0),
            ("99", 915148800000.0),
            ("1.5", 978652800000.0),
            ("-1", 978307200000.0),
            ("12345", 327403382400000.0),
            ("32", 1956528000000.0),
            ("1 jan", 978307200000.0),
            ("Tue, 14 Nov 2023 22:13:20 GMT", 1.7e12),
            ("Tue Nov 14 2023 23:13:20 GMT+0100 (CET)", 1.7e12),
            ("14-Nov-2023 10:13:20 pm utc", 1.7e12),
            ("2023/11/14 17:13:20 EST", 1.7e12),
            ("1 jan 70 00:00+5:30", -19800000.0),
            ("x (y(z)) 1/1/1970", 0.0),
            ("2020-1", 1577836800000.0),
            ("1/1/2000\u{0}x", 946684800000.0),
            ("1/1/1970 10::20", 36020000.0),
        ];
        for (text, ms) in cases {
            assert_eq!(utc(text), ms, "{text}");
        }
        let invalid = [
            "",
            " ",
            "13",
            "1700000000",
            "1700000000000",
            "abc",
            "1 2 3 4",
            "1/1/2000)",
            "1/1/2000 13:00 pm",
            "a1",
            "1/1/2000 10:20GMT+12345",
            "1 jan foo",
            "\u{2028}1/1/2000",
            "1/1/2000 GMT+596524:00",
        ];
        for text in invalid {
            assert!(utc(text).is_nan(), "{text}");
        }
    }

    #[test]
    fn local_time_applies_without_a_zone() {
        let zone = TimeZone::from_transitions(&[f64::NEG_INFINITY, 3_600_000.0]);
        let cases = [
            ("1970-01-01T01:00", 0.0),
            ("1970-01-01", 0.0),
            ("1/1/1970", -3_600_000.0),
            ("1970-01-01 01:00", 0.0),
            ("1/1/1970 Z", 0.0),
        ];
        for (text, ms) in cases {
            assert_eq!(date_parse(text, &zone), ms, "{text}");
        }
        assert!(date_parse("+275761-01-01T00:00", &zone).is_nan());
    }
}
