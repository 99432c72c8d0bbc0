//! Values of a user as they cross, in one text: a [`HOLE`] between them; a list is the number of its
//! items and each of them behind an [`ITEM`]. The other side is `joined` of
//! `src/users/user-shape.ts`.

/// Stands for a value, and between values. No JSON has it.
pub(super) const HOLE: char = '\u{1}';
/// Before each item of a list.
const ITEM: char = '\u{3}';

/// Whether these are values that JSON writes as they are, with so many separators. U+FFFD may stand
/// for half a surrogate pair, which JSON escapes.
pub(super) fn stand_for_themselves(values: &str, separators: usize) -> bool {
    let is_special = |b: &u8| u8::from(*b < b' ' || *b == b'"' || *b == b'\\');
    // In sums of one byte, which processors make by the dozen.
    let chunks = values.as_bytes().chunks(128);
    let special: usize =
        chunks.map(|chunk| usize::from(chunk.iter().map(is_special).sum::<u8>())).sum();
    special == separators && (values.is_ascii() || !values.contains('\u{FFFD}'))
}

/// Finds every `HOLE` and `ITEM`, eight bytes at a time.
pub(super) fn find_cuts(values: &str, cuts: &mut Vec<u32>) {
    const ONES: u64 = u64::from_ne_bytes([1; 8]);
    cuts.clear();
    let is_cut = |b: u8| b == HOLE as u8 || b == ITEM as u8;
    let (words, rest) = values.as_bytes().as_chunks::<8>();
    let mut look = |at: usize, bytes: &[u8]| {
        let found = (at as u32..).zip(bytes).filter(|(_, b)| is_cut(**b));
        cuts.extend(found.map(|(at, _)| at));
    };
    for (i, bytes) in words.iter().enumerate() {
        let word = u64::from_ne_bytes(*bytes);
        // Whether one of them is below 4.
        if word.wrapping_sub(ONES * 4) & !word & (ONES << 7) != 0 {
            look(8 * i, bytes);
        }
    }
    look(8 * words.len(), rest);
}

/// Values, one after the other.
pub(super) struct Values<'a> {
    text: &'a str,
    /// What [`find_cuts`] found, as far as it lies behind `from`.
    cuts: std::slice::Iter<'a, u32>,
    from: usize,
    is_over: bool,
}

impl<'a> Values<'a> {
    /// `cuts`: those of the text.
    pub(super) fn new(text: &'a str, cuts: &'a [u32]) -> Values<'a> {
        Values { text, cuts: cuts.iter(), from: 0, is_over: false }
    }

    /// Whether the last one was taken.
    pub(super) fn is_over(&self) -> bool {
        self.is_over
    }

    /// The text up to the next cut, and whether that is an `ITEM`. None behind the last text.
    fn part(&mut self) -> Option<(&'a str, bool)> {
        if self.is_over {
            return None;
        }
        let start = self.from;
        let Some(cut) = self.cuts.next() else {
            self.is_over = true;
            return Some((self.text.get(start..)?, false));
        };
        let cut = *cut as usize;
        self.from = cut + 1;
        Some((self.text.get(start..cut)?, self.text.as_bytes().get(cut) == Some(&(ITEM as u8))))
    }

    /// A value that is no list.
    pub(super) fn next(&mut self) -> Option<&'a str> {
        self.part().filter(|(_, is_before_item)| !is_before_item).map(|(value, _)| value)
    }

    /// Appends what is between the brackets of a list. None when its items are not as many as it
    /// says.
    pub(super) fn push_list(&mut self, text: &mut String) -> Option<()> {
        let (count, mut goes_on) = self.part()?;
        let mut left: u32 = count.parse().ok()?;
        let mut is_first = true;
        while goes_on {
            let (item, is_before_item) = self.part()?;
            text.push_str(if is_first { "\"" } else { ",\"" });
            text.push_str(item);
            text.push('"');
            left = left.checked_sub(1)?;
            (is_first, goes_on) = (false, is_before_item);
        }
        (left == 0).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn separators_are_found_wherever_they_stand() {
        for length in 0..40 {
            for at in 0..length {
                let text: String = (0..length).map(|i| if i == at { HOLE } else { 'x' }).collect();
                let mut cuts = vec![7];
                find_cuts(&text, &mut cuts);
                assert_eq!(cuts, [at], "{text:?}");
                find_cuts(&text.replace(HOLE, "\u{2}").replace('x', "é\u{3}"), &mut cuts);
                assert_eq!(cuts.len() as u32, length - 1);
            }
        }
    }
}
