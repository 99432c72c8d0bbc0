//! Users in slots: the text that events carry, the fields that conditions read, and what was found
//! out about the user.
//!
//! A slot's memory is reused by the next user, so a steady state allocates nothing.

mod client;
mod crossing;
mod exotic;
mod field;
mod fill;
mod ids;
mod newer_field;
mod redact;
mod scan;
mod sections;
mod slot;
mod template;
pub mod value;

pub use field::Span;
pub(crate) use field::{Field, Place, Scope, Val};
pub(crate) use redact::Redaction;
pub(crate) use slot::{GateMemo, PendingText, Seen};
pub use slot::{UserAgentParts, UserSlot};
pub(crate) use template::Templates;
pub use value::Value;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::Dialect;
    use crate::js_semantics::{stringify, to_lower_case, JsValue};
    use crate::store::{FieldName, UnitName};

    fn slot(json: &str, private: &str, exotic: &str) -> UserSlot {
        let mut slot = UserSlot::default();
        slot.set(json, private, exotic);
        slot
    }

    fn text(slot: &mut UserSlot, field: &str) -> String {
        let value = slot.field_named(field, Dialect::V1);
        slot.value(value).text().into_owned()
    }

    #[test]
    fn events_carry_the_user_without_private_attributes() {
        let tail = "\"privateAttributes\":null}";
        for (json, head) in [
            ("{}", "{"),
            ("{\"a\":1}", "{\"a\":1,"),
            ("{\"a\":\"\\n\"} ", "{\"a\":\"\\n\","),
            ("nonsense", "{"),
            ("{\"a\":1,}", "{"),
        ] {
            assert_eq!(
                slot(json, "{\"secret\":1}", "").event_text(),
                format!("{head}{tail}"),
                "{json}"
            );
        }
    }

    #[test]
    fn fields_are_found_in_order_of_scope_and_spelling() {
        let json = r#"{"email":null,"custom":{"email":"c","Plan":"p","esc\u0061pe":"\u00e9"},"n":-1.5e2,"list":[1,{"x":2}]}"#;
        let mut slot = slot(json, r#"{"email":"private","level":3}"#, "");
        let found = ["email", "Plan", "plan", "LEVEL", "escape", "n", "list", "missing"]
            .map(|f| text(&mut slot, f));
        assert_eq!(
            found,
            ["c", "p", "undefined", "3", "é", "-150", "1,[object Object]", "undefined"]
        );
    }

    #[test]
    fn exotic_values_replace_what_json_says() {
        let exotic = r#"{"values":[{"path":["custom","n"],"value":{"n":"NaN"}},
            {"path":["when"],"value":{"o":{"s":"S","d":1,"n":2}}},
            {"path":["email"],"value":{"u":1}},{"path":["a","b","c"],"value":{"j":1}},7]}"#;
        let mut slot = slot(r#"{"email":"e","custom":{"n":null}}"#, "", exotic);
        assert_eq!(["n", "when", "email"].map(|f| text(&mut slot, f)), ["NaN", "S", "undefined"]);
        assert_eq!(
            slot.event_text(),
            r#"{"email":"e","custom":{"n":null},"privateAttributes":null}"#
        );
    }

    #[test]
    fn events_carry_what_is_logged_instead() {
        for (logged, text) in [
            (r#"{"userID":"public"}"#, r#"{"userID":"public","privateAttributes":null}"#),
            ("{}", r#"{"privateAttributes":null}"#),
            ("null", "null"),
            ("[1,{}]", "[1,{}]"),
        ] {
            let exotic =
                format!("{{\"values\":[],\"logged\":{}}}", stringify(&JsValue::string(logged)));
            let mut user = slot(r#"{"userID":"u","ssn":"1"}"#, r#"{"pin":2}"#, &exotic);
            assert_eq!(user.event_text(), text);
            let mut response = String::new();
            user.write_json(&mut response);
            assert_eq!(response, logged);
            assert_eq!(["userID", "ssn", "pin"].map(|f| self::text(&mut user, f)), ["u", "1", "2"]);
        }
    }

    #[test]
    fn hidden_ids_are_found_by_name_and_inherited_ones_by_overrides_too() {
        let exotic = r#"{"values":[{"path":["inheritedIDs","orgID"],"value":{"j":"org"}},
            {"path":["hiddenIDs","teamID"],"value":{"j":"team"}}]}"#;
        let mut user = slot(r#"{"customIDs":{"k":"own"}}"#, "", exotic);
        let mut unit = |name: &str| {
            let lower = to_lower_case(name);
            let lower = (lower != name).then(|| Box::from(&*lower));
            user.stamp += 1;
            let (_, text) = user.unit(
                0,
                &UnitName {
                    custom: Some(FieldName {
                        name: name.into(),
                        lower,
                        own: None,
                        null_hides: false,
                    }),
                    ignores_case: true,
                },
            );
            user.span(text).to_owned()
        };
        assert_eq!(
            ["k", "K", "orgID", "teamID", "TEAMID"].map(&mut unit),
            ["own", "own", "org", "team", ""]
        );
        assert_eq!(user.override_keys(), ["own", "org"]);
        let mut key = String::new();
        user.sampling_key(&mut key);
        assert_eq!(key, "u:;k:own;");
        assert_eq!(user.dedupe_hash, slot(r#"{"customIDs":{"k":"own"}}"#, "", "").dedupe_hash);
    }

    #[test]
    fn dedupe_sees_ids_only() {
        let hash = |json: &str| slot(json, "", "").dedupe_hash;
        assert_eq!(hash(r#"{"userID":"a","email":"x"}"#), hash(r#"{"email":"y","userID":"a"}"#));
        assert_eq!(hash("{}"), hash(r#"{"userID":""}"#));
        assert_eq!(
            hash(r#"{"customIDs":{"k":"1","l":null}}"#),
            hash(r#"{"customIDs":{"m":1,"n":""}}"#)
        );
        assert_ne!(hash(r#"{"userID":"a"}"#), hash(r#"{"customIDs":{"k":"a"}}"#));
    }

    #[test]
    fn arrays_and_texts_are_read_by_position() {
        let json = r#"{"userID":["1",5],"customIDs":["a","b"],"custom":"xyz"}"#;
        let mut listed = slot(json, r#"["p",null]"#, "");
        let mut key = String::new();
        listed.sampling_key(&mut key);
        assert_eq!(key, "u:1,5;0:a;1:b;");
        assert_eq!(listed.override_keys(), ["1,5", "a", "b"]);
        assert_eq!(
            ["2", "length", "privateAttributes", "3"].map(|f| text(&mut listed, f)),
            ["z", "3", "p,", "undefined"]
        );
        let mut private = slot("{}", r#"["p",null]"#, "");
        assert_eq!(["0", "length"].map(|f| text(&mut private, f)), ["p", "2"]);
        let hash = |json: &str| slot(json, "", "").dedupe_hash;
        assert_eq!(hash(r#"{"customIDs":["a","b"]}"#), hash(r#"{"customIDs":{"k":"a","l":"b"}}"#));
        assert_eq!(hash(r#"{"customIDs":"ab"}"#), hash("{}"));
        let spelled = slot(r#"{"customIDs":"t😀"}"#, "", "");
        key.clear();
        spelled.sampling_key(&mut key);
        assert!(key.starts_with("u:;0:t;1:"), "{key}");
        assert_eq!(
            slot("{}", "", r#"{"values":[{"path":["customIDs"],"value":{"a":[{"n":"NaN"}]}}]}"#)
                .override_keys(),
            ["NaN"]
        );
    }

    #[test]
    fn deep_json_is_invalid_and_never_overflows() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(slot(&deep, "", "").event_text(), "{\"privateAttributes\":null}");
    }
}
