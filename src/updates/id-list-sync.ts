import { type Clock, systemClock } from '../host/clock';
import type { StatsigHttp } from '../network/http';
import { MAX_ID_LIST_BYTES } from '../network/limits';
import { NetworkError, retryAfter } from '../network/network-error';
import type { TransportResponse } from '../network/transport';
import type { Diagnostics } from '../observability/diagnostics';
import type { SafeLogger } from '../observability/logger';
import type { ContainedAdapter } from '../storage/contained-adapter';
import { DataAdapterKeyPath } from '../storage/data-adapter';
import { readContent } from './id-list-content';
import { type IdListEntry, parseIndex, storedIndex } from './id-list-index';
import { IdListCopies } from './id-list-copies';
import { measureRequest } from './measure';
import { Poller, type PollerOptions } from './poller';
import type { SyncResult } from './spec-sync-options';
import { decodeText, encodeText } from './text';
import { unusable } from './unusable-answer';
import { isError } from '../observability/thrown';

/** Where ID lists live: the engine, behind the facade. */
export interface IdListStore {
  /**
   * False (nothing changed) when the text does not begin with + or -. `replace`: start from an
   * empty list.
   */
  update(name: string, replace: boolean, lines: Uint8Array): Promise<boolean>;
  remove(name: string): void;
  export(name: string): Uint8Array | null;
}

export interface IdListSyncOptions {
  http: StatsigHttp;
  adapter: ContainedAdapter | null;
  store: IdListStore;
  intervalMs: number;
  pollingDisabled: boolean;
  localMode: boolean;
  diagnostics: Diagnostics;
  logger: SafeLogger;
  clock?: Clock;
  /** See `PollerOptions`. */
  trace?: PollerOptions<SyncResult>['trace'];
  onPass?: PollerOptions<SyncResult>['onPass'];
  /** Parallel downloads. Default 8. */
  maxDownloads?: number;
  /**
   * Longest list, in bytes after decompression, and longest downloads at a time together. Default
   * 256 MiB.
   */
  maxBytes?: number;
  errors?: { invalidIndex(): Error };
}

/** What is known of a list that was loaded. */
interface ListState {
  fileID: string;
  creationTime: number;
  /** Offset of the next byte to ask for, in the list's own bytes. */
  readBytes: number;
}

const INDEX = { path: DataAdapterKeyPath.V1IDLists };
const DEFAULT_DOWNLOADS = 8;
/** Diagnostics markers are kept of the 1st, 51st, 101st … download. */
const MARKED_EVERY = 50;

/**
 * Keeps ID lists in step with their index (BEHAVIOUR.md 8.8, 9.4, Q22, Q23): lists only grow, so
 * their new end is asked for by byte range. A list serves its old content until the new one is
 * complete; lists that left the index are removed. One sync at a time.
 */
export class IdListSync {
  /** When it syncs: starting, stopping, standing still, health. */
  readonly poller: Poller<SyncResult>;
  private readonly lists = new Map<string, ListState>();
  private readonly copies: IdListCopies;
  private downloads = 0;
  /** Files that were too long, by the names of their lists. */
  private readonly refused = new Map<string, string>();

  constructor(private readonly options: IdListSyncOptions) {
    this.copies = new IdListCopies(options.clock ?? systemClock, (name) =>
      options.store.export(name),
    );
    this.poller = new Poller({
      intervalMs: options.intervalMs,
      isDisabled: options.pollingDisabled,
      clock: options.clock ?? systemClock,
      run: () => this.pass(),
      isFailure: ({ success }) => !success,
      retryAfter: ({ error }) => retryAfter(error),
      describe: ({ error }) => options.logger.describe(error),
      trace: options.trace,
      onPass: options.onPass,
      onFailing: (failures) =>
        options.logger.warn(`statsigSDK> ID lists failed to sync ${failures} times in a row`),
    });
  }

  /**
   * First load: from the adapter when there is one, else (or on error) from the network. Never
   * rejects.
   */
  async initialize(): Promise<SyncResult> {
    await this.poller.idle();
    return this.poller.run(() => this.load());
  }

  private async load(): Promise<SyncResult> {
    const { adapter } = this.options;
    if (adapter !== null && (await this.fromAdapter(adapter))) return { success: true };
    return this.fromNetwork();
  }

  /** As `SpecSync.sync`. */
  sync(): Promise<SyncResult> {
    return this.poller.runAfresh();
  }

  /** Loads every list again from its first byte: whatever held them lost them. */
  reload(): void {
    this.lists.clear();
    void this.sync();
  }

  private async pass(): Promise<SyncResult> {
    const { adapter, diagnostics, logger } = this.options;
    const isPolled = adapter?.pollsFor(INDEX.path) === true;
    const result =
      isPolled && (await this.fromAdapter(adapter)) ? { success: true } : await this.fromNetwork();
    diagnostics.endSync('idlist');
    if (result.error !== undefined) {
      logger.debug(`statsigSDK> Syncing ID lists failed: ${logger.describe(result.error)}`);
    }
    return result;
  }

  /** False: nothing there that is an index. An adapter that holds nothing yet is no news. */
  private async fromAdapter(adapter: ContainedAdapter): Promise<boolean> {
    const { value, error } = await adapter.get(INDEX);
    if (value === null && error === null) return false;
    const index = value === null ? null : storedIndex(value);
    const names = index?.names ?? [];
    let found = 0;
    await this.inParallel(
      names,
      async (name) => void (found += (await this.loadStored(adapter, name)) ? 1 : 0),
    );
    if (index === null || (!index.isCertain && found === 0)) {
      const { logger } = this.options;
      const why = error === null ? '' : `: ${logger.describe(error)}`;
      logger.once(
        'adapter-lists',
        'warn',
        'statsigSDK> The data adapter gave no ID lists that can be used; the network is ' +
          `asked${why}`,
      );
      return false;
    }
    this.removeOthers(new Set(names));
    return true;
  }

  /** False: no such list, or none that can be read. */
  private async loadStored(adapter: ContainedAdapter, name: string): Promise<boolean> {
    const { value } = await adapter.get({ path: DataAdapterKeyPath.IDList, idListName: name });
    const text = value instanceof Uint8Array ? await decodeText(value) : value;
    if (typeof text !== 'string') return false;
    if (this.copies.isLoadedFrom(name, text)) return true;
    // A list that lost its last member is stored as an empty text; statsig-node's readers would
    // keep that member.
    const bytes = text.length > this.maxBytes ? null : await encodeText(text);
    if (bytes === null || bytes.byteLength > this.maxBytes) {
      this.tellTooLong(name);
      return false;
    }
    if (text === '') this.options.store.remove(name);
    else if (!(await this.update(name, true, bytes))) return false;
    this.lists.set(name, { fileID: 'bootstrap', creationTime: 0, readBytes: 0 });
    this.copies.loaded(name, text);
    return true;
  }

  private async fromNetwork(): Promise<SyncResult> {
    const { http, diagnostics, logger, localMode, adapter, errors } = this.options;
    if (localMode) return { success: true };
    const wasStopped = this.poller.isStopped;
    const isCutOff = (): boolean => this.poller.isStopped !== wasStopped;
    try {
      const run = (): Promise<TransportResponse> => http.fetchIdListIndex();
      const key = 'get_id_list_sources';
      const response = await measureRequest({
        diagnostics,
        logger,
        key,
        run,
        response: (result) => result,
      });
      const index = parseIndex(response.body);
      if (index === null)
        throw (
          unusable('an index of ID lists', response.body, response) ??
          errors?.invalidIndex() ??
          new Error('The index of ID lists is no object')
        );
      diagnostics.start(key, 'process', { idListCount: index.names.size });
      if (index.isComplete) this.removeOthers(index.names);
      await this.bringAllUpToDate(index.entries, isCutOff);
      diagnostics.end(key, 'process', { success: true });
      if (adapter !== null && !isCutOff()) await this.storeAll(adapter, response.body);
      return { success: true };
    } catch (error) {
      return {
        success: false,
        error: isError(error) ? error : new Error('Syncing ID lists failed'),
      };
    }
  }

  /**
   * Long lists come one after the other: several at once, each as long as one may be, would fill
   * the memory.
   */
  private async bringAllUpToDate(
    entries: readonly IdListEntry[],
    isCutOff: () => boolean,
  ): Promise<void> {
    const long: IdListEntry[] = [];
    const share = this.maxBytes / (this.options.maxDownloads ?? DEFAULT_DOWNLOADS);
    await this.inParallel(entries, async (entry) => {
      if (!isCutOff() && !(await this.bringUpToDate(entry, share))) long.push(entry);
    });
    for (const entry of long) {
      if (!isCutOff() && !(await this.bringUpToDate(entry, this.maxBytes))) this.refuse(entry);
    }
  }

  /**
   * A file older than the one that is loaded is ignored; another file starts over. False, and
   * nothing changed, when there is more to come than `maxBytes`.
   */
  private async bringUpToDate(entry: IdListEntry, maxBytes: number): Promise<boolean> {
    const known = this.lists.get(entry.name);
    if (known !== undefined && entry.creationTime < known.creationTime) return true;
    if (this.refused.get(entry.name) === fileOf(entry)) return true;
    const isSame = known?.fileID === entry.fileID;
    const offset = isSame ? known.readBytes : 0;
    if (entry.size > this.maxBytes || entry.size - offset > maxBytes) return false;
    if (entry.size > offset) return this.download(entry, offset, maxBytes);
    if (!isSame) this.startEmpty(entry);
    return true;
  }

  private get maxBytes(): number {
    return this.options.maxBytes ?? MAX_ID_LIST_BYTES;
  }

  /**
   * The list keeps its members, and is not asked for again until the index tells of another file or
   * size.
   */
  private refuse(entry: IdListEntry): void {
    this.refused.set(entry.name, fileOf(entry));
    this.tellTooLong(entry.name);
  }

  private tellTooLong(name: string): void {
    const { logger } = this.options;
    const text =
      `statsigSDK> The ID list ${name.slice(0, 80)} is longer than maxIdListBytes (` +
      `${this.maxBytes}) and stays as it was`;
    logger.once('id-list-too-long', 'warn', text);
  }

  private startEmpty({ name, fileID, creationTime }: IdListEntry): void {
    this.options.store.remove(name);
    this.copies.markChanged(name);
    this.lists.set(name, { fileID, creationTime, readBytes: 0 });
  }

  /**
   * A failure leaves list and offset as they were; the next sync tries again. False: it is longer
   * than `maxBytes`.
   */
  private async download(entry: IdListEntry, offset: number, maxBytes: number): Promise<boolean> {
    const { http, logger } = this.options;
    const marker = this.nextMarker();
    marker?.('network_request', 'start', { url: logger.mask(entry.url) });
    try {
      const response = await http.fetchIdList(entry.url, offset, maxBytes);
      const { status } = response;
      marker?.('network_request', 'end', { statusCode: status, success: true });
      marker?.('process', 'start', {});
      const isApplied = await this.applyContent(entry, offset, response);
      marker?.('process', 'end', { success: isApplied });
      if (!isApplied) this.tellUnusable(entry.name, response);
    } catch (error) {
      const status = error instanceof NetworkError ? error.status : null;
      marker?.('network_request', 'end', {
        ...(status !== null && { statusCode: status }),
        success: false,
      });
      if (error instanceof NetworkError && error.code === 'too_long') return false;
      logger.debug(`statsigSDK> An ID list could not be downloaded: ${logger.describe(error)}`);
    }
    return true;
  }

  /**
   * Content that is no list changes nothing; after such content the list is asked for from its
   * start.
   */
  private async applyContent(
    entry: IdListEntry,
    offset: number,
    response: TransportResponse,
  ): Promise<boolean> {
    const content = readContent(entry, offset, response);
    if (content === 'refused') return false;
    if (
      content !== 'restart' &&
      !content.isWhole &&
      offset + content.lines.byteLength > this.maxBytes
    ) {
      this.refuse(entry);
      return false;
    }
    if (content !== 'restart' && (await this.update(entry.name, content.isWhole, content.lines))) {
      const { fileID, creationTime } = entry;
      this.copies.markChanged(entry.name);
      const state = content.isWhole
        ? { fileID, creationTime }
        : (this.lists.get(entry.name) ?? { fileID, creationTime });
      this.lists.set(entry.name, {
        ...state,
        readBytes: (content.isWhole ? 0 : offset) + content.lines.byteLength,
      });
      return true;
    }
    const known = this.lists.get(entry.name);
    if (known !== undefined) known.readBytes = 0;
    return false;
  }

  private tellUnusable(name: string, response: TransportResponse): void {
    const reason = unusable('an ID list', response.body, response);
    if (reason !== undefined)
      this.options.logger.debug(`statsigSDK> The ID list ${name.slice(0, 80)}: ${reason.message}`);
  }

  private async update(name: string, replace: boolean, lines: Uint8Array): Promise<boolean> {
    try {
      return await this.options.store.update(name, replace, lines);
    } catch (error) {
      this.options.logger.debug(
        `statsigSDK> An ID list was refused: ${this.options.logger.describe(error)}`,
      );
      return false;
    }
  }

  private removeOthers(names: ReadonlySet<string>): void {
    for (const name of [...this.lists.keys()].filter((known) => !names.has(known))) {
      this.lists.delete(name);
      this.refused.delete(name);
      this.copies.forget(name);
      this.options.store.remove(name);
    }
  }

  private async storeAll(adapter: ContainedAdapter, index: Uint8Array): Promise<void> {
    try {
      await this.copies.store(adapter, this.lists.keys(), index);
    } catch (error) {
      const { logger } = this.options;
      logger.once(
        'adapter-set-lists',
        'warn',
        `statsigSDK> Storing ID lists failed: ${logger.describe(error)}`,
      );
    }
  }

  private nextMarker():
    | ((step: 'network_request' | 'process', action: 'start' | 'end', data: object) => void)
    | null {
    const count = ++this.downloads;
    if (count % MARKED_EVERY !== 1) return null;
    const markerID = String(count);
    const { diagnostics } = this.options;
    return (step, action, data) => diagnostics[action]('get_id_list', step, { ...data, markerID });
  }

  private async inParallel<T>(
    items: readonly T[],
    work: (item: T) => Promise<void>,
  ): Promise<void> {
    const queue = items[Symbol.iterator]();
    const worker = async (): Promise<void> => {
      for (let next = queue.next(); next.done !== true; next = queue.next()) await work(next.value);
    };
    const workers = Math.min(this.options.maxDownloads ?? DEFAULT_DOWNLOADS, items.length);
    await Promise.all(Array.from({ length: workers }, worker));
  }
}

/** Of an entry what changes when there is something else to download. */
function fileOf({ fileID, size }: IdListEntry): string {
  return `${size} ${fileID}`;
}
