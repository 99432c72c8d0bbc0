/** Mistakes of callers and what is said at the start, on every engine. */
import test from 'ava';
import { TESTED_ENGINES } from '../engines';
import { StatsigServer, StatsigInvalidArgumentError } from '../../src/index';
import type { StatsigOptions } from '../../src/options/statsig-options';

const user = { userID: 'a-user' };

const spec = (name: string, entity: string, defaultValue: unknown): object => ({
  name,
  entity,
  type: entity === 'feature_gate' ? 'feature_gate' : 'dynamic_config',
  salt: name,
  enabled: true,
  defaultValue,
  rules: [],
  idType: 'userID',
});
const payload = {
  has_updates: true,
  time: 5,
  feature_gates: [spec('new_checkout', 'feature_gate', false)],
  dynamic_configs: [spec('limits', 'dynamic_config', { perMinute: 60 })],
  layer_configs: [spec('search', 'layer', { ranking: 'price' })],
  param_stores: {
    texts: { parameters: { title: { ref_type: 'static', param_type: 'string', value: 'Hi' } } },
  },
};

type Line = readonly [level: string, text: string];

async function started(
  engine: string,
  options: StatsigOptions,
): Promise<{ statsig: StatsigServer; lines: Line[] }> {
  const lines: Line[] = [];
  const at = (level: string) => (message: unknown) => void lines.push([level, String(message)]);
  const statsig = new StatsigServer('secret-misuse', {
    localMode: true,
    bootstrapValues: JSON.stringify(payload),
    engine: engine as 'js',
    logger: {
      logLevel: 'debug',
      debug: at('debug'),
      info: at('info'),
      warn: at('warn'),
      error: at('error'),
    },
    ...options,
  });
  await statsig.initializeAsync();
  return { statsig, lines };
}

const warnings = (lines: Line[]): string[] =>
  lines.filter(([level]) => level === 'warn').map(([, text]) => text);

for (const engine of TESTED_ENGINES) {
  test(`${engine}: a line says what serves`, async (t) => {
    const { statsig, lines } = await started(engine, {});
    const infos = lines.filter(([level]) => level === 'info').map(([, text]) => text);
    t.is(infos.length, 1);
    t.regex(infos[0]!, new RegExp(`^statsigSDK> 3 specs from Bootstrap, ${engine}, \\d+ ms$`));
    const told = lines.filter(([level]) => level === 'debug').map(([, text]) => text);
    t.true(told.includes('statsigSDK> Specs of time 5 from Bootstrap serve'));
    t.true(lines.every(([, text]) => text.startsWith('statsigSDK')));
    await statsig.shutdownAsync();
  });

  test(`${engine}: mistakes are told once, with what was meant`, async (t) => {
    const { statsig, lines } = await started(engine, {});
    for (let i = 0; i < 2; i++) {
      statsig.checkGate(user, 'new_checkout');
      statsig.checkGate(user, 'new_chekout');
      statsig.forUser(user).checkGate('new_chekout');
      statsig.checkGates(user, ['new_chekout', 'limits']);
      statsig.getConfig(user, 'limits').get('perMinute', 'many');
      statsig.getConfig(user, 'limits').get('perMinute', 1, (one): one is number => one === 0);
      statsig.getConfig(user, 'limits').get('unknown', 'many');
      statsig.getLayer(user, 'search').get('ranking', 5);
      statsig.getExperiment(user, 'limit');
      statsig.getLayer(user, 'new_checkout');
      statsig.getParameterStore(user, 'text').get('title', 'x');
      statsig.getParameterStore(user, 'texts').get('title', 5);
    }
    t.deepEqual(
      warnings(lines).map((text) => text.replace(' (told once; see onMisuse).', '')),
      [
        'statsigSDK> there is no gate new_chekout; did you mean new_checkout?',
        'statsigSDK> limits is no gate but a config or experiment: ask getConfig or getExperiment',
        'statsigSDK> perMinute of limits is of type number, its default of type string: the default was given',
        'statsigSDK> ranking of search is of type string, its default of type number: the default was given',
        'statsigSDK> there is no config or experiment limit; did you mean limits?',
        'statsigSDK> new_checkout is no layer but a gate: ask checkGate',
        'statsigSDK> there is no parameter store text; did you mean texts?',
        'statsigSDK> title of texts is of type string, its default of type number: the default was given',
      ],
    );
    await statsig.shutdownAsync();
  });

  test(`${engine}: 'throw' throws what is wrong, and nothing else`, async (t) => {
    const { statsig, lines } = await started(engine, { onMisuse: 'throw' });
    const isTold = {
      instanceOf: StatsigInvalidArgumentError,
      message: /did you mean new_checkout/,
    };
    for (let i = 0; i < 2; i++) {
      t.throws(() => statsig.checkGate(user, 'new_chekout'), isTold);
      t.throws(() => statsig.getFeatureGate(user, 'new_chekout'), isTold);
      t.throws(() => statsig.forUser(user).checkGate('new_chekout'), isTold);
      t.throws(() => statsig.checkGates(user, ['new_chekout']), isTold);
      t.throws(() => statsig.getConfig(user, 'limits').get('perMinute', 'x'), { message: /type/ });
      t.throws(() => statsig.getLayer(user, 'search').get('ranking', 5), { message: /type/ });
      t.throws(() => statsig.getParameterStore(user, 'text'), { message: /texts/ });
    }
    t.false(statsig.checkGate(user, 'new_checkout'));
    t.is(statsig.getConfig(user, 'limits').get('perMinute', 1), 60);
    statsig.overrideGate('new_chekout', true);
    t.true(statsig.checkGate(user, 'new_chekout'));
    t.deepEqual(warnings(lines), []);
    await statsig.shutdownAsync();
  });
}

test('names that are overridden, unknown without specs, or ignored are not told', async (t) => {
  const { statsig, lines } = await started('js', { onMisuse: 'ignore' });
  statsig.checkGate(user, 'unknown');
  t.deepEqual(warnings(lines), []);
  await statsig.shutdownAsync();
  const bare = await started('js', { bootstrapValues: null });
  bare.statsig.checkGate(user, 'unknown');
  t.deepEqual(warnings(bare.lines), []);
  t.regex(bare.lines.find(([level]) => level === 'info')![1], /No specs, js, \d+ ms$/);
  await bare.statsig.shutdownAsync();
});

test('at most 20 mistakes are told, and names of any length', async (t) => {
  const { statsig, lines } = await started('js', {});
  statsig.checkGate(user, 'x'.repeat(5000));
  for (let i = 0; i < 100; i++) statsig.checkGate(user, `unknown ${i} of many`);
  const told = warnings(lines);
  t.is(told.length, 20);
  t.true(told[0]!.length < 200);
  t.regex(told[19]!, /More of this kind is not told\.$/);
  await statsig.shutdownAsync();
});

test('a logger that throws, and an option of another kind, change nothing', async (t) => {
  const logger = {
    logLevel: 'debug' as const,
    warn: () => {
      throw new Error('no');
    },
    error: () => undefined,
  };
  const { statsig } = await started('js', { logger, onMisuse: 'loudly' as 'warn' });
  t.false(statsig.checkGate(user, 'unknown'));
  await statsig.shutdownAsync();
});
