// The examples of frameworks with the packed package, each a process that is started, asked, and ended:
// it answers for two users, is ready, delivers its events and is gone by itself. Lambda runs by its
// runtime interface and is frozen between invocations, the Worker runs in real workerd with a KV.
//
//   node scripts/check/examples.mjs [--skip-build] [--only <part of a name>] [--allow-missing]
import { spawn } from 'node:child_process';
import { strict as assert } from 'node:assert';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';
import { gate, onlyUser, project as payloadOf } from '../../examples/specs.mjs';
import { inFolder, makeProject, quietInstall, steps } from './packed/packages.mjs';
import { packAll } from './packed/project.mjs';
import { thisPlatform } from '../lib/platforms.mjs';
import { mustRun } from '../lib/run.mjs';
import { bundle } from './hosts/workerd.mjs';
import { programOf, workerd } from './hosts/runtime-packages.mjs';
import { root } from '../lib/stamp.mjs';

const { values: given } = parseArgs({
  options: {
    'skip-build': { type: 'boolean' },
    only: { type: 'string', default: '' },
    'allow-missing': { type: 'boolean' },
  },
});
const versions = {
  '@hono/node-server': '2.1.9',
  '@nestjs/common': '11.2.10',
  '@nestjs/core': '11.2.10',
  '@nestjs/platform-express': '11.2.10',
  '@openfeature/core': '1.12.0',
  '@openfeature/nestjs-sdk': '0.2.5',
  '@openfeature/server-sdk': '1.23.0',
  '@upstash/redis': '1.39.0',
  express: '5.3.0',
  fastify: '5.12.8',
  hono: '4.13.19',
  react: '19.3.1',
  'react-dom': '19.3.1',
  'react-router': '7.18.7',
  'reflect-metadata': '0.2.2',
  rxjs: '7.8.2',
  // Adapters as they are published, for statsig-node.
  'statsig-node-cloudflare-kv': '1.2.2',
  'statsig-node-vercel': '0.7.0',
};
const LONGEST_MS = 60_000;
const KEY = 'secret-examples';
const { step, end } = steps('examples');
/** On for the user `new`, off for everybody else. */
const specs = payloadOf(1000, { gates: [gate('new_checkout', onlyUser('new'))] });

async function until(condition, what) {
  const limit = Date.now() + LONGEST_MS;
  while (!(await condition())) {
    assert.ok(Date.now() < limit, `not in time: ${what}`);
    await sleep(20);
  }
}

const exposures = (service) =>
  service.events().filter(({ eventName }) => eventName === 'statsig::gate_exposure').length;

/** Starts a program of the project; `ended` resolves with its exit code. */
function started(project, args, env) {
  const child = spawn(process.execPath, args, {
    cwd: project,
    env: { ...process.env, STATSIG_SECRET_KEY: KEY, PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const state = { child, text: '', ended: new Promise((resolve) => child.once('close', resolve)) };
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk) => (state.text += chunk));
  return state;
}

/** A server: asked for both users, ready, ended by SIGTERM, its events delivered. */
async function asServer(project, file, service, read = (response) => response.json()) {
  const server = started(project, [file], { STATSIG_API: service.api });
  try {
    let url = null;
    await until(() => {
      assert.equal(server.child.exitCode, null, server.text);
      url = /http:\/\/[^\s/]+:\d+/.exec(server.text)?.[0].replace('[::1]', '127.0.0.1');
      return url != null;
    }, `an address in ${server.text}`);
    await until(async () => (await fetch(`${url}/ready`)).ok, `readiness; ${server.text}`);
    const asked = async (userID) => read(await fetch(url, { headers: { 'x-user-id': userID } }));
    assert.deepEqual(await asked('new'), { isNew: true });
    assert.deepEqual(await asked('old'), { isNew: false });
    server.child.kill('SIGTERM');
    const code = await server.ended;
    // Nest gives the signal back to the process once it is done.
    assert.ok(code === 0 || server.child.signalCode === 'SIGTERM', `exit ${code}: ${server.text}`);
    assert.equal(exposures(service), 2, server.text);
  } finally {
    server.child.kill('SIGKILL');
  }
}

/** Decorators are compiled, as Nest's own build does. */
async function nest(project, service) {
  await build({
    entryPoints: [join(project, 'nest/app.ts')],
    outfile: join(project, 'nest/app.cjs'),
    format: 'cjs',
    target: 'node18',
    tsconfigRaw: { compilerOptions: { experimentalDecorators: true } },
    logLevel: 'error',
  });
  await asServer(project, 'nest/app.cjs', service);
}

/** Three invocations; between them the process is stopped, so what was not sent would be missing. */
async function lambda(project, service) {
  const waiting = [];
  const answers = [];
  let next = null;
  const give = () => {
    if (next === null || waiting.length === 0) return;
    const { id, event } = waiting.shift();
    next.writeHead(200, { 'lambda-runtime-aws-request-id': id }).end(JSON.stringify(event));
    next = null;
  };
  const api = createServer((request, response) => {
    if (request.url.endsWith('/next')) {
      next = response;
      return give();
    }
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      response.writeHead(202).end();
      answers.push({ url: request.url, body: JSON.parse(text) });
    });
  });
  await new Promise((resolve) => api.listen(0, '127.0.0.1', resolve));
  cpSync(
    join(root, 'scripts/check/fixtures/example/lambda-runtime.mjs'),
    join(project, 'runtime.mjs'),
  );
  const container = started(project, ['runtime.mjs'], {
    STATSIG_API: service.api,
    AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${api.address().port}`,
    _HANDLER: 'lambda/handler.mjs',
  });
  try {
    for (const [at, userID] of ['new', 'old', 'other'].entries()) {
      container.child.kill('SIGCONT');
      waiting.push({ id: `${at}`, event: { userID } });
      give();
      await until(() => {
        assert.equal(container.child.exitCode, null, container.text);
        return answers.length > at && next !== null;
      }, `an answer; ${container.text}`);
      container.child.kill('SIGSTOP');
      assert.deepEqual(answers[at].body, { isNew: userID === 'new' });
      assert.ok(answers[at].url.endsWith(`/${at}/response`), answers[at].url);
      assert.equal(exposures(service), at + 1, 'delivered before the answer');
      await sleep(50);
    }
  } finally {
    container.child.kill('SIGKILL');
    await container.ended;
    api.closeAllConnections();
    api.close();
  }
}

const workerConfiguration = (ports, api) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.mjs", esModule = embed "worker.mjs"), (name = "statsig.wasm", wasm = embed "statsig.wasm")],
      compatibilityDate = "2025-01-01",
      bindings = [
        (name = "STATSIG_API", text = "${api}"),
        (name = "STATSIG_SECRET_KEY", text = "${KEY}"),
        (name = "FLAGS", kvNamespace = "kv"),
      ],
      globalOutbound = "network",
    )),
    (name = "kv", external = (address = "127.0.0.1:${ports.kv}", http = ())),
    (name = "network", network = (allow = ["local", "private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${ports.http}", http = (), service = "main")],
);
`;

/** A namespace as workerd asks for one. */
async function keyValues(values) {
  const server = createServer(({ url }, response) => {
    const value = values.get(decodeURIComponent(new URL(url, 'http://kv').pathname.slice(1)));
    response.writeHead(value === undefined ? 404 : 200).end(value);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function freePort() {
  const server = await keyValues(new Map());
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function worker(project, service) {
  const program = programOf(workerd);
  if (program === null && given['allow-missing']) return;
  assert.notEqual(program, null, 'workerd cannot be fetched');
  // What the scheduled run puts there is what a cold start reads.
  const values = new Map();
  const { default: own } = await import(pathToFileURL(join(project, 'workers/worker.mjs')).href);
  const FLAGS = { put: async (name, text) => void values.set(name, text) };
  await own.scheduled({}, { STATSIG_API: service.api, STATSIG_SECRET_KEY: KEY, FLAGS });
  service.fail({ route: 'specs', status: 503 });

  const kv = await keyValues(values);
  const folder = join(project, 'workerd');
  mkdirSync(folder);
  const outfile = join(folder, 'worker.mjs');
  await bundle({ entry: join(project, 'workers/worker.mjs'), outfile, conditions: ['workerd'] });
  const ports = { http: await freePort(), kv: kv.address().port };
  writeFileSync(join(folder, 'config.capnp'), workerConfiguration(ports, service.api));
  const child = spawn(program, [...workerd.args, 'config.capnp'], { cwd: folder });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  const ended = new Promise((resolve) => child.once('close', resolve));
  try {
    const asked = async (userID) =>
      (await fetch(`http://127.0.0.1:${ports.http}/`, { headers: { 'x-user-id': userID } })).json();
    let first = null;
    await until(async () => (first = await asked('new').catch(() => null)), `an answer; ${text}`);
    const from = { source: 'DataAdapter', from: 'kv' };
    assert.deepEqual(first, { isNew: true, ...from });
    assert.equal((await asked('old')).isNew, false);
    await until(() => exposures(service) === 2, `two exposures; ${text}`);
  } finally {
    child.kill('SIGTERM');
    await ended;
    kv.closeAllConnections();
    kv.close();
  }
}

/** Upstash's service, as far as its client asks it here: commands as JSON, one or several. */
async function upstash(values) {
  const run = ([command, key, value], encode) => {
    if (command.toLowerCase() === 'set') values.set(key, value);
    const found = command.toLowerCase() === 'get' ? values.get(key) : 'OK';
    return { result: found === undefined ? null : encode(found) };
  };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += chunk));
    request.on('end', () => {
      const isBase64 = request.headers['upstash-encoding'] === 'base64';
      const encode = (found) => (isBase64 ? Buffer.from(found).toString('base64') : found);
      const asked = JSON.parse(text);
      const one = (command) => run(command, encode);
      response.end(JSON.stringify(Array.isArray(asked[0]) ? asked.map(one) : one(asked)));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

/** Each is what an instance starts from that reaches no service, and what it polls. */
async function stores(project, service) {
  const require = createRequire(join(project, 'package.json'));
  const { StatsigServer, DataAdapterKeyPath } = require('statsig-node-native');
  const { CloudflareKVDataAdapter } = require('statsig-node-cloudflare-kv');
  const { EdgeConfigDataAdapter } = require('statsig-node-vercel');
  const { upstashAdapter } = await import(pathToFileURL(join(project, 'stores/upstash.mjs')).href);
  const logger = { warn() {}, error() {}, logLevel: 'none' };
  const started = async (dataAdapter) => {
    const statsig = new StatsigServer(KEY, { api: service.api, logger, dataAdapter });
    return { statsig, details: await statsig.initializeAsync() };
  };
  const service2 = await upstash(new Map());
  const url = `http://127.0.0.1:${service2.address().port}`;
  const atUpstash = (pollsFor) => upstashAdapter({ url, token: 't', pollsFor });
  const writer = await started(atUpstash([]));
  assert.equal(writer.details.source, 'Network');
  service.fail({ route: 'specs', status: 503 });
  const kv = { get: async (name) => (name === 'specs' ? JSON.stringify(specs) : null) };
  const edgeConfig = { get: async (name) => (name === 'specs' ? specs : undefined) };
  const adapters = {
    kv: new CloudflareKVDataAdapter(kv, 'specs'),
    'edge config': new EdgeConfigDataAdapter({
      edgeConfigClient: edgeConfig,
      edgeConfigItemKey: 'specs',
    }),
    upstash: atUpstash([DataAdapterKeyPath.V1Rulesets]),
  };
  for (const [name, adapter] of Object.entries(adapters)) {
    const { statsig, details } = await started(adapter);
    assert.equal(details.source, 'DataAdapter', `${name}: ${details.error}`);
    assert.deepEqual(
      ['new', 'old'].map((userID) => statsig.checkGate({ userID }, 'new_checkout')),
      [true, false],
    );
    // The published ones say that of keys, which neither SDK asks about: they serve starts.
    if (name === 'upstash') {
      await statsig.syncStoreSpecs();
      assert.equal(statsig.health().specs.lastError, null);
    }
    await statsig.shutdownAsync(1000);
  }
  await writer.statsig.shutdownAsync(1000);
  service2.closeAllConnections();
  service2.close();
}

const checks = {
  Express: (project, service) => asServer(project, 'express/app.mjs', service),
  Fastify: (project, service) => asServer(project, 'fastify/app.mjs', service),
  Hono: (project, service) => asServer(project, 'hono/app.mjs', service),
  'React Router': (project, service) =>
    asServer(project, 'react-router/app.mjs', service, async (response) => ({
      isNew: (await response.text()).includes('<h1>new</h1>'),
    })),
  'NestJS, by OpenFeature': nest,
  'AWS Lambda': lambda,
  'Cloudflare Workers': worker,
  'Stores: Cloudflare KV, Vercel Edge Config, Upstash': stores,
};

await inFolder(async (folder) => {
  if (!given['skip-build'])
    mustRun(process.execPath, [join(root, 'scripts/build/all.mjs'), '--if-stale'], {
      shell: false,
    });
  const { main, native } = packAll(folder);
  const project = makeProject(
    folder,
    'examples',
    {
      'statsig-node-native': `file:${main}`,
      ...(native === null ? {} : { [thisPlatform().packageName]: `file:${native}` }),
      ...versions,
    },
    quietInstall,
  );
  for (const name of [
    'express',
    'fastify',
    'hono',
    'react-router',
    'nest',
    'lambda',
    'workers',
    'stores',
  ])
    cpSync(join(root, 'examples', name), join(project, name), { recursive: true });
  const { createLocalServer } = createRequire(join(project, 'package.json'))(
    'statsig-node-native/local-server',
  );
  for (const [name, check] of Object.entries(checks)) {
    if (!name.includes(given.only)) continue;
    const service = await createLocalServer({ specs });
    const problem = await check(project, service).then(
      () => null,
      (error) => error.stack,
    );
    step(name, problem);
    await service.close();
  }
});
end();
