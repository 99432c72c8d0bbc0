//! Any bytes as a payload.
#![no_main]

use libfuzzer_sys::fuzz_target;
use statsig_evaluator::js_semantics::{document_text, json, parse, parse_document, stringify};

fuzz_target!(|data: &[u8]| {
    if let Ok(prepared) = statsig_evaluator::prepare(data) {
        assert!(json::parse_str(&prepared.summary).is_ok(), "summary is no JSON: {}", prepared.summary);
    }
    // What a document read in parts refuses and takes is what parsing it at once does.
    assert_eq!(parse_document(document_text(data.into()), &["feature_gates", "condition_map"]).is_ok(), parse(data).is_ok_and(|value| value.as_object().is_some()));
    if let Ok(value) = parse(data) {
        let text = stringify(&value);
        let again = json::parse_str(&text).expect("what was written can be read");
        assert_eq!(stringify(&again), text);
    }
});
