// OpenFeature's own feature files, run against our provider on every engine, from the sources:
//
//   node scripts/check/openfeature-spec.mjs --spec <checkout of open-feature/spec> [--engine native]…
//
// Those of the SDKs (specification/assets/gherkin), and those of providers (…/provider-tck/gherkin)
// where the checkout has them. What does not apply is listed with the reason; a sentence that no
// step is defined for fails. The steps are those of __test__/openfeature/gherkin, which runs
// features of our own by them in the ordinary suite.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../lib/stamp.mjs';

const { values: given } = parseArgs({
  options: {
    spec: { type: 'string' },
    engine: { type: 'string', multiple: true, default: ['native', 'wasm', 'js'] },
  },
});
if (given.spec === undefined) throw new Error('--spec <checkout of open-feature/spec> is missing');
const assets = resolve(given.spec, 'specification/assets');
const folders = ['gherkin', 'provider-tck/gherkin'].map((name) => join(assets, name));
const [sdk] = folders;
if (!existsSync(sdk)) throw new Error(`There is no ${sdk}`);

const require = createRequire(import.meta.url);
require('tsx/cjs');
const { run, scenariosIn } = require(join(root, '__test__/openfeature/gherkin/runner.ts'));

const scenarios = (await Promise.all(folders.filter(existsSync).map(scenariosIn))).flat();
let [passed, failed] = [0, 0];
for (const engine of given.engine) {
  const byFeature = new Map();
  for (const scenario of scenarios.filter(({ notOurs }) => notOurs === null)) {
    const place = `${scenario.folder}/${scenario.feature}`;
    const counts = byFeature.get(place) ?? { passed: 0, failed: 0 };
    byFeature.set(place, counts);
    try {
      await run(scenario, engine);
      counts.passed++;
    } catch (error) {
      counts.failed++;
      console.log(
        `FAILED ${engine} ${place}:${scenario.line} ${scenario.name}\n  ${error.message}`,
      );
    }
  }
  for (const [place, counts] of byFeature) {
    console.log(`${engine}: ${place}: ${counts.passed} passed, ${counts.failed} failed`);
    passed += counts.passed;
    failed += counts.failed;
  }
}
for (const { folder, feature, line, name, notOurs } of scenarios)
  if (notOurs !== null)
    console.log(`does not apply: ${folder}/${feature}:${line} ${name}: ${notOurs}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
