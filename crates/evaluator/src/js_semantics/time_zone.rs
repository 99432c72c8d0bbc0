//! Local time from a table of transitions.

use super::time_value::{time_clip, DAY_MS};

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
        time_clip(self.utc_of_local((local / DAY_MS).floor() * DAY_MS))
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

    /// What ECMAScript says, by looking at every period: the earliest instant at which clocks show
    /// the time, or the offset from before the change that skips it.
    fn utc_by_looking_everywhere(zone: &TimeZone, local: f64) -> f64 {
        let shown = |(_, offset): &(f64, f64)| {
            Some(local - offset).filter(|utc| zone.offset_at_utc(*utc) == *offset)
        };
        let skipping = |pair: &[(f64, f64)]| {
            let [(_, before), (from, after)] = pair else { return None };
            (from + before <= local && local < from + after).then_some(local - before)
        };
        let instants = zone.transitions.iter().filter_map(shown).reduce(f64::min);
        instants.or_else(|| zone.transitions.windows(2).find_map(skipping)).unwrap()
    }

    #[test]
    fn local_times_around_changes_are_what_looking_everywhere_finds() {
        let infinity = f64::NEG_INFINITY;
        let zones = [
            // A summer, west of Greenwich.
            vec![infinity, -5.0, 100.0, -4.0, 5000.0, -5.0],
            // Samoa left out a day; Alaska had one twice.
            vec![infinity, -10.0, 300.0, 14.0],
            vec![infinity, 14.5, 300.0, -9.0],
            // Half an hour, and two changes within a day.
            vec![infinity, 10.5, 200.0, 11.0, 210.0, 10.0, 233.0, 10.5],
            vec![infinity, 24.0, 50.0, 0.0, 120.0, -24.0],
            // Before 1970.
            vec![infinity, 1.0, -300.0, 2.0, -100.0, 1.0],
        ];
        for hours in zones {
            let zone =
                TimeZone::from_transitions(&hours.iter().map(|h| h * HOUR).collect::<Vec<_>>());
            assert_eq!(zone.transitions.len() * 2, hours.len());
            for change in hours.chunks(2).skip(1).map(|pair| pair[0]) {
                for quarter in -260..=260 {
                    for ms in [-1.0, 0.0, 1.0] {
                        let local = (change + f64::from(quarter) / 4.0) * HOUR + ms;
                        let expected = utc_by_looking_everywhere(&zone, local);
                        assert_eq!(zone.utc_of_local(local), expected, "{hours:?} {local}");
                    }
                }
            }
        }
    }

    #[test]
    fn tables_are_read_up_to_what_is_wrong() {
        let day = TimeZone::from_transitions(&[f64::NEG_INFINITY, DAY_MS, 10.0, -DAY_MS]);
        assert_eq!((day.offset_at_utc(9.0), day.offset_at_utc(10.0)), (DAY_MS, -DAY_MS));
        let table = [5.0, 1.0, 5.0, 2.0, 4.0, 3.0, f64::NAN, 4.0, 8.0, DAY_MS + 1.0, 9.0, 6.0, 7.0];
        let zone = TimeZone::from_transitions(&table);
        assert_eq!(&*zone.transitions, [(f64::NEG_INFINITY, 1.0), (9.0, 6.0)]);
    }

    #[test]
    fn midnights_are_local() {
        let zone = TimeZone::from_transitions(&[f64::NEG_INFINITY, 2.0 * HOUR]);
        assert_eq!(zone.local_midnight(0.0), -2.0 * HOUR);
        assert_eq!(zone.local_midnight(22.0 * HOUR - 1.0), -2.0 * HOUR);
        assert_eq!(zone.local_midnight(22.0 * HOUR), 22.0 * HOUR);
    }

    #[test]
    fn unusable_tables_are_utc() {
        assert_eq!(TimeZone::from_transitions(&[]), TimeZone::default());
        assert_eq!(TimeZone::from_transitions(&[f64::NAN, 1.0, 2.0]), TimeZone::default());
        assert!(TimeZone::default().local_midnight(f64::NAN).is_nan());
        assert_eq!(TimeZone::default().local_midnight(-1.0), -DAY_MS);
    }
}
