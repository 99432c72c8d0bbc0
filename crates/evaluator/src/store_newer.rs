//! What only dcs-v2 has (NEWER.md 6, 9), compiled.

use crate::store::Rule;

/// A spec that stands in for another, for users who pass one of the rules.
#[derive(Debug, Clone)]
pub struct Mapping {
    /// Spec index of the one that answers.
    pub target: u32,
    /// Each with the time from which on it holds (ms).
    pub rules: Box<[(f64, Rule)]>,
}

/// Rules of the body of a contextual autotune: two that choose nothing, then two per group.
pub mod autotune_rule {
    /// Not enabled, or without groups.
    pub const PRESTART: u32 = 0;
    /// Not targeted.
    pub const NOT_TARGETED: u32 = 1;
    /// The first group as the best one; the next is the same to explore it.
    pub const FIRST_GROUP: u32 = 2;
}

/// How a contextual autotune chooses.
#[derive(Debug, Clone)]
pub struct Autotune {
    /// Enabled, and has groups.
    pub runs: bool,
    /// Spec index of the gate that targets it, or NONE.
    pub gate: u32,
    /// The gate is a segment.
    pub gate_is_segment: bool,
    /// Index into `Store::buckets`.
    pub bucket: u32,
    /// Buckets below it explore.
    pub explores_below: f64,
    /// False: the lowest score wins.
    pub higher_is_better: bool,
    /// False: nothing was learned yet.
    pub has_config: bool,
    /// Groups in order.
    pub groups: Box<[AutotuneGroup]>,
}

/// What was learned about a group.
#[derive(Debug, Clone, Default)]
pub struct AutotuneGroup {
    /// Weight in exploration.
    pub weight: f64,
    /// None: it has no score.
    pub score: Option<Score>,
}

/// What a score is the sum of.
#[derive(Debug, Clone, Default)]
pub struct Score {
    /// What does not depend on the user.
    pub base: f64,
    /// Field index, text of the value, what it adds.
    pub texts: Vec<(u32, Box<str>, f64)>,
    /// Field index, what a number is multiplied by.
    pub numbers: Vec<(u32, f64)>,
}
