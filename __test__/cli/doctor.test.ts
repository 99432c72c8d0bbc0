/** What the doctor says of the binary. In an order: what was loaded once stays in use. */
import test from 'ava';
import { existsSync } from 'node:fs';
import { platformFile } from '../../src/engine/select';
import { run } from './support';

interface Finding {
  what: string;
  state: string;
  says: string;
}

async function findings(): Promise<Record<string, Finding>> {
  const { out } = await run('doctor', '--api', 'http://127.0.0.1:1/v1', '--json');
  return Object.fromEntries((JSON.parse(out) as Finding[]).map((one) => [one.what, one]));
}

/** Values that stand in until the test is over. */
function pretending(arch: string): () => void {
  const own = Object.getOwnPropertyDescriptor(process, 'arch')!;
  Object.defineProperty(process, 'arch', { ...own, value: arch });
  return () => Object.defineProperty(process, 'arch', own);
}

test.serial('a platform package that is missing is named', async (t) => {
  t.teardown(pretending('mips'));
  const { engine, binary } = await findings();
  const { packageName, path } = platformFile();
  t.regex(packageName, /^statsig-node-native-.*mips/);
  t.is(path, null);
  t.is(engine!.state, 'note');
  t.true(engine!.says.includes(packageName), engine!.says);
  t.is(binary!.state, 'note');
  t.true(binary!.says.startsWith(`${packageName} is not installed: `), binary!.says);
});

test.serial('a binary that another engine was preferred to is named', async (t) => {
  process.env['STATSIG_ENGINE'] = 'js';
  t.teardown(() => void delete process.env['STATSIG_ENGINE']);
  const { binary } = await findings();
  t.deepEqual(binary, {
    what: 'binary',
    state: 'note',
    says: `${platformFile().path!} is there, and not in use`,
  });
});

test.serial('the binary that is in use is named', async (t) => {
  const { engine, binary } = await findings();
  const { path } = platformFile();
  t.true(existsSync(path!), path!);
  t.is(engine!.state, 'ok', engine!.says);
  t.deepEqual(binary, { what: 'binary', state: 'ok', says: `${path!}, in use` });
});
