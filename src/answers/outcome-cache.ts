/** Spelled-out outcomes by number, each decoded once per epoch. */
import type { Engine, OutcomeRecord } from '../engine/engine';
import { copierOf } from './clone-json';

/** Most records kept decoded; beyond it the cache starts over. */
const MOST_DECODED = 20_000;

/** An outcome, and how its value is copied for callers. */
export interface SpelledOutcome {
  readonly record: OutcomeRecord;
  readonly copy: () => unknown;
}

/** A record with the copier of its value. */
export function spelled(record: OutcomeRecord): SpelledOutcome {
  return { record, copy: copierOf(record.json) };
}

/** See the head of this file. */
export class OutcomeCache {
  private records: (SpelledOutcome | undefined)[] = [];
  private decoded = 0;

  /** Null when the engine died. */
  get(engine: Engine, outcome: number): SpelledOutcome | null {
    return this.records[outcome] ?? this.decode(engine, outcome);
  }

  clear(): void {
    this.records = [];
    this.decoded = 0;
  }

  private decode(engine: Engine, outcome: number): SpelledOutcome | null {
    if (this.decoded >= MOST_DECODED) this.clear();
    const record = engine.outcome(outcome);
    if (record === null) return null;
    this.decoded++;
    return (this.records[outcome] = spelled(record));
  }
}
