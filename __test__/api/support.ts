/** One project, one network in memory, and both SDKs on top of it. */
import { gunzipSync } from 'node:zlib';
import rival from 'statsig-node';
import type { EngineKind } from '../../src/engine/engine';
import { StatsigServer } from '../../src/api/statsig';
import type { StatsigOptions } from '../../src/api/public-types';
import { TESTED_ENGINES } from '../engines';

export const KEY = 'secret-api-tests';

// statsig-node's logger is one for the whole process; its complaints would drown the test's output.
// eslint-disable-next-line @typescript-eslint/no-require-imports -- a deep import without types
(
  require('statsig-node/dist/OutputLogger.js') as {
    default: { setLogger(logger: object, key: string): void };
  }
).default.setLogger({ warn: () => {}, error: () => {}, logLevel: 'none' }, KEY);

/** Every test of this folder runs on each. */
export const ENGINES = TESTED_ENGINES;

export type AnyServer = StatsigServer;
const RivalServer = rival.StatsigServer as unknown as new (
  key: string,
  options?: object,
) => StatsigServer;

export const rule = (over: object = {}) => ({
  name: 'r',
  id: 'r',
  salt: 'rs',
  passPercentage: 100,
  idType: 'userID',
  returnValue: true,
  groupName: null,
  conditions: [],
  ...over,
});
export const spec = (over: object = {}) => ({
  type: 'feature_gate',
  salt: 's',
  enabled: true,
  defaultValue: false,
  idType: 'userID',
  entity: 'feature_gate',
  isDeviceBased: false,
  rules: [],
  ...over,
});
export const isPublic = {
  type: 'public',
  targetValue: null,
  operator: null,
  field: null,
  additionalValues: {},
  idType: 'userID',
};
const emailIs = (address: string) => ({
  ...isPublic,
  type: 'user_field',
  operator: 'any',
  field: 'email',
  targetValue: [address],
});
const passes = (gate: string) => ({ ...isPublic, type: 'pass_gate', targetValue: gate });

/** A small project with one of everything. Names that look like numbers test property order. */
export const payload = (over: object = {}) => ({
  has_updates: true,
  time: 1000,
  feature_gates: [
    spec({
      name: 'always',
      rules: [rule({ id: 'all', groupName: 'All', conditions: [isPublic] })],
    }),
    spec({ name: '50', rules: [rule({ id: 'half', passPercentage: 50, conditions: [isPublic] })] }),
    spec({ name: 'never' }),
    spec({ name: 'off', enabled: false }),
    spec({ name: 'odd', rules: [rule({ conditions: [{ ...isPublic, type: 'weather' }] })] }),
    spec({ name: 'inner', rules: [rule({ id: 'mail', conditions: [emailIs('a@b.c')] })] }),
    spec({
      name: 'outer',
      idType: 'companyID',
      rules: [rule({ id: 'nested', conditions: [passes('inner')] })],
    }),
    spec({ name: 'segment:s', entity: 'segment', rules: [rule({ conditions: [isPublic] })] }),
  ],
  dynamic_configs: [
    spec({
      name: 'config',
      type: 'dynamic_config',
      entity: 'dynamic_config',
      version: 3,
      defaultValue: { text: 'default' },
      rules: [
        rule({
          id: 'c1',
          groupName: 'G',
          conditions: [passes('inner')],
          returnValue: { text: 'set', list: [1], deep: { a: 1 } },
        }),
      ],
    }),
    spec({
      name: 'experiment',
      type: 'dynamic_config',
      entity: 'experiment',
      isActive: true,
      defaultValue: { text: 'default' },
      explicitParameters: ['text'],
      rules: [
        rule({
          id: 'A',
          groupName: 'Control',
          isExperimentGroup: true,
          conditions: [emailIs('a@b.c')],
          returnValue: { text: 'A', n: 1 },
        }),
        rule({
          id: 'B',
          groupName: 'Test',
          isExperimentGroup: true,
          conditions: [isPublic],
          returnValue: { text: 'B', n: 2 },
        }),
      ],
    }),
    spec({
      name: 'targeted',
      type: 'dynamic_config',
      entity: 'experiment',
      isActive: true,
      defaultValue: {},
      rules: [
        rule({ id: 'inlineTargetingRules', conditions: [emailIs('out@b.c')], returnValue: {} }),
        rule({
          id: 'T',
          groupName: 'T',
          isExperimentGroup: true,
          conditions: [isPublic],
          returnValue: { text: 'T' },
        }),
      ],
    }),
    spec({
      name: 'ended',
      type: 'dynamic_config',
      entity: 'experiment',
      isActive: false,
      defaultValue: { text: 'ended' },
      rules: [],
    }),
    spec({ name: 'tune', type: 'dynamic_config', entity: 'autotune', defaultValue: {}, rules: [] }),
  ],
  layer_configs: [
    spec({
      name: 'layer',
      type: 'dynamic_config',
      entity: 'layer',
      defaultValue: { text: 'layer', other: 5 },
      rules: [
        rule({
          id: 'alloc',
          conditions: [isPublic],
          configDelegate: 'experiment',
          returnValue: {},
        }),
      ],
    }),
    spec({
      name: 'plain',
      type: 'dynamic_config',
      entity: 'layer',
      defaultValue: { text: 'plain', flag: false, list: [1] },
    }),
  ],
  layers: { layer: ['experiment'] },
  ...over,
});

/** A gate that asks for itself: evaluation fails. */
export const circle = spec({ name: 'circle', rules: [rule({ conditions: [passes('circle')] })] });

/** What a server logged, parsed; times are taken out because they differ from run to run. */
export interface LoggedEvent {
  eventName: string;
  metadata: Record<string, unknown> | null;
  user: Record<string, unknown> | null;
  value: unknown;
  secondaryExposures: unknown;
  statsigMetadata: unknown;
}

/** A network in memory for `networkOverrideFunc`. */
export class FakeNetwork {
  readonly requests: string[] = [];
  readonly events: LoggedEvent[] = [];
  specs: unknown = payload();
  status = 200;
  idLists: unknown = {};
  /** Set: requests for specs hang until it resolves. */
  gate: Promise<void> | null = null;

  readonly override = async (url: string, init: RequestInit): Promise<Response> => {
    this.requests.push(`${init.method} ${url}`);
    if (url.includes('/download_config_specs/')) {
      await this.gate;
      return respond(
        this.status,
        typeof this.specs === 'string' ? this.specs : JSON.stringify(this.specs),
      );
    }
    if (url.endsWith('/get_id_lists')) return respond(200, JSON.stringify(this.idLists));
    if (url.endsWith('/log_event')) this.events.push(...eventsIn(init.body));
    return respond(200, '{}');
  };

  /** Events with what must differ between runs removed. Diagnostics have tests of their own. */
  comparable(): unknown[] {
    return this.events
      .filter((event) => event.eventName !== 'statsig::diagnostics')
      .map(({ eventName, metadata, user, value, secondaryExposures, statsigMetadata }) => {
        const rest = { ...metadata };
        delete rest['serverTime'];
        return {
          eventName,
          metadata: metadata === null ? null : rest,
          user,
          value,
          secondaryExposures,
          statsigMetadata,
        };
      });
  }
}

function respond(status: number, text: string): Response {
  return new Response(text, { status });
}

function eventsIn(body: unknown): LoggedEvent[] {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body as Uint8Array);
  const text = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  return (JSON.parse(text.toString()) as { events: LoggedEvent[] }).events;
}

/** Collects what an SDK logs. */
export class Log {
  readonly lines: string[] = [];
  readonly logLevel = 'debug' as const;
  private readonly put = (...parts: unknown[]): void =>
    void this.lines.push(parts.map(String).join(' '));
  readonly debug = this.put;
  readonly info = this.put;
  readonly warn = this.put;
  readonly error = this.put;
}

/** Our server on a network; polling is off so that nothing happens by itself. */
export function ours(
  engine: EngineKind,
  network: FakeNetwork,
  options: StatsigOptions = {},
  key: string = KEY,
): StatsigServer {
  const base: StatsigOptions = {
    networkOverrideFunc: network.override,
    disableRulesetsSync: true,
    disableIdListsSync: true,
  };
  return new StatsigServer(key, { logger: new Log(), engine, ...base, ...options });
}

/** statsig-node on a network. */
export function theirs(
  network: FakeNetwork,
  options: StatsigOptions = {},
  key: string = KEY,
): StatsigServer {
  const base: StatsigOptions = {
    networkOverrideFunc: network.override,
    disableRulesetsSync: true,
    disableIdListsSync: true,
  };
  return new RivalServer(key, { logger: new Log(), ...base, ...options });
}

/** What a call gave: its JSON, or the error's message. */
export function outcome(call: () => unknown): string {
  try {
    return describe(call());
  } catch (error) {
    return `threw ${(error as Error).constructor.name}: ${(error as Error).message}`;
  }
}

/** The same for a call that may return a promise. */
export async function settled(call: () => unknown): Promise<string> {
  try {
    return describe(await call());
  } catch (error) {
    return `threw ${(error as Error).constructor.name}: ${(error as Error).message}`;
  }
}

function describe(value: unknown): string {
  const text = JSON.stringify(value, (key, part: unknown) =>
    key === 'serverTime' || key === 'duration' ? 0 : part,
  );
  return text === undefined ? String(value) : text;
}
