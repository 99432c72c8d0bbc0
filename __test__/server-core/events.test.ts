/** Events beside exposures (NEWER.md 17), as assertions that both SDKs pass: itself and ours. */
import test from 'ava';
import * as core from '@statsig/statsig-node-core';
import * as ours from '../../src/server-core/index';
import { TESTED_ENGINES } from '../engines';
import { Service } from './project';

type Sdk = typeof ours;
const SDKS: Record<string, { sdk: Sdk; engine?: string }> = {
  core: { sdk: core as unknown as Sdk },
};
for (const engine of TESTED_ENGINES) SDKS[`ours on ${engine}`] = { sdk: ours, engine };

for (const [name, { sdk, engine }] of Object.entries(SDKS)) {
  const { Statsig, StatsigUser } = sdk;
  const user = new StatsigUser({
    userID: 'u',
    email: 'a@b.c',
    custom: { plan: 'pro' },
    privateAttributes: { ssn: '078-05' },
  });
  const start = async () => {
    const service = await Service.start();
    if (engine !== undefined) process.env['STATSIG_ENGINE'] = engine;
    const statsig = new Statsig('secret-event-tests', {
      ...service.options,
      environment: 'staging',
      globalCustomFields: { region: 'eu', plan: 'free' },
    });
    delete process.env['STATSIG_ENGINE'];
    await statsig.initialize();
    const stop = async () => {
      await statsig.shutdown();
      await service.server.stop();
    };
    return { service, statsig, stop };
  };

  test.serial(`${name}: who somebody is, and nothing else`, async (t) => {
    const { service, statsig, stop } = await start();
    statsig.identify(user);
    await statsig.flushEvents();
    const [event] = service.events();
    t.is(event?.eventName, 'statsig::identify');
    t.deepEqual([event?.value ?? null, event?.metadata ?? {}], [null, {}]);
    t.deepEqual(event?.user['custom'], { region: 'eu', plan: 'pro' });
    t.deepEqual(event?.user['statsigEnvironment'], { tier: 'staging' });
    t.is(event?.user['privateAttributes'] ?? null, null);
    await stop();
  });

  test.serial(`${name}: lines of a log, of each level`, async (t) => {
    const { service, statsig, stop } = await start();
    for (const level of ['trace', 'debug', 'log', 'info', 'warn', 'error'] as const)
      statsig.forwardLogLineEvent(user, level, `a ${level}`, { file: 'x' });
    statsig.forwardLogLineEvent(user, 'info');
    await statsig.flushEvents();
    const lines = service.events().map(({ eventName, value, metadata }) => {
      t.is(eventName, 'statsig::log_line');
      t.is(typeof metadata?.['source'], 'string');
      return [value, metadata?.['status'], metadata?.['log_level'], metadata?.['file'] ?? null];
    });
    t.deepEqual(lines, [
      ['a trace', 'trace', 'Trace', 'x'],
      ['a debug', 'debug', 'Debug', 'x'],
      ['a log', 'info', 'Log', 'x'],
      ['a info', 'info', 'Info', 'x'],
      ['a warn', 'warn', 'Warn', 'x'],
      ['a error', 'error', 'Error', 'x'],
      [null, 'info', 'Info', null],
    ]);
    await stop();
  });

  test.serial(`${name}: what is asked without exposure is counted`, async (t) => {
    const { service, statsig, stop } = await start();
    const quiet = { disableExposureLogging: true };
    statsig.checkGate(user, 'on', quiet);
    statsig.checkGate(user, 'on', quiet);
    statsig.getDynamicConfig(user, 'config', quiet);
    statsig.getExperiment(user, 'experiment', quiet);
    const layer = statsig.getLayer(user, 'layer', quiet);
    layer.getValue('color');
    layer.getValue('not there');
    statsig.getParameterStore(user, 'store');
    statsig.getParameterStore(user, 'store', quiet);
    await statsig.flushEvents();
    const events = service.events();
    t.deepEqual(
      events.map(({ eventName }) => eventName),
      ['statsig::non_exposed_checks'],
    );
    t.deepEqual(JSON.parse(String(events[0]?.metadata?.['checks'])), {
      on: 2,
      config: 1,
      experiment: 1,
      layer: 2,
      store: 2,
    });
    await stop();
  });

  test.serial(`${name}: metadata of own events keep their types`, async (t) => {
    const { service, statsig, stop } = await start();
    statsig.logEvent(user, 'bought', 2, { count: 3, isGift: true, item: 'helmet' });
    statsig.logEvent(user, 'seen', 'text');
    await statsig.flushEvents();
    t.deepEqual(
      service.events().map(({ value, metadata }) => [value, metadata ?? {}]),
      [
        [2, { count: 3, isGift: true, item: 'helmet' }],
        ['text', {}],
      ],
    );
    await stop();
  });
}
