/** The small parts of a request, each by itself. */
import test from 'ava';
import { InFlight, MAX_IN_FLIGHT_PER_URL } from '../../src/network/in-flight';
import { NetworkError, retryAfter, tooLong } from '../../src/network/network-error';
import { proxyName, readProxy } from '../../src/network/proxy';
import { parseRetryAfter } from '../../src/network/retry-after';
import { shownUrl } from '../../src/network/shown-url';

test('so many requests to one URL are in flight, and each that ends makes room', (t) => {
  const flights = new InFlight();
  t.is(MAX_IN_FLIGHT_PER_URL, 1000);
  for (let i = 0; i < 1000; i++) t.true(flights.enter('a'));
  t.false(flights.enter('a'));
  t.is(flights.count('a'), 1000);
  t.true(flights.enter('b'));
  flights.leave('a');
  t.is(flights.count('a'), 999);
  t.true(flights.enter('a'));
  t.true(flights.enter('b'));
  flights.leave('b');
  t.is(flights.count('b'), 1);
  for (const _ of [1, 2]) flights.leave('b');
  t.is(flights.count('b'), 0);
  const { counts } = flights as unknown as { counts: Map<string, number> };
  t.deepEqual([...counts.keys()], ['a'], 'a URL is remembered while there are requests');
});

test('Retry-After is seconds or a date, and no wait into the past', (t) => {
  const now = Date.UTC(2026, 0, 1);
  const cases: [string | null, number | null][] = [
    ['0', 0],
    ['5', 5000],
    [' 5 ', 5000],
    ['1.5', 1500],
    ['0.0004', 0],
    ['999999999', 999_999_999_000],
    ['1234567890', null],
    ['-5', null],
    ['5x', null],
    ['', null],
    [null, null],
    ['soon', null],
    ['Thu, 01 Jan 2026 00:00:07 GMT', 7000],
    ['Wed, 31 Dec 2025 23:59:59 GMT', 0],
  ];
  for (const [header, wait] of cases) t.is(parseRetryAfter(header, now), wait, String(header));
});

test('messages name a URL without user, password, query and fragment', (t) => {
  t.is(shownUrl('https://user:word@host/a?key=1#x'), 'https://host/a?******');
  t.is(shownUrl('HTTP+x-1.0://u@host/a#b?c'), 'HTTP+x-1.0://host/a');
  t.is(shownUrl('https://host/a@b'), 'https://host/a@b');
  t.is(shownUrl('https://host/a?x\ny'), 'https://host/a?******');
  t.is(shownUrl('user@host'), 'user@host');
});

test('a proxy is read with its usual port, and its credentials as a header', (t) => {
  const basic = (text: string): string => `Basic ${Buffer.from(text).toString('base64')}`;
  const plain = { host: 'p', port: 80, isSecure: false, authorization: null };
  t.is(readProxy(''), null);
  t.deepEqual(readProxy('http://p'), plain);
  t.deepEqual(readProxy('https://p'), { ...plain, port: 443, isSecure: true });
  t.deepEqual(readProxy('http://[::1]:8080'), { ...plain, host: '::1', port: 8080 });
  t.is(readProxy('http://u:w%40-%ff@p')?.authorization, basic('u:w@-%ff'));
  t.is(readProxy('http://u%C3%A9@p')?.authorization, basic('ué:'));
  t.is(readProxy('http://:word@p')?.authorization, basic(':word'));
});

test('what names no proxy is refused without a word of it', (t) => {
  const refused = (text: string): string =>
    t.throws(() => readProxy(text), { instanceOf: NetworkError })?.message ?? '';
  t.is(refused('secret word'), 'What names the proxy is no URL');
  t.is(refused('socks5://user:word@p'), 'Proxies of type socks5: are not supported');
});

test('messages name a proxy by its address', (t) => {
  t.is(proxyName('http://user:word@p'), 'http://p:80');
  t.is(proxyName('https://[::1]:1'), 'https://[::1]:1');
  t.is(proxyName(''), null);
  t.is(proxyName('secret word'), null);
});

test('trouble of the network, timeouts, 408, 429 and 5xx are worth another attempt', (t) => {
  const worth = (code: NetworkError['code'], status: number | null = null): boolean =>
    new NetworkError(code, 'x', status).isRetryable;
  for (const status of [408, 429, 500, 599]) t.true(worth('status', status), String(status));
  for (const status of [400, 407, 409, 428, 430, 499, null])
    t.false(worth('status', status), String(status));
  for (const code of ['network', 'timeout'] as const) t.true(worth(code));
  for (const code of ['aborted', 'too_long', 'too_many_requests'] as const) t.false(worth(code));
});

test('a download is tried again after the wait that was asked for, or never', (t) => {
  t.is(retryAfter(new NetworkError('status', 'x', 503, 70)), 70);
  t.is(retryAfter(new NetworkError('status', 'x', 503)), 0);
  t.is(retryAfter(new NetworkError('status', 'x', 404, 70)), null);
  t.is(retryAfter(new Error('x')), null);
});

test('errors say what they are', (t) => {
  const error = tooLong(5);
  t.is(String(error), 'NetworkError: Response is longer than 5 bytes');
  t.like(error, { code: 'too_long', status: null, retryAfterMs: null, thrown: null });
  error.name = 'Mine';
  t.is(error.name, 'Mine');
  t.true(Object.getOwnPropertyDescriptor(error, 'name')?.configurable);
});

test('of what was thrown diagnostics tell code, name and message, whatever it is', (t) => {
  const { accountOf } = NetworkError;
  for (const none of [null, undefined, 'text', 5]) t.is(accountOf(none), null);
  t.deepEqual(accountOf(Object.assign(new TypeError('m'), { code: 'E' })), {
    code: 'E',
    name: 'TypeError',
    message: 'm',
  });
  t.deepEqual(accountOf({ code: 5, name: 6, message: null }), { code: 5 });
  const throwing = {
    name: 'n',
    get message(): string {
      throw new Error('of a test');
    },
  };
  t.deepEqual(accountOf(throwing), { name: 'n' });
});
