import type { AdapterResponse, DataAdapterKeyPath, IDataAdapter } from './data-adapter';

/**
 * Keeps items in this process: for tests, and to share one download between instances. Unbounded by
 * itself.
 */
export class MemoryDataAdapter implements IDataAdapter {
  private readonly items = new Map<string, { result: string; time?: number }>();

  /** `pollsFor`: paths that instances poll from here instead of the network. Default none. */
  constructor(private readonly pollsFor: readonly DataAdapterKeyPath[] = []) {}

  initialize(): Promise<void> {
    return Promise.resolve();
  }

  get(key: string): Promise<AdapterResponse> {
    return Promise.resolve({ ...this.items.get(key) });
  }

  set(key: string, value: string, time?: number): Promise<void> {
    this.items.set(key, { result: value, time });
    return Promise.resolve();
  }

  /** Items stay, for the next instance. */
  shutdown(): Promise<void> {
    return Promise.resolve();
  }

  supportsPollingUpdatesFor(path: DataAdapterKeyPath): boolean {
    return this.pollsFor.includes(path);
  }
}
