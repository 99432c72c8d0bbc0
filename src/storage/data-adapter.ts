/**
 * statsig-node's data adapter contract (BEHAVIOUR.md 9.1): adapters written for it run unmodified.
 */

/** What `get` resolves with. `result`: text, or a value already parsed. */
export interface AdapterResponse {
  result?: string | object;
  time?: number;
  error?: Error;
}

/** Paths that keys are built from, and that `supportsPollingUpdatesFor` is asked about. */
export enum DataAdapterKeyPath {
  V1Rulesets = '/v1/download_config_specs',
  V2Rulesets = '/v2/download_config_specs',
  V1IDLists = '/v1/get_id_lists',
  IDList = 'id_list',
}

/** External storage of configurations and ID lists. Calls are contained: see `ContainedAdapter`. */
export interface IDataAdapter {
  get(key: string): Promise<AdapterResponse>;
  set(key: string, value: string, time?: number): Promise<void>;
  initialize(): Promise<void>;
  shutdown(): Promise<void>;
  /** True: poll this path from the adapter instead of the network. */
  supportsPollingUpdatesFor?(path: DataAdapterKeyPath): boolean;
}
