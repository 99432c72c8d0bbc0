// Stands in for node:assert, of which follow-redirects uses these two; loading it takes 10 ms.
function assert(value, message) {
  if (!value) throw new Error(message ?? 'Assertion failed');
}
assert.equal = (actual, expected, message) => assert(actual == expected, message);

module.exports = assert;
