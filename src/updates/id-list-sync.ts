import type { Clock } from '../network/clock';
import type { StatsigHttp } from '../network/http';
import type { Diagnostics } from '../observability/diagnostics';
import type { SafeLogger } from '../observability/logger';
import type { ContainedAdapter } from '../storage/contained-adapter';
import type { SyncResult } from './spec-sync';

/** Where ID lists live: the engine, behind the facade. */
export interface IdListStore {
  /** False (nothing changed) when the text does not begin with + or -. `replace`: start from an empty list. */
  update(name: string, replace: boolean, lines: Uint8Array): Promise<boolean>;
  remove(name: string): void;
  export(name: string): Uint8Array | null;
}

export interface IdListSyncOptions {
  http: StatsigHttp;
  adapter: ContainedAdapter | null;
  store: IdListStore;
  intervalMs: number;
  pollingDisabled: boolean;
  localMode: boolean;
  diagnostics: Diagnostics;
  logger: SafeLogger;
  clock?: Clock;
  /** Parallel downloads. Default 8. */
  maxDownloads?: number;
  errors?: { invalidIndex(): Error };
}

export class IdListSync {
  constructor(readonly options: IdListSyncOptions) {}
  /** First load: from the adapter when there is one, else (or on error) from the network. Never rejects. */
  initialize(): Promise<SyncResult> { throw new Error('shell'); }
  sync(): Promise<SyncResult> { throw new Error('shell'); }
  startPolling(): void {}
  stop(): void {}
  idle(): Promise<void> { throw new Error('shell'); }
  recoverIfStale(): void {}
}
