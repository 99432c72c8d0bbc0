//! Explanations: which specs are told, and how they end.
#![allow(clippy::unwrap_used)]

mod support;

use statsig_evaluator::boundary::question;
use statsig_evaluator::js_semantics::{json::parse_str, JsValue};
use statsig_evaluator::SpecKind;
use support::{engine, gate, NOW, PUBLIC};

/// The specs of the steps by name, each with what it begins or ends with.
fn steps(trace: &JsValue) -> Vec<String> {
    let steps = trace.get("steps").and_then(JsValue::as_array).unwrap();
    let told = |step: &JsValue| {
        let parts = step.as_array().unwrap();
        let part = |at: usize| parts.get(at).and_then(JsValue::as_str).unwrap_or_default();
        match part(0) {
            "spec" => Some(format!("spec {}", part(2))),
            "end" => Some(format!("end {}", part(1))),
            _ => None,
        }
    };
    steps.iter().filter_map(told).collect()
}

#[test]
fn a_gate_that_a_condition_asks_for_is_told_from_its_beginning_to_its_end() {
    let inner = gate("inner", PUBLIC);
    let outer = gate("outer", r#"{"type":"pass_gate","targetValue":"inner"}"#);
    let mut engine = engine(&format!("{inner},{outer}"), "", "");
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    let spec = engine.spec_index(SpecKind::Gate, "outer");
    let text = engine.ask(question::EXPLAIN, spec as u32, &format!("0 {NOW}")).unwrap();
    let trace = parse_str(&text).unwrap();
    assert_eq!(steps(&trace), ["spec outer", "spec inner", "end r", "end r"], "{text}");
}
