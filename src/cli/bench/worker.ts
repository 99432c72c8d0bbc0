/** One SDK measured in a process of its own, which `bench` forks; the figures go back by IPC. */
import { start, type Contestant, type Installed, type User } from './sdks';

export interface Task {
  sdk: Installed;
  url: string;
  gates: string[];
  user: User;
  /** How long a row is measured, ms. */
  rowMs: number;
}

/** What is measured; `bench` says its words and units. */
export type Row = 'initialize' | 'first' | 'known' | 'fresh' | 'few' | 'memory';
export type Figures = Record<Row, number>;

const nowNs = (): number => Number(process.hrtime.bigint());

async function measure({ sdk, url, gates, user, rowMs }: Task): Promise<Figures> {
  const begin = nowNs();
  const contestant = await start(sdk, url);
  const initialize = (nowNs() - begin) / 1e6;
  let id = 0;
  const fresh = (): unknown => contestant.user({ ...user, userID: `bench-${(id += 1)}` });
  const ask = (names: string[]) => (): void => {
    const one = fresh();
    for (const name of names) contestant.gate(one, name);
  };
  const first = timed(10, ask(gates)) / 10 / 1e3;
  const known = fresh();
  const figures = {
    initialize,
    first,
    known: await row(contestant, rowMs, () => {
      for (const name of gates) contestant.gate(known, name);
    }),
    fresh: await row(contestant, rowMs, ask(gates)),
    few: await row(contestant, rowMs, ask(gates.slice(0, 5))),
    memory: process.memoryUsage().rss / 1e6,
  };
  figures.known /= gates.length;
  figures.fresh /= gates.length;
  figures.few /= Math.min(5, gates.length);
  return figures;
}

function timed(times: number, body: () => void): number {
  const begin = nowNs();
  for (let turn = 0; turn < times; turn += 1) body();
  return nowNs() - begin;
}

/** Nanoseconds of one call, after a warm-up of the same length. Events are sent after each. */
async function row({ flush }: Contestant, ms: number, body: () => void): Promise<number> {
  await spend(ms, body);
  await flush();
  const figure = await spend(ms, body);
  await flush();
  return figure;
}

/** In slices with a turn of the event loop between them, as a server has. */
async function spend(ms: number, body: () => void): Promise<number> {
  const SLICE = 5e6;
  let [spent, calls] = [0, 0];
  while (spent < ms * 1e6) {
    const begin = nowNs();
    while (nowNs() - begin < SLICE) {
      body();
      calls += 1;
    }
    spent += nowNs() - begin;
    await new Promise(setImmediate);
  }
  return spent / calls;
}

process.once('message', (task: Task) => {
  measure(task).then(
    (figures) => process.send?.({ figures }, () => process.exit(0)),
    (error: Error) => process.send?.({ error: error.message }, () => process.exit(1)),
  );
});
