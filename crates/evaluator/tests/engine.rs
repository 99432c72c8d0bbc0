//! The engine as the bindings use it.
#![allow(clippy::unwrap_used, clippy::panic)]

use statsig_evaluator::boundary::{eval_code, MAX_UNKNOWN_NAMES, USER_CAPACITY};
use statsig_evaluator::js_semantics::{json::parse_str, stringify, JsValue};
use statsig_evaluator::{prepare, ClientInitialize, Engine, SpecKind};

const NOW: f64 = 1_700_000_000_000.0;

fn engine(gates: &str, configs: &str, layers: &str) -> Engine {
    let payload = format!(
        r#"{{"has_updates":true,"time":1,"feature_gates":[{gates}],"dynamic_configs":[{configs}],"layer_configs":[{layers}]}}"#
    );
    let mut engine = Engine::new();
    assert!(engine.commit(prepare(payload.as_bytes()).unwrap()).is_some());
    engine.set_details("Network", 1.0, 1.0);
    engine
}

fn gate(name: &str, conditions: &str) -> String {
    format!(
        r#"{{"name":"{name}","salt":"s","enabled":true,"defaultValue":false,"idType":"userID","rules":[{{"id":"r","passPercentage":100,"returnValue":true,"conditions":[{conditions}]}}]}}"#
    )
}

fn record(engine: &mut Engine, kind: SpecKind, name: &str, mode: u32) -> JsValue {
    let spec = engine.spec_index(kind, name);
    let answer = engine.evaluate(0, spec as u32, mode, NOW);
    assert!(answer >= 0, "{answer}: {}", engine.last_error());
    parse_str(&engine.outcome(answer as u32 >> 3)).unwrap()
}

fn exposures(record: &JsValue) -> Vec<String> {
    let list = record.get("secondaryExposures").and_then(JsValue::as_array).unwrap();
    list.iter().map(|e| e.get("gate").and_then(JsValue::as_str).unwrap().to_owned()).collect()
}

const EXPOSE: u32 = 1;
const MANUAL: u32 = 2;
const TARGETING_ONLY: u32 = 4;
const PUBLIC: &str = r#"{"type":"public"}"#;

fn code(engine: &mut Engine, name: &str) -> i32 {
    let spec = engine.spec_index(SpecKind::Gate, name);
    engine.evaluate(0, spec as u32, 0, NOW)
}

fn text<'a>(record: &'a JsValue, key: &str) -> &'a str {
    record.get(key).and_then(JsValue::as_str).unwrap()
}

fn events(engine: &mut Engine) -> Vec<JsValue> {
    let body = engine.take_batch(usize::MAX).encode("[", "]");
    parse_str(std::str::from_utf8(&body).unwrap()).unwrap().as_array().unwrap().to_vec()
}

#[test]
fn unknown_gates_are_told_apart() {
    let gates = ["5", "\"a\"", "null"].map(|target| {
        gate(
            &format!("fails {}", target.replace('"', "")),
            &format!(r#"{{"type":"fail_gate","targetValue":{target}}}"#),
        )
    });
    let mut engine = engine(&gates.join(","), "", "");
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    for name in ["5", "a", "null"] {
        let record = record(&mut engine, SpecKind::Gate, &format!("fails {name}"), 0);
        assert_eq!(exposures(&record), [name]);
    }
}

#[test]
fn circular_and_deep_gates_fail_on_a_small_stack() {
    // Without optimisation frames are several times larger.
    let stack = if cfg!(debug_assertions) { 4 << 20 } else { 512 << 10 };
    let thread = std::thread::Builder::new().stack_size(stack).spawn(|| {
        let pass = |target: &str| format!(r#"{{"type":"pass_gate","targetValue":"{target}"}}"#);
        let mut gates = vec![gate("a", &pass("b")), gate("b", &pass("a")), gate("g0", PUBLIC)];
        (1..=400).for_each(|i| gates.push(gate(&format!("g{i}"), &pass(&format!("g{}", i - 1)))));
        let mut engine = engine(&gates.join(","), "", "");
        engine.set_user(0, r#"{"userID":"u"}"#, "", "");
        assert_eq!(code(&mut engine, "a"), eval_code::FAILED);
        assert!(engine.last_error().contains("'a'"), "{}", engine.last_error());
        assert_eq!(code(&mut engine, "g400"), eval_code::FAILED);
        assert_eq!(code(&mut engine, "g300") & 1, 1);
    });
    thread.unwrap().join().unwrap();
}

#[test]
fn slots_without_user_fail() {
    let mut engine = engine(&gate("g", PUBLIC), "", "");
    assert_eq!(code(&mut engine, "g"), eval_code::FAILED);
    engine.set_user(USER_CAPACITY, "{}", "", "");
    assert_eq!(engine.evaluate(USER_CAPACITY, 0, 0, NOW), eval_code::FAILED);
    assert!(!engine.expose(0, 0, EXPOSE, NOW));
    engine.set_user(0, "{not json", "", "");
    assert_eq!(code(&mut engine, "g") & 1, 1);
}

#[test]
fn unknown_names_are_bounded_and_reset_frees_them() {
    let mut engine = engine(&gate("g", PUBLIC), "", "");
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    for i in 0..MAX_UNKNOWN_NAMES {
        assert_eq!(engine.spec_index(SpecKind::Gate, &format!("n{i}")), 1 + i as i32);
    }
    assert_eq!(engine.spec_index(SpecKind::Gate, "one more"), eval_code::TABLE_FULL);
    assert_eq!(engine.spec_index(SpecKind::Gate, "n7"), 8);
    engine.reset();
    let record = record(&mut engine, SpecKind::Gate, "one more", 0);
    assert_eq!(text(&record, "reason"), "Unrecognized");
}

#[test]
fn equal_records_have_one_number() {
    let two_rules = gate("g", PUBLIC).replace("\"rules\":[", "\"rules\":[{\"id\":\"r\",\"passPercentage\":100,\"conditions\":[{\"type\":\"user_field\",\"field\":\"email\",\"operator\":\"any\",\"targetValue\":[\"e\"]}]},");
    let mut engine = engine(&two_rules, "", "");
    engine.set_user(0, r#"{"userID":"u","email":"E"}"#, "", "");
    engine.set_user(1, r#"{"userID":"u"}"#, "", "");
    let answers = [engine.evaluate(0, 0, 0, NOW), engine.evaluate(1, 0, 0, NOW)];
    assert_eq!(answers[0], answers[1]);
    let json = engine.outcome(answers[0] as u32 >> 3);
    assert_eq!(engine.intern_outcome(&json), answers[0] >> 3);
}

#[test]
fn a_malformed_spec_costs_itself() {
    let bad = [
        r#"{"name":"x","enabled":true,"rules":5,"version":3}"#.to_owned(),
        "7".into(),
        gate("y", r#"{"type":1}"#),
    ];
    let payload = format!(
        r#"{{"has_updates":true,"feature_gates":[{},{}],"dynamic_configs":[],"layer_configs":[]}}"#,
        bad.join(","),
        gate("good", PUBLIC)
    );
    let prepared = prepare(payload.as_bytes()).unwrap();
    let summary = parse_str(&prepared.summary).unwrap();
    let warnings = summary.get("warnings").and_then(JsValue::as_array).unwrap();
    assert_eq!(warnings.len(), 3, "{warnings:?}");
    let mut engine = Engine::new();
    engine.commit(prepared);
    engine.set_details("Network", 1.0, 1.0);
    engine.set_user(0, "{}", "", "");
    assert_eq!(text(&record(&mut engine, SpecKind::Gate, "x", 0), "reason"), "Unsupported");
    assert_eq!(text(&record(&mut engine, SpecKind::Gate, "y", 0), "reason"), "Unsupported");
    assert_eq!(code(&mut engine, "good") & 1, 1);
    for broken in [
        "",
        "[]",
        "{\"has_updates\":true}",
        r#"{"has_updates":true,"feature_gates":{},"dynamic_configs":[]}"#,
    ] {
        assert!(prepare(broken.as_bytes()).is_err(), "{broken}");
    }
    assert!(prepare(b"{}").unwrap().store.is_none());
}

#[test]
fn time_makes_an_answer_volatile() {
    let time = r#"{"type":"current_time","operator":"before","targetValue":1700000000001}"#;
    let nested = r#"{"type":"pass_gate","targetValue":"g"}"#;
    let mut engine =
        engine(&[gate("g", time), gate("n", nested), gate("p", PUBLIC)].join(","), "", "");
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    assert_eq!(code(&mut engine, "g") & 3, 3);
    assert_eq!(code(&mut engine, "n") & 3, 3);
    assert_eq!(code(&mut engine, "p") & 3, 1);
    let nested = engine.spec_index(SpecKind::Gate, "n") as u32;
    assert_eq!(engine.evaluate(0, nested, 0, NOW + 1.0) & 3, 2);
    assert_eq!(engine.evaluate(0, nested, 0, NOW + 5.0) & 3, 0);
}

#[test]
fn an_answer_that_depends_on_the_time_says_until_when_it_holds() {
    const DAY: f64 = 86_400_000.0;
    let time = |operator: &str, target: &str| {
        format!(r#"{{"type":"current_time","operator":"{operator}","targetValue":{target}}}"#)
    };
    let target = format!("{}", NOW + 10.0 * DAY);
    let soon = format!("{}", NOW + DAY);
    let conditions = [
        ("after", time("after", &target), NOW + 10.0 * DAY),
        ("before", time("before", &target), NOW + 10.0 * DAY),
        ("on", time("on", &target), NOW + 8.0 * DAY),
        ("on-soon", time("on", &soon), f64::NEG_INFINITY),
        ("gt", time("gt", &target), NOW + 10.0 * DAY),
        ("text", time("after", "\"soon\""), f64::INFINITY),
        ("loose", time("eq", &target), f64::NEG_INFINITY),
        ("past", time("after", "1600000000000"), f64::INFINITY),
        ("seconds", time("after", "1800000000"), 1_800_000_000_000.0),
        ("both", [time("after", &target), time("before", &soon)].join(","), NOW + DAY),
        ("public", PUBLIC.to_owned(), f64::INFINITY),
        ("nested", r#"{"type":"multi_pass_gate","targetValue":["after","both","past"]}"#.to_owned(), NOW + DAY),
        (
            "again",
            r#"{"type":"pass_gate","targetValue":"nested"},{"type":"pass_gate","targetValue":"both"}"#.to_owned(),
            NOW + DAY,
        ),
    ];
    let gates: Vec<String> =
        conditions.iter().map(|(name, conditions, _)| gate(name, conditions)).collect();
    let mut engine = engine(&gates.join(","), "", "");
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    for (name, _, until) in &conditions {
        let code = code(&mut engine, name);
        assert_eq!(engine.holds_until(), *until, "{name}");
        assert_eq!(code & 2 != 0, *until < f64::INFINITY, "{name}");
    }
    // A clock that shows so little is read as seconds.
    let spec = engine.spec_index(SpecKind::Gate, "seconds") as u32;
    assert_eq!(engine.evaluate(0, spec, 0, 1e9) & 2, 2);
    assert_eq!(engine.holds_until(), f64::NEG_INFINITY);
}

#[test]
fn what_is_remembered_of_a_time_is_forgotten_when_the_clock_goes_back() {
    let time = |operator: &str| {
        format!(r#"{{"type":"current_time","operator":"{operator}","targetValue":{NOW}}}"#)
    };
    let passes = |gate: &str| format!(r#"{{"type":"pass_gate","targetValue":"{gate}"}}"#);
    let gates = [
        gate("after", &time("after")),
        gate("before", &time("before")),
        gate("nested", &passes("after")),
        gate("public", PUBLIC),
    ];
    let mut engine = engine(&gates.join(","), "", "");
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    let specs =
        ["after", "before", "nested", "public"].map(|name| engine.spec_index(SpecKind::Gate, name));
    let mut values = |now: f64| {
        let mut codes = Vec::new();
        let write = |code| codes.push(code);
        assert_eq!(engine.evaluate_many(0, specs.into_iter(), EXPOSE, now, write), 4);
        let options = format!(r#"{{"hash":"none","random":0,"nowMs":{now}}}"#);
        let body = match engine.client_initialize(0, &options) {
            ClientInitialize::Body(body) => Some(body),
            _ => None,
        };
        let response = String::from_utf8(body.unwrap()).unwrap();
        assert_eq!(response.contains(r#""name":"nested","value":true"#), codes[2] & 1 == 1);
        codes.iter().map(|code| code & 1).collect::<Vec<_>>()
    };
    let (early, late) = ([0, 1, 0, 1], [1, 0, 1, 1]);
    let times = [
        (-1e9, early),
        (1e9, late),
        (-2e9, early),
        (-1e9, early),
        (1e9, late),
        (2e9, late),
        (-1.0, early),
    ];
    for (offset, expected) in times {
        assert_eq!(values(NOW + offset), expected, "{offset}");
    }
}

#[test]
fn a_time_that_is_none_decides_nothing_for_good_and_is_written_as_null() {
    let time = format!(r#"{{"type":"current_time","operator":"after","targetValue":{NOW}}}"#);
    let mut engine = engine(&gate("after", &time), "", "");
    let spec = engine.spec_index(SpecKind::Gate, "after") as u32;
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    for (now, value) in [(NOW + 1.0, 1), (f64::NAN, 0), (NOW + 1.0, 1), (f64::NAN, 0)] {
        assert_eq!(engine.evaluate(0, spec, EXPOSE, now) & 1, value);
    }
    let logged = events(&mut engine);
    assert_eq!(
        logged.iter().map(|event| stringify(event.get("time").unwrap())).collect::<Vec<_>>(),
        ["1700000000001", "null"]
    );
}

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
fn targeting_only_ignores_overrides_and_exposes_nothing() {
    let rules = r#"[{"id":"targetingGate","passPercentage":100,"conditions":[{"type":"user_field","field":"email","operator":"none","targetValue":["e"]}]},{"id":"r","passPercentage":100,"conditions":[]}]"#;
    let config =
        format!(r#"{{"name":"c","salt":"s","enabled":true,"idType":"userID","rules":{rules}}}"#);
    let mut engine = engine("", &config, "");
    engine.set_overrides(r#"{"gates":{},"configs":{"c":{"":{"a":1}}},"layers":{}}"#);
    engine.set_user(0, r#"{"userID":"u","email":"e"}"#, "", "");
    engine.set_user(1, r#"{"userID":"u"}"#, "", "");
    assert_eq!(engine.evaluate(0, 0, TARGETING_ONLY | EXPOSE, NOW) & 1, 0);
    assert_eq!(engine.evaluate(1, 0, TARGETING_ONLY | EXPOSE, NOW) & 1, 1);
    assert_eq!(engine.pending_events(), 0);
    assert_eq!(text(&record(&mut engine, SpecKind::Config, "c", 0), "ruleID"), "override");
}

#[test]
fn without_specs_only_overrides_answer() {
    let mut engine = Engine::new();
    engine.set_user(0, r#"{"userID":5}"#, "", "");
    assert_eq!(text(&record(&mut engine, SpecKind::Gate, "g", EXPOSE), "reason"), "Uninitialized");
    engine.set_overrides(r#"{"gates":{"g":{"5":true}},"configs":{},"layers":{}}"#);
    let record = record(&mut engine, SpecKind::Gate, "g", 0);
    assert_eq!(
        (text(&record, "reason"), record.get("value").unwrap().is_truthy()),
        ("LocalOverride", true)
    );
    let events = events(&mut engine);
    assert_eq!(events[0].get("metadata").unwrap().get("initTime").unwrap().as_number(), Some(0.0));
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
fn many_evaluations_end_with_the_first_that_fails() {
    let mut engine = engine(&format!("{},{}", gate("a", PUBLIC), gate("b", PUBLIC)), "", "");
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    let mut codes = Vec::new();
    assert_eq!(engine.evaluate_many(0, [0, 1].into_iter(), EXPOSE, NOW, |c| codes.push(c)), 2);
    assert!(codes.iter().all(|code| *code >= 0), "{codes:?}");
    codes.clear();
    assert_eq!(engine.evaluate_many(0, [1, -7, 0].into_iter(), 0, NOW, |c| codes.push(c)), 2);
    assert!(codes[0] >= 0 && codes[1] < 0, "{codes:?}");
    assert_eq!(events(&mut engine).len(), 2);
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

#[test]
fn id_lists_are_updated_beside_the_engine_and_void_answers() {
    let member = r#"{"type":"unit_id","operator":"in_segment_list","targetValue":"l","field":"userID","idType":"userID"}"#;
    let mut engine = engine(&gate("g", member), "", "");
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    let is_member = |engine: &mut Engine| {
        record(engine, SpecKind::Gate, "g", 0).get("value").is_some_and(JsValue::is_truthy)
    };
    assert!(!is_member(&mut engine) && engine.export_id_list("l").is_none());
    let mut update = engine.start_id_list("l", false);
    assert!(update.base_mark()[1..] == [0; 8] && update.base_mark()[0] < 2);
    // The first eight characters of the SHA-256 of `u`.
    assert!(update.apply(b"+C/6TXnDD\n"));
    assert!(!is_member(&mut engine));
    assert!(engine.finish_id_list(update) && is_member(&mut engine));
    assert_eq!(engine.export_id_list("l").as_deref(), Some(&b"+C/6TXnDD\n"[..]));

    let mut none = engine.start_id_list("l", false);
    assert!(none.base_mark()[0] == 2 && none.base_mark()[1..] != [0; 8]);
    assert!(!none.apply(b"<html>") && !engine.finish_id_list(none) && is_member(&mut engine));
    let mut anew = engine.start_id_list("l", true);
    assert!(anew.apply(b"-C/6TXnDD\n") && engine.finish_id_list(anew));
    assert!(!is_member(&mut engine));

    let mut again = engine.start_id_list("l", false);
    assert!(again.apply(b"+C/6TXnDD\n") && engine.finish_id_list(again));
    assert!(is_member(&mut engine));
    engine.remove_id_list("l");
    assert!(!is_member(&mut engine));
}
