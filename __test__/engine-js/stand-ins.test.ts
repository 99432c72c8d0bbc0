/** What stands in where there is no answer, and where the payload has no spec. */
import test from 'ava';
import { copyOf, missingOutcome } from '../../src/engine/js/outcome-record';
import { NO_SPEC } from '../../src/engine/js/shown-spec';

test('an outcome of another epoch is a gate that nobody knows', (t) => {
  const missing = missingOutcome();
  t.deepEqual(missing, {
    kind: 0,
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
  });
  t.not(missingOutcome(), missing);
  const copy = copyOf(missing);
  t.deepEqual(copy, missing);
  t.not(copy.sampling, missing.sampling);
});

test('a spec that is not in the payload is inactive', (t) => {
  t.deepEqual(NO_SPEC, {
    idType: undefined,
    isActive: false,
    hasSharedParams: false,
    isAutotune: false,
  });
});
