/** Whom an instance tells what happens to it, and whom it shows each check. */
import type { DroppedEvents } from '../events/delivery';
import { contained } from '../observability/error-boundary';
import type { CheckKind } from '../observability/channels';
import type { SafeLogger } from '../observability/logger';
import type { DynamicConfig, FeatureGate, Layer } from '../results/results';
import { StatsigInvalidArgumentError } from '../types/errors';
import type { StatsigUser } from '../types/user';
import type { ChangedNames } from './changed-names';

/** Config specs that serve. */
export interface SpecsNotice {
  /** Where they are from: `Network`, `Bootstrap` and so on. */
  source: string;
  /** Their own time, ms; 0 for none. */
  time: number;
}

/** What `statsig.on` tells, by name. */
export interface StatsigEvents {
  /**
   * Checks are answered as they should be: after `initialize`, when specs arrive that were missing
   * then, and when syncs succeed again after `stale`.
   */
  ready: SpecsNotice;
  /** Other specs began to serve. Some names may differ in what nobody sees. */
  update: SpecsNotice & {
    /** The time of the specs before them, ms. */
    previousTime: number;
    /** Names whose specs are new, other or gone, by kind. */
    changed: ChangedNames;
  };
  /** Syncs of config specs fail for two minutes; the last good ones serve. Told once. */
  stale: {
    /** Since the last sync that succeeded; null for none. */
    ageMs: number | null;
    /** Syncs that failed since then. */
    failures: number;
    /** Masked text of the last of them. */
    lastError: string | null;
  };
  /** Something failed that is nobody's call. */
  error: {
    /** What was done: `config-specs`, `id-lists`, `initialize`, `engine` or a call. */
    during: string;
    /** Masked text. */
    message: string;
  };
  /** Events were lost: as `onEventsDropped`. */
  'events-dropped': DroppedEvents;
}

/** A name for `statsig.on`. */
export type StatsigEventName = keyof StatsigEvents;

/** What is told of one event. */
export type StatsigListener<E extends StatsigEventName> = (event: StatsigEvents[E]) => unknown;

/** A check, as hooks see it: the same object before and after. */
export interface Check {
  /** What it is that is asked for. */
  readonly kind: CheckKind;
  /** Of the gate, config, experiment or layer. */
  readonly name: string;
  /** As the caller gave it. */
  readonly user: StatsigUser;
}

/** Both are called on the way of each check, so they should be quick. */
export interface EvaluationHooks {
  /** Called before a check is evaluated. */
  before?(check: Check): unknown;
  /** Called with what the caller is about to get. Reading a layer's parameter exposes it. */
  after?(check: Check, result: FeatureGate | DynamicConfig | Layer): unknown;
}

type AnyListener = (event: never) => unknown;

/** See the head of this file. What one throws, now or as a promise, is logged once. */
export class Listeners {
  /** In the order in which they were added. */
  readonly hooks: EvaluationHooks[] = [];
  private readonly byEvent = new Map<string, readonly AnyListener[]>();

  /** @throws StatsigInvalidArgumentError when `listener` is no function */
  on<E extends StatsigEventName>(event: E, listener: StatsigListener<E>): () => void {
    if (typeof listener !== 'function')
      throw new StatsigInvalidArgumentError('A listener must be a function');
    // Each its own entry, so that a function that was added twice is removed once.
    const entry: AnyListener = (detail) => listener(detail);
    this.byEvent.set(event, [...this.of(event), entry]);
    return () =>
      void this.byEvent.set(
        event,
        this.of(event).filter((other) => other !== entry),
      );
  }

  has(event: StatsigEventName): boolean {
    return this.of(event).length > 0;
  }

  emit<E extends StatsigEventName>(event: E, detail: StatsigEvents[E], logger: SafeLogger): void {
    for (const listener of this.of(event))
      contained(logger, `A listener of '${event}'`, () => listener(detail as never));
  }

  /** @throws StatsigInvalidArgumentError when `hooks` is no object */
  addHooks(hooks: EvaluationHooks): () => void {
    if (typeof hooks !== 'object' || hooks === null)
      throw new StatsigInvalidArgumentError('Evaluation hooks must be an object');
    const entry: EvaluationHooks = {
      before: (check) => hooks.before?.(check),
      after: (check, result) => hooks.after?.(check, result),
    };
    this.hooks.push(entry);
    return () => {
      const at = this.hooks.indexOf(entry);
      if (at >= 0) this.hooks.splice(at, 1);
    };
  }

  private of(event: string): readonly AnyListener[] {
    return this.byEvent.get(event) ?? [];
  }
}
