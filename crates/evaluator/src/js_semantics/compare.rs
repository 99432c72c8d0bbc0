//! Equality: `==` and SameValueZero.

use super::coerce::to_string;
use super::number::string_to_number;
use super::value::JsValue;

/// `a == b`. Two objects are never equal, because values here have no identity.
pub fn loose_equals(a: &JsValue, b: &JsValue) -> bool {
    use JsValue::*;
    match (a, b) {
        (Undefined | Null, Undefined | Null) => true,
        (Undefined | Null, _) | (_, Undefined | Null) => false,
        (Bool(x), Bool(y)) => x == y,
        (Number(x), Number(y)) => x == y,
        (String(x), String(y)) => x == y,
        (Number(n), String(s)) | (String(s), Number(n)) => *n == string_to_number(s),
        (Bool(flag), other) | (other, Bool(flag)) => {
            loose_equals(&Number(f64::from(u8::from(*flag))), other)
        }
        (Array(_) | Object(_) | Exotic(_), Array(_) | Object(_) | Exotic(_)) => false,
        (Exotic(e), other) | (other, Exotic(e)) => {
            !e.default_primitive.is_nullish() && primitive_equals(&e.default_primitive, other)
        }
        (Array(_) | Object(_), String(s)) => to_string(a) == **s,
        (String(s), Array(_) | Object(_)) => to_string(b) == **s,
        (Array(_) | Object(_), Number(n)) => string_to_number(&to_string(a)) == *n,
        (Number(n), Array(_) | Object(_)) => string_to_number(&to_string(b)) == *n,
    }
}

/// `==` of an object's primitive with a string or number. Guards against a primitive that is none.
fn primitive_equals(primitive: &JsValue, other: &JsValue) -> bool {
    match primitive {
        JsValue::Bool(_) | JsValue::Number(_) | JsValue::String(_) => {
            loose_equals(primitive, other)
        }
        _ => false,
    }
}

/// Equality of `Set` and `Map` keys: `===`, but NaN equals itself. Two objects are never equal.
pub fn same_value_zero(a: &JsValue, b: &JsValue) -> bool {
    use JsValue::*;
    match (a, b) {
        (Undefined, Undefined) | (Null, Null) => true,
        (Bool(x), Bool(y)) => x == y,
        (Number(x), Number(y)) => x == y || (x.is_nan() && y.is_nan()),
        (String(x), String(y)) => x == y,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::json::parse;
    use super::super::value::Exotic;
    use super::*;

    fn v(json: &str) -> JsValue {
        parse(json.as_bytes()).unwrap()
    }

    #[test]
    fn loose_equality() {
        let equal = [
            ("1", "\"1\""),
            ("1", "true"),
            ("0", "\"\""),
            ("\"1\"", "true"),
            ("[5]", "5"),
            ("[5]", "\"5\""),
            ("[]", "\"\""),
            ("[]", "0"),
            ("[]", "false"),
            ("{}", "\"[object Object]\""),
            ("[1,[2,null]]", "\"1,2,\""),
            ("\"0x10\"", "16"),
            ("-0.0", "0"),
        ];
        for (a, b) in equal {
            assert!(loose_equals(&v(a), &v(b)) && loose_equals(&v(b), &v(a)), "{a} == {b}");
        }
        let unequal = [
            ("null", "0"),
            ("null", "false"),
            ("\"a\"", "0"),
            ("{}", "{}"),
            ("[]", "[]"),
            ("\"true\"", "true"),
            ("[1,2]", "12"),
        ];
        for (a, b) in unequal {
            assert!(!loose_equals(&v(a), &v(b)) && !loose_equals(&v(b), &v(a)), "{a} == {b}");
        }
        assert!(loose_equals(&JsValue::Undefined, &JsValue::Null));
        assert!(!loose_equals(&JsValue::Number(f64::NAN), &JsValue::Number(f64::NAN)));
    }

    #[test]
    fn exotic_values_compare_by_their_primitive() {
        let exotic = |primitive| {
            JsValue::Exotic(Box::new(Exotic {
                string: "s".into(),
                default_primitive: primitive,
                number: 7.0,
            }))
        };
        assert!(loose_equals(&exotic(JsValue::Number(1.0)), &v("true")));
        assert!(loose_equals(&v("\"p\""), &exotic(JsValue::string("p"))));
        assert!(!loose_equals(&exotic(JsValue::Null), &JsValue::Null));
        assert!(!loose_equals(&exotic(JsValue::string("p")), &exotic(JsValue::string("p"))));
        assert!(!loose_equals(&exotic(JsValue::Array(vec![])), &v("\"\"")));
    }

    #[test]
    fn same_value_zero_does_not_coerce() {
        assert!(same_value_zero(&JsValue::Number(f64::NAN), &JsValue::Number(f64::NAN)));
        assert!(same_value_zero(&v("-0.0"), &v("0")));
        assert!(!same_value_zero(&v("1"), &v("\"1\"")));
        assert!(!same_value_zero(&JsValue::Null, &JsValue::Undefined));
        for same in ["null", "true", "1.5", "\"a\""] {
            assert!(same_value_zero(&v(same), &v(same)), "{same}");
        }
        let others = ["null", "false", "true", "0", "1", "\"\"", "\"1\"", "[]", "{}"];
        for (i, a) in others.iter().enumerate() {
            for b in others.iter().skip(i + 1) {
                assert!(!same_value_zero(&v(a), &v(b)), "{a} {b}");
            }
        }
        assert!(!same_value_zero(&v("[]"), &v("[]")) && !same_value_zero(&v("{}"), &v("{}")));
        assert!(!same_value_zero(&JsValue::Number(f64::NAN), &v("1")));
        assert!(same_value_zero(&JsValue::Undefined, &JsValue::Undefined));
    }
}
