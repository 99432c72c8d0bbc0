/**
 * Hosts that hide, replace or change globals: test environments that imitate browsers, fake timers,
 * shims of server-side rendering, hardened services, libraries that add to prototypes. On each, a
 * life of the built package is the same as on plain Node (life.cjs), whether it was done before the
 * package was loaded or after.
 */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import test from 'ava';
import { TESTED_ENGINES } from '../engines';

type Facts = Record<string, Record<string, Life>>;
interface Life {
  success: boolean;
  source: string;
  gates: [string, ...boolean[]][];
  flushed: object;
  shut: object;
  logged: string[];
  lines: string[];
}

// eslint-disable-next-line @typescript-eslint/no-require-imports -- also loaded by the child
// processes
const SETUPS = Object.keys(require('./setups.cjs') as object);

function live(setup: string, when: string): Promise<Facts> {
  const args = [join(__dirname, 'life.cjs'), setup, when, TESTED_ENGINES.join()];
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      args,
      { timeout: 90_000, maxBuffer: 1 << 26 },
      (error, stdout, stderr) => {
        if (error === null) resolve(JSON.parse(stdout) as Facts);
        else reject(new Error(`${stdout}\n${stderr}`));
      },
    );
  });
}

let plain: Promise<Facts> | undefined;
/** What a life is on plain Node. */
const onPlainNode = (): Promise<Facts> => (plain ??= live('none', 'after'));

test.serial('a life on plain Node is whole', async (t) => {
  t.true(existsSync(join(__dirname, '../../dist/index.js')), 'npm run build comes first');
  for (const [engine, ways] of Object.entries(await onPlainNode())) {
    t.deepEqual(
      Object.entries(ways).map(([way, { success, source }]) => [way, success, source]),
      [
        ['http', true, 'Network'],
        ['override', true, 'Network'],
        ['adapter', true, 'DataAdapter'],
        ['bootstrap', true, 'Bootstrap'],
      ],
      engine,
    );
    for (const life of Object.values(ways)) {
      t.true(
        life.gates.every(([, ...values]) => values.length === 4 && values.every((value) => value)),
        engine,
      );
      t.like(
        life,
        {
          flushed: { kept: 0, dropped: 0 },
          shut: { delivered: 1, kept: 0, dropped: 0 },
          // Asked on purpose: names that objects inherit.
          lines: ['constructor', '__proto__'].map(
            (name) => `statsigSDK> there is no gate ${name} (told once; see onMisuse).`,
          ),
        },
        engine,
      );
      t.is(life.logged.length, 15, engine);
    }
  }
});

for (const setup of SETUPS.filter((name) => name !== 'none')) {
  for (const when of ['before', 'after']) {
    test.serial(`${setup}, ${when} the package is loaded`, async (t) => {
      const [expected, actual] = [await onPlainNode(), await live(setup, when)];
      for (const engine of TESTED_ENGINES) {
        const ways = actual[engine] ?? {};
        t.true(Object.keys(ways).length >= 3, engine);
        for (const [way, life] of Object.entries(ways))
          t.deepEqual(life, expected[engine]?.[way], `${engine}, ${way}`);
      }
    });
  }
}
