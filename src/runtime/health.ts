/** `health()`: how an instance is, as one plain object. */
import type { EngineKind } from '../engine/engine';
import type { Runtime } from './runtime';
import { textLengthOf } from '../updates/packed-specs';
import type { SyncHealth } from '../updates/sync-health';

/** Where a life is. */
export type HealthState = 'uninitialized' | 'initializing' | 'ready' | 'shutdown';

/** Plain data: it can be written as JSON, and holds no secret. */
export interface Health {
  /**
   * Checks are answered as they should be: initialized, and from specs (in `localMode` also without
   * any).
   */
  isReady: boolean;
  /** Where the instance is in its life. */
  state: HealthState;
  /**
   * Where the specs in force are from; 'Uninitialized' without any. A source of `specSources` that
   * is an application's own is told by its name.
   */
  source: string;
  /** Syncs of config specs. */
  specs: SyncHealth;
  /** Syncs of ID lists. */
  idLists: SyncHealth;
  /** What became of events. */
  events: {
    /** In memory or on disk, and not delivered. */
    queued: number;
    /** Accepted by the service. */
    delivered: number;
    /** Lost; `eventStats().droppedByReason` says why. */
    dropped: number;
    /** Left on disk at shutdown. */
    kept: number;
  };
  /** Null when none runs. */
  engine: EngineKind | null;
  /** Text of the latest failure of syncs and deliveries, masked. */
  lastError: string | null;
  /** What is held, bytes. */
  memory: {
    /** Estimate: of the payload in force, as it arrived and as the engine has compiled it. */
    specBytes: number;
    /** Of ID lists in the engine. */
    idListBytes: number;
    /** Texts of pending events in the engine. */
    pendingEventBytes: number;
  };
}

/**
 * What an engine takes for each byte of a payload, beside the payload itself, which is kept for
 * another engine to take over. Measured: `node bench/events/spec-memory.mjs`.
 */
const BYTES_PER_PAYLOAD_BYTE: Record<EngineKind, number> = { native: 1.3, wasm: 1.6, js: 2.8 };

const NO_SYNC: SyncHealth = { ageMs: null, nextPollMs: null, failures: 0, lastError: null };

/** The health of nothing: before `initialize`. */
export function noHealth(state: HealthState = 'uninitialized'): Health {
  return {
    isReady: false,
    state,
    source: 'Uninitialized',
    specs: { ...NO_SYNC },
    idLists: { ...NO_SYNC },
    events: { queued: 0, delivered: 0, dropped: 0, kept: 0 },
    engine: null,
    lastError: null,
    memory: { specBytes: 0, idListBytes: 0, pendingEventBytes: 0 },
  };
}

/** The health of an instance. Never throws: what cannot be told is as in `noHealth`. */
export function healthOf(runtime: Runtime, state: HealthState): Health {
  try {
    return read(runtime, state);
  } catch (error) {
    return { ...noHealth(state), lastError: runtime.logger.describe(error) };
  }
}

function read(runtime: Runtime, state: HealthState): Health {
  const { applier, engineHost, logger, options } = runtime;
  const { queued, delivered, dropped, kept, lastError, lastErrorAt } = runtime.delivery.health();
  const { kind } = runtime.selection.engine;
  const stats = runtime.selection.engine.stats();
  const specs = runtime.specs.poller.health();
  const idLists = runtime.idLists.poller.health();
  const failures = [specs, idLists, { lastError, lastErrorAt }]
    .filter((one) => one.lastError !== null)
    .sort((a, b) => b.lastErrorAt - a.lastErrorAt);
  const payload = applier.lastGood?.bytes;
  const keptBytes = payload?.byteLength ?? 0;
  const compiledBytes = (payload ? textLengthOf(payload) : 0) * BYTES_PER_PAYLOAD_BYTE[kind];
  return {
    isReady: state === 'ready' && (applier.isServing || options.localMode),
    state,
    source: runtime.order?.custom ?? engineHost.specTimes.reason,
    specs: shown(specs, logger.mask.bind(logger)),
    idLists: shown(idLists, logger.mask.bind(logger)),
    events: { queued, delivered, dropped, kept },
    engine: kind,
    lastError: failures[0]?.lastError ?? null,
    memory: {
      specBytes: Math.round(keptBytes + compiledBytes),
      idListBytes: stats.idListBytes,
      pendingEventBytes: stats.pendingBytes,
    },
  };
}

function shown(
  health: SyncHealth & { lastErrorAt: number },
  mask: (text: string) => string,
): SyncHealth {
  const { ageMs, nextPollMs, failures, lastError } = health;
  return { ageMs, nextPollMs, failures, lastError: lastError === null ? null : mask(lastError) };
}
