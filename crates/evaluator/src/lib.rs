//! Evaluates Statsig specs: pure, host-free, unsafe-free.
//!
//! In the order in which data meets them: [`wire`] recognises a payload and its [`Dialect`],
//! [`compile`] turns it into an immutable [`store`], [`user`] keeps users in slots, `eval` finds
//! results, [`outcome`] spells them out and numbers them, [`exposure`] records that they were seen.
//! [`engine`] owns all of it and is what the bindings call. [`js_semantics`], [`hashing`],
//! [`lookup`] and [`id_list`] are the tools.
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used, clippy::expect_used, clippy::panic))]

mod bootstrap;
pub mod boundary;
pub mod compile;
mod dialect;
pub mod engine;
mod eval;
pub mod exposure;
pub mod hashing;
pub mod id_list;
pub mod js_semantics;
pub mod lookup;
pub mod outcome;
mod overrides;
mod resolve;
pub mod store;
pub mod store_newer;
pub mod user;
pub mod wire;

pub use bootstrap::ClientInitialize;
pub use compile::preparation::{prepare, prepare_update, Preparation};
pub use compile::PreparedSpecs;
pub use dialect::Dialect;
pub use engine::Engine;
pub use exposure::batch::EventBatch;
pub use store::SpecKind;
