//! What a payload says and what is kept as it says it.

use std::sync::Arc;

use crate::js_semantics::{stringify, to_big_int, JsValue};

/// Text shared between the store, outcomes and batches.
pub type Text = Arc<str>;

/// A spec's `version`, as given and as `String(version)`.
#[derive(Debug, Clone)]
pub struct Version {
    /// As JSON.
    pub json: Text,
    /// As text.
    pub text: Text,
}

/// A sampling rate as the payload gives it, which may be anything.
#[derive(Debug, Clone)]
pub struct Rate {
    /// As JSON.
    pub json: Text,
    /// One of how many is logged; None where no such number can be had.
    pub(crate) divisor: Option<i128>,
    /// It is the number 0.
    pub is_zero: bool,
}

impl Rate {
    /// Reads it; None where there is none.
    pub fn new(value: &JsValue) -> Option<Rate> {
        (!value.is_nullish()).then(|| Rate {
            json: stringify(value).into(),
            divisor: to_big_int(value),
            is_zero: value.as_number() == Some(0.0),
        })
    }
}

/// Layer parameters that an experiment sets.
#[derive(Debug)]
pub struct Explicit {
    /// Their names.
    pub names: Box<[Text]>,
    /// The list as JSON, as the payload has it: other things may be in it.
    pub json: Text,
}

impl Explicit {
    /// Reads it; None when it is no list.
    pub fn new(value: &JsValue) -> Option<Arc<Explicit>> {
        let names = value.as_array()?.iter().filter_map(JsValue::as_str).map(Text::from).collect();
        Some(Arc::new(Explicit { names, json: stringify(value).into() }))
    }
}
