/** Who is answered, and with which headers. */
import { createHash } from 'node:crypto';
import test from 'ava';
import { createInspector } from '../../src/inspector';
import { API, ask, inspected, instance, serve, TOKEN } from './support';

test('without a token, or switched off, there is nothing', async (t) => {
  for (const options of [undefined, {}, { token: '' }, { token: TOKEN, enabled: false }]) {
    const statsig = await instance(t);
    const url = await serve(t, createInspector(statsig, options));
    for (const path of ['/', `${API}flags`, '/_inspector/page.js'])
      t.is((await ask(url + path)).status, 404, path);
  }
});

test('the page is for everybody here, data for the token only', async (t) => {
  const { url, get } = await inspected(t);
  const page = await ask(`${url}/`, { headers: { authorization: '' } });
  t.is(page.status, 200);
  t.false(page.body.includes('bike_lanes'));
  for (const authorization of ['', 'Bearer', 'Bearer ', `Basic ${TOKEN}`, 'Bearer wrong', TOKEN]) {
    for (const path of ['status', 'flags', 'users', 'changes', 'stream', 'nothing']) {
      const refused = await get(path, { headers: { authorization } });
      t.is(refused.status, 401, `${authorization} ${path}`);
      t.is(refused.headers['www-authenticate'], 'Bearer');
    }
    const refused = await get('explain', { body: {}, headers: { authorization } });
    t.is(refused.status, 401);
  }
  t.is((await get('flags')).status, 200);
  t.is((await get('flags', { headers: { authorization: `bearer   ${TOKEN}` } })).status, 200);
});

test('by another name, from another page, or through a proxy nobody is answered', async (t) => {
  const { get } = await inspected(t);
  const refused: Record<string, string>[] = [
    { host: 'evil.example' },
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'x-forwarded-for': '10.0.0.1' },
    { forwarded: 'for=10.0.0.1' },
  ];
  for (const headers of refused)
    t.is((await get('flags', { headers })).status, 403, JSON.stringify(headers));
  t.is((await get('flags', { headers: { host: 'localhost:1' } })).status, 200);
});

test('other machines and names, if that is said', async (t) => {
  const remote = await inspected(t, { token: TOKEN, allowRemote: true });
  const headers = { host: 'flags.example', 'x-forwarded-for': '10.0.0.1' };
  t.is((await remote.get('flags', { headers })).status, 200);
  const origin = 'http://evil.example';
  t.is((await remote.get('flags', { headers: { ...headers, origin } })).status, 403);
  const named = await inspected(t, {
    token: TOKEN,
    allowRemote: true,
    allowedHosts: ['flags.example'],
  });
  t.is((await named.get('flags', { headers })).status, 200);
  t.is((await named.get('flags', { headers: { host: 'other.example' } })).status, 403);
});

test('nothing inline but the style, nothing from elsewhere, nothing kept', async (t) => {
  const { url, get } = await inspected(t);
  const answers = [
    await ask(`${url}/`),
    await ask(`${url}/_inspector/page.js`),
    await get('flags'),
    await get('flags', { headers: { authorization: '' } }),
    await get('nothing'),
  ];
  for (const { headers } of answers) {
    const policy = String(headers['content-security-policy']);
    t.regex(policy, /default-src 'none'.*script-src 'self'/);
    t.notRegex(policy, /unsafe|http|\*/);
    t.is(headers['x-content-type-options'], 'nosniff');
    t.is(headers['cache-control'], 'no-store');
    t.is(headers['access-control-allow-origin'], undefined);
  }
  const [page] = answers;
  t.notRegex(page!.body, /<script(?! src)|style=|https?:\/\//);
  const [, style] = /<style>([^]*)<\/style>/.exec(page!.body)!;
  const hash = createHash('sha256').update(style!).digest('base64');
  const policy = String(page!.headers['content-security-policy']);
  t.true(policy.includes(`style-src 'sha256-${hash}';`), policy);
  t.notRegex(answers[1]!.body, /\beval\(|new Function/);
});

test('a page that another one opened is cut off from it; a typed address has no opener', async (t) => {
  const { url } = await inspected(t);
  const policyOf = async (headers?: Record<string, string>): Promise<unknown> =>
    (await ask(`${url}/`, { headers })).headers['cross-origin-opener-policy'];
  t.is(await policyOf({ 'sec-fetch-site': 'none' }), undefined);
  for (const site of ['cross-site', 'same-site', 'same-origin', 'None'])
    t.is(await policyOf({ 'sec-fetch-site': site }), 'same-origin', site);
  t.is(await policyOf(), 'same-origin');
});

test('the script is asked for after all that is painted', async (t) => {
  const { url } = await inspected(t);
  const { body } = await ask(`${url}/`);
  t.regex(
    body,
    /<\/main><\/div>\s*<script src="[^"]+" defer fetchpriority="low"><\/script>\s*<\/body>/,
  );
});
