/**
 * Asks a server SDK about exotic users through its public API: answers, events, responses,
 * callbacks, sticky keys.
 */
import { gunzipSync } from 'node:zlib';
import type { EngineKind } from '../src/engine/engine';
import { namesIn, type JsonObject, type Names, type WireEvent } from './case';
import { canonical } from './compare-answers';
import { exoticUser, writable } from './exotic-users';
import { generatePayload } from './generate-payload';
import { targetsOf } from './generate-user';
import { dropInheritedNames, environmentOf, type OracleServer } from './oracle';
import { Random } from './random';
import type { Sdk } from './sdk';

/** A project and the users that are asked about it. */
export interface ExoticCase {
  seed: number;
  payload: JsonObject;
  environment: JsonObject | null;
  users: number;
  /** Callbacks and storages leave the fast path of checks, so only some cases have them. */
  hasCallbacks: boolean;
  hasStorage: boolean;
}

/** What one SDK did; a text per user, and all events. */
export interface ExoticAnswers {
  users: string[];
  events: WireEvent[];
}

/** Calls about one gate cost an encoding each, so a third of the gates is asked for again, in turn. */
interface AskedNames extends Names {
  again: string[];
}

interface Gate {
  value: boolean;
  ruleID: string;
  groupName: string | null;
  evaluationDetails: { reason: string } | null;
}

interface AnySdk extends Sdk {
  checkGate(user: unknown, name: string): boolean;
  getExperiment(user: unknown, name: string, options?: unknown): ReturnType<Sdk['getExperiment']>;
  getUserPersistedValues(user: unknown, idType: string): unknown;
  _logger?: { queue: WireEvent[]; explicitOptions: { loggingMaxBufferSize: number } };
  forUser?(user: unknown): { checkGate(name: string, options: unknown): boolean };
  checkGates?(user: unknown, names: string[], options: unknown): Record<string, boolean>;
  checkAllGates?(user: unknown, options: unknown): Record<string, boolean>;
}

const PARAMETERS = ['a', 'color', 'no such parameter'];
const QUIET = { disableExposureLogging: true };

/** The same seed gives the same case. */
export function exoticCase(seed: number, users: number): ExoticCase {
  const random = new Random(seed);
  const payload = generatePayload(random, { gates: 9, configs: 4, layers: 2 });
  // Sampling has its own comparison and hides events; session replay draws lots.
  delete payload['sdk_configs'];
  delete payload['session_replay_info'];
  const environment = random.chance(0.4)
    ? { tier: random.pick(['production', 'staging']), region: 'eu' }
    : null;
  return {
    seed,
    payload,
    environment,
    users,
    hasCallbacks: seed % 3 === 1,
    hasStorage: seed % 3 === 2,
  };
}

/** Answers of statsig-node (`null`) or of an engine of ours. */
export async function runExotic(
  one: ExoticCase,
  engine: EngineKind | null,
): Promise<ExoticAnswers> {
  const events: WireEvent[] = [];
  const told: unknown[] = [];
  const sdk = makeSdk(one, engine, events, told);
  await sdk.initializeAsync();
  if (sdk._logger !== undefined) {
    sdk._logger.explicitOptions.loggingMaxBufferSize = Infinity;
    sdk._logger.queue = [];
    dropInheritedNames(sdk as unknown as OracleServer);
  }
  const targets = targetsOf(one.payload);
  const isWritten = engine === null && environmentOf(one) !== null;
  const names = namesIn(one.payload);
  const users = standingStill(1_700_000_000_000 + one.seed * 7919, () =>
    Array.from({ length: one.users }, (_, i) => {
      // A response leaves an environment that is there as it is.
      const make = (isForResponse: boolean): object => {
        const user = exoticUser(one.seed * 1_000_003 + i, targets, engine === null) as {
          statsigEnvironment?: unknown;
        };
        return isWritten && !(isForResponse && user.statsigEnvironment != null)
          ? writable(user)
          : user;
      };
      told.length = 0;
      const answers = askAbout(
        sdk,
        make,
        { ...names, again: names.gates.filter((_, n) => (n + i) % 3 === 0) },
        one,
      );
      // The order of a user's keys is not the same where a callback gets it.
      return JSON.stringify([answers, ...told.map(canonical)]);
    }),
  );
  if (sdk._logger !== undefined)
    events.push(...(JSON.parse(JSON.stringify(sdk._logger.queue)) as WireEvent[]));
  if (sdk._logger !== undefined) sdk._logger.queue = [];
  await sdk.flush();
  await sdk.shutdownAsync();
  return { users, events };
}

/** Conditions may look at the last digit of the time. */
function standingStill<T>(time: number, run: () => T): T {
  const { now } = Date;
  Date.now = () => time;
  try {
    return run();
  } finally {
    Date.now = now;
  }
}

function makeSdk(
  one: ExoticCase,
  engine: EngineKind | null,
  events: WireEvent[],
  told: unknown[],
): AnySdk {
  const module = (engine === null ? require('statsig-node') : require('../src/index')) as {
    StatsigServer: new (key: string, options: unknown) => AnySdk;
  };
  const network = async (url: string, init?: { body?: string | Uint8Array }): Promise<unknown> => {
    if (String(url).includes('log_event')) events.push(...eventsIn(init?.body));
    return {
      ok: true,
      status: 200,
      headers: { get: () => null },
      text: async () => '{"success":true}',
      json: async () => ({ success: true }),
    };
  };
  return new module.StatsigServer('secret-exotic', {
    bootstrapValues: JSON.stringify(one.payload),
    environment: one.environment ?? undefined,
    networkOverrideFunc: network,
    disableDiagnostics: true,
    disableRulesetsSync: true,
    disableIdListsSync: true,
    initStrategyForIDLists: 'none',
    loggingIntervalMs: 3_600_000,
    logger: SILENT,
    ...(engine === null ? {} : { engine }),
    ...(one.hasCallbacks ? { evaluationCallbacks: callbacks(told) } : {}),
    ...(one.hasStorage ? { userPersistentStorage: storage(told) } : {}),
  });
}

const quiet = (): void => undefined;
const SILENT = { debug: quiet, info: quiet, warn: quiet, error: quiet, logLevel: 'none' };

function eventsIn(body: string | Uint8Array | undefined): WireEvent[] {
  const bytes = typeof body === 'string' ? Buffer.from(body) : Buffer.from(body ?? '');
  const text = bytes[0] === 0x1f ? gunzipSync(bytes).toString() : bytes.toString();
  return (JSON.parse(text) as { events: WireEvent[] }).events.filter(
    ({ eventName }) => eventName !== 'statsig::diagnostics',
  );
}

function callbacks(told: unknown[]): Record<string, unknown> {
  const user = (event: { toObject(): WireEvent }): void => void told.push(event.toObject().user);
  return {
    gateCallback: (_gate: unknown, _user: unknown, event: { toObject(): WireEvent }) => user(event),
    experimentCallback: (_config: unknown, _user: unknown, event: { toObject(): WireEvent }) =>
      user(event),
    layerParamCallback: (
      _layer: unknown,
      _name: unknown,
      _user: unknown,
      event: { toObject(): WireEvent },
    ) => user(event),
  };
}

function storage(told: unknown[]): Record<string, unknown> {
  return {
    load: (key: string) => {
      told.push(`load ${key}`);
      return {};
    },
    save: (key: string, name: string, data: unknown) =>
      void told.push([`save ${key} ${name}`, data]),
    delete: (key: string, name: string) => void told.push(`delete ${key} ${name}`),
  };
}

function attempt(call: () => unknown): unknown {
  try {
    return call() ?? null;
  } catch (error) {
    return `threw ${(error as Error).constructor.name}`;
  }
}

function askAbout(
  sdk: AnySdk,
  make: (isForResponse: boolean) => object,
  names: AskedNames,
  one: ExoticCase,
): unknown[] {
  const user = make(false);
  // Not an object with inherited members: a config may be called `valueOf` (Q11).
  const sticky = one.hasStorage
    ? { userPersistedValues: Object.create(null) as object }
    : undefined;
  const gates = names.gates.map((name) =>
    attempt(() => gateOf(sdk.getFeatureGate(user, name) as Gate)),
  );
  const again = names.again.map((name) => attempt(() => sdk.checkGate(user, name)));
  const ours =
    sdk.forUser === undefined || one.hasCallbacks
      ? again
      : sameByOtherCalls(sdk, make(false), names.again, again);
  const configs = names.configs.map((name) =>
    attempt(() => {
      const config = sdk.getExperiment(user, name, sticky);
      return [config.value, config.getRuleID(), config.getGroupName()];
    }),
  );
  const layers = names.layers.map((name) =>
    attempt(() => {
      const layer = sdk.getLayer(user, name);
      return [layer.getRuleID(), ...PARAMETERS.map((key) => layer.get(key, null))];
    }),
  );
  attempt(() => sdk.logEvent(user, 'exotic', 5, { n: 1 }));
  const persisted = one.hasStorage
    ? ['userID', 'companyID'].map((idType) =>
        attempt(() => sdk.getUserPersistedValues(user, idType)),
      )
    : [];
  const response = attempt(() =>
    sdk.getClientInitializeResponse(make(true), undefined, { hash: 'none' }),
  );
  return [gates, ours, configs, layers, persisted, response];
}

function gateOf({ value, ruleID, groupName, evaluationDetails }: Gate): unknown {
  return [value, ruleID, groupName, evaluationDetails?.reason];
}

/**
 * The calls that statsig-node does not have must say the same; what they say otherwise stands in
 * the answers.
 */
function sameByOtherCalls(sdk: AnySdk, user: object, names: string[], known: unknown[]): unknown[] {
  const scope = sdk.forUser!(user);
  const scoped = names.map((name) => attempt(() => scope.checkGate(name, QUIET)));
  const many = attempt(() => {
    const values = sdk.checkGates!(user, names, QUIET);
    return names.map((name) => values[name]);
  });
  const all = attempt(() => sdk.checkAllGates!(user, QUIET)) as Record<string, boolean> | string;
  // Segments and holdouts are not among all gates.
  const inAll = (name: string, otherwise: unknown): unknown =>
    typeof all === 'string'
      ? all
      : Object.prototype.hasOwnProperty.call(all, name)
        ? all[name]
        : otherwise;
  const others = names.map((name, i) => [
    scoped[i],
    Array.isArray(many) ? many[i] : many,
    inAll(name, known[i]),
  ]);
  return known.map((value, i) =>
    others[i]!.every((other) => other === value) ? value : [value, others[i]],
  );
}
