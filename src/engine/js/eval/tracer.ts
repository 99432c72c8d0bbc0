/**
 * An evaluation that writes down how it goes (`src/engine/trace.ts`), for explanations: the same
 * in all that can be noticed. Mirrors `resolve/explain.rs` and what `eval/observer.rs` is
 * told. A class of its own, so that checks pay nothing for it.
 */
import {
  type Choice,
  EXPERIMENT_KIND,
  type LookupKind,
  type Place,
  SpecKind,
  type Step,
} from '../../engine';
import { bucket } from '../hashing';
import type { Found } from '../outcome';
import {
  type Autotune,
  type AutotuneGroup,
  type Condition,
  ConditionKind,
  type GateRef,
  PassKind,
  type Rule,
  type Spec,
} from '../store';
import { Interruption } from './context';
import { Evaluation } from './evaluation';
import { unitText } from './operands';
import { Met, type Tracking, noTracking } from './tracking';

/** Most steps that are written down; the evaluation goes on to its end all the same. */
const MOST_STEPS = 5000;
/** Longest text, in UTF-16 units, that is written down of a value. */
const LONGEST_VALUE = 500;
const PASS_BUCKETS = 10_000;

export class Tracer extends Evaluation {
  readonly steps: Step[] = [];
  isCut = false;
  private rules: readonly Rule[] = [];
  private asking = '';

  /** @param of whose specs, lists and overrides it evaluates; what that remembers is not used */
  constructor(of: Evaluation) {
    super(of.store, of.tables);
    this.inherit(of);
    this.newer.random = of.newer.random.copy();
  }

  /** Tells what the spec of a name came to, however that is found. */
  told(kind: SpecKind, name: string, spec: Spec | null, task: () => Found): Found {
    const outer = this.rules;
    this.rules = spec?.rules ?? [];
    this.step(['spec', kind, name]);
    const found = task();
    this.step(['end', found.at.ruleID, found.value === true, found.at.reason ?? '']);
    this.rules = outer;
    return found;
  }

  /** Nested gates alone are remembered. */
  override named(kind: LookupKind, name: string, spec: Spec | null): Found {
    const own = kind === EXPERIMENT_KIND ? SpecKind.Config : kind;
    return this.told(
      own,
      name,
      spec,
      () => this.overrides.find(own, name, this.user, this.tables) ?? this.itself(kind, name, spec),
    );
  }

  override nestedGate(ref: GateRef): Found {
    this.asking = ref.name;
    return super.nestedGate(ref);
  }

  protected override freshGate(ref: GateRef): Found {
    return this.told(SpecKind.Gate, ref.name, ref.spec, () => super.freshGate(ref));
  }

  protected override recall(id: number, isVolatile: boolean): Found {
    const { asking } = this;
    const found = super.recall(id, isVolatile);
    this.step(['known', asking, found.value === true, found.isUnsupported]);
    return found;
  }

  protected override plainRule(rule: Rule): boolean {
    return this.rule(rule, noTracking(this.tables)) === Met.Yes;
  }

  /** All conditions, also after one that fails. */
  override rule(rule: Rule, tracking: Tracking): Met {
    this.step(['rule', this.rules.indexOf(rule), rule.id]);
    let end: Met = Met.Yes;
    for (const condition of rule.conditions) {
      this.step(['condition']);
      const one = this.condition(condition, tracking, end === Met.Yes);
      this.step(['met', one]);
      if (one === Met.Unsupported) return one;
      if (one === Met.No) end = one;
    }
    return end;
  }

  override passes(rule: Rule): boolean {
    if (rule.passKind === PassKind.Bucket) {
      const unit = unitText(this, rule.unit);
      this.step(['unit', beginning(unit)]);
      this.bucketed(bucket(rule.passPrefix, unit, PASS_BUCKETS));
    }
    const passes = super.passes(rule);
    this.step(['passed', passes]);
    return passes;
  }

  override bucketed(number: number, unit?: string): void {
    if (unit !== undefined) this.step(['unit', beginning(unit)]);
    this.step(['bucket', number]);
  }

  override chose(autotune: Autotune, chosen: AutotuneGroup, how: Choice): void {
    for (const group of autotune.groups) {
      const score = this.newer.scoreOf(group);
      const id = group.onBest.ruleID;
      // Minus zero is none in JSON.
      this.step(Number.isFinite(score) ? ['arm', id, score + 0] : ['arm', id]);
    }
    this.step(['chose', autotune.groups.indexOf(chosen), how]);
  }

  /** @param counts a check would come here; what a test throws is its end, too */
  private condition(condition: Condition, tracking: Tracking, counts: boolean): Met {
    if (condition.kind !== ConditionKind.Test) {
      const end = this.gateCondition(condition, tracking);
      if (condition.kind === ConditionKind.ExperimentGroup)
        this.step(seen('group', this.experimentGroup));
      return end;
    }
    try {
      this.look(condition);
      return this.test(condition) ? Met.Yes : Met.No;
    } catch (error) {
      if (counts || error instanceof Interruption) throw error;
      return Met.No;
    }
  }

  private look({ operand }: Condition): void {
    if (operand === null) return;
    const value = this.value(operand.id);
    if (operand.unit !== undefined) this.step(['unit', beginning(unitText(this, operand.unit))]);
    this.step(seen(operand.place(this), value));
  }

  private step(step: Step): void {
    if (this.steps.length < MOST_STEPS) this.steps.push(step);
    else this.isCut = true;
  }
}

function seen(place: Place, value: unknown): Step {
  if (value === null || value === undefined) return ['saw', place];
  const json = wellFormed(JSON.stringify(value, shown) ?? 'null');
  return json.length <= LONGEST_VALUE
    ? ['saw', place, JSON.parse(json)]
    : ['saw', place, null, beginning(json)];
}

/** What is not of JSON is shown as its text. */
function shown(_key: string, value: unknown): unknown {
  const isExotic = typeof value === 'object' && value !== null && Symbol.toPrimitive in value;
  return isExotic ? String(value) : value;
}

/** The Rust evaluator cannot show half a pair; nothing compares it as such. */
function wellFormed(json: string): string {
  return json.replace(/\\(?:u[0-9a-f]{4}|.)/g, (escape) =>
    /^\\ud[89a-f]/.test(escape) ? '\ufffd' : escape,
  );
}

/** As much of a text as is written down. */
function beginning(of: string): string {
  const text = JSON.parse(wellFormed(JSON.stringify(of))) as string;
  if (text.length <= LONGEST_VALUE) return text;
  const last = text.charCodeAt(LONGEST_VALUE - 1);
  const splits = last >= 0xd800 && last < 0xdc00;
  return text.slice(0, splits ? LONGEST_VALUE - 1 : LONGEST_VALUE);
}
