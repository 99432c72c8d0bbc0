import type { StatsigUser } from '../user';

/** How names are hidden in a client-initialize response. */
export type HashingAlgorithm = 'sha256' | 'djb2' | 'none';

export interface ClientInitializeResponseValueOverride {
  value?: Record<string, unknown>;
}

export interface ClientInitializeResponseExperimentOverride extends ClientInitializeResponseValueOverride {
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
};

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
};

export type SessionReplayTrigger = {
  values?: string[];
  sampling_rate?: number;
  passes_sampling?: boolean;
};
