// One version for everything that is released together, exact versions of everything that is
// depended on, and one address: package.json's repository is where the project's address stands,
// the rest repeats it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../lib/stamp.mjs';

const read = (file) => readFileSync(join(root, file), 'utf8');

/** Places that repeat the version of package.json, with the pattern that finds it there. */
export const versionCopies = [
  ['Cargo.toml', /\[workspace\.package\]\s+version = "([^"]+)"/],
  ['src/engine/version.ts', /export const VERSION = '([^']+)'/],
];

export function versionProblems() {
  const manifest = JSON.parse(read('package.json'));
  const problems = versionCopies.flatMap(([file, pattern]) => {
    const found = pattern.exec(read(file))?.[1];
    return found === manifest.version
      ? []
      : [`${file}: version ${found ?? 'missing'}, package.json has ${manifest.version}`];
  });
  problems.push(...addressProblems(manifest));
  for (const group of ['dependencies', 'devDependencies']) {
    for (const [name, version] of Object.entries(manifest[group])) {
      if (!/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
        problems.push(`package.json: ${name} is "${version}", pin an exact version`);
    }
  }
  for (const script of ['preinstall', 'install', 'postinstall', 'prepare']) {
    if (manifest.scripts[script])
      problems.push(`package.json: no ${script} script (installing runs nothing)`);
  }
  return problems;
}

function addressProblems({ repository, homepage, bugs }) {
  const address = /^git\+(https:.+)\.git$/.exec(repository?.url ?? '')?.[1];
  if (address === undefined) return ['package.json: repository.url is not git+https://….git'];
  const cargo = /^repository = "(.+)"$/m.exec(read('Cargo.toml'))?.[1];
  return [
    ...(homepage === `${address}#readme` && bugs?.url === `${address}/issues`
      ? []
      : [`package.json: homepage and bugs are not those of ${address}`]),
    ...(cargo === address
      ? []
      : [`Cargo.toml: repository is ${cargo}, package.json has ${address}`]),
  ];
}
