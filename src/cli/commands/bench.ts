import { fork } from 'node:child_process';
import { createLocalServer } from '../../local-server';
import { rivals, whyAlone, type Installed, type User } from '../bench/sdks';
import type { Figures, Row, Task } from '../bench/worker';
import { EXIT, UsageError, type Command, type Output } from '../command';
import type { Project } from '../../project/payload';
import { withServer } from '../../project/with-server';
import { readProject, readUser } from '../project';

/** Long enough for an SDK that polls a slow disk at its start; a hung one is given up. */
const LONGEST_MS = 120_000;

const DEFAULT_USER: User = {
  userID: 'bench',
  email: 'bench@example.com',
  ip: '203.0.113.7',
  userAgent: 'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36',
  custom: { plan: 'pro', seats: 5, tags: ['a', 'b'] },
};

/** What one SDK took, a figure per row and round. */
interface Measured {
  label: string;
  rounds: Figures[];
}

export const bench: Command = {
  summary: 'what checks cost on your project, next to the SDK that you have',
  usage: `--specs SOURCE [--user USER] [--rounds N]
       [--row-ms MS] [--json]

  --specs SOURCE  payload: a file, - for standard input, or a URL of the
                  service, a proxy or a local server (key in STATSIG_SECRET_KEY)
  --user USER     JSON, @FILE or - for standard input: what users are like;
                  each gets a userID of its own
  --rounds N      default 3; medians are shown
  --row-ms MS     how long a row is measured in each round, default 300
  --json          every figure, for programs

Runs in the folder of an application that has statsig-node or
@statsig/statsig-node-core installed, and compares with the one that reads the
payload's format (dcs-v1, dcs-v2). Each SDK runs in a process of its own, rounds
interleaved, against a server on this machine that takes the events.`,
  options: {
    specs: { type: 'string' },
    user: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    'row-ms': { type: 'string', default: '300' },
    json: { type: 'boolean' },
  },
  async run({ text, has }, output) {
    const source = text('specs');
    if (source === undefined) throw new UsageError('--specs SOURCE is missing');
    const rounds = count(text('rounds'), 'rounds');
    const rowMs = count(text('row-ms'), 'row-ms');
    const user = text('user') === undefined ? DEFAULT_USER : await readUser(text('user'));
    const project = await readProject(source);
    const gates = project.specs
      .filter(({ kind, entity }) => kind === 'gate' && !['segment', 'holdout'].includes(entity))
      .map(({ name }) => name);
    if (gates.length === 0) throw new Error(`${source} has no gates to ask for`);
    const sdks = [await ours(project), ...rivals(process.cwd(), formatOf(project))];
    const progress = has('json') ? () => undefined : (line: string) => output.error(line);
    const measured = await compare(project, sdks, { gates, user, rowMs, rounds, progress });
    if (has('json'))
      output.line(
        JSON.stringify({ node: process.version, gates: gates.length, measured }, null, 2),
      );
    else print(measured, gates.length, output);
    if (sdks.length === 1) output.error(`\n${whyAlone(process.cwd(), formatOf(project))}`);
    return EXIT.ok;
  },
};

function count(given: string | undefined, option: string): number {
  const value = Number(given);
  if (Number.isInteger(value) && value > 0 && value <= 10_000) return value;
  throw new UsageError(`--${option} is no number from 1 to 10,000`);
}

function formatOf({ text }: Project): 1 | 2 {
  const { feature_gates: gates }: { feature_gates: unknown } = JSON.parse(text);
  return Array.isArray(gates) ? 1 : 2;
}

async function ours(project: Project): Promise<Installed> {
  const { engine, version } = await withServer(project, (server) => server.engineInfo());
  return { kind: 'ours', path: require.resolve('../../index'), label: `${engine} ${version}` };
}

interface Plan extends Pick<Task, 'gates' | 'user' | 'rowMs'> {
  rounds: number;
  progress(line: string): void;
}

async function compare(project: Project, sdks: Installed[], plan: Plan): Promise<Measured[]> {
  const server = await createLocalServer({ specs: project.text, maxEvents: 0, maxBodyBytes: 0 });
  const measured = sdks.map(({ label }): Measured => ({ label, rounds: [] }));
  const { gates, user, rowMs } = plan;
  try {
    for (let round = 0; round < plan.rounds; round += 1) {
      for (const [at, sdk] of sdks.entries()) {
        plan.progress(`round ${round + 1} of ${plan.rounds}: ${sdk.label}`);
        measured[at]?.rounds.push(await inProcess({ sdk, url: server.url, gates, user, rowMs }));
      }
    }
  } finally {
    await server.close(0);
  }
  return measured;
}

/** @throws Error when the SDK fails, or takes too long */
function inProcess(task: Task): Promise<Figures> {
  return new Promise((resolve, reject) => {
    const child = fork(require.resolve('../bench/worker'), { stdio: 'ignore' });
    const deadline = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
    child.once('message', (answer: { figures?: Figures; error?: string }) => {
      if (answer.figures) resolve(answer.figures);
      else reject(new Error(`${task.sdk.label}: ${answer.error ?? 'no answer'}`));
    });
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      clearTimeout(deadline);
      reject(new Error(`${task.sdk.label} ended with ${signal ?? code} before it was measured`));
    });
    child.send(task);
  });
}

/** With both SDKs beside them these fit 80 columns. */
const ROWS: [Row, string][] = [
  ['initialize', 'initialize, ms'],
  ['first', 'first 10 requests, µs a request'],
  ['known', 'known user, ns a check'],
  ['fresh', 'new user, all gates, ns a check'],
  ['few', 'new user, 5 checks, ns a check'],
  ['memory', 'memory of the process, MB'],
];

function print(measured: Measured[], gates: number, output: Output): void {
  const [mine, ...others] = measured;
  const rounds = mine?.rounds.length ?? 0;
  const wide = Math.max(...ROWS.map(([, words]) => words.length));
  const columns = measured.map(({ label }) => Math.max(label.length, 9));
  const heads = measured.map(({ label }, at) => label.padStart(columns[at] ?? 0)).join('  ');
  output.line(`${gates} gates, Node ${process.versions.node}, medians of ${rounds}, events on`);
  output.line(`${''.padEnd(wide)}  ${heads}`);
  for (const [row, words] of ROWS) {
    const medians = measured.map(({ rounds }) => median(rounds.map((figures) => figures[row])));
    const cells = medians.map((value, at) => shown(value).padStart(columns[at] ?? 0)).join('  ');
    const times = shown(Math.min(...medians.slice(1)) / (medians[0] ?? Number.NaN));
    const last = others.length === 0 ? '' : `  ${output.paint('bold', `${times}×`)}`;
    output.line(`${words.padEnd(wide)}  ${cells}${last}`);
  }
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

const shown = (value: number): string =>
  value >= 100 ? Math.round(value).toLocaleString('en') : value.toPrecision(2);
