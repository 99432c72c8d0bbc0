/** The small parts of what is told, each by itself. */
import { runInNewContext } from 'node:vm';
import test from 'ava';
import { contained, guarded, recover } from '../../src/observability/error-boundary';
import type { ExceptionReporter } from '../../src/observability/exception-report';
import { SafeLogger } from '../../src/observability/logger';
import { NonExposedChecks } from '../../src/observability/non-exposed-checks';
import { onRejection } from '../../src/observability/rejection';
import { isError } from '../../src/observability/thrown';
import {
  StatsigInvalidArgumentError,
  StatsigLocalModeNetworkError,
  StatsigTooManyRequestsError,
  StatsigUninitializedError,
} from '../../src/types/errors';
import { settle } from '../network/fake-clock';

const reporter = () => {
  const reports: unknown[] = [];
  const exceptions = {
    report: (error: unknown, context: unknown) => void reports.push([error, context]),
  } as unknown as ExceptionReporter;
  return { reports, exceptions };
};
const fails = (error: unknown) => (): never => {
  throw error;
};

test('an error is one of any realm, and nothing else', (t) => {
  t.true(isError(new TypeError('x')));
  t.true(isError(runInNewContext('new RangeError("x")')));
  t.true(isError(new DOMException('x')));
  t.true(isError(Object.create(Error.prototype)));
  for (const other of [null, undefined, 'Error', { message: 'x' }, 5]) t.false(isError(other));
});

test('documented errors are thrown on, others are reported, and those of local mode are expected', (t) => {
  const { reports, exceptions } = reporter();
  const context = { tag: 'call' };
  for (const documented of [
    new StatsigUninitializedError(),
    new StatsigInvalidArgumentError('x'),
    new StatsigTooManyRequestsError('x'),
  ])
    t.is(
      t.throws(() => recover(documented, exceptions, context)),
      documented,
    );
  recover(new StatsigLocalModeNetworkError(), exceptions, context);
  t.deepEqual(reports, []);
  const bug = new Error('bug');
  recover(bug, exceptions, context);
  t.deepEqual(reports, [[bug, context]]);
});

test('a guarded call gives what it gives, or its fallback', (t) => {
  const { reports, exceptions } = reporter();
  t.is(
    guarded(exceptions, 'call', 5, () => 7),
    7,
  );
  t.is(guarded(exceptions, 'call', 5, fails('text')), 5);
  t.deepEqual(reports, [['text', { tag: 'call' }]]);
  const documented = new StatsigUninitializedError();
  t.is(
    t.throws(() => guarded(exceptions, 'call', 5, fails(documented))),
    documented,
  );
});

test('what code of the application throws, now or later, is said once per name', async (t) => {
  const lines: unknown[] = [];
  const say = (line: unknown): void => void lines.push(line);
  const logger = new SafeLogger({ warn: say, error: say, logLevel: 'error' });
  contained(logger, 'mine', () => 'fine');
  for (const _ of [1, 2]) contained(logger, 'mine', fails(new Error('now')));
  contained(logger, 'yours', () => Promise.reject(new Error('later')));
  await settle();
  t.deepEqual(lines, [
    'statsigSDK> mine threw and is ignored: Error: now',
    'statsigSDK> yours threw and is ignored: Error: later',
  ]);
});

test('a rejection is told, of whatever counts as a promise', async (t) => {
  const told: unknown[] = [];
  const thenable = { then: (_: unknown, reject: (error: string) => void) => reject('thenable') };
  const callable = Object.assign(() => undefined, thenable);
  for (const returned of [
    Promise.reject('promise'),
    thenable,
    callable,
    { then: fails('throws') },
    Promise.resolve(1),
    null,
    undefined,
    'text',
    5,
    {},
  ])
    onRejection(returned, (error) => told.push(error));
  await settle();
  t.deepEqual(told.sort(), ['promise', 'thenable', 'thenable', 'throws']);
});

test('checks without an exposure are counted by name, and told if there were any', (t) => {
  const logged: unknown[] = [];
  const checks = new NonExposedChecks(
    (json) => void logged.push(JSON.parse(JSON.parse(json).checks)),
  );
  checks.emit();
  for (const name of ['a', 'b', 'a']) checks.count(name);
  checks.emit();
  checks.emit();
  t.deepEqual(logged, [{ a: 2, b: 1 }]);
});

test('so many names are counted until they are told; others are not', (t) => {
  const logged: Record<string, number>[] = [];
  const checks = new NonExposedChecks(
    (json) => void logged.push(JSON.parse(JSON.parse(json).checks)),
  );
  for (let i = 0; i <= 10_000; i++) checks.count(`n${i}`);
  checks.count('n0');
  checks.emit();
  t.is(Object.keys(logged[0]!).length, 10_000);
  t.is(logged[0]!['n0'], 2);
});
