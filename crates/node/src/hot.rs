//! `evaluate` and `expose` as raw N-API functions.
//!
//! napi-rs' glue for class methods (unwrapping `this`, tracking borrows, converting arguments one trait call at a time)
//! costs several times the work behind it, so the two calls of every check carry the engine in the function's data.

use std::ffi::{c_void, CStr};
use std::ptr;
use std::rc::Rc;

use napi::bindgen_prelude::{Env, This};
use napi::{check_status, sys, JsValue, Result};
use statsig_evaluator::engine::eval_code;

use crate::shared::Shared;

/// Numbers that a call carries.
const ARGUMENTS: usize = 4;

/// Defines both functions on a new instance.
pub fn define(env: &Env, this: &This, shared: &Rc<Shared>) -> Result<()> {
    let (env, this) = (env.raw(), this.object.value().value);
    function(env, this, c"evaluate", evaluate, shared)?;
    function(env, this, c"expose", expose, shared)
}

fn function(
    env: sys::napi_env,
    this: sys::napi_value,
    name: &CStr,
    callback: unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value,
    shared: &Rc<Shared>,
) -> Result<()> {
    let data = Rc::into_raw(shared.clone()).cast_mut().cast::<c_void>();
    let mut value = ptr::null_mut();
    // SAFETY: `env` and `this` are live for the constructor call that this runs in, `name` is a C string, and `data`
    // is an owned reference that `release` gives back when the function is collected, that is after its last call.
    unsafe {
        let length = name.count_bytes() as isize;
        check_status!(sys::napi_create_function(env, name.as_ptr(), length, Some(callback), data, &mut value))?;
        check_status!(sys::napi_add_finalizer(env, value, data, Some(release), ptr::null_mut(), ptr::null_mut()))?;
        check_status!(sys::napi_set_named_property(env, this, name.as_ptr(), value))
    }
}

unsafe extern "C" fn release(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: `data` came from `Rc::into_raw` in `function`, and N-API finalizes once, on the thread of the engine.
    drop(unsafe { Rc::from_raw(data.cast::<Shared>().cast_const()) });
}

/// The engine and the arguments of a call; missing and mistyped arguments are 0.
///
/// # Safety
/// `env` and `info` must be those of the running callback, whose data must be a `Shared`.
unsafe fn arguments<'a>(env: sys::napi_env, info: sys::napi_callback_info) -> Option<(&'a Shared, [f64; ARGUMENTS])> {
    let (mut values, mut count, mut data) = ([ptr::null_mut(); ARGUMENTS], ARGUMENTS, ptr::null_mut());
    // SAFETY: the pointers are to locals of the sizes that N-API is told; it fills missing arguments with undefined.
    let status =
        unsafe { sys::napi_get_cb_info(env, info, &mut count, values.as_mut_ptr(), ptr::null_mut(), &mut data) };
    if status != sys::Status::napi_ok || data.is_null() {
        return None;
    }
    let mut numbers = [0.0; ARGUMENTS];
    for (number, value) in numbers.iter_mut().zip(values) {
        // SAFETY: `value` is a live handle of this call; on a value that is no number the local is left alone.
        unsafe { sys::napi_get_value_double(env, value, number) };
    }
    // SAFETY: the function owns a reference to this `Shared` until it is collected, which is after this call.
    Some((unsafe { &*data.cast::<Shared>().cast_const() }, numbers))
}

/// An index; a negative one (an error code, say) is out of range, not 0.
fn index(number: f64) -> u32 {
    if number >= 0.0 {
        number as u32
    } else {
        u32::MAX
    }
}

unsafe extern "C" fn evaluate(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: this is the running callback, and `function` gave it a `Shared`.
    let answer = unsafe { arguments(env, info) }.map_or(eval_code::FAILED, |(shared, [slot, spec, mode, now])| {
        shared.call(eval_code::FAILED, |engine| engine.evaluate(index(slot), index(spec), mode as u32, now))
    });
    let mut value = ptr::null_mut();
    // SAFETY: `env` is live and `value` is a local; on failure it stays null, which JavaScript sees as undefined.
    unsafe { sys::napi_create_int32(env, answer, &mut value) };
    value
}

unsafe extern "C" fn expose(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: this is the running callback, and `function` gave it a `Shared`.
    let full = unsafe { arguments(env, info) }.is_some_and(|(shared, [slot, outcome, mode, now])| {
        shared.record(|engine| engine.expose(index(slot), index(outcome), mode as u32, now))
    });
    let mut value = ptr::null_mut();
    // SAFETY: as in `evaluate`.
    unsafe { sys::napi_get_boolean(env, full, &mut value) };
    value
}
