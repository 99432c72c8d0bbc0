//! Who is told how an evaluation goes, for explanations.

use super::met::Met;
use crate::store::SpecKind;
use crate::user::{Place, Value};

/// One step of an evaluation, in the order in which it happens. A spec ends with [`Step::End`];
/// what is told in between belongs to it, and what is told between a condition and its
/// [`Step::Met`] belongs to that condition.
pub(crate) enum Step<'a> {
    /// A gate, config or layer is asked for by name.
    Spec(SpecKind, &'a str),
    /// Its rule at this index begins, with its id; [`Step::OTHER`] = a rule of what may stand in.
    Rule(u32, &'a str),
    /// A condition begins. Those that everybody meets are not told.
    Condition,
    /// What it compares, and where that was found.
    Saw(Place, Value<'a>),
    /// A gate that was evaluated before: its name, its value, whether it is unsupported.
    Known(&'a str, bool, bool),
    /// The condition's answer.
    Met(Met),
    /// The unit ID that decides a bucket, as text.
    Unit(&'a str),
    /// The bucket, out of 10,000, that the user is in.
    Bucket(u16),
    /// An arm of an autotune: its id, and the score that the user gives it.
    Arm(&'a str, Option<f64>),
    /// Which arm an autotune chose, and how: a `Choice` of `src/engine/trace.ts`.
    Chose(usize, &'static str),
    /// All conditions hold; whether the percentage lets the user in.
    Passed(bool),
    /// The spec is done: the rule that it reports, its value, and a reason of its own.
    End(&'a str, bool, &'static str),
}

impl Step<'_> {
    /// See [`Step::Rule`].
    pub(crate) const OTHER: u32 = u32::MAX;
}

/// Is told of each step. `()` hears nothing, and an evaluation with it is compiled as if there were
/// no observers.
pub(crate) trait Observer {
    /// Whether anybody listens: what only observers want is not even looked for otherwise.
    const LISTENS: bool;

    /// Something happened.
    fn step(&mut self, step: Step<'_>);
}

impl Observer for () {
    const LISTENS: bool = false;

    #[inline(always)]
    fn step(&mut self, _: Step<'_>) {}
}
