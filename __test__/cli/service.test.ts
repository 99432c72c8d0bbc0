/** Commands that ask a service: what they say when it answers, refuses, or is something else. */
import test, { type ExecutionContext } from 'ava';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KEY_VARIABLE } from '../../src/cli/service';
import { run, sample, service } from './support';

const folder = mkdtempSync(join(tmpdir(), 'cli-service-'));
test.after.always(() => rmSync(folder, { recursive: true }));
const file = join(folder, 'pulled.json');
const text = readFileSync(sample, 'utf8');

/** The commands read the environment. */
function withKey(t: ExecutionContext, key: string): void {
  process.env[KEY_VARIABLE] = key;
  t.teardown(() => void delete process.env[KEY_VARIABLE]);
}

test.serial('pull saves what a service has; doctor sees that it answers', async (t) => {
  withKey(t, 'secret-known');
  const asked: (string | undefined)[] = [];
  const url = await service(t, ({ url: path }, response) => {
    asked.push(path);
    response.end(text);
  });
  t.deepEqual(await run('pull', '--from', url, '--to', file), {
    code: 0,
    out: '',
    err: `24 specs, ${text.length.toLocaleString('en-US')} characters`,
  });
  t.is(readFileSync(file, 'utf8'), text);
  const json = await run('pull', '--from', `${url}/v1/`, '--to', file, '--json');
  t.deepEqual([json.code, json.err], [0, '']);
  t.deepEqual(JSON.parse(json.out), { file, specs: 24, characters: text.length });
  t.is((await run('pull', '--from', url, '--to', '-')).out, text);
  t.deepEqual([...new Set(asked)], ['/v1/download_config_specs/secret-known.json']);
  const { code, out } = await run('doctor', '--api', `${url}/v1`, '--json');
  t.is(code, 0, out);
  t.deepEqual(
    (JSON.parse(out) as { what: string; state: string }[]).map(({ what }) => what),
    ['Node', 'engine', 'binary', 'key', 'proxy', 'service', 'clock'],
  );
  t.false(out.includes('secret-known'));
});

test.serial(
  'a service that cannot be reached is named, with the cause, without the key',
  async (t) => {
    withKey(t, 'secret-hidden');
    const where = 'http://127.0.0.1:1/v1/download_config_specs/….json';
    for (const args of [
      ['pull', '--from', 'http://127.0.0.1:1', '--to', file],
      ['lint', 'http://127.0.0.1:1'],
      ['lint', 'http://127.0.0.1:1/v1/download_config_specs/secret-hidden.json'],
    ]) {
      const { code, err } = await run(...args);
      t.is(code, 1);
      t.is(err, `${where} cannot be reached: connect ECONNREFUSED 127.0.0.1:1`);
    }
    const { code, out } = await run('doctor', '--api', 'http://127.0.0.1:1/v1');
    t.is(code, 1);
    t.true(out.includes(`✗ service  ${where} cannot be reached: connect ECONNREFUSED`), out);
  },
);

test.serial('a key that is refused is told', async (t) => {
  const url = await service(t, (_, response) => void response.writeHead(401).end('{}'));
  const refused = async (): Promise<string> => {
    const { code, err } = await run('pull', '--from', url, '--to', file);
    t.is(code, 1);
    return err;
  };
  t.regex(await refused(), /answered 401: it wants a key, and STATSIG_SECRET_KEY is not set$/);
  t.regex((await run('doctor', '--api', url)).out, /• service {2}.* it wants a key/);
  withKey(t, 'secret-wrong');
  t.regex(await refused(), /answered 401: it does not take the key .* project's secret key\?$/);
  t.regex((await run('doctor', '--api', url)).out, /✗ service {2}.* it does not take the key/);
  withKey(t, 'client-x');
  t.regex(await refused(), /secret keys begin with secret-$/);
  t.regex((await run('doctor', '--api', url)).out, /✗ key {6}/);
});

test.serial('a web page instead of a payload is told as one', async (t) => {
  withKey(t, 'secret-hidden');
  const page = '<!doctype html><html><head><title>Hotel WiFi</title></head></html>';
  const url = await service(t, ({ url: path }, response) => {
    const isPage = path === '/login';
    if (isPage) response.writeHead(200, { 'content-type': 'text/html' }).end(page);
    else response.writeHead(302, { location: '/login' }).end();
  });
  const said =
    `${url}/v1/download_config_specs/….json answered with a web page ("Hotel WiFi") instead of ` +
    'JSON: does this network want a login, or is a proxy in between?';
  for (const args of [
    ['pull', '--from', url, '--to', file],
    ['lint', url],
  ])
    t.deepEqual(await run(...args), { code: 1, out: '', err: said });
  const { code, out } = await run('doctor', '--api', url);
  t.is(code, 1);
  t.true(out.includes(`✗ service  ${said}`), out);
});

test.serial('other answers that are no payload', async (t) => {
  let [status, body] = [404, '{}'];
  const url = await service(t, (_, response) => void response.writeHead(status).end(body));
  const where = `${url}/v1/download_config_specs/….json`;
  for (const [next, given, said] of [
    [404, '{}', `${where} answered 404: there is no payload`],
    [503, 'busy', `${where} answered 503`],
    [200, '{"error":1}', `${where} is no payload of config specs: it has no feature_gates`],
    [200, 'busy', `${where} is no JSON: `],
  ] as const) {
    [status, body] = [next, given];
    const { code, err } = await run('lint', url);
    t.is(code, 1);
    t.true(err.startsWith(said), err);
  }
});

test.serial('the key goes to no other host', async (t) => {
  withKey(t, 'secret-hidden');
  let leaked = false;
  const other = await service(t, ({ url: path, headers }, response) => {
    leaked ||= JSON.stringify([path, headers]).includes('secret-hidden');
    response.end(text);
  });
  const url = await service(t, ({ url: path }, response) => {
    response.writeHead(302, { location: `${other}${path}` }).end();
  });
  const { code, err } = await run('lint', url);
  t.is(code, 1);
  t.regex(err, /cannot be reached: .*secret key/);
  t.false(leaked);
});
