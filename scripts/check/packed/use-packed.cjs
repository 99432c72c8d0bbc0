// For `node --require`: tests that import from src/ get the same module of an installed package
// instead, whose dist folder STATSIG_PACKED_DIST names. So the behaviour suites run on what users
// install (check/runtimes.mjs).
const { existsSync, mkdirSync, writeFileSync } = require('node:fs');
const Module = require('node:module');
const { dirname, join, relative, sep } = require('node:path');

const source = join(__dirname, '../../../src') + sep;
const packed = process.env.STATSIG_PACKED_DIST;
const resolve = Module._resolveFilename;

/**
 * File of the package for a file of src. What is in the bundle gets a file of its own; modules of
 * types alone an empty one.
 */
function packedFile(file) {
  const path = relative(source, file).replace(/\.[jt]s$/, '');
  const target = join(packed, `${path}.js`);
  if (existsSync(target)) return target;
  if (!existsSync(join(packed, `${path}.d.ts`)))
    throw new Error(`not in the packed package: ${target}`);
  const bundle = join(packed, 'sdk.js');
  const key = `dist/${path.split(sep).join('/')}.js`;
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(
    target,
    key in require(bundle)
      ? `module.exports = require(${JSON.stringify(bundle)})[${JSON.stringify(key)}];\n`
      : '',
  );
  return target;
}

Module._resolveFilename = function (...request) {
  const found = resolve.apply(this, request);
  return found.startsWith(source) ? packedFile(found.split('?')[0]) : found;
};
