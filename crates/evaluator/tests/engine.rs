//! The engine as the bindings use it.
#![allow(clippy::unwrap_used)]

use statsig_evaluator::js_semantics::{json::parse_str, JsValue};
use statsig_evaluator::{prepare, Engine, SpecKind};

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

#[test]
fn unknown_gates_are_told_apart() {
    let gates = ["5", "\"a\"", "null"]
        .map(|target| gate(&format!("fails {}", target.replace('"', "")), &format!(r#"{{"type":"fail_gate","targetValue":{target}}}"#)));
    let mut engine = engine(&gates.join(","), "", "");
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    for name in ["5", "a", "null"] {
        let record = record(&mut engine, SpecKind::Gate, &format!("fails {name}"), 0);
        assert_eq!(exposures(&record), [name]);
    }
}
