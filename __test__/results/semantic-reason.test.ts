/** The words for how an answer came about. */
import test from 'ava';
import { semanticReason } from '../../src/results/semantic-reason';

test('what overrode counts before the rule, and a group only where users are divided', (t) => {
  const origin = { kind: 'config', ruleID: 'r', groupName: null, reason: 'Network' } as const;
  for (const [more, expected] of [
    [{}, 'targeting_match'],
    [{ groupName: 'A' }, 'targeting_match'],
    [{ groupName: 'A', kind: 'experiment' }, 'split'],
    [{ groupName: 'A', kind: 'layer' }, 'split'],
    [{ groupName: 'A', kind: 'gate' }, 'targeting_match'],
    [{ ruleID: 'default', groupName: 'A' }, 'default'],
    [{ ruleID: '' }, 'default'],
    [{ ruleID: 'disabled' }, 'disabled'],
    [{ reason: 'Persisted', ruleID: 'default' }, 'cached'],
    [{ reason: 'LocalOverride', ruleID: '' }, 'static'],
  ] as const)
    t.is(semanticReason({ ...origin, ...more }), expected, JSON.stringify(more));
});
