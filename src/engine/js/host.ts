/**
 * What the engine takes from its host: what is global, unless the one who makes the engine knows
 * better.
 */
export interface EngineHost {
  readonly TextDecoder: typeof globalThis.TextDecoder;
  readonly TextEncoder: typeof globalThis.TextEncoder;
  /** Lets other work run, so that requests are served meanwhile. */
  nextTurn(): Promise<void>;
}

let host: EngineHost = {
  get TextDecoder() {
    return globalThis.TextDecoder;
  },
  get TextEncoder() {
    return globalThis.TextEncoder;
  },
  /** setImmediate where it exists: a timer of 0 waits a millisecond. */
  nextTurn() {
    const { setImmediate: immediate } = globalThis as {
      setImmediate?: (task: () => void) => unknown;
    };
    return new Promise(
      (resolve) => void (immediate === undefined ? setTimeout(resolve, 0) : immediate(resolve)),
    );
  },
};

/** Replaces the host of all engines of this kind in the process. */
export function useHost(given: EngineHost): void {
  host = given;
}

export function nextTurn(): Promise<void> {
  return host.nextTurn();
}

export function textEncoder(): InstanceType<EngineHost['TextEncoder']> {
  return new host.TextEncoder();
}

export function textDecoder(options?: {
  ignoreBOM: boolean;
}): InstanceType<EngineHost['TextDecoder']> {
  return new host.TextDecoder('utf-8', options);
}
