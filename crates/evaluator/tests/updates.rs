//! Payloads that come while another one serves: what did not change is taken over, and nobody can
//! tell by the answers.
#![allow(clippy::unwrap_used)]

mod support;

use std::sync::Arc;

use statsig_evaluator::store::Store;
use statsig_evaluator::{prepare, prepare_update, Engine, SpecKind};
use support::{gate, record, text, NOW, PUBLIC};

const NAMES: [&str; 3] = ["a", "b", "c"];
const EMAIL: &str =
    r#"{"type":"user_field","field":"email","operator":"any","targetValue":["a@b.c"]}"#;

fn store(payload: &str, before: Option<&Arc<Store>>) -> Arc<Store> {
    prepare_update(payload.as_bytes(), before.cloned()).unwrap().store.unwrap()
}

/// The names of the gates whose rules two stores have in common.
fn taken_over(before: &Store, after: &Store) -> Vec<&'static str> {
    let value = |store: &Store, name: &str| {
        let index = *store.by_name[SpecKind::Gate as usize].get(name).unwrap();
        let body = store.specs[index as usize].body.as_ref().unwrap();
        body.rules.first().map(|rule| rule.json.clone())
    };
    let is_same = |name: &&str| match (value(before, name), value(after, name)) {
        (Some(one), Some(other)) => Arc::ptr_eq(&one, &other),
        _ => false,
    };
    NAMES.into_iter().filter(is_same).collect()
}

fn list(gates: &[String]) -> String {
    format!(
        r#"{{"has_updates":true,"time":1,"feature_gates":[{}],"dynamic_configs":[],"layer_configs":[]}}"#,
        gates.join(",")
    )
}

fn map(gates: [&str; 3], conditions: &str) -> String {
    let gate = |(name, condition): (&str, &str)| {
        format!(
            r#""{name}":{{"salt":"s","enabled":true,"defaultValue":false,"idType":"userID","rules":[{{"id":"{name}-rule","passPercentage":100,"returnValue":true,"conditions":["{condition}"]}}]}}"#
        )
    };
    let gates: Vec<String> = NAMES.into_iter().zip(gates).map(gate).collect();
    format!(
        r#"{{"has_updates":true,"time":1,"feature_gates":{{{}}},"dynamic_configs":{{}},"layer_configs":{{}},"condition_map":{{{conditions}}}}}"#,
        gates.join(",")
    )
}

/// The rules that answer users with and without the email, by a store made in one go or not.
fn rules(payload: &str, before: Option<&Arc<Store>>) -> Vec<String> {
    let mut engine = Engine::new();
    engine.commit(prepare_update(payload.as_bytes(), before.cloned()).unwrap()).unwrap();
    engine.set_details("Network", 1.0, 1.0);
    let mut rules = Vec::new();
    for user in [r#"{"userID":"u"}"#, r#"{"userID":"u","email":"a@b.c"}"#] {
        engine.set_user(0, user, "", "");
        for name in NAMES {
            let spec = engine.spec_index(SpecKind::Gate, name);
            let code = engine.evaluate(0, spec as u32, 0, NOW);
            let answer = record(&mut engine, SpecKind::Gate, name, 0);
            rules.push(format!("{name} {} {}", text(&answer, "ruleID"), code & 1));
        }
    }
    rules
}

#[test]
fn what_did_not_change_is_taken_over() {
    let old = list(&[gate("a", PUBLIC), gate("b", EMAIL), gate("c", PUBLIC)]);
    let new = list(&[gate("a", PUBLIC), gate("b", PUBLIC), gate("c", PUBLIC)]);
    let before = store(&old, None);
    let after = store(&new, Some(&before));
    assert_eq!(taken_over(&before, &after), ["a", "c"]);
    assert_eq!(rules(&new, Some(&before)), rules(&new, None));
    assert_ne!(rules(&new, None), rules(&old, None));
    let again = store(&old, Some(&after));
    assert_eq!(taken_over(&after, &again), ["a", "c"]);
    assert_eq!(rules(&old, Some(&after)), rules(&old, None));
}

#[test]
fn other_names_and_another_order_are_compiled_as_a_whole() {
    let [a, b, c] = NAMES.map(|name| gate(name, PUBLIC));
    let before = store(&list(&[a.clone(), b.clone(), c.clone()]), None);
    let others = [
        list(&[b.clone(), a.clone(), c.clone()]),
        list(&[a.clone(), b.clone(), c.clone(), gate("d", PUBLIC)]),
        list(&[a.clone(), b.clone(), c.clone(), c.clone()]),
        map(["x", "x", "x"], r#""x":{"type":"public"}"#),
    ];
    for payload in others {
        assert!(taken_over(&before, &store(&payload, Some(&before))).is_empty(), "{payload}");
        assert_eq!(rules(&payload, Some(&before)), rules(&payload, None));
    }
}

#[test]
fn what_conditions_of_an_id_say_counts() {
    let old = map(["x", "y", "x"], &format!(r#""x":{PUBLIC},"y":{EMAIL}"#));
    let before = store(&old, None);
    for (payload, expected) in [
        // Another condition, another rule: the one that is gone was its own.
        (map(["x", "z", "x"], &format!(r#""x":{PUBLIC},"z":{EMAIL}"#)), &["a", "c"][..]),
        // The same rules with another meaning.
        (map(["x", "y", "x"], &format!(r#""x":{EMAIL},"y":{EMAIL}"#)), &[]),
        // Nobody knows any more what two of them want.
        (map(["x", "y", "x"], &format!(r#""y":{EMAIL}"#)), &[]),
        (map(["x", "y", "x"], &format!(r#""n":{PUBLIC},"x":{PUBLIC},"y":{EMAIL}"#)), &NAMES),
    ] {
        let after = store(&payload, Some(&before));
        assert_eq!(taken_over(&before, &after), expected, "{payload}");
        assert_eq!(rules(&payload, Some(&before)), rules(&payload, None), "{payload}");
    }
}

#[test]
fn warnings_are_those_of_the_whole_payload() {
    let odd = |name: &str| gate(name, r#"{"type":"of tomorrow"}"#);
    let plain = list(&NAMES.map(|name| gate(name, PUBLIC)));
    let (one, two) = (
        list(&[gate("a", PUBLIC), odd("b"), gate("c", PUBLIC)]),
        list(&[odd("a"), odd("b"), gate("c", PUBLIC)]),
    );
    let summary = |payload: &str, before: Option<&Arc<Store>>| {
        prepare_update(payload.as_bytes(), before.cloned()).unwrap().summary
    };
    let chain = [store(&plain, None), store(&one, None)];
    for before in &chain {
        for payload in [&one, &two, &plain] {
            assert_eq!(summary(payload, Some(before)), summary(payload, None));
        }
    }
    assert!(summary(&two, None).contains("of tomorrow"));
}

#[test]
fn what_is_replaced_does_not_pile_up() {
    let filler = "x".repeat(2000);
    let payload = |i: usize| {
        let value = format!(
            r#"{{"type":"user_field","field":"f","operator":"any","targetValue":["{i}{filler}"]}}"#
        );
        list(&[gate("a", PUBLIC), gate("b", &value), gate("c", PUBLIC)])
    };
    let mut store_now = store(&payload(0), None);
    let mut most = 0;
    for i in 1..200 {
        store_now = store(&payload(i), Some(&store_now));
        most = most.max(store_now.conditions.len());
    }
    assert!((10..60).contains(&most), "{most}");
}

#[test]
fn a_refused_or_empty_payload_is_refused_or_empty() {
    let before = store(&list(&[gate("a", PUBLIC)]), None);
    for payload in
        ["", "{", "{\"has_updates\":true}", "{\"has_updates\":true,\"feature_gates\":[]}"]
    {
        let told = |before: Option<&Arc<Store>>| {
            prepare_update(payload.as_bytes(), before.cloned()).map(|prepared| prepared.summary)
        };
        assert_eq!(told(Some(&before)), told(None), "{payload}");
    }
    assert!(prepare(b"{\"has_updates\":false}").unwrap().store.is_none());
}
