// The site of docs/: what TypeDoc finds undocumented and links between pages that lead nowhere fail
// it. Needs dist/; installs its own tools below docs/.
//
//   node scripts/check/docs.mjs [--skip-build]
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { steps } from './packed/packages.mjs';
import { mustRun, run } from '../lib/run.mjs';
import { root } from '../lib/stamp.mjs';

const docs = join(root, 'docs');
const { step, end } = steps('docs');

if (!process.argv.includes('--skip-build'))
  mustRun(process.execPath, [join(root, 'scripts/build/ts.mjs')]);
if (!existsSync(join(docs, 'node_modules/vitepress')))
  mustRun('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: docs });
step('reference: every export has words', run('npm', ['run', '--silent', 'api'], { cwd: docs }));
step(
  'site: every link leads somewhere',
  run('npm', ['exec', '--', 'vitepress', 'build'], { cwd: docs }),
);
end();
