/** What public calls need of a life, so that they do not know all of it. */
import type { EngineHost } from '../engine-host/engine-host';
import type { Clock } from '../host/clock';
import type { Diagnostics } from '../observability/diagnostics';
import type { ExceptionReporter } from '../observability/exception-report';
import type { SafeLogger } from '../observability/logger';
import type { Misuse } from '../runtime/misuse';
import type { ResolvedOptions } from '../options/options';
import type { EnvironmentRule } from '../users/user-json';

/** The parts of one life that calls use. */
export interface CallParts {
  readonly engineHost: EngineHost;
  readonly options: ResolvedOptions;
  readonly logger: SafeLogger;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly exceptions: ExceptionReporter;
  readonly misuse: Misuse;
  /** Counts checks that expose nothing; null where nobody asks for that. */
  readonly nonExposed: { count(name: string): void } | null;
  /** What users get as `statsigEnvironment` is its. */
  readonly applier: {
    readonly environment: object | null;
    readonly environmentRule: EnvironmentRule;
  };
  /** Looks at the clock. May throw. */
  recoverIfStale(): void;
}
