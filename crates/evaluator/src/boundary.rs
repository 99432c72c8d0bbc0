//! What both sides of an engine must agree on: codes, modes and capacities. `src/engine/engine.ts`
//! has the same under the same names; `__test__/engine-choice/constants.test.ts` compares them.

/// Slots that the caller may use.
pub const USER_CAPACITY: u32 = 1024;
/// Templates of users that an engine keeps.
pub const MAX_TEMPLATES: usize = 16;
/// Unknown names that get an index, per epoch.
pub const MAX_UNKNOWN_NAMES: usize = 4096;
/// Payloads that may be prepared and wait for `commitSpecs` or `discardSpecs`.
pub const MAX_PREPARED: usize = 16;
/// The number that stands for experiments where names are looked up: configs, but for what only
/// experiments see. The other kinds are `SpecKind`'s.
pub const EXPERIMENT_KIND: u32 = 3;
/// What the WebAssembly module answers for null where a length is expected.
pub const NO_TEXT: i32 = -100;
/// Bytes of input that the WebAssembly module keeps between calls.
pub const KEPT_INPUT: usize = 1 << 16;

/// Negative answers: `EvalCode`.
pub mod eval_code {
    /// Call `set_user_agent`, then ask again.
    pub const NEEDS_USER_AGENT: i32 = -1;
    /// Call `reset`, then ask again.
    pub const TABLE_FULL: i32 = -2;
    /// `last_error` tells.
    pub const FAILED: i32 = -3;
}

/// Bits of a mode: `EvalMode`.
pub mod eval_mode {
    /// Evaluate only.
    pub const QUIET: u32 = 0;
    /// Record the exposure.
    pub const EXPOSE: u32 = 1;
    /// Mark it as manual.
    pub const MANUAL: u32 = 2;
    /// Only targeting rules; no overrides, no exposure.
    pub const TARGETING_ONLY: u32 = 4;
    /// Only override rules; no overrides, no exposure.
    pub const OVERRIDES_ONLY: u32 = 8;
}

/// Layout of an answer: `EvalBits`.
pub mod eval_bits {
    /// The gate is open, or a rule of the config passed.
    pub const VALUE: i32 = 1;
    /// Depended on the time.
    pub const VOLATILE: i32 = 2;
    /// A batch is due.
    pub const BATCH_FULL: i32 = 4;
    /// Where the number of the outcome begins.
    pub const OUTCOME_SHIFT: u32 = 3;
}

/// What [`Engine::ask`](crate::Engine::ask) is asked: `Question` of `rust-adapter.ts`.
pub mod question {
    /// Names of a kind, by its number; the text is the entity.
    pub const SPEC_NAMES: u32 = 0;
    /// What is known about a spec, by its index.
    pub const SPEC_INFO: u32 = 1;
    /// The layer of an experiment, whose name is the text.
    pub const EXPERIMENT_LAYER: u32 = 2;
    /// The parameter stores.
    pub const PARAM_STORES: u32 = 3;
    /// An outcome spelled out, by its number.
    pub const OUTCOME: u32 = 4;
    /// Why the last evaluation failed.
    pub const LAST_ERROR: u32 = 5;
    /// What a spec says without a user, by its index.
    pub const SPEC_CONTENT: u32 = 6;
    /// How a spec, by its index, answers; the text is a slot and a time.
    pub const EXPLAIN: u32 = 7;
}

/// What [`Engine::tell`](crate::Engine::tell) is told: `Statement` of `rust-adapter.ts`.
pub mod statement {
    /// `EngineOptions`, as JSON.
    pub const OPTIONS: u32 = 0;
    /// `OverrideTable`, as JSON.
    pub const OVERRIDES: u32 = 1;
    /// An ID list is gone, by its name.
    pub const NO_ID_LIST: u32 = 2;
    /// The epoch ends.
    pub const RESET: u32 = 3;
    /// A new window begins: of what was `exposed`, of what was `sampled`, or of both (``).
    pub const NEXT_WINDOW: u32 = 4;
    /// A template of users from now on: its number below `MAX_TEMPLATES`, a space and its text.
    pub const TEMPLATE: u32 = 5;
}
