// Gates by tools of their own: formatters, clippy, spelling (typos, _typos.toml), what Rust crates
// depend on (cargo-deny, deny.toml), and that the four fuzz targets compile.
//
//   node scripts/check/tools.mjs [--advisories]
//
// --advisories: nothing but known vulnerabilities of the crates. Their database is fetched from
// GitHub and changes without us, so it is nightly.yml that looks.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { steps } from './packed/packages.mjs';
import { pathWithTools } from '../lib/pip-tools.mjs';
import { localBin, run } from '../lib/run.mjs';
import { root } from '../lib/stamp.mjs';

const { step, end } = steps('tools');
const { values } = parseArgs({ options: { advisories: { type: 'boolean', default: false } } });
const env = () => ({ ...process.env, PATH: pathWithTools('lint-tools') });
const deny = (...checks) => run('cargo-deny', ['--locked', 'check', ...checks], { env: env() });

/** A step whose preparation may throw. */
function tried(name, problemOf) {
  try {
    step(name, problemOf());
  } catch (error) {
    step(name, error.message);
  }
}

if (values.advisories) tried('advisories', () => deny('advisories'));
else everyChange();
end();

function everyChange() {
  tried('biome', () => run(localBin('biome'), ['ci', '.']));
  tried('rustfmt', () => run('cargo', ['fmt', '--all', '--check']));
  tried('clippy', () =>
    run('cargo', [
      'clippy',
      '--workspace',
      '--all-targets',
      '--locked',
      '--quiet',
      '--',
      '--deny=warnings',
    ]),
  );
  tried('spelling', () => run('typos', ['--format', 'brief'], { env: env() }));
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
  tried('dependencies of the crates', () => deny('licenses', 'bans', 'sources'));
}
