// Ways in which applications install the package, and the engine that has to answer afterwards.
// Used by check/install.mjs.
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { thisPlatform } from '../../lib/platforms.mjs';

const editJson = (file, edit) => {
  const content = JSON.parse(readFileSync(file, 'utf8'));
  edit(content);
  writeFileSync(file, JSON.stringify(content, null, 2));
};

const removeModules = (project) =>
  rmSync(join(project, 'node_modules'), { recursive: true, force: true });

/**
 * What npm makes of a lock file that it writes from another system's node_modules (its issue 4828):
 * no entry for this one.
 */
function forgetPlatform(project) {
  editJson(join(project, 'package-lock.json'), ({ packages }) => {
    const entry = `node_modules/${thisPlatform().packageName}`;
    if (!packages[entry]) throw new Error(`the lock file has no ${entry} to forget`);
    delete packages[entry];
  });
}

/** The lock file of any manager names every platform, whatever it was made on. */
function namesMacAndThis(file) {
  return (project) => {
    const text = readFileSync(join(project, file), 'utf8');
    for (const name of ['statsig-node-native-darwin-arm64', thisPlatform().packageName]) {
      if (!text.includes(name)) throw new Error(`${file} does not name ${name}`);
    }
  };
}

const mac = { os: ['darwin'], cpu: ['arm64'] };
const setPnpm = (settings) => (project) =>
  editJson(join(project, 'package.json'), (manifest) =>
    Object.assign(manifest, { pnpm: settings }),
  );
const macForBerry = '\nsupportedArchitectures: { os: [darwin], cpu: [arm64] }\n';

function toggleBerryMac(project) {
  const file = join(project, '.yarnrc.yml');
  const text = readFileSync(file, 'utf8');
  writeFileSync(
    file,
    text.endsWith(macForBerry) ? text.slice(0, -macForBerry.length) : text + macForBerry,
  );
}

/** `steps`: arguments for the manager, or functions of the project's folder. */
export const scenarios = [
  { name: 'npm install', manager: 'npm', engine: 'native', steps: [['install']] },
  {
    name: 'npm ci from a lock file made for macOS arm64',
    manager: 'npm',
    engine: 'native',
    steps: [
      ['install', '--package-lock-only', '--os=darwin', '--cpu=arm64', '--libc='],
      namesMacAndThis('package-lock.json'),
      ['ci'],
    ],
  },
  {
    name: "npm ci from a lock file written with Windows' node_modules",
    manager: 'npm',
    engine: 'native',
    steps: [
      ['install', '--os=win32', '--cpu=x64', '--libc='],
      namesMacAndThis('package-lock.json'),
      removeModules,
      ['ci'],
    ],
  },
  {
    name: 'npm install over a lock file that lacks this platform',
    manager: 'npm',
    engine: 'native',
    steps: [['install', '--package-lock-only'], forgetPlatform, ['install']],
  },
  {
    name: 'npm install --omit=optional',
    manager: 'npm',
    engine: 'wasm',
    steps: [['install', '--omit=optional']],
  },
  {
    name: 'npm ci --omit=optional',
    manager: 'npm',
    engine: 'wasm',
    steps: [
      ['install', '--package-lock-only'],
      ['ci', '--omit=optional'],
    ],
  },
  {
    name: 'npm install, then node_modules is read-only',
    manager: 'npm',
    engine: 'native',
    steps: [['install']],
    isReadOnly: true,
  },
  {
    name: 'npm install --omit=optional, then node_modules is read-only',
    manager: 'npm',
    engine: 'wasm',
    steps: [['install', '--omit=optional']],
    isReadOnly: true,
  },
  {
    name: 'pnpm install',
    manager: 'pnpm',
    engine: 'native',
    steps: [['install', '--no-frozen-lockfile']],
  },
  {
    name: 'pnpm install from a lock file made for macOS arm64',
    manager: 'pnpm',
    engine: 'native',
    steps: [
      setPnpm({ supportedArchitectures: mac }),
      ['install', '--lockfile-only', '--no-frozen-lockfile'],
      namesMacAndThis('pnpm-lock.yaml'),
      setPnpm({}),
      ['install', '--frozen-lockfile'],
    ],
  },
  {
    name: 'pnpm install --no-optional',
    manager: 'pnpm',
    engine: 'wasm',
    steps: [['install', '--no-optional', '--no-frozen-lockfile']],
  },
  {
    name: 'yarn 1 install',
    manager: 'yarn',
    engine: 'native',
    steps: [['install', '--non-interactive']],
  },
  {
    name: 'yarn 1 install --frozen-lockfile',
    manager: 'yarn',
    engine: 'native',
    steps: [
      ['install', '--non-interactive'],
      namesMacAndThis('yarn.lock'),
      removeModules,
      ['install', '--non-interactive', '--frozen-lockfile'],
    ],
  },
  {
    name: 'yarn 1 install --ignore-optional',
    manager: 'yarn',
    engine: 'wasm',
    steps: [['install', '--non-interactive', '--ignore-optional']],
  },
  {
    name: 'yarn 4 install',
    manager: 'berry',
    engine: 'native',
    steps: [['install', '--no-immutable']],
  },
  {
    name: 'yarn 4 install from a lock file made for macOS arm64',
    manager: 'berry',
    engine: 'native',
    steps: [
      toggleBerryMac,
      ['install', '--no-immutable'],
      namesMacAndThis('yarn.lock'),
      removeModules,
      toggleBerryMac,
      ['install', '--immutable'],
    ],
  },
  {
    name: "yarn 4 install, plug'n'play",
    manager: 'berry',
    berryLinker: 'pnp',
    engine: 'native',
    steps: [['install', '--no-immutable']],
  },
];
