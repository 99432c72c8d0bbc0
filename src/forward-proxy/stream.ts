import { systemClock, type Clock, type TimerHandle } from '../host/clock';
import type { SpecStream, SpecStreamSink } from '../updates/spec-stream';
import { Connection } from './connection';
import type { ForwardProxyOptions } from './options';

/** Wait before the second try and longest wait, ms; each is shortened by up to a half. */
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/**
 * Statsig's forward proxy as `specStream`: a change arrives at once, over one kept connection.
 * While it is away, the instance polls.
 * @example new ForwardProxyStream({ url: 'http://flags.internal:50051' })
 */
export class ForwardProxyStream implements SpecStream {
  /** In `health().source`, as one of `specSources`. */
  readonly name = 'forward-proxy';
  // A look at the object shows no key.
  readonly #options: ForwardProxyOptions;
  readonly #clock: Clock;

  /** @throws TypeError when `url` is no http or https URL */
  constructor(options: ForwardProxyOptions) {
    const { protocol } = new URL(options.url);
    if (protocol !== 'http:' && protocol !== 'https:')
      throw new TypeError('The URL of a forward proxy begins with http:// or https://');
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
  }

  /** See `SpecStream`. */
  start(sink: SpecStreamSink): () => void {
    const life = new Life(this.#options, this.#clock, sink);
    life.connect();
    return () => life.stop();
  }
}

/** Connects again and again. */
class Life {
  private connection: Connection | null = null;
  private timer: TimerHandle = null;
  private failures = 0;
  private isStopped = false;

  constructor(
    private readonly proxy: ForwardProxyOptions,
    private readonly clock: Clock,
    private readonly sink: SpecStreamSink,
  ) {}

  connect(): void {
    const { proxy, clock, sink } = this;
    const startedAt = clock.now();
    const { silenceMs = 90_000 } = proxy;
    const onEnd = (reason: unknown): void => this.ended(reason, clock.now() - startedAt);
    try {
      this.connection = new Connection({ proxy, sink, clock, silenceMs, onEnd });
    } catch (error) {
      onEnd(error);
    }
  }

  stop(): void {
    this.isStopped = true;
    this.clock.clearTimer(this.timer);
    this.connection?.close();
    this.connection = null;
  }

  /** One that lived long enough was a good one. */
  private ended(reason: unknown, livedMs: number): void {
    if (this.isStopped) return;
    this.connection = null;
    this.failures = livedMs >= LONGEST_WAIT_MS ? 0 : this.failures + 1;
    const wait = Math.min(FIRST_WAIT_MS * 2 ** this.failures, LONGEST_WAIT_MS);
    this.timer = this.clock.setTimer(() => this.connect(), wait * (1 - this.clock.random() / 2));
    this.sink.lost(reason);
  }
}
