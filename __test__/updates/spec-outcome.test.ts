/** What becomes of a start, and why a payload is of no use. */
import test from 'ava';
import { isJson, note, type SpecInitResult, whyUnusable } from '../../src/updates/spec-outcome';

test('the last of success and failure counts, and an error stays', (t) => {
  const result: SpecInitResult = { success: false };
  const error = new Error('x');
  note(result, 'DataAdapter', null, false);
  t.deepEqual(result, { success: false });
  note(result, 'DataAdapter', error);
  t.deepEqual(result, { success: false, error });
  note(result, 'Network', null);
  t.deepEqual(result, { success: true, error, source: 'Network' });
  note(result, 'DataAdapter', error);
  t.deepEqual(result, { success: false, error, source: 'Network' });
});

test('a payload of no use is told by what is wrong with it', (t) => {
  const rejected = { status: 'rejected', error: new Error('x') } as const;
  t.is(whyUnusable(rejected, true), 'they are no config specs of this key');
  t.is(whyUnusable(rejected, false), 'they are no JSON');
  t.regex(whyUnusable({ status: 'noUpdates', time: 0 }, true), /has_updates is not true/);
  t.is(whyUnusable({ status: 'older', time: 0 }, true), 'they have no time');
  t.true(isJson('{}'));
  t.false(isJson('{'));
});
