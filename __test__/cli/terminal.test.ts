/** What only whoever looks at a terminal gets: colours, and how far long work is. */
import test, { type ExecutionContext } from 'ava';
import { Writable } from 'node:stream';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { terminal, type Streams } from '../../src/cli/command';
import { main } from '../../src/cli/main';
import { sample } from './support';

const CLEAR = '\r\u001b[K';
const folder = mkdtempSync(join(tmpdir(), 'cli-terminal-'));
test.after.always(() => rmSync(folder, { recursive: true }));
const changed = join(folder, 'changed.json');
writeFileSync(
  changed,
  readFileSync(sample, 'utf8').replace(/"passPercentage": ?100/g, '"passPercentage": 50'),
);
const broken = join(folder, 'broken.json');
writeFileSync(broken, '{');

/** Runs it as `term`, with streams that say whether they are terminals. */
async function watched(
  t: ExecutionContext,
  args: string[],
  { out, err, term = 'xterm' }: { out: boolean; err: boolean; term?: string },
): Promise<{ code: number; out: string; err: string[] }> {
  const { TERM, NO_COLOR } = process.env;
  process.env['TERM'] = term;
  delete process.env['NO_COLOR'];
  t.teardown(() => {
    if (TERM === undefined) delete process.env['TERM'];
    else process.env['TERM'] = TERM;
    if (NO_COLOR !== undefined) process.env['NO_COLOR'] = NO_COLOR;
  });
  const written: { out: string[]; err: string[] } = { out: [], err: [] };
  const into = (list: string[], isTTY: boolean): Streams['stdout'] =>
    Object.assign(
      new Writable({
        write(chunk: Buffer, _, done) {
          list.push(chunk.toString());
          done();
        },
      }),
      { isTTY, columns: 80 },
    );
  const streams = { stdout: into(written.out, out), stderr: into(written.err, err) };
  const code = await main(args, terminal(streams));
  return { code, out: written.out.join(''), err: written.err };
}

const DIFF = ['diff', sample, changed, '--count'];

test.serial('long work tells a terminal how far it is, and leaves nothing behind', async (t) => {
  const { code, out, err } = await watched(t, [...DIFF, '1001'], { out: true, err: true });
  t.is(code, 1);
  const [first, ...more] = err;
  const flags = /^\r\u001b\[K0 of 1001 users, (\d+) flags$/.exec(first!)?.[1];
  t.true(Number(flags) > 0, first);
  t.deepEqual(more, [`${CLEAR}1000 of 1001 users, ${flags} flags`, CLEAR]);
  t.regex(out, /\u001b\[/);
});

test.serial('who reads the answers from a pipe sees it on the terminal all the same', async (t) => {
  const { out, err } = await watched(t, [...DIFF, '1', '--json'], { out: false, err: true });
  t.is((JSON.parse(out) as { users: number }).users, 1);
  t.is(err.length, 2);
  t.is(err.at(-1), CLEAR);
});

test.serial('without a terminal, or on a dumb one, there is none of it', async (t) => {
  for (const host of [
    { out: true, err: false },
    { out: true, err: true, term: 'dumb' },
  ]) {
    const { code, err } = await watched(t, [...DIFF, '1'], host);
    t.deepEqual([code, err], [1, []]);
  }
});

test.serial('work that fails takes it away before it says why', async (t) => {
  const streams = { out: true, err: true };
  const { code, err } = await watched(t, ['diff', sample, broken], streams);
  t.is(code, 1);
  // Nothing was shown yet, so there is nothing to take away.
  t.is(err.length, 1, err.join('|'));
  t.regex(err[0]!, /broken\.json/);
  const written: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _, done) {
      written.push(chunk.toString());
      done();
    },
  });
  const tty = Object.assign(stream, { isTTY: true, columns: 80 });
  const output = terminal({ stdout: tty, stderr: tty });
  output.progress('half of it');
  output.progress('half of it');
  output.progress('');
  output.progress('');
  output.error('no');
  t.deepEqual(written, [`${CLEAR}half of it`, CLEAR, 'no\n']);
});

test.serial("names that hold escapes move nobody's cursor", async (t) => {
  const name = 'a\u001b[2J\u001b[31m\rb\u009b';
  const gate = { name, entity: 'feature_gate', enabled: true, salt: 's', rules: [] };
  const rest = { dynamic_configs: [], layer_configs: [], has_updates: true, time: 1 };
  const hostile = join(folder, 'hostile.json');
  writeFileSync(hostile, JSON.stringify({ feature_gates: [gate], ...rest }));
  const args = ['evaluate-all', '--specs', hostile, '--user', 'ada'];
  const { out } = await watched(t, args, { out: true, err: true });
  t.true(out.startsWith('a\ufffd[2J\u001b[31m\ufffdb\ufffd'), JSON.stringify(out));
  const unknown = ['check', name, '--specs', sample, '--user', 'ada'];
  const { err } = await watched(t, unknown, { out: true, err: true });
  t.false(err.join('').includes('\u001b[2J'), JSON.stringify(err));
  // A program gets what is there.
  t.true((await watched(t, args, { out: false, err: false })).out.startsWith(name));
});
