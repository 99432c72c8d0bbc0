/** Types under the newer SDK's names. */

/** What becomes of a call. */
export interface StatsigResult {
  /** Whether it did what it should. */
  isSuccess: boolean;
  /** What went wrong, when something did. */
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
  /** Name of the gate. */
  gate: string;
  /** `true` or `false`. */
  gateValue: string;
  /** The rule that decided. */
  ruleId: string;
}

/** Options of `checkGate` and `getFeatureGate`. */
export interface FeatureGateEvaluationOptions {
  /** Log no exposure for this call. */
  disableExposureLogging?: boolean;
}
/** Options of `getDynamicConfig`. */
export type DynamicConfigEvaluationOptions = FeatureGateEvaluationOptions;
/** Options of `getParameterStore`. */
export type ParameterStoreEvaluationOptions = FeatureGateEvaluationOptions;
/** Options of `getExperiment`. */
export interface ExperimentEvaluationOptions extends FeatureGateEvaluationOptions {
  /** Assignments that a persistent storage kept. */
  // biome-ignore lint/suspicious/noExplicitAny: the newer SDK's type
  userPersistedValues?: Record<string, any>;
  /** A matching override rule wins over an assignment. */
  enforceOverrides?: boolean;
  /** An assignment ends when targeting turns the user away. */
  enforceTargeting?: boolean;
}
/** Options of `getLayer`. */
export type LayerEvaluationOptions = ExperimentEvaluationOptions;

/** A kept assignment. */
export type StickyValues = {
  /** Whether a group answered, and not the default. */
  value: boolean;
  /** The parameters. */
  json_value: Record<string, unknown>;
  /** Rule of the group. */
  rule_id: string;
  /** Name of the group. */
  group_name: string | null;
  /** Gates that were looked at on the way. */
  secondary_exposures: SecondaryExposure[];
  /** Those before the experiment of a layer was asked. */
  undelegated_secondary_exposures: SecondaryExposure[];
  /** The experiment that answered for a layer. */
  config_delegate: string | null;
  /** Parameters of a layer that the experiment has. */
  explicit_parameters: string[] | null;
  /** Time of the config specs, ms. */
  time: number;
  /** Version of what answered, as `statsig-node` writes it. */
  configVersion?: number | undefined;
  /** Version of what answered, as the newer SDK writes it. */
  config_version?: number | null | undefined;
};
/** Assignments by the name of the experiment or layer. */
export type UserPersistedValues = Record<string, StickyValues>;

/** Forms of the response for clients. */
export enum GCIRResponseFormat {
  /** As `statsig-node` writes it. */
  Initialize = 0,
  /** Each secondary exposure once, in a table. */
  InitializeWithSecondaryExposureMapping = 1,
  /** Short keys, and tables of exposures and values. */
  InitializeV2 = 2,
}

/** Options of `getClientInitializeResponse`. */
export interface ClientInitResponseOptions {
  /** `djb2` (the default), `sha256` or `none`. */
  hashAlgorithm?: string;
  /** Key of the client: only what targets its app is in the response. */
  clientSdkKey?: string;
  /** Applies local overrides. Default false. */
  includeLocalOverrides?: boolean;
  /** Gates to keep, by name. */
  featureGateFilter?: Set<string>;
  /** Experiments to keep, by name. */
  experimentFilter?: Set<string>;
  /** Dynamic configs to keep, by name. */
  dynamicConfigFilter?: Set<string>;
  /** Layers to keep, by name. */
  layerFilter?: Set<string>;
  /** Parameter stores to keep, by name. */
  paramStoreFilter?: Set<string>;
  /** Leaves ID types out. */
  removeIdType?: boolean;
  /** Leaves out gates that say what a client assumes of unknown ones. */
  removeDefaultValueGates?: boolean;
  /** Form of the response. Default `Initialize`. */
  responseFormat?: GCIRResponseFormat;
  /** `full_checksum` of an earlier response: an equal one says `has_updates: false`. */
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

/** What a data store has at a key, as text. */
export interface DataStoreResponse {
  /** The content; absent when there is none. */
  result?: string;
  /** Its time, ms, if known. */
  time?: number;
}
/** What a data store has at a key, as bytes. */
export interface DataStoreBytesResponse {
  /** The content; absent when there is none. */
  result?: Uint8Array;
  /** Its time, ms, if known. */
  time?: number;
}
/** A cache that is asked before the network. */
export interface DataStore {
  /** Called before anything is asked for. */
  initialize?: () => Promise<void>;
  /** Called when the SDK shuts down. */
  shutdown?: () => Promise<void>;
  /** What there is at a key. */
  get?: (key: string) => Promise<DataStoreResponse>;
  /** The same as bytes; asked first where it is there. */
  getBytes?: (key: string) => Promise<DataStoreBytesResponse>;
  /** Keeps new config specs. */
  set?: (key: string, value: string, time?: number) => Promise<void>;
  /** The same as bytes; used where it is there. */
  setBytes?: (key: string, value: ArrayBuffer | Uint8Array, time?: number) => Promise<void>;
  /** Whether this store, and not the network, is asked for updates of a key. */
  supportPollingUpdatesFor?: (key: string) => Promise<boolean>;
}

/** Told of what the SDK does. */
export interface ObservabilityClient {
  /** Called once, at first. */
  initialize?: () => void;
  /** Counts something. */
  increment?: (metricName: string, value: number, tags: Record<string, string>) => void;
  /** A number that goes up and down. */
  gauge?: (metricName: string, value: number, tags: Record<string, string>) => void;
  /** One number of many, for example of milliseconds. */
  dist?: (metricName: string, value: number, tags: Record<string, string>) => void;
  /** Something failed, and where. */
  error?: (tag: string, error: string) => void;
}

/** Where messages go. */
export interface OutputLoggerProvider {
  /** Called once, at first. */
  initialize?: () => void;
  /** For who follows the SDK at work. */
  debug?: (tag: string, message: string) => void;
  /** What is worth knowing. */
  info?: (tag: string, message: string) => void;
  /** What is likely a mistake. */
  warn?: (tag: string, message: string) => void;
  /** What failed. */
  error?: (tag: string, message: string) => void;
  /** Called when the SDK shuts down. */
  shutdown?: () => void;
}

/** Kinds of override adapters. */
export enum OverrideAdapterType {
  /** Overrides that are set by calls. */
  LocalOverride = 0,
}
/** An override adapter; there is one kind. */
export interface OverrideAdapterConfig {
  /** Which kind. */
  adapterType: OverrideAdapterType;
}

/** Keeps assignments. */
export interface PersistentStorage {
  /** All assignments of a unit; the key is its ID, `:` and the ID type. */
  load: (key: string) => UserPersistedValues | null;
  /** Keeps an assignment. */
  save: (key: string, config_name: string, data: StickyValues) => void;
  /** Forgets an assignment. */
  delete: (key: string, config_name: string) => void;
}

/** A proxy for all requests. */
export interface ProxyConfig {
  /** Its name or address; none without one. */
  proxyHost?: string;
  /** Port of the proxy. */
  proxyPort?: number;
  /** `name:password`, where it asks for them. */
  proxyAuth?: string;
  /** `http` (the default) or `https`. */
  proxyProtocol?: string;
  /** File of certificates that are trusted beside Node's. */
  caCertPath?: string;
}

/** A source of config specs. */
export interface SpecAdapterConfig {
  /** A data store, the stream of Statsig's forward proxy, or an address of config specs. */
  adapterType: 'data_store' | 'network_grpc_websocket' | 'network_http';
  /** Whole URL of config specs, or `http://host:port` (TLS: `https:`) of the forward proxy. */
  specsUrl?: string;
  /** Of `network_http`: how long `initialize` waits, ms. */
  initTimeoutMs: number;
  /** Of the forward proxy: whether it, and with `mtls` this client too, shows a certificate. */
  authenticationMode?: 'none' | 'tls' | 'mtls' | undefined | null;
  /** Of the forward proxy: file of the certificate that vouches for it. */
  caCertPath?: string;
  /** With `mtls`: file of this client's certificate. */
  clientCertPath?: string;
  /** With `mtls`: file of its key. */
  clientKeyPath?: string;
  /** The name that the proxy's certificate is for, when that is not the URL's. */
  domainName?: string;
}
