/** The newer SDK's options as ours, and what of them means nothing here. */
import { readFileSync } from 'node:fs';
import type { StatsigOptions as OurOptions } from '../options/statsig-options';
import type { Addresses } from '../network/http';
import { DataStoreAdapter } from './data-store';
import { loggerOf } from './output-logger';
import type { ConfigOverrides } from './overrides';
import { sourcesOf } from './spec-adapters';
import type {
  DataStore,
  ObservabilityClient,
  OutputLoggerProvider,
  OverrideAdapterConfig,
  PersistentStorage,
  ProxyConfig,
  SpecAdapterConfig,
} from './types';
import type { StatsigUser } from './user';

/** What of the console becomes events (`statsig::log_line`). */
export interface ConsoleCaptureOptions {
  /** Nothing is captured unless it is true. */
  enabled: boolean;
  /** Methods of the console that are captured. Default: `warn` and `error`. */
  logLevels?: Array<'trace' | 'debug' | 'log' | 'info' | 'warn' | 'error'>;
  /** Whom the events belong to. Default: `console-capture-user`. */
  user?: StatsigUser;
  /** Keys of an object that are written, at most. Default 100. */
  maxKeys?: number;
  /** Objects within objects that are written, at most. Default 10. */
  maxDepth?: number;
  /** Characters of a line, at most. Default 4,096. */
  maxLength?: number;
}

/** Options of `Statsig`; docs/server-core.md says what each does here. */
export interface StatsigOptions {
  /** A cache that is asked for config specs before the network, and told of new ones. */
  dataStore?: DataStore;
  /** How keys of the data store are made. Default `v2`: from a hash of the SDK key. */
  dataStoreKeySchemaVersion?: 'v2' | 'v3';
  /** No events at all: exposures, your own and the SDK's. Default false. */
  disableAllLogging?: boolean;
  /** Countries are not looked up by IP, which saves the table. Default false. */
  disableCountryLookup?: boolean;
  /** Nothing is asked for and nothing is sent; overrides answer. Default false. */
  disableNetwork?: boolean;
  /** Has no effect: connections are always kept. */
  logEventConnectionReuse?: boolean;
  /** Loads ID lists, which conditions on large segments ask for. Default false. */
  enableIdLists?: boolean;
  /** Asks for config specs as protobuf, and then for what changed only. Default false. */
  enableDcsDeltas?: boolean;
  /** Tier of all users that have none of their own, for example `staging`. */
  environment?: string;
  /** How often pending events are sent. Default 60,000. */
  eventLoggingFlushIntervalMs?: number;
  /** How many pending events are sent at once without waiting: at most 1,000, the default. */
  eventLoggingMaxQueueSize?: number;
  /** How many exposures are remembered, so that each is logged once a minute. */
  exposureDedupeMaxKeys?: number;
  /** Asks Statsig's own addresses when `specsUrl` fails. Default false. */
  fallbackToStatsigApi?: boolean;
  /** Attributes of all users, where they have none of that name themselves; logged with events. */
  globalCustomFields?: Record<string, string | number | boolean | Array<string | number | boolean>>;
  /** How often ID lists are asked for, at least 30,000. Default 60,000. */
  idListsSyncIntervalMs?: number;
  /** How long one request for ID lists may take. */
  idListsRequestTimeoutMs?: number;
  /** Whole URL where ID lists are asked for. */
  idListsUrl?: string;
  /** Host from which the files of ID lists are fetched, in place of that of their URLs. */
  downloadIdListFileApi?: string;
  /** How long `initialize` waits, ms; loading goes on after it. Default: no limit. */
  initTimeoutMs?: number;
  /** Whole URL to which events are sent. */
  logEventUrl?: string;
  /** Told of numbers: how long `initialize` took, how many events arrived. */
  observabilityClient?: ObservabilityClient;
  /** From which level on messages are written. Default `warn`. */
  outputLogLevel?: 'none' | 'debug' | 'info' | 'warn' | 'error';
  /** Where messages go. Default: the console. */
  outputLoggerProvider?: OutputLoggerProvider;
  /** Has no effect: what the server sends is read. */
  configCompressionMode?: 'gzip' | 'dictionary';
  /** Has no effect: local overrides are always there. */
  overrideAdapterConfig?: Array<OverrideAdapterConfig>;
  /** Name of your service, sent with requests (`x-request-service`). */
  serviceName?: string;
  /** Keeps users in their groups of experiments: `userPersistedValues`. */
  persistentStorage?: PersistentStorage;
  /** Sources of config specs: a server, a data store, a forward proxy's stream. */
  specAdaptersConfig?: Array<SpecAdapterConfig>;
  /** How often config specs are asked for, at least 5,000. Default 10,000. */
  specsSyncIntervalMs?: number;
  /** Whole URL where config specs are asked for; the SDK key and `.json` follow it. */
  specsUrl?: string;
  /** Has no effect: the table is there before the first check. */
  waitForCountryLookupInit?: boolean;
  /** Has no effect: the parser is there before the first check. */
  waitForUserAgentInit?: boolean;
  /** A proxy for all requests. Default: the one that the environment names. */
  proxyConfig?: ProxyConfig;
  /** Turns what is written to the console into events, until `shutdown`. */
  consoleCaptureOptions?: ConsoleCaptureOptions;
  /** Reads user agents by the patterns of uap-core. Default false. */
  useThirdPartyUaParser?: boolean;
  /** Not supported, which a warning says. */
  experimentalFlags?: Set<string>;
}

/** What an instance is made of. */
export interface Setup {
  options: OurOptions;
  addresses: Addresses;
  /** Where specs are asked for, without the last part of its path. */
  api: string;
  /** Options that mean nothing here. */
  unsupported: string[];
}

const STATSIG_V2 = 'https://api.statsigcdn.com/v2/download_config_specs';

export function setupOf(
  sdkKey: string,
  given: StatsigOptions,
  overrideAdapter: ConfigOverrides,
): Setup {
  const sources = sourcesOf(given.specAdaptersConfig ?? []);
  const proxy = proxyOf(given.proxyConfig);
  const { unsupported } = sources;
  if (given.experimentalFlags != null) unsupported.push('experimentalFlags');
  if (given.proxyConfig?.proxyHost && proxy === null) unsupported.push('proxyConfig of this form');
  const ca = certificateOf(given.proxyConfig);
  if (given.proxyConfig?.caCertPath != null && ca === null)
    unsupported.push('a proxyConfig.caCertPath that cannot be read');
  const options: OurOptions = {
    ...general(given),
    ...delivery(given),
    overrideAdapter,
    configFormat: 'v2',
    http: { proxy, ca },
    specsDeltas: given.enableDcsDeltas,
    specStream: sources.stream,
    initTimeoutMs: given.initTimeoutMs ?? sources.initTimeoutMs,
    dataAdapter:
      given.dataStore == null
        ? null
        : DataStoreAdapter.of(given.dataStore, sdkKey, given.dataStoreKeySchemaVersion),
  };
  const specs = trimmed(given.specsUrl ?? sources.specsUrl ?? STATSIG_V2);
  return {
    options: whatIsThere(options),
    api: specs.replace(/\/download_config_specs$/, ''),
    addresses: whatIsThere({
      specs,
      events: given.logEventUrl,
      idLists: given.idListsUrl,
    }),
    unsupported,
  };
}

function general(given: StatsigOptions): OurOptions {
  const hasLists = given.enableIdLists === true;
  return {
    localMode: given.disableNetwork,
    disableAllLogging: given.disableAllLogging,
    environment: given.environment == null ? undefined : { tier: given.environment },
    globalCustomFields: given.globalCustomFields,
    fallbackToStatsigAPI: given.fallbackToStatsigApi,
    initStrategyForIDLists: hasLists ? 'await' : 'none',
    initStrategyForIP3Country: given.disableCountryLookup === true ? 'none' : 'await',
    disableIdListsSync: !hasLists,
    idListsSyncIntervalMs: given.idListsSyncIntervalMs,
    idListsRequestTimeoutMs: given.idListsRequestTimeoutMs,
    downloadIdListFileApi: given.downloadIdListFileApi,
    rulesetsSyncIntervalMs: given.specsSyncIntervalMs,
    userPersistentStorage: storageOf(given.persistentStorage),
    userAgentParser: given.useThirdPartyUaParser === true ? 'uap' : undefined,
    logger: loggerOf(given.outputLoggerProvider, given.outputLogLevel),
  };
}

type OurStorage = NonNullable<OurOptions['userPersistentStorage']>;

/** Assignments have their version under the newer SDK's name, too. */
function storageOf(given: PersistentStorage | undefined): OurStorage | undefined {
  if (given == null) return undefined;
  const storage = given as unknown as OurStorage;
  return {
    load: (key) => storage.load(key),
    save: (key, name, record) => {
      const version = record.configVersion ?? null;
      // What it returns may be a promise, whose rejection is told.
      return storage.save(key, name, { ...record, config_version: version });
    },
    delete: (key, name) => storage.delete(key, name),
  };
}

function delivery(given: StatsigOptions): OurOptions {
  return {
    loggingIntervalMs: given.eventLoggingFlushIntervalMs,
    loggingMaxBufferSize:
      given.eventLoggingMaxQueueSize == null
        ? undefined
        : Math.min(given.eventLoggingMaxQueueSize, 1000),
    exposureDedupeMaxKeys: given.exposureDedupeMaxKeys,
    serviceName: given.serviceName,
    countNonExposedChecks: true,
    disableDiagnostics: true,
  };
}

/** Null for none, and for one that cannot be. */
function proxyOf(given: ProxyConfig | null | undefined): string | null {
  const { proxyHost, proxyPort, proxyAuth, proxyProtocol = 'http' } = given ?? {};
  if (!proxyHost || !/^https?$/.test(proxyProtocol)) return null;
  const [name = '', ...password] = (proxyAuth ?? '').split(':');
  const secret = [name, password.join(':')].map(encodeURIComponent).join(':');
  const port = proxyPort == null ? '' : `:${proxyPort}`;
  const url = `${proxyProtocol}://${proxyAuth ? `${secret}@` : ''}${proxyHost}${port}`;
  return URL.canParse?.(url) === false ? null : url;
}

/** Null for none, and for one that cannot be read. */
function certificateOf(given: ProxyConfig | null | undefined): string | null {
  try {
    return given?.caCertPath == null ? null : readFileSync(given.caCertPath, 'utf8');
  } catch {
    return null;
  }
}

function trimmed(url: string): string {
  return url.replace(/\/$/, '');
}

/** What is undefined or null has its default. */
function whatIsThere<T extends object>(holder: T): T {
  return Object.fromEntries(Object.entries(holder).filter(([, value]) => value != null)) as T;
}
