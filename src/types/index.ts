/** Types of the public API that have no value behind them. */
export type * from './client-initialize';
export type * from './initialization';
export type * from './log-event-object';
export type * from './statsig-options';
export type { StatsigEnvironment, StatsigUser } from '../user';
