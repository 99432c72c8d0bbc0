//! How clients are told names that they must not know.

use std::borrow::Cow;

use crate::hashing::{djb2, sha256_base64};

/// How names are hidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Algorithm {
    Djb2,
    Sha256,
    Plain,
}

impl Algorithm {
    /// Anything but the two known names leaves names plain.
    pub(super) fn from_name(name: &str) -> Algorithm {
        match name {
            "djb2" => Algorithm::Djb2,
            "sha256" => Algorithm::Sha256,
            _ => Algorithm::Plain,
        }
    }

    /// A name, hidden.
    pub(super) fn hash(self, name: &str) -> Cow<'_, str> {
        match self {
            Algorithm::Djb2 => djb2(name).to_string().into(),
            Algorithm::Sha256 => sha256_base64(name).into(),
            Algorithm::Plain => name.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_hide_names() {
        let hidden = |name: &str| Algorithm::from_name(name).hash("test_gate").into_owned();
        assert_eq!(hidden("djb2"), "3114454104");
        assert_eq!(hidden("sha256"), "AoZS0F06Ub+W2ONx+94rPTS7MRxuxa+GnXro5Q1uaGY=");
        assert_eq!(hidden("none"), "test_gate");
        assert_eq!(hidden("MD5"), "test_gate");
    }
}
