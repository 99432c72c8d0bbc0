import type { SafeLogger } from './logger';
import { isError } from './thrown';

export interface ExceptionReporterOptions {
  /**
   * Off by default, since our bugs are not the vendor's: exceptions are counted and logged, and
   * nothing leaves the process.
   */
  enabled: boolean;
  /** POSTs the JSON body; usually `http.postException`. */
  post(body: string): Promise<unknown>;
  logger: SafeLogger;
  /** Told of each. Must not throw. */
  onReport?(thrown: unknown, tag: string): void;
  /** {sdkType, sdkVersion, languageVersion, sessionID} */
  statsigMetadata: Record<string, unknown>;
  /** Copy of the options (BEHAVIOUR.md 8.9). */
  statsigOptions: Record<string, unknown>;
}

/** Where an exception came from. */
export interface ExceptionContext {
  tag: string;
  configName?: string;
  clientKey?: string;
  hash?: string;
  eventCount?: number;
  /** Report it although an exception of the same name was reported. */
  bypassDedupe?: boolean;
  /** The log says it in another way. */
  isSaid?: boolean;
}

/** Names remembered for deduplication; beyond them nothing new is sent. */
const MAX_NAMES = 1000;

/**
 * Counts the SDK's own exceptions, logs each kind once, and reports them if the option says so
 * (BEHAVIOUR.md 8.9).
 */
export class ExceptionReporter {
  /** Exceptions seen, ever. */
  count = 0;
  private readonly sent = new Set<string>();

  constructor(private readonly options: ExceptionReporterOptions) {}

  /** Never throws; returns before anything is sent. */
  report(thrown: unknown, context: ExceptionContext): void {
    this.count++;
    const { logger, onReport } = this.options;
    // Lost events are told by themselves.
    if (context.eventCount === undefined) onReport?.(thrown, context.tag);
    const key = `exception:${context.tag}:${nameOf(thrown)}`;
    if (context.isSaid !== true) {
      logger.once(
        key,
        'error',
        `statsigSDK> An unexpected error in ${context.tag}: ${logger.describe(thrown)}`,
      );
    }
    if (!this.options.enabled || !this.isNew(nameOf(thrown), context.bypassDedupe === true)) return;
    try {
      this.options.post(this.body(thrown, context)).catch((error: unknown) => this.failed(error));
    } catch (error) {
      this.failed(error);
    }
  }

  private isNew(name: string, isBypassing: boolean): boolean {
    if (isBypassing) return true;
    if (this.sent.has(name) || this.sent.size >= MAX_NAMES) return false;
    this.sent.add(name);
    return true;
  }

  private body(thrown: unknown, context: ExceptionContext): string {
    const { logger, statsigMetadata, statsigOptions } = this.options;
    const info = isError(thrown) ? (thrown.stack ?? thrown.message) : JSON.stringify(thrown);
    const { tag, eventCount, configName, clientKey, hash } = context;
    return JSON.stringify({
      exception: nameOf(thrown),
      info: logger.mask(info ?? ''),
      statsigMetadata,
      statsigOptions,
      tag,
      eventCount,
      configName,
      clientKey,
      hash,
    });
  }

  private failed(error: unknown): void {
    this.options.logger.debug(
      `statsigSDK> Reporting an exception failed: ${this.options.logger.describe(error)}`,
    );
  }
}

function nameOf(thrown: unknown): string {
  return isError(thrown) && typeof thrown.name === 'string' ? thrown.name : 'No Name';
}
