/** Why a user gets what: evaluations, overrides and sticky values, told. */
import type { Verdict } from '../answers/verdict';
import { EXPERIMENT_KIND, SpecKind, type LookupKind } from '../engine/engine';
import type { EngineHost } from '../engine-host/engine-host';
import { explained } from '../engine-host/explained';
import { StickyAssignments, stickyRequest } from '../features/sticky';
import type { StoreDefinition } from '../features/store-overrides';
import type { SafeLogger } from '../observability/logger';
import type { GetExperimentOptions } from '../options/statsig-options';
import { exposureEvent, layerExposureEvent, type LogEvent } from '../results/log-event';
import type { StatsigUser } from '../types/user';
import type { SpecBytes } from '../updates/packed-specs';
import { isWire, own, PayloadWords } from './payload-words';
import { summaryOf } from './format';
import { treeOf } from './tree';
import type {
  ExplainedExposure,
  ExplainedKind,
  ExplainedParameter,
  ExplainOptions,
  Explanation,
} from './types';

const LOOKUPS: Readonly<Record<string, LookupKind>> = {
  gate: SpecKind.Gate,
  config: SpecKind.Config,
  experiment: EXPERIMENT_KIND,
  layer: SpecKind.Layer,
};

/** Parameters of a layer whose exposures are told, and of a store that are explained. */
const MOST_PARAMETERS = 200;

/** What explaining needs of a life. */
export interface Explainable {
  readonly engineHost: EngineHost;
  readonly logger: SafeLogger;
  /** The payload in force, in the form in which it is kept. */
  readonly payload: SpecBytes | null;
  /** What an override adapter says instead; null for nothing. */
  adapted(kind: ExplainedKind, user: StatsigUser, name: string): Verdict | null;
  store(user: StatsigUser, name: string): StoreDefinition;
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

function explainSpec(
  life: Explainable,
  user: StatsigUser,
  [kind, name]: readonly [ExplainedKind, string],
  options: ExplainOptions,
): Explanation {
  const { engineHost } = life;
  const lookup = LOOKUPS[kind] ?? SpecKind.Gate;
  const adapted = life.adapted(kind, user, name);
  if (adapted !== null) return { ...answered(kind, name, adapted), spec: null, isCut: false };
  const { trace, verdict, error } = explained(engineHost, user, lookup, name);
  const words = PayloadWords.of(life.payload);
  const spec = treeOf(trace, words, options.showPrivate === true);
  const { isCut } = trace;
  if (verdict === null) return { ...unanswered(kind, name), spec, isCut, error };
  const sticky = kind === 'gate' ? null : stuck(life, user, lookup, name, options);
  if (sticky === null) return { ...answered(kind, name, verdict), spec, isCut };
  const { ruleID, groupName, persistedTime: savedAt } = sticky.record;
  return {
    ...answered(kind, name, sticky),
    spec,
    sticky: { ruleID, groupName, savedAt },
    isCut,
  };
}

/** The stored value that applies. */
function stuck(
  { engineHost, logger }: Explainable,
  user: StatsigUser,
  lookup: LookupKind,
  name: string,
  options: ExplainOptions,
): Verdict | null {
  const request = stickyRequest(options as GetExperimentOptions);
  // Without storage nothing is saved or deleted.
  const reader = new StickyAssignments(null, logger);
  if (reader.isIdle(request)) return null;
  const kind = lookup === EXPERIMENT_KIND ? SpecKind.Config : lookup;
  const verdict = reader.evaluate(engineHost, user, { kind, name, lookup }, request);
  return verdict.record.reason === 'Persisted' ? verdict : null;
}

function answered(
  kind: ExplainedKind,
  name: string,
  verdict: Verdict,
): Omit<Explanation, 'spec' | 'isCut'> {
  const { record } = verdict;
  return {
    kind,
    name,
    value: kind === 'gate' ? record.value === true : verdict.value,
    ruleID: record.ruleID,
    groupName: record.groupName,
    reason: verdict.reason,
    summary: '',
    exposures: exposuresOf(verdict),
  };
}

function unanswered(kind: ExplainedKind, name: string): Omit<Explanation, 'spec' | 'isCut'> {
  const value = kind === 'gate' ? false : {};
  return { kind, name, value, ruleID: '', groupName: null, reason: '', summary: '', exposures: [] };
}

function exposuresOf(verdict: Verdict): ExplainedExposure[] {
  if (verdict.record.kind !== SpecKind.Layer) return [told(exposureEvent(verdict, null))];
  const { value } = verdict;
  return Object.keys(isWire(value) ? value : {})
    .slice(0, MOST_PARAMETERS)
    .map((parameter) => told(layerExposureEvent(verdict, parameter, null)));
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

/** The caller's to change: the original serves others. */
function copyOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null
    ? (JSON.parse(JSON.stringify(value)) as unknown)
    : value;
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
