// docs/first-hour.md, done as it is written: its files are made, its commands are run in one shell,
// and what they print has to be what the page says.
//
//   node scripts/check/first-hour.mjs [--skip-build] [--write]
//
// --write puts what was printed into the page. A file is a fence after a line that is its name; a
// command is a line of a `console` fence that begins with `$ `. What differs from run to run (times,
// ports, versions of Node, folders) is not compared.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { inFolder, steps } from './packed/packages.mjs';
import { mustRun, outputOf } from '../lib/run.mjs';
import { root } from '../lib/stamp.mjs';

const page = join(root, 'docs/first-hour.md');
const { step, end } = steps('first hour');
const { values: given } = parseArgs({
  options: { 'skip-build': { type: 'boolean' }, write: { type: 'boolean' } },
});

/** Files and commands of the page in their order; `output`: what the page says was printed. */
function readPage(text) {
  const fences = /(?:^`([\w./-]+)`:\n\n)?^```(\w+)\n([^]*?)^```$/gm;
  return [...text.matchAll(fences)].flatMap(([, name, language, content]) => {
    if (language !== 'console') return name ? [{ name, content }] : [];
    return content
      .split(/^(?=\$ )/m)
      .map((part) => /^\$ ((?:.*\\\n)*.*)\n([^]*)$/.exec(part))
      .map(([whole, command, output]) => ({ whole, command, output }));
  });
}

/** One shell does it all, so that a folder that was entered stays entered. */
function shellScript(parts) {
  const fileOf = ({ name, content }) =>
    `mkdir -p "$(dirname ${name})"\ncat >${name} <<'END-OF-FILE'\n${content}END-OF-FILE\n`;
  const runOf = ({ command }) => `{ ${command}\n} 2>&1 </dev/null; printf '\\036%d\\037' $?\n`;
  return parts.map((part) => (part.command ? runOf(part) : fileOf(part))).join('');
}

/** A home with the clone in it, and npm as it is set up here but for what it prints. */
function environment(home) {
  symlinkSync(root, join(home, 'statsig-node-native'));
  const setting = (name) => outputOf('npm', ['config', 'get', name])?.trim() ?? '';
  const inherited = Object.entries(process.env).filter(([name]) => !/^(npm_|STATSIG_)/i.test(name));
  return {
    ...Object.fromEntries(inherited),
    HOME: home,
    PATH: `${join(root, 'scripts/check/fixtures/first-hour')}:${process.env.PATH}`,
    NO_COLOR: '1',
    npm_config_cache: setting('cache'),
    npm_config_userconfig: setting('userconfig'),
    npm_config_registry: setting('registry'),
    npm_config_prefer_offline: 'true',
    npm_config_update_notifier: 'false',
    npm_config_audit: 'false',
    npm_config_loglevel: 'silent',
  };
}

function runAll(parts, home) {
  const { stdout, stderr } = spawnSync('bash', ['-s'], {
    input: shellScript(parts),
    cwd: home,
    env: environment(home),
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 1 << 26,
  });
  if (stderr) console.error(stderr);
  const results = [...stdout.matchAll(/([^\x1e]*)\x1e(\d+)\x1f/g)];
  return parts
    .filter(({ command }) => command)
    .map((part, at) => ({ ...part, printed: printedOf(results[at], home) }));
}

function printedOf(result, home) {
  if (result === undefined) return 'was not run\n';
  const [, text, code] = result;
  const ending = text && !text.endsWith('\n') ? '\n' : '';
  const shown = `${text}${ending}`.replaceAll(home, '~').replaceAll(root, '~/statsig-node-native');
  return code === '0' ? shown : `${shown}(exit code ${code})\n`;
}

/** Without what differs from run to run, the order of requests at once included. */
const steady = (text, version) =>
  text
    .replaceAll(version, 'VERSION')
    .replace(/\b\d+(\.\d+)? ?(ms|s|ns)\b/g, 'TIME')
    .replace(/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME')
    .replace(/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT')
    .replace(/\bv\d+\.\d+\.\d+ on \w+ \w+/g, 'NODE')
    .replace(/-(linux|darwin|win32)-[a-z0-9-]+?(?=[-.])/g, '-PLATFORM')
    .replace(/ {2,}/g, ' ')
    .split('\n')
    .sort()
    .join('\n');

/** The page is of the version that is packed, whatever it was when it was written. */
function readVersioned() {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const text = readFileSync(page, 'utf8');
  const written = /statsig-node-native-(\d+\.\d+\.\d+)\.tgz/.exec(text)?.[1] ?? version;
  return { version, text: text.replaceAll(written, version) };
}

await inFolder(async (folder) => {
  if (!given['skip-build'])
    mustRun(process.execPath, [join(root, 'scripts/build/all.mjs'), '--if-stale'], {
      shell: false,
    });
  const home = join(folder, 'home');
  mkdirSync(home);
  const { text, version } = readVersioned();
  const done = runAll(readPage(text), home);
  let result = text;
  let from = 0;
  for (const { whole, command, output, printed } of done) {
    const isSame = steady(output, version) === steady(printed, version);
    const differs = `\n--- the page says\n${output}--- printed\n${printed}`;
    step(command, isSame || given.write ? null : differs);
    // The same command may come twice, so what comes before is left alone.
    const at = result.indexOf(whole, from);
    const shown = isSame ? whole : `$ ${command}\n${printed}`;
    result = result.slice(0, at) + shown + result.slice(at + whole.length);
    from = at + shown.length;
  }
  if (given.write) writeFileSync(page, result);
});
end();
