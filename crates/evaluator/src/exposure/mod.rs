//! Exposures and custom events: deduplicated, sampled, kept as tuples until a batch is taken.

pub mod batch;
pub mod hash;
mod pending;
pub mod sampling;

use crate::outcome::list::Facts;
use crate::outcome::table::Tables;
use crate::outcome::Outcome;
use crate::store::Text;
use crate::user::{Redaction, UserSlot};
use batch::{Details, Event, EventBatch};
use hash::{hash_text, join, SeenSet};
use pending::Pending;
use sampling::{sampled, Decision, Mentioned, Parameter};

/// Most bytes of user texts and custom events kept pending; later events are dropped and counted.
pub const MAX_PENDING_BYTES: usize = 64 << 20;

/// `EngineOptions` of `engine.ts`, as far as events need them.
#[derive(Debug, Clone)]
pub struct EventOptions {
    /// Environment tier of the options; None = production.
    pub tier: Option<String>,
    /// False drops everything.
    pub logging_enabled: bool,
    /// A batch is full.
    pub batch_limit: usize,
    /// Most events kept pending.
    pub pending_limit: usize,
}

impl Default for EventOptions {
    fn default() -> Self {
        EventOptions {
            tier: None,
            logging_enabled: true,
            batch_limit: 1000,
            pending_limit: 100_000,
        }
    }
}

/// Regions of the set of seen exposures that one user's are spread over: 16 KB.
const NEAR_REGIONS: u64 = 4;

/// Of a user who is exposed thousands of times no region holds all.
fn near(slot: &UserSlot, facts: &Facts) -> u64 {
    slot.dedupe_hash.wrapping_add(facts.dedupe % NEAR_REGIONS)
}

/// What is exposed.
pub(crate) struct Exposure<'a> {
    /// Number of an outcome in the tables.
    pub(crate) outcome: u32,
    pub(crate) facts: Facts,
    pub(crate) parameter: Option<&'a str>,
    pub(crate) manual: bool,
    pub(crate) time: f64,
}

/// Pending events and the windows of dedupe and sampling.
#[derive(Debug, Default)]
pub(crate) struct Exposures {
    pub(crate) options: EventOptions,
    pending: Pending,
    seen: SeenSet,
    first_seen: SeenSet,
    /// `sdk_configs` of the current specs.
    mode: Option<Text>,
    special_rate: Option<f64>,
    dropped: u64,
}

impl Exposures {
    /// What events from now on leave out of users.
    pub(crate) fn set_redaction(&mut self, redaction: Redaction) {
        self.pending.set_redaction(redaction);
    }

    /// Most exposures of a window that are remembered.
    pub(crate) fn set_dedupe_limit(&mut self, most: usize) {
        self.seen.limit(most);
    }

    /// Facts that events from now on carry.
    pub(crate) fn set_details(&mut self, mut details: Details) {
        details.sampling_mode = self.mode.clone();
        self.pending.set_details(details);
    }

    /// Sampling knobs of the payload.
    pub(crate) fn set_sampling(&mut self, mode: Option<Text>, special_rate: Option<f64>) {
        self.mode = mode.clone();
        self.special_rate = special_rate;
        self.pending.set_sampling_mode(mode);
    }

    /// Records an exposure. True = batch full.
    pub(crate) fn expose(
        &mut self,
        slot: &mut UserSlot,
        tables: &Tables,
        exposure: &Exposure<'_>,
    ) -> bool {
        if !self.options.logging_enabled {
            return false;
        }
        // BEHAVIOUR.md 7.6: what the key says about the user, and the values of the metadata.
        let mut key = join(slot.dedupe_hash, exposure.facts.dedupe);
        let mut explicit = false;
        let mut decision = Decision::FORCED;
        // What is neither sampled nor a layer is recorded without a look at its outcome.
        let spelled = self.mode.is_some() || exposure.parameter.is_some();
        if let Some(outcome) = spelled.then(|| tables.get(exposure.outcome)).flatten() {
            let parameter = exposure.parameter.map(|name| {
                explicit = outcome.is_explicit(name);
                Parameter { name, experiment: outcome.allocated_experiment(explicit) }
            });
            decision = self.decide(outcome, slot, parameter.as_ref());
            if let Some(parameter) = parameter {
                key = join(key, hash_text(parameter.name));
                if outcome.parameter_rules.is_some() {
                    key = join(key, hash_text(outcome.rule_of(parameter.name)));
                }
                key = join(key, hash_text(parameter.experiment) ^ u64::from(explicit));
            }
        }
        // Mixed, not flipped: the set tells hashes apart by their upper half.
        if exposure.manual {
            key = join(key, 1);
        }
        let near = near(slot, &exposure.facts);
        if !decision.log || !self.seen.insert(near, key) {
            return self.is_full();
        }
        let flags = u8::from(exposure.manual) * batch::MANUAL
            + u8::from(explicit) * batch::EXPLICIT
            + u8::from(decision.logged) * batch::LOGGED
            + u8::from(decision.mode) * batch::MODE
            + u8::from(decision.rate == Mentioned::Own) * batch::OWN_RATE;
        let special_rate = if let Mentioned::Special(rate) = decision.rate { rate } else { 0.0 };
        if self.has_room() {
            self.pending.begin();
            let user = self.pending.user(slot);
            let parameter = exposure.parameter.map(|name| self.pending.text(name));
            self.pending.push(
                Event::Exposure {
                    outcome: exposure.outcome,
                    user,
                    parameter,
                    time: exposure.time,
                    special_rate,
                    details: 0,
                    flags,
                },
                exposure.facts.json_bytes,
            );
        }
        self.is_full()
    }

    /// What the set of seen exposures has where it looks for this one first, if it is neither
    /// sampled nor manual.
    pub(crate) fn noted_at(&self, slot: &UserSlot, facts: &Facts) -> u32 {
        self.seen.first_at(near(slot, facts), join(slot.dedupe_hash, facts.dedupe))
    }

    /// Queues a custom event. True = batch full.
    pub(crate) fn log(
        &mut self,
        slot: Option<&mut UserSlot>,
        head: &str,
        tail: &str,
        dedupe: &str,
    ) -> bool {
        if !self.options.logging_enabled {
            return false;
        }
        if let (Some(slot), false) = (&slot, dedupe.is_empty()) {
            if !self.seen.insert(slot.dedupe_hash, join(slot.dedupe_hash, hash_text(dedupe))) {
                return self.is_full();
            }
        }
        if self.has_room() {
            self.pending.begin();
            let user = slot.map(|slot| self.pending.user(slot));
            let (head, tail) = (self.pending.text(head), self.pending.text(tail));
            self.pending.push(Event::Custom { head, user, tail }, 0);
        }
        self.is_full()
    }

    fn decide(
        &mut self,
        outcome: &Outcome,
        slot: &UserSlot,
        parameter: Option<&Parameter<'_>>,
    ) -> Decision {
        let Some(mode) = &self.mode else { return Decision::FORCED };
        let production = self.options.tier.as_deref().is_none_or(|tier| tier == "production");
        if &**mode == "none" || !production || outcome.forward_all {
            return Decision::FORCED;
        }
        if self.first_seen.insert(outcome.hashes.first_seen >> 20, outcome.hashes.first_seen)
            || outcome.seen_analytical
        {
            return Decision::FORCED;
        }
        sampled(mode, self.special_rate, outcome, Some(slot), parameter)
    }

    fn has_room(&mut self) -> bool {
        let room = self.pending.len() < self.options.pending_limit
            && self.pending.bytes() < MAX_PENDING_BYTES;
        self.dropped += u64::from(!room);
        room
    }

    /// `takeBatch` is due.
    pub(crate) fn is_full(&self) -> bool {
        self.pending.len() >= self.options.batch_limit
            || self.pending.bytes() >= pending::MAX_BATCH_BYTES
    }

    /// Takes the oldest events out. `tables`: those that exposures were recorded with since the
    /// latest `end_epoch`.
    pub(crate) fn take(&mut self, max: usize, tables: &Tables) -> EventBatch {
        self.pending.take(max, || tables.snapshot())
    }

    /// Numbers of outcomes start again; the pending events keep those of `tables`.
    pub(crate) fn end_epoch(&mut self, tables: &Tables) {
        self.pending.end_epoch(|| tables.snapshot());
    }

    /// Starts a new window of deduplication, of sampling, or both.
    pub(crate) fn rotate_window(&mut self, exposed: bool, sampled: bool) {
        if exposed {
            self.seen.clear();
        }
        if sampled {
            self.first_seen.clear();
        }
    }

    /// Number of pending events.
    pub(crate) fn len(&self) -> usize {
        self.pending.len()
    }

    /// Bytes of their texts.
    pub(crate) fn bytes(&self) -> usize {
        self.pending.bytes()
    }

    /// Events dropped for want of room, ever.
    pub(crate) fn dropped(&self) -> u64 {
        self.dropped
    }
}
