import type { LookupKind } from '../engine/engine';
import type { IsProxy } from '../users/asked-names';
import type { UserAdditions } from '../users/user-additions';
import type { AgentParser } from '../users/user-agent';

/** What the host of an engine needs of its surroundings. */
export interface HostHooks {
  /** Wall clock, ms. */
  now(): number;
  /** Tells Proxies; null where the host cannot. */
  isProxy: IsProxy;
  /** Who parses user agents; null: whom the format of the specs asks for. */
  agentParser?: AgentParser | null;
  /** What every user gets; null for nothing. */
  additions?: UserAdditions | null;
  /** A name was asked for that the specs do not have; once per name and specs, unless it throws. */
  onUnknown?(kind: LookupKind, name: string): void;
  /** Enough events are pending for a batch. Called at most once per event; must not throw. */
  onBatchFull(): void;
}
