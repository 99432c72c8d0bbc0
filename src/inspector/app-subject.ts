/** An application's instance, as the inspector sees it. Nothing can be changed. */
import type { Server } from '../api/server';
import { textOf } from '../host/host';
import { Feed } from './feed';
import type { Subject } from './subject';
import { plainNowOf } from '../updates/packed-specs';

/** `server` may throw as long as there is none. */
export function appSubject(server: () => Server): Subject {
  const feed = new Feed();
  let watched: object | null = null;
  let unwatch = (): void => undefined;
  const rest = (): void => {
    unwatch();
    watched = null;
  };
  /** From the first question until the last page is gone. Another life has other events. */
  const watch = (): Server => {
    const now = server();
    const { insides } = now;
    if (insides === watched) return now;
    rest();
    watched = insides;
    unwatch = insides.delivery.watch((batch) => feed.add(eventsOf(batch), Date.now()));
    return now;
  };
  return {
    title: 'Statsig in this application',
    api: null,
    feed,
    overrides: null,
    revision: () => orNull(() => server().specsInForce),
    payload() {
      const { lastGood } = watch().insides.applier;
      return lastGood && textOf(plainNowOf(lastGood.bytes));
    },
    current: async () => watch(),
    lists: () => new Map(),
    idle: rest,
    isOver: () => orNull(() => server().isShutDown) ?? false,
  };
}

function eventsOf(batch: Uint8Array): unknown[] {
  const { events } = JSON.parse(textOf(batch)) as { events?: unknown };
  return Array.isArray(events) ? (events as unknown[]) : [];
}

function orNull<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
