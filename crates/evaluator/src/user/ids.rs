//! What identifies a user: unit IDs, keys of overrides, and what dedupe and sampling say about the
//! user.

use super::slot::UnitMemo;
use super::{Scope, Span, UserSlot, Val, Value};
use crate::exposure::hash::TextHash;
use crate::js_semantics::number::write_number;
use crate::js_semantics::{json, to_string, JsValue};
use crate::store::{FieldName, UnitName};

impl UserSlot {
    /// A unit ID and `String(unit ?? '')` (BEHAVIOUR.md 3.5).
    pub(crate) fn unit(&mut self, index: u32, name: &UnitName) -> (Val, Span) {
        let stamp = self.stamp;
        if let Some(memo) = self.units.get(index as usize).filter(|m| m.stamp == stamp) {
            return (memo.value, memo.text);
        }
        let found = match &name.custom {
            None => self.find(Scope::Top, "userID").unwrap_or_default(),
            Some(field) => self.custom_id(field, name.ignores_case),
        };
        let value = self.parsed(found);
        let text = self.unit_text(value);
        if let Some(memo) = self.units.get_mut(index as usize) {
            *memo = UnitMemo { stamp, value, text };
        }
        (value, text)
    }

    fn custom_id(&self, name: &FieldName, ignores_case: bool) -> Val {
        let scopes = [Scope::CustomIds, Scope::InheritedIds, Scope::HiddenIds];
        let exact = |name: &str| scopes.into_iter().find_map(|scope| self.find(scope, name));
        match exact(&name.name) {
            None | Some(Val::Undefined) => {
                let lower = name.lower.as_deref().unwrap_or(&name.name);
                if ignores_case {
                    self.find_ignoring_case(Scope::CustomIds, lower)
                } else {
                    exact(lower).unwrap_or_default()
                }
            }
            Some(value) => value,
        }
    }

    fn unit_text(&mut self, value: Val) -> Span {
        match value {
            Val::Undefined | Val::Null => Span::default(),
            Val::Str(span) => span,
            Val::Num(n) => {
                let start = self.text.len();
                write_number(n, &mut self.text);
                Span::new(start, self.text.len())
            }
            other => {
                // `+` converts without a hint.
                let text = match self.value(other) {
                    Value::Object(JsValue::Exotic(object)) => {
                        to_string(&object.default_primitive).into_owned()
                    }
                    value => value.text().into_owned(),
                };
                self.keep_text(&text)
            }
        }
    }

    /// The IDs under which overrides are looked up, in order: user ID, custom IDs.
    pub(crate) fn override_keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        match self.find(Scope::Top, "userID") {
            None | Some(Val::Undefined | Val::Null) => {}
            Some(id) => keys.push(self.text_of(id)),
        }
        for scope in [Scope::CustomIds, Scope::InheritedIds] {
            let ids = self.fields.iter().filter(|f| f.scope == scope);
            keys.extend(ids.map(|f| self.text_of(f.value)));
        }
        keys
    }

    fn text_of(&self, value: Val) -> String {
        match value {
            Val::Raw(span) => json::parse_str(span.of(&self.text))
                .map(|v| to_string(&v).into_owned())
                .unwrap_or_default(),
            other => self.value(other).text().into_owned(),
        }
    }

    /// `[userID, Object.values(customIDs).join()].join()`, hashed.
    pub(super) fn hash_for_dedupe(&self) -> u64 {
        let mut hash = TextHash::new();
        match self.find(Scope::Top, "userID").unwrap_or_default() {
            Val::Str(span) => hash.add(span.of(&self.text)),
            Val::Undefined | Val::Null => {}
            other => hash.add(&self.text_of(other)),
        }
        hash.add(",");
        // `typeof customIDs === 'object'`: a text has no values here.
        if matches!(self.find(Scope::Top, "customIDs"), Some(Val::Str(_))) {
            return hash.finish();
        }
        for (i, field) in self.fields.iter().filter(|f| f.scope == Scope::CustomIds).enumerate() {
            if i > 0 {
                hash.add(",");
            }
            match field.value {
                Val::Str(span) => hash.add(span.of(&self.text)),
                Val::Undefined | Val::Null => {}
                other => hash.add(&self.text_of(other)),
            }
        }
        hash.finish()
    }

    /// `u:{userID or ''};{custom id name}:{value};…` (BEHAVIOUR.md 7.7).
    pub(crate) fn sampling_key(&self, out: &mut String) {
        out.push_str("u:");
        let id = self.find(Scope::Top, "userID").unwrap_or_default();
        if matches!(id, Val::Raw(_)) || self.value(id).is_truthy() {
            out.push_str(&self.text_of(id));
        }
        out.push(';');
        for field in self.fields.iter().filter(|f| f.scope == Scope::CustomIds) {
            out.push_str(field.key.of(&self.text));
            out.push(':');
            out.push_str(&self.text_of(field.value));
            out.push(';');
        }
    }
}
