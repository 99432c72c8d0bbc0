/** The local server, as the inspector sees it: its payload, lists and events; values can be set. */
import type { StatsigServer } from '../api/statsig';
import type { Inspected } from '../local-server/inspected';
import { Feed } from './feed';
import { Inspector } from './inspector';
import { scratchInstance } from './scratch';
import type { Subject } from './subject';

/** See the head of this file. */
export interface LocalInspector {
  inspector: Inspector;
  close(): void;
}

export function inspectorOf(inspected: Inspected, title: string): LocalInspector {
  const answering = new Answering(inspected);
  const inspector = new Inspector(subjectOf(inspected, answering, title));
  return {
    inspector,
    close() {
      inspector.close();
      answering.close();
    },
  };
}

function subjectOf(inspected: Inspected, answering: Answering, title: string): Subject {
  const feed = new Feed();
  const add = (events: readonly { event: unknown }[]): void =>
    feed.add(
      events.map(({ event }) => event),
      Date.now(),
    );
  add(inspected.journal.receivedEvents());
  inspected.journal.onEvents = add;
  return {
    title,
    api: `${inspected.url}/v1`,
    feed,
    overrides: inspected.overrides,
    revision: () => answering.revision(),
    payload: () => inspected.specs().text,
    current: () => answering.current(),
    lists: () => inspected.lists.texts(),
    idle: () => undefined,
    isOver: () => false,
  };
}

/** An instance that answers as one would that is connected: another one per payload and lists. */
class Answering {
  private seen: { key: string; revision: object } | null = null;
  private made: { revision: object; server: Promise<StatsigServer> } | null = null;

  constructor(private readonly inspected: Inspected) {}

  revision(): object {
    const { specs, lists } = this.inspected;
    const key = `${specs().etag} ${lists.version}`;
    if (this.seen?.key !== key) this.seen = { key, revision: {} };
    return this.seen.revision;
  }

  current(): Promise<StatsigServer> {
    const revision = this.revision();
    if (this.made?.revision === revision) return this.made.server;
    this.close();
    const { specs, lists } = this.inspected;
    const server = scratchInstance(specs().text, lists.texts());
    this.made = { revision, server };
    return server;
  }

  close(): void {
    void this.made?.server.then((server) => server.shutdownAsync(0)).catch(() => undefined);
    this.made = null;
  }
}
