//! The tables of an epoch: secondary exposures, lists of them, and outcomes, all found by small
//! integers.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::list::{Facts, OutcomeList, Snapshot};
use super::{record, Outcome, Secondary};
use crate::hashing::sha256;
use crate::store::{Store, Text, NONE};

/// Most outcomes of an epoch; then `TableFull`.
pub const MAX_OUTCOMES: usize = 65_536;
/// Most keys, secondary exposures and lists of an epoch; then `TableFull`.
pub const MAX_KEYS: usize = 262_144;

/// The table is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

/// What makes two results of an evaluation equal without looking at texts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutcomeKey {
    /// Spec that was asked for.
    pub(crate) spec: u32,
    /// Spec that answered.
    pub(crate) decided_by: u32,
    /// Rule index, or a code of `eval::code`.
    pub(crate) code: u32,
    /// Override entry, or rate of an unsupported rule.
    pub(crate) extra: u32,
    pub(crate) delegate: u32,
    pub(crate) list: u32,
    pub(crate) undelegated: u32,
    pub(crate) merged: u32,
    /// Decides with `decided_by` who stood in.
    pub(crate) mapped: u32,
    /// List of the outcomes that are exposed along with it.
    pub(crate) also: u32,
    pub(crate) rate: u16,
    pub(crate) pass: bool,
    pub(crate) seen: bool,
}

/// What differs nearly always when keys do: hashing all fields costs more than comparing them.
impl Hash for OutcomeKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(
            u64::from(self.spec) << 32 | u64::from(self.code ^ self.decided_by.rotate_left(8)),
        );
        state.write_u64(
            u64::from(self.list) << 32 | u64::from(self.undelegated << 1 | u32::from(self.pass)),
        );
    }
}

/// Of a segment, or without a rule where such are none: left out of every list.
const LEFT_OUT: u32 = u32::MAX;

/// See the head of this file. List 0 is the empty one.
#[derive(Debug, Default)]
pub struct Tables {
    entries: Vec<Secondary>,
    /// What lists hold of an entry: the first one with the same `gate|value|rule`, which is what
    /// deduplication compares, or LEFT_OUT.
    listed: Vec<u32>,
    entry_ids: FxHashMap<u64, u32>,
    canonical: FxHashMap<Box<str>, u32>,
    lists: Vec<Box<[u32]>>,
    list_ids: FxHashMap<Box<[u32]>, u32>,
    /// Lists of one exposure, the most frequent kind, by the exposure; 0 = none yet.
    single_lists: Vec<u32>,
    outcomes: OutcomeList,
    keys: FxHashMap<OutcomeKey, u32>,
    /// SHA-256 of the record → outcome.
    records: FxHashMap<[u8; 32], u32>,
    /// Outcome + 1 of results without gates involved, by `Spec::outcome_base`; 0 = none yet.
    plain: Vec<u32>,
}

impl Tables {
    /// Empty tables for a store.
    pub(crate) fn new(store: &Store) -> Tables {
        Tables {
            plain: vec![0; store.plain_outcomes as usize],
            lists: vec![Box::default()],
            ..Tables::default()
        }
    }

    /// Index of a secondary exposure. `name` and `rule` are strings of the store.
    pub(crate) fn entry(
        &mut self,
        store: &Store,
        name: u32,
        value: bool,
        rule: u32,
    ) -> Result<u32, Full> {
        let key = u64::from(name) << 33 | u64::from(value) << 32 | u64::from(rule);
        if let Some(&id) = self.entry_ids.get(&key) {
            return Ok(id);
        }
        if self.entries.len() >= MAX_KEYS {
            return Err(Full);
        }
        let id = self.entries.len() as u32;
        let secondary = Secondary {
            gate: store.string(name),
            value: Text::from(if value { "true" } else { "false" }),
            rule: store.string(rule),
        };
        let text = format!("{}|{}|{}", secondary.gate, secondary.value, secondary.rule);
        let canonical = *self.canonical.entry(text.into()).or_insert(id);
        let left_out = secondary.gate.starts_with("segment:")
            || (secondary.rule.is_empty() && !store.dialect.exposes_without_rule());
        self.listed.push(if left_out { LEFT_OUT } else { canonical });
        self.entries.push(secondary);
        self.entry_ids.insert(key, id);
        Ok(id)
    }

    /// Appends an exposure to the list `stack[start..]` unless it is there or of a segment
    /// (BEHAVIOUR.md 3.13).
    #[inline]
    pub(crate) fn push(&self, stack: &mut Vec<u32>, start: usize, id: u32) {
        let Some(&listed) = self.listed.get(id as usize).filter(|listed| **listed != LEFT_OUT)
        else {
            return;
        };
        if !stack.get(start..).unwrap_or_default().contains(&listed) {
            stack.push(listed);
        }
    }

    /// Appends an exposure of whatever gate.
    pub(crate) fn push_any(&self, stack: &mut Vec<u32>, start: usize, id: u32) {
        let listed = self
            .listed
            .get(id as usize)
            .copied()
            .filter(|listed| *listed != LEFT_OUT)
            .unwrap_or(id);
        if !stack.get(start..).unwrap_or_default().contains(&listed) {
            stack.push(listed);
        }
    }

    /// Appends a list likewise.
    pub(crate) fn push_list(&self, stack: &mut Vec<u32>, start: usize, list: u32) {
        for &id in self.list(list) {
            self.push(stack, start, id);
        }
    }

    /// Index of a list.
    pub(crate) fn list_id(&mut self, ids: &[u32]) -> Result<u32, Full> {
        match ids {
            [] => return Ok(0),
            [single] => {
                if let Some(&id @ 1..) = self.single_lists.get(*single as usize) {
                    return Ok(id);
                }
            }
            several => {
                if let Some(&id) = self.list_ids.get(several) {
                    return Ok(id);
                }
            }
        }
        self.new_list(ids)
    }

    /// Index of the first list followed by what the second has beyond it.
    pub(crate) fn joined(&mut self, first: u32, second: u32) -> Result<u32, Full> {
        let mut ids = self.list(first).to_vec();
        let more = self.list(second).iter().copied().filter(|id| !ids.contains(id));
        let more: Vec<u32> = more.collect();
        ids.extend(more);
        self.list_id(&ids)
    }

    /// Index of a list of any numbers.
    pub(crate) fn number_list(&mut self, numbers: &[u32]) -> Result<u32, Full> {
        if let Some(&id) = self.list_ids.get(numbers) {
            return Ok(id);
        }
        if self.lists.len() >= MAX_KEYS {
            return Err(Full);
        }
        let id = self.lists.len() as u32;
        self.lists.push(numbers.into());
        self.list_ids.insert(numbers.into(), id);
        Ok(id)
    }

    #[cold]
    fn new_list(&mut self, ids: &[u32]) -> Result<u32, Full> {
        if self.lists.len() >= MAX_KEYS {
            return Err(Full);
        }
        let id = self.lists.len() as u32;
        self.lists.push(ids.into());
        if let [single] = ids {
            // Exposures are numbered up to MAX_KEYS.
            let length = self.single_lists.len().max(*single as usize + 1);
            self.single_lists.resize(length, 0);
            self.single_lists[*single as usize] = id;
        } else {
            self.list_ids.insert(ids.into(), id);
        }
        Ok(id)
    }

    /// The numbers of a list.
    pub(crate) fn list(&self, id: u32) -> &[u32] {
        self.lists.get(id as usize).map_or(&[], |list| list)
    }

    /// A list spelled out.
    pub(crate) fn secondary(&self, list: u32) -> Arc<[Secondary]> {
        let spell = |id: &u32| self.entries.get(*id as usize).cloned();
        self.list(list).iter().filter_map(spell).collect()
    }

    /// Outcome of a result without gates involved.
    pub(crate) fn plain(&self, index: u32) -> Option<u32> {
        self.plain.get(index as usize).and_then(|n| n.checked_sub(1))
    }

    /// Remembers one.
    pub(crate) fn set_plain(&mut self, index: u32, outcome: u32) {
        if let Some(entry) = self.plain.get_mut(index as usize) {
            *entry = outcome + 1;
        }
    }

    /// Outcome of a key, if it was seen.
    pub(crate) fn find(&self, key: &OutcomeKey) -> Option<u32> {
        self.keys.get(key).copied()
    }

    /// Remembers the outcome of a key.
    pub(crate) fn remember(&mut self, key: OutcomeKey, outcome: u32) -> Result<(), Full> {
        if self.keys.len() >= MAX_KEYS {
            return Err(Full);
        }
        self.keys.insert(key, outcome);
        Ok(())
    }

    /// The number of an outcome; records that are equal have the same one, unless other specs stood
    /// in.
    pub(crate) fn intern(&mut self, outcome: Outcome) -> Result<u32, Full> {
        let mut content = record::to_json(&outcome);
        if outcome.base != NONE {
            content.push_str(&format!(";{};{}", outcome.base, outcome.answer));
        }
        outcome.also.iter().for_each(|id| content.push_str(&format!(",{id}")));
        let key = sha256(content.as_bytes());
        if let Some(&id) = self.records.get(&key) {
            return Ok(id);
        }
        if self.outcomes.len() >= MAX_OUTCOMES {
            return Err(Full);
        }
        let id = self.outcomes.len() as u32;
        self.records.insert(key, id);
        self.outcomes.push(outcome);
        Ok(id)
    }

    /// An outcome.
    pub(crate) fn get(&self, id: u32) -> Option<&Arc<Outcome>> {
        self.outcomes.get(id)
    }

    /// What exposures need to know of an outcome.
    pub(crate) fn facts(&self, id: u32) -> Option<Facts> {
        self.outcomes.facts(id)
    }

    /// The outcomes so far, for another thread.
    pub(crate) fn snapshot(&self) -> Snapshot {
        self.outcomes.snapshot()
    }

    /// Number of outcomes.
    pub(crate) fn len(&self) -> usize {
        self.outcomes.len()
    }
}
