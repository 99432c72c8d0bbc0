//! What the newer shapes add beside entries: parameter stores and the hash of private attributes.

use super::request::Request;
use crate::hashing::djb2;
use crate::js_semantics::{
    property, same_value_zero, stringify, to_string, write, write_string, JsObject, JsValue,
};

/// Appends the parameter stores as one object: hashed store name → parameter → reference with its
/// name hidden (SERVER_CORE.md 7.2).
pub(super) fn write_param_stores(stores: &JsValue, request: &Request<'_>, out: &mut String) {
    let mut entries: Vec<(Box<str>, JsValue)> = Vec::new();
    for (name, store) in stores.as_object().into_iter().flat_map(|o| o.iter()) {
        let apps = property(store, "targetAppIDs").as_array().unwrap_or_default();
        let for_app =
            request.app.is_nullish() || apps.iter().any(|id| same_value_zero(id, request.app));
        if for_app && request.keeps_param_store(name) {
            entries.push((request.algorithm.hash(name).into(), parameters(store, request)));
        }
    }
    write(&JsValue::Object(JsObject::from_entries(entries)), out);
}

fn parameters(store: &JsValue, request: &Request<'_>) -> JsValue {
    let list = property(store, "parameters").as_object();
    let entries = list.into_iter().flat_map(|o| o.iter());
    let written =
        entries.map(|(name, wire)| (name.into(), parameter(name, wire, request))).collect();
    JsValue::Object(JsObject::from_entries(written))
}

const REFERENCES: [&str; 4] = ["gate_name", "config_name", "experiment_name", "layer_name"];
/// Kinds of parameters: the field by which one is told, and those that go with it.
const KINDS: [&[&str]; 5] = [
    &["value"],
    &["gate_name", "pass_value", "fail_value"],
    &["config_name", "param_name"],
    &["experiment_name", "param_name"],
    &["layer_name", "param_name"],
];

/// Whether a field is of another kind than the parameter, or its name, which is given.
fn is_foreign(key: &str, wire: &JsObject) -> bool {
    let kind = KINDS.iter().find(|fields| wire.iter().any(|(key, _)| key == fields[0]));
    let belongs = |fields: &&[&str]| fields.contains(&key);
    key == "name" || (KINDS.iter().any(belongs) && !kind.is_some_and(belongs))
}

fn parameter(name: &str, wire: &JsValue, request: &Request<'_>) -> JsValue {
    let mut entries: Vec<(Box<str>, JsValue)> = vec![("name".into(), JsValue::string(name))];
    let own = wire.as_object().into_iter();
    for (key, value) in own.flat_map(|o| o.iter().filter(|(key, _)| !is_foreign(key, o))) {
        let hidden = REFERENCES.contains(&key).then(|| value.as_str()).flatten();
        let value = hidden
            .map_or_else(|| value.clone(), |text| JsValue::string(&request.algorithm.hash(text)));
        entries.push((key.into(), value));
    }
    JsValue::Object(JsObject::from_entries(entries))
}

/// Appends `pa_hash`: the sum of djb2(`key:value`) over the private attributes; nothing without
/// any.
pub(super) fn write_private_hash(attributes: &JsValue, out: &mut String) {
    let Some(attributes) = attributes.as_object().filter(|o| !o.is_empty()) else { return };
    let text = |value: &JsValue| match value {
        JsValue::Undefined | JsValue::Null | JsValue::Object(_) => String::new(),
        JsValue::Array(_) => stringify(value),
        other => to_string(other).into_owned(),
    };
    let sum = attributes
        .iter()
        .fold(0u32, |sum, (key, value)| sum.wrapping_add(djb2(&format!("{key}:{}", text(value)))));
    out.push_str(",\"pa_hash\":");
    write_string(&sum.to_string(), out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js_semantics::json::parse_str;
    use crate::store::Store;

    #[test]
    fn the_hash_of_private_attributes_is_a_sum_that_wraps() {
        let hash = |json: &str| {
            let mut out = String::new();
            write_private_hash(&parse_str(json).unwrap(), &mut out);
            out
        };
        let all = r#"{"secret":"x","list":[1,"y"],"none":null,"yes":true}"#;
        assert_eq!(hash(all), r#","pa_hash":"3896671645""#);
        assert_eq!(hash(r#"{"secret":"xy"}"#), r#","pa_hash":"3555384331""#);
        assert_eq!((hash("{}"), hash("null"), hash("[]")), Default::default());
    }

    #[test]
    fn references_of_parameter_stores_are_hidden() {
        let store = Store::default();
        let options = parse_str(r#"{"hash":"djb2","paramStoreFilter":["test_gate"]}"#).unwrap();
        let stores = parse_str(
            r#"{"test_gate":{"parameters":{"p":{"ref_type":"gate","gate_name":"test_gate",
                "config_name":7,"name":"q","other_name":"o"}}},"left_out":{"parameters":{}}}"#,
        )
        .unwrap();
        let mut out = String::new();
        write_param_stores(&stores, &Request::read(&options, &store, false), &mut out);
        assert_eq!(
            out,
            r#"{"3114454104":{"p":{"name":"p","ref_type":"gate","gate_name":"3114454104","other_name":"o"}}}"#
        );
    }
}
