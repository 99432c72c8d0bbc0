/**
 * Turns a payload into a store, rules left for later. One malformed spec costs only itself; a
 * payload without its parts is rejected.
 */

import { SpecKind } from '../../engine';
import type { Dialect } from '../dialect';
import { isObject, numberOf, textOf, withoutMethods } from '../js-semantics';
import {
  type ClientFacts,
  type Condition,
  PassKind,
  type Rule,
  type Spec,
  type Store,
} from '../store';
import type { FoundFacts } from '../outcome';
import type { Steps } from '../turns';
import { ConditionCompiler, MalformedSpec, within } from './conditions';
import { CompiledRule, CompiledSpec, type RuleMaker, boxOf, specFacts } from './compiled-spec';
import { NewerCompiler } from './newer';
import {
  KIND_NAMES,
  NestedTooDeep,
  type Parsed,
  type Payload,
  type SpecWire,
  measure,
  readPayload,
  summarise,
} from './payload';
import { Needs, Screen } from './screen';

/** Specs looked at in a step: about 1 ms, a few while nothing is optimised yet. */
const SPECS_AT_ONCE = 256;

/** Members of which the screen looks at every element; without lists, at a few. */
const SCREENED: ReadonlySet<string> = new Set([
  'feature_gates',
  'dynamic_configs',
  'layer_configs',
]);

/** Throws an Error when `root` is no payload. */
export function* compileStore({ root, isMeasured }: Parsed): Steps<Store> {
  const summary = summarise(root);
  const payload = readPayload(root, summary.warnings);
  if (!isMeasured) measure(root, SCREENED);
  const { dialect, conditions } = payload;
  const needs = new Needs(summary);
  const rules = new RuleCompiler(dialect, new ConditionCompiler(needs, dialect, conditions));
  const compiler = new SpecCompiler(
    rules,
    new Screen(needs, conditions, isMeasured, dialect.knowsNewer),
    needs,
  );
  const [gates, configs, layers] = payload.lists;
  const specs = [
    yield* compiler.compileAll(gates, SpecKind.Gate),
    yield* compiler.compileAll(configs, SpecKind.Config),
    yield* compiler.compileAll(layers, SpecKind.Layer),
  ] as const;
  rules.link(specs);
  const newer = new NewerCompiler(rules, compiler.screen, needs).compile(root);
  needs.finish();
  [summary.gates, summary.configs, summary.layers] = specs.map((map) => map.size) as [
    number,
    number,
    number,
  ];
  const { sampling_mode: mode, special_case_sampling_rate: special } = summary.sdkConfigs;
  return {
    summary,
    dialect,
    specs,
    newer,
    experimentLayers: payload.experimentLayers,
    operands: rules.conditions.operands.operands,
    appId: withoutMethods(root.app_id ?? null),
    usesTargetApp: needs.usesTargetApp,
    client: clientFacts(payload),
    samplingMode: typeof mode === 'string' ? mode : null,
    specialRate: typeof special === 'number' ? Math.floor(special) : null,
  };
}

function clientFacts({ root }: Payload): ClientFacts {
  const mapOrNull = (value: unknown) => (isObject(value) ? value : null);
  const map = (value: unknown) => mapOrNull(value) ?? {};
  return {
    hashedKeysToAppIds: mapOrNull(root.hashed_sdk_keys_to_app_ids),
    keysToAppIds: mapOrNull(root.sdk_keys_to_app_ids),
    hashedKeysToEntities: map(root.hashed_sdk_keys_to_entities),
    sessionReplay: root.session_replay_info ?? null,
    paramStores: map(root.param_stores),
  };
}

class SpecCompiler {
  constructor(
    private readonly maker: RuleCompiler,
    readonly screen: Screen,
    private readonly needs: Needs,
  ) {}

  /** Names in JavaScript property order; of equal names the last wins. */
  *compileAll(list: SpecWire[], kind: SpecKind): Steps<Map<string, Spec>> {
    const byName = new Map<string, Spec>();
    let isInOrder = true;
    let seen = 0;
    for (const [name, spec] of this.lastOfEachName(list)) {
      byName.set(name, this.compileOne(kind, name, spec));
      if (startsWithDigit(name)) isInOrder = false;
      if (++seen % SPECS_AT_ONCE === 0) yield;
    }
    return isInOrder ? byName : inPropertyOrder(byName);
  }

  /** Each in the place of the first of its name; of the others only their depth counts. */
  private lastOfEachName(list: SpecWire[]): Map<string, unknown> {
    const specs = new Map(list.map(({ name, spec }) => [name, spec]));
    if (specs.size < list.length) {
      for (const { name, spec } of list) if (specs.get(name) !== spec) this.screen.doubt(spec);
    }
    return specs;
  }

  private compileOne(kind: SpecKind, name: string, wire: unknown): Spec {
    try {
      const isPlain = isObject(wire) ? this.screen.isPlain(wire) : this.screen.doubt(wire);
      const unknown = this.screen.takeUnknown();
      if (!isObject(wire) || !Array.isArray(wire.rules))
        throw new MalformedSpec('`rules` is not an array');
      const { rules, salt } = wire;
      // What might not compile is tried now, so that a malformed spec is known before it serves.
      if (!isPlain) this.maker.rules(rules, salt, specFacts(wire, this.maker.dialect));
      if (unknown !== '') this.warn(kind, name, `uses ${unknown}, which is not supported`);
      return new CompiledSpec(kind, name, { wire, isMalformed: false }, this.maker);
    } catch (error) {
      if (error instanceof NestedTooDeep) throw error;
      const reason = error instanceof Error ? error.message : 'unknown reason';
      this.warn(kind, name, `was disabled: ${reason}`);
      const withoutRules = { ...(isObject(wire) ? wire : {}), rules: [] };
      const content = { wire: withoutRules, isMalformed: true };
      return new CompiledSpec(kind, name, content, this.maker);
    }
  }

  private warn(kind: SpecKind, name: string, what: string): void {
    this.needs.warn(`The ${KIND_NAMES[kind]} ${JSON.stringify(name)} ${what}.`);
  }
}

/** Objects put keys that are integers first, whatever the order in the text. */
function inPropertyOrder<T>(byName: Map<string, T>): Map<string, T> {
  const object: Record<string, T> = Object.create(null);
  for (const [name, value] of byName) object[name] = value;
  return new Map(Object.entries(object));
}

function startsWithDigit(name: string): boolean {
  const first = name.charCodeAt(0);
  return first >= 0x30 && first <= 0x39;
}

class RuleCompiler implements RuleMaker {
  private configs: ReadonlyMap<string, Spec> | null = null;

  constructor(
    readonly dialect: Dialect,
    readonly conditions: ConditionCompiler,
  ) {}

  /** Resolves the names of specs, once all are known. */
  link([gates, configs]: Store['specs']): void {
    this.conditions.link(gates);
    this.configs = configs;
  }

  rules(rules: unknown[], salt: unknown, facts: FoundFacts): Rule[] {
    return rules.map((rule, at) => within(`rule ${at}`, () => this.rule(rule, salt, facts)));
  }

  rule(wire: unknown, specSalt: unknown, facts: FoundFacts): Rule {
    if (!isObject(wire)) throw new MalformedSpec('not an object');
    const id = textOrNull(wire.id) ?? '';
    const pass = wire.passPercentage;
    const delegateName = wire.configDelegate ? textOf(wire.configDelegate) : null;
    const fields = {
      id,
      groupName: textOrNull(wire.groupName),
      returnBox: boxOf(wire.returnValue),
      says: this.dialect.says(wire.returnValue),
      conditions: this.ruleConditions(wire.conditions),
      isTargeting: id === 'inlineTargetingRules' || id === 'targetingGate',
      samplingRate: wire.samplingRate ?? undefined,
      passKind: pass === 0 ? PassKind.Never : pass === 100 ? PassKind.Always : PassKind.Bucket,
      passBelow: numberOf(pass) * 100,
      prefix: `${textOf(specSalt)}.${textOf(wire.salt ?? wire.id)}.`,
      unit: this.conditions.operands.unit(wire.idType).id,
      delegate: delegateName === null ? null : (this.configs?.get(delegateName) ?? null),
      isExperimentGroup: Boolean(wire.isExperimentGroup),
      idType: typeof wire.idType === 'string' ? wire.idType : '',
    };
    return new CompiledRule(fields, facts);
  }

  private ruleConditions(list: unknown): Condition[] {
    if (list === undefined || list === null) return [];
    if (!Array.isArray(list)) throw new MalformedSpec('`conditions` is not an array');
    const compiled: Condition[] = [];
    for (const [at, wire] of list.entries()) {
      const condition = within(`condition ${at}`, () => this.conditions.compile(wire));
      if (condition !== null) compiled.push(condition);
    }
    return compiled;
  }
}

function textOrNull(value: unknown): string | null {
  return value === undefined || value === null ? null : textOf(value);
}
