/**
 * A host that throws for environment variables (Deno without `--allow-env`): to the SDK none is
 * set.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import test from 'ava';
import { createLocalServer } from '../../src/local-server';
import { payload } from '../api/support';

const program = `
  const { StatsigServer } = require('${join(__dirname, '../../dist').replaceAll('\\', '/')}');
  const refuse = () => { throw new Error('Requires env access'); };
  Object.defineProperty(process, 'env', { value: new Proxy({}, { get: refuse, has: refuse, ownKeys: refuse }) });
  const statsig = new StatsigServer('secret-environment', { api: process.argv[1] });
  statsig.initializeAsync().then(async ({ source }) => {
    statsig.logEvent({ userID: 'u' }, 'bought');
    const answer = [source, statsig.checkGate({ userID: 'u' }, 'always')];
    await statsig.shutdownAsync();
    process.stdout.write(JSON.stringify(answer));
  });`;

test('an environment that may not be read: specs come, events go', async (t) => {
  const server = await createLocalServer({ specs: payload() as never });
  t.teardown(() => server.close());
  const { stdout } = await promisify(execFile)(process.execPath, ['-e', program, server.api]);
  t.is(stdout, '["Network",true]');
  t.true(server.events().some(({ eventName }) => eventName === 'bought'));
});
