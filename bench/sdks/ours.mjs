// This package, from its build. The engine comes from STATSIG_ENGINE, which the runner sets.
import { createRequire } from 'node:module';
import { client, options } from './statsig-api.mjs';

const require = createRequire(import.meta.url);
export const info = { package: 'statsig-node-native', kind: 'statsig' };
export const load = () => require('../../dist/index.js');

export async function create(Statsig, context) {
  const details = await Statsig.initialize(context.key, options(context));
  if (details?.success === false) throw new Error(`statsig-node-native: ${details.error}`);
  const shared = client(Statsig, context);
  return {
    ...shared,
    ...newer(Statsig, context),
    bootstrapText: textApi(Statsig) ?? shared.bootstrapText,
    scope: Statsig.forUser ? scope(Statsig, context) : undefined,
    gates: Statsig.checkGates ? (user, names) => Statsig.checkGates(user, names) : undefined,
  };
}

/** Calls of the newer SDK, where the build has them. */
function newer(Statsig, { exposures }) {
  if (!Statsig.getParameterStore) return {};
  const quiet = { disableExposureLogging: !exposures };
  return {
    store: (user, name, key) => Statsig.getParameterStore(user, name, quiet).get(key, null),
    groups: (name) => Statsig.getExperimentGroups(name).groups,
  };
}

const scope =
  (Statsig, { exposures }) =>
  (user) => {
    const scoped = Statsig.forUser(user);
    return {
      gate: exposures
        ? (name) => scoped.checkGate(name)
        : (name) => scoped.checkGateWithExposureLoggingDisabled(name),
    };
  };

/** The response as text without a detour through an object, where the build has it. */
function textApi(Statsig) {
  const name = [
    'getClientInitializeResponseText',
    'getClientInitializeResponseString',
    'getClientInitializeResponseJson',
  ].find((n) => typeof Statsig[n] === 'function');
  return name && ((user) => Statsig[name](user, undefined, { hash: 'djb2' }));
}
