//! Time values of ECMAScript: ms since 1970-01-01 in UTC.

/// A day.
pub(super) const DAY_MS: f64 = 86_400_000.0;
/// The last time that a date can have, and the first one negated.
pub(super) const MAX_TIME_MS: f64 = 8.64e15;

/// TimeClip: whole ms within ±8.64e15, else NaN.
pub fn time_clip(ms: f64) -> f64 {
    if ms.abs() <= MAX_TIME_MS {
        ms.trunc() + 0.0
    } else {
        f64::NAN
    }
}
