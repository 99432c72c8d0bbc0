/**
 * Compiles what only dcs-v2 has: config mapping (NEWER.md 6) and contextual autotunes (9). What is
 * broken is left out.
 */

import { EXPERIMENT_KIND, type LookupKind, SpecKind } from '../../engine';
import { type JsonObject, isObject, member, textOf } from '../js-semantics';
import { midstate } from '../sha256';
import type { Rule, AutotuneGroup, Autotune, Mapping, NewerSpecs, Score } from '../store';
import { FoundAt, type FoundFacts } from '../outcome';
import { type ConditionCompiler, MalformedSpec } from './conditions';
import { CompiledSpec, boxOf, specFacts, type RuleMaker } from './compiled-spec';
import type { Needs, Screen } from './screen';

/** The kinds that a name is mapped as, and where the salt of what is asked for stands. */
const MAPPED = [
  [SpecKind.Gate, 'feature_gates'],
  [SpecKind.Config, 'dynamic_configs'],
  [SpecKind.Layer, 'layer_configs'],
  [EXPERIMENT_KIND, 'dynamic_configs'],
] as const;

const EXPLORED = ':explore';

export class NewerCompiler {
  private readonly told = new Set<string>();

  constructor(
    private readonly maker: RuleMaker & { readonly conditions: ConditionCompiler },
    private readonly screen: Screen,
    private readonly needs: Needs,
  ) {}

  /** Null when the payload has none of it. */
  compile(root: JsonObject): NewerSpecs | null {
    const { overrides, cmab_configs: autotunes } = root;
    if (!this.maker.dialect.knowsNewer || (!isObject(overrides) && !isObject(autotunes)))
      return null;
    const known = this.autotunes(isObject(autotunes) ? autotunes : {});
    const mappings = new Map<LookupKind, Map<string, Mapping[]>>();
    for (const [kind, list] of MAPPED)
      mappings.set(kind, this.mappings(root, isObject(overrides) ? overrides : {}, list));
    return { mappings, autotunes: known };
  }

  private mappings(root: JsonObject, overrides: JsonObject, list: string): Map<string, Mapping[]> {
    const byName = new Map<string, Mapping[]>();
    for (const [name, mappings] of Object.entries(overrides)) {
      if (!Array.isArray(mappings)) continue;
      const salt = member(own(root[list], name), 'salt') ?? '';
      const compiled: Mapping[] = [];
      for (const mapping of mappings) {
        if (!isObject(mapping) || typeof mapping.new_config_name !== 'string') continue;
        compiled.push({
          target: mapping.new_config_name,
          rules: this.mappingRules(root.override_rules, mapping.rules, salt),
        });
      }
      if (compiled.length > 0) byName.set(name, compiled);
    }
    return byName;
  }

  private mappingRules(
    known: unknown,
    list: unknown,
    salt: unknown,
  ): { from: number; rule: Rule }[] {
    const rules: { from: number; rule: Rule }[] = [];
    for (const entry of Array.isArray(list) ? list : []) {
      if (!isObject(entry) || typeof entry.rule_name !== 'string') continue;
      const wire = own(known, entry.rule_name);
      const rule = isObject(wire) ? this.mappingRule(entry.rule_name, wire, salt) : null;
      if (rule !== null)
        rules.push({ from: typeof entry.start_time === 'number' ? entry.start_time : 0, rule });
    }
    return rules;
  }

  private mappingRule(name: string, wire: JsonObject, salt: unknown): Rule | null {
    try {
      this.screen.isPlain({ rules: [wire] });
      const unknown = this.screen.takeUnknown();
      const rule = this.maker.rule(wire, salt, specFacts({}, this.maker.dialect));
      if (unknown !== '') this.tellOnce(name, `uses ${unknown}, which is not supported`);
      return rule;
    } catch (error) {
      if (!(error instanceof MalformedSpec)) throw error;
      this.tellOnce(name, `was left out: ${error.message}`);
      return null;
    }
  }

  private tellOnce(name: string, what: string): void {
    if (this.told.has(name)) return;
    this.told.add(name);
    this.needs.warn(`The override rule ${JSON.stringify(name)} ${what}.`);
  }

  private autotunes(map: JsonObject): Map<string, Autotune> {
    const byName = new Map<string, Autotune>();
    for (const [name, wire] of Object.entries(map)) {
      const problem = problemOf(wire);
      if (problem === null) byName.set(name, this.autotune(name, wire as JsonObject));
      else
        this.needs.warn(
          `The contextual autotune ${JSON.stringify(name)} was left out: ${problem}.`,
        );
    }
    return byName;
  }

  private autotune(name: string, wire: JsonObject): Autotune {
    const groups = wire.groups as JsonObject[];
    const { targetingGateName: gate, sampleRate } = wire;
    this.needs.noteNames(wire);
    const learned = isObject(wire.config) ? wire.config : null;
    const known = { ...wire, rules: [], explicitParameters: null, entity: 'autotune' };
    const own = specFacts(known, this.maker.dialect);
    const isActive = Boolean(wire.enabled);
    const shown = { ...own.shown!, isActive, hasSharedParams: false, isAutotune: true };
    const facts = { ...own, value: false, shown };
    const unanswered = { ...facts, idType: null, reason: 'Unsupported' as const, box: boxOf({}) };
    return {
      listed: new ListedAutotune(
        SpecKind.Config,
        name,
        { wire: known, isMalformed: false },
        this.maker,
      ),
      runs: Boolean(wire.enabled) && groups.length > 0,
      gate: typeof gate === 'string' ? this.maker.conditions.gateRef(gate) : null,
      prefix: midstate(`${textOf(wire.salt)}.`),
      unit: this.maker.conditions.operands.unit(wire.idType).id,
      exploresBelow: (typeof sampleRate === 'number' ? sampleRate : 0) * 10_000,
      higherIsBetter: Boolean(wire.higherIsBetter),
      hasConfig: learned !== null,
      groups: groups.map((group) => this.group(group, learned, facts)),
      onPrestart: new FoundAt({ ...facts, ruleID: 'prestart' }),
      onNotTargeted: new FoundAt({ ...facts, ruleID: 'inlineTargetingRules' }),
      onUnsupported: new FoundAt(unanswered),
    };
  }

  private group(wire: JsonObject, learned: JsonObject | null, facts: FoundFacts): AutotuneGroup {
    const id = textOf(wire.id);
    const groupName = wire.name === undefined || wire.name === null ? null : textOf(wire.name);
    const at = { ...facts, value: true, box: boxOf(wire.parameterValues), groupName };
    const known = own(learned, id);
    const texts = member(known, 'weightsCategorical');
    const numbers = member(known, 'weightsNumerical');
    const hasWeights = [texts, numbers].some((map) => isObject(map) && Object.keys(map).length > 0);
    return {
      weight: known === undefined ? 1 : 1 / (Math.max(numberIn(known, 'records'), 0) + 1),
      score: hasWeights ? this.score(known, texts, numbers) : null,
      onBest: new FoundAt({ ...at, ruleID: id }),
      onExplored: new FoundAt({ ...at, ruleID: `${id}${EXPLORED}` }),
    };
  }

  private score(known: unknown, texts: unknown, numbers: unknown): Score {
    const score = {
      base: numberIn(known, 'intercept') + numberIn(known, 'alpha'),
      texts: [] as [number, string, number][],
      numbers: [] as [number, number][],
    };
    for (const [field, weights] of Object.entries(isObject(texts) ? texts : {})) {
      const source = this.field(field);
      for (const [text, weight] of Object.entries(isObject(weights) ? weights : {})) {
        if (typeof weight === 'number') score.texts.push([source, text, weight]);
      }
    }
    for (const [field, weight] of Object.entries(isObject(numbers) ? numbers : {})) {
      if (typeof weight === 'number') score.numbers.push([this.field(field), weight]);
    }
    return score;
  }

  private field(field: string): number {
    this.needs.noteNames({ field });
    return this.maker.conditions.operands.field(field).id;
  }
}

/** What keeps an autotune from serving. */
function problemOf(wire: unknown): string | null {
  if (!isObject(wire)) return 'not an object';
  if (!Array.isArray(wire.groups)) return '`groups` is not an array';
  return wire.groups.every(isObject) ? null : 'a group is not an object';
}

/** An autotune as a spec, without rules. */
class ListedAutotune extends CompiledSpec {
  override get isAutotune(): boolean {
    return true;
  }
}

function own(map: unknown, name: string): unknown {
  return isObject(map) && Object.prototype.hasOwnProperty.call(map, name) ? map[name] : undefined;
}

function numberIn(value: unknown, key: string): number {
  const number = member(value, key);
  return typeof number === 'number' ? number : 0;
}
