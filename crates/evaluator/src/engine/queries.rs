//! What an engine knows about specs and about itself.

use serde::Serialize;
use serde_json::value::RawValue;

use super::Engine;
use crate::boundary::{eval_code, EXPERIMENT_KIND, MAX_UNKNOWN_NAMES};
use crate::compile::condition::Operand;
use crate::js_semantics::{finished, stringify, to_json};
use crate::resolve::Unknown;
use crate::store::{Pass, Rule, Spec, SpecBody, SpecKind, Text, NONE};

impl Engine {
    /// Index of a name, known or not, or TableFull.
    pub fn spec_index(&mut self, kind: SpecKind, name: &str) -> i32 {
        if let Some(&index) = self.resolver.store.by_name[kind as usize].get(name) {
            return index as i32;
        }
        let base = self.resolver.store.specs.len();
        if let Some(at) =
            self.resolver.unknown.iter().position(|u| u.kind == kind && *u.name == *name)
        {
            return (base + at) as i32;
        }
        if self.resolver.unknown.len() >= MAX_UNKNOWN_NAMES {
            return eval_code::TABLE_FULL;
        }
        let index = (base + self.resolver.unknown.len()) as u32;
        self.resolver.unknown.push(Unknown { kind, name: name.into() });
        self.resolver.world.overrides.attach(index, kind, name);
        index as i32
    }

    /// Index of an experiment: of the config of the name, but for what only experiments see. Or
    /// TableFull.
    pub fn experiment_index(&mut self, name: &str) -> i32 {
        match self.resolver.store.experiments.get(name) {
            Some(&index) => index as i32,
            None => self.spec_index(SpecKind::Config, name),
        }
    }

    /// Index of a name of a kind, which is given as the numbers of `engine.ts`; Failed for no kind.
    pub fn index_of(&mut self, kind: u32, name: &str) -> i32 {
        if kind == EXPERIMENT_KIND {
            return self.experiment_index(name);
        }
        match SpecKind::from_number(kind) {
            Some(kind) => self.spec_index(kind, name),
            None => eval_code::FAILED,
        }
    }

    /// JSON array of the names of a kind in JavaScript property order; `entity` '' = all.
    pub fn spec_names(&self, kind: SpecKind, entity: &str) -> String {
        let specs = self.resolver.store.order[kind as usize]
            .iter()
            .filter_map(|index| self.resolver.store.specs.get(*index as usize));
        let entity_of = |spec: &Spec| spec.body.as_ref().and_then(|body| body.entity.clone());
        let chosen =
            specs.filter(|spec| entity.is_empty() || entity_of(spec).as_deref() == Some(entity));
        to_json(&chosen.map(|spec| self.resolver.store.string(spec.name)).collect::<Vec<_>>())
    }

    /// `{entity, idType, isActive}` as JSON; None for an unknown name.
    pub fn spec_info(&self, index: u32) -> Option<String> {
        let SpecBody { entity, id_type, is_active, .. } =
            self.resolver.store.specs.get(index as usize)?.body.as_ref()?;
        Some(to_json(&SpecInfo { entity, id_type, is_active: *is_active }))
    }

    /// `SpecContent` as JSON; None for an unknown name.
    pub fn spec_content(&self, index: u32) -> Option<String> {
        let body = self.resolver.store.specs.get(index as usize)?.body.as_ref()?;
        let groups = body.rules.iter().map(|rule| Group {
            rule_id: self.resolver.store.string(rule.id),
            group_name: rule.group.as_deref(),
            id_type: self.resolver.store.string(rule.id_type),
            is_experiment_group: rule.experiment_group,
            is_for_everyone: self.is_for_everyone(rule),
            return_value: finished(&rule.json),
        });
        Some(to_json(&SpecContent { fields_used: &body.fields_used, groups: groups.collect() }))
    }

    /// Decides the same for whoever asks: it looks at nothing, and takes all or none.
    fn is_for_everyone(&self, rule: &Rule) -> bool {
        let store = &self.resolver.store;
        let is_public = |&index: &u32| {
            let condition = store.conditions.get(index as usize);
            condition.is_some_and(|condition| matches!(condition.operand, Operand::Public))
        };
        matches!(rule.pass, Pass::Always | Pass::Never)
            && rule.delegate == NONE
            && store.conditions_of(rule).iter().all(is_public)
    }

    /// The layer that holds an experiment.
    pub fn experiment_layer(&self, experiment: &str) -> Option<&str> {
        self.resolver.store.experiment_layer.get(experiment).map(|layer| &**layer)
    }

    /// The parameter stores of the payload as JSON: an object by name.
    pub fn param_stores(&self) -> String {
        let stores = &self.resolver.store.meta.param_stores;
        if stores.as_object().is_some() {
            stringify(stores)
        } else {
            "{}".into()
        }
    }

    /// `EngineStats` as JSON.
    pub fn stats(&self) -> String {
        to_json(&Stats {
            epoch: self.epoch,
            specs: self.resolver.store.order.iter().map(Vec::len).sum(),
            outcomes: self.resolver.tables.len(),
            unknown_names: self.resolver.unknown.len(),
            pending_events: self.exposures.len(),
            pending_bytes: self.exposures.bytes(),
            dropped_events: self.exposures.dropped(),
            id_lists: self.resolver.world.id_lists.len(),
            id_list_bytes: self.resolver.world.id_lists.values().map(|list| list.bytes()).sum(),
        })
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpecInfo<'a> {
    entity: &'a Option<Text>,
    id_type: &'a Option<Text>,
    is_active: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SpecContent<'a> {
    fields_used: &'a [Text],
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Group<'a> {
    rule_id: Text,
    group_name: Option<&'a str>,
    id_type: Text,
    is_experiment_group: bool,
    is_for_everyone: bool,
    return_value: &'a RawValue,
}

/// `EngineStats`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Stats {
    epoch: u32,
    specs: usize,
    outcomes: usize,
    unknown_names: usize,
    pending_events: usize,
    pending_bytes: usize,
    dropped_events: u64,
    id_lists: usize,
    id_list_bytes: usize,
}
