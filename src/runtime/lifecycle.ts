/**
 * Initialization and shutdown of one Runtime (BEHAVIOUR.md 1.6, 1.7, 11.2): one run shared by all
 * callers, a timeout that is exact, and work that finishes in the background without reviving what
 * was shut down.
 */
import {
  StatsigInitTimeoutError,
  StatsigInitializeFromNetworkError,
  StatsigInvalidArgumentError,
} from '../types/errors';
import type { DeliveryReport } from '../events/delivery';
import type { HealthState } from './health';
import type { Runtime } from './runtime';
import type { InitializationDetails, InitializationSource } from '../types/initialization';
import { isError } from '../observability/thrown';

const INVALID_KEY =
  'Invalid key provided.  You must use a Server Secret Key from the Statsig console with ' +
  'the node-js-server-sdk';

/** What lets calls through while the life is ready. */
export interface Gatekeeper {
  isReady: boolean;
}

/** How a run ended; each caller adds its own duration. */
interface Outcome {
  success: boolean;
  error: Error | undefined;
  source: InitializationSource | undefined;
}

/** See the head of this file. */
export class Lifecycle {
  private pending: Promise<Outcome> | null = null;
  private startedAt = 0;

  constructor(
    private readonly runtime: Runtime,
    private readonly calls: Gatekeeper,
    private readonly secretKey: unknown,
  ) {}

  /**
   * @throws StatsigInvalidArgumentError (as a rejection) when the key is no server secret key;
   * nothing else rejects
   */
  async initialize(): Promise<InitializationDetails> {
    if (this.pending === null && this.calls.isReady) {
      return { duration: 0, success: true, error: undefined, source: undefined };
    }
    if (this.pending === null) {
      this.checkKey();
      this.startedAt = this.runtime.clock.now();
      this.runtime.logger.debug('statsigSDK::initialize> Loading config specs and ID lists');
      this.pending = this.run();
    }
    const outcome = await this.pending;
    const { success, error, source } = outcome;
    return { duration: this.durationMs, success, error, source };
  }

  /** A clock that went back tells nothing. */
  private get durationMs(): number {
    return Math.max(0, this.runtime.clock.now() - this.startedAt);
  }

  /**
   * Not ready from now on. Resolves when events are out and syncs are done, or after the timeout.
   * Never rejects.
   */
  async shutdown(timeoutMs: number | undefined): Promise<DeliveryReport> {
    this.calls.isReady = false;
    return this.runtime.stop(timeoutMs);
  }

  get state(): HealthState {
    if (this.runtime.isStopped) return 'shutdown';
    if (this.pending !== null) return 'initializing';
    return this.calls.isReady ? 'ready' : 'uninitialized';
  }

  private checkKey(): void {
    const { localMode } = this.runtime.options;
    if (
      !localMode &&
      (typeof this.secretKey !== 'string' || !this.secretKey.startsWith('secret-'))
    ) {
      throw new StatsigInvalidArgumentError(INVALID_KEY);
    }
  }

  private async run(): Promise<Outcome> {
    const { initTimeoutMs } = this.runtime.options;
    this.runtime.diagnostics.start('overall', null);
    // What it waits for has a timeout, and timers do not keep the process alive: it would end with
    // code 0 in the middle.
    const release = this.runtime.hold();
    const loaded = this.load();
    const outcome = await (initTimeoutMs > 0 ? this.withTimeout(loaded, initTimeoutMs) : loaded);
    release();
    this.pending = null;
    if (!this.runtime.isStopped) {
      this.calls.isReady = true;
      this.runtime.initialized(outcome.error, this.durationMs);
    }
    const isTimeout = outcome.error instanceof StatsigInitTimeoutError;
    this.runtime.diagnostics.endInitialize({
      success: outcome.success,
      ...(isTimeout ? { reason: 'timeout' } : {}),
    });
    return outcome;
  }

  private async load(): Promise<Outcome> {
    try {
      const { success, error, source } = await this.runtime.load();
      return { success, error: success ? error : this.reasonOf(error), source };
    } catch (thrown) {
      this.runtime.exceptions.report(thrown, { tag: 'initializeAsync' });
      return { success: false, error: isError(thrown) ? thrown : undefined, source: undefined };
    }
  }

  /**
   * The network is the last source, so a run that failed, failed there; only localMode does not ask
   * it, and `specSources` may have others.
   */
  private reasonOf(error: Error | undefined): Error | undefined {
    if (error !== undefined && this.runtime.order !== null) {
      this.runtime.logger.error(error);
      return error;
    }
    if (
      error === undefined ||
      this.runtime.options.localMode ||
      error instanceof StatsigInitializeFromNetworkError
    ) {
      return error;
    }
    const reason = new StatsigInitializeFromNetworkError(error);
    // Our own end of the request is nothing to mend.
    this.runtime.logger[this.runtime.isStopped ? 'debug' : 'error'](reason);
    return reason;
  }

  /**
   * The timer keeps the process alive while init is awaited, and is cleared when init settles first
   * (Q4).
   */
  private withTimeout(loaded: Promise<Outcome>, timeoutMs: number): Promise<Outcome> {
    const { clock } = this.runtime;
    return new Promise((resolve) => {
      const release = clock.hold?.();
      const end = (outcome: Outcome): void => {
        clock.clearTimer(timer);
        release?.();
        resolve(outcome);
      };
      const late = (): void => {
        this.runtime.logger.warn(
          `statsigSDK::initialize> ${timeoutMs} ms (initTimeoutMs) are over: ` +
            `${this.runtime.waitsFor} are still being loaded, and serve when they come.`,
        );
        end({ success: false, error: new StatsigInitTimeoutError(), source: undefined });
      };
      const timer = clock.setTimer(late, timeoutMs, 'wait');
      void loaded.then(end);
    });
  }
}
