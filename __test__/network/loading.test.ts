import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { Loopback } from './loopback';

/** The build, because tsx brings modules of its own. */
const BUILT = join(__dirname, '../../dist');

/**
 * Node's own modules and packages' files that a server loads from its construction to its end, in a
 * process that does nothing else.
 */
async function loadedByRequests(api: string): Promise<{ builtins: string[]; files: string[] }> {
  const program = `
    const { StatsigServer } = require(${JSON.stringify(join(BUILT, 'index.js'))});
    const server = new StatsigServer('secret-loading', { api: ${JSON.stringify(api)} });
    const before = new Set([...process.moduleLoadList, ...Object.keys(require.cache)]);
    server.initializeAsync().then(() => server.shutdownAsync()).then(() => {
      const fresh = (names) => names.filter((name) => !before.has(name));
      console.log(JSON.stringify({ builtins: fresh(process.moduleLoadList), files: fresh(Object.keys(require.cache)) }));
    });`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], {
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  return JSON.parse(stdout) as { builtins: string[]; files: string[] };
}

test('requests load one file, and none of what axios would bring along: undici, HTTP/2, form data', async (t) => {
  t.true(existsSync(BUILT), 'npm run build comes first');
  const paths: string[] = [];
  const server = await Loopback.start(({ url }, response) => {
    paths.push(url ?? '');
    response.end('{}');
  });
  t.teardown(() => server.stop());
  const { builtins, files } = await loadedByRequests(`${server.base}/v1`);
  t.true(
    paths.some((path) => path.includes('download_config_specs')),
    paths.join(),
  );
  t.deepEqual(
    files.map((file) => file.replaceAll('\\', '/').split('/dist/')[1] ?? file),
    ['network/generated/axios-http.js'],
  );
  t.deepEqual(
    builtins.filter((name) => /undici|http2|assert|perf_hooks|\btty\b/.test(name)),
    [],
  );
});
