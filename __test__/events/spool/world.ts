/** The world of a history: processes of two keys that share a directory, a clock, a server. */
import { basename, join } from 'node:path';
import type { EventDelivery } from '../../../src/events/delivery';
import type { EventSpool } from '../../../src/events/spool/event-spool';
import { parseBatchName } from '../../../src/events/spool/file-name';
import { folderOf, openSpool } from '../../../src/events/spool/open';
import type { EventUpload } from '../../../src/events/sender';
import type { Clock } from '../../../src/host/clock';
import { NetworkError } from '../../../src/network/network-error';
import { delivery } from '../source';
import { type Actor, ModelDisk } from './model-fs';

/** Where all of them keep their batches. */
export const DIRECTORY = '/spool';
/** Their secret keys. */
export const KEYS = ['secret-a', 'secret-b'];
/** Between two flushes by themselves. */
export const INTERVAL_MS = 60_000;

interface Timer {
  due: number;
  task: () => void;
  actor: Actor;
}

/** One process. */
export interface Life extends Actor {
  key: string;
  token: string;
  delivery: EventDelivery;
  spool: EventSpool;
  clock: Clock;
  /** Logged, and not in a batch yet. */
  pending: string[];
  /** All events it accepted. */
  logged: string[];
  /** Events of others that it found damaged. */
  damaged: number;
  isEnding: boolean;
  /** May write as much as it likes. */
  isUnbounded: boolean;
  /** Sees at once which of the others are gone. */
  isKnowing: boolean;
}

/** mulberry32 */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Lets everything run that waits for nothing but promises. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

export class World {
  time = 1_700_000_000_000;
  server: 'up' | 'down' | 'silent' = 'up';
  /** Strangers have been here: what a file says is no longer what is in it. */
  isTouched = false;
  /** Processes are killed at any step. */
  isDeadly = true;
  readonly lives: Life[] = [];
  readonly wrong: string[] = [];
  readonly delivered = new Set<string>();
  killed = 0;
  private readonly timers = new Set<Timer>();
  readonly disk: ModelDisk;

  constructor(readonly draw: () => number) {
    this.disk = new ModelDisk(() => this.time, draw);
  }

  pick<T>(from: readonly T[]): T {
    return from[Math.floor(this.draw() * from.length)]!;
  }

  get alive(): Life[] {
    return this.lives.filter(({ isDead, isEnding }) => !isDead && !isEnding);
  }

  start(key: string): void {
    const number = this.lives.length + 1;
    const token = `0000000a.${number}.1.${String(number).padStart(8, '0')}`;
    // Some processes cannot tell that others are gone, and have their lease to go by.
    const [isUnbounded, isKnowing] = [this.draw() < 0.8, this.draw() < 0.7];
    const state = { pending: [], logged: [], damaged: 0, isDead: false, isEnding: false };
    const life = { key, token, isUnbounded, isKnowing, ...state } as unknown as Life;
    life.step = () => this.perhapsKill(life);
    life.clock = this.clockOf(life);
    const isGone = (other: string): boolean =>
      isKnowing && this.lives.find((one) => one.token === other)?.isDead === true;
    life.spool = openSpool(DIRECTORY, {
      secretKey: key,
      clock: life.clock,
      fs: this.disk.for(life),
      owner: { token, isGone },
      maxBytes: isUnbounded ? undefined : 8 * 4096,
    });
    const takeBatchNow = (most: number) => {
      const taken = life.pending.splice(0, most);
      return { count: taken.length, body: Buffer.from(JSON.stringify(taken)), isGzipped: false };
    };
    life.delivery = delivery({ pending: () => life.pending.length } as never, {
      takeBatch: async (most) => takeBatchNow(most),
      takeBatchNow,
      upload: (upload) => this.upload(life, upload),
      spool: life.spool,
      clock: life.clock,
      intervalMs: INTERVAL_MS,
      maxBatchEvents: 5,
      retryLimit: 1,
      onDropped: ({ message, count }) => (life.damaged += message.includes('damaged') ? count : 0),
      maxQueuedEvents: this.draw() < 0.3 ? 20 : 1_000,
      concurrency: 2,
    });
    this.lives.push(life);
    life.delivery.start();
  }

  log(life: Life, count: number): void {
    for (let i = 0; i < count; i++) {
      const event = `${life.key} ${life.token} ${life.logged.length}`;
      life.pending.push(event);
      life.logged.push(event);
    }
    if (life.pending.length >= 5) life.delivery.batchReady();
  }

  /** kill -9: nothing of it happens any more. */
  kill(life: Life): void {
    if (life.isDead) return;
    life.isDead = true;
    for (const timer of this.timers) if (timer.actor === life) this.timers.delete(timer);
    const onDisk = this.onDisk();
    const gone = life.logged.filter(
      (event) => !this.delivered.has(event) && !onDisk.has(event),
    ).length;
    this.killed += Math.max(0, gone - (life.delivery.counters().dropped - life.damaged));
    // It just removed damaged files, and told nobody.
    this.killed += life.spool.takeDamaged();
  }

  /** Events in files that are whole. */
  onDisk(): Set<string> {
    const found = new Set<string>();
    for (const [path, { kind, content }] of this.disk.entries) {
      if (kind !== 'file' || !path.endsWith('.batch')) continue;
      const text = Buffer.from(content).toString();
      try {
        for (const event of JSON.parse(text.slice(text.indexOf('\n') + 1)) as string[])
          found.add(event);
      } catch {
        // Damaged: its heir counts it.
      }
    }
    return found;
  }

  /** Batches are in this key's folder, whole or not. */
  hasLeft(key: string): boolean {
    const folder = join(DIRECTORY, folderOf(key));
    return [...this.disk.entries].some(
      ([path, { kind }]) =>
        kind === 'file' && path.startsWith(folder) && parseBatchName(basename(path)) !== null,
    );
  }

  /** Who ended on a disk that failed then could not give its lease back. */
  private hasLease(key: string): boolean {
    const folder = join(DIRECTORY, folderOf(key));
    return [...this.disk.entries.keys()].some(
      (path) => path.startsWith(folder) && path.endsWith('.lease'),
    );
  }

  /** Ends a life; on a disk that is well that loses nothing, and it says what is left on disk. */
  async end(life: Life, end: () => Promise<unknown> | void): Promise<void> {
    life.isEnding = true;
    const isWell = this.disk.state === 'well' && life.isUnbounded && !this.isTouched;
    const lost = (): number => life.delivery.counters().droppedByReason.spool - life.damaged;
    const before = lost();
    const ended = end();
    await ended;
    if (!isWell || life.isDead) return;
    const { kept } = life.delivery.counters();
    if (lost() > before) this.wrong.push(`${life.token} lost events at its end`);
    const isAlone =
      life.isKnowing && !this.hasLease(life.key) && this.alive.every(({ key }) => key !== life.key);
    const left = [...this.onDisk()].filter((event) => event.startsWith(`${life.key} `)).length;
    if (!isAlone || ended === undefined || kept >= left) return;
    this.wrong.push(`${life.token} says ${kept} kept of ${left}`);
  }

  /** Moves time on, and fires what is due. */
  async advance(ms: number): Promise<void> {
    const end = this.time + ms;
    await settle();
    for (;;) {
      const next = [...this.timers]
        .filter(({ due }) => due <= end)
        .sort((a, b) => a.due - b.due)[0];
      if (next === undefined) break;
      this.timers.delete(next);
      this.time = Math.max(this.time, next.due);
      next.task();
      await settle();
    }
    this.time = end;
    await settle();
  }

  /** A call with a timeout, in its process' time: one that does not keep to it hangs. */
  async bounded(
    life: Life,
    name: string,
    timeoutMs: number,
    call: () => Promise<unknown>,
  ): Promise<void> {
    let isSettled = false;
    void call().then(() => (isSettled = true));
    for (
      let waited = 0;
      waited <= timeoutMs && !isSettled && !life.isDead;
      waited += timeoutMs / 4
    ) {
      await this.advance(timeoutMs / 4);
    }
    await settle();
    if (!isSettled && !life.isDead) this.wrong.push(`${name}(${timeoutMs}) of ${life.token} hangs`);
  }

  shutdown(life: Life, timeoutMs: number): Promise<void> {
    return this.bounded(life, 'shutdown', timeoutMs, () => life.delivery.shutdown(timeoutMs));
  }

  private perhapsKill(life: Life): void {
    if (this.isDeadly && this.draw() < 0.004) this.kill(life);
  }

  private async upload(life: Life, { body, signal }: EventUpload): Promise<void> {
    for (let turns = Math.floor(this.draw() * 4); turns > 0; turns--) await null;
    if (life.isDead) return new Promise(() => undefined);
    if (this.server === 'silent') {
      return new Promise((_, reject) => {
        signal.addEventListener('abort', () => reject(new NetworkError('aborted', 'aborted')));
      });
    }
    if (this.server === 'down') throw new NetworkError('network', 'down');
    for (const event of JSON.parse(Buffer.from(body).toString()) as string[]) {
      if (!event.startsWith(`${life.key} `)) this.wrong.push(`${event} went out under ${life.key}`);
      this.delivered.add(event);
    }
    // The answer may be lost on its way.
    if (this.draw() < 0.05) throw new NetworkError('network', 'reset');
    this.perhapsKill(life);
    if (life.isDead) return new Promise(() => undefined);
  }

  private clockOf(actor: Actor): Clock {
    return {
      now: () => this.time,
      isReplaced: () => false,
      random: this.draw,
      setTimer: (task, ms) => {
        const timer = { due: this.time + ms, task, actor };
        if (!actor.isDead) this.timers.add(timer);
        return timer;
      },
      clearTimer: (timer) => this.timers.delete(timer as Timer),
    };
  }
}
