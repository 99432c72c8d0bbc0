//! What an evaluation comes to.

use crate::outcome::table::Full;
use crate::store::{rate, NONE};
use crate::user::Seen;

/// Codes beside rule indexes.
pub(crate) mod code {
    /// No rule matched.
    pub(crate) const DEFAULT: u32 = u32::MAX;
    /// The spec is off, and no rule answered.
    pub(crate) const DISABLED: u32 = u32::MAX - 1;
    /// Unsupported.
    pub(crate) const UNSUPPORTED: u32 = u32::MAX - 2;
    /// A local override answered.
    pub(crate) const OVERRIDE: u32 = u32::MAX - 3;
    /// No such spec.
    pub(crate) const UNRECOGNIZED: u32 = u32::MAX - 4;
    /// No specs.
    pub(crate) const UNINITIALIZED: u32 = u32::MAX - 5;
    /// Restricted to targeting rules, and there are none.
    pub(crate) const NO_TARGETING: u32 = u32::MAX - 6;
    /// Several rules of a layer answered.
    pub(crate) const MERGED: u32 = u32::MAX - 7;
    /// Codes start here; below are rule indexes.
    pub(crate) const FIRST: u32 = u32::MAX - 7;
}

/// Why an evaluation gave no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    NeedsUserAgent,
    Full,
    TooDeep,
}

impl From<Full> for Stop {
    fn from(_: Full) -> Stop {
        Stop::Full
    }
}

/// Result of a spec; its secondary exposures lie on the stack.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    /// Index of the spec that decided.
    pub(crate) decided_by: u32,
    pub(crate) code: u32,
    pub(crate) extra: u32,
    /// First delegate, or NONE.
    pub(crate) delegate: u32,
    /// List of exposures before the delegate, or in dcs-v2 the last of several; only with one.
    pub(crate) undelegated: u32,
    /// List of what was merged; only with [`code::MERGED`].
    pub(crate) merged: u32,
    /// Name of the spec that stood in for one on the way (a string of the store), or NONE.
    pub(crate) mapped: u32,
    /// The spec that stood in for the one that was asked for, or NONE.
    pub(crate) base: u32,
    /// The spec of the rule whose delegate did not answer itself, or NONE.
    pub(crate) host: u32,
    /// The rule gives its value.
    pub(crate) pass: bool,
    /// What the spec says to the user.
    pub(crate) value: bool,
    pub(crate) seen: Seen,
    pub(crate) rate: u16,
}

impl Found {
    pub(crate) fn of(decided_by: u32, code: u32) -> Found {
        Found {
            decided_by,
            code,
            extra: 0,
            delegate: NONE,
            undelegated: 0,
            merged: 0,
            mapped: NONE,
            base: NONE,
            host: NONE,
            pass: false,
            value: false,
            seen: Seen::No,
            rate: rate::UNDEFINED,
        }
    }
}
