import { spawn } from 'node:child_process';
import { join } from 'node:path';

import test from 'ava';
import axios from 'axios';
import { unless } from '../needs';

const root = join(__dirname, '..', '..');
const sample = join(root, 'testdata', 'payloads', 'sample-project.json');
const lists = join(root, 'testdata', 'payloads', 'sample-id-lists');

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the command from its source; `onOutput` sees the output so far and the way to end it. */
function run(
  args: string[],
  onOutput: (stdout: string, end: () => void) => void = () => undefined,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(
      process.execPath,
      ['--require=tsx/cjs', join(root, 'src', 'cli.ts'), ...args],
      { cwd: root },
    );
    const ended: Ended = { code: null, stdout: '', stderr: '' };
    child.stderr.on('data', (chunk) => (ended.stderr += String(chunk)));
    child.stdout.on('data', (chunk) => {
      ended.stdout += String(chunk);
      onOutput(ended.stdout, () => child.kill('SIGTERM'));
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ ...ended, code }));
  });
}

const onUnix = unless(process.platform === 'win32' ? 'Windows has no SIGTERM to handle' : null);

onUnix('serve answers until it is told to end, then says what arrived', async (t) => {
  let asked: Promise<unknown> | undefined;
  const ended = await run(
    ['serve', '--specs', sample, '--id-lists', lists, '--port', '0'],
    (stdout, end) => {
      const url = /on (http:\/\/127\.0\.0\.1:\d+)/.exec(stdout)?.[1];
      if (!url || !stdout.includes('Ctrl-C') || asked) return;
      const ask = async (): Promise<unknown[]> => {
        const specs = (
          await axios.get(`${url}/v1/download_config_specs/secret-x.json`, { proxy: false })
        ).data;
        const index = (await axios.post(`${url}/v1/get_id_lists`, {}, { proxy: false })).data;
        await axios.post(`${url}/v1/log_event`, { events: [{ eventName: 'e' }] }, { proxy: false });
        return [specs.has_updates, Object.keys(index)];
      };
      asked = ask().finally(end);
    },
  );
  t.deepEqual(await asked, [true, ['club_riders']]);
  t.is(ended.code, 0);
  t.true(ended.stdout.includes('1 events had arrived.'));
});

onUnix('serve: addresses as JSON, other words elsewhere, and a port that is taken', async (t) => {
  let taken: Promise<Ended> | undefined;
  const ended = await run(['serve', '--specs', sample, '--port', '0', '--json'], (stdout, end) => {
    if (!stdout.includes('\n') || taken !== undefined) return;
    const { port } = new URL((JSON.parse(stdout) as { url: string }).url);
    taken = run(['serve', '--specs', sample, '--port', port]).finally(end);
  });
  const { code, stderr } = (await taken)!;
  t.is(code, 1);
  t.regex(stderr, /^port \d+ is taken; --port 0 takes a free one$/m);
  t.is(ended.code, 0);
  const { url, api, events } = JSON.parse(ended.stdout) as Record<string, string>;
  t.deepEqual([api, events], [`${url}/v1`, `${url}/_events`]);
});

test('wrong use is told, with the usage, and exits with 2', async (t) => {
  const wrong: [string[], string][] = [
    [[], 'a command is missing'],
    [['serve'], '--specs FILE is missing'],
    [['serve', '--specs', sample, '--port', '70000'], '--port 70000 is no port'],
    [['serve', '--nonsense'], '--nonsense'],
  ];
  for (const [args, message] of wrong) {
    const { code, stderr } = await run(args);
    t.is(code, 2, args.join(' '));
    t.true(stderr.includes(message), stderr);
    t.true(stderr.includes('usage:'));
  }
});

test('help goes to stdout; a file that cannot be read exits with 1', async (t) => {
  const help = await run(['--help']);
  t.is(help.code, 0);
  t.true(help.stdout.startsWith('usage:'));
  const absent = await run(['serve', '--specs', 'absent.json', '--port', '0']);
  t.is(absent.code, 1);
  t.true(absent.stderr.includes('absent.json'));
});
