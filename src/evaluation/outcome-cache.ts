/** Spelled-out outcomes by number, each decoded once per epoch. */
import type { Engine, OutcomeRecord } from '../engine/engine';

/** Most records kept decoded; beyond it the cache starts over. */
const MOST_DECODED = 20_000;

/** See the head of this file. */
export class OutcomeCache {
  private records: (OutcomeRecord | undefined)[] = [];
  private decoded = 0;

  /** Null when the engine died. */
  get(engine: Engine, outcome: number): OutcomeRecord | null {
    return this.records[outcome] ?? this.decode(engine, outcome);
  }

  clear(): void {
    this.records = [];
    this.decoded = 0;
  }

  private decode(engine: Engine, outcome: number): OutcomeRecord | null {
    if (this.decoded >= MOST_DECODED) this.clear();
    const record = engine.outcome(outcome);
    if (record === null) return null;
    this.records[outcome] = record;
    this.decoded++;
    return record;
  }
}
