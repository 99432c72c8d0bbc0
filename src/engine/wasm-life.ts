/** The exports of the WebAssembly module, and what happens when one of them traps. */

/**
 * The ABI: crates/wasm/src/lib.rs. Texts are given as their length in the input, answers as a
 * length of the output.
 */
export interface Exports {
  memory: { buffer: ArrayBuffer };
  reserve(length: number): number;
  output(): number;
  output_length(): number;
  version(): number;
  ask(question: number, number: number, text: number): number;
  tell(statement: number, text: number): void;
  set_details(reason: number, configSyncTime: number, initTime: number): void;
  begin_specs(payload: number): number;
  step_specs(preparation: number, effort: number): number;
  commit_specs(handle: number): void;
  discard_specs(handle: number): void;
  spec_index(kind: number, name: number): number;
  set_user(slot: number, json: number, privateJson: number, exotic: number): void;
  set_user_values(slot: number, template: number, values: number): number;
  set_user_agent(slot: number, json: number): void;
  evaluate(slot: number, spec: number, mode: number, nowMs: number): number;
  evaluate_many(slot: number, count: number, mode: number, nowMs: number): number;
  holds_until(): number;
  expose(slot: number, outcome: number, mode: number, nowMs: number): number;
  expose_many(count: number): number;
  expose_layer_parameter(
    slot: number,
    outcome: number,
    parameter: number,
    mode: number,
    nowMs: number,
  ): number;
  intern_outcome(json: number): number;
  log_event(slot: number, head: number, tail: number, dedupeKey: number): number;
  pending_events(): number;
  take_batch(prefix: number, suffix: number, maxEvents: number): number;
  batch_count(): number;
  update_id_list(name: number, lines: number, replace: number): number;
  export_id_list(name: number): number;
  set_ip_table(length: number): void;
  set_time_zone(length: number): void;
  client_initialize(slot: number, options: number): number;
  stats(): number;
  trap_for_tests(): void;
}

/** `EvalCode.Failed`: what every call of a dead instance answers. */
const FAILED = -3;
/** Calls that are made even on a dead instance, to save what it holds. */
const STILL_CALLED = new Set([
  'reserve',
  'output',
  'expose_many',
  'pending_events',
  'take_batch',
  'batch_count',
  'export_id_list',
  'stats',
]);

type Call = (a?: number, b?: number, c?: number, d?: number, e?: number) => number;

/** Whether an instance lives. Its exports are called through `guarded` only. */
export class Life {
  /** Why it died; null while it lives. */
  death: string | null = null;

  /** The exports, answering FAILED instead of trapping. */
  guarded(exports: Exports): Exports {
    const calls: Record<string, unknown> = {};
    for (const [name, value] of Object.entries(exports)) {
      calls[name] =
        typeof value === 'function' ? this.guard(value as Call, STILL_CALLED.has(name)) : value;
    }
    // The call of every check has a function of its own, so that what it calls is always the same.
    const { evaluate } = exports;
    calls['evaluate'] = (slot: number, spec: number, mode: number, nowMs: number): number => {
      if (this.death !== null) return FAILED;
      try {
        return evaluate(slot, spec, mode, nowMs);
      } catch (error) {
        return this.end(error);
      }
    };
    return calls as unknown as Exports;
  }

  private guard(call: Call, isStillCalled: boolean): Call {
    return (a, b, c, d, e) => {
      if (this.death !== null && !isStillCalled) return FAILED;
      try {
        return call(a, b, c, d, e);
      } catch (error) {
        return this.end(error);
      }
    };
  }

  private end(error: unknown): number {
    // No trap: an argument that is no number (a BigInt, a Symbol) never got into the module. By
    // name, as it may be of another realm.
    if ((error as Partial<Error> | null)?.name === 'TypeError') return FAILED;
    this.death ??= error instanceof Error ? error.message : String(error);
    return FAILED;
  }
}
