/** What an evaluation becomes for applications. */
import type { Evaluation } from '../answers/evaluation';
import type { SecondaryExposure } from '../engine/engine';
import { EvaluationDetails, type EvaluationReason, type FeatureGate } from './results';

/** A gate as applications see it. */
export function gateOf(name: string, evaluation: Evaluation): FeatureGate {
  const { record } = evaluation;
  return {
    name,
    ruleID: record.ruleID,
    value: record.value === true,
    groupName: record.groupName,
    idType: record.idType,
    evaluationDetails: detailsOf(evaluation),
  };
}

/** Where a result comes from. */
export function detailsOf(evaluation: Evaluation): EvaluationDetails {
  const { configSyncTime, initTime, serverTime } = evaluation;
  return new EvaluationDetails(
    configSyncTime,
    initTime,
    evaluation.reason as EvaluationReason,
    serverTime,
    evaluation.record,
  );
}

/** The caller's to change: the originals serve others. */
export function copiesOf(exposures: SecondaryExposure[]): SecondaryExposure[] {
  return exposures.length === 0
    ? []
    : exposures.map(({ gate, gateValue, ruleID }) => ({ gate, gateValue, ruleID }));
}
