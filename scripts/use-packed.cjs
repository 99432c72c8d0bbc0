// For `node --require`: tests that import from src/ get the same module of an installed package instead, whose dist
// folder STATSIG_PACKED_DIST names. So the behaviour suites run on what users install (check-runtimes.mjs).
const { existsSync } = require('node:fs');
const Module = require('node:module');
const { join, relative, sep } = require('node:path');

const source = join(__dirname, '..', 'src') + sep;
const packed = process.env.STATSIG_PACKED_DIST;
const resolve = Module._resolveFilename;

/** File of the package for a file of src. Type-only modules have one too; a missing one is a file that was not packed. */
function packedFile(file) {
  const target = join(packed, relative(source, file).replace(/\.ts$/, '.js'));
  if (!existsSync(target)) throw new Error(`not in the packed package: ${target}`);
  return target;
}

Module._resolveFilename = function (...request) {
  const found = resolve.apply(this, request);
  return found.startsWith(source) ? packedFile(found.split('?')[0]) : found;
};
