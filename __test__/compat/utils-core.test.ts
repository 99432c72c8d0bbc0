import test from 'ava';
import * as theirs from 'statsig-node/dist/utils/core';
import type { StatsigUser } from 'statsig-node';

import * as ours from '../../src/compat/utils-core';

const odd: unknown[] = [
  true,
  false,
  'true',
  'TRUE',
  'false',
  'yes',
  '',
  ' 12 ',
  '0x10',
  'x',
  0,
  1,
  -1.5,
  NaN,
  Infinity,
  null,
  undefined,
  {},
  { a: 1 },
  [],
  [1],
  [5],
  new Date(0),
  () => 1,
  Symbol.iterator,
  10n,
];

/** The answer, or that there was none. */
function outcome(call: () => unknown): unknown {
  try {
    return { answer: call() };
  } catch (error) {
    return { threw: (error as Error).constructor.name };
  }
}

for (const name of [
  'getBoolValue',
  'getNumericValue',
  'notEmpty',
  'notEmptyObject',
  'getTypeOf',
  'clone',
] as const) {
  test(`${name} answers what statsig-node's does`, (t) => {
    const [mine, legacy] = [
      ours[name] as (value: unknown) => unknown,
      theirs[name] as (value: unknown) => unknown,
    ];
    for (const value of odd) {
      t.deepEqual(
        outcome(() => mine(value)),
        outcome(() => legacy(value)),
        `${typeof value} ${String(value)}`,
      );
    }
  });
}

test("isUserIdentifiable, type, version and metadata are statsig-node's", (t) => {
  const users = [
    null,
    {},
    { userID: '' },
    { userID: 5 },
    { customIDs: {} },
    { customIDs: { a: 'b' } },
    { userID: null },
  ];
  for (const user of users as unknown as (StatsigUser | null)[]) {
    t.is(ours.isUserIdentifiable(user), theirs.isUserIdentifiable(user), JSON.stringify(user));
  }
  t.is(ours.getSDKType(), theirs.getSDKType());
  t.is(ours.getSDKVersion(), theirs.getSDKVersion());
  t.deepEqual(ours.getStatsigMetadata({ a: 1 }), theirs.getStatsigMetadata({ a: 1 }));
});

test('poll repeats and keeps no process alive', async (t) => {
  let calls = 0;
  const keepAlive = setTimeout(() => undefined, 5_000);
  await new Promise<void>((resolve) => {
    const timer = ours.poll(() => {
      calls += 1;
      if (calls < 2) return;
      clearInterval(timer);
      resolve();
    }, 1);
    t.false(timer.hasRef());
  });
  clearTimeout(keepAlive);
  t.is(calls, 2);
});
