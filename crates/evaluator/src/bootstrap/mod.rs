//! The client-initialize response (BEHAVIOUR.md 6) as bytes, from pieces that are made once an
//! epoch.
//!
//! `request` reads the options and says which specs are in, `names` holds their hashed names in the
//! order in which they are written, `source` finds the results, `entry` writes them, `cache` keeps
//! what was written, `replay` adds the session-replay fields; `modern` and `stores` write the newer
//! SDK's shapes (SERVER_CORE.md 7).

mod cache;
mod entry;
mod modern;
mod names;
mod replay;
mod request;
mod response;
mod source;
mod stores;

use crate::engine::{ClientInitialize, Engine};
use crate::eval::Stop;
use crate::js_semantics::json::parse_str;
pub(crate) use cache::Cache;
use request::Request;
use response::Response;

/// Why there is no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Halt {
    /// The evaluation of a spec stopped.
    Stop(Stop, u32),
    /// Something of the payload or of the options cannot be used.
    Failed(&'static str),
}

/// Writes the response for the user of a slot.
pub(crate) fn client_initialize(engine: &mut Engine, slot: u32, options: &str) -> ClientInitialize {
    if !engine.slots.get(slot as usize).is_some_and(|s| s.occupied) {
        return ClientInitialize::Code(engine.fail("no user in this slot"));
    }
    if !engine.has_specs || engine.sync_time == 0.0 {
        return ClientInitialize::None;
    }
    let Ok(options) = parse_str(options) else {
        return ClientInitialize::Code(engine.fail("the options are not JSON"));
    };
    let mut cache = std::mem::take(&mut engine.bootstrap);
    cache.renew(engine.epoch, &engine.store);
    let store = engine.store.clone();
    let request = Request::read(&options, &store, cache.uses_target_app);
    let answer = Response::new(engine, &mut cache, &request, slot).write();
    engine.bootstrap = cache;
    match answer {
        Ok(body) => ClientInitialize::Body(body.into_bytes()),
        Err(Halt::Stop(stop, spec)) => ClientInitialize::Code(engine.stopped(stop, spec)),
        Err(Halt::Failed(why)) => ClientInitialize::Code(engine.fail(why)),
    }
}
