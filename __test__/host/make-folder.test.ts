/** Folders with what is missing above them, and where none can be made. */
import test from 'ava';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeFolder, makeFolderNow } from '../../src/host/make-folder-node';

const root = mkdtempSync(join(tmpdir(), 'folders-'));
test.after.always(() => rmSync(root, { recursive: true }));
writeFileSync(join(root, 'file'), '');
symlinkSync(join(root, 'nowhere'), join(root, 'dangling'));

const ways = {
  later: makeFolder,
  now: (path: string, mode: number) => new Promise<void>((done) => done(makeFolderNow(path, mode))),
};

for (const [name, make] of Object.entries(ways)) {
  const at = (...parts: string[]): string => join(root, name, ...parts);

  test(`${name}: all that is missing is made, for this user only`, async (t) => {
    await make(at('a', 'b', 'c'), 0o700);
    await make(at('a', 'b', 'c'), 0o700);
    await Promise.all([1, 2, 3].map(() => make(at('together', 'deep'), 0o700)));
    t.true(existsSync(at('together', 'deep')));
    if (process.platform === 'win32') return;
    for (const folder of [at('a'), at('a', 'b'), at('a', 'b', 'c')])
      t.is(statSync(folder).mode & 0o777, 0o700);
  });

  test(`${name}: what is no folder is an error, also on the way`, async (t) => {
    for (const path of ['file', 'file/below', 'dangling/below'])
      await t.throwsAsync(make(join(root, path), 0o700), undefined, path);
    t.false(existsSync(join(root, 'nowhere')));
  });
}

// In a process of their own: below /proc Node's own `mkdir` would never come back.
const unmakeable = existsSync('/proc/self') ? '/proc/nope' : join(root, 'file');
const reason = existsSync('/proc/self') ? /^ENOENT$/ : /^E[A-Z]+$/;
const PROGRAM = `
const { makeFolder, makeFolderNow } = require('./src/host/make-folder-node');
const { FileDataAdapter } = require('./src/storage/file-adapter');
const said = (error) => console.log(error.code);
const at = ${JSON.stringify(unmakeable)};
try { makeFolderNow(at + '/deep', 0o700); } catch (error) { said(error); }
makeFolder(at + '/deep', 0o700).catch(said);
new FileDataAdapter(at + '/other').initialize().catch(said);
`;
test('where nobody can make one, all end with the error of the system', (t) => {
  const { stdout, status } = spawnSync(
    process.execPath,
    ['--require', 'tsx/cjs', '--eval', PROGRAM],
    { cwd: join(__dirname, '../..'), encoding: 'utf8', timeout: 60_000 },
  );
  t.is(status, 0);
  const said = stdout.trim().split('\n');
  t.is(said.length, 3);
  for (const code of said) t.regex(code, reason);
});
