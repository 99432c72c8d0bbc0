/** What `npm run setup` would run, by what the machine has. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import test from 'ava';

type Command = [string, string[]];
interface Row {
  name: string;
  apt?: string[];
  brew?: string[];
  cask?: string[];
  rustup?: string;
}
interface Host {
  has(program: string): boolean;
  isRoot: boolean;
}
interface Setup {
  rustupCommands(rows: Row[], host: Host): Command[];
  packageCommands(rows: Row[], host: Host): Command[];
}

const load = (): Promise<Setup> =>
  import(pathToFileURL(join(__dirname, '../../scripts/setup.mjs')).href) as Promise<Setup>;
const host = (isRoot: boolean, ...programs: string[]): Host => ({
  has: (name) => programs.includes(name),
  isRoot,
});
const rows: Row[] = [
  { name: 'redis-server', apt: ['redis-server'], brew: ['redis'] },
  { name: 'wasm', apt: ['rustc-web', 'lld'], rustup: 'wasm32-unknown-unknown' },
  { name: 'musl', apt: ['rustc-web', 'lld'], rustup: 'x86_64-unknown-linux-musl' },
  { name: 'chromium', apt: ['chromium'], cask: ['google-chrome'] },
];
const text = (commands: Command[]): string[] => commands.map((command) => command.flat().join(' '));

test('Debian and Ubuntu: apt, as root or by sudo', async (t) => {
  const { packageCommands } = await load();
  const install = 'apt-get install -y -qq redis-server rustc-web lld chromium';
  t.deepEqual(text(packageCommands(rows, host(true, 'apt-get'))), ['apt-get update -qq', install]);
  t.deepEqual(text(packageCommands(rows, host(false, 'apt-get', 'sudo'))), [
    'sudo apt-get update -qq',
    `sudo ${install}`,
  ]);
  t.deepEqual(packageCommands(rows, host(false, 'apt-get')), []);
  t.deepEqual(packageCommands([], host(true, 'apt-get')), []);
});

test('macOS: brew, applications as casks; elsewhere nothing', async (t) => {
  const { packageCommands } = await load();
  t.deepEqual(text(packageCommands(rows, host(false, 'brew'))), [
    'brew install redis',
    'brew install --cask google-chrome',
  ]);
  t.deepEqual(text(packageCommands(rows.slice(0, 1), host(false, 'brew'))), ['brew install redis']);
  t.deepEqual(packageCommands(rows, host(true)), []);
});

test('Rust targets by rustup where it is', async (t) => {
  const { rustupCommands } = await load();
  t.deepEqual(text(rustupCommands(rows, host(true, 'rustup'))), [
    'rustup target add wasm32-unknown-unknown x86_64-unknown-linux-musl',
  ]);
  t.deepEqual(rustupCommands(rows, host(true)), []);
  t.deepEqual(rustupCommands(rows.slice(0, 1), host(true, 'rustup')), []);
});
