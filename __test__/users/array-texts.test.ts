/**
 * Attributes that are arrays and become another text than their items: each engine and statsig-node
 * compare that text.
 */
import test from 'ava';
import { ENGINES, FakeNetwork, isPublic, ours, payload, rule, spec, theirs } from '../api/support';

class Tags extends Array<string> {
  override toString(): string {
    return 'pro';
  }
}
class Plain extends Array<string> {}
const own = (more: object): unknown[] => Object.assign(['a'], more);

const LISTS: [string, unknown, boolean][] = [
  ['a class with toString', Tags.from(['a']), true],
  ['own toString', own({ toString: () => 'pro' }), true],
  ['Symbol.toPrimitive', own({ [Symbol.toPrimitive]: () => 'pro' }), true],
  ['own join', own({ join: () => 'pro' }), true],
  ['a class without', Plain.from(['pro']), true],
  ['one item', ['pro'], true],
  ['another item', ['basic'], false],
];
const OPERATORS = ['any', 'str_contains_any', 'any_case_sensitive'];
const condition = (operator: string): object => ({
  ...isPublic,
  type: 'user_field',
  field: 'plan',
  operator,
  targetValue: ['pro'],
});
const specs = payload({
  feature_gates: OPERATORS.map((operator) =>
    spec({ name: operator, rules: [rule({ conditions: [condition(operator)] })] }),
  ),
});

test.serial('statsig-node compares the text', async (t) => {
  const server = theirs(Object.assign(new FakeNetwork(), { specs }));
  await server.initializeAsync();
  for (const [name, plan, passes] of LISTS) {
    for (const operator of OPERATORS)
      t.is(
        server.checkGate({ userID: 'u', custom: { plan } } as never, operator),
        passes,
        `${name} ${operator}`,
      );
  }
  await server.shutdownAsync();
});

for (const engine of ENGINES) {
  test(`${engine}: arrays that convert themselves`, async (t) => {
    const server = ours(engine, Object.assign(new FakeNetwork(), { specs }));
    await server.initializeAsync();
    for (const [name, plan, passes] of LISTS) {
      const user = { userID: 'u', custom: { plan } } as never;
      for (const operator of OPERATORS) {
        t.is(server.checkGate(user, operator), passes, `${name} ${operator}`);
        t.is(server.forUser(user).checkGate(operator), passes, `${name} ${operator} in a scope`);
      }
    }
    await server.shutdownAsync(200);
  });
}
