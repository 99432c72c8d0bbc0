/** Types of the public API that have no value behind them. */
export type * from '../types/client-initialize';
export type * from '../types/initialization';
export type * from '../types/log-event-object';
export type * from '../options/statsig-options';
export type { StatsigEnvironment, StatsigUser } from '../types/user';
