/** What the SDK adds to every user, on a copy. */
import test from 'ava';
import { UserAdditions } from '../../src/users/user-additions';

const IPV6 = '2001:db8::1';
const to = (
  user: object,
  fields: Record<string, unknown> | null,
  country: ((address: string) => string | null | undefined) | null,
  isCopyable = true,
): unknown => UserAdditions.of(fields, country)?.to(user, isCopyable);

test('with nothing to add there are no additions', (t) => {
  t.is(UserAdditions.of(null, null), null);
  t.not(UserAdditions.of({}, null), null);
  t.not(
    UserAdditions.of(null, () => 'AT'),
    null,
  );
});

test('fields go into custom, where those of the user win; the user stays as it is', (t) => {
  const fields = { a: 1, b: 2 };
  const user = { userID: 'u', custom: { b: 3 } };
  t.deepEqual(to(user, fields, null), { userID: 'u', custom: { a: 1, b: 3 } });
  t.deepEqual(user, { userID: 'u', custom: { b: 3 } });
  for (const custom of [undefined, null, 'text', [1]])
    t.deepEqual(to({ userID: 'u', custom }, fields, null), { userID: 'u', custom: fields });
  const odd = Object.create({ userID: 'u' }, { toJSON: { value: () => ({ userID: 'json' }) } });
  t.deepEqual(to(odd, fields, null, false), { userID: 'json', custom: fields });
});

test('a copy has what the user has; who has no JSON, and is not to be copied, stays as it is', (t) => {
  const since = new Date(0);
  const copy = to({ userID: 'u', since }, { a: 1 }, null) as { since: unknown };
  t.is(copy.since, since);
  const untold = {
    toJSON() {
      throw new Error('of a test');
    },
  };
  t.is(to(untold, { a: 1 }, null, false), untold);
});

test('a country is asked for by an IPv6 address of a user without one', (t) => {
  const asked: string[] = [];
  const find = (address: string): string => {
    asked.push(address);
    return 'AT';
  };
  t.deepEqual(to({ ip: IPV6, privateAttributes: { p: 1 } }, null, find), {
    ip: IPV6,
    privateAttributes: { country: 'AT', p: 1 },
  });
  t.deepEqual(asked.splice(0), [IPV6]);
  for (const country of ['', null, undefined]) {
    const added = to({ ip: IPV6, country }, null, find) as { privateAttributes?: unknown };
    t.deepEqual(added.privateAttributes, { country: 'AT' });
  }
  asked.length = 0;
  for (const user of [
    {},
    { ip: '1.2.3.4' },
    { ip: 5 },
    { ip: [IPV6] },
    { ip: IPV6, country: 'DE' },
    { ip: IPV6, country: 0 },
  ])
    t.is(to(user, null, find), user);
  t.deepEqual(asked, []);
});

test('an answer that is no country adds nothing', (t) => {
  const user = { ip: IPV6 };
  const boom = (): never => {
    throw new Error('no');
  };
  for (const find of [boom, () => null, () => undefined, () => '', () => 5 as never])
    t.is(to(user, null, find), user);
  t.deepEqual(to(user, { a: 1 }, boom), { ip: IPV6, custom: { a: 1 } });
  t.deepEqual(
    to(user, { a: 1 }, () => 'AT'),
    { ip: IPV6, custom: { a: 1 }, privateAttributes: { country: 'AT' } },
  );
});
