/**
 * Evaluation callbacks: who is told what, side by side with statsig-node, and that they can break
 * nothing (Q5).
 */
import test from 'ava';
import type { StatsigOptions, StatsigUser } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, ours, outcome, theirs, type AnyServer } from './support';

const USER: StatsigUser = {
  userID: 'u',
  email: 'a@b.c',
  customIDs: { companyID: 'c' },
  privateAttributes: { secret: 's' },
};

/** Options whose callbacks write down what they are given; events as text without their times. */
function listening(): { options: StatsigOptions; heard: string[] } {
  const heard: string[] = [];
  const note =
    (name: string) =>
    (...args: unknown[]): void => {
      heard.push(`${name} ${args.map((arg) => shown(arg)).join(' ')}`);
    };
  return {
    heard,
    options: {
      evaluationCallback: note('all') as never,
      evaluationCallbacks: {
        gateCallback: note('gate'),
        dynamicConfigCallback: note('config'),
        experimentCallback: note('experiment'),
        layerCallback: note('layer'),
        layerParamCallback: note('param'),
      },
    },
  };
}

function shown(value: unknown): string {
  const event = value as { toObject?(): object };
  const plain =
    typeof event.toObject === 'function'
      ? { keys: Object.keys(event), wire: event.toObject(), keysOfWire: null }
      : value;
  return JSON.stringify(plain, (key, part: unknown) =>
    key === 'serverTime' || key === 'time' ? 0 : part,
  );
}

function script(s: AnyServer): unknown[] {
  const user = structuredClone(USER);
  return [
    s.checkGate(user, 'outer'),
    s.getFeatureGate(user, 'missing'),
    s.checkGate(user, 'always', { disableExposureLogging: true }),
    s.getConfig(user, 'config'),
    s.getExperiment(user, 'experiment'),
    s.getConfig(user, 'missing', { disableExposureLogging: true }),
    s.checkGateSync(user, 'always'),
    s.checkGateWithExposureLoggingDisabled(user, 'always'),
    s.getFeatureGateSync(user, 'off'),
    s.getConfigSync(user, 'config'),
    s.getExperimentSync(user, 'experiment'),
    s.getExperimentWithExposureLoggingDisabled(user, 'experiment'),
    s.getLayer(user, 'layer').get('text', ''),
    s.getLayer(user, 'layer', { disableExposureLogging: true }).get('n', 0),
    s.getLayer(user, 'plain').getValue('flag'),
    s.getLayerSync(user, 'layer').get('text', 5 as never),
    s.logGateExposure(user, 'always'),
    s.logLayerParameterExposure(user, 'layer', 'text'),
  ];
}

for (const engine of ENGINES) {
  for (const options of [{}, { environment: { tier: 'staging' } }]) {
    test(`${engine}: callbacks hear the same, ${JSON.stringify(options)}`, async (t) => {
      const [mine, rivals] = [listening(), listening()];
      const servers = [
        ours(engine, new FakeNetwork(), { ...options, ...mine.options }),
        theirs(new FakeNetwork(), { ...options, ...rivals.options }),
      ];
      const results: string[] = [];
      for (const server of servers) {
        await server.initializeAsync();
        results.push(outcome(() => script(server)));
        await server.shutdownAsync(200);
      }
      t.is(results[0], results[1]);
      // statsig-node hands out the user it has modified (Q8); here it is the caller's, untouched.
      const comparable = (heard: string[]): string[] =>
        heard.map((line) => line.replaceAll(',"statsigEnvironment":{"tier":"staging"}', ''));
      t.deepEqual(comparable(mine.heard), comparable(rivals.heard));
      t.true(mine.heard.length > 20);
    });
  }

  test(`${engine}: events of callbacks carry the environment and no private attributes`, async (t) => {
    const { options, heard } = listening();
    const server = ours(engine, new FakeNetwork(), {
      ...options,
      environment: { tier: 'staging' },
    });
    await server.initializeAsync();
    server.checkGate(USER, 'always');
    const line = heard.find((candidate) => candidate.startsWith('gate '));
    t.true(line?.includes('"statsigEnvironment":{"tier":"staging"}'));
    t.true(line?.includes('"privateAttributes":null'));
    t.true(line?.includes('"isManualExposure":"true"'));
    await server.shutdownAsync(200);
  });

  test(`${engine}: callbacks that throw or reject change nothing and are named once`, async (t) => {
    const lines: string[] = [];
    const logger = {
      warn: () => {},
      error: (...parts: unknown[]) => void lines.push(parts.map(String).join()),
      logLevel: 'error' as const,
    };
    const angry = (): never => {
      throw new Error('angry');
    };
    const rejecting = (async () => {
      throw new Error('rejecting');
    }) as never;
    const network = new FakeNetwork();
    const server = ours(engine, network, {
      logger,
      evaluationCallback: angry,
      evaluationCallbacks: {
        gateCallback: angry,
        dynamicConfigCallback: rejecting,
        experimentCallback: angry,
        layerCallback: angry,
        layerParamCallback: angry,
      },
    });
    await server.initializeAsync();
    for (let i = 0; i < 2; i++) {
      t.true(server.checkGate(USER, 'always'));
      t.is(server.getConfig(USER, 'config').get('text', ''), 'set');
      t.is(server.getExperiment(USER, 'experiment').get('text', ''), 'A');
      t.is(server.getLayer(USER, 'layer').get('text', ''), 'A');
    }
    await server.flush();
    await server.shutdownAsync(200);
    t.is(lines.length, 6, lines.join('\n'));
    const logged = network.events
      .filter((event) => event.eventName.endsWith('_exposure'))
      .map((event) => event.eventName);
    t.deepEqual(logged.sort(), [
      'statsig::config_exposure',
      'statsig::config_exposure',
      'statsig::gate_exposure',
      'statsig::layer_exposure',
    ]);
  });
}
