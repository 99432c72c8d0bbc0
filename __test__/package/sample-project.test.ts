import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import test from 'ava';
import legacy from 'statsig-node';
import type { StatsigServer, StatsigUser } from 'statsig-node';

import { createLocalServer } from '../../src/local-server';

const folder = join(__dirname, '..', '..', 'testdata', 'payloads');
const read = <T>(file: string): T => JSON.parse(readFileSync(join(folder, file), 'utf8')) as T;

type Answers = Record<string, Record<string, string>>;

/** `value rule` per spec, as statsig-node answers over the local server's protocol. */
function answersOf(statsig: StatsigServer, user: StatsigUser): Record<string, string> {
  const answers: Record<string, string> = {};
  for (const name of statsig.getFeatureGateList()) {
    const gate = statsig.getFeatureGate(user, name);
    answers[`gate ${name}`] = `${gate.value} ${gate.ruleID}`;
  }
  const configs = [
    ...statsig.getDynamicConfigList(),
    ...statsig.getAutotuneList(),
    ...statsig.getExperimentList(),
  ];
  for (const name of configs) answers[`config ${name}`] = statsig.getConfig(user, name).getRuleID();
  for (const name of statsig.getLayerList()) {
    const layer = statsig.getLayer(user, name);
    layer.get('ranking', '');
    answers[`layer ${name}`] = `${layer.getAllocatedExperimentName() ?? '-'} ${layer.getRuleID()}`;
  }
  return answers;
}

test('statsig-node, served by the local server, answers the sample as written down', async (t) => {
  const server = await createLocalServer({
    specsFile: join(folder, 'sample-project.json'),
    idListsDirectory: join(folder, 'sample-id-lists'),
  });
  const statsig = new legacy.StatsigServer('secret-sample', {
    api: server.api,
    environment: { tier: 'staging' },
  });
  const details = await statsig.initializeAsync();
  t.true(details.success);
  const users = read<StatsigUser[]>('sample-users.json');
  const answers: Answers = {};
  for (const user of users) answers[String(user.userID)] = answersOf(statsig, user);
  await statsig.shutdownAsync();
  const exposures = server
    .events()
    .filter((event) => event.eventName.startsWith('statsig::') && event.event.user !== null);
  await server.close(0);

  // The expected answers are statsig-node's own, never those of our engines.
  if (process.env.RECORD === '1')
    writeFileSync(join(folder, 'sample-expected.json'), `${JSON.stringify(answers, null, 1)}\n`);
  t.deepEqual(answers, read<Answers>('sample-expected.json'));
  t.true(exposures.length > users.length * 20);
  for (const [name, values] of Object.entries(valuesByGate(answers))) {
    const isConstant = [
      'gate everyone',
      'gate retired_feature',
      'gate debug_panel',
      'gate winter_tyres_offer',
    ].includes(name);
    t.true(
      isConstant || name.includes('holdout') || values.size === 2,
      `the users reach both sides of ${name}`,
    );
  }
});

function valuesByGate(answers: Answers): Record<string, Set<string>> {
  const found: Record<string, Set<string>> = {};
  for (const perUser of Object.values(answers)) {
    for (const [name, answer] of Object.entries(perUser)) {
      if (name.startsWith('gate ')) (found[name] ??= new Set()).add(answer.split(' ')[0] ?? '');
    }
  }
  return found;
}
