/** The local server, as the inspector sees it: its payload, lists and events; values can be set. */
import type { StatsigServer } from '../api/statsig';
import type { Door, Inspected } from '../local-server/inspected';
import { Feed } from './feed';
import { isInspected, respond } from './handler';
import { Inspector } from './inspector';
import { scratchInstance } from './scratch';
import type { ListTexts, Serving, Subject } from './subject';

/** See the head of this file. Who may ask, the local server decides. */
export function localInspector(inspected: Inspected): Door {
  const answering = new Answering(inspected);
  const subject = subjectOf(inspected, answering);
  const inspector = new Inspector(subject);
  return {
    handle(request, response) {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const path = isInspected(pathname) ? pathname : '/';
      const asked = { request, response, path, query: searchParams };
      void respond(inspector, asked, () => null);
    },
    close() {
      inspector.close();
      answering.close();
    },
  };
}

function subjectOf(inspected: Inspected, answering: Answering): Subject {
  const feed = new Feed();
  const add = (events: readonly { event: unknown }[]): void =>
    feed.add(
      events.map(({ event }) => event),
      Date.now(),
    );
  add(inspected.journal.receivedEvents());
  inspected.journal.onEvents = add;
  return {
    title: 'Local Statsig-compatible server',
    api: `${inspected.url}/v1`,
    feed,
    overrides: inspected.overrides,
    revision: () => answering.revision(),
    current: () => answering.current(),
    lists: () => inspected.lists.texts(),
    idle: () => undefined,
    isOver: () => false,
  };
}

/** An instance that answers as one would that is connected: another one per payload and lists. */
class Answering {
  private made: { key: string; revision: object; serving: Promise<Serving> } | null = null;

  constructor(private readonly inspected: Inspected) {}

  revision(): object {
    return this.up().revision;
  }

  current(): Promise<Serving> {
    return this.up().serving;
  }

  close(): void {
    void this.made?.serving.then(({ server }) => server.shutdownAsync(0)).catch(() => undefined);
    this.made = null;
  }

  private up(): { revision: object; serving: Promise<Serving> } {
    const { specs, lists } = this.inspected;
    const { text, etag } = specs();
    const key = `${etag} ${lists.version}`;
    if (this.made?.key === key) return this.made;
    this.close();
    const revision = {};
    const serving = start(text, lists.texts(), revision);
    this.made = { key, revision, serving };
    return this.made;
  }
}

async function start(text: string, lists: ListTexts, revision: object): Promise<Serving> {
  const server: StatsigServer = await scratchInstance(text, lists);
  return { server, payload: text, revision };
}
