import type { SafeLogger } from './logger';

export interface ExceptionReporterOptions {
  /** Off by default (DESIGN.md): exceptions are counted and logged, and nothing leaves the process. */
  enabled: boolean;
  /** POSTs the JSON body; usually `http.postException`. */
  post(body: string): Promise<unknown>;
  logger: SafeLogger;
  /** {sdkType, sdkVersion, languageVersion, sessionID} */
  statsigMetadata: Record<string, unknown>;
  /** Copy of the options (BEHAVIOUR.md 8.9). */
  statsigOptions: Record<string, unknown>;
}

export interface ExceptionContext { tag: string; configName?: string; clientKey?: string; hash?: string; eventCount?: number; bypassDedupe?: boolean }

export class ExceptionReporter {
  /** Exceptions seen, ever. */
  count = 0;
  constructor(readonly options: ExceptionReporterOptions) {}
  report(_thrown: unknown, _context: ExceptionContext): void {}
}
