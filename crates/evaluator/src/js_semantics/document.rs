//! A document read in parts: the elements of its large lists are parsed when they are asked for, so
//! that a payload never stands in memory as a tree. (The tree of 5 MB took 30 MB, most of which
//! stayed with the process: what was compiled lay between its remains.)

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::json::parse_nested;
use super::part_mark::PartMark;
use super::value::JsValue;

/// A part is inside of its list and of the document.
pub(super) const PART_DEPTH: usize = 2;

/// Where a part stands in the text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    pub(super) start: usize,
    pub(super) mark: PartMark,
}

/// Number of a part, in the order of the text.
pub type PartNumber = usize;

/// See the head of this file.
#[derive(Debug)]
pub struct Document<'a> {
    pub(super) text: Cow<'a, str>,
    /// The properties of the document; in the place of a part stands its number.
    pub root: JsValue,
    pub(super) parts: Vec<Part>,
}

impl<'a> Document<'a> {
    /// The part that a value in the place of one stands for.
    pub fn number(value: &JsValue) -> Option<PartNumber> {
        value.as_number().map(|number| number as PartNumber)
    }

    /// A part, parsed; undefined when there is none of this number.
    pub fn part(&self, number: PartNumber) -> JsValue {
        // What was checked can be parsed.
        self.text(number).and_then(|text| parse_nested(text, PART_DEPTH).ok()).unwrap_or_default()
    }

    /// Its property `name`, if it is an object where that is a string. Reads the whole part.
    pub fn part_name(&self, number: PartNumber) -> Option<Box<str>> {
        let raw = serde_json::Deserializer::from_str(self.text(number)?)
            .deserialize_map(LastName)
            .ok()??;
        match parse_nested(raw.get(), 0) {
            Ok(JsValue::String(name)) => Some(name),
            _ => None,
        }
    }

    /// The mark of a part.
    pub fn mark(&self, number: PartNumber) -> Option<PartMark> {
        self.parts.get(number).map(|part| part.mark)
    }

    /// The marks of all parts, in order.
    pub fn marks(&self) -> Vec<PartMark> {
        self.parts.iter().map(|part| part.mark).collect()
    }

    fn text(&self, number: PartNumber) -> Option<&str> {
        let Part { start, mark } = self.parts.get(number)?;
        self.text.get(*start..start + mark.length())
    }
}

/// The last property `name` of an object.
struct LastName;

impl<'a> Visitor<'a> for LastName {
    type Value = Option<&'a RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut name = None;
        while let Some(is_name) = map.next_key_seed(IsName)? {
            match is_name {
                true => name = Some(map.next_value()?),
                false => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(name)
    }
}

/// Whether a key is `name`.
struct IsName;

impl<'a> DeserializeSeed<'a> for IsName {
    type Value = bool;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for IsName {
    type Value = bool;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a property name")
    }

    fn visit_str<E>(self, key: &str) -> Result<bool, E> {
        Ok(key == "name")
    }
}

#[cfg(test)]
mod tests {
    use super::super::document_reader::parse_document;
    use super::super::stringify;
    use super::*;

    #[test]
    fn names_are_those_of_the_parsed_objects() {
        let text = r#"{"specs":[{"name":"a"},{"x":{"name":"no"},"n\u0061me":"b\n"},{"name":"first","name":"last"},
            {"name":"text","name":5},{"name":{"name":"deep"}},["name"],"name",{"x":["name",{"name":"no"}]},{"name" : "c" }]}"#;
        let document = parse_document(text, &["specs"]).unwrap();
        for item in document.root.get("specs").unwrap().as_array().unwrap() {
            let number = Document::number(item).unwrap();
            let parsed = document.part(number);
            assert_eq!(
                document.part_name(number).as_deref(),
                parsed.get("name").and_then(JsValue::as_str),
                "{}",
                stringify(&parsed)
            );
        }
        assert!(document.part(99).is_nullish() && document.part_name(99).is_none());
        assert!(document.mark(99).is_none() && Document::number(&JsValue::Null).is_none());
    }
}
