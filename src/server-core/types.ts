/** Types under the newer SDK's names. */

/** What becomes of a call. */
export interface StatsigResult {
  isSuccess: boolean;
  /** Why not. */
  error?: string;
}

/** Where a value came from, and when. */
export interface EvaluationDetails {
  /** For example `Network:Recognized`. */
  reason: string;
  /** Time of the specs, ms. */
  lcut?: number;
  /** When they came, ms. */
  receivedAt?: number;
  /** Version of what answered. */
  version?: number;
}

/** A gate that was looked at on the way. */
export interface SecondaryExposure {
  gate: string;
  gateValue: string;
  ruleId: string;
}

export interface FeatureGateEvaluationOptions {
  /** Log no exposure for this call. */
  disableExposureLogging?: boolean;
}
export type DynamicConfigEvaluationOptions = FeatureGateEvaluationOptions;
export type ParameterStoreEvaluationOptions = FeatureGateEvaluationOptions;
export interface ExperimentEvaluationOptions extends FeatureGateEvaluationOptions {
  /** Assignments that a persistent storage kept. */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  userPersistedValues?: Record<string, any>;
  /** A matching override rule wins over an assignment. */
  enforceOverrides?: boolean;
  /** An assignment ends when targeting turns the user away. */
  enforceTargeting?: boolean;
}
export type LayerEvaluationOptions = ExperimentEvaluationOptions;

/** A kept assignment. */
export type StickyValues = {
  value: boolean;
  json_value: Record<string, unknown>;
  rule_id: string;
  group_name: string | null;
  secondary_exposures: SecondaryExposure[];
  undelegated_secondary_exposures: SecondaryExposure[];
  config_delegate: string | null;
  explicit_parameters: string[] | null;
  time: number;
  configVersion?: number | undefined;
};
export type UserPersistedValues = Record<string, StickyValues>;

/** Forms of the response for clients. */
export enum GCIRResponseFormat {
  Initialize = 0,
  InitializeWithSecondaryExposureMapping = 1,
  InitializeV2 = 2,
}

export interface ClientInitResponseOptions {
  /** `djb2` (the default), `sha256` or `none`. */
  hashAlgorithm?: string;
  clientSdkKey?: string;
  includeLocalOverrides?: boolean;
  featureGateFilter?: Set<string>;
  experimentFilter?: Set<string>;
  dynamicConfigFilter?: Set<string>;
  layerFilter?: Set<string>;
  paramStoreFilter?: Set<string>;
  removeIdType?: boolean;
  removeDefaultValueGates?: boolean;
  responseFormat?: GCIRResponseFormat;
  previousResponseHash?: string;
}

/** What `subscribe` knows. */
export type SdkEvent =
  | '*'
  | 'gate_evaluated'
  | 'dynamic_config_evaluated'
  | 'experiment_evaluated'
  | 'layer_evaluated'
  | 'specs_updated';

export interface DataStoreResponse {
  result?: string;
  time?: number;
}
export interface DataStoreBytesResponse {
  result?: Uint8Array;
  time?: number;
}
/** A cache that is asked before the network. */
export interface DataStore {
  initialize?: () => Promise<void>;
  shutdown?: () => Promise<void>;
  get?: (key: string) => Promise<DataStoreResponse>;
  getBytes?: (key: string) => Promise<{ result?: Uint8Array; time?: number }>;
  set?: (key: string, value: string, time?: number) => Promise<void>;
  setBytes?: (key: string, value: ArrayBuffer | Uint8Array, time?: number) => Promise<void>;
  supportPollingUpdatesFor?: (key: string) => Promise<boolean>;
}

/** Told of what the SDK does. */
export interface ObservabilityClient {
  initialize?: () => void;
  increment?: (metricName: string, value: number, tags: Record<string, string>) => void;
  gauge?: (metricName: string, value: number, tags: Record<string, string>) => void;
  dist?: (metricName: string, value: number, tags: Record<string, string>) => void;
  error?: (tag: string, error: string) => void;
}

/** Where messages go. */
export interface OutputLoggerProvider {
  initialize?: () => void;
  debug?: (tag: string, message: string) => void;
  info?: (tag: string, message: string) => void;
  warn?: (tag: string, message: string) => void;
  error?: (tag: string, message: string) => void;
  shutdown?: () => void;
}

export enum OverrideAdapterType {
  LocalOverride = 0,
}
export interface OverrideAdapterConfig {
  adapterType: OverrideAdapterType;
}

/** Keeps assignments. */
export interface PersistentStorage {
  load: (key: string) => UserPersistedValues | null;
  save: (key: string, config_name: string, data: StickyValues) => void;
  delete: (key: string, config_name: string) => void;
}

export interface ProxyConfig {
  proxyHost?: string;
  proxyPort?: number;
  proxyAuth?: string;
  proxyProtocol?: string;
  caCertPath?: string;
}

export interface SpecAdapterConfig {
  adapterType: 'data_store' | 'network_grpc_websocket' | 'network_http';
  specsUrl?: string;
  initTimeoutMs: number;
  authenticationMode?: 'none' | 'tls' | 'mtls' | undefined | null;
  caCertPath?: string;
  clientCertPath?: string;
  clientKeyPath?: string;
  domainName?: string;
}
