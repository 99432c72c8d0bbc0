/**
 * Explanations of users and calls that nobody should make: the answer of a check, and nothing is
 * thrown that a check does not throw.
 */
import test from 'ava';
import { formatExplanation } from '../../src/api/explain-calls';
import type { ExplainedKind } from '../../src/explain/types';
import type { StatsigUser } from '../../src/index';
import { StatsigInvalidArgumentError } from '../../src/types/errors';
import {
  ENGINES,
  FakeNetwork,
  isPublic,
  ours,
  payload,
  rule,
  spec,
  type AnyServer,
} from '../api/support';

class Rider {
  userID = 'rider';
  get email(): string {
    return 'a@b.c';
  }
  toJSON(): object {
    return { userID: 'other', email: 'x@y.z' };
  }
}

const circular: Record<string, unknown> = { plan: 'pro' };
circular['self'] = circular;

const thrower = {
  userID: 'thrower',
  get email(): string {
    throw new Error('HUSH');
  },
};

const USERS: Record<string, () => unknown> = {
  'a class': () => new Rider(),
  'a getter that throws': () => thrower,
  'a proxy': () => new Proxy({ userID: 'proxied', email: 'a@b.c' }, {}),
  'a proxy that throws': () =>
    new Proxy(
      { userID: 'p' },
      {
        get(target, key) {
          if (key === 'email') throw new Error('HUSH');
          return Reflect.get(target, key) as unknown;
        },
        ownKeys() {
          throw new Error('HUSH');
        },
      },
    ),
  'a revoked proxy': () => {
    const { proxy, revoke } = Proxy.revocable({ userID: 'r' }, {});
    revoke();
    return proxy;
  },
  'a circle': () => ({ userID: 'c', email: 'a@b.c', custom: circular }),
  'what is not of JSON': () => ({
    userID: 'n',
    email: Symbol('HUSH'),
    custom: { plan: 10n, when: new Date(NaN), map: new Map([[1, 2]]), fn: () => 1 },
  }),
  'a huge one': () => ({ userID: 'h', email: `${'x'.repeat(2_000_000)}@b.c` }),
  'names of objects': () =>
    JSON.parse(
      '{"userID":"o","__proto__":{"email":"a@b.c"},"constructor":1,"custom":{"__proto__":1}}',
    ),
  'no IDs': () => ({}),
  null: () => null,
  undefined: () => undefined,
  'a text': () => 'ada',
};

const project = (): object => {
  const base = payload() as unknown as Record<string, unknown[]>;
  const field = (name: string, operator: string, targetValue: unknown): object => ({
    ...isPublic,
    ...{ type: 'user_field', field: name, operator, targetValue },
  });
  const nested = Array.from({ length: 300 }, (_, i) =>
    spec({
      name: `deep ${i}`,
      rules: [
        rule({ conditions: [{ ...isPublic, type: 'pass_gate', targetValue: `deep ${i + 1}` }] }),
      ],
    }),
  );
  base['feature_gates']!.push(
    spec({ name: 'mail', rules: [rule({ conditions: [field('email', 'any', ['a@b.c'])] })] }),
    spec({ name: 'plan', rules: [rule({ conditions: [field('plan', 'gte', 1)] })] }),
    spec({ name: 'odd rules', rules: [null, 5, 'x', rule({ conditions: 'none' })] }),
    spec({ name: 'no rules', rules: 'none', salt: { a: 1 }, entity: 7, enabled: 'yes' }),
    spec({ name: '__proto__', rules: [rule({ conditions: [isPublic] })] }),
    ...nested,
  );
  return base;
};

const NAMES: [ExplainedKind, string][] = [
  ...['mail', 'plan', 'odd rules', 'no rules', '__proto__', 'deep 0', 'always', 'none'].map(
    (name): [ExplainedKind, string] => ['gate', name],
  ),
  ['config', 'config'],
  ['experiment', 'experiment'],
  ['layer', 'layer'],
  ['parameter_store', '__proto__'],
];

function check(
  statsig: AnyServer,
  user: StatsigUser,
  [kind, name]: [ExplainedKind, string],
): unknown {
  const quiet = { disableExposureLogging: true };
  if (kind === 'gate') return statsig.checkGate(user, name, quiet);
  if (kind === 'config') return statsig.getConfig(user, name, quiet).value;
  if (kind === 'experiment') return statsig.getExperiment(user, name, quiet).value;
  if (kind === 'parameter_store') return statsig.getParameterStore(user, name, quiet) && {};
  return (statsig.getLayer(user, name, quiet) as unknown as { _value: unknown })._value;
}

function caught(call: () => unknown): string {
  try {
    return JSON.stringify(call());
  } catch (error) {
    return `${(error as Error).name}: ${(error as Error).message}`;
  }
}

for (const engine of ENGINES) {
  for (const [title, make] of Object.entries(USERS)) {
    test(`${engine}: ${title}`, async (t) => {
      const network = new FakeNetwork();
      network.specs = project();
      const statsig = ours(engine, network);
      await statsig.initializeAsync();
      for (const asked of NAMES) {
        const user = make() as StatsigUser;
        const checked = caught(() => check(statsig, user, asked));
        const told = caught(() => statsig.explain(user, ...asked).value);
        t.is(told, checked, asked.join(' '));
        if (/Error: /.test(told)) continue;
        const explanation = statsig.explain(user, ...asked, { showPrivate: true });
        t.is(typeof formatExplanation(explanation), 'string');
        t.true(JSON.stringify(explanation).length < 500_000, asked.join(' '));
      }
      await statsig.shutdownAsync(200);
    });
  }

  test(`${engine}: a kind that is none, options that throw`, async (t) => {
    const network = new FakeNetwork();
    const statsig = ours(engine, network);
    await statsig.initializeAsync();
    const user = { userID: 'u' };
    for (const kind of ['flag', 'toString', '__proto__', undefined, 1])
      t.throws(() => statsig.explain(user, kind as 'gate', 'always'), {
        instanceOf: StatsigInvalidArgumentError,
        message: /kind/,
      });
    const options = {
      get showPrivate(): boolean {
        throw new Error('odd');
      },
    };
    const told = statsig.explainGate(user, 'always', options);
    t.false(told.value);
    t.regex(told.summary, /^gate always has no answer: Error: odd$/);
    await statsig.shutdownAsync(200);
  });

  test(`${engine}: what is done to an explanation changes no other, and no check`, async (t) => {
    const network = new FakeNetwork();
    network.specs = project();
    const statsig = ours(engine, network);
    await statsig.initializeAsync();
    const user = { userID: 'u', email: 'a@b.c' };
    for (const kind of ['config', 'experiment', 'layer'] as const) {
      const before = caught(() => check(statsig, user, [kind, kind]));
      const told = statsig.explain(user, kind, kind);
      const text = JSON.stringify(told);
      spoil(told);
      t.not(JSON.stringify(told), text);
      t.is(JSON.stringify(statsig.explain(user, kind, kind)), text, kind);
      t.is(
        caught(() => check(statsig, user, [kind, kind])),
        before,
        kind,
      );
    }
    await statsig.shutdownAsync(200);
  });
}

/** Writes into every object and list. */
function spoil(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const one of Object.values(value)) spoil(one);
  if (Array.isArray(value)) value.push('spoilt');
  else (value as Record<string, unknown>)['spoilt'] = true;
}
