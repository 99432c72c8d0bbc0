/**
 * What only dcs-v2 has: specs that stand in for others (NEWER.md 6), layers that take parameters
 * from every rule that passes (7), groups of experiments as conditions (8) and contextual autotunes
 * (9). Mirrors `eval/newer.rs`.
 */

import { type Choice, EXPERIMENT_KIND, type LookupKind, SpecKind } from '../../engine';
import { bucket } from '../hashing';
import { type JsonObject, isObject } from '../js-semantics';
import { type ExposureList, Found, Seen, FoundAt, type Tables } from '../outcome';
import type {
  GateRef,
  Condition,
  Rule,
  Spec,
  Autotune,
  AutotuneGroup,
  Mapping,
  NewerSpecs,
  Score,
  Store,
} from '../store';
import { NO_SPEC, type ShownSpec } from '../shown-spec';
import { ValueBox } from '../value-box';
import { type EvalContext, TOO_DEEP } from './context';
import { Random } from './random';
import { unitText } from './operands';
import { Met, type Tracking, noTracking } from './tracking';

/** Contexts of one evaluation: mappings that were tried and experiments that were looked into. */
const MAX_CONTEXTS = 10_000;
const PASS_BUCKETS = 10_000;

/** What the rules of a layer gave so far. */
interface Merge {
  full: ExposureList;
  undelegated: ExposureList;
  /** Exposures of a delegate that came too late, for the next rule. */
  late: ExposureList | null;
  seen: Seen;
  taken: Found | null;
  takenBy: Rule | null;
  /** Rules without delegate that passed. */
  plain: Rule[];
  value: boolean;
}

/** What this needs of the evaluation that it is part of. */
export interface NewerHost extends EvalContext {
  readonly store: Store;
  readonly tables: Tables;
  readonly nowMs: number;
  holdsUntil: number;
  experimentGroup: string | null;
  serial: number;
  lasting: number;
  lastSerial: number;
  enter(): void;
  leave(): void;
  named(kind: LookupKind, name: string, spec: Spec | null): Found;
  lookUp(kind: LookupKind, name: string): Found;
  nestedGate(gate: GateRef): Found;
  rule(rule: Rule, tracking: Tracking): Met;
  passes(rule: Rule): boolean;
  bucketed(number: number, unit: string): void;
  chose(autotune: Autotune, group: AutotuneGroup, how: Choice): void;
  value(operand: number): unknown;
}

/** See the head of this file. */
export class NewerEvaluation {
  random = new Random(0);
  /** Experiments whose group was asked for, each once, to be exposed along with the answer. */
  readonly references = new Map<string, Found>();
  /**
   * How often one was: an answer that depends on them is not remembered, or they would not be
   * exposed again.
   */
  asked = 0;
  /** What is on its way here, so that nothing comes back to itself. */
  private path: string[] = [];
  private contexts = 0;

  constructor(private readonly host: NewerHost) {}

  /** For the next spec. */
  clear(): void {
    if (this.contexts === 0 && this.asked === 0) return;
    this.references.clear();
    this.path = [];
    this.contexts = 0;
    this.asked = 0;
  }

  /** What stands in for a name, or null. */
  found(kind: LookupKind, name: string, newer: NewerSpecs): Found | null {
    const mappings = newer.mappings.get(kind)?.get(name);
    if (mappings !== undefined) {
      const found = this.mapped(kind, name, mappings);
      if (found !== null) return found;
    }
    const autotune = kind === EXPERIMENT_KIND ? newer.autotunes.get(name) : undefined;
    return autotune === undefined ? null : this.autotune(autotune);
  }

  /**
   * Runs what must not come back to itself; what is remembered meanwhile holds on this way only.
   */
  private within<T>(way: string, task: () => T): T {
    const { host } = this;
    if (++this.contexts > MAX_CONTEXTS) throw TOO_DEEP;
    host.enter();
    this.path.push(way);
    const { serial, lasting } = host;
    host.serial = host.lasting = ++host.lastSerial;
    const result = task();
    host.serial = serial;
    host.lasting = lasting;
    this.path.pop();
    host.leave();
    return result;
  }

  private mapped(kind: LookupKind, name: string, mappings: readonly Mapping[]): Found | null {
    const way = `${kind}${name}`;
    return this.path.includes(way)
      ? null
      : this.within(way, () => this.standIn(kind, mappings, way));
  }

  private standIn(kind: LookupKind, mappings: readonly Mapping[], way: string): Found | null {
    for (const { target, rules } of mappings) {
      for (const { from, rule } of rules) {
        if (!this.holdsFrom(from) || !this.letsIn(rule)) continue;
        const found = this.host.lookUp(kind, target);
        if (found.at.reason === 'Unrecognized') break;
        return found.derived(
          found.mapped ?? target,
          found.also,
          `${way}>${target}`,
          found.base ?? this.shown(kind, target),
        );
      }
    }
    return null;
  }

  /** What stands in as `target`, whatever answers for it. */
  private shown(kind: LookupKind, target: string): ShownSpec {
    const { specs, newer } = this.host.store;
    const isExperiment = kind === EXPERIMENT_KIND;
    const autotune = isExperiment ? newer?.autotunes.get(target) : undefined;
    const shown = autotune?.onPrestart.shown;
    return shown ?? specs[isExperiment ? SpecKind.Config : kind].get(target) ?? NO_SPEC;
  }

  private holdsFrom(time: number): boolean {
    const { host } = this;
    if (time <= host.nowMs) return true;
    host.holdsUntil = Math.min(host.holdsUntil, time);
    return false;
  }

  private letsIn(rule: Rule): boolean {
    return this.host.rule(rule, noTracking(this.host.tables)) === Met.Yes && this.host.passes(rule);
  }

  /** NEWER.md 7. */
  merged(spec: Spec, rules: readonly Rule[]): Found {
    const { host } = this;
    const { tables } = host;
    const merge: Merge = {
      full: tables.empty,
      undelegated: tables.empty,
      late: null,
      seen: Seen.Inherited,
      taken: null,
      takenBy: null,
      plain: [],
      value: false,
    };
    for (const rule of rules) {
      const met = this.tested(rule, merge);
      if (met === Met.Unsupported)
        return tables.found(spec.onUnsupported, tables.empty, undefined, Seen.No);
      if (met === Met.No || !host.passes(rule)) continue;
      if (rule.delegate === null) {
        merge.plain.push(rule);
        merge.value = true;
      } else if (!this.mergeDelegate(rule, rule.delegate, merge)) {
        return tables.found(spec.onUnsupported, tables.empty, undefined, Seen.No);
      }
    }
    return this.mergedFound(spec, merge);
  }

  /** The conditions of a rule; what they expose goes to both lists. */
  private tested(rule: Rule, merge: Merge): Met {
    const tracking: Tracking = {
      ...noTracking(this.host.tables),
      list: merge.late ?? this.host.tables.empty,
      seen: merge.seen,
    };
    merge.late = null;
    const met = this.host.rule(rule, tracking);
    merge.full = merge.full.concat(tracking.list);
    merge.undelegated = merge.undelegated.concat(tracking.list);
    merge.seen = tracking.seen;
    return met;
  }

  /**
   * Takes the parameters of a delegate, if it is the first to give any. False when it is
   * unsupported, also when it comes too late.
   */
  private mergeDelegate(rule: Rule, delegate: Spec, merge: Merge): boolean {
    this.host.enter();
    const found = this.host.named(EXPERIMENT_KIND, delegate.name, delegate);
    this.host.leave();
    if (found.isUnsupported) return false;
    if (merge.taken !== null || merge.plain.length > 0) {
      merge.late = found.exposures;
      return true;
    }
    merge.full = merge.full.concat(found.exposures);
    merge.taken = found;
    merge.takenBy = rule;
    merge.value = found.value;
    return true;
  }

  private mergedFound(spec: Spec, merge: Merge): Found {
    const { tables } = this.host;
    const { full, undelegated, taken, takenBy, plain, seen, value } = merge;
    const rules = plain.map((rule) => spec.rules.indexOf(rule)).join();
    const from = takenBy === null ? '' : `${spec.rules.indexOf(takenBy)}.${taken?.id}`;
    const key = `${spec.name}|${from}|${rules}|${full.id}|${undelegated.id}|${seen}`;
    let found = tables.merged.get(key);
    if (found === undefined) {
      const at = mergedAt(spec, merge, value);
      const way = { exposures: full, undelegated, rate: undefined, seen };
      found = new Found(tables, tables.claim(), at, way);
      tables.merged.set(key, found);
    }
    return found;
  }

  /** NEWER.md 8. */
  experimentGroup(condition: Condition): boolean {
    const { host } = this;
    const group = condition.experiment === null ? null : this.groupIn(condition.experiment);
    host.experimentGroup = group;
    return condition.test(host);
  }

  private groupIn(experiment: string): string | null {
    this.asked++;
    const way = `g${experiment}`;
    if (this.path.includes(way)) return null;
    const found = this.within(way, () => this.host.lookUp(EXPERIMENT_KIND, experiment));
    if (!this.references.has(experiment)) this.references.set(experiment, found);
    return found.at.groupName;
  }

  /** NEWER.md 9. */
  private autotune(autotune: Autotune): Found {
    const { tables } = this.host;
    let list = tables.empty;
    let mapped: string | null = null;
    const { gate } = autotune;
    const foundAt = (at: FoundAt): Found => {
      const found = tables.found(at, list, undefined, Seen.No);
      return mapped === null ? found : found.derived(mapped, []);
    };
    if (!autotune.runs) return foundAt(autotune.onPrestart);
    if (gate !== null) {
      const found = this.host.nestedGate(gate);
      if (found.isUnsupported) return foundAt(autotune.onUnsupported);
      list = list.concat(found.exposures);
      if (!gate.name.startsWith('segment:'))
        list = list.joinEntry(tables.entry(gate.name, String(found.value), found.at.ruleID));
      ({ mapped } = found);
      if (!found.value) return foundAt(autotune.onNotTargeted);
    }
    return foundAt(this.chosen(autotune));
  }

  private chosen(autotune: Autotune): FoundAt {
    const unit = unitText(this.host, autotune.unit);
    const at = bucket(autotune.prefix, unit, PASS_BUCKETS);
    this.host.bucketed(at, unit);
    const [group, how] = this.choice(autotune, at);
    this.host.chose(autotune, group, how);
    return how === 'even' || how === 'explored' ? group.onExplored : group.onBest;
  }

  private choice(autotune: Autotune, at: number): [AutotuneGroup, Choice] {
    const { groups } = autotune;
    const within = (share: number): AutotuneGroup =>
      groups[Math.min(Math.floor(share), groups.length - 1)]!;
    if (!autotune.hasConfig) return [within((at * groups.length) / PASS_BUCKETS), 'even'];
    if (at < autotune.exploresBelow) return [this.explored(groups), 'explored'];
    const best = this.best(autotune);
    return best === null ? [within(this.draw() * groups.length), 'drawn'] : [best, 'best'];
  }

  /** What depends on a draw holds for this once. */
  private draw(): number {
    this.host.holdsUntil = -Infinity;
    return this.random.draw();
  }

  private explored(groups: readonly AutotuneGroup[]): AutotuneGroup {
    const total = groups.reduce((sum, { weight }) => sum + weight, 0);
    let left = this.draw() * total;
    for (const group of groups) {
      left -= group.weight;
      if (left < 0) return group;
    }
    return groups[groups.length - 1]!;
  }

  /** The group with the best score that is finite; the earlier of equal ones. */
  private best({ groups, higherIsBetter }: Autotune): AutotuneGroup | null {
    let best: AutotuneGroup | null = null;
    let highest = 0;
    for (const group of groups) {
      const score = this.scoreOf(group);
      if (!Number.isFinite(score)) continue;
      if (best !== null && !(higherIsBetter ? score > highest : score < highest)) continue;
      best = group;
      highest = score;
    }
    return best;
  }

  /** What the user gives a group; NaN for one without a score. */
  scoreOf({ score }: AutotuneGroup): number {
    return score === null ? NaN : this.score(score);
  }

  private score({ base, texts, numbers }: Score): number {
    let sum = base;
    for (const [operand, text, weight] of texts) {
      const value = this.host.value(operand);
      const isScalar =
        typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
      if (isScalar && String(value) === text) sum += weight;
    }
    for (const [operand, weight] of numbers) {
      const value = this.host.value(operand);
      if (typeof value === 'number') sum += weight * value;
    }
    return sum;
  }
}

/** Of a parameter that several rules give the first one counts, and the default at last. */
function mergedAt(spec: Spec, { taken, takenBy, plain }: Merge, value: boolean): FoundAt {
  const values: JsonObject = {};
  const rules: Record<string, string> = {};
  const add = (box: ValueBox, rule: string): void => {
    if (!isObject(box.value)) return;
    for (const [key, entry] of Object.entries(box.value)) {
      if (Object.prototype.hasOwnProperty.call(values, key)) continue;
      setOwn(values, key, entry);
      setOwn(rules, key, rule);
    }
  };
  if (taken !== null && takenBy !== null) add(taken.at.box, takenBy.id);
  for (const rule of plain) add(rule.returnBox, rule.id);
  add(spec.defaultBox, 'default');
  const { delegate } = takenBy ?? {};
  return new FoundAt({
    ...spec.onDefault,
    value,
    box: new ValueBox(values),
    ruleID: takenBy?.id ?? 'default',
    groupName: taken?.at.groupName ?? null,
    isExperimentGroup: takenBy?.onPass.isExperimentGroup ?? false,
    // Only a delegate has any.
    explicitParameters: delegate?.explicitParameters ?? null,
    ...(delegate ? { configDelegate: delegate.name } : {}),
    parameterRuleIDs: rules,
  });
}

/** Also where the name is one that objects inherit. */
function setOwn(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
