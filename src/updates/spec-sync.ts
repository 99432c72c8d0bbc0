import { contained } from '../observability/error-boundary';
import { systemClock } from '../host/clock';
import type { SpecsDownload, Validator } from '../network/http';
import { MAX_SPECS_BYTES } from '../network/limits';
import { NetworkError, retryAfter } from '../network/network-error';
import type { TransportResponse } from '../network/transport';
import type { ContainedAdapter } from '../storage/contained-adapter';
import { DataAdapterKeyPath } from '../storage/data-adapter';
import { StoredSpecs } from '../storage/stored-specs';
import type { StoredItem } from '../storage/contained-adapter';
import { bytesIn } from '../host/bytes';
import { measureRequest } from './measure';
import { PackedSpecs, plainOf, type SpecBytes } from './packed-specs';
import { Poller } from './poller';
import { ProtoDownload } from './proto/proto-download';
import { SpecCopy } from './spec-copy';
import { inflate } from './spec-inflater';
import type { SpecSteps } from './spec-order';
import type { SpecSource } from './spec-source';
import type { SpecSyncOptions, SyncResult } from './spec-sync-options';
import { isJson, note, whyUnusable, type ApplyResult, type SpecInitResult } from './spec-outcome';
import { decodeText, encodeText } from './text';
import { unusable } from './unusable-answer';
import { isError } from '../observability/thrown';

type Accepted = Exclude<ApplyResult, { status: 'rejected' }>;

/**
 * What a server says in place of 304; keeping the last payload for the callback would double its
 * memory.
 */
const NO_UPDATES = '{"has_updates":false}';
const RULES = { path: DataAdapterKeyPath.V1Rulesets };

/**
 * Obtains config payloads as bytes, from the adapter, bootstrapValues and the network, and hands
 * them to `apply` (BEHAVIOUR.md 8.2–8.4, 9.3, 9.5). One sync at a time; polling never stops by
 * itself.
 */
export class SpecSync {
  /** When it syncs: starting, stopping, standing still, health. */
  readonly poller: Poller<SpecInitResult>;
  /**
   * Of the last payload that was applied from the network; an unchanged one is then not even sent.
   */
  private validator: Validator | null = null;
  /** The next download was asked for. */
  private isAfresh = false;
  /** A stream brings what polling would. */
  private isStreaming = false;
  /** The last answer of a source was older than what is in force. */
  private isBehind = false;
  /** How often a stream broke. */
  private losses = 0;
  private readonly copy: SpecCopy | null;
  private readonly store: StoredSpecs | null;
  private readonly proto: ProtoDownload;

  constructor(private readonly options: SpecSyncOptions) {
    const {
      adapter,
      clock = systemClock,
      configFormat = 'v1',
      format = () => 1 as const,
    } = options;
    this.store = adapter === null ? null : new StoredSpecs(adapter, configFormat === 'v1' ? 1 : 2);
    this.copy = this.store === null ? null : new SpecCopy(this.store, clock, format);
    const { specsDeltas = false, logger } = options;
    this.proto = new ProtoDownload(specsDeltas, (message) =>
      logger.once('proto', 'warn', `statsigSDK> Config specs have ${message}; it is left out`),
    );
    this.poller = new Poller({
      intervalMs: options.intervalMs,
      isDisabled: options.pollingDisabled,
      clock,
      run: () => this.pass(),
      isFailure: ({ success }) => !success,
      retryAfter: ({ error }) => retryAfter(error),
      describe: ({ error }) => options.logger.describe(error),
      trace: options.trace,
      onPass: options.onPass,
      onFailing: (failures) =>
        options.logger.warn(`statsigSDK> Config specs failed to sync ${failures} times in a row`),
    });
  }

  /** adapter → bootstrap → network, the first that yields specs. Never rejects. */
  async initialize(): Promise<SpecInitResult> {
    await this.poller.idle();
    return this.poller.run(() => this.load());
  }

  private async load(): Promise<SpecInitResult> {
    const result: SpecInitResult = { success: true };
    const { adapter, bootstrap, localMode, logger, order } = this.options;
    if (order != null) {
      await order.load(this.steps, result);
      return result;
    }
    if (adapter !== null && bootstrap !== null) {
      logger.info(
        'statsigSDK> Both dataAdapter and bootstrapValues are given; the adapter is asked first',
      );
    }
    if (adapter !== null && this.store !== null)
      note(result, 'DataAdapter', await this.firstFromAdapter(adapter, this.store));
    if (result.source === undefined && bootstrap !== null)
      await this.fromBootstrap(bootstrap, result);
    if (result.source === undefined && !localMode && !this.poller.isStopped)
      note(result, 'Network', await this.fromNetwork());
    return result;
  }

  /**
   * One sync that begins now, from where polling takes it, or as soon as a running one is done.
   * Never rejects.
   */
  sync(): Promise<SyncResult> {
    this.isAfresh = true;
    return this.poller.runAfresh();
  }

  /**
   * How old the answer to the next download may be. Who asks for a sync wants what is there now;
   * other threads get it from then on.
   */
  private nextSharedMs(): number | undefined {
    const { sharedMs } = this.options;
    const { isAfresh } = this;
    this.isAfresh = false;
    return isAfresh && sharedMs !== undefined ? 0 : sharedMs;
  }

  /** A payload that a stream brought; false when it cannot be used. Never rejects. */
  async receive(payload: Uint8Array | string): Promise<boolean> {
    const { losses } = this;
    const status = await this.received(payload);
    const isGood = status !== 'rejected';
    // Who is behind may have stopped, and who says that nothing changed may have nothing; what
    // broke while this was applied brings nothing more.
    if (status !== 'older')
      this.isStreaming = isGood && losses === this.losses && this.options.lastUpdateTime() !== 0;
    return isGood;
  }

  /** The stream is broken. */
  streamLost(): void {
    this.losses++;
    this.isStreaming = false;
  }

  private async received(
    payload: Uint8Array | string,
    begin?: () => void,
  ): Promise<ApplyResult['status']> {
    let status: ApplyResult['status'] | null = null;
    while (status === null && !this.poller.isStopped) {
      await this.poller.idle();
      await this.poller.run(async () => {
        begin?.();
        const result = await this.fromStream(payload);
        ({ status } = result);
        return this.end(result.status === 'rejected' ? result.error : null);
      });
    }
    return status ?? 'rejected';
  }

  private async fromStream(payload: Uint8Array | string): Promise<ApplyResult> {
    try {
      // A copy: it is kept, and whoever pushed may use his buffer again.
      const bytes = typeof payload === 'string' ? await this.bytesOf(payload) : bytesIn(payload);
      if (bytes === null) throw new Error('What was pushed is neither bytes nor text');
      await this.options.verifier?.check(this.within(bytes), 'Network');
      const body = await this.proto.read(bytes);
      const result = await this.putInForce(body);
      // The server's last answer is no longer what is in force.
      if (result.status === 'applied') this.validator = null;
      await this.afterNetwork(body, result);
      return result;
    } catch (error) {
      return refused(error);
    }
  }

  /** What an order of sources is made of. */
  private get steps(): SpecSteps {
    const { adapter, bootstrap, localMode } = this.options;
    const { poller, store } = this;
    return {
      isOver: () => poller.isStopped,
      time: () => this.options.lastUpdateTime(),
      isStorePolled: () => store?.isPolled === true,
      isBehind: () => this.isBehind,
      store: async (isFirst) =>
        adapter === null || store === null
          ? null
          : isFirst
            ? this.firstFromAdapter(adapter, store)
            : this.fromStore(store),
      bootstrap: async (result) => {
        if (bootstrap !== null) await this.fromBootstrap(bootstrap, result);
      },
      network: localMode ? null : () => this.fromNetwork(),
      given: (item) => this.fromOthers(item),
      pushed: (payload) => this.fromStream(payload),
      received: (payload, begin) => this.received(payload, begin),
      note,
    };
  }

  private async fromOthers(item: StoredItem): Promise<ApplyResult | null> {
    try {
      const bytes = await this.bytesIn(item);
      if (bytes === null) return null;
      await this.options.verifier?.check(bytes, 'DataAdapter');
      return await this.apply(bytes, 'DataAdapter');
    } catch (error) {
      return refused(error);
    }
  }

  private async pass(): Promise<SyncResult> {
    const { store } = this;
    const { order } = this.options;
    if (order != null) return this.end(await order.pass(this.steps));
    if (this.isStreaming) return { success: true };
    if (store?.isPolled === true) return this.end(await this.fromStore(store));
    if (this.options.localMode) return { success: true };
    return this.end(await this.fromNetwork());
  }

  private end(error: Error | null): SyncResult {
    this.options.diagnostics.endSync('dcs');
    if (error === null) return { success: true };
    this.options.logger.debug(
      `statsigSDK> Syncing config specs failed: ${this.options.logger.describe(error)}`,
    );
    return { success: false, error };
  }

  /**
   * At the start what is no update is nothing to go on with. An adapter that holds nothing yet is
   * no news.
   */
  private async firstFromAdapter(
    adapter: ContainedAdapter,
    store: StoredSpecs,
  ): Promise<Error | null> {
    const { logger, localMode } = this.options;
    try {
      await adapter.initialize();
      const stored = await this.storedSpecs(store);
      if (stored === null) return this.adapterError();
      const error = await this.applyStored(stored, true);
      if (error === null) return null;
      throw error;
    } catch (error) {
      const next = localMode ? '' : '; bootstrapValues and the network are asked';
      logger.warn(
        `statsigSDK> The data adapter gave no config specs that can be used${next}: ` +
          `${logger.describe(error)}`,
      );
      return asError(error);
    }
  }

  private async fromStore(store: StoredSpecs): Promise<Error | null> {
    try {
      const stored = await this.storedSpecs(store);
      return stored === null ? this.adapterError() : await this.applyStored(stored, false);
    } catch (error) {
      return asError(error);
    }
  }

  /**
   * Null when nothing is stored. Rejects with the adapter's error, and for specs that are too long.
   */
  private async storedSpecs(store: StoredSpecs): Promise<Uint8Array | null> {
    return this.bytesIn(await store.read());
  }

  private async bytesIn({ value, error }: StoredItem): Promise<Uint8Array | null> {
    if (error !== null) throw error;
    if (value === null) return null;
    if (value instanceof Uint8Array) return this.within(value);
    return this.bytesOf(typeof value === 'string' ? value : JSON.stringify(value));
  }

  /** Rejects when verifyPayload does not let the bytes pass. */
  private async applyStored(bytes: Uint8Array, isFirst: boolean): Promise<Error | null> {
    await this.options.verifier?.check(bytes, 'DataAdapter');
    const result = await this.apply(bytes, 'DataAdapter');
    if (result.status === 'rejected') return result.error;
    if (result.status === 'noUpdates' && isFirst) return this.adapterError();
    if (result.status === 'applied') this.copy?.found(bytes, result.time);
    return null;
  }

  /** @throws Error for a text that is too long. UTF-8 has no fewer bytes than a text has units. */
  private async bytesOf(text: string): Promise<Uint8Array> {
    if (text.length > this.maxBytes) throw this.tooLong();
    return this.within(await encodeText(text));
  }

  private within(bytes: Uint8Array): Uint8Array {
    if (bytes.byteLength > this.maxBytes) throw this.tooLong();
    return bytes;
  }

  private get maxBytes(): number {
    return this.options.maxBytes ?? MAX_SPECS_BYTES;
  }

  private tooLong(): Error {
    const text = `The config specs are longer than maxSpecsBytes (${this.maxBytes})`;
    this.options.logger.once('specs-too-long', 'warn', `statsigSDK> ${text}`);
    return new NetworkError('too_long', text);
  }

  private adapterError(): Error {
    return (
      this.options.errors?.adapterValues(RULES.path) ??
      new Error('The data adapter holds no config specs')
    );
  }

  /**
   * Counts as a source only with a non-zero time; specs without one wait for the network
   * (BEHAVIOUR.md 9.3).
   */
  private async fromBootstrap(bootstrap: string, result: SpecInitResult): Promise<void> {
    const { diagnostics, errors, logger } = this.options;
    const bytes = await this.bytesOf(bootstrap).catch(asError);
    if (bytes instanceof Error)
      return note(result, 'Bootstrap', errors?.bootstrapValues() ?? bytes);
    const refusal = await this.options.verifier?.check(bytes, 'Bootstrap').catch(asError);
    if (refusal !== undefined) return note(result, 'Bootstrap', refusal);
    diagnostics.start('bootstrap', 'process');
    const applied = await this.apply(bytes, 'Bootstrap');
    diagnostics.end('bootstrap', 'process', { success: applied.status !== 'rejected' });
    if (applied.status !== 'rejected' && applied.time !== 0) return note(result, 'Bootstrap', null);
    const error =
      applied.status !== 'rejected' || isJson(bootstrap)
        ? null
        : (errors?.bootstrapValues() ?? applied.error);
    note(result, 'Bootstrap', error, false);
    logger.warn(
      'statsigSDK> The option bootstrapValues cannot be used: ' +
        `${whyUnusable(applied, error === null)}`,
    );
  }

  private async fromNetwork(): Promise<Error | null> {
    try {
      const { response, validator, specs } = await this.download();
      if (response.status === 304) {
        this.isBehind = false;
        this.tellUser(NO_UPDATES);
        await this.storing(() => this.copy?.refresh());
        return null;
      }
      const isAsItCame = specs === response.body;
      const body = isAsItCame ? await this.proto.read(response.body) : specs;
      const result = await this.putInForce(body, response);
      this.validator = validator;
      await this.afterNetwork(body, result);
      return null;
    } catch (error) {
      if (error instanceof NetworkError) this.explain(error);
      return asError(error);
    }
  }

  /** What an application can do something about is said once. */
  private explain({ code, status }: NetworkError): void {
    if (code === 'too_long') this.tooLong();
    if (status !== 401 && status !== 403) return;
    this.options.logger.once(
      'key-refused',
      'warn',
      `statsigSDK> The secret key was refused (${status}): is it a server secret key of this ` +
        'project that was not revoked?',
    );
  }

  /** Rejects when they are refused. */
  private async putInForce(body: SpecBytes, response?: TransportResponse): Promise<Accepted> {
    const before = this.options.lastUpdateTime();
    const result = await this.apply(body, 'Network');
    if (body instanceof PackedSpecs) body.release();
    if (result.status === 'rejected') throw await this.reasonAgainst(body, result.error, response);
    if (result.status === 'applied') this.proto.applied(result.time > before);
    else this.proto.unchanged();
    return result;
  }

  /** What came instead of specs, where it is something else. */
  private async reasonAgainst(
    body: SpecBytes,
    error: Error,
    response?: TransportResponse,
  ): Promise<Error> {
    if (response === undefined) return error;
    const plain = await plainOf(body).catch(() => new Uint8Array(0));
    return unusable('specs', plain, response, error) ?? error;
  }

  private async download(): Promise<SpecsDownload & { specs: SpecBytes }> {
    const { http, diagnostics, logger, verifier, inflater } = this.options;
    let unpacked: SpecBytes | null = null;
    const isPlain = this.options.specsDeltas !== true && verifier === null;
    const isUnpackedHere = isPlain && inflater?.isAble() === true;
    const unpack = async (response: TransportResponse): Promise<void> => {
      unpacked = await inflate(response, inflater);
    };
    const verify = ({ body, header }: TransportResponse): Promise<void> | undefined =>
      verifier?.check(body, 'Network', header);
    const ask = {
      sinceTime: this.options.lastUpdateTime(),
      checksum: this.options.checksum?.() ?? null,
      query: this.proto.query,
      validator: this.validator,
      sharedMs: this.nextSharedMs(),
      verify,
      ...(isUnpackedHere ? { unpack } : {}),
    };
    const download = await measureRequest({
      diagnostics,
      logger,
      key: 'download_config_specs',
      run: () => http.downloadSpecs(ask),
      response: (one) => one.response,
    });
    return { ...download, specs: unpacked ?? download.response.body };
  }

  /**
   * Adapter and callback are told; what they do with it cannot fail the sync. An ignored payload is
   * not stored (Q16).
   */
  private async afterNetwork(body: SpecBytes, result: Accepted): Promise<void> {
    const isStored = this.copy !== null && result.status === 'applied';
    const text =
      this.options.rulesUpdatedCallback === null && !isStored
        ? ''
        : await decodeText(await plainOf(body));
    this.tellUser(text);
    await this.storing(() =>
      isStored ? this.copy?.write(body, text, result.time) : this.copy?.refresh(),
    );
  }

  private async storing(work: () => Promise<void> | undefined): Promise<void> {
    const { logger } = this.options;
    try {
      await work();
    } catch (error) {
      logger.once(
        'adapter-set',
        'warn',
        `statsigSDK> Storing config specs failed: ${logger.describe(error)}`,
      );
    }
  }

  private tellUser(text: string): void {
    const { rulesUpdatedCallback, logger, lastUpdateTime } = this.options;
    if (rulesUpdatedCallback !== null)
      contained(logger, 'rulesUpdatedCallback', () => rulesUpdatedCallback(text, lastUpdateTime()));
  }

  private async apply(bytes: SpecBytes, source: SpecSource): Promise<ApplyResult> {
    const { diagnostics } = this.options;
    const isMeasured = source !== 'Bootstrap';
    if (isMeasured) diagnostics.start('download_config_specs', 'process');
    const result = await this.options.apply(bytes, source).catch(refused);
    this.isBehind = result.status === 'older';
    if (!isMeasured) return result;
    if (result.status === 'noUpdates') diagnostics.cancel('download_config_specs', 'process');
    else
      diagnostics.end('download_config_specs', 'process', {
        success: result.status !== 'rejected',
      });
    return result;
  }
}

function refused(thrown: unknown): ApplyResult {
  return { status: 'rejected', error: asError(thrown) };
}

function asError(thrown: unknown): Error {
  return isError(thrown) ? thrown : new NetworkError('network', 'Syncing failed');
}
