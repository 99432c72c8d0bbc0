/**
 * Any number of histories, by hand: node --require=tsx/cjs __test__/events/spool/campaign.ts 100000
 * [first seed] Prints each history in which something went wrong, and the sums; exits with 1 when
 * there was one.
 */
import { runHistory } from './history';

async function main(): Promise<void> {
  const [histories = 10_000, first = 1] = process.argv.slice(2).map(Number);
  const sums = { histories, wrong: 0, lives: 0, accepted: 0, delivered: 0, counted: 0, killed: 0 };
  for (let seed = first; seed < first + histories; seed++) {
    const { wrong, ...counts } = await runHistory(seed);
    for (const [name, count] of Object.entries(counts)) sums[name as keyof typeof counts] += count;
    if (wrong.length === 0) continue;
    sums.wrong++;
    console.log(`seed ${seed}: ${wrong.join('; ')}`);
  }
  console.log(JSON.stringify(sums));
  process.exitCode = sums.wrong === 0 ? 0 : 1;
}

void main();
