/** What `SpecSync` is made of. */
import type { Clock } from '../host/clock';
import type { StatsigHttp } from '../network/http';
import type { WantedFormat } from '../network/specs-format';
import type { Diagnostics } from '../observability/diagnostics';
import type { SafeLogger } from '../observability/logger';
import type { ContainedAdapter } from '../storage/contained-adapter';
import type { SpecBytes } from './packed-specs';
import type { PayloadVerifier } from './payload-verifier';
import type { PollerOptions } from './poller';
import type { SpecInflater } from './spec-inflater';
import type { SpecOrder } from './spec-order';
import type { ApplyResult } from './spec-outcome';
import type { SpecSource } from './spec-source';

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
  /** `specSources`: which sources are asked, in which order; null for the usual one. */
  order?: SpecOrder | null;
  /** `verifyPayload`: whether a payload may be parsed. */
  verifier: PayloadVerifier | null;
  /** Longest payload, bytes. Default 64 MiB. */
  maxBytes?: number;
  /** Parses, compiles and commits. Must not throw; a rejection counts as 'rejected'. */
  apply(bytes: SpecBytes, source: SpecSource): Promise<ApplyResult>;
  /** Who inflates what came compressed; without one, Node does. */
  inflater?: SpecInflater;
  /** `time` of the specs in force, 0 when none: becomes sinceTime. */
  lastUpdateTime(): number;
  /** `checksum` of the specs in force, if they are dcs-v2 and have one. */
  checksum?(): string | null;
  /** Format of the specs in force. Default 1. */
  format?(): 1 | 2;
  /** Which format is wanted. Default `v1`. */
  configFormat?: WantedFormat;
  /** Whether dcs-v2 is asked for in protobuf's form, and for what changed. Default false. */
  specsDeltas?: boolean;
  /** How old a download of another thread may be, ms; undefined: each thread has its own. */
  sharedMs?: number;
  /** Called with the raw text after every successful network sync (Q15). Contained. */
  rulesUpdatedCallback: ((json: string, time: number) => void) | null;
  diagnostics: Diagnostics;
  logger: SafeLogger;
  clock?: Clock;
  /** See `PollerOptions`. */
  trace?: PollerOptions<SyncResult>['trace'];
  onPass?: PollerOptions<SyncResult>['onPass'];
  errors?: { adapterValues(path: string): Error; bootstrapValues(): Error };
}

/** Result of one sync. */
export interface SyncResult {
  success: boolean;
  error?: Error;
}
