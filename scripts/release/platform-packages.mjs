// The manifests of the per-platform packages, npm/<platform>/package.json, generated from
// platforms.mjs.
//
//   node scripts/release/platform-packages.mjs           write them
//   node scripts/release/platform-packages.mjs --check   fail when they differ from what would be written
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { platforms } from '../lib/platforms.mjs';
import { root } from '../lib/stamp.mjs';

const main = () => JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** file (relative to the root) → text. */
function manifests() {
  const { name, version, license, author, engines, repository, homepage, bugs } = main();
  return Object.fromEntries(
    platforms.flatMap((platform) => {
      const manifest = {
        name: platform.packageName,
        version,
        description: `Native binary of ${name} for ${platform.target} (${platform.minimum} or newer). Installed by ${name} itself.`,
        license,
        author,
        repository,
        homepage,
        bugs,
        engines,
        os: [platform.os],
        cpu: [platform.cpu],
        ...(platform.libc ? { libc: [platform.libc] } : {}),
        main: platform.file,
        files: [platform.file, 'THIRD-PARTY-LICENSES.txt', 'sbom.cdx.json'],
      };
      const readme =
        `# ${platform.packageName}\n\nThe native binary of [${name}](https://www.npmjs.com/package/${name}) for \`${platform.target}\` ` +
        `(${platform.minimum} or newer).\nInstall \`${name}\`; it depends on this package where it fits.\n`;
      return [
        [`npm/${platform.name}/package.json`, `${JSON.stringify(manifest, null, 2)}\n`],
        [`npm/${platform.name}/README.md`, readme],
      ];
    }),
  );
}

/**
 * Differences between the committed manifests, package.json's `napi.targets` and the table, as
 * sentences.
 */
export function manifestProblems() {
  const problems = [];
  for (const [file, text] of Object.entries(manifests())) {
    const path = join(root, file);
    if (!existsSync(path) || readFileSync(path, 'utf8') !== text)
      problems.push(`${file}: stale; run node scripts/release/platform-packages.mjs`);
  }
  const folders = existsSync(join(root, 'npm')) ? readdirSync(join(root, 'npm')) : [];
  for (const folder of folders) {
    if (!platforms.some((platform) => platform.name === folder))
      problems.push(`npm/${folder}: no such platform in scripts/lib/platforms.mjs`);
  }
  const targets = platforms.map((platform) => platform.target);
  if (JSON.stringify(main().napi.targets) !== JSON.stringify(targets))
    problems.push('package.json: napi.targets differs from scripts/lib/platforms.mjs');
  return problems;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--check')) {
    const problems = manifestProblems();
    for (const problem of problems) console.error(problem);
    process.exitCode = problems.length === 0 ? 0 : 1;
  } else {
    for (const [file, text] of Object.entries(manifests())) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), text);
    }
    console.log(`wrote ${platforms.length} manifests to npm/`);
  }
}
