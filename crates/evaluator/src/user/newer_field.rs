//! Where dcs-v2 finds the fields of a user (NEWER.md 14).

use super::{Place, Scope, UserSlot, Val};
use crate::store::FieldName;

impl UserSlot {
    /// The field, and where it stands: the user's own one if it says something, then the first
    /// attribute that is there, which is undefined if it is null, then the user's own one by another
    /// name.
    #[cold]
    pub(super) fn newer_field(&self, name: &FieldName) -> (Val, Place) {
        let own = name.own.as_ref();
        let of_user = own.and_then(|own| self.find(Scope::Top, own.name)).filter(says_something);
        let is_first = own.is_some_and(|own| own.first);
        if let Some(value) = of_user.filter(|_| is_first) {
            return (value, Place::Top);
        }
        let found = self.places(name);
        // What else stands beside the sections is found as in dcs-v1.
        let counts = |value: &&Val| {
            if is_first {
                says_something(value)
            } else {
                !matches!(value, Val::Undefined | Val::Null)
            }
        };
        if let Some(value) = found[..2].iter().find(counts) {
            return (*value, Place::Top);
        }
        match found[2..].iter().position(|value| !matches!(value, Val::Undefined)) {
            Some(at) => {
                let value = Some(found[2 + at]).filter(|value| !matches!(value, Val::Null));
                let place = if at < 2 { Place::Custom } else { Place::Private };
                (value.unwrap_or_default(), place)
            }
            None => of_user.map_or((Val::Undefined, Place::Nowhere), |value| (value, Place::Top)),
        }
    }
}

fn says_something(value: &Val) -> bool {
    match value {
        Val::Undefined | Val::Null => false,
        Val::Str(span) => span.len() > 0,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dialect::OwnField;

    fn found(json: &str, own: Option<bool>) -> (String, Place) {
        let mut slot = UserSlot::default();
        slot.set(json, r#"{"app_version":"hidden"}"#, "");
        let own = own.map(|first| OwnField { name: "appVersion", first });
        let name = FieldName {
            name: "App_Version".into(),
            lower: Some("app_version".into()),
            own,
            null_hides: true,
        };
        let (value, place) = slot.newer_field(&name);
        (slot.value(value).text().into_owned(), place)
    }

    #[test]
    fn the_users_own_field_comes_first_or_fills() {
        use Place::{Custom, Private, Top};
        for (json, first, fills) in [
            (r#"{"appVersion":"1","custom":{"app_version":"2"}}"#, ("1", Top), ("2", Custom)),
            (r#"{"appVersion":"1","custom":{"App_Version":""}}"#, ("1", Top), ("", Custom)),
            (
                r#"{"appVersion":"1","custom":{"app_version":null}}"#,
                ("1", Top),
                ("undefined", Custom),
            ),
            (r#"{"appVersion":0}"#, ("0", Top), ("hidden", Private)),
            (r#"{"appVersion":"","custom":{"app_version":"2"}}"#, ("2", Custom), ("2", Custom)),
            (r#"{"appVersion":null,"custom":{"x":2}}"#, ("hidden", Private), ("hidden", Private)),
        ] {
            let told = |(text, place): (&str, Place)| (text.to_owned(), place);
            assert_eq!(found(json, Some(true)), told(first), "{json}");
            assert_eq!(found(json, Some(false)), told(fills), "{json}");
        }
    }

    #[test]
    fn null_hides_attributes_but_nothing_beside_them() {
        let null_first = r#"{"custom":{"App_Version":null,"app_version":"2"}}"#;
        assert_eq!(found(null_first, None), ("undefined".to_owned(), Place::Custom));
        let null_beside = r#"{"App_Version":null,"custom":{"app_version":"2"}}"#;
        assert_eq!(found(null_beside, None), ("2".to_owned(), Place::Custom));
        assert_eq!(found(r#"{"App_Version":"1"}"#, None), ("1".to_owned(), Place::Top));
        assert_eq!(found("{}", None), ("hidden".to_owned(), Place::Private));
    }
}
