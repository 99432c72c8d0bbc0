/**
 * What the SDK takes from its host besides the network and the wall clock. On edge runtimes that is
 * what is global when it is needed; Node's own modules take its place where there are any
 * (engine/node-host.ts).
 */
export interface Host {
  readonly TextDecoder: typeof globalThis.TextDecoder;
  readonly TextEncoder: typeof globalThis.TextEncoder;
  readonly URL: typeof globalThis.URL;
  /** Lets other work run. Waits for no clock, not even a fake one. */
  nextTurn(): Promise<void>;
  /**
   * The function that `startTimer` uses, if it does: another one that is global is somebody's fake.
   */
  readonly setTimeout: unknown;
  /**
   * Runs `task` once after `ms` of real time, unless the returned function is called before. Does
   * not keep the process alive.
   */
  startTimer(task: () => void, ms: number): () => void;
  /** Keeps the process alive until the returned function is called. */
  hold(): () => void;
}

/** What timers can count. */
export const LONGEST_MS = 2 ** 31 - 1;

/**
 * Where a timer would keep the process alive, it does not any more. Timers are numbers in browsers.
 */
export function unref(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null) (timer as { unref?: () => void }).unref?.();
}

const globals: Host = {
  get TextDecoder() {
    return globalThis.TextDecoder;
  },
  get TextEncoder() {
    return globalThis.TextEncoder;
  },
  get URL() {
    return globalThis.URL;
  },
  get setTimeout() {
    return globalThis.setTimeout;
  },
  nextTurn: () => new Promise((resolve) => void globalThis.setTimeout(resolve, 0)),
  startTimer(task, ms) {
    const timer = globalThis.setTimeout(task, ms);
    unref(timer);
    return () => globalThis.clearTimeout(timer);
  },
  hold() {
    const timer = globalThis.setInterval(() => undefined, LONGEST_MS);
    return () => globalThis.clearInterval(timer);
  },
};

/** The host in use. */
export let host = globals;

/** Replaces the host, for everything that is asked of it from now on. */
export function useHost(given: Host): void {
  host = given;
}

/** UTF-8 of a text. */
export function utf8(text: string): Uint8Array {
  return new host.TextEncoder().encode(text);
}

/** Text of UTF-8; malformed sequences become U+FFFD. */
export function textOf(bytes: Uint8Array): string {
  return new host.TextDecoder().decode(bytes);
}
