export type DiagnosticsContext =
  | 'initialize' | 'config_sync' | 'event_logging' | 'api_call' | 'get_client_initialize_response';

export type DiagnosticsKey =
  | 'overall' | 'download_config_specs' | 'bootstrap' | 'get_id_list_sources' | 'get_id_list'
  | 'check_gate' | 'get_config' | 'get_experiment' | 'get_layer' | 'get_client_initialize_response';

export type DiagnosticsStep = 'network_request' | 'process' | null;

/** A `statsig::diagnostics` event without its envelope; the facade hands it to the engine as a custom event. */
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
  emit(event: DiagnosticsEvent): void;
  now?(): number;
  random?(): number;
}

export class Diagnostics {
  constructor(readonly options: DiagnosticsOptions) {}
  /** Payload `diagnostics`: rates of 10,000 by dcs, idlist, api_call, gcir, initialize. */
  setRates(_rates: Record<string, unknown> | null): void {}
  start(_key: DiagnosticsKey, _step: DiagnosticsStep, _data?: Record<string, unknown>): void {}
  end(_key: DiagnosticsKey, _step: DiagnosticsStep, _data?: Record<string, unknown>): void {}
  /** For check_gate … get_layer: returns the markerID to pass to endApiCall; '' = not recorded. Cheap when off. */
  startApiCall(_key: DiagnosticsKey, _caller: string, _configName: string): string { return ''; }
  endApiCall(_key: DiagnosticsKey, _markerID: string, _configName: string, _success: boolean): void {}
  startGcir(): string { return ''; }
  endGcir(_markerID: string, _success: boolean): void {}
  /** Ends init: overall end marker, event emitted, context becomes config_sync. */
  endInitialize(_o: { success: boolean; reason?: 'timeout' }): void {}
  /** After each spec sync / ID list sync. */
  endSync(_kind: 'dcs' | 'idlist'): void {}
  /** Before each flush: api_call and gcir markers become events. */
  emitCalls(): void {}
}
