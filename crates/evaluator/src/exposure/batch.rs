//! Events that left the engine, and their wire form (BEHAVIOUR.md 7.1, 7.4). Encoding may run on
//! any thread.

use std::sync::Arc;

use crate::js_semantics::number::write_number;
use crate::js_semantics::{number_to_string, write_string};
use crate::outcome::list::Snapshot;
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
/// Flag: the sampling rate of the outcome is mentioned.
pub(super) const OWN_RATE: u8 = 16;

/// Part of a chunk's text.
#[derive(Debug, Clone, Copy)]
pub(super) struct TextRange {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl TextRange {
    fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }
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
        /// Number in the chunk's outcomes.
        outcome: u32,
        user: TextRange,
        parameter: Option<TextRange>,
        time: f64,
        /// Sampling rate of answers that no rule gave; 0 = not mentioned.
        special_rate: f64,
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

impl Event {
    /// Bytes of its JSON, about. `exposures`: those of its secondary exposures.
    pub(super) fn size(&self, exposures: usize) -> usize {
        match self {
            Event::Custom { head, user, tail } => {
                head.len() + user.map_or(4, TextRange::len) + tail.len()
            }
            Event::Exposure { user, parameter, .. } => {
                EVENT_BYTES + user.len() + parameter.map_or(0, TextRange::len) + exposures
            }
        }
    }
}

/// What the events of a chunk refer to, beside outcomes.
#[derive(Debug, Default)]
pub(super) struct Texts {
    pub(super) text: String,
    pub(super) details: Vec<Details>,
}

/// Events with the text they need.
#[derive(Debug, Default)]
pub(super) struct Chunk {
    pub(super) events: Vec<Event>,
    /// Empty once `shared` holds them.
    pub(super) own: Texts,
    /// Set when the chunk was split: the parts have the text in common.
    pub(super) shared: Option<Arc<Texts>>,
    /// What events name by number. Not known while the engine may still add outcomes and events.
    pub(super) outcomes: Option<Snapshot>,
    /// Bytes of the events' JSON, about.
    pub(super) json_bytes: usize,
}

/// JSON of an exposure beside its user, parameter and secondary exposures, about.
const EVENT_BYTES: usize = 480;

impl Chunk {
    pub(super) fn texts(&self) -> &Texts {
        self.shared.as_deref().unwrap_or(&self.own)
    }

    fn span(&self, range: TextRange) -> &str {
        self.texts().text.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    fn details(&self, at: u16) -> Option<&Details> {
        self.texts().details.get(usize::from(at))
    }

    fn outcome(&self, number: u32) -> Option<&Outcome> {
        self.outcomes.as_ref()?.get(number)
    }

    /// Nothing is added any more.
    pub(super) fn is_closed(&self) -> bool {
        self.shared.is_some() || self.outcomes.is_some()
    }

    /// Bytes of an event's JSON, about.
    pub(super) fn size(&self, event: &Event) -> usize {
        event.size(match event {
            Event::Exposure { outcome, flags, .. } => self
                .outcome(*outcome)
                .map_or(0, |o| o.exposures_json(is_undelegated(o, *flags)).len()),
            Event::Custom { .. } => 0,
        })
    }

    /// Takes the first `count` events; the text stays with both parts, uncopied.
    pub(super) fn split(&mut self, count: usize) -> Chunk {
        let own = std::mem::take(&mut self.own);
        let shared = self.shared.get_or_insert_with(|| Arc::new(own)).clone();
        let rest = self.events.split_off(count.min(self.events.len()));
        let events = std::mem::replace(&mut self.events, rest);
        let json_bytes = events.iter().map(|event| self.size(event)).sum();
        self.json_bytes = self.json_bytes.saturating_sub(json_bytes);
        Chunk {
            events,
            own: Texts::default(),
            shared: Some(shared),
            outcomes: self.outcomes.clone(),
            json_bytes,
        }
    }
}

fn is_undelegated(outcome: &Outcome, flags: u8) -> bool {
    outcome.kind == SpecKind::Layer && flags & EXPLICIT == 0
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
    pub fn encode(&self, prefix: &str, suffix: &str) -> Vec<u8> {
        let sizes: usize =
            self.chunks.iter().map(|chunk| chunk.json_bytes + chunk.events.len()).sum();
        let mut out = String::with_capacity(prefix.len() + suffix.len() + sizes);
        out.push_str(prefix);
        let mut first = true;
        let mut repeated = Repeated::default();
        for chunk in &self.chunks {
            repeated.start(chunk);
            for event in &chunk.events {
                if !std::mem::take(&mut first) {
                    out.push(',');
                }
                encode_event(chunk, event, &mut repeated, &mut out);
            }
        }
        out.push_str(suffix);
        out.into_bytes()
    }
}

/// Texts that many events share, written once. Those of a chunk are '' until needed.
#[derive(Default)]
struct Repeated {
    /// Where the metadata of an outcome of the current chunk was written, `start << 32 | end`,
    /// without and with `MANUAL`; 0 = not yet. Layers name a parameter too and stay out.
    heads: Vec<[u64; 2]>,
    /// `reason` … `serverTime` by details of the current chunk.
    details: Vec<String>,
    /// The latest time and its text.
    time: (f64, String),
}

impl Repeated {
    fn start(&mut self, chunk: &Chunk) {
        self.details.clear();
        self.details.resize(chunk.texts().details.len(), String::new());
        self.heads.clear();
        self.heads.resize(chunk.outcomes.as_ref().map_or(0, Snapshot::bound), [0, 0]);
    }

    fn head(&mut self, at: u32, outcome: &Outcome, flags: u8, out: &mut String) {
        let Some(heads) = self.heads.get_mut(at as usize) else { return };
        let flags = flags & MANUAL;
        let head = &mut heads[usize::from(flags != 0)];
        if *head == 0 {
            let start = out.len() as u64;
            metadata(outcome, None, flags, out);
            *head = start << 32 | out.len() as u64;
        } else {
            out.extend_from_within((*head >> 32) as usize..(*head & u64::from(u32::MAX)) as usize);
        }
    }

    fn times(&mut self, outcome: &Outcome, chunk: &Chunk, at: u16, out: &mut String) {
        let Some(details) = chunk.details(at) else { return };
        match self.details.get_mut(usize::from(at)).filter(|_| outcome.reason.is_none()) {
            Some(known) => {
                if known.is_empty() {
                    times(outcome, details, known);
                }
                out.push_str(known);
            }
            None => times(outcome, details, out),
        }
    }

    fn time(&mut self, time: f64) -> &str {
        let (known, text) = &mut self.time;
        if text.is_empty() || *known != time {
            *known = time;
            text.clear();
            number("", time, text);
        }
        text
    }
}

fn encode_event(chunk: &Chunk, event: &Event, repeated: &mut Repeated, out: &mut String) {
    match event {
        Event::Custom { head, user, tail } => {
            out.push_str(chunk.span(*head));
            out.push_str(user.map_or("null", |user| chunk.span(user)));
            out.push_str(chunk.span(*tail));
        }
        Event::Exposure { outcome: at, user, parameter, time, special_rate, details, flags } => {
            let Some(outcome) = chunk.outcome(*at) else { return };
            match parameter {
                Some(parameter) => metadata(outcome, Some(chunk.span(*parameter)), *flags, out),
                None => repeated.head(*at, outcome, *flags, out),
            }
            if chunk.details(*details).is_some() {
                repeated.times(outcome, chunk, *details, out);
                out.push_str(repeated.time(*time));
            }
            out.push_str("},\"time\":");
            out.push_str(repeated.time(*time));
            out.push_str(",\"user\":");
            out.push_str(chunk.span(*user));
            out.push_str(",\"value\":null,\"secondaryExposures\":");
            out.push_str(outcome.exposures_json(is_undelegated(outcome, *flags)));
            out.push_str(",\"statsigMetadata\":");
            let mode = chunk.details(*details).and_then(|d| d.sampling_mode.as_deref());
            let rate = outcome
                .rate
                .as_ref()
                .filter(|_| flags & OWN_RATE != 0)
                .map(|rate| rate.json.clone());
            let rate = rate
                .or_else(|| (*special_rate != 0.0).then(|| number_to_string(*special_rate).into()));
            sampling(mode.filter(|_| flags & MODE != 0), rate.as_deref(), flags & LOGGED != 0, out);
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
            text(
                "{\"eventName\":\"statsig::gate_exposure\",\"metadata\":{\"gate\":",
                &outcome.name,
                out,
            );
            text(",\"gateValue\":", boolean(outcome.value), out);
            text(",\"ruleID\":", &outcome.rule, out);
        }
        SpecKind::Config => {
            text(
                "{\"eventName\":\"statsig::config_exposure\",\"metadata\":{\"config\":",
                &outcome.name,
                out,
            );
            text(",\"ruleID\":", &outcome.rule, out);
            text(",\"rulePassed\":", boolean(outcome.value), out);
        }
        SpecKind::Layer => {
            let explicit = flags & EXPLICIT != 0;
            text(
                "{\"eventName\":\"statsig::layer_exposure\",\"metadata\":{\"config\":",
                &outcome.name,
                out,
            );
            text(",\"ruleID\":", outcome.rule_of(parameter.unwrap_or_default()), out);
            text(",\"allocatedExperiment\":", outcome.allocated_experiment(explicit), out);
            text(",\"parameterName\":", parameter.unwrap_or_default(), out);
            text(",\"isExplicitParameter\":", boolean(explicit), out);
        }
    }
    if let Some(version) = &outcome.version {
        text(",\"configVersion\":", &version.text, out);
    }
    if let Some(name) = &outcome.mapped {
        text(",\"overrideConfigName\":", name, out);
    }
    if flags & MANUAL != 0 {
        out.push_str(",\"isManualExposure\":\"true\"");
    }
}

/// The source of the specs and its times, up to the value of `serverTime`.
fn times(outcome: &Outcome, details: &Details, out: &mut String) {
    let reason: &str = outcome.reason.map_or(&details.reason, |reason| reason.as_str());
    text(",\"reason\":", reason, out);
    let (sync, init) = match outcome.reason {
        Some(Reason::Uninitialized) => (0.0, 0.0),
        Some(Reason::Persisted) => {
            (outcome.persisted_time.unwrap_or(details.config_sync_time), details.init_time)
        }
        _ => (details.config_sync_time, details.init_time),
    };
    number(",\"configSyncTime\":", sync, out);
    number(",\"initTime\":", init, out);
    out.push_str(",\"serverTime\":");
}

fn sampling(mode: Option<&str>, rate: Option<&str>, logged: bool, out: &mut String) {
    out.push('{');
    let mut separator = "";
    if let Some(rate) = rate {
        out.push_str("\"samplingRate\":");
        out.push_str(rate);
        text(",\"shadowLogged\":", if logged { "logged" } else { "dropped" }, out);
        separator = ",";
    }
    if let Some(mode) = mode.filter(|mode| !mode.is_empty()) {
        out.push_str(separator);
        text("\"samplingMode\":", mode, out);
    }
    out.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sampling_names_the_rate_the_fate_and_the_mode() {
        let said = |mode, rate, logged| {
            let mut out = String::new();
            sampling(mode, rate, logged, &mut out);
            out
        };
        assert_eq!(said(None, None, true), "{}");
        assert_eq!(said(Some(""), None, true), "{}");
        assert_eq!(said(Some("on"), None, false), r#"{"samplingMode":"on"}"#);
        assert_eq!(said(None, Some("9"), true), r#"{"samplingRate":9,"shadowLogged":"logged"}"#);
        assert_eq!(
            said(Some("shadow"), Some("2"), false),
            r#"{"samplingRate":2,"shadowLogged":"dropped","samplingMode":"shadow"}"#
        );
    }

    #[test]
    fn numbers_that_json_lacks_are_null() {
        let mut out = String::new();
        number("a", 1.5, &mut out);
        number("b", f64::NAN, &mut out);
        assert_eq!(out, "a1.5bnull");
    }

    #[test]
    fn a_time_that_repeats_is_written_once() {
        let mut repeated = Repeated::default();
        assert_eq!(["0", "0", "5"], [0.0, 0.0, 5.0].map(|time| repeated.time(time).to_owned()));
    }

    #[test]
    fn a_split_leaves_the_bytes_of_what_stays() {
        let event = || Event::Custom {
            head: TextRange { start: 0, end: 3 },
            user: None,
            tail: TextRange { start: 3, end: 5 },
        };
        let mut chunk = Chunk { json_bytes: 27, ..Chunk::default() };
        chunk.own.text = "abcde".into();
        chunk.events = (0..3).map(|_| event()).collect();
        assert!(!chunk.is_closed());
        let first = chunk.split(1);
        assert_eq!((first.events.len(), first.json_bytes), (1, 9));
        assert_eq!((chunk.events.len(), chunk.json_bytes), (2, 18));
        assert!(chunk.is_closed() && first.is_closed());
        assert_eq!(chunk.split(9).events.len(), 2);
        let batch = EventBatch { chunks: vec![first] };
        assert_eq!(batch.encode("<", ">"), b"<abcnullde>");
    }
}
