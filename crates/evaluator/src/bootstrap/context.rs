//! What a response is made from, and what becomes of it.

use crate::eval::Stop;
use crate::js_semantics::JsValue;
use crate::resolve::Resolver;

/// What is borrowed from the engine.
pub(crate) struct Context<'a> {
    pub(crate) resolver: &'a mut Resolver,
    /// `EngineOptions`.
    pub(crate) options: &'a JsValue,
    pub(crate) epoch: u32,
    /// Time of the current specs (ms); 0 = none.
    pub(crate) sync_time: f64,
}

/// Answer of [`Engine::client_initialize`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientInitialize {
    /// No specs serve.
    None,
    /// One of [`eval_code`](crate::boundary::eval_code).
    Code(i32),
    /// UTF-8 JSON.
    Body(Vec<u8>),
}

/// Why there is no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halt {
    /// The evaluation of a spec stopped.
    Stop(Stop, u32),
    /// Something of the payload or of the options cannot be used.
    Failed(&'static str),
}
