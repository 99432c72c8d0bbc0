//! One response under way.

use std::sync::Arc;

use super::cache::Cache;
use super::context::{Context, Halt};
use super::entry::{gate_value, optional, raw, Writer};
use super::modern::ModernWriter;
use super::names::{Named, Names};
use super::replay::{write_privacy, write_replay};
use super::request::{Format, Request};
use super::results::{Results, Shown};
use super::stores::{write_param_stores, write_private_hash};
use crate::hashing::sha256;
use crate::js_semantics::{property, stringify, write, JsValue};
use crate::store::{SpecKind, Store};

/// See the head of this file.
pub(super) struct Response<'a> {
    results: Results<'a>,
    /// `EngineOptions`.
    engine_options: &'a JsValue,
    /// Time of the specs (ms).
    sync_time: f64,
    cache: &'a mut Cache,
    request: &'a Request<'a>,
    store: Arc<Store>,
    names: Arc<Names>,
    writer: Writer,
    /// For the newer formats.
    modern: Option<ModernWriter>,
    /// The gate that decides on session replay is true.
    replay_passes: bool,
    out: String,
}

const KINDS: [(SpecKind, &str); 3] = [
    (SpecKind::Gate, "{\"feature_gates\":{"),
    (SpecKind::Config, "},\"dynamic_configs\":{"),
    (SpecKind::Layer, "},\"layer_configs\":{"),
];

impl<'a> Response<'a> {
    /// Prepares everything that does not depend on the user.
    pub(super) fn new(
        context: &'a mut Context<'_>,
        cache: &'a mut Cache,
        request: &'a Request<'a>,
        slot: u32,
    ) -> Self {
        let Context { resolver, options: engine_options, sync_time, .. } = context;
        let sync_time = *sync_time;
        let store = resolver.store.clone();
        let names = cache.names(&store, request.algorithm);
        let out = cache.room();
        let app = request.for_app.then_some(request.app);
        let results = Results { resolver, store: store.clone(), slot, now: request.now, app };
        let (algorithm, remove_id_type) = (request.algorithm, request.remove_id_type);
        let modern = (request.format != Format::Legacy).then(|| {
            ModernWriter::new(
                store.clone(),
                algorithm,
                remove_id_type,
                request.format == Format::Short,
            )
        });
        let writer = Writer { store: store.clone(), algorithm, remove_id_type };
        Response {
            results,
            engine_options,
            sync_time,
            cache,
            request,
            store,
            names,
            writer,
            modern,
            replay_passes: false,
            out,
        }
    }

    /// Writes it. Nothing was recorded when it fails.
    pub(super) fn write(mut self) -> Result<String, Halt> {
        self.forget_user();
        self.results.resolver.bind(self.results.slot, self.results.now);
        let hides = self.hides_overrides();
        let overrides = hides.then(|| std::mem::take(&mut self.results.resolver.world.overrides));
        let written = self.maps();
        if let Some(overrides) = overrides {
            self.results.resolver.world.overrides = overrides;
        }
        self.forget_user();
        written?;
        self.tail();
        self.cache.last_length = self.out.len();
        Ok(self.out)
    }

    /// In dcs-v1 they show through gates within others and delegates (Q12).
    fn hides_overrides(&self) -> bool {
        self.store.dialect.shows_answers()
            && !self.request.include_local_overrides
            && !self.results.resolver.world.overrides.has_no_names()
    }

    /// What was found out about the user without overrides, or with a client key's app, is of no use
    /// to other calls, and theirs not here.
    fn forget_user(&mut self) {
        if !self.request.for_app && !self.hides_overrides() {
            return;
        }
        if let Some(user) = self.results.resolver.slots.get_mut(self.results.slot as usize) {
            user.stamp = 0;
        }
    }

    fn maps(&mut self) -> Result<(), Halt> {
        for (kind, head) in KINDS {
            self.out.push_str(head);
            let start = self.out.len();
            self.entries(kind)?;
            // Every entry ends with a comma.
            if self.out.len() > start {
                self.out.pop();
            }
        }
        self.out.push('}');
        if let Some(modern) = &self.modern {
            modern.write_tables(&mut self.out);
        }
        if self.is_newer() {
            raw("param_stores", "", &mut self.out);
            write_param_stores(&self.store.meta.param_stores, self.request, &mut self.out);
        }
        Ok(())
    }

    /// Stores and what keeps recordings private: in all but statsig-node's shape of dcs-v1.
    fn is_newer(&self) -> bool {
        self.modern.is_some() || self.store.dialect.shows_answers()
    }

    fn entries(&mut self, kind: SpecKind) -> Result<(), Halt> {
        let names = self.names.clone();
        let chosen = self.chosen(kind, &names.kinds[kind as usize]);
        let kept = self.keeps(kind);
        let outcomes = if kept {
            let specs: Vec<u32> = chosen.iter().map(|named| named.asked).collect();
            self.results.direct_many(&specs)?
        } else {
            Vec::new()
        };
        let mut last = (u32::MAX, 0);
        for (i, named) in chosen.iter().enumerate() {
            let start = self.out.len();
            match outcomes.get(i) {
                Some(outcome) => self.kept_entry(named, *outcome)?,
                None if self.special_entry(kind, named)? => self.out.push(','),
                None => continue,
            }
            // Of names with equal hashes the later one wins, as in an object.
            if last.0 == named.first {
                self.out.replace_range(last.1..start, "");
            } else {
                last = (named.first, start);
            }
        }
        Ok(())
    }

    /// The entries that this client gets.
    fn chosen<'n>(&self, kind: SpecKind, names: &'n [Named]) -> Vec<&'n Named> {
        let mut chosen = Vec::with_capacity(names.len());
        let includes_all = self.request.includes_all();
        for named in names {
            if includes_all || self.includes(&self.store, kind, named) {
                chosen.push(named);
            }
        }
        chosen
    }

    fn includes(&self, store: &Store, kind: SpecKind, named: &Named) -> bool {
        let Some(spec) = store.specs.get(named.spec as usize) else { return false };
        let Some(body) = spec.body.as_ref() else { return false };
        let name = store.strings.get(spec.name as usize).map_or("", |name| name);
        self.request.includes(kind, name, body)
    }

    /// Whether the outcome of a spec alone says what is written about it.
    fn keeps(&self, kind: SpecKind) -> bool {
        let request = self.request;
        !request.include_local_overrides
            && !request.has_options()
            && self.results.is_plain(kind)
            && self.modern.is_none()
            && !(kind == SpecKind::Gate && request.remove_default_gates)
    }

    /// Appends what was written for this outcome before, comma included.
    fn kept_entry(&mut self, named: &Named, outcome: u32) -> Result<(), Halt> {
        if named.decides_replay {
            self.replay_passes = gate_value(&self.results.plain(outcome)?) == "true";
        }
        let shape = self.request.shape();
        // Two specs that are answered by the same one have entries of their own.
        let is_kept = named.spec == named.asked;
        if let Some(entry) = self.cache.entry(shape, outcome).filter(|_| is_kept) {
            self.out.push_str(entry);
            return Ok(());
        }
        let shown = self.results.plain(outcome)?;
        let from = self.out.len();
        self.writer.write(named.spec, &named.key_json, &shown, &mut self.out);
        self.out.push(',');
        if is_kept {
            self.cache.keep(shape, outcome, self.out.get(from..).unwrap_or_default());
        }
        Ok(())
    }

    /// False: left out because it says nothing.
    fn special_entry(&mut self, kind: SpecKind, named: &Named) -> Result<bool, Halt> {
        let special = self.request.include_local_overrides || self.request.has_options();
        let shown = if special || !self.results.is_plain(kind) {
            self.results.special(named, self.request)?
        } else {
            let outcome = self.results.direct(named.asked)?;
            self.results.plain(outcome)?
        };
        Ok(self.show(kind, named, &shown))
    }

    fn show(&mut self, kind: SpecKind, named: &Named, shown: &Shown) -> bool {
        if named.decides_replay {
            self.replay_passes = gate_value(shown) == "true";
        }
        if kind == SpecKind::Gate
            && self.request.remove_default_gates
            && self.is_default(named.spec, shown)
        {
            return false;
        }
        match &mut self.modern {
            Some(modern) => modern.write(named.spec, &named.key_json, shown, &mut self.out),
            None => self.writer.write(named.spec, &named.key_json, shown, &mut self.out),
        }
        true
    }

    /// A gate that says what clients assume of a gate they do not know.
    fn is_default(&self, spec: u32, shown: &Shown) -> bool {
        let body = self.store.specs.get(spec as usize).and_then(|spec| spec.body.as_ref());
        body.is_some_and(|body| body.entity.as_deref() == Some("feature_gate"))
            && &*shown.outcome.rule == "default"
            && gate_value(shown) == "false"
            && shown.outcome.secondary.is_empty()
    }

    /// Everything behind the maps and tables.
    fn tail(&mut self) {
        let checksum = self.request.previous_hash.map(|_| self.checksum());
        let unchanged = checksum.is_some() && checksum.as_deref() == self.request.previous_hash;
        let is_newer = self.is_newer();
        let Response { results, request, store, out, modern, .. } = self;
        if unchanged {
            out.clear();
            out.push_str("{\"feature_gates\":{},\"dynamic_configs\":{},\"layer_configs\":{}");
            if is_newer {
                raw("param_stores", "{}", out);
            }
        }
        raw("sdkParams", "{}", out);
        raw("has_updates", if unchanged { "false" } else { "true" }, out);
        if modern.is_none() {
            optional("generator", Some("statsig-node-sdk"), out);
        }
        sdk_info(self.engine_options, modern.is_some(), out);
        raw("time", "", out);
        write(&JsValue::Number(if unchanged { 0.0 } else { self.sync_time }), out);
        let user = results.resolver.slots.get(results.slot as usize).filter(|_| !unchanged);
        raw("evaluated_keys", if user.is_some() { "" } else { "{}" }, out);
        if let Some(user) = user {
            user.write_evaluated_keys(out);
        }
        optional("hash_used", Some(request.hash_used), out);
        raw("user", if user.is_some() { "" } else { "{}" }, out);
        if let Some(user) = user {
            user.write_json(out);
            if modern.is_some() {
                write_private_hash(&user.private_attributes(), out);
            }
            let info = &store.meta.session_replay_info;
            write_replay(info, request.random, request.algorithm, self.replay_passes, out);
            if is_newer {
                write_privacy(info, out);
            }
            optional("full_checksum", checksum.as_deref(), out);
        }
        out.push('}');
    }

    /// First 64 bits of SHA-256, in decimal, over what a client would notice: the maps and tables,
    /// the hash, the user and the session-replay settings; not the time, not the draw.
    fn checksum(&self) -> String {
        let mut text = self.out.clone();
        text.push('\n');
        text.push_str(self.request.hash_used);
        text.push('\n');
        if let Some(user) = self.results.resolver.slots.get(self.results.slot as usize) {
            user.write_json(&mut text);
        }
        text.push('\n');
        let info = &self.store.meta.session_replay_info;
        if !info.is_nullish() {
            text.push_str(&stringify(info));
        }
        text.push_str(if self.replay_passes { "\n1" } else { "\n0" });
        let digest = sha256(text.as_bytes());
        digest.iter().take(8).fold(0u64, |n, b| n << 8 | u64::from(*b)).to_string()
    }
}

fn sdk_info(options: &JsValue, with_session: bool, out: &mut String) {
    let option = |key: &str| property(options, key).as_str();
    let start = out.len();
    optional("sdkType", Some(option("sdkType").unwrap_or_default()), out);
    optional("sdkVersion", Some(option("sdkVersion").unwrap_or_default()), out);
    if with_session {
        optional("sessionId", option("sessionID"), out);
    }
    out.replace_range(start..=start, ",\"sdkInfo\":{");
    out.push('}');
}
