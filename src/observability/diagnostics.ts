export type DiagnosticsContext =
  | 'initialize'
  | 'config_sync'
  | 'event_logging'
  | 'api_call'
  | 'get_client_initialize_response';

export type DiagnosticsKey =
  | 'overall'
  | 'download_config_specs'
  | 'bootstrap'
  | 'get_id_list_sources'
  | 'get_id_list'
  | 'check_gate'
  | 'get_config'
  | 'get_experiment'
  | 'get_layer'
  | 'get_client_initialize_response';

export type DiagnosticsStep = 'network_request' | 'process' | null;

/**
 * A `statsig::diagnostics` event without its envelope; the facade hands it to the engine as a
 * custom event.
 */
export interface DiagnosticsEvent {
  eventName: 'statsig::diagnostics';
  metadata: Record<string, unknown>;
  /** ms */
  time: number;
}

export interface DiagnosticsOptions {
  /** localMode or disableAllLogging: nothing is recorded or emitted (Q14). */
  silent: boolean;
  /** Drops api_call markers only. */
  disableDiagnostics: boolean;
  /** Copy of the options (BEHAVIOUR.md 8.9), for context initialize. */
  statsigOptions: Record<string, unknown>;
  /** Contained. */
  emit(event: DiagnosticsEvent): void;
  /** Wall clock, ms. */
  now(): number;
  random?(): number;
}

/** Most markers of one context; further ones are dropped. */
export const MAX_MARKERS = 26;
/** Approximate size beyond which an event is cut down. */
const MAX_SIZE = 4096;
const FULL_RATE = 10_000;

type Marker = {
  key: DiagnosticsKey;
  step?: string;
  action: 'start' | 'end';
  timestamp: number;
} & Record<string, unknown>;
type RateName = 'dcs' | 'idlist' | 'initialize' | 'api_call' | 'gcir';

/**
 * Timing markers per context and the events they become (BEHAVIOUR.md 10), per instance (Q7). No
 * method throws.
 */
export class Diagnostics {
  private readonly buckets: Record<DiagnosticsContext, Marker[]> = {
    initialize: [],
    config_sync: [],
    event_logging: [],
    api_call: [],
    get_client_initialize_response: [],
  };
  private readonly rates: Record<RateName, number> = {
    dcs: 0,
    idlist: 0,
    initialize: FULL_RATE,
    api_call: 0,
    gcir: 0,
  };
  private context: 'initialize' | 'config_sync' = 'initialize';
  /**
   * False when a call would leave no marker: most of the time, because few markers are kept until
   * the next flush. A field, because every check reads it.
   */
  recordsApiCalls = false;
  /** Events emitted, ever. */
  emitted = 0;

  constructor(private readonly options: DiagnosticsOptions) {}

  /**
   * Payload `diagnostics`: rates of 10,000 by dcs, idlist, api_call, gcir, initialize. Other names
   * are ignored.
   */
  setRates(rates: Record<string, unknown> | null): void {
    if (rates === null) return;
    for (const name of Object.keys(this.rates) as RateName[]) {
      const rate = rates[name];
      if (typeof rate === 'number' && !Number.isNaN(rate))
        this.rates[name] = Math.min(Math.max(rate, 0), FULL_RATE);
    }
    this.reconsiderApiCalls();
  }

  start(key: DiagnosticsKey, step: DiagnosticsStep, data: Record<string, unknown> = {}): void {
    this.add(this.context, key, step, 'start', data);
  }

  end(key: DiagnosticsKey, step: DiagnosticsStep, data: Record<string, unknown> = {}): void {
    this.add(this.context, key, step, 'end', data);
  }

  /** Takes the latest start marker back: what it announced turned out not to happen. */
  cancel(key: DiagnosticsKey, step: DiagnosticsStep): void {
    const bucket = this.buckets[this.context];
    const last = bucket[bucket.length - 1];
    if (last?.key === key && last.step === (step ?? undefined) && last.action === 'start')
      bucket.pop();
  }

  private reconsiderApiCalls(): void {
    this.recordsApiCalls =
      this.buckets.api_call.length < MAX_MARKERS &&
      this.rates.api_call !== 0 &&
      !this.options.disableDiagnostics &&
      !this.options.silent;
  }

  /**
   * For check_gate … get_layer: returns the markerID to pass to `endApiCall`; '' = not recorded.
   */
  startApiCall(key: DiagnosticsKey, caller: string, configName: string): string {
    if (!this.recordsApiCalls) return '';
    const markerID = `${caller}_${this.buckets.api_call.length}`;
    return this.add('api_call', key, null, 'start', { markerID, configName }) ? markerID : '';
  }

  endApiCall(key: DiagnosticsKey, markerID: string, configName: string, success: boolean): void {
    if (markerID !== '') this.add('api_call', key, null, 'end', { markerID, success, configName });
  }

  /** Around getClientInitializeResponse; '' = not recorded. */
  startGcir(): string {
    if (this.options.silent || this.rates.gcir === 0) return '';
    const context = 'get_client_initialize_response';
    const markerID = `gcir_${this.buckets[context].length}`;
    return this.add(context, context, 'process', 'start', { markerID }) ? markerID : '';
  }

  endGcir(markerID: string, success: boolean): void {
    const context = 'get_client_initialize_response';
    if (markerID !== '') this.add(context, context, 'process', 'end', { markerID, success });
  }

  /**
   * Ends init: the overall end marker with its true outcome (Q43), the event; the context becomes
   * config_sync.
   */
  endInitialize(outcome: { success: boolean; reason?: 'timeout' }): void {
    // Its place is kept free in a full bucket: without it the event says nothing.
    this.buckets.initialize.splice(MAX_MARKERS - 1);
    this.add('initialize', 'overall', null, 'end', { ...outcome });
    this.emitBucket('initialize', FULL_RATE);
    this.context = 'config_sync';
  }

  /**
   * After each spec sync or ID list sync: its markers become an event, as often as sampling says.
   */
  endSync(kind: 'dcs' | 'idlist'): void {
    if (this.context === 'config_sync') this.emitBucket('config_sync', this.rates[kind]);
  }

  /** Before each flush: api_call and gcir markers become events. */
  emitCalls(): void {
    this.emitBucket('api_call', this.rates.api_call);
    this.emitBucket('get_client_initialize_response', this.rates.gcir);
  }

  private add(
    context: DiagnosticsContext,
    key: DiagnosticsKey,
    step: DiagnosticsStep,
    action: 'start' | 'end',
    data: Record<string, unknown>,
  ): boolean {
    const bucket = this.buckets[context];
    if (this.options.silent || bucket.length >= MAX_MARKERS) return false;
    const timestamp = this.options.now();
    bucket.push({ key, ...(step === null ? {} : { step }), action, timestamp, ...data });
    if (context === 'api_call') this.reconsiderApiCalls();
    return true;
  }

  private emitBucket(context: DiagnosticsContext, rate: number): void {
    const markers = this.buckets[context];
    this.buckets[context] = [];
    if (context === 'api_call') this.reconsiderApiCalls();
    const draw = (this.options.random ?? Math.random)() * FULL_RATE;
    if (this.options.silent || markers.length === 0 || draw >= rate) return;
    const { statsigOptions } = this.options;
    const metadata = { context, markers, ...(context === 'initialize' ? { statsigOptions } : {}) };
    try {
      const time = this.options.now();
      this.options.emit({ eventName: 'statsig::diagnostics', metadata: cutDown(metadata), time });
      this.emitted++;
    } catch {
      // Diagnostics are not worth an error in the caller's call.
    }
  }
}

interface DiagnosticsMetadata extends Record<string, unknown> {
  context: DiagnosticsContext;
  markers: Marker[];
}

/** First the options go, then all markers but `overall`. */
function cutDown(metadata: DiagnosticsMetadata): Record<string, unknown> {
  if (approximateSize(metadata) <= MAX_SIZE) return metadata;
  const without =
    'statsigOptions' in metadata ? { ...metadata, statsigOptions: 'dropped' } : metadata;
  if (approximateSize(without) <= MAX_SIZE) return without;
  if (metadata.context !== 'initialize') return { ...without, markers: 'dropped' };
  return { ...without, markers: metadata.markers.filter(({ key }) => key === 'overall') };
}

/** Lengths of all keys and of the text of all plain values, bounded in depth. */
function approximateSize(value: unknown, depth = 0): number {
  if (typeof value !== 'object' || value === null) return String(value).length;
  if (depth > 10) return MAX_SIZE;
  return Object.entries(value).reduce(
    (sum, [key, inner]) => sum + key.length + approximateSize(inner, depth + 1),
    0,
  );
}
