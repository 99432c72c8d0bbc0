//! A rule and what decides whether a user who meets its conditions passes.

use super::given::Text;
use crate::hashing::Midstate;

/// "No such index" in every `u32` of the compiled form.
pub const NONE: u32 = u32::MAX;

/// Whether a user who meets all conditions of a rule gets its value (BEHAVIOUR.md 3.4).
#[derive(Debug, Clone)]
pub enum Pass {
    /// 100 %.
    Always,
    /// 0 %.
    Never,
    /// Bucket out of 10,000 below `threshold`.
    Bucket {
        /// Index into `Store::buckets`.
        bucket: u32,
        /// `passPercentage * 100`.
        threshold: f64,
    },
}

/// What decides a user's bucket (BEHAVIOUR.md 3.4): a hash of salts and a unit ID.
#[derive(Debug, Clone)]
pub struct Bucket {
    /// `salt.ruleSalt.` of a rule, `salt.` of a condition.
    pub salts: Midstate,
    /// Index into `Store::units`.
    pub unit: u32,
    /// Index of the per-user memo, or NONE. Only for buckets that several conditions look at.
    pub memo: u32,
}

/// A rule.
#[derive(Debug, Clone)]
pub struct Rule {
    /// Its id, an index into `Store::strings`.
    pub id: u32,
    /// Its group name.
    pub group: Option<Text>,
    /// Percentage.
    pub pass: Pass,
    /// Where its conditions begin and end in `Store::rule_conditions`.
    pub conditions: (u32, u32),
    /// Return value as canonical JSON; `{}` for booleans and where it is missing.
    pub json: Text,
    /// Spec index of the delegate config, or NONE.
    pub delegate: u32,
    /// Is an experiment group.
    pub experiment_group: bool,
    /// What it says to users who pass.
    pub says: bool,
    /// Sampling rate, see [`rate`].
    pub rate: u16,
    /// `inlineTargetingRules` or `targetingGate`.
    pub targeting: bool,
    /// Its id ends with `override`: it puts users into a group by hand.
    pub overriding: bool,
    /// Its own ID type, an index into `Store::strings`.
    pub id_type: u32,
}
