/**
 * What a client-initialize call asks for, and which specs it gets. Mirrors `bootstrap/request.rs`.
 */

import { type ClientInitializeOptions, SpecKind } from '../engine';
import { type HashName, djb2, hashAlgorithm } from './hashing';
import { member, textOf } from './js-semantics';
import type { Spec, Store } from './store';

/** Hash names whose pieces are kept: every name a caller can invent means 'none'. */
export type Algorithm = 'djb2' | 'sha256' | 'none';

/** Names to keep; null = all. */
type Filter = ReadonlySet<string> | null;

/** The options of a call, read. */
export interface Request {
  readonly algorithm: Algorithm;
  readonly hash: HashName;
  /** As it was given. */
  readonly hashUsed: string;
  readonly options: ClientInitializeOptions;
  /** App of the client key; null = none, nothing is filtered by it. */
  readonly appId: unknown;
  /**
   * True when results of this response differ from those of a check: nothing may be shared with
   * other calls.
   */
  readonly isForApp: boolean;
  readonly format: 'v1' | 'v2' | 'init-v2';
  readonly removesIdType: boolean;
  readonly removesDefaultGates: boolean;
  readonly previousHash: string | null;
  /** `{gates, configs}` of the client key; null = no filter. */
  readonly entities: unknown;
  readonly filters: {
    gates: Filter;
    configs: Filter;
    experiments: Filter;
    layers: Filter;
    paramStores: Filter;
  };
}

export function readRequest(options: ClientInitializeOptions, store: Store): Request {
  const { client, usesTargetApp } = store;
  const name = options.hash ?? 'djb2';
  const key = options.clientKey ?? null;
  const hashedKey = key === null ? '' : djb2(key);
  const appId = key === null ? null : appOf(key, hashedKey, store);
  const entities = key === null ? null : (own(client.hashedKeysToEntities, hashedKey) ?? null);
  const { responseFormat, previousResponseHash } = options;
  return {
    algorithm: name === 'djb2' || name === 'sha256' ? name : 'none',
    hash: hashAlgorithm(name),
    hashUsed: name,
    options,
    appId,
    isForApp: Boolean(key) && usesTargetApp,
    format: responseFormat === 'v2' || responseFormat === 'init-v2' ? responseFormat : 'v1',
    removesIdType: Boolean(options.removeIdType),
    removesDefaultGates: Boolean(options.removeDefaultValueGates),
    previousHash: typeof previousResponseHash === 'string' ? previousResponseHash : null,
    entities,
    filters: {
      gates: filter(options.featureGateFilter),
      configs: filter(options.dynamicConfigFilter),
      experiments: filter(options.experimentFilter),
      layers: filter(options.layerFilter),
      paramStores: filter(options.paramStoreFilter),
    },
  };
}

/** App of a client key; null = none. */
function appOf(key: string, hashedKey: string, { client, dialect, appId }: Store): unknown {
  const { hashedKeysToAppIds: hashed, keysToAppIds: plain } = client;
  if (!dialect.showsAnswers) return own(hashed ?? {}, hashedKey) ?? own(plain ?? {}, key) ?? null;
  if (hashed !== null) return own(hashed, hashedKey) ?? null;
  // Of keys nothing is told: a client is of the payload's own app (NEWER.md 18).
  return (plain === null ? appId : own(plain, key)) ?? null;
}

function filter(names: unknown): Filter {
  return Array.isArray(names) ? new Set(names) : null;
}

/** Own properties only: names like `constructor` are ordinary. */
export function own(map: Record<string, unknown> | undefined, key: string): unknown {
  return map !== undefined && map !== null && Object.prototype.hasOwnProperty.call(map, key)
    ? map[key]
    : undefined;
}

/**
 * The filter of a spec's entity (SERVER_CORE.md 7.1). Autotunes have none, but contextual ones that
 * of experiments.
 */
function filterOf({ kind, entity, isAutotune }: Spec, filters: Request['filters']): Filter {
  if (kind === SpecKind.Gate) return filters.gates;
  if (kind === SpecKind.Layer) return filters.layers;
  if (entity === 'dynamic_config') return filters.configs;
  return entity === 'autotune' && !isAutotune ? null : filters.experiments;
}

/** Which specs a client may see (BEHAVIOUR.md 6.1) and wants. */
export function isIncluded(spec: Spec, { entities, appId, filters }: Request): boolean {
  if (spec.kind === SpecKind.Gate && (spec.entity === 'segment' || spec.entity === 'holdout'))
    return false;
  const wanted = filterOf(spec, filters);
  if (wanted !== null && !wanted.has(spec.name)) return false;
  if (
    entities !== null &&
    spec.kind === SpecKind.Gate &&
    !includes(member(entities, 'gates'), spec.name)
  )
    return false;
  if (
    entities !== null &&
    spec.kind === SpecKind.Config &&
    !includes(member(entities, 'configs'), spec.name)
  )
    return false;
  return isForApp(spec.targetAppIDs, appId);
}

export function isForApp(targetAppIDs: unknown, appId: unknown): boolean {
  return appId === null || appId === undefined || includes(targetAppIDs, appId);
}

/** `list.includes(value)`, which lists and texts have; what is neither holds nothing. */
function includes(list: unknown, value: unknown): boolean {
  if (typeof list === 'string') return list.includes(textOf(value));
  return Array.isArray(list) && list.includes(value);
}
