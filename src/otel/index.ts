/**
 * Statsig in OpenTelemetry: evaluations as log events, metrics, spans of syncs and deliveries.
 * Needs `@opentelemetry/api` and `@opentelemetry/api-logs`, of which the application has the SDK.
 */
export { observe } from './observe';
export type { OtelOptions } from './observe';
