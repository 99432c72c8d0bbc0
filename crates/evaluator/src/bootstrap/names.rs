//! Hashed names of a store, in the order in which a response emits them.

use super::algorithm::Algorithm;
use crate::js_semantics::value::array_index;
use crate::js_semantics::write_string;
use crate::store::{SpecBody, SpecKind, Store};

/// An entry to write.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) spec: u32,
    /// Key of the entry as JSON.
    pub(super) key_json: Box<str>,
    /// Position of the first entry with this key: names with equal hashes are neighbours.
    pub(super) first: u32,
    /// The gate that decides on session replay.
    pub(super) decides_replay: bool,
}

/// All entries that a client may see, per kind: array indexes ascending, then the rest as in the
/// store.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) kinds: [Vec<Named>; 3],
}

impl Names {
    /// Hashes the names of a store; about 100 ns each.
    pub(super) fn new(store: &Store, algorithm: Algorithm) -> Names {
        let replay_gate =
            super::replay::targeting_gate(store).map(|name| algorithm.hash(&name).into_owned());
        let kind = |kind: SpecKind| {
            let replay_gate = replay_gate.as_deref().filter(|_| kind == SpecKind::Gate);
            named(store, kind, algorithm, replay_gate)
        };
        Names { kinds: [kind(SpecKind::Gate), kind(SpecKind::Config), kind(SpecKind::Layer)] }
    }
}

/// Segments and holdouts are the server's own (BEHAVIOUR.md 6.1).
fn is_public(kind: SpecKind, body: &SpecBody) -> bool {
    kind != SpecKind::Gate || !matches!(body.entity.as_deref(), Some("segment" | "holdout"))
}

fn named(
    store: &Store,
    kind: SpecKind,
    algorithm: Algorithm,
    replay_gate: Option<&str>,
) -> Vec<Named> {
    let specs = store.order[kind as usize].iter();
    let mut keyed: Vec<(String, u32)> = specs
        .filter_map(|&spec| Some((store.specs.get(spec as usize)?, spec)))
        .filter(|(entry, _)| entry.body.as_ref().is_some_and(|body| is_public(kind, body)))
        .map(|(entry, spec)| (algorithm.hash(&store.string(entry.name)).into_owned(), spec))
        .collect();
    // Stable, so that of equal keys the later spec stays the later.
    keyed.sort_by_key(|(key, _)| array_index(key).map_or(u64::MAX, u64::from));
    let mut first = 0;
    let mut list = Vec::with_capacity(keyed.len());
    for (i, (key, spec)) in keyed.iter().enumerate() {
        if i == 0 || keyed.get(i - 1).is_some_and(|(before, _)| before != key) {
            first = i as u32;
        }
        let mut key_json = String::with_capacity(key.len() + 2);
        write_string(key, &mut key_json);
        list.push(Named {
            spec: *spec,
            key_json: key_json.into(),
            first,
            decides_replay: replay_gate == Some(key),
        });
    }
    list
}
