//! The two dialects in which projects are written: the same words, with other meanings.
//!
//! A holdout is a rule of 0 % that returns true in the one and a rule of 100 % that returns false
//! in the other; a gate that is off but true is a last rule in the one and a default value in the
//! other. So a payload must be read in its own dialect. Everything that differs is decided here and
//! compiled into the store; evaluation knows no dialects.

use std::borrow::Cow;

use crate::js_semantics::{to_string, JsValue};

/// Which dialect a payload is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Dialect {
    /// dcs-v1: lists of specs. Means what statsig-node makes of it (BEHAVIOUR.md 3).
    #[default]
    V1,
    /// dcs-v2: maps of specs, and conditions by id. Means what the newer SDKs make of it (NEWER.md
    /// 3, 4).
    V2,
}

/// A field of users themselves, by another name.
#[derive(Debug, Clone)]
pub struct OwnField {
    /// As users have it.
    pub name: &'static str,
    /// Whether it comes before custom and private attributes, or after them.
    pub first: bool,
}

impl Dialect {
    /// The number of `SpecsSummary::format` in `engine.ts`.
    pub fn number(self) -> u8 {
        match self {
            Dialect::V1 => 1,
            Dialect::V2 => 2,
        }
    }

    /// Whether the rules of a spec that is switched off are passed over.
    pub(crate) fn skips_rules_of_disabled(self) -> bool {
        self == Dialect::V1
    }

    /// What a rule says to users who pass it.
    pub(crate) fn says(self, return_value: &JsValue) -> bool {
        self == Dialect::V1 || return_value.as_bool() != Some(false)
    }

    /// What a spec says to everybody else.
    pub(crate) fn says_by_default(self, default_value: &JsValue) -> bool {
        self == Dialect::V2 && default_value.as_bool() == Some(true)
    }

    /// Whether a gate whose answer names no rule (there is no such gate, say) is a secondary
    /// exposure.
    pub(crate) fn exposes_without_rule(self) -> bool {
        self == Dialect::V1
    }

    /// Whether conditions may ask for the group of an experiment.
    pub(crate) fn knows_experiment_groups(self) -> bool {
        self == Dialect::V2
    }

    /// Whether layers may take parameters from every rule that passes, specs may stand in for
    /// others and experiments may be contextual autotunes.
    pub(crate) fn knows_newer_specs(self) -> bool {
        self == Dialect::V2
    }

    /// Whether a response for clients tells of what answered, where that is not what was asked for,
    /// and lists what only dcs-v2 has; and whether the app of a client key is that of gates within
    /// others, too.
    pub(crate) fn shows_answers(self) -> bool {
        self == Dialect::V2
    }

    /// Whether custom IDs and fields of environments are found by any other case of their names.
    /// If not, they still are by the lower case of what is asked for.
    pub(crate) fn ignores_case(self) -> bool {
        self == Dialect::V1
    }

    /// Where a delegate delegates: whether what was met before the last of them is undelegated, or
    /// only what was met before the first.
    pub(crate) fn delegates_last(self) -> bool {
        self == Dialect::V2
    }

    /// The salt of a bucket condition.
    pub(crate) fn salt_text(self, salt: &JsValue) -> Cow<'_, str> {
        if self == Dialect::V2 && salt.is_nullish() {
            Cow::Borrowed("")
        } else {
            to_string(salt)
        }
    }

    /// Whether null in `custom` or `privateAttributes` hides what stands in later places, and an
    /// empty text of the user's own does not.
    pub(crate) fn null_hides(self) -> bool {
        self == Dialect::V2
    }

    /// The field of users themselves that a condition may mean by any spelling of its name.
    pub(crate) fn own_field(self, name: &str) -> Option<OwnField> {
        const OWN: [&str; 7] =
            ["userID", "email", "ip", "userAgent", "country", "locale", "appVersion"];
        const OTHERWISE: [(&str, &str); 3] =
            [("user_id", "userID"), ("app_version", "appVersion"), ("user_agent", "userAgent")];
        if self == Dialect::V1 {
            return None;
        }
        let spelled = OWN.into_iter().find(|own| own.eq_ignore_ascii_case(name));
        let otherwise =
            || OTHERWISE.into_iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        spelled
            .map(|name| OwnField { name, first: true })
            .or_else(|| otherwise().map(|(_, name)| OwnField { name, first: false }))
    }

    /// The list that a target stands for, where the dialect has another way to write lists: an
    /// object, by its keys. Only `any` and `none` read it so.
    pub(crate) fn list_of(self, operator: Option<&str>, target: &JsValue) -> Option<JsValue> {
        let map = target
            .as_object()
            .filter(|_| self == Dialect::V2 && matches!(operator, Some("any" | "none")))?;
        Some(JsValue::Array(map.iter().map(|(key, _)| JsValue::string(key)).collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js_semantics::{json::parse_str, stringify};

    #[test]
    fn what_the_dialects_do_not_share() {
        let [one, two] = [Dialect::V1, Dialect::V2];
        assert_eq!((one.number(), two.number(), Dialect::default()), (1, 2, one));
        let json = |text: &str| parse_str(text).unwrap();
        for (text, says, says_by_default) in
            [("false", [true, false], [false, false]), ("true", [true, true], [false, true])]
        {
            assert_eq!([one, two].map(|dialect| dialect.says(&json(text))), says);
            let by_default = [one, two].map(|dialect| dialect.says_by_default(&json(text)));
            assert_eq!(by_default, says_by_default);
        }
        assert!(two.says(&json("{}")) && !two.says_by_default(&json("1")));
        assert!(one.skips_rules_of_disabled() && !two.skips_rules_of_disabled());
        assert!(one.exposes_without_rule() && !two.exposes_without_rule());
        assert!(two.knows_experiment_groups() && !one.knows_experiment_groups());
        assert!(two.knows_newer_specs() && !one.knows_newer_specs());
        let map = json(r#"{"b":1,"a":2}"#);
        let list = |dialect: Dialect, operator, target: &JsValue| {
            dialect.list_of(operator, target).map(|list| stringify(&list))
        };
        for operator in ["any", "none"] {
            assert_eq!(list(two, Some(operator), &map), Some(r#"["b","a"]"#.into()));
        }
        for (dialect, operator) in [(one, Some("any")), (two, Some("eq")), (two, None)] {
            assert_eq!(list(dialect, operator, &map), None);
        }
        assert_eq!(list(two, Some("any"), &json("[1]")), None);
    }
}
