// publint over a tarball: node scripts/check/publint.mjs <tarball>. One finding is expected:
// statsig-node's own modules have `__esModule` and a default export, so the files that stand in for
// them have to have the same shape.
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { deepImports } from '../build/deep-imports.mjs';

const tarball = readFileSync(process.argv[2]);
const { messages, pkg } = await publint({
  pack: {
    tarball: tarball.buffer.slice(tarball.byteOffset, tarball.byteOffset + tarball.byteLength),
  },
  level: 'suggestion',
  strict: true,
});

function isExpected({ code, path }) {
  const deep = path.map(String).find((part) => part.startsWith('./dist/'));
  const entry = deep && deepImports[deep.slice('./dist/'.length).replace(/\.js$/, '')];
  return (
    code === 'CJS_WITH_ESMODULE_DEFAULT_EXPORT' &&
    (entry?.default !== undefined || /^\.\/dist\/index(\.js)?$/.test(deep ?? ''))
  );
}

const problems = messages.filter((message) => !isExpected(message));
for (const message of problems)
  console.error(`${message.type}: ${message.code}: ${formatMessage(message, pkg)}`);
console.log(
  `publint: ${basename(process.argv[2])}: ${problems.length} problems, ${messages.length - problems.length} expected`,
);
process.exitCode = problems.length === 0 ? 0 : 1;
