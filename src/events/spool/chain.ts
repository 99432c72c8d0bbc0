import type { Clock } from '../../host/clock';

/** Work that takes its turn: one piece at a time, in order. */
export class Chain {
  private tail: Promise<void> = Promise.resolve();
  private waiting = 0;
  private since = 0;

  constructor(
    private readonly clock: Clock,
    private readonly onError: (error: unknown) => void,
  ) {}

  /** Runs `work` when all before it is done; what it throws is told. Never rejects. */
  run(work: () => Promise<void>): Promise<void> {
    this.waiting++;
    if (this.waiting === 1) this.since = this.clock.now();
    this.tail = this.tail
      .then(work)
      .catch(this.onError)
      .finally(() => {
        this.waiting--;
        this.since = this.clock.now();
      });
    return this.tail;
  }

  /** Resolves when all that was to be done is done. */
  get done(): Promise<void> {
    return this.tail;
  }

  /** For how long the present piece has been under way, ms; 0 without one. */
  get busyMs(): number {
    return this.waiting === 0 ? 0 : this.clock.now() - this.since;
  }
}
