//! The outcomes of an epoch by number, so laid out that recording an exposure touches none of them
//! and taking a batch counts few references: a project of 2,000 gates has a megabyte of outcomes,
//! all over memory, and a count that is raised where events are recorded and lowered where they are
//! encoded is a cache line that two cores take from each other.

use std::sync::{Arc, OnceLock};

use super::{Outcome, Secondary};
use crate::store::SpecKind;

/// Outcomes of a segment.
const SEGMENT: usize = 256;

/// Filled in order; what is filled never changes, so that others may read while the rest is filled.
type Segment = Arc<[OnceLock<Arc<Outcome>>]>;

/// What every exposure needs to know of its outcome.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Facts {
    /// `Hashes::dedupe`.
    pub(crate) dedupe: u64,
    /// JSON of its secondary exposures, about.
    pub(crate) json_bytes: u32,
    pub(crate) kind: SpecKind,
    pub(crate) value: bool,
    /// Others are exposed along with it.
    pub(crate) refers: bool,
}

/// See the head of this file.
#[derive(Debug, Default)]
pub(crate) struct OutcomeList {
    segments: Vec<Segment>,
    facts: Vec<Facts>,
}

impl OutcomeList {
    /// Appends an outcome; its number is the length before.
    pub(crate) fn push(&mut self, outcome: Outcome) {
        let at = self.facts.len();
        if at == self.segments.len() * SEGMENT {
            self.segments.push((0..SEGMENT).map(|_| OnceLock::new()).collect());
        }
        self.facts.push(Facts {
            dedupe: outcome.hashes.dedupe,
            json_bytes: json_bytes(&outcome.secondary).max(json_bytes(&outcome.undelegated)),
            kind: outcome.kind,
            value: outcome.value,
            refers: !outcome.also.is_empty(),
        });
        if let Some(entry) = self.segments.last().and_then(|segment| segment.get(at % SEGMENT)) {
            // Free: numbers are given once.
            let _ = entry.set(Arc::new(outcome));
        }
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Arc<Outcome>> {
        find(&self.segments, number)
    }

    pub(crate) fn facts(&self, number: u32) -> Option<Facts> {
        self.facts.get(number as usize).copied()
    }

    pub(crate) fn len(&self) -> usize {
        self.facts.len()
    }

    /// The outcomes so far, for another thread. Cost: a reference per 256 of them.
    pub(crate) fn snapshot(&self) -> Snapshot {
        Snapshot(self.segments.clone())
    }
}

/// Outcomes of an epoch, by number.
#[derive(Debug, Clone, Default)]
pub(crate) struct Snapshot(Vec<Segment>);

impl Snapshot {
    pub(crate) fn get(&self, number: u32) -> Option<&Outcome> {
        find(&self.0, number).map(|outcome| &**outcome)
    }

    /// More than any number in it.
    pub(crate) fn bound(&self) -> usize {
        self.0.len() * SEGMENT
    }
}

fn find(segments: &[Segment], number: u32) -> Option<&Arc<Outcome>> {
    segments.get(number as usize / SEGMENT)?.get(number as usize % SEGMENT)?.get()
}

fn json_bytes(list: &[Secondary]) -> u32 {
    const AROUND: usize = r#"{"gate":"","gateValue":"","ruleID":""},"#.len();
    let bytes = |s: &Secondary| AROUND + s.gate.len() + s.value.len() + s.rule.len();
    list.iter().map(bytes).sum::<usize>().try_into().unwrap_or(u32::MAX)
}
