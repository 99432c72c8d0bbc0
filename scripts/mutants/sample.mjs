// A sample that the same seed gives again: of each file in turn, until there are enough.

/** Numbers from 0 up to 1, the same for the same seed (mulberry32). */
function randomFrom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** `count` of the faults; `byFile`: lists of them. Files take turns, in an order of chance. */
export function sampleOf(byFile, count, seed) {
  const random = randomFrom(seed);
  const taken = (list) => list.splice(Math.floor(random() * list.length), 1)[0];
  let files = byFile.filter((list) => list.length > 0).map((list) => [...list]);
  const sample = [];
  while (sample.length < count && files.length > 0) {
    const turn = [...files];
    while (turn.length > 0 && sample.length < count) sample.push(taken(taken(turn)));
    files = files.filter((list) => list.length > 0);
  }
  return sample;
}
