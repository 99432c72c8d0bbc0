// A fleet on one machine: 20 SDK instances under load, streamed to by (a stand-in for) Statsig's
// forward proxy, with Redis and an nginx cache behind it. A flag changes, each part is killed in
// turn, and a flag changes again: who hears of it, how soon, how often the service was asked, and
// how many checks went wrong.
//
//   npm run build && node examples/fleet/run.mjs [--instances 20] [--processes 5] [--quick]
//
// Needs redis-server and nginx (npm run setup). --quick kills the proxy only.
import { fork, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createLocalServer } from 'statsig-node-native/local-server';
import { config, everyone, gate, project } from '../specs.mjs';

const { values: options } = parseArgs({
  options: {
    instances: { type: 'string', default: '20' },
    processes: { type: 'string', default: '5' },
    quick: { type: 'boolean', default: false },
  },
});
const processes = Number(options.processes);
const perProcess = Math.ceil(Number(options.instances) / processes);
const instances = processes * perProcess;
const key = 'secret-fleet';
const WAIT_MS = 60_000;

const programs = { redis: ['redis-server'], nginx: ['nginx', '/usr/sbin/nginx'] };
const works = (path) => ['-v', '--version'].some((flag) => spawnSync(path, [flag]).status === 0);
for (const [name, paths] of Object.entries(programs)) {
  programs[name] = paths.find(works);
  if (programs[name] !== undefined) continue;
  console.error(`${paths[0]} is not installed: npm run setup`);
  process.exit(1);
}

const folder = mkdtempSync(join(tmpdir(), 'statsig-fleet-'));
const ports = Object.fromEntries(
  await Promise.all(
    ['redis', 'nginx', 'http', 'stream'].map(async (name) => [name, await freePort()]),
  ),
);
const service = await createLocalServer({ specs: specsOf(1), maxEvents: 100_000 });
const file = join(folder, 'specs.json');
writeFileSync(file, JSON.stringify(specsOf(1)));
const template = readFileSync(new URL('../nginx/nginx.conf', import.meta.url), 'utf8');
const filled = { PORT: ports.nginx, UPSTREAM: service.url, FRESH: '1s' };
writeFileSync(
  join(folder, 'nginx.conf'),
  template.replace(/@(\w+)@/g, (_, name) => filled[name]),
);

/** Whatever was started, by what it is. */
const running = new Map();
/** name → the release that it serves, and since when. */
const seen = new Map();
let release = 1;

const starts = {
  redis: () => {
    const quiet = ['--save', '', '--appendonly', 'no', '--bind', '127.0.0.1', '--dir', folder];
    return spawn(programs.redis, ['--port', String(ports.redis), ...quiet], { stdio: 'ignore' });
  },
  nginx: () => {
    const user = process.getuid?.() === 0 ? 'user root;' : '';
    const args = ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr', '-g', `daemon off; ${user}`];
    // A group of its own: its workers would outlive it.
    return spawn(programs.nginx, args, { stdio: 'ignore', detached: true });
  },
  proxy: () =>
    program('forward-proxy.mjs', {
      origin: service.url,
      key,
      port: ports.http,
      streamPort: ports.stream,
    }),
  writer: () => program('instance.mjs', { ...settings(), role: 'writer', count: 1 }),
};

for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, async () => {
    await Promise.all([...running.keys()].map(kill));
    rmSync(folder, { recursive: true, force: true });
    process.exit(1);
  });

try {
  await start('redis', () => isListening(ports.redis));
  await start('nginx', () => isListening(ports.nginx));
  await start('proxy', () => isListening(ports.stream));
  await start('writer');
  for (let at = 0; at < processes; at++) {
    starts[`fleet ${at}`] = () =>
      program('instance.mjs', { ...settings(), role: 'reader', count: perProcess });
    await start(`fleet ${at}`);
  }
  console.log(
    `| ${instances} instances | heard by | p50, ms | p99, ms | downloads at the service |`,
  );
  console.log('| --- | --- | --- | --- | --- |');
  await change('all is up');
  await kill('proxy');
  await change('the proxy is killed: Redis');
  if (!options.quick) {
    await Promise.all(['redis', 'writer'].map(kill));
    await change('Redis and the writer, too: through nginx');
    await kill('nginx');
    await change('nginx, too: nobody hears, all serve what they have', 8_000);
    await start('nginx', () => isListening(ports.nginx));
    await start('redis', () => isListening(ports.redis));
    await start('writer');
    await change('all but the proxy is back');
    await start('proxy', () => isListening(ports.stream));
    // Streams are tried again after up to a minute.
    await sleep(35_000);
    await change('the proxy is back, too');
  }
  await end();
} finally {
  await Promise.all([...running.keys()].map(kill));
  await service.close();
  rmSync(folder, { recursive: true, force: true });
}

function settings() {
  return {
    key,
    file,
    origin: service.api,
    api: `http://127.0.0.1:${ports.nginx}/v1`,
    redis: `redis://127.0.0.1:${ports.redis}`,
    stream: `http://127.0.0.1:${ports.stream}`,
  };
}

/** The project in which `release` is a number. */
function specsOf(number) {
  return project(1_000 + number, {
    gates: [gate('always', everyone)],
    configs: [config('release', { number })],
  });
}

/** Changes the flag and prints a line: who has heard of it when all have, or after `limitMs`. */
async function change(title, limitMs = WAIT_MS) {
  const before = service.requests('specs').length;
  const at = Date.now();
  release++;
  service.setSpecs(specsOf(release));
  const heard = () => [...seen.values()].filter((one) => one.release >= release);
  await until(() => heard().length >= instances, limitMs);
  const times = heard()
    .map((one) => one.at - at)
    .sort((a, b) => a - b);
  const quantile = (part) =>
    times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? '–';
  const downloads = service.requests('specs').length - before;
  console.log(
    `| ${title} | ${times.length} | ${quantile(0.5)} | ${quantile(0.99)} | ${downloads} in ${((Date.now() - at) / 1000).toFixed(1)} s |`,
  );
}

/** Ends all instances and prints what became of the checks. */
async function end() {
  const ends = [];
  for (const [name, child] of running) {
    if (!name.startsWith('fleet')) continue;
    const ended = new Promise((resolve) => {
      child.on('message', ({ kind, ends: some }) => kind === 'end' && resolve(some));
    });
    child.send('end');
    ends.push(...(await ended));
  }
  const sum = (of) => ends.reduce((total, one) => total + one[of], 0);
  console.log(
    `checks: ${sum('checks')}, lost: ${sum('lost')}; events dropped: ${sum('droppedEvents')}`,
  );
  console.log(`downloads at the service in all: ${service.requests('specs').length}`);
  process.exitCode = sum('lost') === 0 ? 0 : 1;
}

function program(name, given) {
  return fork(new URL(name, import.meta.url), [JSON.stringify(given)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

/** Starts a part, and waits until it says so, or until it listens. */
async function start(name, isUp) {
  const child = starts[name]();
  running.set(name, child);
  let isReady = false;
  child.on('message', (message) => {
    if (message === 'ready' || message.kind === 'ready') isReady = true;
    if (message.kind === 'release' && name.startsWith('fleet')) seen.set(message.name, message);
  });
  child.on('error', () => undefined);
  if (!(await until(isUp ?? (() => isReady), WAIT_MS))) throw new Error(`${name} does not start`);
}

/** As a crash would. */
async function kill(name) {
  const child = running.get(name);
  running.delete(name);
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  if (name === 'nginx') process.kill(-child.pid, 'SIGKILL');
  else child.kill('SIGKILL');
  await gone;
}

async function until(condition, limitMs) {
  const limit = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > limit) return false;
    await sleep(5);
  }
  return true;
}

function isListening(port) {
  return new Promise((resolve) => {
    const socket = createConnection(port, '127.0.0.1');
    socket.once('error', () => resolve(false));
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
