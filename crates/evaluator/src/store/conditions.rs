//! Conditions of a store, some of which it has in common with the store before it.

use std::sync::Arc;

use crate::compile::condition::Condition;

/// Conditions, each distinct one once.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    /// Those of the payload that was compiled as a whole.
    whole: Arc<[Condition]>,
    /// Those that updates added.
    added: Vec<Arc<Condition>>,
}

impl Conditions {
    /// The condition of an index.
    #[inline]
    pub fn get(&self, index: usize) -> Option<&Condition> {
        match self.whole.get(index) {
            Some(condition) => Some(condition),
            None => self.added(index),
        }
    }

    #[cold]
    #[inline(never)]
    fn added(&self, index: usize) -> Option<&Condition> {
        self.added.get(index - self.whole.len()).map(|condition| &**condition)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.whole.len() + self.added.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Condition> {
        self.whole.iter().chain(self.added.iter().map(|condition| &**condition))
    }

    /// Adds what was compiled.
    pub fn add(&mut self, conditions: Vec<Condition>) {
        if self.is_empty() {
            self.whole = conditions.into();
        } else {
            self.added.extend(conditions.into_iter().map(Arc::new));
        }
    }
}
