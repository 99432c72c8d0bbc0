//! Bounds of patterns and of tests.

/// Most instructions run per test, all starting points together (figures:
/// `docs/differences-from-statsig-node.md`). A test that needs more answers false; V8 has no such
/// bound and would block the process for as long as it takes.
pub const MAX_STEPS: u32 = 2_000_000;

/// Most states to return to (16 MB). V8 gives up at 64 MB; giving up answers false too.
pub const MAX_BACKTRACK: usize = 1 << 20;

/// Groups nested deeper than this make a pattern invalid. V8's bound depends on its stack and is
/// some thousands.
pub const MAX_NESTING: usize = 200;

/// Quantifiers without an upper bound, and counts beyond.
pub(super) const UNBOUNDED: u32 = 0x7FFF_FFFF;
