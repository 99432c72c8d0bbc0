//! From a spec and a user to an outcome: local overrides, evaluation, and results spelled out.
//!
//! [`Resolver`] is what [`engine`](crate::engine) and `bootstrap` ask; it owns all that an
//! evaluation reads and remembers. `run` evaluates, `spell` makes outcomes of results, `direct` is
//! for responses.

mod direct;
mod explain;
mod run;
mod spell;

use std::sync::Arc;

use crate::boundary::eval_code;
use crate::eval::{Newer, Random, Stop, World, MAX_DEPTH};
use crate::outcome::table::Tables;
use crate::store::{SpecKind, Store, Text};
use crate::user::UserSlot;
pub(crate) use explain::Trace;

/// Name and kind of an unknown spec.
pub(crate) struct Unknown {
    pub(crate) kind: SpecKind,
    pub(crate) name: Text,
}

/// See the head of this file.
pub(crate) struct Resolver {
    pub(crate) store: Arc<Store>,
    pub(crate) world: World,
    pub(crate) slots: Vec<UserSlot>,
    pub(crate) tables: Tables,
    /// Names without spec; their indexes follow those of the store.
    pub(crate) unknown: Vec<Unknown>,
    /// False while the reason is `Uninitialized`.
    pub(crate) serving: bool,
    /// Until when the latest answer holds (ms).
    pub(crate) holds_until: f64,
    /// What contextual autotunes draw from.
    pub(crate) random: Random,
    pub(crate) last_error: String,
    /// Changes whenever remembered parts of answers become void.
    answers: u64,
    /// Last stamp given to a slot or an evaluation.
    stamp: u32,
    stack: Vec<u32>,
    newer: Newer,
    /// The time of the latest evaluation (ms).
    latest: f64,
}

impl Resolver {
    /// Without specs and users.
    pub(crate) fn new() -> Resolver {
        let store = Arc::new(Store::default());
        Resolver {
            tables: Tables::new(&store),
            store,
            world: World::default(),
            slots: Vec::new(),
            unknown: Vec::new(),
            serving: false,
            holds_until: f64::INFINITY,
            random: Random::default(),
            last_error: String::new(),
            answers: 1,
            stamp: 0,
            stack: Vec::new(),
            newer: Newer::default(),
            latest: f64::NEG_INFINITY,
        }
    }

    /// What was remembered of users must not be used any more.
    pub(crate) fn void_answers(&mut self) {
        self.answers += 1;
    }

    /// Kind and name of an index.
    pub(crate) fn spec_name(&self, index: u32) -> Option<(SpecKind, Text)> {
        if let Some(spec) = self.store.specs.get(index as usize) {
            return Some((spec.kind, self.store.string(spec.name)));
        }
        let unknown = self.unknown.get((index as usize).checked_sub(self.store.specs.len())?)?;
        Some((unknown.kind, unknown.name.clone()))
    }

    /// Makes the memos of a slot fit the current specs. False without a user. What is remembered of
    /// a time holds later, not earlier: all of it goes when the clock went back, or tells no time.
    pub(crate) fn bind(&mut self, slot: u32, now: f64) -> bool {
        let is_later = now >= self.latest;
        if !is_later {
            self.void_answers();
        }
        self.latest = now;
        let stamp = self.next_stamp();
        let Some(slot) = self.slots.get_mut(slot as usize).filter(|s| s.occupied) else {
            return false;
        };
        if slot.stamp == 0 || slot.answers != self.answers {
            slot.bind(&self.store, self.answers, stamp);
        }
        true
    }

    /// A number that no memo carries.
    pub(super) fn next_stamp(&mut self) -> u32 {
        // One evaluation may take some for itself.
        if self.stamp > u32::MAX - (1 << 20) {
            self.slots.iter_mut().for_each(|slot| slot.forget());
            self.stamp = 0;
        }
        self.stamp += 1;
        self.stamp
    }

    pub(crate) fn stopped(&mut self, stop: Stop, spec: u32) -> i32 {
        match stop {
            Stop::NeedsUserAgent => eval_code::NEEDS_USER_AGENT,
            Stop::Full => eval_code::TABLE_FULL,
            Stop::TooDeep => {
                let name = self.spec_name(spec).map(|(_, name)| name).unwrap_or_default();
                let depth = MAX_DEPTH;
                self.fail(&format!("'{name}' refers to itself or is nested deeper than {depth}"))
            }
        }
    }

    pub(crate) fn fail(&mut self, why: &str) -> i32 {
        self.last_error.clear();
        self.last_error.push_str(why);
        eval_code::FAILED
    }
}
