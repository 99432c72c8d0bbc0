//! Names of fields and units, as conditions look for them.

use crate::dialect::{Dialect, OwnField};
use crate::js_semantics::to_lower_case;

/// A user field that conditions read.
#[derive(Debug, Clone)]
pub struct FieldName {
    /// As spelled in the condition.
    pub name: Box<str>,
    /// Lower-cased, when that differs.
    pub lower: Option<Box<str>>,
    /// A field of users themselves that it may stand for.
    pub own: Option<OwnField>,
    /// See [`Dialect::null_hides`].
    pub null_hides: bool,
}

impl FieldName {
    /// As a dialect looks for it.
    pub(crate) fn new(name: &str, dialect: Dialect) -> FieldName {
        let lower = to_lower_case(name);
        FieldName {
            name: name.into(),
            lower: (lower != name).then(|| Box::from(&*lower)),
            own: dialect.own_field(name),
            null_hides: dialect.null_hides(),
        }
    }
}

/// A unit ID type that rules and conditions read.
#[derive(Debug, Clone)]
pub struct UnitName {
    /// None = the user ID.
    pub custom: Option<FieldName>,
    /// See [`Dialect::ignores_case`].
    pub ignores_case: bool,
}
