/** Flags of a project: a list to search, and each with its rules in words. */
import type { Pair } from '../project/pairs';
import type { Condition, Project, Rule, Spec } from '../project/payload';
import { conditionInWords, isPublic, parameterInWords, short } from '../project/words';
import type { Override } from './subject';

/** What can be asked for. */
export type FlagKind = 'gate' | 'config' | 'experiment' | 'layer' | typeof STORE;

/** Parameter stores, which have parameters in place of rules. */
export const STORE = 'parameter_store';

/** A line of the list. */
export interface FlagLine {
  kind: FlagKind;
  name: string;
  /** `feature_gate`, `segment`, `holdout`, `experiment` and so on. */
  entity: string;
  isEnabled: boolean;
  /** Of a store, its parameters. */
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
  /** A value can be set by hand, where anything can. */
  canOverride: boolean;
  /** Of a store: where each parameter is from, in words. */
  parameters?: { name: string; from: string }[];
}

/** A rule, for people. */
export interface RuleInWords {
  id: string;
  title: string;
  /** Who is meant; empty for everybody. */
  conditions: string[];
  passPercentage: number;
  /** It is an arm of an autotune. */
  isArm: boolean;
  /** The experiment that decides instead. */
  delegate: string | null;
  value: unknown;
}

/** Longest value that is shown, in characters of its JSON. */
const LONGEST_VALUE = 20_000;
const MOST_RULES = 500;
const MOST_PARAMETERS = 1_000;

export const kindOf = ({ kind, entity }: Pick<Pair, 'kind' | 'entity'>): FlagKind =>
  kind === 'config' && (entity === 'experiment' || entity === 'autotune') ? 'experiment' : kind;

/** The list, by name. */
export function linesOf(project: Project, overrides: readonly Override[]): FlagLine[] {
  const overridden = new Set(overrides.map(({ kind, name }) => `${kind} ${name}`));
  const specs = project.specs.map((spec) =>
    lineOf(spec, overridden.has(`${spec.kind} ${spec.name}`)),
  );
  const stores = Object.keys(project.stores).map((name) => storeLine(project, name));
  return [...specs, ...stores].sort((a, b) => (a.name < b.name ? -1 : Number(a.name > b.name)));
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

function storeLine({ stores }: Project, name: string): FlagLine {
  const rules = Object.keys(stores[name] ?? {}).length;
  return { kind: STORE, name, entity: STORE, isEnabled: true, rules, isOverridden: false };
}

/** A parameter store; null where there is none of the name. */
export function storePageOf(project: Project, name: string): FlagPage | null {
  if (!Object.hasOwn(project.stores, name)) return null;
  const entries = Object.entries(project.stores[name] ?? {}).slice(0, MOST_PARAMETERS);
  const parameters = entries.map(([parameter, given]) => ({
    name: parameter,
    from: parameterInWords(given),
  }));
  return {
    ...storeLine(project, name),
    idType: '',
    salt: '',
    defaultValue: null,
    rules: [],
    overrides: [],
    canOverride: false,
    parameters,
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
    canOverride: spec.isContextual !== true,
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
    isArm: rule.arm !== undefined,
    delegate: typeof rule.configDelegate === 'string' ? rule.configDelegate || null : null,
    value: bounded(rule.returnValue),
  };
}

function bounded(value: unknown): unknown {
  return (JSON.stringify(value) ?? '').length <= LONGEST_VALUE ? value : short(value, 2_000);
}
