import { NetworkError } from '../network/network-error';
import type { TransportResponse } from '../network/transport';
import type { Diagnostics, DiagnosticsKey } from '../observability/diagnostics';
import type { SafeLogger } from '../observability/logger';

export interface MeasuredRequest<T> {
  diagnostics: Diagnostics;
  logger: SafeLogger;
  key: DiagnosticsKey;
  run(): Promise<T>;
  response(result: T): TransportResponse;
}

/** Runs a request between its two diagnostics markers (BEHAVIOUR.md 10). Error texts are masked (Q17). */
export async function measureRequest<T>(request: MeasuredRequest<T>): Promise<T> {
  const { diagnostics, logger, key } = request;
  diagnostics.start(key, 'network_request');
  try {
    const result = await request.run();
    const { status, ok, header } = request.response(result);
    const data = { statusCode: status, success: ok || status === 304, sdkRegion: header('x-statsig-region') };
    diagnostics.end(key, 'network_request', data);
    return result;
  } catch (error) {
    const { name, message, code } = error instanceof NetworkError ? error : { name: 'Error', message: String(error), code: null };
    const statusCode = error instanceof NetworkError ? error.status : null;
    const described = { code, name, message: logger.mask(message) };
    diagnostics.end(key, 'network_request', { statusCode, success: false, sdkRegion: null, error: described });
    throw error;
  }
}
