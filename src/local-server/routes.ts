import type { IncomingMessage } from 'node:http';

import { acceptsGzip, json } from './exchange';
import type { Reply } from './exchange';
import { rangeStart } from './id-lists';
import type { IdLists } from './id-lists';
import { shortText } from './show';
import type { ServedSpecs } from './specs-source';
import type { ReceivedEvent, Route } from './types';

/** A request path taken apart. */
export interface Target {
  route: Route | null;
  /** Version of the config format that the path asks for. */
  version: 1 | 2;
  path: string;
  /** Host of a target that is a whole URL, as a proxy is asked; '' for a path. */
  host: string;
  query: URLSearchParams;
  /** Last segment: the file of an ID-list download. */
  name: string;
}

const patterns: [Route, RegExp][] = [
  ['specs', /\/download_config_specs(\/|$)/],
  ['idListIndex', /\/get_id_lists(\/|$)/],
  ['idList', /\/id_lists\/[^/]+$/],
  ['events', /\/log_event$/],
  ['exceptions', /\/sdk_exception$/],
];

/** Reads the target of a request line; null for one that is neither a path nor an http URL. */
export function targetOf(target: string): Target | null {
  const isPath = target.startsWith('/');
  let url: URL;
  try {
    // Put together, not resolved against a base: `//` and `//host` are paths here.
    url = new URL(isPath ? `http://localhost${target}` : target);
  } catch {
    return null;
  }
  if (!/^https?:$/.test(url.protocol)) return null;
  const { pathname, searchParams } = url;
  const route = patterns.find(([, pattern]) => pattern.test(pathname))?.[0] ?? null;
  const version = pathname.startsWith('/v2/') ? 2 : 1;
  const name = pathname.split('/').pop() ?? '';
  return {
    route,
    version,
    path: pathname,
    host: isPath ? '' : url.host,
    query: searchParams,
    name,
  };
}

/** `GET …/download_config_specs/KEY.json?sinceTime=T` */
export function specsReply(specs: ServedSpecs, target: Target, request: IncomingMessage): Reply {
  const since = Number(target.query.get('sinceTime') ?? 0);
  if (since !== 0 && since === specs.time) return json({ has_updates: false });
  if (request.headers['if-none-match'] === specs.etag)
    return { status: 304, headers: { etag: specs.etag } };
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    etag: specs.etag,
    vary: 'accept-encoding',
  };
  return acceptsGzip(request)
    ? { status: 200, headers: { ...headers, 'content-encoding': 'gzip' }, body: specs.gzipped() }
    : { status: 200, headers, body: specs.text };
}

/** `GET …/id_lists/FILE` with an optional `Range: bytes=N-` */
export function idListReply(lists: IdLists, target: Target, request: IncomingMessage): Reply {
  const list = lists.byFile(target.name);
  if (!list) return json({ error: 'no such list' }, 404);
  const total = list.bytes.length;
  const start = rangeStart(request.headers.range);
  const headers = { 'content-type': 'text/plain; charset=utf-8', 'accept-ranges': 'bytes' };
  if (request.headers.range === undefined) return { status: 200, headers, body: list.bytes };
  if (start === null || start >= total)
    return { status: 416, headers: { 'content-range': `bytes */${total}` } };
  const range = `bytes ${start}-${total - 1}/${total}`;
  return {
    status: 206,
    headers: { ...headers, 'content-range': range },
    body: list.bytes.subarray(start),
  };
}

type Batch = { events?: unknown; statsigMetadata?: unknown } | null;

/** Events that one batch may hold; SDKs send up to 1,000. */
const mostEvents = 100_000;

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === 'object' && !Array.isArray(value);

/** The events of a `log_event` body; null when it is none. */
export function eventsOf(body: string, receivedAtMs: number): ReceivedEvent[] | null {
  let batch: Batch;
  try {
    batch = JSON.parse(body);
  } catch {
    return null;
  }
  if (!isRecord(batch) || !Array.isArray(batch.events) || batch.events.length > mostEvents)
    return null;
  if (!batch.events.every(isRecord)) return null;
  const statsigMetadata = isRecord(batch.statsigMetadata) ? batch.statsigMetadata : {};
  return batch.events.map((event) => {
    return {
      eventName: shortText(event.eventName ?? '', Infinity),
      event,
      statsigMetadata,
      receivedAtMs,
    };
  });
}
