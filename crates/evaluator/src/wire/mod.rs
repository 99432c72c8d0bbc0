//! Payloads as received: dcs-v1 (arrays of specs, inline conditions) and dcs-v2 (maps, `condition_map`), told apart
//! by their shape. Wire values stay dynamic, because that is how the JavaScript that defines their meaning reads them.

use std::borrow::Cow;

use crate::js_semantics::{Document, JsValue};
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
    /// One of the three lists of specs is missing or has the wrong type.
    MissingSpecs(&'static str),
}

impl std::fmt::Display for PayloadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            PayloadError::NotJson => write!(f, "the payload is not a JSON object"),
            PayloadError::MissingSpecs(key) => write!(f, "the payload has no usable `{key}`"),
        }
    }
}

impl std::error::Error for PayloadError {}

/// Which of the two formats a payload has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Arrays.
    V1,
    /// Maps.
    V2,
}

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
    /// Its format.
    pub format: Format,
}

const LISTS: [&str; 3] = ["feature_gates", "dynamic_configs", "layer_configs"];
const CONDITIONS: &str = "condition_map";

impl<'a> Payload<'a> {
    /// Parses what `document_text` gives and recognises the format. Does not look into the specs.
    ///
    /// # Errors
    /// When the text is not a JSON object.
    pub fn parse(text: &'a str) -> Result<Payload<'a>, PayloadError> {
        let [gates, configs, layers] = LISTS;
        let lists = [gates, configs, layers, CONDITIONS];
        let document = Document::parse(text, &lists).map_err(|_| PayloadError::NotJson)?;
        let is_map = |key: &str| matches!(property(&document.root, key), JsValue::Object(_));
        let v2 = LISTS.iter().any(|key| is_map(key)) || is_map(CONDITIONS);
        Ok(Payload { format: if v2 { Format::V2 } else { Format::V1 }, document })
    }

    /// A top-level property; undefined when missing.
    pub fn get(&self, key: &str) -> &JsValue {
        property(&self.document.root, key)
    }

    /// The specs of a kind, in the order of the document (v1) or of JavaScript properties (v2).
    ///
    /// # Errors
    /// When the list is missing or has the wrong type for the format.
    pub fn specs(&self, kind: SpecKind) -> Result<Vec<SpecWire<'_>>, PayloadError> {
        let key = LISTS[kind as usize];
        match (self.format, self.get(key)) {
            (Format::V1, JsValue::Array(items)) => Ok(items
                .iter()
                .map(|part| SpecWire {
                    name: self.document.part_name(part).map(|name| name.into_string().into()),
                    part,
                })
                .collect()),
            (Format::V2, JsValue::Object(map)) => {
                Ok(map.iter().map(|(name, part)| SpecWire { name: Some(name.into()), part }).collect())
            }
            _ => Err(PayloadError::MissingSpecs(key)),
        }
    }

    /// Parses a spec.
    pub fn spec(&self, part: &JsValue) -> JsValue {
        self.document.part(part)
    }

    /// The id of a condition that a rule names rather than holds (v2).
    pub fn condition_id<'b>(&self, entry: &'b JsValue) -> Option<&'b str> {
        entry.as_str().filter(|_| self.format == Format::V2)
    }

    /// Parses the condition of an id; undefined when there is none.
    pub fn condition(&self, id: &str) -> JsValue {
        self.document.part(property(self.get(CONDITIONS), id))
    }

    /// Pairs of experiment and layer.
    pub fn experiment_layers(&self) -> Vec<(&str, &str)> {
        let mut pairs = Vec::new();
        if let Some(layers) = self.get("layers").as_object() {
            for (layer, experiments) in layers.iter() {
                let names = experiments.as_array().unwrap_or_default().iter().filter_map(JsValue::as_str);
                pairs.extend(names.map(|name| (name, layer)));
            }
        }
        if let Some(map) = self.get("experiment_to_layer").as_object() {
            pairs.extend(map.iter().filter_map(|(name, layer)| layer.as_str().map(|layer| (name, layer))));
        }
        pairs
    }
}
