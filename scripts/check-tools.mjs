// Gates by tools of their own: spelling (typos, _typos.toml), and that the four fuzz targets
// compile.
//
//   node scripts/check-tools.mjs
import { join } from 'node:path';
import { steps } from './packed.mjs';
import { pathWithTools } from './pip-tools.mjs';
import { localBin, run } from './run.mjs';
import { root } from './stamp.mjs';

const { step, end } = steps('tools');

/** A step whose preparation may throw. */
function tried(name, problemOf) {
  try {
    step(name, problemOf());
  } catch (error) {
    step(name, error.message);
  }
}

tried('biome', () => run(localBin('biome'), ['ci', '.']));
tried('rustfmt', () => run('cargo', ['fmt', '--all', '--check']));
tried('spelling', () =>
  run('typos', ['--format', 'brief'], {
    env: { ...process.env, PATH: pathWithTools('lint-tools') },
  }),
);
// Without libFuzzer's instrumentation, which needs a nightly compiler: fuzz.yml runs them with it.
tried('fuzz targets compile', () =>
  run('cargo', [
    'check',
    '--quiet',
    '--locked',
    '--bins',
    '--manifest-path',
    join(root, 'fuzz/Cargo.toml'),
  ]),
);
end();
