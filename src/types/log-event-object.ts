import type { StatsigUser } from './user';

/** Argument of `logEventObject`. */
export type LogEventObject = {
  /** Name of the event. */
  eventName: string;
  /** Whom it is about. */
  user: StatsigUser;
  /** A number or text, for example a price. */
  value?: string | number | null;
  /** Further facts, written as JSON. */
  metadata?: Record<string, unknown> | null;
  /**
   * Milliseconds since the epoch. Strings are declared for compatibility and ignored, as in
   * statsig-node.
   */
  time?: string | number | null;
};
