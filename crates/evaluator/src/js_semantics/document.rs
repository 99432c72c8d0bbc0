//! A document read in parts: the elements of its large lists are checked at once and parsed when
//! they are asked for, so that a payload never stands in memory as a tree. (The tree of 5 MB took
//! 30 MB, most of which stayed with the process: what was compiled lay between its remains.)

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::Error;

use super::json::{decode, parse_nested, prepared, MAX_DEPTH, TOO_DEEP};
use super::value::{JsObject, JsValue};

/// The text of a document as [`Document::parse`] reads it.
pub fn document_text(bytes: &[u8]) -> Cow<'_, str> {
    match decode(bytes) {
        Cow::Borrowed(text) => prepared(text),
        Cow::Owned(text) => Cow::Owned(prepared(&text).into_owned()),
    }
}

/// See the head of this file.
#[derive(Debug)]
pub struct Document<'a> {
    /// The properties of the document; in the place of a part stands its number.
    pub root: JsValue,
    parts: Vec<&'a str>,
}

impl<'a> Document<'a> {
    /// `JSON.parse` of an object, but for the elements of the arrays and objects that are its
    /// properties by one of these names.
    ///
    /// # Errors
    /// As `json::parse`, also for what is wrong inside of elements, and when the text is no object.
    pub fn parse(text: &'a str, lists: &[&str]) -> Result<Document<'a>, Error> {
        // A list that is neither array nor object takes the second way, which costs another scan of
        // all lists.
        Self::read(text, lists, ListReading::AtOnce)
            .or_else(|_| Self::read(text, lists, ListReading::AsText))
    }

    fn read(text: &'a str, lists: &[&str], reading: ListReading) -> Result<Document<'a>, Error> {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let mut parts = Vec::new();
        let root = deserializer.deserialize_map(Root { lists, reading, parts: &mut parts })?;
        deserializer.end()?;
        Ok(Document { root, parts })
    }

    /// The part that a value in the place of one stands for; undefined for anything else.
    pub fn part(&self, number: &JsValue) -> JsValue {
        // What was checked can be parsed.
        self.text(number).and_then(|text| parse_nested(text, PART_DEPTH).ok()).unwrap_or_default()
    }

    /// Its property `name`, if it is an object where that is a string. Reads the whole part.
    pub fn part_name(&self, number: &JsValue) -> Option<Box<str>> {
        let raw = serde_json::Deserializer::from_str(self.text(number)?)
            .deserialize_map(LastName)
            .ok()??;
        match parse_nested(raw.get(), 0) {
            Ok(JsValue::String(name)) => Some(name),
            _ => None,
        }
    }

    fn text(&self, number: &JsValue) -> Option<&'a str> {
        self.parts.get(number.as_number()? as usize).copied()
    }
}

/// How the value of a list's name is read.
#[derive(Clone, Copy, PartialEq)]
enum ListReading {
    /// As an array or object.
    AtOnce,
    /// As a text, which shows what it is.
    AsText,
}

/// The properties of a document; those that are lists by the numbers of their elements.
struct Root<'l, 'p, 'a> {
    lists: &'l [&'l str],
    reading: ListReading,
    parts: &'p mut Vec<&'a str>,
}

impl<'a> Visitor<'a> for Root<'_, '_, 'a> {
    type Value = JsValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<JsValue, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key::<Box<str>>()? {
            let is_list = self.lists.contains(&&*key);
            let elements = Elements { parts: &mut *self.parts };
            let value = if is_list && self.reading == ListReading::AtOnce {
                map.next_value_seed(elements)?
            } else {
                let text = map.next_value::<&RawValue>()?.get();
                let read = match is_list && text.starts_with(['[', '{']) {
                    true => elements.deserialize(&mut serde_json::Deserializer::from_str(text)),
                    false => parse_nested(text, 1),
                };
                read.map_err(de::Error::custom)?
            };
            entries.push((key, value));
        }
        Ok(JsValue::Object(JsObject::from_entries(entries)))
    }
}

/// An array or object with the numbers of its elements, which become parts.
struct Elements<'p, 'a> {
    parts: &'p mut Vec<&'a str>,
}

impl<'a> Elements<'_, 'a> {
    fn keep<E: de::Error>(&mut self, element: &'a RawValue) -> Result<JsValue, E> {
        if is_too_deep(element.get()) {
            return Err(E::custom(TOO_DEEP));
        }
        self.parts.push(element.get());
        Ok(JsValue::Number((self.parts.len() - 1) as f64))
    }
}

impl<'a> DeserializeSeed<'a> for Elements<'_, 'a> {
    type Value = JsValue;

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<JsValue, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'a> Visitor<'a> for Elements<'_, 'a> {
    type Value = JsValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array or an object")
    }

    fn visit_seq<A: SeqAccess<'a>>(mut self, mut seq: A) -> Result<JsValue, A::Error> {
        let mut items = Vec::new();
        while let Some(element) = seq.next_element()? {
            items.push(self.keep(element)?);
        }
        Ok(JsValue::Array(items))
    }

    fn visit_map<A: MapAccess<'a>>(mut self, mut map: A) -> Result<JsValue, A::Error> {
        let mut entries = Vec::new();
        while let Some((key, element)) = map.next_entry::<Box<str>, _>()? {
            entries.push((key, self.keep(element)?));
        }
        Ok(JsValue::Object(JsObject::from_entries(entries)))
    }
}

/// A part is inside of its list and of the document.
const PART_DEPTH: usize = 2;

/// Whether a part nests so deep that the document does not parse.
fn is_too_deep(text: &str) -> bool {
    const MOST: usize = MAX_DEPTH - PART_DEPTH;
    // No spec of a real payload has so many brackets; only such texts are read.
    text.bytes().filter(|b| matches!(b, b'[' | b'{')).count() > MOST
        && parse_nested(text, PART_DEPTH).is_err()
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
    use super::super::json::tests::MALFORMED;
    use super::super::{parse, stringify};
    use super::*;

    const LISTS: [&str; 2] = ["specs", "map"];

    /// The document with each part in its place.
    fn whole(bytes: &[u8]) -> Result<String, Error> {
        let text = document_text(bytes);
        let document = Document::parse(&text, &LISTS)?;
        let fill = |list: &JsValue| match list {
            JsValue::Array(items) => {
                format!(
                    "[{}]",
                    items
                        .iter()
                        .map(|item| stringify(&document.part(item)))
                        .collect::<Vec<_>>()
                        .join(",")
                )
            }
            JsValue::Object(map) => format!(
                "{{{}}}",
                map.iter()
                    .map(|(key, item)| format!("{key:?}:{}", stringify(&document.part(item))))
                    .collect::<Vec<_>>()
                    .join(",")
            ),
            other => stringify(other),
        };
        let entries = document.root.as_object().unwrap().iter().map(|(key, value)| {
            format!("{key:?}:{}", if LISTS.contains(&key) { fill(value) } else { stringify(value) })
        });
        Ok(format!("{{{}}}", entries.collect::<Vec<_>>().join(",")))
    }

    #[test]
    fn parts_are_what_parsing_at_once_gives() {
        for text in [
            "{}",
            " {\"a\" : [1, {\"specs\":[3]}] , \"specs\" : [ {\"name\":\"x\",\"b\":[{},[],\"\\\"\\u00e9]\"]} , 5,null , [ 1 ],\"t\" ] ,\"map\":{ \"k\" : { } ,\"2\":1,\"k\":true } } ",
            "{\"specs\":[1],\"specs\":[2,3],\"map\":[]}",
            "{\"specs\":5,\"map\":\"x\",\"n\":[1e400,\"\\ud800\"]}",
            "{\"specs\":[1e400,{\"a\":-1e400}],\"map\":1e400,\"\\udc00\":{\"specs\":[1]}}",
            "\u{feff}{\"specs\":[\"\u{e9}\",{\"a\":\"\u{1F600}\"}]}",
        ] {
            assert_eq!(whole(text.as_bytes()).unwrap(), stringify(&parse(text.as_bytes()).unwrap()), "{text}");
        }
        assert_eq!(whole(b"{\"specs\":[\"a\xffb\"]}").unwrap(), "{\"specs\":[\"a\u{fffd}b\"]}");
    }

    #[test]
    fn names_are_those_of_the_parsed_objects() {
        let text = r#"{"specs":[{"name":"a"},{"x":{"name":"no"},"n\u0061me":"b\n"},{"name":"first","name":"last"},
            {"name":"text","name":5},{"name":{"name":"deep"}},["name"],"name",{"x":["name",{"name":"no"}]},{"name" : "c" }]}"#;
        let document = Document::parse(text, &LISTS).unwrap();
        for item in document.root.get("specs").unwrap().as_array().unwrap() {
            let parsed = document.part(item);
            assert_eq!(
                document.part_name(item).as_deref(),
                parsed.get("name").and_then(JsValue::as_str),
                "{}",
                stringify(&parsed)
            );
        }
        assert_eq!(document.part(&JsValue::Number(99.0)).as_object().map(|_| ()), None);
        assert!(document.part_name(&JsValue::Null).is_none());
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for text in ["7", "null", "\"specs\"", "[[1],{\"specs\":[2]}]", "", "{}{}", "{} x"] {
            assert!(Document::parse(text, &LISTS).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_wrong_inside_of_a_part_is_wrong() {
        for element in MALFORMED {
            for text in [
                format!("{{\"specs\":[{element}]}}"),
                format!("{{\"specs\":[0,{{\"x\":[{element}]}}]}}"),
            ] {
                assert_eq!(
                    whole(text.as_bytes()).is_ok(),
                    parse(text.as_bytes()).is_ok(),
                    "{text}"
                );
            }
        }
    }

    #[test]
    fn depth_is_bounded_alike() {
        for depth in [MAX_DEPTH - 2, MAX_DEPTH - 1, MAX_DEPTH, 100_000] {
            let nested = format!("{}{}", "[".repeat(depth), "]".repeat(depth));
            for text in [
                format!("{{\"specs\":[{nested}]}}"),
                format!("{{\"specs\":{nested}}}"),
                format!("{{\"n\":{nested}}}"),
            ] {
                assert_eq!(
                    whole(text.as_bytes()).is_ok(),
                    parse(text.as_bytes()).is_ok(),
                    "{depth}"
                );
            }
        }
    }
}
