//! JavaScript values as data: what `JSON.parse` yields, plus `undefined` and values that JSON
//! cannot carry.

/// A JavaScript value. Objects and arrays are plain data without identity, so two of them are never
/// equal.
#[derive(Debug, Clone, Default)]
pub enum JsValue {
    /// `undefined`: a missing property.
    #[default]
    Undefined,
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// Any IEEE double, NaN and -0 included.
    Number(f64),
    /// A string; lone surrogates are U+FFFD.
    String(Box<str>),
    /// An array without holes.
    Array(Vec<JsValue>),
    /// A plain object.
    Object(JsObject),
    /// An object with conversions of its own.
    Exotic(Box<Exotic>),
}

/// A Date, BigInt, function or object with its own `toString`/`valueOf`: only its conversions are
/// known.
#[derive(Debug, Clone)]
pub struct Exotic {
    /// `String(x)`.
    pub string: Box<str>,
    /// ToPrimitive with hint default, which `==` uses: a string, number, boolean or null.
    pub default_primitive: JsValue,
    /// `Number(x)`.
    pub number: f64,
}

impl JsValue {
    /// A string value.
    pub fn string(text: &str) -> JsValue {
        JsValue::String(text.into())
    }

    /// `x == null`.
    pub fn is_nullish(&self) -> bool {
        matches!(self, JsValue::Undefined | JsValue::Null)
    }

    /// The text, if this is a string.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            JsValue::String(s) => Some(s),
            _ => None,
        }
    }

    /// The number, if this is a number.
    pub fn as_number(&self) -> Option<f64> {
        match self {
            JsValue::Number(n) => Some(*n),
            _ => None,
        }
    }

    /// The boolean, if this is a boolean.
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            JsValue::Bool(b) => Some(*b),
            _ => None,
        }
    }

    /// The elements, if this is an array.
    pub fn as_array(&self) -> Option<&[JsValue]> {
        match self {
            JsValue::Array(a) => Some(a),
            _ => None,
        }
    }

    /// The object, if this is a plain object.
    pub fn as_object(&self) -> Option<&JsObject> {
        match self {
            JsValue::Object(o) => Some(o),
            _ => None,
        }
    }

    /// An own property of a plain object; None for everything else and for a missing one.
    pub fn get(&self, key: &str) -> Option<&JsValue> {
        self.as_object().and_then(|o| o.get(key))
    }

    /// Boolean(x).
    pub fn is_truthy(&self) -> bool {
        match self {
            JsValue::Undefined | JsValue::Null => false,
            JsValue::Bool(b) => *b,
            JsValue::Number(n) => *n != 0.0 && !n.is_nan(),
            JsValue::String(s) => !s.is_empty(),
            JsValue::Array(_) | JsValue::Object(_) | JsValue::Exotic(_) => true,
        }
    }
}

/// Objects up to this size are searched in order; larger ones carry a sorted index (4 bytes per
/// property).
const LINEAR_MAX: usize = 12;

/// A plain object in JavaScript property order: array-index keys ascending, then the others as
/// inserted.
///
/// A key that occurs twice keeps its first position and its last value. Immutable once built.
#[derive(Debug, Clone, Default)]
pub struct JsObject {
    entries: Vec<(Box<str>, JsValue)>,
    /// Positions in `entries` ordered by key; empty when `entries` is short.
    by_key: Box<[u32]>,
}

impl JsObject {
    /// Builds an object by assigning the pairs one after the other. O(n log n) at worst.
    pub fn from_entries(mut entries: Vec<(Box<str>, JsValue)>) -> JsObject {
        if entries.len() <= LINEAR_MAX {
            dedupe_short(&mut entries);
        } else {
            dedupe_long(&mut entries);
        }
        if entries.iter().any(|(k, _)| array_index(k).is_some()) {
            // Stable, and None (not an index) must come last.
            entries.sort_by_key(|(k, _)| array_index(k).map_or(u64::MAX, u64::from));
        }
        let by_key = if entries.len() > LINEAR_MAX {
            sorted_positions(&entries).into()
        } else {
            Box::default()
        };
        JsObject { entries, by_key }
    }

    /// An own property. O(log n).
    pub fn get(&self, key: &str) -> Option<&JsValue> {
        if self.by_key.is_empty() {
            return self.entries.iter().find(|(k, _)| **k == *key).map(|(_, v)| v);
        }
        let at = self.by_key.binary_search_by(|&i| match self.entries.get(i as usize) {
            Some((k, _)) => (**k).cmp(key),
            None => core::cmp::Ordering::Greater,
        });
        let position = *self.by_key.get(at.ok()?)?;
        self.entries.get(position as usize).map(|(_, v)| v)
    }

    /// Own properties in JavaScript order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &JsValue)> {
        self.entries.iter().map(|(k, v)| (&**k, v))
    }

    /// Own properties in JavaScript order, as they are stored.
    pub fn entries(&self) -> &[(Box<str>, JsValue)] {
        &self.entries
    }

    /// Gives the properties away, in JavaScript order.
    pub fn into_entries(self) -> Vec<(Box<str>, JsValue)> {
        self.entries
    }

    /// Number of own properties.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// True without own properties.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }
}

/// The number an array-index key stands for: canonical decimal, at most 2^32 - 2. Such keys come
/// first and ascending.
pub fn array_index(key: &str) -> Option<u32> {
    let bytes = key.as_bytes();
    let canonical = match bytes {
        [] => false,
        [b'0'] => true,
        [b'1'..=b'9', rest @ ..] => rest.len() < 10 && rest.iter().all(u8::is_ascii_digit),
        _ => false,
    };
    if !canonical {
        return None;
    }
    key.parse::<u32>().ok().filter(|n| *n != u32::MAX)
}

fn dedupe_short(entries: &mut Vec<(Box<str>, JsValue)>) {
    let mut i = 1;
    while i < entries.len() {
        let (before, after) = entries.split_at_mut(i);
        let Some((key, value)) = after.first_mut() else { return };
        match before.iter_mut().find(|(k, _)| k == key) {
            Some((_, first)) => {
                *first = core::mem::take(value);
                entries.remove(i);
            }
            None => i += 1,
        }
    }
}

fn dedupe_long(entries: &mut Vec<(Box<str>, JsValue)>) {
    let positions = sorted_positions(entries);
    let mut dropped = vec![false; entries.len()];
    let mut any = false;
    let mut start = 0;
    while start < positions.len() {
        let end = start + run_length(entries, &positions[start..]);
        if end - start > 1 {
            any = true;
            // Positions of equal keys ascend: the first stays, the last has the value.
            let (first, last) = (positions[start] as usize, positions[end - 1] as usize);
            let value = core::mem::take(&mut entries[last].1);
            entries[first].1 = value;
            positions[start + 1..end].iter().for_each(|&p| dropped[p as usize] = true);
        }
        start = end;
    }
    if any {
        let mut at = 0;
        entries.retain(|_| {
            at += 1;
            !dropped[at - 1]
        });
    }
}

fn run_length(entries: &[(Box<str>, JsValue)], positions: &[u32]) -> usize {
    let Some(&first) = positions.first() else { return 1 };
    let key = &entries[first as usize].0;
    positions.iter().take_while(|&&p| entries[p as usize].0 == *key).count().max(1)
}

fn sorted_positions(entries: &[(Box<str>, JsValue)]) -> Vec<u32> {
    let mut positions: Vec<u32> = (0..entries.len() as u32).collect();
    positions.sort_by(|&a, &b| entries[a as usize].0.cmp(&entries[b as usize].0));
    positions
}

/// A missing property.
pub static UNDEFINED: JsValue = JsValue::Undefined;

/// A property; undefined when missing.
pub fn property<'a>(value: &'a JsValue, key: &str) -> &'a JsValue {
    value.get(key).unwrap_or(&UNDEFINED)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(keys: &[&str]) -> JsObject {
        let number = |(i, k): (usize, &&str)| (Box::from(*k), JsValue::Number(i as f64));
        JsObject::from_entries(keys.iter().enumerate().map(number).collect())
    }

    fn keys(o: &JsObject) -> Vec<&str> {
        o.iter().map(|(k, _)| k).collect()
    }

    #[test]
    fn property_order_is_javascripts() {
        let o = object(&["b", "10", "a", "2", "4294967294", "4294967295", "01", "-1", "0"]);
        assert_eq!(keys(&o), ["0", "2", "10", "4294967294", "b", "a", "4294967295", "01", "-1"]);
    }

    #[test]
    fn last_value_wins_at_the_first_position() {
        let o = object(&["a", "b", "a", "c", "a"]);
        assert_eq!(keys(&o), ["a", "b", "c"]);
        assert_eq!(o.get("a").and_then(JsValue::as_number), Some(4.0));
    }

    #[test]
    fn big_objects_find_and_dedupe_alike() {
        let names: Vec<String> = (0..1000).map(|i| format!("k{}", i % 600)).collect();
        let o = object(&names.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(o.len(), 600);
        assert_eq!(o.get("k0").and_then(JsValue::as_number), Some(600.0));
        assert_eq!(o.get("k599").and_then(JsValue::as_number), Some(599.0));
        assert!(o.get("k600").is_none());
        assert_eq!(keys(&o)[..3], ["k0", "k1", "k2"]);
    }
}
