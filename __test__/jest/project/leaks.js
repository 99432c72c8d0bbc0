// Leaves a timer behind on purpose: proves that the check for open handles can fail.
test('leaks', () => {
  setTimeout(() => undefined, 3_000);
});
