//! What an engine knows about specs and about itself.

use super::{eval_code, Engine, Unknown, MAX_UNKNOWN_NAMES};
use crate::js_semantics::write_string;
use crate::store::{SpecKind, Text};

impl Engine {
    /// Index of a name, known or not, or TableFull.
    pub fn spec_index(&mut self, kind: SpecKind, name: &str) -> i32 {
        if let Some(&index) = self.store.by_name[kind as usize].get(name) {
            return index as i32;
        }
        let base = self.store.specs.len();
        if let Some(at) = self.unknown.iter().position(|u| u.kind == kind && *u.name == *name) {
            return (base + at) as i32;
        }
        if self.unknown.len() >= MAX_UNKNOWN_NAMES {
            return eval_code::TABLE_FULL;
        }
        let index = (base + self.unknown.len()) as u32;
        self.unknown.push(Unknown { kind, name: name.into() });
        self.world.overrides.attach(index, kind, name);
        index as i32
    }

    /// Kind and name of an index.
    pub(crate) fn spec_name(&self, index: u32) -> Option<(SpecKind, Text)> {
        if let Some(spec) = self.store.specs.get(index as usize) {
            return Some((spec.kind, self.store.string(spec.name)));
        }
        let unknown = self.unknown.get((index as usize).checked_sub(self.store.specs.len())?)?;
        Some((unknown.kind, unknown.name.clone()))
    }

    /// JSON array of the names of a kind in JavaScript property order; `entity` '' = all.
    pub fn spec_names(&self, kind: SpecKind, entity: &str) -> String {
        let mut out = String::from("[");
        for &index in &self.store.order[kind as usize] {
            let Some(spec) = self.store.specs.get(index as usize) else { continue };
            let own = spec.body.as_ref().and_then(|body| body.entity.as_deref());
            if entity.is_empty() || own == Some(entity) {
                if out.len() > 1 {
                    out.push(',');
                }
                write_string(&self.store.string(spec.name), &mut out);
            }
        }
        out.push(']');
        out
    }

    /// `{entity, idType, isActive}` as JSON; None for an unknown name.
    pub fn spec_info(&self, index: u32) -> Option<String> {
        let body = self.store.specs.get(index as usize)?.body.as_ref()?;
        let mut out = String::from("{\"entity\":");
        for (text, next) in [(&body.entity, ",\"idType\":"), (&body.id_type, ",\"isActive\":")] {
            match text {
                Some(text) => write_string(text, &mut out),
                None => out.push_str("null"),
            }
            out.push_str(next);
        }
        out.push_str(if body.is_active { "true}" } else { "false}" });
        Some(out)
    }

    /// The layer that holds an experiment.
    pub fn experiment_layer(&self, experiment: &str) -> Option<&str> {
        self.store.experiment_layer.get(experiment).map(|layer| &**layer)
    }

    /// `EngineStats` as JSON.
    pub fn stats(&self) -> String {
        let specs: usize = self.store.order.iter().map(Vec::len).sum();
        let list_bytes: usize = self.world.id_lists.values().map(|list| list.bytes()).sum();
        format!(
            "{{\"epoch\":{},\"specs\":{},\"outcomes\":{},\"unknownNames\":{},\"pendingEvents\":{},\"pendingBytes\":{},\
             \"droppedEvents\":{},\"idLists\":{},\"idListBytes\":{}}}",
            self.epoch,
            specs,
            self.tables.len(),
            self.unknown.len(),
            self.exposures.len(),
            self.exposures.bytes(),
            self.exposures.dropped(),
            self.world.id_lists.len(),
            list_bytes
        )
    }
}
