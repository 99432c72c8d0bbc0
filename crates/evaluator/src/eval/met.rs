//! What a condition says.

/// Whether a condition is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Met {
    No,
    Yes,
    Unsupported,
}

impl From<bool> for Met {
    fn from(met: bool) -> Met {
        if met {
            Met::Yes
        } else {
            Met::No
        }
    }
}
