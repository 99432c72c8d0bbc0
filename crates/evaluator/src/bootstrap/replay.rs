//! Session-replay fields (BEHAVIOUR.md 6.5).

use super::algorithm::Algorithm;
use crate::js_semantics::{property, to_number, to_string, write, JsObject, JsValue};
use crate::store::Store;

/// Name of the gate that decides, if the payload names one.
pub(super) fn targeting_gate(store: &Store) -> Option<String> {
    let gate = property(&store.meta.session_replay_info, "targeting_gate");
    (!gate.is_nullish()).then(|| to_string(gate).into_owned())
}

/// Appends the fields, each behind a comma. `passes`: the targeting gate is true in this response.
pub(super) fn write_replay(
    info: &JsValue,
    random: f64,
    algorithm: Algorithm,
    passes: bool,
    out: &mut String,
) {
    if info.is_nullish() {
        return;
    }
    let blocked = property(info, "recording_blocked");
    let rate = property(info, "sampling_rate");
    let has_gate = !property(info, "targeting_gate").is_nullish();
    let is_blocked = !blocked.is_nullish() && blocked.as_bool() != Some(false);
    let sampled_out = !rate.is_nullish() && random > to_number(rate);
    let can_record = !is_blocked && !sampled_out && (!has_gate || passes);
    field("recording_blocked", blocked, out);
    field("can_record_session", &JsValue::Bool(can_record), out);
    if !rate.is_nullish() {
        field("session_recording_rate", rate, out);
    }
    if has_gate {
        field("passes_session_recording_targeting", &JsValue::Bool(passes), out);
    }
    for key in ["session_recording_event_triggers", "session_recording_exposure_triggers"] {
        let hide = if key.contains("exposure") { algorithm } else { Algorithm::Plain };
        let list = property(info, key);
        if !list.is_nullish() {
            field(key, &triggers(list, random, hide), out);
        }
    }
}

/// Appends `session_recording_privacy_settings`, as given.
pub(super) fn write_privacy(info: &JsValue, out: &mut String) {
    let key = "session_recording_privacy_settings";
    let settings = property(info, key);
    if !settings.is_nullish() {
        field(key, settings, out);
    }
}

fn triggers(list: &JsValue, random: f64, hide: Algorithm) -> JsValue {
    let trigger = |wire: &JsValue| {
        let mut entries: Vec<(Box<str>, JsValue)> = Vec::new();
        let (values, rate) = (property(wire, "values"), property(wire, "sampling_rate"));
        if !values.is_nullish() {
            entries.push(("values".into(), values.clone()));
        }
        if !rate.is_nullish() {
            entries.push(("passes_sampling".into(), JsValue::Bool(random <= to_number(rate))));
        }
        JsValue::Object(JsObject::from_entries(entries))
    };
    let hidden = match list {
        JsValue::Object(map) => {
            map.iter().map(|(name, wire)| (hide.hash(name).into(), trigger(wire))).collect()
        }
        JsValue::Array(items) => numbered(items.iter().map(trigger), hide),
        JsValue::String(text) => {
            numbered(text.encode_utf16().map(|_| trigger(&JsValue::Undefined)), hide)
        }
        _ => Vec::new(),
    };
    JsValue::Object(JsObject::from_entries(hidden))
}

/// Members by position, as `for…in` meets those of lists and texts.
fn numbered(members: impl Iterator<Item = JsValue>, hide: Algorithm) -> Vec<(Box<str>, JsValue)> {
    members.enumerate().map(|(i, member)| (hide.hash(&i.to_string()).into(), member)).collect()
}

fn field(key: &str, value: &JsValue, out: &mut String) {
    if matches!(value, JsValue::Undefined) {
        return;
    }
    out.push_str(",\"");
    out.push_str(key);
    out.push_str("\":");
    write(value, out);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js_semantics::json::parse_str;

    fn written(info: &str, random: f64, passes: bool) -> String {
        let mut out = String::new();
        write_replay(&parse_str(info).unwrap(), random, Algorithm::Djb2, passes, &mut out);
        out
    }

    #[test]
    fn fields_follow_the_settings() {
        assert_eq!(written("null", 0.5, true), "");
        for info in ["{}", "true", "5", "\"text\"", "[{\"sampling_rate\":0}]"] {
            assert_eq!(written(info, 0.5, false), ",\"can_record_session\":true", "{info}");
        }
        assert_eq!(
            written(r#"{"session_recording_event_triggers":[{"values":1},"x"]}"#, 0.5, false),
            ",\"can_record_session\":true,\"session_recording_event_triggers\":{\"0\":{\"values\":1},\"1\":{}}"
        );
        let info = r#"{"recording_blocked":false,"sampling_rate":0.5,"targeting_gate":"g",
            "session_recording_event_triggers":{"b":{"values":["x"],"sampling_rate":0.1},"1":{}},
            "session_recording_exposure_triggers":{"a":{"sampling_rate":0.9}}}"#;
        assert_eq!(
            written(info, 0.5, true),
            ",\"recording_blocked\":false,\"can_record_session\":true,\"session_recording_rate\":0.5,\
             \"passes_session_recording_targeting\":true,\"session_recording_event_triggers\":{\"1\":{},\
             \"b\":{\"values\":[\"x\"],\"passes_sampling\":false}},\
             \"session_recording_exposure_triggers\":{\"97\":{\"passes_sampling\":true}}"
        );
        assert!(written(info, 0.6, true).contains("\"can_record_session\":false"));
        assert!(written(info, 0.1, false).contains("\"can_record_session\":false"));
    }
}
