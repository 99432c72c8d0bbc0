/** Placeholder until crates/wasm is built: reports plainly that there is no module. */
import type { Engine } from './engine';

/** @throws Error always, for now. */
export function createWasmEngine(): Engine {
  throw new Error('WebAssembly module not built');
}
