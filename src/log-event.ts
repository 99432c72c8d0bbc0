/** The event objects that evaluation callbacks receive (BEHAVIOUR.md 2.1, 7.4). They are never queued. */
import { SpecKind, type OutcomeRecord, type SecondaryExposure } from './engine/engine';
import type { Evaluation } from './evaluation/evaluation';
import { jsonOfUser } from './evaluation/user-json';
import { systemClock } from './network/clock';
import type { StatsigUser } from './user';

/** An event in the form it has on the wire. */
export type LogEventData = {
  eventName: string;
  metadata: Record<string, unknown> | null;
  time: number;
  user: StatsigUser | null;
  value: string | number | null;
  secondaryExposures: SecondaryExposure[];
  statsigMetadata: Record<string, unknown> | null;
};

/** An exposure as a callback sees it. Always marked manual, as in statsig-node (Q6). */
export class LogEvent {
  private user: StatsigUser | null = null;
  private value: string | number | null = null;
  private metadata: Record<string, unknown> | null = null;
  private secondaryExposures: SecondaryExposure[] = [];
  private statsigMetadata: Record<string, unknown> = {};
  private time: number = systemClock.now();
  private eventName: string;

  constructor(
    eventName: string,
    parts: { user: StatsigUser | null; metadata: Record<string, unknown>; secondaryExposures: SecondaryExposure[] },
  ) {
    this.user = parts.user;
    this.metadata = parts.metadata;
    this.secondaryExposures = parts.secondaryExposures;
    this.eventName = eventName;
  }

  /** The wire form. */
  toObject(): LogEventData {
    const { eventName, metadata, time, user, value, secondaryExposures, statsigMetadata } = this;
    return { eventName, metadata, time, user, value, secondaryExposures, statsigMetadata };
  }
}

/** The exposure of a gate or config. `loggedUser` as `loggedUserOf` makes it. */
export function exposureEvent(evaluation: Evaluation, loggedUser: StatsigUser | null): LogEvent {
  const { record } = evaluation;
  const isGate = record.kind === SpecKind.Gate;
  const metadata: Record<string, unknown> = isGate
    ? { gate: record.name, gateValue: String(record.value), ruleID: record.ruleID }
    : { config: record.name, ruleID: record.ruleID, rulePassed: String(record.value) };
  addCircumstances(metadata, evaluation);
  const secondaryExposures = copyExposures(record.secondaryExposures);
  return new LogEvent(isGate ? 'statsig::gate_exposure' : 'statsig::config_exposure', {
    user: loggedUser,
    metadata,
    secondaryExposures,
  });
}

/** The exposure of one layer parameter. */
export function layerExposureEvent(evaluation: Evaluation, parameter: string, loggedUser: StatsigUser | null): LogEvent {
  const { record } = evaluation;
  const isExplicit = record.explicitParameters?.includes(parameter) ?? false;
  const metadata: Record<string, unknown> = {
    config: record.name,
    ruleID: record.ruleID,
    allocatedExperiment: isExplicit ? (record.configDelegate ?? '') : '',
    parameterName: parameter,
    isExplicitParameter: String(isExplicit),
  };
  addCircumstances(metadata, evaluation);
  return new LogEvent('statsig::layer_exposure', {
    user: loggedUser,
    metadata,
    secondaryExposures: copyExposures(exposuresOf(record, isExplicit)),
  });
}

/** The user as events carry it: a JSON copy with the environment and without private attributes; null if impossible. */
export function loggedUserOf(user: object, environment: object | null): StatsigUser | null {
  const json = environment === null ? '' : JSON.stringify(environment);
  const copy = JSON.parse(jsonOfUser(user, { json, overwrites: true }).json) as StatsigUser | null;
  if (copy !== null) copy.privateAttributes = null;
  return copy;
}

function exposuresOf(record: OutcomeRecord, isExplicit: boolean): SecondaryExposure[] {
  return isExplicit ? record.secondaryExposures : record.undelegatedSecondaryExposures;
}

function copyExposures(exposures: SecondaryExposure[]): SecondaryExposure[] {
  return exposures.map((exposure) => ({ ...exposure }));
}

function addCircumstances(metadata: Record<string, unknown>, evaluation: Evaluation): void {
  if (evaluation.record.configVersion !== null) {
    metadata['configVersion'] = String(evaluation.record.configVersion);
  }
  metadata['isManualExposure'] = 'true';
  metadata['reason'] = evaluation.reason;
  metadata['configSyncTime'] = evaluation.configSyncTime;
  metadata['initTime'] = evaluation.initTime;
  metadata['serverTime'] = evaluation.serverTime;
}
