/** Reads and compiles the WebAssembly module that the package ships. Node, Bun and Deno. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReplacementEngine } from './engine';
import { nodeHost } from './node-host';
import { createWasmEngine, type WasmModule } from './wasm';

declare const WebAssembly: { Module: new (bytes: Uint8Array) => WasmModule };

let compiled: WasmModule | undefined;

/**
 * A new engine; the module is compiled once per process (about 10 ms). @throws Error when it is
 * missing or broken.
 */
export function createWasmEngineFromFile(
  file = join(__dirname, 'generated', 'statsig.wasm'),
): ReplacementEngine {
  compiled ??= new WebAssembly.Module(readFileSync(file));
  return createWasmEngine(compiled, nodeHost);
}
