/** What `IDataAdapter.get` resolves to. A truthy `error` makes the SDK ignore `result`. */
export type AdapterResponse = {
  /** The stored text, or the object that it parses to. */
  result?: string | object;
  time?: number;
  error?: Error;
};

/** Path part of the keys a data adapter sees, and the argument of `supportsPollingUpdatesFor`. */
export enum DataAdapterKeyPath {
  V1Rulesets = '/v1/download_config_specs',
  /** Declared for compatibility; the SDK never asks for it. */
  V2Rulesets = '/v2/download_config_specs',
  V1IDLists = '/v1/get_id_lists',
  IDList = 'id_list',
}

/**
 * A store that the SDK reads its configuration from at start, and writes what the network sent to. Adapters written
 * for statsig-node run unmodified (BEHAVIOUR.md 9).
 */
export interface IDataAdapter {
  /** Reads what is stored under a key. */
  get(key: string): Promise<AdapterResponse>;
  /** Stores a text; `time` is the time of the update it holds, in ms. */
  set(key: string, value: string, time?: number): Promise<void>;
  /** Called once before the first `get`. */
  initialize(): Promise<void>;
  /** Called, not awaited, when the SDK shuts down. */
  shutdown(): Promise<void>;
  /** True makes the SDK poll this store instead of the network. */
  supportsPollingUpdatesFor?(path: DataAdapterKeyPath): boolean;
}
