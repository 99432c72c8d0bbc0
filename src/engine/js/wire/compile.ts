/** Turns a payload into a store. One malformed spec costs only itself; a payload without its parts is rejected. */

import { SpecKind } from '../../engine';
import { JsonObject } from '../js-semantics';
import { ClientFacts, Condition, PassKind, Rule, Spec, Store, ValueBox } from '../store';
import { ConditionCompiler, MalformedSpec } from './conditions';
import { CompiledRule, CompiledSpec, TerminalFacts, TerminalTable } from './ends';
import { Payload, SpecWire, isObject, readPayload, summarise } from './payload';

const MAX_WARNINGS = 100;
const KIND_NAMES = ['gate', 'config', 'layer'] as const;

/** Throws an Error when `root` is no payload. */
export function compileStore(root: JsonObject): Store {
  const summary = summarise(root, 1);
  const payload = readPayload(root, summary.warnings);
  summary.format = payload.format;
  const conditions = new ConditionCompiler(summary, payload.conditions);
  const compiler = new SpecCompiler(conditions, summary.warnings);
  const specs = payload.lists.map((list, kind) => compiler.compileAll(list, kind as SpecKind)) as unknown as Store['specs'];
  link(specs, compiler.delegates, conditions);
  [summary.gates, summary.configs, summary.layers] = specs.map((map) => map.size) as [number, number, number];
  const { sampling_mode: mode, special_case_sampling_rate: special } = summary.sdkConfigs;
  return {
    summary,
    specs,
    experimentLayers: payload.experimentLayers,
    gateRefs: conditions.gateRefs,
    sources: conditions.sources.sources,
    conditionCount: conditions.count,
    appId: root.app_id ?? null,
    usesTargetApp: conditions.usesTargetApp,
    client: clientFacts(payload),
    samplingMode: typeof mode === 'string' ? mode : null,
    specialRate: typeof special === 'number' ? Math.floor(special) : null,
  };
}

function clientFacts({ root }: Payload): ClientFacts {
  const map = (value: unknown) => (isObject(value) ? value : {});
  return {
    hashedKeysToAppIds: map(root.hashed_sdk_keys_to_app_ids),
    keysToAppIds: map(root.sdk_keys_to_app_ids),
    hashedKeysToEntities: map(root.hashed_sdk_keys_to_entities) as ClientFacts['hashedKeysToEntities'],
    sessionReplay: isObject(root.session_replay_info) ? root.session_replay_info : null,
    paramStores: map(root.param_stores),
  };
}

/** Resolves names once every spec is known. */
function link(specs: Store['specs'], delegates: Map<Rule, string>, conditions: ConditionCompiler): void {
  const [gates, configs] = specs;
  for (const ref of conditions.gateRefs.values()) ref.spec = gates.get(ref.name) ?? null;
  for (const [rule, name] of delegates) {
    const delegate = configs.get(name);
    if (delegate === undefined) continue;
    rule.delegate = delegate;
    const end = rule.onDelegate as { explicitParameters: string[] | null };
    end.explicitParameters = delegate.explicitParameters;
  }
}


class SpecCompiler {
  readonly delegates = new Map<Rule, string>();

  constructor(
    private readonly conditions: ConditionCompiler,
    private readonly warnings: string[],
  ) {}

  /** Names in JavaScript property order; of equal names the last wins. */
  compileAll(list: SpecWire[], kind: SpecKind): Map<string, Spec> {
    const byName = Object.create(null) as Record<string, Spec>;
    for (const { name, spec } of list) byName[name] = this.compileOne(kind, name, spec);
    return new Map(Object.entries(byName));
  }

  private compileOne(kind: SpecKind, name: string, wire: unknown): Spec {
    try {
      if (!isObject(wire)) throw new MalformedSpec('it is not an object');
      return this.spec(kind, name, wire, false);
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown reason';
      if (this.warnings.length < MAX_WARNINGS) {
        this.warnings.push(`The ${KIND_NAMES[kind]} ${JSON.stringify(name)} is malformed and disabled: ${reason}.`);
      }
      return this.spec(kind, name, { ...(isObject(wire) ? wire : {}), rules: [] }, true);
    }
  }

  private spec(kind: SpecKind, name: string, wire: JsonObject, isMalformed: boolean): Spec {
    if (!Array.isArray(wire.rules)) throw new MalformedSpec('its rules are no list');
    const facts = specFacts(wire);
    const ends = new TerminalTable();
    const rules = wire.rules.map((rule) => this.rule(rule, wire, facts, ends));
    const fields = {
      kind,
      name,
      gateRef: kind === SpecKind.Gate ? this.conditions.gateRef(name) : null,
      isEnabled: Boolean(wire.enabled),
      isMalformed,
      rules,
      targetingRules: rules.filter((rule) => rule.isTargeting),
      entity: typeof wire.entity === 'string' ? wire.entity : null,
      idType: wire.idType as string | null | undefined,
      isActive: wire.isActive === true,
      hasSharedParams: wire.hasSharedParams === true,
      targetAppIDs: wire.targetAppIDs,
    };
    return new CompiledSpec(fields, facts, ends);
  }

  private rule(wire: unknown, spec: JsonObject, facts: TerminalFacts, ends: TerminalTable): Rule {
    if (!isObject(wire)) throw new MalformedSpec('a rule is not an object');
    const id = textOf(wire.id);
    const groupName = wire.groupName === undefined || wire.groupName === null ? null : String(wire.groupName);
    const samplingRate = rateOf(wire.samplingRate);
    const returnBox = boxOf(wire.returnValue);
    const delegate = wire.configDelegate ?? null;
    const pass = wire.passPercentage;
    const passKind = pass === 0 ? PassKind.Never : pass === 100 ? PassKind.Always : PassKind.Bucket;
    const fields = {
      id,
      groupName,
      returnBox,
      conditions: this.ruleConditions(wire.conditions),
      isTargeting: id === 'inlineTargetingRules' || id === 'targetingGate',
      samplingRate,
      passKind,
      passBelow: (pass as number) * 100,
      prefix: `${String(spec.salt)}.${String(wire.salt ?? wire.id)}.`,
      unit: this.conditions.sources.unit(wire.idType).id,
      delegate: null as Spec | null,
      onDelegate: delegate === null ? null : ends.delegate({ ...facts, configDelegate: String(delegate) }),
    };
    const rule = new CompiledRule(fields, Boolean(wire.isExperimentGroup), facts, ends);
    if (delegate !== null) this.delegates.set(rule, String(delegate));
    return rule;
  }

  private ruleConditions(list: unknown): Condition[] {
    if (list === undefined || list === null) return [];
    if (!Array.isArray(list)) throw new MalformedSpec('the conditions of a rule are no list');
    const compiled: Condition[] = [];
    for (const wire of list) {
      const condition = this.conditions.compile(wire);
      if (condition !== null) compiled.push(condition);
    }
    return compiled;
  }
}

/** The end of a spec in which nothing passes. */
function specFacts(wire: JsonObject): TerminalFacts {
  const { explicitParameters, version } = wire;
  return {
    value: false,
    isUnsupported: false,
    ruleID: '',
    groupName: null,
    idType: typeof wire.idType === 'string' ? wire.idType : null,
    box: boxOf(wire.defaultValue),
    explicitParameters: Array.isArray(explicitParameters) ? (explicitParameters as string[]) : null,
    version: typeof version === 'number' || typeof version === 'string' ? version : null,
    isExperimentGroup: false,
    forwardAll: Boolean(wire.forwardAllExposures),
    configDelegate: null,
  };
}

function boxOf(value: unknown): ValueBox {
  return new ValueBox(value === undefined || typeof value === 'boolean' ? {} : value);
}

function textOf(value: unknown): string {
  return value === undefined || value === null ? '' : String(value);
}

/** Anything but a number cannot be divided by, and fails the sampling decision as in statsig-node. */
function rateOf(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'number' ? value : NaN;
}
