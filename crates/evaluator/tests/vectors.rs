//! Runs `testdata/vectors` (format: its README) on the crate itself, without a binding.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::fs;
use std::path::PathBuf;

use statsig_evaluator::boundary::eval_code;
use statsig_evaluator::js_semantics::{json::parse_str, stringify, JsValue};
use statsig_evaluator::{prepare, ClientInitialize, Engine, SpecKind};

const KINDS: [(&str, SpecKind); 3] =
    [("gates", SpecKind::Gate), ("configs", SpecKind::Config), ("layers", SpecKind::Layer)];

fn vector_files() -> Vec<PathBuf> {
    let directory = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../testdata/vectors");
    let mut files: Vec<PathBuf> =
        fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "json"));
    files.sort();
    files
}

fn get<'a>(value: &'a JsValue, key: &str) -> &'a JsValue {
    static UNDEFINED: JsValue = JsValue::Undefined;
    value.get(key).unwrap_or(&UNDEFINED)
}

fn object(value: &JsValue) -> Vec<(&str, &JsValue)> {
    value.as_object().map(|o| o.iter().collect()).unwrap_or_default()
}

/// The user as the facade hands it over: environment applied, private attributes apart.
fn set_user(engine: &mut Engine, user: &JsValue, environment: &str) {
    let mut fields: Vec<String> = object(user)
        .into_iter()
        .filter(|(key, _)| {
            *key != "privateAttributes" && (environment.is_empty() || *key != "statsigEnvironment")
        })
        .map(|(key, value)| format!("{}:{}", stringify(&JsValue::string(key)), stringify(value)))
        .collect();
    if !environment.is_empty() {
        fields.push(format!("\"statsigEnvironment\":{environment}"));
    }
    let private = match get(user, "privateAttributes") {
        JsValue::Undefined => String::new(),
        value => stringify(value),
    };
    engine.set_user(0, &format!("{{{}}}", fields.join(",")), &private, "");
}

fn environment(vector: &JsValue) -> String {
    match (get(vector, "environment"), get(get(vector, "payload"), "default_environment")) {
        (own @ JsValue::Object(_), _) => stringify(own),
        (_, JsValue::String(tier)) => format!("{{\"tier\":{}}}", stringify(&JsValue::string(tier))),
        _ => String::new(),
    }
}

fn load(vector: &JsValue) -> Engine {
    let mut engine = Engine::new();
    engine.set_options(
        r#"{"tier":null,"loggingEnabled":true,"batchLimit":9,"pendingLimit":9,"sdkType":"statsig-node","sdkVersion":"6.5.2"}"#,
    );
    engine.set_time_zone(&[f64::NEG_INFINITY, 0.0]);
    for (name, lines) in object(get(vector, "idLists")) {
        let mut update = engine.start_id_list(name, true);
        update.apply(lines.as_str().unwrap().as_bytes());
        engine.finish_id_list(update);
    }
    engine.commit(prepare(stringify(get(vector, "payload")).as_bytes()).unwrap());
    let time = get(get(vector, "payload"), "time").as_number().unwrap_or(1.0);
    engine.set_details("Bootstrap", time, time);
    engine.set_overrides(&stringify(get(vector, "overrides")));
    engine
}

fn answer(
    engine: &mut Engine,
    vector: &JsValue,
    user: usize,
    kind: SpecKind,
    name: &str,
) -> Option<JsValue> {
    let spec = engine.spec_index(kind, name) as u32;
    let now = get(vector, "now").as_number().unwrap();
    let mut answer = engine.evaluate(0, spec, 0, now);
    if answer == eval_code::NEEDS_USER_AGENT {
        let agents = get(vector, "userAgents").as_array().unwrap();
        engine.set_user_agent(0, &stringify(&agents[user]));
        answer = engine.evaluate(0, spec, 0, now);
    }
    (answer >= 0).then(|| parse_str(&engine.outcome(answer as u32 >> 3)).unwrap())
}

/// What a record without a field says.
fn default_of(field: &str, expected: &JsValue) -> JsValue {
    match field {
        "value" | "isExperimentGroup" => JsValue::Bool(false),
        "ruleID" => JsValue::string(""),
        "json" => parse_str("{}").unwrap(),
        "secondaryExposures" => JsValue::Array(Vec::new()),
        "undelegatedSecondaryExposures" => match get(expected, "secondaryExposures") {
            JsValue::Undefined => JsValue::Array(Vec::new()),
            list => list.clone(),
        },
        "sampling" => {
            parse_str(r#"{"forwardAll":false,"rate":null,"seenAnalytical":false}"#).unwrap()
        }
        _ => JsValue::Null,
    }
}

/// Members in one order: JSON objects are equal whatever the order.
fn canonical(value: &JsValue) -> String {
    if let Some(items) = value.as_array() {
        return format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","));
    }
    let Some(object) = value.as_object() else { return stringify(value) };
    let mut members: Vec<(&str, &JsValue)> = object.iter().collect();
    members.sort_unstable_by_key(|(key, _)| *key);
    let members = members.iter().map(|(key, value)| format!("{key:?}:{}", canonical(value)));
    format!("{{{}}}", members.collect::<Vec<_>>().join(","))
}

/// What the response of a call lacks or has too much, member by member.
fn response_differences(engine: &mut Engine, vector: &JsValue, call: &JsValue) -> Vec<String> {
    let user = get(call, "user").as_number().unwrap() as usize;
    let person = &get(vector, "users").as_array().unwrap()[user];
    let is_set = matches!(get(person, "statsigEnvironment"), JsValue::Object(_));
    let environment = if is_set { String::new() } else { environment(vector) };
    set_user(engine, person, &environment);
    let options = stringify(get(call, "options"));
    let inner = options.strip_suffix('}').unwrap();
    let options = format!("{inner},\"nowMs\":{}}}", stringify(get(vector, "now")));
    let mut answer = engine.client_initialize(0, &options);
    if matches!(answer, ClientInitialize::Code(eval_code::NEEDS_USER_AGENT)) {
        let agents = get(vector, "userAgents").as_array().unwrap();
        engine.set_user_agent(0, &stringify(&agents[user]));
        answer = engine.client_initialize(0, &options);
    }
    let ClientInitialize::Body(body) = answer else { return vec!["no response".into()] };
    let body = parse_str(&String::from_utf8(body).unwrap()).unwrap();
    let expected = get(call, "response");
    let keys = object(expected).into_iter().chain(object(&body)).map(|(key, _)| key);
    keys.filter(|key| canonical(get(expected, key)) != canonical(get(&body, key)))
        .map(|key| {
            let (wanted, got) = (canonical(get(expected, key)), canonical(get(&body, key)));
            format!("{key}: expected {wanted}, got {got}")
        })
        .collect()
}

const FIELDS: [&str; 12] = [
    "value",
    "ruleID",
    "groupName",
    "idType",
    "json",
    "secondaryExposures",
    "undelegatedSecondaryExposures",
    "explicitParameters",
    "configDelegate",
    "configVersion",
    "isExperimentGroup",
    "reason",
];

fn differences(expected: &JsValue, actual: Option<JsValue>) -> Vec<String> {
    let failed = get(expected, "failed").is_truthy();
    let Some(actual) = actual else {
        return if failed { Vec::new() } else { vec!["failed".into()] };
    };
    let different = |field: &&str| {
        let wanted = match get(expected, field) {
            JsValue::Undefined => default_of(field, expected),
            value => value.clone(),
        };
        let (wanted, got) = (stringify(&wanted), stringify(get(&actual, field)));
        (wanted != got).then(|| format!("{field}: expected {wanted}, got {got}"))
    };
    FIELDS
        .iter()
        .chain(&["sampling"])
        .filter_map(different)
        .chain(failed.then(|| "did not fail".into()))
        .collect()
}

#[test]
fn responses_of_vectors_are_given() {
    let (mut asked, mut wrong) = (0, Vec::new());
    for file in vector_files() {
        let vectors = parse_str(&fs::read_to_string(&file).unwrap()).unwrap();
        for vector in vectors.as_array().unwrap() {
            let calls = get(vector, "clientInitialize").as_array().unwrap_or_default();
            // Twice, since the second finds what the first left.
            let (mut engine, name) = (load(vector), get(vector, "name").as_str().unwrap());
            for call in calls.iter().chain(calls) {
                asked += 1;
                let options = stringify(get(call, "options"));
                for difference in response_differences(&mut engine, vector, call) {
                    wrong.push(format!("{name} {options}: {difference}"));
                }
            }
        }
    }
    assert!(asked > 30, "only {asked} responses were compared");
    assert!(wrong.is_empty(), "{}", wrong[..wrong.len().min(8)].join("\n"));
}

#[test]
fn vectors_are_answered() {
    let (mut asked, mut wrong) = (0, Vec::new());
    for file in vector_files() {
        let vectors = parse_str(&fs::read_to_string(&file).unwrap()).unwrap();
        for vector in vectors.as_array().unwrap() {
            let name = get(vector, "name").as_str().unwrap();
            // The table is JavaScript of an npm package: the runner in __test__/conformance has it,
            // this one has not.
            if matches!(name, "operators: ip_based" | "ip to country") {
                continue;
            }
            let mut engine = load(vector);
            let environment = environment(vector);
            for (i, user) in get(vector, "users").as_array().unwrap().iter().enumerate() {
                set_user(&mut engine, user, &environment);
                for (key, kind) in KINDS {
                    for (spec, expected) in
                        object(get(&get(vector, "expected").as_array().unwrap()[i], key))
                    {
                        asked += 1;
                        for difference in
                            differences(expected, answer(&mut engine, vector, i, kind, spec))
                        {
                            wrong.push(format!("{name}: {key} {spec} user {i}: {difference}"));
                        }
                    }
                }
            }
        }
    }
    assert!(asked > 1000, "only {asked} answers were compared");
    assert!(
        wrong.is_empty(),
        "{} of {asked}:\n{}",
        wrong.len(),
        wrong[..wrong.len().min(20)].join("\n")
    );
}
