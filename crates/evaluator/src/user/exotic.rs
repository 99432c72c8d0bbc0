//! Users that are more than their JSON (`ExoticUser` of `engine.ts`): values that JSON cannot
//! carry, in the place of what it says, and another text for events.

use super::{Field, Scope, UserSlot};
use crate::js_semantics::{json::parse_str, property, Exotic, JsValue};

/// Applies them. Text that is not as described changes nothing.
pub(super) fn apply(slot: &mut UserSlot, text: &str) {
    if text.is_empty() {
        return;
    }
    let Ok(user) = parse_str(text) else { return };
    for entry in property(&user, "values").as_array().unwrap_or_default() {
        let path: Vec<&str> = property(entry, "path")
            .as_array()
            .unwrap_or_default()
            .iter()
            .filter_map(JsValue::as_str)
            .collect();
        let target = match path.as_slice() {
            [key] => Some((Scope::Top, *key)),
            ["custom", key] => Some((Scope::Custom, *key)),
            ["privateAttributes", key] => Some((Scope::Private, *key)),
            ["customIDs", key] => Some((Scope::CustomIds, *key)),
            ["inheritedIDs", key] => Some((Scope::InheritedIds, *key)),
            ["hiddenIDs", key] => Some((Scope::HiddenIds, *key)),
            ["statsigEnvironment", key] => Some((Scope::Environment, *key)),
            _ => None,
        };
        if let Some((scope, key)) = target {
            put(slot, scope, key, untag(property(entry, "value")));
        }
    }
    if let Some(logged) = property(&user, "logged").as_str() {
        slot.log_as(logged);
    }
}

fn put(slot: &mut UserSlot, scope: Scope, key: &str, value: JsValue) {
    let value = slot.keep_value(value);
    let at = slot.fields.iter().position(|f| f.scope == scope && f.key.of(&slot.text) == key);
    match at.and_then(|i| slot.fields.get_mut(i)) {
        Some(field) => field.value = value,
        None => {
            let key = slot.keep_text(key);
            slot.fields.push(Field { scope, key, value });
        }
    }
}

/// `TaggedValue` of `engine.ts`.
fn untag(tagged: &JsValue) -> JsValue {
    if let Some(plain) = tagged.get("j") {
        return plain.clone();
    }
    if let Some(name) = tagged.get("n").and_then(JsValue::as_str) {
        return JsValue::Number(match name {
            "Infinity" => f64::INFINITY,
            "-Infinity" => f64::NEG_INFINITY,
            _ => f64::NAN,
        });
    }
    if let Some(items) = tagged.get("a").and_then(JsValue::as_array) {
        return JsValue::Array(items.iter().map(untag).collect());
    }
    if let Some(object) = tagged.get("o") {
        return JsValue::Exotic(Box::new(Exotic {
            string: property(object, "s").as_str().unwrap_or_default().into(),
            default_primitive: property(object, "d").clone(),
            number: property(object, "n").as_number().unwrap_or(f64::NAN),
        }));
    }
    JsValue::Undefined
}
