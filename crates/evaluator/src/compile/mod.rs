//! Wire to store, with warnings. Runs off the event loop and knows nothing of engines or users.

mod changes;
pub mod condition;
mod names;
mod newer;
pub mod operator;
pub mod preparation;
mod rules;
mod summary;
pub(crate) mod uses;

use std::rc::Rc;
use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::js_semantics::value::array_index;
use crate::js_semantics::{
    property, stringify, to_lower_case, to_string, write_string, JsValue, PartNumber,
};
use crate::store::Explicit;
use crate::store::{PayloadMeta, Rule, Spec, SpecBody, SpecKind, Store, Text, Version, NONE};
use crate::wire::{Payload, PayloadError, SpecWire};
use condition::Condition;
use names::Names;
use uses::Uses;

/// Most warnings that a summary carries.
pub const MAX_WARNINGS: usize = 100;

/// A compiled payload that does not serve yet.
#[derive(Debug)]
pub struct PreparedSpecs {
    /// None when the payload says that there are no updates.
    pub store: Option<Arc<Store>>,
    /// JSON of `SpecsSummary` in `engine.ts`.
    pub summary: String,
}

const KINDS: [SpecKind; 3] = [SpecKind::Gate, SpecKind::Config, SpecKind::Layer];

/// Work in progress.
#[derive(Debug)]
pub(crate) struct Compiler<'a> {
    payload: Rc<Payload<'a>>,
    store: Store,
    names: Names,
    /// Specs that are to be compiled, the next one last.
    to_do: Vec<(u32, PartNumber)>,
    /// Conditions that were compiled; the first has the index `first_condition`.
    conditions: Vec<Condition>,
    first_condition: u32,
    /// How often each of them is used.
    condition_uses: Vec<u32>,
    /// Canonical text of a condition → its index, so that equal conditions exist once.
    condition_ids: FxHashMap<String, u32>,
    /// Index of a condition → what it uses that nobody here knows.
    unknown: FxHashMap<u32, String>,
    /// The same of the condition that is being compiled.
    met_unknown: Option<String>,
    /// Indexes below it are of specs that the payload has.
    named: u32,
    /// Index of a condition by its id of dcs-v2.
    named_conditions: FxHashMap<Box<str>, u32>,
    /// Buckets of conditions by salt and unit.
    bucket_ids: FxHashMap<(String, u32), u32>,
    warnings: Vec<String>,
    /// Override rules that a warning was about.
    told_rules: FxHashSet<Box<str>>,
    uses: Uses,
    /// Bytes that were compiled since a payload was compiled as a whole; None: this one is.
    renewed: Option<usize>,
}

impl<'a> Compiler<'a> {
    /// A compiler of the whole payload, with every name registered.
    fn whole(payload: Rc<Payload<'a>>) -> Result<Self, PayloadError> {
        let dialect = payload.dialect;
        let store = Store { dialect, ..Store::default() };
        let mut compiler = Compiler::new(payload.clone(), store, Names::new(dialect));
        for kind in KINDS {
            compiler.register(kind, payload.specs(kind)?);
        }
        compiler.to_do.reverse();
        compiler.register_newer();
        Ok(compiler)
    }

    fn new(payload: Rc<Payload<'a>>, store: Store, names: Names) -> Self {
        Compiler {
            payload,
            first_condition: store.conditions.len() as u32,
            store,
            names,
            to_do: Vec::new(),
            conditions: Vec::new(),
            condition_uses: Vec::new(),
            condition_ids: FxHashMap::default(),
            unknown: FxHashMap::default(),
            met_unknown: None,
            named: 0,
            named_conditions: FxHashMap::default(),
            bucket_ids: FxHashMap::default(),
            warnings: Vec::new(),
            told_rules: FxHashSet::default(),
            uses: Uses::default(),
            renewed: None,
        }
    }

    /// Compiles the next spec; how many bytes it has. None: there is none.
    fn compile_next(&mut self) -> Option<usize> {
        let (index, part) = self.to_do.pop()?;
        let spec = self.payload.spec(part);
        self.compile_spec(index, &spec);
        // Also one without a text takes a moment.
        Some(self.payload.mark(part).map_or(0, |mark| mark.length()) + 1)
    }

    /// What is left when all specs are compiled.
    fn end(mut self) -> PreparedSpecs {
        self.compile_newer();
        self.mark_odd();
        self.assign_memos();
        self.finish();
        self.store.origin = self.origin();
        let Compiler { payload, mut store, names, conditions, warnings, uses, .. } = self;
        names.finish(&mut store);
        store.conditions.add(conditions);
        store.rates.shrink_to_fit();
        let summary = summary::summary(&payload, &store, &uses, &warnings);
        PreparedSpecs { store: Some(Arc::new(store)), summary }
    }

    /// Gives every name an index before rules refer to it. Of equal names the last spec wins.
    fn register(&mut self, kind: SpecKind, specs: Vec<SpecWire<'_>>) {
        let payload = self.payload.clone();
        let mut kept: Vec<(u32, PartNumber)> = Vec::with_capacity(specs.len());
        for (i, spec) in specs.iter().enumerate() {
            let Some(name) = payload.name(spec) else {
                self.warn(format!("The {} number {i} has no name and was left out.", word(kind)));
                continue;
            };
            let known = self.store.by_name[kind as usize].get(&*name).copied();
            match known {
                Some(index) => kept
                    .iter_mut()
                    .filter(|(at, _)| *at == index)
                    .for_each(|entry| entry.1 = spec.part),
                None => kept.push((self.add_spec(kind, &name), spec.part)),
            }
        }
        let mut order: Vec<u32> = kept.iter().map(|(index, _)| *index).collect();
        order.sort_by_key(|index| self.property_rank(*index));
        self.store.order[kind as usize] = order;
        self.to_do.extend(kept);
    }

    /// JavaScript property order: array indexes ascending, then as inserted (the sort is stable).
    fn property_rank(&self, spec: u32) -> u64 {
        let name = self.store.specs.get(spec as usize).map(|s| self.names.text(s.name));
        name.and_then(|n| array_index(&n)).map_or(u64::MAX, u64::from)
    }

    pub(crate) fn add_spec(&mut self, kind: SpecKind, name: &str) -> u32 {
        let index = self.push_spec(kind, name);
        self.store.by_name[kind as usize].insert(name.into(), index);
        index
    }

    /// A spec that is not found by its name.
    fn push_spec(&mut self, kind: SpecKind, name: &str) -> u32 {
        let name = self.names.string(name);
        let spec = Spec {
            kind,
            name,
            body: None,
            odd: false,
            mapping: NONE,
            experiment: NONE,
            gate_memo: NONE,
            outcome_base: 0,
        };
        self.store.specs.push(spec);
        self.store.specs.len() as u32 - 1
    }

    fn compile_spec(&mut self, index: u32, json: &JsValue) {
        let body = match self.rules(property(json, "rules"), property(json, "salt")) {
            Ok(rules) => SpecBody { rules, ..self.spec_body(json) },
            Err(problem) => {
                let spec = self.described(index);
                self.warn(format!("{spec} was disabled: {problem}."));
                SpecBody { malformed: true, ..self.spec_body(json) }
            }
        };
        self.tell_unknown(index, &body);
        self.set_body(index, body);
    }

    fn set_body(&mut self, index: u32, body: SpecBody) {
        let entries = 2 * body.rules.len() as u32 + 2;
        if let Some(spec) = self.store.specs.get_mut(index as usize) {
            spec.outcome_base = self.store.plain_outcomes;
            spec.body = Some(body);
        }
        self.store.plain_outcomes += entries;
    }

    /// Once per spec what its conditions use that nobody here knows.
    fn tell_unknown(&mut self, index: u32, body: &SpecBody) {
        if self.unknown.is_empty() {
            return;
        }
        if let Some(met) = self.unknown_in(&body.rules) {
            self.warn(format!("{} uses {met}, which is not supported.", self.described(index)));
        }
    }

    /// What the conditions of rules use that nobody here knows, in words.
    fn unknown_in(&self, rules: &[Rule]) -> Option<String> {
        let conditions = rules.iter().flat_map(|rule| self.store.conditions_of(rule));
        let mut met: Vec<&str> =
            conditions.filter_map(|id| self.unknown.get(id)).map(String::as_str).collect();
        met.sort_unstable();
        met.dedup();
        (!met.is_empty()).then(|| met.join(" and "))
    }

    /// A spec in words for a warning.
    fn described(&self, index: u32) -> String {
        let spec = self.store.specs.get(index as usize);
        let named = |spec: &Spec| {
            format!("The {} {}", word(spec.kind), json_string(&self.names.text(spec.name)))
        };
        spec.map(named).unwrap_or_default()
    }

    pub(crate) fn warn(&mut self, text: String) {
        if self.warnings.len() < MAX_WARNINGS {
            self.warnings.push(text);
        }
    }

    fn finish(&mut self) {
        let payload = self.payload.clone();
        self.store.experiment_layer.clear();
        for (experiment, layer) in payload.experiment_layers() {
            self.store.experiment_layer.insert((&*experiment).into(), layer.into());
        }
        let configs = payload.get("sdk_configs");
        self.store.sampling_mode = property(configs, "sampling_mode").as_str().map(Text::from);
        self.store.special_rate =
            property(configs, "special_case_sampling_rate").as_number().map(f64::floor);
        self.store.app_id = match payload.get("app_id") {
            JsValue::Undefined => JsValue::Null,
            id => id.clone(),
        };
        self.store.meta = PayloadMeta {
            hashed_sdk_keys_to_app_ids: payload.get("hashed_sdk_keys_to_app_ids").clone(),
            sdk_keys_to_app_ids: payload.get("sdk_keys_to_app_ids").clone(),
            hashed_sdk_keys_to_entities: payload.get("hashed_sdk_keys_to_entities").clone(),
            session_replay_info: payload.get("session_replay_info").clone(),
            param_stores: payload.get("param_stores").clone(),
        };
    }

    /// Everything but the rules.
    fn spec_body(&self, json: &JsValue) -> SpecBody {
        let dialect = self.store.dialect;
        let enabled = property(json, "enabled").is_truthy();
        let default = property(json, "defaultValue");
        let version = property(json, "version");
        SpecBody {
            enabled,
            skips_rules: !enabled && dialect.skips_rules_of_disabled(),
            says_by_default: dialect.says_by_default(default),
            malformed: false,
            merges: dialect.knows_newer_specs()
                && property(json, "useNewLayerEval").as_bool() == Some(true),
            autotune: None,
            default_json: value_json(default),
            entity: property(json, "entity").as_str().map(Text::from),
            id_type: property(json, "idType").as_str().map(Text::from),
            explicit: Explicit::new(property(json, "explicitParameters")),
            id_type_json: match property(json, "idType") {
                JsValue::Undefined => None,
                value => Some(stringify(value).into()),
            },
            device_based: property(json, "idType")
                .as_str()
                .is_some_and(|name| to_lower_case(name) == "stableid"),
            version: (!version.is_nullish()).then(|| Version {
                json: stringify(version).into(),
                text: (&*to_string(version)).into(),
            }),
            is_active: property(json, "isActive").as_bool() == Some(true),
            has_shared_params: property(json, "hasSharedParams").as_bool() == Some(true),
            target_app_ids: property(json, "targetAppIDs").clone(),
            forward_all: property(json, "forwardAllExposures").is_truthy(),
            fields_used: texts(property(json, "fieldsUsed")),
            rules: Box::default(),
        }
    }
}

fn word(kind: SpecKind) -> &'static str {
    match kind {
        SpecKind::Gate => "gate",
        SpecKind::Config => "config",
        SpecKind::Layer => "layer",
    }
}

/// A text of the payload in words for a warning: one line, whatever it holds.
fn json_string(text: &str) -> String {
    let mut quoted = String::new();
    write_string(text, &mut quoted);
    quoted
}

/// A return or default value as canonical JSON (BEHAVIOUR.md 3.3).
pub(crate) fn value_json(value: &JsValue) -> Text {
    match value {
        JsValue::Undefined | JsValue::Bool(_) => "{}".into(),
        other => stringify(other).into(),
    }
}

/// The texts of a list.
fn texts(list: &JsValue) -> Box<[Text]> {
    let list = list.as_array().unwrap_or_default();
    list.iter().filter_map(|text| text.as_str().map(Text::from)).collect()
}

/// None for null-ish, else `String()`.
pub(crate) fn optional_text(value: &JsValue) -> Option<Text> {
    (!value.is_nullish()).then(|| Text::from(&*to_string(value)))
}
