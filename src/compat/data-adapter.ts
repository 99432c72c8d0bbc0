/** At the path where statsig-node keeps them, for deep imports. */
export { CompressFormat, getDataAdapterKey } from '../storage/adapter-key';
export { DataAdapterKeyPath } from '../storage/data-adapter';
export type { AdapterResponse, IDataAdapter } from '../storage/data-adapter';
