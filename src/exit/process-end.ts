/**
 * The end of the process: `beforeExit`, `exit` and signals, listened to once for all instances of
 * all copies of this package in a thread. Never keeps a process alive for longer than the
 * instances' budgets, and never changes its exit code.
 */
import { constants } from 'node:os';
import type { Ending } from './ending';
import { heardByOthers } from './signal-listeners';

const HUB = Symbol.for('statsig-node-native.process-end.1');
const SIGNALS = ['SIGTERM', 'SIGINT'] as const;
type Signal = (typeof SIGNALS)[number];
/** Flushes on `beforeExit` at most: what others do then may log events again, and again. */
const MOST_ROUNDS = 3;

/** Acts for an instance from now on, until the returned function is called. */
export function watchProcess(ending: Ending): () => void {
  return hub().add(ending);
}

class ProcessEnd {
  private readonly endings = new Set<Ending>();
  /** What each had accepted when it was flushed last. */
  private readonly flushed = new WeakMap<Ending, number>();
  private rounds = 0;
  private isListening = false;
  private hearsSignals = false;
  private isLeaving = false;
  /** The application listened when the signal came: it decides when to end. */
  private isLeft = false;

  add(ending: Ending): () => void {
    this.endings.add(ending);
    this.listen();
    return () => {
      this.endings.delete(ending);
      this.listen();
    };
  }

  /** Listens for as long as there is somebody to act for. */
  private listen(): void {
    const isNeeded = this.endings.size > 0;
    if (isNeeded !== this.isListening) {
      this.isListening = isNeeded;
      const change = isNeeded ? 'on' : 'off';
      process[change]('beforeExit', this.onBeforeExit);
      process[change]('exit', this.onExit);
    }
    // Workers get no signals.
    const hearsSignals =
      [...this.endings].some(({ on }) => on === 'signals') && threads().isMainThread;
    if (hearsSignals === this.hearsSignals) return;
    this.hearsSignals = hearsSignals;
    // Before others: whoever listens once is still there to be counted.
    for (const signal of SIGNALS) {
      if (hearsSignals) process.prependListener(signal, this.onSignal as NodeJS.SignalsListener);
      else process.off(signal, this.onSignal);
    }
  }

  /** The process has nothing left to do: a flush gives it something, once for what is new. */
  private readonly onBeforeExit = (): void => {
    if (this.rounds >= MOST_ROUNDS) return;
    const asking = [...this.endings].filter((ending) => ending.on !== false && this.hasNew(ending));
    if (asking.length === 0) return;
    this.rounds++;
    for (const ending of asking) void this.flush(ending);
  };

  private readonly onExit = (): void => {
    for (const ending of this.endings) contained(() => ending.endNow());
  };

  private readonly onSignal = (signal: Signal): void => {
    // The second one means it.
    if (this.isLeaving) return this.leave(signal);
    this.isLeaving = true;
    this.isLeft = heardByOthers(signal, this.onSignal);
    const asking = [...this.endings].filter(({ on }) => on === 'signals');
    void Promise.all(asking.map((ending) => this.flush(ending))).then(() => this.leave(signal));
  };

  /**
   * Ends the process as the signal would have, unless the application listens to it, too: then that
   * decides.
   */
  private leave(signal: Signal): void {
    this.isLeaving = false;
    if (this.isLeft || heardByOthers(signal, this.onSignal)) return;
    // Whether or not an instance is left: the signal was taken from the process.
    this.onExit();
    process.off(signal, this.onSignal);
    process.kill(process.pid, signal);
    // The first process of a container gets no signal that it does not listen to.
    if (process.pid === 1) process.exit(128 + constants.signals[signal]);
  }

  private hasNew(ending: Ending): boolean {
    let isNew = false;
    contained(() => {
      isNew = ending.undelivered() > 0 && ending.accepted() > (this.flushed.get(ending) ?? -1);
    });
    return isNew;
  }

  private async flush(ending: Ending): Promise<void> {
    try {
      // What is logged meanwhile is new.
      this.flushed.set(ending, ending.accepted());
      await ending.flush(ending.budgetMs);
    } catch {
      // What an instance cannot do is for `endNow` to count.
    }
  }
}

/** Loaded when it is asked for, 0.5 ms: most instances do not listen to signals. */
function threads(): typeof import('node:worker_threads') {
  return require('node:worker_threads');
}

let ownHub: ProcessEnd | undefined;

/** The hub of this thread; of this copy alone where `globalThis` is frozen. */
function hub(): ProcessEnd {
  const holder = globalThis as { [HUB]?: ProcessEnd };
  if (holder[HUB] !== undefined) return holder[HUB];
  ownHub ??= new ProcessEnd();
  try {
    Object.defineProperty(holder, HUB, { value: ownHub, configurable: true });
  } catch {
    // This copy's own, then.
  }
  return ownHub;
}

function contained(work: () => void): void {
  try {
    work();
  } catch {
    // An error in these listeners would change the exit code.
  }
}
