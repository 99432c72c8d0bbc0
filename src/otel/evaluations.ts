/**
 * Checks as `feature_flag.evaluation` events and as a counter. Names are those of OpenTelemetry's
 * semantic conventions 1.45 (still experimental there).
 */
import type { Attributes, Meter } from '@opentelemetry/api';
import { SeverityNumber, type Logger } from '@opentelemetry/api-logs';
import { DynamicConfig, Layer, type FeatureGate } from '../results/results';
import { semanticReason, type Origin } from '../results/semantic-reason';
import type { Check } from '../runtime/listeners';
import { read } from '../users/user-reader';
import type { Observed } from './observed';

type Result = FeatureGate | DynamicConfig | Layer;

/** Reasons of answers that are no value of the project's, and what they are called. */
const ERRORS: Record<string, string> = {
  Uninitialized: 'provider_not_ready',
  Unrecognized: 'flag_not_found',
  Unsupported: 'parse_error',
};

/** Logs each check. */
export function logEvaluations(
  observed: Observed,
  logger: Logger,
  { contextId, values }: { contextId: boolean; values: boolean },
): () => void {
  return observed.addEvaluationHooks({
    after(check, result) {
      const attributes = attributesOf(check, result);
      const { configSyncTime } = detailsOf(result) ?? {};
      if (configSyncTime) attributes['feature_flag.version'] = String(configSyncTime);
      const value = valueOf(result, values);
      if (value !== undefined) attributes['feature_flag.result.value'] = value;
      const id = contextId ? read(check.user, 'userID') : undefined;
      if (id !== undefined && id !== null) attributes['feature_flag.context.id'] = String(id);
      logger.emit({
        eventName: 'feature_flag.evaluation',
        severityNumber: SeverityNumber.INFO,
        attributes,
      });
    },
  });
}

/** Counts each check by what came of it. */
export function countEvaluations(observed: Observed, meter: Meter): () => void {
  const counter = meter.createCounter('statsig.evaluations', {
    description: 'Checks of gates, configs, experiments and layers',
    unit: '{evaluation}',
  });
  return observed.addEvaluationHooks({
    after: (check, result) => counter.add(1, attributesOf(check, result)),
  });
}

/** Of few distinct values: they make time series. */
function attributesOf(check: Check, result: Result): Attributes {
  const { ruleID, groupName, reason } = originOf(check, result);
  const variant = groupName ?? ruleID;
  const error = reason === '' ? 'general' : ERRORS[reason];
  const attributes: Attributes = {
    'feature_flag.key': check.name,
    'feature_flag.provider.name': 'statsig',
    'feature_flag.result.reason':
      error === undefined
        ? semanticReason({ kind: check.kind, ruleID, groupName, reason })
        : 'error',
    'statsig.kind': check.kind,
  };
  if (error !== undefined) attributes['error.type'] = error;
  else if (variant !== '') attributes['feature_flag.result.variant'] = variant;
  return attributes;
}

function originOf({ kind }: Check, result: Result): Origin {
  const reason = detailsOf(result)?.reason ?? '';
  const { ruleID, groupName } =
    result instanceof DynamicConfig || result instanceof Layer
      ? { ruleID: result.getRuleID(), groupName: result.getGroupName() }
      : result;
  return { kind, ruleID, groupName, reason };
}

function detailsOf(result: Result): FeatureGate['evaluationDetails'] {
  return result instanceof DynamicConfig || result instanceof Layer
    ? result.getEvaluationDetails()
    : result.evaluationDetails;
}

/** Reading a layer would expose it. */
function valueOf(result: Result, values: boolean): string | boolean | undefined {
  if (result instanceof Layer) return undefined;
  if (result instanceof DynamicConfig) return values ? JSON.stringify(result.value) : undefined;
  return result.value;
}
