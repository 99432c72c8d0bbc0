//! What an evaluation keeps where dcs-v2 goes from one spec to others.

use super::found::Found;

/// An experiment whose group was asked for, to be exposed along with the answer.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reference {
    pub(crate) spec: u32,
    pub(crate) found: Found,
    /// List of its secondary exposures.
    pub(crate) list: u32,
}

/// What an evaluation has to keep for all that.
#[derive(Debug, Default)]
pub(crate) struct Newer {
    /// What is on its way here, so that nothing comes back to itself: spec indexes, doubled, odd
    /// for group conditions.
    pub(super) path: Vec<u32>,
    pub(super) contexts: u32,
    /// Experiments whose group was asked for, each once.
    pub(crate) references: Vec<Reference>,
    /// How often one was: an answer that depends on them is not remembered, or they would not be
    /// exposed again.
    pub(super) asked: u32,
}

impl Newer {
    /// For the next spec.
    pub(crate) fn clear(&mut self) {
        self.path.clear();
        self.contexts = 0;
        self.references.clear();
    }
}
