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
