//! Users of a known form. A service builds its users in one or two places, so nearly all have the
//! same keys: of these the caller sends what differs, the values, and the JSON around them is read
//! once.
//!
//! A template is the JSON of a user, [`PRIVATE`], and the JSON of its private attributes or
//! nothing, with a [`HOLE`] for each value, between quotes if it is a text, between brackets if it
//! is a list of texts. Values come in the order of their holes; how they cross: [`super::crossing`].

use super::crossing::{find_cuts, stand_for_themselves, Values, HOLE};
use super::scan::scan_object;
use super::{Field, Scope, Span, UserSlot, Val};
use crate::boundary::MAX_TEMPLATES;

/// Between the two halves of a template.
const PRIVATE: char = '\u{2}';
/// Longest template.
const LONGEST: usize = 1 << 14;

/// The templates of an engine, by number.
#[derive(Debug, Default)]
pub(crate) struct Templates {
    known: Vec<Template>,
    scratch: Scratch,
}

/// Memory that users share.
#[derive(Debug, Default)]
struct Scratch {
    /// Where values end, counted without what stands between them.
    ends: Vec<u32>,
    /// Where a `HOLE` or an `ITEM` stands in the values.
    cuts: Vec<u32>,
}

impl Templates {
    /// Keeps a template, given as its number, a space and its text, in the place of the one before.
    pub(crate) fn keep(&mut self, numbered: &str) {
        let Some((number, text)) = numbered.split_once(' ') else { return };
        let Ok(number) = number.parse::<usize>() else { return };
        if number < MAX_TEMPLATES {
            if number >= self.known.len() {
                self.known.resize_with(number + 1, Template::default);
            }
            self.known[number] = Template::new(text);
        }
    }

    /// Puts a user in. False when the caller must send its JSON: a value needs an escape there, or
    /// the template cannot be used. Until then the slot holds some user.
    pub(crate) fn set(&mut self, slot: &mut UserSlot, number: u32, values: &str) -> bool {
        let Some(Template(Some(halves))) = self.known.get(number as usize) else { return false };
        slot.set_values(halves, values, &mut self.scratch).is_some() || {
            slot.set("{}", "", "");
            false
        }
    }
}

/// None when it cannot be used.
#[derive(Debug, Default)]
struct Template(Option<Halves>);

impl Template {
    fn new(text: &str) -> Template {
        let text = if text.len() > LONGEST { "" } else { text };
        let halves = text.split_once(PRIVATE).and_then(|(json, private)| {
            let json = Half::new(json, Scope::Top)?;
            let private =
                if private.is_empty() { None } else { Some(Half::new(private, Scope::Private)?) };
            Some(Halves { json, private })
        });
        Template(halves)
    }
}

/// See the head of this file.
#[derive(Debug)]
pub(super) struct Halves {
    json: Half,
    private: Option<Half>,
}

#[derive(Debug)]
struct Half {
    /// What stands before, between and behind its holes.
    literals: Vec<Box<str>>,
    /// By hole.
    is_list: Vec<bool>,
    fields: Vec<Pattern>,
}

/// A field of every user of the template.
#[derive(Debug)]
struct Pattern {
    scope: Scope,
    key: Range,
    value: Filling,
}

#[derive(Debug)]
enum Filling {
    /// The value of a hole between quotes.
    Text,
    /// The value of a hole between brackets.
    List,
    /// The value of another hole.
    Scalar,
    /// The same in every user.
    Same(Val),
    SameText(Range),
    Raw(Range),
}

/// Part of the text that a template makes.
#[derive(Debug, Clone, Copy)]
struct Range {
    start: Place,
    end: Place,
}

/// So many bytes of literals and so many values from the beginning.
#[derive(Debug, Clone, Copy)]
struct Place {
    literal: u32,
    values: u32,
}

impl Half {
    /// Reads the JSON as it is with a 0 in each hole. None when it is not what the head of this
    /// file says.
    fn new(json: &str, scope: Scope) -> Option<Half> {
        let mut probe = json.replace(HOLE, "0");
        let mut found = Vec::new();
        scan_object(&mut probe, 0, scope, &mut found)?;
        // Keys with escapes were decoded to the end.
        if probe.len() != json.len() {
            return None;
        }
        let holes: Vec<usize> = json.match_indices(HOLE).map(|(at, _)| at).collect();
        let place = |at: u32| {
            let values = holes.partition_point(|hole| *hole < at as usize) as u32;
            Place { literal: at - values, values }
        };
        let range = |span: Span| Range { start: place(span.start), end: place(span.end) };
        let mut next = holes.iter().map(|at| *at as u32);
        let mut fields = Vec::with_capacity(found.len());
        let mut is_list = Vec::with_capacity(holes.len());
        let mut hole = next.next();
        for Field { scope, key, value } in found {
            let value = match value {
                // `"key":[0]`
                Val::Raw(span)
                    if hole == Some(key.end + 3)
                        && span.start == key.end + 2
                        && span.len() == 3 =>
                {
                    Filling::List
                }
                Val::Raw(span) => Filling::Raw(range(span)),
                // `"key":"0"`, `"key":0`
                Val::Str(span)
                    if hole == Some(key.end + 3)
                        && span.start == key.end + 3
                        && span.len() == 1 =>
                {
                    Filling::Text
                }
                Val::Num(_) if hole == Some(key.end + 2) => Filling::Scalar,
                Val::Str(span) => Filling::SameText(range(span)),
                other => Filling::Same(other),
            };
            if matches!(value, Filling::Text | Filling::List | Filling::Scalar) {
                is_list.push(matches!(value, Filling::List));
                hole = next.next();
            }
            fields.push(Pattern { scope, key: range(key), value });
        }
        let literals = json.split(HOLE).map(Box::from).collect();
        hole.is_none().then_some(Half { literals, is_list, fields })
    }

    /// Appends text and fields. None for a value that is not what its hole takes.
    fn fill(
        &self,
        values: &mut Values<'_>,
        ends: &mut Vec<u32>,
        text: &mut String,
        fields: &mut Vec<Field>,
    ) -> Option<()> {
        let base = text.len();
        ends.clear();
        ends.push(0);
        let (first, rest) = self.literals.split_first()?;
        text.push_str(first);
        let mut end = 0;
        for (literal, is_list) in rest.iter().zip(&self.is_list) {
            let start = text.len();
            if *is_list {
                values.push_list(text)?;
            } else {
                text.push_str(values.next()?);
            }
            end += (text.len() - start) as u32;
            ends.push(end);
            text.push_str(literal);
        }
        let at = |place: Place| {
            base + (place.literal + ends.get(place.values as usize).copied().unwrap_or(end))
                as usize
        };
        let span = |range: Range| Span::new(at(range.start), at(range.end));
        let mut hole = 0;
        for pattern in &self.fields {
            let key = span(pattern.key);
            let value = match pattern.value {
                Filling::Same(value) => value,
                Filling::SameText(range) => Val::Str(span(range)),
                Filling::Raw(range) => Val::Raw(span(range)),
                Filling::Text | Filling::List | Filling::Scalar => {
                    let length = (ends.get(hole + 1)? - ends.get(hole)?) as usize;
                    hole += 1;
                    // Behind `":`.
                    let from = key.end as usize + 2;
                    match pattern.value {
                        Filling::Text => Val::Str(Span::new(from + 1, from + 1 + length)),
                        Filling::List => Val::Raw(Span::new(from, from + length + 2)),
                        _ => scalar(Span::new(from, from + length).of(text))?,
                    }
                }
            };
            fields.push(Field { scope: pattern.scope, key, value });
        }
        Some(())
    }
}

impl UserSlot {
    /// As `set` with the JSON that the template makes of the values. None: such values must come as
    /// JSON.
    fn set_values(&mut self, halves: &Halves, values: &str, scratch: &mut Scratch) -> Option<()> {
        let Scratch { ends, cuts } = scratch;
        find_cuts(values, cuts);
        if !stand_for_themselves(values, cuts.len()) {
            return None;
        }
        let mut values = Values::new(values, cuts);
        self.begin();
        halves.json.fill(&mut values, ends, &mut self.text, &mut self.fields)?;
        self.text.pop();
        self.finish_event_text(0);
        if let Some(private) = &halves.private {
            let start = self.text.len();
            private.fill(&mut values, ends, &mut self.text, &mut self.fields)?;
            self.private = Span::new(start, self.text.len());
            self.keep_private(Val::Raw(self.private));
        }
        if !values.is_over() {
            return None;
        }
        self.finish();
        Some(())
    }
}

fn scalar(text: &str) -> Option<Val> {
    match text {
        "true" => Some(Val::Bool(true)),
        "false" => Some(Val::Bool(false)),
        "null" => Some(Val::Null),
        _ => text.parse().ok().filter(|number: &f64| number.is_finite()).map(Val::Num),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a slot has, but for what an earlier user left in its memory.
    fn contents(slot: &UserSlot) -> String {
        let UserSlot {
            text,
            event_start,
            event_end,
            private,
            memo_start,
            fields,
            objects,
            dedupe_hash,
            ..
        } = slot;
        format!("{text}|{event_start}|{event_end}|{private:?}|{memo_start}|{fields:?}|{objects:?}|{dedupe_hash}")
    }

    fn with_template(text: &str) -> Templates {
        let mut templates = Templates::default();
        templates.keep(&format!("3 {text}"));
        templates
    }

    /// Sends a user both ways and compares.
    fn check(template: &str, values: &[&str]) {
        let mut templates = with_template(template);
        let mut by_values = UserSlot::default();
        let joined = values.join("\u{1}");
        assert!(templates.set(&mut by_values, 3, &joined), "{template:?} {values:?}");
        let mut json = String::new();
        let mut values = values.iter();
        template.chars().for_each(|c| {
            if c == HOLE {
                json.push_str(values.next().unwrap())
            } else {
                json.push(c)
            }
        });
        let (json, private) = json.split_once(PRIVATE).unwrap();
        let mut by_json = UserSlot::default();
        by_json.set(json, private, "");
        assert_eq!(contents(&by_values), contents(&by_json), "{template:?}");
        assert!(templates.set(&mut by_json, 3, &joined));
        assert_eq!(contents(&by_values), contents(&by_json), "again, {template:?}");
    }

    fn is_refused(template: &str, values: &str) -> bool {
        !with_template(template).set(&mut UserSlot::default(), 3, values)
    }

    #[test]
    fn values_make_the_user_that_their_json_makes() {
        check("{\"userID\":\"\u{1}\"}\u{2}", &["u"]);
        check("{\"userID\":\"\u{1}\"}\u{2}", &[""]);
        check("{\"userID\":\u{1},\"email\":\"\u{1}\"}\u{2}", &["17", "é😀\u{7f}\u{2028}"]);
        let numbers =
            "{\"a\":\u{1},\"custom\":{\"b\":\u{1},\"c\":\u{1}},\"d\":\u{1},\"e\":\u{1}}\u{2}";
        for values in [
            ["1", "true", "null", "-1.5", "1e+21"],
            ["0", "false", "5e-324", "123456789012345680000", "1e-7"],
        ] {
            check(numbers, &values);
        }
        check(
            "{\"userID\":\"\u{1}\",\"custom\":{\"plan\":\"\u{1}\",\"n\":\u{1}},\"customIDs\":{\"companyID\":\"\u{1}\"},\
             \"statsigEnvironment\":{\"tier\":\"dev\",\"n\":0,\"deep\":{\"a\":[1]}}}\u{2}{\"secret\":\"\u{1}\",\"n\":\u{1}}",
            &["u", "free", "1", "c", "s", "2"],
        );
        check("{\"custom\":\"\u{1}\",\"customIDs\":\"\u{1}\",\"privateAttributes\":1,\"x\":{}}\u{2}{}", &["ab", "cd"]);
        check("{}\u{2}{\"secret\":\"\u{1}\"}", &["s"]);
    }

    #[test]
    fn what_json_would_escape_is_refused() {
        let template = "{\"userID\":\"\u{1}\",\"email\":\"\u{1}\"}\u{2}";
        assert!(!is_refused(template, "a\u{1}b"));
        for values in [
            "a",
            "a\u{1}b\u{1}c",
            "",
            "a\"\u{1}b",
            "a\\\u{1}b",
            "a\n\u{1}b",
            "a\u{fffd}\u{1}b",
            "a\",\"x\":\"b",
        ] {
            assert!(is_refused(template, values), "{values:?}");
        }
        for number in ["", "x", "inf", "NaN", "[1]", "1,\u{1}"] {
            assert!(is_refused("{\"n\":\u{1}}\u{2}", number), "{number:?}");
        }
    }

    /// `values` that are lists stand as they cross, `json` as JSON has them.
    #[test]
    fn lists_of_texts_make_the_user_that_their_json_makes() {
        let template = "{\"userID\":\"\u{1}\",\"custom\":{\"tags\":[\u{1}],\"n\":\u{1}},\"groups\":[\u{1}]}\u{2}\
                        {\"secrets\":[\u{1}],\"x\":\"\u{1}\"}";
        for [tags, groups, secrets] in [
            [("0", ""), ("1\u{3}", "\"\""), ("2\u{3}\u{3}", "\"\",\"\"")],
            [
                ("2\u{3}a\u{3}b", "\"a\",\"b\""),
                ("1\u{3}é😀,]", "\"é😀,]\""),
                ("3\u{3}1\u{3}\u{3}0", "\"1\",\"\",\"0\""),
            ],
        ] {
            let values = ["u", tags.0, "7", groups.0, secrets.0, "y"].join("\u{1}");
            let mut by_values = UserSlot::default();
            assert!(with_template(template).set(&mut by_values, 3, &values), "{values:?}");
            let mut by_json = UserSlot::default();
            let json = format!(
                "{{\"userID\":\"u\",\"custom\":{{\"tags\":[{}],\"n\":7}},\"groups\":[{}]}}",
                tags.1, groups.1
            );
            by_json.set(&json, &format!("{{\"secrets\":[{}],\"x\":\"y\"}}", secrets.1), "");
            assert_eq!(contents(&by_values), contents(&by_json), "{values:?}");
        }
    }

    #[test]
    fn lists_that_are_not_what_they_say_are_refused() {
        let template = "{\"a\":\"\u{1}\",\"b\":[\u{1}]}\u{2}";
        for values in [
            "x\u{1}",
            "x\u{1}one",
            "x\u{1}1",
            "x\u{1}0\u{3}a",
            "x\u{1}1\u{3}a\u{3}b",
            "x\u{3}\u{1}1",
            "x\u{3}y\u{1}1\u{3}a",
            "x\u{1}1\u{3}a\"",
            "x\u{1}2\u{3}a\u{1}b",
            "x\u{1}1\u{3}\u{FFFD}",
            "x\u{1}4294967296\u{3}a",
            "x\u{1}4294967295\u{3}a",
        ] {
            assert!(is_refused(template, values), "{values:?}");
        }
    }

    #[test]
    fn what_is_no_template_is_refused() {
        for template in [
            "",
            "{\"a\":\"\u{1}\"}",
            "{\"a\":\"\u{1}\"\u{2}",
            "\"\u{1}\"\u{2}",
            "{\"\u{1}\":1}\u{2}",
            "{\"a\":[\u{1}]}\u{2}",
            "{\"a\":{\"b\":\u{1}}}\u{2}",
            "{\"a\\n\":\"\u{1}\"}\u{2}",
            "{\"a\":\"x\u{1}\"}\u{2}",
            "{\"a\": \u{1}}\u{2}",
            "{\"a\":{\"b\":\u{1}},\"c\":\u{1}}\u{2}",
            "{\"a\":\"\u{1}\"}\u{2}\"\u{1}\"",
        ] {
            assert!(is_refused(template, "1") && is_refused(template, "1\u{1}2"), "{template:?}");
        }
        let long = format!("{{\"{}\":\"\u{1}\"}}\u{2}", "k".repeat(LONGEST));
        assert!(is_refused(&long, "1"));
    }

    #[test]
    fn a_template_replaces_the_one_of_its_number() {
        let mut templates = Templates::default();
        let mut slot = UserSlot::default();
        assert!(!templates.set(&mut slot, 0, "v"));
        for key in ["first", "second"] {
            templates.keep(&format!("1 {{\"{key}\":\"\u{1}\"}}\u{2}"));
            assert!(templates.set(&mut slot, 1, "v"));
            assert!(slot.event_text().starts_with(&format!("{{\"{key}\":\"v\"")));
            assert!(!templates.set(&mut slot, 0, "v") && !templates.set(&mut slot, 2, "v"));
        }
    }

    #[test]
    fn templates_are_bounded() {
        let mut templates = Templates::default();
        let template = "{\"userID\":\"\u{1}\"}\u{2}";
        for number in ["16", "4294967296", "-1", "x", ""] {
            templates.keep(&format!("{number} {template}"));
            templates.keep(number);
            assert_eq!(templates.known.len(), 0, "{number}");
        }
        templates.keep(&format!("15 {template}"));
        assert_eq!(templates.known.len(), MAX_TEMPLATES);
        assert!(templates.set(&mut UserSlot::default(), 15, "v"));
    }
}
