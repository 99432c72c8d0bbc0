import type { ReceivedEvent, ReceivedRequest } from './types';

/** What `GET /` tells. */
export interface Overview {
  url: string;
  specs: { time: number; gates: number; configs: number; layers: number };
  idLists: string[];
  events: { received: number; dropped: number; latest: ReceivedEvent[] };
  requests: Record<string, number>;
}

export function countByRoute(requests: ReceivedRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { route } of requests) {
    const name = route ?? 'other';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function escape(text: unknown): string {
  return String(text).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function unitOf(event: Record<string, unknown>): string {
  const user = event.user as { userID?: unknown; customIDs?: unknown } | null | undefined;
  return String(user?.userID ?? JSON.stringify(user?.customIDs ?? null));
}

function eventRow({ event, eventName, receivedAtMs }: ReceivedEvent): string {
  const cells = [
    new Date(receivedAtMs).toISOString().slice(11, 23),
    eventName,
    unitOf(event),
    event.value ?? '',
    JSON.stringify(event.metadata ?? {}),
  ];
  return `<tr>${cells.map((cell) => `<td>${escape(cell)}</td>`).join('')}</tr>`;
}

/** The overview as a page that needs no script. */
export function htmlPage(overview: Overview): string {
  const { specs, events, requests, idLists } = overview;
  const counted = Object.entries(requests).map(([route, count]) => `${escape(route)} ${count}`);
  return `<!doctype html><meta charset="utf-8"><title>Local Statsig-compatible server</title>
<style>body{font:14px system-ui;margin:2em}td,th{text-align:left;padding:.2em .8em .2em 0;font-variant-numeric:tabular-nums}</style>
<h1>Local Statsig-compatible server</h1>
<p>SDK option: <code>api: '${escape(overview.url)}/v1'</code></p>
<p>Specs of time ${specs.time}: ${specs.gates} gates, ${specs.configs} configs, ${specs.layers} layers.
ID lists: ${escape(idLists.join(', ') || 'none')}.</p>
<p>Requests: ${counted.join(', ') || 'none yet'}.</p>
<h2>${events.received} events${events.dropped ? ` (${events.dropped} older ones dropped)` : ''}</h2>
<table><tr><th>arrived<th>event<th>user<th>value<th>metadata</tr>${events.latest.map(eventRow).join('')}</table>
<p>As JSON: <a href="/_events">/_events</a></p>
`;
}
