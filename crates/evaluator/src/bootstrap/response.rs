//! One response under way.

use std::sync::Arc;

use super::cache::Cache;
use super::entry::{gate_value, Writer};
use super::names::{Named, Names};
use super::replay::write_replay;
use super::request::Request;
use super::source::Source;
use super::Halt;
use crate::engine::Engine;
use crate::js_semantics::number::write_number;
use crate::js_semantics::write_string;
use crate::store::{SpecKind, Store};
use crate::wire::property;

/// See the head of this file.
pub(super) struct Response<'a> {
    source: Source<'a>,
    cache: &'a mut Cache,
    request: &'a Request<'a>,
    store: Arc<Store>,
    names: Arc<Names>,
    /// The gate that decides on session replay is true.
    replay_passes: bool,
    writer: Writer,
    out: String,
}

const KINDS: [(SpecKind, &str); 3] = [
    (SpecKind::Gate, "{\"feature_gates\":{"),
    (SpecKind::Config, "},\"dynamic_configs\":{"),
    (SpecKind::Layer, "},\"layer_configs\":{"),
];

impl<'a> Response<'a> {
    /// Prepares everything that does not depend on the user.
    pub(super) fn new(engine: &'a mut Engine, cache: &'a mut Cache, request: &'a Request<'a>, slot: u32) -> Self {
        let store = engine.store.clone();
        let names = cache.names(&store, request.algorithm);
        let out = String::with_capacity(cache.last_length + cache.last_length / 16 + 1024);
        let app = request.for_app.then_some(request.app);
        let source = Source { engine, store: store.clone(), slot, now: request.now, app };
        let writer = Writer { store: store.clone(), algorithm: request.algorithm, remove_id_type: false };
        Response { source, cache, request, store, names, replay_passes: false, writer, out }
    }

    /// Writes it. Nothing was recorded when it fails.
    pub(super) fn write(mut self) -> Result<String, Halt> {
        self.forget_user();
        self.source.engine.bind(self.source.slot);
        let written = self.body();
        self.forget_user();
        written?;
        self.cache.last_length = self.out.len();
        Ok(self.out)
    }

    /// What was found out about the user with a client key's app is of no use to other calls, and theirs not here.
    fn forget_user(&mut self) {
        if !self.request.for_app {
            return;
        }
        if let Some(user) = self.source.engine.slots.get_mut(self.source.slot as usize) {
            user.stamp = 0;
        }
    }

    fn body(&mut self) -> Result<(), Halt> {
        for (kind, head) in KINDS {
            self.out.push_str(head);
            self.entries(kind)?;
        }
        self.tail();
        Ok(())
    }

    fn entries(&mut self, kind: SpecKind) -> Result<(), Halt> {
        let names = self.names.clone();
        let store = self.store.clone();
        let start = self.out.len();
        let mut last = (u32::MAX, start);
        for named in &names.kinds[kind as usize] {
            let Some(spec) = store.specs.get(named.spec as usize) else { continue };
            let Some(body) = spec.body.as_ref() else { continue };
            let name = store.strings.get(spec.name as usize).map_or("", |name| name);
            if !self.request.includes(kind, name, body)? {
                continue;
            }
            // Of names with equal hashes the later one wins, as in an object.
            if last.0 == named.first {
                self.out.truncate(last.1);
            }
            last = (named.first, self.out.len());
            if self.out.len() > start {
                self.out.push(',');
            }
            self.entry(kind, named)?;
        }
        Ok(())
    }

    fn entry(&mut self, kind: SpecKind, named: &Named) -> Result<(), Halt> {
        let special = self.request.include_local_overrides || self.request.has_options();
        if special || !self.source.is_plain(kind) {
            let shown = self.source.special(named.spec, self.request)?;
            if named.decides_replay {
                self.replay_passes = gate_value(&shown) == "true";
            }
            self.writer.write(named.spec, &named.key_json, &shown, &mut self.out);
            return Ok(());
        }
        let outcome = self.source.direct(named.spec)?;
        if named.decides_replay {
            self.replay_passes = gate_value(&self.source.plain(outcome)?) == "true";
        }
        let shape = self.shape();
        if let Some(entry) = self.cache.entry(shape, outcome) {
            self.out.push_str(entry);
            return Ok(());
        }
        let shown = self.source.plain(outcome)?;
        let from = self.out.len();
        self.writer.write(named.spec, &named.key_json, &shown, &mut self.out);
        self.cache.keep(shape, outcome, self.out.get(from..).unwrap_or_default());
        Ok(())
    }

    fn shape(&self) -> usize {
        self.request.algorithm as usize
    }

    /// Everything behind the three maps.
    fn tail(&mut self) {
        let engine = &*self.source.engine;
        let out = &mut self.out;
        out.push_str(
            "},\"sdkParams\":{},\"has_updates\":true,\"generator\":\"statsig-node-sdk\",\"sdkInfo\":{\"sdkType\":",
        );
        write_string(property(&engine.options, "sdkType").as_str().unwrap_or_default(), out);
        out.push_str(",\"sdkVersion\":");
        write_string(property(&engine.options, "sdkVersion").as_str().unwrap_or_default(), out);
        out.push_str("},\"time\":");
        write_number(engine.sync_time, out);
        out.push_str(",\"evaluated_keys\":");
        if let Some(user) = engine.slots.get(self.source.slot as usize) {
            user.write_evaluated_keys(out);
            out.push_str(",\"hash_used\":");
            write_string(self.request.hash_used, out);
            out.push_str(",\"user\":");
            user.write_json(out);
        }
        let info = &self.store.meta.session_replay_info;
        write_replay(info, self.request.random, self.request.algorithm, self.replay_passes, out);
        out.push('}');
    }
}
