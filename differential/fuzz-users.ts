/**
 * `npm run fuzz:users -- --users 100000 [--seed 1] [--engines native,wasm,js] [--per-case 200]
 * [--case N] [--user N]`
 *
 * Users that are not plain objects, asked of statsig-node and of every engine through the public
 * API: gates, configs, layers, exposures, custom events, client-initialize responses, callbacks,
 * sticky keys. Prints what differs; exit code 1 if anything does. `--case` runs one case again.
 */
import type { EngineKind } from '../src/engine/engine';
import { argumentsOf } from './arguments';
import { builtEngines } from './engines';
import { differencesOf } from './exotic-differences';
import { exoticCase, runExotic } from './exotic-run';
import { useTrueSha256 } from './oracle';
import { silenceStatsigNode } from './sdk';

const MOST_REPORTS = 10;

async function main(): Promise<void> {
  const given = argumentsOf(process.argv.slice(2));
  const engines = given.list('engines', builtEngines()) as EngineKind[];
  const [perCase, wanted] = [given.number('per-case', 200), given.number('users', 2000)];
  const only = given.number('case', -1);
  silenceStatsigNode();
  useTrueSha256(true);
  const tally = { users: 0, answers: 0, events: 0, differences: 0 };
  for (let seed = only < 0 ? given.number('seed', 1) : only; tally.users < wanted; seed++) {
    const one = exoticCase(seed, Math.min(perCase, wanted - tally.users));
    const expected = await runExotic(one, null);
    tally.users += one.users;
    tally.answers += expected.users.reduce(
      (sum, text) => sum + (JSON.parse(text) as unknown[][][])[0]!.slice(0, 4).flat().length,
      0,
    );
    tally.events += expected.events.length;
    for (const engine of engines) {
      for (const difference of differencesOf(expected, await runExotic(one, engine))) {
        if (tally.differences++ < MOST_REPORTS)
          console.log(`case ${seed}, ${engine}: ${difference}`);
      }
    }
    if (only >= 0) break;
    if (tally.users % 5000 < perCase) console.log(`${tally.users} users …`);
  }
  console.log(
    `${tally.users} users, ${tally.answers} answers and ${tally.events} events of statsig-node, ${engines.join(', ')}: ${tally.differences} differences`,
  );
  process.exitCode = tally.differences === 0 ? 0 : 1;
}

void main();
