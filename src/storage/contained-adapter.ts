import { abortController } from '../host/abort';
import { bytesIn } from '../host/bytes';
import { type Clock, hasPassed, sleep, systemClock } from '../host/clock';
import { onRejection } from '../observability/rejection';
import { adapterKey } from './adapter-key';
import type { DataAdapterKeyPath, IDataAdapter } from './data-adapter';
import { isError } from '../observability/thrown';

/** Default of `timeoutMs`, and of the option `dataAdapterTimeoutMs`. */
export const ADAPTER_TIMEOUT_MS = 10_000;

export interface ContainedAdapterOptions {
  /** Longest wait for one call, ms. Default 10,000. */
  timeoutMs?: number;
  /** base64 SHA-256 of the secret key. */
  hashedSdkKey: string;
  /** How the keys of Statsig's forward proxy end; only for an adapter that asks for it. */
  proxyKey?: string;
  clock?: Clock;
  /** What errors call it. Default "The data adapter". */
  name?: string;
}

/**
 * A stored item: the value when there is one, what is wrong with it or its adapter. Both null:
 * nothing is stored.
 */
export interface StoredItem {
  /** Bytes are a `Uint8Array` of our own, whatever the adapter gave. */
  value: string | object | null;
  error: Error | null;
}

/** Names an item: a path, and for single ID lists the name of the list. */
export interface ItemName {
  path: DataAdapterKeyPath;
  idListName?: string;
  /** As Statsig's forward proxy names it. */
  isOfProxy?: boolean;
}

/**
 * The user's adapter behind a wall. A call that throws, hangs or answers garbage ends as a
 * rejection with an `Error`, or for `get` as an item without value; nothing else gets out. A method
 * that the adapter lacks does nothing: the options have told.
 */
export class ContainedAdapter {
  private readonly clock: Clock;
  private readonly name: string;
  /** When a call got no answer, for the last time. */
  private hungAt: number | null = null;

  constructor(
    private readonly adapter: IDataAdapter,
    private readonly options: ContainedAdapterOptions,
  ) {
    this.clock = options.clock ?? systemClock;
    this.name = options.name ?? 'The data adapter';
  }

  /** Rejects when the adapter does, or after the timeout. */
  async initialize(): Promise<void> {
    await this.call('initialize', () => this.adapter.initialize?.());
  }

  /** Never rejects. */
  async get(item: ItemName): Promise<StoredItem> {
    try {
      if (typeof this.adapter.get !== 'function') return { value: null, error: null };
      const response: unknown = await this.call('get', () => this.adapter.get(this.key(item)));
      return readResponse(response, this.name);
    } catch (error) {
      return { value: null, error: toError(error) };
    }
  }

  /**
   * `time`: passed only when given, as statsig-node does. Rejects when the adapter does, or after
   * the timeout.
   */
  async set(item: ItemName, value: string, time?: number): Promise<void> {
    const key = this.key(item);
    await this.call('set', () =>
      time === undefined ? this.adapter.set?.(key, value) : this.adapter.set?.(key, value, time),
    );
  }

  /** Rejects when the adapter does, or after the timeout. */
  async shutdown(): Promise<void> {
    await this.call('shutdown', () => this.adapter.shutdown?.());
  }

  /** Whether this path is polled from the adapter. One that throws or promises says no. */
  pollsFor(path: DataAdapterKeyPath): boolean {
    try {
      const returned: unknown = this.adapter.supportsPollingUpdatesFor?.(path);
      onRejection(returned, () => undefined);
      return returned === true;
    } catch {
      return false;
    }
  }

  /** Whether it is to be asked for what the forward proxy stored. */
  get readsForwardProxy(): boolean {
    try {
      return this.options.proxyKey !== undefined && this.adapter.readsForwardProxy === true;
    } catch {
      return false;
    }
  }

  private key({ path, idListName, isOfProxy }: ItemName): string {
    const { hashedSdkKey, proxyKey = hashedSdkKey } = this.options;
    return adapterKey(path, isOfProxy === true ? proxyKey : hashedSdkKey, idListName);
  }

  /**
   * After a call without an answer the next ones fail at once for as long: a start does not wait
   * for each of them.
   */
  private async call<T>(name: string, run: () => T | Promise<T>): Promise<T> {
    const timeoutMs = this.options.timeoutMs ?? ADAPTER_TIMEOUT_MS;
    if (this.hungAt !== null && !hasPassed(timeoutMs, this.hungAt, this.clock.now())) {
      throw new Error(`${this.name}'s ${name} was not called: a call before it got no answer`);
    }
    const done = abortController();
    const returned = (async () => run())();
    returned.catch(() => undefined);
    const late = sleep(this.clock, timeoutMs, done.signal, 'limit').then((): never => {
      if (!done.signal.aborted) this.hungAt = this.clock.now();
      throw new Error(`${this.name}'s ${name} took longer than ${timeoutMs} ms`);
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([returned, late]);
    } catch (error) {
      throw toError(error);
    } finally {
      done.abort();
    }
  }
}

function readResponse(response: unknown, name: string): StoredItem {
  if (typeof response !== 'object' || response === null) {
    return {
      value: null,
      error: new Error(`${name}'s get did not answer with an object`),
    };
  }
  const { result, error }: { result?: unknown; error?: unknown } = response;
  if (error !== undefined && error !== null) return { value: null, error: toError(error) };
  if (result === undefined || result === null) return { value: null, error: null };
  if (typeof result !== 'string' && typeof result !== 'object') {
    return {
      value: null,
      error: new Error(`${name}'s get gave a ${typeof result} where text belongs`),
    };
  }
  return { value: bytesIn(result) ?? result, error: null };
}

function toError(thrown: unknown): Error {
  if (isError(thrown)) return thrown;
  try {
    return new Error(String(thrown));
  } catch {
    return new Error('The data adapter threw a value without text');
  }
}
