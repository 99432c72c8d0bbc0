//! What an entry tells of specs, beside a result.

use super::results::delegate_index;
use crate::outcome::{Outcome, Reason};
use crate::store::{Explicit, SpecBody, SpecKind, Store};

/// Whose facts stand beside a result. In dcs-v1 all are those of the spec that was asked for.
pub(super) struct Facts<'a> {
    /// What was asked for: decides which fields there are.
    pub(super) own: &'a SpecBody,
    /// What stood in for it: its ID type.
    pub(super) base: &'a SpecBody,
    /// What answered: whether it shares parameters, whether it is active.
    pub(super) answer: &'a SpecBody,
    /// Of a layer.
    delegate: Option<&'a SpecBody>,
    outcome: &'a Outcome,
    pub(super) shows_answers: bool,
}

impl<'a> Facts<'a> {
    pub(super) fn of(store: &'a Store, own: &'a SpecBody, outcome: &'a Outcome) -> Facts<'a> {
        let shows_answers = store.dialect.shows_answers();
        let body = |index: u32| shows_answers.then(|| store.body_of(index)).flatten();
        let (base, answer) = (body(outcome.base), body(outcome.answer));
        let (base, answer) = match (base, answer) {
            // Its autotune, which is not for this app, answers.
            (None, Some(autotune)) if is_autotune_of_config(own, autotune, outcome) => {
                (autotune, autotune)
            }
            (_, Some(autotune)) if is_autotune_of_layer(autotune, outcome) => (autotune, autotune),
            (base, answer) => {
                let base = base.unwrap_or(own);
                (base, answer.unwrap_or(base))
            }
        };
        let delegate = delegate_index(store, outcome)
            .and_then(|index| store.specs.get(index as usize)?.body.as_ref());
        Facts { own, base, answer, delegate, outcome, shows_answers }
    }

    /// Whether the experiment of a layer is active.
    pub(super) fn is_active(&self) -> bool {
        if self.shows_answers {
            return self.answer.is_active;
        }
        self.delegate.is_some_and(|body| body.is_active)
    }

    /// The parameters that a layer lists as explicit, as JSON.
    pub(super) fn explicit_of_layer(&self) -> &'a str {
        // What answers nothing, or is overridden, shows its own.
        if self.shows_answers && self.outcome.reason.is_none() {
            return json_of(self.outcome.explicit.as_deref());
        }
        let carrier = if self.outcome.delegate.is_some() { self.delegate } else { Some(self.own) };
        carrier.map_or("[]", |body| json_of(body.explicit.as_deref()))
    }

    /// Whether there are any, be it an empty list, to the shortest shape.
    pub(super) fn has_explicit_of_layer(&self) -> bool {
        let is_answered = self.shows_answers && self.outcome.reason.is_none();
        (is_answered && self.outcome.explicit.is_some()) || self.explicit_of_layer() != "[]"
    }

    /// Those of a config, as the evaluation carries them: of the delegate, if there is one.
    pub(super) fn explicit_of_config(&self) -> Option<&'a str> {
        let own = self.outcome.explicit.as_deref()?;
        if self.shows_answers {
            return Some(&own.json);
        }
        let carrier = self.delegate.unwrap_or(self.own);
        carrier.explicit.as_deref().map(|list| &*list.json)
    }

    /// Those of a config that shares its parameters: its own if it cannot be evaluated.
    pub(super) fn explicit_of_shared(&self) -> &'a str {
        let is_answered = self.shows_answers && self.outcome.reason != Some(Reason::Unsupported);
        let list = if is_answered { &self.outcome.explicit } else { &self.own.explicit };
        json_of(list.as_deref())
    }

    /// Whether the newer shapes list them.
    pub(super) fn lists_explicit(&self) -> bool {
        if self.shows_answers {
            self.outcome.explicit.is_some()
        } else {
            self.own.has_shared_params
        }
    }
}

fn is_autotune_of_config(own: &SpecBody, answer: &SpecBody, outcome: &Outcome) -> bool {
    outcome.kind == SpecKind::Config && answer.autotune.is_some() && own.autotune.is_none()
}

/// A layer that hands over to an autotune has its ID type, unless it stands in for the delegate.
fn is_autotune_of_layer(answer: &SpecBody, outcome: &Outcome) -> bool {
    outcome.kind == SpecKind::Layer
        && answer.autotune.is_some()
        && outcome.reason.is_none()
        && outcome.id_type == answer.id_type
}

fn json_of(explicit: Option<&Explicit>) -> &str {
    explicit.map_or("[]", |list| &list.json)
}
