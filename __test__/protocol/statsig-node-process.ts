/** The scenario, run by statsig-node; prints what the server was asked. */
import rival from 'statsig-node';
import { createLocalServer } from '../../src/local-server';
import type { StatsigServer } from '../../src/api/statsig';
import { converse, KEY, START } from './conversation';

const RivalServer = rival.StatsigServer as unknown as new (
  key: string,
  options?: object,
) => StatsigServer;

async function main(): Promise<void> {
  const local = await createLocalServer(START);
  const server = new RivalServer(KEY, {
    api: local.api,
    logger: { warn() {}, error() {}, logLevel: 'none' },
  });
  const lines = await converse(server, local);
  await local.close(0);
  process.stdout.write(JSON.stringify(lines));
}

void main();
