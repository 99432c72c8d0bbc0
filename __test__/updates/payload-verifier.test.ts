/** The application's word about payloads. */
import test from 'ava';
import { SafeLogger } from '../../src/observability/logger';
import { PayloadVerifier, type VerifyPayload } from '../../src/updates/payload-verifier';
import { FakeClock } from '../network/fake-clock';

const SECRET = 'secret-verified';
const bytes = Uint8Array.of(1, 2, 3);

function verifier(verify: VerifyPayload, clock = new FakeClock()) {
  const lines: string[] = [];
  const note =
    (level: string) =>
    (line: unknown): void =>
      void lines.push(`${level} ${String(line)}`);
  const sink = { warn: note('warn'), error: note('error'), debug: note('debug') };
  const logger = new SafeLogger({ ...sink, logLevel: 'debug' }, [SECRET]);
  return { lines, verifier: new PayloadVerifier({ verify, limitMs: 1_000, clock, logger }) };
}

/** Why a payload is refused; null when it is not. */
const verdictOn = async (returned: unknown): Promise<string | null> =>
  verifier(() => returned)
    .verifier.check(bytes, 'Network')
    .then(
      () => null,
      (error: Error) => error.message,
    );

test('only true lets a payload pass, now or later', async (t) => {
  const refused = 'verifyPayload refused 3 bytes of config specs from Network: it answered ';
  const thenable = { then: (resolve: (value: unknown) => void) => resolve(true) };
  for (const yes of [true, Promise.resolve(true), thenable]) t.is(await verdictOn(yes), null);
  t.is(await verdictOn(false), `${refused}false`);
  t.is(await verdictOn(Promise.resolve(false)), `${refused}false`);
  t.is(await verdictOn(undefined), `${refused}undefined`);
  t.is(await verdictOn(null), `${refused}null`);
  t.is(await verdictOn('true'), `${refused}a string instead of true`);
  t.is(await verdictOn(1), `${refused}a number instead of true`);
  t.is(await verdictOn({}), `${refused}a object instead of true`);
});

test('what it throws refuses the payload, without secrets', async (t) => {
  const throws = verifier(() => {
    throw new Error(`of ${SECRET}`);
  });
  await t.throwsAsync(throws.verifier.check(bytes, 'Network'), { message: /Error: of \*+$/ });
  t.is(throws.lines.length, 1);
  t.false(throws.lines[0]!.includes(SECRET));
});

test('a promise is waited for so long, and its timer ends with it', async (t) => {
  const clock = new FakeClock();
  const silent = verifier(() => new Promise(() => undefined), clock);
  const checked = silent.verifier.check(bytes, 'Network');
  await clock.advance(999);
  t.is(clock.pending, 1);
  void clock.advance(1);
  await t.throwsAsync(checked, { message: /no answer within 1000 ms$/ });
  const quick = new FakeClock();
  await verifier(() => Promise.resolve(true), quick).verifier.check(bytes, 'Network');
  t.is(quick.pending, 0);
  await verifier(() => true, quick).verifier.check(bytes, 'Network');
  t.deepEqual(quick.delays, [1_000], 'what is no promise is not waited for');
});

test('a refusal is a warning once, until the source has a payload that passes', async (t) => {
  let answer = false;
  const { lines, verifier: one } = verifier(() => answer);
  const refuse = (source: 'Network' | 'DataAdapter') => t.throwsAsync(one.check(bytes, source));
  for (const source of ['Network', 'Network', 'DataAdapter'] as const) await refuse(source);
  answer = true;
  await one.check(bytes, 'Network');
  answer = false;
  for (const source of ['Network', 'DataAdapter'] as const) await refuse(source);
  t.deepEqual(
    lines.map((line) => line.split(' ')[0]),
    ['warn', 'debug', 'warn', 'warn', 'debug'],
  );
});

test('it gets a copy of the bytes, and the headers if there are some', async (t) => {
  const seen: unknown[] = [];
  const { verifier: one } = verifier((given, headers, source) => {
    given[0] = 9;
    seen.push(headers.get('etag'), headers.get(5 as never), source);
    return true;
  });
  await one.check(bytes, 'Network');
  await one.check(bytes, 'Network', (name) => `<${name}>`);
  t.deepEqual(seen, [null, null, 'Network', '<etag>', '<5>', 'Network']);
  t.is(bytes[0], 1);
});
