/**
 * statsig-node-core as the oracle of dcs-v2, through its public API. Its results carry no secondary
 * exposures, so those come from the events that it logs.
 */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import type { SecondaryExposure } from '../src/engine/engine';
import type { JsonObject, Names, WireEvent } from './case';

interface CoreResult {
  value?: unknown;
  /** Of layers. */
  __value?: Record<string, unknown>;
  ruleID: string;
  idType: string | null;
  groupName?: string | null;
  allocatedExperimentName?: string | null;
  details: { reason: string };
  get(key: string, fallback: unknown): unknown;
}

interface CoreSdk {
  initialize(): Promise<{ isSuccess: boolean; error?: string }>;
  flushEvents(): Promise<unknown>;
  shutdown(): Promise<unknown>;
  getFeatureGate(user: unknown, name: string): CoreResult;
  getDynamicConfig(user: unknown, name: string): CoreResult;
  getExperiment(user: unknown, name: string): CoreResult;
  getLayer(user: unknown, name: string): CoreResult;
}

interface CoreModule {
  Statsig: new (key: string, options: object) => CoreSdk;
  StatsigUser: new (user: JsonObject) => unknown;
}

/** An exposure as both SDKs log it. */
export interface Exposure {
  /** Text, and null where the SDK has none. */
  [field: string]: string | null | SecondaryExposure[];
  secondary: SecondaryExposure[];
}

/** What both SDKs say about an answer. */
export interface CoreAnswer {
  value: unknown;
  ruleID: string;
  groupName: string | null;
  idType: string | null;
  allocated: string | null;
  reason: string;
  /** Of a layer one per parameter, sorted. */
  exposures: Exposure[];
}

/** Answers for one user, by `kind name`. */
export type CoreAnswers = Record<string, CoreAnswer>;

const KINDS: Record<string, string> = {
  'statsig::gate_exposure': 'gate',
  'statsig::config_exposure': 'config',
  'statsig::layer_exposure': 'layer',
};
const FIELDS = [
  'gateValue',
  'rulePassed',
  'ruleID',
  'configVersion',
  'parameterName',
  'isExplicitParameter',
  'allocatedExperiment',
];

/** Repeats reach the wire there; ours leaves them out. */
function withoutRepeats(list: readonly SecondaryExposure[]): SecondaryExposure[] {
  const known = new Set<string>();
  return list.filter(
    ({ gate, gateValue, ruleID }) => known.size < known.add(`${gate}|${gateValue}|${ruleID}`).size,
  );
}

/**
 * Puts the exposures of one user to the answers. The version of a layer is its delegate's here, as
 * in statsig-node.
 */
export function addExposures(answers: CoreAnswers, events: WireEvent[]): void {
  for (const { eventName, metadata, secondaryExposures } of events) {
    const kind = KINDS[eventName];
    if (kind === undefined || metadata === null) continue;
    const answer = answers[`${kind} ${String(metadata['gate'] ?? metadata['config'])}`];
    const fields = FIELDS.map((field) => [
      field,
      kind === 'layer' && field === 'configVersion' ? null : (metadata[field] ?? null),
    ]);
    answer?.exposures.push({
      ...Object.fromEntries(fields),
      secondary: withoutRepeats(secondaryExposures ?? []),
    } as Exposure);
  }
  for (const { exposures } of Object.values(answers))
    exposures.sort((a, b) => (String(a['parameterName']) < String(b['parameterName']) ? -1 : 1));
}

function answerOf(result: CoreResult): CoreAnswer {
  const isLayer = result.__value !== undefined;
  return {
    value: isLayer ? result.__value : result.value,
    ruleID: result.ruleID,
    groupName: result.groupName ?? null,
    // A layer's is its delegate's here.
    idType: isLayer || result.idType === '' ? null : result.idType,
    allocated: result.allocatedExperimentName ?? null,
    reason: result.details.reason.split(':')[1] ?? '',
    exposures: [],
  };
}

/** Whether a name is asked for as an experiment. */
export function isExperiment(payload: JsonObject, name: string): boolean {
  const spec = (payload['dynamic_configs'] as Record<string, JsonObject>)[name];
  return spec?.['entity'] === 'experiment';
}

function askUser(sdk: CoreSdk, user: unknown, payload: JsonObject, names: Names): CoreAnswers {
  const answers: CoreAnswers = Object.create(null);
  for (const name of names.gates)
    answers[`gate ${name}`] = answerOf(sdk.getFeatureGate(user, name));
  for (const name of names.configs) {
    answers[`config ${name}`] = answerOf(
      isExperiment(payload, name)
        ? sdk.getExperiment(user, name)
        : sdk.getDynamicConfig(user, name),
    );
  }
  for (const name of names.layers) {
    const layer = sdk.getLayer(user, name);
    answers[`layer ${name}`] = answerOf(layer);
    for (const parameter of Object.keys(layer.__value ?? {})) layer.get(parameter, null);
  }
  return answers;
}

/** Serves the payload and keeps the events, whatever they are compressed with. */
export async function serve(payload: JsonObject, events: WireEvent[]): Promise<Server> {
  const specs = JSON.stringify(payload);
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      if (request.url?.includes('log_event') === true)
        events.push(...eventsIn(Buffer.concat(parts), request.headers['content-encoding']));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        request.url?.includes('download_config_specs') === true ? specs : '{"success":true}',
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

function eventsIn(body: Buffer, encoding: string | undefined): WireEvent[] {
  const plain =
    encoding === 'zstd' ? decompress(body) : encoding === 'gzip' ? gunzipSync(body) : body;
  return (JSON.parse(Buffer.from(plain).toString()) as { events: WireEvent[] }).events;
}

/**
 * Asks statsig-node-core everything. Users must have IDs of their own. @throws Error when it does
 * not take the payload
 */
export async function askCore(
  payload: JsonObject,
  users: JsonObject[],
  names: Names,
): Promise<CoreAnswers[]> {
  const { Statsig, StatsigUser } = require('@statsig/statsig-node-core') as CoreModule;
  const events: WireEvent[] = [];
  const server = await serve(payload, events);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sdk = new Statsig('secret-compare', {
    specsUrl: `${url}/v2/download_config_specs`,
    logEventUrl: `${url}/v1/log_event`,
    idListsUrl: `${url}/v1/get_id_lists`,
    specsSyncIntervalMs: 3_600_000,
    outputLogLevel: 'none',
    waitForCountryLookupInit: true,
    waitForUserAgentInit: true,
  });
  try {
    const { isSuccess, error } = await sdk.initialize();
    if (!isSuccess) throw new Error(`statsig-node-core did not initialize: ${String(error)}`);
    const answers: CoreAnswers[] = [];
    for (const user of users) {
      answers.push(askUser(sdk, new StatsigUser(user), payload, names));
      // Its queue is bounded.
      await sdk.flushEvents();
    }
    const byUser = eventsByUser(events);
    for (const [index, user] of users.entries())
      addExposures(answers[index]!, byUser.get(user['userID']) ?? []);
    return answers;
  } finally {
    await sdk.shutdown();
    server.closeAllConnections();
    server.close();
  }
}

/** By user ID. */
export function eventsByUser(events: WireEvent[]): Map<unknown, WireEvent[]> {
  const byUser = new Map<unknown, WireEvent[]>();
  for (const event of events) {
    const id = (event.user as JsonObject | null)?.['userID'];
    const list = byUser.get(id);
    if (list === undefined) byUser.set(id, [event]);
    else list.push(event);
  }
  return byUser;
}
