/** When and how often a failed upload is tried again. */
import test from 'ava';
import {
  askedWait,
  clampRetryLimit,
  isTooLarge,
  judgeFailure,
  MAX_WAITED_RETRY_AFTER_MS,
  retryDelay,
} from '../../src/events/retry-policy';
import { NetworkError } from '../../src/network/network-error';

const status = (code: number, waitMs: number | null = null): NetworkError =>
  new NetworkError('status', 'x', code, waitMs);

test('a number doubles up to a minute, or stays where it is more, and is spread by a quarter', (t) => {
  t.deepEqual(
    [0, 1, 2, 5, 6, 99].map((attempt) => retryDelay(1_000, attempt, 9, 0.5)),
    [1_000, 2_000, 4_000, 32_000, 60_000, 60_000],
  );
  t.deepEqual(
    [0, 1].map((attempt) => retryDelay(90_000, attempt, 9, 0.5)),
    [90_000, 90_000],
  );
  t.deepEqual(
    [0, 0.5, 1].map((draw) => retryDelay(1_000, 0, 9, draw)),
    [750, 1_000, 1_250],
  );
  t.is(retryDelay(0, 3, 9, 1), 0);
  for (const odd of [NaN, -1, Infinity, '5' as never]) t.is(retryDelay(odd, 1, 9, 0.5), 2_000);
});

test('a function says each delay, ten minutes at most; nonsense is a second', (t) => {
  const asked: number[] = [];
  const tell = (remaining: number): number => {
    asked.push(remaining);
    return 5;
  };
  t.deepEqual(
    [0, 1, 2].map((attempt) => retryDelay(tell, attempt, 3, 0.1)),
    [5, 5, 5],
  );
  t.deepEqual(asked, [3, 2, 1]);
  t.is(
    retryDelay(() => 1e9, 0, 1, 0.5),
    600_000,
  );
  t.is(
    retryDelay(() => 0, 0, 1, 0.5),
    0,
  );
  const boom = (): never => {
    throw new Error('no');
  };
  for (const odd of [NaN, -1, Infinity, '5', Promise.reject(new Error('late'))])
    t.is(retryDelay((() => odd) as never, 4, 5, 0.5), 1_000);
  t.is(retryDelay(boom, 4, 5, 0.5), 1_000);
});

test('limits are whole numbers from 0 to 100', (t) => {
  t.deepEqual(
    [NaN, -5, 0, 0.9, 1, 2.5, 100, 101, Infinity].map(clampRetryLimit),
    [0, 0, 0, 0, 1, 2, 100, 100, 100],
  );
});

test('what failures mean', (t) => {
  for (const error of [new Error('x'), null, status(500), status(408), status(429)])
    t.is(judgeFailure(error), 'retry');
  for (const code of ['network', 'timeout', 'too_many_requests'] as const)
    t.is(judgeFailure(new NetworkError(code, 'x')), 'retry');
  t.is(judgeFailure(new NetworkError('aborted', 'x')), 'stop');
  for (const error of [status(400), status(413), new NetworkError('too_long', 'x')])
    t.is(judgeFailure(error), 'reject');
  t.deepEqual([status(413), status(400), new Error('x')].map(isTooLarge), [true, false, false]);
  t.deepEqual(
    [status(503, 5), status(503), status(503, 9e6), new Error('x')].map(askedWait),
    [5, 0, 3_600_000, 0],
  );
  t.is(askedWait(Object.assign(new Error('x'), { retryAfterMs: 5 })), 0);
  t.is(MAX_WAITED_RETRY_AFTER_MS, 60_000);
});
