//! Hashed names of a store, in the order in which a response emits them.

use std::borrow::Cow;

use crate::hashing::{djb2, sha256_base64};
use crate::js_semantics::value::array_index;
use crate::js_semantics::write_string;
use crate::store::{SpecBody, SpecKind, Store};

/// How names are hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Djb2,
    Sha256,
    Plain,
}

impl Algorithm {
    /// Anything but the two known names leaves names plain.
    pub(super) fn from_name(name: &str) -> Algorithm {
        match name {
            "djb2" => Algorithm::Djb2,
            "sha256" => Algorithm::Sha256,
            _ => Algorithm::Plain,
        }
    }

    /// A name, hidden.
    pub(super) fn hash(self, name: &str) -> Cow<'_, str> {
        match self {
            Algorithm::Djb2 => djb2(name).to_string().into(),
            Algorithm::Sha256 => sha256_base64(name).into(),
            Algorithm::Plain => name.into(),
        }
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_hide_names() {
        let hidden = |name: &str| Algorithm::from_name(name).hash("test_gate").into_owned();
        assert_eq!(hidden("djb2"), "3114454104");
        assert_eq!(hidden("sha256"), "AoZS0F06Ub+W2ONx+94rPTS7MRxuxa+GnXro5Q1uaGY=");
        assert_eq!(hidden("none"), "test_gate");
        assert_eq!(hidden("MD5"), "test_gate");
    }
}
