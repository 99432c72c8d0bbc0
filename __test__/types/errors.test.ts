/** Error classes: names and messages of statsig-node, codes and identity of ours. */
import test from 'ava';
import * as errors from '../../src/types/errors';

// eslint-disable-next-line @typescript-eslint/no-require-imports -- a deep import without types
const rivals = require('statsig-node/dist/Errors.js') as Record<
  string,
  new (
    ...args: unknown[]
  ) => Error
>;

const CASES: [keyof typeof errors & string, unknown[]][] = [
  ['StatsigUninitializedError', []],
  ['StatsigInvalidArgumentError', ['m']],
  ['StatsigTooManyRequestsError', ['m']],
  ['StatsigLocalModeNetworkError', []],
  ['StatsigInitializeFromNetworkError', []],
  ['StatsigInitializeFromNetworkError', [new Error('why')]],
  ['StatsigInitializeIDListsError', []],
  ['StatsigInitializeIDListsError', [new Error('why')]],
  ['StatsigInvalidBootstrapValuesError', []],
  ['StatsigInvalidDataAdapterValuesError', ['/v1/x']],
  ['StatsigInvalidIDListsResponseError', []],
  ['StatsigInvalidConfigSpecsResponseError', []],
  ['StatsigSDKKeyMismatchError', []],
];

for (const [name, args] of CASES) {
  test(`${name}(${args.map(String).join()}) reads like statsig-node's`, (t) => {
    const Ours = errors[name] as unknown as new (...args: unknown[]) => errors.StatsigError;
    const [ours, theirs] = [new Ours(...args), new rivals[name]!(...args)];
    t.is(ours.message, theirs.message);
    t.is(ours.name, theirs.name);
    t.is(String(ours), String(theirs));
    t.is(ours.constructor.name, name);
    t.deepEqual(Object.getOwnPropertyNames(ours).sort(), Object.getOwnPropertyNames(theirs).sort());
    t.is(JSON.stringify(ours), JSON.stringify(theirs));
    t.true(ours instanceof Ours && ours instanceof errors.StatsigError && ours instanceof Error);
  });
}

test('codes are distinct', (t) => {
  const names = [...new Set(CASES.map(([name]) => name))];
  const codes = names.map(
    (name) => (errors[name] as { prototype: errors.StatsigError }).prototype.code,
  );
  t.is(new Set(codes).size, names.length);
});

test('instanceof holds across two copies of the package, and only within a class', (t) => {
  const path = require.resolve('../../src/types/errors');
  const cached = require.cache[path];
  delete require.cache[path];
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- a second copy on purpose
  const copy = require('../../src/types/errors') as typeof errors;
  if (cached) require.cache[path] = cached;
  t.not(copy.StatsigUninitializedError, errors.StatsigUninitializedError);
  const foreign = new copy.StatsigUninitializedError();
  t.true(foreign instanceof errors.StatsigUninitializedError);
  t.true(foreign instanceof errors.StatsigError);
  t.false(foreign instanceof errors.StatsigInvalidArgumentError);
  t.false({} instanceof errors.StatsigError);
  t.false((null as unknown as object) instanceof errors.StatsigError);
});

test('a subclass made by a user is not mixed up with its base', (t) => {
  class Mine extends errors.StatsigInvalidArgumentError {}
  t.true(new Mine('m') instanceof errors.StatsigInvalidArgumentError);
  t.false(new errors.StatsigInvalidArgumentError('m') instanceof Mine);
});
