//! Results for a response: option overrides, local overrides, the evaluator.

use std::sync::Arc;

use super::context::Halt;
use super::names::Named;
use super::request::Request;
use crate::js_semantics::{property, stringify, JsValue, UNDEFINED};
use crate::outcome::{Outcome, Reason};
use crate::resolve::Resolver;
use crate::store::{SpecBody, SpecKind, Store, Text, NONE};

/// What is written about one spec.
pub(super) struct Shown {
    pub(super) outcome: Arc<Outcome>,
    /// JSON of the value of an overridden gate.
    pub(super) gate_value: Option<Text>,
    /// `is_experiment_group` of a fresh evaluation of the experiment: of the spec, for layers of
    /// the delegate.
    pub(super) in_experiment: bool,
    /// Group that a fresh evaluation of a layer's delegate found.
    pub(super) delegate_group: Option<Text>,
}

/// Evaluates for one response.
pub(super) struct Results<'a> {
    pub(super) resolver: &'a mut Resolver,
    pub(super) store: Arc<Store>,
    pub(super) slot: u32,
    pub(super) now: f64,
    /// What `target_app` sees; None = the payload's app.
    pub(super) app: Option<&'a JsValue>,
}

impl Results<'_> {
    /// Outcome of a spec without its override.
    pub(super) fn direct(&mut self, spec: u32) -> Result<u32, Halt> {
        self.resolver
            .direct(self.slot, spec, self.app, self.now)
            .map_err(|stop| Halt::Stop(stop, spec))
    }

    /// Those of many, when no app is involved.
    pub(super) fn direct_many(&mut self, specs: &[u32]) -> Result<Vec<u32>, Halt> {
        self.resolver
            .direct_many(self.slot, specs, self.now)
            .map_err(|(stop, spec)| Halt::Stop(stop, spec))
    }

    /// An outcome spelled out.
    pub(super) fn outcome(&self, outcome: u32) -> Result<Arc<Outcome>, Halt> {
        self.resolver.tables.get(outcome).cloned().ok_or(Halt::Failed("an outcome is missing"))
    }

    fn local(&mut self, spec: u32) -> Result<Option<Arc<Outcome>>, Halt> {
        let found =
            self.resolver.overridden(self.slot, spec).map_err(|stop| Halt::Stop(stop, spec))?;
        found.map(|outcome| self.outcome(outcome)).transpose()
    }

    /// Whether a fresh evaluation puts the user into the experiment; it does not see the client
    /// key's app (Q9).
    fn is_allocated(&mut self, spec: u32) -> Result<bool, Halt> {
        let app = self.app.map(|_| &UNDEFINED);
        let found = self
            .resolver
            .direct(self.slot, spec, app, self.now)
            .map_err(|stop| Halt::Stop(stop, spec))?;
        Ok(self.outcome(found)?.experiment_group)
    }

    /// True when the outcome of a spec alone says what is written about it.
    pub(super) fn is_plain(&self, kind: SpecKind) -> bool {
        self.app.is_none() && (kind != SpecKind::Layer || self.resolver.world.overrides.is_empty())
    }

    /// What an outcome says when nothing is overridden.
    pub(super) fn plain(&self, outcome: u32) -> Result<Shown, Halt> {
        let outcome = self.outcome(outcome)?;
        let delegate_group = outcome.delegate.as_ref().and(outcome.group.clone());
        Ok(Shown {
            gate_value: None,
            in_experiment: outcome.experiment_group,
            delegate_group,
            outcome,
        })
    }

    /// What is written about a spec when overrides or an app are involved.
    pub(super) fn special(&mut self, named: &Named, request: &Request<'_>) -> Result<Shown, Halt> {
        let store = self.store.clone();
        let spec = named.spec;
        let Some(entry) = store.specs.get(spec as usize) else {
            return Err(Halt::Failed("no such spec"));
        };
        let name = store.string(entry.name);
        let option = request.option(entry.kind, &name);
        let mut gate_value = None;
        let from_option = if entry.kind == SpecKind::Gate {
            gate_value =
                (!matches!(option, JsValue::Undefined)).then(|| Text::from(stringify(option)));
            gate_value.as_ref().map(|_| overridden(entry.kind, name, None, "{}".into()))
        } else {
            entry.body.as_ref().and_then(|body| config_option(entry.kind, name, body, option))
        };
        let local = request.include_local_overrides && from_option.is_none();
        let override_found = match from_option {
            Some(outcome) => Some(Arc::new(outcome)),
            None if local => self.local(spec)?,
            None => None,
        };
        let outcome = match override_found {
            Some(outcome) => outcome,
            None => {
                let direct = self.direct(named.asked)?;
                self.outcome(direct)?
            }
        };
        let (in_experiment, delegate_group) = match entry.kind {
            _ if store.dialect.shows_answers() => {
                let group = outcome.delegate.as_ref().and(outcome.group.clone());
                (outcome.experiment_group, group)
            }
            SpecKind::Gate => (false, None),
            SpecKind::Config => (self.is_allocated(spec)?, None),
            SpecKind::Layer => self.delegate(&store, &outcome)?,
        };
        Ok(Shown { outcome, gate_value, in_experiment, delegate_group })
    }

    fn delegate(&mut self, store: &Store, outcome: &Outcome) -> Result<(bool, Option<Text>), Halt> {
        let Some(delegate) = delegate_index(store, outcome) else { return Ok((false, None)) };
        let found = self.direct(delegate)?;
        let group = self.outcome(found)?.group.clone();
        Ok((self.is_allocated(delegate)?, group))
    }
}

/// Spec index of the config that a layer was delegated to.
pub(super) fn delegate_index(store: &Store, outcome: &Outcome) -> Option<u32> {
    store.by_name[SpecKind::Config as usize].get(outcome.delegate.as_ref()?).copied()
}

/// BEHAVIOUR.md 6.2: the value given, or that of the first rule of the group; ignored unless it is
/// an object.
fn config_option(kind: SpecKind, name: Text, body: &SpecBody, option: &JsValue) -> Option<Outcome> {
    if !option.is_truthy() {
        return None;
    }
    let group = property(option, "groupName");
    let json = match property(option, "value") {
        JsValue::Undefined | JsValue::Null => {
            let wanted = group.as_str().filter(|name| !name.is_empty())?;
            let rule = body.rules.iter().find(|rule| rule.group.as_deref() == Some(wanted))?;
            rule.json.starts_with(['{', '[']).then(|| rule.json.clone())?
        }
        value @ (JsValue::Object(_) | JsValue::Array(_)) => stringify(value).into(),
        _ => return None,
    };
    Some(overridden(kind, name, group.as_str().map(Text::from), json))
}

fn overridden(kind: SpecKind, name: Text, group: Option<Text>, json: Text) -> Outcome {
    Outcome {
        kind,
        name,
        value: true,
        rule: "override".into(),
        group,
        id_type: None,
        json,
        secondary: Arc::default(),
        undelegated: Arc::default(),
        explicit: None,
        delegate: None,
        version: None,
        experiment_group: false,
        reason: Some(Reason::LocalOverride),
        persisted_time: None,
        forward_all: false,
        rate: None,
        seen_analytical: false,
        mapped: None,
        base: NONE,
        answer: NONE,
        parameter_rules: None,
        also: Box::default(),
        also_names: Box::default(),
        hashes: Default::default(),
        secondary_json: Default::default(),
        undelegated_json: Default::default(),
    }
}
