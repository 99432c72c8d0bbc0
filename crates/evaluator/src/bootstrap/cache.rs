//! What responses have in common within an epoch: hashed names, and entries by outcome.

use std::sync::Arc;

use super::algorithm::Algorithm;
use super::names::Names;
use crate::compile::condition::Operand;
use crate::store::Store;

/// Most bytes of entries that are kept; then all are forgotten.
pub(super) const MAX_BYTES: usize = 32 << 20;

/// Most bytes of a returned body that are kept for the next.
pub(super) const MAX_RECYCLED_BYTES: usize = 4 << 20;

/// Shapes of entries that are kept apart: 3 algorithms, with ID types or without.
const SHAPES: usize = 6;

/// See the head of this file.
#[derive(Debug, Default)]
pub(crate) struct Cache {
    epoch: u32,
    filled: bool,
    /// Some condition looks at the app.
    pub(super) uses_target_app: bool,
    names: [Option<Arc<Names>>; 3],
    shapes: [Entries; SHAPES],
    /// Length of the last response.
    pub(super) last_length: usize,
    /// Memory for the next response, empty.
    spare: Vec<u8>,
}

/// Entries of one shape: outcome → part of `text`.
#[derive(Debug, Default)]
struct Entries {
    text: String,
    parts: Vec<(u32, u32)>,
}

impl Cache {
    /// Forgets another epoch's pieces.
    pub(super) fn renew(&mut self, epoch: u32, store: &Store) {
        if self.filled && self.epoch == epoch {
            return;
        }
        let uses_target_app =
            store.conditions.iter().any(|c| matches!(c.operand, Operand::TargetApp));
        let spare = std::mem::take(&mut self.spare);
        *self = Cache { epoch, filled: true, uses_target_app, spare, ..Cache::default() };
    }

    /// Keeps the memory of a body.
    pub(crate) fn recycle(&mut self, mut body: Vec<u8>) {
        if body.capacity() <= MAX_RECYCLED_BYTES {
            body.clear();
            self.spare = body;
        }
    }

    /// Room for a response: what was recycled, or about as much as the last one took.
    pub(super) fn room(&mut self) -> String {
        let mut room = std::mem::take(&mut self.spare);
        room.reserve(self.last_length + self.last_length / 16 + 1024);
        // It is empty.
        String::from_utf8(room).unwrap_or_default()
    }

    /// Hashed names, made when first asked for.
    pub(super) fn names(&mut self, store: &Store, algorithm: Algorithm) -> Arc<Names> {
        let made = || Arc::new(Names::new(store, algorithm));
        match self.names.get_mut(algorithm as usize) {
            Some(names) => names.get_or_insert_with(made).clone(),
            None => made(),
        }
    }

    /// The entry of an outcome.
    pub(super) fn entry(&self, shape: usize, outcome: u32) -> Option<&str> {
        let entries = self.shapes.get(shape)?;
        let &(start, end) = entries.parts.get(outcome as usize)?;
        entries.text.get(start as usize..end as usize).filter(|text| !text.is_empty())
    }

    /// Keeps the entry of an outcome.
    pub(super) fn keep(&mut self, shape: usize, outcome: u32, entry: &str) {
        let held: usize = self.shapes.iter().map(|entries| entries.text.len()).sum();
        if held + entry.len() > MAX_BYTES {
            self.shapes = Default::default();
        }
        let Some(entries) = self.shapes.get_mut(shape).filter(|_| entry.len() <= MAX_BYTES) else {
            return;
        };
        if entries.parts.len() <= outcome as usize {
            entries.parts.resize(outcome as usize + 1, (0, 0));
        }
        let start = entries.text.len();
        entries.text.push_str(entry);
        if let Some(part) = entries.parts.get_mut(outcome as usize) {
            *part = (start as u32, entries.text.len() as u32);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_found_by_shape_and_outcome_and_bounded() {
        let mut cache = Cache::default();
        cache.keep(3, 7, "\"a\":{}");
        assert_eq!(cache.entry(3, 7), Some("\"a\":{}"));
        assert_eq!((cache.entry(3, 6), cache.entry(2, 7), cache.entry(3, 8)), (None, None, None));
        let big = "x".repeat(MAX_BYTES);
        cache.keep(0, 0, &big);
        assert_eq!((cache.entry(3, 7), cache.entry(0, 0).map(str::len)), (None, Some(MAX_BYTES)));
        cache.keep(1, 0, &"y".repeat(MAX_BYTES + 1));
        assert_eq!(cache.entry(1, 0), None);
    }

    #[test]
    fn memory_of_a_response_is_used_again_within_bounds() {
        let mut cache = Cache::default();
        cache.recycle(vec![b'x'; 100_000]);
        let room = cache.room();
        assert!(room.is_empty() && room.capacity() >= 100_000);
        cache.recycle(vec![b'x'; MAX_RECYCLED_BYTES + 1]);
        assert!(cache.room().capacity() < 100_000);
    }
}
