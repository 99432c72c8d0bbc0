//! Hashed names of a store, in the order in which a response emits them.

use rustc_hash::FxHashSet;

use super::algorithm::Algorithm;
use crate::js_semantics::value::array_index;
use crate::js_semantics::write_string;
use crate::store::{SpecBody, SpecKind, Store, NONE};

/// An entry to write.
#[derive(Debug)]
pub(super) struct Named {
    /// What it is about.
    pub(super) spec: u32,
    /// What is evaluated for it.
    pub(super) asked: u32,
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

/// What an entry is about, and what is evaluated for it: for experiments what experiments see.
fn seen(store: &Store, kind: SpecKind) -> Vec<(u32, u32)> {
    let order = &store.order[kind as usize];
    if kind != SpecKind::Config || store.experiments.is_empty() {
        return order.iter().map(|&spec| (spec, spec)).collect();
    }
    let body = |index: u32| store.specs.get(index as usize).and_then(|spec| spec.body.as_ref());
    let mut seen = Vec::with_capacity(order.len());
    for &config in order {
        let own = store.specs.get(config as usize).map_or(NONE, |spec| spec.experiment);
        let is_config =
            body(config).is_some_and(|body| body.entity.as_deref() == Some("dynamic_config"));
        seen.push((config, if own == NONE || is_config { config } else { own }));
        // Behind it, so that it counts for whom it is for.
        if body(own).is_some_and(|body| body.autotune.is_some()) {
            seen.push((own, own));
        }
    }
    let known: FxHashSet<u32> = seen.iter().map(|(about, _)| *about).collect();
    let more = store.autotunes.iter().filter(|own| !known.contains(*own));
    seen.extend(more.map(|own| (*own, *own)));
    seen
}

fn named(
    store: &Store,
    kind: SpecKind,
    algorithm: Algorithm,
    replay_gate: Option<&str>,
) -> Vec<Named> {
    let mut keyed: Vec<(String, (u32, u32))> = seen(store, kind)
        .into_iter()
        .filter_map(|ids| Some((store.specs.get(ids.0 as usize)?, ids)))
        .filter(|(entry, _)| entry.body.as_ref().is_some_and(|body| is_public(kind, body)))
        .map(|(entry, ids)| (algorithm.hash(&store.string(entry.name)).into_owned(), ids))
        .collect();
    // Stable, so that of equal keys the later spec stays the later.
    keyed.sort_by_key(|(key, _)| array_index(key).map_or(u64::MAX, u64::from));
    let mut first = 0;
    let mut list = Vec::with_capacity(keyed.len());
    for (i, (key, (spec, asked))) in keyed.iter().enumerate() {
        if i == 0 || keyed.get(i - 1).is_some_and(|(before, _)| before != key) {
            first = i as u32;
        }
        let mut key_json = String::with_capacity(key.len() + 2);
        write_string(key, &mut key_json);
        list.push(Named {
            spec: *spec,
            asked: *asked,
            key_json: key_json.into(),
            first,
            decides_replay: replay_gate == Some(key),
        });
    }
    list
}
