//! Users in slots: the text that events carry, the fields that conditions read, and what was found
//! out about the user.
//!
//! A slot's memory is reused by the next user, so a steady state allocates nothing.

mod client;
mod exotic;
mod ids;
mod redact;
mod scan;
mod sections;
mod template;
pub mod value;

use std::sync::Arc;

use crate::js_semantics::{json, to_lower_case, JsValue};
use crate::store::{FieldName, Store};
pub(crate) use redact::Redaction;
use scan::scan_object;
pub(crate) use template::Templates;
pub use value::Value;

/// Part of a slot's text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    start: u32,
    end: u32,
}

impl Span {
    fn new(start: usize, end: usize) -> Span {
        Span { start: start as u32, end: end as u32 }
    }

    fn len(self) -> usize {
        (self.end - self.start) as usize
    }

    /// The text it stands for.
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }
}

/// A user value; texts and objects are kept by the slot.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) enum Val {
    #[default]
    Undefined,
    Null,
    Bool(bool),
    Num(f64),
    Str(Span),
    /// JSON of an array or object, not parsed yet.
    Raw(Span),
    /// Index into the slot's objects.
    Object(u32),
}

/// Where a field sits in the user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Scope {
    Top,
    Custom,
    Private,
    CustomIds,
    /// Custom IDs that overrides and reading by exact name find.
    InheritedIds,
    /// Custom IDs that only reading by exact name finds.
    HiddenIds,
    Environment,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Field {
    scope: Scope,
    key: Span,
    value: Val,
}

/// Parsed user agent; each part is text or null.
#[derive(Debug, Clone, Default)]
pub struct UserAgentParts {
    /// `osName`, `osVersion`, `browserName`, `browserVersion`.
    pub parts: [Option<Box<str>>; 4],
}

/// A remembered nested gate, valid while `stamp` is the slot's or the running evaluation's.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct GateMemo {
    pub(crate) stamp: u32,
    /// The gate itself as a secondary exposure.
    pub(crate) exposure: u32,
    /// Its own secondary exposures.
    pub(crate) list: u32,
    /// Sampling rate, see `store::rate`.
    pub(crate) rate: u16,
    /// Levels of nesting below the gate.
    pub(crate) height: u16,
    /// See `Found::mapped`.
    pub(crate) mapped: u32,
    pub(crate) value: bool,
    pub(crate) unsupported: bool,
    pub(crate) seen: Seen,
}

/// `seen_analytical_gates` while it may still depend on the parent (BEHAVIOUR.md 3.14).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub(crate) enum Seen {
    #[default]
    Inherit,
    No,
    Yes,
}

#[derive(Debug, Clone, Copy, Default)]
struct FieldMemo {
    stamp: u32,
    value: Val,
}

#[derive(Debug, Clone, Copy, Default)]
struct UnitMemo {
    stamp: u32,
    value: Val,
    text: Span,
}

/// Where the user's text lies in the pending events.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct PendingText {
    /// Serial number of the chunk; 0 = none.
    pub(crate) chunk: u64,
    pub(crate) start: u32,
    pub(crate) end: u32,
}

/// One slot.
#[derive(Debug, Default)]
pub struct UserSlot {
    /// The event text, the private attributes, then decoded strings and formatted numbers.
    text: String,
    event_start: usize,
    event_end: usize,
    /// JSON of `privateAttributes`.
    private: Span,
    /// Where texts of memos start.
    memo_start: usize,
    fields: Vec<Field>,
    objects: Vec<JsValue>,
    objects_base: usize,
    agent: Option<Arc<UserAgentParts>>,
    /// Hash of what the dedupe key says about the user.
    pub(crate) dedupe_hash: u64,
    pub(crate) pending: PendingText,
    pub(crate) occupied: bool,
    /// Memos are valid for this number; 0 = none yet.
    pub(crate) stamp: u32,
    /// Epoch of answers in which the memos were made.
    pub(crate) answers: u64,
    resolved: Vec<FieldMemo>,
    units: Vec<UnitMemo>,
    /// 0 unknown, 1 fails, 2 passes.
    pub(crate) conditions: Vec<u8>,
    /// 0 unknown, else the bucket out of 10,000 plus one.
    pub(crate) buckets: Vec<u16>,
    pub(crate) gates: Vec<GateMemo>,
}

const PRIVATE_TAIL: &str = "\"privateAttributes\":null}";

impl UserSlot {
    /// Puts a user in. Invalid JSON counts as `{}`.
    pub(crate) fn set(&mut self, json: &str, private_json: &str, exotic: &str) {
        self.begin();
        if !self.read_json(json) {
            self.read_json("{}");
        }
        self.read_private(private_json);
        exotic::apply(self, exotic);
        self.finish();
    }

    /// Forgets the user before.
    fn begin(&mut self) {
        self.occupied = true;
        self.agent = None;
        self.stamp = 0;
        self.pending = PendingText::default();
        self.text.clear();
        self.fields.clear();
        self.objects.clear();
        self.private = Span::default();
    }

    /// The user's text and fields are in.
    fn finish(&mut self) {
        sections::apply(self);
        self.memo_start = self.text.len();
        self.objects_base = self.objects.len();
        self.dedupe_hash = self.hash_for_dedupe();
    }

    fn read_json(&mut self, json: &str) -> bool {
        self.text.clear();
        self.fields.clear();
        self.text.push_str(json);
        if scan_object(&mut self.text, 0, Scope::Top, &mut self.fields).is_none() {
            return false;
        }
        // The event text repeats the JSON behind the decoded strings only if there are any; usually
        // it grows in place.
        if self.text.len() == json.len() && self.text.ends_with('}') {
            self.text.pop();
            self.finish_event_text(0);
        } else {
            let start = self.text.len();
            self.text.push_str(json.trim_end().strip_suffix('}').unwrap_or_default());
            self.finish_event_text(start);
        }
        true
    }

    fn finish_event_text(&mut self, start: usize) {
        if !self.fields.is_empty() {
            self.text.push(',');
        }
        self.text.push_str(PRIVATE_TAIL);
        self.event_start = start;
        self.event_end = self.text.len();
    }

    /// Events carry another text than conditions read. What is no object has no private attributes
    /// to leave out.
    fn log_as(&mut self, json: &str) {
        let start = self.text.len();
        match json.strip_suffix('}') {
            None => {
                self.text.push_str(json);
                (self.event_start, self.event_end) = (start, self.text.len());
            }
            Some(open) => {
                self.text.push_str(open);
                if open.len() > 1 {
                    self.text.push(',');
                }
                self.text.push_str(PRIVATE_TAIL);
                (self.event_start, self.event_end) = (start, self.text.len());
            }
        }
    }

    fn read_private(&mut self, json: &str) {
        if json.is_empty() {
            return;
        }
        let (start, count) = (self.text.len(), self.fields.len());
        self.text.push_str(json);
        let end = self.text.len();
        self.private = Span::new(start, end);
        let mut value = Val::Raw(self.private);
        if scan_object(&mut self.text, start, Scope::Private, &mut self.fields).is_none() {
            self.fields.truncate(count);
            value = match json::parse_str(json) {
                Ok(JsValue::Object(_)) | Err(_) => return,
                Ok(other) => self.keep_value(other),
            };
        }
        self.keep_private(value);
    }

    fn keep_private(&mut self, value: Val) {
        let key = self.keep_text("privateAttributes");
        self.fields.push(Field { scope: Scope::Top, key, value });
    }

    fn keep_value(&mut self, value: JsValue) -> Val {
        match value {
            JsValue::Undefined => Val::Undefined,
            JsValue::Null => Val::Null,
            JsValue::Bool(b) => Val::Bool(b),
            JsValue::Number(n) => Val::Num(n),
            JsValue::String(s) => Val::Str(self.keep_text(&s)),
            other => {
                self.objects.push(other);
                Val::Object(self.objects.len() as u32 - 1)
            }
        }
    }

    fn keep_text(&mut self, text: &str) -> Span {
        let start = self.text.len();
        self.text.push_str(text);
        Span::new(start, self.text.len())
    }

    /// The user as events carry it.
    pub(crate) fn event_text(&self) -> &str {
        self.text.get(self.event_start..self.event_end).unwrap_or_default()
    }

    /// Sets the parsed user agent.
    pub(crate) fn set_agent(&mut self, parts: Arc<UserAgentParts>) {
        self.agent = Some(parts);
    }

    /// A part of the user agent; the outer None = not parsed yet.
    pub(crate) fn agent(&self) -> Option<&UserAgentParts> {
        self.agent.as_deref()
    }

    /// Forgets what was found out under other specs or tables.
    pub(crate) fn bind(&mut self, store: &Store, answers: u64, stamp: u32) {
        self.answers = answers;
        self.stamp = stamp;
        self.text.truncate(self.memo_start);
        self.objects.truncate(self.objects_base);
        self.resolved.resize(store.fields.len(), FieldMemo::default());
        self.units.resize(store.units.len(), UnitMemo::default());
        self.gates.resize(store.memo_gates as usize, GateMemo::default());
        self.conditions.clear();
        self.conditions.resize(store.memo_conditions as usize, 0);
        self.buckets.clear();
        self.buckets.resize(store.memo_buckets as usize, 0);
    }

    /// Makes every memo invalid for good, when stamps start over.
    pub(crate) fn forget(&mut self) {
        self.stamp = 0;
        self.resolved.clear();
        self.units.clear();
        self.gates.clear();
    }

    /// A user field (BEHAVIOUR.md 3.5). Undefined when missing.
    pub(crate) fn field(&mut self, index: u32, name: &FieldName) -> Val {
        let stamp = self.stamp;
        if let Some(memo) = self.resolved.get(index as usize).filter(|m| m.stamp == stamp) {
            return memo.value;
        }
        let value = self.lookup(name);
        let value = self.parsed(value);
        if let Some(memo) = self.resolved.get_mut(index as usize) {
            *memo = FieldMemo { stamp, value };
        }
        value
    }

    /// The first non-null-ish of the six places.
    fn lookup(&self, name: &FieldName) -> Val {
        // What stands in each place, in one walk over the fields.
        let mut found = [Val::Undefined; 6];
        let lower = name.lower.as_ref().unwrap_or(&name.name);
        for field in self.fields.iter().rev() {
            let length = field.key.len();
            if length != name.name.len() && length != lower.len() {
                continue;
            }
            let scope = match field.scope {
                Scope::Top => 0,
                Scope::Custom => 2,
                Scope::Private => 4,
                Scope::CustomIds | Scope::InheritedIds | Scope::HiddenIds | Scope::Environment => {
                    continue
                }
            };
            let key = field.key.of(&self.text);
            // The first of equal keys counts, and is met last.
            if *key == *name.name {
                found[scope] = field.value;
            }
            if *key == **lower {
                found[scope + 1] = field.value;
            }
        }
        let set = found.into_iter().find(|value| !matches!(value, Val::Undefined | Val::Null));
        // `a ?? … ?? f` is f when nothing was found, and f may be null.
        set.unwrap_or(found[5])
    }

    fn find(&self, scope: Scope, key: &str) -> Option<Val> {
        let same = |f: &&Field| {
            f.scope == scope && f.key.len() == key.len() && f.key.of(&self.text) == key
        };
        self.fields.iter().find(same).map(|f| f.value)
    }

    /// Raw JSON as a value.
    fn parsed(&mut self, value: Val) -> Val {
        match value {
            Val::Raw(span) => match json::parse_str(span.of(&self.text)) {
                Ok(object) => {
                    self.objects.push(object);
                    Val::Object(self.objects.len() as u32 - 1)
                }
                Err(_) => Val::Undefined,
            },
            other => other,
        }
    }

    /// A field by a name that was not interned.
    pub(crate) fn field_named(&mut self, name: &str) -> Val {
        let lower = to_lower_case(name);
        let lower = (lower != name).then(|| Box::from(&*lower));
        let value = self.lookup(&FieldName { name: name.into(), lower });
        self.parsed(value)
    }

    fn find_ignoring_case(&self, scope: Scope, lower: &str) -> Val {
        let same = |f: &&Field| f.scope == scope && to_lower_case(f.key.of(&self.text)) == lower;
        self.fields.iter().find(same).map(|f| f.value).unwrap_or_default()
    }

    /// An environment field by its lower-cased name.
    pub(crate) fn environment(&mut self, lower: &str) -> Val {
        let found = self.find_ignoring_case(Scope::Environment, lower);
        self.parsed(found)
    }

    /// A value to look at.
    pub(crate) fn value(&self, value: Val) -> Value<'_> {
        match value {
            Val::Undefined | Val::Raw(_) => Value::Undefined,
            Val::Null => Value::Null,
            Val::Bool(b) => Value::Bool(b),
            Val::Num(n) => Value::Number(n),
            Val::Str(span) => Value::Text(span.of(&self.text)),
            Val::Object(i) => self.objects.get(i as usize).map_or(Value::Undefined, Value::Object),
        }
    }

    /// The text of a span.
    pub(crate) fn span(&self, span: Span) -> &str {
        span.of(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js_semantics::stringify;
    use crate::store::UnitName;

    fn slot(json: &str, private: &str, exotic: &str) -> UserSlot {
        let mut slot = UserSlot::default();
        slot.set(json, private, exotic);
        slot
    }

    fn text(slot: &mut UserSlot, field: &str) -> String {
        let value = slot.field_named(field);
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
            let (_, text) =
                user.unit(0, &UnitName { custom: Some(FieldName { name: name.into(), lower }) });
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
