/**
 * A real client SDK, booted with our values in Node and in headless Chromium, sees what the server
 * sees.
 */
import { join } from 'node:path';
import test from 'ava';
import { buildSync } from 'esbuild';
import { StatsigClient } from '@statsig/js-client';
import type { StatsigServer } from '../../src/api/statsig';
import type { HashingAlgorithm } from '../../src/api/public-types';
import { ENGINES, FakeNetwork, ours, payload } from '../api/support';
import { needs } from '../needs';
import { load } from './chromium';
import { comparableEvent, see, type ExposureEvent, type Names, type Seen } from './client-run';

const NAMES: Names = {
  gates: ['always', '50', 'never', 'off', 'odd', 'inner', 'outer'],
  configs: ['config'],
  experiments: ['experiment', 'targeted', 'ended'],
  layers: { layer: ['text', 'other'], plain: ['text', 'flag', 'list'] },
};
const USERS = [{ userID: 'u-1' }, { userID: 'u-2', email: 'a@b.c', customIDs: { companyID: 'c' } }];
/** Ends a script element, opens a comment, breaks a string where it is written as it is. */
const NASTY = '</script><!-- & \u2028 \u2029 \'"`';

function whatServerSays(
  server: StatsigServer,
  user: { userID: string },
): Omit<Seen, 'events' | 'source'> {
  const gates = Object.fromEntries(
    NAMES.gates.map((name) => {
      const { value, ruleID } = server.getFeatureGate(user, name);
      return [name, [value, ruleID]];
    }),
  );
  const config = (name: string) => server.getConfig(user, name);
  const experiment = (name: string) => server.getExperiment(user, name);
  return {
    gates: gates as Seen['gates'],
    configs: Object.fromEntries(
      NAMES.configs.map((name) => [name, [config(name).value, config(name).getRuleID()]]),
    ),
    experiments: Object.fromEntries(
      NAMES.experiments.map((name) => [
        name,
        [experiment(name).value, experiment(name).getRuleID(), experiment(name).getGroupName()],
      ]),
    ),
    layers: Object.fromEntries(
      Object.entries(NAMES.layers).map(([name, parameters]) => {
        const layer = server.getLayer(user, name);
        return [
          name,
          [
            Object.fromEntries(parameters.map((key) => [key, layer.get(key, null)])),
            layer.getRuleID(),
            layer.getGroupName(),
          ],
        ];
      }),
    ),
  };
}

interface Expected {
  values: string;
  said: Omit<Seen, 'events' | 'source'>;
  events: unknown[];
}

/** The server's answers, its exposures of them, and the values for a client. */
async function expectedFor(
  engine: (typeof ENGINES)[number],
  user: { userID: string },
  options: object,
): Promise<Expected> {
  const network = new FakeNetwork();
  const specs = payload();
  specs.dynamic_configs[0]!['defaultValue' as never] = { text: NASTY } as never;
  network.specs = specs;
  const server = ours(engine, network);
  await server.initializeAsync();
  const values = server.getClientInitializeResponseString(user, undefined, {
    ...options,
    htmlSafe: true,
  })!;
  const said = whatServerSays(server, user);
  await server.flush();
  await server.shutdownAsync(500);
  const events = network.events.filter(({ eventName }) => eventName.endsWith('_exposure'));
  return { values, said, events: events.map((event) => comparableEvent(event as ExposureEvent)) };
}

const text = (events: unknown[]): string[] => events.map((event) => JSON.stringify(event)).sort();

for (const engine of ENGINES) {
  for (const hash of ['none', 'djb2'] satisfies HashingAlgorithm[]) {
    test(`${engine}: @statsig/js-client in Node sees the server's answers, hash ${hash}`, async (t) => {
      for (const user of USERS) {
        const { values, said, events } = await expectedFor(engine, user, { hash });
        const { events: sent, source, ...seen } = await see(StatsigClient, user, values, NAMES);
        t.deepEqual(seen, said);
        t.regex(source, /^Bootstrap/);
        if (hash === 'none') t.deepEqual(text(sent), text(events));
        else t.is(sent.length, events.length);
      }
    });
  }
}

needs('chromium')(
  "@statsig/js-client in headless Chromium sees the server's answers, from values in the page",
  async (t) => {
    t.timeout(120_000);
    const entry = join(__dirname, 'client-page.ts');
    const [bundle] = buildSync({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'iife',
      platform: 'browser',
      target: 'chrome100',
    }).outputFiles;
    for (const user of USERS) {
      const { values, said, events } = await expectedFor('js', user, { hash: 'none' });
      t.true(
        values.includes('\\u003c/script\\u003e') || user.userID === 'u-2',
        'the nasty text is there, escaped',
      );
      t.notRegex(values, /[<>&\u2028\u2029]/);
      const boot = `<!doctype html><script>window.boot = { user: ${JSON.stringify(user)}, names: ${JSON.stringify(NAMES)}, values: ${values} };</script>`;
      const page = `${boot}<script src="/client.js"></script>`;
      const body = await load(
        {
          '/': ['text/html; charset=utf-8', page],
          '/client.js': ['text/javascript', bundle!.text],
        },
        50_000,
      );
      const { events: sent, source, ...seen } = JSON.parse(body) as Seen;
      t.deepEqual(seen, said, body.slice(0, 300));
      t.regex(source, /^Bootstrap/);
      t.deepEqual(text(sent), text(events));
    }
  },
);
