//! The client-initialize response (BEHAVIOUR.md 6) as bytes, from pieces that are made once an
//! epoch.
//!
//! `request` reads the options and says which specs are in, `names` holds their hashed names in the
//! order in which they are written, `results` finds them, `entry` writes them, `cache` keeps
//! what was written, `replay` adds the session-replay fields; `modern` and `stores` write the newer
//! SDK's shapes (SERVER_CORE.md 7).

mod algorithm;
mod cache;
mod context;
mod entry;
mod facts;
mod modern;
mod names;
mod replay;
mod request;
mod response;
mod results;
mod stores;

use crate::js_semantics::json::parse_str;
pub(crate) use cache::Cache;
pub use context::ClientInitialize;
pub(crate) use context::Context;
use context::Halt;
use request::Request;
use response::Response;

/// Writes the response for the user of a slot.
pub(crate) fn client_initialize(
    mut context: Context<'_>,
    cache: &mut Cache,
    slot: u32,
    options: &str,
) -> ClientInitialize {
    if !context.resolver.slots.get(slot as usize).is_some_and(|s| s.occupied) {
        return ClientInitialize::Code(context.resolver.fail("no user in this slot"));
    }
    if context.sync_time == 0.0 {
        return ClientInitialize::None;
    }
    let Ok(options) = parse_str(options) else {
        return ClientInitialize::Code(context.resolver.fail("the options are not JSON"));
    };
    let store = context.resolver.store.clone();
    cache.renew(context.epoch, &store);
    let request = Request::read(&options, &store, cache.uses_target_app);
    match Response::new(&mut context, cache, &request, slot).write() {
        Ok(body) => ClientInitialize::Body(body.into_bytes()),
        Err(Halt::Stop(stop, spec)) => ClientInitialize::Code(context.resolver.stopped(stop, spec)),
        Err(Halt::Failed(why)) => ClientInitialize::Code(context.resolver.fail(why)),
    }
}
