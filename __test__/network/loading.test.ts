import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { Loopback } from './loopback';

/** The build, because tsx brings modules of its own. */
const BUILT = join(__dirname, '../../dist');

/** Node's own modules and packages' files that were loaded by a request, in a process that does nothing else. */
async function loadedByARequest(url: string): Promise<{ status: number; builtins: string[]; files: string[] }> {
  const program = `
    const { nodeTransport } = require(${JSON.stringify(join(BUILT, 'network/node-transport.js'))});
    const before = new Set([...process.moduleLoadList, ...Object.keys(require.cache)]);
    const request = { method: 'GET', url: ${JSON.stringify(url)}, headers: {}, isUpload: false, maxBytes: 1000, signal: new AbortController().signal, onProgress() {} };
    nodeTransport()(request).then(({ status }) => {
      const fresh = (names) => names.filter((name) => !before.has(name));
      console.log(JSON.stringify({ status, builtins: fresh(process.moduleLoadList), files: fresh(Object.keys(require.cache)) }));
    });`;
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program], { env: { ...process.env, NODE_OPTIONS: '' } });
  return JSON.parse(stdout) as { status: number; builtins: string[]; files: string[] };
}

test('a request loads one file, and none of what axios would bring along: undici, HTTP/2, form data', async (t) => {
  t.true(existsSync(BUILT), 'npm run build comes first');
  const server = await Loopback.start((_, response) => void response.end('{}'));
  t.teardown(() => server.stop());
  const { status, builtins, files } = await loadedByARequest(`${server.base}/`);
  t.is(status, 200);
  t.deepEqual(files.map((file) => file.replaceAll('\\', '/').split('/dist/')[1] ?? file), ['network/generated/axios-http.js']);
  t.deepEqual(builtins.filter((name) => /undici|http2|assert|perf_hooks|\btty\b/.test(name)), []);
});
