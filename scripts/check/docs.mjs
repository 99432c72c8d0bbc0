// The site of docs/: what TypeDoc finds undocumented and links between pages that lead nowhere fail
// it. Needs dist/; installs its own tools below docs/.
//
//   node scripts/check/docs.mjs [--skip-build]
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { steps } from './packed/packages.mjs';
import { mustRun, run } from '../lib/run.mjs';
import { root } from '../lib/stamp.mjs';
import { deadLinks } from './site-links.mjs';

const docs = join(root, 'docs');
const { step, end } = steps('docs');

if (!process.argv.includes('--skip-build'))
  mustRun(process.execPath, [join(root, 'scripts/build/ts.mjs')]);
if (!existsSync(join(docs, 'node_modules/vitepress')))
  mustRun('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: docs });
step('reference: every export has words', run('npm', ['run', '--silent', 'api'], { cwd: docs }));
step(
  'site: builds, no dead link between pages',
  run('npm', ['exec', '--', 'vitepress', 'build'], { cwd: docs }),
);
const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const repository = `${homepage.replace(/#.*/, '')}/blob/main/`;
const dead = deadLinks(join(docs, '.vitepress/dist'), { repository, root });
step('site: every link, place and picture is there', dead.slice(0, 50).join('\n') || null);
end();
