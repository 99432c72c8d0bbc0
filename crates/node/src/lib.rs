//! N-API binding: converts, catches panics, registers. Loaded by `src/engine/native.ts`.
//!
//! One class, `NativeEngine`, with the methods of `Engine` in `src/engine/engine.ts` under the same
//! names. Integers, strings and bytes cross, never objects, so these differ:
//!
//! - `setOptions(json)`, `setUserAgent(slot, json)`, `setOverrides(json)`, `internOutcome(json)`
//!   and
//!   `clientInitialize(slot, json)` take JSON text;
//! - `specNames`, `specInfo`, `outcome` and `stats` give JSON text (`specInfo` may give null);
//! - bytes for the pool come first: `openInput(length)`, `addInput(input, piece)` for each piece,
//!   and `closeInput(input)` if
//!   nothing comes of it; `prepareSpecs(input)` and `updateIdList(name, replace, input)` take them: see `arrays`;
//! - `prepareSpecs` resolves to the JSON of `{handle, summary}`;
//! - `evaluate`, `evaluateMany`, `expose`, `exposeLayerParameter`, `setUser`, `setUserValues`,
//!   `logEvent` and `isDead` are own properties
//!   of the instance, not methods of the prototype: see `hot`;
//! - `version()` and `userCapacity()` are methods.
//!
//! `prepareSpecs`, `takeBatch` and `updateIdList` work on libuv's pool and are installed on the
//! thread of the engine. A panic makes its call answer `Failed` (or nothing), and every later one
//! too: see `isDead()`. What records an event answers true then; `takeBatch`, `pendingEvents` and
//! `exportIdList` go on as well as they can.

mod arrays;
mod engine;
mod hot;
mod hot_many;
mod hot_response;
mod hot_text;
mod shared;
mod tasks;
