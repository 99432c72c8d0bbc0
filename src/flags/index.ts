/** Adapters for Vercel's `flags`, which they meet by their shape: nothing of it is loaded. */
export { statsigAdapter } from './adapter';
export type { FlagsStatsig, StatsigAdapters, StatsigAdapterOptions } from './adapter';
export type { FlagsAdapter, FlagAsked } from './shapes';
