/** What a search has tried, and what that costs. */
import test from 'ava';
import { Notes } from '../../src/engine/js/regexp/notes';

test('before they are opened nothing is noted, and everything is new', (t) => {
  const notes = new Notes(3);
  t.false(notes.isOpen);
  for (const _ of [1, 2]) t.true(notes.add(0, 1));
  t.false(notes.has(0, 1));
  t.is(notes.clear(0, 5), 0);
});

test('a row has a place for each position, the end of the text too', (t) => {
  const notes = new Notes(3);
  notes.open(3);
  t.true(notes.isOpen);
  t.true(notes.add(1, 3));
  t.false(notes.add(1, 3));
  t.true(notes.has(1, 3));
  for (const [row, at] of [
    [1, 2],
    [0, 3],
    [2, 0],
    [2, 3],
  ] as const)
    t.false(notes.has(row, at), `${row} ${at}`);
});

test('some rows are emptied, the others stay', (t) => {
  const notes = new Notes(3);
  notes.open(4);
  for (let row = 0; row < 4; row++) for (const at of [0, 3]) notes.add(row, at);
  notes.clear(1, 3);
  for (const at of [0, 3])
    t.deepEqual(
      [0, 1, 2, 3].map((row) => notes.has(row, at)),
      [true, false, false, true],
    );
});

test('rows cost a word for each 64 positions', (t) => {
  for (const [length, words] of [
    [0, 1],
    [63, 1],
    [64, 2],
    [127, 2],
    [128, 3],
  ] as const) {
    const notes = new Notes(length);
    t.is(notes.open(5), 5 * words);
    t.is(notes.clear(1, 4), 3 * words);
  }
});
