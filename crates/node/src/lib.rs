//! N-API binding: converts, catches panics, registers. Loaded by `src/engine/native.ts`.
//!
//! A class, `NativeEngine`, with the methods of `Engine` in `src/engine/engine.ts` under the same
//! names. Integers, strings and bytes cross, never objects, so these differ:
//!
//! - `setUserAgent(slot, json)`, `internOutcome(json)` and `clientInitialize(slot, json)` take JSON
//!   text; `stats` gives it;
//! - `ask(question, number, text)` and `tell(statement, text)` stand for the methods whose answer
//!   or argument is one text: see `engine/ask.rs` of the evaluator;
//! - bytes for the pool come first: `openInput(length)`, `addInput(input, piece)` for each piece,
//!   and `closeInput(input)` if nothing comes of it; `prepareSpecs(input)` and `updateIdList(name,
//!   replace, input)` take them: see `inputs`;
//! - `inflate(input, encoding, most)` resolves to facts about what came out, null when that is for
//!   Node to say (see `inflate`); `prepareInflated(input)` or `dropInflated(input)` takes it;
//! - `prepareSpecs` resolves to the JSON of `{key, handle, summary}`; by the key another engine of the
//!   process gets the same from `prepareKnown(key)`;
//! - the functions of `hot` are own properties of the instance, not methods of the prototype.
//!
//! Beside it `readUserAgent`, `loadUserAgents` and the class `SharedDownloads`, which belong to no
//! engine.
//!
//! `prepareSpecs`, `inflate`, `takeBatch` and `updateIdList` work on libuv's pool and are installed on the
//! thread of the engine. A panic makes its call answer `Failed` (or nothing), and every later one
//! too: see `isDead()`. What records an event answers true then; `takeBatch`, `pendingEvents` and
//! `exportIdList` go on as well as they can.
#![deny(unsafe_code)]
// Nothing of a binding is reachable from Rust, so this is what sees its items.
#![warn(clippy::missing_docs_in_private_items)]
// In tests napi registers nothing, so that what JavaScript calls looks unused.
#![cfg_attr(test, allow(dead_code, clippy::unwrap_used, clippy::panic))]

mod downloads;
mod engine;
mod hot;
mod inflate;
mod inputs;
mod one_of_each;
#[allow(unsafe_code)]
mod raw;
mod registry;
mod shared;
mod tasks;
mod texts;
mod user_agents;
