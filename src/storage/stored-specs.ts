/**
 * Where config specs lie in a store, and where they are written (NEWER.md 19): statsig-node keeps
 * v1 under a key of its own, the newer SDKs v2 under theirs, Statsig's forward proxy both in hashes
 * whose keys begin like the secret key.
 */
import type { ContainedAdapter, ItemName, StoredItem } from './contained-adapter';
import { DataAdapterKeyPath } from './data-adapter';

const V1: ItemName = { path: DataAdapterKeyPath.V1Rulesets };
const V2: ItemName = { path: DataAdapterKeyPath.V2Rulesets };

/** See the head of this file. */
export class StoredSpecs {
  /** The format that is asked for is read first; the other one is better than nothing. */
  private readonly order: readonly ItemName[];

  constructor(
    private readonly adapter: ContainedAdapter,
    wanted: 1 | 2,
  ) {
    this.order = wanted === 1 ? [V1, V2] : [V2, V1];
  }

  /** The first that is there. Never rejects. */
  async read(): Promise<StoredItem> {
    for (const item of this.places()) {
      const stored = await this.adapter.get(item);
      if (stored.error !== null || (stored.value !== null && stored.value !== '')) return stored;
    }
    return { value: null, error: null };
  }

  /** Rejects when the adapter does. */
  write(format: 1 | 2, text: string, time: number): Promise<void> {
    return this.adapter.set(format === 2 ? V2 : V1, text, time);
  }

  /** Whether the adapter is polled in place of the network. */
  get isPolled(): boolean {
    return this.order.some(({ path }) => this.adapter.pollsFor(path));
  }

  private places(): readonly ItemName[] {
    if (!this.adapter.readsForwardProxy) return this.order;
    return [...this.order, ...this.order.map((item) => ({ ...item, isOfProxy: true }))];
  }
}
