//! The calls of the hot path, and those that take typed arrays: see `raw`.

use std::cell::Cell;
use std::ffi::CStr;

use statsig_evaluator::boundary::eval_code;
use statsig_evaluator::ClientInitialize;

use crate::raw::{function, Argument, Call, Content, Function, Reply};
use crate::shared::Shared;
use crate::texts::with_texts;

/// All of them.
pub const FUNCTIONS: [Function; 14] = [
    function::<_, IsDead>(),
    function::<_, Evaluate>(),
    function::<_, EvaluateMany>(),
    function::<_, Expose>(),
    function::<_, ExposeMany>(),
    function::<_, ExposeLayerParameter>(),
    function::<_, SetUser>(),
    function::<_, SetUserValues>(),
    function::<_, SetUserAgent>(),
    function::<_, LogEvent>(),
    function::<_, ClientInitializeText>(),
    function::<_, AddInput>(),
    function::<_, SetIpTable>(),
    function::<_, SetTimeZone>(),
];

/// Asked with each event while a batch is full.
struct IsDead;
impl Call<0> for IsDead {
    const NAME: &'static CStr = c"isDead";
    fn call<'a>(shared: &Shared, []: [Argument<'a>; 0]) -> impl Reply<'a> {
        shared.is_poisoned()
    }
}

/// One spec for one user: a code.
struct Evaluate;
impl Call<4> for Evaluate {
    const NAME: &'static CStr = c"evaluate";
    fn call<'a>(shared: &Shared, [slot, spec, mode, now]: [Argument<'a>; 4]) -> impl Reply<'a> {
        let (slot, spec, mode, now) = (slot.index(), spec.index(), mode.number(), now.number());
        shared.call(eval_code::FAILED, |engine| engine.evaluate(slot, spec, mode as u32, now))
    }
}

/// How many codes were written.
struct EvaluateMany;
impl Call<6> for EvaluateMany {
    const NAME: &'static CStr = c"evaluateMany";
    fn call<'a>(
        shared: &Shared,
        [slot, specs, count, mode, now, codes]: [Argument<'a>; 6],
    ) -> impl Reply<'a> {
        let (slot, count, mode, now) = (slot.index(), count.index(), mode.number(), now.number());
        let codes = codes.elements::<i32>();
        let count = codes.len().min(count as usize);
        let specs = specs.elements::<i32>().iter().take(count).map(Cell::get);
        let mut free = codes.iter();
        let write = |code| {
            if let Some(place) = free.next() {
                place.set(code);
            }
        };
        shared.call(0, |engine| engine.evaluate_many(slot, specs, mode as u32, now, write) as i32)
    }
}

/// An exposure; whether a batch is full. So do the other calls that record an event.
struct Expose;
impl Call<4> for Expose {
    const NAME: &'static CStr = c"expose";
    fn call<'a>(shared: &Shared, [slot, outcome, mode, now]: [Argument<'a>; 4]) -> impl Reply<'a> {
        let (slot, outcome, mode, now) =
            (slot.index(), outcome.index(), mode.number(), now.number());
        shared.record(|engine| engine.expose(slot, outcome, mode as u32, now))
    }
}

/// Negative when nothing answers. A poisoned engine is asked, too.
struct ExposeMany;
impl Call<2> for ExposeMany {
    const NAME: &'static CStr = c"exposeMany";
    fn call<'a>(shared: &Shared, [exposures, count]: [Argument<'a>; 2]) -> impl Reply<'a> {
        let (exposures, _) = exposures.elements::<f64>().as_chunks::<3>();
        let exposures = exposures.iter().take(count.index() as usize);
        let exposures = exposures.map(|exposure| exposure.each_ref().map(Cell::get));
        shared.salvage(-1, |engine| engine.expose_many(exposures) as i32)
    }
}

/// The exposure of a layer's parameter.
struct ExposeLayerParameter;
impl Call<5> for ExposeLayerParameter {
    const NAME: &'static CStr = c"exposeLayerParameter";
    fn call<'a>(
        shared: &Shared,
        [slot, outcome, parameter, mode, now]: [Argument<'a>; 5],
    ) -> impl Reply<'a> {
        let (slot, outcome, mode, now) =
            (slot.index(), outcome.index(), mode.number(), now.number());
        with_texts([parameter], |[parameter]| {
            shared.record(|engine| {
                engine.expose_layer_parameter(slot, outcome, parameter, mode as u32, now)
            })
        })
        .unwrap_or(false)
    }
}

/// A user as JSON.
struct SetUser;
impl Call<4> for SetUser {
    const NAME: &'static CStr = c"setUser";
    fn call<'a>(
        shared: &Shared,
        [slot, json, private, exotic]: [Argument<'a>; 4],
    ) -> impl Reply<'a> {
        let slot = slot.index();
        with_texts([json, private, exotic], |[json, private, exotic]| {
            shared.call((), |engine| engine.set_user(slot, json, private, exotic));
        })
        .unwrap_or(())
    }
}

/// A user as values of the template of that number; whether it could be used.
struct SetUserValues;
impl Call<3> for SetUserValues {
    const NAME: &'static CStr = c"setUserValues";
    fn call<'a>(shared: &Shared, [slot, template, values]: [Argument<'a>; 3]) -> impl Reply<'a> {
        let (slot, template) = (slot.index(), template.index());
        with_texts([values], |[values]| {
            shared.call(false, |engine| engine.set_user_values(slot, template, values))
        })
        .unwrap_or(false)
    }
}

/// The parts of a user's agent as JSON.
struct SetUserAgent;
impl Call<2> for SetUserAgent {
    const NAME: &'static CStr = c"setUserAgent";
    fn call<'a>(shared: &Shared, [slot, json]: [Argument<'a>; 2]) -> impl Reply<'a> {
        let slot = slot.index();
        with_texts([json], |[json]| shared.call((), |engine| engine.set_user_agent(slot, json)))
            .unwrap_or(())
    }
}

/// A custom event.
struct LogEvent;
impl Call<4> for LogEvent {
    const NAME: &'static CStr = c"logEvent";
    fn call<'a>(
        shared: &Shared,
        [slot, head, tail, dedupe_key]: [Argument<'a>; 4],
    ) -> impl Reply<'a> {
        let slot = slot.number();
        let slot = (slot >= 0.0).then_some(slot as u32);
        with_texts([head, tail, dedupe_key], |[head, tail, dedupe_key]| {
            shared.record(|engine| engine.log_event(slot, head, tail, dedupe_key))
        })
        .unwrap_or(false)
    }
}

/// The client-initialize response as a string, without an array of bytes in between; a code, or
/// null.
struct ClientInitializeText;
impl Call<2> for ClientInitializeText {
    const NAME: &'static CStr = c"clientInitializeText";
    fn call<'a>(shared: &Shared, [slot, options]: [Argument<'a>; 2]) -> impl Reply<'a> {
        let (scope, slot) = (slot.scope(), slot.index());
        let failed = || ClientInitialize::Code(eval_code::FAILED);
        let work = |[options]: [&str; 1]| {
            shared.call(failed(), |engine| engine.client_initialize(slot, options))
        };
        let code = |code| scope.make(Content::Integer(code));
        match with_texts([options], work).unwrap_or_else(failed) {
            ClientInitialize::None => scope.make(Content::Null),
            ClientInitialize::Code(answer) => code(answer),
            ClientInitialize::Body(body) => {
                let text = scope.make(Content::Text(&body));
                shared.call((), |engine| engine.recycle_response(body));
                text.or_else(|| code(eval_code::FAILED))
            }
        }
    }
}

/// `addInput(input, piece)`: false when it does not fit.
struct AddInput;
impl Call<2> for AddInput {
    const NAME: &'static CStr = c"addInput";
    fn call<'a>(shared: &Shared, [input, piece]: [Argument<'a>; 2]) -> impl Reply<'a> {
        let piece = piece.elements::<u8>().iter().map(Cell::get);
        shared.inputs.add(input.index(), piece)
    }
}

/// The table of countries.
struct SetIpTable;
impl Call<1> for SetIpTable {
    const NAME: &'static CStr = c"setIpTable";
    fn call<'a>(shared: &Shared, [table]: [Argument<'a>; 1]) -> impl Reply<'a> {
        let table: Vec<u8> = table.elements().iter().map(Cell::get).collect();
        shared.call((), |engine| engine.set_ip_table(&table));
    }
}

/// The changes of local time.
struct SetTimeZone;
impl Call<1> for SetTimeZone {
    const NAME: &'static CStr = c"setTimeZone";
    fn call<'a>(shared: &Shared, [transitions]: [Argument<'a>; 1]) -> impl Reply<'a> {
        let transitions: Vec<f64> = transitions.elements().iter().map(Cell::get).collect();
        shared.call((), |engine| engine.set_time_zone(&transitions));
    }
}
