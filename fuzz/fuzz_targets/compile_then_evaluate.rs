//! Bytes as choices: which payload to build, and which users to ask about it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use statsig_evaluator::js_semantics::json::parse_str;
use statsig_evaluator::{prepare, ClientInitialize, Engine, SpecKind};

const NOW: f64 = 1.7e12;

fuzz_target!(|data: &[u8]| {
    let mut choices = Choices { data };
    let payload = choices.payload();
    let prepared = prepare(payload.as_bytes()).unwrap_or_else(|e| panic!("{e:?}: {payload}"));
    let mut engine = Engine::new();
    engine.set_details("Network", NOW, NOW);
    engine.set_options(r#"{"tier":"production","loggingEnabled":true,"batchLimit":50,"pendingLimit":100}"#);
    engine.commit(prepared);
    let mut lists = engine.start_id_list("list", true);
    lists.apply(b"+u4IDDbwr\n");
    engine.finish_id_list(lists);
    for slot in 0..2 {
        engine.set_user(slot, &choices.user(), "{\"email\":\"p@q.r\"}", "");
        engine.set_user_agent(slot, r#"{"osName":"iOS","osVersion":"17.1","browserName":null,"browserVersion":null}"#);
    }
    for i in 0..SPECS + 1 {
        for kind in [SpecKind::Gate, SpecKind::Config, SpecKind::Layer] {
            ask(&mut engine, kind, &format!("s{i}"));
        }
    }
    for slot in 0..2 {
        bootstrap(&mut engine, slot, &choices.options());
    }
    let batch = engine.take_batch(1000);
    drop(batch);
});

/// The client-initialize response is JSON, and the same when it is asked for again.
fn bootstrap(engine: &mut Engine, slot: u32, options: &str) {
    let mut response = || match engine.client_initialize(slot, options) {
        ClientInitialize::Body(bytes) => Some(String::from_utf8(bytes).expect("UTF-8")),
        _ => None,
    };
    let first = response();
    assert_eq!(first, response(), "a response repeats");
    if let Some(text) = first {
        assert!(parse_str(&text).is_ok(), "response is no JSON: {text}");
    }
}

/// Evaluates for both users, twice, and spells the outcome out.
fn ask(engine: &mut Engine, kind: SpecKind, name: &str) {
    let index = engine.spec_index(kind, name);
    assert!(index >= 0);
    for slot in 0..2 {
        let first = engine.evaluate(slot, index as u32, 1, NOW);
        let second = engine.evaluate(slot, index as u32, 0, NOW);
        assert!(first >= -3, "unknown code {first}");
        if first < 0 {
            assert_eq!(first, second);
            continue;
        }
        assert_eq!(first & !4, second & !4, "an answer repeats");
        let outcome = engine.outcome((first >> 3) as u32);
        assert!(parse_str(&outcome).is_ok(), "outcome is no JSON: {outcome}");
        engine.expose((0).max(slot), (first >> 3) as u32, 2, NOW);
        engine.expose_layer_parameter(slot, (first >> 3) as u32, "p", 1, NOW);
    }
}

const SPECS: usize = 4;

/// Reads choices from bytes; behind their end everything is the first choice.
struct Choices<'a> {
    data: &'a [u8],
}

impl Choices<'_> {
    fn byte(&mut self) -> usize {
        let Some((first, rest)) = self.data.split_first() else { return 0 };
        self.data = rest;
        usize::from(*first)
    }

    fn pick<'s>(&mut self, from: &[&'s str]) -> &'s str {
        from[self.byte() % from.len()]
    }

    fn payload(&mut self) -> String {
        let [gates, configs, layers] = [(); 3].map(|()| self.specs());
        format!(
            r#"{{"has_updates":true,"time":1,"feature_gates":[{gates}],"dynamic_configs":[{configs}],"layer_configs":[{layers}],"layers":{{"s0":["s1"]}},"sdk_configs":{{"sampling_mode":"on","special_case_sampling_rate":101}}}}"#
        )
    }

    fn specs(&mut self) -> String {
        let specs: Vec<String> = (0..SPECS).map(|i| self.spec(i)).collect();
        specs.join(",")
    }

    fn spec(&mut self, i: usize) -> String {
        let rules: Vec<String> = (0..self.byte() % 3).map(|_| self.rule()).collect();
        format!(
            r#"{{"name":"s{i}","type":"feature_gate","salt":"salt","enabled":{},"defaultValue":{},"idType":{},"entity":"experiment","version":{},"rules":[{}]}}"#,
            self.pick(&["true", "false", "1", "null"]),
            self.value(),
            self.pick(&["\"userID\"", "\"companyID\"", "7", "null"]),
            self.pick(&["1", "\"2\"", "null"]),
            rules.join(",")
        )
    }

    fn rule(&mut self) -> String {
        let conditions: Vec<String> = (0..self.byte() % 3).map(|_| self.condition()).collect();
        format!(
            r#"{{"name":"r","id":"r{}","salt":"x","passPercentage":{},"returnValue":{},"idType":"userID","samplingRate":{},"configDelegate":{},"conditions":[{}]}}"#,
            self.byte() % 4,
            self.pick(&["100", "0", "50", "\"50\"", "null", "0.01"]),
            self.value(),
            self.pick(&["null", "3", "0", "1.5", "\"x\""]),
            self.pick(&["null", "\"s0\"", "\"s3\"", "\"none\"", "5"]),
            conditions.join(",")
        )
    }

    fn condition(&mut self) -> String {
        let kind = self.pick(&[
            "\"user_field\"", "\"public\"", "\"pass_gate\"", "\"fail_gate\"", "\"multi_pass_gate\"", "\"multi_fail_gate\"", "\"ip_based\"",
            "\"ua_based\"", "\"environment_field\"", "\"current_time\"", "\"user_bucket\"", "\"unit_id\"", "\"target_app\"", "\"odd\"", "null",
        ]);
        let operator = self.pick(&[
            "\"any\"", "\"none\"", "\"gt\"", "\"gte\"", "\"lt\"", "\"lte\"", "\"version_gt\"", "\"version_eq\"", "\"version_neq\"",
            "\"any_case_sensitive\"", "\"none_case_sensitive\"", "\"str_starts_with_any\"", "\"str_contains_none\"", "\"str_matches\"", "\"eq\"",
            "\"neq\"", "\"before\"", "\"after\"", "\"on\"", "\"in_segment_list\"", "\"not_in_segment_list\"", "\"array_contains_any\"",
            "\"array_contains_all\"", "\"not_array_contains_all\"", "\"ANY\"", "\"odd\"", "null",
        ]);
        let field = self.pick(&["\"email\"", "\"userID\"", "\"country\"", "\"os_version\"", "\"tier\"", "\"n\"", "null", "5"]);
        format!(
            r#"{{"type":{kind},"operator":{operator},"field":{field},"targetValue":{},"additionalValues":{},"idType":{}}}"#,
            self.value(),
            self.pick(&["{\"salt\":\"b\"}", "null", "{}", "[]"]),
            self.pick(&["\"userID\"", "\"companyid\"", "null"]),
        )
    }

    fn options(&mut self) -> String {
        format!(
            r#"{{"nowMs":1700000000000,"random":0.5,"hash":{},"clientKey":{},"includeLocalOverrides":{},"responseFormat":{},"removeIdType":{},"removeDefaultValueGates":{},"overrides":{}}}"#,
            self.pick(&["null", "\"none\"", "\"djb2\"", "\"sha256\"", "7"]),
            self.pick(&["null", "\"client-key\"", "5"]),
            self.pick(&["true", "false"]),
            self.pick(&["\"v1\"", "\"v2\"", "\"init-v2\"", "null"]),
            self.pick(&["false", "true"]),
            self.pick(&["false", "true"]),
            self.pick(&["null", "{}", r#"{"featureGates":{"s0":true},"dynamicConfigs":{"s1":{"value":[1]},"s2":{"groupName":"g"}},"layers":{"s0":{"value":{}}}}"#]),
        )
    }

    fn value(&mut self) -> &'static str {
        self.pick(&[
            "\"s0\"", "\"s1\"", "[\"s1\",\"s2\"]", "[]", "{}", "null", "true", "0", "-1.5", "1e21", "\"\"", "\"1.2.3\"", "\"2020-01-01\"",
            "\"(a+)+$\"", "\"[\"", "[1,\"2\",null,[3]]", "\"list\"", "{\"a\":{\"b\":[1]}}", "\"u1\"", "[\"u1\",\"U2\"]", "1700000000", "\"\\ud800\"",
        ])
    }

    fn user(&mut self) -> String {
        format!(
            r#"{{"userID":{},"email":{},"custom":{{"n":{},"country":{}}},"customIDs":{{"companyID":{}}},"statsigEnvironment":{{"tier":{}}}}}"#,
            self.value(), self.value(), self.value(), self.value(), self.value(), self.value()
        )
    }
}
