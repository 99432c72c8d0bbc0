//! `OutcomeRecord` of `engine.ts`: to JSON text and back.

use std::sync::Arc;

use super::{Outcome, Reason, Secondary};
use crate::js_semantics::number::write_number;
use crate::js_semantics::{json::parse_str, stringify, to_string, write_string, JsValue};
use crate::store::{SpecKind, Text, Version};
use crate::wire::property;

/// An outcome as JSON.
pub fn to_json(outcome: &Outcome) -> String {
    let mut out = String::with_capacity(256 + outcome.json.len());
    out.push_str("{\"kind\":");
    out.push(char::from(b'0' + outcome.kind as u8));
    text(",\"name\":", &outcome.name, &mut out);
    flag(",\"value\":", outcome.value, &mut out);
    text(",\"ruleID\":", &outcome.rule, &mut out);
    optional(",\"groupName\":", outcome.group.as_deref(), &mut out);
    optional(",\"idType\":", outcome.id_type.as_deref(), &mut out);
    out.push_str(",\"json\":");
    out.push_str(&outcome.json);
    out.push_str(",\"secondaryExposures\":");
    out.push_str(&secondary_json(&outcome.secondary));
    out.push_str(",\"undelegatedSecondaryExposures\":");
    out.push_str(&secondary_json(&outcome.undelegated));
    explicit(outcome.explicit.as_deref(), &mut out);
    optional(",\"configDelegate\":", outcome.delegate.as_deref(), &mut out);
    out.push_str(",\"configVersion\":");
    out.push_str(outcome.version.as_ref().map_or("null", |v| &v.json));
    flag(",\"isExperimentGroup\":", outcome.experiment_group, &mut out);
    optional(",\"reason\":", outcome.reason.map(Reason::as_str), &mut out);
    number(",\"persistedTime\":", outcome.persisted_time, &mut out);
    flag(",\"sampling\":{\"forwardAll\":", outcome.forward_all, &mut out);
    number(",\"rate\":", outcome.rate, &mut out);
    flag(",\"seenAnalytical\":", outcome.seen_analytical, &mut out);
    out.push_str("}}");
    out
}

/// Secondary exposures as JSON.
pub fn secondary_json(list: &[Secondary]) -> String {
    let mut out = String::from("[");
    for (i, entry) in list.iter().enumerate() {
        text(if i == 0 { "{\"gate\":" } else { ",{\"gate\":" }, &entry.gate, &mut out);
        text(",\"gateValue\":", &entry.value, &mut out);
        text(",\"ruleID\":", &entry.rule, &mut out);
        out.push('}');
    }
    out.push(']');
    out
}

fn explicit(list: Option<&[Text]>, out: &mut String) {
    out.push_str(",\"explicitParameters\":");
    let Some(list) = list else { return out.push_str("null") };
    out.push('[');
    for (i, name) in list.iter().enumerate() {
        text(if i == 0 { "" } else { "," }, name, out);
    }
    out.push(']');
}

fn text(key: &str, value: &str, out: &mut String) {
    out.push_str(key);
    write_string(value, out);
}

fn optional(key: &str, value: Option<&str>, out: &mut String) {
    match value {
        Some(value) => text(key, value, out),
        None => {
            out.push_str(key);
            out.push_str("null");
        }
    }
}

fn flag(key: &str, value: bool, out: &mut String) {
    out.push_str(key);
    out.push_str(if value { "true" } else { "false" });
}

fn number(key: &str, value: Option<f64>, out: &mut String) {
    out.push_str(key);
    match value.filter(|n| n.is_finite()) {
        Some(n) => write_number(n, out),
        None => out.push_str("null"),
    }
}

/// Reads a record. None when it is not one.
pub fn from_json(json: &str) -> Option<Outcome> {
    let record = parse_str(json).ok()?;
    let get = |key: &str| property(&record, key);
    let sampling = get("sampling");
    let version = get("configVersion");
    Some(
        Outcome {
            kind: SpecKind::from_number(get("kind").as_number()? as u32)?,
            name: get("name").as_str()?.into(),
            value: get("value").is_truthy(),
            rule: get("ruleID").as_str().unwrap_or_default().into(),
            group: get("groupName").as_str().map(Text::from),
            id_type: get("idType").as_str().map(Text::from),
            json: match get("json") {
                JsValue::Undefined => "{}".into(),
                value => stringify(value).into(),
            },
            secondary: secondary(get("secondaryExposures")),
            undelegated: secondary(get("undelegatedSecondaryExposures")),
            explicit: get("explicitParameters")
                .as_array()
                .map(|list| list.iter().filter_map(JsValue::as_str).map(Text::from).collect()),
            delegate: get("configDelegate").as_str().map(Text::from),
            version: (!version.is_nullish())
                .then(|| Version { json: stringify(version).into(), text: (&*to_string(version)).into() }),
            experiment_group: get("isExperimentGroup").is_truthy(),
            reason: get("reason").as_str().and_then(Reason::from_text),
            persisted_time: get("persistedTime").as_number(),
            forward_all: property(sampling, "forwardAll").is_truthy(),
            rate: property(sampling, "rate").as_number(),
            seen_analytical: property(sampling, "seenAnalytical").is_truthy(),
            hashes: Default::default(),
            secondary_json: Default::default(),
            undelegated_json: Default::default(),
        }
        .with_hashes(),
    )
}

fn secondary(list: &JsValue) -> Arc<[Secondary]> {
    let entry = |e: &JsValue| Secondary {
        gate: (&*to_string(property(e, "gate"))).into(),
        value: (&*to_string(property(e, "gateValue"))).into(),
        rule: (&*to_string(property(e, "ruleID"))).into(),
    };
    list.as_array().unwrap_or_default().iter().map(entry).collect()
}
