/** A short run of `npm run fuzz:users`. */
process.env['TZ'] = 'UTC';
import test from 'ava';
import { differencesOf } from '../../differential/exotic-differences';
import { exoticCase, runExotic, type ExoticAnswers } from '../../differential/exotic-run';
import { useTrueSha256 } from '../../differential/oracle';
import { silenceStatsigNode } from '../../differential/sdk';
import { expectedEngines } from './engines';

const SEEDS = [1, 2, 3, 4, 5, 6];
const USERS = 40;

test.before(() => {
  useTrueSha256(true);
  silenceStatsigNode();
});
test.after.always(() => useTrueSha256(false));

// One after another: the oracle's switches are process-global.
for (const seed of SEEDS) {
  test.serial(
    `case ${seed}: users that are not plain objects are answered, logged and told as by statsig-node`,
    async (t) => {
      const one = exoticCase(seed, USERS);
      const expected = await runExotic(one, null);
      t.true(expected.events.length > USERS);
      for (const engine of expectedEngines)
        t.deepEqual(
          [...differencesOf(expected, await runExotic(one, engine))].slice(0, 3),
          [],
          engine,
        );
    },
  );
}

test.serial('a wrong answer and a wrong event are noticed', async (t) => {
  const expected = await runExotic(exoticCase(1, 5), null);
  const spoiled: ExoticAnswers = {
    users: [...expected.users.slice(1), '[]'],
    events: expected.events.slice(1),
  };
  t.true([...differencesOf(expected, spoiled)].length > 5);
  t.deepEqual([...differencesOf(expected, expected)], []);
});
