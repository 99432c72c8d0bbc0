//! Entries in the newer SDK's two shapes (SERVER_CORE.md 7.3, 7.4): exposures by key, and short
//! keys with shared tables.

use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::algorithm::Algorithm;
use super::entry::{flag, gate_value, optional, raw, write_exposure};
use super::facts::Facts;
use super::results::Shown;
use crate::hashing::djb2;
use crate::outcome::Secondary;
use crate::store::{SpecBody, SpecKind, Store};

/// Texts numbered in order of first use.
#[derive(Debug, Default)]
pub(super) struct Numbered {
    ids: FxHashMap<String, usize>,
    texts: Vec<String>,
}

impl Numbered {
    fn id(&mut self, text: String) -> usize {
        if let Some(&id) = self.ids.get(&text) {
            return id;
        }
        self.texts.push(text.clone());
        self.ids.insert(text, self.texts.len() - 1);
        self.texts.len() - 1
    }

    /// As a JSON object.
    fn write(&self, out: &mut String) {
        for (i, text) in self.texts.iter().enumerate() {
            out.push_str(if i == 0 { "{\"" } else { ",\"" });
            out.push_str(&i.to_string());
            out.push_str("\":");
            out.push_str(text);
        }
        out.push_str(if self.texts.is_empty() { "{}" } else { "}" });
    }
}

/// Writes the entries of one response and gathers its tables.
pub(super) struct ModernWriter {
    store: Arc<Store>,
    algorithm: Algorithm,
    remove_id_type: bool,
    short: bool,
    /// djb2 of `gate:value:rule` → exposure.
    mapped: BTreeMap<u32, String>,
    exposures: Numbered,
    values: Numbered,
}

impl ModernWriter {
    /// `short`: the shape `init-v2`, else `v2`.
    pub(super) fn new(
        store: Arc<Store>,
        algorithm: Algorithm,
        remove_id_type: bool,
        short: bool,
    ) -> ModernWriter {
        let (mapped, exposures, values) = Default::default();
        ModernWriter { store, algorithm, remove_id_type, short, mapped, exposures, values }
    }

    /// Appends `"key":{…}`.
    pub(super) fn write(&mut self, spec: u32, key_json: &str, shown: &Shown, out: &mut String) {
        let store = self.store.clone();
        let Some(spec) = store.specs.get(spec as usize) else { return };
        let Some(body) = spec.body.as_ref() else { return };
        out.push_str(key_json);
        out.push_str(":{");
        let start = out.len();
        let facts = Facts::of(&store, body, &shown.outcome);
        if self.short {
            self.short(spec.kind, &facts, shown, out);
        } else {
            raw("name", key_json, out);
            self.long(spec.kind, &facts, shown, out);
        }
        // Every field begins with a comma.
        if out.len() > start {
            out.remove(start);
        }
        out.push('}');
    }

    /// Appends the tables, each behind a comma.
    pub(super) fn write_tables(&self, out: &mut String) {
        raw("exposures", "", out);
        if self.short {
            self.exposures.write(out);
            raw("values", "", out);
            self.values.write(out);
            optional("response_format", Some("init-v2"), out);
            return;
        }
        out.push('{');
        for (i, (key, text)) in self.mapped.iter().enumerate() {
            out.push_str(if i == 0 { "\"" } else { ",\"" });
            out.push_str(&key.to_string());
            out.push_str("\":");
            out.push_str(text);
        }
        out.push('}');
    }

    fn long(&mut self, kind: SpecKind, facts: &Facts<'_>, shown: &Shown, out: &mut String) {
        let outcome = &*shown.outcome;
        raw("value", if kind == SpecKind::Gate { gate_value(shown) } else { &outcome.json }, out);
        optional("rule_id", Some(&outcome.rule), out);
        if kind != SpecKind::Gate {
            flag("is_device_based", facts.base.device_based, out);
        }
        self.keys("secondary_exposures", &outcome.secondary, out);
        match kind {
            SpecKind::Gate => {}
            SpecKind::Config => self.long_config(facts, shown, out),
            SpecKind::Layer => self.long_layer(facts, shown, out),
        }
        self.id_type("id_type", facts, out);
    }

    fn long_config(&self, facts: &Facts<'_>, shown: &Shown, out: &mut String) {
        let outcome = &*shown.outcome;
        if facts.own.entity.as_deref() == Some("dynamic_config") {
            return flag("passed", outcome.value, out);
        }
        optional("group_name", outcome.group.as_deref(), out);
        if facts.answer.has_shared_params {
            flag("is_in_layer", true, out);
        }
        if facts.lists_explicit() {
            raw("explicit_parameters", facts.explicit_of_shared(), out);
        }
        if is_experiment(facts.own) {
            flag("is_user_in_experiment", shown.in_experiment, out);
            flag("is_experiment_active", facts.answer.is_active, out);
        }
    }

    fn long_layer(&mut self, facts: &Facts<'_>, shown: &Shown, out: &mut String) {
        let outcome = &*shown.outcome;
        optional("group_name", group(shown), out);
        raw("explicit_parameters", facts.explicit_of_layer(), out);
        if let Some(name) = &outcome.delegate {
            optional("allocated_experiment_name", Some(&self.algorithm.hash(name)), out);
            flag("is_experiment_active", facts.is_active(), out);
            flag("is_user_in_experiment", shown.in_experiment, out);
        }
        self.keys("undelegated_secondary_exposures", &outcome.undelegated, out);
    }

    fn short(&mut self, kind: SpecKind, facts: &Facts<'_>, shown: &Shown, out: &mut String) {
        let outcome = &*shown.outcome;
        optional("r", Some(&*outcome.rule).filter(|rule| *rule != "default"), out);
        self.indexes("s", &outcome.secondary, out);
        self.id_type("i", facts, out);
        if kind == SpecKind::Gate {
            let value = gate_value(shown);
            if value != "false" {
                raw("v", value, out);
            }
            return;
        }
        let value = self.values.id(outcome.json.to_string());
        optional("v", Some(&value.to_string()), out);
        if kind == SpecKind::Layer {
            return self.short_layer(facts, shown, out);
        }
        if facts.own.entity.as_deref() == Some("dynamic_config") {
            return flag("p", outcome.value, out);
        }
        optional("gn", outcome.group.as_deref(), out);
        if is_experiment(facts.own) {
            flag("ea", facts.answer.is_active, out);
            flag("ue", shown.in_experiment, out);
        }
    }

    fn short_layer(&mut self, facts: &Facts<'_>, shown: &Shown, out: &mut String) {
        optional("gn", group(shown), out);
        if let Some(name) = &shown.outcome.delegate {
            flag("ea", facts.is_active(), out);
            flag("ue", shown.in_experiment, out);
            optional("ae", Some(&self.algorithm.hash(name)), out);
        }
        if facts.has_explicit_of_layer() {
            raw("ep", facts.explicit_of_layer(), out);
        }
        self.indexes("us", &shown.outcome.undelegated, out);
    }

    fn id_type(&self, key: &str, facts: &Facts<'_>, out: &mut String) {
        if !self.remove_id_type {
            if let Some(id_type) = facts.base.id_type_json.as_deref().filter(|json| *json != "null")
            {
                raw(key, id_type, out);
            }
        }
    }

    /// The list of djb2 keys.
    fn keys(&mut self, field: &str, list: &[Secondary], out: &mut String) {
        raw(field, "[", out);
        for (i, exposure) in list.iter().enumerate() {
            let gate = self.algorithm.hash(&exposure.gate);
            let key = djb2(&format!("{gate}:{}:{}", exposure.value, exposure.rule));
            self.mapped.entry(key).or_insert_with(|| exposure_json(exposure, self.algorithm));
            out.push_str(if i == 0 { "\"" } else { ",\"" });
            out.push_str(&key.to_string());
            out.push('"');
        }
        out.push(']');
    }

    /// The list of indexes; nothing when it is empty.
    fn indexes(&mut self, field: &str, list: &[Secondary], out: &mut String) {
        if list.is_empty() {
            return;
        }
        raw(field, "[", out);
        for (i, exposure) in list.iter().enumerate() {
            let index = self.exposures.id(exposure_json(exposure, self.algorithm));
            out.push_str(if i == 0 { "\"" } else { ",\"" });
            out.push_str(&index.to_string());
            out.push('"');
        }
        out.push(']');
    }
}

fn exposure_json(exposure: &Secondary, algorithm: Algorithm) -> String {
    let mut text = String::new();
    write_exposure(exposure, algorithm, &mut text);
    text
}

/// Experiments and, as in statsig-node, configs without entity.
fn is_experiment(body: &SpecBody) -> bool {
    !matches!(body.entity.as_deref(), Some("dynamic_config" | "autotune"))
}

/// Group of a layer: the delegate's, else its own.
fn group(shown: &Shown) -> Option<&str> {
    let delegate = shown.delegate_group.as_deref().filter(|group| !group.is_empty());
    delegate.or(shown.outcome.group.as_deref())
}
