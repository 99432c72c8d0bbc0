/**
 * What happens when an engine dies (a panic in native, a trap in WebAssembly): another takes its
 * place and is told everything the dead one knew, so that the call that found it dead can be put
 * again.
 *
 * Native is replaced by js, WebAssembly by a fresh instance of the same module, at most
 * `MOST_FRESH` times in `FRESH_WITHIN_MS`; after that by js, which cannot die. Events of the dead
 * instance are still taken where it gives them, and counted as lost where it does not.
 *
 * Cost: the specs are parsed and compiled on the calling thread, tens of ms for a large project.
 */
import type {
  Engine,
  EngineKind,
  EngineOptions,
  EventBatch,
  OverrideTable,
  ReplacementEngine,
} from '../engine/engine';
import type { Source } from '../answers/evaluation';
import { timeZoneTransitions } from './time-zone';

/** Fresh WebAssembly instances within `FRESH_WITHIN_MS`; the next death puts js in charge. */
export const MOST_FRESH = 3;
export const FRESH_WITHIN_MS = 60_000;
/** Dead engines kept until their events are taken. */
export const MOST_RETIRED = 4;

/** What an engine was told, to tell it to the next one. */
export class EngineMemory {
  options: EngineOptions | null = null;
  source: Source = { reason: 'Uninitialized', configSyncTime: 0, initTime: 0 };
  overrides: OverrideTable | null = null;
  ipTable: Uint8Array | null = null;
  hasTimeZone = false;
  readonly idLists = new Set<string>();
}

/** A death and what followed. */
export interface EngineDeath {
  kind: EngineKind;
  reason: string;
  successor: Engine;
  /** ID lists that the dead instance could not give back: they are to be loaded again. */
  hasLostIdLists: boolean;
}

export interface FailoverHooks {
  /** A new engine that knows nothing. May throw for wasm, never for js. */
  makeReplacement(kind: 'wasm' | 'js'): ReplacementEngine;
  /** The payload in force, null when none is. */
  payload(): Uint8Array | null;
  /** Told after each replacement. Must not throw. */
  onDeath(death: EngineDeath): void;
}

/** See the head of this file. */
export class Failover {
  /** Events that went down with an engine. */
  lostEvents = 0;
  /** Events for which engines that are dead by now had no room. */
  droppedEvents = 0;
  private readonly retired: Engine[] = [];
  private freshAt: number[] = [];

  constructor(private readonly hooks: FailoverHooks) {}

  /** Another engine in the state of the dead one. Never throws. */
  replace(dead: Engine, memory: EngineMemory, nowMs: number): Engine {
    const lists = savedIdLists(dead, memory);
    const successor = this.make(dead.kind, memory, lists, nowMs);
    this.retire(dead);
    const hasLostIdLists = [...lists.values()].includes(null);
    this.hooks.onDeath({ kind: dead.kind, reason: dead.lastError(), successor, hasLostIdLists });
    return successor;
  }

  /** Events that dead engines still hold. */
  pendingEvents(): number {
    return this.retired.reduce((sum, engine) => sum + engine.pendingEvents(), 0);
  }

  /** Events of a dead engine; null when none has any. */
  takeBatch(...of: Parameters<Engine['takeBatch']>): Promise<EventBatch> | null {
    const taken = this.takeFrom((engine) => engine.takeBatch(...of));
    return taken?.batch.then((batch) => this.countMissing(taken.count, batch)) ?? null;
  }

  /** The same without waiting. */
  takeBatchNow(...of: Parameters<Engine['takeBatchNow']>): EventBatch | null {
    const taken = this.takeFrom((engine) => engine.takeBatchNow(...of));
    return taken === null ? null : this.countMissing(taken.count, taken.batch);
  }

  /** The first batch that a dead engine gives, and how many of its events it took. */
  private takeFrom<T>(take: (engine: Engine) => T): { batch: T; count: number } | null {
    for (let engine = this.retired[0]; engine !== undefined; engine = this.retired[0]) {
      const before = engine.pendingEvents();
      const batch = before === 0 ? null : take(engine);
      const after = engine.pendingEvents();
      // One that gives nothing would be asked for ever.
      if (after === 0 || after >= before) this.bury(engine);
      if (batch !== null && after < before) return { batch, count: before - after };
    }
    return null;
  }

  /** A dead engine may take more events than it gives. */
  private countMissing(taken: number, batch: EventBatch): EventBatch {
    this.lostEvents += Math.max(0, taken - batch.count);
    return batch;
  }

  dispose(): void {
    while (this.retired[0] !== undefined) this.bury(this.retired[0]);
  }

  private make(
    kind: EngineKind,
    memory: EngineMemory,
    lists: Map<string, Uint8Array | null>,
    nowMs: number,
  ): Engine {
    if (kind === 'wasm' && this.mayBeFresh(nowMs)) {
      try {
        const engine = this.hooks.makeReplacement('wasm');
        this.restore(engine, memory, lists);
        if (!engine.isDead()) return engine;
      } catch {
        // What kills or stops a fresh instance at once is told by the death that led here; js
        // answers.
      }
    }
    const engine = this.hooks.makeReplacement('js');
    try {
      this.restore(engine, memory, lists);
    } catch {
      engine.setDetails('Uninitialized', 0, 0);
    }
    return engine;
  }

  private mayBeFresh(nowMs: number): boolean {
    this.freshAt = this.freshAt.filter((at) => nowMs - at < FRESH_WITHIN_MS && at <= nowMs);
    if (this.freshAt.length >= MOST_FRESH) return false;
    this.freshAt.push(nowMs);
    return true;
  }

  /** @throws Error when the payload is refused */
  private restore(
    engine: ReplacementEngine,
    memory: EngineMemory,
    lists: Map<string, Uint8Array | null>,
  ): void {
    if (memory.options !== null) engine.setOptions(memory.options);
    if (memory.overrides !== null) engine.setOverrides(memory.overrides);
    if (memory.ipTable !== null) engine.setIpTable(memory.ipTable);
    if (memory.hasTimeZone) engine.setTimeZone(timeZoneTransitions());
    for (const [name, lines] of lists) {
      // Both kinds of replacement apply the lines before they return; an empty list is the same as
      // none.
      if (lines !== null) void engine.updateIdList(name, true, lines).catch(() => undefined);
    }
    const { reason, configSyncTime, initTime } = memory.source;
    engine.setDetails(reason, configSyncTime, initTime);
    const payload = this.hooks.payload();
    if (payload !== null) engine.commitSpecs(engine.prepareSpecsNow(payload).handle);
  }

  private retire(dead: Engine): void {
    this.droppedEvents += dead.stats().droppedEvents;
    this.retired.push(dead);
    if (this.retired.length > MOST_RETIRED) this.bury(this.retired[0]!);
    if (dead.pendingEvents() === 0) this.bury(dead);
  }

  private bury(engine: Engine): void {
    const at = this.retired.indexOf(engine);
    if (at >= 0) this.retired.splice(at, 1);
    this.lostEvents += engine.pendingEvents();
    engine.dispose();
  }
}

/** Lines of each ID list, null where the dead instance does not answer any more. */
function savedIdLists(dead: Engine, { idLists }: EngineMemory): Map<string, Uint8Array | null> {
  const saved = new Map<string, Uint8Array | null>();
  for (const name of idLists) saved.set(name, dead.exportIdList(name));
  return saved;
}
