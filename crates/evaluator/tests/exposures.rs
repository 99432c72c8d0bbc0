//! The engine as the bindings use it: exposures, sampling, events.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use statsig_evaluator::js_semantics::{json::parse_str, stringify, JsValue};
use statsig_evaluator::{prepare, Engine, SpecKind};
use support::*;

#[test]
fn exposures_are_deduplicated_per_window() {
    let mut engine = engine(&gate("g", PUBLIC), "", "");
    engine.set_user(0, r#"{"userID":"u","custom":{"a":1}}"#, r#"{"secret":1}"#, "");
    engine.set_user(1, r#"{"userID":"u"}"#, "", "");
    engine.set_user(2, r#"{"userID":"v"}"#, "", "");
    for slot in 0..3 {
        engine.evaluate(slot, 0, EXPOSE, NOW);
    }
    engine.evaluate(0, 0, EXPOSE | MANUAL, NOW);
    assert_eq!(engine.pending_events(), 3);
    engine.rotate_window("");
    engine.evaluate(0, 0, EXPOSE, NOW);
    let events = events(&mut engine);
    assert_eq!(events.len(), 4);
    let expected = r#"{"eventName":"statsig::gate_exposure","metadata":{"gate":"g","gateValue":"true","ruleID":"r","reason":"Network","configSyncTime":1,"initTime":1,"serverTime":1700000000000},"time":1700000000000,"user":{"userID":"u","custom":{"a":1},"privateAttributes":null},"value":null,"secondaryExposures":[],"statsigMetadata":{}}"#;
    assert_eq!(stringify(&events[0]), expected);
    assert_eq!(engine.pending_events(), 0);
}

#[test]
fn manual_exposures_are_apart_from_automatic_ones() {
    let mut engine = engine(&gate("g", PUBLIC), "", "");
    let users = 20_000;
    engine.set_options(
        r#"{"tier":null,"loggingEnabled":true,"batchLimit":1000,"pendingLimit":1000000}"#,
    );
    for i in 0..users {
        engine.set_user(0, &format!(r#"{{"userID":"{i}"}}"#), "", "");
        for mode in [EXPOSE, EXPOSE | MANUAL, EXPOSE, EXPOSE | MANUAL] {
            engine.evaluate(0, 0, mode, NOW);
        }
    }
    assert_eq!(engine.pending_events(), 2 * users);
}

#[test]
fn pending_events_are_bounded_and_counted() {
    let mut engine = engine(&gate("g", PUBLIC), "", "");
    engine.set_options(r#"{"tier":null,"loggingEnabled":true,"batchLimit":2,"pendingLimit":3}"#);
    let full: Vec<bool> = (0..5)
        .map(|i| engine.log_event(None, "{\"user\":", &format!(",\"i\":{i}}}"), ""))
        .collect();
    assert_eq!(full, [false, true, true, true, true]);
    assert_eq!(engine.pending_events(), 3);
    assert!(engine.stats().contains("\"droppedEvents\":2"), "{}", engine.stats());
    let first = engine.take_batch(2);
    assert_eq!(
        String::from_utf8(first.encode("<", ">")).unwrap(),
        r#"<{"user":null,"i":0},{"user":null,"i":1}>"#
    );
    assert_eq!(events(&mut engine).len(), 1);
    engine.set_options(r#"{"tier":null,"loggingEnabled":false,"batchLimit":2,"pendingLimit":3}"#);
    assert!(!engine.log_event(None, "", "", ""));
    assert_eq!(engine.pending_events(), 0);
}

#[test]
fn events_outlive_their_epoch_and_the_users_of_their_slots() {
    let mut engine = engine(&gate("g", PUBLIC), "", "");
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    engine.evaluate(0, 0, EXPOSE, NOW);
    engine.set_user(0, r#"{"userID":"w"}"#, "", "");
    engine.reset();
    engine.set_details("Bootstrap", 7.0, 8.0);
    engine.evaluate(0, 0, EXPOSE, NOW);
    let reason = |event: &JsValue| text(event.get("metadata").unwrap(), "reason").to_owned();
    let user = |event: &JsValue| text(event.get("user").unwrap(), "userID").to_owned();
    let events = events(&mut engine);
    assert_eq!([reason(&events[0]), reason(&events[1])], ["Network", "Bootstrap"]);
    assert_eq!([user(&events[0]), user(&events[1])], ["u", "w"]);
}

#[test]
fn layer_parameters_expose_what_they_belong_to() {
    let rule = r#"{"id":"lr","passPercentage":0,"configDelegate":"e","conditions":[{"type":"pass_gate","targetValue":"g"}]}"#;
    let layer = format!(
        r#"{{"name":"l","salt":"s","enabled":true,"idType":"userID","defaultValue":{{"a":1}},"rules":[{rule}]}}"#
    );
    let experiment = r#"{"name":"e","salt":"s","enabled":true,"idType":"userID","explicitParameters":["a"],"entity":"experiment","isActive":true,"rules":[{"id":"er","groupName":"Test","passPercentage":100,"isExperimentGroup":true,"returnValue":{"a":2,"b":3},"conditions":[]}]}"#;
    let mut engine = engine(&gate("g", PUBLIC), experiment, &layer);
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    let spec = engine.spec_index(SpecKind::Layer, "l") as u32;
    let outcome = engine.evaluate(0, spec, EXPOSE, NOW) as u32 >> 3;
    assert_eq!(engine.pending_events(), 0);
    for parameter in ["a", "b", "a"] {
        engine.expose_layer_parameter(0, outcome, parameter, 0, NOW);
    }
    let events = events(&mut engine);
    let facts: Vec<(&str, &str)> = events
        .iter()
        .map(|event| event.get("metadata").unwrap())
        .map(|m| (text(m, "allocatedExperiment"), text(m, "isExplicitParameter")))
        .collect();
    assert_eq!(facts, [("e", "true"), ("", "false")]);
}

#[test]
fn sampling_is_decided_before_dedupe() {
    let payload = format!(
        r#"{{"has_updates":true,"time":1,"feature_gates":[{}],"dynamic_configs":[],"layer_configs":[],"sdk_configs":{{"sampling_mode":"on","special_case_sampling_rate":1000000}}}}"#,
        gate("g", r#"{"type":"user_field","field":"email","operator":"any","targetValue":["e"]}"#)
    );
    let mut engine = Engine::new();
    engine.commit(prepare(payload.as_bytes()).unwrap());
    engine.set_details("Network", 1.0, 1.0);
    for user in 0..50 {
        engine.set_user(0, &format!(r#"{{"userID":"u{user}"}}"#), "", "");
        engine.evaluate(0, 0, EXPOSE, NOW);
    }
    // Only the first one of the window is logged for certain; one in a million of the others.
    let events = events(&mut engine);
    assert_eq!(events.len(), 1);
    assert_eq!(stringify(events[0].get("statsigMetadata").unwrap()), r#"{"samplingMode":"on"}"#);
}

/// The rate that an outcome carries is that of the last rule that was tried; left-out rules have no
/// say.
#[test]
fn a_targeting_run_lends_no_rate() {
    let rule = |id: &str, rate: u32| {
        format!(
            r#"{{"id":"{id}","passPercentage":100,"samplingRate":{rate},"conditions":[{{"type":"user_field","operator":"any","field":"email","targetValue":["x"]}}]}}"#
        )
    };
    let rules = format!("{},{}", rule("targetingGate", 2), rule("other", 101));
    let config = format!(
        r#"{{"name":"c","salt":"s","enabled":true,"defaultValue":{{}},"idType":"userID","rules":[{rules}]}}"#
    );
    for order in [[TARGETING_ONLY, 0], [0, TARGETING_ONLY]] {
        let mut engine = engine("", &config, "");
        engine.set_user(0, r#"{"userID":"u"}"#, "", "");
        for mode in order {
            let outcome = record(&mut engine, SpecKind::Config, "c", mode);
            let rate =
                outcome.get("sampling").and_then(|s| s.get("rate")).and_then(JsValue::as_number);
            assert_eq!(rate, Some(if mode == 0 { 101.0 } else { 2.0 }), "{order:?}");
        }
    }
}

#[test]
fn events_keep_their_outcomes_when_specs_change_and_when_batches_split_them() {
    let specs = |prefix: &str, count: usize| {
        let gates: Vec<String> =
            (0..count).map(|i| gate(&format!("{prefix}{i}"), PUBLIC)).collect();
        engine(&gates.join(","), "", "")
    };
    // More than a segment of outcomes, and events of three epochs in one chunk's time.
    let mut engine = specs("a", 600);
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    let expose = |engine: &mut Engine, prefix: &str, range: std::ops::Range<usize>| {
        for i in range {
            let spec = engine.spec_index(SpecKind::Gate, &format!("{prefix}{i}")) as u32;
            assert!(engine.evaluate(0, spec, EXPOSE, NOW) >= 0);
        }
    };
    expose(&mut engine, "a", 0..600);
    let payload = format!(
        r#"{{"has_updates":true,"time":2,"feature_gates":[{}],"dynamic_configs":[],"layer_configs":[]}}"#,
        (0..600).map(|i| gate(&format!("b{i}"), PUBLIC)).collect::<Vec<_>>().join(",")
    );
    engine.commit(prepare(payload.as_bytes()).unwrap());
    expose(&mut engine, "b", 300..600);
    engine.reset();
    expose(&mut engine, "b", 0..300);
    let first = engine.take_batch(250).encode("[", "]");
    let second = engine.take_batch(700).encode("[", "]");
    // Recorded after the chunk was closed by a batch that took part of it.
    engine.rotate_window("");
    expose(&mut engine, "b", 590..600);
    let rest = engine.take_batch(usize::MAX).encode("[", "]");
    let names = |body: &[u8]| -> Vec<String> {
        let events = parse_str(std::str::from_utf8(body).unwrap()).unwrap();
        let gate = |e: &JsValue| {
            e.get("metadata")
                .and_then(|m| m.get("gate"))
                .and_then(JsValue::as_str)
                .unwrap()
                .to_owned()
        };
        events.as_array().unwrap().iter().map(gate).collect()
    };
    let expected: Vec<String> = (0..600)
        .map(|i| format!("a{i}"))
        .chain((300..600).chain(0..300).chain(590..600).map(|i| format!("b{i}")))
        .collect();
    assert_eq!([names(&first), names(&second), names(&rest)].concat(), expected);
    assert_eq!(engine.pending_events(), 0);
}

#[test]
fn many_exposures_say_how_many_wait_and_whether_a_batch_is_due() {
    let mut engine = engine(&gate("g", PUBLIC), "", "");
    engine.set_options(r#"{"tier":null,"loggingEnabled":true,"batchLimit":2,"pendingLimit":9}"#);
    let exposed = |engine: &mut Engine, ids: &[&str]| {
        let exposures: Vec<[f64; 3]> = ids
            .iter()
            .enumerate()
            .map(|(slot, id)| {
                engine.set_user(slot as u32, &format!(r#"{{"userID":"{id}"}}"#), "", "");
                [slot as f64, f64::from(engine.evaluate(slot as u32, 0, 0, NOW) >> 3), NOW]
            })
            .collect();
        engine.expose_many(exposures.into_iter())
    };
    assert_eq!(exposed(&mut engine, &["a"]), 1 << 1);
    // The first was exposed in this window.
    assert_eq!(exposed(&mut engine, &["a", "b"]), 2 << 1 | 1);
    assert_eq!(events(&mut engine).len(), 2);
}
