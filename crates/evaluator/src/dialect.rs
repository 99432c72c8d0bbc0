//! The two dialects in which projects are written: the same words, with other meanings.
//!
//! A holdout is a rule of 0 % that returns true in the one and a rule of 100 % that returns false
//! in the other; a gate that is off but true is a last rule in the one and a default value in the
//! other. So a payload must be read in its own dialect. Everything that differs is decided here and
//! compiled into the store; evaluation knows no dialects.

use crate::js_semantics::JsValue;

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

    /// The list that a target stands for, where the dialect has another way to write lists: an
    /// object, by its keys. Only `any` and `none` read it so.
    pub(crate) fn list_of(self, operator: Option<&str>, target: &JsValue) -> Option<JsValue> {
        let map = target
            .as_object()
            .filter(|_| self == Dialect::V2 && matches!(operator, Some("any" | "none")))?;
        Some(JsValue::Array(map.iter().map(|(key, _)| JsValue::string(key)).collect()))
    }
}
