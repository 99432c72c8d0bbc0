/** The parts of `flags`' adapters that are met here (flags 4). */

/** A flag that is asked for. */
export interface FlagAsked {
  /** Key of the flag. */
  key: string;
  /** Value of the flag where nothing is known of it. */
  defaultValue?: unknown;
}

/** An adapter of `flags`: what a flag takes as `adapter`. */
export interface FlagsAdapter<V, U> {
  /** Flags whose adapters share it are decided together. */
  readonly adapterId: symbol;
  /** Awaited before the first decision. */
  initialize?(): Promise<void>;
  /** The value; undefined, which gives the flag's default, for a name that the project lacks. */
  decide(params: FlagAsked & { entities?: U }): Promise<V>;
  /** The same of many; names that the project lacks are left out. */
  bulkDecide(params: { flags: FlagAsked[]; entities?: U }): Promise<Record<string, V>>;
}
