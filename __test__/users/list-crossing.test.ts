/**
 * Lists among a user's values cross to the Rust engines by their items: what is logged and what is
 * answered is that of the user's JSON, whatever is in the items.
 */
import test from 'ava';
import { ENGINES, FakeNetwork, isPublic, ours, payload, rule, spec } from '../api/support';

const specs = payload({
  feature_gates: [
    spec({
      name: 'tagged',
      rules: [
        rule({
          conditions: [
            {
              ...isPublic,
              type: 'user_field',
              field: 'tags',
              operator: 'array_contains_any',
              targetValue: ['a\u0003b', 'x', '"', ''],
            },
          ],
        }),
      ],
    }),
  ],
});

const ITEMS = [
  'x',
  '',
  'a\u0003b',
  'a\u0001b',
  '\u0003',
  '"',
  '\\',
  '\ud800',
  '\ufffd',
  'é😀',
  '2',
];
/** Lists after one of the same shape, which are the ones that cross by a template. */
const LISTS: unknown[][] = [
  ['first'],
  [],
  ...ITEMS.map((item) => [item]),
  ...ITEMS.map((item) => ['b', item, 'c']),
  ...ITEMS.map((item) => [item, item]),
  [1, 'x'],
  [null],
  [true, 'x'],
  Array.from({ length: 300 }, (_, i) => `tag ${i}`),
];

const passes = (tags: unknown[]): boolean =>
  tags.some((tag) => ['a\u0003b', 'x', '"', ''].includes(tag as string));

for (const engine of ENGINES) {
  test(`${engine}: lists are logged and compared as they are`, async (t) => {
    const network = Object.assign(new FakeNetwork(), { specs });
    const server = ours(engine, network);
    await server.initializeAsync();
    for (const [i, tags] of LISTS.entries()) {
      const user = {
        userID: `u${i}`,
        email: 'e',
        tags,
        custom: { tags, n: i },
        privateAttributes: { secret: tags },
      };
      t.is(server.checkGate(user as never, 'tagged'), passes(tags), JSON.stringify(tags));
      server.logEvent(user as never, 'seen');
    }
    await server.flush();
    const logged = network.events
      .filter(({ eventName }) => eventName === 'seen')
      .map(({ user }) => user as Record<string, unknown>);
    t.is(logged.length, LISTS.length);
    for (const [i, tags] of LISTS.entries()) {
      const user = logged.find(({ userID }) => userID === `u${i}`)!;
      t.deepEqual(user['tags'], tags);
      t.deepEqual(user['custom'], { tags, n: i });
      t.is(user['privateAttributes'] ?? null, null);
    }
    await server.shutdownAsync(200);
  });
}
