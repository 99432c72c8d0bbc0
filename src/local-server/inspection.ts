import type { IncomingMessage } from 'node:http';

import { json } from './exchange';
import type { Reply } from './exchange';
import type { Journal } from './journal';
import { countByRoute, htmlPage } from './page';
import type { Overview } from './page';
import { jsonText } from './show';
import type { ServedSpecs } from './specs-source';
import { stylesheet } from './stylesheet';

/** Events shown on the page. */
const shownEvents = 100;

/** What the pages are made from. */
export interface Inspected {
  url: string;
  journal: Journal;
  specs(): ServedSpecs;
  listNames(): string[];
}

/** The server's own pages, by path, beside the inspector (door.ts). */
const pages: Record<string, (inspected: Inspected, request: IncomingMessage) => Reply> = {
  '/': overviewReply,
  '/_page': pageReply,
  '/_events': eventsReply,
  '/_style.css': () => ({
    status: 200,
    headers: { 'content-type': 'text/css; charset=utf-8' },
    body: stylesheet,
  }),
};

export function inspectionReply(
  path: string,
  inspected: Inspected,
  request: IncomingMessage,
): Reply {
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  return page === undefined ? json({ error: 'no such path' }, 404) : page(inspected, request);
}

/**
 * Everything that arrived, written event by event: together they may be longer than a text can be.
 */
function eventsReply({ journal }: Inspected, { method }: IncomingMessage): Reply {
  if (method === 'DELETE') journal.clear();
  const events = journal.receivedEvents();
  const head = `{"count":${events.length},"dropped":${journal.droppedEvents()},"events":[`;
  return { ...json(null), body: pieces(head, events, ']}') };
}

function* pieces(head: string, items: readonly unknown[], end: string): Generator<string> {
  yield head;
  for (const [at, item] of items.entries()) yield `${at === 0 ? '' : ','}${jsonText(item)}`;
  yield end;
}

/** The page that needs no script. */
function pageReply(inspected: Inspected): Reply {
  return {
    status: 200,
    headers: { 'content-type': 'text/html; charset=utf-8' },
    body: htmlPage(overviewOf(inspected)),
  };
}

/** For programs. */
function overviewReply(inspected: Inspected): Reply {
  const { events, ...rest } = overviewOf(inspected);
  const counts = `"received":${events.received},"dropped":${events.dropped}`;
  const head = `${JSON.stringify(rest).slice(0, -1)},"events":{${counts},"latest":[`;
  return { ...json(null), body: pieces(head, events.latest, ']}}') };
}

function overviewOf({ url, journal, specs, listNames }: Inspected): Overview {
  const events = journal.receivedEvents();
  const { time, text } = specs();
  return {
    url,
    specs: { time, ...sizesOf(text) },
    idLists: listNames(),
    events: {
      received: events.length,
      dropped: journal.droppedEvents(),
      latest: events.slice(-shownEvents).reverse(),
    },
    requests: countByRoute(journal.receivedRequests()),
  };
}

/** Specs by kind in a payload of either format; zeros for a text that is no payload. */
function sizesOf(text: string): { gates: number; configs: number; layers: number } {
  const count = (value: unknown): number =>
    value !== null && typeof value === 'object' ? Object.keys(value).length : 0;
  try {
    const payload: Record<string, unknown> = JSON.parse(text);
    return {
      gates: count(payload.feature_gates),
      configs: count(payload.dynamic_configs),
      layers: count(payload.layer_configs),
    };
  } catch {
    return { gates: 0, configs: 0, layers: 0 };
  }
}
