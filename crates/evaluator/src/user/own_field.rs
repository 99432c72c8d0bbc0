//! Fields of users themselves by other spellings of their names, which dcs-v2 knows (NEWER.md 14).

use super::{Scope, UserSlot, Val};
use crate::dialect::OwnField;
use crate::store::FieldName;

impl UserSlot {
    /// Whether the field by another name is the one that counts, for explanations.
    pub(super) fn is_own(&self, name: &FieldName, own: &OwnField) -> bool {
        let is_set = |value: &Val| match value {
            Val::Undefined | Val::Null => false,
            Val::Str(span) => span.len() > 0,
            _ => true,
        };
        self.find(Scope::Top, own.name).is_some_and(|value| is_set(&value))
            && (own.first || !is_set(&self.lookup(name)))
    }

    /// What may be a field of the user by another name.
    #[cold]
    pub(super) fn lookup_own(&self, name: &FieldName, own: &OwnField) -> Val {
        let is_set = |value: &Val| match value {
            Val::Undefined | Val::Null => false,
            Val::Str(span) => span.len() > 0,
            _ => true,
        };
        let value = self.find(Scope::Top, own.name).filter(is_set);
        match value {
            Some(value) if own.first => value,
            value => {
                let found = self.lookup(name);
                value.filter(|_| !is_set(&found)).unwrap_or(found)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(json: &str, first: bool) -> (String, bool) {
        let mut slot = UserSlot::default();
        slot.set(json, "", "");
        let name = FieldName { name: "app_version".into(), lower: None, own: None };
        let own = OwnField { name: "appVersion", first };
        let value = slot.lookup_own(&name, &own);
        (slot.value(value).text().into_owned(), slot.is_own(&name, &own))
    }

    #[test]
    fn the_users_own_spelling_comes_first_or_fills() {
        for (json, first, fills) in [
            (r#"{"appVersion":"1","custom":{"app_version":"2"}}"#, ("1", true), ("2", false)),
            (r#"{"appVersion":"1","custom":{"app_version":""}}"#, ("1", true), ("1", true)),
            (r#"{"appVersion":0}"#, ("0", true), ("0", true)),
            (r#"{"appVersion":"","custom":{"app_version":"2"}}"#, ("2", false), ("2", false)),
            (r#"{"appVersion":null,"custom":{"app_version":2}}"#, ("2", false), ("2", false)),
            ("{}", ("undefined", false), ("undefined", false)),
        ] {
            assert_eq!(found(json, true), (first.0.to_owned(), first.1), "{json}");
            assert_eq!(found(json, false), (fills.0.to_owned(), fills.1), "{json}");
        }
    }
}
