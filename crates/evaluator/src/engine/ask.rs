//! Questions that are answered by a text, and statements that are one: each crosses as a number and
//! a text, so that a new one concerns the evaluator and its callers, and no binding.

use super::Engine;
use crate::boundary::{question, statement};
use crate::store::SpecKind;

impl Engine {
    /// Answers a [`question`] about `number` and `text`, mostly in JSON; None where there is
    /// nothing.
    pub fn ask(&mut self, question: u32, number: u32, text: &str) -> Option<String> {
        match question {
            question::SPEC_NAMES => {
                SpecKind::from_number(number).map(|kind| self.spec_names(kind, text))
            }
            question::SPEC_INFO => self.spec_info(number),
            question::SPEC_CONTENT => self.spec_content(number),
            question::EXPERIMENT_LAYER => self.experiment_layer(text).map(String::from),
            question::PARAM_STORES => Some(self.param_stores()),
            question::OUTCOME => Some(self.outcome(number)),
            question::LAST_ERROR => Some(self.last_error().into()),
            question::EXPLAIN => self.explain(number, text),
            _ => None,
        }
    }

    /// Takes note of a [`statement`]; an unknown one changes nothing.
    pub fn tell(&mut self, statement: u32, text: &str) {
        match statement {
            statement::OPTIONS => self.set_options(text),
            statement::OVERRIDES => self.set_overrides(text),
            statement::NO_ID_LIST => self.remove_id_list(text),
            statement::RESET => self.reset(),
            statement::NEXT_WINDOW => self.rotate_window(text),
            statement::TEMPLATE => self.templates.keep(text),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_statements_reach_what_they_name() {
        let mut engine = Engine::new();
        assert_eq!(engine.ask(question::SPEC_NAMES, 0, ""), Some("[]".into()));
        for nothing in [
            engine.ask(question::SPEC_NAMES, 9, ""),
            engine.ask(question::SPEC_INFO, 0, ""),
            engine.ask(question::EXPERIMENT_LAYER, 0, "e"),
            engine.ask(99, 0, ""),
        ] {
            assert_eq!(nothing, None);
        }
        assert_eq!(engine.ask(question::PARAM_STORES, 0, ""), Some("{}".into()));
        assert_eq!(engine.ask(question::OUTCOME, 77, ""), Some("null".into()));
        engine.evaluate(0, 77, 0, 0.0);
        assert_eq!(engine.ask(question::LAST_ERROR, 0, ""), Some("no such spec".into()));
        let epoch = |engine: &Engine| engine.stats().contains("\"epoch\":1");
        engine.tell(99, "");
        assert!(!epoch(&engine));
        engine.tell(statement::RESET, "");
        assert!(epoch(&engine));
        engine.tell(statement::OPTIONS, r#"{"pendingLimit":0}"#);
        engine.log_event(None, "{}", "", "");
        assert!(engine.stats().contains("\"droppedEvents\":1"), "{}", engine.stats());
    }
}
