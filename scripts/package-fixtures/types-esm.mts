// Type checks of the ES module entry; never run.
import Default, { Statsig, StatsigServer, checkGate } from 'statsig-node-native';
import * as all from 'statsig-node-native';
import { createLocalServer } from 'statsig-node-native/local-server';
import type { LocalServer } from 'statsig-node-native/local-server';
import { StatsigProvider, toStatsigUser } from 'statsig-node-native/openfeature';
import { createTestStatsig, type TestStatsig } from 'statsig-node-native/testing';

const server: LocalServer = await createLocalServer({ port: 0 });
const answers: boolean[] = [
  Default.checkGate({ userID: 'u' }, 'g'),
  Statsig.checkGate({ userID: 'u' }, 'g'),
  checkGate({ userID: 'u' }, 'g'),
  all.checkGate({ userID: 'u' }, 'g'),
  new StatsigServer('secret-x', { api: server.api }).checkGate({ customIDs: { team: 't' } }, 'g'),
];
void answers;
const tested: TestStatsig = await createTestStatsig((project) =>
  project.gate('g').on().forUser('u', false),
);
const who: (string | undefined)[] = (await tested.exposuresOf('g')).map(({ userID }) => userID);
void who;
const provider = new StatsigProvider({
  statsig: tested,
  toUser: (context) => ({ ...toStatsigUser(context), email: null }),
});
void provider.metadata.name;
// @ts-expect-error a gate name is text
checkGate({ userID: 'u' }, 1);
