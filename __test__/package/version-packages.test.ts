/**
 * `npm run version-packages`, in a copy of what it reads: CHANGELOG.md from the notes, one version
 * everywhere.
 */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { needs } from '../needs';

const ROOT = join(__dirname, '../..');
const READS = [
  '.changeset/config.json',
  '.changeset/README.md',
  'CHANGELOG.md',
  'Cargo.lock',
  'Cargo.toml',
  'crates',
  'npm',
  'package-lock.json',
  'package.json',
  'scripts',
  'src/engine/version.ts',
];

needs('git')(
  'notes become a version, and the next patch another; nothing pending is an error',
  (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'statsig-version-'));
    t.teardown(() => rmSync(folder, { recursive: true, force: true }));
    for (const file of READS) cpSync(join(ROOT, file), join(folder, file), { recursive: true });
    for (const file of ['first', 'next'])
      writeFileSync(join(folder, `.changeset/${file}.md`), note('minor', `The ${file} feature.`));
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    const run = (command: string, ...args: string[]) =>
      spawnSync(command, args, { cwd: folder, encoding: 'utf8' });
    const version = () => run(process.execPath, 'scripts/release/version-packages.mjs');
    const read = (file: string) => readFileSync(join(folder, file), 'utf8');
    run('git', 'init', '--quiet');
    run('git', 'add', '.changeset', 'package.json');
    run(
      'git',
      '-c',
      'user.name=t',
      '-c',
      'user.email=t@t.example',
      'commit',
      '--quiet',
      '-m',
      'notes',
    );

    const first = version();
    t.is(first.status, 0, first.stdout + first.stderr);
    t.regex(
      read('CHANGELOG.md'),
      /^# statsig-node-native\n\n## 0\.1\.0\n\n### Minor Changes\n[^]*The first feature\.[^]*The next feature\./,
    );
    t.false(existsSync(join(folder, '.changeset/first.md')), 'a note is used once');
    t.true(existsSync(join(folder, '.changeset/README.md')));

    const again = version();
    t.is(again.status, 1, 'no notes are pending');
    t.regex(again.stderr, /nothing to release/);

    writeFileSync(join(folder, '.changeset/repair.md'), note('patch', 'A repair.'));
    const patch = version();
    t.is(patch.status, 0, patch.stdout + patch.stderr);
    t.regex(
      read('CHANGELOG.md'),
      /^# statsig-node-native\n\n## 0\.1\.1\n[^]*A repair\.\n[^]*## 0\.1\.0\n[^]*## What 0\.1\.0 holds, in short\n/,
    );
    for (const file of [
      'package.json',
      'package-lock.json',
      'npm/linux-x64-gnu/package.json',
      'src/engine/version.ts',
      'Cargo.toml',
      'Cargo.lock',
    ]) {
      t.true(
        read(file).includes('0.1.1') &&
          !/(version"?:? ?=? ?["'])0\.1\.0/.test(ownPart(file, read(file))),
        file,
      );
    }
  },
);

/** Where our own version is: lock files have other packages', which may be the same. */
function ownPart(file: string, text: string): string {
  return file === 'package-lock.json'
    ? text.slice(0, 400)
    : file === 'Cargo.lock'
      ? text.slice(text.indexOf('name = "statsig-')).slice(0, 200)
      : text;
}

function note(size: string, text: string): string {
  return `---\n"statsig-node-native": ${size}\n---\n\n${text}\n`;
}
