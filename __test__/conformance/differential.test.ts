process.env['TZ'] = 'UTC';
import test from 'ava';
import type { Case, CaseAnswers, JsonObject } from '../../differential/case';
import { differences } from '../../differential/compare-answers';
import { askEngine, createEngine } from '../../differential/engines';
import { fuzzCase } from '../../differential/fuzz-case';
import { explain } from '../../differential/known-differences';
import { askOracle, useTrueSha256 } from '../../differential/oracle';
import { asBothRead, inV2, toV2 } from '../../differential/payload-v2';
import { shrink } from '../../differential/shrink';
import { expectedEngines } from './engines';

/** CI's fixed budget; `npm run fuzz` takes fresh seeds. */
const seeds = [11, 12, 14, 15, 16, 17];
const size = { gates: 40, configs: 14, layers: 6, users: 12, clientInitialize: 8 };

test.before(() => useTrueSha256(true));
test.after.always(() => useTrueSha256(false));

function unexplained(one: Case, expected: CaseAnswers, actual: CaseAnswers): string[] {
  const found = [...differences(expected, actual)].filter(
    (difference) => explain(difference, one, expected) === undefined,
  );
  return found.slice(0, 3).map((difference) => JSON.stringify(difference).slice(0, 2000));
}

// One after another: the oracle's switches are process-global, and it stops the clock.
for (const seed of seeds) {
  for (const kind of expectedEngines) {
    test.serial(`${kind} answers fuzz case ${seed} as statsig-node`, async (t) => {
      const { one, questions } = fuzzCase(seed, size, { exotic: seed % 2 === 1 });
      const newer = asBothRead(one);
      for (const [posed, payload, wanted] of [
        [one, one.payload, await askOracle(one, questions)],
        [newer, toV2(one.payload), inV2(await askOracle(newer, questions))],
      ] as const) {
        if (payload === null) continue;
        const engine = createEngine(kind);
        const actual = await askEngine(engine, posed, questions, payload);
        t.deepEqual(unexplained(posed, wanted, actual), []);
        engine.dispose();
      }
    });
  }
}

test.serial('the generator reaches every part of the engineHost', async (t) => {
  const seen = {
    passed: 0,
    failed: 0,
    unsupported: 0,
    disabled: 0,
    delegated: 0,
    overridden: 0,
    unknown: 0,
    secondary: 0,
  };
  for (const seed of seeds) {
    const { one, questions } = fuzzCase(seed, size);
    const { users } = await askOracle(one, { ...questions, clientInitialize: [] });
    for (const answer of users.flatMap((user) =>
      [user.gates, user.configs, user.layers].flatMap((kind) => Object.values(kind)),
    )) {
      if ('failed' in answer) continue;
      if (answer.value) seen.passed++;
      else seen.failed++;
      if (answer.reason === 'Unsupported') seen.unsupported++;
      if (answer.reason === 'LocalOverride') seen.overridden++;
      if (answer.reason === 'Unrecognized') seen.unknown++;
      if (answer.ruleID === 'disabled') seen.disabled++;
      if (answer.configDelegate !== null) seen.delegated++;
      if (answer.secondaryExposures.length > 1) seen.secondary++;
    }
  }
  for (const [part, times] of Object.entries(seen)) t.true(times > 10, `${part}: ${times}`);
});

test.serial('a wrong answer, event or response is noticed', async (t) => {
  const { one, questions } = fuzzCase(11, size);
  const ask = () => askOracle(one, questions);
  t.deepEqual([...differences(await ask(), await ask())], []);
  const areas = async (spoil: (answers: CaseAnswers) => void): Promise<string[]> => {
    const spoiled = await ask();
    spoil(spoiled);
    return [...new Set([...differences(await ask(), spoiled)].map(({ area }) => area))];
  };
  const firstGate = (answers: CaseAnswers) =>
    Object.values(answers.users[0]?.gates ?? {})[0] as { groupName: string };
  t.deepEqual(
    await areas((answers) => {
      firstGate(answers).groupName = 'other';
    }),
    ['answer'],
  );
  t.deepEqual(
    await areas((answers) => {
      firstGate(answers).groupName = undefined as never;
    }),
    ['answer'],
  );
  t.deepEqual(
    await areas((answers) => {
      answers.events.pop();
    }),
    ['events'],
  );
  t.deepEqual(
    await areas((answers) => {
      (answers.events.at(-1) as { metadata: Record<string, unknown> }).metadata['extra'] = 'x';
    }),
    ['events'],
  );
  t.deepEqual(
    await areas((answers) => {
      answers.events.reverse();
    }),
    ['events'],
  );
  t.deepEqual(
    await areas((answers) => {
      answers.clientInitialize[0] = '{}';
    }),
    ['clientInitialize'],
  );
});

test.serial('a failing case shrinks to what it needs', async (t) => {
  const { one } = fuzzCase(11, size);
  const names = (candidate: Case) =>
    (candidate.payload['feature_gates'] as JsonObject[]).map((gate) => gate['name']);
  const small = await shrink(
    one,
    async (candidate) => candidate.users.length > 0 && names(candidate).includes('gate_7'),
  );
  t.deepEqual(names(small), ['gate_7']);
  t.is(small.users.length, 1);
  t.deepEqual(small.payload['dynamic_configs'], []);
});
