/**
 * Gate values that a scope (`forUser`) was given in this window and that nothing has changed since:
 * asked for in the order of the time before, one costs 8 ns. Filled with answers that are
 * remembered and exposed already, so that whoever asks each gate once pays nothing for it. Bound:
 * the names of the project's gates.
 */
import type { UserRecord } from '../users/user-table';

/** What tells that remembered answers are void, or that exposures count again; `Answers` fits. */
export interface MemoStamp {
  readonly version: number;
  readonly window: number;
}

/** What a check has to do besides answering; the facade's `Evaluations` fits. */
export interface MemoWatch {
  /** False while somebody is told about single calls. */
  readonly isPlain: boolean;
  /** Called at least once per check; may make remembered answers void. */
  recoverNowAndThen(): void;
}

/** See the head of this file. */
export class ScopeMemo {
  private version = -1;
  private window = 0;
  private names: string[] = [];
  private values: boolean[] = [];
  /** By place, the place asked for next, the last time. */
  private next: number[] = [];
  private last = 0;
  private places = new Map<string, number>();

  constructor(
    private readonly stamp: MemoStamp,
    private readonly watch: MemoWatch,
  ) {}

  /** The value of a gate, or undefined when it must be asked for. */
  get(name: string): boolean | undefined {
    const { stamp, watch } = this;
    // First, because a look at the clock may make all of this void.
    watch.recoverNowAndThen();
    if (stamp.version !== this.version || stamp.window !== this.window || !watch.isPlain)
      return undefined;
    let place = this.next[this.last];
    if (place === undefined || this.names[place] !== name) {
      place = this.places.get(name);
      if (place === undefined) return undefined;
      this.next[this.last] = place;
    }
    this.last = place;
    return this.values[place];
  }

  /** Keeps a value that is remembered, and exposed in this window. */
  add(name: string, value: boolean): void {
    const { stamp } = this;
    if (stamp.version !== this.version || stamp.window !== this.window) this.clear();
    const known = this.places.get(name);
    const place = known ?? this.names.length;
    this.places.set(name, place);
    this.names[place] = name;
    this.values[place] = value;
    if (known === undefined) this.next.push(0);
    if (place > 0) this.next[this.last] = place;
    this.last = place;
  }

  private clear(): void {
    this.version = this.stamp.version;
    this.window = this.stamp.window;
    this.names = [];
    this.values = [];
    this.next = [];
    this.places = new Map();
    this.last = 0;
  }
}

/**
 * A user that its caller promised not to change, and where it lives as long as its slot is not
 * taken.
 */
export interface PinnedUser {
  readonly user: object;
  /** The `EngineHost` that made it. */
  readonly owner: object;
  readonly memo: ScopeMemo;
  record: UserRecord;
}
