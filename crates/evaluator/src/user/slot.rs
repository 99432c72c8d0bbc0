//! A slot: what it holds, and how conditions read it.

use std::sync::Arc;

use super::field::{Field, Place, Scope, Span, Val};
use super::value::Value;
use crate::dialect::Dialect;
use crate::js_semantics::{json, to_lower_case, JsValue};
use crate::store::{FieldName, Store};

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
pub(super) struct FieldMemo {
    pub(super) stamp: u32,
    pub(super) value: Val,
}

#[derive(Debug, Clone, Copy, Default)]
pub(super) struct UnitMemo {
    pub(super) stamp: u32,
    pub(super) value: Val,
    pub(super) text: Span,
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
    pub(super) text: String,
    pub(super) event_start: usize,
    pub(super) event_end: usize,
    /// JSON of `privateAttributes`.
    pub(super) private: Span,
    /// Where texts of memos start.
    pub(super) memo_start: usize,
    pub(super) fields: Vec<Field>,
    pub(super) objects: Vec<JsValue>,
    pub(super) objects_base: usize,
    pub(super) agent: Option<Arc<UserAgentParts>>,
    /// Hash of what the dedupe key says about the user.
    pub(crate) dedupe_hash: u64,
    pub(crate) pending: PendingText,
    pub(crate) occupied: bool,
    /// Memos are valid for this number; 0 = none yet.
    pub(crate) stamp: u32,
    /// Epoch of answers in which the memos were made.
    pub(crate) answers: u64,
    pub(super) resolved: Vec<FieldMemo>,
    pub(super) units: Vec<UnitMemo>,
    /// 0 unknown, 1 fails, 2 passes.
    pub(crate) conditions: Vec<u8>,
    /// 0 unknown, else the bucket out of 10,000 plus one.
    pub(crate) buckets: Vec<u16>,
    pub(crate) gates: Vec<GateMemo>,
}

pub(super) const PRIVATE_TAIL: &str = "\"privateAttributes\":null}";

impl UserSlot {
    pub(super) fn keep_value(&mut self, value: JsValue) -> Val {
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

    pub(super) fn keep_text(&mut self, text: &str) -> Span {
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
        let value = self.looked_up(name);
        let value = self.parsed(value);
        if let Some(memo) = self.resolved.get_mut(index as usize) {
            *memo = FieldMemo { stamp, value };
        }
        value
    }

    /// The first non-null-ish of the six places.
    pub(super) fn lookup(&self, name: &FieldName) -> Val {
        let found = self.places(name);
        let set = found.into_iter().find(|value| !matches!(value, Val::Undefined | Val::Null));
        // `a ?? … ?? f` is f when nothing was found, and f may be null.
        set.unwrap_or(found[5])
    }

    /// In which of them that is.
    pub(crate) fn place(&self, name: &FieldName) -> Place {
        if name.null_hides {
            return self.newer_field(name).1;
        }
        let is_set = |value: &Val| !matches!(value, Val::Undefined | Val::Null);
        match self.places(name).iter().position(is_set) {
            None => Place::Nowhere,
            Some(0 | 1) => Place::Top,
            Some(2 | 3) => Place::Custom,
            Some(_) => Place::Private,
        }
    }

    /// The same for a name that was not interned.
    pub(crate) fn place_named(&self, name: &str, dialect: Dialect) -> Place {
        self.place(&FieldName::new(name, dialect))
    }

    /// What stands in each place, in one walk over the fields.
    #[inline(always)]
    pub(super) fn places(&self, name: &FieldName) -> [Val; 6] {
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
        found
    }

    pub(super) fn find(&self, scope: Scope, key: &str) -> Option<Val> {
        let same = |f: &&Field| {
            f.scope == scope && f.key.len() == key.len() && f.key.of(&self.text) == key
        };
        self.fields.iter().find(same).map(|f| f.value)
    }

    /// Raw JSON as a value.
    pub(super) fn parsed(&mut self, value: Val) -> Val {
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
    pub(crate) fn field_named(&mut self, name: &str, dialect: Dialect) -> Val {
        let value = self.looked_up(&FieldName::new(name, dialect));
        self.parsed(value)
    }

    fn looked_up(&self, name: &FieldName) -> Val {
        if name.null_hides {
            self.newer_field(name).0
        } else {
            self.lookup(name)
        }
    }

    pub(super) fn find_ignoring_case(&self, scope: Scope, lower: &str) -> Val {
        let same = |f: &&Field| f.scope == scope && to_lower_case(f.key.of(&self.text)) == lower;
        self.fields.iter().find(same).map(|f| f.value).unwrap_or_default()
    }

    pub(crate) fn environment(&mut self, name: &FieldName, ignores_case: bool) -> Val {
        let lower = name.lower.as_deref().unwrap_or(&name.name);
        let found = if ignores_case {
            self.find_ignoring_case(Scope::Environment, lower)
        } else {
            let exact = |name| self.find(Scope::Environment, name);
            exact(&*name.name).or_else(|| exact(lower)).unwrap_or_default()
        };
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
