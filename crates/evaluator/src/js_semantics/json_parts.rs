//! A document read in parts: the elements of its large lists are checked at once and parsed when they are asked for, so
//! that a payload never stands in memory as a tree. (The tree of 5 MB took 30 MB, most of which stayed with the process:
//! what was compiled lay between its remains.)

use std::borrow::Cow;
use std::ops::Range;

use super::json::{parse_str, JsonError, Open, Parser, MAX_DEPTH};
use super::value::JsValue;

/// An element of a list that was left out.
#[derive(Debug)]
pub(super) struct Part {
    text: Range<usize>,
    /// Its property `name`, if that is a string.
    name: Option<Box<str>>,
}

/// See the head of this file.
#[derive(Debug)]
pub struct Document<'a> {
    text: Cow<'a, str>,
    /// The document; in the place of a part stands its number.
    pub root: JsValue,
    parts: Vec<Part>,
}

impl<'a> Document<'a> {
    /// `JSON.parse` of the decoded bytes, but for the elements of the arrays and objects that are properties of the
    /// document by one of these names.
    ///
    /// # Errors
    /// As `json::parse`, also for what is wrong inside of elements.
    pub fn parse(bytes: &'a [u8], lists: &[&str]) -> Result<Document<'a>, JsonError> {
        let text = String::from_utf8_lossy(bytes);
        let content = text.strip_prefix('\u{feff}').unwrap_or(&text);
        let before = text.len() - content.len();
        let mut parser = Parser::new(content);
        parser.lists = lists;
        let root = parser.run()?;
        let mut parts = std::mem::take(&mut parser.parts);
        parts.iter_mut().for_each(|Part { text, .. }| *text = text.start + before..text.end + before);
        Ok(Document { text, root, parts })
    }

    /// The part that a value in the place of one stands for; undefined for anything else.
    pub fn part(&self, number: &JsValue) -> JsValue {
        let part = self.numbered(number);
        // What was checked can be parsed.
        part.and_then(|part| parse_str(self.text.get(part.text.clone())?).ok()).unwrap_or_default()
    }

    /// Its property `name`, if it is an object where that is a string.
    pub fn part_name(&self, number: &JsValue) -> Option<&str> {
        self.numbered(number)?.name.as_deref()
    }

    fn numbered(&self, number: &JsValue) -> Option<&Part> {
        self.parts.get(number.as_number()? as usize)
    }
}

impl Parser<'_> {
    /// The number of the part that begins here, which it steps over; None when no part is to begin here.
    pub(super) fn part(&mut self) -> Result<Option<JsValue>, JsonError> {
        let is_listed = match self.open.as_slice() {
            [Open::Object { key, .. }, _] => self.lists.contains(&&**key),
            _ => false,
        };
        if !is_listed {
            return Ok(None);
        }
        let start = self.at;
        let name = self.step_over()?;
        self.parts.push(Part { text: start..self.at, name });
        Ok(Some(JsValue::Number((self.parts.len() - 1) as f64)))
    }

    /// Steps over a value as strictly as it would be parsed. The property `name` of an object, if that is a string.
    fn step_over(&mut self) -> Result<Option<Box<str>>, JsonError> {
        let mut ends: Vec<u8> = Vec::new();
        let mut name = None;
        // The value that begins is that of the outermost object's property `name`.
        let mut is_name = false;
        loop {
            if is_name {
                name = None;
            }
            let opens = match self.peek() {
                Some(b'{') => Some(b'}'),
                Some(b'[') => Some(b']'),
                Some(b'"') => {
                    let text = self.text()?;
                    if is_name {
                        name = Some(text.into());
                    }
                    None
                }
                _ => {
                    self.start_value()?;
                    None
                }
            };
            if let Some(end) = opens {
                if self.open.len() + ends.len() >= MAX_DEPTH {
                    return Err(self.error("nested too deeply"));
                }
                self.at += 1;
                self.skip_white_space();
                if self.peek() != Some(end) {
                    ends.push(end);
                    is_name = self.step_over_key(&ends)?;
                    continue;
                }
                self.at += 1;
            }
            loop {
                let Some(end) = ends.last() else { return Ok(name) };
                self.skip_white_space();
                match self.peek() {
                    Some(b',') => break,
                    Some(next) if next == *end => {
                        self.at += 1;
                        ends.pop();
                    }
                    _ => return Err(self.error("expected ',' or an end")),
                }
            }
            self.at += 1;
            self.skip_white_space();
            is_name = self.step_over_key(&ends)?;
        }
    }

    /// Steps over a key and its colon, if an object is open. Whether it is `name` in the outermost one.
    fn step_over_key(&mut self, ends: &[u8]) -> Result<bool, JsonError> {
        if ends.last() != Some(&b'}') {
            return Ok(false);
        }
        let is_name = self.key()? == "name" && ends.len() == 1;
        self.skip_white_space();
        Ok(is_name)
    }
}

#[cfg(test)]
mod tests {
    use super::super::json::tests::MALFORMED;
    use super::super::{parse, stringify};
    use super::*;

    const LISTS: [&str; 2] = ["specs", "map"];

    /// The document with each part in its place.
    fn whole(bytes: &[u8]) -> Result<String, JsonError> {
        let document = Document::parse(bytes, &LISTS)?;
        let fill = |list: &JsValue| match list {
            JsValue::Array(items) => {
                format!("[{}]", items.iter().map(|item| stringify(&document.part(item))).collect::<Vec<_>>().join(","))
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
        let Some(map) = document.root.as_object() else { return Ok(stringify(&document.root)) };
        let entries = map.iter().map(|(key, value)| {
            format!("{key:?}:{}", if LISTS.contains(&key) { fill(value) } else { stringify(value) })
        });
        Ok(format!("{{{}}}", entries.collect::<Vec<_>>().join(",")))
    }

    #[test]
    fn parts_are_what_parsing_at_once_gives() {
        for text in [
            "{}",
            "7",
            "[[1],{\"specs\":[2]}]",
            " {\"a\" : [1, {\"specs\":[3]}] , \"specs\" : [ {\"name\":\"x\",\"b\":[{},[],\"\\\"\\u00e9]\"]} , 5,null , [ 1 ],\"t\" ] ,\"map\":{ \"k\" : { } ,\"2\":1,\"k\":true } } ",
            "{\"specs\":[1],\"specs\":[2,3],\"map\":[]}",
            "{\"specs\":5,\"map\":\"x\"}",
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
        let document = Document::parse(text.as_bytes(), &LISTS).unwrap();
        for item in document.root.get("specs").unwrap().as_array().unwrap() {
            let parsed = document.part(item);
            assert_eq!(
                document.part_name(item),
                parsed.get("name").and_then(JsValue::as_str),
                "{}",
                stringify(&parsed)
            );
        }
        assert_eq!(document.part(&JsValue::Number(99.0)).as_object().map(|_| ()), None);
        assert!(document.part_name(&JsValue::Null).is_none());
    }

    #[test]
    fn what_is_wrong_inside_of_a_part_is_wrong() {
        for element in MALFORMED {
            for text in [format!("{{\"specs\":[{element}]}}"), format!("{{\"specs\":[0,{{\"x\":[{element}]}}]}}")] {
                assert_eq!(whole(text.as_bytes()).is_ok(), parse(text.as_bytes()).is_ok(), "{text}");
            }
        }
    }

    #[test]
    fn depth_is_bounded_alike() {
        for depth in [MAX_DEPTH - 2, MAX_DEPTH - 1, MAX_DEPTH, 100_000] {
            let text = format!("{{\"specs\":[{}{}]}}", "[".repeat(depth), "]".repeat(depth));
            assert_eq!(whole(text.as_bytes()).is_ok(), parse(text.as_bytes()).is_ok(), "{depth}");
        }
    }
}
