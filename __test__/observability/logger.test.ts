/** What reaches an application's logger, and what does not. */
import test from 'ava';
import { type LogLevel, type LoggerInterface, SafeLogger } from '../../src/observability/logger';
import { settle } from '../network/fake-clock';

const SECRET = 'secret/9';
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

function logging(more: Partial<LoggerInterface> = {}, secrets: (string | null)[] = []) {
  const lines: unknown[][] = [];
  const entry =
    (level: string) =>
    (...parts: unknown[]): void =>
      void lines.push([level, ...parts]);
  const target = {
    debug: entry('debug'),
    info: entry('info'),
    warn: entry('warn'),
    error: entry('error'),
    logLevel: 'debug' as LogLevel,
    ...more,
  };
  return { lines, logger: new SafeLogger(target, secrets) };
}

/** What was told of the logger itself, by the console. */
function ofConsole(t: { teardown(end: () => void): void }): unknown[] {
  const told: unknown[] = [];
  const { error } = console;
  console.error = (text: unknown) => void told.push(text);
  t.teardown(() => (console.error = error));
  return told;
}

test('a level lets through itself and what is graver; an unknown one counts as warn', (t) => {
  const through = (logLevel: string): unknown[] => {
    const { lines, logger } = logging({ logLevel: logLevel as LogLevel });
    for (const level of LEVELS) logger[level](level);
    return lines.map(([level]) => level);
  };
  t.deepEqual(through('none'), []);
  t.deepEqual(through('error'), ['error']);
  for (const level of ['warn', 'loud']) t.deepEqual(through(level), ['warn', 'error']);
  t.deepEqual(through('info'), ['info', 'warn', 'error']);
  t.deepEqual(through('debug'), [...LEVELS]);
});

test('something is said once by its key, of a thousand keys', (t) => {
  const { lines, logger } = logging();
  for (let i = 0; i < 1000; i++) for (const _ of [1, 2]) logger.once(`k${i}`, 'info', i);
  t.is(lines.length, 1000);
  logger.once('one more', 'info', 'x');
  t.is(lines.length, 1000);
});

test('secrets of four characters and more are masked, as they are and in a URL', (t) => {
  const { logger } = logging({}, [SECRET, 'four', 'abc', null]);
  t.is(logger.mask(`a ${SECRET} b ${encodeURIComponent(SECRET)} c`), 'a ****** b ****** c');
  t.is(logger.mask('four abc'), '****** abc');
});

test('what was thrown is described, masked, whatever it is', (t) => {
  const { logger } = logging({}, [SECRET]);
  t.is(logger.describe(new TypeError(`of ${SECRET}`)), 'TypeError: of ******');
  const titled = Object.assign(new Error('shown'), { toString: () => 'hidden' });
  t.is(logger.describe(titled), 'Error: shown');
  t.is(logger.describe(SECRET), '******');
  t.is(logger.describe(Object.create(null)), 'an error that has no text');
});

test('texts, errors and objects are masked; an object without a secret is itself', (t) => {
  const { lines, logger } = logging({}, [SECRET]);
  const fine = { a: 1 };
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  const list = new Set([SECRET]);
  logger.info(SECRET, 5, null, undefined, new Error(SECRET), { key: SECRET }, fine, cycle, list);
  t.deepEqual(lines, [
    [
      'info',
      '******',
      5,
      null,
      undefined,
      'Error: ******',
      { key: '******' },
      fine,
      'an object that has no JSON',
      ['******'],
    ],
  ]);
  t.is(lines[0]?.[7], fine);
});

test('an object may hide a secret in an error, a map or a large number', (t) => {
  const { lines, logger } = logging({}, ['1234567']);
  logger.info(
    { error: new Error('1234567') },
    { map: new Map([['k', '1234567']]) },
    { n: 1234567n },
  );
  t.false(JSON.stringify(lines).includes('1234567'));
  const [, inError, inMap, inNumber] = lines[0]!;
  t.like(inError, { error: { name: 'Error', message: '******' } });
  t.deepEqual([inMap, inNumber], [{ map: [['k', '******']] }, { n: '******' }]);
});

test('without secrets objects are themselves, even such as have no JSON', (t) => {
  const { lines, logger } = logging();
  const cycle: Record<string, unknown> = {};
  cycle['self'] = cycle;
  logger.info('x', cycle);
  t.is(lines[0]?.[2], cycle);
});

test.serial('a logger may do without debug and info, and not without the others', (t) => {
  const told = ofConsole(t);
  const none = undefined as never;
  const { logger } = logging({ debug: none, info: none });
  logger.debug('x');
  logger.info('x');
  t.deepEqual(told, []);
  for (const level of ['warn', 'error'] as const) {
    const { logger: lacking } = logging({ [level]: none });
    lacking[level]('x');
    lacking[level]('x');
    t.is(told.splice(0).length, 1);
  }
});

test.serial('one that throws or rejects is told once, by the console', async (t) => {
  const told = ofConsole(t);
  const throwing = logging({
    warn() {
      throw new Error('of a test');
    },
  });
  throwing.logger.warn('x');
  throwing.logger.warn('x');
  t.is(told.length, 1);
  t.regex(String(told.splice(0)[0]), /logger threw, rejected or has no such method; its messages/);
  const rejecting = logging({ warn: (() => Promise.reject(new Error('of a test'))) as never });
  rejecting.logger.warn('x');
  await settle();
  t.is(told.length, 1);
  console.error = () => {
    throw new Error('of a test');
  };
  const last = logging({ warn: throwing.logger.warn.bind(null) as never });
  t.notThrows(() => last.logger.warn('x'));
});

test.serial('without a logger it is the console, from warn up', (t) => {
  const before = { ...console };
  t.teardown(() => Object.assign(console, before));
  const lines: string[] = [];
  for (const level of LEVELS)
    console[level] = (text: string) => void lines.push(`${level} ${text}`);
  const logger = new SafeLogger();
  for (const level of LEVELS) logger[level]('x');
  t.deepEqual(lines, ['warn x', 'error x']);
});
