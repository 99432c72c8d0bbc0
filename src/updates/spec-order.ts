/** Config specs from an ordered list of sources: the option `specSources`. */
import type { StoredItem } from '../storage/contained-adapter';
import type { ApplyResult, SpecInitResult } from './spec-outcome';
import type { SpecSource } from './spec-source';
import type { SpecStreamSink } from './spec-stream';

/**
 * What `get` is told. `time()` is that of the specs in force: a source may answer with
 * `{"has_updates":false}` when it has nothing newer.
 */
export type SpecSourceAsk = Omit<SpecStreamSink, 'push' | 'lost'>;

/**
 * A source of an application's own, with `get`, `start` or both. What it throws, rejects with or
 * never answers costs the next source's turn.
 */
export interface CustomSpecSource {
  /** In messages and in `health().source`. Default: `custom`. */
  readonly name?: string;
  /**
   * Config specs, whole: text, bytes or the parsed object. null or undefined: nothing new, the next
   * source is asked. Called at the start and at polls, once at a time.
   */
  get?(ask: SpecSourceAsk): unknown;
  /** Begins to push; gives what ends it. As `SpecStream`'s, once in each life of an instance. */
  start?(sink: SpecStreamSink): (() => void) | Promise<() => void>;
}

/**
 * One entry of `specSources`: the option `specStream`, `dataAdapter` (`'store'`) or
 * `bootstrapValues`, Statsig's own API or what `apiForDownloadConfigSpecs` says (`'network'`), or
 * an object.
 */
export type SpecSourceEntry = 'stream' | 'store' | 'bootstrap' | 'network' | CustomSpecSource;

/** The sources, in their order. */
export interface SpecOrder {
  /** Asks one after the other until one has specs. Never rejects. */
  load(steps: SpecSteps, result: SpecInitResult): Promise<void>;
  /** A poll: the same, for news. Never rejects. */
  pass(steps: SpecSteps): Promise<Error | null>;
  /** Sources that push begin. */
  start(): void;
  /** They end, and who waits for them waits no longer. */
  stop(): void;
  /** What the source gave whose turn it is has begun to serve. */
  committed(): void;
  /** Name of the custom source that gave what is in force; null: none of them. */
  readonly custom: string | null;
}

/** What `SpecSync` does for an order. Nothing here rejects. */
export interface SpecSteps {
  isOver(): boolean;
  /** Of the specs in force. */
  time(): number;
  /** Whether the adapter says that it is fed by others. */
  isStorePolled(): boolean;
  /** Whether what the store or the network gave last is older than what is in force. */
  isBehind(): boolean;
  store(isFirst: boolean): Promise<Error | null>;
  bootstrap(result: SpecInitResult): Promise<void>;
  /** null: no network is asked. */
  network: (() => Promise<Error | null>) | null;
  /** Specs that a custom source gave; null for an item without any. */
  given(item: StoredItem): Promise<ApplyResult | null>;
  /** Specs that were pushed, in the course of a pass. */
  pushed(payload: Uint8Array | string): Promise<ApplyResult>;
  /** The same at any time. */
  received(payload: Uint8Array | string, begin: () => void): Promise<ApplyResult['status']>;
  note(result: SpecInitResult, source: SpecSource, error: Error | null, isSuccess?: boolean): void;
}
