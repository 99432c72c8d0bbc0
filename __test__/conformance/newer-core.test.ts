process.env['TZ'] = 'UTC';
/**
 * A slice of `npm run fuzz:newer` that fits CI: ordinary projects, of which the second has local
 * overrides, and one with awkward constructs.
 */
import test from 'ava';
import { runNewer } from '../../differential/fuzz-newer';
import { KNOWN } from '../../differential/known-core-differences';
import { expectedEngines } from './engines';

for (const [what, from, projects] of [
  ['ordinary projects, one overridden', 1, 2],
  ['a project with awkward constructs', 4, 1],
] as const) {
  test.serial(`generated dcs-v2, ${what}: answers are those of statsig-node-core`, async (t) => {
    const engines = [...expectedEngines];
    const campaign = { seed: 12, from, projects, users: 8, responses: true, engines };
    const { compared, exposures, entries, differences } = await runNewer(campaign);
    t.deepEqual(differences.slice(0, 5), []);
    t.true(compared >= projects * 8 * 40 * engines.length, `${compared} evaluations`);
    t.true(exposures >= projects * 8 * 40 * engines.length, `${exposures} exposures`);
    t.true(entries >= projects * 2 * 9 * 20 * engines.length, `${entries} entries of responses`);
  });
}

test('what differs on purpose has a name of its own and cites the section that says so', (t) => {
  t.is(new Set(KNOWN.map(({ name }) => name)).size, KNOWN.length);
  for (const { name, reason } of KNOWN) t.regex(reason, /Sections? \d|statsig-node/, name);
});
