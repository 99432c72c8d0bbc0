// What bundles are made of besides the sources: esbuild's helpers, in a form that holds where
// applications added to Object.prototype or froze it. Every bundle of the package goes through
// `hardened`.

/**
 * A helper's text, as esbuild writes it with and without white space, and what it should have been.
 */
const helpers = [
  [/for ?\((var|let) name in all\)/g, 'for (var name of Object.keys(all))'],
  [
    /\{ ?get: ?all\[name\], ?enumerable: ?(true|!0) ?\}/g,
    '{ __proto__: null, get: all[name], enumerable: true }',
  ],
  [
    /\{ ?get: ?\(\) ?=> ?from\[key\], ?enumerable:/g,
    '{ __proto__: null, get: () => from[key], enumerable:',
  ],
];

/**
 * The text of a bundle without `for … in` in the helpers, and with descriptors that inherit
 * nothing.
 */
export function hardened(text) {
  return helpers.reduce(
    (changed, [pattern, replacement]) => changed.replace(pattern, replacement),
    text,
  );
}

const words = { '→': '->', '…': '...', '≤': '<=', '≥': '>=', '–': '-' };

/**
 * A text without the few characters beyond ASCII that comments have (of code esbuild escapes
 * them): with one of them Node reads and V8 keeps a file as twice as many bytes.
 */
export function inAscii(text) {
  return text.replace(/[^\0-\x7f]/gu, (character) => words[character] ?? '?');
}
