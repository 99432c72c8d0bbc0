/**
 * Why a user gets what: evaluations, overrides and sticky values, told. A file of its own in the
 * package, which is loaded with the first question: what else it needs is handed over.
 */
import type { Verdict } from '../answers/verdict';
import { EXPERIMENT_KIND, SpecKind, type LookupKind } from '../engine/engine';
import type { Explained } from '../engine-host/explained';
import type { StoreDefinition } from '../features/store-overrides';
import type { LogEvent } from '../results/log-event';
import type { StatsigUser } from '../types/user';
import { copyOf, isWire, own, PayloadWords, type PayloadText } from './payload-words';
import { summaryOf } from './format';
import { treeOf } from './tree';
import type {
  ExplainedExposure,
  ExplainedKind,
  ExplainedParameter,
  ExplainOptions,
  Explanation,
} from './types';

export { formatExplanation } from './format';
export { PayloadWords, treeOf };

const LOOKUPS: Readonly<Record<string, LookupKind>> = {
  gate: SpecKind.Gate,
  config: SpecKind.Config,
  experiment: EXPERIMENT_KIND,
  layer: SpecKind.Layer,
};

/** Parameters of a layer whose exposures are told, and of a store that are explained. */
const MOST_PARAMETERS = 200;

/** What is asked for by name. */
export type Asked = readonly [LookupKind, string];

/** What explaining needs of a life. */
export interface Explainable {
  /** The payload in force; null while there is none. */
  readonly payload: PayloadText | null;
  /** What an override adapter says instead; null for nothing. */
  adapted(kind: ExplainedKind, user: StatsigUser, name: string): Verdict | null;
  evaluated(user: StatsigUser, asked: Asked): Explained;
  /** The stored value that applies; null for none. Nothing is saved. */
  stuck(user: StatsigUser, asked: Asked, options: ExplainOptions): Verdict | null;
  store(user: StatsigUser, name: string): StoreDefinition;
  /** The event of a check, or of a layer's parameter that is read. */
  eventOf(verdict: Verdict, parameter: string | null): LogEvent;
}

/** Explains a gate, config, experiment, layer or parameter store. Nothing is exposed or saved. */
export function explain(
  life: Explainable,
  user: StatsigUser,
  [kind, name]: readonly [ExplainedKind, string],
  options: ExplainOptions = {},
): Explanation {
  const explanation =
    kind === 'parameter_store'
      ? explainStore(life, user, name, options)
      : explainSpec(life, user, [kind, name], options);
  return { ...explanation, summary: summaryOf(explanation) };
}

/** Of a user whose fields throw, say: the answer of a check that fails, and why. */
export function failed(kind: ExplainedKind, name: string, error: string): Explanation {
  const explanation = { ...unanswered(kind, name), spec: null, isCut: false, error };
  return { ...explanation, summary: summaryOf(explanation) };
}

function explainSpec(
  life: Explainable,
  user: StatsigUser,
  [kind, name]: readonly [ExplainedKind, string],
  options: ExplainOptions,
): Explanation {
  const asked = [LOOKUPS[kind] ?? SpecKind.Gate, name] as const;
  const adapted = life.adapted(kind, user, name);
  if (adapted !== null)
    return { ...answered(life, [user, kind], adapted), name, spec: null, isCut: false };
  const { trace, verdict, error } = life.evaluated(user, asked);
  const words = PayloadWords.of(life.payload);
  const spec = treeOf(trace, words, options.showPrivate === true);
  const { isCut } = trace;
  if (verdict === null) return { ...unanswered(kind, name), spec, isCut, error };
  const sticky = kind === 'gate' ? null : life.stuck(user, asked, options);
  if (sticky === null) return { ...answered(life, [user, kind], verdict), name, spec, isCut };
  const { ruleID, groupName, persistedTime: savedAt } = sticky.record;
  return {
    ...answered(life, [user, kind], sticky),
    name,
    spec,
    sticky: { ruleID, groupName, savedAt },
    isCut,
  };
}

function answered(
  life: Explainable,
  [user, kind]: readonly [StatsigUser, ExplainedKind],
  verdict: Verdict,
): Omit<Explanation, 'spec' | 'isCut' | 'name'> {
  const { record } = verdict;
  return {
    kind,
    value: kind === 'gate' ? record.value === true : parametersOf(verdict),
    ruleID: record.ruleID,
    groupName: record.groupName,
    reason: verdict.reason,
    summary: '',
    exposures: exposuresOf(life, user, verdict),
  };
}

function unanswered(kind: ExplainedKind, name: string): Omit<Explanation, 'spec' | 'isCut'> {
  const value = kind === 'gate' ? false : {};
  return { kind, name, value, ruleID: '', groupName: null, reason: '', summary: '', exposures: [] };
}

/** Experiments whose group a condition asked for are exposed along, and before. */
function exposuresOf(life: Explainable, user: StatsigUser, verdict: Verdict): ExplainedExposure[] {
  const { alsoExposes = [], kind } = verdict.record;
  const also = alsoExposes.flatMap((name) => {
    const { verdict: of } = life.evaluated(user, [EXPERIMENT_KIND, name]);
    return of === null ? [] : [told(life.eventOf(of, null))];
  });
  if (kind !== SpecKind.Layer) return [...also, told(life.eventOf(verdict, null))];
  // What is null is not handed out, and so not exposed.
  const parameters = Object.entries(parametersOf(verdict))
    .filter(([, value]) => value !== null)
    .slice(0, MOST_PARAMETERS)
    .map(([parameter]) => told(life.eventOf(verdict, parameter)));
  return [...also, ...parameters];
}

/** A payload may give anything; configs and layers have an object, or a list, of it. */
function parametersOf({ value }: Verdict): object {
  return typeof value === 'object' && value !== null ? value : {};
}

/** Without what depends on the time of the check. */
function told(event: LogEvent): ExplainedExposure {
  const { eventName, metadata, secondaryExposures } = event.toObject();
  const { isManualExposure, reason, configSyncTime, initTime, serverTime, ...rest } =
    metadata ?? {};
  return { eventName, metadata: rest, secondaryExposures };
}

function explainStore(
  life: Explainable,
  user: StatsigUser,
  name: string,
  options: ExplainOptions,
): Explanation {
  const { definition, details } = life.store(user, name);
  const defined = own(definition, 'parameters');
  const names = Object.keys(isWire(defined) ? defined : {}).sort();
  const parameters: Record<string, ExplainedParameter> = {};
  const values: Record<string, unknown> = {};
  for (const parameter of names.slice(0, MOST_PARAMETERS)) {
    const told = explainParameter(life, user, own(defined, parameter), options);
    define(parameters, parameter, told);
    define(values, parameter, told.value);
  }
  return {
    ...unanswered('parameter_store', name),
    value: values,
    reason: details.reason,
    spec: null,
    parameters,
    isCut: names.length > MOST_PARAMETERS,
  };
}

/** As `ParameterStore` reads it. */
function explainParameter(
  life: Explainable,
  user: StatsigUser,
  parameter: unknown,
  options: ExplainOptions,
): ExplainedParameter {
  const constant = own(parameter, 'value');
  if (constant !== undefined) return { value: copyOf(constant), from: 'value' };
  const of = (kind: ExplainedKind, name: string): Explanation =>
    explain(life, user, [kind, name], options);
  const gate = own(parameter, 'gate_name');
  if (typeof gate === 'string') {
    const explanation = of('gate', gate);
    const value = own(parameter, explanation.value === true ? 'pass_value' : 'fail_value');
    return { value: copyOf(value) ?? null, from: 'gate', explanation };
  }
  const key = own(parameter, 'param_name');
  for (const from of ['config', 'experiment', 'layer'] as const) {
    const name = own(parameter, `${from}_name`);
    if (typeof key !== 'string' || typeof name !== 'string') continue;
    const explanation = of(from, name);
    return { value: own(explanation.value, key) ?? null, from, explanation };
  }
  return { value: null, from: 'nothing' };
}

/** Also where the name is one that objects inherit. */
function define<T>(object: Record<string, T>, key: string, value: T): void {
  Object.defineProperty(object, key, {
    value,
    writable: true,
    enumerable: true,
    configurable: true,
  });
}
