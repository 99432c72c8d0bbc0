//! 64-bit hashes of texts, and a bounded set of them.

/// Hashes a text given in pieces: FNV-1a with a final mix. Not meant to resist attackers.
#[derive(Debug, Clone, Copy)]
pub struct TextHash(u64);

impl Default for TextHash {
    fn default() -> Self {
        TextHash(0xcbf2_9ce4_8422_2325)
    }
}

impl TextHash {
    /// An empty text.
    pub fn new() -> TextHash {
        TextHash::default()
    }

    /// Appends a piece; where pieces end does not matter.
    pub fn add(&mut self, piece: &str) {
        for byte in piece.bytes() {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// The hash.
    pub fn finish(self) -> u64 {
        mix(self.0)
    }
}

/// The hash of one text.
pub fn hash_text(text: &str) -> u64 {
    let mut hash = TextHash::new();
    hash.add(text);
    hash.finish()
}

/// Joins two hashes; the order matters.
pub fn join(a: u64, b: u64) -> u64 {
    mix(a ^ b.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23))
}

fn mix(mut h: u64) -> u64 {
    h = (h ^ (h >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
    h = (h ^ (h >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    h ^ (h >> 33)
}

/// Most hashes a [`SeenSet`] holds; one more and it is emptied (BEHAVIOUR.md 7.6).
pub const SEEN_LIMIT: usize = 100_000;
/// Places, 1 MB of them; at most 38 % are taken.
const PLACES: usize = 1 << 18;
/// What belongs together is looked for in 4 KB first, so that the exposures of one user touch few
/// cache lines.
const REGION: usize = 1 << 10;
/// Places of the region that are tried before the whole table is.
const NEAR_TRIES: usize = 8;

/// A set of 64-bit hashes, emptied when it would grow over [`SEEN_LIMIT`].
///
/// Keeps 32 bits of each in a table of fixed size: a hash is wrongly taken for another one about
/// once in a billion insertions. Takes its memory when first used.
#[derive(Debug, Default)]
pub struct SeenSet {
    /// 0 = free.
    table: Vec<u32>,
    len: usize,
    /// What it holds less than [`SEEN_LIMIT`].
    spared: usize,
}

impl SeenSet {
    /// It is emptied when it would grow over so many; at most [`SEEN_LIMIT`].
    pub fn limit(&mut self, most: usize) {
        self.spared = SEEN_LIMIT.saturating_sub(most);
    }

    /// Adds a hash. True if it was not there. Hashes must differ in their upper halves: mix, never
    /// flip a bit. `near` must be the same whenever `hash` is; hashes with the same `near` lie
    /// close together.
    pub fn insert(&mut self, near: u64, hash: u64) -> bool {
        if self.table.is_empty() {
            self.table = vec![0; PLACES];
        }
        if !self.place(near, hash) {
            return false;
        }
        self.len += 1;
        if self.len > SEEN_LIMIT - self.spared {
            // In place: giving a megabyte back and getting it again means 256 page faults in the
            // middle of a check.
            self.table.fill(0);
            self.len = 0;
        }
        true
    }

    /// What is where [`SeenSet::insert`] looks first.
    pub fn first_at(&self, near: u64, hash: u64) -> u32 {
        self.table.get(first(near, hash)).copied().unwrap_or_default()
    }

    fn place(&mut self, near: u64, hash: u64) -> bool {
        let mark = ((hash >> 32) as u32).max(1);
        let first = first(near, hash);
        for i in 0..NEAR_TRIES {
            let at = first / REGION * REGION + (first + i) % REGION;
            match self.table.get_mut(at) {
                Some(place) if *place == 0 => {
                    *place = mark;
                    return true;
                }
                Some(place) if *place == mark => return false,
                _ => {}
            }
        }
        let mut at = hash as usize % PLACES;
        while let Some(place) = self.table.get_mut(at) {
            if *place == 0 {
                *place = mark;
                return true;
            }
            if *place == mark {
                return false;
            }
            at = (at + 1) % PLACES;
        }
        false
    }

    /// Empties it and gives the memory back.
    pub fn clear(&mut self) {
        if self.len > 0 {
            *self = SeenSet::default();
        }
    }

    /// Number of hashes.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True without hashes.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }
}

/// Place of the region that is tried first.
fn first(near: u64, hash: u64) -> usize {
    near as usize % (PLACES / REGION) * REGION + hash as usize % REGION
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_do_not_matter() {
        let mut hash = TextHash::new();
        ["a", "", "bc"].iter().for_each(|p| hash.add(p));
        assert_eq!(hash.finish(), hash_text("abc"));
        assert_ne!(hash_text("abc"), hash_text("acb"));
        assert_ne!(join(1, 2), join(2, 1));
    }

    #[test]
    fn remembers_until_the_limit() {
        let mut set = SeenSet::default();
        for i in 0..SEEN_LIMIT as u64 {
            assert!(set.insert(i % 300, join(i, 7)), "{i}");
        }
        for i in 0..SEEN_LIMIT as u64 {
            assert!(!set.insert(i % 300, join(i, 7)), "{i}");
        }
        assert_eq!(set.len(), SEEN_LIMIT);
        assert!(set.insert(0, join(u64::MAX, 7)));
        assert!(set.is_empty());
        assert!(set.insert(5, join(5, 7)));
    }

    #[test]
    fn one_region_may_hold_everything() {
        let mut set = SeenSet::default();
        (0..20_000).for_each(|i| assert!(set.insert(9, join(i, 1))));
        (0..20_000).for_each(|i| assert!(!set.insert(9, join(i, 1))));
    }

    #[test]
    fn zero_is_a_hash_too() {
        let mut set = SeenSet::default();
        assert!(set.insert(0, 0));
        assert!(!set.insert(0, 0));
    }
}
