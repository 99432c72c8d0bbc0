//! `OutcomeRecord` of `engine.ts`: to JSON text and back.

use std::sync::Arc;

use serde::Serialize;
use serde_json::value::RawValue;

use super::{Outcome, Reason, Secondary};
use crate::js_semantics::{
    finished, json::parse_str, property, stringify, to_json as json_of, to_string, JsObject,
    JsValue,
};
use crate::store::{Explicit, Rate, SpecKind, Text, Version, NONE};

/// `OutcomeRecord`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Record<'a> {
    kind: u8,
    name: &'a str,
    value: bool,
    #[serde(rename = "ruleID")]
    rule: &'a str,
    group_name: Option<&'a str>,
    id_type: Option<&'a str>,
    json: &'a RawValue,
    secondary_exposures: &'a [Secondary],
    undelegated_secondary_exposures: &'a [Secondary],
    explicit_parameters: Option<&'a RawValue>,
    config_delegate: Option<&'a str>,
    config_version: Option<&'a RawValue>,
    is_experiment_group: bool,
    reason: Option<&'a str>,
    persisted_time: JsValue,
    #[serde(skip_serializing_if = "Option::is_none")]
    override_config_name: Option<&'a str>,
    #[serde(rename = "parameterRuleIDs", skip_serializing_if = "Option::is_none")]
    parameter_rules: Option<JsValue>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    also_exposes: &'a [Text],
    sampling: Sampling<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Sampling<'a> {
    forward_all: bool,
    rate: Option<&'a RawValue>,
    seen_analytical: bool,
}

/// An outcome as JSON.
pub fn to_json(outcome: &Outcome) -> String {
    json_of(&Record {
        kind: outcome.kind as u8,
        name: &outcome.name,
        value: outcome.value,
        rule: &outcome.rule,
        group_name: outcome.group.as_deref(),
        id_type: outcome.id_type.as_deref(),
        json: finished(&outcome.json),
        secondary_exposures: &outcome.secondary,
        undelegated_secondary_exposures: &outcome.undelegated,
        explicit_parameters: outcome.explicit.as_ref().map(|list| finished(&list.json)),
        config_delegate: outcome.delegate.as_deref(),
        config_version: outcome.version.as_ref().map(|version| finished(&version.json)),
        is_experiment_group: outcome.experiment_group,
        reason: outcome.reason.map(Reason::as_str),
        persisted_time: outcome.persisted_time.map_or(JsValue::Null, JsValue::Number),
        override_config_name: outcome.mapped.as_deref(),
        parameter_rules: outcome.parameter_rules.as_deref().map(rules_json),
        also_exposes: &outcome.also_names,
        sampling: Sampling {
            forward_all: outcome.forward_all,
            rate: outcome.rate.as_ref().map(|rate| finished(&rate.json)),
            seen_analytical: outcome.seen_analytical,
        },
    })
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
            explicit: Explicit::new(get("explicitParameters")),
            delegate: get("configDelegate").as_str().map(Text::from),
            version: (!version.is_nullish()).then(|| Version {
                json: stringify(version).into(),
                text: (&*to_string(version)).into(),
            }),
            experiment_group: get("isExperimentGroup").is_truthy(),
            reason: get("reason").as_str().and_then(Reason::from_text),
            persisted_time: get("persistedTime").as_number(),
            forward_all: property(sampling, "forwardAll").is_truthy(),
            rate: Rate::new(property(sampling, "rate")),
            seen_analytical: property(sampling, "seenAnalytical").is_truthy(),
            mapped: get("overrideConfigName").as_str().map(Text::from),
            base: NONE,
            answer: NONE,
            parameter_rules: get("parameterRuleIDs").as_object().map(|rules| {
                rules
                    .iter()
                    .map(|(name, rule)| (name.into(), rule.as_str().unwrap_or_default().into()))
                    .collect()
            }),
            also: Box::default(),
            also_names: Box::default(),
            hashes: Default::default(),
            secondary_json: Default::default(),
            undelegated_json: Default::default(),
        }
        .with_hashes(),
    )
}

/// Which rule each parameter is from, by name.
pub(crate) fn rules_json(rules: &[(Text, Text)]) -> JsValue {
    let entries = rules.iter().map(|(name, rule)| (Box::from(&**name), JsValue::string(rule)));
    JsValue::Object(JsObject::from_entries(entries.collect()))
}

fn secondary(list: &JsValue) -> Arc<[Secondary]> {
    let entry = |e: &JsValue| Secondary {
        gate: (&*to_string(property(e, "gate"))).into(),
        value: (&*to_string(property(e, "gateValue"))).into(),
        rule: (&*to_string(property(e, "ruleID"))).into(),
    };
    list.as_array().unwrap_or_default().iter().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_being_interned() {
        let record = r#"{"kind":2,"name":"l","value":true,"ruleID":"r","groupName":"g","idType":"userID","json":{"b":1,"a":[null]},"secondaryExposures":[{"gate":"x","gateValue":"true","ruleID":"y"}],"undelegatedSecondaryExposures":[],"explicitParameters":["b"],"configDelegate":"d","configVersion":3,"isExperimentGroup":true,"reason":"Persisted","persistedTime":7,"overrideConfigName":"o","parameterRuleIDs":{"b":"s"},"sampling":{"forwardAll":true,"rate":"5","seenAnalytical":true}}"#;
        let outcome = from_json(record).unwrap();
        assert_eq!(to_json(&outcome), record);
        assert!(outcome.is_explicit("b") && !outcome.is_explicit("a"));
        assert_eq!((outcome.rule_of("b"), outcome.rule_of("a")), ("s", "r"));
        let experiments = [true, false].map(|explicit| outcome.allocated_experiment(explicit));
        assert_eq!(experiments, ["d", ""]);
        assert_eq!(outcome.exposures_json(true), "[]");
        assert!(outcome.exposures_json(false).starts_with(r#"[{"gate":"x""#));
    }

    #[test]
    fn what_a_record_lacks_is_nothing() {
        let least = from_json(r#"{"kind":0,"name":"g"}"#).unwrap();
        assert_eq!((&*least.json, &*least.rule, least.value), ("{}", "", false));
        assert!(least.rate.is_none() && least.version.is_none() && least.hashes.special_rule);
        let nothing = ["", "5", "{}", r#"{"kind":3,"name":"g"}"#, r#"{"kind":0,"name":1}"#];
        assert!(nothing.iter().all(|json| from_json(json).is_none()));
        for reason in ["LocalOverride", "Unrecognized", "Unsupported", "Uninitialized"] {
            let json = format!(r#"{{"kind":0,"name":"g","reason":"{reason}"}}"#);
            assert_eq!(from_json(&json).unwrap().reason.map(Reason::as_str), Some(reason));
        }
    }
}
