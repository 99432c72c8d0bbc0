//! The text of a user for events without what the option `redact` names.

use crate::js_semantics::json::parse_str;

/// Paths below the user: `email`, `custom.ssn`. A dot may also be part of a key.
#[derive(Debug, Default)]
pub(crate) struct Redaction {
    paths: Vec<String>,
}

impl Redaction {
    pub(crate) fn new(paths: Vec<String>) -> Redaction {
        Redaction { paths }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// The JSON without the members at these paths, inside of arrays too. What cannot be read is
    /// left out as a whole.
    pub(crate) fn apply(&self, json: &str) -> String {
        let paths: Vec<&str> = self.paths.iter().map(String::as_str).collect();
        let mut walk = Walk { text: json, at: 0, out: String::with_capacity(json.len()) };
        match walk.value(&paths) {
            Some(()) if walk.at == json.len() => walk.out,
            _ => "null".into(),
        }
    }
}

/// Copies JSON from `text` to `out`.
struct Walk<'a> {
    text: &'a str,
    at: usize,
    out: String,
}

impl<'a> Walk<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Takes one of two bytes, and tells whether it was the first.
    fn either(&mut self, first: u8, second: u8) -> Option<bool> {
        self.skip_space();
        let found = self.peek().filter(|byte| *byte == first || *byte == second)?;
        self.at += 1;
        Some(found == first)
    }

    fn value(&mut self, paths: &[&str]) -> Option<()> {
        self.skip_space();
        match self.peek()? {
            b'{' if !paths.is_empty() => self.object(paths),
            b'[' if !paths.is_empty() => self.array(paths),
            _ => {
                let value = self.skip()?;
                self.out.push_str(value);
                Some(())
            }
        }
    }

    fn object(&mut self, paths: &[&str]) -> Option<()> {
        self.at += 1;
        self.out.push('{');
        let mut separator = "";
        self.skip_space();
        let mut goes_on = self.peek()? != b'}';
        self.at += usize::from(!goes_on);
        while goes_on {
            self.skip_space();
            let key = self.skip_string()?;
            self.either(b':', b':')?;
            let name = decoded(key)?;
            if paths.contains(&name.as_str()) {
                self.skip_space();
                self.skip()?;
            } else {
                for part in [separator, key, ":"] {
                    self.out.push_str(part);
                }
                separator = ",";
                let inner = paths
                    .iter()
                    .filter_map(|path| path.strip_prefix(name.as_str())?.strip_prefix('.'));
                self.value(&inner.collect::<Vec<&str>>())?;
            }
            goes_on = self.either(b',', b'}')?;
        }
        self.out.push('}');
        Some(())
    }

    fn array(&mut self, paths: &[&str]) -> Option<()> {
        self.at += 1;
        self.out.push('[');
        self.skip_space();
        let mut goes_on = self.peek()? != b']';
        self.at += usize::from(!goes_on);
        while goes_on {
            self.value(paths)?;
            goes_on = self.either(b',', b']')?;
            if goes_on {
                self.out.push(',');
            }
        }
        self.out.push(']');
        Some(())
    }

    /// Steps over a value; its text.
    fn skip(&mut self) -> Option<&'a str> {
        let from = self.at;
        let mut depth = 0usize;
        loop {
            match self.peek()? {
                b'"' => _ = self.skip_string()?,
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.checked_sub(1)?;
                    self.at += 1;
                }
                b',' | b':' | b' ' | b'\n' | b'\r' | b'\t' if depth > 0 => self.at += 1,
                _ => self.skip_word()?,
            }
            if depth == 0 {
                return self.text.get(from..self.at);
            }
        }
    }

    /// Steps over a number or a literal.
    fn skip_word(&mut self) -> Option<()> {
        let from = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9' | b'a'..=b'z' | b'E' | b'+' | b'-' | b'.')) {
            self.at += 1;
        }
        (self.at > from).then_some(())
    }

    /// Steps over a string; its text with the quotes.
    fn skip_string(&mut self) -> Option<&'a str> {
        let from = self.at;
        if self.peek()? != b'"' {
            return None;
        }
        self.at += 1;
        loop {
            match self.peek()? {
                b'"' => {
                    self.at += 1;
                    return self.text.get(from..self.at);
                }
                b'\\' => self.at += 2,
                _ => self.at += 1,
            }
        }
    }
}

/// What a JSON string says.
fn decoded(string: &str) -> Option<String> {
    if !string.contains('\\') {
        return string.get(1..string.len() - 1).map(String::from);
    }
    parse_str(string).ok()?.as_str().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redact(paths: &[&str], json: &str) -> String {
        Redaction::new(paths.iter().map(|path| path.to_string()).collect()).apply(json)
    }

    #[test]
    fn members_are_left_out() {
        let user = r#"{"userID":"u","email":"e","custom":{"ssn":1,"a":{"ssn":2,"b":[3,{"ssn":4,"c":5}]}},"privateAttributes":null}"#;
        let cases: [(&[&str], &str); 6] = [
            (&[], user),
            (&["missing", "custom.missing", "email.x"], user),
            (
                &["email", "custom.ssn"],
                r#"{"userID":"u","custom":{"a":{"ssn":2,"b":[3,{"ssn":4,"c":5}]}},"privateAttributes":null}"#,
            ),
            (&["custom"], r#"{"userID":"u","email":"e","privateAttributes":null}"#),
            (
                &["custom.a.b.ssn", "userID"],
                r#"{"email":"e","custom":{"ssn":1,"a":{"ssn":2,"b":[3,{"c":5}]}},"privateAttributes":null}"#,
            ),
            (&["userID", "email", "custom", "privateAttributes"], "{}"),
        ];
        for (paths, expected) in cases {
            assert_eq!(redact(paths, user), expected, "{paths:?}");
        }
    }

    #[test]
    fn keys_are_compared_by_what_they_say() {
        assert_eq!(
            redact(&["a.b"], r#"{"a.b":1,"a":{"b":2,"c":"}\"{"},"ab":3}"#),
            r#"{"a":{"c":"}\"{"},"ab":3}"#
        );
        assert_eq!(
            redact(&["email", "é"], r#"{"em\u0061il":1,"é":2,"\u00e9":3,"Email":4}"#),
            r#"{"Email":4}"#
        );
        assert_eq!(redact(&["a"], r#" { "a" : 1 , "b" : [ ] } "#.trim()), r#"{"b":[ ]}"#);
    }

    #[test]
    fn what_cannot_be_read_is_left_out() {
        for json in [
            "",
            "{",
            r#"{"a":1"#,
            r#"{"a"}"#,
            r#"{"a":1}x"#,
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            "nonsense!",
            r#"{"b":[1"#,
        ] {
            assert_eq!(redact(&["a", "b.c"], json), "null", "{json}");
        }
        assert_eq!(redact(&["a"], r#""text""#), r#""text""#);
    }
}
