import test from 'ava';
import { UserIndex, type Indexed } from '../../src/users/user-index';

interface Entry extends Indexed<Entry> {
  value: number;
}

function indexOf(size: number) {
  const index = new UserIndex<Entry>(size);
  const entry = (key: string, value = 0): Entry => ({
    key,
    hash: index.hash(key),
    next: null,
    value,
  });
  const get = (key: string): number | undefined => index.get(key, index.hash(key))?.value;
  return { index, entry, get };
}

test('any sequence of changes leaves what a Map would hold', (t) => {
  // Two buckets, so that chains grow, and keys of all kinds.
  for (const size of [1, 4, 64]) {
    const { index, entry, get } = indexOf(size);
    const map = new Map<string, number>();
    const keys = ['', 'a', 'b', 'é', '😀', '\0', 'x'.repeat(1000), `${'x'.repeat(999)}y`];
    for (let i = 0; i < 24; i++) keys.push(`user-${i}`);
    let state = size;
    for (let step = 0; step < 3000; step++) {
      state = (state * 1103515245 + 12345) % 2147483648;
      const key = keys[state % keys.length]!;
      if (state % 3 === 0) {
        index.delete(entry(key));
        map.delete(key);
      } else {
        index.set(entry(key, step));
        map.set(key, step);
      }
      for (const known of keys) t.is(get(known), map.get(known), `${known} at ${step}`);
    }
    index.clear(size);
    t.true(keys.every((key) => get(key) === undefined));
  }
});

test('keys of one hash are told apart', (t) => {
  const { index } = indexOf(4);
  const [a, b, c] = ['a', 'b', 'c'].map((key, value) => ({ key, hash: 7, next: null, value }));
  for (const one of [a!, b!, c!]) index.set(one as Entry);
  t.deepEqual(
    ['a', 'b', 'c', 'd'].map((key) => index.get(key, 7)?.value),
    [0, 1, 2, undefined],
  );
  index.delete(b as Entry);
  t.deepEqual(
    ['a', 'b', 'c'].map((key) => index.get(key, 7)?.value),
    [0, undefined, 2],
  );
});

test('a hash costs the same for however long a key, and sees where most of them differ', (t) => {
  const { index } = indexOf(4);
  let reads = 0;
  const long = {
    length: 1e9,
    charCodeAt: () => {
      reads++;
      return 65;
    },
  } as unknown as string;
  index.hash(long);
  t.true(reads >= 60 && reads <= 65, `${reads}`);
  const ids = Array.from({ length: 2000 }, (_, i) => `01234567-89ab-4cde-8f01-${1e11 + i * 7919}`);
  // Two of them may share 32 bits by chance.
  t.true(new Set(ids.map((id) => index.hash(id))).size >= ids.length - 3);
  const spread = new Set(ids.map((id) => index.hash(id) & 2047)).size;
  t.true(spread > 1100, `${spread} of 2,048 buckets`);
});

test('two tables hash differently, so that nobody can choose keys of one bucket', (t) => {
  const hashes = Array.from({ length: 8 }, () => indexOf(4).index.hash('user'));
  t.true(new Set(hashes).size > 1);
});
