// Packed packages in empty projects, for the checks that look at what users install.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mustRun, outputOf } from '../../lib/run.mjs';

/** Options of `npm install` that keep it quiet and run nothing. */
export const quietInstall = [
  'install',
  '--ignore-scripts',
  '--no-audit',
  '--no-fund',
  '--prefer-offline',
  '--loglevel=error',
];

/** Gives `use` a temporary folder and removes it afterwards; KEEP_FOLDER=1 keeps it. */
export async function inFolder(use) {
  const folder = mkdtempSync(join(tmpdir(), 'statsig-package-'));
  try {
    return await use(folder);
  } finally {
    if (process.env.KEEP_FOLDER) console.log(`kept ${folder}`);
    else rmSync(folder, { recursive: true, force: true });
  }
}

/** `npm pack` of a staged folder into `folder`; returns the tarball's path. */
export function pack(path, folder) {
  const name = outputOf(
    'npm',
    ['pack', '--ignore-scripts', '--silent', '--pack-destination', folder],
    { cwd: path },
  );
  if (name === null) throw new Error(`npm pack failed in ${path}`);
  return join(folder, name.trim().split('\n').pop());
}

/**
 * A project with these dependencies (name → version or `file:` path), installed unless `install` is
 * null.
 */
export function makeProject(
  folder,
  name,
  dependencies,
  install = [...quietInstall, '--omit=optional'],
) {
  const project = join(folder, name);
  mkdirSync(project, { recursive: true });
  writeFileSync(
    join(project, 'package.json'),
    JSON.stringify({ name, private: true, version: '0.0.0', dependencies }, null, 2),
  );
  if (install) mustRun('npm', install, { cwd: project });
  return project;
}

/**
 * Collects results of named steps; `end` prints the sum, as `N passed, N failed` last, and sets the
 * exit code.
 */
export function steps(subject) {
  const failed = [];
  let count = 0;
  return {
    step(name, problem) {
      count += 1;
      const isOk = problem === 0 || problem === null;
      console.log(
        `${isOk ? 'ok    ' : 'FAILED'} ${name}${typeof problem === 'string' ? `: ${problem}` : ''}`,
      );
      if (!isOk) failed.push(name);
    },
    end() {
      console.log(
        failed.length === 0
          ? `${subject}: ${count} checks passed`
          : `${subject}: failed: ${failed.join('; ')}`,
      );
      console.log(`${count - failed.length} passed, ${failed.length} failed`);
      process.exitCode = failed.length === 0 && count > 0 ? 0 : 1;
    },
  };
}
