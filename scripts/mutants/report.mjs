// What both mutators have in common: their options, the list of faults that change nothing, and
// what they say in the end.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../lib/stamp.mjs';

const LEAST_CAUGHT = 0.97;

/**
 * `--count`, `--seed`, `--file`, `--list`, as the heads of the scripts describe them; `--name` takes
 * a part of a fault's name, `--shard 2/5` the third fifth of the sample, `--fast` only the nearest tests.
 */
export function optionsOf() {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '60' },
      seed: { type: 'string', default: '1' },
      file: { type: 'string', multiple: true, default: [''] },
      name: { type: 'string', multiple: true, default: [''] },
      fast: { type: 'boolean', default: false },
      shard: { type: 'string', default: '0/1' },
      list: { type: 'boolean', default: false },
    },
  });
  const [at, of] = values.shard.split('/').map(Number);
  return {
    count: Number(values.count),
    seed: Number(values.seed),
    list: values.list,
    fast: values.fast,
    shard: values.shard,
    isWanted: (file) => values.file.some((part) => file.includes(part)),
    isNamed: ({ name }) => values.name.some((part) => name.includes(part)),
    partOf: (sample) => sample.filter((_, i) => Math.floor((i * of) / sample.length) === at),
  };
}

/** A list of scripts/mutants: the tests of each folder, the faults that change nothing. */
export function listOf(language) {
  const text = readFileSync(join(root, `scripts/mutants/${language}.json`), 'utf8');
  const { suites, equivalent } = JSON.parse(text);
  const names = new Set(equivalent.flatMap(({ faults }) => faults));
  return {
    suiteOf: (file) => suites.find(({ files }) => file.startsWith(files)),
    isEquivalent: (name) => names.has(name),
  };
}

/** Counts what became of faults; `end` says the share, and fails the process below 97 %. */
export function tally() {
  const counted = { caught: 0, survived: 0, equivalent: 0 };
  return {
    /** `result`: one of these, or another word for what is not counted. */
    add(result, { name, line }) {
      counted[result]++;
      console.log(`${result}: ${name} (line ${line})`);
    },
    end() {
      const { caught, survived, equivalent } = counted;
      const share = caught + survived === 0 ? 1 : caught / (caught + survived);
      console.log(
        `mutants: ${caught} of ${caught + survived} caught (${(share * 100).toFixed(1)} %), ` +
          `${equivalent} more change nothing`,
      );
      process.exitCode = share >= LEAST_CAUGHT ? 0 : 1;
    },
  };
}
