/**
 * Version of the evaluators; scripts/check-versions.mjs keeps it equal to package.json and
 * Cargo.toml.
 */
export const VERSION = '0.1.0';
