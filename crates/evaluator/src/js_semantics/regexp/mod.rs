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
mod limits;
mod parse;

use compile::{compile, Program};
use exec::Run;
pub use limits::{MAX_BACKTRACK, MAX_NESTING, MAX_STEPS};

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
