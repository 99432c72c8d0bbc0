// GrowthBook with its own tracking plugin: one event per user and feature, deduplicated, sent every
// 100 ms.
import { createRequire } from 'node:module';
import { flat } from './flat-user.mjs';
import { sleep } from '../lib/measure.mjs';
import { flagCount } from '../payloads/index.mjs';
import { flags, toGrowthBook } from '../payloads/flags.mjs';

const require = createRequire(import.meta.url);
export const info = { package: '@growthbook/growthbook', kind: 'other' };
export const load = () => ({
  ...require('@growthbook/growthbook'),
  ...require('@growthbook/growthbook/plugins'),
});

export async function create(
  { GrowthBookClient, growthbookTrackingPlugin },
  { url, key, project, exposures },
) {
  const plugins = exposures
    ? [growthbookTrackingPlugin({ ingestorHost: `${url}/growthbook` })]
    : [];
  const client = new GrowthBookClient({ clientKey: key, apiHost: url, plugins });
  client.initSync({ payload: toGrowthBook(flags(flagCount(project))) });
  return {
    user: (plain) => ({ attributes: flat(plain, 'id') }),
    gate: (context, name) => client.isOn(name, context),
    flush: () => sleep(exposures ? 150 : 0),
    shutdown: async () => client.destroy(),
  };
}
