//! N-API functions without napi-rs' glue: one trampoline for all of them, with views of arguments
//! and answers that are safe to use. All unsafe code of this crate is here.
//!
//! The glue for class methods (unwrapping `this`, tracking borrows, converting arguments one trait
//! call at a time) costs several times the work behind a check, so these functions carry the engine
//! in their data.

use std::cell::Cell;
use std::ffi::{c_void, CStr};
use std::marker::PhantomData;
use std::ptr;
use std::rc::Rc;

use napi::bindgen_prelude::{Env, This};
use napi::{check_status, sys, JsValue, Result};

use crate::shared::Shared;

/// A function of the instance that takes `N` arguments.
pub trait Call<const N: usize> {
    /// Its name in JavaScript.
    const NAME: &'static CStr;

    /// Answers a call; arguments that were not given are undefined. JavaScript does not run
    /// meanwhile.
    fn call<'a>(shared: &Shared, arguments: [Argument<'a>; N]) -> impl Reply<'a>;
}

/// What Node calls for a [`Call`].
type Callback = unsafe extern "C" fn(sys::napi_env, sys::napi_callback_info) -> sys::napi_value;

/// A function that can be defined.
pub struct Function(&'static CStr, Callback);

/// The function of a call.
pub const fn function<const N: usize, C: Call<N>>() -> Function {
    Function(C::NAME, trampoline::<N, C>)
}

/// Defines functions on a new instance.
pub fn define(env: &Env, this: &This, shared: &Rc<Shared>, functions: &[Function]) -> Result<()> {
    let (env, this) = (env.raw(), this.object.value().value);
    for Function(name, callback) in functions {
        let data = Rc::into_raw(shared.clone()).cast_mut().cast::<c_void>();
        let (length, mut value) = (name.count_bytes() as isize, ptr::null_mut());
        let (no_hint, no_reference) = (ptr::null_mut(), ptr::null_mut());
        // SAFETY: `env` and `this` are live for the constructor call that this runs in, `name` is a
        // C string of that length, and `data` is an owned reference that `release` gives back when
        // the function is collected, that is after its last call.
        unsafe {
            let call = Some(*callback);
            check_status!(sys::napi_create_function(
                env,
                name.as_ptr(),
                length,
                call,
                data,
                &mut value
            ))?;
            let end = Some(release as unsafe extern "C" fn(_, _, _));
            check_status!(sys::napi_add_finalizer(env, value, data, end, no_hint, no_reference))?;
            check_status!(sys::napi_set_named_property(env, this, name.as_ptr(), value))?;
        }
    }
    Ok(())
}

/// Gives back what a function owned.
unsafe extern "C" fn release(_: sys::napi_env, data: *mut c_void, _: *mut c_void) {
    // SAFETY: `data` came from `Rc::into_raw` in `define`, and N-API finalizes once, on the thread
    // of the engine.
    drop(unsafe { Rc::from_raw(data.cast::<Shared>().cast_const()) });
}

/// Gives a call its engine and its arguments, and Node its answer.
unsafe extern "C" fn trampoline<const N: usize, C: Call<N>>(
    env: sys::napi_env,
    info: sys::napi_callback_info,
) -> sys::napi_value {
    let (mut values, mut count, mut data) = ([ptr::null_mut(); N], N, ptr::null_mut());
    let (start, no_this) = (values.as_mut_ptr(), ptr::null_mut());
    // SAFETY: `env` and `info` are those of this call, the pointers are to locals of the sizes that
    // N-API is told; it fills missing arguments with undefined.
    let status = unsafe { sys::napi_get_cb_info(env, info, &mut count, start, no_this, &mut data) };
    // SAFETY: `define` gave each function a reference to a `Shared`, which it owns until it is
    // collected; that is after this call.
    let shared = unsafe { data.cast::<Shared>().as_ref() };
    match shared.filter(|_| status == sys::Status::napi_ok) {
        Some(shared) => {
            let scope = Scope { env, call: PhantomData };
            C::call(shared, values.map(|value| Argument { scope, value })).give(scope).0
        }
        None => ptr::null_mut(),
    }
}

/// A call that runs: what is made and read in it is good until it ends.
#[derive(Clone, Copy)]
pub struct Scope<'a> {
    /// Environment of the call.
    env: sys::napi_env,
    /// Ends with the call.
    call: PhantomData<&'a ()>,
}

/// A value for JavaScript.
pub struct Answer<'a>(sys::napi_value, PhantomData<&'a ()>);

/// What an [`Answer`] can be made of.
pub enum Content<'t> {
    /// `null`.
    Null,
    /// A boolean.
    Boolean(bool),
    /// An integer.
    Integer(i32),
    /// UTF-8.
    Text(&'t [u8]),
}

impl<'a> Scope<'a> {
    /// Makes an answer; None when Node cannot, as with a text of half a gigabyte.
    /// Each caller knows which content it has: a shared copy that asks costs 3 ns per call.
    #[inline(always)]
    pub fn make(self, content: Content<'_>) -> Option<Answer<'a>> {
        let mut value = ptr::null_mut();
        let (env, out) = (self.env, &mut value);
        // SAFETY: `env` is that of the call that runs, `out` is a local, and a text is as long as
        // N-API is told.
        let status = unsafe {
            match content {
                Content::Null => sys::napi_get_null(env, out),
                Content::Boolean(flag) => sys::napi_get_boolean(env, flag, out),
                Content::Integer(number) => sys::napi_create_int32(env, number, out),
                Content::Text(utf8) => {
                    // ASCII is Latin-1 too, and that is copied instead of decoded.
                    let create = if utf8.is_ascii() {
                        sys::napi_create_string_latin1
                    } else {
                        sys::napi_create_string_utf8
                    };
                    create(env, utf8.as_ptr().cast(), utf8.len() as isize, out)
                }
            }
        };
        (status == sys::Status::napi_ok).then_some(Answer(value, PhantomData))
    }
}

/// What a [`Call`] may answer with.
pub trait Reply<'a> {
    /// As a value; undefined when Node cannot make it.
    fn give(self, scope: Scope<'a>) -> Answer<'a>;
}

impl<'a> Reply<'a> for Option<Answer<'a>> {
    #[inline]
    fn give(self, _: Scope<'a>) -> Answer<'a> {
        // Null of N-API is undefined in JavaScript.
        self.unwrap_or(Answer(ptr::null_mut(), PhantomData))
    }
}

impl<'a> Reply<'a> for bool {
    #[inline]
    fn give(self, scope: Scope<'a>) -> Answer<'a> {
        scope.make(Content::Boolean(self)).give(scope)
    }
}

impl<'a> Reply<'a> for i32 {
    #[inline]
    fn give(self, scope: Scope<'a>) -> Answer<'a> {
        scope.make(Content::Integer(self)).give(scope)
    }
}

impl<'a> Reply<'a> for () {
    #[inline]
    fn give(self, scope: Scope<'a>) -> Answer<'a> {
        None.give(scope)
    }
}

/// An argument of a call that runs.
#[derive(Clone, Copy)]
pub struct Argument<'a> {
    /// The call.
    scope: Scope<'a>,
    /// The value's handle.
    value: sys::napi_value,
}

/// Room that a text is first given.
const LEAST_ROOM: usize = 512;

impl<'a> Argument<'a> {
    /// The call.
    pub fn scope(self) -> Scope<'a> {
        self.scope
    }

    /// A number; 0 for anything else.
    #[inline(always)]
    pub fn number(self) -> f64 {
        let mut number = 0.0;
        // SAFETY: the handle is live in its scope; on a value that is no number the local is left
        // alone.
        unsafe { sys::napi_get_value_double(self.scope.env, self.value, &mut number) };
        number
    }

    /// An index; a negative number (an error code, say) is out of range, not 0.
    #[inline(always)]
    pub fn index(self) -> u32 {
        let number = self.number();
        if number >= 0.0 {
            number as u32
        } else {
            u32::MAX
        }
    }

    /// Appends the text of a string; nothing of anything else.
    pub fn append_to(self, out: &mut Vec<u8>) {
        let start = out.len();
        let mut room = (out.capacity() - start).max(LEAST_ROOM);
        loop {
            out.reserve(room);
            let (free, mut written) = (out.spare_capacity_mut().as_mut_ptr().cast(), 0);
            // SAFETY: the handle is live in its scope; `room` bytes are free, and N-API writes at
            // most that many, the last one a zero.
            let status = unsafe {
                sys::napi_get_value_string_utf8(
                    self.scope.env,
                    self.value,
                    free,
                    room,
                    &mut written,
                )
            };
            if status != sys::Status::napi_ok {
                return;
            }
            // A character takes up to four bytes: with less room left, the text may have been cut.
            if written + 4 < room {
                // SAFETY: N-API wrote `written` bytes behind `start`, within what is reserved.
                return unsafe { out.set_len(start + written) };
            }
            room *= 2;
        }
    }

    /// The elements of a typed array of this kind. None of anything else, of what was detached, and
    /// of shared memory, to which another thread may write.
    ///
    /// Cells, because two arguments may be views of the same memory.
    pub fn elements<T: Element>(self) -> &'a [Cell<T>] {
        let (mut kind, mut length, mut is_own) = (0, 0, false);
        let (mut data, mut buffer) = (ptr::null_mut::<c_void>(), ptr::null_mut());
        let env = self.scope.env;
        // SAFETY: the handles are live in this scope, the pointers are to locals; the offset is not
        // wanted, for which null stands.
        let statuses = unsafe {
            let no_offset = ptr::null_mut();
            let (kind, length) = (&mut kind, &mut length);
            let (data, buffer) = (&mut data, &mut buffer);
            let status = sys::napi_get_typedarray_info(
                env, self.value, kind, length, data, buffer, no_offset,
            );
            [status, sys::napi_is_arraybuffer(env, *buffer, &mut is_own)]
        };
        let is_read = statuses == [sys::Status::napi_ok; 2] && is_own && kind == T::KIND;
        if !is_read || data.is_null() {
            return &[];
        }
        // SAFETY: so many initialised elements, aligned as every typed array is. Nobody moves,
        // frees or writes them during this call but through these cells: no JavaScript runs, and
        // the memory is not shared with threads.
        unsafe { std::slice::from_raw_parts(data.cast::<Cell<T>>().cast_const(), length) }
    }
}

/// An element of a typed array. Only for types of which every pattern of bits is a value, and of
/// the size of the kind's elements.
pub trait Element: Copy + sealed::Sealed {
    /// The kind of array.
    const KIND: i32;
}

/// Keeps others from implementing [`Element`].
mod sealed {
    /// What only this file implements.
    pub trait Sealed {}
    impl Sealed for u8 {}
    impl Sealed for i32 {}
    impl Sealed for f64 {}
}

impl Element for u8 {
    const KIND: i32 = napi::sys::TypedarrayType::uint8_array;
}

impl Element for i32 {
    const KIND: i32 = napi::sys::TypedarrayType::int32_array;
}

impl Element for f64 {
    const KIND: i32 = napi::sys::TypedarrayType::float64_array;
}
