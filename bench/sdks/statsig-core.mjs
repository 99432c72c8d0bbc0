// @statsig/statsig-node-core: users are native objects, dcs-v2, events as zstd to logEventUrl
// (SERVER_CORE.md 12, 13, 25).
import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);
export const info = { package: '@statsig/statsig-node-core', kind: 'statsig' };
export const load = () => require('@statsig/statsig-node-core');

export async function create({ Statsig, StatsigUser }, { url, key, project, exposures, polls }) {
  const statsig = new Statsig(key, {
    specsUrl: `${url}/v2/download_config_specs`,
    logEventUrl: `${url}/v1/log_event`,
    idListsUrl: `${url}/v1/get_id_lists`,
    enableIdLists: project.startsWith('idlist'),
    specsSyncIntervalMs: polls ? 1000 : 3_600_000,
    idListsSyncIntervalMs: 3_600_000,
    disableAllLogging: !exposures,
    outputLogLevel: 'none',
    waitForCountryLookupInit: true,
    waitForUserAgentInit: true,
  });
  const result = await statsig.initialize();
  if (!result.isSuccess) throw new Error(`statsig-node-core: ${result.error}`);
  const quietStore = { disableExposureLogging: !exposures };
  const quiet = exposures ? undefined : { disableExposureLogging: true };
  const value = exposures
    ? {
        config: (u, n, k) => statsig.getDynamicConfig(u, n).get(k, null),
        experiment: (u, n, k) => statsig.getExperiment(u, n).get(k, null),
        layer: (u, n, k) => statsig.getLayer(u, n).get(k, null),
      }
    : {
        config: (u, n, k) => statsig.getDynamicConfig(u, n, quiet).get(k, null),
        experiment: (u, n, k) => statsig.getExperiment(u, n, quiet).get(k, null),
        layer: (u, n, k) => statsig.getLayer(u, n, quiet).get(k, null),
      };
  return {
    store: (u, n, k) => statsig.getParameterStore(u, n, quietStore).getValue(k, null),
    groups: (n) => statsig.getExperimentGroups(n).groups,
    user: (plain) => new StatsigUser(plain),
    gate: exposures
      ? (user, name) => statsig.checkGate(user, name)
      : (user, name) => statsig.checkGate(user, name, quiet),
    ...value,
    logEvent: (user) =>
      statsig.logEvent(user, 'purchase', 9.99, { sku: 'sku-1', page: '/checkout' }),
    bootstrapText: (user) => statsig.getClientInitializeResponse(user, { hashAlgorithm: 'djb2' }),
    bootstrapObject: (user) =>
      JSON.parse(statsig.getClientInitializeResponse(user, { hashAlgorithm: 'djb2' })),
    /** It has no call for it: with `polls` it asks every second by itself. */
    sync: null,
    flush: () => statsig.flushEvents(),
    shutdown: () => statsig.shutdown(2000),
  };
}
