//! `new RegExp(source).test(text)`, flags none, as V8 in Node 20 does it.
//!
//! An engine of our own, because the answer must be JavaScript's for every pattern and the work
//! must be bounded. The crate `regress` was tried: without the `u` flag it reads `\u{61}` as a code
//! point, accepts `(?i:a)`, `\b?` and `(?<!a)?`, loses `é*` on ASCII text, and has no bound on time
//! or memory (fuzzing killed the process).
//!
//! Pattern and text are UTF-16 units, so an astral character is two. [`parse`] makes a tree of the
//! pattern, [`compile`] instructions of the tree, [`exec`] runs them with backtracking. Where no
//! back reference occurs, what follows an instruction depends on the position alone, and no pair of
//! them is tried twice: hostile patterns like `(a+)+$` end soon and with the right answer.
//! [`MAX_STEPS`] is for the others.
//!
//! The js engine has the same machine (`src/engine/js/regexp`) and must count the same steps, for
//! the answer at the bound to be the same.

mod class;
mod compile;
mod escape;
mod exec;
mod parse;

use compile::{compile, Program};
use exec::Run;

/// Most instructions run per test, all starting points together (figures:
/// `docs/differences-from-statsig-node.md`). A test that needs more answers false; V8 has no such
/// bound and would block the process for as long as it takes.
pub const MAX_STEPS: u32 = 2_000_000;

/// Most states to return to (16 MB). V8 gives up at 64 MB; giving up answers false too.
pub const MAX_BACKTRACK: usize = 1 << 20;

/// Groups nested deeper than this make a pattern invalid. V8's bound depends on its stack and is
/// some thousands.
pub const MAX_NESTING: usize = 200;

/// A compiled regular expression without flags. Immutable and free of caches, so it can be shared.
#[derive(Debug, Clone)]
pub struct RegExp {
    program: Program,
}

impl RegExp {
    /// `new RegExp(source)`; None where that throws. Linear in the pattern.
    pub fn new(source: &str) -> Option<RegExp> {
        let units: Vec<u16> = source.encode_utf16().collect();
        let pattern = parse::parse(&units)?;
        Some(RegExp { program: compile(&pattern) })
    }

    /// `regexp.test(text)`; false when [`MAX_STEPS`] or [`MAX_BACKTRACK`] is reached.
    pub fn is_match(&self, text: &str) -> bool {
        self.run(text).0
    }

    /// With the number of steps.
    fn run(&self, text: &str) -> (bool, u32) {
        if text.is_ascii() {
            return Run::new(&self.program, text.as_bytes()).search();
        }
        let units: Vec<u16> = text.encode_utf16().collect();
        Run::new(&self.program, units.as_slice()).search()
    }
}

#[cfg(test)]
mod tests;
