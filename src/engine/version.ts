/**
 * Version of the evaluators; scripts/check/rules/versions.mjs keeps it equal to package.json and
 * Cargo.toml.
 */
export const VERSION = '0.1.0';
