//! An engine over a project of a few lines, and what it says.
// Each file of tests uses some of it.
#![allow(dead_code, clippy::unwrap_used)]

use statsig_evaluator::js_semantics::{json::parse_str, JsValue};
use statsig_evaluator::{prepare, Engine, SpecKind};

pub const NOW: f64 = 1_700_000_000_000.0;

pub fn engine(gates: &str, configs: &str, layers: &str) -> Engine {
    let payload = format!(
        r#"{{"has_updates":true,"time":1,"feature_gates":[{gates}],"dynamic_configs":[{configs}],"layer_configs":[{layers}]}}"#
    );
    let mut engine = Engine::new();
    assert!(engine.commit(prepare(payload.as_bytes()).unwrap()).is_some());
    engine.set_details("Network", 1.0, 1.0);
    engine
}

pub fn gate(name: &str, conditions: &str) -> String {
    format!(
        r#"{{"name":"{name}","salt":"s","enabled":true,"defaultValue":false,"idType":"userID","rules":[{{"id":"r","passPercentage":100,"returnValue":true,"conditions":[{conditions}]}}]}}"#
    )
}

pub fn record(engine: &mut Engine, kind: SpecKind, name: &str, mode: u32) -> JsValue {
    let spec = engine.spec_index(kind, name);
    let answer = engine.evaluate(0, spec as u32, mode, NOW);
    assert!(answer >= 0, "{answer}: {}", engine.last_error());
    parse_str(&engine.outcome(answer as u32 >> 3)).unwrap()
}

pub fn exposures(record: &JsValue) -> Vec<String> {
    let list = record.get("secondaryExposures").and_then(JsValue::as_array).unwrap();
    list.iter().map(|e| e.get("gate").and_then(JsValue::as_str).unwrap().to_owned()).collect()
}

pub const EXPOSE: u32 = 1;
pub const MANUAL: u32 = 2;
pub const TARGETING_ONLY: u32 = 4;
pub const PUBLIC: &str = r#"{"type":"public"}"#;

pub fn code(engine: &mut Engine, name: &str) -> i32 {
    let spec = engine.spec_index(SpecKind::Gate, name);
    engine.evaluate(0, spec as u32, 0, NOW)
}

pub fn text<'a>(record: &'a JsValue, key: &str) -> &'a str {
    record.get(key).and_then(JsValue::as_str).unwrap()
}

pub fn events(engine: &mut Engine) -> Vec<JsValue> {
    let body = engine.take_batch(usize::MAX).encode("[", "]");
    parse_str(std::str::from_utf8(&body).unwrap()).unwrap().as_array().unwrap().to_vec()
}
