/** Ten real processes of two keys on one directory, most of them killed at some moment. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { parseBatchName } from '../../../src/events/spool/file-name';
import { Loopback } from '../../network/loopback';
import { batches, directory, folder } from './support';
import { seeded } from './world';

const KEYS = ['secret-a', 'secret-b'];
const PROCESSES = 10;
/** Of each process. */
const BATCHES = 300;

class Fleet {
  readonly delivered = new Map<string, string>();
  /** Events that were in files when a process was killed. */
  readonly stored = new Set<string>();
  counted = 0;
  /** The server takes everything. */
  isWell = false;

  /** Least room that the disk had, in blocks. */
  room = Infinity;

  private constructor(
    readonly path: string,
    readonly server: Loopback,
  ) {}

  static async start(path: string, failures: number): Promise<Fleet> {
    const draw = seeded(7);
    const server = await Loopback.start(({ headers, body }, response) => {
      fleet.room = Math.min(fleet.room, statfsSync(path).bfree);
      if (!fleet.isWell && draw() < failures) return void response.writeHead(500).end();
      for (const event of JSON.parse(body.toString()) as string[])
        fleet.delivered.set(event, String(headers['x-key']));
      response.writeHead(202).end('{}');
    });
    const fleet: Fleet = new Fleet(path, server);
    return fleet;
  }

  /** A process; resolves when it is over. Killed that long after it began, or never. */
  async run(key: string, count: number, killAfterMs: number | null): Promise<void> {
    const program = join(__dirname, 'process.ts');
    const child = spawn(
      process.execPath,
      ['--require=tsx/cjs', program, this.path, key, this.server.base, String(count)],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const over = new Promise((resolve) => child.once('close', resolve));
    const output = this.listen(child, killAfterMs);
    await over;
    if (child.signalCode === 'SIGKILL') this.look();
    const report = /ended (.*)/.exec(output.text)?.[1];
    this.counted += report === undefined ? 0 : (JSON.parse(report) as { dropped: number }).dropped;
  }

  /** Takes down what is in whole files now. */
  look(): void {
    for (const key of KEYS) {
      for (const name of batches(this.path, key).filter((name) => parseBatchName(name) !== null)) {
        // Another process may be faster.
        const text = read(join(folder(this.path, key), name));
        const body = text.slice(text.indexOf('\n') + 1);
        if (body !== '') for (const event of JSON.parse(body) as string[]) this.stored.add(event);
      }
    }
  }

  private listen(child: ChildProcess, killAfterMs: number | null): { text: string } {
    const output = { text: '' };
    child.stdout!.on('data', (part: Buffer) => {
      output.text += part.toString();
      if (killAfterMs !== null && output.text.startsWith('ready'))
        setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    });
    return output;
  }
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

/** `failures`: share of the posts that the server refuses. */
async function live(t: ExecutionContext, path: string, failures: number): Promise<Fleet> {
  const fleet = await Fleet.start(path, failures);
  t.teardown(() => fleet.server.stop());
  const draw = seeded(11);
  const lives = Array.from({ length: PROCESSES }, (_, n) =>
    fleet.run(KEYS[n % 2]!, BATCHES, n % 5 === 4 ? null : Math.floor(draw() * 900)),
  );
  await Promise.all(lives);
  fleet.look();
  fleet.isWell = true;
  for (const key of KEYS) await fleet.run(key, 0, null);
  for (const [event, key] of fleet.delivered)
    if (!event.startsWith(`${key} `)) t.fail(`${event} went out under ${key}`);
  const missing = [...fleet.stored].filter((event) => !fleet.delivered.has(event));
  t.log(
    `${fleet.delivered.size} delivered, ${fleet.stored.size} seen on disk, ${fleet.counted} counted as dropped`,
  );
  t.true(
    missing.length <= fleet.counted,
    `${missing.length} were on disk and are gone, ${fleet.counted} are counted`,
  );
  t.true(fleet.stored.size > 0 && fleet.delivered.size > 0);
  for (const key of KEYS) t.deepEqual(batches(path, key), []);
  return fleet;
}

test.serial(
  'ten processes, eight of them killed: what was on disk arrives, under its key',
  async (t) => {
    t.timeout(120_000);
    await live(t, directory(t), 0.4);
  },
);

test.serial('the same on a disk of 1 MiB', async (t) => {
  t.timeout(120_000);
  const path = directory(t);
  const isMounted = mount(path);
  t.log(
    isMounted
      ? 'on a tmpfs'
      : 'no tmpfs can be mounted here (it needs root): this is the usual disk',
  );
  if (isMounted) t.teardown(() => execFileSync('umount', ['--lazy', path]));
  const { room } = await live(t, path, 0.98);
  if (isMounted) t.true(room < 10, `${room} blocks were free all the time`);
});

function mount(path: string): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', path], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
