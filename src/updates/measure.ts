import { regionOf } from '../network/http';
import { NetworkError, type ThrownError } from '../network/network-error';
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

/**
 * Runs a request between its two diagnostics markers (BEHAVIOUR.md 10). Error texts are masked
 * (Q17).
 */
export async function measureRequest<T>(request: MeasuredRequest<T>): Promise<T> {
  const { diagnostics, logger, key } = request;
  diagnostics.start(key, 'network_request');
  try {
    const result = await request.run();
    const response = request.response(result);
    const { status, ok } = response;
    diagnostics.end(key, 'network_request', {
      statusCode: status,
      success: ok || status === 304,
      ...regionField(regionOf(response)),
    });
    return result;
  } catch (error) {
    diagnostics.end(key, 'network_request', failureData(error, logger));
    throw error;
  }
}

/**
 * As statsig-node has it: a failed status has no code, and a request without an answer no status
 * and no region.
 */
function failureData(error: unknown, logger: SafeLogger): Record<string, unknown> {
  if (!(error instanceof NetworkError))
    return { success: false, ...errorField(NetworkError.accountOf(error), logger) };
  const { status, message, region, thrown } = error;
  if (status === null) return { success: false, ...errorField(thrown, logger) };
  return {
    statusCode: status,
    success: false,
    ...regionField(region),
    ...errorField({ name: 'Error', message }, logger),
  };
}

function regionField(sdkRegion: string | null | undefined): Record<string, unknown> {
  return sdkRegion === undefined ? {} : { sdkRegion };
}

function errorField(thrown: ThrownError | null, logger: SafeLogger): Record<string, unknown> {
  if (thrown === null) return {};
  const { message } = thrown;
  return { error: message === undefined ? thrown : { ...thrown, message: logger.mask(message) } };
}
