import type { SafeLogger } from '../observability/logger';
import { type Clock, systemClock } from '../host/clock';
import { Deadline, type DeadlineLimits } from './deadline';
import { InFlight } from './in-flight';
import { MAX_ANSWER_BYTES, MAX_ID_LIST_BYTES, MAX_INDEX_BYTES, MAX_SPECS_BYTES } from './limits';
import { NetworkError } from './network-error';
import { overrideTransport } from './override-transport';
import { followRedirects } from './redirects';
import { parseRetryAfter } from './retry-after';
import { shownUrl } from './shown-url';
import { baseOfV2, SpecsFormat, type WantedFormat } from './specs-format';
import type { NetworkOverride, Transport, TransportRequest, TransportResponse } from './transport';
import { isError } from '../observability/thrown';

/** Default of `requestTimeoutMs`. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Default of `downloadTimeoutMs`. */
const DOWNLOAD_TIMEOUT_MS = 120_000;

const FALLBACK_SPECS = 'https://api.statsigcdn.com/v1';
const FALLBACK_ID_LISTS = 'https://statsigapi.net/v1';

export interface HttpOptions {
  sdkKey: string | null;
  /** Bases without trailing slash, complete: the options parser has applied the defaults. */
  api: string;
  apiForDownloadConfigSpecs: string;
  apiForGetIdLists: string;
  fallbackToStatsigAPI: boolean;
  /** Default `v1`. */
  configFormat?: WantedFormat;
  localMode: boolean;
  sdkType: string;
  sdkVersion: string;
  sessionID: string;
  /** `nodeTransport()` on Node, `fetchTransport()` on edge. */
  transport: Transport;
  networkOverrideFunc: NetworkOverride | null;
  logger: SafeLogger;
  clock?: Clock;
  /**
   * Longest wait for a response to begin and between two pieces of its body, ms. Default 10,000.
   */
  requestTimeoutMs?: number;
  /**
   * Longest duration of one download, ms. Default 120,000. Posts take at most `requestTimeoutMs` in
   * all.
   */
  downloadTimeoutMs?: number;
  /** Where single things are, in place of what the bases say. */
  addresses?: Addresses;
  /** As `requestTimeoutMs`, for ID lists. */
  idListsRequestTimeoutMs?: number;
  /** Scheme and host of the files of ID lists, whatever the index says. */
  idListHost?: string | null;
  /** Who asks. */
  serviceName?: string | null;
  /** The application's, for requests that carry the key. */
  ownHeaders?: Readonly<Record<string, string>>;
  /** Longest config specs, bytes after decompression. Default 64 MiB. */
  maxSpecsBytes?: number;
  /** Makes the rejection for localMode and for 1000 requests in flight; default: `NetworkError`. */
  errors?: { localMode(): Error; tooManyRequests(url: string): Error };
}

/** Whole URLs. */
export interface Addresses {
  /** What comes before `/<key>.json`. */
  specs?: string;
  events?: string;
  idLists?: string;
}

/** An entity tag together with the URL it belongs to. */
export interface Validator {
  url: string;
  etag: string;
}

/** What a config download asks for. */
export interface SpecsRequest {
  /** 0 asks for all. */
  sinceTime: number;
  /** Of the specs in force; told to hosts of dcs-v2 (NEWER.md 19). */
  checksum?: string | null;
  /** Further parts of the query of dcs-v2. */
  query?: readonly string[];
  validator?: Validator | null;
  /** How old another thread's answer may be, ms; undefined: none will do. */
  sharedMs?: number;
  /** Rejects what must not be used: the download has then failed. */
  verify?(response: TransportResponse): Promise<void> | undefined;
  /** Takes the content encoding out of a body; rejects as `verify`. Else that is done here. */
  unpack?(response: TransportResponse): Promise<void>;
}

/**
 * A config download. On status 304 the body is empty and the payload named by the validator still
 * holds.
 */
export interface SpecsDownload {
  response: TransportResponse;
  /** For the next download, once this payload has been applied. */
  validator: Validator | null;
}

/** One POST of one batch of events. */
export interface EventPost {
  batchId: string;
  count: number;
  body: Uint8Array | string;
  isGzipped: boolean;
  signal?: AbortSignal;
}

interface Send {
  method: 'GET' | 'POST';
  url: string;
  headers: Record<string, string>;
  body?: Uint8Array | string;
  signal?: AbortSignal;
  isDownload?: boolean;
  keepsEncoding?: boolean;
  shared?: TransportRequest['shared'];
  /** Longest wait for the next sign of life, ms. */
  idleMs?: number;
  /** Longest body of the response, after decompression. Default 1 MiB. */
  maxBytes?: number;
  /** A status other than 2xx that is no failure. */
  alsoOk?: number;
}

/**
 * Knows statsig-node's requests (BEHAVIOUR.md 8), and nothing about flags. Every method rejects
 * with a `NetworkError` (or what `errors` makes) when there is no 2xx answer; no message holds the
 * secret key. Nothing is retried here.
 */
export class StatsigHttp {
  readonly inFlight = new InFlight();
  private readonly running = new Map<Deadline, Promise<unknown>>();
  private readonly transport: Transport;
  private readonly clock: Clock;
  private readonly format: SpecsFormat;

  constructor(private readonly options: HttpOptions) {
    this.clock = options.clock ?? systemClock;
    const { apiForDownloadConfigSpecs: base, configFormat = 'v1' } = options;
    this.format = new SpecsFormat(configFormat, baseOfV2(base) !== base);
    const { networkOverrideFunc } = options;
    this.transport =
      networkOverrideFunc === null
        ? followRedirects(options.transport, options.sdkKey, Object.keys(options.ownHeaders ?? {}))
        : overrideTransport(networkOverrideFunc);
  }

  /**
   * GET of the config specs in the format that is asked for. Falls back to Statsig's CDN if so
   * configured (8.4).
   */
  downloadSpecs(ask: SpecsRequest): Promise<SpecsDownload> {
    const file = (isV2: boolean): string =>
      `/${this.options.sdkKey ?? ''}.json${queryOf(ask, isV2)}`;
    const path = (isV2: boolean): string => `/download_config_specs${file(isV2)}`;
    const base = this.options.apiForDownloadConfigSpecs;
    const { addresses } = this.options;
    if (addresses?.specs !== undefined)
      return this.withFallback(
        addresses.specs + file(true),
        baseOfV2(FALLBACK_SPECS) + path(true),
        (url) => this.specsFrom(url, ask),
      );
    return this.format.download((isV2) =>
      this.withFallback(
        (isV2 ? baseOfV2(base) : base) + path(isV2),
        (isV2 ? baseOfV2(FALLBACK_SPECS) : FALLBACK_SPECS) + path(isV2),
        (url) => this.specsFrom(url, ask),
      ),
    );
  }

  private async specsFrom(url: string, ask: SpecsRequest): Promise<SpecsDownload> {
    const known = ask.validator?.url === url ? ask.validator : null;
    const response = await this.send({
      method: 'GET',
      url,
      headers: this.headers(known === null ? {} : { 'If-None-Match': known.etag }),
      isDownload: true,
      maxBytes: this.options.maxSpecsBytes ?? MAX_SPECS_BYTES,
      keepsEncoding: ask.unpack !== undefined,
      shared: this.sharedAs(url, known, ask),
      alsoOk: known === null ? undefined : 304,
    });
    if (response.status !== 304) {
      await ask.unpack?.(response).catch((error: unknown) => {
        throw this.describeFailure(error, url);
      });
      await ask.verify?.(response);
    }
    const etag = response.header('etag');
    return { response, validator: etag === null || etag === '' ? known : { url, etag } };
  }

  /** Who asks the same, and takes the answer in the same form, may have the same answer. */
  private sharedAs(
    url: string,
    known: Validator | null,
    { sharedMs, unpack }: SpecsRequest,
  ): TransportRequest['shared'] {
    if (sharedMs === undefined) return undefined;
    const { ownHeaders, maxSpecsBytes, serviceName } = this.options;
    const form = [url, known?.etag, unpack === undefined, ownHeaders, maxSpecsBytes, serviceName];
    return { key: JSON.stringify(form), mostMs: sharedMs };
  }

  /** POST for the index of ID lists. */
  fetchIdListIndex(): Promise<TransportResponse> {
    const path = '/get_id_lists';
    return this.withFallback(
      this.options.addresses?.idLists ?? this.options.apiForGetIdLists + path,
      FALLBACK_ID_LISTS + path,
      (url) =>
        this.send({
          method: 'POST',
          url,
          headers: this.headers({}),
          body: '{}',
          isDownload: true,
          idleMs: this.options.idListsRequestTimeoutMs,
          maxBytes: MAX_INDEX_BYTES,
        }),
    );
  }

  /**
   * GET of a list's bytes from an offset on, `maxBytes` at most. Carries no key: the URL is another
   * host's.
   */
  fetchIdList(
    url: string,
    fromByte: number,
    maxBytes = MAX_ID_LIST_BYTES,
  ): Promise<TransportResponse> {
    return this.send({
      method: 'GET',
      url: onHost(url, this.options.idListHost ?? null),
      idleMs: this.options.idListsRequestTimeoutMs,
      // A host that the application named is one of its own.
      headers: {
        ...(this.options.idListHost == null ? {} : this.options.ownHeaders),
        Range: `bytes=${fromByte}-`,
      },
      isDownload: true,
      maxBytes,
    });
  }

  /** POST of events. `statsig-event-batch-id` is the same for every attempt at a batch. */
  postEvents(post: EventPost): Promise<TransportResponse> {
    const headers = this.headers({
      'STATSIG-EVENT-COUNT': String(post.count),
      'statsig-event-batch-id': post.batchId,
    });
    if (post.isGzipped) headers['Content-Encoding'] = 'gzip';
    const { body, signal } = post;
    return this.send({
      method: 'POST',
      url: this.options.addresses?.events ?? `${this.options.api}/log_event`,
      headers,
      body,
      signal,
    });
  }

  /**
   * POST of an exception report (8.9). To `api`, which is Statsig's own address by default: no
   * other host hears of it.
   */
  postException(body: string): Promise<TransportResponse> {
    const { sdkKey, sdkType, sdkVersion } = this.options;
    const headers = {
      ...this.options.ownHeaders,
      'STATSIG-API-KEY': sdkKey ?? '',
      'STATSIG-SDK-TYPE': sdkType,
      'STATSIG-SDK-VERSION': sdkVersion,
      'Content-Type': 'application/json',
    };
    return this.send({ method: 'POST', url: `${this.options.api}/sdk_exception`, headers, body });
  }

  /** Resolves when no request is running. */
  async idle(): Promise<void> {
    while (this.running.size > 0) await Promise.allSettled(this.running.values());
  }

  /**
   * Ends the requests that are running and closes the connections. Later requests are sent, and
   * leave none behind.
   */
  close(): void {
    for (const deadline of this.running.keys()) deadline.abort();
    this.options.transport.close?.();
  }

  private headers(additional: Record<string, string>): Record<string, string> {
    const { ownHeaders, serviceName } = this.options;
    return {
      ...ownHeaders,
      ...additional,
      ...(serviceName == null ? {} : { 'x-request-service': headerText(serviceName) }),
      'Content-type': 'application/json; charset=UTF-8',
      'STATSIG-API-KEY': this.options.sdkKey ?? '',
      'STATSIG-CLIENT-TIME': String(this.clock.now()),
      'STATSIG-SERVER-SESSION-ID': this.options.sessionID,
      'STATSIG-SDK-TYPE': this.options.sdkType,
      'STATSIG-SDK-VERSION': this.options.sdkVersion,
    };
  }

  private async withFallback<T>(
    primary: string,
    fallback: string,
    run: (url: string) => Promise<T>,
  ): Promise<T> {
    try {
      return await run(primary);
    } catch (error) {
      const wasAborted = error instanceof NetworkError && error.code === 'aborted';
      if (
        !this.options.fallbackToStatsigAPI ||
        this.options.localMode ||
        primary === fallback ||
        wasAborted
      )
        throw error;
      this.options.logger.warn(
        `statsigSDK> ${this.options.logger.describe(error)}; falling back to the Statsig API`,
      );
      return run(fallback);
    }
  }

  private async send(request: Send): Promise<TransportResponse> {
    const { options } = this;
    if (options.localMode) {
      throw (
        options.errors?.localMode() ??
        new NetworkError('local_mode', 'localMode is on: no request is sent')
      );
    }
    if (!this.inFlight.enter(request.url)) {
      const url = options.logger.mask(shownUrl(request.url));
      throw (
        options.errors?.tooManyRequests(url) ??
        new NetworkError(
          'too_many_requests',
          `Request to ${url} failed: too many requests in flight`,
        )
      );
    }
    try {
      const response = this.checkStatus(await this.sendInTime(request), request);
      return request.isDownload ? { ...response, from: () => this.nameOf(request.url) } : response;
    } finally {
      this.inFlight.leave(request.url);
    }
  }

  private sendInTime(request: Send): Promise<TransportResponse> {
    const deadline = new Deadline(this.clock, this.limits(request), request.signal);
    const answered = this.answerWithin(deadline, request).finally(() =>
      this.running.delete(deadline),
    );
    this.running.set(deadline, answered);
    return answered;
  }

  private async answerWithin(deadline: Deadline, request: Send): Promise<TransportResponse> {
    try {
      const { method, url, headers, body, maxBytes = MAX_ANSWER_BYTES } = request;
      const { keepsEncoding, shared } = request;
      const isUpload = method === 'POST' && request.isDownload !== true;
      const { signal, touch } = deadline;
      const sent = callContained(() =>
        this.transport({
          method,
          url,
          headers,
          body,
          isUpload,
          keepsEncoding,
          shared,
          maxBytes,
          signal,
          onProgress: touch,
        }),
      );
      return await deadline.race(sent);
    } catch (error) {
      throw this.describeFailure(error, request.url);
    } finally {
      deadline.clear();
    }
  }

  private limits(request: Send): DeadlineLimits {
    const idleMs = request.idleMs ?? this.options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS;
    return {
      idleMs,
      totalMs: request.isDownload
        ? (this.options.downloadTimeoutMs ?? DOWNLOAD_TIMEOUT_MS)
        : idleMs,
    };
  }

  private checkStatus(response: TransportResponse, request: Send): TransportResponse {
    if (response.ok && request.isDownload === true && isCutOff(response)) {
      throw new NetworkError(
        'network',
        `Request to ${this.nameOf(request.url)} failed: the response ended early`,
      );
    }
    if (response.ok || response.status === request.alsoOk) return response;
    const message = `Request to ${this.nameOf(request.url)} failed with status ${response.status}`;
    // A date is meant by the server's clock; ours may be wrong by years.
    const serverTime = Date.parse(response.header('date') ?? '');
    const retryAfter = parseRetryAfter(
      response.header('retry-after'),
      serverTime || this.clock.now(),
    );
    const error = new NetworkError('status', message, response.status, retryAfter);
    error.region = regionOf(response);
    throw error;
  }

  /** What was asked and by which way, for messages. */
  private nameOf(url: string): string {
    const proxy = this.transport.via?.(url) ?? null;
    const way = proxy === null ? '' : ` through the proxy ${proxy}`;
    return this.options.logger.mask(shownUrl(url) + way);
  }

  private describeFailure(error: unknown, url: string): NetworkError {
    const code = error instanceof NetworkError ? error.code : 'network';
    const reason = isError(error) ? error.message : this.options.logger.describe(error);
    const shown = this.options.logger.mask(reason.split(url).join(shownUrl(url)));
    const failure = new NetworkError(code, `Request to ${this.nameOf(url)} failed: ${shown}`);
    failure.thrown =
      error instanceof NetworkError
        ? (error.thrown ?? { name: error.name, message: error.message })
        : NetworkError.accountOf(error);
    return failure;
  }
}

/** As statsig-node reads it for its diagnostics: undefined when a fake has no headers at all. */
export function regionOf(response: TransportResponse): string | null | undefined {
  return response.hasNoHeaders === true ? undefined : response.header('x-statsig-region');
}

/** A header holds no character beyond Latin-1 and no control character. */
function headerText(text: string): string {
  return encodeURI(text.replace(/[\ud800-\udfff]/g, '')).replace(/%20/g, ' ');
}

/** The same path on another host; unchanged when either is no URL. */
function onHost(url: string, base: string | null): string {
  if (base === null) return url;
  try {
    const { pathname, search } = new URL(url);
    return new URL(base).origin + pathname + search;
  } catch {
    return url;
  }
}

/** Shorter than announced. Node sees to it itself; what fetch or an override gives may be. */
function isCutOff({ status, header, body }: TransportResponse): boolean {
  const isPlain = (header('content-encoding') ?? 'identity') === 'identity';
  return isPlain && status !== 204 && Number(header('content-length')) > body.byteLength;
}

/** Turns a synchronous throw into a rejection, and keeps a late rejection from going unhandled. */
function callContained<T>(run: () => Promise<T>): Promise<T> {
  const result = (async () => run())();
  result.catch(() => undefined);
  return result;
}

/** What is in force already, as far as a host can do something with it. */
function queryOf({ sinceTime, checksum, query = [] }: SpecsRequest, isV2: boolean): string {
  const parts: string[] = isV2 ? [...query] : [];
  if (sinceTime) parts.push(`sinceTime=${sinceTime}`);
  if (isV2 && checksum) parts.push(`checksum=${encodeURIComponent(checksum)}`);
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
