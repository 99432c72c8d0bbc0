//! ID lists: sets of hashed IDs, updated by lines of `+id` and `-id` (BEHAVIOUR.md 8.8).
//!
//! An ID is nearly always 8 characters of base64, that is 48 bits. Those sit in an open-addressing
//! table of 6-byte slots, loaded between a half and three quarters: 8 to 12 bytes per ID. Anything
//! else sits in a side set. Where a data adapter is to get the list in its order, the additions are
//! kept beside it: 8 to 16 bytes more.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use crate::js_semantics::text::trim;

/// A set of IDs, immutable once built; an update builds another one.
#[derive(Debug, Clone, Default)]
pub struct IdList {
    packed: PackedSet,
    others: HashSet<Box<str>, FxBuildHasher>,
    /// None: nobody asks for the order.
    order: Option<Order>,
}

impl IdList {
    /// A list without IDs; `ordered`: one that exports them as they came.
    pub fn empty(ordered: bool) -> IdList {
        IdList { order: ordered.then(Order::default), ..IdList::default() }
    }

    /// Applies lines to a copy of a list. None when the text does not begin with `+` or `-`.
    ///
    /// Copies the table as it is (about 3 ms for a million IDs) unless it must grow.
    pub fn apply(&self, lines: &[u8]) -> Option<IdList> {
        let lines = lines.strip_prefix(b"\xef\xbb\xbf").unwrap_or(lines);
        if !matches!(lines.first(), Some(b'+' | b'-')) {
            return None;
        }
        let mut list = self.clone();
        // At least 10 bytes a line with packed IDs, so this reserves too little at worst.
        list.packed.reserve(lines.len() / 10);
        for line in lines.split(|b| *b == b'\n') {
            let line = line.strip_suffix(b"\r").unwrap_or(line);
            match line {
                [_] | [] => {}
                [b'+', id @ ..] => list.add(id),
                [b'-', id @ ..] => list.remove(id),
                _ => {}
            }
        }
        list.forget_removed();
        Some(list)
    }

    /// Whether a key made by [`crate::hashing::id_list_key`] is in the list.
    pub fn contains(&self, key: &[u8; 8]) -> bool {
        match pack(key) {
            Some(packed) => self.packed.contains(packed),
            None => std::str::from_utf8(key).is_ok_and(|text| self.others.contains(text)),
        }
    }

    /// Whether a key is in the list. Values that are not strings have the key `''`.
    pub fn contains_key(&self, key: &str) -> bool {
        match pack(key.as_bytes()) {
            Some(packed) => self.packed.contains(packed),
            None => self.others.contains(key),
        }
    }

    /// Whether it keeps the order of its IDs.
    pub fn is_ordered(&self) -> bool {
        self.order.is_some()
    }

    /// Number of IDs.
    pub fn len(&self) -> usize {
        self.packed.len + self.others.len()
    }

    /// True without IDs.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The list as `+id\n` lines: in the order in which the IDs came when it is kept, else in any.
    pub fn export(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(
            self.packed.len * 10 + self.others.iter().map(|id| id.len() + 2).sum::<usize>(),
        );
        let mut line = |id: &[u8]| {
            out.push(b'+');
            out.extend_from_slice(id);
            out.push(b'\n');
        };
        match &self.order {
            Some(order) => self.in_order(order).for_each(|added| match order.other(added) {
                Some(id) => line(id.as_bytes()),
                None => line(&unpack(added)),
            }),
            None => {
                self.packed.iter().for_each(|packed| line(&unpack(packed)));
                self.others.iter().for_each(|id| line(id.as_bytes()));
            }
        }
        out
    }

    /// The last addition of each ID that is in the list. An ID that was removed and came again
    /// stands where it came again.
    fn in_order<'a>(&self, order: &'a Order) -> impl Iterator<Item = u64> + 'a {
        let (mut packed, mut others) = (self.packed.clone(), self.others.clone());
        let mut last: Vec<u64> = Vec::with_capacity(self.len());
        last.extend(order.added.iter().rev().filter(|added| match order.other(**added) {
            Some(id) => others.remove(id),
            None => packed.remove(**added),
        }));
        last.into_iter().rev()
    }

    /// Keeps the order from growing where IDs come and go.
    fn forget_removed(&mut self) {
        let Some(order) = &self.order else { return };
        if order.added.len() <= self.len() * 2 + 64 {
            return;
        }
        let mut fresh = Order::default();
        self.in_order(order).for_each(|added| match order.other(added) {
            Some(id) => fresh.add_other(id),
            None => fresh.added.push(added),
        });
        self.order = Some(fresh);
    }

    /// Bytes on the heap, nearly.
    pub fn bytes(&self) -> usize {
        let others: usize = self.others.iter().map(|id| id.len()).sum();
        let order = self.order.as_ref().map_or(0, Order::bytes);
        self.packed.slots.len() * 6
            + others
            + self.others.capacity() * (size_of::<Box<str>>() + 1)
            + order
    }

    fn add(&mut self, id: &[u8]) {
        match pack(id) {
            Some(packed) => self.add_packed(packed),
            None => {
                let text = String::from_utf8_lossy(id);
                let id = trim(&text);
                match pack(id.as_bytes()) {
                    Some(packed) => self.add_packed(packed),
                    None => self.add_other(id),
                }
            }
        }
    }

    fn add_packed(&mut self, packed: u64) {
        if self.packed.insert(packed) {
            if let Some(order) = &mut self.order {
                order.added.push(packed);
            }
        }
    }

    fn add_other(&mut self, id: &str) {
        if self.others.insert(id.into()) {
            if let Some(order) = &mut self.order {
                order.add_other(id);
            }
        }
    }

    fn remove(&mut self, id: &[u8]) {
        match pack(id) {
            Some(packed) => _ = self.packed.remove(packed),
            None => {
                let text = String::from_utf8_lossy(id);
                let id = trim(&text);
                match pack(id.as_bytes()) {
                    Some(packed) => _ = self.packed.remove(packed),
                    None => _ = self.others.remove(id),
                }
            }
        }
    }
}

/// Marks an addition as the number of a text in `others`; packed IDs have 48 bits.
const OTHER: u64 = 1 << 63;

/// Additions in the order in which they were made, those of IDs removed since included.
#[derive(Debug, Clone, Default)]
struct Order {
    added: Vec<u64>,
    others: Vec<Box<str>>,
}

impl Order {
    fn add_other(&mut self, id: &str) {
        self.added.push(OTHER | self.others.len() as u64);
        self.others.push(id.into());
    }

    fn other(&self, added: u64) -> Option<&str> {
        let index = usize::try_from(added.checked_sub(OTHER)?).ok()?;
        self.others.get(index).map(|id| &**id)
    }

    fn bytes(&self) -> usize {
        let others: usize = self.others.iter().map(|id| id.len() + size_of::<Box<str>>()).sum();
        self.added.capacity() * 8 + others
    }
}

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NO_LETTER: u8 = 0xFF;
/// Value of each base64 letter.
const VALUES: [u8; 256] = {
    let mut values = [NO_LETTER; 256];
    let mut i = 0;
    while i < 64 {
        values[LETTERS[i] as usize] = i as u8;
        i += 1;
    }
    values
};

/// The 48 bits of exactly 8 base64 letters.
fn pack(id: &[u8]) -> Option<u64> {
    let id: &[u8; 8] = id.try_into().ok()?;
    let (mut packed, mut seen) = (0u64, 0u8);
    for b in id {
        let value = VALUES[usize::from(*b)];
        seen |= value;
        packed = packed << 6 | u64::from(value & 63);
    }
    (seen < 64).then_some(packed)
}

fn unpack(packed: u64) -> [u8; 8] {
    [42, 36, 30, 24, 18, 12, 6, 0].map(|shift| LETTERS[(packed >> shift & 63) as usize])
}

/// A set of 48-bit numbers: linear probing, deletion by shifting back, 0 marks an empty slot.
#[derive(Debug, Clone, Default)]
struct PackedSet {
    slots: Vec<[u8; 6]>,
    len: usize,
    /// The number 0 cannot sit in a slot.
    has_zero: bool,
}

impl PackedSet {
    fn contains(&self, key: u64) -> bool {
        if key == 0 {
            return self.has_zero;
        }
        !self.slots.is_empty() && self.read(self.find(key)) == key
    }

    /// True when the key is new.
    fn insert(&mut self, key: u64) -> bool {
        if key == 0 {
            let is_new = !std::mem::replace(&mut self.has_zero, true);
            self.len += usize::from(is_new);
            return is_new;
        }
        self.reserve(1);
        let at = self.find(key);
        let is_new = self.read(at) != key;
        if is_new {
            self.write(at, key);
            self.len += 1;
        }
        is_new
    }

    /// True when the key was there.
    fn remove(&mut self, key: u64) -> bool {
        if !self.contains(key) {
            return false;
        }
        if key == 0 {
            self.has_zero = false;
        } else {
            let hole = self.find(key);
            self.close(hole);
        }
        self.len -= 1;
        true
    }

    /// Empties a slot and moves what was pushed past it back, so that probing stops at empty slots
    /// only.
    fn close(&mut self, mut hole: usize) {
        let capacity = self.slots.len();
        let mut at = hole;
        loop {
            at = self.next(at);
            let key = self.read(at);
            if key == 0 {
                break;
            }
            let from_home = (at + capacity - self.home(key)) % capacity;
            let from_hole = (at + capacity - hole) % capacity;
            if from_home >= from_hole {
                self.write(hole, key);
                hole = at;
            }
        }
        self.write(hole, 0);
    }

    /// Makes room for `more` keys at a load of at most three quarters.
    fn reserve(&mut self, more: usize) {
        let wanted = self.len.saturating_add(more);
        if wanted <= self.slots.len() / 4 * 3 {
            return;
        }
        // Room for half as many again, so that small additions rehash rarely; none for a first,
        // complete load.
        let spare = if self.len == 0 { 0 } else { self.len / 2 };
        let capacity = wanted.max(self.len + spare).saturating_add(8) / 3 * 4 + 8;
        let mut grown =
            PackedSet { slots: vec![[0; 6]; capacity], len: self.len, has_zero: self.has_zero };
        for key in self.iter().filter(|key| *key != 0) {
            let at = grown.find(key);
            grown.write(at, key);
        }
        *self = grown;
    }

    fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let zero = self.has_zero.then_some(0);
        zero.into_iter().chain(self.slots.iter().map(to_u64).filter(|key| *key != 0))
    }

    /// The slot of a key, or the empty one where it belongs. There is always an empty one.
    fn find(&self, key: u64) -> usize {
        let mut at = self.home(key);
        loop {
            let found = self.read(at);
            if found == key || found == 0 {
                return at;
            }
            at = self.next(at);
        }
    }

    /// Where probing for a key begins: its hash scaled to the number of slots.
    fn home(&self, key: u64) -> usize {
        let hash = key.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        ((u128::from(hash) * self.slots.len() as u128) >> 64) as usize
    }

    fn next(&self, at: usize) -> usize {
        if at + 1 == self.slots.len() {
            0
        } else {
            at + 1
        }
    }

    fn read(&self, at: usize) -> u64 {
        self.slots.get(at).map_or(0, to_u64)
    }

    fn write(&mut self, at: usize, key: u64) {
        if let Some(slot) = self.slots.get_mut(at) {
            let [a, b, c, d, e, f, ..] = key.to_le_bytes();
            *slot = [a, b, c, d, e, f];
        }
    }
}

fn to_u64(slot: &[u8; 6]) -> u64 {
    let [a, b, c, d, e, f] = *slot;
    u64::from_le_bytes([a, b, c, d, e, f, 0, 0])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn exported(list: &IdList) -> BTreeSet<String> {
        String::from_utf8(list.export()).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn lines_add_and_remove() {
        let list = IdList::default()
            .apply(b"+AAAAAAAA\r\n+abcd/+12\n+ short \n+\n-\n\n*bcdefgh\n+x\ny\n-x\n+       \n")
            .unwrap();
        assert!(
            list.contains(b"AAAAAAAA") && list.contains(b"abcd/+12") && !list.contains(b"AAAAAAAB")
        );
        assert!(list.contains_key("short") && list.contains_key("") && !list.contains_key("x"));
        assert_eq!(list.len(), 4);
        let next = list.apply(b"-AAAAAAAA\n-\xc2\xa0abcd/+12\n+////////").unwrap();
        assert_eq!(exported(&next), ["+", "+////////", "+short"].map(String::from).into());
        assert_eq!(list.len(), 4);
        assert_eq!(exported(&IdList::default().apply(b"-a").unwrap()).len(), 0);
    }

    #[test]
    fn other_beginnings_are_refused() {
        for text in [&b""[..], b"\n+a", b" +a", b"<html>", b"\xff"] {
            assert!(IdList::default().apply(text).is_none());
        }
        assert!(IdList::default().apply("\u{feff}+a".as_bytes()).is_some());
    }

    #[test]
    fn ids_that_are_not_base64_sit_aside() {
        let list = IdList::default()
            .apply("+abcdefg=\n+12345678910\n+h\u{e9}\n+abcdefg\u{e9}\n+a\n".as_bytes())
            .unwrap();
        assert!(
            list.contains(b"abcdefg=")
                && list.contains_key("h\u{e9}")
                && list.contains_key("12345678910")
        );
        assert_eq!(list.packed.len, 0);
        assert_eq!(list.len(), 5);
    }

    #[test]
    fn order_is_that_of_arrival() {
        let apply = |list: &IdList, text: &str| list.apply(text.as_bytes()).unwrap();
        let text = |list: &IdList| String::from_utf8(list.export()).unwrap();
        let first = apply(
            &IdList::empty(true),
            "+zzzzzzzz\n+short\n+AAAAAAAA\n+h\u{e9}\n+zzzzzzzz\n+bbbbbbbb\n",
        );
        assert_eq!(text(&first), "+zzzzzzzz\n+short\n+AAAAAAAA\n+h\u{e9}\n+bbbbbbbb\n");
        let next = apply(&first, "-short\n-zzzzzzzz\n-AAAAAAAA\n+zzzzzzzz\n+short\n-unknown\n");
        assert_eq!(text(&next), "+h\u{e9}\n+bbbbbbbb\n+zzzzzzzz\n+short\n");
        // IDs that come and go forever take no memory.
        let mut list = next.clone();
        for _ in 0..1000 {
            list = apply(&list, "+AAAAAAAA\n+other\n-AAAAAAAA\n-other\n");
        }
        assert_eq!(text(&list), text(&next));
        assert!(list.bytes() < 8_000, "{} bytes", list.bytes());
    }

    #[test]
    fn behaves_like_a_set() {
        for ordered in [false, true] {
            agrees_with_a_set(IdList::empty(ordered));
        }
    }

    fn agrees_with_a_set(mut list: IdList) {
        let mut model = BTreeSet::new();
        let mut seed = 7u64;
        for _ in 0..300 {
            let mut text = String::new();
            for _ in 0..20 {
                seed = seed.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
                let id = String::from_utf8(unpack(seed >> 33 & 0x1FF).to_vec()).unwrap();
                let add = seed >> 62 != 0;
                text.push_str(&format!("{}{id}\n", if add { '+' } else { '-' }));
                _ = if add {
                    model.insert(format!("+{id}"))
                } else {
                    model.remove(&format!("+{id}"))
                };
            }
            list = list.apply(text.as_bytes()).unwrap();
            assert_eq!(exported(&list), model);
            assert_eq!(list.len(), model.len());
        }
    }

    #[test]
    fn memory_per_id_is_bounded() {
        let lines = |range: std::ops::Range<u64>| -> Vec<u8> {
            range
                .flat_map(|i| {
                    [
                        b"+",
                        &unpack(i.wrapping_mul(0x5851_F42D_4C95_7F2D) & 0xFFFF_FFFF_FFFF)[..],
                        b"\n",
                    ]
                    .concat()
                })
                .collect()
        };
        let mut list = IdList::default().apply(&lines(0..20_000)).unwrap();
        for chunk in 200..400 {
            list = list.apply(&lines(chunk * 100..chunk * 100 + 100)).unwrap();
            assert!(list.bytes() <= list.len() * 16, "{} bytes, {} ids", list.bytes(), list.len());
        }
        assert_eq!(list.len(), 40_000);
    }
}
