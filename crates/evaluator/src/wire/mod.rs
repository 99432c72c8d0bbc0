//! Payloads as received: dcs-v1 (arrays of specs, inline conditions) and dcs-v2 (maps,
//! `condition_map`), told apart by their shape. Wire values stay dynamic, because that is how the
//! JavaScript that defines their meaning reads them.

use std::borrow::Cow;

use crate::dialect::Dialect;
use crate::js_semantics::json::{MAX_DEPTH, TOO_DEEP};
use crate::js_semantics::{to_string, Document, JsValue};
use crate::store::SpecKind;

/// A missing property.
pub static UNDEFINED: JsValue = JsValue::Undefined;

/// A property of a wire object; undefined when missing.
pub fn property<'a>(value: &'a JsValue, key: &str) -> &'a JsValue {
    value.get(key).unwrap_or(&UNDEFINED)
}

/// Why a payload was rejected as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PayloadError {
    /// No JSON, or no JSON object.
    NotJson,
    /// Arrays and objects nest deeper than is read.
    TooDeep,
    /// One of the three collections of specs, or that of conditions, is missing or has the wrong
    /// type.
    MissingPart(&'static str),
}

impl std::fmt::Display for PayloadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PayloadError::NotJson => write!(f, "the payload is not a JSON object"),
            PayloadError::TooDeep => {
                write!(f, "the payload is nested deeper than {MAX_DEPTH} levels")
            }
            PayloadError::MissingPart(key) => write!(f, "the payload has no usable `{key}`"),
        }
    }
}

impl std::error::Error for PayloadError {}

/// A spec as found in the payload.
pub struct SpecWire<'a> {
    /// Its name; None where it has none.
    pub name: Option<Cow<'a, str>>,
    /// What [`Payload::spec`] takes.
    pub part: &'a JsValue,
}

/// A parsed payload.
pub struct Payload<'a> {
    /// The whole object; specs and the conditions of v2 are parsed one at a time.
    document: Document<'a>,
    /// Its dialect.
    pub dialect: Dialect,
}

const GATES: &str = "feature_gates";
const LISTS: [&str; 3] = [GATES, "dynamic_configs", "layer_configs"];
const CONDITIONS: &str = "condition_map";

impl<'a> Payload<'a> {
    /// Parses what `document_text` gives and recognises the dialect. Does not look into the specs.
    ///
    /// # Errors
    /// When the text is not a JSON object, or nests too deep.
    pub fn parse(text: &'a str) -> Result<Payload<'a>, PayloadError> {
        let [gates, configs, layers] = LISTS;
        let lists = [gates, configs, layers, CONDITIONS];
        let document = Document::parse(text, &lists).map_err(|error| {
            let is_deep = error.to_string().contains(TOO_DEEP);
            if is_deep {
                PayloadError::TooDeep
            } else {
                PayloadError::NotJson
            }
        })?;
        let is_map = matches!(property(&document.root, GATES), JsValue::Object(_));
        Ok(Payload { dialect: if is_map { Dialect::V2 } else { Dialect::V1 }, document })
    }

    /// A top-level property; undefined when missing.
    pub fn get(&self, key: &str) -> &JsValue {
        property(&self.document.root, key)
    }

    /// The specs of a kind, in the order of the document (v1) or of JavaScript properties (v2).
    ///
    /// # Errors
    /// When the list is missing or has the wrong type for the dialect.
    pub fn specs(&self, kind: SpecKind) -> Result<Vec<SpecWire<'_>>, PayloadError> {
        let key = LISTS[kind as usize];
        match (self.dialect, self.get(key)) {
            (Dialect::V1, JsValue::Array(items)) => Ok(items
                .iter()
                .map(|part| SpecWire {
                    name: self.document.part_name(part).map(|name| name.into_string().into()),
                    part,
                })
                .collect()),
            (Dialect::V2, JsValue::Object(map)) => Ok(map
                .iter()
                .map(|(name, part)| SpecWire { name: Some(name.into()), part })
                .collect()),
            _ => Err(PayloadError::MissingPart(key)),
        }
    }

    /// The salt of a spec by its name (v2); undefined when there is none.
    pub fn salt(&self, kind: SpecKind, name: &str) -> JsValue {
        let part = self.get(LISTS[kind as usize]).get(name);
        part.map_or(JsValue::Undefined, |part| property(&self.document.part(part), "salt").clone())
    }

    /// Parses a spec.
    pub fn spec(&self, part: &JsValue) -> JsValue {
        self.document.part(part)
    }

    /// The id of a condition that a rule names rather than holds (v2).
    pub fn condition_id<'b>(&self, entry: &'b JsValue) -> Option<&'b str> {
        entry.as_str().filter(|_| self.dialect == Dialect::V2)
    }

    /// Makes sure that conditions can be looked up, where rules name them.
    ///
    /// # Errors
    /// When the map of conditions is missing or none.
    pub fn check_conditions(&self) -> Result<(), PayloadError> {
        match (self.dialect, self.get(CONDITIONS)) {
            (Dialect::V1, _) | (Dialect::V2, JsValue::Object(_)) => Ok(()),
            _ => Err(PayloadError::MissingPart(CONDITIONS)),
        }
    }

    /// Parses the condition of an id; None when there is none.
    pub fn condition(&self, id: &str) -> Option<JsValue> {
        self.get(CONDITIONS).get(id).map(|part| self.document.part(part))
    }

    /// Pairs of experiment and layer.
    pub fn experiment_layers(&self) -> Vec<(Cow<'_, str>, &str)> {
        let entries = |key: &str| self.get(key).as_object().into_iter().flat_map(|map| map.iter());
        match self.dialect {
            Dialect::V1 => entries("layers")
                .flat_map(|(layer, experiments)| names(experiments, layer))
                .collect(),
            Dialect::V2 => entries("experiment_to_layer")
                .filter_map(|(name, layer)| Some((Cow::Borrowed(name), layer.as_str()?)))
                .collect(),
        }
    }
}

/// The experiments of a layer, each with it.
fn names<'a>(
    experiments: &'a JsValue,
    layer: &'a str,
) -> impl Iterator<Item = (Cow<'a, str>, &'a str)> {
    experiments.as_array().unwrap_or_default().iter().map(move |name| (to_string(name), layer))
}
