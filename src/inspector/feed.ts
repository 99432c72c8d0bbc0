/** Events and users that were seen lately, and who is told of new ones. All of it is bounded. */
import { excerpt, jsonText } from '../local-server/show';

/** An event, as the page shows it. */
export interface ShownEvent {
  /** Counts up; tells a page what it has seen. */
  id: number;
  /** When it was seen, ms. */
  seenAt: number;
  eventName: string;
  /** The event, shortened where it is long. */
  event: unknown;
}

const MOST_EVENTS = 500;
const MOST_USERS = 50;
const LONGEST_USER = 2_000;

type Json = Record<string, unknown>;
type Listener = (events: ShownEvent[]) => void;

/** See the head of this file. */
export class Feed {
  private events: ShownEvent[] = [];
  /** By their JSON, the latest last. */
  private readonly users = new Map<string, Json>();
  private readonly listeners = new Set<Listener>();
  private count = 0;

  /** Adds events as they are sent. */
  add(events: readonly unknown[], seenAt: number): void {
    const fresh = events.slice(-MOST_EVENTS).map((event) => this.shown(event, seenAt));
    this.events = [...this.events, ...fresh].slice(-MOST_EVENTS);
    for (const listener of this.listeners) listener(fresh);
  }

  /** The latest, oldest first. */
  latest(): ShownEvent[] {
    return this.events;
  }

  /** Users of the latest events, the latest first. */
  recentUsers(): Json[] {
    return [...this.users.values()].reverse();
  }

  forget(): void {
    this.events = [];
  }

  /** Returns what ends it. */
  listen(listener: Listener): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private shown(event: unknown, seenAt: number): ShownEvent {
    const { eventName, user } = (event ?? {}) as Json;
    const known = withoutPrivate(user);
    if (known !== null) this.note(known);
    const told = known === null ? event : { ...(event as Json), user: known };
    this.count += 1;
    return { id: this.count, seenAt, eventName: String(eventName), event: excerpt(told) };
  }

  private note({ statsigEnvironment, ...rest }: Json): void {
    const text = jsonText(rest);
    if (text.length > LONGEST_USER || text === '{}') return;
    this.users.delete(text);
    this.users.set(text, rest);
    const [oldest] = this.users.keys();
    if (this.users.size > MOST_USERS && oldest !== undefined) this.users.delete(oldest);
  }
}

/** Private attributes do not come with events; what is there of them all the same is left out. */
function withoutPrivate(user: unknown): Json | null {
  if (typeof user !== 'object' || user === null || Array.isArray(user)) return null;
  const { privateAttributes, ...rest } = user as Json;
  return rest;
}
