//! What the client-initialize response says about a user.

use super::slot::PRIVATE_TAIL;
use super::{Scope, Span, UserSlot, Val};
use crate::js_semantics::number::write_number;
use crate::js_semantics::{json, write_string, JsValue};

impl UserSlot {
    /// Appends the user's JSON.
    pub(crate) fn write_json(&self, out: &mut String) {
        match self.event_text().strip_suffix(PRIVATE_TAIL) {
            Some(open) => {
                out.push_str(open.strip_suffix(',').unwrap_or(open));
                out.push('}');
            }
            None => out.push_str(self.event_text()),
        }
    }

    /// Appends `evaluated_keys` (BEHAVIOUR.md 6.3).
    pub(crate) fn write_evaluated_keys(&self, out: &mut String) {
        let before = out.len();
        let id = self.find(Scope::Top, "userID").unwrap_or_default();
        if is_truthy(id) {
            out.push_str("{\"userID\":");
            match self.unlike_its_text("userID", id) {
                Some(given) => out.push_str(given),
                None => self.write_value(id, out),
            }
        }
        let ids = self.find(Scope::Top, "customIDs").unwrap_or_default();
        if self.has_keys(ids) {
            out.push_str(if out.len() == before { "{\"customIDs\":" } else { ",\"customIDs\":" });
            self.write_value(ids, out);
        }
        out.push_str(if out.len() == before { "{}" } else { "}" });
    }

    /// The JSON of a top-level text as it was given, where that says more than the text: a lone
    /// surrogate, which the text has as U+FFFD.
    fn unlike_its_text(&self, name: &str, value: Val) -> Option<&str> {
        let Val::Str(span) = value else { return None };
        let text = span.of(&self.text);
        if !text.contains(char::REPLACEMENT_CHARACTER) {
            return None;
        }
        self.fields
            .iter()
            .filter(|field| field.scope == Scope::Top && field.key.of(&self.text) == name)
            .filter_map(|field| self.text.get(field.key.end as usize + 1..))
            .filter_map(|rest| first_string(rest.trim_start().strip_prefix(':')?.trim_start()))
            .find(|given| json::parse_str(given).is_ok_and(|said| said.as_str() == Some(text)))
    }

    /// `Object.keys(value).length > 0`.
    fn has_keys(&self, value: Val) -> bool {
        match value {
            Val::Str(span) => span != Span::new(span.start as usize, span.start as usize),
            Val::Raw(span) => {
                let json = span.of(&self.text);
                json.get(1..json.len().saturating_sub(1))
                    .is_some_and(|inner| !inner.trim().is_empty())
            }
            _ => false,
        }
    }

    fn write_value(&self, value: Val, out: &mut String) {
        match value {
            Val::Str(span) => write_string(span.of(&self.text), out),
            Val::Raw(span) => out.push_str(span.of(&self.text)),
            Val::Num(n) => write_number(n, out),
            Val::Bool(b) => out.push_str(if b { "true" } else { "false" }),
            Val::Undefined | Val::Null | Val::Object(_) => out.push_str("null"),
        }
    }

    /// `privateAttributes`; undefined without any.
    pub(crate) fn private_attributes(&self) -> JsValue {
        json::parse_str(self.private.of(&self.text)).unwrap_or_default()
    }
}

/// The JSON string that a text begins with.
fn first_string(text: &str) -> Option<&str> {
    let mut escaped = false;
    let inner = text.strip_prefix('"')?;
    let end = inner.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })?;
    text.get(..end + 2)
}

fn is_truthy(value: Val) -> bool {
    match value {
        Val::Undefined | Val::Null => false,
        Val::Bool(b) => b,
        Val::Num(n) => n != 0.0 && !n.is_nan(),
        Val::Str(span) => span.start != span.end,
        Val::Raw(_) | Val::Object(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(json: &str) -> String {
        let mut slot = UserSlot::default();
        slot.set(json, "", "");
        let mut out = String::from("#");
        slot.write_evaluated_keys(&mut out);
        out.split_off(1)
    }

    #[test]
    fn evaluated_keys_name_the_ids_that_are_set() {
        for (user, expected) in [
            (r#"{"userID":"u","customIDs":{"k":"1"}}"#, r#"{"userID":"u","customIDs":{"k":"1"}}"#),
            (r#"{"userID":"","customIDs":{"k":"1"}}"#, r#"{"customIDs":{"k":"1"}}"#),
            (r#"{"userID":0,"customIDs":{ }}"#, "{}"),
            (r#"{"userID":false}"#, "{}"),
            (r#"{"userID":null,"customIDs":[]}"#, "{}"),
            (r#"{"userID":true}"#, r#"{"userID":true}"#),
            (r#"{"userID":-1.50}"#, r#"{"userID":-1.5}"#),
            (r#"{"userID":{},"customIDs":""}"#, r#"{"userID":{}}"#),
            (r#"{"userID":[],"customIDs":"ab"}"#, r#"{"userID":[],"customIDs":"ab"}"#),
            // A lone surrogate, which is U+FFFD in the text, stays what it was.
            (r#"{"userID":"\ud800x"}"#, r#"{"userID":"\ud800x"}"#),
            (r#"{"userID" : "�\"" }"#, r#"{"userID":"�\""}"#),
        ] {
            assert_eq!(keys(user), expected, "{user}");
        }
    }

    #[test]
    fn the_first_string_of_a_text_ends_at_its_quote() {
        assert_eq!(first_string(r#""a\"b\\" rest""#), Some(r#""a\"b\\""#));
        assert_eq!((first_string("a\""), first_string("\"open\\\"")), (None, None));
    }
}
