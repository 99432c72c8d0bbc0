// Turns the pending release notes of .changeset into a new version: CHANGELOG.md and package.json
// by changesets, and every file that repeats the version. A maintainer runs it, commits the result
// and tags it; the tag releases.
//
//   npm run version-packages
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { notesOf, pendingNotes } from './changelog.mjs';
import { localBin, mustRun } from '../lib/run.mjs';
import { root } from '../lib/stamp.mjs';
import { versionCopies, versionProblems } from '../check/rules/versions.mjs';

const read = (file) => readFileSync(join(root, file), 'utf8');
/** Also in the entry that a lock file has for the project itself. */
function setVersion(file, version) {
  const content = JSON.parse(read(file));
  for (const entry of [content, content.packages?.['']]) if (entry) entry.version = version;
  writeFileSync(join(root, file), `${JSON.stringify(content, null, 2)}\n`);
}

const versionOf = () => JSON.parse(read('package.json')).version;

if (pendingNotes().length === 0) {
  console.error('no pending release notes in .changeset: nothing to release');
  process.exit(1);
}
// Until the first release, package.json has the version that it will be; the notes bring it there
// from zero.
if (notesOf(versionOf()) === null) setVersion('package.json', '0.0.0');
const before = versionOf();
mustRun(localBin('changeset'), ['version']);
const version = versionOf();
if (version === before) throw new Error(`changesets left the version at ${before}`);
for (const [file, pattern] of versionCopies) {
  writeFileSync(
    join(root, file),
    read(file).replace(pattern, (line, old) => line.replace(old, version)),
  );
}
mustRun(process.execPath, [join(root, 'scripts/release/platform-packages.mjs')], { shell: false });
// Of the lock file's crates those of this workspace, which have no source.
const ofWorkspace = /^(name = "[^"]+"\nversion = ")[^"]+("\n(?!source))/gm;
writeFileSync(join(root, 'Cargo.lock'), read('Cargo.lock').replace(ofWorkspace, `$1${version}$2`));
setVersion('package-lock.json', version);
for (const problem of versionProblems()) {
  console.error(problem);
  process.exitCode = 1;
}
console.log(`${before} -> ${version}`);
