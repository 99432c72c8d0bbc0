/** The newer SDK's options as ours, and what of them means nothing here. */
import { readFileSync } from 'node:fs';
import type { StatsigOptions as OurOptions } from '../options/statsig-options';
import type { Addresses } from '../network/http';
import { DataStoreAdapter } from './data-store';
import { loggerOf } from './output-logger';
import type { ConfigOverrides } from './overrides';
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

export interface ConsoleCaptureOptions {
  enabled: boolean;
  logLevels?: Array<'trace' | 'debug' | 'log' | 'info' | 'warn' | 'error'>;
  user?: StatsigUser;
  maxKeys?: number;
  maxDepth?: number;
  maxLength?: number;
}

/** Options of `Statsig`; docs/server-core.md says what each does here. */
export interface StatsigOptions {
  dataStore?: DataStore;
  dataStoreKeySchemaVersion?: 'v2' | 'v3';
  disableAllLogging?: boolean;
  disableCountryLookup?: boolean;
  disableNetwork?: boolean;
  logEventConnectionReuse?: boolean;
  enableIdLists?: boolean;
  enableDcsDeltas?: boolean;
  environment?: string;
  eventLoggingFlushIntervalMs?: number;
  eventLoggingMaxQueueSize?: number;
  exposureDedupeMaxKeys?: number;
  fallbackToStatsigApi?: boolean;
  globalCustomFields?: Record<string, string | number | boolean | Array<string | number | boolean>>;
  idListsSyncIntervalMs?: number;
  idListsRequestTimeoutMs?: number;
  idListsUrl?: string;
  downloadIdListFileApi?: string;
  initTimeoutMs?: number;
  logEventUrl?: string;
  observabilityClient?: ObservabilityClient;
  outputLogLevel?: 'none' | 'debug' | 'info' | 'warn' | 'error';
  outputLoggerProvider?: OutputLoggerProvider;
  configCompressionMode?: 'gzip' | 'dictionary';
  overrideAdapterConfig?: Array<OverrideAdapterConfig>;
  serviceName?: string;
  persistentStorage?: PersistentStorage;
  specAdaptersConfig?: Array<SpecAdapterConfig>;
  specsSyncIntervalMs?: number;
  specsUrl?: string;
  waitForCountryLookupInit?: boolean;
  waitForUserAgentInit?: boolean;
  proxyConfig?: ProxyConfig;
  consoleCaptureOptions?: ConsoleCaptureOptions;
  useThirdPartyUaParser?: boolean;
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
  const adapters = given.specAdaptersConfig ?? [];
  const http = adapters.find(({ adapterType }) => adapterType === 'network_http');
  const proxy = proxyOf(given.proxyConfig);
  const unsupported: string[] = [];
  if (given.experimentalFlags != null) unsupported.push('experimentalFlags');
  if (given.proxyConfig?.proxyHost && proxy === null) unsupported.push('proxyConfig of this form');
  const ca = certificateOf(given.proxyConfig);
  if (given.proxyConfig?.caCertPath != null && ca === null)
    unsupported.push('a proxyConfig.caCertPath that cannot be read');
  if (adapters.some(({ adapterType }) => adapterType === 'network_grpc_websocket'))
    unsupported.push('specAdaptersConfig of type network_grpc_websocket');
  const options: OurOptions = {
    ...general(given),
    ...delivery(given),
    overrideAdapter,
    configFormat: 'v2',
    http: { proxy, ca },
    specsDeltas: given.enableDcsDeltas,
    initTimeoutMs: given.initTimeoutMs ?? http?.initTimeoutMs,
    dataAdapter:
      given.dataStore == null
        ? null
        : DataStoreAdapter.of(given.dataStore, sdkKey, given.dataStoreKeySchemaVersion),
  };
  const specs = trimmed(given.specsUrl ?? http?.specsUrl ?? STATSIG_V2);
  return {
    options: withoutUndefined(options),
    api: specs.replace(/\/download_config_specs$/, ''),
    addresses: withoutUndefined({
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
    userPersistentStorage: given.persistentStorage as OurOptions['userPersistentStorage'],
    userAgentParser: given.useThirdPartyUaParser === true ? 'uap' : undefined,
    logger: loggerOf(given.outputLoggerProvider, given.outputLogLevel),
  };
}

function delivery(given: StatsigOptions): OurOptions {
  return {
    loggingIntervalMs: given.eventLoggingFlushIntervalMs,
    loggingMaxBufferSize:
      given.eventLoggingMaxQueueSize === undefined
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

function withoutUndefined<T extends object>(holder: T): T {
  return Object.fromEntries(Object.entries(holder).filter(([, value]) => value !== undefined)) as T;
}
