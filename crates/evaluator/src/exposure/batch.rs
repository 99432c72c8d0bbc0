//! Events that left the engine, and their wire form (BEHAVIOUR.md 7.1, 7.4). Encoding may run on any thread.

use std::sync::Arc;

use crate::js_semantics::number::write_number;
use crate::js_semantics::write_string;
use crate::outcome::{Outcome, Reason};
use crate::store::{SpecKind, Text};

/// Flag: `isManualExposure`.
pub(super) const MANUAL: u8 = 1;
/// Flag: the layer parameter is explicit.
pub(super) const EXPLICIT: u8 = 2;
/// Flag: `shadowLogged` is `logged`.
pub(super) const LOGGED: u8 = 4;
/// Flag: `samplingMode` is mentioned.
pub(super) const MODE: u8 = 8;

/// Part of a chunk's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextRange {
    pub(super) start: u32,
    pub(super) end: u32,
}

/// Facts about the specs that exposures carry.
#[derive(Debug, Clone, Default)]
pub(crate) struct Details {
    pub(crate) reason: Text,
    pub(crate) config_sync_time: f64,
    pub(crate) init_time: f64,
    pub(crate) sampling_mode: Option<Text>,
}

#[derive(Debug)]
pub(super) enum Event {
    Exposure {
        outcome: Arc<Outcome>,
        user: TextRange,
        parameter: Option<TextRange>,
        time: f64,
        /// Sampling rate; 0 = not mentioned.
        rate: f64,
        /// Index into the chunk's details.
        details: u16,
        flags: u8,
    },
    Custom {
        head: TextRange,
        user: Option<TextRange>,
        tail: TextRange,
    },
}

/// Events with the text they need.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) events: Vec<Event>,
    pub(super) text: String,
    pub(super) details: Vec<Details>,
}

impl Chunk {
    fn span(&self, range: TextRange) -> &str {
        self.text.get(range.start as usize..range.end as usize).unwrap_or_default()
    }
}

/// Events taken out of an engine.
#[derive(Debug, Default)]
pub struct EventBatch {
    pub(super) chunks: Vec<Chunk>,
}

impl EventBatch {
    /// Number of events.
    pub fn len(&self) -> usize {
        self.chunks.iter().map(|c| c.events.len()).sum()
    }

    /// True without events.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// `prefix + events joined by ',' + suffix`.
    pub fn encode(self, prefix: &str, suffix: &str) -> Vec<u8> {
        let texts: usize = self.chunks.iter().map(|c| c.text.len()).sum();
        let mut out = String::with_capacity(prefix.len() + suffix.len() + texts + self.len() * 512);
        out.push_str(prefix);
        let mut first = true;
        for chunk in &self.chunks {
            for event in &chunk.events {
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                encode_event(chunk, event, &mut out);
            }
        }
        out.push_str(suffix);
        out.into_bytes()
    }
}

fn encode_event(chunk: &Chunk, event: &Event, out: &mut String) {
    match event {
        Event::Custom { head, user, tail } => {
            out.push_str(chunk.span(*head));
            out.push_str(user.map_or("null", |user| chunk.span(user)));
            out.push_str(chunk.span(*tail));
        }
        Event::Exposure { outcome, user, parameter, time, rate, details, flags } => {
            metadata(outcome, parameter.map(|p| chunk.span(p)), *flags, out);
            if let Some(details) = chunk.details.get(usize::from(*details)) {
                times(outcome, details, *time, out);
            }
            out.push_str("},\"time\":");
            write_number(*time, out);
            out.push_str(",\"user\":");
            out.push_str(chunk.span(*user));
            out.push_str(",\"value\":null,\"secondaryExposures\":");
            let undelegated = outcome.kind == SpecKind::Layer && flags & EXPLICIT == 0;
            out.push_str(outcome.exposures_json(undelegated));
            out.push_str(",\"statsigMetadata\":");
            let mode = chunk.details.get(usize::from(*details)).and_then(|d| d.sampling_mode.as_deref());
            sampling(mode.filter(|_| flags & MODE != 0), *rate, flags & LOGGED != 0, out);
            out.push('}');
        }
    }
}

fn text(key: &str, value: &str, out: &mut String) {
    out.push_str(key);
    write_string(value, out);
}

fn number(key: &str, value: f64, out: &mut String) {
    out.push_str(key);
    if value.is_finite() {
        write_number(value, out)
    } else {
        out.push_str("null")
    }
}

fn boolean(value: bool) -> &'static str {
    if value {
        "true"
    } else {
        "false"
    }
}

fn metadata(outcome: &Outcome, parameter: Option<&str>, flags: u8, out: &mut String) {
    match outcome.kind {
        SpecKind::Gate => {
            text("{\"eventName\":\"statsig::gate_exposure\",\"metadata\":{\"gate\":", &outcome.name, out);
            text(",\"gateValue\":", boolean(outcome.value), out);
            text(",\"ruleID\":", &outcome.rule, out);
        }
        SpecKind::Config => {
            text("{\"eventName\":\"statsig::config_exposure\",\"metadata\":{\"config\":", &outcome.name, out);
            text(",\"ruleID\":", &outcome.rule, out);
            text(",\"rulePassed\":", boolean(outcome.value), out);
        }
        SpecKind::Layer => {
            let explicit = flags & EXPLICIT != 0;
            text("{\"eventName\":\"statsig::layer_exposure\",\"metadata\":{\"config\":", &outcome.name, out);
            text(",\"ruleID\":", &outcome.rule, out);
            text(",\"allocatedExperiment\":", outcome.allocated_experiment(explicit), out);
            text(",\"parameterName\":", parameter.unwrap_or_default(), out);
            text(",\"isExplicitParameter\":", boolean(explicit), out);
        }
    }
    if let Some(version) = &outcome.version {
        text(",\"configVersion\":", &version.text, out);
    }
    if flags & MANUAL != 0 {
        out.push_str(",\"isManualExposure\":\"true\"");
    }
}

fn times(outcome: &Outcome, details: &Details, time: f64, out: &mut String) {
    let reason: &str = outcome.reason.map_or(&details.reason, |reason| reason.as_str());
    text(",\"reason\":", reason, out);
    let (sync, init) = match outcome.reason {
        Some(Reason::Uninitialized) => (0.0, 0.0),
        Some(Reason::Persisted) => (outcome.persisted_time.unwrap_or(details.config_sync_time), details.init_time),
        _ => (details.config_sync_time, details.init_time),
    };
    number(",\"configSyncTime\":", sync, out);
    number(",\"initTime\":", init, out);
    number(",\"serverTime\":", time, out);
}

fn sampling(mode: Option<&str>, rate: f64, logged: bool, out: &mut String) {
    out.push('{');
    let mut separator = "";
    if rate != 0.0 {
        number("\"samplingRate\":", rate, out);
        text(",\"shadowLogged\":", if logged { "logged" } else { "dropped" }, out);
        separator = ",";
    }
    if let Some(mode) = mode.filter(|mode| !mode.is_empty()) {
        out.push_str(separator);
        text("\"samplingMode\":", mode, out);
    }
    out.push('}');
}
