import type { UserAgentParts } from './engine';

/** Reads user agents by uap-core's patterns. */
export interface UapReader {
  /** Begins to load them, so that the first user agent need not wait. Never throws. */
  load(): void;
  /** May throw. */
  read(agent: string): UserAgentParts;
}
