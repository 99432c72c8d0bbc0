/** Names of the engines. */
import type { EngineKind } from './engine';

/** The order in which engines are tried: fastest first. */
export const ENGINE_KINDS: readonly EngineKind[] = ['native', 'wasm', 'js'];

/** True for the names that `STATSIG_ENGINE` and the option take. */
export function isEngineKind(value: unknown): value is EngineKind {
  return ENGINE_KINDS.some((kind) => kind === value);
}
