import type { StatsigUser } from './user';

/** How names are hidden in a client-initialize response. */
export type HashingAlgorithm = 'sha256' | 'djb2' | 'none';

/** Values of one response in place of those of a config or layer. */
export interface ClientInitializeResponseValueOverride {
  /** The parameters. Default: what evaluation gives. */
  value?: Record<string, unknown>;
}

/** The same for an experiment, or one of its groups. */
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
    /** Gates by name. Default: none. */
    featureGates?: Record<string, boolean>;
    /** Dynamic configs and experiments by name. Default: none. */
    dynamicConfigs?: Record<string, ClientInitializeResponseExperimentOverride>;
    /** Layers by name. Default: none. */
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
  /** The name, hashed as asked for. */
  name: string;
  /** A boolean of a gate, parameters of anything else. */
  value: unknown;
  /** The rule that decided; `default` where none did. */
  rule_id: string;
  /** Gates that were evaluated on the way; keys of a table in the newer formats. */
  secondary_exposures: unknown;
  /** Whose ID decided. Absent with `removeIdType`. */
  id_type?: string | null;
  [key: string]: unknown;
};

/** What client SDKs are bootstrapped with (BEHAVIOUR.md 6.3). */
export type ClientInitializeResponse = {
  /** Gates by hashed name. */
  feature_gates: Record<string, InitializeResponseEntry>;
  /** Dynamic configs, experiments and autotunes by hashed name. */
  dynamic_configs: Record<string, InitializeResponseEntry>;
  /** Layers by hashed name. */
  layer_configs: Record<string, InitializeResponseEntry>;
  /** Always empty, for clients that expect it. */
  sdkParams: Record<string, unknown>;
  /** False when the response is what `previousResponseHash` stands for. */
  has_updates: boolean;
  /** Who made it, as clients know it. */
  generator: 'statsig-node-sdk';
  /** Which SDK made it: type, version and session. */
  sdkInfo: {
    /** Its type. */
    sdkType: string;
    /** Its version. */
    sdkVersion: string;
    /** Of the instance that made it. */
    sessionId?: string;
  };
  /** Time of the config specs, ms since 1970. */
  time: number;
  /** The IDs that were evaluated for. */
  evaluated_keys: Record<string, unknown>;
  /** How names are hidden. */
  hash_used: HashingAlgorithm;
  /** The user, without private attributes. */
  user: StatsigUser;
  /** Session replay: whether it may run for the user. */
  can_record_session?: boolean;
  /** Session replay: share of sessions, 0 to 1. */
  session_recording_rate?: number;
  /** Session replay: off for the project. */
  recording_blocked?: boolean;
  /** Session replay: whether the user passes its targeting. */
  passes_session_recording_targeting?: boolean;
  /** Session replay: events that start it. */
  session_recording_event_triggers?: Record<string, SessionReplayTrigger>;
  /** Session replay: exposures that start it. */
  session_recording_exposure_triggers?: Record<string, SessionReplayTrigger>;
  /** Only with `previousResponseHash`. */
  full_checksum?: string;
  /** Only in the newer formats, as all below: exposures by key. */
  exposures?: Record<string, ResponseExposure>;
  /** Values by key. */
  values?: Record<string, unknown>;
  /** Names the format. */
  response_format?: 'init-v2';
  /** Parameter stores by hashed name. */
  param_stores?: Record<string, unknown>;
  /** Hash of the private attributes, without which two users would look the same. */
  pa_hash?: string;
  /** Session replay: what is hidden. */
  session_recording_privacy_settings?: unknown;
};

/** An exposure that entries of the newer formats name by its key. */
export type ResponseExposure = {
  /** Name of the gate, hidden as all names are. */
  gate: string;
  /** `true` or `false`, as a text. */
  gateValue: string;
  /** The rule that decided. */
  ruleID: string;
};

/** What starts a session replay. */
export type SessionReplayTrigger = {
  /** Values that trigger. Absent: any. */
  values?: string[];
  /** Share of the sessions, 0 to 1. */
  sampling_rate?: number;
  /** What sampling decided for this user. */
  passes_sampling?: boolean;
};
