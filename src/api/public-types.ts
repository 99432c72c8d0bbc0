/** Types of the public API that have no value behind them. */
export type * from '../types/client-initialize';
export type * from '../types/initialization';
export type * from '../types/log-event-object';
export type * from '../options/statsig-options';
export type { CustomSpecSource, SpecSourceAsk, SpecSourceEntry } from '../updates/spec-order';
export type { SpecStream, SpecStreamSink } from '../updates/spec-stream';
export type {
  StatsigEnvironment,
  StatsigUser,
  StatsigUserFields,
  UserAttribute,
  UserWithCustomIDs,
  UserWithID,
} from '../types/user';
