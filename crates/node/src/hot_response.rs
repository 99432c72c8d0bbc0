//! The client-initialize response as a JavaScript string, without an array of bytes in between.

use std::ptr;

use napi::sys;
use statsig_evaluator::engine::eval_code;
use statsig_evaluator::ClientInitialize;

use crate::hot::{call_info, code, index, number};
use crate::hot_text::with_texts;

/// `clientInitializeText(slot, json)`: the text, a code, or null.
pub unsafe extern "C" fn client_initialize_text(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: this is the running callback, and `hot::define` gave it a `Shared`.
    let Some((shared, [slot, options])) = (unsafe { call_info::<2>(env, info) }) else {
        // SAFETY: `env` is live, also below.
        return unsafe { code(env, eval_code::FAILED) };
    };
    // SAFETY: live handles of this call, also below.
    let slot = index(unsafe { number(env, slot) });
    let failed = || ClientInitialize::Code(eval_code::FAILED);
    let work = |[options, ..]: [&str; 3]| {
        shared.call(failed(), |engine| engine.client_initialize(slot, options))
    };
    match unsafe { with_texts(env, [options, ptr::null_mut(), ptr::null_mut()], work) }
        .unwrap_or_else(failed)
    {
        ClientInitialize::None => unsafe { null(env) },
        ClientInitialize::Code(answer) => unsafe { code(env, answer) },
        ClientInitialize::Body(body) => {
            let value = unsafe { text(env, &body) };
            shared.call((), |engine| engine.recycle_response(body));
            value.unwrap_or_else(|| unsafe { code(env, eval_code::FAILED) })
        }
    }
}

/// A string; None when it is too long for one (half a gigabyte).
///
/// # Safety
/// `env` must be that of the running callback.
unsafe fn text(env: sys::napi_env, utf8: &[u8]) -> Option<sys::napi_value> {
    let mut value = ptr::null_mut();
    let (start, length) = (utf8.as_ptr().cast(), utf8.len() as isize);
    // ASCII is Latin-1 too, and that is copied instead of decoded.
    let create =
        if utf8.is_ascii() { sys::napi_create_string_latin1 } else { sys::napi_create_string_utf8 };
    // SAFETY: `env` is live, `start` has `length` bytes and `value` is a local.
    let status = unsafe { create(env, start, length, &mut value) };
    (status == sys::Status::napi_ok).then_some(value)
}

/// # Safety
/// `env` must be that of the running callback.
unsafe fn null(env: sys::napi_env) -> sys::napi_value {
    let mut value = ptr::null_mut();
    // SAFETY: `env` is live and `value` is a local.
    unsafe { sys::napi_get_null(env, &mut value) };
    value
}
