//! A value under comparison, borrowed from a slot.

use std::borrow::Cow;

use crate::js_semantics::{
    number::number_to_string, number::string_to_number, to_number, to_string, JsValue,
};

/// See the head of this file.
#[derive(Debug, Clone, Copy)]
pub enum Value<'a> {
    /// `undefined`.
    Undefined,
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A number.
    Number(f64),
    /// A string.
    Text(&'a str),
    /// Anything else.
    Object(&'a JsValue),
}

impl<'a> Value<'a> {
    /// `x == null`.
    pub fn is_nullish(self) -> bool {
        match self {
            Value::Undefined | Value::Null => true,
            Value::Object(o) => o.is_nullish(),
            _ => false,
        }
    }

    /// `Boolean(x)`.
    pub fn is_truthy(self) -> bool {
        match self {
            Value::Undefined | Value::Null => false,
            Value::Bool(b) => b,
            Value::Number(n) => n != 0.0 && !n.is_nan(),
            Value::Text(s) => !s.is_empty(),
            Value::Object(o) => o.is_truthy(),
        }
    }

    /// `String(x)`.
    pub fn text(self) -> Cow<'a, str> {
        match self {
            Value::Undefined => "undefined".into(),
            Value::Null => "null".into(),
            Value::Bool(b) => if b { "true" } else { "false" }.into(),
            Value::Number(n) => number_to_string(n).into(),
            Value::Text(s) => s.into(),
            Value::Object(o) => to_string(o),
        }
    }

    /// `Number(x)`.
    pub fn number(self) -> f64 {
        match self {
            Value::Undefined => f64::NAN,
            Value::Null => 0.0,
            Value::Bool(b) => f64::from(u8::from(b)),
            Value::Number(n) => n,
            Value::Text(s) => string_to_number(s),
            Value::Object(o) => to_number(o),
        }
    }

    /// The string, if it is one.
    pub fn as_text(self) -> Option<&'a str> {
        match self {
            Value::Text(s) => Some(s),
            Value::Object(o) => o.as_str(),
            _ => None,
        }
    }

    /// As an owned value, for the operations that are not worth a fast path.
    pub fn to_js(self) -> Cow<'a, JsValue> {
        match self {
            Value::Undefined => Cow::Owned(JsValue::Undefined),
            Value::Null => Cow::Owned(JsValue::Null),
            Value::Bool(b) => Cow::Owned(JsValue::Bool(b)),
            Value::Number(n) => Cow::Owned(JsValue::Number(n)),
            Value::Text(s) => Cow::Owned(JsValue::string(s)),
            Value::Object(o) => Cow::Borrowed(o),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_convert_as_in_javascript() {
        let list = JsValue::Array(vec![JsValue::Number(7.0)]);
        let text = JsValue::string("t");
        for (value, nullish, truthy, said, number, as_text) in [
            (Value::Undefined, true, false, "undefined", f64::NAN, None),
            (Value::Null, true, false, "null", 0.0, None),
            (Value::Bool(true), false, true, "true", 1.0, None),
            (Value::Bool(false), false, false, "false", 0.0, None),
            (Value::Number(-0.0), false, false, "0", 0.0, None),
            (Value::Number(f64::NAN), false, false, "NaN", f64::NAN, None),
            (Value::Number(1.5), false, true, "1.5", 1.5, None),
            (Value::Text(""), false, false, "", 0.0, Some("")),
            (Value::Text(" 12 "), false, true, " 12 ", 12.0, Some(" 12 ")),
            (Value::Object(&list), false, true, "7", 7.0, None),
            (Value::Object(&text), false, true, "t", f64::NAN, Some("t")),
            (Value::Object(&JsValue::Null), true, false, "null", 0.0, None),
        ] {
            assert_eq!((value.is_nullish(), value.is_truthy()), (nullish, truthy), "{value:?}");
            assert_eq!((&*value.text(), value.as_text()), (said, as_text), "{value:?}");
            let same = value.number() == number || value.number().is_nan() && number.is_nan();
            assert!(same, "{value:?}");
            assert_eq!(to_string(&value.to_js()), said, "{value:?}");
        }
        assert!(matches!(&*Value::Undefined.to_js(), JsValue::Undefined));
    }
}
