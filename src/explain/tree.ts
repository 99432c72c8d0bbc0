/** From the steps of an evaluation and the words of a payload to a tree. */
import { type Choice, Met, type Step, type Trace } from '../engine/trace';
import { conditionInWords } from './condition-words';
import { copyOf, own, text, type PayloadWords, type StandIn, type Wire } from './payload-words';
import type { ExplainedBucket, ExplainedCondition, ExplainedRule, ExplainedSpec } from './types';

const KINDS = ['gate', 'config', 'layer'] as const;

/** Elements of a condition's target that are shown. */
const TARGET_ELEMENTS = 10;
/** Longest JSON of another target that is shown. */
const LONGEST_TARGET = 500;
/** Rules after the one that decided that are named. */
const MOST_NOT_REACHED = 100;

/** A spec that is being told, and where in it the steps are. */
interface Frame {
  node: ExplainedSpec;
  wire: Wire;
  rule: ExplainedRule | null;
  ruleWire: Wire;
  /** The rule is one by which another spec may stand in. */
  isStandIn: boolean;
  conditions: Wire[];
  condition: ExplainedCondition | null;
  /** Place of the last rule. */
  reached: number;
  standIns: StandIn[] | null;
  unit: string;
}

/** The tree of what was asked for; null without a step. */
export function treeOf(
  trace: Trace,
  words: PayloadWords,
  showPrivate: boolean,
): ExplainedSpec | null {
  const builder = new TreeBuilder(words, showPrivate);
  for (const step of trace.steps) builder.take(step);
  return builder.finish();
}

class TreeBuilder {
  private readonly frames: Frame[] = [];
  private root: ExplainedSpec | null = null;

  constructor(
    private readonly words: PayloadWords,
    private readonly showPrivate: boolean,
  ) {}

  take(step: Step): void {
    const frame = this.frames[this.frames.length - 1];
    if (step[0] === 'spec') this.enter(frame, step[1], step[2]);
    else if (frame !== undefined) this.within(frame, step);
  }

  /** What did not come to its end is closed, innermost first. */
  finish(): ExplainedSpec | null {
    while (this.frames.length > 0) this.close(this.frames.pop()!);
    return this.root;
  }

  private within(frame: Frame, step: Step): void {
    const { condition } = frame;
    switch (step[0]) {
      case 'rule':
        return this.beginRule(frame, step[1], step[2]);
      case 'condition':
        return this.beginCondition(frame);
      case 'saw':
        if (condition !== null) this.see(condition, step);
        return;
      case 'known':
        return attach(frame, known(step[1], step[2], step[3]));
      case 'met':
        return endCondition(frame, step[1]);
      case 'unit':
        frame.unit = step[1];
        if (condition !== null) condition.unitID = step[1];
        return;
      case 'bucket':
        return fall(frame, step[1]);
      case 'arm':
        return armed(frame, step[1], step[2]);
      case 'chose':
        return chose(frame, step[1], step[2]);
      case 'passed':
        if (frame.rule !== null) frame.rule.outcome = step[1] ? 'passed' : 'outside';
        return;
      case 'end':
        return this.end(frame, step);
    }
  }

  private enter(outer: Frame | undefined, kind: number, name: string): void {
    const wire = this.words.spec(kind, name);
    const node: ExplainedSpec = {
      kind: KINDS[kind] ?? 'gate',
      name,
      ...given('entity', text(wire['entity'])),
      ...(typeof wire['enabled'] === 'boolean' ? { enabled: wire['enabled'] } : {}),
      value: false,
      ruleID: '',
      rules: [],
    };
    if (outer === undefined) this.root = node;
    else attach(outer, node);
    this.frames.push({
      node,
      wire,
      rule: null,
      ruleWire: {},
      isStandIn: false,
      conditions: [],
      condition: null,
      reached: -1,
      standIns: null,
      unit: '',
    });
  }

  private beginRule(frame: Frame, at: number, id: string): void {
    closeRule(frame);
    frame.isStandIn = at < 0;
    const other = frame.isStandIn ? this.standIn(frame, id) : null;
    const wire = other?.rule ?? (frame.isStandIn ? {} : ruleAt(frame.wire, at, id));
    frame.ruleWire = wire;
    frame.conditions = this.words.conditions(wire);
    frame.rule = ruleNode(wire, id);
    if (frame.isStandIn) {
      if (other?.isThere !== false) (frame.node.standIns ??= []).push(frame.rule);
    } else {
      frame.reached = at;
      frame.node.rules.push(frame.rule);
    }
  }

  /** The next rule with this ID of those that are tried in order. */
  private standIn(frame: Frame, id: string): StandIn | null {
    const { kind, name } = frame.node;
    frame.standIns ??= this.words.standIns(KINDS.indexOf(kind), name);
    const at = frame.standIns.findIndex(({ rule }) => String(rule['id'] ?? '') === id);
    return at < 0 ? null : (frame.standIns.splice(0, at + 1)[at] ?? null);
  }

  private beginCondition(frame: Frame): void {
    const wire = frame.conditions.shift() ?? {};
    const node: ExplainedCondition = {
      type: text(wire['type']) ?? '',
      ...given('operator', text(wire['operator'])),
      ...given('field', text(wire['field'])),
      ...targetOf(wire['targetValue']),
      met: null,
      why: '',
    };
    frame.condition = node;
    frame.rule?.conditions.push(node);
  }

  private see(condition: ExplainedCondition, step: Extract<Step, ['saw', ...unknown[]]>): void {
    const place = step[1];
    condition.place = place;
    if (place.startsWith('private') && !this.showPrivate) condition.isMasked = true;
    else if (step.length === 4) {
      condition.value = step[3];
      condition.isValueCut = true;
    } else if (step.length === 3) condition.value = step[2];
  }

  private end(frame: Frame, [, rule, value, reason]: Extract<Step, ['end', ...unknown[]]>): void {
    frame.node.ruleID = rule;
    frame.node.value = value;
    if (reason !== '') frame.node.reason = reason as NonNullable<ExplainedSpec['reason']>;
    this.close(frame);
    this.frames.pop();
    if (reason === 'Unrecognized') dropStandIn(this.frames[this.frames.length - 1], frame.node);
  }

  private close(frame: Frame): void {
    closeRule(frame);
    const { node, wire, reached } = frame;
    if (reached < 0) return;
    const rules: unknown = wire['rules'];
    const rest = Array.isArray(rules) ? (rules as unknown[]).slice(reached + 1) : [];
    for (const rule of rest.slice(0, MOST_NOT_REACHED)) {
      const of = typeof rule === 'object' && rule !== null ? (rule as Wire) : {};
      const { id, name, groupName, passPercentage } = ruleNode(of, String(of['id'] ?? ''));
      node.rules.push({
        id,
        ...given('name', name),
        ...given('groupName', groupName),
        outcome: 'notReached',
        conditions: [],
        passPercentage,
      });
    }
  }
}

function ruleNode(wire: Wire, id: string): ExplainedRule {
  const name = text(wire['name']);
  return {
    id,
    ...(name === id ? {} : given('name', name)),
    ...given('groupName', text(wire['groupName'])),
    outcome: 'failed',
    conditions: [],
    ...copied('passPercentage', wire['passPercentage']),
    ...copied('returnValue', wire['returnValue']),
  };
}

/** A rule of a spec, unless the payload has another one there. */
function ruleAt(spec: Wire, at: number, id: string): Wire {
  const rules = spec['rules'];
  const rule: unknown = Array.isArray(rules) ? rules[at] : undefined;
  return String(own(rule, 'id') ?? '') === id ? ((rule ?? {}) as Wire) : {};
}

/** What is not there does not stand in; some engines do not even ask for it. */
function dropStandIn(frame: Frame | undefined, node: ExplainedSpec): void {
  if (frame === undefined || !frame.isStandIn || frame.rule?.spec !== node) return;
  const { standIns } = frame.node;
  if (standIns?.at(-1) === frame.rule) standIns.pop();
  if (standIns?.length === 0) delete frame.node.standIns;
  frame.rule = null;
}

/** A spec that was asked for by what is being told. */
function attach(frame: Frame, node: ExplainedSpec): void {
  if (frame.condition !== null) (frame.condition.specs ??= []).push(node);
  else if (frame.rule !== null) frame.rule.spec = node;
  else (frame.node.targeting ??= []).push(node);
}

function known(name: string, value: boolean, isUnsupported: boolean): ExplainedSpec {
  return {
    kind: 'gate',
    name,
    value,
    ruleID: '',
    ...(isUnsupported ? { reason: 'Unsupported' as const } : {}),
    isRepeated: true,
    rules: [],
  };
}

function endCondition(frame: Frame, met: Met): void {
  const { condition, rule } = frame;
  frame.condition = null;
  if (condition === null) return;
  condition.met = met === Met.Unsupported ? null : met === Met.Yes;
  condition.why = conditionInWords(condition);
  if (rule !== null && met === Met.Unsupported) rule.outcome = 'unsupported';
}

function fall(frame: Frame, number: number): void {
  const { rule, ruleWire, wire } = frame;
  const bucket = (of: Wire, salt: string): ExplainedBucket => ({
    number,
    ...(typeof of['passPercentage'] === 'number' ? { below: of['passPercentage'] * 100 } : {}),
    salt,
    idType: text(of['idType']) ?? 'userID',
    unitID: frame.unit,
  });
  const spec = String(wire['salt'] ?? '');
  if (rule === null) frame.node.bucket = bucket(wire, spec);
  else rule.bucket = bucket(ruleWire, `${spec}.${String(ruleWire['salt'] ?? rule.id)}`);
}

function armed({ node, wire }: Frame, id: string, score: number | undefined): void {
  const arms = (node.arms ??= []);
  const groups = wire['groups'];
  const group: unknown = Array.isArray(groups) ? groups[arms.length] : undefined;
  const value = own(group, 'parameterValues');
  arms.push({
    id,
    ...given('name', text(own(group, 'name'))),
    ...copied('value', value),
    ...(score === undefined ? {} : { score }),
  });
}

function chose({ node }: Frame, at: number, how: Choice): void {
  const arm = node.arms?.[at];
  if (arm !== undefined) arm.chosen = how;
}

/** Of an experiment that decides the percentage does not count. */
function closeRule(frame: Frame): void {
  const { rule, condition } = frame;
  // An evaluation that did not come to its end.
  if (condition !== null) endCondition(frame, Met.Unsupported);
  if (rule === null) return;
  frame.rule = null;
  const holds = rule.conditions.every(({ met }) => met === true);
  if (rule.outcome === 'failed' && holds && rule.spec !== undefined) rule.outcome = 'delegated';
}

function targetOf(target: unknown): Pick<ExplainedCondition, 'target' | 'targetMore'> {
  if (target === undefined) return {};
  if (Array.isArray(target) && target.length > TARGET_ELEMENTS)
    return {
      target: target.slice(0, TARGET_ELEMENTS).map(cut),
      targetMore: target.length - TARGET_ELEMENTS,
    };
  return { target: Array.isArray(target) ? target.map(cut) : cut(target) };
}

function cut(value: unknown): unknown {
  const json = JSON.stringify(value) ?? '';
  return json.length <= LONGEST_TARGET ? copyOf(value) : `${json.slice(0, LONGEST_TARGET)}…`;
}

function given<K extends string>(key: K, value: string | undefined): { [_ in K]?: string } {
  return (value === undefined ? {} : { [key]: value }) as { [_ in K]?: string };
}

function copied<K extends string>(key: K, value: unknown): { [_ in K]?: unknown } {
  return (value === undefined ? {} : { [key]: copyOf(value) }) as { [_ in K]?: unknown };
}
