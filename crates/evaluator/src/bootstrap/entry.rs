//! Entries of gates, configs and layers in statsig-node's shape (BEHAVIOUR.md 6.3).

use std::sync::Arc;

use super::algorithm::Algorithm;
use super::facts::Facts;
use super::results::Shown;
use crate::js_semantics::json::parse_str;
use crate::js_semantics::{stringify, write, write_string, JsObject, JsValue};
use crate::outcome::record::rules_json;
use crate::outcome::{Outcome, Reason, Secondary};
use crate::store::{Spec, SpecKind, Store};

/// Writes entries of one shape.
pub(super) struct Writer {
    pub(super) store: Arc<Store>,
    pub(super) algorithm: Algorithm,
    pub(super) remove_id_type: bool,
}

impl Writer {
    /// Appends `"key":{…}`.
    pub(super) fn write(&self, spec: u32, key_json: &str, shown: &Shown, out: &mut String) {
        let Some(spec) = self.store.specs.get(spec as usize) else { return };
        let Some(body) = spec.body.as_ref() else { return };
        out.push_str(key_json);
        out.push_str(":{\"name\":");
        out.push_str(key_json);
        let facts = Facts::of(&self.store, body, &shown.outcome);
        match spec.kind {
            SpecKind::Gate => self.gate(&facts, shown, out),
            SpecKind::Config => self.config(spec, &facts, shown, out),
            SpecKind::Layer => self.layer(&facts, shown, out),
        }
        out.push('}');
    }

    fn gate(&self, facts: &Facts<'_>, shown: &Shown, out: &mut String) {
        let outcome = &*shown.outcome;
        out.push_str(",\"value\":");
        out.push_str(gate_value(shown));
        out.push_str(",\"rule_id\":");
        write_string(&outcome.rule, out);
        self.exposures("secondary_exposures", &outcome.secondary, out);
        if let Some(id_type) = facts.base.id_type_json.as_ref().filter(|_| !self.remove_id_type) {
            raw("id_type", id_type, out);
        }
    }

    fn config(&self, spec: &Spec, facts: &Facts<'_>, shown: &Shown, out: &mut String) {
        let outcome = &*shown.outcome;
        let entity = facts.own.entity.as_deref();
        let is_experiment = !matches!(entity, Some("dynamic_config" | "autotune"));
        let shared = is_experiment && facts.answer.has_shared_params;
        let merged = shared.then(|| self.with_layer_defaults(spec, outcome));
        self.block(facts, outcome, merged.as_deref().unwrap_or(&outcome.json), out);
        optional("group_name", outcome.group.as_deref(), out);
        let explicit = facts.explicit_of_config();
        if let Some(explicit) = explicit {
            let list = if shared { facts.explicit_of_shared() } else { explicit };
            raw("explicit_parameters", list, out);
        }
        if !self.remove_id_type {
            raw("id_type", facts.base.id_type_json.as_deref().unwrap_or("null"), out);
        }
        if entity == Some("dynamic_config") {
            flag("passed", outcome.value, out);
        }
        if is_experiment {
            flag("is_user_in_experiment", shown.in_experiment, out);
            flag("is_experiment_active", facts.answer.is_active, out);
        }
        // What stands in for an autotune may be in a layer; an autotune of dcs-v1 never is.
        let is_autotune = facts.shows_answers && entity == Some("autotune");
        if shared || (is_autotune && facts.answer.has_shared_params) {
            flag("is_in_layer", true, out);
        }
        if shared && explicit.is_none() {
            raw("explicit_parameters", facts.explicit_of_shared(), out);
        }
    }

    fn layer(&self, facts: &Facts<'_>, shown: &Shown, out: &mut String) {
        let outcome = &*shown.outcome;
        let delegate_group = shown.delegate_group.as_deref().filter(|group| !group.is_empty());
        self.block(facts, outcome, &outcome.json, out);
        if let Some(group) = outcome.group.as_deref() {
            optional("group_name", delegate_group.or(Some(group)), out);
        }
        raw("explicit_parameters", facts.explicit_of_layer(), out);
        if outcome.group.is_none() {
            optional("group_name", delegate_group, out);
        }
        if let Some(name) = &outcome.delegate {
            optional("allocated_experiment_name", Some(&self.algorithm.hash(name)), out);
            flag("is_experiment_active", facts.is_active(), out);
            flag("is_user_in_experiment", shown.in_experiment, out);
        }
        self.exposures("undelegated_secondary_exposures", &outcome.undelegated, out);
        if let Some(rules) = outcome.parameter_rules.as_deref() {
            raw("parameter_rule_ids", "", out);
            write(&rules_json(rules), out);
        }
    }

    /// The fields that configs and layers begin with.
    fn block(&self, facts: &Facts<'_>, outcome: &Outcome, value: &str, out: &mut String) {
        raw("value", value, out);
        optional("group", Some(&outcome.rule), out);
        optional("rule_id", Some(&outcome.rule), out);
        flag("is_device_based", facts.base.device_based, out);
        self.exposures("secondary_exposures", &outcome.secondary, out);
    }

    /// `{...layer.defaultValue, ...value}`.
    fn with_layer_defaults(&self, spec: &Spec, outcome: &Outcome) -> String {
        let store = &self.store;
        let layer = store.experiment_layer.get(&store.string(spec.name));
        let layer = layer.and_then(|name| store.by_name[SpecKind::Layer as usize].get(name));
        let layer =
            layer.and_then(|index| store.specs.get(*index as usize)).and_then(|s| s.body.as_ref());
        let mut entries = Vec::new();
        if let Some(layer) = layer {
            spread(&layer.default_json, &mut entries);
        }
        spread(&outcome.json, &mut entries);
        stringify(&JsValue::Object(JsObject::from_entries(entries)))
    }

    fn exposures(&self, key: &str, list: &[Secondary], out: &mut String) {
        out.push_str(",\"");
        out.push_str(key);
        out.push_str("\":[");
        for (i, exposure) in list.iter().enumerate() {
            if i > 0 {
                out.push(',');
            }
            write_exposure(exposure, self.algorithm, out);
        }
        out.push(']');
    }
}

/// Appends `{gate, gateValue, ruleID}` with the gate's name hidden.
pub(super) fn write_exposure(exposure: &Secondary, algorithm: Algorithm, out: &mut String) {
    out.push_str("{\"gate\":");
    write_string(&algorithm.hash(&exposure.gate), out);
    optional("gateValue", Some(&exposure.value), out);
    optional("ruleID", Some(&exposure.rule), out);
    out.push('}');
}

/// JSON of a gate's value.
pub(super) fn gate_value(shown: &Shown) -> &str {
    let outcome = &*shown.outcome;
    match &shown.gate_value {
        Some(json) => json,
        None if outcome.value && outcome.reason != Some(Reason::Unsupported) => "true",
        None => "false",
    }
}

/// The own enumerable properties of a value, as object spread copies them.
fn spread(json: &str, entries: &mut Vec<(Box<str>, JsValue)>) {
    match parse_str(json) {
        Ok(JsValue::Object(object)) => entries.extend(object.into_entries()),
        Ok(JsValue::Array(items)) => {
            entries.extend(
                items.into_iter().enumerate().map(|(i, item)| (i.to_string().into(), item)),
            );
        }
        Ok(JsValue::String(text)) => {
            let units: Vec<u16> = text.encode_utf16().collect();
            let unit = |(i, unit): (usize, &u16)| {
                (
                    i.to_string().into(),
                    JsValue::string(&String::from_utf16_lossy(std::slice::from_ref(unit))),
                )
            };
            entries.extend(units.iter().enumerate().map(unit));
        }
        _ => {}
    }
}

pub(super) fn raw(key: &str, json: &str, out: &mut String) {
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":");
    out.push_str(json);
}

pub(super) fn flag(key: &str, value: bool, out: &mut String) {
    raw(key, if value { "true" } else { "false" }, out);
}

/// Nothing when None.
pub(super) fn optional(key: &str, text: Option<&str>, out: &mut String) {
    if let Some(text) = text {
        raw(key, "", out);
        write_string(text, out);
    }
}
