//! Reads a document in parts, which are checked one after the other. Parts of the document before,
//! which are known by their marks, are not even checked again.
//!
//! serde_json reads every name and value; what is done here is to go from one to the next, so that
//! whoever reads can stop in between.

use std::borrow::Cow;

use serde::de::Deserialize;
use serde_json::value::RawValue;
use serde_json::Error;

use super::document::{Document, Part, PartNumber, PART_DEPTH};
use super::json::{decode, parse_nested, prepared, MAX_DEPTH, TOO_DEEP};
use super::part_mark::{KnownParts, PartMark};
use super::value::{JsObject, JsValue};

/// The text of a document as [`DocumentReader`] reads it.
pub fn document_text(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    let decoded = match bytes {
        Cow::Borrowed(bytes) => decode(bytes),
        Cow::Owned(bytes) => Cow::Owned(
            String::from_utf8(bytes).unwrap_or_else(|error| decode(error.as_bytes()).into_owned()),
        ),
    };
    match decoded {
        Cow::Borrowed(text) => prepared(text),
        Cow::Owned(text) => {
            let changed = match prepared(&text) {
                Cow::Borrowed(same) if same.len() == text.len() => None,
                other => Some(other.into_owned()),
            };
            Cow::Owned(changed.unwrap_or(text))
        }
    }
}

/// Why a document is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// It is not the JSON of an object.
    NotJson,
    /// It nests too deep.
    TooDeep,
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Refusal {
        let is_deep = error.to_string().contains(TOO_DEEP);
        if is_deep {
            Refusal::TooDeep
        } else {
            Refusal::NotJson
        }
    }
}

/// `JSON.parse` of an object, but for the elements of the arrays and objects that are its properties
/// by one of these names.
///
/// # Errors
/// As `json::parse`, also for what is wrong inside of elements, and when the text is no object.
pub fn parse_document<'a>(
    text: impl Into<Cow<'a, str>>,
    lists: &'static [&'static str],
) -> Result<Document<'a>, Refusal> {
    let mut reader = DocumentReader::new(text.into(), lists, Vec::new());
    while !reader.step()? {}
    Ok(reader.finish())
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Next {
    Document,
    Property,
    Element,
    Nothing,
}

/// Elements of a list, by the numbers of their parts.
#[derive(Debug)]
enum Items {
    Array(Vec<JsValue>),
    Object(Vec<(Box<str>, JsValue)>),
}

/// Reads a document step by step.
#[derive(Debug)]
pub struct DocumentReader<'a> {
    text: Cow<'a, str>,
    lists: &'static [&'static str],
    known: KnownParts,
    at: usize,
    next: Next,
    /// The list that is being read, with its name.
    list: Option<(Box<str>, Items)>,
    entries: Vec<(Box<str>, JsValue)>,
    parts: Vec<Part>,
}

impl<'a> DocumentReader<'a> {
    /// `known`: the marks of a document that this one may repeat.
    pub fn new(
        text: Cow<'a, str>,
        lists: &'static [&'static str],
        known: Vec<PartMark>,
    ) -> DocumentReader<'a> {
        DocumentReader {
            text,
            lists,
            known: KnownParts::new(known),
            at: 0,
            next: Next::Document,
            list: None,
            entries: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// Bytes of the text that were read.
    pub fn position(&self) -> usize {
        self.at
    }

    /// Reads the next property or element. True: that was all.
    ///
    /// # Errors
    /// See [`parse_document`]; there is nothing to go on with then.
    pub fn step(&mut self) -> Result<bool, Refusal> {
        self.next = match self.next {
            Next::Document => {
                self.take(b'{')?;
                if self.takes(b'}') {
                    self.end()?
                } else {
                    Next::Property
                }
            }
            Next::Property => self.property()?,
            Next::Element => self.element()?,
            Next::Nothing => Next::Nothing,
        };
        Ok(self.next == Next::Nothing)
    }

    /// What was read.
    pub fn finish(self) -> Document<'a> {
        let root = JsValue::Object(JsObject::from_entries(self.entries));
        Document { text: self.text, root, parts: self.parts }
    }

    fn property(&mut self) -> Result<Next, Refusal> {
        let name = self.name()?;
        if self.lists.contains(&&*name) {
            let items = match self.peek() {
                Some(b'[') => Some(Items::Array(Vec::new())),
                Some(b'{') => Some(Items::Object(Vec::new())),
                _ => None,
            };
            if let Some(items) = items {
                self.at += 1;
                let close = close_of(&items);
                self.list = Some((name, items));
                return if self.takes(close) { self.end_list() } else { Ok(Next::Element) };
            }
        }
        let (start, end) = self.value()?;
        let value = parse_nested(self.text.get(start..end).unwrap_or_default(), 1)?;
        self.entries.push((name, value));
        self.behind_property()
    }

    fn element(&mut self) -> Result<Next, Refusal> {
        let is_object = matches!(self.list, Some((_, Items::Object(_))));
        let name = if is_object { Some(self.name()?) } else { None };
        let number = JsValue::Number(self.part()? as f64);
        let close = match (&mut self.list, name) {
            (Some((_, Items::Object(entries))), Some(name)) => {
                entries.push((name, number));
                b'}'
            }
            (Some((_, Items::Array(items))), _) => {
                items.push(number);
                b']'
            }
            _ => return Err(Refusal::NotJson),
        };
        if self.takes(b',') {
            return Ok(Next::Element);
        }
        self.take(close)?;
        self.end_list()
    }

    fn end_list(&mut self) -> Result<Next, Refusal> {
        if let Some((name, items)) = self.list.take() {
            let value = match items {
                Items::Array(items) => JsValue::Array(items),
                Items::Object(entries) => JsValue::Object(JsObject::from_entries(entries)),
            };
            self.entries.push((name, value));
        }
        self.behind_property()
    }

    fn behind_property(&mut self) -> Result<Next, Refusal> {
        if self.takes(b',') {
            return Ok(Next::Property);
        }
        self.take(b'}')?;
        self.end()
    }

    fn end(&mut self) -> Result<Next, Refusal> {
        match self.peek() {
            None => Ok(Next::Nothing),
            Some(_) => Err(Refusal::NotJson),
        }
    }

    /// Checks a part, unless it is known; its number.
    fn part(&mut self) -> Result<PartNumber, Refusal> {
        self.peek();
        let rest = self.text.get(self.at..).unwrap_or_default();
        let part = match self.known.repeated_by(rest) {
            Some(mark) => {
                let start = self.at;
                self.at += mark.length();
                Part { start, mark }
            }
            None => {
                let (start, end) = self.value()?;
                let text = self.text.get(start..end).unwrap_or_default();
                if is_too_deep(text) {
                    return Err(Refusal::TooDeep);
                }
                let mark = PartMark::of(text);
                self.known.pass(mark);
                Part { start, mark }
            }
        };
        self.parts.push(part);
        Ok(self.parts.len() - 1)
    }

    /// Reads a name and its colon.
    fn name(&mut self) -> Result<Box<str>, Refusal> {
        if self.peek() != Some(b'"') {
            return Err(Refusal::NotJson);
        }
        let (name, length) = first_value::<Box<str>>(&self.text, self.at)?;
        self.at += length;
        self.take(b':')?;
        Ok(name)
    }

    /// Steps over a value; where it stands.
    fn value(&mut self) -> Result<(usize, usize), Refusal> {
        let (raw, length) = first_value::<&RawValue>(&self.text, self.at)?;
        let value = raw.get().len();
        self.at += length;
        Ok((self.at - value, self.at))
    }

    /// The next byte that is no space.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            if !matches!(byte, b' ' | b'\n' | b'\t' | b'\r') {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    /// Whether the next byte is this one, which is stepped over then.
    fn takes(&mut self, byte: u8) -> bool {
        let is_next = self.peek() == Some(byte);
        self.at += usize::from(is_next);
        is_next
    }

    fn take(&mut self, byte: u8) -> Result<(), Refusal> {
        self.takes(byte).then_some(()).ok_or(Refusal::NotJson)
    }
}

fn close_of(items: &Items) -> u8 {
    match items {
        Items::Array(_) => b']',
        Items::Object(_) => b'}',
    }
}

/// The value at a place of a text, and how many bytes it takes, with the space in front of it.
fn first_value<'t, T: Deserialize<'t>>(text: &'t str, at: usize) -> Result<(T, usize), Refusal> {
    let rest = text.get(at..).unwrap_or_default();
    let mut values = serde_json::Deserializer::from_str(rest).into_iter::<T>();
    let value = values.next().ok_or(Refusal::NotJson)??;
    Ok((value, values.byte_offset()))
}

/// Whether a part nests so deep that the document does not parse.
fn is_too_deep(text: &str) -> bool {
    const MOST: usize = MAX_DEPTH - PART_DEPTH;
    // No spec of a real payload has so many brackets; only such texts are read.
    text.bytes().filter(|b| matches!(b, b'[' | b'{')).count() > MOST
        && parse_nested(text, PART_DEPTH).is_err()
}

#[cfg(test)]
mod tests {
    use super::super::json::tests::MALFORMED;
    use super::super::json::{parse, MAX_DEPTH};
    use super::super::{stringify, Document};
    use super::*;

    const LISTS: &[&str] = &["specs", "map"];

    /// The document with each part in its place.
    fn whole(bytes: &[u8]) -> Result<String, Refusal> {
        Ok(filled(&parse_document(document_text(bytes.into()), LISTS)?))
    }

    fn filled(document: &Document<'_>) -> String {
        let part = |item: &JsValue| stringify(&document.part(Document::number(item).unwrap()));
        let fill = |list: &JsValue| match list {
            JsValue::Array(items) => {
                format!("[{}]", items.iter().map(part).collect::<Vec<_>>().join(","))
            }
            JsValue::Object(map) => format!(
                "{{{}}}",
                map.iter()
                    .map(|(key, item)| format!("{key:?}:{}", part(item)))
                    .collect::<Vec<_>>()
                    .join(",")
            ),
            other => stringify(other),
        };
        let entries = document.root.as_object().unwrap().iter().map(|(key, value)| {
            format!("{key:?}:{}", if LISTS.contains(&key) { fill(value) } else { stringify(value) })
        });
        format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
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
    fn what_is_no_object_is_refused() {
        for text in ["7", "null", "\"specs\"", "[[1],{\"specs\":[2]}]", "", "{}{}", "{} x"] {
            assert!(parse_document(text, LISTS).is_err(), "{text}");
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

    /// Reads a document that may repeat another; the bytes of parts that were checked anew.
    fn again(text: &str, before: &Document<'_>) -> Result<(String, usize), Refusal> {
        let mut reader = DocumentReader::new(text.into(), LISTS, before.marks());
        while !reader.step()? {}
        let checked = reader.known.checked;
        Ok((filled(&reader.finish()), checked))
    }

    #[test]
    fn parts_that_are_known_are_not_checked_again() {
        let part = |i: usize| format!("{{\"name\":\"s{i}\",\"x\":[{i},\"é]}}\"]}}");
        let list = |of: &[usize]| of.iter().map(|i| part(*i)).collect::<Vec<_>>().join(" , ");
        let text = |of: &[usize]| format!("{{\"specs\":[{}],\"map\":{{\"k\":{{}}}}}}", list(of));
        let text_before = text(&[1, 2, 3, 4, 5]);
        let before = parse_document(&*text_before, LISTS).unwrap();
        for (of, fresh) in [
            (&[1, 2, 3, 4, 5][..], 0),
            (&[1, 2, 9, 4, 5], 1),
            (&[9, 1, 2, 3, 4, 5], 2),
            (&[2, 3, 4, 5], 1),
            (&[1, 2, 9, 8, 7], 3),
            (&[], 1),
        ] {
            let text = text(of);
            let (found, checked) = again(&text, &before).unwrap();
            assert_eq!(found, whole(text.as_bytes()).unwrap());
            assert_eq!(checked, fresh, "{of:?}");
        }
    }

    #[test]
    fn what_begins_like_a_known_part_is_checked() {
        let before = parse_document("{\"specs\":[5,\"a\",{\"a\":1}]}", LISTS).unwrap();
        for text in [
            "{\"specs\":[51,\"a\",{\"a\":1}]}",
            "{\"specs\":[5,\"a\",{\"a\":1}}",
            "{\"specs\":[5,\"a\",{\"a\":1}1]}",
            "{\"specs\":[5,\"a\",{\"a\":1},]}",
            "{\"specs\":[5,\"a\",{\"a\":1",
            "{\"specs\":{\"x\":5,\"y\":\"a\",\"z\":{\"a\":1}}}",
        ] {
            let found = again(text, &before).map(|(found, _)| found);
            assert_eq!(found, whole(text.as_bytes()), "{text}");
        }
    }
}
