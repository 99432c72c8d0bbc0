//! `SpecsSummary` of `engine.ts`, as JSON.

use serde::Serialize;

use super::uses::Uses;
use crate::js_semantics::{number_to_string, to_json, to_number, JsObject, JsValue};
use crate::store::Store;
use crate::wire::Payload;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Summary<'a> {
    has_updates: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    time: Option<JsValue>,
    format: u8,
    checksum: Option<&'a str>,
    hashed_sdk_key_used: Option<&'a str>,
    gates: usize,
    configs: usize,
    layers: usize,
    default_environment: Option<&'a JsValue>,
    diagnostics: Option<&'a JsValue>,
    sdk_flags: JsValue,
    sdk_configs: JsValue,
    #[serde(flatten)]
    uses: &'a Uses,
    user_fields: Vec<&'a str>,
    id_types: Vec<&'a str>,
    warnings: &'a [String],
}

/// Summary of a payload without updates.
pub(super) fn no_updates(payload: &Payload<'_>) -> String {
    to_json(&summarize(payload, [0; 3], &Uses::default(), &[]))
}

/// Summary of a compiled payload.
pub(super) fn summary(
    payload: &Payload<'_>,
    store: &Store,
    uses: &Uses,
    warnings: &[String],
) -> String {
    let counts = [0, 1, 2].map(|kind: usize| store.order[kind].len());
    to_json(&Summary {
        has_updates: true,
        user_fields: store.fields.iter().map(|field| &*field.name).collect(),
        id_types: store
            .units
            .iter()
            .filter_map(|unit| unit.custom.as_ref())
            .map(|unit| &*unit.name)
            .collect(),
        ..summarize(payload, counts, uses, warnings)
    })
}

/// As a number, or the text of one that JSON cannot carry.
fn time(value: &JsValue) -> Option<JsValue> {
    match value {
        JsValue::Undefined => None,
        JsValue::Null => Some(JsValue::Null),
        value => Some(match to_number(value) {
            time if time.is_finite() => JsValue::Number(time),
            time => JsValue::string(&number_to_string(time)),
        }),
    }
}

fn is_tier(value: &&JsValue) -> bool {
    match value {
        JsValue::Number(n) => n.is_finite(),
        value => matches!(value, JsValue::String(_) | JsValue::Bool(_)),
    }
}

fn summarize<'a>(
    payload: &'a Payload<'_>,
    [gates, configs, layers]: [usize; 3],
    uses: &'a Uses,
    warnings: &'a [String],
) -> Summary<'a> {
    let object = |key: &str| Some(payload.get(key)).filter(|value| value.as_object().is_some());
    let object_or_empty =
        |key: &str| object(key).cloned().unwrap_or(JsValue::Object(JsObject::default()));
    Summary {
        has_updates: false,
        time: time(payload.get("time")),
        format: payload.dialect.number(),
        checksum: payload.get("checksum").as_str(),
        hashed_sdk_key_used: payload.get("hashed_sdk_key_used").as_str(),
        gates,
        configs,
        layers,
        default_environment: Some(payload.get("default_environment")).filter(is_tier),
        diagnostics: object("diagnostics"),
        sdk_flags: object_or_empty("sdk_flags"),
        sdk_configs: object_or_empty("sdk_configs"),
        uses,
        user_fields: Vec::new(),
        id_types: Vec::new(),
        warnings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_numbers_or_the_texts_of_those_that_json_lacks() {
        let json = |value: &JsValue| time(value).map(|time| to_json(&time));
        assert_eq!(json(&JsValue::Undefined), None);
        assert_eq!(json(&JsValue::Null).as_deref(), Some("null"));
        assert_eq!(json(&JsValue::string("12")).as_deref(), Some("12"));
        assert_eq!(json(&JsValue::string("soon")).as_deref(), Some("\"NaN\""));
        assert_eq!(json(&JsValue::Number(f64::INFINITY)).as_deref(), Some("\"Infinity\""));
    }

    #[test]
    fn a_tier_is_text_truth_or_a_finite_number() {
        let texts = [JsValue::string("prod"), JsValue::Bool(false), JsValue::Number(1.0)];
        assert!(texts.iter().all(|value| is_tier(&value)));
        let others = [JsValue::Null, JsValue::Number(f64::INFINITY), JsValue::Array(vec![])];
        assert!(!others.iter().any(|value| is_tier(&value)));
    }
}
