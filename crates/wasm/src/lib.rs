//! WebAssembly binding: the surface of crates/node over a hand-kept ABI that needs no generated
//! glue.
//!
//! One instance of the module is one engine. Text and bytes go in through one input buffer: the
//! host calls [`reserve`], writes at the returned address, and passes the lengths of what it wrote,
//! back to back. Text and bytes come out of one output buffer: a call returns its length and
//! [`output`] gives the address. Both addresses are void after the next call. Negative results are
//! the evaluator's codes; [`NO_TEXT`] stands for null.
//!
//! There is no unsafe code but the exported names, which write nothing but a buffer that Rust owns
//! and initialised, and the access after a trap in `host::with`.
#![deny(unsafe_op_in_unsafe_fn)]
// Nothing of a binding is reachable from Rust, so this is what sees its items.
#![warn(clippy::missing_docs_in_private_items)]

mod host;

use host::{with, Host};
use statsig_evaluator::boundary::NO_TEXT;
use statsig_evaluator::{ClientInitialize, Engine};

/// Makes room for `len` bytes of input; the address to write them to.
#[no_mangle]
pub extern "C" fn reserve(len: u32) -> *mut u8 {
    with(|host| host.reserve(len as usize))
}

/// Address of the last output.
#[no_mangle]
pub extern "C" fn output() -> *const u8 {
    with(|host| host.output.as_ptr())
}

/// Length of the last output.
#[no_mangle]
pub extern "C" fn output_length() -> u32 {
    with(|host| host.output.len() as u32)
}

/// Length of the evaluator's version, in the output.
#[no_mangle]
pub extern "C" fn version() -> i32 {
    with(|host| host.put(Engine::version().as_bytes().to_vec()))
}

/// Input: a text. Output: the answer to a question, or NO_TEXT. See `engine/ask.rs` of the
/// evaluator.
#[no_mangle]
pub extern "C" fn ask(question: u32, number: u32, text: u32) -> i32 {
    with(|host| {
        let answer = host.call1(text, |engine, text| engine.ask(question, number, text));
        host.put_option(answer.map(String::into_bytes))
    })
}

/// Input: a text. See [`ask`].
#[no_mangle]
pub extern "C" fn tell(statement: u32, text: u32) {
    with(|host| host.call1(text, |engine, text| engine.tell(statement, text)));
}

/// Input: the reason.
#[no_mangle]
pub extern "C" fn set_details(reason: u32, config_sync_time: f64, init_time: f64) {
    with(|host| {
        host.call1(reason, |engine, reason| engine.set_details(reason, config_sync_time, init_time))
    });
}

/// Input: a payload, which takes the memory of the input with it. A number for [`step_specs`]; or
/// -1 and the reason as output.
#[no_mangle]
pub extern "C" fn begin_specs(payload: u32) -> i32 {
    with(|host| host.begin_specs(payload as usize))
}

/// Goes on for about as long as compiling so many bytes takes. 0 = there is more to do. Output: JSON
/// of PreparedSpecs; or -1 and the reason as output.
#[no_mangle]
pub extern "C" fn step_specs(number: u32, effort: u32) -> i32 {
    with(|host| host.step_specs(number, effort as usize))
}

/// See `commitSpecs`.
#[no_mangle]
pub extern "C" fn commit_specs(handle: u32) {
    with(|host| host.commit(handle));
}

/// See `discardSpecs`.
#[no_mangle]
pub extern "C" fn discard_specs(handle: u32) {
    with(|host| drop(host.prepared.take(handle)));
}

/// Input: a name.
#[no_mangle]
pub extern "C" fn spec_index(kind: u32, name: u32) -> i32 {
    with(|host| host.call1(name, |engine, name| engine.index_of(kind, name)))
}

/// Input: user, private attributes, exotic values.
#[no_mangle]
pub extern "C" fn set_user(slot: u32, json: u32, private_json: u32, exotic: u32) {
    with(|host| {
        host.call3([json, private_json, exotic], |engine, [json, private, exotic]| {
            engine.set_user(slot, json, private, exotic)
        })
    });
}

/// Input: values. See `Engine::set_user_values`.
#[no_mangle]
pub extern "C" fn set_user_values(slot: u32, template: u32, values: u32) -> i32 {
    with(|host| {
        host.call1(values, |engine, values| engine.set_user_values(slot, template, values).into())
    })
}

/// Input: JSON of UserAgentParts.
#[no_mangle]
pub extern "C" fn set_user_agent(slot: u32, json: u32) {
    with(|host| host.call1(json, |engine, json| engine.set_user_agent(slot, json)));
}

/// See `evaluate`.
#[no_mangle]
pub extern "C" fn evaluate(slot: u32, spec: u32, mode: u32, now: f64) -> i32 {
    with(|host| host.engine.evaluate(slot, spec, mode, now))
}

/// See `Engine::holds_until`.
#[no_mangle]
pub extern "C" fn holds_until() -> f64 {
    with(|host| host.engine.holds_until())
}

/// Input: spec indexes, four bytes each. Output: the codes, likewise. How many were written.
#[no_mangle]
pub extern "C" fn evaluate_many(slot: u32, count: u32, mode: u32, now: f64) -> u32 {
    with(|host| host.evaluate_many(slot, count as usize, mode, now))
}

/// See `expose`.
#[no_mangle]
pub extern "C" fn expose(slot: u32, outcome: u32, mode: u32, now: f64) -> i32 {
    with(|host| host.engine.expose(slot, outcome, mode, now).into())
}

/// Input: triples `slot, outcome, time`, eight bytes each number. See `expose_many`.
#[no_mangle]
pub extern "C" fn expose_many(count: u32) -> u32 {
    with(|host| host.expose_many(count as usize))
}

/// Input: the parameter.
#[no_mangle]
pub extern "C" fn expose_layer_parameter(
    slot: u32,
    outcome: u32,
    parameter: u32,
    mode: u32,
    now: f64,
) -> i32 {
    with(|host| {
        host.call1(parameter, |engine, name| {
            engine.expose_layer_parameter(slot, outcome, name, mode, now).into()
        })
    })
}

/// Input: JSON of OutcomeRecord.
#[no_mangle]
pub extern "C" fn intern_outcome(json: u32) -> i32 {
    with(|host| host.call1(json, Engine::intern_outcome))
}

/// Input: head, tail, dedupe key. Slot -1 = no user.
#[no_mangle]
pub extern "C" fn log_event(slot: i32, head: u32, tail: u32, dedupe_key: u32) -> i32 {
    let slot = u32::try_from(slot).ok();
    with(|host| {
        host.call3([head, tail, dedupe_key], |engine, [head, tail, key]| {
            engine.log_event(slot, head, tail, key).into()
        })
    })
}

/// Number of pending events.
#[no_mangle]
pub extern "C" fn pending_events() -> u32 {
    with(|host| host.engine.pending_events() as u32)
}

/// Input: prefix, suffix. Output: the body; [`batch_count`] tells the number of events in it.
#[no_mangle]
pub extern "C" fn take_batch(prefix: u32, suffix: u32, max_events: u32) -> i32 {
    with(|host| {
        let (count, body) = host.call3([prefix, suffix, 0], |engine, [prefix, suffix, _]| {
            let batch = engine.take_batch(max_events as usize);
            (batch.len(), batch.encode(prefix, suffix))
        });
        host.batch_count = count as u32;
        host.put(body)
    })
}

/// Events in the last batch.
#[no_mangle]
pub extern "C" fn batch_count() -> u32 {
    with(|host| host.batch_count)
}

/// Input: name, lines. 1 = applied.
#[no_mangle]
pub extern "C" fn update_id_list(name: u32, lines: u32, replace: u32) -> i32 {
    with(|host| host.update_id_list(name as usize, lines as usize, replace != 0).into())
}

/// Input: a name. Output: lines, or NO_TEXT.
#[no_mangle]
pub extern "C" fn export_id_list(name: u32) -> i32 {
    with(|host| {
        let lines = host.call1(name, |engine, name| engine.export_id_list(name));
        host.put_option(lines)
    })
}

/// Input: the table.
#[no_mangle]
pub extern "C" fn set_ip_table(len: u32) {
    with(|host| {
        let Host { engine, input, .. } = host;
        engine.set_ip_table(input.get(..len as usize).unwrap_or_default());
    });
}

/// Input: little-endian doubles.
#[no_mangle]
pub extern "C" fn set_time_zone(len: u32) {
    with(|host| {
        let bytes = host.input.get(..len as usize).unwrap_or_default();
        let pairs: Vec<f64> =
            bytes.as_chunks::<8>().0.iter().map(|chunk| f64::from_le_bytes(*chunk)).collect();
        host.engine.set_time_zone(&pairs);
    });
}

/// Input: JSON of ClientInitializeOptions. Output: the body, or NO_TEXT, or a negative code.
#[no_mangle]
pub extern "C" fn client_initialize(slot: u32, options: u32) -> i32 {
    with(|host| {
        match host.call1(options, |engine, options| engine.client_initialize(slot, options)) {
            ClientInitialize::None => NO_TEXT,
            ClientInitialize::Code(code) => code,
            ClientInitialize::Body(body) => host.put(body),
        }
    })
}

/// Output: JSON of EngineStats.
#[no_mangle]
pub extern "C" fn stats() -> i32 {
    with(|host| {
        let stats = host.engine.stats();
        host.put(stats.into_bytes())
    })
}

/// Panics, so that tests can see a trapped instance replaced. Not reachable from the SDK's API.
#[no_mangle]
#[allow(clippy::panic)]
pub extern "C" fn trap_for_tests() {
    with(|_| panic!("asked for by a test"));
}
