/**
 * A history: processes of two keys log events, deliver them, end well or badly, while disk and
 * server fail and strangers leave files. All of it in this process, decided by the seed alone.
 */
import { basename, join } from 'node:path';
import { LEASE_MS } from '../../../src/events/spool/lease';
import { folderOf } from '../../../src/events/spool/open';
import type { DiskState } from './model-fs';
import { DIRECTORY, INTERVAL_MS, KEYS, World, seeded, settle } from './world';

const OPERATIONS = 30;
/** Heirs at the end, of each key: a history may kill some of them, too, but not the last one. */
const HEIRS = 7;

/** What a history shows: texts of what went wrong, and the counts behind them. */
export interface Verdict {
  wrong: string[];
  accepted: number;
  delivered: number;
  counted: number;
  /** In memory only when their process was killed. */
  killed: number;
  lives: number;
}

const DISK_STATES: readonly DiskState[] = [
  'well',
  'well',
  'well',
  'full',
  'readonly',
  'hung',
  'blind',
];

/**
 * Strangers: FIFOs, links, folders and junk under names like ours, others' files, a batch of the
 * other key.
 */
function litter(world: World): void {
  const folder = join(DIRECTORY, folderOf(world.pick(KEYS)));
  world.isTouched = true;
  const name = `000001700000000-00000000-0000-4000-8000-${String(world.time).slice(-12)}~0000000b.1.1.00000000`;
  const files = [...world.disk.entries.keys()].filter((path) => path.endsWith('.batch'));
  const odd = world.pick(['fifo', 'link', 'folder'] as const);
  const token = world.lives.length === 0 ? '0000000b.1.1.00000000' : world.pick(world.lives).token;
  const kinds: (() => void)[] = [
    () => world.disk.put(join(folder, `${name}-10-7.batch`), odd),
    () => world.disk.put(join(folder, `${name}-10-7.batch.tmp`), odd),
    () => world.disk.put(join(folder, '000000000000001-x-1.batch'), odd),
    () => world.disk.put(join(folder, `${token}.lease`), odd),
    () =>
      world.disk.put(join(folder, `${name}-10-99999999999999999999.batch`), Buffer.from('junk')),
    () => world.disk.put(join(folder, 'report.txt'), Buffer.from('not ours')),
    () => {
      const [one] = files.filter((path) => !path.startsWith(folder));
      const entry = one === undefined ? undefined : world.disk.entries.get(one);
      if (one === undefined || entry?.kind !== 'file') return;
      world.disk.put(join(folder, basename(one)), entry.content.slice());
    },
  ];
  world.pick(kinds)();
}

/** A stored batch loses its end. */
function damage(world: World): void {
  const stored = [...world.disk.entries].filter(
    ([path, { content }]) => path.endsWith('.batch') && content.length > 200,
  );
  if (stored.length === 0) return;
  world.isTouched = true;
  const [, entry] = world.pick(stored);
  entry.content = entry.content.slice(0, Math.floor(world.draw() * entry.content.length));
}

async function operate(world: World): Promise<void> {
  const { alive } = world;
  const life = alive.length === 0 ? undefined : world.pick(alive);
  if (life === undefined || (world.draw() < 0.12 && alive.length < 10))
    return world.start(world.pick(KEYS));
  const operations: (() => unknown)[] = [
    () => world.log(life, 1 + Math.floor(world.draw() * 12)),
    () => world.log(life, 1 + Math.floor(world.draw() * 60)),
    () => world.bounded(life, 'flush', 400, () => life.delivery.flush({ timeoutMs: 400 })),
    () => world.advance(world.pick([1, 50, 2_000, INTERVAL_MS, LEASE_MS + 1])),
    () => world.end(life, () => world.shutdown(life, 600)),
    () => world.end(life, () => life.delivery.endNow()).then(() => world.kill(life)),
    () => world.kill(life),
    () => (world.server = world.pick(['up', 'up', 'down', 'silent'])),
    () => world.disk.set(world.pick(DISK_STATES)),
    () => litter(world),
    () => damage(world),
    () => (world.time -= world.draw() < 0.1 ? 3_600_000 : 0),
  ];
  await world.pick(operations)();
  await settle();
}

/** Server and disk are well again; everybody ends, and later lives take what is left. */
async function conclude(world: World): Promise<void> {
  world.server = 'up';
  world.disk.set('well');
  for (const life of world.alive) {
    await world.end(life, () => world.shutdown(life, 2_000));
  }
  for (const key of KEYS) {
    for (let heir = 0; heir < HEIRS && (heir === 0 || world.hasLeft(key)); heir++) {
      await world.advance(LEASE_MS + 1);
      world.isDeadly = heir < HEIRS - 1;
      world.start(key);
      const life = world.lives.at(-1)!;
      life.isEnding = true;
      await world.bounded(life, 'the heir', 60_000, () =>
        life.delivery.flush({ timeoutMs: 60_000 }),
      );
      await world.shutdown(life, 2_000);
    }
  }
}

/** Runs the history of a seed. */
export async function runHistory(seed: number): Promise<Verdict> {
  const world = new World(seeded(seed));
  for (let operation = 0; operation < OPERATIONS; operation++) await operate(world);
  await conclude(world);
  const accepted = world.lives.reduce((sum, { logged }) => sum + logged.length, 0);
  const counted = world.lives.reduce((sum, life) => sum + life.delivery.counters().dropped, 0);
  const missing = accepted - world.delivered.size;
  const uncounted = missing - counted - world.killed;
  if (uncounted > 0) {
    world.wrong.push(`${uncounted} of ${accepted} events are neither delivered nor counted`);
  }
  const { wrong, killed, delivered, lives } = world;
  return { wrong, accepted, delivered: delivered.size, counted, killed, lives: lives.length };
}
