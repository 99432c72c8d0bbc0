import { type HttpOptions, StatsigHttp } from '../../src/network/http';
import type { NetworkOverride, OverrideInit, OverrideResponse } from '../../src/network/transport';
import { Diagnostics } from '../../src/observability/diagnostics';
import { type LoggerInterface, SafeLogger } from '../../src/observability/logger';
import type { FakeClock } from '../network/fake-clock';

export const KEY = 'secret-updates-1234';

export function parts(
  clock: FakeClock,
  override: NetworkOverride,
  more: Partial<HttpOptions> = {},
) {
  const lines: string[] = [];
  const push = (text: unknown): void => void lines.push(String(text));
  const target: LoggerInterface = {
    debug: push,
    info: push,
    warn: push,
    error: push,
    logLevel: 'info',
  };
  const logger = new SafeLogger(target, [KEY]);
  const diagnostics = new Diagnostics({
    silent: true,
    disableDiagnostics: false,
    statsigOptions: {},
    emit: () => undefined,
    now: () => 0,
  });
  const http = new StatsigHttp({
    sdkKey: KEY,
    api: 'http://x',
    apiForDownloadConfigSpecs: 'http://x',
    apiForGetIdLists: 'http://x',
    fallbackToStatsigAPI: false,
    localMode: false,
    sdkType: 't',
    sdkVersion: 'v',
    sessionID: 's',
    transport: () => Promise.reject(new Error('no network in tests')),
    networkOverrideFunc: override,
    logger,
    clock,
    ...more,
  });
  return { lines, logger, diagnostics, http, clock };
}

export function answer(text: string, more: Partial<OverrideResponse> = {}): OverrideResponse {
  return { ok: true, status: 200, text: () => Promise.resolve(text), ...more };
}

export type Call = [string, OverrideInit];
