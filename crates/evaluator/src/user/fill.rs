//! Puts a user into a slot.

use super::field::{Field, Scope, Span, Val};
use super::scan::scan_object;
use super::slot::{PendingText, UserSlot, PRIVATE_TAIL};
use super::{exotic, sections};
use crate::js_semantics::{json, JsValue};

impl UserSlot {
    /// Puts a user in. Invalid JSON counts as `{}`.
    pub(crate) fn set(&mut self, json: &str, private_json: &str, exotic: &str) {
        self.begin();
        if !self.read_json(json) {
            self.read_json("{}");
        }
        self.read_private(private_json);
        exotic::apply(self, exotic);
        self.finish();
    }

    /// Forgets the user before.
    pub(super) fn begin(&mut self) {
        self.occupied = true;
        self.agent = None;
        self.stamp = 0;
        self.pending = PendingText::default();
        self.text.clear();
        self.fields.clear();
        self.objects.clear();
        self.private = Span::default();
    }

    /// The user's text and fields are in.
    pub(super) fn finish(&mut self) {
        sections::apply(self);
        self.memo_start = self.text.len();
        self.objects_base = self.objects.len();
        self.dedupe_hash = self.hash_for_dedupe();
    }

    pub(super) fn read_json(&mut self, json: &str) -> bool {
        self.text.clear();
        self.fields.clear();
        self.text.push_str(json);
        if scan_object(&mut self.text, 0, Scope::Top, &mut self.fields).is_none() {
            return false;
        }
        // The event text repeats the JSON behind the decoded strings only if there are any; usually
        // it grows in place.
        if self.text.len() == json.len() && self.text.ends_with('}') {
            self.text.pop();
            self.finish_event_text(0);
        } else {
            let start = self.text.len();
            self.text.push_str(json.trim_end().strip_suffix('}').unwrap_or_default());
            self.finish_event_text(start);
        }
        true
    }

    pub(super) fn finish_event_text(&mut self, start: usize) {
        if !self.fields.is_empty() {
            self.text.push(',');
        }
        self.text.push_str(PRIVATE_TAIL);
        self.event_start = start;
        self.event_end = self.text.len();
    }

    /// Events carry another text than conditions read. What is no object has no private attributes
    /// to leave out.
    pub(super) fn log_as(&mut self, json: &str) {
        let start = self.text.len();
        match json.strip_suffix('}') {
            None => {
                self.text.push_str(json);
                (self.event_start, self.event_end) = (start, self.text.len());
            }
            Some(open) => {
                self.text.push_str(open);
                if open.len() > 1 {
                    self.text.push(',');
                }
                self.text.push_str(PRIVATE_TAIL);
                (self.event_start, self.event_end) = (start, self.text.len());
            }
        }
    }

    pub(super) fn read_private(&mut self, json: &str) {
        if json.is_empty() {
            return;
        }
        let (start, count) = (self.text.len(), self.fields.len());
        self.text.push_str(json);
        let end = self.text.len();
        self.private = Span::new(start, end);
        let mut value = Val::Raw(self.private);
        if scan_object(&mut self.text, start, Scope::Private, &mut self.fields).is_none() {
            self.fields.truncate(count);
            value = match json::parse_str(json) {
                Ok(JsValue::Object(_)) | Err(_) => return,
                Ok(other) => self.keep_value(other),
            };
        }
        self.keep_private(value);
    }

    pub(super) fn keep_private(&mut self, value: Val) {
        let key = self.keep_text("privateAttributes");
        self.fields.push(Field { scope: Scope::Top, key, value });
    }
}
