/** The adapters with Vercel's own `flags`, as its pages router calls them. */
import type { IncomingMessage } from 'node:http';
import test, { type ExecutionContext } from 'ava';
import { evaluate, flag } from 'flags/next';
import Statsig from '../../src';
import { statsigAdapter } from '../../src/flags';
import { createTestStatsig } from '../../src/testing';
import { TESTED_ENGINES } from '../engines';
import type { EngineKind } from '../../src/engine/engine';

type Request = IncomingMessage & { cookies: Record<string, string> };
type Heard = { headers: { get(name: string): string | null } };

const requestOf = (user: string): Request =>
  ({ headers: { 'x-user': user }, cookies: {} }) as unknown as Request;
const identify = ({ headers }: Heard) => ({ userID: headers.get('x-user') ?? '' });

async function statsigOf(t: ExecutionContext, engine: EngineKind) {
  const statsig = await createTestStatsig(
    (project) => {
      project.gate('checkout').on().forUser('old', false);
      project.gate('dark');
      project.config('limits', { perMinute: 60 });
      project.experiment('price').group('high', { cents: 999 });
      project.layer('home', { hero: 'big' });
    },
    { engine },
  );
  t.teardown(() => statsig.shutdownAsync());
  return statsig;
}

for (const engine of TESTED_ENGINES) {
  test(`${engine}: gates, configs, experiments and layers decide flags, and expose`, async (t) => {
    const statsig = await statsigOf(t, engine);
    const adapters = statsigAdapter(statsig);
    const checkout = flag({ key: 'checkout', identify, adapter: adapters.gate() });
    t.true(await checkout(requestOf('new')));
    t.false(await checkout(requestOf('old')));
    const limits = flag({ key: 'limits', identify, adapter: adapters.config() });
    t.deepEqual(await limits(requestOf('a')), { perMinute: 60 });
    const price = flag({ key: 'price', identify, adapter: adapters.experiment() });
    t.deepEqual(await price(requestOf('a')), { cents: 999 });
    const hero = flag({ key: 'hero', identify, adapter: adapters.layer<string>('home') });
    t.is(await hero(requestOf('a')), 'big');
    const named = flag({ key: 'x', identify, adapter: adapters.layer<string>('home', 'hero') });
    t.is(await named(requestOf('b')), 'big');
    const names = (await statsig.exposures()).map(({ name }) => name);
    t.deepEqual(names, ['checkout', 'checkout', 'limits', 'price', 'home', 'home']);
  });

  test(`${engine}: many flags of one kind are one look at the user`, async (t) => {
    const statsig = await statsigOf(t, engine);
    const adapters = statsigAdapter(statsig, { exposures: false });
    const asked: (readonly string[])[] = [];
    const { checkGates } = statsig;
    statsig.checkGates = (user, names, options) => {
      asked.push(names);
      return checkGates.call(statsig, user, names, options);
    };
    const flags = {
      checkout: flag({ key: 'checkout', identify, adapter: adapters.gate() }),
      dark: flag({ key: 'dark', identify, defaultValue: true, adapter: adapters.gate() }),
      none: flag({ key: 'none', identify, defaultValue: true, adapter: adapters.gate() }),
    };
    const values = await evaluate(flags, requestOf('new'));
    t.deepEqual(values, { checkout: true, dark: false, none: true });
    t.deepEqual(asked, [['checkout', 'dark', 'none']]);
    t.deepEqual(await statsig.exposures(), []);
  });
}

test('a name that the project lacks is the default of the flag, an error where it has none', async (t) => {
  const adapters = statsigAdapter(await statsigOf(t, 'js'));
  const defaultValue = { own: true };
  for (const adapter of [adapters.config(), adapters.experiment(), adapters.layer<object>('none')])
    t.deepEqual(
      await flag({ key: 'none', identify, defaultValue, adapter })(requestOf('a')),
      defaultValue,
    );
  const known = adapters.layer<object>('home', 'no such parameter');
  t.deepEqual(
    await flag({ key: 'k', identify, defaultValue, adapter: known })(requestOf('a')),
    defaultValue,
  );
  t.is(await adapters.gate().decide({ key: 'none', entities: { userID: 'a' } }), false);
  const none = await adapters.config().decide({ key: '__proto__', entities: { userID: 'a' } });
  t.is(none as unknown, undefined);
  const bulk = { flags: [{ key: '__proto__' }], entities: { userID: 'a' } };
  t.deepEqual(Object.entries(await adapters.gate().bulkDecide(bulk)), [['__proto__', false]]);
});

test('without a user, and before Statsig is ready, the flag has its default', async (t) => {
  const statsig = await statsigOf(t, 'js');
  const anonymous = flag({
    key: 'checkout',
    adapter: statsigAdapter(statsig).gate(),
    defaultValue: false,
  });
  t.false(await anonymous(requestOf('new')));
  const early = flag({
    key: 'checkout',
    identify,
    defaultValue: false,
    adapter: statsigAdapter(Statsig).gate(),
  });
  t.false(await early(requestOf('new')));
});

test('Statsig is started once, and again after a start that failed', async (t) => {
  const statsig = await statsigOf(t, 'js');
  let starts = 0;
  const initialize = (): Promise<unknown> =>
    ++starts === 1 ? Promise.reject(new Error('no network')) : Promise.resolve();
  const adapters = statsigAdapter(statsig, { initialize });
  const ask = () => adapters.gate().decide({ key: 'checkout', entities: { userID: 'new' } });
  await t.throwsAsync(ask, { message: 'no network' });
  t.deepEqual(await Promise.all([ask(), ask(), ask()]), [true, true, true]);
  t.is(starts, 2);
});
