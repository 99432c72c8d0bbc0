/** Every option: default, effect, clamp, bad value; defaults side by side with statsig-node's. */
import test from 'ava';
import { parseOptions, type ResolvedOptions } from '../../src/options/options';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- a deep import without types
const rival = require('statsig-node/dist/StatsigOptions.js') as {
  OptionsWithDefaults(options: object): Record<string, unknown>;
  OptionsLoggingCopy(options: object): Record<string, unknown>;
};

const parse = (options: unknown) => parseOptions(options as never);
const noop = (): void => {};

/** option, given value, resolved value */
const EFFECTS: [keyof ResolvedOptions, unknown, unknown][] = [
  ['api', 'https://a/v1', 'https://a/v1'],
  ['api', 'https://a/v1/', 'https://a/v1'],
  ['api', 'https://a/v1//', 'https://a/v1/'],
  ['api', '', ''],
  ['apiForDownloadConfigSpecs', 'https://b/', 'https://b'],
  ['apiForGetIdLists', 'https://c/', 'https://c'],
  ['fallbackToStatsigAPI', true, true],
  ['networkOverrideFunc', noop, noop],
  ['bootstrapValues', '{}', '{}'],
  ['bootstrapValues', '', ''],
  ['environment', { tier: 'x' }, { tier: 'x' }],
  ['rulesUpdatedCallback', noop, noop],
  ['localMode', true, true],
  ['initTimeoutMs', 5, 5],
  ['rulesetsSyncIntervalMs', 6000, 6000],
  ['idListsSyncIntervalMs', 31_000, 31_000],
  ['loggingIntervalMs', 10, 10],
  ['loggingMaxBufferSize', 10, 10],
  ['disableDiagnostics', true, true],
  ['initStrategyForIP3Country', 'lazy', 'lazy'],
  ['initStrategyForIDLists', 'none', 'none'],
  ['postLogsRetryLimit', 0, 0],
  ['postLogsRetryBackoff', 7, 7],
  ['postLogsRetryBackoff', noop, noop],
  ['disableRulesetsSync', true, true],
  ['disableIdListsSync', true, true],
  ['disableAllLogging', true, true],
];

for (const [name, given, expected] of EFFECTS) {
  test(`${name}: ${JSON.stringify(given) ?? 'function'} is taken`, (t) => {
    const { options, warnings } = parse({ [name]: given });
    t.deepEqual(options[name], expected);
    t.deepEqual(warnings, []);
    t.deepEqual(
      rival.OptionsWithDefaults({ [name]: given })[name],
      expected,
      'statsig-node resolves alike',
    );
  });
}

/** option, a value out of range, what it counts as: as in statsig-node, which says nothing */
const OUT_OF_RANGE: [keyof ResolvedOptions, number, number][] = [
  ['initTimeoutMs', -5, -5],
  ['rulesetsSyncIntervalMs', 1, 5000],
  ['rulesetsSyncIntervalMs', -1, 5000],
  ['idListsSyncIntervalMs', 1, 30_000],
  ['loggingIntervalMs', 1, 1],
  ['loggingIntervalMs', -1, -1],
  ['loggingMaxBufferSize', 5000, 1000],
  ['loggingMaxBufferSize', 0, 0],
  ['postLogsRetryLimit', -1, -1],
  ['postLogsRetryLimit', Infinity, Infinity],
  ['postLogsRetryBackoff', -1, -1],
  ['postLogsRetryBackoff', Infinity, Infinity],
];

for (const [name, given, expected] of OUT_OF_RANGE) {
  test(`${name}: ${given} is out of range, and told`, (t) => {
    const { options, warnings } = parse({ [name]: given });
    t.is(options[name], expected);
    t.is(warnings.length, 1);
    t.true(warnings[0]?.includes(name) && warnings[0].includes(String(given)), warnings[0]);
    t.deepEqual(
      rival.OptionsWithDefaults({ [name]: given })[name],
      expected,
      'statsig-node resolves alike',
    );
  });
}

test('defaults are those of statsig-node', (t) => {
  const { options, warnings } = parse({});
  const theirs = rival.OptionsWithDefaults({});
  for (const [name, value] of Object.entries(theirs)) {
    if (name === 'logger' || name === 'evaluationCallback') continue;
    t.deepEqual((options as unknown as Record<string, unknown>)[name], value, name);
  }
  t.is(options.logger.logLevel, 'warn');
  t.is(options.evaluationCallback, null);
  t.deepEqual(warnings, []);
  t.true(Object.isFrozen(options));
});

test('defaults of the additional options', (t) => {
  const { engine, eventSpool, reportExceptions, sdkType, sdkVersion, requestTimeoutMs } = parse(
    {},
  ).options;
  t.deepEqual(
    { engine, eventSpool, reportExceptions, sdkType, sdkVersion, requestTimeoutMs },
    {
      engine: null,
      eventSpool: null,
      reportExceptions: false,
      sdkType: 'statsig-node',
      sdkVersion: '6.5.2',
      requestTimeoutMs: undefined,
    },
  );
});

test('api is the default of the other two bases', (t) => {
  const { options } = parse({ api: 'https://a/' });
  t.is(options.apiForDownloadConfigSpecs, 'https://a');
  t.is(options.apiForGetIdLists, 'https://a');
  t.is(parse({ api: '' }).options.apiForDownloadConfigSpecs, '');
  t.is(parse({ api: null }).options.apiForDownloadConfigSpecs, 'https://api.statsigcdn.com/v1');
});

/** option, unusable value, what is used instead */
const UNUSABLE: [keyof ResolvedOptions, unknown, unknown][] = [
  ['apiForDownloadConfigSpecs', 5, 'https://api.statsigcdn.com/v1'],
  ['apiForGetIdLists', {}, 'https://statsigapi.net/v1'],
  ['fallbackToStatsigAPI', 'yes', false],
  ['networkOverrideFunc', 'f', null],
  ['bootstrapValues', 5, null],
  ['environment', 'production', {}],
  ['rulesUpdatedCallback', {}, null],
  ['localMode', 1, false],
  ['initTimeoutMs', '5', 0],
  ['initTimeoutMs', NaN, 0],
  ['dataAdapter', 'redis', null],
  ['rulesetsSyncIntervalMs', NaN, 10_000],
  ['idListsSyncIntervalMs', NaN, 60_000],
  ['loggingIntervalMs', NaN, 60_000],
  ['loggingMaxBufferSize', NaN, 1000],
  ['disableDiagnostics', 'no', false],
  ['initStrategyForIP3Country', 'later', 'await'],
  ['initStrategyForIDLists', 5, 'await'],
  ['postLogsRetryLimit', null as unknown as string, 5],
  ['postLogsRetryBackoff', 'soon', 1000],
  ['userPersistentStorage', 5, null],
  ['evaluationCallback', {}, null],
  ['evaluationCallbacks', 5, {}],
  ['engine', 'rust', null],
  ['eventSpool', 5, null],
  ['reportExceptions', 1, false],
  ['sdkType', 5, 'statsig-node'],
  ['requestTimeoutMs', -1, undefined],
  ['requestTimeoutMs', 0, undefined],
  ['downloadTimeoutMs', 0, undefined],
];

for (const [name, given, expected] of UNUSABLE) {
  test(`${name}: ${String(given)} is not usable`, (t) => {
    const { options, warnings } = parse({ [name]: given });
    t.deepEqual(options[name], expected);
    t.is(warnings.length, given === null ? 0 : 1);
    t.true(warnings.every((warning) => warning.includes(name)));
  });
}

test('the three switches without a type check take any truth', (t) => {
  const { options, warnings } = parse({
    disableRulesetsSync: 1,
    disableIdListsSync: 'x',
    disableAllLogging: null,
  });
  t.deepEqual(
    [options.disableRulesetsSync, options.disableIdListsSync, options.disableAllLogging],
    [true, true, false],
  );
  t.deepEqual(warnings, []);
});

test('an unknown option gives one warning that names it', (t) => {
  const { warnings } = parse({ rulesetSyncInterval: 5, localMode: true });
  t.is(warnings.length, 1);
  t.true(warnings[0]?.includes('rulesetSyncInterval'));
});

test('what an object option lacks, and what nobody asks it for, is told in one warning each', (t) => {
  const told = (options: unknown): string[] => parse(options).warnings;
  const full = { initialize: noop, get: noop, set: noop, shutdown: noop };
  t.deepEqual(told({ dataAdapter: full }), []);
  t.deepEqual(told({ dataAdapter: { ...full, supportsPollingUpdatesFor: null } }), []);
  t.regex(
    told({ dataAdapter: { ...full, supportsPollingUpdatesFor: true } }).join(),
    /dataAdapter.*supportsPollingUpdatesFor/,
  );
  t.regex(
    told({ dataAdapter: { get: noop } }).join(),
    /dataAdapter has no such methods: initialize, set, shutdown\./,
  );
  t.regex(
    told({ userPersistentStorage: { load: noop, save: 'x' } }).join(),
    /userPersistentStorage has no such methods: save, delete\./,
  );
  class Inherited {
    load(): void {}
    save(): void {}
    delete(): void {}
  }
  t.deepEqual(told({ userPersistentStorage: new Inherited() }), []);
  const throwing = new Proxy(
    {},
    {
      get: () => {
        throw new Error('no');
      },
      ownKeys: () => {
        throw new Error('no');
      },
    },
  );
  t.is(told({ dataAdapter: throwing }).length, 1);
  t.deepEqual(told({ evaluationCallbacks: throwing }), []);
  t.regex(
    told({ logger: { error: noop, logLevel: 'warn' } }).join(),
    /logger has no such methods: warn\./,
  );
  t.regex(
    told({ logger: { warn: noop, error: noop, logLevel: 'verbose' } }).join(),
    /logger\.logLevel .*'verbose'/,
  );
  t.deepEqual(told({ logger: { warn: noop, error: noop } }), []);
  t.deepEqual(
    told({ evaluationCallbacks: { gateCallback: noop, layerParamCallback: undefined } }),
    [],
  );
  t.regex(
    told({ evaluationCallbacks: { gateExposure: noop, gateCallback: noop } }).join(),
    /evaluationCallbacks\.gateExposure .*gateCallback/,
  );
  t.is(told({ evaluationCallbacks: { a: noop, itsOwn: 5, gateCallback: 5 } }).length, 2);
});

test('bootstrapValues may be bytes', (t) => {
  for (const bytes of [
    Buffer.from('{"a":"é"}'),
    new TextEncoder().encode('{"a":"é"}'),
    new TextEncoder().encode('{"a":"é"}').buffer,
  ]) {
    const { options, warnings } = parse({ bootstrapValues: bytes });
    t.is(options.bootstrapValues, '{"a":"é"}');
    t.deepEqual(warnings, []);
  }
});

test('bootstrapValues may be an object', (t) => {
  t.is(parse({ bootstrapValues: { a: [1] } }).options.bootstrapValues, '{"a":[1]}');
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const { options, warnings } = parse({ bootstrapValues: cycle });
  t.is(options.bootstrapValues, null);
  t.is(warnings.length, 1);
});

test('the environment object is kept, a logger too', (t) => {
  const environment = { tier: 'staging' };
  const logger = { warn: noop, error: noop, logLevel: 'error' };
  const { options } = parse({ environment, logger });
  t.is(options.environment, environment);
  t.is(options.logger as unknown, logger);
  t.is(parse({ environment: 0 }).options.environment, null);
});

test('evaluationCallbacks keep their this; fields that are no functions are left out', (t) => {
  const holder = {
    seen: 0,
    gateCallback(this: { seen: number }) {
      this.seen++;
    },
    layerCallback: 5,
  };
  const { options, warnings } = parse({ evaluationCallbacks: holder });
  (options.evaluationCallbacks.gateCallback as unknown as () => void)();
  t.is(holder.seen, 1);
  t.is(options.evaluationCallbacks.layerCallback, undefined);
  t.is(warnings.length, 1);
});

test('what is no options object', (t) => {
  t.throws(() => parse(null), { instanceOf: TypeError });
  t.throws(() => parse({ api: 5 }), { instanceOf: TypeError });
  t.deepEqual(parse(undefined).warnings, []);
  t.is(parse('text').warnings.length, 1);
  const hostile = Object.defineProperty({}, 'localMode', {
    enumerable: true,
    get() {
      throw new Error('no');
    },
  });
  t.false(parse(hostile).options.localMode);
});

test('STATSIG_ENGINE counts unless the option names an engine', (t) => {
  t.is(parseOptions({}, 'js').options.engine, 'js');
  t.is(parseOptions({ engine: 'wasm' }, 'js').options.engine, 'wasm');
  t.is(parseOptions({}, 'other').options.engine, null);
});

test('the copy for reports hides what it should', (t) => {
  const given = {
    api: 'https://a',
    bootstrapValues: 'x'.repeat(60),
    initTimeoutMs: 3,
    localMode: true,
    environment: { tier: 'x' },
    dataAdapter: {},
    logger: null,
    rulesUpdatedCallback: noop,
    other: undefined,
  };
  t.deepEqual(parse(given).loggingCopy, rival.OptionsLoggingCopy(given));
});
