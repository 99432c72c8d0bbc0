/**
 * Drives a server SDK through its public API only: statsig-node and this package, each served by a
 * local server.
 */
import { createLocalServer } from '../src/local-server';
import type { IdListInput } from '../src/local-server';
import type { JsonObject, WireEvent } from './case';

interface Details {
  reason: string;
}

interface ConfigLike {
  value: unknown;
  get(key: string, fallback: unknown): unknown;
  getRuleID(): string;
  getGroupName(): string | null;
  getIDType(): string | null;
  getEvaluationDetails(): Details | null;
}

interface LayerLike extends Omit<ConfigLike, 'value'> {
  getAllocatedExperimentName(): string | null;
}

/** What both packages' `StatsigServer` offers, as far as it is used here. */
export interface Sdk {
  initializeAsync(): Promise<{ success: boolean; error?: unknown }>;
  getFeatureGate(
    user: unknown,
    name: string,
  ): {
    value: boolean;
    ruleID: string;
    groupName: string | null;
    idType: string | null;
    evaluationDetails: Details | null;
  };
  getConfig(user: unknown, name: string): ConfigLike;
  getExperiment(user: unknown, name: string): ConfigLike;
  getLayer(user: unknown, name: string): LayerLike;
  logGateExposure(user: unknown, name: string): void;
  logConfigExposure(user: unknown, name: string): void;
  logExperimentExposure(user: unknown, name: string): void;
  logLayerParameterExposure(user: unknown, name: string, parameter: string): void;
  logEvent(user: unknown, name: string, value?: unknown, metadata?: unknown): void;
  getFeatureGateList(): string[];
  getDynamicConfigList(): string[];
  getExperimentList(): string[];
  getAutotuneList(): string[];
  getLayerList(): string[];
  getExperimentLayer(name: string): string | null;
  getClientInitializeResponse(user: unknown, clientKey?: string, options?: unknown): unknown;
  flush(): Promise<void>;
  shutdownAsync(): Promise<void>;
}

export type SdkConstructor = new (key: string, options: Record<string, unknown>) => Sdk;

/** Everything an application could see. */
export interface Observed {
  lists: Record<string, unknown>;
  /** One text per user: all answers, in order. */
  users: string[];
  responses: string[];
  events: WireEvent[];
}

export interface Script {
  payload: JsonObject;
  idLists: Record<string, IdListInput>;
  users: JsonObject[];
  layerParameters: string[];
  /** Users whose client-initialize responses are compared. */
  responses: number;
  /** Options beside `api`; e.g. which engine. */
  options: Record<string, unknown>;
}

function config(value: ConfigLike): unknown[] {
  return [
    value.value,
    value.getRuleID(),
    value.getGroupName(),
    value.getIDType(),
    value.getEvaluationDetails()?.reason,
  ];
}

function layer(value: LayerLike, parameters: string[]): unknown[] {
  const read = parameters.map((parameter) => [parameter, value.get(parameter, null)]);
  return [
    value.getRuleID(),
    value.getGroupName(),
    value.getIDType(),
    value.getAllocatedExperimentName(),
    value.getEvaluationDetails()?.reason,
    ...read,
  ];
}

function observeUser(sdk: Sdk, user: JsonObject, parameters: string[]): string {
  const seen: Record<string, unknown> = {};
  for (const name of [...sdk.getFeatureGateList(), 'no such spec']) {
    const gate = sdk.getFeatureGate({ ...user }, name);
    seen[`gate ${name}`] = [
      gate.value,
      gate.ruleID,
      gate.groupName,
      gate.idType,
      gate.evaluationDetails?.reason,
    ];
  }
  for (const name of [...sdk.getDynamicConfigList(), ...sdk.getAutotuneList(), 'no such spec'])
    seen[`config ${name}`] = config(sdk.getConfig({ ...user }, name));
  for (const name of sdk.getExperimentList())
    seen[`experiment ${name}`] = config(sdk.getExperiment({ ...user }, name));
  for (const name of [...sdk.getLayerList(), 'no such spec'])
    seen[`layer ${name}`] = layer(sdk.getLayer({ ...user }, name), parameters);
  return JSON.stringify(seen);
}

/**
 * Every n-th spec has its manual exposures and its mismatches asked for; all of them would take
 * minutes.
 */
const EVERY = 7;
const some = (names: string[]): string[] => names.filter((_, index) => index % EVERY === 0);

/** A default of another type than the value, so that `get` logs a mismatch. */
const otherType = (value: unknown): unknown => (typeof value === 'string' ? 1 : 'text');

/**
 * What is logged beside exposures of plain checks: manual exposures, type mismatches, custom
 * events.
 */
function logMore(sdk: Sdk, user: JsonObject, parameters: string[]): void {
  for (const name of some(sdk.getFeatureGateList())) sdk.logGateExposure({ ...user }, name);
  for (const name of some(sdk.getDynamicConfigList())) sdk.logConfigExposure({ ...user }, name);
  for (const name of some(sdk.getExperimentList())) sdk.logExperimentExposure({ ...user }, name);
  for (const name of some(sdk.getLayerList()))
    for (const parameter of some(parameters))
      sdk.logLayerParameterExposure({ ...user }, name, parameter);
  for (const name of some([...sdk.getDynamicConfigList(), ...sdk.getExperimentList()])) {
    const config = sdk.getConfig({ ...user }, name);
    for (const [key, value] of Object.entries((config.value ?? {}) as object))
      config.get(key, otherType(value));
  }
  sdk.logEvent({ ...user }, 'differential', 12.5, {
    text: 'é\u2028"',
    deep: { list: [1, null, true] },
  });
  sdk.logEvent({ ...user }, 'differential', 'text');
}

function lists(sdk: Sdk): Record<string, unknown> {
  const experiments = sdk.getExperimentList();
  return {
    gates: sdk.getFeatureGateList(),
    configs: sdk.getDynamicConfigList(),
    experiments,
    autotunes: sdk.getAutotuneList(),
    layers: sdk.getLayerList(),
    experimentLayers: experiments.map((name) => sdk.getExperimentLayer(name)),
  };
}

/** statsig-node prints a warning per large user; what it says is not compared. */
export function silenceStatsigNode(): void {
  const quiet = (): void => undefined;
  require('statsig-node/dist/OutputLogger').default.setLogger(
    { warn: quiet, error: quiet, logLevel: 'none' },
    null,
  );
}

const hashes = ['none', 'djb2', 'sha256'];

/**
 * statsig-node's `shutdownAsync` resolves before its events have arrived: wait until none come any
 * more.
 */
async function settled(count: () => number): Promise<void> {
  for (let quiet = 0, known = -1; quiet < 5; quiet = count() === known ? quiet + 1 : 0) {
    known = count();
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/**
 * Runs the script on one SDK. @throws Error when it does not initialize or an event is dropped by
 * the server.
 */
export async function observe(
  Constructor: SdkConstructor,
  script: Script,
  correct: (sdk: Sdk) => void = () => undefined,
): Promise<Observed> {
  const server = await createLocalServer({
    specs: script.payload,
    idLists: script.idLists,
    maxEvents: 5_000_000,
    maxBodyBytes: 0,
  });
  const sdk = new Constructor('secret-compare', {
    api: server.api,
    disableDiagnostics: true,
    ...script.options,
  });
  try {
    const { success, error } = await sdk.initializeAsync();
    if (!success) throw new Error(`initialize failed: ${String(error)}`);
    correct(sdk);
    const observed = {
      lists: lists(sdk),
      users: script.users.map((user) => observeUser(sdk, user, script.layerParameters)),
    };
    for (const user of script.users) logMore(sdk, user, script.layerParameters);
    const responses = script.users
      .slice(0, script.responses)
      .flatMap((user) =>
        hashes.map((hash) =>
          JSON.stringify(sdk.getClientInitializeResponse({ ...user }, undefined, { hash })),
        ),
      );
    await sdk.flush();
    await sdk.shutdownAsync();
    await settled(() => server.events().length);
    if (server.droppedEvents() > 0) throw new Error('the server dropped events');
    const events = server.events().map(({ event }) => event as unknown as WireEvent);
    return {
      ...observed,
      responses,
      events: events.filter(({ eventName }) => eventName !== 'statsig::diagnostics'),
    };
  } finally {
    await server.close();
  }
}
