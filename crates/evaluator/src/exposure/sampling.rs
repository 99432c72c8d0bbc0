//! Whether an exposure is logged (BEHAVIOUR.md 7.7).

use crate::hashing::sampling_hash;
use crate::js_semantics::{to_big_int, JsValue};
use crate::outcome::Outcome;
use crate::store::SpecKind;
use crate::user::UserSlot;

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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::record::from_json;

    /// Hash of `n:g;u:u;a:1;b:2;r:r;v:true` (`hashing::tests`), without its sign.
    const HASH: &str = "5173538005872042077";

    fn decide(mode: &str, special: Option<f64>, rate: &str, rule: &str) -> Decision {
        let json = format!(
            r#"{{"kind":0,"name":"g","value":true,"ruleID":"{rule}","sampling":{{"rate":{rate}}}}}"#
        );
        let mut slot = UserSlot::default();
        slot.set(r#"{"userID":"u","customIDs":{"a":"1","b":"2"}}"#, "", "");
        sampled(mode, special, &from_json(&json).unwrap(), Some(&slot), None)
    }

    #[test]
    fn a_rate_logs_what_its_hash_divides() {
        let passed = Decision { log: true, rate: Mentioned::Own, logged: true, mode: true };
        let failed = Decision { log: false, logged: false, ..passed };
        assert_eq!(decide("on", None, &format!("\"{HASH}\""), "r"), passed);
        assert_eq!(decide("on", None, "1", "r"), passed);
        assert_eq!(decide("on", None, "2", "r"), failed);
        assert_eq!(decide("shadow", None, "2", "r"), Decision { log: true, ..failed });
        assert_eq!(decide("off", None, "2", "r"), Decision::FORCED);
        // BigInt() throws.
        for rate in ["0", "1.5", "\"x\""] {
            assert_eq!(decide("on", None, rate, "r"), Decision::FAILED, "{rate}");
        }
    }

    #[test]
    fn the_special_rate_is_for_what_no_rule_answered() {
        let special =
            Decision { log: true, rate: Mentioned::Special(1.0), logged: true, mode: true };
        for rule in ["default", "disabled", ""] {
            assert_eq!(decide("on", Some(1.0), "null", rule), special, "{rule}");
        }
        let without = Decision { rate: Mentioned::Nothing, ..special };
        assert_eq!(decide("on", Some(1.0), "null", "r"), without);
        assert_eq!(decide("on", None, "null", "default"), without);
        assert_eq!(decide("on", Some(9.0), "1", "default").rate, Mentioned::Own);
        assert_eq!(decide("on", Some(0.0), "null", "default"), Decision::FAILED);
    }

    #[test]
    fn keys_name_the_parameter_and_its_experiment() {
        let layer = from_json(r#"{"kind":2,"name":"l","value":true,"ruleID":"r"}"#).unwrap();
        let parameter = Parameter { name: "p", experiment: "e" };
        assert_eq!(key(&layer, None, Some(&parameter)), "n:l;e:e;p:p;u:;r:r");
        let gate = from_json(r#"{"kind":0,"name":"g","ruleID":"r"}"#).unwrap();
        let mut slot = UserSlot::default();
        slot.set(r#"{"userID":5,"customIDs":{"a":null,"b":[1]}}"#, "", "");
        assert_eq!(key(&gate, Some(&slot), None), "n:g;u:5;a:null;b:1;r:r;v:false");
    }
}
