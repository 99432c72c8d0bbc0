//! What only dcs-v2 has: config mapping (NEWER.md 6), contextual autotunes (9), experiments that
//! conditions name (8). A part that is broken is left out with a warning, and the rest serves.

use std::slice;

use super::{json_string, optional_text, value_json, Compiler};
use crate::js_semantics::{property, stringify, to_string, JsObject, JsValue};
use crate::store::{rate, string_id, Pass, Rule, SpecBody, SpecKind, Text, Version, NONE};
use crate::store_newer::{autotune_rule, Autotune, AutotuneGroup, Mapping, Score};

type Names = Vec<(String, JsValue)>;

impl Compiler<'_> {
    /// Gives an index to every name that specs may refer to and the lists of specs lack.
    pub(super) fn register_newer(&mut self) {
        self.named = self.store.specs.len() as u32;
        if !self.store.dialect.knows_newer_specs() {
            return;
        }
        let autotunes = self.members("cmab_configs");
        for (name, _) in &autotunes {
            self.add_experiment(name);
        }
        for (name, mappings) in self.members("overrides") {
            for kind in [SpecKind::Gate, SpecKind::Config, SpecKind::Layer] {
                let known = self.store.by_name[kind as usize].contains_key(&*name);
                if !known
                    && self.targets(&mappings).iter().any(|target| self.names_spec(kind, target))
                {
                    self.add_spec(kind, &name);
                }
            }
            // Experiments are mapped to autotunes as well, configs are not.
            if !autotunes.is_empty() {
                self.add_experiment(&name);
            }
        }
    }

    fn targets(&self, mappings: &JsValue) -> Vec<String> {
        let list = mappings.as_array().unwrap_or_default();
        list.iter()
            .filter_map(|m| property(m, "new_config_name").as_str().map(String::from))
            .collect()
    }

    /// A spec of the payload, or what may be mapped to one.
    fn names_spec(&self, kind: SpecKind, name: &str) -> bool {
        self.store.by_name[kind as usize].contains_key(name)
            || property(self.payload.get("overrides"), name).as_array().is_some()
    }

    fn members(&self, key: &str) -> Names {
        let map = self.payload.get(key).as_object();
        map.into_iter()
            .flat_map(|map| map.iter())
            .map(|(name, value)| (name.into(), value.clone()))
            .collect()
    }

    /// An entry for what experiments of a name see, where that is not the config of the name.
    fn add_experiment(&mut self, name: &str) {
        if self.store.experiments.contains_key(name) {
            return;
        }
        let config = self.config(name);
        let index = self.push_spec(SpecKind::Config, name);
        if let Some(spec) = self.store.specs.get_mut(config as usize) {
            spec.experiment = index;
        }
        self.store.experiments.insert(name.into(), index);
    }

    /// The config of a name; one without body when the payload lacks it.
    fn config(&mut self, name: &str) -> u32 {
        let known = self.store.by_name[SpecKind::Config as usize].get(name).copied();
        known.unwrap_or_else(|| self.add_spec(SpecKind::Config, name))
    }

    /// What answers for an experiment.
    pub(super) fn experiment(&mut self, name: &str) -> u32 {
        let own = self.store.experiments.get(name).copied();
        own.unwrap_or_else(|| self.config(name))
    }

    /// Compiles what was registered.
    pub(super) fn compile_newer(&mut self) {
        if !self.store.dialect.knows_newer_specs() {
            return;
        }
        for (name, json) in self.members("cmab_configs") {
            match self.autotune(&json) {
                Ok(body) => {
                    let index = self.experiment(&name);
                    self.set_body(index, body);
                    self.store.autotunes.push(index);
                }
                Err(problem) => self.warn(format!(
                    "The contextual autotune {} was left out: {problem}.",
                    json_string(&name)
                )),
            }
        }
        for (name, mappings) in self.members("overrides") {
            for kind in [SpecKind::Gate, SpecKind::Config, SpecKind::Layer] {
                if let Some(&index) = self.store.by_name[kind as usize].get(&*name) {
                    // One that is not there is asked for all the same: it is part of an explanation.
                    self.map(index, &mappings, |compiler, target| {
                        let known = compiler.store.by_name[kind as usize].get(target).copied();
                        known.unwrap_or_else(|| compiler.add_spec(kind, target))
                    });
                }
            }
            if let Some(&index) = self.store.experiments.get(&*name) {
                self.map(index, &mappings, |compiler, target| compiler.experiment(target));
            }
        }
    }

    /// Marks what answers in another way than by its rules alone.
    pub(super) fn mark_odd(&mut self) {
        for spec in &mut self.store.specs {
            let odd = |body: &SpecBody| {
                body.malformed || body.skips_rules || body.merges || body.autotune.is_some()
            };
            // What experiments see and nobody else answers as the config of the name does.
            let stands_for = spec.body.is_none() && spec.kind == SpecKind::Config;
            spec.odd = spec.mapping != NONE || stands_for || spec.body.as_ref().is_some_and(odd);
        }
    }

    fn map(&mut self, index: u32, mappings: &JsValue, target: impl Fn(&mut Self, &str) -> u32) {
        let salt = match self.salt_of(index) {
            JsValue::Undefined => JsValue::string(""),
            salt => salt,
        };
        let mut compiled = Vec::new();
        for mapping in mappings.as_array().unwrap_or_default() {
            let Some(name) = property(mapping, "new_config_name").as_str() else { continue };
            let rules = property(mapping, "rules").as_array().unwrap_or_default();
            let rules = rules.iter().filter_map(|rule| self.mapping_rule(rule, &salt)).collect();
            compiled.push(Mapping { target: target(self, name), rules });
        }
        if compiled.is_empty() {
            return;
        }
        let at = self.store.mappings.len() as u32;
        self.store.mappings.push(compiled.into());
        if let Some(spec) = self.store.specs.get_mut(index as usize) {
            spec.mapping = at;
        }
    }

    /// The salt of the spec that is asked for; undefined where there is none.
    fn salt_of(&self, index: u32) -> JsValue {
        let Some(spec) = self.store.specs.get(index as usize) else { return JsValue::Undefined };
        self.payload.salt(spec.kind, &self.names.text(spec.name))
    }

    fn mapping_rule(&mut self, json: &JsValue, salt: &JsValue) -> Option<(f64, Rule)> {
        let name = property(json, "rule_name").as_str()?;
        let payload = self.payload.clone();
        let rule = property(payload.get("override_rules"), name);
        rule.as_object()?;
        let start = property(json, "start_time").as_number().unwrap_or(0.0);
        let compiled = self.rule(rule, salt);
        let told = match &compiled {
            Ok(rule) => self
                .unknown_in(slice::from_ref(rule))
                .map(|met| format!("uses {met}, which is not supported")),
            Err(problem) => Some(format!("was left out: {problem}")),
        };
        if let Some(told) = told.filter(|_| self.told_rules.insert(name.into())) {
            self.warn(format!("The override rule {} {told}.", json_string(name)));
        }
        compiled.ok().map(|rule| (start, rule))
    }

    fn autotune(&mut self, json: &JsValue) -> Result<SpecBody, String> {
        json.as_object().ok_or("not an object")?;
        let list = property(json, "groups").as_array().ok_or("`groups` is not an array")?;
        let learned = property(json, "config").as_object();
        let groups = list
            .iter()
            .map(|group| self.autotune_group(group, learned))
            .collect::<Result<Vec<_>, _>>()?;
        let salts = format!("{}.", to_string(property(json, "salt")));
        let unit = self.names.unit(property(json, "idType"));
        let gate = property(json, "targetingGateName").as_str();
        let autotune = Autotune {
            runs: property(json, "enabled").is_truthy() && !groups.is_empty(),
            gate_is_segment: gate.is_some_and(|name| name.starts_with("segment:")),
            gate: gate.map_or(NONE, |name| self.gate(&JsValue::string(name))),
            bucket: self.bucket(&salts, unit),
            explores_below: property(json, "sampleRate").as_number().unwrap_or(0.0) * 10_000.0,
            higher_is_better: property(json, "higherIsBetter").is_truthy(),
            has_config: learned.is_some(),
            groups: groups.into(),
        };
        Ok(self.autotune_body(json, list, autotune))
    }

    /// A body whose rules are all that an autotune may answer.
    fn autotune_body(
        &mut self,
        json: &JsValue,
        groups: &[JsValue],
        autotune: Autotune,
    ) -> SpecBody {
        let default = value_json(property(json, "defaultValue"));
        let mut rules = Vec::with_capacity(autotune_rule::FIRST_GROUP as usize + 2 * groups.len());
        for id in ["prestart", "inlineTargetingRules"] {
            rules.push(self.autotune_rule(id, None, default.clone()));
        }
        for group in groups {
            let id = to_string(property(group, "id"));
            let (name, value) = (
                optional_text(property(group, "name")),
                value_json(property(group, "parameterValues")),
            );
            for id in [&*id, &format!("{id}:explore")] {
                rules.push(Rule {
                    says: true,
                    ..self.autotune_rule(id, name.clone(), value.clone())
                });
            }
        }
        let version = property(json, "version");
        SpecBody {
            entity: Some("autotune".into()),
            enabled: true,
            is_active: property(json, "enabled").is_truthy(),
            has_shared_params: false,
            says_by_default: false,
            skips_rules: false,
            version: (!version.is_nullish()).then(|| Version {
                json: stringify(version).into(),
                text: (&*to_string(version)).into(),
            }),
            autotune: Some(Box::new(autotune)),
            explicit: None,
            rules: rules.into(),
            ..self.spec_body(json)
        }
    }

    fn autotune_rule(&mut self, id: &str, group: Option<Text>, json: Text) -> Rule {
        Rule {
            id: self.names.string(id),
            group,
            pass: Pass::Always,
            conditions: (0, 0),
            json,
            delegate: NONE,
            experiment_group: false,
            says: false,
            rate: rate::UNDEFINED,
            targeting: false,
            overriding: false,
            id_type: string_id::EMPTY,
        }
    }

    fn autotune_group(
        &mut self,
        json: &JsValue,
        learned: Option<&JsObject>,
    ) -> Result<AutotuneGroup, String> {
        json.as_object().ok_or("a group is not an object")?;
        let known = learned.and_then(|map| map.get(&to_string(property(json, "id"))));
        let Some(known) = known else { return Ok(AutotuneGroup { weight: 1.0, score: None }) };
        let records = number_of(property(known, "records")).unwrap_or(0.0).max(0.0);
        let (texts, numbers) =
            (property(known, "weightsCategorical"), property(known, "weightsNumerical"));
        let score = self.score(known, texts, numbers);
        let has_weights =
            [texts, numbers].iter().any(|map| map.as_object().is_some_and(|map| !map.is_empty()));
        Ok(AutotuneGroup { weight: 1.0 / (records + 1.0), score: has_weights.then_some(score) })
    }

    fn score(&mut self, known: &JsValue, texts: &JsValue, numbers: &JsValue) -> Score {
        let number = |key: &str| number_of(property(known, key)).unwrap_or(0.0);
        let mut score = Score { base: number("intercept") + number("alpha"), ..Score::default() };
        for (field, weights) in texts.as_object().into_iter().flat_map(|map| map.iter()) {
            let field = self.names.field(field);
            for (text, weight) in weights.as_object().into_iter().flat_map(|map| map.iter()) {
                if let Some(weight) = number_of(weight) {
                    score.texts.push((field, text.into(), weight));
                }
            }
        }
        for (field, weight) in numbers.as_object().into_iter().flat_map(|map| map.iter()) {
            if let Some(weight) = number_of(weight) {
                score.numbers.push((self.names.field(field), weight));
            }
        }
        score
    }
}

fn number_of(value: &JsValue) -> Option<f64> {
    value.as_number()
}
