//! `new RegExp(source).test(text)`.

/// A compiled regular expression without flags.
#[derive(Debug)]
pub struct RegExp {
    regex: regress::Regex,
}

impl RegExp {
    /// `new RegExp(source)`; None where that throws.
    pub fn new(source: &str) -> Option<RegExp> {
        regress::Regex::new(source).ok().map(|regex| RegExp { regex })
    }

    /// `regexp.test(text)`.
    pub fn is_match(&self, text: &str) -> bool {
        self.regex.find(text).is_some()
    }
}
