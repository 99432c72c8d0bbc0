/** Payloads that an engine is given with their content encoding. */

/** A payload that an engine holds inflated; `prepareSpecs` takes it. */
export interface Inflated {
  /** The engine. */
  readonly owner: object;
  /** Bytes of its text. */
  readonly length: number;
  /** Frees it, unless it was taken. */
  release(): void;
}

/** What an engine can have that inflates. */
export interface Inflater {
  /**
   * Takes the content encoding (`gzip`, `deflate` or `br`) out of a body, on another thread, and
   * keeps what is in it. Null when the body is not whole and fine, or longer than `maxBytes` then:
   * Node is to say what is wrong.
   */
  inflate?(body: Uint8Array, encoding: string, maxBytes: number): Promise<Inflated | null>;
}
