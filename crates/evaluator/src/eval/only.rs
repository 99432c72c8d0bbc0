//! Evaluation restricted to a sort of rules.

use crate::boundary::eval_mode;
use crate::store::Rule;

/// Which rules of the spec at the top count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Only {
    /// All.
    All,
    /// Those that keep users out of an experiment.
    Targeting,
    /// Those that put users into a group by hand.
    Overrides,
}

impl Only {
    pub(crate) fn of_mode(mode: u32) -> Only {
        if mode & eval_mode::TARGETING_ONLY != 0 {
            Only::Targeting
        } else if mode & eval_mode::OVERRIDES_ONLY != 0 {
            Only::Overrides
        } else {
            Only::All
        }
    }

    pub(crate) fn takes(self, rule: &Rule) -> bool {
        match self {
            Only::All => true,
            Only::Targeting => rule.targeting,
            Only::Overrides => rule.overriding,
        }
    }

    /// None of the rules counts, but not because there are none.
    pub(crate) fn leaves_nothing_of(self, rules: &[Rule]) -> bool {
        self != Only::All && !rules.iter().any(|rule| self.takes(rule))
    }
}
