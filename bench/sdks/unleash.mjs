// unleash-client. Its "events" are counters per flag, sent as metrics; there is no event per user.
import { createRequire } from 'node:module';
import { once } from 'node:events';
import { flat } from './flat-user.mjs';
import { flagCount } from '../payloads/index.mjs';
import { flags, toUnleash } from '../payloads/flags.mjs';

const require = createRequire(import.meta.url);
export const info = { package: 'unleash-client', kind: 'other' };
export const load = () => require('unleash-client');

export async function create({ Unleash, InMemStorageProvider }, { url, key, project, exposures }) {
  const unleash = new Unleash({
    url: `${url}/unleash/`,
    appName: 'bench',
    instanceId: 'bench',
    customHeaders: { Authorization: key },
    refreshInterval: 0,
    metricsInterval: 60_000,
    disableMetrics: !exposures,
    storageProvider: new InMemStorageProvider(),
    skipInstanceCountWarning: true,
    bootstrap: { data: toUnleash(flags(flagCount(project))) },
  });
  unleash.on('error', () => {});
  unleash.on('warn', () => {});
  if (!unleash.isSynchronized()) await once(unleash, 'synchronized');
  return {
    user: (plain) => {
      const { userId, ...properties } = flat(plain, 'userId');
      return { userId, remoteAddress: plain.ip, properties };
    },
    gate: (context, name) => unleash.isEnabled(name, context, false),
    flush: () => (exposures ? unleash.flushMetrics() : Promise.resolve()),
    shutdown: async () => unleash.destroy(),
  };
}
