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

/// Most hashes a [`HashSet64`] holds; one more and it is emptied (BEHAVIOUR.md 7.6). 2 MB at that size.
pub const SEEN_LIMIT: usize = 100_000;

/// A set of 64-bit hashes, emptied when it would grow over [`SEEN_LIMIT`]. Open addressing, at most half full.
#[derive(Debug, Default)]
pub struct HashSet64 {
    /// 0 = free; a hash of 0 is stored as 1.
    table: Vec<u64>,
    len: usize,
}

impl HashSet64 {
    /// Adds a hash. True if it was not there.
    pub fn insert(&mut self, hash: u64) -> bool {
        if self.len * 2 >= self.table.len() {
            self.grow();
        }
        let hash = hash.max(1);
        if !place(&mut self.table, hash) {
            return false;
        }
        self.len += 1;
        if self.len > SEEN_LIMIT {
            self.clear();
        }
        true
    }

    /// Empties it; the memory stays.
    pub fn clear(&mut self) {
        if self.len > 0 {
            self.table.fill(0);
            self.len = 0;
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

    fn grow(&mut self) {
        let mut bigger = vec![0; (self.table.len() * 2).max(1024)];
        self.table.iter().filter(|h| **h != 0).for_each(|h| {
            place(&mut bigger, *h);
        });
        self.table = bigger;
    }
}

/// Puts a hash into a table of power-of-two size that has room. False if it was there.
fn place(table: &mut [u64], hash: u64) -> bool {
    let mask = table.len().wrapping_sub(1);
    let mut at = hash as usize & mask;
    while let Some(entry) = table.get_mut(at) {
        if *entry == hash {
            return false;
        }
        if *entry == 0 {
            *entry = hash;
            return true;
        }
        at = (at + 1) & mask;
    }
    false
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
        let mut set = HashSet64::default();
        for i in 0..SEEN_LIMIT as u64 {
            assert!(set.insert(join(i, 7)));
        }
        assert!(!set.insert(join(5, 7)));
        assert_eq!(set.len(), SEEN_LIMIT);
        assert!(set.insert(join(u64::MAX, 7)));
        assert!(set.is_empty());
        assert!(set.insert(join(5, 7)));
    }

    #[test]
    fn zero_is_a_hash_too() {
        let mut set = HashSet64::default();
        assert!(set.insert(0));
        assert!(!set.insert(0));
    }
}
