//! Immutable compiled specs, shared between threads and swapped whole.
//!
//! Everything that can be known when a payload is loaded is known here: names and rule ids are
//! interned, conditions that several specs share exist once, targets are sets or bits, values are
//! canonical JSON text.

mod conditions;
mod given;
pub(crate) mod names;
mod origin;
mod rule;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::dialect::Dialect;
use crate::js_semantics::JsValue;
use crate::store_newer::{Autotune, Mapping};
pub use conditions::Conditions;
pub use given::{Explicit, Rate, Text, Version};
pub use names::{FieldName, UnitName};
pub use origin::Origin;
pub use rule::{Bucket, Pass, Rule, NONE};

/// The three name spaces of a project (BEHAVIOUR.md 3.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum SpecKind {
    /// Feature gates, segments and holdouts.
    Gate = 0,
    /// Dynamic configs, experiments and autotunes.
    Config = 1,
    /// Layers.
    Layer = 2,
}

impl SpecKind {
    /// The kind that a number of `engine.ts` stands for.
    pub fn from_number(n: u32) -> Option<SpecKind> {
        match n {
            0 => Some(SpecKind::Gate),
            1 => Some(SpecKind::Config),
            2 => Some(SpecKind::Layer),
            _ => None,
        }
    }
}

/// Interned strings that every store has, at these positions.
pub mod string_id {
    /// `''`.
    pub const EMPTY: u32 = 0;
    /// `override`.
    pub const OVERRIDE: u32 = 1;
    /// `disabled`.
    pub const DISABLED: u32 = 2;
    /// `default`.
    pub const DEFAULT: u32 = 3;
    /// The texts, in order.
    pub const TEXTS: [&str; 4] = ["", "override", "disabled", "default"];
}

/// Sampling rates while a spec is evaluated (BEHAVIOUR.md 3.14): a number stands for a rate of the
/// payload.
pub mod rate {
    /// `undefined`.
    pub const UNDEFINED: u16 = 0;
    /// Whatever the parent's current rate is.
    pub const INHERIT: u16 = 1;
    /// Rates of the payload start here: `Store::rates[rate - FIRST]`.
    pub const FIRST: u16 = 2;
}

/// What the payload says about a spec.
#[derive(Debug, Clone)]
pub struct SpecBody {
    /// When false, whom no rule answers gets `disabled` instead of `default`.
    pub enabled: bool,
    /// Answers by default without a look at the rules.
    pub skips_rules: bool,
    /// What it says to users whom no rule gives its value.
    pub says_by_default: bool,
    /// Answers Unsupported; a warning names it.
    pub malformed: bool,
    /// A layer that takes parameters from every rule that passes (NEWER.md 7).
    pub merges: bool,
    /// The groups that a contextual autotune chooses from (NEWER.md 9); its rules are what it may
    /// answer.
    pub autotune: Option<Box<Autotune>>,
    /// Default value as canonical JSON; `{}` for booleans and where it is missing.
    pub default_json: Text,
    /// `feature_gate`, `segment`, `holdout`, `dynamic_config`, `experiment`, `autotune`, `layer`, …
    pub entity: Option<Text>,
    /// Spelling of the payload.
    pub id_type: Option<Text>,
    /// Layer parameters that an experiment sets.
    pub explicit: Option<Arc<Explicit>>,
    /// Version.
    pub version: Option<Version>,
    /// `idType` as JSON; None when missing.
    pub id_type_json: Option<Text>,
    /// `idType` is `stableID` in any spelling.
    pub device_based: bool,
    /// Strictly true.
    pub is_active: bool,
    /// Strictly true.
    pub has_shared_params: bool,
    /// Apps that may see it.
    pub target_app_ids: JsValue,
    /// Exposures are never sampled.
    pub forward_all: bool,
    /// Fields of users that it looks at, as the payload says.
    pub fields_used: Box<[Text]>,
    /// Rules in order.
    pub rules: Box<[Rule]>,
}

/// A named spec. `body` is None for what the payload names but lacks.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Name space.
    pub kind: SpecKind,
    /// Its name, an index into `Store::strings`.
    pub name: u32,
    /// What the payload says.
    pub body: Option<SpecBody>,
    /// Not answered by its rules alone, or not at all: whoever evaluates it takes a closer look.
    pub odd: bool,
    /// Index into `Store::mappings`, or NONE.
    pub mapping: u32,
    /// Spec index of what experiments of this name are answered by, where that is not this spec;
    /// else NONE.
    pub experiment: u32,
    /// Index of the per-user memo, for gates that conditions name; else NONE.
    pub gate_memo: u32,
    /// First of the `2 * rules + 2` entries of this spec in the table of plain outcomes.
    pub outcome_base: u32,
}

/// Parts of the payload that only the client-initialize response and the facade need.
#[derive(Debug, Clone, Default)]
pub struct PayloadMeta {
    /// djb2(client key) → app id.
    pub hashed_sdk_keys_to_app_ids: JsValue,
    /// Client key → app id.
    pub sdk_keys_to_app_ids: JsValue,
    /// djb2(client key) → `{gates, configs}`.
    pub hashed_sdk_keys_to_entities: JsValue,
    /// Session replay settings.
    pub session_replay_info: JsValue,
    /// Parameter stores.
    pub param_stores: JsValue,
}

/// Compiled specs.
#[derive(Debug, Clone)]
pub struct Store {
    /// What the payload was written in.
    pub dialect: Dialect,
    /// All specs; an index into this is a spec index of `engine.ts`.
    pub specs: Vec<Spec>,
    /// Name → spec index, per kind. Includes the gates without body.
    pub by_name: [FxHashMap<Text, u32>; 3],
    /// Name → spec index of experiments that are not answered by the config of their name.
    pub experiments: FxHashMap<Text, u32>,
    /// Spec indexes of the contextual autotunes.
    pub autotunes: Vec<u32>,
    /// What stands in for a spec (NEWER.md 6), by `Spec::mapping`.
    pub mappings: Vec<Box<[Mapping]>>,
    /// Spec indexes per kind, in JavaScript property order of the names. Without those that have no
    /// body.
    pub order: [Vec<u32>; 3],
    /// Conditions, each distinct one once.
    pub conditions: Conditions,
    /// Indexes into `conditions`, rule after rule: lists of their own would be all over memory.
    pub rule_conditions: Vec<u32>,
    /// Buckets of rules and conditions.
    pub buckets: Vec<Bucket>,
    /// Fields that conditions read.
    pub fields: Vec<FieldName>,
    /// Unit ID types.
    pub units: Vec<UnitName>,
    /// Interned texts; the first ones are those of [`string_id`].
    pub strings: Vec<Text>,
    /// Sampling rates, see [`rate`].
    pub rates: Vec<Rate>,
    /// Conditions with a per-user memo.
    pub memo_conditions: u32,
    /// Buckets with a per-user memo.
    pub memo_buckets: u32,
    /// Gates with a per-user memo.
    pub memo_gates: u32,
    /// Entries in the table of plain outcomes.
    pub plain_outcomes: u32,
    /// Experiment → layer.
    pub experiment_layer: FxHashMap<Text, Text>,
    /// `app_id`, null when absent.
    pub app_id: JsValue,
    /// `sdk_configs.sampling_mode`.
    pub sampling_mode: Option<Text>,
    /// `floor(sdk_configs.special_case_sampling_rate)`.
    pub special_rate: Option<f64>,
    /// The rest.
    pub meta: PayloadMeta,
    /// How the next payload tells what is new in it; None: all of it is.
    pub(crate) origin: Option<Arc<Origin>>,
}

impl Default for Store {
    fn default() -> Self {
        Store {
            dialect: Dialect::default(),
            specs: Vec::new(),
            by_name: Default::default(),
            experiments: FxHashMap::default(),
            autotunes: Vec::new(),
            mappings: Vec::new(),
            order: Default::default(),
            conditions: Conditions::default(),
            rule_conditions: Vec::new(),
            buckets: Vec::new(),
            fields: Vec::new(),
            units: Vec::new(),
            strings: string_id::TEXTS.iter().map(|t| Text::from(*t)).collect(),
            rates: Vec::new(),
            memo_conditions: 0,
            memo_buckets: 0,
            memo_gates: 0,
            plain_outcomes: 0,
            experiment_layer: FxHashMap::default(),
            app_id: JsValue::Null,
            sampling_mode: None,
            special_rate: None,
            meta: PayloadMeta::default(),
            origin: None,
        }
    }
}

impl Store {
    /// An interned text; `''` for an unknown index.
    pub fn string(&self, id: u32) -> Text {
        self.strings.get(id as usize).cloned().unwrap_or_default()
    }

    /// What the payload says of a spec. Of what only experiments see, and is no autotune, that is the
    /// config of the name.
    pub(crate) fn body_of(&self, index: u32) -> Option<&SpecBody> {
        let spec = self.specs.get(index as usize)?;
        if spec.body.is_some() || spec.kind != SpecKind::Config {
            return spec.body.as_ref();
        }
        let config =
            self.by_name[SpecKind::Config as usize].get(self.strings.get(spec.name as usize)?)?;
        self.specs.get(*config as usize)?.body.as_ref()
    }

    /// Indexes of a rule's conditions.
    #[inline]
    pub fn conditions_of(&self, rule: &Rule) -> &[u32] {
        let (start, end) = rule.conditions;
        self.rule_conditions.get(start as usize..end as usize).unwrap_or_default()
    }

    /// The rate that a rate number stands for; None = undefined.
    pub fn rate(&self, number: u16) -> Option<&Rate> {
        number.checked_sub(rate::FIRST).and_then(|i| self.rates.get(i as usize))
    }
}
