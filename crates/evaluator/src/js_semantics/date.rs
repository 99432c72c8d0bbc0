//! `new Date(string).getTime()` as V8 answers it.

use super::time_zone::TimeZone;

/// `new Date(text).getTime()`: ms since the epoch, NaN for an invalid date.
pub fn date_parse(text: &str, zone: &TimeZone) -> f64 {
    let _ = (text, zone);
    f64::NAN
}

/// TimeClip: whole ms within ±8.64e15, else NaN.
pub fn time_clip(ms: f64) -> f64 {
    if ms.abs() <= 8.64e15 { ms.trunc() + 0.0 } else { f64::NAN }
}
