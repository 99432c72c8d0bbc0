/** Spelled-out outcomes by number, each decoded once per epoch. */
import type { Engine, OutcomeRecord } from '../engine/engine';
import { copierOf } from './clone-json';

/** Most records kept decoded; beyond it the cache starts over. */
const MOST_DECODED = 20_000;

/** An outcome, its number and the epoch of that, and how its value is copied for callers. */
export interface SpelledOutcome {
  readonly record: OutcomeRecord;
  readonly copy: () => unknown;
  readonly outcome: number;
  readonly epoch: number;
}

/** See the head of this file. */
export class OutcomeCache {
  /** Counts epochs. */
  epoch = 0;
  private records: (SpelledOutcome | undefined)[] = [];
  private decoded = 0;

  /** Null when the engine died. */
  get(engine: Engine, outcome: number): SpelledOutcome | null {
    return this.records[outcome] ?? this.decode(engine, outcome);
  }

  /** A record that a caller made, as an outcome. */
  spell(record: OutcomeRecord, outcome: number): SpelledOutcome {
    return { record, copy: copierOf(record.json), outcome, epoch: this.epoch };
  }

  /** Numbers of outcomes begin anew. */
  startEpoch(): void {
    this.epoch++;
    this.clear();
  }

  private clear(): void {
    this.records = [];
    this.decoded = 0;
  }

  private decode(engine: Engine, outcome: number): SpelledOutcome | null {
    if (this.decoded >= MOST_DECODED) this.clear();
    const record = engine.outcome(outcome);
    if (record === null) return null;
    this.decoded++;
    return (this.records[outcome] = this.spell(record, outcome));
  }
}
