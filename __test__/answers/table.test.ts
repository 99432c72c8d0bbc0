/** The table of remembered answers between epochs. */
import test from 'ava';
import { Answers } from '../../src/answers/answers';
import { EvalMode } from '../../src/engine/engine';
import type { UserRecord } from '../../src/users/user-table';

test('an update that needs as much room has the same table, of which nothing is known', (t) => {
  const answers = new Answers(() => 0);
  const record = { slot: 3, row: 0, version: -1, parameters: null } as unknown as UserRecord;
  const remember = (): void => {
    answers.renew(record);
    answers.keep(record, 5, EvalMode.Expose, 8);
    t.is(answers.free(record, 5, EvalMode.Expose), 8);
  };
  answers.resize(100, 64);
  const { codes } = answers;
  for (const specs of [100, 90, 101, 100]) {
    remember();
    answers.resize(specs, 64);
    t.true(answers.free(record, 5, EvalMode.Expose) < 0);
    answers.renew(record);
    t.false(answers.isKnown(record, 5));
    t.true(answers.codes.length >= answers.slots * answers.stride);
  }
  t.not(answers.codes, codes, 'more room was needed at 101');
  const { codes: grown } = answers;
  answers.resize(1, 64);
  t.not(answers.codes, grown, 'and a table for few is a small one');
});
