//! What a response for a client leaves behind for other calls: nothing.
#![allow(clippy::unwrap_used, clippy::panic)]

use statsig_evaluator::{prepare, ClientInitialize, Engine, SpecKind};

const NOW: f64 = 1_700_000_000_000.0;

fn engine(payload: &str) -> Engine {
    let mut engine = Engine::new();
    assert!(engine.commit(prepare(payload.as_bytes()).unwrap()).is_some());
    engine.set_details("Network", 1.0, 1.0);
    engine.set_user(0, r#"{"userID":"u"}"#, "", "");
    engine
}

fn passes(engine: &mut Engine, gate: &str) -> bool {
    let index = engine.spec_index(SpecKind::Gate, gate);
    let code = engine.evaluate(0, index as u32, 0, NOW);
    assert!(code >= 0, "{code}: {}", engine.last_error());
    code & 1 == 1
}

fn response(engine: &mut Engine, options: &str) -> String {
    let options = format!(r#"{{"hash":"none","random":0,"nowMs":{NOW}{options}}}"#);
    let ClientInitialize::Body(body) = engine.client_initialize(0, &options) else {
        panic!("no response: {}", engine.last_error())
    };
    String::from_utf8(body).unwrap()
}

fn shows(response: &str, gate: &str) -> bool {
    response.contains(&format!(r#""name":"{gate}","value":true"#))
}

#[test]
fn the_app_of_a_key_is_that_of_its_responses_only() {
    let gate = |name: &str, condition: &str| {
        format!(
            r#"{{"name":"{name}","salt":"s","enabled":true,"defaultValue":false,"idType":"userID","rules":[{{"id":"r","passPercentage":100,"returnValue":true,"conditions":[{condition}]}}]}}"#
        )
    };
    let gates = [
        gate("app", r#"{"type":"target_app","operator":"any","targetValue":["A"]}"#),
        gate("nested", r#"{"type":"pass_gate","targetValue":"app"}"#),
    ];
    let mut engine = engine(&format!(
        r#"{{"has_updates":true,"time":1,"app_id":"B","sdk_keys_to_app_ids":{{"client-a":"A"}},"feature_gates":[{}],"dynamic_configs":[],"layer_configs":[]}}"#,
        gates.join(",").replace(
            r#""idType":"userID","rules""#,
            r#""idType":"userID","targetAppIDs":["A"],"rules""#
        )
    ));
    for _ in 0..2 {
        assert_eq!((passes(&mut engine, "app"), passes(&mut engine, "nested")), (false, false));
        let plain = response(&mut engine, "");
        assert_eq!((shows(&plain, "app"), shows(&plain, "nested")), (false, false));
        let of_app = response(&mut engine, r#","clientKey":"client-a""#);
        // Gates within others do not see it.
        assert_eq!((shows(&of_app, "app"), shows(&of_app, "nested")), (true, false), "{of_app}");
    }
    assert_eq!((passes(&mut engine, "nested"), passes(&mut engine, "app")), (false, false));
}

#[test]
fn overrides_that_a_response_hides_go_on_for_checks() {
    let gate = |name: &str, condition: &str| {
        format!(
            r#""{name}":{{"salt":"s","enabled":true,"defaultValue":false,"idType":"userID","rules":[{{"id":"r","passPercentage":100,"returnValue":true,"conditions":["{condition}"]}}]}}"#
        )
    };
    let mut engine = engine(&format!(
        r#"{{"has_updates":true,"time":1,"response_format":"dcs-v2","condition_map":{{"german":{{"type":"user_field","field":"country","operator":"any","targetValue":["DE"]}},"inner":{{"type":"pass_gate","targetValue":"inner"}}}},"feature_gates":{{{},{}}},"dynamic_configs":{{}},"layer_configs":{{}}}}"#,
        gate("inner", "german"),
        gate("outer", "inner")
    ));
    engine.set_overrides(r#"{"gates":{"inner":{"":true}},"configs":{},"layers":{}}"#);
    for _ in 0..2 {
        assert_eq!((passes(&mut engine, "outer"), passes(&mut engine, "inner")), (true, true));
        let hidden = response(&mut engine, "");
        assert_eq!((shows(&hidden, "inner"), shows(&hidden, "outer")), (false, false), "{hidden}");
    }
    let shown = response(&mut engine, r#","includeLocalOverrides":true"#);
    assert_eq!((shows(&shown, "inner"), shows(&shown, "outer")), (true, true), "{shown}");
    assert_eq!((passes(&mut engine, "outer"), passes(&mut engine, "inner")), (true, true));
}
