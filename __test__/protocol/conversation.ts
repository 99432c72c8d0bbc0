/**
 * One life of an SDK against the local server, and what the server was asked: the scenario of the
 * recorded conversation. Run by statsig-node in a process of its own (its state is global) and by
 * this package.
 */
import type { LocalServer, ReceivedRequest } from '../../src/local-server';
import type { StatsigServer } from '../../src/api/statsig';
import { payload } from '../api/support';

export const KEY = 'secret-conversation';

/** Headers that BEHAVIOUR.md 8.1 names; `*` where the value differs from run to run. */
const HEADERS: Record<string, 'value' | 'shape'> = {
  'content-type': 'value',
  'statsig-api-key': 'value',
  'statsig-client-time': 'shape',
  'statsig-server-session-id': 'shape',
  'statsig-sdk-type': 'value',
  'statsig-sdk-version': 'value',
  'statsig-event-count': 'value',
  'content-encoding': 'value',
  range: 'value',
  accept: 'value',
};

/** A request without what must differ between two runs. */
export interface Line {
  request: string;
  headers: Record<string, string>;
  /** Names of all other headers, sorted. */
  others: string;
  body: unknown;
}

type Step = [string, (server: StatsigServer, local: LocalServer) => unknown];

const U = {
  userID: 'u',
  email: 'a@b.c',
  customIDs: { companyID: 'c' },
  privateAttributes: { secret: 's' },
};

/** In order; each step ends before the next begins. */
const STEPS: Step[] = [
  ['initialize', (s) => s.initializeAsync()],
  ['poll of specs without an update', (s) => s.syncStoreSpecs()],
  [
    'poll of specs with an update',
    (s, local) => {
      local.setSpecs(payload({ time: 2000 }));
      return s.syncStoreSpecs();
    },
  ],
  ['poll after it', (s) => s.syncStoreSpecs()],
  [
    'poll that is refused',
    async (s, local) => {
      const end = local.fail({ route: 'specs', status: 500 });
      await s.syncStoreSpecs();
      end();
    },
  ],
  ['poll of ID lists without a change', (s) => s.syncStoreIdLists()],
  [
    'growth of an ID list',
    (s, local) => {
      local.setIdList('grows', ['é', 'b', 'c']);
      return s.syncStoreIdLists();
    },
  ],
  [
    'reset of an ID list',
    (s, local) => {
      local.setIdList('resets', ['other']);
      return s.syncStoreIdLists();
    },
  ],
  [
    'deletion of an ID list',
    (s, local) => {
      local.setIdList('goes', null);
      return s.syncStoreIdLists();
    },
  ],
  ['poll of ID lists after it', (s) => s.syncStoreIdLists()],
  [
    'an index that is refused',
    async (s, local) => {
      const end = local.fail({ route: 'idListIndex', status: 500 });
      await s.syncStoreIdLists();
      end();
    },
  ],
  [
    'exposures and events',
    (s) => {
      s.checkGate(U, 'always');
      s.checkGate(U, 'outer');
      s.getConfig(U, 'config');
      s.getExperiment(U, 'experiment');
      s.getLayer(U, 'layer').get('text', '');
      s.logEvent(U, 'bought', 5, { item: 'x' });
      return s.flush();
    },
  ],
  ['a flush without events', (s) => s.flush()],
  [
    'events that shutdown sends',
    (s) => {
      s.logEvent({ userID: 'v' }, 'last');
      return s.shutdownAsync(5000);
    },
  ],
];

/** Runs the steps; what was asked in each. */
export async function converse(
  server: StatsigServer,
  local: LocalServer,
): Promise<Record<string, Line[]>> {
  const lines: Record<string, Line[]> = {};
  for (const [name, step] of STEPS) {
    local.clear();
    await step(server, local);
    // Lists are downloaded in parallel; which ends first is chance.
    lines[name] = local
      .requests()
      .map((request) => lineOf(request, local.url))
      .sort((a, b) => (a.request < b.request ? -1 : 1));
  }
  return lines;
}

/** The project that the scenario begins with. */
export const START = {
  specs: payload(),
  idLists: { grows: ['é'], resets: ['x', 'y'], goes: ['z'], stays: ['1'] },
};

function lineOf({ method, path, query, headers, body }: ReceivedRequest, url: string): Line {
  const search = Object.entries(query)
    .map(([name, value]) => `${name}=${value}`)
    .join('&');
  const shown = Object.entries(HEADERS).flatMap(([name, kind]) => {
    const value = headers[name];
    return value === undefined
      ? []
      : [[name, kind === 'value' ? String(value) : shapeOf(name, String(value))]];
  });
  const others = Object.keys(headers)
    .filter((name) => !(name in HEADERS))
    .sort()
    .join(' ');
  const request = `${method} ${path.replace(url, '')}${search && `?${search}`}`;
  return { request, headers: Object.fromEntries(shown), others, body: bodyShape(body) };
}

/** Session IDs and times are random; that they look right is what counts. */
function shapeOf(name: string, value: string): string {
  const isRight =
    name === 'statsig-client-time' ? /^\d{13}$/.test(value) : /^[0-9a-f-]{36}$/.test(value);
  return isRight ? 'as expected' : value;
}

/** JSON with times, session IDs and versions of the platform replaced by their type. */
function bodyShape(body: string): unknown {
  if (body === '') return '';
  const varying = new Set([
    'time',
    'serverTime',
    'sessionID',
    'timestamp',
    'languageVersion',
    'markerID',
    'url',
    'api',
  ]);
  return JSON.parse(body, (key, value: unknown) =>
    varying.has(key) ? typeof value : value,
  ) as unknown;
}
