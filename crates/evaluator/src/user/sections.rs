//! Sections of a user that are not objects. JavaScript reads a member of an array or a text like
//! one of an object, by position (`customIDs: ["a"]` has the ID `0`), so such a section gets a
//! field per position.

use super::{Field, Scope, UserSlot, Val};
use crate::js_semantics::{json::parse_str, JsValue};

/// Adds the fields. A user whose sections are objects costs one look at each top field.
pub(super) fn apply(slot: &mut UserSlot) {
    for i in 0..slot.fields.len() {
        let Some(&Field { scope: Scope::Top, key, value }) = slot.fields.get(i) else { continue };
        if matches!(value, Val::Undefined | Val::Null | Val::Bool(_) | Val::Num(_)) {
            continue;
        }
        let scope = match key.of(&slot.text) {
            "custom" => Scope::Custom,
            "customIDs" => Scope::CustomIds,
            "statsigEnvironment" => Scope::Environment,
            "privateAttributes" => Scope::Private,
            _ => continue,
        };
        if let Some(items) = items_of(slot, value) {
            add(slot, scope, items);
        }
    }
}

fn items_of(slot: &UserSlot, value: Val) -> Option<Vec<JsValue>> {
    match value {
        Val::Str(span) => {
            let units = span.of(&slot.text).encode_utf16();
            Some(units.map(|unit| JsValue::string(&String::from_utf16_lossy(&[unit]))).collect())
        }
        Val::Raw(span) if span.of(&slot.text).starts_with('[') => {
            match parse_str(span.of(&slot.text)) {
                Ok(JsValue::Array(items)) => Some(items),
                _ => None,
            }
        }
        Val::Object(index) => match slot.objects.get(index as usize) {
            Some(JsValue::Array(items)) => Some(items.clone()),
            _ => None,
        },
        _ => None,
    }
}

fn add(slot: &mut UserSlot, scope: Scope, items: Vec<JsValue>) {
    // Conditions can name it; loops over the members do not see it, and only those of IDs and
    // environments are looped.
    if matches!(scope, Scope::Custom | Scope::Private) {
        let key = slot.keep_text("length");
        slot.fields.push(Field { scope, key, value: Val::Num(items.len() as f64) });
    }
    for (i, item) in items.into_iter().enumerate() {
        let key = slot.keep_text(&i.to_string());
        let value = slot.keep_value(item);
        slot.fields.push(Field { scope, key, value });
    }
}
