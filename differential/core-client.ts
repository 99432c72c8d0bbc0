/** statsig-node-core, started on a payload of ours: what it is called by, and what it sends. */
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { decompress } from 'fzstd';
import type { JsonObject, WireEvent } from './case';

export interface CoreResult {
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

export interface CoreSdk {
  initialize(): Promise<{ isSuccess: boolean; error?: string }>;
  flushEvents(): Promise<unknown>;
  shutdown(): Promise<unknown>;
  getFeatureGate(user: unknown, name: string): CoreResult;
  getDynamicConfig(user: unknown, name: string): CoreResult;
  getExperiment(user: unknown, name: string): CoreResult;
  getLayer(user: unknown, name: string): CoreResult;
  getParameterStore(
    user: unknown,
    name: string,
  ): { getValue(parameter: string, fallback: unknown): unknown };
  getClientInitializeResponse(user: unknown, options: object): string;
  overrideGate(name: string, value: boolean, id?: string): void;
  overrideDynamicConfig(name: string, value: JsonObject, id?: string): void;
  overrideExperiment(name: string, value: JsonObject, id?: string): void;
  overrideExperimentByGroupName(name: string, group: string, id?: string): void;
  overrideLayer(name: string, value: JsonObject, id?: string): void;
}

interface CoreModule {
  Statsig: new (key: string, options: object) => CoreSdk;
  StatsigUser: new (user: JsonObject) => unknown;
}

export interface RunningCore {
  sdk: CoreSdk;
  /** One object per user: a store that outlives its user ends the process. */
  userOf(user: JsonObject): unknown;
  /** What arrived so far. */
  events: WireEvent[];
  stop(): Promise<void>;
}

/** Starts it on a payload. @throws Error when it does not take the payload. */
export async function startCore(payload: JsonObject, options: object = {}): Promise<RunningCore> {
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
    ...options,
  });
  const stop = async (): Promise<void> => {
    await sdk.shutdown();
    server.closeAllConnections();
    server.close();
  };
  const { isSuccess, error } = await sdk.initialize();
  if (!isSuccess) {
    await stop();
    throw new Error(`statsig-node-core did not initialize: ${String(error)}`);
  }
  const users = new Map<JsonObject, unknown>();
  const userOf = (user: JsonObject): unknown => {
    if (!users.has(user)) users.set(user, new StatsigUser(user));
    return users.get(user);
  };
  return { sdk, userOf, events, stop };
}

/** Serves the payload and keeps the events, whatever they are compressed with. */
async function serve(payload: JsonObject, events: WireEvent[]): Promise<Server> {
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
