//! By what parts of a document are known again.

use std::hash::{BuildHasher, RandomState};
use std::sync::LazyLock;

use rustc_hash::FxHashMap;

/// Length and hash of a part's text: what has the same is the same. The hash has a key of the
/// process, so that nobody can write two parts with one mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PartMark {
    length: usize,
    hash: u64,
}

static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);

impl PartMark {
    /// Bytes of the text.
    pub fn length(self) -> usize {
        self.length
    }

    pub(super) fn of(text: &str) -> PartMark {
        PartMark { length: text.len(), hash: KEY.hash_one(text.as_bytes()) }
    }
}

/// Parts that may come again, in their order.
#[derive(Debug, Default)]
pub(super) struct KnownParts {
    marks: Vec<PartMark>,
    /// Which one is expected next.
    next: usize,
    /// Where each is, by its hash; made when something came that was not expected.
    places: Option<FxHashMap<u64, usize>>,
    /// How many parts were none of them, or not where they were expected.
    #[cfg(test)]
    pub(super) checked: usize,
}

impl KnownParts {
    pub(super) fn new(marks: Vec<PartMark>) -> KnownParts {
        KnownParts { marks, ..KnownParts::default() }
    }

    /// The mark of the expected part, if a text begins with it. An object ends where it ends, so
    /// that no other value can begin like it.
    pub(super) fn repeated_by(&mut self, text: &str) -> Option<PartMark> {
        let mark = *self.marks.get(self.next)?;
        let begin = text.get(..mark.length).filter(|begin| begin.starts_with('{'))?;
        (PartMark::of(begin) == mark).then(|| {
            self.next += 1;
            mark
        })
    }

    /// Another part came. After one that is known the one behind it is expected, else it replaces
    /// one.
    pub(super) fn pass(&mut self, mark: PartMark) {
        #[cfg(test)]
        {
            self.checked += 1;
        }
        if self.marks.is_empty() {
            return;
        }
        let places = self.places.get_or_insert_with(|| {
            self.marks.iter().enumerate().map(|(at, mark)| (mark.hash, at)).collect()
        });
        self.next = places.get(&mark.hash).map_or(self.next, |at| *at) + 1;
    }
}
