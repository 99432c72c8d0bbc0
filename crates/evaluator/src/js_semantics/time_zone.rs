//! Local time from a table of transitions.

const DAY_MS: f64 = 86_400_000.0;

/// The offsets of a time zone over time. Offsets are local minus UTC, in ms. The default is UTC.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeZone {
    /// `(from utc ms, offset ms)`, ascending; the first starts at -Infinity.
    transitions: Box<[(f64, f64)]>,
}

impl Default for TimeZone {
    fn default() -> TimeZone {
        TimeZone { transitions: Box::new([(f64::NEG_INFINITY, 0.0)]) }
    }
}

impl TimeZone {
    /// Reads `[utcMs, offsetMs, …]`, ascending, the first utcMs being -Infinity. Pairs that are not
    /// numbers or out of order are ignored; nothing usable means UTC.
    pub fn from_transitions(pairs: &[f64]) -> TimeZone {
        let mut transitions: Vec<(f64, f64)> = Vec::with_capacity(pairs.len() / 2);
        for pair in pairs.chunks_exact(2) {
            let (from, offset) = (pair[0], pair[1]);
            let in_order = transitions.last().is_none_or(|(last, _)| from > *last);
            if in_order && !from.is_nan() && offset.abs() <= DAY_MS {
                transitions.push((from, offset));
            }
        }
        match transitions.first_mut() {
            None => return TimeZone::default(),
            Some(first) => first.0 = f64::NEG_INFINITY,
        }
        TimeZone { transitions: transitions.into() }
    }

    /// Local minus UTC at an instant. O(log n).
    pub fn offset_at_utc(&self, utc_ms: f64) -> f64 {
        let after = self.transitions.partition_point(|(from, _)| *from <= utc_ms);
        self.transitions.get(after.saturating_sub(1)).map_or(0.0, |(_, offset)| *offset)
    }

    /// The instant at which clocks show `local_ms`, as ECMAScript picks it: the earlier one if
    /// clocks show it twice; with the offset from before the change if they skip it.
    pub fn utc_of_local(&self, local_ms: f64) -> f64 {
        if self.transitions.len() == 1 {
            return local_ms - self.transitions[0].1;
        }
        // Only the periods in force a day before and a day after can matter: no offset exceeds a
        // day.
        let first = self
            .transitions
            .partition_point(|(from, _)| *from <= local_ms - DAY_MS)
            .saturating_sub(1);
        let mut before_gap = self.transitions[first].1;
        for (i, (from, offset)) in self.transitions.iter().enumerate().skip(first) {
            if *from > local_ms + DAY_MS {
                break;
            }
            let utc = local_ms - offset;
            let until = self.transitions.get(i + 1).map_or(f64::INFINITY, |(next, _)| *next);
            if utc >= *from && utc < until {
                return utc;
            }
            if utc >= until {
                before_gap = *offset;
            }
        }
        local_ms - before_gap
    }

    /// `new Date(utcMs).setHours(0, 0, 0, 0)`: the start of the local day, NaN for NaN.
    pub fn local_midnight(&self, utc_ms: f64) -> f64 {
        let local = utc_ms + self.offset_at_utc(utc_ms);
        super::date::time_clip(self.utc_of_local((local / DAY_MS).floor() * DAY_MS))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: f64 = 3_600_000.0;

    #[test]
    fn gaps_take_the_offset_before_and_overlaps_the_earlier_instant() {
        // Clocks go from 02:00 to 03:00 at 100 h, back from 03:00 to 02:00 at 200 h.
        let zone = TimeZone::from_transitions(&[
            f64::NEG_INFINITY,
            0.0,
            100.0 * HOUR,
            HOUR,
            200.0 * HOUR,
            0.0,
        ]);
        assert_eq!(zone.utc_of_local(99.5 * HOUR), 99.5 * HOUR);
        assert_eq!(zone.utc_of_local(100.5 * HOUR), 100.5 * HOUR);
        assert_eq!(zone.utc_of_local(101.0 * HOUR), 100.0 * HOUR);
        assert_eq!(zone.utc_of_local(200.5 * HOUR), 199.5 * HOUR);
        assert_eq!(zone.utc_of_local(201.0 * HOUR), 201.0 * HOUR);
        assert_eq!(zone.offset_at_utc(100.0 * HOUR - 1.0), 0.0);
        assert_eq!(zone.offset_at_utc(100.0 * HOUR), HOUR);
    }

    #[test]
    fn unusable_tables_are_utc() {
        assert_eq!(TimeZone::from_transitions(&[]), TimeZone::default());
        assert_eq!(TimeZone::from_transitions(&[f64::NAN, 1.0, 2.0]), TimeZone::default());
        assert!(TimeZone::default().local_midnight(f64::NAN).is_nan());
        assert_eq!(TimeZone::default().local_midnight(-1.0), -DAY_MS);
    }
}
