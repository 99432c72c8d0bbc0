/**
 * What was logged, as a test wants to compare it: only what a test can know, and keys only where
 * there is something.
 */
import type { LoggedEvent } from '../events/before-log';

interface OfUser {
  /** The user's ID; no such key for a user without one. */
  userID?: string;
  /** The user's other IDs; no such key for a user without any. */
  customIDs?: Record<string, string>;
}

/** Who was shown what. */
export interface RecordedExposure extends OfUser {
  /** Experiments are configs. */
  kind: 'gate' | 'config' | 'layer';
  /** Of the gate, config, experiment or layer. */
  name: string;
  /** Gates: whether the user passed. */
  value?: boolean;
  /** The rule that decided. In experiments of the builder: the group's name. */
  ruleID: string;
  /** Layers: the parameter that was read. */
  parameter?: string;
  /** Layers: the experiment that the parameter's value is of, if any. */
  experiment?: string;
  /** Logged by `manuallyLogGateExposure` or one of its siblings. */
  isManual?: true;
}

/** An event that the application logged. */
export interface RecordedEvent extends OfUser {
  /** Its name. */
  name: string;
  /** Its value; no such key without one. */
  value?: string | number;
  /** What was logged with it; no such key without any. */
  metadata?: Record<string, unknown>;
}

const OWN = 'statsig::';
const KINDS: Record<string, RecordedExposure['kind']> = {
  'statsig::gate_exposure': 'gate',
  'statsig::config_exposure': 'config',
  'statsig::layer_exposure': 'layer',
};

/** Null for an event that is no exposure. */
export function exposureOf({ eventName, user, metadata }: LoggedEvent): RecordedExposure | null {
  const kind = KINDS[eventName];
  if (kind === undefined || metadata === null) return null;
  const name = kind === 'gate' ? metadata['gate'] : metadata['config'];
  return {
    kind,
    name: String(name),
    ...idsOf(user),
    ...(kind === 'gate' ? { value: metadata['gateValue'] === 'true' } : {}),
    ruleID: String(metadata['ruleID']),
    ...(kind === 'layer' ? layerPart(metadata) : {}),
    ...(metadata['isManualExposure'] === 'true' ? { isManual: true as const } : {}),
  };
}

/** Null for an event of the SDK's own. */
export function eventOf({ eventName, user, value, metadata }: LoggedEvent): RecordedEvent | null {
  if (eventName.startsWith(OWN)) return null;
  return {
    name: eventName,
    ...idsOf(user),
    ...(value === null ? {} : { value }),
    ...(metadata === null ? {} : { metadata }),
  };
}

function layerPart(metadata: Record<string, unknown>): Partial<RecordedExposure> {
  const experiment = metadata['allocatedExperiment'];
  return {
    parameter: String(metadata['parameterName']),
    ...(experiment === '' ? {} : { experiment: String(experiment) }),
  };
}

function idsOf(user: LoggedEvent['user']): OfUser {
  const {
    userID,
    customIDs,
  }: {
    userID?: string;
    customIDs?: Record<string, string>;
  } = user ?? {};
  const hasCustom =
    typeof customIDs === 'object' && customIDs !== null && Object.keys(customIDs).length > 0;
  return { ...(userID == null ? {} : { userID }), ...(hasCustom ? { customIDs } : {}) };
}
