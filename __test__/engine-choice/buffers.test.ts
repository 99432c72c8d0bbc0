/**
 * Bytes that change, go away or are shared while an engine has them, and calls that make no sense.
 */
import test from 'ava';
import type { Engine } from '../../src/engine/engine';
import { selectEngine } from '../../src/engine/select';
import { Random } from '../../differential/random';
import { payload } from '../api/support';
import { TESTED_ENGINES } from '../engines';

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const small = JSON.stringify(payload());
/** More than is copied in one turn. */
const large = small.padEnd(5 * 1024 * 1024);
const RUST = TESTED_ENGINES.filter((kind) => kind !== 'js');

/** Takes the memory away; it is free, and used again, once nobody has it. */
function detach(bytes: Uint8Array): void {
  structuredClone(bytes.buffer, { transfer: [bytes.buffer as ArrayBuffer] });
}

type Resizable = ArrayBuffer & { resize(length: number): void };
const makeBuffer = ArrayBuffer as unknown as new (
  length: number,
  options: { maxByteLength: number },
) => Resizable;

function resizable(text: string): { bytes: Uint8Array; buffer: Resizable } {
  const from = encode(text);
  const buffer = new makeBuffer(from.length, { maxByteLength: from.length * 2 });
  const bytes = new Uint8Array(buffer);
  bytes.set(from);
  return { bytes, buffer };
}

function shared(text: string): Uint8Array {
  const from = encode(text);
  const bytes = new Uint8Array(new SharedArrayBuffer(from.length));
  bytes.set(from);
  return bytes;
}

async function gatesOf(
  engine: Engine,
  bytes: Uint8Array,
  meanwhile: () => void,
): Promise<number | string> {
  const promise = engine.prepareSpecs(bytes);
  meanwhile();
  try {
    const { handle, summary } = await promise;
    engine.discardSpecs(handle);
    return summary.gates;
  } catch {
    return 'rejected';
  }
}

const GATES = payload().feature_gates.length;

for (const kind of RUST) {
  test(`${kind}: a short payload was read when the call returns`, async (t) => {
    const { engine } = selectEngine(kind);
    const own = encode(small);
    t.is(await gatesOf(engine, own, () => detach(own)), GATES);
    const one = resizable(small);
    t.is(await gatesOf(engine, one.bytes, () => one.buffer.resize(1)), GATES);
    const written = encode(small);
    t.is(await gatesOf(engine, written, () => written.fill(0)), GATES);
    engine.dispose();
  });

  test(`${kind}: a long one that goes away is refused, or was read`, async (t) => {
    const { engine } = selectEngine(kind);
    for (let round = 0; round < 3; round++) {
      const own = encode(large);
      const answer = await gatesOf(engine, own, () => detach(own));
      t.true(answer === 'rejected' || answer === GATES, String(answer));
      const other = resizable(large);
      const resized = await gatesOf(engine, other.bytes, () => other.buffer.resize(0));
      t.true(resized === 'rejected' || resized === GATES, String(resized));
    }
    t.is(await gatesOf(engine, encode(large), () => undefined), GATES, 'no input is left open');
    engine.dispose();
  });

  test(`${kind}: lines of an ID list likewise`, async (t) => {
    const { engine } = selectEngine(kind);
    const lines = encode('+abcdefgh\n');
    const applied = engine.updateIdList('l', true, lines);
    detach(lines);
    t.true(await applied);
    t.deepEqual(engine.exportIdList('l'), encode('+abcdefgh\n'));
    const one = resizable('+abcdefgh\n');
    const resized = engine.updateIdList('l', true, one.bytes);
    one.buffer.resize(0);
    t.true(await resized);
    t.deepEqual(engine.exportIdList('l'), encode('+abcdefgh\n'));
    for (const length of [0, 1, 2 * 2_700_000]) {
      const other = resizable('+abcdefgh\n'.repeat(300_000));
      const update = engine.updateIdList('l', true, other.bytes).catch(() => false);
      other.buffer.resize(length);
      await update;
      t.deepEqual(engine.exportIdList('l'), encode('+abcdefgh\n'), `resized to ${length}`);
    }
    const many = encode('+abcdefgh\n'.repeat(300_000));
    const update = engine.updateIdList('l', true, many).catch(() => false);
    detach(many);
    await update;
    t.deepEqual(engine.exportIdList('l'), encode('+abcdefgh\n'));
    engine.dispose();
  });

  test(`${kind}: shared memory is refused`, async (t) => {
    const { engine } = selectEngine(kind);
    t.is(await gatesOf(engine, shared(small), () => undefined), 'rejected');
    await t.throwsAsync(engine.updateIdList('l', true, shared('+a\n')));
    engine.setIpTable(shared('--US**'));
    engine.commitSpecs((await engine.prepareSpecs(encode(small))).handle);
    engine.setUser(0, '{"userID":"u"}', '', '');
    const numbers = new Int32Array(new SharedArrayBuffer(16));
    if (kind === 'native') {
      t.is(engine.evaluateMany(0, numbers, 4, 0, 1, new Int32Array(4)), 0);
      t.is(engine.evaluateMany(0, new Int32Array(4), 4, 0, 1, numbers), 0);
      engine.exposeMany(new Float64Array(new SharedArrayBuffer(24)), 1);
      t.is(engine.pendingEvents(), 0);
    }
    engine.dispose();
  });
}

/** Values that no caller of an engine should give. */
const oddValues = (random: Random): unknown =>
  random.pick([
    undefined,
    null,
    -1,
    0,
    1,
    3,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    -(2 ** 40),
    NaN,
    Infinity,
    0.5,
    '',
    'x',
    '{}',
    '[',
    '{"a":',
    '\ud800',
    '\u0000',
    true,
    false,
    {},
    [],
    [1],
    Symbol('odd'),
    10n,
    () => 1,
    new Uint8Array(0),
    new Uint8Array(7),
    shared('+a\n'),
    new Float64Array(3),
    new Int32Array(2),
    new ArrayBuffer(8),
    new DataView(new ArrayBuffer(8)),
    new Date(0),
    /x/,
    new Proxy({}, {}),
  ]);

for (const kind of TESTED_ENGINES) {
  test(`${kind}: wrong calls crash nothing, and the engine answers afterwards`, async (t) => {
    const { engine } = selectEngine(kind);
    const random = new Random(9);
    const target = engine as unknown as Record<string, (...of: unknown[]) => unknown>;
    const methods = [
      'setOptions',
      'setDetails',
      'prepareSpecs',
      'commitSpecs',
      'discardSpecs',
      'reset',
      'specIndex',
      'specNames',
      'specInfo',
      'experimentLayer',
      'setUser',
      'setUserValues',
      'setUserAgent',
      'evaluate',
      'evaluateMany',
      'expose',
      'exposeMany',
      'exposeLayerParameter',
      'outcome',
      'internOutcome',
      'logEvent',
      'pendingEvents',
      'takeBatch',
      'rotateWindow',
      'setOverrides',
      'updateIdList',
      'removeIdList',
      'exportIdList',
      'setIpTable',
      'setTimeZone',
      'clientInitialize',
      'clientInitializeText',
      'stats',
      'isDead',
      'holdsUntil',
      'lastError',
    ];
    const running: Promise<unknown>[] = [];
    for (let i = 0; i < 4000; i++) {
      const args = Array.from({ length: random.below(7) }, () => oddValues(random));
      try {
        const answer = target[random.pick(methods)]?.(...args);
        if (answer instanceof Promise) running.push(answer.catch(() => undefined));
      } catch {
        // A wrong type may be told so.
      }
      if (i % 500 === 0) await Promise.all(running.splice(0));
    }
    await Promise.all(running);
    t.false(engine.isDead(), engine.lastError());
    engine.setOverrides({ gates: {}, configs: {}, layers: {} });
    engine.setDetails('Bootstrap', 1, 1);
    t.is(await gatesOf(engine, encode(small), () => undefined), GATES);
    engine.dispose();
  });
}
