// Bundles for edge runtimes and asks a worker in real workerd.
import { spawn } from 'node:child_process';
import { strict as assert } from 'node:assert';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { build } from 'esbuild';

const WAIT_MS = 20_000;

/**
 * Bundles an entry for a runtime with the given conditions; WebAssembly modules stay imports,
 * copied beside it.
 */
export async function bundle({ entry, outfile, conditions }) {
  const copyWasm = {
    name: 'copy-wasm',
    setup(plugin) {
      plugin.onResolve({ filter: /\.wasm$/ }, ({ path, resolveDir }) => {
        copyFileSync(join(resolveDir, path), join(dirname(outfile), basename(path)));
        return { path: `./${basename(path)}`, external: true };
      });
    },
  };
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    conditions,
    logLevel: 'error',
    plugins: [copyWasm],
  });
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

const configuration = (port, api) => `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = (
      modules = [(name = "worker.mjs", esModule = embed "worker.mjs"), (name = "statsig.wasm", wasm = embed "statsig.wasm")],
      compatibilityDate = "2025-01-01",
      bindings = [(name = "API", text = "${api}")],
      globalOutbound = "network",
    )),
    (name = "network", network = (allow = ["local", "private", "public"])),
  ],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`;

/** Answers of the worker once it listens. */
async function ask(url) {
  const end = Date.now() + WAIT_MS;
  for (;;) {
    try {
      return await fetch(url);
    } catch (error) {
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/**
 * Runs __test__/runtimes/worker.mjs of a project on one engine: its answer must be right, its
 * events must arrive.
 */
export async function askWorker({ program, args, cwd, engine }) {
  const { createLocalServer } = createRequire(join(cwd, 'package.json'))(
    'statsig-node-native/local-server',
  );
  const folder = join(cwd, `workerd-${engine}`);
  mkdirSync(folder, { recursive: true });
  await bundle({
    entry: join(cwd, 'worker.mjs'),
    outfile: join(folder, 'worker.mjs'),
    conditions: ['workerd'],
  });
  const server = await createLocalServer({ specsFile: join(cwd, 'sample-project.json') });
  const port = await freePort();
  writeFileSync(join(folder, 'config.capnp'), configuration(port, server.api));
  const child = spawn(program, [...args, 'config.capnp'], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (text += chunk));
  const ended = new Promise((resolve) => child.on('close', resolve));
  try {
    const query = engine === 'wasm' ? '' : `?engine=${engine}`;
    const response = await ask(`http://127.0.0.1:${port}/${query}`);
    const answer = await response.json();
    assert.deepEqual(
      { ...answer, bootstrap: answer.bootstrap > 10 },
      {
        success: true,
        error: 'undefined',
        engine,
        gate: true,
        unknown: false,
        tariff: 'EUR',
        bootstrap: true,
      },
    );
    const end = Date.now() + WAIT_MS;
    const names = () => server.events().map(({ eventName }) => eventName);
    while (!names().includes(`worker-${engine}`) && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.ok(
      names().includes(`worker-${engine}`) && names().includes('statsig::gate_exposure'),
      `events arrived: ${names().join()}`,
    );
    const [posted] = server.requests().filter(({ route }) => route === 'events');
    assert.equal(posted.headers['content-encoding'], 'gzip');
    return `answered on ${answer.engine}, ${names().length} events, gzip`;
  } catch (error) {
    throw new Error(`${error.message}\n${text}`);
  } finally {
    child.kill('SIGTERM');
    await ended;
    await server.close(0);
  }
}
