/** Adapters for Vercel's `flags`, which they meet by their shape: nothing of it is loaded. */
export { statsigAdapter } from './adapter';
export type {
  FlagsCheckOptions,
  FlagsConfig,
  FlagsDetails,
  FlagsGate,
  FlagsLayer,
  FlagsStatsig,
  StatsigAdapters,
  StatsigAdapterOptions,
} from './adapter';
export type { FlagsAdapter, FlagAsked } from './shapes';
