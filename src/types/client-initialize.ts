import type { StatsigUser } from './user';

/** How names are hidden in a client-initialize response. */
export type HashingAlgorithm = 'sha256' | 'djb2' | 'none';

export interface ClientInitializeResponseValueOverride {
  value?: Record<string, unknown>;
}

export interface ClientInitializeResponseExperimentOverride
  extends ClientInitializeResponseValueOverride {
  /** Use the value of the group with this name. */
  groupName?: string;
}

/** Options of `getClientInitializeResponse` (BEHAVIOUR.md 6.2). */
export type ClientInitializeResponseOptions = {
  /** Default 'djb2'. */
  hash?: HashingAlgorithm;
  /** Apply the overrides set with `overrideGate` and its siblings. */
  includeLocalOverrides?: boolean;
  /** Overrides for this response only, by plain name. */
  overrides?: {
    featureGates?: Record<string, boolean>;
    dynamicConfigs?: Record<string, ClientInitializeResponseExperimentOverride>;
    layers?: Record<string, ClientInitializeResponseValueOverride>;
  };
  /** Shape of the response; docs/client-initialize.md. Default 'v1'. */
  responseFormat?: ClientInitializeResponseFormat;
  /** Plain names of the gates to keep. */
  featureGateFilter?: Iterable<string>;
  /** Plain names of the experiments to keep. Autotunes are always kept. */
  experimentFilter?: Iterable<string>;
  /** Plain names of the dynamic configs to keep. */
  dynamicConfigFilter?: Iterable<string>;
  /** Plain names of the layers to keep. */
  layerFilter?: Iterable<string>;
  /** Plain names of the parameter stores to keep; only the newer formats carry any. */
  paramStoreFilter?: Iterable<string>;
  /** Leave ID types out. */
  removeIdType?: boolean;
  /**
   * Leave out gates that say what a client assumes of an unknown gate: false, rule `default`, no
   * exposures.
   */
  removeDefaultValueGates?: boolean;
  /**
   * `full_checksum` of an earlier response, '' at first: an equal response is answered by
   * `has_updates: false`.
   */
  previousResponseHash?: string;
  /**
   * String and buffer forms: write `<`, `>`, `&`, U+2028 and U+2029 as JSON escapes, for inside an
   * HTML page.
   */
  htmlSafe?: boolean;
};

/**
 * 'v1' = statsig-node's shape, 'v2' = exposures by key, 'init-v2' = short keys and shared tables.
 */
export type ClientInitializeResponseFormat = 'v1' | 'v2' | 'init-v2';

/** One entry of the maps of a client-initialize response. */
export type InitializeResponseEntry = {
  name: string;
  value: unknown;
  rule_id: string;
  secondary_exposures: unknown;
  id_type?: string | null;
  [key: string]: unknown;
};

/** What client SDKs are bootstrapped with (BEHAVIOUR.md 6.3). */
export type ClientInitializeResponse = {
  feature_gates: Record<string, InitializeResponseEntry>;
  dynamic_configs: Record<string, InitializeResponseEntry>;
  layer_configs: Record<string, InitializeResponseEntry>;
  sdkParams: Record<string, unknown>;
  has_updates: boolean;
  generator: 'statsig-node-sdk';
  sdkInfo: { sdkType: string; sdkVersion: string; sessionId?: string };
  time: number;
  evaluated_keys: Record<string, unknown>;
  hash_used: HashingAlgorithm;
  user: StatsigUser;
  can_record_session?: boolean;
  session_recording_rate?: number;
  recording_blocked?: boolean;
  passes_session_recording_targeting?: boolean;
  session_recording_event_triggers?: Record<string, SessionReplayTrigger>;
  session_recording_exposure_triggers?: Record<string, SessionReplayTrigger>;
  /** Only with `previousResponseHash`. */
  full_checksum?: string;
  /** The rest: only in the newer formats. */
  exposures?: Record<string, { gate: string; gateValue: string; ruleID: string }>;
  values?: Record<string, unknown>;
  response_format?: 'init-v2';
  param_stores?: Record<string, unknown>;
  pa_hash?: string;
  session_recording_privacy_settings?: unknown;
};

export type SessionReplayTrigger = {
  values?: string[];
  sampling_rate?: number;
  passes_sampling?: boolean;
};
