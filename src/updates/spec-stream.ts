/** Config specs that are pushed: the option `specStream`. */

/** A source that pushes. What it throws costs polling, as before. */
export interface SpecStream {
  /** Begins; gives what ends it. Called once in each life of an instance that polls. */
  start(sink: SpecStreamSink): (() => void) | Promise<() => void>;
}

/** Where a stream puts what it has. */
export interface SpecStreamSink {
  /** What to ask a source with; empty without one. */
  readonly secretKey: string;
  /** Which format is wanted. */
  readonly format: 1 | 2;
  /** Longest payload, bytes. */
  readonly maxBytes: number;
  /** Time of the specs in force, ms; 0 without any. */
  time(): number;
  /**
   * A whole payload, or `{"has_updates":false}` as a sign of life. Polling rests from now on,
   * unless it is older than what is in force. False: it cannot be used, and polling goes on. Never
   * rejects.
   */
  push(payload: Uint8Array | string): Promise<boolean>;
  /** Nothing comes any more: polling goes on until the next `push`. */
  lost(reason: unknown): void;
}
