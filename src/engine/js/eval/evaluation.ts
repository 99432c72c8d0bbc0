/**
 * Specs and rules (BEHAVIOUR.md 3.2–3.7, 3.13, 3.14). Pure: what it knows about the world is set
 * before each call, and what it finds is a `Found`. Throws an `Interruption` when it cannot
 * finish, and whatever JavaScript throws when a user's value cannot be converted.
 */

import { type Choice, EXPERIMENT_KIND, type LookupKind, SpecKind } from '../../engine';
import { bucket } from '../hashing';
import type { IdList } from '../id-list';
import type { IpTable } from '../lookup/ip';
import { type ExposureList, INHERITED_RATE, type Found, Seen, type Tables } from '../outcome';
import { Overrides } from '../overrides';
import {
  type Autotune,
  type AutotuneGroup,
  type Condition,
  ConditionKind,
  type GateRef,
  PassKind,
  type Rule,
  type Spec,
  type Store,
  type Operand,
} from '../store';
import { ValueBox } from '../value-box';
import type { User } from '../user';
import { type EvalContext, TOO_DEEP } from './context';
import { NewerEvaluation } from './newer';
import { type Scratch, ScratchPool } from './scratch';
import { unitText } from './operands';
import { Met, type Tracking, ended, holdsUntil, noTracking } from './tracking';

/** Nested gates and delegates below the spec that was asked for. */
const MAX_DEPTH = 300;
const PASS_BUCKETS = 10_000;

const NO_BOX = new ValueBox({});

const noResults = () =>
  [new Map<string, Found>(), new Map<string, Found>(), new Map<string, Found>()] as const;

const NO_OVERRIDES = new Overrides({ gates: {}, configs: {}, layers: {} });

export class Evaluation implements EvalContext {
  ipTable: IpTable | null = null;
  readsMapped = false;
  overrides = NO_OVERRIDES;
  readonly idLists = new Map<string, IdList>();
  user!: User;
  nowMs = -Infinity;
  /**
   * Until when what was found holds, ms: Infinity = for good, anything else = it depended on
   * `nowMs`.
   */
  holdsUntil = Infinity;
  /** Version of everything that answers depend on besides the user. */
  answers = 0;

  /** See `EvalContext`. */
  experimentGroup: string | null = null;
  readonly newer = new NewerEvaluation(this);
  /**
   * What memos of gates carry that depend on the time: they hold for this evaluation, or for a part
   * of it.
   */
  serial = 0;
  /** What those carry that last: 0, but where they hold for a part of this evaluation only. */
  lasting = 0;
  lastSerial = 0;

  private scratch!: Scratch;
  private deepest = 0;
  private depth = 0;
  private appAtTop: unknown = null;
  private appBelow: unknown = null;
  /**
   * Answers for names that no spec has, by kind; bounded by the engine's bound on unknown names and
   * the payload.
   */
  private unrecognized = noResults();
  private readonly pool = new ScratchPool();

  constructor(
    readonly store: Store,
    public tables: Tables,
  ) {}

  /** Takes over what outlives a payload. */
  inherit(previous: Evaluation): void {
    this.ipTable = previous.ipTable;
    this.readsMapped = previous.readsMapped;
    this.overrides = previous.overrides;
    for (const [name, list] of previous.idLists) this.idLists.set(name, list);
    this.answers = previous.answers + 1;
    this.newer.random = previous.newer.random;
  }

  /** Drops founds: they belong to the tables of an epoch. */
  startEpoch(tables: Tables): void {
    this.tables = tables;
    this.unrecognized = noResults();
    this.answers++;
  }

  /**
   * Must precede each evaluation of a user. What is remembered of a time holds later, not earlier:
   * all of it goes when the clock went back, or tells no time.
   */
  begin(slot: number, user: User, nowMs: number): void {
    if (!(nowMs >= this.nowMs)) this.answers++;
    this.user = user;
    this.nowMs = nowMs;
    this.holdsUntil = Infinity;
    this.serial = ++this.lastSerial;
    this.lasting = 0;
    this.newer.clear();
    this.deepest = 0;
    this.depth = 0;
    this.appAtTop = this.appBelow = this.store.appId;
    this.scratch = this.pool.for(slot, user, this.answers);
  }

  /** As `begin`, without memo from or for other calls, and with the app of a client key. */
  beginForApp(user: User, nowMs: number, appId: unknown): void {
    this.answers++;
    this.begin(0, user, nowMs);
    this.answers++;
    this.appAtTop = appId;
    this.appBelow = this.store.dialect.showsAnswers ? appId : undefined;
  }

  /**
   * Runs an evaluation that does not see the app of a client key (Q9). Nested gates do in dcs-v2
   * only.
   */
  withoutApp<T>(task: () => T): T {
    const app = this.appAtTop;
    this.appAtTop = this.appBelow;
    try {
      return task();
    } finally {
      this.appAtTop = app;
    }
  }

  /** Evaluates as if nothing was overridden. */
  withoutOverrides<T>(task: () => T): T {
    const { overrides } = this;
    if (overrides.isEmpty) return task();
    this.overrides = NO_OVERRIDES;
    this.answers++;
    try {
      return task();
    } finally {
      this.overrides = overrides;
      this.answers++;
    }
  }

  get targetApp(): unknown {
    return this.depth === 0 ? this.appAtTop : this.appBelow;
  }

  idList(name: string): IdList | undefined {
    return this.idLists.get(name);
  }

  /** What conditions name by its number: they were compiled with the store. */
  private operand(id: number): Operand {
    return this.store.operands[id]!;
  }

  value(operand: number): unknown {
    const { scratch } = this;
    if (scratch.operandStamps[operand] === scratch.generation)
      return scratch.operandValues[operand];
    const from = this.operand(operand);
    const value = from.read(this);
    if (from.isRemembered) {
      scratch.reachOperand(operand);
      scratch.operandStamps[operand] = scratch.generation;
      scratch.operandValues[operand] = value;
    }
    return value;
  }

  text(operand: number): string {
    const { scratch } = this;
    if (scratch.textStamps[operand] === scratch.generation) return scratch.texts[operand]!;
    const text = String(this.value(operand));
    if (this.operand(operand).isRemembered) {
      scratch.textStamps[operand] = scratch.generation;
      scratch.texts[operand] = text;
    }
    return text;
  }

  lower(operand: number): string {
    const { scratch } = this;
    if (scratch.lowerStamps[operand] === scratch.generation) return scratch.lowers[operand]!;
    const lower = this.text(operand).toLowerCase();
    if (this.operand(operand).isRemembered) {
      scratch.lowerStamps[operand] = scratch.generation;
      scratch.lowers[operand] = lower;
    }
    return lower;
  }

  /** A gate, config or layer by name, overrides first. */
  named(kind: LookupKind, name: string, spec: Spec | null): Found {
    if (kind === SpecKind.Gate && spec?.gateRef) return this.gate(spec.gateRef);
    const own = kind === EXPERIMENT_KIND ? SpecKind.Config : kind;
    if (this.overrides.has(own)) {
      const override = this.overrides.find(own, name, this.user, this.tables);
      if (override !== null) return override;
    }
    return this.itself(kind, name, spec);
  }

  /** The same by name alone. */
  lookUp(kind: LookupKind, name: string): Found {
    const own = kind === EXPERIMENT_KIND ? SpecKind.Config : kind;
    return this.named(kind, name, this.store.specs[own].get(name) ?? null);
  }

  /** The same without overrides. */
  protected itself(kind: LookupKind, name: string, spec: Spec | null): Found {
    const { newer } = this.store;
    const found = newer === null ? null : this.newer.found(kind, name, newer);
    if (found !== null) return found;
    if (spec !== null) return this.spec(spec, spec.rules);
    return this.unknown(kind === EXPERIMENT_KIND ? SpecKind.Config : kind, name);
  }

  /** Only the rules that sticky assignment enforces, some of `spec.rules`. */
  restricted(spec: Spec, rules: readonly Rule[]): Found {
    if (!spec.isMalformed && !spec.skipsRules && rules.length === 0) {
      return this.tables.found(spec.onNoTargeting, this.tables.empty, undefined, Seen.No);
    }
    return this.spec(spec, rules);
  }

  /**
   * A spec without its override, for responses: one that refers to itself or is nested too deep
   * costs only its own entry, which is that of an unsupported one. `isGate`: its memo may be used.
   */
  direct(spec: Spec, isGate = false, kind: LookupKind = spec.kind): Found {
    try {
      return isGate && spec.gateRef !== null
        ? this.gate(spec.gateRef)
        : this.itself(kind, spec.name, spec);
    } catch (error) {
      if (error !== TOO_DEEP) throw error;
      this.depth = this.deepest = 0;
      this.serial = ++this.lastSerial;
      this.lasting = 0;
      this.newer.clear();
      return this.tables.found(spec.onUnsupported, this.tables.empty, undefined, Seen.No);
    }
  }

  /** One found per name: exposures and outcomes are found by it. */
  private unknown(kind: SpecKind, name: string): Found {
    let found = this.unrecognized[kind].get(name);
    if (found === undefined) {
      found = this.tables.constant({ box: NO_BOX, reason: 'Unrecognized' });
      this.unrecognized[kind].set(name, found);
    }
    return found;
  }

  private gate(ref: GateRef): Found {
    const { scratch } = this;
    const { id } = ref;
    if (scratch.gateStamps[id] === scratch.generation) {
      const serial = scratch.gateSerials[id];
      if (serial === this.lasting || serial === this.serial)
        return this.recall(id, serial !== this.lasting);
    }
    const outerDeepest = this.deepest;
    const outerUntil = this.holdsUntil;
    this.deepest = this.depth;
    this.holdsUntil = Infinity;
    const { asked } = this.newer;
    const found = this.freshGate(ref);
    scratch.reachGate(id);
    scratch.gateStamps[id] = this.newer.asked === asked ? scratch.generation : 0;
    scratch.gatesFound[id] = found;
    scratch.gateHeights[id] = this.deepest - this.depth;
    scratch.gateSerials[id] = this.holdsUntil < Infinity ? this.serial : this.lasting;
    if (outerDeepest > this.deepest) this.deepest = outerDeepest;
    if (outerUntil < this.holdsUntil) this.holdsUntil = outerUntil;
    return found;
  }

  /**
   * The limit on depth counts what lies below a remembered gate, so that answers don't depend on
   * the order of asking.
   */
  protected recall(id: number, isVolatile: boolean): Found {
    const deepest = this.depth + this.scratch.gateHeights[id]!;
    if (deepest > MAX_DEPTH) throw TOO_DEEP;
    if (deepest > this.deepest) this.deepest = deepest;
    // When it was evaluated, in this evaluation, the time was noted for what asked then and all
    // above.
    if (isVolatile && this.holdsUntil === Infinity) this.holdsUntil = Number.MAX_VALUE;
    return this.scratch.gatesFound[id]!;
  }

  protected freshGate(ref: GateRef): Found {
    if (this.overrides.has(SpecKind.Gate)) {
      const override = this.overrides.find(SpecKind.Gate, ref.name, this.user, this.tables);
      if (override !== null) return override;
    }
    return this.itself(SpecKind.Gate, ref.name, ref.spec);
  }

  leave(): void {
    this.depth--;
  }

  enter(): void {
    this.depth++;
    if (this.depth > MAX_DEPTH) throw TOO_DEEP;
    if (this.depth > this.deepest) this.deepest = this.depth;
  }

  nestedGate(ref: GateRef): Found {
    this.enter();
    const found = this.gate(ref);
    this.depth--;
    return found;
  }

  private spec(spec: Spec, rules: readonly Rule[]): Found {
    const { tables } = this;
    if (spec.isMalformed) return tables.found(spec.onUnsupported, tables.empty, undefined, Seen.No);
    if (spec.skipsRules) return tables.found(spec.onDisabled, tables.empty, undefined, Seen.No);
    if (spec.merges) return this.newer.merged(spec, rules);
    let rate: unknown = INHERITED_RATE;
    for (let at = 0; at < rules.length; at++) {
      const rule = rules[at]!;
      if (!rule.isPlain) return this.rulesWithGates(spec, rules, at, rate);
      rate = rule.samplingRate;
      if (!this.plainRule(rule)) continue;
      if (rule.delegate !== null) return this.delegated(rule, rule.delegate, tables.empty);
      return tables.found(
        this.passes(rule) ? rule.onPass : rule.onFail,
        tables.empty,
        rate,
        Seen.Inherited,
      );
    }
    return tables.found(spec.onDefault, tables.empty, rate, Seen.Inherited);
  }

  /**
   * Continues with the first rule that names a gate: from there on exposures and the sampling state
   * are kept.
   */
  private rulesWithGates(spec: Spec, rules: readonly Rule[], from: number, rate: unknown): Found {
    const { tables } = this;
    const tracking: Tracking = { ...noTracking(tables), rate };
    for (let at = from; at < rules.length; at++) {
      const rule = rules[at]!;
      tracking.rate = rule.samplingRate;
      const met = this.rule(rule, tracking);
      if (met === Met.No) continue;
      if (met === Met.Unsupported) {
        return tables.found(rule.onUnsupported, tables.empty, rule.samplingRate, Seen.No);
      }
      if (rule.delegate !== null) {
        const found = this.delegated(rule, rule.delegate, tracking.list);
        return found.mapped === null ? ended(found, tracking) : found;
      }
      const terminal = this.passes(rule) ? rule.onPass : rule.onFail;
      return ended(
        tables.found(terminal, tracking.list, rule.samplingRate, tracking.seen),
        tracking,
      );
    }
    return ended(
      tables.found(spec.onDefault, tracking.list, tracking.rate, tracking.seen),
      tracking,
    );
  }

  protected plainRule({ conditions }: Rule): boolean {
    for (let i = 0; i < conditions.length; i++) if (!this.test(conditions[i]!)) return false;
    return true;
  }

  /**
   * statsig-node evaluates every condition; without nested gates nothing but the first failure can
   * be noticed, so plain tests stop there.
   */
  rule(rule: Rule, tracking: Tracking): Met {
    let passes = true;
    for (const condition of rule.conditions) {
      if (condition.kind === ConditionKind.Test) {
        if (passes && !this.test(condition)) passes = false;
        continue;
      }
      const met = this.gateCondition(condition, tracking);
      if (met === Met.Unsupported) return met;
      if (met === Met.No) passes = false;
    }
    return passes ? Met.Yes : Met.No;
  }

  protected gateCondition(condition: Condition, tracking: Tracking): Met {
    if (condition.kind === ConditionKind.Gate) return this.singleGate(condition, tracking);
    if (condition.kind === ConditionKind.MultiGate) return this.multiGate(condition, tracking);
    if (condition.kind === ConditionKind.ExperimentGroup)
      return this.newer.experimentGroup(condition) ? Met.Yes : Met.No;
    return Met.Unsupported;
  }

  protected test(condition: Condition): boolean {
    const { scratch } = this;
    const cell = scratch.conditions[condition.id]!;
    if (cell >> 1 === scratch.generation) return (cell & 1) === 1;
    const answer = condition.test(this);
    if (!(this.nowMs > condition.settledAfter) && condition.settledAfter > -Infinity)
      this.holdsUntil = Math.min(this.holdsUntil, holdsUntil(condition, this.nowMs));
    else if (condition.isRemembered) {
      scratch.reachCondition(condition.id);
      scratch.conditions[condition.id] = (scratch.generation << 1) | (answer ? 1 : 0);
    }
    return answer;
  }

  private singleGate(condition: Condition, tracking: Tracking): Met {
    const ref = condition.gates[0]!;
    const found = this.nestedGate(ref);
    if (found.isUnsupported) return Met.Unsupported;
    tracking.list = tracking.list.joinGate(ref.name, found, false);
    if (found.mapped !== null) tracking.mapped = found.mapped;
    if (found.rate !== INHERITED_RATE) tracking.rate = found.rate;
    if (found.seen !== Seen.Inherited) tracking.seen = found.seen;
    const isUnsampled = tracking.rate === undefined || tracking.rate === 0;
    if (isUnsampled && condition.isAnalytical) tracking.seen = Seen.Yes;
    return found.value === condition.passesOn ? Met.Yes : Met.No;
  }

  /** Stops at the first gate that decides; sampling state is not touched (BEHAVIOUR.md 3.14). */
  private multiGate(condition: Condition, tracking: Tracking): Met {
    let { list } = tracking;
    let met: Met = Met.No;
    for (const ref of condition.gates) {
      const found = this.nestedGate(ref);
      if (found.isUnsupported) return Met.Unsupported;
      list = list.joinGate(ref.name, found, true);
      if (found.value === condition.passesOn) {
        met = Met.Yes;
        break;
      }
    }
    tracking.list = list;
    return met;
  }

  private delegated(rule: Rule, delegate: Spec, list: ExposureList): Found {
    this.enter();
    const inner = this.named(EXPERIMENT_KIND, delegate.name, delegate);
    this.depth--;
    return this.tables.delegated(rule.onDelegate!, list, inner);
  }

  /** A bucket out of 10,000 was looked at, for whoever explains. */
  bucketed(_number: number, _unit: string): void {}

  /** An autotune chose an arm, for whoever explains. */
  chose(_autotune: Autotune, _group: AutotuneGroup, _how: Choice): void {}

  passes(rule: Rule): boolean {
    if (rule.passKind !== PassKind.Bucket) return rule.passKind === PassKind.Always;
    return bucket(rule.passPrefix, unitText(this, rule.unit), PASS_BUCKETS) < rule.passBelow;
  }
}
