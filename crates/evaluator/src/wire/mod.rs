//! Payloads as received: dcs-v1 (arrays of specs, inline conditions) and dcs-v2 (maps, `condition_map`), told apart
//! by their shape. Wire values stay dynamic, because that is how the JavaScript that defines their meaning reads them.

use crate::js_semantics::{parse, JsValue};
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

/// A spec as found in the payload; `name` is undefined where it has none.
pub struct SpecWire<'a> {
    /// Its name.
    pub name: Option<&'a str>,
    /// The spec object.
    pub json: &'a JsValue,
}

/// A parsed payload.
pub struct Payload {
    /// The whole object.
    pub root: JsValue,
    /// Its format.
    pub format: Format,
}

const LISTS: [&str; 3] = ["feature_gates", "dynamic_configs", "layer_configs"];

impl Payload {
    /// Parses the text and recognises the format. Does not look into the specs.
    ///
    /// # Errors
    /// When the text is not a JSON object.
    pub fn parse(bytes: &[u8]) -> Result<Payload, PayloadError> {
        let root = parse(bytes).map_err(|_| PayloadError::NotJson)?;
        if root.as_object().is_none() {
            return Err(PayloadError::NotJson);
        }
        let is_map = |key: &str| matches!(property(&root, key), JsValue::Object(_));
        let v2 = LISTS.iter().any(|key| is_map(key)) || is_map("condition_map");
        Ok(Payload { format: if v2 { Format::V2 } else { Format::V1 }, root })
    }

    /// A top-level property; undefined when missing.
    pub fn get(&self, key: &str) -> &JsValue {
        property(&self.root, key)
    }

    /// The specs of a kind, in the order of the document (v1) or of JavaScript properties (v2).
    ///
    /// # Errors
    /// When the list is missing or has the wrong type for the format.
    pub fn specs(&self, kind: SpecKind) -> Result<Vec<SpecWire<'_>>, PayloadError> {
        let key = LISTS[kind as usize];
        match (self.format, self.get(key)) {
            (Format::V1, JsValue::Array(items)) => {
                Ok(items.iter().map(|json| SpecWire { name: property(json, "name").as_str(), json }).collect())
            }
            (Format::V2, JsValue::Object(map)) => {
                Ok(map.iter().map(|(name, json)| SpecWire { name: Some(name), json }).collect())
            }
            _ => Err(PayloadError::MissingSpecs(key)),
        }
    }

    /// A condition that a rule holds: the object itself (v1) or the one its id stands for (v2).
    pub fn condition<'a>(&'a self, entry: &'a JsValue) -> &'a JsValue {
        match (self.format, entry) {
            (Format::V2, JsValue::String(id)) => property(self.get("condition_map"), id),
            _ => entry,
        }
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
