// Checks of the source tree that need no build: who imports whom, exports that nobody imports, in
// Rust too, file sizes, file names, versions, generated package manifests, the list of what ships of
// others, workflows, references to the specification, links.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unusedExports } from './rules/exports.mjs';
import { importProblems } from './rules/imports.mjs';
import { layoutProblems } from './rules/layout.mjs';
import { lifeProblems } from './rules/lives.mjs';
import { packedTestProblems } from './rules/packed-tests.mjs';
import { pages, referenceProblems } from './rules/references.mjs';
import { moduleProblems } from './rules/rust-modules.mjs';
import { versionProblems } from './rules/versions.mjs';
import { workflowProblems } from './rules/workflows.mjs';
import { licenceProblems } from '../release/licenses.mjs';
import { exportProblems } from '../build/package-exports.mjs';
import { manifestProblems } from '../release/platform-packages.mjs';
import { filesBelow, root } from '../lib/stamp.mjs';

const folders = ['src', 'crates', '__test__', 'scripts', 'bench', 'differential', 'fuzz'];
const files = folders.flatMap(filesBelow).filter((file) => /\.(ts|mts|mjs|rs)$/.test(file));
const sources = files.map((file) => ({
  file: file.replaceAll('\\', '/'),
  text: readFileSync(join(root, file), 'utf8'),
}));

const problems = [
  ...importProblems(sources),
  ...unusedExports(sources),
  ...packedTestProblems(sources),
  ...moduleProblems(sources),
  ...layoutProblems(sources),
  ...manifestProblems(),
  ...exportProblems(),
  ...versionProblems(),
  ...licenceProblems(),
  ...workflowProblems(),
  ...referenceProblems([...sources, ...pages()]),
  ...lifeProblems([...sources, ...pages()]),
];
for (const problem of problems) console.error(problem);
console.log(`lint: ${sources.length} files, ${problems.length} problems`);
process.exitCode = problems.length === 0 ? 0 : 1;
