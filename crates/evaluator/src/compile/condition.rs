//! Compiled conditions: where the value comes from, and the operator with its target digested.

use rustc_hash::FxHashSet;

use crate::js_semantics::{JsValue, RegExp};
use crate::store::names::FieldName;

/// A condition.
#[derive(Debug)]
pub struct Condition {
    /// Where the compared value comes from, or a test that compares nothing.
    pub operand: Operand,
    /// The comparison.
    pub op: Op,
    /// Index of the per-user memo, or NONE. Only for conditions that several rules share.
    pub memo: u32,
}

/// Condition types (BEHAVIOUR.md 3.7).
#[derive(Debug)]
pub enum Operand {
    /// Passes.
    Public,
    /// Unknown type.
    Unsupported,
    /// `pass_gate`, `fail_gate`.
    Gate {
        /// Spec index of the gate.
        gate: u32,
        /// `fail_gate`.
        fail: bool,
        /// The target is a string that does not start with `segment:`.
        analytical: bool,
    },
    /// `experiment_group`: spec index of the experiment; NONE = the condition names none.
    ExperimentGroup(u32),
    /// `multi_pass_gate`, `multi_fail_gate`.
    MultiGate {
        /// Spec indexes.
        gates: Box<[u32]>,
        /// The value that a gate must have.
        wanted: bool,
    },
    /// A user field. NONE = the condition names no field, which reads as null.
    UserField(u32),
    /// A user field, else the country of the IP address when `country`.
    Ip {
        /// Field index.
        field: u32,
        /// Field is exactly `country`.
        country: bool,
    },
    /// A user field, else a part of the user agent.
    UserAgent {
        /// Field index.
        field: u32,
        /// Which part; None = not one of them.
        part: Option<AgentPart>,
    },
    /// A key of the environment; None reads as null.
    Environment(Option<FieldName>),
    /// Now.
    CurrentTime,
    /// Bucket 0…999: an index into `Store::buckets`.
    UserBucket(u32),
    /// A unit ID.
    UnitId(u32),
    /// The app of the payload.
    TargetApp,
}

/// Parts of a user agent (BEHAVIOUR.md 3.10).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AgentPart {
    /// Operating system.
    OsName,
    /// Its version.
    OsVersion,
    /// Browser.
    BrowserName,
    /// Its version.
    BrowserVersion,
}

/// `<`, `<=`, `>`, `>=`, `==`, `!=`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Relation {
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    Equal,
    NotEqual,
}

/// How two texts are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TextTest {
    Equals,
    StartsWith,
    EndsWith,
    Contains,
}

/// How two times are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum TimeTest {
    Before,
    After,
    SameDay,
}

/// Array operators.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ArrayTest {
    Any,
    None,
    All,
    NotAll,
}

/// Operators (BEHAVIOUR.md 3.8) with their targets.
#[derive(Debug)]
pub enum Op {
    /// Unknown or missing operator, for types that need one.
    Unsupported,
    /// Types that compare nothing.
    Nothing,
    /// The target makes the answer the same for every value.
    Constant(bool),
    /// `gt gte lt lte`.
    Number(Relation, f64),
    /// `version_*`, with the parts of the target; an invalid part is NaN.
    Version(Relation, Box<[f64]>),
    /// `any none any_case_sensitive none_case_sensitive` on an array.
    Set {
        /// Targets as `String()`, and lower-cased too when `insensitive`.
        set: FxHashSet<Box<str>>,
        /// Compare lower-cased too.
        insensitive: bool,
        /// `none`.
        negate: bool,
    },
    /// The same for a user bucket: one bit per bucket.
    BucketSet {
        /// Bits 0…999.
        bits: Box<[u64; 16]>,
        /// `none`.
        negate: bool,
    },
    /// Text comparisons with each element; null-ish elements are left out.
    AnyText {
        /// Targets, lower-cased when `lower`.
        targets: Box<[Box<str>]>,
        /// Kind of comparison.
        test: TextTest,
        /// Lower-case both sides.
        lower: bool,
        /// `none`.
        negate: bool,
    },
    /// `str_matches`.
    Matches(Box<RegExp>),
    /// `eq`, `neq`.
    Loose {
        /// Target.
        target: Box<JsValue>,
        /// `neq`.
        negate: bool,
    },
    /// `before after on`.
    Time {
        /// Kind of comparison.
        test: TimeTest,
        /// Target, when it depends on the time zone; undefined otherwise.
        target: Box<JsValue>,
        /// Target in ms, when it does not.
        ms: f64,
    },
    /// `in_segment_list`, `not_in_segment_list`.
    IdList {
        /// Name of the list.
        list: Box<str>,
        /// `not_in_segment_list`.
        negate: bool,
    },
    /// `array_contains_*`, `not_array_contains_all`: targets with their `parseInt`.
    Array(ArrayTest, Box<[(JsValue, f64)]>),
}
