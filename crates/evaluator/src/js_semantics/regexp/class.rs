//! Sets of UTF-16 units.

/// A set of units: a bitmap for ASCII, sorted ranges for the rest.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Class {
    ascii: u128,
    ranges: Vec<(u16, u16)>,
}

impl Class {
    /// The set of all units in the inclusive ranges, or with `inverted` of all others.
    pub(super) fn new(mut ranges: Vec<(u16, u16)>, inverted: bool) -> Class {
        ranges.sort_unstable();
        let mut merged: Vec<(u16, u16)> = Vec::with_capacity(ranges.len());
        for (from, to) in ranges {
            match merged.last_mut() {
                Some(last) if u32::from(from) <= u32::from(last.1) + 1 => last.1 = last.1.max(to),
                _ => merged.push((from, to)),
            }
        }
        let ranges = if inverted { complement(&merged) } else { merged };
        let in_ranges = |unit: u16| ranges.iter().any(|(from, to)| (*from..=*to).contains(&unit));
        let ascii =
            (0..128u16).filter(|unit| in_ranges(*unit)).fold(0, |bits, unit| bits | 1u128 << unit);
        Class { ascii, ranges: ranges.into_iter().filter(|(_, to)| *to >= 128).collect() }
    }

    pub(super) fn contains(&self, unit: u16) -> bool {
        if unit < 128 {
            return self.ascii >> unit & 1 != 0;
        }
        let after = self.ranges.partition_point(|(from, _)| *from <= unit);
        after > 0 && self.ranges.get(after - 1).is_some_and(|(_, to)| unit <= *to)
    }

    /// Comparisons of `contains`, 1 at least.
    pub(super) fn depth(&self) -> usize {
        (usize::BITS - self.ranges.len().leading_zeros()).max(1) as usize
    }
}

/// The units in none of the sorted, disjoint ranges.
pub(super) fn complement(ranges: &[(u16, u16)]) -> Vec<(u16, u16)> {
    let mut out = Vec::with_capacity(ranges.len() + 1);
    let mut next = 0u32;
    for (from, to) in ranges {
        if u32::from(*from) > next {
            out.push((next as u16, from - 1));
        }
        next = u32::from(*to) + 1;
    }
    if next <= 0xFFFF {
        out.push((next as u16, 0xFFFF));
    }
    out
}

const DIGITS: &[(u16, u16)] = &[(0x30, 0x39)];
const WORDS: &[(u16, u16)] = &[(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)];
const SPACES: &[(u16, u16)] = &[
    (0x09, 0x0D),
    (0x20, 0x20),
    (0xA0, 0xA0),
    (0x1680, 0x1680),
    (0x2000, 0x200A),
    (0x2028, 0x2029),
    (0x202F, 0x202F),
    (0x205F, 0x205F),
    (0x3000, 0x3000),
    (0xFEFF, 0xFEFF),
];
const LINE_ENDS: &[(u16, u16)] = &[(0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029)];

/// The ranges of `\d \D \s \S \w \W`, by letter.
pub(super) fn escape_ranges(letter: u16) -> Option<Vec<(u16, u16)>> {
    match u8::try_from(letter).ok()? {
        b'd' => Some(DIGITS.to_vec()),
        b'D' => Some(complement(DIGITS)),
        b's' => Some(SPACES.to_vec()),
        b'S' => Some(complement(SPACES)),
        b'w' => Some(WORDS.to_vec()),
        b'W' => Some(complement(WORDS)),
        _ => None,
    }
}

/// What `.` matches.
pub(super) fn dot() -> Class {
    Class::new(LINE_ENDS.to_vec(), true)
}

/// Whether a unit counts as part of a word for `\b`.
pub(super) fn is_word(unit: u16) -> bool {
    matches!(unit, 0x30..=0x39 | 0x41..=0x5A | 0x5F | 0x61..=0x7A)
}
