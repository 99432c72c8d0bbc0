//! Prints what a check costs inside the evaluator, without any crossing.
//!
//! `cargo run --release --example cost -- <payload.json> [users]`
#![allow(clippy::unwrap_used)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use statsig_evaluator::js_semantics::{json::parse_str, JsValue};
use statsig_evaluator::{prepare, Engine, SpecKind};

const NOW: f64 = 1_700_000_000_000.0;

fn user(i: usize) -> String {
    format!(
        r#"{{"userID":"user-{i}","email":"u{i}@example.com","ip":"1.2.3.4","country":"US","locale":"en_US","appVersion":"1.2.3","custom":{{"level":{},"plan":"pro","tags":["a","b"]}},"customIDs":{{"companyID":"c{i}","stableID":"s{i}"}},"statsigEnvironment":{{"tier":"production"}}}}"#,
        i % 50
    )
}

fn specs(engine: &mut Engine) -> Vec<u32> {
    let mut specs = Vec::new();
    for kind in [SpecKind::Gate, SpecKind::Config, SpecKind::Layer] {
        let names = parse_str(&engine.spec_names(kind, "")).unwrap();
        for name in names.as_array().unwrap().iter().filter_map(JsValue::as_str) {
            specs.push(engine.spec_index(kind, name) as u32);
        }
    }
    specs
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let payload = std::fs::read(arguments.next().unwrap()).unwrap();
    let users: usize = arguments.next().map_or(20_000, |n| n.parse().unwrap());
    let mut engine = Engine::new();
    engine.commit(prepare(&payload).unwrap());
    engine.set_details("Network", 1.0, 1.0);
    let specs = specs(&mut engine);
    for mode in [0, 1] {
        let (mut set, mut evaluate, mut take) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
        for i in 0..users {
            let json = user(i);
            let start = Instant::now();
            engine.set_user(0, &json, "", "");
            let ready = Instant::now();
            for &spec in &specs {
                black_box(engine.evaluate(0, spec, mode, NOW));
            }
            let done = Instant::now();
            let batch = engine.take_batch(10_000);
            drop(black_box(batch));
            take += done.elapsed();
            set += ready - start;
            evaluate += done - ready;
        }
        let ns = |time: Duration, count: usize| time.as_nanos() as f64 / count as f64;
        println!(
            "mode {mode}: set_user {:.0} ns, check {:.1} ns, take and drop {:.0} ns per event",
            ns(set, users),
            ns(evaluate, users * specs.len()),
            ns(take, users * specs.len())
        );
    }
}
