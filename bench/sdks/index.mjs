// Every SDK that takes part. A stranger adds one by writing a file like its neighbours and naming
// it here.
//
// An adapter module exports:
//   info      {package, kind: 'statsig' | 'other' | 'floor'}
//   load()    requires the package and returns it (timed by the `module-load` row)
//   create(module, {url, key, project, exposures})  → a client, ready to answer:
//     user(plain)                  the SDK's form of a user; its cost counts where the row says "new user"
//     gate(user, name)             boolean, or a promise of one when `isAsync`
//     flush(), shutdown()          promises
//   and, where the SDK has it: config/experiment/layer(user, name, key) → one value, logEvent(user),
//     bootstrapText(user), bootstrapObject(user), sync() (fetch specs now), scope(user) → {gate(name)},
//     gates(user, names) (many checks in one call)
// A row asks for what it needs; SDKs that lack it are left out of that row.
export const SDKS = {
  native: { file: './ours.mjs', env: { STATSIG_ENGINE: 'native' }, label: 'ours, native' },
  wasm: { file: './ours.mjs', env: { STATSIG_ENGINE: 'wasm' }, label: 'ours, wasm' },
  js: { file: './ours.mjs', env: { STATSIG_ENGINE: 'js' }, label: 'ours, js' },
  'statsig-node': { file: './statsig-node.mjs', label: 'statsig-node' },
  'statsig-core': { file: './statsig-core.mjs', label: 'statsig-node-core' },
  unleash: { file: './unleash.mjs', label: 'unleash-client' },
  growthbook: { file: './growthbook.mjs', label: 'GrowthBook' },
  launchdarkly: { file: './launchdarkly.mjs', label: 'LaunchDarkly' },
  flagd: { file: './flagd.mjs', label: 'flagd-core' },
  floor: { file: './floor.mjs', label: 'rules only (floor)' },
  none: { file: './none.mjs', label: 'no SDK' },
};

export const OURS = ['native', 'wasm', 'js'];
export const STATSIG_RIVALS = ['statsig-node', 'statsig-core'];
export const OTHER_RIVALS = ['unleash', 'growthbook', 'launchdarkly', 'flagd'];
