/**
 * What an application does with an instance, and asks it, beside evaluating: deliveries, syncs,
 * health.
 */
import { DeprecatedApi } from './deprecated-api';
import type { EngineKind, EngineStats } from '../engine/engine';
import { recover } from '../observability/error-boundary';
import type { DeliveryCounters, DeliveryReport } from '../events/delivery';
import { flushAfter, type FlushAfterOptions } from './flush-after';
import { flushLimits, type FlushOptions } from './flush-options';
import { healthOf, type Health } from '../runtime/health';
import type { Invocations } from '../runtime/invocations';
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
export abstract class OperationsApi extends DeprecatedApi {
  /** @internal */
  protected abstract readonly runtime: Runtime;
  /** @internal */
  protected abstract readonly lifecycle: Lifecycle;

  /**
   * Sends pending events; resolves when each was delivered or dropped, when delivery was given up
   * for now, after `timeout` ms, or when the signal aborts, with what became of them: `{ delivered,
   * kept, dropped }`. Never rejects.
   */
  async flush(limits?: number | FlushOptions): Promise<DeliveryReport> {
    return this.runtime.delivery.flush(flushLimits(limits));
  }

  /**
   * Wraps a handler of a host that is frozen between invocations (AWS Lambda, Vercel, Cloud Run):
   * what it logs is delivered before its answer goes out, or handed over to `waitUntil`, and no
   * timer runs in between. What the handler returns or throws is passed on.
   */
  // biome-ignore lint/suspicious/noExplicitAny: as there
  flushAfter<This, Args extends any[], Result>(
    handler: (this: This, ...args: Args) => Result,
    options?: FlushAfterOptions,
  ): (this: This, ...args: Args) => Promise<Awaited<Result>> {
    return flushAfter(() => this.invocations, handler, options);
  }

  /** @internal */
  get invocations(): Invocations {
    return this.runtime.invocations;
  }

  /** What became of the events of this life. */
  eventStats(): DeliveryCounters {
    return this.runtime.eventStats();
  }

  /** @internal The specs that answer, null for none: another object whenever they change. */
  get specsInForce(): object | null {
    return this.runtime.applier.lastGood;
  }

  /** How the instance is: one object for a readiness probe. Never throws. */
  health(): Health {
    return healthOf(this.runtime, this.lifecycle.state);
  }

  /** Which engine answers and what it holds. */
  engineInfo(): EngineInfo {
    const { engine, rejected } = this.runtime.selection;
    const { kind, version } = engine;
    return { engine: kind, version, rejected: [...rejected], stats: engine.stats() };
  }

  /** One sync of the specs now. Never rejects. */
  async syncStoreSpecs(): Promise<void> {
    await this.runtime.syncSpecs();
  }

  /** One sync of the ID lists now. Never rejects. */
  async syncStoreIdLists(): Promise<void> {
    await this.runtime.syncIdLists();
  }

  /** @internal Runs a call that must not throw anything but the documented errors. */
  protected guarded<T>(tag: string, fallback: T, call: () => T): T {
    try {
      return call();
    } catch (error) {
      recover(error, this.runtime.exceptions, { tag });
      return fallback;
    }
  }
}
