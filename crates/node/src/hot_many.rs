//! `evaluateMany` and `exposeMany` as raw N-API functions over typed arrays: see `hot`.

use std::ptr;

use napi::sys;

use crate::arrays::typed_array;
use crate::hot::{call_info, index, number};

/// Number of arguments: slot, specs, count, mode, now, codes.
const ARGUMENTS: usize = 6;

/// `evaluateMany(slot, specs, count, mode, nowMs, codes)`: how many codes were written.
pub unsafe extern "C" fn evaluate_many(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: this is the running callback, and `hot::define` gave it a `Shared`.
    let written = unsafe { call_info::<ARGUMENTS>(env, info) }.map_or(0, |(shared, values)| {
        let [slot, specs, count, mode, now, codes] = values;
        // SAFETY: live handles of this call.
        let [slot, count, mode, now] =
            [slot, count, mode, now].map(|value| unsafe { number(env, value) });
        // SAFETY: as above.
        let ((specs, room), (codes, codes_room)) = unsafe {
            let kind = sys::TypedarrayType::int32_array;
            (typed_array::<i32>(env, specs, kind), typed_array::<i32>(env, codes, kind))
        };
        let count = (index(count) as usize).min(room).min(codes_room);
        // One memory for both would make two slices of which one is mutable.
        if count == 0 || specs.wrapping_add(count) > codes && codes.wrapping_add(count) > specs {
            return 0;
        }
        // SAFETY: both point to at least `count` initialised integers (`count` is at most either
        // length), which no one moves, frees or writes while this call runs: no JavaScript runs,
        // and the arrays are not shared with threads. They don't overlap, as just checked.
        let (specs, codes) = unsafe {
            (std::slice::from_raw_parts(specs, count), std::slice::from_raw_parts_mut(codes, count))
        };
        shared.call(0, |engine| engine.evaluate_many(index(slot), specs, mode as u32, now, codes))
    });
    let mut value = ptr::null_mut();
    // SAFETY: `env` is live and `value` is a local; on failure it stays null, which JavaScript sees
    // as undefined.
    unsafe { sys::napi_create_uint32(env, written as u32, &mut value) };
    value
}

/// `exposeMany(exposures, count)`: see `Engine::expose_many`; negative when nothing answers. A
/// poisoned engine is asked, too.
pub unsafe extern "C" fn expose_many(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    // SAFETY: this is the running callback, and `hot::define` gave it a `Shared`.
    let answer = unsafe { call_info::<2>(env, info) }.map_or(-1, |(shared, [exposures, count])| {
        // SAFETY: live handles of this call; the kind is that of `f64`.
        let (data, room) =
            unsafe { typed_array::<f64>(env, exposures, sys::TypedarrayType::float64_array) };
        // SAFETY: as above.
        let count = (index(unsafe { number(env, count) }) as usize).saturating_mul(3).min(room);
        if count == 0 {
            return 0;
        }
        // SAFETY: at least `count` initialised numbers, which no one moves, frees or writes while
        // this call runs.
        let exposures = unsafe { std::slice::from_raw_parts(data.cast_const(), count) };
        shared.salvage(-1, |engine| engine.expose_many(exposures) as i32)
    });
    let mut value = ptr::null_mut();
    // SAFETY: `env` is live and `value` is a local; on failure it stays null, which JavaScript sees
    // as undefined.
    unsafe { sys::napi_create_int32(env, answer, &mut value) };
    value
}
