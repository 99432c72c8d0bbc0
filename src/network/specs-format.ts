/** Which format of config specs is asked for, and where it is (NEWER.md 19). */
import { NetworkError } from './network-error';

/** See the option `configFormat`. */
export type WantedFormat = 'v1' | 'v2' | 'auto';

/** Statuses of a host that may well have the format, but not now. */
const TRANSIENT = [408, 425, 429];

/**
 * The base of downloads for v2, from the one for v1: hosts have both beside each other. A base
 * without a version (a proxy's) is one for both.
 */
export function baseOfV2(base: string): string {
  return base.replace(/\/v1$/, '/v2');
}

/** With `auto`, v2 is tried until a host says that it has none and gives v1. */
export class SpecsFormat {
  private isRefused = false;

  constructor(
    private readonly wanted: WantedFormat,
    private readonly hasBoth: boolean,
  ) {}

  /** Downloads by the base that is in use. */
  async download<T>(run: (isV2: boolean) => Promise<T>): Promise<T> {
    if (this.wanted === 'v1' || this.isRefused) return run(false);
    try {
      return await run(true);
    } catch (error) {
      if (this.wanted === 'v2' || !this.hasBoth || !isRefusal(error)) throw error;
      const received = await run(false);
      this.isRefused = true;
      return received;
    }
  }
}

/** Whether a host says that there is no such thing. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof NetworkError) || error.code !== 'status') return false;
  const status = error.status ?? 0;
  return (status >= 400 && status < 500 && !TRANSIENT.includes(status)) || status === 501;
}
