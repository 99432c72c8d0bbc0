//! What only dcs-v2 has, in the engine as the bindings use it (NEWER.md 6 to 9).
#![allow(clippy::unwrap_used, clippy::panic)]

use statsig_evaluator::js_semantics::{json::parse_str, stringify, JsValue};
use statsig_evaluator::{prepare, Engine, SpecKind};

const NOW: f64 = 1_790_000_000_000.0;
const EXPOSE: u32 = 1;
const MANUAL: u32 = 2;

fn rule(id: &str, condition: &str, more: &str) -> String {
    format!(
        r#"{{"id":"{id}","name":"{id}","salt":"{id}","passPercentage":100,"idType":"userID","conditions":["{condition}"],{more}}}"#
    )
}

fn spec(name: &str, rules: &[String], more: &str) -> String {
    format!(
        r#""{name}":{{"salt":"s","enabled":true,"idType":"userID","rules":[{}],{more}}}"#,
        rules.join(",")
    )
}

fn gate(name: &str, rules: &[String]) -> String {
    spec(name, rules, r#""type":"feature_gate","entity":"feature_gate","defaultValue":false"#)
}

fn group(name: &str, condition: &str) -> String {
    let id = name.to_lowercase();
    let more = format!(
        r#""returnValue":{{"from":"{name}"}},"groupName":"{name}","isExperimentGroup":true"#
    );
    rule(&id, condition, &more)
}

const CONDITIONS: &str = r#"
    "all":{"type":"public"},
    "german":{"type":"user_field","field":"country","operator":"any","targetValue":["DE"]},
    "in_old":{"type":"pass_gate","targetValue":"old"},
    "in_inner":{"type":"pass_gate","targetValue":"inner"},
    "in_a":{"type":"pass_gate","targetValue":"round_a"},
    "in_test":{"type":"experiment_group","field":"split","operator":"any","targetValue":["test"]},
    "in_none":{"type":"experiment_group","field":"nobody","operator":"none","targetValue":["Test"]},
    "in_arm":{"type":"experiment_group","field":"best","operator":"any","targetValue":["Arm b"]}"#;

const MAPPINGS: &str = r#"
    "old":[{"new_config_name":"new","rules":[{"rule_name":"always"}]}],
    "later":[{"new_config_name":"new","rules":[{"rule_name":"always","start_time":1790000001000}]}],
    "chain":[{"new_config_name":"old","rules":[{"rule_name":"always"}]}],
    "germans":[{"new_config_name":"new","rules":[{"rule_name":"germans"}]}],
    "unlisted":[{"new_config_name":"new","rules":[{"rule_name":"always"}]}],
    "round_a":[{"new_config_name":"round_b","rules":[{"rule_name":"always"}]}],
    "round_b":[{"new_config_name":"round_a","rules":[{"rule_name":"always"}]}],
    "split_old":[{"new_config_name":"split","rules":[{"rule_name":"always"}]}]"#;

const ARMS: &str = r#"[{"name":"Arm a","id":"a","parameterValues":{"arm":"a"}},{"name":"Arm b","id":"b","parameterValues":{"arm":"b"}}]"#;

fn autotune(name: &str, more: &str) -> String {
    let learned = |id: &str, intercept: f64, plan: f64| {
        format!(
            r#""{id}":{{"alpha":0.5,"intercept":{intercept},"records":3,"weightsNumerical":{{"age":0.1}},"weightsCategorical":{{"plan":{{"pro":{plan}}}}}}}"#
        )
    };
    format!(
        r#""{name}":{{"salt":"c","defaultValue":{{"arm":"none"}},"idType":"userID","enabled":true,"version":4,"sampleRate":0,"higherIsBetter":true,"groups":{ARMS},"config":{{{},{}}}{more}}}"#,
        learned("a", 1.0, 2.0),
        learned("b", 1.5, 2.0)
    )
}

fn payload() -> String {
    let said = r#""returnValue":true"#;
    let gates = [
        gate("old", &[rule("old_rule", "all", r#""returnValue":false"#)]),
        gate("new", &[rule("new_rule", "all", said)]),
        gate("inner", &[rule("inner_rule", "german", said)]),
        gate("parent", &[rule("parent_rule", "in_old", said)]),
        gate("later", &[]),
        gate("germans", &[]),
        gate("chain", &[]),
        gate("round_a", &[rule("a", "in_a", said)]),
        gate("round_b", &[rule("b", "in_a", said)]),
        gate("grouped", &[rule("grouped_rule", "in_test", said)]),
        gate("groupless", &[rule("groupless_rule", "in_none", said)]),
        gate("armed", &[rule("armed_rule", "in_arm", said)]),
    ];
    let config =
        r#""type":"dynamic_config","entity":"experiment","defaultValue":{"from":"default"}"#;
    let split = format!(r#"{config},"version":3,"isActive":true,"explicitParameters":["from"]"#);
    let configs = [
        spec("split", &[group("Control", "german"), group("Test", "all")], &split),
        spec("split_old", &[group("Control", "all")], config),
    ];
    let layer = r#""entity":"layer","useNewLayerEval":true,"defaultValue":{"from":"layer","extra":0,"last":true}"#;
    let merged = [
        rule("never", "in_inner", r#""returnValue":{"from":"never"}"#),
        rule("taken", "all", r#""returnValue":{},"configDelegate":"split""#),
        rule("late", "all", r#""returnValue":{},"configDelegate":"split_old""#),
        rule("filling", "all", r#""returnValue":{"from":"filling","extra":1}"#),
    ];
    let through = rule("through", "all", r#""returnValue":{},"configDelegate":"split_old""#);
    let layers = [
        spec("merged", &merged, layer),
        spec(
            "asking",
            &[rule("asked", "in_test", r#""returnValue":{"a":1}"#)],
            r#""entity":"layer","defaultValue":{"a":0}"#,
        ),
        spec("over_old", &[through], r#""entity":"layer","version":40,"defaultValue":{}"#),
    ];
    let rules = format!(
        r#""always":{},"germans":{}"#,
        rule("always", "all", r#""returnValue":false"#),
        rule("germans", "german", r#""returnValue":false"#)
    );
    let autotunes = [
        autotune("best", ""),
        autotune("worst", r#","higherIsBetter":false"#),
        autotune("early", r#","enabled":false"#),
        autotune("gated", r#","targetingGateName":"inner""#),
    ];
    format!(
        r#"{{"has_updates":true,"time":1,"response_format":"dcs-v2","condition_map":{{{CONDITIONS}}},"feature_gates":{{{}}},"dynamic_configs":{{{}}},"layer_configs":{{{}}},"overrides":{{{MAPPINGS}}},"override_rules":{{{rules}}},"cmab_configs":{{{}}}}}"#,
        gates.join(","),
        configs.join(","),
        layers.join(","),
        autotunes.join(",")
    )
}

/// Two users: 0 is French, 1 German.
fn engine() -> Engine {
    let mut engine = Engine::new();
    assert!(engine.commit(prepare(payload().as_bytes()).unwrap()).is_some());
    engine.set_details("Network", 1.0, 1.0);
    engine.set_user(0, r#"{"userID":"u","country":"FR","custom":{"plan":"pro","age":10}}"#, "", "");
    engine.set_user(1, r#"{"userID":"g","country":"DE"}"#, "", "");
    engine
}

#[derive(Clone, Copy)]
enum Asked<'a> {
    Spec(SpecKind, &'a str),
    Experiment(&'a str),
}
use Asked::{Experiment, Spec};

fn code(engine: &mut Engine, slot: u32, asked: Asked<'_>, mode: u32) -> i32 {
    let index = match asked {
        Spec(kind, name) => engine.spec_index(kind, name),
        Experiment(name) => engine.experiment_index(name),
    };
    engine.evaluate(slot, index as u32, mode, NOW)
}

/// `field=JSON` of some fields of what is said.
fn said(engine: &mut Engine, slot: u32, asked: Asked<'_>, fields: &str) -> String {
    let code = code(engine, slot, asked, 0);
    assert!(code >= 0, "{code}: {}", engine.last_error());
    let record = parse_str(&engine.outcome(code as u32 >> 3)).unwrap();
    let of = |field| record.get(field).map_or("-".into(), stringify);
    fields.split(' ').map(of).collect::<Vec<_>>().join(" ")
}

fn gate_said(engine: &mut Engine, slot: u32, name: &str) -> String {
    said(engine, slot, Spec(SpecKind::Gate, name), "value ruleID overrideConfigName")
}

fn exposed(engine: &mut Engine) -> Vec<String> {
    let batch = String::from_utf8(engine.take_batch(100).encode("[", "]")).unwrap();
    let events = parse_str(&batch).unwrap();
    let of = |event: &JsValue| {
        let metadata = event.get("metadata").unwrap().clone();
        let name = metadata.get("gate").or_else(|| metadata.get("config")).unwrap();
        format!("{}/{}", name.as_str().unwrap(), metadata.get("ruleID").unwrap().as_str().unwrap())
    };
    events.as_array().unwrap().iter().map(of).collect()
}

#[test]
fn mappings_answer_under_the_name_that_was_asked_for() {
    let mut engine = engine();
    assert_eq!(gate_said(&mut engine, 0, "old"), r#"true "new_rule" "new""#);
    assert_eq!(gate_said(&mut engine, 0, "chain"), r#"true "new_rule" "new""#);
    assert_eq!(gate_said(&mut engine, 0, "unlisted"), r#"true "new_rule" "new""#);
    assert_eq!(gate_said(&mut engine, 0, "new"), r#"true "new_rule" -"#);
    // For whom the rule of the mapping holds.
    assert_eq!(gate_said(&mut engine, 0, "germans"), r#"false "default" -"#);
    assert_eq!(gate_said(&mut engine, 1, "germans"), r#"true "new_rule" "new""#);
    // From its time on.
    assert_eq!(gate_said(&mut engine, 0, "later"), r#"false "default" -"#);
    assert_eq!(engine.holds_until(), NOW + 1000.0);
    // A nested gate leaves its parent its value and the mapping.
    assert_eq!(gate_said(&mut engine, 0, "parent"), r#"true "parent_rule" "new""#);
    let layer = said(
        &mut engine,
        0,
        Spec(SpecKind::Layer, "over_old"),
        "ruleID groupName configDelegate configVersion",
    );
    assert_eq!(layer, r#""test" "Test" "split_old" 40"#);
}

#[test]
fn what_comes_back_to_itself_is_the_same_whatever_was_asked_before() {
    let [mut forwards, mut backwards] = [engine(), engine()];
    let ask = |engine: &mut Engine, name| code(engine, 0, Spec(SpecKind::Gate, name), 0) >= 0;
    let first = [ask(&mut forwards, "round_a"), ask(&mut forwards, "round_b")];
    let second = [ask(&mut backwards, "round_b"), ask(&mut backwards, "round_a")];
    assert_eq!(first, [second[1], second[0]]);
    // And costs nobody else.
    assert_eq!(gate_said(&mut forwards, 0, "old"), r#"true "new_rule" "new""#);
}

#[test]
fn what_is_bounded_is_counted_for_each_evaluation() {
    let mut engine = engine();
    for _ in 0..10_001 {
        // Anew, so that no answer is remembered.
        engine.set_user(0, r#"{"userID":"u","country":"FR"}"#, "", "");
        assert!(code(&mut engine, 0, Spec(SpecKind::Gate, "old"), 0) >= 0);
    }
}

#[test]
fn groups_of_experiments_are_conditions_and_are_exposed() {
    let mut engine = engine();
    for slot in [0, 1, 0] {
        code(&mut engine, slot, Spec(SpecKind::Gate, "grouped"), EXPOSE);
    }
    code(&mut engine, 0, Spec(SpecKind::Gate, "groupless"), EXPOSE);
    assert_eq!(gate_said(&mut engine, 0, "armed"), r#"true "armed_rule" -"#);
    assert_eq!(
        exposed(&mut engine),
        [
            "split/test",
            "grouped/grouped_rule",
            "split/control",
            "grouped/default",
            "nobody/",
            "groupless/groupless_rule"
        ]
    );
    engine.rotate_window("");
    code(&mut engine, 0, Spec(SpecKind::Gate, "grouped"), EXPOSE);
    assert_eq!(exposed(&mut engine), ["split/test", "grouped/grouped_rule"]);
}

#[test]
fn what_comes_along_does_so_once_and_not_by_hand() {
    let mut engine = engine();
    code(&mut engine, 0, Spec(SpecKind::Gate, "grouped"), EXPOSE | MANUAL);
    assert_eq!(exposed(&mut engine), ["grouped/grouped_rule"]);
    let outcome = code(&mut engine, 0, Spec(SpecKind::Layer, "asking"), 0) as u32 >> 3;
    engine.expose_layer_parameter(0, outcome, "a", EXPOSE, NOW);
    assert_eq!(exposed(&mut engine), ["asking/asked"]);
    engine.expose(0, outcome, EXPOSE, NOW);
    assert_eq!(exposed(&mut engine), ["split/test"]);
}

#[test]
fn layers_take_parameters_from_every_rule_that_passes() {
    let mut engine = engine();
    let layer = Spec(SpecKind::Layer, "merged");
    assert_eq!(
        said(&mut engine, 0, layer, "json parameterRuleIDs ruleID configDelegate"),
        r#"{"from":"Test","extra":1,"last":true} {"from":"taken","extra":"filling","last":"default"} "taken" "split""#
    );
    // Who passes the first rule keeps what it gave.
    assert_eq!(
        said(&mut engine, 1, layer, "json parameterRuleIDs"),
        r#"{"from":"never","extra":1,"last":true} {"from":"never","extra":"filling","last":"default"}"#
    );
}

#[test]
fn autotunes_choose_for_experiments() {
    let mut engine = engine();
    let fields = "json ruleID groupName value configVersion";
    assert_eq!(
        said(&mut engine, 0, Experiment("best"), fields),
        r#"{"arm":"b"} "b" "Arm b" true 4"#
    );
    assert_eq!(said(&mut engine, 0, Experiment("worst"), "ruleID"), r#""a""#);
    assert_eq!(
        said(&mut engine, 0, Experiment("early"), fields),
        r#"{"arm":"none"} "prestart" null false 4"#
    );
    let gated = |engine: &mut Engine, slot| said(engine, slot, Experiment("gated"), "ruleID value");
    assert_eq!(gated(&mut engine, 0), r#""inlineTargetingRules" false"#);
    assert_eq!(gated(&mut engine, 1), r#""b" true"#);
    let config = Spec(SpecKind::Config, "best");
    assert_eq!(said(&mut engine, 0, config, "reason"), r#""Unrecognized""#);
}
