/**
 * Events as objects: what evaluation callbacks receive (BEHAVIOUR.md 2.1, 7.4). They are never
 * queued.
 */
import { SpecKind, type OutcomeRecord, type SecondaryExposure } from '../engine/engine';
import type { Verdict } from '../answers/verdict';
import { NO_ENVIRONMENT, jsonOfUser, type EnvironmentRule } from '../users/user-json';
import { systemClock } from '../host/clock';
import type { StatsigUser } from '../types/user';

/** An event in the form it has on the wire. */
export type LogEventData = {
  /** Its name; `statsig::…` are the SDK's own. */
  eventName: string;
  /** What was logged with it. */
  metadata: Record<string, unknown> | null;
  /** Milliseconds since 1970. */
  time: number;
  /** The user, without private attributes. */
  user: StatsigUser | null;
  /** Its value. */
  value: string | number | null;
  /** Exposures: gates that were evaluated on the way. */
  secondaryExposures: SecondaryExposure[];
  /** What sampling decided. */
  statsigMetadata: Record<string, unknown> | null;
};

/**
 * An event as statsig-node's class of this name: exposures as callbacks see them, and whatever an
 * application makes by `dist/LogEvent`. What is no value of a field leaves the field as it was, as
 * in statsig-node; nothing is said about it.
 */
export class LogEvent {
  private user: StatsigUser | null = null;
  private value: string | number | null = null;
  private metadata: Record<string, unknown> | null = null;
  private secondaryExposures: SecondaryExposure[] = [];
  private statsigMetadata: Record<string, unknown> = {};
  private time: number = systemClock.now();
  private eventName: string;

  /** A name that is no text, or empty, becomes `invalid_event`. */
  constructor(eventName: string) {
    this.eventName =
      typeof eventName === 'string' && eventName !== '' ? eventName : 'invalid_event';
  }

  /** Takes a copy without private attributes. */
  setUser(user: StatsigUser): void {
    this.user =
      typeof user === 'object' && user !== null ? loggedUserOf(user, NO_ENVIRONMENT) : this.user;
  }

  /** Texts and numbers; other values as their text, objects as their JSON. */
  setValue(value: string | number | null): void {
    if (value == null) return;
    const isPlain = typeof value === 'string' || typeof value === 'number';
    this.value = isPlain ? value : textOfValue(value);
  }

  /** Takes a copy. */
  setMetadata(metadata: Record<string, unknown> | null): void {
    if (typeof metadata !== 'object' || metadata === null) return;
    this.metadata = copyOf(metadata) ?? this.metadata;
  }

  /** Milliseconds since 1970. */
  setTime(time: number): void {
    if (typeof time === 'number') this.time = time;
  }

  /** Gates that were evaluated on the way; anything but a list empties them. */
  setSecondaryExposures(exposures: SecondaryExposure[]): void {
    this.secondaryExposures = Array.isArray(exposures) ? exposures : [];
  }

  /** What sampling decided, where it says something. */
  setSamplingDecision(decision: {
    samplingRate?: number | null;
    shadowLogged?: string | null;
    samplingMode?: string | null;
  }): void {
    for (const name of ['samplingRate', 'shadowLogged', 'samplingMode'] as const) {
      if (decision?.[name]) this.statsigMetadata[name] = decision[name];
    }
  }

  /** Takes a copy. Large ones are not cut here: only the SDK's own diagnostics are. */
  setDiagnosticsMetadata(metadata: Record<string, unknown>): void {
    this.setMetadata(metadata);
  }

  /** Whether it has a name. */
  validate(): boolean {
    return this.eventName !== '';
  }

  /** The wire form. */
  toObject(): LogEventData {
    const { eventName, metadata, time, user, value, secondaryExposures, statsigMetadata } = this;
    return { eventName, metadata, time, user, value, secondaryExposures, statsigMetadata };
  }
}

/** An exposure. Always marked manual, as in statsig-node (Q6). */
function exposure(
  eventName: string,
  user: StatsigUser | null,
  parts: { metadata: Record<string, unknown>; secondaryExposures: SecondaryExposure[] },
): LogEvent {
  return Object.assign(new LogEvent(eventName), { user, ...parts });
}

/** A copy as JSON carries it; null where JSON cannot. */
function copyOf(value: object): Record<string, unknown> | null {
  try {
    return JSON.parse(JSON.stringify(value));
  } catch {
    return null;
  }
}

function textOfValue(value: unknown): string | null {
  try {
    return typeof value === 'object' ? JSON.stringify(value) : String(value);
  } catch {
    return null;
  }
}

/** The exposure of a gate or config. `loggedUser` as `loggedUserOf` makes it. */
export function exposureEvent(verdict: Verdict, loggedUser: StatsigUser | null): LogEvent {
  const { record } = verdict;
  const isGate = record.kind === SpecKind.Gate;
  const metadata: Record<string, unknown> = isGate
    ? { gate: record.name, gateValue: String(record.value), ruleID: record.ruleID }
    : { config: record.name, ruleID: record.ruleID, rulePassed: String(record.value) };
  addCircumstances(metadata, verdict);
  const secondaryExposures = copyExposures(record.secondaryExposures);
  const name = isGate ? 'statsig::gate_exposure' : 'statsig::config_exposure';
  return exposure(name, loggedUser, { metadata, secondaryExposures });
}

/** The exposure of one layer parameter. */
export function layerExposureEvent(
  verdict: Verdict,
  parameter: string,
  loggedUser: StatsigUser | null,
): LogEvent {
  const { record } = verdict;
  const isExplicit = record.explicitParameters?.includes(parameter) ?? false;
  const metadata: Record<string, unknown> = {
    config: record.name,
    ruleID: record.parameterRuleIDs?.[parameter] ?? record.ruleID,
    allocatedExperiment: isExplicit ? (record.configDelegate ?? '') : '',
    parameterName: parameter,
    isExplicitParameter: String(isExplicit),
  };
  addCircumstances(metadata, verdict);
  const secondaryExposures = copyExposures(exposuresOf(record, isExplicit));
  return exposure('statsig::layer_exposure', loggedUser, { metadata, secondaryExposures });
}

/**
 * The user as events carry it: a JSON copy with the environment and without private attributes;
 * null if impossible.
 */
export function loggedUserOf(user: object, environment: EnvironmentRule): StatsigUser | null {
  const copy: StatsigUser | null = JSON.parse(jsonOfUser(user, environment).json);
  if (copy !== null) copy.privateAttributes = null;
  return copy;
}

function exposuresOf(record: OutcomeRecord, isExplicit: boolean): SecondaryExposure[] {
  return isExplicit ? record.secondaryExposures : record.undelegatedSecondaryExposures;
}

function copyExposures(exposures: SecondaryExposure[]): SecondaryExposure[] {
  return exposures.map((exposure) => ({ ...exposure }));
}

function addCircumstances(metadata: Record<string, unknown>, verdict: Verdict): void {
  if (verdict.record.configVersion !== null) {
    metadata['configVersion'] = String(verdict.record.configVersion);
  }
  const { overrideConfigName } = verdict.record;
  if (overrideConfigName !== undefined) metadata['overrideConfigName'] = overrideConfigName;
  metadata['isManualExposure'] = 'true';
  metadata['reason'] = verdict.reason;
  metadata['configSyncTime'] = verdict.configSyncTime;
  metadata['initTime'] = verdict.initTime;
  metadata['serverTime'] = verdict.serverTime;
}
