/**
 * A provider for `@openfeature/server-sdk`, which it meets by its shape: nothing of it is loaded
 * here.
 */
export { toStatsigUser } from './context';
export { StatsigProvider } from './provider';
export type { StatsigProviderOptions } from './provider';
export type {
  EvaluationContext,
  FlagMetadata,
  ProviderEvent,
  Resolution,
  TrackingDetails,
} from './shapes';
