/** More shapes of users, in turns, than an engine keeps templates of: nobody gets another's keys. */
import test from 'ava';
import { ENGINES, FakeNetwork, isPublic, ours, payload, rule, spec } from '../api/support';

/** An engine keeps 16 templates, a table compiles 64 shapes. */
const SHAPES = 40;

const specs = payload({
  feature_gates: Array.from({ length: SHAPES }, (_, i) =>
    spec({
      name: `has_${i}`,
      rules: [
        rule({
          conditions: [
            {
              ...isPublic,
              type: 'user_field',
              field: `field_${i}`,
              operator: 'any',
              targetValue: [`of ${i}`],
            },
          ],
        }),
      ],
    }),
  ),
});

for (const engine of ENGINES) {
  test(`${engine}: users of many shapes, in turns, keep their own fields`, async (t) => {
    const server = ours(engine, Object.assign(new FakeNetwork(), { specs }));
    await server.initializeAsync();
    for (let turn = 0; turn < 4; turn++) {
      for (let i = 0; i < SHAPES; i++) {
        const user = { userID: `u${turn}-${i}`, custom: { [`field_${i}`]: `of ${i}` } };
        t.true(server.checkGate(user, `has_${i}`), `${turn}: ${i}`);
        t.false(server.checkGate(user, `has_${(i + 16) % SHAPES}`), `${turn}: ${i}`);
      }
    }
    await server.shutdownAsync(200);
  });
}
