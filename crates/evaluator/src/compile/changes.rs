//! What a payload has in common with the one before it, and need not be compiled again.
//!
//! Only what is the same wherever it matters is taken over: the payload has the same specs in the
//! same order, none of them odd (`Compiler::origin`), and those that are not compiled again are
//! there in the same words, down to the conditions that they name. Whatever else there is to
//! compile refers to them by the indexes that they had. Answers do not depend on whether a store
//! was made in one go or from another one; its indexes do.

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::names::Names;
use super::{Compiler, KINDS};
use crate::js_semantics::{PartMark, PartNumber};
use crate::store::{Origin, SpecKind, Store};
use crate::wire::Payload;

/// A payload is compiled as a whole when a quarter of it, and more than this, in bytes, was compiled
/// since that happened: what is replaced stays in the tables until then.
const ALWAYS_RENEWED: usize = 64 * 1024;

impl<'a> Compiler<'a> {
    /// A compiler of what changed. None: everything has to be compiled.
    pub(super) fn resumed(payload: &Rc<Payload<'a>>, before: &Store) -> Option<Compiler<'a>> {
        let origin = before.origin.as_ref()?;
        if payload.dialect != before.dialect || has_newer_parts(payload) {
            return None;
        }
        let to_do = changed_specs(payload, before, origin)?;
        let bytes = |part: &PartNumber| payload.mark(*part).map_or(0, PartMark::length);
        let renewed = origin.renewed + to_do.iter().map(|(_, part)| bytes(part)).sum::<usize>();
        let all: usize = origin.specs.iter().flatten().map(|mark| mark.length()).sum();
        if renewed > ALWAYS_RENEWED.max(all / 4) {
            return None;
        }
        let named_conditions = same_conditions(payload, before, origin, &to_do)?;
        let mut compiler = Compiler::new(payload.clone(), before.clone(), Names::of(before));
        compiler.store.origin = None;
        compiler.named_conditions = named_conditions;
        compiler.named = origin.specs.iter().map(Vec::len).sum::<usize>() as u32;
        compiler.uses = origin.uses;
        compiler.to_do = to_do;
        compiler.renewed = Some(renewed);
        Some(compiler)
    }

    /// Whether something came up that concerns specs which were taken over, too: warnings are told
    /// in the order of the specs.
    pub(super) fn is_in_doubt(&self) -> bool {
        self.renewed.is_some() && !self.is_plain()
    }

    fn is_plain(&self) -> bool {
        let Store { mappings, autotunes, experiments, .. } = &self.store;
        self.warnings.is_empty()
            && self.unknown.is_empty()
            && mappings.is_empty()
            && autotunes.is_empty()
            && experiments.is_empty()
    }

    /// What the next payload is compared with; None when there is something odd about this one.
    pub(super) fn origin(&self) -> Option<Arc<Origin>> {
        let lists = KINDS.map(|kind| spec_marks(&self.payload, kind));
        let [Some(gates), Some(configs), Some(layers)] = lists else { return None };
        let specs = [gates, configs, layers];
        // Of two specs of one name there is one.
        let is_each_once = KINDS
            .iter()
            .all(|kind| specs[*kind as usize].len() == self.store.order[*kind as usize].len());
        if !is_each_once || !self.is_plain() {
            return None;
        }
        let marks = &self.payload;
        let conditions = self
            .named_conditions
            .iter()
            .filter_map(|(id, index)| Some((id.clone(), (*index, marks.condition_mark(id)?))));
        Some(Arc::new(Origin {
            marks: self.payload.marks(),
            specs,
            conditions: conditions.collect(),
            uses: self.uses,
            renewed: self.renewed.unwrap_or(0),
        }))
    }
}

/// What only newer projects have refers to specs in ways of its own.
fn has_newer_parts(payload: &Payload<'_>) -> bool {
    let is_there = |key: &str| payload.get(key).as_object().is_some_and(|map| !map.is_empty());
    payload.dialect.knows_newer_specs() && (is_there("cmab_configs") || is_there("overrides"))
}

fn spec_marks(payload: &Payload<'_>, kind: SpecKind) -> Option<Vec<PartMark>> {
    payload.specs(kind).ok()?.iter().map(|spec| payload.mark(spec.part)).collect()
}

/// Index and part of the specs that changed, the first one last; None when there are others than
/// before, or in another order.
fn changed_specs(
    payload: &Payload<'_>,
    before: &Store,
    origin: &Origin,
) -> Option<Vec<(u32, PartNumber)>> {
    let (mut changed, mut index) = (Vec::new(), 0);
    for kind in KINDS {
        let specs = payload.specs(kind).ok()?;
        let marks = &origin.specs[kind as usize];
        if specs.len() != marks.len() {
            return None;
        }
        for (spec, mark) in specs.iter().zip(marks) {
            let is_same = payload.mark(spec.part) == Some(*mark);
            // Where the text holds the name, the same text has the same name.
            if !is_same || spec.has_key() {
                let name = payload.name(spec)?;
                let known = before.specs.get(index as usize).map(|spec| before.string(spec.name));
                if known.as_deref() != Some(&*name) {
                    return None;
                }
            }
            if !is_same {
                changed.push((index, spec.part));
            }
            index += 1;
        }
    }
    changed.reverse();
    Some(changed)
}

/// Conditions by their ids, without those that are gone or have another text now. None when one of
/// these belongs to a spec that did not change.
fn same_conditions(
    payload: &Payload<'_>,
    before: &Store,
    origin: &Origin,
    changed: &[(u32, PartNumber)],
) -> Option<FxHashMap<Box<str>, u32>> {
    let is_same =
        |id: &str, mark: &PartMark| payload.condition_mark(id).is_some_and(|now| now == *mark);
    let (mut same, mut gone) = (FxHashMap::default(), FxHashSet::default());
    for (id, (index, mark)) in &origin.conditions {
        if is_same(id, mark) {
            same.insert(id.clone(), *index);
        } else {
            gone.insert(*index);
        }
    }
    let changed: FxHashSet<u32> = changed.iter().map(|(index, _)| *index).collect();
    let is_gone = |index: &u32| gone.contains(index);
    let misses = |(at, spec): (usize, &crate::store::Spec)| {
        let rules = spec.body.iter().flat_map(|body| &*body.rules);
        !changed.contains(&(at as u32))
            && rules.flat_map(|rule| before.conditions_of(rule)).any(is_gone)
    };
    let is_missed = !gone.is_empty() && before.specs.iter().enumerate().any(misses);
    (!is_missed).then_some(same)
}
