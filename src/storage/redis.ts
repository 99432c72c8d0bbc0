import { onRejection } from '../observability/rejection';
import type { AdapterResponse, DataAdapterKeyPath, IDataAdapter } from './data-adapter';
import { fromIoredis, isIoredis, type IoredisClient } from './ioredis';
import type { RedisClient } from './redis-client';
import { isError } from '../observability/thrown';

export type { IoredisClient, RedisClient };

/** Default of `connectTimeoutMs`. */
export const REDIS_CONNECT_TIMEOUT_MS = 2_000;
const MAX_RECONNECT_DELAY_MS = 5_000;

/** Options of `RedisDataAdapter`. */
export interface RedisDataAdapterOptions {
  /**
   * A client of yours, connected or not; it is never closed here. Of `redis` or `ioredis`, a
   * cluster too. Give this or `url`.
   */
  client?: RedisClient | IoredisClient;
  /** `redis[s]://[user:password@]host:port[/db]`; a client is made from the package `redis`. */
  url?: string;
  /** Paths polled from Redis instead of the network (readers). Default none (writers). */
  pollsFor?: readonly DataAdapterKeyPath[];
  /** Put before every key. Default ''. */
  keyPrefix?: string;
  /** Items expire after so many seconds. Default: never. */
  expireSeconds?: number;
  /**
   * Longest wait for the connection in `initialize`, ms; connecting goes on afterwards. Default
   * 2,000.
   */
  connectTimeoutMs?: number;
  /** Told of connection errors; by default they are silent, since calls fail with them anyway. */
  onError?(error: unknown): void;
}

/**
 * Config specs and ID lists in Redis: writers sync from the network and store, readers poll Redis.
 * While Redis is away every call fails at once instead of queueing, the SDK goes on with what it
 * has, and the client reconnects by itself (waiting up to 5 s between attempts). The connection
 * does not keep the process alive. What Statsig's forward proxy stored is read, too: it keeps
 * hashes.
 */
export class RedisDataAdapter implements IDataAdapter {
  readonly readsForwardProxy = true;
  private readonly client: RedisClient;
  private readonly isOwnClient: boolean;
  private connecting: Promise<unknown> | null = null;
  private isClosed = false;
  private failures = 0;
  private retry: NodeJS.Timeout | undefined;

  /**
   * @throws TypeError without `client` and `url`; Error when `url` is given but the package `redis`
   * is missing.
   */
  constructor(private readonly options: RedisDataAdapterOptions) {
    const { client, url } = options;
    if (client === undefined && typeof url !== 'string') {
      throw new TypeError('RedisDataAdapter needs a client or a url');
    }
    this.isOwnClient = client === undefined;
    if (client === undefined) this.client = makeClient(url ?? '');
    else this.client = isIoredis(client) ? fromIoredis(client) : client;
    // Without a listener node-redis throws connection errors at the process.
    this.client.on?.('error', (error) => this.report(error));
    if (!this.isOwnClient) return;
    this.client.unref?.();
    // A client that may not reconnect by itself says 'error', then is no longer open.
    this.client.on?.('error', () => this.connectLater());
  }

  /**
   * Rejects when there is no connection at once or in time; it is tried again in the background.
   */
  async initialize(): Promise<void> {
    this.isClosed = false;
    this.connect();
    const { isReady } = this.client;
    if (isReady === false) await this.inTime(this.connecting ?? this.ready());
    else if (isReady !== true && this.connecting !== null) await this.inTime(this.connecting);
  }

  /** One that somebody else connects, as ioredis does by itself. */
  private ready(): Promise<unknown> {
    return new Promise<void>((resolve) => {
      if (this.client.on === undefined || this.client.isOpen !== true) resolve();
      this.client.on?.('ready', () => resolve());
    });
  }

  async get(key: string): Promise<AdapterResponse> {
    try {
      this.checkReady();
      const value = await held(this.read(this.key(key)));
      return typeof value === 'string' ? { result: value } : {};
    } catch (error) {
      return { error: isError(error) ? error : new Error('Redis failed') };
    }
  }

  async set(key: string, value: string): Promise<void> {
    this.checkReady();
    const { expireSeconds } = this.options;
    const options = expireSeconds === undefined ? undefined : { EX: expireSeconds };
    await held(this.client.set(this.key(key), value, options));
  }

  /** Closes a client made here; one given stays as it is. */
  async shutdown(): Promise<void> {
    this.isClosed = true;
    clearTimeout(this.retry);
    if (!this.isOwnClient || this.client.isOpen === false) return;
    const { client } = this;
    if (client.isReady === true) await held(Promise.resolve(client.close?.() ?? client.quit?.()));
    else if (client.destroy !== undefined) client.destroy();
    else await client.disconnect?.();
  }

  supportsPollingUpdatesFor(path: DataAdapterKeyPath): boolean {
    return this.options.pollsFor?.includes(path) ?? false;
  }

  /** A hash of the forward proxy's holds its payload in a field (NEWER.md 19). */
  private async read(key: string): Promise<unknown> {
    try {
      return await this.client.get(key);
    } catch (error) {
      const isHash = isError(error) && error.message.startsWith('WRONGTYPE');
      if (!isHash || this.client.hGet === undefined) throw error;
      return this.client.hGet(key, 'config');
    }
  }

  private key(key: string): string {
    return `${this.options.keyPrefix ?? ''}${key}`;
  }

  private connect(): void {
    const { client } = this;
    if (this.connecting !== null || client.isOpen === true || client.connect === undefined) return;
    const connecting = client.connect();
    this.connecting = connecting;
    const settle = (failures: number): void => {
      this.connecting = null;
      this.failures = failures;
    };
    connecting.then(
      () => settle(0),
      (error: unknown) => {
        settle(this.failures + 1);
        this.report(error);
        this.connectLater();
      },
    );
  }

  /**
   * The client's own reconnecting would keep the process alive while Redis is away; this does not.
   * A client of the user's reconnects by itself, or doesn't.
   */
  private connectLater(): void {
    if (!this.isOwnClient || this.isClosed || this.connecting !== null) return;
    clearTimeout(this.retry);
    const delay =
      Math.min(50 * 2 ** Math.min(this.failures, 10), MAX_RECONNECT_DELAY_MS) *
      (0.75 + Math.random() / 4);
    this.retry = setTimeout(() => this.connect(), delay);
    this.retry.unref?.();
  }

  /**
   * A client of the user's may queue commands while offline; then a poll would hang instead of
   * failing.
   */
  private checkReady(): void {
    if (this.client.isReady === false) throw new Error('Redis is not connected');
  }

  private async inTime(connected: Promise<unknown>): Promise<void> {
    const ms = this.options.connectTimeoutMs ?? REDIS_CONNECT_TIMEOUT_MS;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`Redis did not answer within ${ms} ms`)), ms);
    });
    try {
      await Promise.race([connected, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  private report(error: unknown): void {
    try {
      const returned: unknown = this.options.onError?.(error);
      onRejection(returned, () => undefined);
    } catch {
      // The listener is the user's; its failure has no one to go to.
    }
  }
}

/** The connection does not hold the process, so a command that someone awaits does. */
async function held<T>(command: Promise<T>): Promise<T> {
  const hold = setInterval(() => undefined, 1_000_000);
  try {
    return await command;
  } finally {
    clearInterval(hold);
  }
}

interface RedisPackage {
  createClient(options: {
    url: string;
    disableOfflineQueue: boolean;
    socket: { connectTimeout: number; reconnectStrategy: false };
  }): RedisClient;
}

function makeClient(url: string): RedisClient {
  let redis: RedisPackage;
  try {
    redis = require('redis');
  } catch {
    throw new Error(
      'RedisDataAdapter with a url needs the package "redis"; install it or pass a client',
    );
  }
  return redis.createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 2_000, reconnectStrategy: false },
  });
}
