/** Flags of a project: a list to search, and each with its rules in words. */
import type { Condition, Project, Rule, Spec } from '../project/payload';
import { conditionInWords, isPublic, short } from '../project/words';
import type { Override } from './subject';

/** What can be asked for. */
export type FlagKind = 'gate' | 'config' | 'experiment' | 'layer';

/** A line of the list. */
export interface FlagLine {
  kind: FlagKind;
  name: string;
  /** `feature_gate`, `segment`, `holdout`, `experiment` and so on. */
  entity: string;
  isEnabled: boolean;
  rules: number;
  isOverridden: boolean;
}

/** One flag. */
export interface FlagPage extends Omit<FlagLine, 'rules'> {
  /** Which ID of users decides. */
  idType: string;
  salt: string;
  defaultValue: unknown;
  rules: RuleInWords[];
  overrides: Override[];
}

/** A rule, for people. */
export interface RuleInWords {
  id: string;
  title: string;
  /** Who is meant; empty for everybody. */
  conditions: string[];
  passPercentage: number;
  /** The experiment that decides instead. */
  delegate: string | null;
  value: unknown;
}

/** Longest value that is shown, in characters of its JSON. */
const LONGEST_VALUE = 20_000;
const MOST_RULES = 500;

export const kindOf = ({ kind, entity }: Spec): FlagKind =>
  kind === 'config' && (entity === 'experiment' || entity === 'autotune') ? 'experiment' : kind;

/** The list, by name. */
export function linesOf(project: Project, overrides: readonly Override[]): FlagLine[] {
  const overridden = new Set(overrides.map(({ kind, name }) => `${kind} ${name}`));
  return project.specs
    .map((spec) => lineOf(spec, overridden.has(`${spec.kind} ${spec.name}`)))
    .sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
}

function lineOf(spec: Spec, isOverridden: boolean): FlagLine {
  return {
    kind: kindOf(spec),
    name: spec.name,
    entity: spec.entity,
    isEnabled: spec.enabled !== false,
    rules: spec.rules.length,
    isOverridden,
  };
}

/** Experiments are asked for as configs, too. */
export function specOf(project: Project, kind: string, name: string): Spec | null {
  const own = kind === 'experiment' ? 'config' : kind;
  return project.specs.find((spec) => spec.kind === own && spec.name === name) ?? null;
}

export function pageOf(spec: Spec, overrides: readonly Override[]): FlagPage {
  const own = overrides.filter(({ kind, name }) => kind === spec.kind && name === spec.name);
  const { idType } = spec as { idType?: unknown };
  return {
    ...lineOf(spec, own.length > 0),
    idType: typeof idType === 'string' ? idType : 'userID',
    salt: String(spec.salt ?? ''),
    defaultValue: bounded(spec.defaultValue),
    rules: spec.rules.slice(0, MOST_RULES).map(ruleOf),
    overrides: own,
  };
}

function ruleOf(rule: Rule, at: number): RuleInWords {
  const conditions = Array.isArray(rule.conditions) ? (rule.conditions as Condition[]) : [];
  const id = String(rule.id ?? at);
  return {
    id,
    title: String(rule.groupName ?? rule.name ?? id),
    conditions: conditions.filter((one) => !isPublic(one)).map(conditionInWords),
    passPercentage: Number(rule.passPercentage ?? 0),
    delegate: typeof rule.configDelegate === 'string' ? rule.configDelegate || null : null,
    value: bounded(rule.returnValue),
  };
}

function bounded(value: unknown): unknown {
  return (JSON.stringify(value) ?? '').length <= LONGEST_VALUE ? value : short(value, 2_000);
}
