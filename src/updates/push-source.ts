import type { Clock } from '../host/clock';
import type { SpecSteps } from './spec-order';
import type { ApplyResult, SpecInitResult } from './spec-outcome';
import type { SpecStream } from './spec-stream';

/** Longest wait of a start for the first push, ms. */
const FIRST_PUSH_MS = 3_000;

/** Runs a stream; what it pushes and says goes to the target. */
export interface Pushes {
  /** False where nothing may be pushed: then it never begins. */
  start(): boolean;
  stop(): void;
}

/** Where a stream's payloads go. */
export interface PushTarget {
  receive(payload: Uint8Array | string): Promise<boolean>;
  streamLost(): void;
}

export interface PushSourceOptions {
  stream: SpecStream;
  pushes(stream: SpecStream, target: PushTarget): Pushes;
  clock: Clock;
  /** Of a custom one. */
  name: string | null;
  /** Its turn begins. */
  begin(): void;
}

type Waiting = (payload: Uint8Array | string | null) => Promise<boolean>;

/** A source that pushes, as one of a list. */
export class PushSource implements PushTarget {
  readonly name: string | null;
  /** Of the start. */
  steps: SpecSteps | null = null;
  private readonly pushes: Pushes;
  private isLive = false;
  private losses = 0;
  /** The start waits for what comes first. */
  private waiting: Waiting | null = null;

  constructor(private readonly options: PushSourceOptions) {
    this.name = options.name;
    this.pushes = options.pushes(options.stream, this);
  }

  start(): boolean {
    return this.pushes.start();
  }

  stop(): void {
    this.pushes.stop();
  }

  async first(steps: SpecSteps, result: SpecInitResult): Promise<void> {
    const answer = await this.firstPush(steps);
    const error = answer?.status === 'rejected' ? answer.error : null;
    steps.note(result, 'Network', error, answer?.status === 'applied' && steps.time() !== 0);
  }

  async poll(): Promise<true | Error> {
    return this.isLive || new Error('No stream of config specs is connected');
  }

  async receive(payload: Uint8Array | string): Promise<boolean> {
    const { losses, steps, waiting } = this;
    if (waiting !== null) return waiting(payload);
    if (steps === null) return false;
    return this.took(await steps.received(payload, this.options.begin), losses, steps);
  }

  streamLost(): void {
    this.losses++;
    this.isLive = false;
    void this.waiting?.(null);
  }

  /** Who is behind may have stopped, and who says that nothing changed may have nothing. */
  private took(status: ApplyResult['status'], losses: number, steps: SpecSteps): boolean {
    const isGood = status !== 'rejected';
    if (status === 'older') return true;
    this.isLive = isGood && losses === this.losses && steps.time() !== 0;
    return isGood;
  }

  /** null: nothing came. */
  private firstPush(steps: SpecSteps): Promise<ApplyResult | null> {
    const { clock } = this.options;
    return new Promise((resolve) => {
      const timer = clock.setTimer(() => void this.waiting?.(null), FIRST_PUSH_MS, 'limit');
      this.waiting = async (payload) => {
        this.waiting = null;
        clock.clearTimer(timer);
        const { losses } = this;
        const result = payload === null ? null : await steps.pushed(payload);
        resolve(result);
        return result !== null && this.took(result.status, losses, steps);
      };
      // One that pushes and then throws does not begin, and is not waited for either.
      if (!this.start()) void this.waiting?.(null);
    });
  }
}
