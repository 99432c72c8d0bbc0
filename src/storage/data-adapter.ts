/**
 * statsig-node's data adapter contract (BEHAVIOUR.md 9.1): adapters written for it run unmodified.
 */

/** What `get` resolves with. `result`: text, or a value already parsed. */
export interface AdapterResponse {
  /** The stored value; absent when there is none. */
  result?: string | object;
  /** When it was stored, ms since the epoch. */
  time?: number;
  /** Why it could not be read. */
  error?: Error;
}

/** Paths that keys are built from, and that `supportsPollingUpdatesFor` is asked about. */
export enum DataAdapterKeyPath {
  /** Config specs of dcs-v1. */
  V1Rulesets = '/v1/download_config_specs',
  /** Config specs of dcs-v2. */
  V2Rulesets = '/v2/download_config_specs',
  /** The index of ID lists. */
  V1IDLists = '/v1/get_id_lists',
  /** One ID list. */
  IDList = 'id_list',
}

/** External storage of configurations and ID lists. Calls are contained: see `ContainedAdapter`. */
export interface IDataAdapter {
  /** Resolves to what is stored under a key. */
  get(key: string): Promise<AdapterResponse>;
  /** Stores a value under a key. */
  set(key: string, value: string, time?: number): Promise<void>;
  /** Called once before the first `get`. */
  initialize(): Promise<void>;
  /** Called once after the last call. */
  shutdown(): Promise<void>;
  /** True: poll this path from the adapter instead of the network. */
  supportsPollingUpdatesFor?(path: DataAdapterKeyPath): boolean;
  /**
   * True: `get` is also called with the keys of Statsig's forward proxy, which end in the first 20
   * characters of the secret key. `RedisDataAdapter` sets it.
   */
  readonly readsForwardProxy?: boolean;
}
