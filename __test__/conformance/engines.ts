import type { EngineKind } from '../../src/engine/engine';

/**
 * Engines that must run the whole conformance suite. `STATSIG_TEST_ENGINES=js` narrows it for a machine without a
 * Rust toolchain; nothing else does, so an engine that silently fails to load fails the suite.
 */
export const expectedEngines: EngineKind[] = (process.env['STATSIG_TEST_ENGINES']?.split(',') as EngineKind[] | undefined) ?? ['native', 'wasm', 'js'];
