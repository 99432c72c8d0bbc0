/** What a search of a pattern goes back to, and what it undoes on the way. */
import test from 'ava';
import { Frame, States, UNSET } from '../../src/engine/js/regexp/states';

function states(registers = 4): States {
  const made = new States(registers);
  made.reset();
  return made;
}

/** What is popped, by its first number, until there is nothing. */
function popped(made: States): number[] {
  const found: number[] = [];
  while (made.pop()) found.push(made.field(1));
  return found;
}

test('the latest frame is taken first, with its numbers', (t) => {
  const made = states();
  made.push(Frame.Branch, 7, 8, 9);
  made.push(Frame.Grow, 1, 2, 3);
  t.is(made.depth, 2);
  t.true(made.pop());
  t.deepEqual(
    [0, 1, 2, 3].map((i) => made.field(i)),
    [Frame.Grow, 1, 2, 3],
  );
  t.deepEqual(popped(made), [7]);
  t.false(made.pop());
});

test('changes of registers are undone on the way back, the latest first', (t) => {
  const made = states();
  made.set(0, 5);
  made.push(Frame.Branch, 7, 0, 0);
  made.set(0, 6);
  made.setLoop(2, 3, 4);
  t.deepEqual([...made.registers], [6, UNSET, 3, 4]);
  t.true(made.pop());
  t.deepEqual([...made.registers], [5, UNSET, UNSET, UNSET]);
  t.false(made.pop());
  t.is(made.get(0), UNSET);
});

test('frames above a depth are forgotten, and what they say is undone', (t) => {
  const made = states();
  made.set(0, 5);
  made.push(Frame.Branch, 7, 0, 0);
  made.set(0, 6);
  made.undoTo(1);
  t.deepEqual([made.depth, made.get(0)], [1, 5]);
  made.undoTo(0);
  t.deepEqual([made.depth, made.get(0)], [0, UNSET]);
});

test('of frames that are forgotten those that restore are kept, in the place of the frame below', (t) => {
  const made = states();
  made.push(Frame.Branch, 1, 0, 0);
  made.push(Frame.LookFailed, 2, 0, 0);
  made.set(0, 5);
  made.push(Frame.Branch, 3, 0, 0);
  made.setLoop(2, 6, 7);
  made.push(Frame.Shrink, 4, 0, 0);
  made.keepRestores(2);
  t.is(made.depth, 3);
  t.deepEqual([...made.registers], [5, UNSET, 6, 7], 'nothing is undone yet');
  t.deepEqual(popped(made), [1]);
  t.deepEqual([...made.registers], [UNSET, UNSET, UNSET, UNSET]);
});

test('without a frame below there is none to lose', (t) => {
  const made = states();
  made.set(0, 5);
  made.push(Frame.Branch, 3, 0, 0);
  made.keepRestores(0);
  t.is(made.depth, 1);
  t.deepEqual(popped(made), []);
  t.is(made.get(0), UNSET);
});

test('there is room for a million frames, and each is as it was', (t) => {
  const made = states(1);
  for (let i = 0; i < 1 << 20; i++) if (!made.push(Frame.Branch, i, 0, 0)) t.fail(`${i}`);
  t.false(made.push(Frame.Branch, 0, 0, 0));
  t.false(made.set(0, 1));
  for (const place of [(1 << 20) - 1, (1 << 20) - 2]) {
    t.true(made.pop());
    t.is(made.field(1), place);
  }
  made.reset();
  t.deepEqual([made.depth, made.get(0)], [0, UNSET]);
});
