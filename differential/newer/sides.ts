/** statsig-node-core and this package behind one interface, through their public APIs. */
import type { EngineKind } from '../../src/engine/engine';
import { createLocalServer } from '../../src/local-server';
import type { JsonObject, WireEvent } from '../case';
import { type CheckKind, type Checked, checkOf } from '../checked';
import { startCore } from '../core-client';
import type { CoreSdk } from '../core-client';

/** What is said about a name. */
export type Said = Checked;
export type Kind = CheckKind;

export interface LocalOverride {
  kind: Kind;
  name: string;
  /** Of experiments a text: the name of a group. */
  value: boolean | string | JsonObject;
  /** A user ID or custom ID; absent for everyone. */
  id?: string;
}

/** Options of client-initialize responses that both have. */
export interface ResponseOptions {
  hash: 'none' | 'djb2' | 'sha256';
  format: 'v1' | 'v2' | 'init-v2';
  clientKey: string | null;
  includeLocalOverrides?: boolean;
}

export interface Side {
  /** Layers have all their parameters read. */
  ask(user: JsonObject, kind: Kind, name: string): Said;
  /** A parameter of a store. */
  read(user: JsonObject, store: string, parameter: string, fallback: unknown): unknown;
  respond(user: JsonObject, options: ResponseOptions): JsonObject;
  override(one: LocalOverride): void;
  /** What arrived so far, after everything was sent. */
  events(): Promise<WireEvent[]>;
  stop(): Promise<void>;
}

export interface World {
  payload: JsonObject;
  idLists: Record<string, string[]>;
  /** That of the SDK's options. */
  tier?: string | undefined;
}

const FORMATS = { v1: 0, v2: 1, 'init-v2': 2 };

/** @throws Error when it does not take the payload. */
export async function coreSide({ payload, idLists, tier }: World): Promise<Side> {
  const ids = await createLocalServer({ idLists });
  const { sdk, userOf, events, stop } = await startCore(payload, {
    idListsUrl: `${ids.api}/get_id_lists`,
    enableIdLists: true,
    ...(tier !== undefined && { environment: tier }),
    idListsSyncIntervalMs: 3_600_000,
  });
  return {
    ask: (user, kind, name) => askCore(sdk, userOf(user), kind, name),
    read: (user, store, parameter, fallback) =>
      sdk.getParameterStore(userOf(user), store).getValue(parameter, fallback),
    respond: (user, { hash, format, clientKey, includeLocalOverrides = false }) =>
      JSON.parse(
        sdk.getClientInitializeResponse(userOf(user), {
          hashAlgorithm: hash,
          responseFormat: FORMATS[format],
          includeLocalOverrides,
          ...(clientKey === null ? {} : { clientSdkKey: clientKey }),
        }),
      ) as JsonObject,
    override: (one) => overrideCore(sdk, one),
    events: async () => {
      await sdk.flushEvents();
      return events;
    },
    stop: async () => {
      await stop();
      await ids.close();
    },
  };
}

function reasonOfCore(reason: string): string {
  const [source = '', success] = reason.split(':');
  return source === 'LocalOverride' ? source : (success ?? source);
}

/** Configs and experiments are apart there; ours have one set. */
function overrideCore(sdk: CoreSdk, { kind, name, value, id }: LocalOverride): void {
  if (typeof value === 'boolean') sdk.overrideGate(name, value, id);
  else if (typeof value === 'string') sdk.overrideExperimentByGroupName(name, value, id);
  else if (kind === 'layer') sdk.overrideLayer(name, value, id);
  else {
    sdk.overrideDynamicConfig(name, value, id);
    sdk.overrideExperiment(name, value, id);
  }
}

function overrideOurs(sdk: Ours, { kind, name, value, id }: LocalOverride): void {
  if (typeof value === 'boolean') sdk.overrideGate(name, value, id);
  else if (typeof value === 'string') sdk.overrideExperimentByGroupName(name, value, id);
  else if (kind === 'layer') sdk.overrideLayer(name, value, id);
  else sdk.overrideConfig(name, value, id);
}

function askCore(sdk: CoreSdk, user: unknown, kind: Kind, name: string): Said {
  const result =
    kind === 'gate'
      ? sdk.getFeatureGate(user, name)
      : kind === 'config'
        ? sdk.getDynamicConfig(user, name)
        : kind === 'experiment'
          ? sdk.getExperiment(user, name)
          : sdk.getLayer(user, name);
  const layer = result.__value;
  for (const parameter of Object.keys(layer ?? {}).sort()) result.get(parameter, null);
  return {
    value: layer ?? result.value,
    ruleID: result.ruleID,
    groupName: result.groupName ?? null,
    idType: result.idType === '' ? null : result.idType,
    allocated: result.allocatedExperimentName ?? null,
    reason: reasonOfCore(result.details.reason),
  };
}

type Ours = import('../../src/index').StatsigServer;

const quiet = (): void => undefined;

/** This package on one engine. */
export async function ourSide(world: World, engine: EngineKind): Promise<Side> {
  const { StatsigServer } = require('../../src/index') as typeof import('../../src/index');
  const server = await createLocalServer({
    specs: world.payload,
    idLists: world.idLists,
    maxEvents: 5_000_000,
    maxBodyBytes: 0,
  });
  const sdk = new StatsigServer('secret-compare', {
    api: server.api,
    disableDiagnostics: true,
    // Several of these run beside each other.
    downloadTimeoutMs: 120_000,
    engine,
    ...(world.tier !== undefined && { environment: { tier: world.tier } }),
    rulesetsSyncIntervalMs: 3_600_000,
    idListsSyncIntervalMs: 3_600_000,
    logger: { logLevel: 'none', info: quiet, warn: quiet, error: quiet },
  });
  const { success, error } = await sdk.initializeAsync();
  if (!success) throw new Error(`initialize failed: ${String(error)}`);
  return {
    ask: (user, kind, name) => askOurs(sdk, user, kind, name),
    read: (user, store, parameter, fallback) =>
      sdk.getParameterStore(user as never, store).get(parameter, fallback),
    respond: (user, { hash, format, clientKey, includeLocalOverrides }) =>
      sdk.getClientInitializeResponse(user as never, clientKey ?? undefined, {
        hash,
        responseFormat: format,
        includeLocalOverrides,
      }) as unknown as JsonObject,
    override: (one) => overrideOurs(sdk, one),
    events: async () => {
      await sdk.flush();
      if (server.droppedEvents() > 0) throw new Error('the server dropped events');
      return server.events().map(({ event }) => event as unknown as WireEvent);
    },
    stop: async () => {
      await sdk.shutdownAsync();
      await server.close();
    },
  };
}

const REASONS = new Set(['Unrecognized', 'Unsupported', 'LocalOverride']);

function askOurs(sdk: Ours, asked: JsonObject, kind: Kind, name: string): Said {
  const said = checkOf(sdk, asked, kind, name);
  return { ...said, reason: REASONS.has(said.reason) ? said.reason : 'Recognized' };
}
