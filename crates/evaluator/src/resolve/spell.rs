//! Spells results out (BEHAVIOUR.md 3.3, 3.6, 4).

use super::run::Evaluated;
use super::Resolver;
use crate::eval::{code, rule_string, Found};
use crate::js_semantics::{json::parse_str, stringify, JsObject, JsValue};
use crate::outcome::{Outcome, Reason};
use crate::overrides::Applied;
use crate::store::{string_id, SpecBody, SpecKind, Text, NONE};
use crate::user::Seen;

impl Resolver {
    /// A result, spelled out; None when it is of no spec.
    pub(super) fn spell(&self, spec: u32, result: &Evaluated) -> Option<Outcome> {
        let (kind, name) = self.spec_name(spec)?;
        let found = &result.found;
        let body = |index: u32| self.store.specs.get(index as usize).and_then(|s| s.body.as_ref());
        let decided_by = body(found.decided_by);
        let secondary = self.tables.secondary(result.list);
        let delegate = body(found.delegate);
        let splits = delegate.is_some() || found.code == code::MERGED;
        let undelegated =
            if splits { self.tables.secondary(found.undelegated) } else { secondary.clone() };
        let mut outcome = Outcome {
            kind,
            name,
            value: found.value,
            rule: self.store.string(rule_string(&self.store, found)),
            group: None,
            id_type: None,
            json: "{}".into(),
            secondary,
            undelegated,
            explicit: None,
            delegate: delegate.and_then(|_| self.spec_name(found.delegate)).map(|(_, name)| name),
            version: decided_by.and_then(|body| body.version.clone()),
            experiment_group: false,
            reason: None,
            persisted_time: None,
            forward_all: decided_by.is_some_and(|body| body.forward_all),
            rate: self.store.rate(found.rate).cloned(),
            seen_analytical: found.seen == Seen::Yes,
            mapped: (kind != SpecKind::Layer && found.mapped != NONE)
                .then(|| self.store.string(found.mapped)),
            base: found.base,
            answer: found.decided_by,
            parameter_rules: None,
            also: self.tables.list(result.also).into(),
            also_names: Default::default(),
            hashes: Default::default(),
            secondary_json: Default::default(),
            undelegated_json: Default::default(),
        };
        outcome.also_names =
            outcome.also.iter().filter_map(|id| Some(self.tables.get(*id)?.name.clone())).collect();
        self.fill(&mut outcome, found, decided_by);
        if let Some(host) = body(found.host) {
            // What stands in for a delegate gives its value, and leaves who delegates what it is.
            outcome.id_type = host.id_type.clone();
            outcome.version = host.version.clone();
        }
        if let Some(delegate) = delegate {
            outcome.explicit = delegate.explicit.clone();
        }
        if kind == SpecKind::Gate {
            outcome.json = "{}".into();
        }
        Some(outcome.with_hashes())
    }

    fn fill(&self, outcome: &mut Outcome, found: &Found, decided_by: Option<&SpecBody>) {
        match (found.code, decided_by) {
            (code::OVERRIDE, _) => self.fill_override(outcome, found),
            (code::UNSUPPORTED, _) => outcome.reason = Some(Reason::Unsupported),
            (code::UNRECOGNIZED, _) => outcome.reason = Some(Reason::Unrecognized),
            (code::MERGED, Some(body)) => self.fill_merged(outcome, found, body),
            (code::UNINITIALIZED, _) => bare(outcome, Some(Reason::Uninitialized)),
            (code::NO_TARGETING, _) => bare(outcome, None),
            (code::DISABLED, Some(body)) if body.skips_rules => {
                outcome.id_type = body.id_type.clone();
                outcome.json = body.default_json.clone();
            }
            (code::DEFAULT | code::DISABLED, Some(body)) => {
                ruled(outcome, body, body.default_json.clone())
            }
            (rule, Some(body)) => {
                let Some(rule) = body.rules.get(rule as usize) else { return };
                ruled(
                    outcome,
                    body,
                    if found.pass { rule.json.clone() } else { body.default_json.clone() },
                );
                outcome.group = rule.group.clone();
                outcome.experiment_group = rule.experiment_group;
            }
            _ => {}
        }
    }

    /// NEWER.md 7: of a parameter that several give the first one counts, and the default at last.
    fn fill_merged(&self, outcome: &mut Outcome, found: &Found, body: &SpecBody) {
        ruled(outcome, body, "{}".into());
        // Only a delegate has any.
        outcome.explicit = None;
        let parts = self.tables.list(found.merged);
        let Some((&[first, decided_by, code, extra, pass], rest)) = parts.split_first_chunk::<5>()
        else {
            return;
        };
        let rule = |at: u32| body.rules.get(at as usize);
        let mut merged = Merged::default();
        if let Some(rule) = rule(first) {
            let inner = Found { extra, pass: pass != 0, ..Found::of(decided_by, code) };
            let config =
                self.store.specs.get(decided_by as usize).and_then(|spec| spec.body.as_ref());
            let (mut json, mut group) = ("{}".into(), None);
            match (code, config) {
                (code::OVERRIDE, _) => {
                    let value = self.world.overrides.value(Applied::from_number(inner.extra));
                    json = value.map_or(json, |value| value.json.clone());
                }
                (code::DEFAULT | code::DISABLED, Some(config)) => {
                    json = config.default_json.clone()
                }
                (at, Some(config)) => {
                    if let Some(rule) = config.rules.get(at as usize) {
                        json = if inner.pass {
                            rule.json.clone()
                        } else {
                            config.default_json.clone()
                        };
                        group = rule.group.clone();
                    }
                }
                _ => {}
            }
            outcome.group = group;
            outcome.experiment_group = rule.experiment_group;
            merged.add(&json, &self.store.string(rule.id));
        }
        for rule in rest.iter().filter_map(|at| rule(*at)) {
            merged.add(&rule.json, &self.store.string(rule.id));
        }
        merged.add(&body.default_json, &self.store.string(string_id::DEFAULT));
        outcome.json = stringify(&JsValue::Object(JsObject::from_entries(merged.values))).into();
        outcome.parameter_rules = Some(merged.rules.into());
    }

    fn fill_override(&self, outcome: &mut Outcome, found: &Found) {
        bare(outcome, Some(Reason::LocalOverride));
        // Nothing of the payload answers.
        outcome.answer = NONE;
        let applied = Applied::from_number(found.extra);
        let Some(value) = self.world.overrides.value(applied) else { return };
        outcome.value = value.flag;
        // A delegate is a config whatever was asked for.
        if outcome.kind != SpecKind::Gate || found.delegate != NONE {
            outcome.id_type = Some(Text::from(if applied.for_everyone() { "" } else { "userID" }));
            outcome.json = value.json.clone();
        }
    }
}

/// Parameters of a layer, and which rule each is from.
#[derive(Default)]
struct Merged {
    values: Vec<(Box<str>, JsValue)>,
    rules: Vec<(Text, Text)>,
}

impl Merged {
    /// Adds what is not there yet.
    fn add(&mut self, json: &str, rule: &Text) {
        let Ok(JsValue::Object(object)) = parse_str(json) else { return };
        for (key, value) in object.into_entries() {
            if !self.values.iter().any(|(known, _)| *known == key) {
                self.rules.push((Text::from(&*key), rule.clone()));
                self.values.push((key, value));
            }
        }
    }
}

/// The result comes from no spec.
fn bare(outcome: &mut Outcome, reason: Option<Reason>) {
    outcome.reason = reason;
    outcome.version = None;
    outcome.forward_all = false;
}

fn ruled(outcome: &mut Outcome, body: &SpecBody, json: Text) {
    outcome.id_type = body.id_type.clone();
    outcome.explicit = body.explicit.clone();
    outcome.json = json;
}
