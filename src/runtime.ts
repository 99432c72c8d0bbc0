/**
 * One life of an SDK instance, from initialize to shutdown: the parts and how they are wired. An instance that is
 * initialized again after shutdown gets a new one (Q3).
 */
import type { SpecsSummary } from './engine/engine';
import type { Selection } from './engine/select';
import { VERSION } from './engine/version';
import {
  StatsigInitializeIDListsError,
  StatsigInvalidBootstrapValuesError,
  StatsigInvalidDataAdapterValuesError,
  StatsigInvalidIDListsResponseError,
  StatsigLocalModeNetworkError,
  StatsigTooManyRequestsError,
} from './errors';
import { Evaluator, WINDOW_MS } from './evaluation/evaluator';
import { EventDelivery, type DeliveryCounters } from './events/delivery';
import { systemClock, type Clock, type TimerHandle } from './network/clock';
import { StatsigHttp } from './network/http';
import type { NetworkOverride } from './network/transport';
import { Diagnostics } from './observability/diagnostics';
import { ExceptionReporter } from './observability/exception-report';
import type { SafeLogger } from './observability/logger';
import type { ParsedOptions, ResolvedOptions } from './options';
import type { Platform } from './platform';
import { SpecApplier } from './spec-applier';
import { ContainedAdapter } from './storage/contained-adapter';
import { IdListSync } from './updates/id-list-sync';
import { SpecSync, type SpecInitResult } from './updates/spec-sync';

/** Most events kept in the engine while nothing takes them; later ones are dropped and counted. */
const PENDING_EVENTS = 100_000;

export interface RuntimeInit {
  secretKey: string | null;
  parsed: ParsedOptions;
  platform: Platform;
  logger: SafeLogger;
  clock?: Clock;
}

/** See the head of this file. */
export class Runtime {
  readonly options: ResolvedOptions;
  readonly logger: SafeLogger;
  readonly sessionID: string;
  readonly selection: Selection;
  readonly evaluator: Evaluator;
  readonly applier: SpecApplier;
  readonly diagnostics: Diagnostics;
  readonly exceptions: ExceptionReporter;
  readonly specs: SpecSync;
  readonly idLists: IdListSync;
  readonly delivery: EventDelivery;
  /** True while the payload asks for markers of single calls; such calls take the long way. */
  recordsApiCalls = false;
  /** True once shutdown began; nothing starts again in this life. */
  isStopped = false;

  private readonly clock: Clock;
  private readonly adapter: ContainedAdapter | null;
  private readonly http: StatsigHttp;
  private hasIpTable = false;
  private isLoaded = false;
  private windowStartedAt = 0;
  private windowTimer: TimerHandle = null;

  /** @throws Error when a forced engine cannot load */
  constructor(private readonly init: RuntimeInit) {
    this.options = init.parsed.options;
    this.logger = init.logger;
    this.clock = init.clock ?? systemClock;
    this.windowStartedAt = this.clock.now();
    this.sessionID = init.platform.randomUUID();
    this.selection = init.platform.selectEngine(this.options.engine);
    this.evaluator = new Evaluator(this.selection.engine, {
      now: this.clock.now,
      onBatchFull: () => this.delivery.batchReady(),
    });
    this.adapter = this.makeAdapter();
    this.http = this.makeHttp();
    this.exceptions = this.makeExceptions();
    this.diagnostics = this.makeDiagnostics();
    this.applier = this.makeApplier();
    this.specs = this.makeSpecs();
    this.idLists = this.makeIdLists();
    this.delivery = this.makeDelivery();
    this.configureEngine();
  }

  /** Specs, ID lists and polling; the body of initialize. Never rejects. */
  async load(): Promise<SpecInitResult> {
    if (this.init.platform.hasBackground) {
      this.startWindows();
      this.delivery.start();
    }
    const result = await this.specs.initialize();
    this.applier.fixInitTime();
    if (this.options.initStrategyForIDLists === 'await') {
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

  /** One pass over the specs now. Never rejects. */
  async syncSpecs(): Promise<void> {
    await this.specs.sync();
  }

  /** One pass over the ID lists now, unless they are switched off. Never rejects. */
  async syncIdLists(): Promise<void> {
    if (this.options.initStrategyForIDLists !== 'none') {
      await this.idLists.sync();
    }
  }

  /** Restarts polling that a frozen host lost (BEHAVIOUR.md 11.4); never after shutdown (Q25). */
  recoverIfStale(): void {
    if (!this.init.platform.hasBackground) {
      this.rotateIfDue();
      return;
    }
    if (this.isLoaded && !this.isStopped) {
      this.specs.recoverIfStale();
      this.idLists.recoverIfStale();
    }
  }

  /**
   * Ends this life: no more polling, pending events go out once. Resolves when they did and running syncs are done,
   * or after `timeoutMs`. Never rejects.
   */
  async stop(timeoutMs?: number): Promise<void> {
    this.isStopped = true;
    this.clock.clearTimer(this.windowTimer);
    this.specs.stop();
    this.idLists.stop();
    const delivered = this.delivery.shutdown(timeoutMs);
    void this.adapter?.shutdown().catch((error: unknown) => {
      this.logger.debug(`statsigSDK> The data adapter's shutdown failed: ${this.logger.describe(error)}`);
    });
    const settled = Promise.all([delivered, this.specs.idle(), this.idLists.idle()]);
    await (timeoutMs === undefined ? settled : this.atMost(settled, timeoutMs));
  }

  /** Counters of event delivery, with what the engine dropped. */
  eventStats(): DeliveryCounters {
    const counters = this.delivery.counters();
    return { ...counters, dropped: counters.dropped + this.evaluator.engine.stats().droppedEvents };
  }

  private startPolling(): void {
    this.specs.startPolling();
    if (this.options.initStrategyForIDLists !== 'none') {
      this.idLists.startPolling();
    }
  }

  private async loadIdLists(): Promise<void> {
    if (this.isStopped) {
      return;
    }
    const { error } = await this.idLists.initialize();
    if (error !== undefined && !this.options.localMode) {
      this.logger.error(new StatsigInitializeIDListsError(error));
    }
  }

  private startWindows(): void {
    this.windowTimer = this.clock.setTimer(() => {
      this.evaluator.rotateWindow();
      this.startWindows();
    }, WINDOW_MS);
  }

  /** Where no timer runs, calls turn the window. */
  private rotateIfDue(): void {
    const now = this.clock.now();
    if (now - this.windowStartedAt >= WINDOW_MS) {
      this.windowStartedAt = now;
      this.evaluator.rotateWindow();
    }
  }

  /** Waits for the work or the timeout, whichever is first. The timer holds the process only while waited for. */
  private atMost(work: Promise<unknown>, timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const handle = setTimeout(resolve, Math.max(0, Math.min(timeoutMs, 2 ** 31 - 1)) || 0);
      void work.finally(() => {
        clearTimeout(handle);
        resolve();
      });
    });
  }

  private onSummary(summary: SpecsSummary, stage: 'accepted' | 'committing'): void {
    if (stage === 'accepted') {
      this.diagnostics.setRates(summary.diagnostics);
      this.recordsApiCalls = Number(summary.diagnostics?.['api_call'] ?? 0) > 0;
      return;
    }
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
        this.evaluator.setIpTable(table);
      }
    } catch (error) {
      this.logger.warn(`statsigSDK> The IP table cannot be read; countries stay unknown: ${this.logger.describe(error)}`);
    }
  }

  // ---- wiring ----

  private get isSilent(): boolean {
    return this.options.localMode || this.options.disableAllLogging;
  }

  private configureEngine(): void {
    const { environment, loggingMaxBufferSize, sdkType, sdkVersion } = this.options;
    this.evaluator.setOptions({
      tier: typeof environment?.tier === 'string' ? environment.tier : null,
      loggingEnabled: !this.isSilent,
      batchLimit: Math.max(1, Math.floor(loggingMaxBufferSize)),
      pendingLimit: PENDING_EVENTS,
      sdkType,
      sdkVersion,
      sessionID: this.sessionID,
    });
  }

  private makeAdapter(): ContainedAdapter | null {
    const { dataAdapter } = this.options;
    if (dataAdapter === null) {
      return null;
    }
    const { secretKey, platform } = this.init;
    // A missing key is the text "undefined", not the hash of one (BEHAVIOUR.md 9.2).
    const hashedSdkKey = secretKey === null ? 'undefined' : platform.sha256Base64(secretKey);
    return new ContainedAdapter(dataAdapter, { hashedSdkKey, clock: this.clock });
  }

  private makeHttp(): StatsigHttp {
    const { options, init } = this;
    return new StatsigHttp({
      ...pick(options, ['api', 'apiForDownloadConfigSpecs', 'apiForGetIdLists', 'fallbackToStatsigAPI', 'localMode']),
      ...pick(options, ['sdkType', 'sdkVersion', 'requestTimeoutMs', 'downloadTimeoutMs']),
      sdkKey: init.secretKey,
      sessionID: this.sessionID,
      transport: init.platform.transport(),
      networkOverrideFunc: options.networkOverrideFunc as NetworkOverride | null,
      logger: this.logger,
      clock: this.clock,
      errors: {
        localMode: () => new StatsigLocalModeNetworkError(),
        tooManyRequests: (url) => new StatsigTooManyRequestsError(
          `Request to ${this.logger.mask(url)} failed because you are making the same request too frequently (1000).`,
        ),
      },
    });
  }

  private makeExceptions(): ExceptionReporter {
    return new ExceptionReporter({
      enabled: this.options.reportExceptions && !this.isSilent && this.init.secretKey !== null,
      post: (body) => this.http.postException(body),
      logger: this.logger,
      statsigMetadata: this.metadata(),
      statsigOptions: this.init.parsed.loggingCopy,
    });
  }

  private makeDiagnostics(): Diagnostics {
    return new Diagnostics({
      silent: this.isSilent,
      disableDiagnostics: this.options.disableDiagnostics,
      statsigOptions: this.init.parsed.loggingCopy,
      now: this.clock.now,
      emit: ({ eventName, metadata, time }) => {
        const metadataJson = JSON.stringify(metadata);
        this.evaluator.logEvent(null, { eventName, metadataJson, valueJson: 'null', time });
      },
    });
  }

  private makeApplier(): SpecApplier {
    return new SpecApplier({
      evaluator: this.evaluator,
      secretKey: this.init.secretKey,
      environment: this.options.environment,
      logger: this.logger,
      reportMismatch: (error) => this.exceptions.report(error, { tag: 'validateSDKKeyUsed' }),
      onSummary: (summary, stage) => this.onSummary(summary, stage),
    });
  }

  private makeSpecs(): SpecSync {
    const { options } = this;
    return new SpecSync({
      http: this.http,
      adapter: this.adapter,
      bootstrap: options.bootstrapValues,
      intervalMs: options.rulesetsSyncIntervalMs,
      pollingDisabled: options.disableRulesetsSync,
      localMode: options.localMode,
      apply: (bytes, source) => this.applier.apply(bytes, source),
      lastUpdateTime: () => this.applier.lastUpdateTime,
      rulesUpdatedCallback: options.rulesUpdatedCallback,
      diagnostics: this.diagnostics,
      logger: this.logger,
      clock: this.clock,
      errors: {
        adapterValues: (path) => new StatsigInvalidDataAdapterValuesError(path),
        bootstrapValues: () => new StatsigInvalidBootstrapValuesError(),
      },
    });
  }

  private makeIdLists(): IdListSync {
    const { options, evaluator } = this;
    return new IdListSync({
      http: this.http,
      adapter: this.adapter,
      store: {
        update: (name, replace, lines) => evaluator.updateIdList(name, replace, lines),
        remove: (name) => evaluator.removeIdList(name),
        export: (name) => evaluator.engine.exportIdList(name),
      },
      intervalMs: options.idListsSyncIntervalMs,
      pollingDisabled: options.disableIdListsSync,
      localMode: options.localMode,
      diagnostics: this.diagnostics,
      logger: this.logger,
      clock: this.clock,
      errors: { invalidIndex: () => new StatsigInvalidIDListsResponseError() },
    });
  }

  private makeDelivery(): EventDelivery {
    const { options, evaluator, init } = this;
    const prefix = `{"statsigMetadata":${JSON.stringify({ ...this.metadata(), ...this.ownMetadata() })},"events":[`;
    return new EventDelivery({
      upload: (upload) => this.http.postEvents(upload),
      takeBatch: (maxEvents) => evaluator.engine.takeBatch(prefix, ']}', maxEvents),
      pending: () => evaluator.engine.pendingEvents(),
      beforeFlush: () => this.diagnostics.emitCalls(),
      compress: init.platform.compress,
      compressionEnabled: () => this.applier.sdkFlags['stop_log_event_compression'] !== true,
      intervalMs: options.loggingIntervalMs,
      maxBatchEvents: Math.max(1, Math.floor(options.loggingMaxBufferSize)),
      retryLimit: options.postLogsRetryLimit,
      retryBackoff: options.postLogsRetryBackoff,
      silent: this.isSilent,
      logger: this.logger,
      clock: this.clock,
      spool: options.eventSpool === null ? null : init.platform.openSpool(options.eventSpool),
      onDropped: (error, eventCount) =>
        this.exceptions.report(error, { tag: 'statsig::log_event_failed', eventCount, bypassDedupe: true }),
    });
  }

  private metadata(): Record<string, unknown> {
    const { sdkType, sdkVersion } = this.options;
    return { sdkType, sdkVersion, languageVersion: this.init.platform.languageVersion, sessionID: this.sessionID };
  }

  private ownMetadata(): Record<string, unknown> {
    return { packageName: 'statsig-node-native', packageVersion: VERSION, engine: this.selection.engine.kind };
  }
}

function pick<T, K extends keyof T>(from: T, keys: readonly K[]): Pick<T, K> {
  return Object.fromEntries(keys.map((key) => [key, from[key]])) as unknown as Pick<T, K>;
}
