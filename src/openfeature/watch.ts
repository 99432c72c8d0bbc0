import type { Clock, TimerHandle } from '../host/clock';
import type { Server } from '../api/server';
import type { StatsigEvents } from '../runtime/listeners';
import type { ProviderEvent } from './shapes';

type UpdateEvent = StatsigEvents['update'];

/** How often the instance is looked at, ms. Costs about a microsecond. */
const LOOK_EVERY_MS = 1_000;

export interface WatchOptions {
  server(): Server;
  clock: Clock;
  /** Failing for so long is stale, ms. */
  staleAfterMs: number;
  /** Has updates told; returns what ends that. */
  onUpdate(listener: (update: UpdateEvent) => void): () => void;
  emit(event: ProviderEvent, message: string, flagsChanged?: string[]): void;
}

/** Tells when an instance has other specs, is out of date, or is well again. */
export class Watch {
  private timer: TimerHandle = null;
  private specs: unknown = null;
  private isStale = false;
  private isRunning = false;
  private stopListening: (() => void) | null = null;

  constructor(private readonly options: WatchOptions) {}

  start(): void {
    if (this.isRunning) return;
    this.isRunning = true;
    this.specs = this.options.server().specsInForce;
    this.stopListening = this.options.onUpdate((update) => this.look(namesIn(update)));
    this.schedule();
  }

  stop(): void {
    this.isRunning = false;
    this.stopListening?.();
    this.options.clock.clearTimer(this.timer);
  }

  private schedule(): void {
    this.timer = this.options.clock.setTimer(() => {
      if (!this.isRunning) return;
      this.look();
      this.schedule();
    }, LOOK_EVERY_MS);
  }

  /** `changed`: names of what an update changed, when it is about one. */
  private look(changed?: string[]): void {
    const { staleAfterMs, emit } = this.options;
    const server = this.options.server();
    const { specsInForce } = server;
    const { failures, ageMs, lastError } = server.health().specs;
    const isFirst = this.specs === null;
    const isOther = specsInForce !== this.specs;
    this.specs = specsInForce;
    if (isOther && isFirst) emit('PROVIDER_READY', 'Config specs arrived');
    if (isOther) emit('PROVIDER_CONFIGURATION_CHANGED', 'Config specs were updated', changed);
    const isStale =
      specsInForce !== null && failures > 0 && (ageMs === null || ageMs >= staleAfterMs);
    if (isStale === this.isStale) return;
    this.isStale = isStale;
    if (isStale) emit('PROVIDER_STALE', lastError ?? 'Config specs failed to sync');
    else emit('PROVIDER_READY', 'Config specs sync again');
  }
}

/** Gates and configs may share a name. */
function namesIn({ changed }: UpdateEvent): string[] {
  return [...new Set(Object.values(changed).flat())].sort();
}
