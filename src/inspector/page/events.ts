/** Events as they come. */
import { html } from 'htm/preact';
import { useState } from 'preact/hooks';
import type { ShownEvent } from './types';
import { clock, Json, short, typed, type View } from './ui';

type Json = Record<string, unknown>;

/** Drawn at once; the others are found by filtering. */
const MOST_DRAWN = 200;

interface EventsProps {
  events: ShownEvent[];
  isPaused: boolean;
  waiting: number;
  missed: number;
  api: string | null;
  pause(is: boolean): void;
  clear(): void;
}

export function Events(props: EventsProps): View {
  const { events, isPaused, waiting, missed, api, pause, clear } = props;
  const [words, setWords] = useState('');
  const [name, setName] = useState('');
  const names = [...new Set(events.map(({ eventName }) => eventName))].sort();
  const found = events.filter((event) => matches(event, name, words)).reverse();
  return html`<section class="events" aria-label="Events">
    <div class="bar">
      <label><span class="unseen">Filter events</span>
        <input type="search" placeholder="Filter: flag, user, value" value=${words}
          spellcheck=${false}
          onInput=${typed(setWords)} /></label>
      <label><span class="unseen">Event name</span>
        <select value=${name} onChange=${typed(setName)}>
          <option value="">All events</option>
          ${names.map((one) => html`<option value=${one}>${one}</option>`)}
        </select></label>
      <button type="button" aria-pressed=${isPaused} onClick=${() => pause(!isPaused)}>
        ${isPaused ? `Resume (${waiting} new)` : 'Pause'}</button>
      <button type="button" onClick=${clear}>Clear</button>
    </div>
    <p class="count" role="status">
      ${found.length} of ${events.length}${missed > 0 && `, ${missed} batches missed`}</p>
    ${
      events.length === 0
        ? html`<p class="hint">None yet. SDKs send them when they flush: every minute,
            and at shutdown.
            ${api !== null && html`<br />SDK option: <code>{ api: '${api}' }</code>`}</p>`
        : html`<ol class="event-lines">${found
            .slice(0, MOST_DRAWN)
            .map((event) => html`<${Line} key=${event.id} event=${event} />`)}</ol>`
    }
  </section>` as View;
}

function matches({ eventName, event }: ShownEvent, name: string, words: string): boolean {
  if (name !== '' && eventName !== name) return false;
  if (words === '') return true;
  const text = JSON.stringify(event).toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

function Line({ event: { seenAt, eventName, event } }: { event: ShownEvent }): View {
  const { user, metadata, value } = event as { user?: Json; metadata?: Json; value?: unknown };
  const { gate, config, gateValue, ruleID, parameterName } = metadata ?? {};
  const unit = String(user?.['userID'] ?? short(user?.['customIDs'] ?? '', 40));
  const about = [gate ?? config, parameterName, gateValue, value, ruleID]
    .filter((part) => part !== undefined && part !== null && part !== '')
    .map((part) => (typeof part === 'string' ? part : short(part, 60)));
  return html`<li><details>
    <summary><time>${clock(seenAt)}</time> <b>${eventName.replace('statsig::', '')}</b>
      <span class="about">${about.join(' · ').slice(0, 120)}</span>
      <span class="quiet user">${unit}</span></summary>
    <${Json} value=${event} label="Event" />
  </details></li>` as View;
}
