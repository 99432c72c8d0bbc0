//! The client-initialize response (BEHAVIOUR.md 6).

use crate::engine::{ClientInitialize, Engine};

/// Writes the response for the user of a slot.
pub(crate) fn client_initialize(_engine: &mut Engine, _slot: u32, _options: &str) -> ClientInitialize {
    ClientInitialize::None
}
