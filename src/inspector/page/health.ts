/** How the instance is. */
import { html } from 'htm/preact';
import type { Status } from './types';
import { ago, Json, type View } from './ui';

type Sync = Status['health']['specs'];

export function Health({ status }: { status: Status | null }): View {
  if (status === null) return null;
  const { health, engine, api } = status;
  const { events, memory } = health;
  const facts: [string, unknown][] = [
    ['State', health.state + (health.isReady ? '' : ', not ready')],
    ['Config specs from', health.source],
    ['Config specs', syncText(health.specs)],
    ['ID lists', syncText(health.idLists)],
    ['Engine', `${engine.engine} ${engine.version}`],
    ['Events', `${events.delivered} delivered, ${events.queued} queued, ${events.dropped} dropped`],
    ['Memory', `${sizeOf(memory.specBytes)} specs, ${sizeOf(memory.idListBytes)} ID lists`],
    ['Last error', health.lastError ?? 'none'],
    ...engine.rejected.map(({ kind, reason }): [string, unknown] => [
      `Not ${kind} because`,
      reason,
    ]),
    ...(api === null ? [] : [['SDK option', `{ api: '${api}' }`] as [string, unknown]]),
  ];
  return html`<section class="health" aria-label="Health">
    <dl>${facts.map(
      ([name, text]) => html`<div><dt>${name}</dt><dd>${String(text)}</dd></div>`,
    )}</dl>
    <details><summary>As JSON</summary><${Json} value=${health} label="Health" /></details>
  </section>` as View;
}

function syncText({ ageMs, nextPollMs, failures, lastError }: Sync): string {
  const next =
    nextPollMs === null ? 'no poll is due' : `next in ${Math.round(nextPollMs / 1_000)} s`;
  const failed = failures === 0 ? '' : `, ${failures} failures since: ${lastError ?? ''}`;
  return `synced ${ago(ageMs)}, ${next}${failed}`;
}

/** A small project is not 0.0 MB. */
const sizeOf = (bytes: number): string =>
  bytes < 1_048_576 ? `${Math.ceil(bytes / 1_024)} KB` : `${(bytes / 1_048_576).toFixed(1)} MB`;
