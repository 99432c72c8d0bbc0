/** The client-initialize response (BEHAVIOUR.md 6), written as text from pieces that are made once. */

import { ClientInitializeOptions, SpecKind } from '../engine';
import { Evaluator } from './eval/evaluator';
import { HashName, djb2, hashAlgorithm } from './hashing';
import { JsonObject, member } from './js-semantics';
import { ExposureList, Result } from './outcome';
import { sessionReplayFields } from './session-replay';
import { Spec, ValueBox } from './store';
import { User } from './user';

/** What the response says about who made it. */
export interface ResponseFacts {
  sdkType: string;
  sdkVersion: string;
  time: number;
}

interface Named {
  spec: Spec;
  /** Hashed name: the key of the entry. */
  key: string;
  keyJson: string;
}

/** Hash names whose pieces are kept: every name a caller can invent means 'plain'. */
type Algorithm = 'djb2' | 'sha256' | 'none';

/** One response under way. */
interface Request {
  algorithm: Algorithm;
  hash: HashName;
  options: ClientInitializeOptions;
  appId: unknown;
  entities: { gates: string[]; configs: string[] } | null;
  /** True when results of this response differ from those of a check: nothing may be shared between depths. */
  isForApp: boolean;
  gateValues: Map<string, unknown>;
}

export class ClientResponder {
  private readonly ordered = new Map<string, Named[]>();

  constructor(private readonly evaluator: Evaluator) {}

  /** Throws Interruptions and what a user's values throw. */
  respond(user: User, options: ClientInitializeOptions, facts: ResponseFacts): Uint8Array {
    const request = this.request(options);
    this.begin(user, request);
    const hashUsed = options.hash ?? 'djb2';
    const parts = [
      `"feature_gates":${this.entries(request, SpecKind.Gate)}`,
      `"dynamic_configs":${this.entries(request, SpecKind.Config)}`,
      `"layer_configs":${this.entries(request, SpecKind.Layer)}`,
      '"sdkParams":{},"has_updates":true,"generator":"statsig-node-sdk"',
      `"sdkInfo":{"sdkType":${JSON.stringify(facts.sdkType)},"sdkVersion":${JSON.stringify(facts.sdkVersion)}}`,
      `"time":${JSON.stringify(facts.time)},"evaluated_keys":${evaluatedKeys(user)}`,
      `"hash_used":${JSON.stringify(hashUsed)},"user":${user.json}`,
      ...this.sessionReplay(request),
    ];
    return new TextEncoder().encode(`{${parts.join(',')}}`);
  }

  private request(options: ClientInitializeOptions): Request {
    const { client, usesTargetApp } = this.evaluator.store;
    const name = options.hash ?? 'djb2';
    const key = options.clientKey ?? null;
    const hashedKey = key === null ? '' : djb2(key);
    const appId = key === null ? null : own(client.hashedKeysToAppIds, hashedKey) ?? own(client.keysToAppIds, key) ?? null;
    const entities = key === null ? null : own(client.hashedKeysToEntities, hashedKey) ?? null;
    return {
      algorithm: name === 'djb2' || name === 'sha256' ? name : 'none',
      hash: hashAlgorithm(name),
      options,
      appId,
      entities: entities as Request['entities'],
      isForApp: Boolean(key) && usesTargetApp,
      gateValues: new Map(),
    };
  }

  private begin(user: User, request: Request): void {
    const { nowMs } = request.options;
    if (request.isForApp) this.evaluator.beginForApp(user, nowMs, request.appId ?? undefined);
    else this.evaluator.begin(0, user, nowMs);
  }

  private sessionReplay(request: Request): string[] {
    const info = this.evaluator.store.client.sessionReplay;
    if (info === null) return [];
    const passes = (gate: string) => request.gateValues.get(request.hash(gate)) === true;
    const fields = sessionReplayFields(info, request.options.random, request.hash, passes);
    return fields === '' ? [] : [fields];
  }

  /** Entries in JavaScript property order: array indexes ascending, then the rest as in the store. */
  private named(kind: SpecKind, algorithm: Algorithm, hash: HashName): Named[] {
    const cacheKey = `${kind}:${algorithm}`;
    let list = this.ordered.get(cacheKey);
    if (list === undefined) {
      const all = [...this.evaluator.store.specs[kind].values()].map((spec) => {
        const key = hash(spec.name);
        return { spec, key, keyJson: JSON.stringify(key) };
      });
      const indexes = all.filter(({ key }) => isArrayIndex(key)).sort((a, b) => Number(a.key) - Number(b.key));
      list = [...indexes, ...all.filter(({ key }) => !isArrayIndex(key))];
      this.ordered.set(cacheKey, list);
    }
    return list;
  }

  private entries(request: Request, kind: SpecKind): string {
    const texts: string[] = [];
    let lastKey: string | null = null;
    for (const named of this.named(kind, request.algorithm, request.hash)) {
      if (!isIncluded(named.spec, request)) continue;
      const text = `${named.keyJson}:${this.entry(named, request)}`;
      // Names with equal hashes are neighbours; the later one wins, as in an object.
      if (named.key === lastKey) texts[texts.length - 1] = text;
      else texts.push(text);
      lastKey = named.key;
    }
    return `{${texts.join(',')}}`;
  }

  private entry(named: Named, request: Request): string {
    if (named.spec.kind === SpecKind.Gate) return this.gate(named, request);
    return named.spec.kind === SpecKind.Config ? this.config(named, request) : this.layer(named, request);
  }

  private gate({ spec, key, keyJson }: Named, request: Request): string {
    const override = own(request.options.overrides?.featureGates, spec.name);
    if (override !== undefined) return this.overriddenGate({ spec, key, keyJson }, override, request);
    const result = this.result(spec, request);
    const value = !result.isUnsupported && result.value;
    request.gateValues.set(key, value);
    return `{"name":${keyJson},"value":${value},"rule_id":${JSON.stringify(result.ruleID)},` +
      `"secondary_exposures":${exposures(result.exposures, request)}${idType(spec)}}`;
  }

  private overriddenGate({ spec, key, keyJson }: Named, value: unknown, request: Request): string {
    request.gateValues.set(key, value);
    return `{"name":${keyJson},"value":${JSON.stringify(value) ?? 'null'},"rule_id":"override",` +
      `"secondary_exposures":[]${idType(spec)}}`;
  }

  /** Local overrides count at the top level only when asked for; below it they always do (Q12). */
  private result(spec: Spec, request: Request): Result {
    const { evaluator } = this;
    if (request.options.includeLocalOverrides) {
      const override = evaluator.overrides.find(spec.kind, spec.name, evaluator.user, evaluator.tables);
      if (override !== null) return override;
    }
    return this.fresh(spec, request);
  }

  private fresh(spec: Spec, request: Request): Result {
    const isPlainGate = spec.gateRef !== null && !request.isForApp && !this.evaluator.overrides.has(SpecKind.Gate);
    return isPlainGate ? this.evaluator.named(SpecKind.Gate, spec.name, spec) : this.evaluator.direct(spec);
  }

  private configResult(spec: Spec, request: Request): Result {
    const { overrides } = request.options;
    const asked = spec.kind === SpecKind.Config ? overrides?.dynamicConfigs : overrides?.layers;
    const option = own(asked, spec.name) as { value?: unknown; groupName?: string } | undefined;
    return this.optionOverride(spec, option) ?? this.result(spec, request);
  }

  private optionOverride(spec: Spec, option: { value?: unknown; groupName?: string } | undefined): Result | null {
    if (!option) return null;
    const { groupName } = option;
    const rule = groupName ? spec.rules.find((candidate) => candidate.groupName === groupName) : undefined;
    const value = option.value ?? rule?.returnBox.value;
    if (!value || typeof value !== 'object') return null;
    return this.evaluator.tables.constant({
      value: true, ruleID: 'override', groupName: groupName ?? null, box: new ValueBox(value), reason: 'LocalOverride',
    });
  }

  private config({ spec, keyJson }: Named, request: Request): string {
    const result = this.configResult(spec, request);
    const isExperiment = spec.entity !== 'dynamic_config' && spec.entity !== 'autotune';
    const isShared = isExperiment && spec.hasSharedParams;
    const value = isShared ? this.withLayerDefaults(spec, result) : valueText(result);
    const explicit = result.explicitParameters;
    let text = this.block(keyJson, spec, result, value, request) + group(result.groupName);
    const explicitText = JSON.stringify(isShared ? (spec.explicitParameters ?? []) : explicit);
    if (explicit !== null) text += `,"explicit_parameters":${explicitText}`;
    text += `,"id_type":${JSON.stringify(spec.idType ?? null)}`;
    if (spec.entity === 'dynamic_config') text += `,"passed":${result.value === true}`;
    if (isExperiment) text += this.participation(spec, request);
    if (isShared) text += ',"is_in_layer":true';
    if (isShared && explicit === null) text += `,"explicit_parameters":${explicitText}`;
    return `${text}}`;
  }

  private participation(spec: Spec, request: Request): string {
    return `,"is_user_in_experiment":${this.isAllocated(spec, request)},"is_experiment_active":${spec.isActive}`;
  }

  /** Evaluated from the spec, whatever the overrides say, and without the client key's app (Q9). */
  private isAllocated(spec: Spec, request: Request): boolean {
    if (!request.isForApp) return this.evaluator.direct(spec).isExperimentGroup;
    return this.evaluator.withoutApp(() => this.evaluator.direct(spec).isExperimentGroup);
  }

  private withLayerDefaults(spec: Spec, result: Result): string {
    const { experimentLayers, specs } = this.evaluator.store;
    const layer = specs[SpecKind.Layer].get(experimentLayers.get(spec.name) ?? '');
    const defaults = layer === undefined || !experimentLayers.has(spec.name) ? {} : layer.defaultBox.value;
    const value = result.isUnsupported ? {} : result.box.value;
    return JSON.stringify({ ...(defaults as JsonObject), ...(value as JsonObject) });
  }

  private layer({ spec, keyJson }: Named, request: Request): string {
    const result = this.configResult(spec, request);
    const delegateName = result.configDelegate ?? '';
    const delegate = delegateName === '' ? null : (this.evaluator.store.specs[SpecKind.Config].get(delegateName) ?? null);
    const delegateGroup = delegate === null ? '' : (this.fresh(delegate, request).groupName ?? '');
    let text = this.block(keyJson, spec, result, valueText(result), request);
    if (result.groupName !== null) text += group(delegateGroup === '' ? result.groupName : delegateGroup);
    const explicit = delegateName === '' ? spec.explicitParameters : delegate?.explicitParameters;
    text += `,"explicit_parameters":${JSON.stringify(explicit ?? [])}`;
    if (result.groupName === null && delegateGroup !== '') text += group(delegateGroup);
    if (delegateName !== '') {
      const isAllocated = delegate !== null && this.isAllocated(delegate, request);
      text += `,"allocated_experiment_name":${JSON.stringify(request.hash(delegateName))}` +
        `,"is_experiment_active":${delegate?.isActive ?? false},"is_user_in_experiment":${isAllocated}`;
    }
    return `${text},"undelegated_secondary_exposures":${exposures(result.undelegated, request)}}`;
  }

  /** The fields that configs and layers begin with. */
  private block(keyJson: string, spec: Spec, result: Result, value: string, request: Request): string {
    const rule = JSON.stringify(result.ruleID);
    const isDevice = spec.idType?.toLowerCase() === 'stableid';
    return `{"name":${keyJson},"value":${value},"group":${rule},"rule_id":${rule},"is_device_based":${isDevice},` +
      `"secondary_exposures":${exposures(result.exposures, request)}`;
  }
}

/** Own properties only: names like `constructor` are ordinary. */
function own(map: Record<string, unknown> | undefined, key: string): unknown {
  return map !== undefined && Object.prototype.hasOwnProperty.call(map, key) ? map[key] : undefined;
}

function isIncluded(spec: Spec, { entities, appId }: Request): boolean {
  if (spec.kind === SpecKind.Gate) {
    if (spec.entity === 'segment' || spec.entity === 'holdout') return false;
    if (entities !== null && !entities.gates.includes(spec.name)) return false;
  }
  if (spec.kind === SpecKind.Config && entities !== null && !entities.configs.includes(spec.name)) return false;
  if (appId === null || appId === undefined) return true;
  return ((spec.targetAppIDs ?? []) as unknown[]).includes(appId);
}

/** Keys that JavaScript objects order numerically: canonical integers below 2^32-1. */
function isArrayIndex(key: string): boolean {
  const number = Number(key);
  return number >= 0 && number < 0xffff_ffff && Number.isInteger(number) && String(number) === key;
}

function evaluatedKeys(user: User): string {
  const keys: JsonObject = {};
  const userId = member(user.data, 'userID');
  const customIds = member(user.data, 'customIDs');
  if (userId) keys.userID = userId;
  if (customIds && Object.keys(customIds).length > 0) keys.customIDs = customIds;
  return JSON.stringify(keys);
}

function exposures(list: ExposureList, { algorithm, hash }: Request): string {
  return list.text(algorithm, hash);
}

function valueText(result: Result): string {
  return result.isUnsupported ? '{}' : result.box.text();
}

function idType(spec: Spec): string {
  return spec.idType === undefined ? '' : `,"id_type":${JSON.stringify(spec.idType)}`;
}

function group(name: string | null): string {
  return name === null ? '' : `,"group_name":${JSON.stringify(name)}`;
}
