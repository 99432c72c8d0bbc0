//! Users in slots: the text that events carry, the fields that conditions read, and what was found out about the user.
//!
//! A slot's memory is reused by the next user, so a steady state allocates nothing.

mod exotic;
mod scan;
pub mod value;

use crate::js_semantics::number::write_number;
use crate::js_semantics::{json, to_lower_case, to_string, JsValue};
use crate::store::{FieldName, Store, UnitName};
use scan::scan_object;
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
    /// Where texts of memos start.
    memo_start: usize,
    fields: Vec<Field>,
    objects: Vec<JsValue>,
    objects_base: usize,
    agent: Option<UserAgentParts>,
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
    pub(crate) gates: Vec<GateMemo>,
}

const PRIVATE_TAIL: &str = "\"privateAttributes\":null}";

impl UserSlot {
    /// Puts a user in. Invalid JSON counts as `{}`.
    pub(crate) fn set(&mut self, json: &str, private_json: &str, exotic: &str) {
        self.occupied = true;
        self.agent = None;
        self.stamp = 0;
        self.pending = PendingText::default();
        self.objects.clear();
        if !self.read_json(json) {
            self.read_json("{}");
        }
        self.read_private(private_json);
        exotic::apply(self, exotic);
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
        // The event text repeats the JSON behind the decoded strings only if there are any; usually it grows in place.
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

    fn read_private(&mut self, json: &str) {
        if json.is_empty() {
            return;
        }
        let (start, count) = (self.text.len(), self.fields.len());
        self.text.push_str(json);
        let end = self.text.len();
        if scan_object(&mut self.text, start, Scope::Private, &mut self.fields).is_none() {
            self.fields.truncate(count);
            return;
        }
        let key = self.keep_text("privateAttributes");
        self.fields.push(Field { scope: Scope::Top, key, value: Val::Raw(Span::new(start, end)) });
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
    pub(crate) fn set_agent(&mut self, parts: UserAgentParts) {
        self.agent = Some(parts);
    }

    /// A part of the user agent; the outer None = not parsed yet.
    pub(crate) fn agent(&self) -> Option<&UserAgentParts> {
        self.agent.as_ref()
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
        for scope in [Scope::Top, Scope::Custom, Scope::Private] {
            for key in [Some(&name.name), name.lower.as_ref()].into_iter().flatten() {
                match self.find(scope, key) {
                    None | Some(Val::Undefined | Val::Null) => {}
                    Some(value) => return value,
                }
            }
        }
        // `a ?? … ?? f` is f when nothing was found, and f may be null.
        match self.find(Scope::Private, name.lower.as_ref().unwrap_or(&name.name)) {
            Some(Val::Null) => Val::Null,
            _ => Val::Undefined,
        }
    }

    fn find(&self, scope: Scope, key: &str) -> Option<Val> {
        self.fields.iter().find(|f| f.scope == scope && f.key.of(&self.text) == key).map(|f| f.value)
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

    /// A unit ID and `String(unit ?? '')` (BEHAVIOUR.md 3.5).
    pub(crate) fn unit(&mut self, index: u32, name: &UnitName) -> (Val, Span) {
        let stamp = self.stamp;
        if let Some(memo) = self.units.get(index as usize).filter(|m| m.stamp == stamp) {
            return (memo.value, memo.text);
        }
        let found = match &name.custom {
            None => self.find(Scope::Top, "userID").unwrap_or_default(),
            Some(field) => self.custom_id(field),
        };
        let value = self.parsed(found);
        let text = self.unit_text(value);
        if let Some(memo) = self.units.get_mut(index as usize) {
            *memo = UnitMemo { stamp, value, text };
        }
        (value, text)
    }

    fn custom_id(&self, name: &FieldName) -> Val {
        match self.find(Scope::CustomIds, &name.name) {
            None | Some(Val::Undefined) => {
                self.find_ignoring_case(Scope::CustomIds, name.lower.as_deref().unwrap_or(&name.name))
            }
            Some(value) => value,
        }
    }

    fn find_ignoring_case(&self, scope: Scope, lower: &str) -> Val {
        let same = |f: &&Field| f.scope == scope && to_lower_case(f.key.of(&self.text)) == lower;
        self.fields.iter().find(same).map(|f| f.value).unwrap_or_default()
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
                let text = self.value(other).text().into_owned();
                self.keep_text(&text)
            }
        }
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

    /// The IDs under which overrides are looked up, in order: user ID, custom IDs.
    pub(crate) fn override_keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        match self.find(Scope::Top, "userID") {
            None | Some(Val::Undefined | Val::Null) => {}
            Some(id) => keys.push(self.text_of(id)),
        }
        let ids = self.fields.iter().filter(|f| f.scope == Scope::CustomIds);
        keys.extend(ids.map(|f| self.text_of(f.value)));
        keys
    }

    fn text_of(&self, value: Val) -> String {
        match value {
            Val::Raw(span) => {
                json::parse_str(span.of(&self.text)).map(|v| to_string(&v).into_owned()).unwrap_or_default()
            }
            other => self.value(other).text().into_owned(),
        }
    }

    /// `[userID, Object.values(customIDs).join()].join()`, hashed.
    fn hash_for_dedupe(&self) -> u64 {
        let mut hash = crate::exposure::hash::TextHash::new();
        match self.find(Scope::Top, "userID").unwrap_or_default() {
            Val::Str(span) => hash.add(span.of(&self.text)),
            Val::Undefined | Val::Null => {}
            other => hash.add(&self.text_of(other)),
        }
        hash.add(",");
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
        if self.value(id).is_truthy() {
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
