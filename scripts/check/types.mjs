// Types of the packed package on old and new TypeScript, without skipLibCheck, over a file that
// uses the whole public API, and over one with types that the packed `codegen` wrote.
//
//   node scripts/check/types.mjs [--skip-build]
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { inFolder, makeProject, pack, quietInstall, steps } from './packed/packages.mjs';
import { mustRun, run } from '../lib/run.mjs';
import { stageMain } from '../release/stage-packages.mjs';
import { root } from '../lib/stamp.mjs';

/**
 * The oldest that is supported, the last of version 5, the newest; Node's types that go with each.
 */
const compilers = [
  ['4.7.4', '18.0.0'],
  ['5.9.3', '20.19.43'],
  ['7.0.2', '20.19.43'],
];
const { step, end } = steps('types');

/** module, moduleResolution, extension of the file, and the compiler from which on they exist. */
const modes = [
  ['commonjs', 'node', 'ts', 4, 5],
  ['node16', 'node16', 'cts', 4, 7],
  ['node16', 'node16', 'mts', 4, 7],
  ['esnext', 'bundler', 'ts', 5, 7],
];

const types = join(root, '__test__/package/types');

/** Writes flags.d.ts with the package's own command. */
function generate(project) {
  const cli = 'node_modules/statsig-node/dist/cli.js';
  const args = [
    'codegen',
    '--strict',
    '--specs',
    join(types, 'payload.json'),
    '--to',
    'flags.d.ts',
  ];
  mustRun(process.execPath, [cli, ...args], { cwd: project, shell: false });
}

const compile = (project, args) =>
  run(process.execPath, ['node_modules/typescript/bin/tsc', ...args], {
    cwd: project,
    shell: false,
  });

const options = (module, resolution) => [
  ...['--noEmit', '--strict', '--skipLibCheck', 'false', '--target', 'es2021', '--esModuleInterop'],
  ...['--types', 'node', '--module', module, '--moduleResolution', resolution],
];

await inFolder(async (folder) => {
  if (!process.argv.includes('--skip-build'))
    mustRun(process.execPath, [join(root, 'scripts/build/ts.mjs'), '--if-stale'], { shell: false });
  const main = `file:${pack(stageMain([], folder), folder)}`;
  for (const [typescript, node] of compilers) {
    const project = makeProject(
      folder,
      `typescript-${typescript}`,
      { 'statsig-node': main, typescript, '@types/node': node },
      quietInstall,
    );
    generate(project);
    const major = Number(typescript.split('.')[0]);
    for (const [module, resolution, extension, from, until] of modes) {
      if (major < from || major > until) continue;
      for (const name of ['whole-api', 'typed-flags']) {
        const file = `${name}.${extension}`;
        copyFileSync(join(types, `${name}.ts`), join(project, file));
        const files = name === 'typed-flags' ? [file, 'flags.d.ts'] : [file];
        step(
          `TypeScript ${typescript}, ${module}/${resolution}, ${file}`,
          compile(project, [...options(module, resolution), ...files]),
        );
      }
    }
  }
});
end();
