//! Payloads as received: dcs-v1 (arrays of specs, inline conditions) and dcs-v2 (maps,
//! `condition_map`), told apart by their shape. Wire values stay dynamic, because that is how the
//! JavaScript that defines their meaning reads them.

use std::borrow::Cow;

use crate::dialect::Dialect;
use crate::js_semantics::json::MAX_DEPTH;
use crate::js_semantics::{
    property, to_string, Document, DocumentReader, JsValue, PartMark, PartNumber, Refusal,
};
use crate::store::SpecKind;

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

impl From<Refusal> for PayloadError {
    fn from(refusal: Refusal) -> PayloadError {
        match refusal {
            Refusal::NotJson => PayloadError::NotJson,
            Refusal::TooDeep => PayloadError::TooDeep,
        }
    }
}

/// A spec as found in the payload.
pub struct SpecWire<'a> {
    /// Its key, where specs have one.
    key: Option<&'a str>,
    /// What [`Payload::spec`] takes.
    pub part: PartNumber,
}

impl SpecWire<'_> {
    /// Whether its name stands in front of it, and not in it.
    pub fn has_key(&self) -> bool {
        self.key.is_some()
    }
}

/// A parsed payload.
#[derive(Debug)]
pub struct Payload<'a> {
    /// The whole object; specs and the conditions of v2 are parsed one at a time.
    document: Document<'a>,
    /// Its dialect.
    pub dialect: Dialect,
}

const GATES: &str = "feature_gates";
const LISTS: [&str; 3] = [GATES, "dynamic_configs", "layer_configs"];
const CONDITIONS: &str = "condition_map";
/// What is read in parts.
const PARTS: [&str; 4] = [LISTS[0], LISTS[1], LISTS[2], CONDITIONS];

/// Reads what `document_text` gives. `known`: the marks of a payload that this one may repeat.
pub fn payload_reader(text: Cow<'_, str>, known: Vec<PartMark>) -> DocumentReader<'_> {
    DocumentReader::new(text, &PARTS, known)
}

impl<'a> Payload<'a> {
    /// Recognises the dialect. Does not look into the specs.
    pub fn of(document: Document<'a>) -> Payload<'a> {
        let is_map = matches!(property(&document.root, GATES), JsValue::Object(_));
        Payload { dialect: if is_map { Dialect::V2 } else { Dialect::V1 }, document }
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
                .filter_map(Document::number)
                .map(|part| SpecWire { key: None, part })
                .collect()),
            (Dialect::V2, JsValue::Object(map)) => Ok(map
                .iter()
                .filter_map(|(key, part)| Some((key, Document::number(part)?)))
                .map(|(key, part)| SpecWire { key: Some(key), part })
                .collect()),
            _ => Err(PayloadError::MissingPart(key)),
        }
    }

    /// The name of a spec; None where it has none. In dcs-v1 it is to be looked for.
    pub fn name<'b>(&self, spec: &SpecWire<'b>) -> Option<Cow<'b, str>> {
        match spec.key {
            Some(key) => Some(key.into()),
            None => self.document.part_name(spec.part).map(|name| name.into_string().into()),
        }
    }

    /// The mark of a spec.
    pub fn mark(&self, part: PartNumber) -> Option<PartMark> {
        self.document.mark(part)
    }

    /// The marks of all specs and conditions.
    pub fn marks(&self) -> Vec<PartMark> {
        self.document.marks()
    }

    /// The salt of a spec by its name (v2); undefined when there is none.
    pub fn salt(&self, kind: SpecKind, name: &str) -> JsValue {
        let part = self.get(LISTS[kind as usize]).get(name).and_then(Document::number);
        part.map_or(JsValue::Undefined, |part| property(&self.document.part(part), "salt").clone())
    }

    /// Parses a spec.
    pub fn spec(&self, part: PartNumber) -> JsValue {
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
        self.condition_part(id).map(|part| self.document.part(part))
    }

    /// The mark of the condition of an id.
    pub fn condition_mark(&self, id: &str) -> Option<PartMark> {
        self.condition_part(id).and_then(|part| self.document.mark(part))
    }

    fn condition_part(&self, id: &str) -> Option<PartNumber> {
        self.get(CONDITIONS).get(id).and_then(Document::number)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::js_semantics::document_text;

    fn with<R>(json: &str, work: impl FnOnce(&Payload<'_>) -> R) -> R {
        work(&payload(json).unwrap())
    }

    fn payload(json: &str) -> Result<Payload<'_>, PayloadError> {
        let mut reader = payload_reader(document_text(json.as_bytes().into()), Vec::new());
        while !reader.step()? {}
        Ok(Payload::of(reader.finish()))
    }

    fn names_of(payload: &Payload<'_>, kind: SpecKind) -> Vec<Option<String>> {
        let specs = payload.specs(kind).unwrap();
        specs.iter().map(|spec| payload.name(spec).as_deref().map(String::from)).collect()
    }

    #[test]
    fn lists_are_dcs_v1() {
        let json = r#"{"feature_gates":[{"name":"b"},{"name":"a"},{}],"dynamic_configs":{},
            "layers":{"l":["e",5],"m":null}}"#;
        with(json, |payload| {
            assert_eq!(payload.dialect, Dialect::V1);
            let names = names_of(payload, SpecKind::Gate);
            assert_eq!(names, [Some("b".into()), Some("a".into()), None]);
            for (kind, part) in
                [(SpecKind::Config, "dynamic_configs"), (SpecKind::Layer, "layer_configs")]
            {
                assert_eq!(payload.specs(kind).err(), Some(PayloadError::MissingPart(part)));
            }
            let pairs = payload.experiment_layers();
            assert_eq!(pairs, [("e".into(), "l"), ("5".into(), "l")]);
            assert!(payload.check_conditions().is_ok());
            assert_eq!(payload.condition_id(&JsValue::string("c")), None);
        });
    }

    #[test]
    fn maps_are_dcs_v2() {
        let json = r#"{"feature_gates":{"b":{"salt":"s"},"10":{},"2":{}},"dynamic_configs":[],
            "layer_configs":{},"experiment_to_layer":{"e":"l","f":5},
            "condition_map":{"c":{"type":"public"}}}"#;
        with(json, |payload| {
            assert_eq!(payload.dialect, Dialect::V2);
            let names = names_of(payload, SpecKind::Gate);
            assert_eq!(names, [Some("2".into()), Some("10".into()), Some("b".into())]);
            assert!(names_of(payload, SpecKind::Layer).is_empty());
            let missing = Some(PayloadError::MissingPart("dynamic_configs"));
            assert_eq!(payload.specs(SpecKind::Config).err(), missing);
            assert_eq!(payload.salt(SpecKind::Gate, "b").as_str(), Some("s"));
            assert!(payload.salt(SpecKind::Gate, "10").is_nullish());
            assert!(payload.salt(SpecKind::Layer, "b").is_nullish());
            assert_eq!(payload.experiment_layers(), [("e".into(), "l")]);
            let id = JsValue::string("c");
            assert_eq!(payload.condition_id(&id), Some("c"));
            let condition = payload.condition("c").unwrap();
            assert_eq!(property(&condition, "type").as_str(), Some("public"));
            assert!(payload.condition("d").is_none() && payload.check_conditions().is_ok());
        });
        let without = r#"{"feature_gates":{},"condition_map":[]}"#;
        let problem = with(without, |payload| payload.check_conditions());
        assert_eq!(problem, Err(PayloadError::MissingPart("condition_map")));
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for json in ["", "[]", "5", "null", "{"] {
            assert_eq!(payload(json).err(), Some(PayloadError::NotJson), "{json}");
        }
        let told = [PayloadError::NotJson, PayloadError::MissingPart("x")].map(|e| e.to_string());
        assert_eq!(told, ["the payload is not a JSON object", "the payload has no usable `x`"]);
    }
}
