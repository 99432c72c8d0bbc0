/**
 * What an application does with an instance, and asks it, beside evaluating: deliveries, syncs,
 * health.
 */
import type { EngineKind, EngineStats } from '../engine/engine';
import type { DeliveryCounters, DeliveryReport } from '../events/delivery';
import { flushAfter, type FlushAfterOptions } from './flush-after';
import { flushLimits, type FlushOptions } from './flush-options';
import { healthOf, type Health } from '../runtime/health';
import type { Lifecycle } from '../runtime/lifecycle';
import type { Runtime } from '../runtime/runtime';

/** Which engine answers, why the faster ones don't, and what it holds. */
export interface EngineInfo {
  /** `native`, `wasm` or `js`. */
  engine: EngineKind;
  /** Version of the engineHost. */
  version: string;
  /** Engines that were tried before and could not load. */
  rejected: {
    /** The engine. */
    kind: EngineKind;
    /** Why it does not answer. */
    reason: string;
  }[];
  /** What it holds. */
  stats: EngineStats;
}

/** See the head of this file. */
export interface OperationCalls {
  /**
   * Sends pending events; resolves when each was delivered or dropped, when delivery was given up
   * for now, after `timeout` ms, or when the signal aborts, with what became of them: `{ delivered,
   * kept, dropped }`. Never rejects.
   */
  flush(limits?: number | FlushOptions): Promise<DeliveryReport>;

  /**
   * Wraps a handler of a host that is frozen between invocations (AWS Lambda, Vercel, Cloud Run):
   * what it logs is delivered before its answer goes out, or handed over to `waitUntil`, and no
   * timer runs in between. What the handler returns or throws is passed on.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as there
  flushAfter<This, Args extends any[], Result>(
    handler: (this: This, ...args: Args) => Result,
    options?: FlushAfterOptions,
  ): (this: This, ...args: Args) => Promise<Awaited<Result>>;

  /** What became of the events of this life. */
  eventStats(): DeliveryCounters;

  /** How the instance is: one object for a readiness probe. Never throws. */
  health(): Health;

  /** Which engine answers and what it holds. */
  engineInfo(): EngineInfo;

  /** One sync of the specs now. Never rejects. */
  syncStoreSpecs(): Promise<void>;

  /** One sync of the ID lists now. Never rejects. */
  syncStoreIdLists(): Promise<void>;
}

/** The calls on one life. */
export class Operations implements OperationCalls {
  constructor(
    private readonly runtime: Runtime,
    private readonly lifecycle: Lifecycle,
  ) {}

  async flush(limits?: number | FlushOptions): Promise<DeliveryReport> {
    return this.runtime.delivery.flush(flushLimits(limits));
  }

  // biome-ignore lint/suspicious/noExplicitAny: as there
  flushAfter<This, Args extends any[], Result>(
    handler: (this: This, ...args: Args) => Result,
    options?: FlushAfterOptions,
  ): (this: This, ...args: Args) => Promise<Awaited<Result>> {
    return flushAfter(() => this.runtime.invocations, handler, options);
  }

  eventStats(): DeliveryCounters {
    return this.runtime.eventStats();
  }

  health(): Health {
    return healthOf(this.runtime, this.lifecycle.state);
  }

  engineInfo(): EngineInfo {
    const { engine, rejected } = this.runtime.selection;
    const { kind, version } = engine;
    return { engine: kind, version, rejected: [...rejected], stats: engine.stats() };
  }

  async syncStoreSpecs(): Promise<void> {
    await this.runtime.syncSpecs();
  }

  async syncStoreIdLists(): Promise<void> {
    await this.runtime.syncIdLists();
  }
}
