/** The SDKs that `bench` measures, each as much of it as a measurement takes. */
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** An SDK in a process of its own. */
export interface Contestant {
  /** The SDK's form of a user. */
  user(fields: User): unknown;
  gate(user: unknown, name: string): boolean;
  flush(): Promise<unknown>;
}

export type User = Record<string, unknown>;

/** Where a package was found. */
export interface Installed {
  kind: Kind;
  /** What is handed to `require`. */
  path: string;
  label: string;
}

export type Kind = 'ours' | 'statsig-node' | 'statsig-node-core';

const RIVALS: Record<Exclude<Kind, 'ours'>, { package: string; reads: 1 | 2 }> = {
  'statsig-node': { package: 'statsig-node', reads: 1 },
  'statsig-node-core': { package: '@statsig/statsig-node-core', reads: 2 },
};

/**
 * Statsig's own SDKs that an application has installed and that read this format of a payload.
 * `statsig-node` may be this package under its alias; then it is no rival.
 */
export function rivals(folder: string, format: 1 | 2): Installed[] {
  const require = createRequire(join(folder, 'package.json'));
  return Object.entries(RIVALS).flatMap(([kind, { package: name, reads }]) => {
    if (reads !== format) return [];
    try {
      const path = require.resolve(name);
      const manifest: { name: string; version: string } = require(`${name}/package.json`);
      if (manifest.name !== name) return [];
      return [{ kind: kind as Kind, path, label: `${kind} ${manifest.version}` }];
    } catch {
      return [];
    }
  });
}

/** Why `rivals` found nobody, and what to do. */
export function whyAlone(folder: string, format: 1 | 2): string {
  const require = createRequire(join(folder, 'package.json'));
  const name = Object.values(RIVALS).find(({ reads }) => reads === format)?.package ?? '';
  let installed = 'is not installed here';
  try {
    require.resolve(name);
    installed = 'is this package here, under an alias';
  } catch {
    // As it says.
  }
  return (
    `No SDK to compare with: this payload is dcs-v${format}, which ${name} reads, and that ` +
    `${installed}. Run it in a folder where both are installed under their own names.`
  );
}

/** Initializes one against a local server. */
export async function start({ kind, path }: Installed, url: string): Promise<Contestant> {
  return kind === 'statsig-node-core'
    ? startCore(require(path), url)
    : startNode(require(path), url);
}

interface NodeApi {
  initialize(key: string, options: object): Promise<unknown>;
  checkGate(user: unknown, name: string): boolean;
  flush(): Promise<unknown>;
}

async function startNode(statsig: NodeApi, url: string): Promise<Contestant> {
  await statsig.initialize('secret-bench', {
    api: `${url}/v1`,
    disableRulesetsSync: true,
    disableIdListsSync: true,
    disableDiagnostics: true,
    logger: { logLevel: 'none', warn: () => undefined, error: () => undefined },
  });
  return {
    user: (fields) => fields,
    gate: (user, name) => statsig.checkGate(user, name),
    flush: () => statsig.flush(),
  };
}

interface CoreApi {
  Statsig: new (
    key: string,
    options: object,
  ) => {
    initialize(): Promise<unknown>;
    checkGate(user: unknown, name: string): boolean;
    flushEvents(): Promise<unknown>;
  };
  StatsigUser: new (fields: User) => unknown;
}

async function startCore({ Statsig, StatsigUser }: CoreApi, url: string): Promise<Contestant> {
  const statsig = new Statsig('secret-bench', {
    specsUrl: `${url}/v2/download_config_specs`,
    logEventUrl: `${url}/v1/log_event`,
    idListsUrl: `${url}/v1/get_id_lists`,
    specsSyncIntervalMs: 3_600_000,
    outputLogLevel: 'none',
  });
  await statsig.initialize();
  return {
    user: (fields) => new StatsigUser(fields),
    gate: (user, name) => statsig.checkGate(user, name),
    flush: () => statsig.flushEvents(),
  };
}
