/** What an evaluation becomes for applications. */
import type { Verdict } from '../answers/verdict';
import type { SecondaryExposure } from '../engine/engine';
import { EvaluationDetails, type EvaluationReason, type FeatureGate } from './results';

/** A gate as applications see it. */
export function gateOf(name: string, verdict: Verdict): FeatureGate {
  const { record } = verdict;
  return {
    name,
    ruleID: record.ruleID,
    value: record.value === true,
    groupName: record.groupName,
    idType: record.idType,
    evaluationDetails: detailsOf(verdict),
  };
}

/** Where a result comes from. */
export function detailsOf(verdict: Verdict): EvaluationDetails {
  const { configSyncTime, initTime, serverTime } = verdict;
  return new EvaluationDetails(
    configSyncTime,
    initTime,
    verdict.reason as EvaluationReason,
    serverTime,
    verdict.record,
  );
}

/** The caller's to change: the originals serve others. */
export function copiesOf(exposures: SecondaryExposure[]): SecondaryExposure[] {
  return exposures.map(({ gate, gateValue, ruleID }) => ({ gate, gateValue, ruleID }));
}
