//! Runs one scenario of the pure evaluator a given number of times, for callgrind to count and for
//! a clock to time.
//!
//! `evaluation-guard <payload> <users> <scenario> <iterations>`; users: pairs of lines, the user as
//! logged and its private attributes. Prints `operations=<per iteration> ns=<per operation>
//! sink=<sum of answers>`.

use std::process::ExitCode;
use std::time::Instant;

use statsig_evaluator::boundary::{eval_code, eval_mode};
use statsig_evaluator::{prepare, ClientInitialize, Engine, SpecKind};

const NOW: f64 = 1_750_000_000_000.0;
const AGENT: &str = r#"{"osName":"Windows","osVersion":"10.0.0","browserName":"Chrome","browserVersion":"126.0.0"}"#;
const OPTIONS: &str = r#"{"tier":"production","loggingEnabled":true,"batchLimit":1000,"pendingLimit":100000,"sdkType":"statsig-node","sdkVersion":"6.5.2","sessionID":"guard"}"#;

/// Everything a scenario works on.
struct Bench {
    payload: Vec<u8>,
    users: Vec<(String, String)>,
    engine: Engine,
    gates: Vec<u32>,
    configs: Vec<u32>,
}

/// Operations of one iteration and a sum that keeps the work alive.
type Outcome = Result<(u64, u64), String>;

impl Bench {
    fn new(payload: Vec<u8>, users: Vec<(String, String)>) -> Result<Bench, String> {
        let mut engine = Engine::new();
        engine.set_options(OPTIONS);
        engine.set_details("Network", NOW, NOW);
        engine.commit(prepare(&payload).map_err(|error| format!("{error:?}"))?);
        let mut bench = Bench { payload, users, engine, gates: Vec::new(), configs: Vec::new() };
        bench.gates = bench.indexes(SpecKind::Gate)?;
        bench.configs = bench.indexes(SpecKind::Config)?;
        bench.place(0, 0);
        Ok(bench)
    }

    fn indexes(&mut self, kind: SpecKind) -> Result<Vec<u32>, String> {
        let names = self.engine.spec_names(kind, "");
        let names = names.trim_matches(['[', ']']).split(',').map(|name| name.trim_matches('"').to_owned());
        names.map(|name| u32::try_from(self.engine.spec_index(kind, &name)).map_err(|_| name)).collect()
    }

    fn place(&mut self, slot: u32, user: usize) {
        let (json, private) = &self.users[user % self.users.len()];
        self.engine.set_user(slot, json, private, "");
    }

    fn evaluate(&mut self, spec: u32, mode: u32) -> Result<u64, String> {
        let mut answer = self.engine.evaluate(0, spec, mode, NOW);
        if answer == eval_code::NEEDS_USER_AGENT {
            self.engine.set_user_agent(0, AGENT);
            answer = self.engine.evaluate(0, spec, mode, NOW);
        }
        u64::try_from(answer).map_err(|_| format!("spec {spec} answered {answer}: {}", self.engine.last_error()))
    }

    fn evaluate_all(&mut self, kind: SpecKind, mode: u32) -> Outcome {
        let specs = std::mem::take(if kind == SpecKind::Gate { &mut self.gates } else { &mut self.configs });
        let sum = specs.iter().try_fold(0u64, |sum, spec| Ok::<_, String>(sum + self.evaluate(*spec, mode)?));
        let operations = specs.len() as u64;
        *(if kind == SpecKind::Gate { &mut self.gates } else { &mut self.configs }) = specs;
        Ok((operations, sum?))
    }

    fn respond(&mut self) -> Outcome {
        const OPTIONS: &str = r#"{"hash":"djb2","random":0.5,"nowMs":1750000000000}"#;
        let mut answer = self.engine.client_initialize(0, OPTIONS);
        if answer == ClientInitialize::Code(eval_code::NEEDS_USER_AGENT) {
            self.engine.set_user_agent(0, AGENT);
            answer = self.engine.client_initialize(0, OPTIONS);
        }
        match answer {
            ClientInitialize::Body(body) => Ok((1, body.len() as u64)),
            other => Err(format!("no response: {other:?}")),
        }
    }

    fn run(&mut self, scenario: &str, iteration: usize) -> Outcome {
        match scenario {
            "gate, known user" => self.evaluate_all(SpecKind::Gate, 0),
            "config, known user" => self.evaluate_all(SpecKind::Config, 0),
            "gate, known user, exposure seen" => self.evaluate_all(SpecKind::Gate, eval_mode::EXPOSE),
            "gate, new user" => {
                self.place(0, iteration);
                self.evaluate_all(SpecKind::Gate, 0)
            }
            "gate, new user, exposure" => {
                self.place(0, iteration);
                let outcome = self.evaluate_all(SpecKind::Gate, eval_mode::EXPOSE);
                drop(self.engine.take_batch(usize::MAX));
                outcome
            }
            "gate, new user, exposure as bytes" => {
                self.place(0, iteration);
                let (operations, sum) = self.evaluate_all(SpecKind::Gate, eval_mode::EXPOSE)?;
                let body = self.engine.take_batch(usize::MAX).encode("[", "]");
                Ok((operations, sum + body.len() as u64))
            }
            "client initialize" => self.respond(),
            "client initialize, new user" => {
                self.place(0, iteration);
                self.respond()
            }
            "load" => {
                let prepared = prepare(&self.payload).map_err(|error| format!("{error:?}"))?;
                Ok((1, prepared.summary.len() as u64))
            }
            other => Err(format!("unknown scenario {other}")),
        }
    }
}

fn main_or_error() -> Result<String, String> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [payload, users, scenario, iterations] = arguments.as_slice() else {
        return Err("usage: evaluation-guard <payload> <users> <scenario> <iterations>".into());
    };
    let payload = std::fs::read(payload).map_err(|error| error.to_string())?;
    let users = std::fs::read_to_string(users).map_err(|error| error.to_string())?;
    let lines: Vec<&str> = users.lines().collect();
    let users = lines.chunks_exact(2).map(|pair| (pair[0].to_owned(), pair[1].to_owned())).collect();
    let iterations: usize = iterations.parse().map_err(|_| "iterations must be a number")?;
    let mut bench = Bench::new(payload, users)?;
    let (mut operations, mut sink) = (0, 0);
    let start = Instant::now();
    for iteration in 0..iterations {
        let (count, sum) = bench.run(scenario, iteration)?;
        operations = count;
        sink += sum;
    }
    let per_operation = start.elapsed().as_nanos() as f64 / (operations * iterations as u64) as f64;
    Ok(format!("operations={operations} ns={per_operation:.0} sink={sink}"))
}

fn main() -> ExitCode {
    match main_or_error() {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}
