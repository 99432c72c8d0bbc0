//! An evaluation that is written down step by step, for explanations: `Step` of
//! `src/engine/trace.ts`, as JSON.

use super::run::{special, Ask};
use super::Resolver;
use crate::eval::{code, tell_end, Met, Observer, Only, Step, Stop};
use crate::js_semantics::{number_to_string, stringify, utf16_len, write_string};
use crate::store::SpecKind;

/// Most steps that are written down; the evaluation goes on to its end all the same.
const MOST_STEPS: usize = 5000;
/// Longest text, in UTF-16 units, that is written down of a value.
const LONGEST_VALUE: usize = 500;

/// The steps so far, as JSON.
#[derive(Default)]
pub(crate) struct Trace {
    steps: String,
    count: usize,
    is_cut: bool,
}

impl Trace {
    /// With the code that the evaluation gave.
    pub(crate) fn finish(self, code: i32) -> String {
        format!("{{\"code\":{code},\"isCut\":{},\"steps\":[{}]}}", self.is_cut, self.steps)
    }

    fn text(&mut self, text: &str) {
        self.steps.push(',');
        write_string(text, &mut self.steps);
    }

    fn raw(&mut self, text: &str) {
        self.steps.push(',');
        self.steps.push_str(text);
    }

    fn flag(&mut self, flag: bool) {
        self.raw(if flag { "true" } else { "false" });
    }
}

impl Observer for &mut Trace {
    const LISTENS: bool = true;

    fn step(&mut self, step: Step<'_>) {
        if self.count == MOST_STEPS {
            self.is_cut = true;
            return;
        }
        if self.count > 0 {
            self.steps.push(',');
        }
        self.count += 1;
        let name = match step {
            Step::Spec(..) => "spec",
            Step::Rule(..) => "rule",
            Step::Condition => "condition",
            Step::Saw(..) => "saw",
            Step::Known(..) => "known",
            Step::Met(_) => "met",
            Step::Unit(_) => "unit",
            Step::Bucket(_) => "bucket",
            Step::Arm(..) => "arm",
            Step::Chose(..) => "chose",
            Step::Passed(_) => "passed",
            Step::End(..) => "end",
        };
        self.steps.push_str("[\"");
        self.steps.push_str(name);
        self.steps.push('"');
        match step {
            Step::Spec(kind, name) => {
                self.raw(&(kind as u8).to_string());
                self.text(name);
            }
            Step::Rule(at, id) => {
                self.raw(&if at == Step::OTHER { "-1".into() } else { at.to_string() });
                self.text(id);
            }
            Step::Condition => {}
            Step::Saw(place, value) => {
                self.text(place.name());
                if !value.is_nullish() {
                    let json = stringify(&value.to_js());
                    if utf16_len(&json) <= LONGEST_VALUE {
                        self.raw(&json);
                    } else {
                        self.raw("null");
                        self.text(beginning(&json));
                    }
                }
            }
            Step::Known(name, value, is_unsupported) => {
                self.text(name);
                self.flag(value);
                self.flag(is_unsupported);
            }
            Step::Met(met) => self.raw(match met {
                Met::No => "0",
                Met::Yes => "1",
                Met::Unsupported => "2",
            }),
            Step::Unit(id) => self.text(beginning(id)),
            Step::Bucket(number) => self.raw(&number.to_string()),
            Step::Arm(id, score) => {
                self.text(id);
                if let Some(score) = score {
                    self.raw(&number_to_string(score));
                }
            }
            Step::Chose(at, how) => {
                self.raw(&at.to_string());
                self.text(how);
            }
            Step::Passed(passed) => self.flag(passed),
            Step::End(rule, value, reason) => {
                self.text(rule);
                self.flag(value);
                self.text(reason);
            }
        }
        self.steps.push(']');
    }
}

/// As much of a text as is written down.
fn beginning(text: &str) -> &str {
    let mut units = 0;
    for (at, c) in text.char_indices() {
        units += c.len_utf16();
        if units > LONGEST_VALUE {
            return text.get(..at).unwrap_or_default();
        }
    }
    text
}

impl Resolver {
    /// As `resolve`, step by step. Nothing that is remembered of the user is used, so that
    /// everything is told, and draws are not used up.
    pub(crate) fn explain(
        &mut self,
        slot: u32,
        spec: u32,
        now: f64,
        trace: &mut Trace,
    ) -> Result<u32, Stop> {
        if let Some(slot) = self.slots.get_mut(slot as usize) {
            slot.forget();
        }
        self.bind(slot, now);
        let (kind, name) = self.spec_name(spec).unwrap_or((SpecKind::Gate, "".into()));
        let mut observer = &mut *trace;
        observer.step(Step::Spec(kind, &name));
        let applied =
            self.slots.get(slot as usize).and_then(|s| self.world.overrides.find(spec, s));
        let result = match applied {
            Some(applied) => {
                let value = self.world.overrides.value(applied).is_some_and(|value| value.flag);
                let mut result = special(spec, code::OVERRIDE, applied.number());
                result.found.value = value;
                result
            }
            None if !self.serving => special(spec, code::UNINITIALIZED, 0),
            None => {
                let random = self.random.clone();
                let ask = Ask { spec, only: Only::All, now, app: None };
                let result = self.run_told(slot, &ask, &mut *trace);
                self.random = random;
                result?
            }
        };
        tell_end(&mut &mut *trace, &self.store, &result.found);
        self.outcome_of(spec, &result)
    }
}
