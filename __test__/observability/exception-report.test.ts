/** The SDK's own exceptions: counted, said once of a kind, reported if that is wanted. */
import test from 'ava';
import {
  ExceptionReporter,
  type ExceptionReporterOptions,
} from '../../src/observability/exception-report';
import { SafeLogger } from '../../src/observability/logger';
import { settle } from '../network/fake-clock';

function setup(more: Partial<ExceptionReporterOptions> = {}) {
  const lines: unknown[] = [];
  const say = (line: unknown): void => void lines.push(line);
  const logger = new SafeLogger({ debug: say, warn: say, error: say, logLevel: 'debug' }, [
    'secret-9',
  ]);
  const bodies: Record<string, unknown>[] = [];
  const told: unknown[] = [];
  const reporter = new ExceptionReporter({
    enabled: true,
    post: async (body) => void bodies.push(JSON.parse(body)),
    logger,
    onReport: (thrown, tag) => void told.push([thrown, tag]),
    statsigMetadata: { sdkType: 't' },
    statsigOptions: { api: 'a' },
    ...more,
  });
  return { bodies, lines, reporter, told };
}

const named = (name: string): Error => Object.assign(new Error('secret-9'), { name });

test('an exception is counted, told, said and reported, without secrets', (t) => {
  const { bodies, lines, reporter, told } = setup();
  const error = Object.assign(new TypeError('secret-9'), { stack: 'the stack of secret-9' });
  const context = { tag: 'call', configName: 'c', clientKey: 'k', hash: 'none' };
  reporter.report(error, context);
  t.is(reporter.count, 1);
  t.deepEqual(told, [[error, 'call']]);
  t.deepEqual(lines, ['statsigSDK> An unexpected error in call: TypeError: ******']);
  t.deepEqual(bodies, [
    {
      exception: 'TypeError',
      info: 'the stack of ******',
      statsigMetadata: { sdkType: 't' },
      statsigOptions: { api: 'a' },
      ...context,
    },
  ]);
});

test('by default nothing leaves the process', (t) => {
  const { bodies, lines, reporter } = setup({ enabled: false });
  reporter.report(new Error('x'), { tag: 'call' });
  t.deepEqual([bodies.length, lines.length, reporter.count], [0, 1, 1]);
});

test('each kind is said once, and each name reported once, unless all of them are wanted', (t) => {
  const { bodies, lines, reporter } = setup();
  for (const tag of ['one', 'one', 'two']) reporter.report(named('A'), { tag });
  reporter.report(named('B'), { tag: 'one' });
  t.deepEqual([bodies.length, lines.length, reporter.count], [2, 3, 4]);
  reporter.report(named('A'), { tag: 'one', bypassDedupe: true });
  t.is(bodies.length, 3);
});

test('a thousand names are reported, and those that bypass that', (t) => {
  const { bodies, reporter } = setup();
  for (let i = 0; i <= 1000; i++) reporter.report(named(`N${i}`), { tag: 'x', isSaid: true });
  t.is(bodies.length, 1000);
  reporter.report(named('more'), { tag: 'x', bypassDedupe: true });
  t.is(bodies.length, 1001);
});

test('what is said elsewhere is not said, and lost events are told elsewhere', (t) => {
  const { bodies, lines, reporter, told } = setup();
  reporter.report(named('A'), { tag: 'x', isSaid: true, eventCount: 5 });
  t.deepEqual([lines, told], [[], []]);
  t.is(bodies[0]?.['eventCount'], 5);
});

test('what is no error has no name; without a stack its message is told', (t) => {
  const { bodies, reporter } = setup();
  reporter.report({ odd: 1 }, { tag: 'x' });
  reporter.report(undefined, { tag: 'x', bypassDedupe: true });
  reporter.report(Object.assign(new Error('m'), { stack: undefined }), { tag: 'x' });
  reporter.report(Object.assign(new Error('m'), { name: 5 }), { tag: 'x', bypassDedupe: true });
  t.deepEqual(
    bodies.map(({ exception, info }) => [exception, String(info).split('\n')[0]]),
    [
      ['No Name', '{"odd":1}'],
      ['No Name', ''],
      ['Error', 'm'],
      ['No Name', '5: m'],
    ],
  );
});

test('a report that fails, now or later, is no exception', async (t) => {
  const { lines, reporter } = setup({ post: () => Promise.reject(new Error('down')) });
  reporter.report(named('A'), { tag: 'x', isSaid: true });
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  reporter.report(cycle, { tag: 'x', isSaid: true });
  await settle();
  t.is(lines.length, 2);
  t.true(lines.every((line) => /^statsigSDK> Reporting an exception failed: /.test(String(line))));
});
