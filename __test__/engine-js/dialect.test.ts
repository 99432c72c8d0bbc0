/** What differs between the two dialects of projects. */
import test from 'ava';
import { Dialect } from '../../src/engine/js/dialect';

const { V1, V2 } = Dialect;

test('dcs-v1 passes over the rules of what is off, and exposes what names no rule', (t) => {
  t.like(V1, { number: 1, skipsRulesOfDisabled: true, exposesWithoutRule: true });
  t.like(V1, { knowsNewer: false, showsAnswers: false, delegatesLast: false });
  t.like(V2, { number: 2, skipsRulesOfDisabled: false, exposesWithoutRule: false });
  t.like(V2, { knowsNewer: true, showsAnswers: true, delegatesLast: true });
});

test('in dcs-v2 a rule may say no to those who pass, and a gate yes to all others', (t) => {
  for (const value of [true, false, undefined, 'x']) t.true(V1.says(value));
  t.deepEqual(
    [true, false, undefined, 'x'].map((value) => V2.says(value)),
    [true, false, true, true],
  );
  for (const value of [true, false, 'true']) t.false(V1.saysByDefault(value));
  t.deepEqual(
    [true, false, 'true'].map((value) => V2.saysByDefault(value)),
    [true, false, false],
  );
});

test('in dcs-v2 fields of users are found by other spellings', (t) => {
  for (const name of ['userid', 'user_id', 'userID']) t.is(V1.ownField(name), null);
  for (const name of ['userid', 'USERID', 'UserId'])
    t.deepEqual(V2.ownField(name), { name: 'userID', isFirst: true });
  t.deepEqual(V2.ownField('appversion'), { name: 'appVersion', isFirst: true });
  t.deepEqual(V2.ownField('user_id'), { name: 'userID', isFirst: false });
  t.deepEqual(V2.ownField('app_version'), { name: 'appVersion', isFirst: false });
  t.deepEqual(V2.ownField('user_agent'), { name: 'userAgent', isFirst: false });
  t.deepEqual(V2.ownField('User_Id'), { name: 'userID', isFirst: false });
  for (const name of ['userID', 'email', 'ip', 'userAgent', 'country', 'locale', 'appVersion'])
    t.deepEqual(V2.ownField(name), { name, isFirst: true });
  for (const name of ['plan', 'ip_address', '']) t.is(V2.ownField(name), null, name);
});

test('in dcs-v2 a bucket without a salt has an empty one, and a list may be an object', (t) => {
  t.is(V1.saltOf(undefined), undefined);
  t.is(V2.saltOf(undefined), '');
  t.is(V2.saltOf(null), '');
  t.is(V2.saltOf('s'), 's');
  const map = { b: 1, a: 0 };
  for (const operator of ['any', 'none']) {
    t.is(V1.listOf(operator, map), map);
    t.deepEqual(V2.listOf(operator, map), ['b', 'a']);
    t.is(V2.listOf(operator, 'x'), 'x');
  }
  t.is(V2.listOf('any_case_sensitive', map), map);
});
