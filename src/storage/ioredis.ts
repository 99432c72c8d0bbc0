/** Clients of the package `ioredis`, which name things otherwise than those of `redis`. */
import type { RedisClient } from './redis-client';

/** The part of an ioredis client, or of its cluster, that is used. */
export interface IoredisClient {
  /** `wait` before a lazy client connects, `ready` when it has. */
  readonly status: string;
  /** The text under a key. */
  get(key: string): Promise<unknown>;
  /** Stores a text. */
  set(key: string, value: string): Promise<unknown>;
  /** Stores a text for so many seconds. */
  set(key: string, value: string, unit: 'EX', seconds: number): Promise<unknown>;
  /** The text of a field of a hash. */
  hget(key: string, field: string): Promise<unknown>;
  /** Connects a lazy client. */
  connect(): Promise<unknown>;
  /** Listens to `error` and `ready`. */
  on(event: string, listener: (error: unknown) => void): unknown;
}

/** Whether a client is of ioredis, and says how it is; those of `redis` have `hGet`. */
export function isIoredis(client: RedisClient | IoredisClient): client is IoredisClient {
  return 'status' in client && typeof client.status === 'string' && !('hGet' in client);
}

/** An ioredis client as one of `redis`. */
export function fromIoredis(client: IoredisClient): RedisClient {
  return {
    get isOpen() {
      return client.status !== 'wait' && client.status !== 'end';
    },
    get isReady() {
      return client.status === 'ready';
    },
    get: (key) => client.get(key),
    set: (key, value, options) =>
      options === undefined ? client.set(key, value) : client.set(key, value, 'EX', options.EX),
    hGet: (key, field) => client.hget(key, field),
    connect: () => client.connect(),
    on: (event, listener) => client.on(event, listener),
  };
}
