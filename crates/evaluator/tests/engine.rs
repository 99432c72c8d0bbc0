//! The engine as the bindings use it: answers, and what voids them.
#![allow(clippy::unwrap_used, clippy::panic)]

mod support;

use statsig_evaluator::boundary::{eval_code, MAX_UNKNOWN_NAMES, USER_CAPACITY};
use statsig_evaluator::js_semantics::{json::parse_str, stringify, JsValue};
use statsig_evaluator::{prepare, ClientInitialize, Engine, SpecKind};
use support::*;

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
