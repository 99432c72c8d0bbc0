/**
 * The part of a node-redis client (package `redis`, version 4 or later), or of its cluster, that is
 * used.
 */
export interface RedisClient {
  /** Connecting or connected. */
  readonly isOpen?: boolean;
  /** Connected; a cluster does not say. */
  readonly isReady?: boolean;
  /** The text under a key. */
  get(key: string): Promise<unknown>;
  /** Stores a text, for `EX` seconds. */
  set(key: string, value: string, options?: { EX: number }): Promise<unknown>;
  /** The text of a field of a hash: Statsig's forward proxy stores those. */
  hGet?(key: string, field: string): Promise<unknown>;
  /** Connects. */
  connect?(): Promise<unknown>;
  /** node-redis 5. */
  close?(): Promise<unknown> | void;
  /** node-redis 5: closes at once. */
  destroy?(): void;
  /** node-redis 4. */
  quit?(): Promise<unknown>;
  /** node-redis 4: closes at once. */
  disconnect?(): Promise<unknown>;
  /** Lets the process end. */
  unref?(): void;
  /** Listens to `error` and `ready`. */
  on?(event: string, listener: (error: unknown) => void): unknown;
}
