//! The calls of the hot path as raw N-API functions; here those that carry numbers only.
//!
//! napi-rs' glue for class methods (unwrapping `this`, tracking borrows, converting arguments one
//! trait call at a time) costs several times the work behind it, so these calls carry the engine in
//! the function's data.

use std::ffi::{c_void, CStr};
use std::ptr;
use std::rc::Rc;

use napi::bindgen_prelude::{Env, This};
use napi::{check_status, sys, JsValue, Result};
use statsig_evaluator::engine::eval_code;

use crate::hot_many::{evaluate_many, expose_many};
use crate::hot_response::client_initialize_text;
use crate::hot_text::{
    expose_layer_parameter, log_event, set_user, set_user_agent, set_user_values,
};
use crate::shared::Shared;

/// A function that Node calls.
type Callback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

/// Defines the functions on a new instance.
pub fn define(env: &Env, this: &This, shared: &Rc<Shared>) -> Result<()> {
    let (env, this) = (env.raw(), this.object.value().value);
    let functions: [(&CStr, Callback); 11] = [
        (c"isDead", is_dead),
        (c"evaluate", evaluate),
        (c"evaluateMany", evaluate_many),
        (c"expose", expose),
        (c"exposeMany", expose_many),
        (c"exposeLayerParameter", expose_layer_parameter),
        (c"setUser", set_user),
        (c"setUserValues", set_user_values),
        (c"setUserAgent", set_user_agent),
        (c"clientInitializeText", client_initialize_text),
        (c"logEvent", log_event),
    ];
    functions
        .into_iter()
        .try_for_each(|(name, callback)| function(env, this, name, callback, shared))
}

fn function(
    env: sys::napi_env,
    this: sys::napi_value,
    name: &CStr,
    callback: Callback,
    shared: &Rc<Shared>,
) -> Result<()> {
    let data = Rc::into_raw(shared.clone()).cast_mut().cast::<c_void>();
    let mut value = ptr::null_mut();
    // SAFETY: `env` and `this` are live for the constructor call that this runs in, `name` is a C
    // string, and `data` is an owned reference that `release` gives back when the function is
    // collected, that is after its last call.
    unsafe {
        let length = name.count_bytes() as isize;
        check_status!(sys::napi_create_function(
            env,
            name.as_ptr(),
            length,
            Some(callback),
            data,
            &mut value
        ))?;
        check_status!(sys::napi_add_finalizer(
            env,
            value,
            data,
            Some(release),
            ptr::null_mut(),
            ptr::null_mut()
        ))?;
        check_status!(sys::napi_set_named_property(env, this, name.as_ptr(), value))
    }
}

unsafe extern "C" fn release(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: `data` came from `Rc::into_raw` in `function`, and N-API finalizes once, on the
    // thread of the engine.
    drop(unsafe { Rc::from_raw(data.cast::<Shared>().cast_const()) });
}

/// The engine and the arguments of a call; missing ones are undefined.
///
/// # Safety
/// `env` and `info` must be those of the running callback, whose data must be a `Shared`.
#[inline]
pub unsafe fn call_info<'a, const N: usize>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> Option<(&'a Shared, [sys::napi_value; N])> {
    let (mut values, mut count, mut data) = ([ptr::null_mut(); N], N, ptr::null_mut());
    // SAFETY: the pointers are to locals of the sizes that N-API is told; it fills missing
    // arguments with undefined.
    let status = unsafe {
        sys::napi_get_cb_info(
            env,
            info,
            &mut count,
            values.as_mut_ptr(),
            ptr::null_mut(),
            &mut data,
        )
    };
    if status != sys::Status::napi_ok || data.is_null() {
        return None;
    }
    // SAFETY: the function owns a reference to this `Shared` until it is collected, which is after
    // this call.
    Some((unsafe { &*data.cast::<Shared>().cast_const() }, values))
}

/// A number; 0 for anything else.
///
/// # Safety
/// `env` must be that of the running callback and `value` one of its live handles.
#[inline]
pub unsafe fn number(env: sys::napi_env, value: sys::napi_value) -> f64 {
    let mut number = 0.0;
    // SAFETY: live by contract; on a value that is no number the local is left alone.
    unsafe { sys::napi_get_value_double(env, value, &mut number) };
    number
}

/// A boolean for JavaScript; null, which is undefined there, when Node cannot make one.
///
/// # Safety
/// `env` must be that of the running callback.
pub unsafe fn boolean(env: sys::napi_env, answer: bool) -> sys::napi_value {
    let mut value = ptr::null_mut();
    // SAFETY: `env` is live and `value` is a local.
    unsafe { sys::napi_get_boolean(env, answer, &mut value) };
    value
}

/// An integer for JavaScript; null, which is undefined there, when Node cannot make one.
///
/// # Safety
/// `env` must be that of the running callback.
#[inline]
pub unsafe fn code(env: sys::napi_env, answer: i32) -> sys::napi_value {
    let mut value = ptr::null_mut();
    // SAFETY: `env` is live and `value` is a local.
    unsafe { sys::napi_create_int32(env, answer, &mut value) };
    value
}

/// An index; a negative one (an error code, say) is out of range, not 0.
pub fn index(number: f64) -> u32 {
    if number >= 0.0 {
        number as u32
    } else {
        u32::MAX
    }
}

unsafe extern "C" fn evaluate(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: this is the running callback, and `function` gave it a `Shared`.
    let answer =
        unsafe { call_info::<4>(env, info) }.map_or(eval_code::FAILED, |(shared, values)| {
            // SAFETY: live handles of this call.
            let [slot, spec, mode, now] = values.map(|value| unsafe { number(env, value) });
            shared.call(eval_code::FAILED, |engine| {
                engine.evaluate(index(slot), index(spec), mode as u32, now)
            })
        });
    // SAFETY: `env` is live.
    unsafe { code(env, answer) }
}

unsafe extern "C" fn expose(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: this is the running callback, and `function` gave it a `Shared`.
    let full = unsafe { call_info::<4>(env, info) }.is_some_and(|(shared, values)| {
        // SAFETY: live handles of this call.
        let [slot, outcome, mode, now] = values.map(|value| unsafe { number(env, value) });
        shared.record(|engine| engine.expose(index(slot), index(outcome), mode as u32, now))
    });
    // SAFETY: `env` is live.
    unsafe { boolean(env, full) }
}

/// Asked with each event while a batch is full.
unsafe extern "C" fn is_dead(env: sys::napi_env, info: sys::napi_callback_info) -> sys::napi_value {
    // SAFETY: this is the running callback, and `function` gave it a `Shared`.
    let dead = unsafe { call_info::<0>(env, info) }.is_none_or(|(shared, [])| shared.is_poisoned());
    // SAFETY: `env` is live.
    unsafe { boolean(env, dead) }
}
