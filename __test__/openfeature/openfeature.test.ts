import { randomUUID } from 'node:crypto';
import {
  ErrorCode,
  OpenFeature,
  ProviderEvents,
  ServerProviderStatus,
  type Client,
  type EvaluationContext,
} from '@openfeature/server-sdk';
import test from 'ava';
import { StatsigServer } from '../../src/index';
import { StatsigProvider, toStatsigUser, type StatsigProviderOptions } from '../../src/openfeature';
import {
  createTestStatsig,
  type DefineProject,
  type TestOptions,
  type TestStatsig,
} from '../../src/testing';
import { TESTED_ENGINES } from '../engines';
import { FakeClock } from '../network/fake-clock';

const ada = { targetingKey: 'ada' };
const logger = { logLevel: 'none', warn: () => undefined, error: () => undefined } as const;

/** A client of a domain of its own. */
async function clientOf(provider: StatsigProvider): Promise<Client> {
  const domain = randomUUID();
  await OpenFeature.setProviderAndWait(domain, provider);
  return OpenFeature.getClient(domain);
}

const project: DefineProject = (made) => {
  made.gate('on').on();
  made.gate('with.dot').on();
  made.gate('off');
  made.gate('half').percent(50);
  made
    .config('limits', {
      perMinute: 60,
      label: 'slow',
      isHard: true,
      more: { a: [1] },
      list: [1],
      none: null,
    })
    .forUser('vip', { perMinute: 600 });
  made.experiment('button', { color: 'grey' }).group('test', { color: 'blue', 'a.b': 1 });
  made.layer('checkout', { title: 'Pay', size: 1 }).experiments('words');
  made.experiment('words').group('now', { title: 'Now' });
};

for (const engine of TESTED_ENGINES) {
  const setUp = async (
    options?: TestOptions,
    more?: StatsigProviderOptions,
  ): Promise<{ statsig: TestStatsig; client: Client }> => {
    const statsig = await createTestStatsig(project, { engine, logger, ...options });
    return { statsig, client: await clientOf(new StatsigProvider({ statsig, ...more })) };
  };

  test(`${engine}: values of every type`, async (t) => {
    const { client } = await setUp();
    t.true(await client.getBooleanValue('on', false, ada));
    t.true(await client.getBooleanValue('with.dot', false, ada));
    t.false(await client.getBooleanValue('off', true, ada));
    t.true(await client.getBooleanValue('limits.isHard', false, ada));
    t.is(await client.getNumberValue('limits.perMinute', 0, ada), 60);
    t.is(await client.getNumberValue('limits.perMinute', 0, { targetingKey: 'vip' }), 600);
    t.is(await client.getStringValue('limits.label', '', ada), 'slow');
    t.deepEqual(await client.getObjectValue('limits.more', {}, ada), { a: [1] });
    t.deepEqual(await client.getObjectValue('limits.list', [], ada), [1]);
    t.deepEqual(await client.getObjectValue('button', {}, ada), { color: 'blue', 'a.b': 1 });
    t.is(await client.getNumberValue('button.a.b', 0, ada), 1);
    t.is(await client.getStringValue('checkout.title', '', ada), 'Now');
  });

  test(`${engine}: reason, variant and metadata`, async (t) => {
    const { client, statsig } = await setUp();
    const common = { version: '1', source: 'Network', idType: 'userID' };
    t.deepEqual(await client.getBooleanDetails('on', false, ada), {
      flagKey: 'on',
      value: true,
      variant: 'everyone',
      reason: 'STATIC',
      flagMetadata: { ...common, kind: 'gate', ruleID: 'everyone' },
    });
    const off = await client.getBooleanDetails('off', true, ada);
    t.deepEqual([off.reason, off.variant], ['DEFAULT', 'default']);
    const split = await client.getStringDetails('button.color', '', ada);
    t.deepEqual(
      [split.reason, split.variant, split.flagMetadata],
      ['SPLIT', 'test', { ...common, kind: 'experiment', ruleID: 'test', groupName: 'test' }],
    );
    const layer = await client.getStringDetails('checkout.title', '', ada);
    t.deepEqual(
      [layer.reason, layer.variant, layer.flagMetadata['experiment']],
      ['SPLIT', 'now', 'words'],
    );
    statsig.overrideGate('off', true);
    statsig.overrideGate('unknown', true);
    const overridden = await client.getBooleanDetails('off', false, ada);
    t.deepEqual(
      [overridden.value, overridden.reason, overridden.variant],
      [true, 'STATIC', 'override'],
    );
    t.true(await client.getBooleanValue('unknown', false, ada));
  });

  test(`${engine}: a rule for everyone is static, by name one or not`, async (t) => {
    const { client } = await setUp(undefined, {
      toMetadata: ({ ruleID }, key) => {
        if (key === 'off') throw new Error('mine');
        return { rule: ruleID ?? '', flagSetId: 'shop' };
      },
    });
    const known = await client.getNumberDetails('limits.perMinute', 0, { targetingKey: 'vip' });
    t.is(known.reason, 'TARGETING_MATCH');
    const on = await client.getBooleanDetails('on', false, ada);
    t.is(on.reason, 'STATIC');
    t.is((await client.getBooleanDetails('half', false, ada)).reason, 'TARGETING_MATCH');
    t.deepEqual(on.flagMetadata as object, { rule: 'everyone', flagSetId: 'shop' });
    t.is((await client.getBooleanDetails('off', false, ada)).flagMetadata['kind'], 'gate');
  });

  test(`${engine}: a gate that is asked for as something else is not exposed`, async (t) => {
    const { client, statsig } = await setUp();
    const asked = await client.getStringDetails('on', 'x', ada);
    t.deepEqual([asked.errorCode, asked.value], [ErrorCode.TYPE_MISMATCH, 'x']);
    t.deepEqual(await statsig.exposures(), []);
  });

  test(`${engine}: errors give the default and their code`, async (t) => {
    const { client } = await setUp();
    const codes = {
      gate: await client.getBooleanDetails('nothing', true, ada),
      config: await client.getNumberDetails('nothing.a', 7, ada),
      parameter: await client.getNumberDetails('limits.nothing', 7, ada),
      nothing: await client.getNumberDetails('limits.none', 7, ada),
      inLayer: await client.getNumberDetails('checkout.nothing', 7, ada),
      type: await client.getNumberDetails('limits.label', 7, ada),
      whole: await client.getNumberDetails('limits', 7, ada),
      layerType: await client.getNumberDetails('checkout.title', 7, ada),
      key: await client.getBooleanDetails('on', true, {}),
    };
    t.deepEqual(
      Object.fromEntries(
        Object.entries(codes).map(([name, { errorCode, reason, value }]) => [
          name,
          [errorCode, reason, value],
        ]),
      ),
      {
        gate: ['FLAG_NOT_FOUND', 'ERROR', true],
        config: ['FLAG_NOT_FOUND', 'ERROR', 7],
        parameter: ['FLAG_NOT_FOUND', 'ERROR', 7],
        nothing: ['FLAG_NOT_FOUND', 'ERROR', 7],
        inLayer: ['FLAG_NOT_FOUND', 'ERROR', 7],
        type: ['TYPE_MISMATCH', 'ERROR', 7],
        whole: ['TYPE_MISMATCH', 'ERROR', 7],
        layerType: ['TYPE_MISMATCH', 'ERROR', 7],
        key: ['TARGETING_KEY_MISSING', 'ERROR', true],
      },
    );
    t.regex(
      codes.type.errorMessage ?? '',
      /parameter label of config limits is of another type: string/,
    );
  });

  test(`${engine}: a disabled gate, and a rule that is not known`, async (t) => {
    const spec = {
      type: 'feature_gate',
      salt: 's',
      defaultValue: false,
      idType: 'userID',
      entity: 'feature_gate',
    };
    const condition = {
      type: 'from_the_future',
      operator: 'any',
      targetValue: [],
      field: null,
      additionalValues: {},
      idType: 'userID',
    };
    const rule = {
      name: 'r',
      id: 'r',
      salt: 'r',
      passPercentage: 100,
      returnValue: true,
      idType: 'userID',
      conditions: [condition],
    };
    const gates = [
      { ...spec, name: 'disabled', enabled: false, rules: [] },
      { ...spec, name: 'new', enabled: true, rules: [rule] },
    ];
    const { client } = await setUp({
      payload: { time: 1, feature_gates: gates, dynamic_configs: [], layer_configs: [] },
    });
    const disabled = await client.getBooleanDetails('disabled', true, ada);
    t.deepEqual([disabled.value, disabled.reason], [false, 'DISABLED']);
    t.is((await client.getBooleanDetails('new', true, ada)).errorCode, ErrorCode.PARSE_ERROR);
  });

  test(`${engine}: a check is exposed once, what is not handed out is not`, async (t) => {
    const { client, statsig } = await setUp();
    await client.getBooleanValue('on', false, ada);
    await client.getStringValue('checkout.title', '', ada);
    await client.getNumberValue('checkout.title', 1, { targetingKey: 'bo' });
    t.deepEqual(await statsig.exposures(), [
      { kind: 'gate', name: 'on', userID: 'ada', value: true, ruleID: 'everyone' },
      {
        kind: 'layer',
        name: 'checkout',
        userID: 'ada',
        ruleID: 'now',
        parameter: 'title',
        experiment: 'words',
      },
    ]);
  });

  test(`${engine}: track logs an event`, async (t) => {
    const { client, statsig } = await setUp();
    client.track('purchase', ada, { value: 9.99, item: 'a-1' });
    client.track('seen', ada);
    client.track('bare', ada, null as never);
    t.deepEqual(await statsig.events(), [
      { name: 'purchase', userID: 'ada', value: 9.99, metadata: { item: 'a-1' } },
      { name: 'seen', userID: 'ada' },
      { name: 'bare', userID: 'ada' },
    ]);
  });

  test(`${engine}: the whole context is seen, or what the application makes of it`, async (t) => {
    const { client, statsig } = await setUp();
    const context: EvaluationContext = {
      targetingKey: 'ada',
      email: 'a@b.c',
      customIDs: { companyID: 'acme' },
      plan: 'pro',
      since: new Date(0),
    };
    await client.getBooleanValue('on', false, context);
    const [event] = (await statsig.rawEvents()).filter(
      ({ eventName }) => eventName === 'statsig::gate_exposure',
    );
    t.like(event?.user, {
      userID: 'ada',
      email: 'a@b.c',
      customIDs: { companyID: 'acme' },
      custom: { plan: 'pro', since: '1970-01-01T00:00:00.000Z' },
    });
    const mapped = await setUp(
      {},
      { toUser: ({ targetingKey = '' }) => ({ userID: `mapped-${targetingKey}` }) },
    );
    await mapped.client.getBooleanValue('on', false, ada);
    t.is((await mapped.statsig.exposures())[0]?.userID, 'mapped-ada');
    const throwing = await setUp(
      {},
      {
        toUser: () => {
          throw new Error('no');
        },
      },
    );
    t.is(
      (await throwing.client.getBooleanDetails('on', true, ada)).errorCode,
      ErrorCode.INVALID_CONTEXT,
    );
  });

  test(`${engine}: what every object has is no parameter, and nothing has an empty name`, async (t) => {
    const { client, statsig } = await setUp();
    const given = { mine: true };
    const names = ['limits', 'button', 'checkout'].flatMap((name) =>
      ['__proto__', 'constructor', 'toString'].map((parameter) => `${name}.${parameter}`),
    );
    for (const key of [...names, '', '.', '.limits', 'limits.', null as never, 5 as never]) {
      const { value, errorCode } = await client.getObjectDetails(key, given, ada);
      t.deepEqual([value, errorCode], [given, ErrorCode.FLAG_NOT_FOUND], `${key}`);
      t.is(
        (await client.getStringDetails(key, '', ada)).errorCode,
        ErrorCode.FLAG_NOT_FOUND,
        `${key}`,
      );
    }
    t.false((await statsig.exposures()).some(({ name }) => name === 'checkout'));
    t.is((await client.getBooleanDetails('', true, ada)).errorCode, ErrorCode.FLAG_NOT_FOUND);
  });

  test(`${engine}: new specs are an event, and new names are found`, async (t) => {
    const clock = new FakeClock();
    const { client, statsig } = await setUp({}, { clock });
    const told: unknown[] = [];
    client.addHandler(ProviderEvents.ConfigurationChanged, (details) => {
      told.push(details?.flagsChanged);
    });
    await clock.advance(1_000);
    t.deepEqual(told, []);
    await statsig.update((made) => {
      made.gate('new.one').on();
      made.config('new', { one: false });
    });
    await clock.advance(1_000);
    t.deepEqual(told, [['new', 'new.one']]);
    t.true(await client.getBooleanValue('new.one', false, ada));
  });

  test(`${engine}: parameters of stores`, async (t) => {
    const { client, statsig } = await setUp();
    await statsig.update((made) => {
      made.gate('on').on();
      made
        .parameterStore('look', { title: 'Hello', rows: 3 })
        .fromGate('isDark', 'on', true, false);
    });
    t.is(await client.getStringValue('look.title', '', ada), 'Hello');
    t.is(await client.getNumberValue('look.rows', 0, ada), 3);
    const dark = await client.getBooleanDetails('look.isDark', false, ada);
    t.deepEqual(
      [dark.value, dark.reason, dark.flagMetadata['kind']],
      [true, 'UNKNOWN', 'parameter_store'],
    );
    t.deepEqual(
      (await statsig.exposures()).map(({ name }) => name),
      ['on'],
    );
    const codes = [
      (await client.getStringDetails('look.rows', '', ada)).errorCode,
      (await client.getStringDetails('look.none', '', ada)).errorCode,
      (await client.getObjectDetails('look', {}, ada)).errorCode,
    ];
    t.deepEqual(codes, [
      ErrorCode.TYPE_MISMATCH,
      ErrorCode.FLAG_NOT_FOUND,
      ErrorCode.FLAG_NOT_FOUND,
    ]);
  });

  test(`${engine}: outages: ERROR, READY, STALE, READY`, async (t) => {
    const clock = new FakeClock();
    const specs = {
      has_updates: true,
      time: 1,
      feature_gates: [],
      dynamic_configs: [],
      layer_configs: [],
    };
    let isUp = false;
    const networkOverrideFunc = async (): Promise<Response> => {
      if (!isUp) throw new Error('down');
      return new Response(JSON.stringify(specs));
    };
    const statsig = new StatsigServer(
      'secret-x',
      { engine, networkOverrideFunc, logger, disableRulesetsSync: true },
      { clock },
    );
    const domain = randomUUID();
    const provider = new StatsigProvider({ statsig, clock, staleAfterMs: 60_000 });
    await t.throwsAsync(() => OpenFeature.setProviderAndWait(domain, provider), {
      message: /down|network/,
    });
    const client = OpenFeature.getClient(domain);
    const look = async (ms = 1_000): Promise<string> => {
      await statsig.syncStoreSpecs();
      await clock.advance(ms);
      return client.providerStatus;
    };
    t.is(client.providerStatus, ServerProviderStatus.ERROR);
    t.is((await client.getBooleanDetails('g', true, ada)).errorCode, ErrorCode.PROVIDER_NOT_READY);
    isUp = true;
    t.is(await look(), 'READY');
    isUp = false;
    t.is(await look(), 'READY');
    t.is(await look(60_000), 'STALE');
    isUp = true;
    t.is(await look(), 'READY');
    await statsig.shutdownAsync(10);
  });

  test(`${engine}: an instance of its own ends with it, a given one does not`, async (t) => {
    const own = new StatsigProvider({
      secretKey: 'secret-own',
      options: {
        engine,
        localMode: true,
        bootstrapValues: {
          has_updates: true,
          time: 1,
          feature_gates: [],
          dynamic_configs: [],
          layer_configs: [],
        },
      },
    });
    const client = await clientOf(own);
    t.is(client.providerStatus, ServerProviderStatus.READY);
    await own.onClose();
    const clock = new FakeClock();
    const { statsig } = await setUp();
    const given = new StatsigProvider({ statsig, clock });
    const started = given.initialize();
    await given.onClose();
    await started;
    t.is(clock.pending, 0, 'who is closed while it starts watches nothing');
    await given.initialize();
    t.is(clock.pending, 1);
    await given.onClose();
    t.true(statsig.checkGate({ userID: 'a' }, 'on'));
    await t.throwsAsync(
      () =>
        new StatsigProvider({ secretKey: 'no-secret', options: { engine, logger } }).initialize(),
      { message: /Server Secret Key/ },
    );
  });
}

test.serial('without an instance: the shared one', async (t) => {
  await t.throwsAsync(() => new StatsigProvider().initialize(), { message: /[Ii]nitialize/ });
  const shared = await createTestStatsig(project, { shared: true });
  const client = await clientOf(new StatsigProvider());
  t.true(await client.getBooleanValue('on', false, ada));
  await shared.shutdownAsync();
});

test('what a context becomes', (t) => {
  t.deepEqual(
    toStatsigUser({
      targetingKey: 'a',
      ip: '1.2.3.4',
      custom: { a: 1 },
      b: true,
      when: new Date(NaN),
    }) as unknown,
    {
      userID: 'a',
      ip: '1.2.3.4',
      custom: { a: 1, b: true, when: null },
    },
  );
  t.deepEqual(toStatsigUser({ userID: 'b' }) as unknown, { userID: 'b' });
  t.deepEqual(toStatsigUser({ customIDs: { companyID: 'c' } }) as unknown, {
    customIDs: { companyID: 'c' },
  });
});

test('a handler that fails keeps no other one from being told', async (t) => {
  const { events } = new StatsigProvider();
  const told: number[] = [];
  const last = (): void => void told.push(2);
  events.addHandler('PROVIDER_READY', () => {
    throw new Error('mine');
  });
  events.addHandler('PROVIDER_READY', async () => {
    throw new Error('mine');
  });
  events.addHandler('PROVIDER_READY', last);
  events.emit('PROVIDER_READY');
  events.removeHandler('PROVIDER_READY', last);
  events.emit('PROVIDER_READY');
  events.removeAllHandlers();
  await Promise.resolve();
  t.deepEqual(told, [2]);
  t.deepEqual(events.getHandlers('PROVIDER_READY'), []);
});
