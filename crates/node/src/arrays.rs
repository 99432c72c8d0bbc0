//! Typed arrays of JavaScript, read or written while a call runs and at no other time: afterwards
//! their memory may be resized, detached and freed, and other threads may write to it.

use std::cell::RefCell;
use std::ffi::c_void;
use std::ptr;

use napi::sys;

/// Start and length of a typed array of the kind that holds `T`s. Empty for anything else, for what
/// was detached, and over shared memory, to which another thread may write during the call.
///
/// # Safety `env` must be that of the running callback, `value` one of its live handles, and
/// `wanted` the kind of `T`.
pub unsafe fn typed_array<T>(
    env: sys::napi_env,
    value: sys::napi_value,
    wanted: i32,
) -> (*mut T, usize) {
    let (mut kind, mut length, mut data, mut buffer) =
        (0, 0, ptr::null_mut::<c_void>(), ptr::null_mut());
    // SAFETY: live handles by contract, pointers to locals; the part that is not wanted may be
    // null.
    let status = unsafe {
        sys::napi_get_typedarray_info(
            env,
            value,
            &mut kind,
            &mut length,
            &mut data,
            &mut buffer,
            ptr::null_mut(),
        )
    };
    if status != sys::Status::napi_ok || kind != wanted || data.is_null() {
        return (ptr::null_mut(), 0);
    }
    let mut is_own = false;
    // SAFETY: the handle is the one just given, the pointer is to a local.
    let status = unsafe { sys::napi_is_arraybuffer(env, buffer, &mut is_own) };
    if status != sys::Status::napi_ok || !is_own {
        return (ptr::null_mut(), 0);
    }
    (data.cast(), length)
}

/// Runs `work` on the elements of a typed array; none where `typed_array` says so.
///
/// # Safety
/// As `typed_array`, and `work` must not call JavaScript.
pub unsafe fn with_elements<T, R>(
    env: sys::napi_env,
    value: sys::napi_value,
    wanted: i32,
    work: impl FnOnce(&[T]) -> R,
) -> R {
    // SAFETY: by contract.
    let (data, length) = unsafe { typed_array::<T>(env, value, wanted) };
    if length == 0 {
        return work(&[]);
    }
    // SAFETY: so many initialised elements, which no one moves, frees or writes while `work` runs:
    // no JavaScript runs, and the memory is not shared with threads.
    work(unsafe { std::slice::from_raw_parts(data.cast_const(), length) })
}

/// Most inputs that are open at a time; the SDK has one or two.
const MOST_OPEN: usize = 16;
/// Longest input.
const LONGEST: f64 = 4294967295.0;

/// Bytes for the pool, copied piece by piece: what JavaScript still has cannot be kept from being
/// resized or detached while another thread reads it.
#[derive(Default)]
pub struct Inputs {
    open: RefCell<Vec<Input>>,
}

struct Input {
    id: u32,
    bytes: Vec<u8>,
    length: usize,
}

impl Inputs {
    /// Makes room for `length` bytes. The number of the input, or 0 when there is none.
    pub fn open(&self, length: f64) -> u32 {
        let mut open = self.open.borrow_mut();
        if !(0.0..=LONGEST).contains(&length) || open.len() >= MOST_OPEN {
            return 0;
        }
        let length = length as usize;
        let mut bytes = Vec::new();
        if bytes.try_reserve_exact(length).is_err() {
            return 0;
        }
        let id = (1..).find(|id| open.iter().all(|input| input.id != *id)).unwrap_or(0);
        open.push(Input { id, bytes, length });
        id
    }

    /// Appends a copy. False when there is no such input or it has no room for that.
    pub fn add(&self, id: u32, piece: &[u8]) -> bool {
        let mut open = self.open.borrow_mut();
        let Some(input) = open.iter_mut().find(|input| input.id == id) else { return false };
        let fits = piece.len() <= input.length - input.bytes.len();
        if fits {
            input.bytes.extend_from_slice(piece);
        }
        fits
    }

    /// Closes an input. Its bytes; None when there is none, or when some are missing.
    pub fn take(&self, id: u32) -> Option<Vec<u8>> {
        let mut open = self.open.borrow_mut();
        let at = open.iter().position(|input| input.id == id)?;
        let input = open.swap_remove(at);
        (input.bytes.len() == input.length).then_some(input.bytes)
    }

    /// Drops everything.
    pub fn clear(&self) {
        self.open.borrow_mut().clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_are_taken_whole_or_not_at_all() {
        let inputs = Inputs::default();
        let (one, other) = (inputs.open(3.0), inputs.open(0.0));
        assert!(one != other && one != 0 && other != 0);
        assert!(inputs.add(one, b"ab") && !inputs.add(one, b"cd") && inputs.add(one, b"c"));
        assert_eq!(inputs.take(one), Some(b"abc".to_vec()));
        assert_eq!((inputs.take(one), inputs.take(other)), (None, Some(Vec::new())));
        let missing = inputs.open(2.0);
        assert!(inputs.add(missing, b"x") && !inputs.add(77, b"x"));
        assert_eq!(inputs.take(missing), None);
    }

    #[test]
    fn inputs_are_bounded() {
        let inputs = Inputs::default();
        for length in [-1.0, f64::NAN, f64::INFINITY, 1e300] {
            assert_eq!(inputs.open(length), 0);
        }
        assert!((0..MOST_OPEN).all(|_| inputs.open(1.0) != 0));
        assert_eq!(inputs.open(1.0), 0);
        inputs.clear();
        assert_ne!(inputs.open(1.0), 0);
    }
}
