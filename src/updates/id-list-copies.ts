/**
 * The copies of ID lists in the data adapter (BEHAVIOUR.md 9.4). statsig-node writes every list
 * after every sync and parses every stored list at every poll; here only what changed is written or
 * parsed. Keys and the order of calls are statsig-node's: lists first, then the index.
 */
import { hasPassed, type Clock } from '../host/clock';
import type { ContainedAdapter } from '../storage/contained-adapter';
import { DataAdapterKeyPath } from '../storage/data-adapter';
import { REWRITE_AFTER_MS } from './spec-copy';
import { decodeText } from './text';

/**
 * Texts remembered to recognise an unchanged one, in UTF-16 units over all lists; longer ones are
 * parsed each time.
 */
export const MAX_KEPT_TEXT = 16 * 1024 * 1024;

const INDEX = { path: DataAdapterKeyPath.V1IDLists };

/** See the head of this file. */
export class IdListCopies {
  private readonly unwritten = new Set<string>();
  private readonly texts = new Map<string, string>();
  private keptText = 0;
  private index: string | null = null;
  private writtenAt = -Infinity;

  constructor(
    private readonly clock: Clock,
    /** Lines of a list as they are now, null when there is no such list. */
    private readonly exportList: (name: string) => Uint8Array | null,
  ) {}

  /** The list has other members than before. */
  markChanged(name: string): void {
    this.unwritten.add(name);
    this.forgetText(name);
  }

  forget(name: string): void {
    this.unwritten.delete(name);
    this.forgetText(name);
  }

  /** True when the list was loaded from this very text and did not change since. */
  isLoadedFrom(name: string, text: string): boolean {
    return this.texts.get(name) === text;
  }

  /** The list was loaded from the adapter, so the adapter has it. */
  loaded(name: string, text: string): void {
    this.forget(name);
    if (this.keptText + text.length > MAX_KEPT_TEXT) return;
    this.texts.set(name, text);
    this.keptText += text.length;
  }

  /**
   * Writes what changed, or everything when something failed last time or is due. Rejects when the
   * adapter does.
   */
  async store(
    adapter: ContainedAdapter,
    names: Iterable<string>,
    indexBytes: Uint8Array,
  ): Promise<void> {
    const now = this.clock.now();
    const isDue = hasPassed(REWRITE_AFTER_MS, this.writtenAt, now);
    // Until all of this has succeeded, the next call writes everything.
    const last = this.writtenAt;
    this.writtenAt = -Infinity;
    for (const name of names) {
      if (isDue || this.unwritten.has(name)) await this.storeList(adapter, name);
    }
    const index = JSON.stringify(JSON.parse(await decodeText(indexBytes)));
    if (isDue || index !== this.index) await adapter.set(INDEX, index);
    this.index = index;
    this.writtenAt = isDue ? now : last;
  }

  private async storeList(adapter: ContainedAdapter, name: string): Promise<void> {
    const lines = this.exportList(name) ?? new Uint8Array(0);
    this.unwritten.delete(name);
    await adapter.set(
      { path: DataAdapterKeyPath.IDList, idListName: name },
      await decodeText(lines),
    );
  }

  private forgetText(name: string): void {
    this.keptText -= this.texts.get(name)?.length ?? 0;
    this.texts.delete(name);
  }
}
