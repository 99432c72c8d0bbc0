// What statsig-node and this package share: the public API. One client for both, so neither is
// called another way.

/**
 * Options that keep a run still: no polling of its own, the local server for everything, everything
 * else default.
 */
export const options = ({ url, exposures }) => ({
  api: `${url}/v1`,
  apiForDownloadConfigSpecs: `${url}/v1`,
  apiForGetIdLists: `${url}/v1`,
  rulesetsSyncIntervalMs: 3_600_000,
  idListsSyncIntervalMs: 3_600_000,
  disableAllLogging: !exposures,
  disableDiagnostics: true,
});

export function client(Statsig, { exposures }) {
  const quietUnless = (loud, quiet) => (exposures ? loud : quiet);
  const gate = quietUnless(
    (user, name) => Statsig.checkGateSync(user, name),
    (user, name) => Statsig.checkGateWithExposureLoggingDisabledSync(user, name),
  );
  const config = quietUnless(
    (user, name, key) => Statsig.getConfigSync(user, name).get(key, null),
    (user, name, key) =>
      Statsig.getConfigWithExposureLoggingDisabledSync(user, name).get(key, null),
  );
  const experiment = quietUnless(
    (user, name, key) => Statsig.getExperimentSync(user, name).get(key, null),
    (user, name, key) =>
      Statsig.getExperimentWithExposureLoggingDisabledSync(user, name).get(key, null),
  );
  const layer = quietUnless(
    (user, name, key) => Statsig.getLayerSync(user, name).get(key, null),
    (user, name, key) => Statsig.getLayerWithExposureLoggingDisabledSync(user, name).get(key, null),
  );
  return {
    user: (plain) => plain,
    gate,
    config,
    experiment,
    layer,
    logEvent: (user) =>
      Statsig.logEvent(user, 'purchase', 9.99, { sku: 'sku-1', page: '/checkout' }),
    bootstrapObject: (user) =>
      Statsig.getClientInitializeResponse(user, undefined, { hash: 'djb2' }),
    bootstrapText: (user) =>
      JSON.stringify(Statsig.getClientInitializeResponse(user, undefined, { hash: 'djb2' })),
    sync: () => Statsig.syncConfigSpecs(),
    flush: () => Statsig.flush(),
    shutdown: () => Statsig.shutdownAsync(2000),
  };
}
