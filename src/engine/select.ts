/**
 * Which engine runs: native, else WebAssembly, else JavaScript; `forced` (from the option or
 * `STATSIG_ENGINE`) names one. The only importer of all three; each is loaded when it is tried, so
 * an unused one costs nothing.
 */
import type { Engine, EngineKind, ReplacementEngine } from './engine';
import type { NativeDownloads, PlatformFile } from './native';
import type { UapReader } from './uap-reader';
import { ENGINE_KINDS } from './kinds';
import { nodeHost } from './node-host';
import { VERSION } from './version';

/** The engine that was chosen and why the faster ones were not. */
export interface Selection {
  engine: Engine;
  /** One entry per engine that was tried before and failed. */
  rejected: { kind: EngineKind; reason: string }[];
}

type Factory = () => Engine;

/**
 * Makes an engine. @param forced only this one; null = the first that loads.
 * @throws Error when the forced engine cannot load. Without `forced` it never throws: js always
 * loads.
 */
export function selectEngine(
  forced: EngineKind | null,
  factories: Record<EngineKind, Factory> = FACTORIES,
): Selection {
  const rejected: Selection['rejected'] = [];
  for (const kind of forced === null ? ENGINE_KINDS : [forced]) {
    try {
      return { engine: factories[kind](), rejected };
    } catch (error) {
      const reason = firstLine(error);
      if (forced !== null)
        throw new Error(`The ${kind} engine was asked for and cannot load: ${reason}`);
      rejected.push({ kind, reason });
    }
  }
  throw new Error('No engine loads.');
}

/**
 * An engine to take over from one that died. @throws Error when it cannot load; js always loads.
 */
export function makeReplacement(kind: 'wasm' | 'js'): ReplacementEngine {
  return FACTORIES[kind]();
}

/** That of an engine which was selected; null: it has none of its own. */
export function uapReaderOf(kind: EngineKind): UapReader | null {
  if (kind !== 'native') return null;
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded already
  return (require('./native') as typeof import('./native')).uapReader;
}

/** The package with this platform's binary, and its file; null: it is not installed. */
export function platformFile(): PlatformFile {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded lazily and
  // synchronously
  return (require('./native') as typeof import('./native')).platformFile();
}

/** What threads have in common; null: without the native binary there is nothing. */
export function sharedDownloads(): NativeDownloads | null {
  try {
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded lazily and
    // synchronously
    return (require('./native') as typeof import('./native')).createSharedDownloads();
  } catch {
    return null;
  }
}

function firstLine(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  const message = error instanceof Error ? error.message : String(error);
  return `${typeof code === 'string' ? `${code}: ` : ''}${message.split('\n', 1)[0]}`;
}

/* eslint-disable @typescript-eslint/no-require-imports -- loaded lazily and synchronously */
const FACTORIES = {
  native: () => (require('./native') as typeof import('./native')).createNativeEngine(),
  wasm: () => (require('./wasm-node') as typeof import('./wasm-node')).createWasmEngineFromFile(),
  js: () => {
    const { createJsEngine, useHost }: typeof import('./js/engine') = require('./js/engine');
    useHost(nodeHost);
    return createJsEngine(VERSION);
  },
};
/* eslint-enable @typescript-eslint/no-require-imports */
