// One life of the package per way of getting specs and events through, as facts that do not depend on the host. Used by life.cjs,
// in processes whose globals were changed, and by Jest's tests (../jest/hosts), in its environments.
'use strict';
const http = require('node:http');
const { URL } = require('node:url');
const { createHash } = require('node:crypto');
const { gunzipSync, gzipSync } = require('node:zlib');
const { parse } = JSON;
const stringify = (value) => JSON.stringify(value);

// ---- a project with one of every condition that needs something of the host ----

const condition = (type, more) => ({
  type,
  targetValue: null,
  operator: null,
  field: null,
  additionalValues: {},
  idType: 'userID',
  ...more,
});
const rule = (conditions, more) => ({
  name: 'r',
  id: 'r',
  salt: 's',
  passPercentage: 100,
  conditions,
  returnValue: true,
  idType: 'userID',
  groupName: null,
  ...more,
});
const spec = (kind, specName, defaultValue, rules, more) => ({
  name: specName,
  type: kind === 'feature_gate' ? kind : 'dynamic_config',
  entity: kind,
  salt: specName,
  enabled: true,
  defaultValue,
  rules,
  idType: 'userID',
  ...more,
});
const gates = {
  public: condition('public'),
  mail: condition('user_field', {
    field: 'email',
    operator: 'any',
    targetValue: ['ä@example.test'],
  }),
  pattern: condition('user_field', { field: 'email', operator: 'str_matches', targetValue: '^.@' }),
  list: condition('unit_id', { operator: 'in_segment_list', targetValue: 'members' }),
  browser: condition('ua_based', {
    field: 'browser_name',
    operator: 'any',
    targetValue: ['Chrome'],
  }),
  country: condition('ip_based', { field: 'country', operator: 'any', targetValue: ['US'] }),
  past: condition('current_time', { operator: 'before', targetValue: 1e15 }),
  toString: condition('public'),
};
const value = { color: 'red', nested: { list: [1, { a: 'b' }] }, constructor: 'own' };
const project = (padding) =>
  stringify({
    has_updates: true,
    time: 1700000000000,
    id_lists: { members: true },
    layers: {},
    padding: 'x'.repeat(padding),
    feature_gates: Object.keys(gates).map((gate) =>
      spec('feature_gate', gate, false, [rule([gates[gate]])]),
    ),
    dynamic_configs: [
      spec('dynamic_config', 'config', {}, [rule([gates.public], { returnValue: value })]),
    ],
    layer_configs: [spec('layer', 'layer', {}, [rule([gates.public], { returnValue: value })])],
  });
const member = `+${createHash('sha256').update('u').digest('base64').slice(0, 8)}\n`;
const USER = {
  userID: 'u',
  email: 'ä@example.test',
  ip: '8.8.8.8',
  customIDs: { companyID: 'c' },
  custom: { a: 1, b: ['x'] },
  privateAttributes: { secret: 's' },
  userAgent:
    'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36',
};

// ---- the service, over HTTP and as an override ----

const events = [];
let failures = 0;

/** Status and body of an answer. The first upload fails, so that one is retried. */
function answerTo(url, body) {
  if (url.includes('download_config_specs')) return [200, project(1.5e6)];
  if (url.includes('get_id_lists')) {
    const { origin } = new URL(url);
    return [
      200,
      stringify({
        members: {
          name: 'members',
          size: member.length,
          url: `${origin}/list/members`,
          fileID: 'f',
          creationTime: 1,
        },
      }),
    ];
  }
  if (url.includes('/list/')) return [200, member];
  if (!url.includes('log_event')) return [200, '{}'];
  if (failures++ % 2 === 0) return [503, '{}'];
  events.push(
    ...parse((body[0] === 0x1f ? gunzipSync(body) : Buffer.from(body)).toString()).events,
  );
  return [202, '{}'];
}

async function service() {
  const server = http.createServer((request, response) => {
    const parts = [];
    request.on('data', (part) => parts.push(part));
    request.on('end', () => {
      const [status, text] = answerTo(
        `http://${request.headers.host}${request.url}`,
        Buffer.concat(parts),
      );
      response
        .writeHead(status, { 'content-encoding': 'gzip', 'content-type': 'application/json' })
        .end(gzipSync(text));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function override(url, { body }) {
  const [status, text] = answerTo(url, typeof body === 'string' ? Buffer.from(body) : body);
  return { ok: status < 300, status, headers: { get: () => null }, text: async () => text };
}

// ---- lives ----

/** `patience`: what an application sets as limits, ms. */
async function life(engine, patience, make) {
  const lines = [];
  const log = (...parts) => lines.push(parts.map(String).join(' '));
  const logger = { logLevel: 'warn', debug: log, info: log, warn: log, error: log };
  const s = make({
    engine,
    logger,
    disableDiagnostics: true,
    postLogsRetryBackoff: 5,
    environment: { tier: 'test' },
    initTimeoutMs: patience,
  });
  const { success, source, error } = await s.initializeAsync();
  const scope = s.forUser(USER);
  const response = s.getClientInitializeResponse(USER, undefined, { hash: 'none' });
  const facts = {
    success,
    source,
    error: error && error.message,
    engine: s.engineInfo().engine,
    gates: Object.keys(gates).map((gate) => [
      gate,
      s.checkGate(USER, gate),
      scope.checkGate(gate),
      scope.checkGate(gate),
      response.feature_gates[gate].value,
    ]),
    many: Object.entries(s.checkGates(USER, ['mail', 'toString', 'constructor', '__proto__'])),
    config: s.getConfig(USER, 'config').value,
    layer: s.getLayer(USER, 'layer').get('nested', null),
    response: [
      stringify(response.dynamic_configs.config.value),
      s.getClientInitializeResponseString(USER).length > 0,
    ],
  };
  s.logEvent(USER, 'bought', 12.5, { from: 'life' });
  await s.syncStoreSpecs();
  await s.syncStoreIdLists();
  const flushed = await s.flush();
  s.checkGate({ userID: 'later' }, 'public');
  const shut = await s.shutdownAsync(patience);
  const logged = events
    .splice(0)
    .map(({ eventName, user, metadata }) => [
      eventName,
      user,
      metadata.gate,
      metadata.config,
      metadata.from,
    ]);
  return { ...facts, flushed, shut, logged: logged.map(stringify).sort(), lines };
}

/**
 * Lives of one engine by way. `MemoryDataAdapter`: the package's. `api`: of `service`, or undefined where there is no network.
 */
async function lives(engine, { StatsigServer, MemoryDataAdapter, api, patience }) {
  const dataAdapter = new MemoryDataAdapter();
  const facts = {};
  const run = async (way, options) => {
    facts[way] = await life(
      engine,
      patience,
      (more) => new StatsigServer('secret-life', { ...options, ...more }),
    );
  };
  if (api !== undefined) await run('http', { api });
  await run('override', { networkOverrideFunc: override, dataAdapter });
  await run('adapter', { networkOverrideFunc: override, dataAdapter });
  await run('bootstrap', { networkOverrideFunc: override, bootstrapValues: project(1.5e6) });
  return facts;
}

module.exports = { lives, service };
