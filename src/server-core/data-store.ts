/** The newer SDK's data store as a data adapter of ours. It holds config specs only, as there. */
import {
  DataAdapterKeyPath,
  type AdapterResponse,
  type IDataAdapter,
} from '../storage/data-adapter';
import type { DataStore } from './types';

const SPECS = '/download_config_specs|';
/** So much of a secret key names it in keys of schema v3. */
const KEY_LENGTH = 20;

/** See the head of this file. */
export class DataStoreAdapter implements IDataAdapter {
  private isPolled = false;

  /** @param start what ends keys of schema v3; null for v2, whose keys are ours */
  private constructor(
    private readonly store: DataStore,
    private readonly start: string | null,
  ) {}

  static of(store: DataStore, sdkKey: string, schema: 'v2' | 'v3' | undefined): DataStoreAdapter {
    return new DataStoreAdapter(store, schema === 'v3' ? sdkKey.slice(0, KEY_LENGTH) : null);
  }

  async initialize(): Promise<void> {
    await this.store.initialize?.();
    this.isPolled =
      (await this.store.supportPollingUpdatesFor?.(DataAdapterKeyPath.V2Rulesets)) === true;
  }

  async shutdown(): Promise<void> {
    await this.store.shutdown?.();
  }

  async get(key: string): Promise<AdapterResponse> {
    if (!key.includes(SPECS)) return {};
    const bytes = await this.store.getBytes?.(this.key(key));
    if (bytes?.result != null) return { result: bytesOf(bytes.result) };
    const text = await this.store.get?.(this.key(key));
    return text?.result == null ? {} : { result: text.result };
  }

  async set(key: string, value: string, time?: number): Promise<void> {
    if (!key.includes(SPECS)) return;
    if (this.store.setBytes !== undefined)
      await this.store.setBytes(this.key(key), Buffer.from(value), time);
    else await this.store.set?.(this.key(key), value, time);
  }

  supportsPollingUpdatesFor(path: DataAdapterKeyPath): boolean {
    return this.isPolled && path === DataAdapterKeyPath.V2Rulesets;
  }

  private key(key: string): string {
    return this.start === null ? key : key.replace(/[^|]*$/, () => this.start ?? '');
  }
}

/** Stores that were written for the newer SDK may give an array of numbers. */
function bytesOf(bytes: unknown): Uint8Array {
  return Array.isArray(bytes) ? Uint8Array.from(bytes) : (bytes as Uint8Array);
}
