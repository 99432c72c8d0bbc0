//! `JSON.stringify`. Its own writer, because most of what is written is spliced from finished
//! pieces; what is a record derives `Serialize` and is written by serde_json, which escapes strings
//! alike.

use serde::{Serialize, Serializer};
use serde_json::value::RawValue;

use super::number::write_number;
use super::value::{JsObject, JsValue};

/// JSON of a record.
pub fn to_json(record: &impl Serialize) -> String {
    serde_json::to_string(record).unwrap_or_default()
}

/// Finished JSON as a field of a record; what is no JSON is null.
pub fn finished(json: &str) -> &RawValue {
    serde_json::from_str(json).unwrap_or(RawValue::NULL)
}

/// Numbers are JavaScript's, which serde_json would write otherwise.
impl Serialize for JsValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        finished(&stringify(self)).serialize(serializer)
    }
}

/// `JSON.stringify(value)`. Where that answers `undefined` (for undefined itself), this answers
/// `null`.
pub fn stringify(value: &JsValue) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

/// Appends `JSON.stringify(value)`. Exotic values are written as their `String()`.
pub fn write(value: &JsValue, out: &mut String) {
    match value {
        JsValue::Undefined | JsValue::Null => out.push_str("null"),
        JsValue::Bool(true) => out.push_str("true"),
        JsValue::Bool(false) => out.push_str("false"),
        JsValue::Number(n) if n.is_finite() => write_number(*n, out),
        JsValue::Number(_) => out.push_str("null"),
        JsValue::String(s) => write_string(s, out),
        JsValue::Array(items) => write_array(items, out),
        JsValue::Object(object) => write_object(object, out),
        JsValue::Exotic(e) => write_string(&e.string, out),
    }
}

fn write_array(items: &[JsValue], out: &mut String) {
    out.push('[');
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        write(item, out);
    }
    out.push(']');
}

fn write_object(object: &JsObject, out: &mut String) {
    out.push('{');
    let mut first = true;
    for (key, value) in object.iter().filter(|(_, v)| !matches!(v, JsValue::Undefined)) {
        if !first {
            out.push(',');
        }
        first = false;
        write_string(key, out);
        out.push(':');
        write(value, out);
    }
    out.push('}');
}

/// Appends `JSON.stringify(text)`: quotes included.
pub fn write_string(text: &str, out: &mut String) {
    out.push('"');
    let mut plain_from = 0;
    for (i, b) in text.bytes().enumerate().filter(|(_, b)| *b < 0x20 || *b == b'"' || *b == b'\\') {
        out.push_str(&text[plain_from..i]);
        plain_from = i + 1;
        write_escape(b, out);
    }
    out.push_str(&text[plain_from..]);
    out.push('"');
}

fn write_escape(b: u8, out: &mut String) {
    match b {
        b'"' => out.push_str("\\\""),
        b'\\' => out.push_str("\\\\"),
        0x08 => out.push_str("\\b"),
        0x0c => out.push_str("\\f"),
        b'\n' => out.push_str("\\n"),
        b'\r' => out.push_str("\\r"),
        b'\t' => out.push_str("\\t"),
        _ => {
            out.push_str("\\u00");
            out.push(if b < 0x10 { '0' } else { '1' });
            out.push(char::from(b"0123456789abcdef"[usize::from(b & 15)]));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::value::Exotic;
    use super::*;

    #[test]
    fn strings_are_escaped_as_javascript_does() {
        let mut out = String::new();
        write_string("a\"\\/\u{1}\u{1f}\u{8}\u{c}\n\r\t\u{7f}é😀\u{2028}", &mut out);
        assert_eq!(out, "\"a\\\"\\\\/\\u0001\\u001f\\b\\f\\n\\r\\t\u{7f}é😀\u{2028}\"");
    }

    #[test]
    fn undefined_vanishes_from_objects_only() {
        let entries =
            vec![("u".into(), JsValue::Undefined), ("n".into(), JsValue::Number(f64::NAN))];
        let object = JsValue::Object(JsObject::from_entries(entries));
        assert_eq!(
            stringify(&JsValue::Array(vec![JsValue::Undefined, object])),
            "[null,{\"n\":null}]"
        );
        let date = Exotic { string: "d".into(), default_primitive: JsValue::Null, number: 0.0 };
        assert_eq!(stringify(&JsValue::Exotic(Box::new(date))), "\"d\"");
    }
}
