import { escapeHtml, excerpt, shortText } from './show';
import type { ReceivedEvent, ReceivedRequest } from './types';

/** What `GET /` tells. */
export interface Overview {
  url: string;
  specs: { time: number; gates: number; configs: number; layers: number };
  idLists: string[];
  events: { received: number; dropped: number; latest: ReceivedEvent[] };
  requests: Record<string, number>;
}

/** Names of ID lists that the page tells. */
const shownLists = 20;

export function countByRoute(requests: ReceivedRequest[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { route } of requests) {
    const name = route ?? 'other';
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}

function unitOf({ user }: Record<string, unknown>): string {
  const { userID, customIDs }: { userID?: unknown; customIDs?: unknown } = user ?? {};
  return shortText(userID ?? customIDs);
}

/**
 * What an event is about, in a few words: the spec and its value for exposures, else the event's
 * value.
 */
function gistOf({ value, metadata }: Record<string, unknown>): string {
  const { gate, config, gateValue, ruleID } = (metadata ?? {}) as Record<string, unknown>;
  const parts = [gate ?? config, gateValue ?? ruleID, value].filter(
    (part) => part !== undefined && part !== null,
  );
  return parts.map((part) => shortText(part)).join(' · ');
}

function eventItem({ event, eventName, receivedAtMs }: ReceivedEvent): string {
  const at = new Date(receivedAtMs).toISOString();
  const cell = (tag: string, text: string): string => `<${tag}>${escapeHtml(text)}</${tag}>`;
  const cells = [
    cell('b', shortText(eventName)),
    cell('span', gistOf(event)),
    cell('span', unitOf(event)),
  ];
  return `<li><details><summary><time datetime="${at}">${at.slice(11, 23)}</time>
${cells.join('')}</summary>
<pre>${escapeHtml(JSON.stringify(excerpt(event), null, 2))}</pre></details></li>
`;
}

function eventList(events: ReceivedEvent[]): string {
  if (events.length === 0)
    return '<p>None yet. They come when the SDK flushes: every minute, and at shutdown.</p>';
  const head =
    '<div class="head"><span></span><span>arrived ' +
    '(UTC)</span><span>event</span><span>about</span><span>user</span></div>';
  return `${head}<ol>${events.map(eventItem).join('')}</ol>`;
}

function fact(name: string, text: string): string {
  return `<div><dt>${escapeHtml(name)}</dt><dd>${escapeHtml(text)}</dd></div>`;
}

function listNames(names: string[]): string {
  const shown = names.slice(0, shownLists).map((name) => shortText(name));
  return (
    [
      ...shown,
      ...(names.length > shownLists ? [`and ${names.length - shownLists} more`] : []),
    ].join(', ') || 'none'
  );
}

/** The overview as a page that needs no script. */
export function htmlPage({ url, specs, events, requests, idLists }: Overview): string {
  const counted = Object.entries(requests).map(([route, count]) => `${count} ${route}`);
  const dropped = events.dropped > 0 ? `, ${events.dropped} older ones dropped` : '';
  const shown =
    events.received > events.latest.length
      ? `the last ${events.latest.length} of ${events.received}`
      : `${events.received}`;
  return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Local Statsig-compatible server</title><link rel="stylesheet" href="/_style.css">
<h1>Local Statsig-compatible server</h1>
<p>SDK option <code>{ api: '${escapeHtml(url)}/v1' }</code>, with any key that begins with
<code>secret-</code></p>
<dl>
${fact('gates', String(specs.gates))}${fact('configs and experiments', String(specs.configs))}
${fact('layers', String(specs.layers))}${fact('time of the specs', timeText(specs.time))}
${fact('ID lists', listNames(idLists))}${fact('requests', counted.join(', ') || 'none yet')}
</dl>
<h2>Events: ${shown}${dropped}</h2>
${eventList(events.latest)}
<p>All of them as JSON: <a href="/_events">/_events</a></p>
</html>
`;
}

/** Date and number of a payload's time; any number can stand there. */
function timeText(time: number): string {
  const date = new Date(time);
  const isDate = time > 1e11 && !Number.isNaN(date.getTime());
  return isDate ? `${date.toISOString().slice(0, 19).replace('T', ' ')} (${time})` : String(time);
}
