/** Where the first specs came from. */
export type InitializationSource = 'Network' | 'Bootstrap' | 'DataAdapter';

/** What `initialize` resolves to. All four keys are always own properties. */
export type InitializationDetails = {
  /** Milliseconds since the run began. */
  duration: number;
  /** False when no source gave specs, or on timeout. */
  success: boolean;
  /** The last failure on the way, even when a later source succeeded. */
  error?: Error;
  /** Where the specs in force came from. */
  source?: InitializationSource;
};
