// SDK instances behind nginx: one download for all of them, and a start while the service is down.
//   npm run build && node examples/nginx/run.mjs        (needs nginx: sudo apt-get install nginx-light)
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { StatsigServer } from 'statsig-node-native';
import { createLocalServer } from 'statsig-node-native/local-server';
import { everyone, gate, project } from '../specs.mjs';

const binary = ['nginx', '/usr/sbin/nginx'].find((path) => spawnSync(path, ['-v']).status === 0);
if (binary === undefined) {
  console.error('nginx is not installed. On Debian and Ubuntu: sudo apt-get install nginx-light');
  process.exit(1);
}

const specs = project(Date.now(), { gates: [gate('a_gate', everyone)] });
const service = await createLocalServer({ specs, idLists: { a_list: ['u'] } });
const port = await freePort();
const folder = mkdtempSync(join(tmpdir(), 'statsig-nginx-'));
const template = readFileSync(new URL('nginx.conf', import.meta.url), 'utf8');
const values = { PORT: port, UPSTREAM: service.url, FRESH: '1s' };
writeFileSync(
  join(folder, 'nginx.conf'),
  template.replace(/@(\w+)@/g, (_, name) => values[name]),
);

// Started by root nginx would become another user, who cannot enter the folder.
const user = process.getuid?.() === 0 ? 'user root;' : '';
const nginx = spawn(
  binary,
  ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr', '-g', `daemon off; ${user}`],
  { stdio: 'inherit' },
);

try {
  await untilListening(port);
  const api = `http://127.0.0.1:${port}/v1`;
  const first = await Promise.all([instance(api), instance(api), instance(api)]);
  console.log(
    `three instances: ${sources(first)}; the service was asked for specs ${service.requests('specs').length} time(s)`,
  );

  service.fail({ route: 'specs', status: 503 });
  service.fail({ route: 'idListIndex', status: 503 });
  await sleep(1500);
  const duringOutage = await instance(api);
  console.log(
    `started during an outage: ${sources([duringOutage])}, a_gate is ${duringOutage.server.checkGate({ userID: 'u' }, 'a_gate')}`,
  );

  await Promise.all([...first, duringOutage].map(({ server }) => server.shutdownAsync()));
  const exposures = service
    .events()
    .filter(({ eventName }) => eventName === 'statsig::gate_exposure').length;
  console.log(`events went through: ${exposures} exposure(s)`);
} finally {
  nginx.kill();
  await new Promise((resolve) =>
    nginx.exitCode === null ? nginx.once('exit', resolve) : resolve(),
  );
  await service.close();
  rmSync(folder, { recursive: true, force: true });
}

async function instance(api) {
  const server = new StatsigServer('secret-example', { api });
  return { server, details: await server.initializeAsync() };
}

function sources(instances) {
  return instances
    .map(({ details }) => details.source ?? `nothing (${details.error?.message})`)
    .join(', ');
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return free;
}

async function untilListening(at) {
  for (let tries = 0; tries < 100; tries++) {
    if (nginx.exitCode !== null) throw new Error(`nginx ended with ${nginx.exitCode}`);
    try {
      await fetch(`http://127.0.0.1:${at}/`);
      return;
    } catch {
      await sleep(100);
    }
  }
  throw new Error('nginx does not listen');
}
