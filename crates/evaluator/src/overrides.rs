//! Local overrides (BEHAVIOUR.md 4), resolved to spec indexes.

use rustc_hash::FxHashMap;

use crate::js_semantics::{json::parse_str, stringify, JsValue};
use crate::store::{SpecKind, Text};
use crate::user::UserSlot;

/// The value of an override.
#[derive(Debug, Clone)]
pub struct OverrideValue {
    /// Of a gate; true for configs and layers.
    pub flag: bool,
    /// Of a config or layer, as JSON.
    pub json: Text,
}

/// An override that applies to a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Applied(u32);

impl Applied {
    /// A number that tells it from others, for keys of outcomes.
    pub(crate) fn number(self) -> u32 {
        self.0
    }

    /// Undoes [`Applied::number`].
    pub(crate) fn from_number(number: u32) -> Applied {
        Applied(number)
    }

    /// It applied because it is for everyone, not because it names an ID of the user. The two have
    /// the same key when an ID is ''.
    pub(crate) fn for_everyone(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Key ('' = everyone) → number of a value.
type ByKey = FxHashMap<Box<str>, u32>;

/// All overrides.
#[derive(Debug, Default)]
pub struct Overrides {
    /// Per kind, by name.
    named: [FxHashMap<Box<str>, ByKey>; 3],
    values: FxHashMap<u32, OverrideValue>,
    /// Numbers are never used twice, because keys of outcomes hold them.
    next: u32,
    /// Per spec index: the map of `named`, copied.
    by_spec: FxHashMap<u32, ByKey>,
}

const KINDS: [(&str, SpecKind); 3] =
    [("gates", SpecKind::Gate), ("configs", SpecKind::Config), ("layers", SpecKind::Layer)];

impl Overrides {
    /// Replaces all by `OverrideTable` JSON. Text that is not one removes all.
    pub(crate) fn set(&mut self, json: &str) {
        self.named = Default::default();
        self.values.clear();
        self.by_spec.clear();
        let Ok(table) = parse_str(json) else { return };
        for (key, kind) in KINDS {
            for (name, ids) in
                table.get(key).and_then(JsValue::as_object).into_iter().flat_map(|o| o.iter())
            {
                let entries = ids.as_object().into_iter().flat_map(|o| o.iter());
                let map = entries.filter_map(|(id, value)| self.add(kind, id, value)).collect();
                self.named[kind as usize].insert(name.into(), map);
            }
        }
    }

    fn add(&mut self, kind: SpecKind, id: &str, value: &JsValue) -> Option<(Box<str>, u32)> {
        if value.is_nullish() {
            return None;
        }
        let number = self.next;
        self.next = self.next.wrapping_add(1) & (u32::MAX >> 1);
        let gate = kind == SpecKind::Gate;
        let json = if gate { "{}".into() } else { stringify(value).into() };
        let flag = !gate || value.is_truthy();
        self.values.insert(number, OverrideValue { flag, json });
        Some((id.into(), number))
    }

    /// Makes the overrides of a name findable by its spec index.
    pub(crate) fn attach(&mut self, spec: u32, kind: SpecKind, name: &str) {
        if let Some(map) = self.named[kind as usize].get(name) {
            self.by_spec.insert(spec, map.clone());
        }
    }

    /// True when nothing is overridden.
    pub(crate) fn has_no_names(&self) -> bool {
        self.named.iter().all(|names| names.is_empty())
    }

    /// Forgets spec indexes.
    pub(crate) fn detach_all(&mut self) {
        self.by_spec.clear();
    }

    /// The override of a spec that applies to a user. Costs one comparison when there are none.
    pub(crate) fn find(&self, spec: u32, slot: &UserSlot) -> Option<Applied> {
        if self.by_spec.is_empty() {
            return None;
        }
        let map = self.by_spec.get(&spec)?;
        let own = slot.override_keys().iter().find_map(|key| map.get(key.as_str()));
        let applied = own.map(|number| Applied(number << 1));
        applied.or_else(|| map.get("").map(|number| Applied(number << 1 | 1)))
    }

    /// No spec has one.
    pub(crate) fn is_empty(&self) -> bool {
        self.by_spec.is_empty()
    }

    /// The value of an override.
    pub(crate) fn value(&self, applied: Applied) -> Option<&OverrideValue> {
        self.values.get(&(applied.0 >> 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(json: &str) -> UserSlot {
        let mut slot = UserSlot::default();
        slot.set(json, "", "");
        slot
    }

    #[test]
    fn own_ids_come_before_everyone() {
        let mut overrides = Overrides::default();
        assert!(overrides.has_no_names() && overrides.is_empty());
        overrides.set(
            r#"{"gates":{"g":{"u":true,"c":1,"":false,"n":null}},"configs":{"x":{"u":{"a":1}}},
                "layers":{"l":{"":{}}}}"#,
        );
        assert!(!overrides.has_no_names() && overrides.is_empty());
        overrides.attach(3, SpecKind::Gate, "g");
        overrides.attach(4, SpecKind::Config, "x");
        overrides.attach(5, SpecKind::Config, "g");
        assert!(!overrides.is_empty());
        let value = |spec, json: &str| {
            let applied = overrides.find(spec, &user(json))?;
            let OverrideValue { flag, json } = overrides.value(applied)?;
            Some((applied.for_everyone(), *flag, json.to_string()))
        };
        let empty = || "{}".to_string();
        assert_eq!(value(3, r#"{"userID":"u"}"#), Some((false, true, empty())));
        let custom = r#"{"userID":"v","customIDs":{"k":"c"}}"#;
        assert_eq!(value(3, custom), Some((false, true, empty())));
        assert_eq!(value(3, r#"{"userID":"n"}"#), Some((true, false, empty())));
        assert_eq!(value(4, r#"{"userID":"u"}"#), Some((false, true, r#"{"a":1}"#.into())));
        assert_eq!(value(4, r#"{"userID":"v"}"#), None);
        assert_eq!(value(5, r#"{"userID":"u"}"#), None);
    }

    #[test]
    fn numbers_are_not_used_again() {
        let mut overrides = Overrides::default();
        let slot = user(r#"{"userID":"u"}"#);
        let mut applied = |json: &str| {
            overrides.set(json);
            overrides.attach(0, SpecKind::Gate, "g");
            overrides.find(0, &slot)
        };
        let first = applied(r#"{"gates":{"g":{"u":true}}}"#).unwrap();
        let second = applied(r#"{"gates":{"g":{"u":true}}}"#).unwrap();
        assert_ne!(first, second);
        assert_eq!(Applied::from_number(second.number()), second);
        assert_eq!(applied("[]"), None);
        assert_eq!(applied("no JSON"), None);
        assert!(overrides.value(second).is_none() && overrides.has_no_names());
    }
}
