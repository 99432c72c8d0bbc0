/** A project, requests without a browser, and a stream of what happens. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import type { ExecutionContext } from 'ava';
import type { RequestListener } from 'node:http';
import { StatsigServer } from '../../src/api/statsig';
import type { EngineKind } from '../../src/engine/engine';
import { createInspector, type InspectorOptions } from '../../src/inspector';
import { TESTED_ENGINES } from '../engines';

export const TOKEN = 'a token of the tests';
export const API = '/_inspector/api/';

/** A gate for Utrecht, a config, an experiment, a layer, a gate that asks the first one. */
export function payload(isEverywhere = false, time = 1_000): object {
  const condition = (type: string, targetValue: unknown, operator: unknown, field: unknown) => ({
    type,
    targetValue,
    operator,
    field,
    additionalValues: {},
    isDeviceBased: false,
    idType: 'userID',
  });
  const everyone = condition('public', null, null, null);
  const rule = (id: string, conditions: object[], returnValue: unknown, passPercentage = 100) => ({
    name: id,
    id,
    salt: id,
    passPercentage,
    conditions,
    returnValue,
    isDeviceBased: false,
    idType: 'userID',
  });
  const spec = (name: string, entity: string, defaultValue: unknown, rules: object[]) => ({
    name,
    entity,
    type: entity,
    salt: `salt-${name}`,
    enabled: true,
    defaultValue,
    rules,
    isDeviceBased: false,
    idType: 'userID',
  });
  const cities = condition('user_field', ['Utrecht'], 'any', 'city');
  return {
    has_updates: true,
    time,
    feature_gates: [
      spec('bike_lanes', 'feature_gate', false, [
        rule('cities', [isEverywhere ? everyone : cities], true),
      ]),
      spec('new_checkout', 'feature_gate', false, [
        rule('with_lanes', [condition('pass_gate', 'bike_lanes', null, null)], true),
        rule('some', [everyone], true, 50),
      ]),
    ],
    dynamic_configs: [
      spec('tariff', 'dynamic_config', { perMinute: 0.2 }, [
        rule('all', [everyone], { perMinute: 0.3 }),
      ]),
      spec('button', 'experiment', { label: 'Buy' }, [rule('test', [everyone], { label: 'Pay' })]),
    ],
    layer_configs: [spec('search', 'dynamic_config', { ranking: 'price' }, [])],
    layers: {},
  };
}

export interface Answer {
  status: number;
  headers: http.IncomingHttpHeaders;
  body: string;
  json(): Record<string, unknown>;
}

export interface Asking {
  method?: string;
  headers?: Record<string, string>;
  body?: unknown;
}

/** One request, with the token unless `headers` say otherwise. */
export function ask(url: string, { method, headers = {}, body }: Asking = {}): Promise<Answer> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const all = {
    authorization: `Bearer ${TOKEN}`,
    ...(text === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  };
  return new Promise((resolve, reject) => {
    const request = http.request(
      url,
      { method: method ?? (text === undefined ? 'GET' : 'POST'), headers: all, agent: false },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('end', () => {
          const received = Buffer.concat(parts).toString();
          const json = () => JSON.parse(received) as Record<string, unknown>;
          const { statusCode = 0, headers: given } = response;
          resolve({ status: statusCode, headers: given, body: received, json });
        });
      },
    );
    request.on('error', reject);
    request.end(text);
  });
}

/** Serves a handler on loopback until the test is over; its address. */
export async function serve(t: ExecutionContext, handler: RequestListener): Promise<string> {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A stream that is open, and what was told so far. */
export interface Opened {
  status: number;
  /** Resolves with the data of the first message of that name, from the past or to come. */
  told(name: string, isIt?: (data: unknown) => boolean): Promise<unknown>;
  ended: Promise<void>;
  close(): void;
}

export function openStream(url: string): Promise<Opened> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const request = http.get(url, { headers, agent: false }, (response) => {
      const messages: [string, unknown][] = [];
      const waiting = new Set<() => void>();
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const parts = (rest + text).split('\n\n');
        rest = parts.pop() ?? '';
        for (const part of parts) {
          const found = /^event: (.*)\ndata: (.*)$/.exec(part);
          if (found) messages.push([found[1]!, JSON.parse(found[2]!)]);
        }
        for (const look of waiting) look();
      });
      const ended = new Promise<void>((end) => response.on('close', () => end()));
      resolve({
        status: response.statusCode ?? 0,
        ended,
        close: () => request.destroy(),
        told: (name, isIt = () => true) =>
          new Promise((found) => {
            const look = (): void => {
              const message = messages.find(([one, data]) => one === name && isIt(data));
              if (message === undefined) return;
              waiting.delete(look);
              found(message[1]);
            };
            waiting.add(look);
            look();
          }),
      });
    });
    request.on('error', reject);
  });
}

/** An instance that asks nobody. */
export async function instance(t: ExecutionContext, options: object = {}): Promise<StatsigServer> {
  const statsig = new StatsigServer('secret-inspected', {
    bootstrapValues: payload(),
    disableDiagnostics: true,
    disableRulesetsSync: true,
    disableIdListsSync: true,
    initStrategyForIDLists: 'none',
    loggingIntervalMs: 3_600_000,
    networkOverrideFunc: async () => new Response('{"success":true}', { status: 202 }),
    ...options,
  });
  await statsig.initializeAsync();
  t.teardown(() => statsig.shutdownAsync(100));
  return statsig;
}

/** One, its inspector, and a way to ask it. */
export async function inspected(
  t: ExecutionContext,
  options: InspectorOptions = { token: TOKEN },
  engine: EngineKind = TESTED_ENGINES[0]!,
) {
  const statsig = await instance(t, { engine });
  const inspector = createInspector(statsig, options);
  t.teardown(() => inspector.close());
  const url = await serve(t, inspector);
  return {
    statsig,
    inspector,
    url,
    get: (path: string, asking?: Asking) => ask(`${url}${API}${path}`, asking),
  };
}
