import { abortController } from '../host/abort';
import { type Clock, sleep } from '../host/clock';
import type { SafeLogger } from '../observability/logger';
import type { SpecSource } from './spec-source';

/** Headers of the answer that brought a payload; `get` gives null for all where there was none. */
export interface PayloadHeaders {
  get(name: string): string | null;
}

/** `options.verifyPayload`. */
export type VerifyPayload = (
  bytes: Uint8Array,
  headers: PayloadHeaders,
  source: SpecSource,
) => unknown;

export interface PayloadVerifierOptions {
  verify: VerifyPayload;
  /** Longest wait for a promise, ms. */
  limitMs: number;
  clock: Clock;
  logger: SafeLogger;
}

const NO_HEADERS: PayloadHeaders = { get: () => null };

/**
 * Asks the application about payloads before anything parses them. Only `true`, now or as a
 * promise, lets one pass.
 */
export class PayloadVerifier {
  /** Sources whose last payload was refused: told once, not at every poll. */
  private readonly refusing = new Set<SpecSource>();

  constructor(private readonly options: PayloadVerifierOptions) {}

  /** Rejects when the payload is refused. `header`: those of the answer that it came with. */
  async check(
    bytes: Uint8Array,
    source: SpecSource,
    header?: PayloadHeaders['get'],
  ): Promise<void> {
    const headers =
      header === undefined ? NO_HEADERS : { get: (name: string) => header(String(name)) };
    const reason = await this.reasonAgainst(bytes, headers, source);
    if (reason === null) {
      this.refusing.delete(source);
      return;
    }
    const text =
      `verifyPayload refused ${bytes.byteLength} bytes of config specs from ${source}: ` +
      `${reason}`;
    const { logger } = this.options;
    const level = this.refusing.has(source) ? 'debug' : 'warn';
    this.refusing.add(source);
    logger[level](`statsigSDK> ${text}; they are not used.`);
    throw new Error(logger.mask(text));
  }

  private async reasonAgainst(
    bytes: Uint8Array,
    headers: PayloadHeaders,
    source: SpecSource,
  ): Promise<string | null> {
    const { verify, logger } = this.options;
    try {
      // A copy: what was checked is what is parsed, whatever the application does with its bytes.
      const returned = verify(new Uint8Array(bytes), headers, source);
      const verdict =
        typeof returned === 'object' && returned !== null ? await this.inTime(returned) : returned;
      return verdict === true ? null : `it answered ${describe(verdict)}`;
    } catch (error) {
      return logger.describe(error);
    }
  }

  /** What a promise (or anything awaitable) gives within the limit. */
  private async inTime(returned: object): Promise<unknown> {
    const { clock, limitMs } = this.options;
    const done = abortController();
    const late = sleep(clock, limitMs, done.signal).then(() => {
      throw new Error(`no answer within ${limitMs} ms`);
    });
    late.catch(() => undefined);
    try {
      return await Promise.race([returned, late]);
    } finally {
      done.abort();
    }
  }
}

function describe(verdict: unknown): string {
  return typeof verdict === 'boolean' || verdict == null
    ? String(verdict)
    : `a ${typeof verdict} instead of true`;
}
