//! Whether an exposure is logged (BEHAVIOUR.md 7.7).

use crate::hashing::sampling_hash;
use crate::js_semantics::{stringify, to_big_int, JsValue};
use crate::outcome::Outcome;
use crate::store::{SpecKind, Text};
use crate::user::UserSlot;

/// A sampling rate as the payload gives it, which may be anything.
#[derive(Debug, Clone)]
pub struct Rate {
    /// As JSON.
    pub json: Text,
    /// One of how many is logged; None where no such number can be had.
    divisor: Option<i128>,
    /// It is the number 0.
    pub is_zero: bool,
}

impl Rate {
    /// Reads it; None where there is none.
    pub fn new(value: &JsValue) -> Option<Rate> {
        (!value.is_nullish()).then(|| Rate {
            json: stringify(value).into(),
            divisor: to_big_int(value),
            is_zero: value.as_number() == Some(0.0),
        })
    }
}

/// What `statsigMetadata` mentions as the rate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Mentioned {
    Nothing,
    /// That of the outcome.
    Own,
    /// That of answers that no rule gave.
    Special(f64),
}

/// The decision and what `statsigMetadata` says about it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Decision {
    pub(crate) log: bool,
    pub(crate) rate: Mentioned,
    /// Only with a rate.
    pub(crate) logged: bool,
    /// The mode is mentioned.
    pub(crate) mode: bool,
}

impl Decision {
    /// Logs.
    pub(crate) const FORCED: Decision =
        Decision { log: true, rate: Mentioned::Nothing, logged: false, mode: true };
    /// The decision failed: logs, and `statsigMetadata` stays empty.
    const FAILED: Decision = Decision { mode: false, ..Decision::FORCED };
}

/// A layer parameter and the experiment its exposure counts for.
pub(crate) struct Parameter<'a> {
    pub(crate) name: &'a str,
    pub(crate) experiment: &'a str,
}

/// Steps 5 and 6: sampling by the hash of user and result.
pub(crate) fn sampled(
    mode: &str,
    special_rate: Option<f64>,
    outcome: &Outcome,
    slot: Option<&UserSlot>,
    parameter: Option<&Parameter<'_>>,
) -> Decision {
    let (rate, divisor) = match (&outcome.rate, special_rate) {
        (Some(rate), _) => (Mentioned::Own, rate.divisor),
        (None, Some(rate)) if outcome.hashes.special_rule => {
            (Mentioned::Special(rate), to_big_int(&JsValue::Number(rate)))
        }
        _ => (Mentioned::Nothing, Some(1)),
    };
    // BigInt() throws for the others, and so does the remainder by 0.
    let Some(divisor) = divisor.filter(|divisor| *divisor != 0) else { return Decision::FAILED };
    let pass =
        divisor == 1 || i128::from(sampling_hash(&key(outcome, slot, parameter))) % divisor == 0;
    match mode {
        "on" => Decision { log: pass, rate, logged: pass, mode: true },
        "shadow" => Decision { log: true, rate, logged: pass, mode: true },
        _ => Decision::FORCED,
    }
}

fn key(outcome: &Outcome, slot: Option<&UserSlot>, parameter: Option<&Parameter<'_>>) -> String {
    let mut key = format!("n:{};", outcome.name);
    if let Some(parameter) = parameter {
        key.push_str(&format!("e:{};p:{};", parameter.experiment, parameter.name));
    }
    match slot {
        Some(slot) => slot.sampling_key(&mut key),
        None => key.push_str("u:;"),
    }
    key.push_str("r:");
    key.push_str(&outcome.rule);
    if outcome.kind == SpecKind::Gate {
        key.push_str(if outcome.value { ";v:true" } else { ";v:false" });
    }
    key
}
