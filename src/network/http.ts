import type { SafeLogger } from '../observability/logger';
import type { Clock } from './clock';
import type { NetworkOverride, Transport, TransportResponse } from './transport';

export interface HttpOptions {
  sdkKey: string | null;
  /** Bases without trailing slash, complete: the options parser has applied the defaults. */
  api: string;
  apiForDownloadConfigSpecs: string;
  apiForGetIdLists: string;
  fallbackToStatsigAPI: boolean;
  localMode: boolean;
  sdkType: string;
  sdkVersion: string;
  sessionID: string;
  /** `nodeTransport()` on Node, `fetchTransport()` on edge. */
  transport: Transport;
  networkOverrideFunc: NetworkOverride | null;
  logger: SafeLogger;
  clock?: Clock;
  /** Longest wait for a response to begin and between two pieces of its body, ms. Default 10,000. */
  requestTimeoutMs?: number;
  /** Longest duration of one download, ms. Default 120,000. Posts take at most `requestTimeoutMs` in all. */
  downloadTimeoutMs?: number;
  /** Makes the rejection for localMode and for 1000 requests in flight; default: `NetworkError`. */
  errors?: { localMode(): Error; tooManyRequests(url: string): Error };
}

/** Knows statsig-node's requests and headers, and nothing about flags. */
export class StatsigHttp {
  constructor(readonly options: HttpOptions) {}
  downloadSpecs(_o: { sinceTime: number }): Promise<TransportResponse> { throw new Error('shell'); }
  fetchIdListIndex(): Promise<TransportResponse> { throw new Error('shell'); }
  fetchIdList(_url: string, _fromByte: number): Promise<TransportResponse> { throw new Error('shell'); }
  postException(_body: string): Promise<TransportResponse> { throw new Error('shell'); }
}
