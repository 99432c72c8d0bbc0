//! Rules and conditions.

use super::condition::{AgentPart, Condition, Op, Operand};
use super::{json_string, operator, optional_text, value_json, Compiler};
use crate::hashing::Midstate;
use crate::js_semantics::{property, to_lower_case, to_number, to_string, write, JsValue};
use crate::store::{rate, Bucket, FieldName, Pass, Rate, Rule, SpecKind, NONE};

impl<'a> Compiler<'a> {
    /// Compiles the rules of a spec.
    ///
    /// # Errors
    /// What is malformed, in words for a warning.
    pub(super) fn rules(
        &mut self,
        rules: &JsValue,
        spec_salt: &JsValue,
    ) -> Result<Box<[Rule]>, String> {
        let list = rules.as_array().ok_or("`rules` is not an array")?;
        list.iter()
            .enumerate()
            .map(|(i, rule)| self.rule(rule, spec_salt).map_err(|e| format!("rule {i}: {e}")))
            .collect()
    }

    pub(super) fn rule(&mut self, json: &JsValue, spec_salt: &JsValue) -> Result<Rule, String> {
        if json.as_object().is_none() {
            return Err("not an object".into());
        }
        let conditions = match property(json, "conditions") {
            JsValue::Undefined | JsValue::Null => Vec::new(),
            JsValue::Array(list) => list
                .iter()
                .enumerate()
                .map(|(i, c)| self.condition(c).map_err(|e| format!("condition {i}: {e}")))
                .collect::<Result<Vec<u32>, _>>()?,
            _ => return Err("`conditions` is not an array".into()),
        };
        let start = self.store.rule_conditions.len() as u32;
        self.store.rule_conditions.extend(conditions);
        let conditions = (start, self.store.rule_conditions.len() as u32);
        let id = optional_text(property(json, "id")).unwrap_or_default();
        let value = property(json, "returnValue");
        Ok(Rule {
            id: self.names.string(&id),
            group: optional_text(property(json, "groupName")),
            pass: self.pass(json, spec_salt),
            conditions,
            json: value_json(value),
            delegate: self.delegate(property(json, "configDelegate")),
            experiment_group: property(json, "isExperimentGroup").is_truthy(),
            says: self.store.dialect.says(value),
            rate: self.rate(property(json, "samplingRate")),
            targeting: matches!(&*id, "inlineTargetingRules" | "targetingGate"),
            overriding: id.ends_with("override"),
            id_type: self.names.string(property(json, "idType").as_str().unwrap_or_default()),
        })
    }

    fn pass(&mut self, rule: &JsValue, spec_salt: &JsValue) -> Pass {
        let percentage = property(rule, "passPercentage");
        match percentage.as_number() {
            Some(0.0) => return Pass::Never,
            Some(100.0) => return Pass::Always,
            _ => {}
        }
        let rule_salt = match property(rule, "salt") {
            JsValue::Undefined | JsValue::Null => property(rule, "id"),
            salt => salt,
        };
        let salts = format!("{}.{}.", to_string(spec_salt), to_string(rule_salt));
        let unit = self.names.unit(property(rule, "idType"));
        Pass::Bucket { bucket: self.bucket(&salts, unit), threshold: to_number(percentage) * 100.0 }
    }

    pub(super) fn bucket(&mut self, salts: &str, unit: u32) -> u32 {
        self.store.buckets.push(Bucket { salts: Midstate::new(salts), unit, memo: NONE });
        self.store.buckets.len() as u32 - 1
    }

    /// The bucket that conditions with this salt and unit share: groups of an experiment divide one
    /// up. From the second on it has a memo.
    fn shared_bucket(&mut self, salts: String, unit: u32) -> u32 {
        let key = (salts, unit);
        let Some(&index) = self.bucket_ids.get(&key) else {
            let index = self.bucket(&key.0, unit);
            self.bucket_ids.insert(key, index);
            return index;
        };
        if let Some(bucket) =
            self.store.buckets.get_mut(index as usize).filter(|bucket| bucket.memo == NONE)
        {
            bucket.memo = self.store.memo_buckets;
            self.store.memo_buckets += 1;
        }
        index
    }

    fn delegate(&self, name: &JsValue) -> u32 {
        if !name.is_truthy() {
            return NONE;
        }
        let index = self.store.by_name[SpecKind::Config as usize].get(&*to_string(name)).copied();
        index.filter(|index| *index < self.named).unwrap_or(NONE)
    }

    fn rate(&mut self, value: &JsValue) -> u16 {
        let Some(rate) = Rate::new(value) else { return rate::UNDEFINED };
        let same = |known: &Rate| known.json == rate.json;
        let at = self.store.rates.iter().position(same).unwrap_or_else(|| {
            self.store.rates.push(rate);
            self.store.rates.len() - 1
        });
        u16::try_from(at + rate::FIRST as usize).unwrap_or(rate::UNDEFINED)
    }

    fn condition(&mut self, entry: &JsValue) -> Result<u32, String> {
        let payload = self.payload.clone();
        let Some(id) = payload.condition_id(entry) else {
            return self.inline_condition(entry);
        };
        if let Some(&index) = self.named_conditions.get(id) {
            self.used_again(index);
            return Ok(index);
        }
        let index = match payload.condition(id) {
            Some(condition) => self.inline_condition(&condition)?,
            None => self.missing_condition(id),
        };
        self.named_conditions.insert(id.into(), index);
        Ok(index)
    }

    /// A condition that the payload lacks: whoever comes to it is unsupported.
    fn missing_condition(&mut self, id: &str) -> u32 {
        self.unknown(format!(
            "the condition {} of which the payload says nothing",
            json_string(id)
        ));
        self.add_condition(Condition { operand: Operand::Unsupported, op: Op::Nothing, memo: NONE })
    }

    fn add_condition(&mut self, condition: Condition) -> u32 {
        self.note_uses(&condition);
        let index = self.first_condition + self.conditions.len() as u32;
        self.conditions.push(condition);
        self.condition_uses.push(1);
        if let Some(met) = self.met_unknown.take() {
            self.unknown.insert(index, met);
        }
        index
    }

    /// Of those that were taken over nobody counts.
    fn used_again(&mut self, index: u32) {
        let at = index.checked_sub(self.first_condition);
        if let Some(uses) = at.and_then(|at| self.condition_uses.get_mut(at as usize)) {
            *uses += 1;
        }
    }

    /// Notes what the condition that is being compiled uses and nobody here knows.
    fn unknown(&mut self, what: String) {
        self.met_unknown = Some(what);
    }

    fn inline_condition(&mut self, json: &JsValue) -> Result<u32, String> {
        if json.as_object().is_none() {
            return Err("not an object".into());
        }
        let key = condition_key(json);
        if let Some(&index) = self.condition_ids.get(&key) {
            self.used_again(index);
            return Ok(index);
        }
        let condition = self.compile_condition(json)?;
        let index = self.add_condition(condition);
        self.condition_ids.insert(key, index);
        Ok(index)
    }

    fn compile_condition(&mut self, json: &JsValue) -> Result<Condition, String> {
        let kind = property(json, "type").as_str().ok_or("`type` is not a string")?;
        let kind_lower = to_lower_case(kind);
        let operand = self.operand(kind, &kind_lower, json)?;
        let compares = !matches!(
            operand,
            Operand::Public
                | Operand::Unsupported
                | Operand::Gate { .. }
                | Operand::MultiGate { .. }
        );
        let is_known = matches!(&*kind_lower, "multi_pass_gate" | "multi_fail_gate");
        if matches!(operand, Operand::Unsupported) && !is_known {
            self.unknown(format!("the condition type {}", json_string(kind)));
        }
        let op = if compares { self.operator(json, &operand)? } else { Op::Nothing };
        Ok(Condition { operand, op, memo: NONE })
    }

    fn operand(&mut self, kind: &str, lower: &str, json: &JsValue) -> Result<Operand, String> {
        let target = property(json, "targetValue");
        let unit = property(json, "idType");
        Ok(match lower {
            "public" => Operand::Public,
            "pass_gate" | "fail_gate" => Operand::Gate {
                gate: self.gate(target),
                fail: lower == "fail_gate",
                analytical: target.as_str().is_some_and(|name| !name.starts_with("segment:")),
            },
            "multi_pass_gate" | "multi_fail_gate" => match target.as_array() {
                Some(gates) => Operand::MultiGate {
                    gates: gates.iter().map(|name| self.gate(name)).collect(),
                    wanted: kind == "multi_pass_gate",
                },
                None => Operand::Unsupported,
            },
            "ip_based" => {
                let name = field_text(json)?;
                Operand::Ip { field: self.field(name), country: name == Some("country") }
            }
            "ua_based" => {
                let name = field_text(json)?;
                Operand::UserAgent { field: self.field(name), part: name.and_then(agent_part) }
            }
            "user_field" => {
                let name = field_text(json)?;
                Operand::UserField(self.field(name))
            }
            "environment_field" => {
                let dialect = self.store.dialect;
                let name = field_text(json)?.map(|name| FieldName::new(name, dialect));
                Operand::Environment(name)
            }
            "current_time" => Operand::CurrentTime,
            "user_bucket" => {
                let salt = property(property(json, "additionalValues"), "salt");
                let salt = self.store.dialect.salt_text(salt);
                let unit = self.names.unit(unit);
                Operand::UserBucket(self.shared_bucket(format!("{salt}."), unit))
            }
            "unit_id" => Operand::UnitId(self.names.unit(unit)),
            "target_app" => Operand::TargetApp,
            "experiment_group" if self.store.dialect.knows_experiment_groups() => {
                let name = field_text(json)?.map(String::from);
                Operand::ExperimentGroup(name.map_or(NONE, |name| self.experiment(&name)))
            }
            _ => Operand::Unsupported,
        })
    }

    fn operator(&mut self, json: &JsValue, operand: &Operand) -> Result<Op, String> {
        let operator = match property(json, "operator") {
            JsValue::Undefined | JsValue::Null => None,
            JsValue::String(text) => Some(&**text),
            _ => return Err("`operator` is not a string".into()),
        };
        let bucket = matches!(operand, Operand::UserBucket(_));
        let target = property(json, "targetValue");
        let list = self.store.dialect.list_of(operator, target);
        let op = operator::compile(operator, list.as_ref().unwrap_or(target), bucket);
        if matches!(op, Op::Unsupported) {
            self.unknown(operator.map_or("a condition without operator".into(), |name| {
                format!("the operator {}", json_string(name))
            }));
        }
        Ok(op)
    }

    /// Spec index of the gate that a condition names; one without body when the payload lacks it.
    pub(super) fn gate(&mut self, target: &JsValue) -> u32 {
        let name = to_string(target);
        let known = self.store.by_name[SpecKind::Gate as usize].get(&*name).copied();
        let index = known.unwrap_or_else(|| self.add_spec(SpecKind::Gate, &name));
        if let Some(spec) = self.store.specs.get_mut(index as usize).filter(|s| s.gate_memo == NONE)
        {
            spec.gate_memo = self.store.memo_gates;
            self.store.memo_gates += 1;
        }
        index
    }

    pub(super) fn field(&mut self, name: Option<&str>) -> u32 {
        name.map_or(NONE, |name| self.names.field(name))
    }

    fn note_uses(&mut self, condition: &Condition) {
        let compares = !matches!(condition.op, Op::Unsupported);
        self.uses.ip_table |=
            compares && matches!(condition.operand, Operand::Ip { country: true, .. });
        self.uses.user_agent |=
            compares && matches!(condition.operand, Operand::UserAgent { part: Some(_), .. });
        self.uses.time_zone |= matches!(condition.op, Op::Time { .. });
        self.uses.id_lists |= matches!(condition.op, Op::IdList { .. });
        if matches!(condition.operand, Operand::Ip { .. }) {
            self.names.field("ip");
        }
        if matches!(condition.operand, Operand::UserAgent { .. }) {
            self.names.field("userAgent");
        }
    }

    /// Conditions that several rules share are evaluated once per user.
    pub(super) fn assign_memos(&mut self) {
        for (condition, uses) in self.conditions.iter_mut().zip(&self.condition_uses) {
            let cheap = matches!(
                condition.operand,
                Operand::Public
                    | Operand::Unsupported
                    | Operand::Gate { .. }
                    | Operand::MultiGate { .. }
                    | Operand::ExperimentGroup(_)
                    | Operand::CurrentTime
                    // Depends on the client key of a response, too.
                    | Operand::TargetApp
            );
            if *uses > 1 && !cheap {
                condition.memo = self.store.memo_conditions;
                self.store.memo_conditions += 1;
            }
        }
    }
}

/// The parts of a condition that decide its meaning, as text.
fn condition_key(json: &JsValue) -> String {
    let mut key = String::new();
    for name in ["type", "operator", "field", "idType", "targetValue"] {
        match property(json, name) {
            JsValue::Undefined => key.push('u'),
            value => write(value, &mut key),
        }
        key.push('\n');
    }
    key.push_str(&to_string(property(property(json, "additionalValues"), "salt")));
    key
}

fn field_text(json: &JsValue) -> Result<Option<&str>, String> {
    match property(json, "field") {
        JsValue::Undefined | JsValue::Null => Ok(None),
        JsValue::String(text) => Ok(Some(text)),
        _ => Err("`field` is not a string".into()),
    }
}

fn agent_part(field: &str) -> Option<AgentPart> {
    match &*to_lower_case(field) {
        "os_name" | "osname" => Some(AgentPart::OsName),
        "os_version" | "osversion" => Some(AgentPart::OsVersion),
        "browser_name" | "browsername" => Some(AgentPart::BrowserName),
        "browser_version" | "browserversion" => Some(AgentPart::BrowserVersion),
        _ => None,
    }
}
