//! Results, spelled out once and numbered.

pub(crate) mod list;
pub mod record;
pub mod table;

use std::sync::{Arc, OnceLock};

use serde::Serialize;

use crate::exposure::hash::{hash_text, TextHash};
use crate::js_semantics::to_json;
use crate::store::{Explicit, Rate, SpecKind, Text, Version};

/// Reasons that belong to a result itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Reason {
    LocalOverride,
    Unrecognized,
    Unsupported,
    Uninitialized,
    Persisted,
}

impl Reason {
    /// As events and answers spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Reason::LocalOverride => "LocalOverride",
            Reason::Unrecognized => "Unrecognized",
            Reason::Unsupported => "Unsupported",
            Reason::Uninitialized => "Uninitialized",
            Reason::Persisted => "Persisted",
        }
    }

    fn from_text(text: &str) -> Option<Reason> {
        use Reason::{LocalOverride, Persisted, Uninitialized, Unrecognized, Unsupported};
        [LocalOverride, Unrecognized, Unsupported, Uninitialized, Persisted]
            .into_iter()
            .find(|r| r.as_str() == text)
    }
}

/// An entry of secondary exposures.
#[derive(Debug, Clone, Serialize)]
pub struct Secondary {
    /// Gate name.
    pub gate: Text,
    /// `true` or `false`.
    #[serde(rename = "gateValue")]
    pub value: Text,
    /// Rule that decided.
    #[serde(rename = "ruleID")]
    pub rule: Text,
}

/// A result, spelled out; the fields are those of `OutcomeRecord` in `engine.ts`.
#[derive(Debug)]
#[allow(missing_docs)]
pub struct Outcome {
    pub kind: SpecKind,
    pub name: Text,
    pub value: bool,
    pub rule: Text,
    pub group: Option<Text>,
    pub id_type: Option<Text>,
    pub json: Text,
    pub secondary: Arc<[Secondary]>,
    pub undelegated: Arc<[Secondary]>,
    pub explicit: Option<Arc<Explicit>>,
    pub delegate: Option<Text>,
    pub version: Option<Version>,
    pub experiment_group: bool,
    pub reason: Option<Reason>,
    pub persisted_time: Option<f64>,
    pub forward_all: bool,
    pub rate: Option<Rate>,
    pub seen_analytical: bool,
    /// Name of the spec that stood in for one on the way.
    pub mapped: Option<Text>,
    /// Spec indexes of what stood in for the spec that was asked for, and of what answered; NONE
    /// where nothing did.
    pub(crate) base: u32,
    pub(crate) answer: u32,
    /// Which rule each parameter of a layer is from, where several gave some.
    pub parameter_rules: Option<Box<[(Text, Text)]>>,
    /// Numbers of the outcomes that are exposed along with it.
    pub(crate) also: Box<[u32]>,
    /// What they are called.
    pub also_names: Box<[Text]>,
    pub(crate) hashes: Hashes,
    /// JSON of the two lists, made when an event needs it.
    pub(crate) secondary_json: OnceLock<String>,
    pub(crate) undelegated_json: OnceLock<String>,
}

/// What dedupe and sampling need to know, hashed once.
#[derive(Debug, Default)]
pub(crate) struct Hashes {
    /// Event name and metadata of the dedupe key; of a layer only what does not depend on the
    /// parameter.
    pub(crate) dedupe: u64,
    /// `{name}_{rule}`.
    pub(crate) first_seen: u64,
    /// The rule is `disabled`, `default` or ''.
    pub(crate) special_rule: bool,
}

impl Outcome {
    /// Fills in the hashes.
    pub(crate) fn with_hashes(mut self) -> Outcome {
        let mut dedupe = TextHash::new();
        let version = self.version.as_ref().map(|v| v.text.clone());
        let value = if self.value { "true" } else { "false" };
        let parts: [&str; 4] = match self.kind {
            SpecKind::Gate => ["gate_exposure", &self.name, value, &self.rule],
            SpecKind::Config => ["config_exposure", &self.name, &self.rule, value],
            SpecKind::Layer => ["layer_exposure", &self.name, &self.rule, ""],
        };
        for part in parts {
            dedupe.add(part);
            dedupe.add(",");
        }
        if let Some(version) = version {
            dedupe.add(&version);
            dedupe.add(",");
        }
        if let Some(name) = &self.mapped {
            dedupe.add(name);
            dedupe.add(",");
        }
        self.hashes = Hashes {
            dedupe: dedupe.finish(),
            first_seen: hash_text(&format!("{}_{}", self.name, self.rule)),
            special_rule: matches!(&*self.rule, "disabled" | "default" | ""),
        };
        self
    }

    /// A layer parameter belongs to the experiment the layer is delegated to.
    pub fn is_explicit(&self, parameter: &str) -> bool {
        self.explicit
            .as_ref()
            .is_some_and(|list| list.names.iter().any(|name| &**name == parameter))
    }

    /// The rule that a parameter of a layer is from.
    pub fn rule_of(&self, parameter: &str) -> &str {
        let known = self
            .parameter_rules
            .iter()
            .flat_map(|rules| rules.iter())
            .find(|(name, _)| &**name == parameter);
        known.map_or(&self.rule, |(_, rule)| rule)
    }

    /// The experiment an exposure of this parameter counts for; '' if none.
    pub fn allocated_experiment(&self, explicit: bool) -> &str {
        if explicit {
            self.delegate.as_deref().unwrap_or_default()
        } else {
            ""
        }
    }

    /// Secondary exposures as JSON.
    pub(crate) fn exposures_json(&self, undelegated: bool) -> &str {
        if undelegated {
            self.undelegated_json.get_or_init(|| to_json(&self.undelegated))
        } else {
            self.secondary_json.get_or_init(|| to_json(&self.secondary))
        }
    }
}
