import type { StatsigUser } from '../user';

/** Argument of `logEventObject`. */
export type LogEventObject = {
  eventName: string;
  user: StatsigUser;
  value?: string | number | null;
  metadata?: Record<string, unknown> | null;
  /** Milliseconds since the epoch. Strings are declared for compatibility and ignored, as in statsig-node. */
  time?: string | number | null;
};
