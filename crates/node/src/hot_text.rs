//! The calls of the hot path that carry text, as raw N-API functions: see `hot`.

use std::cell::RefCell;
use std::ptr;

use napi::sys;

use crate::hot::{boolean, call_info, index, number};

/// Text kept between calls; more is given back, so that one big user does not hold its size
/// forever.
const KEPT_TEXT: usize = 1 << 16;
/// Room that a text is first given.
const LEAST_ROOM: usize = 512;

thread_local! {
    // Engines of one thread share it: no call keeps it, and calls don't nest.
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Appends the text of a string to `out`; anything else is empty. Returns its end.
///
/// # Safety
/// `env` must be that of the running callback and `value` one of its live handles.
unsafe fn append(env: sys::napi_env, value: sys::napi_value, out: &mut Vec<u8>) -> usize {
    let start = out.len();
    let mut room = (out.capacity() - start).max(LEAST_ROOM);
    loop {
        out.reserve(room);
        let mut written = 0;
        // SAFETY: `room` bytes are reserved behind `start`; N-API writes at most that many, the
        // last one a zero.
        let status = unsafe {
            sys::napi_get_value_string_utf8(
                env,
                value,
                out.as_mut_ptr().add(start).cast(),
                room,
                &mut written,
            )
        };
        if status != sys::Status::napi_ok {
            return start;
        }
        // A character takes up to four bytes: with less room left, the text may have been cut.
        if written + 4 < room {
            // SAFETY: N-API wrote `written` bytes behind `start`, within what is reserved.
            unsafe { out.set_len(start + written) };
            return out.len();
        }
        room *= 2;
    }
}

/// Runs `work` on three texts. What is no UTF-8 (nothing N-API gives) counts as empty.
///
/// # Safety
/// As `append`.
pub unsafe fn with_texts<T>(
    env: sys::napi_env,
    values: [sys::napi_value; 3],
    work: impl FnOnce([&str; 3]) -> T,
) -> Option<T> {
    TEXT.with(|text| {
        let mut text = text.try_borrow_mut().ok()?;
        text.clear();
        let mut start = 0;
        let ranges = values.map(|value| {
            // SAFETY: passed on.
            let range = start..unsafe { append(env, value, &mut text) };
            start = range.end;
            range
        });
        let texts = ranges.map(|range| {
            std::str::from_utf8(text.get(range).unwrap_or_default()).unwrap_or_default()
        });
        let answer = work(texts);
        if text.capacity() > KEPT_TEXT {
            *text = Vec::new();
        }
        Some(answer)
    })
}

/// `setUser(slot, json, privateJson, exotic)`.
pub unsafe extern "C" fn set_user(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: this is the running callback, and `hot::define` gave it a `Shared`.
    if let Some((shared, [slot, json, private, exotic])) = unsafe { call_info::<4>(env, info) } {
        // SAFETY: live handles of this call, also below.
        let slot = index(unsafe { number(env, slot) });
        let work = |[json, private, exotic]: [&str; 3]| {
            shared.call((), |engine| engine.set_user(slot, json, private, exotic))
        };
        unsafe { with_texts(env, [json, private, exotic], work) };
    }
    ptr::null_mut()
}

/// `setUserValues(slot, template, values)`.
pub unsafe extern "C" fn set_user_values(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: this is the running callback, and `hot::define` gave it a `Shared`.
    let is_set =
        unsafe { call_info::<3>(env, info) }.is_some_and(|(shared, [slot, template, values])| {
            // SAFETY: live handles of this call, also below.
            let slot = index(unsafe { number(env, slot) });
            let work = |[template, values, _]: [&str; 3]| {
                shared.call(false, |engine| engine.set_user_values(slot, template, values))
            };
            unsafe { with_texts(env, [template, values, ptr::null_mut()], work) }.unwrap_or(false)
        });
    // SAFETY: `env` is live.
    unsafe { boolean(env, is_set) }
}

/// `setUserAgent(slot, json)`.
pub unsafe extern "C" fn set_user_agent(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: this is the running callback, and `hot::define` gave it a `Shared`.
    if let Some((shared, [slot, json])) = unsafe { call_info::<2>(env, info) } {
        // SAFETY: live handles of this call, also below.
        let slot = index(unsafe { number(env, slot) });
        let work =
            |[json, ..]: [&str; 3]| shared.call((), |engine| engine.set_user_agent(slot, json));
        unsafe { with_texts(env, [json, ptr::null_mut(), ptr::null_mut()], work) };
    }
    ptr::null_mut()
}

/// `logEvent(slot, head, tail, dedupeKey)`.
pub unsafe extern "C" fn log_event(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: this is the running callback, and `hot::define` gave it a `Shared`.
    let is_full =
        unsafe { call_info::<4>(env, info) }.is_some_and(|(shared, [slot, head, tail, key])| {
            // SAFETY: live handles of this call, also below.
            let slot = unsafe { number(env, slot) };
            let slot = (slot >= 0.0).then_some(slot as u32);
            let work = |[head, tail, key]: [&str; 3]| {
                shared.record(|engine| engine.log_event(slot, head, tail, key))
            };
            unsafe { with_texts(env, [head, tail, key], work) }.unwrap_or(false)
        });
    // SAFETY: `env` is live.
    unsafe { boolean(env, is_full) }
}

/// `exposeLayerParameter(slot, outcome, parameter, mode, nowMs)`.
pub unsafe extern "C" fn expose_layer_parameter(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: this is the running callback, and `hot::define` gave it a `Shared`.
    let is_full = unsafe { call_info::<5>(env, info) }.is_some_and(
        |(shared, [slot, outcome, parameter, mode, now])| {
            // SAFETY: live handles of this call, also below.
            let [slot, outcome, mode, now] =
                [slot, outcome, mode, now].map(|value| unsafe { number(env, value) });
            let work = |[parameter, ..]: [&str; 3]| {
                shared.record(|engine| {
                    engine.expose_layer_parameter(
                        index(slot),
                        index(outcome),
                        parameter,
                        mode as u32,
                        now,
                    )
                })
            };
            unsafe { with_texts(env, [parameter, ptr::null_mut(), ptr::null_mut()], work) }
                .unwrap_or(false)
        },
    );
    // SAFETY: `env` is live.
    unsafe { boolean(env, is_full) }
}
