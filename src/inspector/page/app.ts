/** Everything behind the door: where one is, and what is told. */
import { html } from 'htm/preact';
import { useEffect, useReducer, useRef, useState } from 'preact/hooks';
import { follow, get, post } from './api';
import { Changes } from './changes';
import { Client } from './client';
import { Events } from './events';
import { Flags } from './flags';
import { Health } from './health';
import type { FlagList, ShownEvent, Status } from './types';
import { ago, useLoaded, type View } from './ui';

const VIEWS = [
  ['flags', 'Flags'],
  ['events', 'Events'],
  ['changes', 'Changes'],
  ['health', 'Health'],
  ['client', 'Client values'],
] as const;

const MOST_EVENTS = 1_000;

/** The parts of the address; one that leads nowhere is that of the flags. */
function placeOf(hash: string): string[] {
  try {
    const place = hash.slice(1).split('/').map(decodeURIComponent);
    const isView = place[0] === 'flag' || VIEWS.some(([id]) => id === place[0]);
    return isView ? place : ['flags'];
  } catch {
    return ['flags'];
  }
}

function usePlace(): string[] {
  const read = (): string[] => placeOf(location.hash);
  const [place, setPlace] = useState(read);
  useEffect(() => {
    const onChange = (): void => setPlace(read());
    addEventListener('hashchange', onChange);
    return () => removeEventListener('hashchange', onChange);
  }, []);
  return place;
}

/** What was told so far. */
interface Told {
  events: ShownEvent[];
  /** Came while the list stands still. */
  held: ShownEvent[];
  isPaused: boolean;
  missed: number;
  /** Number of what answers: another one with another payload. */
  edition: number;
  /** Counts changes between payloads. */
  changes: number;
}

const NOTHING = { events: [], held: [], isPaused: false, missed: 0, changes: 0 };

type Action =
  | ['events', ShownEvent[]]
  | ['missed' | 'specs', number]
  | ['changed' | 'clear', unknown]
  | ['pause', boolean];

function next(told: Told, [name, data]: Action): Told {
  switch (name) {
    case 'events':
      return told.isPaused
        ? { ...told, held: joined(told.held, data) }
        : { ...told, events: joined(told.events, data) };
    case 'missed':
      return { ...told, missed: told.missed + data };
    case 'specs':
      return { ...told, edition: data };
    case 'changed':
      return { ...told, changes: told.changes + 1 };
    case 'clear':
      return { ...told, events: [], held: [], missed: 0 };
    case 'pause':
      return data
        ? { ...told, isPaused: true }
        : { ...told, isPaused: false, events: joined(told.events, told.held), held: [] };
    default:
      return told;
  }
}

/** A stream that begins again tells the latest once more. */
function joined(events: ShownEvent[], more: ShownEvent[]): ShownEvent[] {
  const last = events.at(-1)?.id ?? 0;
  const isAnother = (more.at(-1)?.id ?? last) < last;
  const fresh = isAnother ? more : more.filter(({ id }) => id > last);
  return [...events, ...fresh].slice(-MOST_EVENTS);
}

export function App({ first, title }: { first: FlagList; title: string }): View {
  const [view = 'flags', kind = '', name = ''] = usePlace();
  const { edition: begun } = first;
  const [told, dispatch] = useReducer(next, { ...NOTHING, edition: begun } satisfies Told);
  const { edition } = told;
  const [isConnected, setConnected] = useState(true);
  useEffect(() => {
    const abort = new AbortController();
    void follow((...action) => dispatch(action as Action), setConnected, abort.signal);
    return () => abort.abort();
  }, []);
  const [status] = useStatus(edition);
  const [list, problem] = useLoaded(
    () => get<FlagList>('flags'),
    `${edition}`,
    begun === 0 ? null : first,
  );
  const selected = view === 'flag' ? { kind, name } : null;
  const current = view === 'flag' ? 'flags' : view;
  useFocusOn(current);
  useTop([view, kind, name].join('/'));
  return html`<header>
      <h1>${title}</h1>
      <${State} status=${status} isConnected=${isConnected} />
      <nav aria-label="Views">${VIEWS.map(
        ([id, text]) =>
          html`<a href=${`#${id}`} aria-current=${current === id ? 'page' : undefined}>${text}${
            id === 'changes' &&
            told.changes > 0 &&
            html` <span class="badge">${told.changes}</span>`
          }</a>`,
      )}</nav>
    </header>
    <main tabindex="-1">
      ${
        current === 'flags' &&
        html`<${Flags} list=${list} problem=${problem} selected=${selected} status=${status}
          edition=${edition} />`
      }
      ${
        current === 'events' &&
        html`<${Events} events=${told.events} isPaused=${told.isPaused}
          waiting=${told.held.length} missed=${told.missed}
          api=${status?.api ?? null} pause=${(is: boolean) => dispatch(['pause', is])}
          clear=${() => void post('clear', {}).then(() => dispatch(['clear', null]))} />`
      }
      ${current === 'changes' && html`<${Changes} revision=${told.changes} />`}
      ${current === 'health' && html`<${Health} status=${status} />`}
      ${current === 'client' && html`<${Client} revision=${edition} />`}
    </main>` as View;
}

/** Looked at again every five seconds, for ages and counts. */
function useStatus(edition: number): [Status | null, string] {
  const [looks, setLooks] = useState(0);
  useEffect(() => {
    const timer = setInterval(() => document.hidden || setLooks((n) => n + 1), 5_000);
    return () => clearInterval(timer);
  }, []);
  return useLoaded(() => get<Status>('status'), `${edition} ${looks}`);
}

/** Another view is announced; not the first one. */
function useFocusOn(view: string): void {
  const before = useRef(view);
  useEffect(() => {
    if (before.current === view) return;
    before.current = view;
    document.querySelector('main')?.focus();
  }, [view]);
}

/** Another place begins at its top; the list of a phone, gone back to, is where it was left. */
function useTop(place: string): void {
  const before = useRef(place);
  useEffect(() => {
    const isBack = before.current.startsWith('flag/') && place.startsWith('flags');
    if (before.current !== place && !isBack) scrollTo(0, 0);
    before.current = place;
  }, [place]);
}

function State({ status, isConnected }: { status: Status | null; isConnected: boolean }): View {
  if (status === null)
    return html`<p class="state"><span class="tag">connecting…</span></p>` as View;
  const { health, engine, isReadOnly } = status;
  return html`<p class="state">
    <span class=${`tag ${isConnected ? 'on' : 'off'}`} role="status">
      ${isConnected ? 'live' : 'not connected'}</span>
    <span class="tag">${engine.engine}</span>
    ${!health.isReady && html`<span class="tag off">${health.state}</span>`}
    ${isReadOnly && html`<span class="tag">read-only</span>`}
    <span class="quiet">${health.source}, ${ago(health.specs.ageMs)}</span>
  </p>` as View;
}
