import type { Clock } from '../network/clock';
import type { DataAdapterKeyPath, IDataAdapter } from './data-adapter';

export interface ContainedAdapterOptions {
  /** Longest wait for one call, ms. Default 10,000. */
  timeoutMs?: number;
  /** base64 SHA-256 of the secret key. */
  hashedSdkKey: string;
  clock?: Clock;
}

/** The user's adapter behind a wall: a call that throws, hangs or answers garbage becomes a plain `Error`. */
export class ContainedAdapter {
  constructor(readonly adapter: IDataAdapter, readonly options: ContainedAdapterOptions) {}
  initialize(): Promise<void> { throw new Error('shell'); }
  shutdown(): Promise<void> { throw new Error('shell'); }
  pollsFor(_path: DataAdapterKeyPath): boolean { throw new Error('shell'); }
}
