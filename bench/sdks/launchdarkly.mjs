// LaunchDarkly from its own test data source. Its events are summaries per flag plus one index
// event per new user.
import { createRequire } from 'node:module';
import { flat } from './flat-user.mjs';
import { flagCount } from '../payloads/index.mjs';
import { flags, toLaunchDarkly } from '../payloads/flags.mjs';

const require = createRequire(import.meta.url);
export const info = { package: '@launchdarkly/node-server-sdk', kind: 'other' };
export const load = () => ({
  ...require('@launchdarkly/node-server-sdk'),
  ...require('@launchdarkly/node-server-sdk/integrations'),
});

export async function create(sdk, { url, key, project, exposures }) {
  const data = new sdk.TestData();
  for (const flag of toLaunchDarkly(flags(flagCount(project))))
    await data.usePreconfiguredFlag(flag);
  const silent = { error() {}, warn() {}, info() {}, debug() {} };
  const client = sdk.init(key, {
    updateProcessor: data.getFactory(),
    sendEvents: exposures,
    eventsUri: url,
    baseUri: url,
    streamUri: url,
    diagnosticOptOut: true,
    logger: silent,
  });
  await client.waitForInitialization({ timeout: 10 });
  return {
    isAsync: true,
    user: (plain) => ({ kind: 'user', ...flat(plain, 'key') }),
    gate: (context, name) => client.boolVariation(name, context, false),
    flush: () => client.flush(),
    shutdown: async () => client.close(),
  };
}
