import type { Clock } from '../network/clock';
import type { StatsigHttp } from '../network/http';
import type { Diagnostics } from '../observability/diagnostics';
import type { SafeLogger } from '../observability/logger';
import type { ContainedAdapter } from '../storage/contained-adapter';

export type SpecSource = 'Network' | 'Bootstrap' | 'DataAdapter';

/**
 * What the facade did with a payload. `time`: lastUpdateTime now in force (0 = none).
 * 'older': has_updates was true but the payload is not newer; nothing changed.
 */
export type ApplyResult =
  | { status: 'applied' | 'noUpdates' | 'older'; time: number }
  | { status: 'rejected'; error: Error };

export interface SpecSyncOptions {
  http: StatsigHttp;
  adapter: ContainedAdapter | null;
  /** bootstrapValues as text (objects are stringified by the options parser). */
  bootstrap: string | null;
  /** ms; clamped by the options parser. */
  intervalMs: number;
  /** disableRulesetsSync: no polling. */
  pollingDisabled: boolean;
  localMode: boolean;
  /** Parses, compiles and commits. Must not throw; a rejection counts as 'rejected'. */
  apply(bytes: Uint8Array, source: SpecSource): Promise<ApplyResult>;
  /** `time` of the specs in force, 0 when none: becomes sinceTime. */
  lastUpdateTime(): number;
  /** Called with the raw text after every successful network sync (Q15). Contained. */
  rulesUpdatedCallback: ((json: string, time: number) => void) | null;
  diagnostics: Diagnostics;
  logger: SafeLogger;
  clock?: Clock;
  errors?: { adapterValues(path: string): Error; bootstrapValues(): Error };
}

/** Result of `initialize`; becomes InitializationDetails. */
export interface SpecInitResult { success: boolean; error?: Error; source?: SpecSource }

/** Result of one sync. */
export interface SyncResult { success: boolean; error?: Error }

export class SpecSync {
  constructor(readonly options: SpecSyncOptions) {}
  /** adapter → bootstrap → network. Never rejects. */
  initialize(): Promise<SpecInitResult> { throw new Error('shell'); }
  /** One sync now (adapter or network as polling would); joins a running one. Never rejects. */
  sync(): Promise<SyncResult> { throw new Error('shell'); }
  startPolling(): void {}
  /** Stops polling for good and waits for nothing. */
  stop(): void {}
  /** Resolves when no sync is running. */
  idle(): Promise<void> { throw new Error('shell'); }
  /** BEHAVIOUR.md 11.4; call on each check. A few ns when there is nothing to do. */
  recoverIfStale(): void {}
}
