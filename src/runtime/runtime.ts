/**
 * One life of an SDK instance, from initialize to shutdown: the parts and how they are wired. An
 * instance that is initialized again after shutdown gets a new one (Q3).
 */
import { stopWatching } from './abandoned';
import type { SpecsSummary } from '../engine/engine';
import type { Selection } from '../engine/select';
import {
  EngineDiedError,
  EngineUnavailableError,
  StatsigInitializeIDListsError,
} from '../types/errors';
import { EngineHost } from '../engine-host/engine-host';
import type { EngineDeath, FailoverHooks } from '../engine-host/failover-engine';
import {
  EventDelivery,
  SHUTDOWN_BUDGET_MS,
  type DeliveryCounters,
  type DeliveryReport,
  type FlushLimits,
} from '../events/delivery';
import { ExposureWindows } from './exposure-windows';
import { Invocations } from './invocations';
import { rehearseUsers, rehearseWhile } from '../users/rehearsal';
import { systemClock, type Clock } from '../host/clock';
import type { Ending } from '../exit/ending';
import type { Addresses, StatsigHttp } from '../network/http';
import type { Diagnostics } from '../observability/diagnostics';
import type { NonExposedChecks } from '../observability/non-exposed-checks';
import type { ExceptionReporter } from '../observability/exception-report';
import type { SafeLogger } from '../observability/logger';
import type { ParsedOptions, ResolvedOptions } from '../options/options';
import type { Platform } from '../platform/platform';
import { agentParser } from './agent-parser';
import type { Listeners } from './listeners';
import { Misuse } from './misuse';
import { Notices } from './notices';
import { makeOrder, PushedSpecs, type SourceSurroundings } from './pushed-specs';
import * as parts from './runtime-parts';
import { SpecApplier, type RawPayload, type SpecsInForce } from './spec-applier';
import type { ContainedAdapter } from '../storage/contained-adapter';
import { IdListSync } from '../updates/id-list-sync';
import { plainNowOf } from '../updates/packed-specs';
import type { SpecOrder } from '../updates/spec-order';
import type { SpecInitResult } from '../updates/spec-outcome';
import { SpecSync } from '../updates/spec-sync';
import { isError } from '../observability/thrown';

export interface RuntimeInit {
  secretKey: string | null;
  parsed: ParsedOptions;
  platform: Platform;
  logger: SafeLogger;
  clock?: Clock;
  addresses?: Addresses;
  listeners: Listeners;
  /** In messages of channels. */
  instance: number;
  /** Other specs serve. */
  onSpecs?(specs: SpecsInForce): void;
}

/** See the head of this file. */
export class Runtime {
  readonly options: ResolvedOptions;
  readonly logger: SafeLogger;
  /** The engine that answers, and why the faster ones don't: absent, broken, or dead by now. */
  selection: Selection;
  readonly engineHost: EngineHost;
  readonly applier: SpecApplier;
  readonly diagnostics: Diagnostics;
  readonly exceptions: ExceptionReporter;
  readonly specs: SpecSync;
  /** The option `specSources`. */
  readonly order: SpecOrder | null;
  private readonly pushed: { start(): unknown; stop(): void };
  readonly idLists: IdListSync;
  readonly delivery: EventDelivery;
  readonly notices: Notices;
  readonly misuse: Misuse;
  /** Null: nobody wants to know. */
  readonly nonExposed: NonExposedChecks | null;
  readonly invocations = new Invocations(this);
  /** True once shutdown began; nothing starts again in this life. */
  isStopped = false;

  readonly clock: Clock;
  private readonly http: StatsigHttp;
  private readonly adapter: ContainedAdapter | null;
  /** What `initialize` is at. */
  waitsFor = 'config specs';
  private hasIpTable = false;
  private isLoaded = false;
  private readonly windows: ExposureWindows;
  private readonly ending: Ending;
  private unwatchEnd: () => void = () => undefined;

  /** @throws Error when a forced engine cannot load */
  constructor(private readonly init: RuntimeInit) {
    const { parsed, platform, logger, secretKey, clock = systemClock } = init;
    this.options = parsed.options;
    this.logger = logger;
    this.clock = clock;
    this.misuse = new Misuse(parsed.options.onMisuse, logger, () => this.engineHost);
    this.selection = this.selectEngine();
    this.engineHost = new EngineHost(
      this.selection.engine,
      {
        now: clock.now,
        isProxy: platform.isProxy,
        onBatchFull: () => this.delivery.batchReady(),
        onUnknown: (kind, name) => this.misuse.unknown(kind, name),
        additions: parts.userAdditions(this.options),
        agentParser: agentParser(this.options, platform, this.selection.engine.kind, logger),
      },
      this.failoverHooks(),
    );
    const { options, loggingCopy } = parsed;
    const sessionID = platform.randomUUID();
    const { addresses, instance, listeners } = init;
    const intervalMs = options.rulesetsSyncIntervalMs;
    const isStopped = (): boolean => this.isStopped;
    const notices = new Notices({ listeners, logger, intervalMs, isStopped });
    this.notices = notices;
    const around = {
      options,
      loggingCopy,
      secretKey,
      sessionID,
      platform,
      logger,
      clock,
      addresses,
      notices,
      instance,
    };
    const http = parts.makeHttp(around);
    this.http = http;
    this.adapter = parts.makeAdapter(around);
    this.exceptions = parts.makeExceptions(around, http);
    this.diagnostics = parts.makeDiagnostics(around, this.engineHost);
    this.applier = this.makeApplier();
    this.windows = new ExposureWindows(
      clock,
      () => this.applier.windows,
      (of) => this.engineHost.rotateWindow(of),
    );
    const { adapter, diagnostics, engineHost, exceptions, applier } = this;
    const time = (): number => applier.lastUpdateTime;
    const given: SourceSurroundings = { options, secretKey, logger, time };
    const order = makeOrder(given, clock, platform.hasBackground);
    this.order = order;
    const syncing = { http, adapter, diagnostics, order };
    this.specs = new SpecSync(parts.specSyncOptions(around, syncing, { applier, engineHost }));
    this.pushed = order ?? new PushedSpecs(given, options.specStream, this.specs);
    this.idLists = new IdListSync(
      parts.idListSyncOptions(around, { http, adapter, diagnostics }, engineHost),
    );
    this.nonExposed = parts.makeNonExposed(around, engineHost);
    const { nonExposed } = this;
    this.delivery = new EventDelivery(
      parts.deliveryOptions(around, {
        engineHost,
        http,
        diagnostics,
        exceptions,
        applier,
        nonExposed,
      }),
    );
    this.ending = parts.endingOf(this.options, this.delivery);
    this.engineHost.engine.setOptions(parts.engineOptions(around));
  }

  /** Specs, ID lists and polling; the body of initialize. Never rejects. */
  async load(): Promise<SpecInitResult> {
    if (this.init.platform.hasBackground) {
      this.windows.start();
      this.delivery.start();
      this.watchEnd();
    }
    this.waitsFor = 'config specs';
    const loading = this.specs.initialize();
    if (this.rehearses) rehearseWhile(loading);
    const result = await loading;
    this.applier.fixInitTime();
    if (this.options.initStrategyForIDLists === 'await') {
      this.waitsFor = 'ID lists';
      await this.loadIdLists();
    } else if (this.options.initStrategyForIDLists === 'lazy') {
      this.clock.setTimer(() => void this.loadIdLists(), 0);
    }
    this.isLoaded = true;
    if (!this.isStopped && this.init.platform.hasBackground) {
      this.startPolling();
    }
    return result;
  }

  /** Whether somebody comes after `initialize` who would wait for code. */
  private get rehearses(): boolean {
    return !this.options.localMode && this.init.platform.hasBackground;
  }

  /** Says so to listeners, and in a line. */
  initialized(error: Error | undefined, durationMs: number): void {
    const isServing = this.applier.isServing || this.options.localMode;
    const { specs } = this.engineHost.engine.stats();
    const { source } = this.applier.lastGood ?? {};
    this.logger.info(
      `statsigSDK> ${source === undefined ? 'No specs' : `${specs} specs from ${source}`}, ` +
        `${this.selection.engine.kind}, ${durationMs} ms`,
    );
    this.notices.initialized(isServing, error);
  }

  /** One pass over the specs now. Never rejects. */
  async syncSpecs(): Promise<void> {
    await this.held(this.specs.sync());
  }

  /** One pass over the ID lists now, unless they are switched off. Never rejects. */
  async syncIdLists(): Promise<void> {
    if (this.options.initStrategyForIDLists !== 'none') {
      await this.held(this.idLists.sync());
    }
  }

  /**
   * Keeps the process alive until the returned function is called: somebody awaits what is under
   * way.
   */
  hold(): () => void {
    return (this.init.platform.hasBackground && this.clock.hold?.()) || ((): void => undefined);
  }

  private held<T>(work: Promise<T>): Promise<T> {
    return work.finally(this.hold());
  }

  /**
   * Looks at the clock: forgets what holds no longer because it went back, and restarts polling
   * that a frozen host lost (BEHAVIOUR.md 11.4); never after shutdown (Q25).
   */
  recoverIfStale(): void {
    const now = this.engineHost.time();
    if (!this.init.platform.hasBackground) {
      this.windows.turnIfDue(now);
      return;
    }
    if (this.isLoaded && !this.isStopped) {
      this.specs.poller.recoverIfStale(now);
      this.idLists.poller.recoverIfStale(now);
    }
  }

  /**
   * Ends this life: no more polling, pending events go out once. Resolves when they did and running
   * syncs are done, or after `timeoutMs` (30 s when none is given: a download that stalls must not
   * hold a shutdown for minutes); then no connection is open. Never rejects. Says what became of
   * the events.
   */
  async stop(timeoutMs?: number): Promise<DeliveryReport> {
    this.isStopped = true;
    stopWatching(this);
    this.windows.stop();
    this.pushed.stop();
    this.specs.poller.stop();
    this.idLists.poller.stop();
    const delivered = this.delivery.shutdown(timeoutMs);
    void this.adapter?.shutdown().catch((error: unknown) => {
      this.logger.debug(
        `statsigSDK> The data adapter's shutdown failed: ${this.logger.describe(error)}`,
      );
    });
    // What is reported of lost events is sent after delivery has ended.
    const rest = Promise.all([
      this.specs.poller.idle(),
      this.idLists.poller.idle(),
      delivered.then(() => this.http.idle()),
    ]);
    // Delivery keeps to its budget by itself, and reports a moment after it.
    const [report] = await Promise.all([
      delivered,
      this.atMost(rest, timeoutMs ?? SHUTDOWN_BUDGET_MS),
    ]);
    this.http.close();
    this.unwatchEnd();
    return report;
  }

  /** What became of the events. */
  eventStats(): DeliveryCounters {
    return this.delivery.counters();
  }

  // ---- a host that is frozen between invocations ----

  /** No timer runs until `resume`. */
  pause(): void {
    this.pushed.stop();
    this.specs.poller.pause();
    this.idLists.poller.pause();
    this.delivery.pause();
    this.windows.stop();
  }

  /** Timers run again; what was due meanwhile is done now. */
  resume(): void {
    if (this.isStopped || !this.init.platform.hasBackground) {
      return;
    }
    this.windows.turnIfDue(this.clock.now());
    this.windows.stop();
    this.windows.start();
    this.specs.poller.resume();
    this.idLists.poller.resume();
    this.delivery.resume();
    if (this.isLoaded) this.pushed.start();
  }

  /** Delivers, and lets syncs under way end. Never rejects. */
  async quiet(limits: FlushLimits): Promise<void> {
    const syncs = Promise.all([this.specs.poller.idle(), this.idLists.poller.idle()]);
    await Promise.all([
      this.delivery.flush(limits),
      this.atMost(syncs, limits.timeoutMs ?? SHUTDOWN_BUDGET_MS),
    ]);
  }

  /** Nobody can call `shutdown` any more. */
  abandoned(): void {
    const { undelivered } = this.delivery;
    if (this.isStopped || undelivered === 0) {
      return;
    }
    this.logger.info(
      `statsigSDK> An instance with ${undelivered} undelivered events was dropped without ` +
        'shutdown; they are sent now.',
    );
    // As at the end of the process, which may be why nobody has the instance any more.
    void this.ending.flush(this.ending.budgetMs);
  }

  private watchEnd(): void {
    if (parts.isSilent(this.options)) return;
    this.unwatchEnd();
    this.unwatchEnd = this.init.platform.watchEnd(this.ending);
  }

  private startPolling(): void {
    this.specs.poller.start();
    this.pushed.start();
    if (this.options.initStrategyForIDLists !== 'none') {
      this.idLists.poller.start();
    }
  }

  private async loadIdLists(): Promise<void> {
    if (this.isStopped) {
      return;
    }
    const { error } = await this.idLists.initialize();
    if (error !== undefined && !this.options.localMode) {
      const level = this.isStopped ? 'debug' : 'error';
      this.logger[level](new StatsigInitializeIDListsError(error));
    }
  }

  /**
   * Waits for the work or the timeout, whichever is first. The timer holds the process only while
   * waited for.
   */
  private atMost(work: Promise<unknown>, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const release = this.clock.hold?.();
      const end = (): void => {
        this.clock.clearTimer(timer);
        release?.();
        resolve();
      };
      const timer = this.clock.setTimer(end, timeoutMs, 'limit');
      void work.finally(end);
    });
  }

  /**
   * Says once per SDK instance why the fastest engine does not answer. @throws
   * EngineUnavailableError
   */
  private selectEngine(): Selection {
    const { platform, logger } = this.init;
    let selection: Selection;
    try {
      selection = platform.selectEngine(this.options.engine);
    } catch (error) {
      throw new EngineUnavailableError(isError(error) ? error.message : String(error));
    }
    const { engine, rejected } = selection;
    if (rejected.length > 0) {
      const reasons = rejected
        .map(({ kind, reason }) => `${kind} cannot load (${reason})`)
        .join(', ');
      logger.once('engine', 'info', `statsigSDK> The ${engine.kind} engine answers: ${reasons}`);
    }
    return selection;
  }

  private failoverHooks(): FailoverHooks {
    return {
      makeReplacement: (kind) => this.init.platform.makeReplacement(kind),
      payload: () => plainOfLast(this.applier.lastGood),
      onDeath: (death) => this.onEngineDeath(death),
    };
  }

  private onEngineDeath({ kind, reason, successor, hasLostIdLists }: EngineDeath): void {
    const others = this.selection.rejected.filter((rejected) => rejected.kind !== kind);
    this.selection = { engine: successor, rejected: [...others, { kind, reason }] };
    this.exceptions.report(new EngineDiedError(kind, successor.kind, reason), { tag: 'engine' });
    if (hasLostIdLists && !this.isStopped) {
      this.idLists.reload();
    }
  }

  private loadIpTableFor(summary: SpecsSummary): void {
    const { initStrategyForIP3Country: strategy } = this.options;
    if (!summary.usesIpTable || this.hasIpTable || strategy === 'none') {
      return;
    }
    this.hasIpTable = true;
    if (strategy === 'await') {
      this.loadIpTable();
    } else {
      this.clock.setTimer(() => this.loadIpTable(), 0);
    }
  }

  private loadIpTable(): void {
    try {
      const table = this.init.platform.readIpTable();
      if (table !== null) {
        this.engineHost.engine.setIpTable(table);
      }
    } catch (error) {
      this.logger.warn(
        'statsigSDK> The IP table cannot be read; countries stay unknown: ' +
          `${this.logger.describe(error)}`,
      );
    }
  }

  private makeApplier(): SpecApplier {
    return new SpecApplier({
      engineHost: this.engineHost,
      secretKey: this.init.secretKey,
      environment: this.options.environment,
      isOrdered: this.options.specSources !== null,
      logger: this.logger,
      reportMismatch: (error) => this.exceptions.report(error, { tag: 'validateSDKKeyUsed' }),
      onAccepted: (summary) => this.diagnostics.setRates(summary.diagnostics),
      onPreparing: () => {
        // The other engines compile on this thread.
        if (this.rehearses && this.selection.engine.kind === 'native') rehearseUsers();
      },
      onCommitting: (summary) => this.loadIpTableFor(summary),
      onCommitted: (specs) => {
        this.order?.committed();
        this.notices.committed(specs);
        this.init.onSpecs?.(specs);
      },
    });
  }
}

/** Bytes of the text for an engine that takes over within a call. */
function plainOfLast(last: RawPayload | null): Uint8Array | null {
  return last === null ? null : plainNowOf(last.bytes);
}
