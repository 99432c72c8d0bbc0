// Installs what is missing of scripts/lib/programs.cjs: npm run setup
//
//   node scripts/setup.mjs [--all] [--print]
//
// By apt on Debian and Ubuntu, by brew on macOS, Rust targets by rustup; elsewhere, and for what
// those do not have, it says what to install. --all: what `.ci/run` wants as well, and not only
// `npm it`. --print: only says what it would do. The exit code is 0 when nothing is missing in the
// end.
import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import programs from './lib/programs.cjs';
import { run } from './lib/run.mjs';

const unique = (list) => [...new Set(list)];
const all = (rows, key) => unique(rows.flatMap((row) => row[key] ?? []));

/** What rustup can add of `rows`: commands as [program, arguments]. */
export function rustupCommands(rows, { has }) {
  const targets = all(rows, 'rustup');
  return has('rustup') && targets.length > 0 ? [['rustup', ['target', 'add', ...targets]]] : [];
}

/** What the system's package manager can install of `rows`. */
export function packageCommands(rows, { has, isRoot }) {
  const asRoot = (...args) => (isRoot ? [args[0], args.slice(1)] : ['sudo', args]);
  const [apt, brew, cask] = ['apt', 'brew', 'cask'].map((key) => all(rows, key));
  if (has('apt-get')) {
    const canInstall = apt.length > 0 && (isRoot || has('sudo'));
    return canInstall
      ? [asRoot('apt-get', 'update', '-qq'), asRoot('apt-get', 'install', '-y', '-qq', ...apt)]
      : [];
  }
  if (!has('brew')) return [];
  return [
    ...(brew.length > 0 ? [['brew', ['install', ...brew]]] : []),
    ...(cask.length > 0 ? [['brew', ['install', '--cask', ...cask]]] : []),
  ];
}

/** Runs one command; a package that apt does not know must not keep it from the others. */
function install([program, args], isOnlyPrinted) {
  console.log(`$ ${program} ${args.join(' ')}`);
  if (isOnlyPrinted) return;
  const options = {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    stdio: ['ignore', 'ignore', 'inherit'],
  };
  if (run(program, args, options) === 0 || !args.includes('-y')) return;
  const at = args.indexOf('-qq') + 1;
  for (const name of args.slice(at)) run(program, [...args.slice(0, at), name], options);
}

function describe({ name, use, apt, brew, cask, elsewhere }) {
  const ways = [
    apt && `apt: ${apt.join(' ')}`,
    (brew ?? cask) && `brew: ${(brew ?? cask).join(' ')}`,
    elsewhere,
  ].filter(Boolean);
  return `  ${name} (without it ${use}): ${ways.join('; ')}`;
}

function main() {
  const { values } = parseArgs({
    options: {
      all: { type: 'boolean', default: false },
      print: { type: 'boolean', default: false },
    },
  });
  const wanted = values.all ? [...programs.forTests, ...programs.forChecks] : programs.forTests;
  const missing = () => wanted.filter((row) => row.find() === undefined);
  const host = {
    has: (name) => programs.onPath(name) !== undefined,
    isRoot: process.getuid?.() === 0,
  };
  for (const commands of [rustupCommands, packageCommands]) {
    for (const command of commands(missing(), host)) install(command, values.print);
  }
  const left = missing();
  console.log(
    left.length === 0
      ? `All ${wanted.length} programs are here.`
      : ['Missing:', ...left.map(describe)].join('\n'),
  );
  process.exitCode = left.length === 0 ? 0 : 1;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main();
