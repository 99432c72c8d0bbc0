/** Outcomes as the facade gets them. */
import { type OutcomeRecord, SpecKind } from '../engine';

/** What an outcome number of another epoch gets. */
export function missingOutcome(): OutcomeRecord {
  return {
    kind: SpecKind.Gate,
    name: '',
    value: false,
    ruleID: '',
    groupName: null,
    idType: null,
    json: {},
    secondaryExposures: [],
    undelegatedSecondaryExposures: [],
    explicitParameters: null,
    configDelegate: null,
    configVersion: null,
    isExperimentGroup: false,
    reason: 'Unrecognized',
    persistedTime: null,
    sampling: { forwardAll: false, rate: null, seenAnalytical: false },
  };
}

/** The caller keeps its record; the table keeps its own. */
export function copyOf(record: OutcomeRecord): OutcomeRecord {
  return JSON.parse(JSON.stringify(record));
}
